//! `checkstyle`: XML for Jenkins (warnings-ng) and everything else that reads Checkstyle's reports.

use std::io::{self, Write};

use super::item::items;
use super::look::Look;
use super::writer::Report;
use super::xml::attribute;
use crate::run::Run;

/// The format.
pub(super) struct Checkstyle;

impl Report for Checkstyle {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<checkstyle version="4.3">"#)?;
        // Findings are in order of path, so those of one file follow each other.
        for file in items(run).chunk_by(|a, b| a.primary.path() == b.primary.path()) {
            let path = file.first().map_or("", |item| item.primary.path());
            writeln!(out, r#"  <file name="{}">"#, attribute(path))?;
            for item in file {
                writeln!(
                    out,
                    r#"    <error line="{}" column="{}" severity="{}" message="{}" source="stagecheck.{}"/>"#,
                    item.primary.start.line,
                    item.primary.start.column,
                    item.severity(),
                    attribute(&item.message),
                    attribute(item.rule()),
                )?;
            }
            writeln!(out, "  </file>")?;
        }
        writeln!(out, "</checkstyle>")
    }
}
