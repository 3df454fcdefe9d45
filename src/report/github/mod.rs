//! `github`: workflow commands of GitHub Actions, which become annotations, and the job summary.
//!
//! The runner shows ten annotations of each kind for a step, so the most severe come first; the job summary has all.

mod summary;

use std::io::{self, Write};

use super::item::{Item, by_severity, items};
use super::look::Look;
use super::text;
use super::writer::Report;
use crate::finding::Severity;
use crate::run::Run;

pub use summary::job_summary;

/// The format.
pub(super) struct Github;

impl Report for Github {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        for item in by_severity(items(run)) {
            writeln!(out, "{}", command(&item))?;
        }
        Ok(())
    }
}

fn command(item: &Item) -> String {
    let kind = match item.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let spot = &item.primary;
    let mut place = format!("line={},endLine={}", spot.start.line, spot.end.line);
    // Columns of an annotation over several lines mean nothing: the runner drops such.
    if spot.start.line == spot.end.line {
        place += &format!(",col={},endColumn={}", spot.start.column, spot.end.column);
    }
    format!(
        "::{kind} file={},{place},title={}::{}",
        property(&text::path(spot.repository_path())),
        property(item.rule()),
        data(&item.message_and_help()),
    )
}

/// What follows `::` to the end of the line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
