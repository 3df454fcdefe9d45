//! `concise`: a line for each finding, `path:line:col: severity[rule-id] message`.
//!
//! Line and column count from 1, columns in characters. The problem matchers for GitHub, VS Code, Vim and Emacs
//! read this form, so it never changes, and never has colours.

use std::io::{self, Write};

use super::look::Look;
use super::text;
use super::writer::Report;
use crate::finding::Finding;
use crate::run::Run;
use crate::text::mask::inert_line;

/// The format.
pub(super) struct Concise;

impl Report for Concise {
    fn write(&self, run: &Run, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        for finding in most_severe(run, look.most) {
            writeln!(out, "{}", line(run, finding))?;
        }
        Ok(())
    }
}

/// What was meant, where the help is only that.
fn meant(run: &Run, finding: &Finding) -> String {
    let help = finding.help.as_deref().unwrap_or_default();
    match help.starts_with("did you mean") && !help.contains('\n') {
        true => format!("; {}", text::line(run, help)),
        false => String::new(),
    }
}

/// The most severe findings, in the order of the run; all without a limit or with 0.
fn most_severe(run: &Run, most: Option<usize>) -> Vec<&Finding> {
    let mut kept: Vec<(usize, &Finding)> = run.findings.iter().enumerate().collect();
    if let Some(most) = most.filter(|most| *most > 0) {
        kept.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
        kept.truncate(most);
        kept.sort_by_key(|(index, _)| *index);
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

/// The line of a finding.
pub(crate) fn line(run: &Run, finding: &Finding) -> String {
    let place = finding.primary.place;
    let source = run.sources.get(place.source);
    let at = source.position(place.span.start);
    // A path that begins like a workflow command of GitHub is the same file behind `./`.
    let here = match source.path().starts_with("::") {
        true => "./",
        false => "",
    };
    let line = format!(
        "{here}{}:{}:{}: {}[{}] {}{}",
        text::line(run, source.path()),
        at.line,
        at.column,
        finding.severity,
        finding.rule,
        text::line(run, &finding.message),
        meant(run, finding),
    );
    inert_line(&line).into_owned()
}
