//! The document that a request is about.
//!
//! In: a folder, and the URI of a file in it. Out: a [`Page`]: its text, what the last check said of it, and the layers that
//! are in it. Places leave it as ranges in the unit of the editor, texts without secrets.

use std::sync::Arc;

use gen_lsp_types::{Location, Position, Range, Uri};

use super::documents::{offset_of, range_of, span_of};
use super::folder::Folder;
use crate::backstage::load::LoadedLayer;
use crate::check::effective::{AppConfigs, Configs};
use crate::files::{FilePath, Files as _};
use crate::report::{Item, Origins, SecretText, Shown, items};
use crate::run::Run;
use crate::text::{ColumnUnit, Lines, Place, Source, Sources, Span, mask};

/// The largest file that a request may be about, in bytes: larger files are not configuration.
pub(super) const MAX_BYTES: u64 = 10 << 20;

/// A file of a folder, as it is in the editor.
pub(super) struct Page<'s> {
    /// The folder it is in.
    pub(super) folder: &'s Folder,
    /// Where in the repository.
    pub(super) path: FilePath,
    /// As the editor names it.
    pub(super) uri: String,
    /// What is in it.
    pub(super) text: Arc<str>,
    lines: Lines,
    unit: ColumnUnit,
}

impl<'s> Page<'s> {
    /// The page of a file; `None` when it is not in the folder, or cannot be read.
    pub(super) fn open(folder: &'s Folder, uri: &str, unit: ColumnUnit) -> Option<Self> {
        let path = folder.path_of(uri)?;
        let text = folder.files().read(&path, MAX_BYTES).ok()?;
        Some(Self {
            folder,
            path,
            uri: uri.to_owned(),
            lines: Lines::of(&text),
            text,
            unit,
        })
    }

    /// The byte of a position.
    pub(super) fn offset(&self, at: Position) -> usize {
        offset_of(&self.text, &self.lines, at, self.unit)
    }

    /// The bytes of a range.
    pub(super) fn span(&self, range: Range) -> Span {
        span_of(&self.text, &self.lines, range, self.unit)
    }

    /// The range of some bytes.
    pub(super) fn range(&self, span: Span) -> Range {
        range_of(&self.text, &self.lines, span, self.unit)
    }

    /// The line (from 0) that a byte is on.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.position(&self.text, offset, self.unit).0
    }

    /// The bytes of a line (from 0) without its end.
    pub(super) fn line(&self, line: usize) -> Span {
        self.lines.span(&self.text, line)
    }

    /// What a span holds.
    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The last check.
    pub(super) fn run(&self) -> Option<&'s Run> {
        self.folder.run.as_ref()
    }

    /// The findings in this file.
    pub(super) fn items(&self) -> Vec<Item<'s>> {
        let Some(run) = self.run() else {
            return Vec::new();
        };
        let mut items = items(run);
        items.retain(|item| item.primary.repository_path() == self.path.as_str());
        items
    }

    /// The effective configs of the folder.
    pub(super) fn configs(&self) -> Option<&'s Configs> {
        self.folder.configs()
    }

    /// The layers in this file, each with its app root: one, or those that a manifest holds.
    pub(super) fn layers(&self) -> Vec<(&'s AppConfigs, &'s LoadedLayer)> {
        let Some(configs) = self.configs() else {
            return Vec::new();
        };
        let is_here = |layer: &LoadedLayer| {
            let source = configs.run.sources.get(layer.layer.source);
            source.repository_path() == self.path.as_str()
        };
        let apps = configs.apps.iter();
        apps.flat_map(|app| app.loaded.layers.values().map(move |layer| (app, layer)))
            .filter(|(_, layer)| is_here(layer))
            .collect()
    }

    /// What the columns of the editor count.
    pub(super) fn unit(&self) -> ColumnUnit {
        self.unit
    }

    /// Where a place is, in any file.
    pub(super) fn location(&self, sources: &Sources, place: Place) -> Location {
        self.location_in(sources.get(place.source), place.span)
    }

    /// Where some bytes of any file are.
    pub(super) fn location_in(&self, source: &Source, span: Span) -> Location {
        let text = source.text();
        Location {
            uri: Uri(self.folder.uri_of(source)),
            range: range_of(text, &Lines::of(text), span, self.unit),
        }
    }
}

/// What may be shown of the values of some configs.
pub(super) fn shown(configs: &Configs) -> Shown<'_> {
    Shown {
        run: &configs.run,
        secret_places: &configs.secret_places,
        origins: Origins::Said,
        secrets: SecretText::Hidden,
    }
}

/// The name of a chain, a file or a variable, as it may be shown.
pub(super) fn name(name: &str) -> String {
    mask::escape(&mask::name(name)).into_owned()
}
