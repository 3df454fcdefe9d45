//! How a text may be written as a value of YAML.

use super::secrets::Rng;

/// A step of a path: a key, or an item of a list.
#[derive(Debug, Clone)]
pub enum Step {
    Key(String),
    Item,
}

/// `integrations.github[].token`: dots between keys, `[]` for an item.
pub fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let key = part.trim_end_matches("[]");
        steps.push(Step::Key(key.to_owned()));
        steps.extend((0..(part.len() - key.len()) / 2).map(|_| Step::Item));
    }
    steps
}

/// A document with one value at a path, in block or flow style.
pub fn nest(path: &[Step], text: &str, rng: &mut Rng) -> (String, &'static str) {
    if path.len() > 1 && rng.chance(6) {
        let (value, style) = scalar(text, 0, Place::Flow, rng);
        return (flow(path, value.trim_start()), style);
    }
    let mut written = String::new();
    let mut indent = 0;
    let mut behind_dash = false;
    for step in path {
        if !behind_dash && !written.is_empty() {
            written += "\n";
            written += &" ".repeat(indent);
        }
        behind_dash = matches!(step, Step::Item);
        match step {
            Step::Key(key) => written += &format!("{}:", key_text(key)),
            Step::Item => written += "- ",
        }
        indent += 2;
    }
    if behind_dash {
        written.pop();
    }
    let (value, style) = scalar(text, indent, Place::Block, rng);
    (format!("{written}{value}\n"), style)
}

fn flow(path: &[Step], value: &str) -> String {
    let mut written = value.to_owned();
    for step in path.iter().skip(1).rev() {
        written = match step {
            Step::Key(key) => format!("{{ {}: {written} }}", key_text(key)),
            Step::Item => format!("[{written}]"),
        };
    }
    match path.first() {
        Some(Step::Key(key)) => format!("{}: {written}\n", key_text(key)),
        _ => format!("{written}\n"),
    }
}

fn key_text(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
    match !key.is_empty() && key.chars().all(is_plain) {
        true => key.to_owned(),
        false => single(key),
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Block,
    Flow,
}

/// What stands behind a colon or dash, the space included, in one of the ways that can hold the text.
pub fn scalar(text: &str, indent: usize, place: Place, rng: &mut Rng) -> (String, &'static str) {
    let is_one_line = !text.contains(['\n', '\t']);
    loop {
        let written = match rng.below(16) {
            0..=3 if is_plain(text) => (format!(" {text}"), "plain"),
            4 | 5 if is_one_line => (format!(" {}", single(text)), "single-quoted"),
            6 => (format!(" {}", double(text)), "double-quoted"),
            7 => (format!(" {}", escaped(text)), "double-quoted with escapes"),
            8 if is_one_line => (format!(" !!str {}", single(text)), "tagged"),
            9 if place == Place::Block && is_one_line => (
                format!(" &anchor{} {}", rng.below(1_000_000), single(text)),
                "anchored",
            ),
            10..=12 if place == Place::Block && fits_block(text) => {
                let header = rng.one(&["|", "|-", "|+"]);
                (block(text, header, indent), "literal block")
            }
            13 if place == Place::Block && fits_block(text) && is_one_line => {
                let header = rng.one(&[">", ">-", ">+"]);
                (block(text, header, indent), "folded block")
            }
            14 if place == Place::Block && text.contains(' ') && is_plain(text) => {
                let folded = text.replacen(' ', &format!("\n{}", " ".repeat(indent + 1)), 1);
                (format!(" {folded}"), "plain over two lines")
            }
            15 if place == Place::Block && text.is_ascii() && is_one_line => {
                let (start, end) = text.split_at(text.len() / 2);
                let (start, end) = (double(start), double(end));
                let start = start.trim_end_matches('"');
                let end = end.trim_start_matches('"');
                // A backslash at the end of a line keeps the two halves together.
                let ambiguous = start.ends_with('\\') || start.is_empty() || end.starts_with(' ');
                if ambiguous {
                    continue;
                }
                let spaces = " ".repeat(indent + 1);
                (
                    format!(" {start}\\\n{spaces}{end}"),
                    "double-quoted over two lines",
                )
            }
            _ => continue,
        };
        return written;
    }
}

pub fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub fn double(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n").replace('\t', "\\t"))
}

/// Every third letter as an escape.
fn escaped(text: &str) -> String {
    let mut written = String::from("\"");
    for (at, character) in text.chars().enumerate() {
        match character {
            '\n' => written += "\\n",
            c if at % 3 == 1 && c.is_ascii_alphabetic() => {
                written += &format!("\\u{:04x}", u32::from(c));
            }
            '"' | '\\' => written += &format!("\\{character}"),
            c => written.push(c),
        }
    }
    written + "\""
}

fn block(text: &str, header: &str, indent: usize) -> String {
    let indent = " ".repeat(indent.max(1));
    let lines: Vec<String> = text.lines().map(|line| format!("{indent}{line}")).collect();
    format!(" {header}\n{}", lines.join("\n"))
}

fn fits_block(text: &str) -> bool {
    !text.starts_with([' ', '\n', '\t']) && !text.ends_with(['\n', ' '])
}

/// Whether a text is itself in plain style, in a block and in a flow collection.
fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_alphanumeric() || "-_./+=~^*@!$%&<>|?; ()\\:".contains(c);
    text.starts_with(|c: char| c.is_alphanumeric())
        && text.chars().all(is_safe)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.contains("  ")
}
