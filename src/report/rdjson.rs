//! `rdjson`: the Reviewdog Diagnostic Format. Columns count bytes of UTF-8 from 1, the end is exclusive.

use std::io::{self, Write};

use serde::Serialize;

use super::home::HOME;
use super::item::{Edit, Item, Spot, items};
use super::look::Look;
use super::writer::Report;
use crate::finding::Severity;
use crate::run::Run;
use crate::text::mask;

/// The format.
pub(super) struct Rdjson;

impl Report for Rdjson {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let items = items(run);
        let result = DiagnosticResult {
            source: Source {
                name: "stagecheck",
                url: HOME,
            },
            diagnostics: items.iter().map(Diagnostic::new).collect(),
        };
        writeln!(out, "{}", mask::json(&result)?)
    }
}

#[derive(Serialize)]
struct DiagnosticResult<'r> {
    source: Source,
    diagnostics: Vec<Diagnostic<'r>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'r> {
    message: String,
    location: Location<'r>,
    severity: &'static str,
    code: Code<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'r>>,
}

#[derive(Serialize)]
struct Suggestion<'r> {
    range: Range,
    text: &'r str,
}

#[derive(Serialize)]
struct Code<'r> {
    value: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

impl<'r> Diagnostic<'r> {
    fn new(item: &'r Item<'_>) -> Self {
        let spot = &item.primary;
        Self {
            message: item.message_and_help(),
            location: Location {
                path: spot.path(),
                range: Range::of(spot),
            },
            severity: match item.severity() {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            code: Code {
                value: item.rule(),
                url: item.url.as_deref(),
            },
            suggestions: suggestions(item),
        }
    }
}

/// The edits of its first fix. A suggestion has no path: it is for the file of the diagnostic, so there are none beyond
/// that.
fn suggestions<'r>(item: &'r Item<'_>) -> Vec<Suggestion<'r>> {
    let here = |edit: &Edit| edit.spot.path() == item.primary.path();
    let fix = item.fixes.iter().find(|fix| fix.is_applicable());
    let Some(fix) = fix.filter(|fix| fix.edits.iter().all(here)) else {
        return Vec::new();
    };
    let suggestions = fix.edits.iter().map(|edit| Suggestion {
        range: Range::of(&edit.spot),
        text: edit.text,
    });
    suggestions.collect()
}

impl Range {
    fn of(spot: &Spot<'_>) -> Self {
        let (start, end) = spot.byte_columns();
        Self {
            start: Position {
                line: spot.start.line,
                column: start,
            },
            end: Position {
                line: spot.end.line,
                column: end,
            },
        }
    }
}
