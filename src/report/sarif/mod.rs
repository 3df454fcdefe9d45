//! `sarif`: SARIF 2.1.0, as GitHub code scanning and every other reader takes it.
//!
//! GitHub shows only the first location of a result, asks for all four fields of its region, takes 25 000 results and
//! keeps 5 000. No `automationDetails`: an id there would win over the category that a workflow gives its upload, so that
//! the checks of two app roots would replace each other. All rules are listed, also those that did not speak. Columns count Unicode code points.

mod model;
mod rules;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::home::{HOME, VERSION};
use super::item::{self, Edit, Item, Spot, State, by_severity, with_known};
use super::look::Look;
use super::writer::Report;
use crate::finding::Severity;
use crate::run::Run;
use crate::text::mask;
use model::{
    ArtifactChange, ArtifactLocation, Driver, Fix, Invocation, Level, Location, Log, Message,
    Notification, PhysicalLocation, Region, Replacement, SarifResult, SarifRun, Tool,
};
use rules::Rules;

/// What GitHub takes in one run.
const MOST_RESULTS: usize = 25_000;

/// The format.
pub(super) struct Sarif;

impl Report for Sarif {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut items = with_known(run);
        let left_out = items.len().saturating_sub(MOST_RESULTS);
        if left_out > 0 {
            items = by_severity(items);
            items.truncate(MOST_RESULTS);
        }
        let rules = Rules::new(run, &items);
        let log = Log {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [SarifRun {
                results: items
                    .iter()
                    .map(|item| result(run, item, rules.index_of(item.rule())))
                    .collect(),
                tool: Tool {
                    driver: Driver {
                        name: "stagecheck",
                        full_name: concat!("stagecheck ", env!("CARGO_PKG_VERSION")),
                        version: VERSION,
                        semantic_version: VERSION,
                        information_uri: HOME,
                        rules: rules.into_descriptors(),
                    },
                },
                invocations: [invocation(left_out)],
                column_kind: "unicodeCodePoints",
            }],
        };
        writeln!(out, "{}", mask::json(&log)?)
    }
}

/// A message that holds no link: in one, `[text](target)` is a link, and a backslash says that it is none (SARIF 2.1.0,
/// 3.11.6).
fn plain(text: &str) -> String {
    match text.contains("](") {
        true => text.replace('[', "\\[").replace(']', "\\]"),
        false => text.to_owned(),
    }
}

fn invocation(left_out: usize) -> Invocation {
    let told = (left_out > 0).then(|| Notification {
        level: Level::Warning,
        message: Message::new(format!("{left_out} less severe findings are omitted")),
    });
    Invocation {
        execution_successful: true,
        tool_execution_notifications: told.into_iter().collect(),
    }
}

fn result(run: &Run, item: &Item, rule_index: Option<usize>) -> SarifResult {
    let related = item.related.iter().enumerate();
    SarifResult {
        rule_id: item.rule().to_owned(),
        rule_index,
        level: level(item.severity()),
        message: Message::new(plain(&item.message_and_help())),
        locations: [location(&item.primary, None)],
        related_locations: related
            .map(|(index, spot)| location(spot, Some(index + 1)))
            .collect(),
        fixes: item.fixes.iter().filter_map(fix).collect(),
        partial_fingerprints: BTreeMap::from([("stagecheck/v1", item.fingerprint.clone())]),
        baseline_state: run.baseline.as_ref().map(|_| match item.state {
            State::New => "new",
            State::Known => "unchanged",
        }),
        properties: model::ResultProperties {
            chains: item.chains.clone(),
            config_path: item.config_path.clone(),
        },
    }
}

/// A fix that a program may apply: a change for each file.
fn fix(fix: &item::Fix) -> Option<Fix> {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        let path = edit.spot.repository_path();
        files.entry(path).or_default().push(edit);
    }
    let changes: Vec<ArtifactChange> = files
        .into_iter()
        .map(|(path, edits)| ArtifactChange {
            artifact_location: artifact(path),
            replacements: edits.into_iter().map(replacement).collect(),
        })
        .collect();
    fix.is_applicable().then(|| Fix {
        description: Message::new(plain(&fix.title)),
        artifact_changes: changes,
    })
}

fn replacement(edit: &Edit) -> Replacement {
    Replacement {
        deleted_region: region(&edit.spot),
        inserted_content: Message::new(edit.text),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

fn location(spot: &Spot, id: Option<usize>) -> Location {
    let message = Some(&spot.note).filter(|note| !note.is_empty());
    Location {
        id,
        message: message.map(|note| Message::new(plain(note))),
        physical_location: PhysicalLocation {
            artifact_location: artifact(spot.repository_path()),
            region: region(spot),
        },
    }
}

fn artifact(repository_path: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: uri::relative(repository_path),
        uri_base_id: "%SRCROOT%",
    }
}

fn region(spot: &Spot) -> Region {
    Region {
        start_line: spot.start.line,
        start_column: spot.start.column,
        end_line: spot.end.line,
        end_column: spot.end.column,
    }
}
