//! `rdjson`: the Reviewdog Diagnostic Format. Columns count bytes of UTF-8 from 1, the end is exclusive.

use std::io::{self, Write};

use serde::Serialize;

use super::item::{Item, items};
use super::{HOME, Look, Report};
use crate::finding::Severity;
use crate::run::Run;

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
        serde_json::to_writer_pretty(&mut *out, &result)?;
        writeln!(out)
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
        let (start, end) = spot.byte_columns();
        Self {
            message: item.message_and_help(),
            location: Location {
                path: spot.path(),
                range: Range {
                    start: Position {
                        line: spot.start.line,
                        column: start,
                    },
                    end: Position {
                        line: spot.end.line,
                        column: end,
                    },
                },
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
        }
    }
}
