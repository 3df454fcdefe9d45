//! `json` and `jsonl`: for programs. Described by `schemas/report.schema.json`; [`SCHEMA`] changes when a reader
//! that follows that schema would no longer understand it.

use std::io::{self, Write};

use serde::Serialize;

use super::home::VERSION;
use super::item::{Edit, Fix, Item, Spot, items};
use super::look::Look;
use super::writer::Report;
use crate::finding::{FixKind, Severity};
use crate::run::{Run, SchemasInForce};
use crate::text::{LineColumn, mask};

/// The version of the document.
pub const SCHEMA: u32 = 2;

/// `json`: one document.
pub(super) struct Json;
/// `jsonl`: a finding on each line.
pub(super) struct JsonLines;

impl Report for Json {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let items = items(run);
        writeln!(out, "{}", mask::json(&Document::new(run, &items))?)
    }
}

impl Report for JsonLines {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        for item in items(run) {
            let line = Line {
                schema: SCHEMA,
                finding: Finding::new(&item),
            };
            writeln!(out, "{}", mask::json_line(&line)?)?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    schema: u32,
    tool: Tool,
    summary: Summary,
    schemas: Vec<Schemas>,
    findings: Vec<Finding<'r>>,
}

#[derive(Serialize)]
struct Line<'r> {
    schema: u32,
    #[serde(flatten)]
    finding: Finding<'r>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    failing: usize,
    fixable: usize,
    unsafely_fixable: usize,
    known: usize,
    suppressed: usize,
    app_roots: usize,
    servers: usize,
    layers: usize,
    chains: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schemas {
    app_root: String,
    installed: usize,
    bundled: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'r> {
    rule: &'r str,
    severity: Severity,
    message: &'r str,
    help: Option<&'r str>,
    url: Option<&'r str>,
    primary: Label<'r>,
    related: Vec<Label<'r>>,
    chains: &'r [String],
    config_path: Option<&'r str>,
    fingerprint: &'r str,
    fixes: Vec<FixLine<'r>>,
}

#[derive(Serialize)]
struct FixLine<'r> {
    title: &'r str,
    kind: &'static str,
    edits: Vec<EditLine<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditLine<'r> {
    path: &'r str,
    repository_path: &'r str,
    bytes: Bytes,
    start: Position,
    end: Position,
    text: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Label<'r> {
    path: &'r str,
    repository_path: &'r str,
    note: &'r str,
    bytes: Bytes,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Bytes {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

impl<'r> Document<'r> {
    fn new(run: &Run, items: &'r [Item<'r>]) -> Self {
        let known = run.baseline.as_ref().map_or(0, |it| it.known.len());
        let fails = |item: &Item<'_>| run.fail_on.is_reached_by(item.severity());
        let schemas = |one: &SchemasInForce| Schemas {
            app_root: mask::escape(&mask::name(&one.root)).into_owned(),
            installed: one.installed,
            bundled: one.bundled,
        };
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: "stagecheck",
                version: VERSION,
            },
            summary: Summary {
                errors: run.count(Severity::Error),
                warnings: run.count(Severity::Warning),
                infos: run.count(Severity::Info),
                failing: items.iter().filter(|item| fails(item)).count(),
                fixable: run.fixable(FixKind::Safe),
                unsafely_fixable: run.fixable(FixKind::Unsafe),
                known,
                suppressed: run.suppressed,
                app_roots: run.checked.app_roots,
                servers: run.checked.servers,
                layers: run.checked.layers.len(),
                chains: run.checked.chains,
            },
            schemas: run.checked.schemas.iter().map(schemas).collect(),
            findings: items.iter().map(Finding::new).collect(),
        }
    }
}

impl<'r> Finding<'r> {
    fn new(item: &'r Item<'_>) -> Self {
        Self {
            rule: item.rule(),
            severity: item.severity(),
            message: &item.message,
            help: item.help.as_deref(),
            url: item.url.as_deref(),
            primary: Label::new(&item.primary),
            related: item.related.iter().map(Label::new).collect(),
            chains: &item.chains,
            config_path: item.config_path.as_deref(),
            fingerprint: &item.fingerprint,
            fixes: item.fixes.iter().map(FixLine::new).collect(),
        }
    }
}

impl<'r> Label<'r> {
    fn new(spot: &'r Spot<'_>) -> Self {
        Self {
            path: spot.path(),
            repository_path: spot.repository_path(),
            note: &spot.note,
            bytes: Bytes::of(spot),
            start: Position::of(spot.start),
            end: Position::of(spot.end),
        }
    }
}

impl<'r> FixLine<'r> {
    fn new(fix: &'r Fix<'_>) -> Self {
        Self {
            title: &fix.title,
            kind: fix.kind.as_str(),
            edits: fix.edits.iter().map(EditLine::new).collect(),
        }
    }
}

impl<'r> EditLine<'r> {
    fn new(edit: &'r Edit<'_>) -> Self {
        let spot = &edit.spot;
        Self {
            path: spot.path(),
            repository_path: spot.repository_path(),
            bytes: Bytes::of(spot),
            start: Position::of(spot.start),
            end: Position::of(spot.end),
            text: edit.text,
        }
    }
}

impl Bytes {
    fn of(spot: &Spot<'_>) -> Self {
        Self {
            start: spot.span.start,
            end: spot.span.end,
        }
    }
}

impl Position {
    fn of(position: LineColumn) -> Self {
        Self {
            line: position.line,
            column: position.column,
        }
    }
}
