//! The effective configs as YAML, one document for each chain.

use std::io::{self, Write};

use super::printed::Printed;
use crate::backstage::value::{Kind, Object, Value};
use crate::check::effective::ServerConfig;
use crate::cli::number::json_number;
use crate::report::shown::directive;
use crate::report::{Origins, Shown};
use crate::text::mask::{escape, excerpt, inert_line, json_line, name};
use npm_yaml::{NodeValue, ScalarStyle};

pub(super) fn write(
    chains: &[Printed<'_>],
    servers: &[&ServerConfig],
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, printed) in chains.iter().enumerate() {
        if index > 0 {
            writeln!(out, "---")?;
        }
        let (chain, layers) = shown.chain(&printed.chain.chain);
        writeln!(out, "# chain {chain}: {layers}")?;
        match &printed.chain.config {
            Ok(config) => out.write_all(document(config, shown).as_bytes())?,
            Err(reason) => writeln!(out, "# {}", escape(&excerpt(&reason.to_string())))?,
        }
    }
    for (index, server) in servers.iter().enumerate() {
        if index > 0 || !chains.is_empty() {
            writeln!(out, "---")?;
        }
        let files: Vec<_> = server.files.iter().map(|path| name(path)).collect();
        writeln!(
            out,
            "# server {}: {}",
            escape(&name(&server.name)),
            escape(&files.join(", "))
        )?;
        for refusal in &server.refusals {
            writeln!(out, "# refused: {}", escape(&excerpt(refusal)))?;
        }
        out.write_all(document(&server.config, shown).as_bytes())?;
    }
    Ok(())
}

fn document(config: &Value, shown: &Shown<'_>) -> String {
    let mut printer = Printer {
        shown,
        out: String::new(),
    };
    match &config.kind {
        Kind::Object(object) if object.is_empty() => printer.out.push_str("{}\n"),
        _ => printer.block(config, 0),
    }
    printer.out
}

struct Printer<'p> {
    shown: &'p Shown<'p>,
    out: String,
}

impl Printer<'_> {
    /// A collection that is not empty, its lines indented by `indent`.
    fn block(&mut self, config: &Value, indent: usize) {
        match &config.kind {
            Kind::Object(object) => {
                for (key, value) in object {
                    self.indent(indent);
                    let key = scalar(&self.shown.key(key));
                    self.out.push_str(&key);
                    self.out.push(':');
                    self.behind(value, indent + 2);
                }
            }
            Kind::Array(items) => {
                for item in items {
                    self.indent(indent);
                    self.out.push('-');
                    self.item(item, indent + 2);
                }
            }
            _ => {}
        }
    }

    /// What stands behind a dash: the first line of a mapping stands beside it.
    fn item(&mut self, item: &Value, indent: usize) {
        if item.as_object().is_none_or(Object::is_empty) {
            return self.behind(item, indent);
        }
        self.out.push(' ');
        let start = self.out.len();
        self.block(item, indent);
        self.out.replace_range(start..start + indent, "");
    }

    /// What stands behind a colon or dash.
    fn behind(&mut self, value: &Value, indent: usize) {
        let inline = match &value.kind {
            Kind::Object(object) if object.is_empty() => "{}".into(),
            Kind::Array(items) if items.is_empty() => "[]".into(),
            Kind::Object(_) | Kind::Array(_) => {
                self.out.push('\n');
                self.block(value, indent);
                return;
            }
            Kind::Null => "null".into(),
            Kind::Bool(flag) => self.unless_hidden(value, flag.to_string()),
            Kind::Number(number) => self.unless_hidden(value, number_text(*number)),
            Kind::String(text) => scalar(&self.shown.text(value, &text.value)),
            Kind::Open(open) => {
                let written = scalar(&self.shown.text(value, &open.written));
                match directive(open) {
                    Some(directive) => format!("{{{directive}: {written}}}"),
                    None => written,
                }
            }
        };
        self.out.push(' ');
        self.out.push_str(&inline);
        self.comment(value);
        self.out.push('\n');
    }

    fn unless_hidden(&self, value: &Value, plain: String) -> String {
        let said = self.shown.text(value, &plain);
        match *said == *plain {
            true => plain,
            false => scalar(&said),
        }
    }

    fn comment(&mut self, value: &Value) {
        let mut notes = Vec::new();
        if let Kind::Open(open) = &value.kind {
            notes.push(self.shown.instead(open));
        }
        if self.shown.origins == Origins::Said {
            notes.push(self.shown.origin(value));
        }
        if !notes.is_empty() {
            self.out.push_str("  # ");
            self.out.push_str(&escape(&notes.join("; ")));
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// A string as YAML reads it back: plain where that is safe in every version, and for the log that it is printed to,
/// else in double quotes, with the escapes of JSON, which are escapes of YAML too.
fn scalar(text: &str) -> String {
    let document = npm_yaml::parse(text);
    let is_plain = document.problems.is_empty()
        && matches!(&document.root.map(|root| root.value), Some(NodeValue::String(read))
            if read.style == ScalarStyle::Plain && *read.value == *text)
        && !matches!(text, "y" | "Y" | "n" | "N" | "<<");
    match is_plain && *escape(text) == *text && *inert_line(text) == *text {
        true => text.to_owned(),
        // A string can always be written.
        false => json_line(&text).unwrap_or_default(),
    }
}

fn number_text(number: f64) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    json_number(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_where_they_would_be_read_as_something_else() {
        for text in ["word", "http://h/x?y=1", "${X}", "a-b.c"] {
            assert_eq!(scalar(text), text);
        }
        for text in [
            "true",
            "5",
            "yes",
            "",
            " a",
            "a: b",
            "a #b",
            "- a",
            "{}",
            "line\nline",
            "012",
            "n",
        ] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
    }

    #[test]
    fn no_string_speaks_to_a_log_or_terminal_and_each_is_read_back() {
        for text in [
            "::error::x",
            "a ##vso[task.complete]",
            "##[error]x",
            "a\u{202e}b",
            "a\u{2028}::error::x",
            "a\n::error::x",
        ] {
            let written = scalar(text);
            assert!(
                written.starts_with('"') && !written.contains("##"),
                "{written}"
            );
            assert!(written.is_ascii() && !written.contains('\n'), "{written}");
            let root = npm_yaml::parse(&written).root.unwrap();
            assert!(matches!(&root.value, NodeValue::String(read) if *read.value == *text));
        }
    }

    #[test]
    fn numbers_read_back_as_they_are() {
        assert_eq!(number_text(5.0), "5");
        assert_eq!(number_text(0.5), "0.5");
        assert_eq!(number_text(f64::NEG_INFINITY), "-.inf");
    }
}
