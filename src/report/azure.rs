//! `azure`: logging commands of Azure Pipelines.
//!
//! The agent knows errors and warnings; an info is a plain line of the log. It decodes `%AZP25`, `%3B`, `%0D`,
//! `%0A` and `%5D`.

use std::io::{self, Write};

use super::item::items;
use super::{Look, Report, concise};
use crate::finding::Severity;
use crate::run::Run;

/// The format.
pub(super) struct Azure;

impl Report for Azure {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        for item in items(run) {
            let kind = match item.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => {
                    writeln!(out, "{}", concise::line(run, item.finding))?;
                    continue;
                }
            };
            writeln!(
                out,
                "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}",
                escape(item.primary.repository_path()),
                item.primary.start.line,
                item.primary.start.column,
                escape(item.rule()),
                escape(&item.message),
            )?;
        }
        Ok(())
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%AZP25"),
            ';' => escaped.push_str("%3B"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            ']' => escaped.push_str("%5D"),
            character => escaped.push(character),
        }
    }
    escaped
}
