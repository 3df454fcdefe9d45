//! `pretty`: for people at a terminal. The message first, then the places with their lines, then what to write
//! instead (and the changed lines, where they are sure), then the rule and where to read more. The line for
//! the whole run is written by the command line, to stderr: see [`summary`](super::summary).

mod change;
mod snippet;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::look::Look;
use super::style::{Painter, Role};
use super::text;
use super::writer::Report;
use crate::finding::Finding;
use crate::run::Run;
use crate::text::mask::InertLines;
use crate::text::prose::is_prose;

/// What a text of several lines is indented by, below its name.
const BELOW: &str = "    ";

/// The format.
pub(super) struct Pretty;

impl Report for Pretty {
    fn write(&self, run: &Run, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let painter = Painter::new(look);
        let mut out = InertLines::new(out);
        for finding in &run.findings {
            writeln!(out, "{}", block(run, finding, &painter))?;
        }
        out.flush()
    }
}

/// One finding, with a line end behind it.
fn block(run: &Run, finding: &Finding, painter: &Painter) -> String {
    let mut block = headline(run, finding, painter);
    block.push_str(&snippet::draw(run, finding, painter));
    if let Some(help) = &finding.help {
        entry(&mut block, painter, "help", &help_text(run, help, painter));
    }
    if let Some(change) = change::lines(run, finding, painter) {
        entry(&mut block, painter, "change", &change);
    }
    entry(&mut block, painter, "rule", &rule(run, finding));
    let more = format!("stagecheck explain {}", finding.rule);
    entry(&mut block, painter, "more", &more);
    block
}

/// `error: message`, wrapped to the width.
fn headline(run: &Run, finding: &Finding, painter: &Painter) -> String {
    let word = finding.severity.as_str();
    let indent = " ".repeat(word.len() + 2);
    let message = text::line(run, &finding.message);
    let mut headline = painter.paint(Role::of(finding.severity), word);
    for (index, line) in painter.wrap(&message, indent.len()).iter().enumerate() {
        let before = if index == 0 { ": " } else { &indent };
        let _ = writeln!(headline, "{before}{}", painter.paint(Role::Strong, line));
    }
    headline
}

/// `  name: text`, wrapped. A text of several lines stands below the name, as it is.
fn entry(block: &mut String, painter: &Painter, name: &str, text: &str) {
    let indent = " ".repeat(name.len() + 4);
    let _ = write!(block, "  {}:", painter.paint(Role::Name, name));
    if text.contains('\n') {
        let _ = writeln!(block);
        for line in text.lines() {
            let indent = if line.is_empty() { "" } else { BELOW };
            let _ = writeln!(block, "{indent}{line}");
        }
        return;
    }
    for (index, line) in painter.wrap(text, indent.len()).iter().enumerate() {
        let indent = if index == 0 { " " } else { &indent };
        let _ = writeln!(block, "{indent}{line}");
    }
}

/// What to write instead: prose in lines that fit, config and commands as they are.
fn help_text(run: &Run, help: &str, painter: &Painter) -> String {
    let help = text::lines(run, help);
    if !help.contains('\n') {
        return help;
    }
    let paragraphs: Vec<String> = help
        .split("\n\n")
        .map(|paragraph| match is_prose(paragraph) {
            true => painter
                .wrap(&paragraph.replace('\n', " "), BELOW.len())
                .join("\n"),
            false => paragraph.to_owned(),
        })
        .collect();
    paragraphs.join("\n\n")
}

/// The rule, and the chains it was found in.
fn rule(run: &Run, finding: &Finding) -> String {
    let names: Vec<_> = finding
        .chains
        .iter()
        .map(|chain| text::line(run, &chain.0))
        .collect();
    let rule = &finding.rule;
    match names.as_slice() {
        [] => rule.to_string(),
        [name] => format!("{rule}, in chain {name}"),
        names => format!("{rule}, in chains {}", names.join(", ")),
    }
}
