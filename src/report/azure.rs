//! `azure`: logging commands of Azure Pipelines.
//!
//! The agent knows errors and warnings; an info is a plain line of the log. Properties are escaped, and the message
//! less so, as the library of Microsoft's own tasks does it (`taskcommand.js` of azure-pipelines-task-lib 5.281).

use std::io::{self, Write};

use super::item::items;
use super::look::Look;
use super::writer::Report;
use super::{concise, text};
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
                property(&text::path(item.primary.repository_path())),
                item.primary.start.line,
                item.primary.start.column,
                property(item.rule()),
                data(&item.message),
            )?;
        }
        Ok(())
    }
}

/// What follows `]` to the end of the line.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}
