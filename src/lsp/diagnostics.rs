//! Findings as an editor shows them.
//!
//! In: the runs of all folders. Out: the diagnostics of each file, by URI. Never: a text that the reports would not show.

use std::collections::BTreeMap;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Location, Message, Range, Uri,
};

use super::documents::range_of;
use super::folder::Folder;
use super::page::Page;
use crate::finding::Severity;
use crate::report::{Item, Spot, items};
use crate::text::{ColumnUnit, Lines, SourceId};
use rule_card::card::Mark;

/// What the editor shows as the origin of a diagnostic.
pub(super) const SOURCE: &str = "stagecheck";

/// Diagnostics by the URI of their file.
pub(super) type ByFile = BTreeMap<String, Vec<Diagnostic>>;

/// The diagnostics of every file that has any.
pub(super) fn of_folders(folders: &[Folder], unit: ColumnUnit) -> ByFile {
    let mut by_file = ByFile::new();
    for (uri, diagnostics) in folders.iter().flat_map(|folder| folder.diagnostics(unit)) {
        let of_file = by_file.entry(uri.clone()).or_default();
        for diagnostic in diagnostics {
            // Two folders of one repository may both report it.
            if !of_file.contains(diagnostic) {
                of_file.push(diagnostic.clone());
            }
        }
    }
    by_file
}

/// The diagnostics of every file in the run of a folder that has any.
pub(super) fn of_folder(folder: &Folder, unit: ColumnUnit) -> ByFile {
    let mut by_file = ByFile::new();
    let Some(run) = &folder.run else {
        return by_file;
    };
    let mut ranges = Ranges::new(folder, unit);
    for item in items(run) {
        let mark = run.card(item.rule()).and_then(|card| card.mark);
        let diagnostic = diagnostic(&item, mark, &mut ranges);
        let of_file = by_file.entry(ranges.uri(&item.primary)).or_default();
        if !of_file.contains(&diagnostic) {
            of_file.push(diagnostic);
        }
    }
    by_file
}

/// The diagnostics of some findings in a file, in their order.
pub(super) fn diagnostics_of(page: &Page<'_>, items: &[&Item<'_>]) -> Vec<Diagnostic> {
    let mut ranges = Ranges::new(page.folder, page.unit());
    let mark = |item: &Item<'_>| page.run()?.card(item.rule())?.mark;
    let diagnostics = items.iter();
    diagnostics
        .map(|item| diagnostic(item, mark(item), &mut ranges))
        .collect()
}

fn diagnostic(item: &Item<'_>, mark: Option<Mark>, ranges: &mut Ranges<'_>) -> Diagnostic {
    let related: Vec<_> = item
        .related
        .iter()
        .map(|spot| DiagnosticRelatedInformation {
            location: Location {
                uri: Uri(ranges.uri(spot)),
                range: ranges.of(spot),
            },
            message: match spot.note.as_str() {
                "" => "see here".to_owned(),
                note => note.to_owned(),
            },
        })
        .collect();
    Diagnostic {
        range: ranges.of(&item.primary),
        severity: Some(match item.severity() {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(item.rule().to_owned())),
        code_description: item
            .url
            .clone()
            .map(|url| CodeDescription { href: Uri(url) }),
        source: Some(SOURCE.to_owned()),
        message: Message::String(item.message_and_help()),
        tags: mark.map(|mark| {
            vec![match mark {
                Mark::Unnecessary => DiagnosticTag::Unnecessary,
                Mark::Deprecated => DiagnosticTag::Deprecated,
            }]
        }),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

/// Places as ranges; the lines of each text are looked for once.
struct Ranges<'f> {
    folder: &'f Folder,
    unit: ColumnUnit,
    lines: BTreeMap<SourceId, Lines>,
}

impl<'f> Ranges<'f> {
    fn new(folder: &'f Folder, unit: ColumnUnit) -> Self {
        Self {
            folder,
            unit,
            lines: BTreeMap::new(),
        }
    }

    fn uri(&self, spot: &Spot<'_>) -> String {
        self.folder.uri_of(spot.source)
    }

    fn of(&mut self, spot: &Spot<'_>) -> Range {
        let text = spot.source.text();
        let lines = self.lines.entry(spot.id);
        let lines = lines.or_insert_with(|| Lines::of(text));
        range_of(text, lines, spot.span, self.unit)
    }
}
