//! `gitlab`: Code Quality of GitLab, a subset of the Code Climate format.
//!
//! GitLab shows nothing of two findings with the same fingerprint but one of them, and knows the severities `info`,
//! `minor`, `major`, `critical` and `blocker`.

use std::io::{self, Write};

use serde::Serialize;

use super::item::{Item, items};
use super::look::Look;
use super::writer::Report;
use crate::finding::Severity;
use crate::run::Run;
use crate::text::mask;

/// The format.
pub(super) struct Gitlab;

impl Report for Gitlab {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let items = items(run);
        let issues: Vec<Issue> = items.iter().map(Issue::new).collect();
        writeln!(out, "{}", mask::json(&issues)?)
    }
}

#[derive(Serialize)]
struct Issue<'r> {
    description: &'r str,
    check_name: &'r str,
    fingerprint: &'r str,
    severity: &'static str,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl<'r> Issue<'r> {
    fn new(item: &'r Item<'_>) -> Self {
        Self {
            description: &item.message,
            check_name: item.rule(),
            fingerprint: &item.fingerprint,
            severity: match item.severity() {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "info",
            },
            location: Location {
                path: item.primary.repository_path(),
                lines: Lines {
                    begin: item.primary.start.line,
                    end: item.primary.end.line,
                },
            },
        }
    }
}
