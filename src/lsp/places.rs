//! Where a value comes from and goes to: definition, declaration, references, and links to files.

use gen_lsp_types::{DocumentLink, Location, Position, Uri};

use super::cursor::at;
use super::hover::root_of;
use super::page::{Page, name};
use crate::backstage::value::{Origin, Value};
use crate::check::effective::{AppConfigs, ChainConfig};
use crate::files::Files as _;
use crate::text::{Place, Span};
use npm_yaml::{Node, NodeValue};
use source::ConfigPath;

/// The directives that name a file.
const FILE_DIRECTIVES: [&str; 2] = ["$file", "$include"];

/// The place that stands for a value: its key, or itself where it has none.
fn place_of(origin: &Origin) -> Place {
    origin.key.unwrap_or(origin.value)
}

/// A value of a layer, as all chains have it.
struct Told<'s> {
    app: &'s AppConfigs,
    path: ConfigPath,
    own: Place,
}

impl<'s> Told<'s> {
    fn at(page: &Page<'s>, position: Position) -> Option<Self> {
        let offset = page.offset(position);
        page.layers().into_iter().find_map(|(app, layer)| {
            let found = at(root_of(layer)?, offset)?;
            let span = found.key.map_or(found.value.span, |key| key.span);
            let own = Place::new(layer.layer.source, span);
            let path = found.path;
            Some(Self { app, path, own })
        })
    }

    /// The value at the path of each chain.
    fn values(&self) -> impl Iterator<Item = &'s Value> {
        let config = |chain: &'s ChainConfig| chain.config.as_ref().ok();
        let values = self.app.chains.iter().filter_map(config);
        values.filter_map(|config| config.at_path(self.path.parts()))
    }
}

/// The values that this one overrides; of a value that overrides nothing, those that override it.
pub(super) fn definition(page: &Page<'_>, position: Position) -> Option<Vec<Location>> {
    let told = Told::at(page, position)?;
    let mut below = Vec::new();
    let mut above = Vec::new();
    for value in told.values() {
        let all: Vec<Place> = value
            .origin
            .iter()
            .chain(&value.overrode)
            .map(place_of)
            .collect();
        let Some(own) = all.iter().position(|place| *place == told.own) else {
            continue;
        };
        below.extend(all.get(own + 1).copied());
        above.extend(all.first().copied().filter(|_| own > 0));
    }
    let places = if below.is_empty() { above } else { below };
    locations(page, places)
}

/// The values that win, chain by chain.
pub(super) fn declaration(page: &Page<'_>, position: Position) -> Option<Vec<Location>> {
    let told = Told::at(page, position)?;
    let winners = told.values().filter_map(|value| value.origin.as_ref());
    let winners = winners.map(place_of).collect();
    locations(page, winners)
}

/// Everywhere in the layers of the app where the path is set.
pub(super) fn references(page: &Page<'_>, position: Position) -> Option<Vec<Location>> {
    let told = Told::at(page, position)?;
    let layers = told.app.loaded.layers.values();
    let set = layers.filter_map(|layer| {
        let value = layer.resolved.root.as_ref()?.at_path(told.path.parts())?;
        value.origin.as_ref().map(place_of)
    });
    locations(page, set.collect())
}

/// Each place once, in order of file and place.
fn locations(page: &Page<'_>, mut places: Vec<Place>) -> Option<Vec<Location>> {
    places.sort();
    places.dedup();
    let sources = &page.configs()?.run.sources;
    Some(
        places
            .into_iter()
            .map(|place| page.location(sources, place))
            .collect(),
    )
}

/// The files that a document names: by `$file` and `$include` in a layer, by `--config` in a start command.
pub(super) fn links(page: &Page<'_>) -> Vec<DocumentLink> {
    let mut named: Vec<(Span, String)> = Vec::new();
    for (_, layer) in page.layers() {
        if let Some(root) = root_of(layer) {
            directives(root, &mut named);
        }
    }
    let folder = page.path.parent();
    let mut links: Vec<DocumentLink> = named
        .into_iter()
        .filter_map(|(span, file)| {
            let file = file.split('#').next().unwrap_or_default();
            let path = folder.join(file);
            let is_there = !path.is_outside() && page.folder.files().is_file(&path);
            is_there.then(|| link(page, span, page.folder.uri_of_path(&path), file))
        })
        .collect();
    let Some(configs) = page.configs() else {
        return links;
    };
    for chain in configs.apps.iter().flat_map(|app| &app.chains) {
        for layer in &chain.chain.layers {
            let Some(place) = layer.named_at else {
                continue;
            };
            let source = configs.run.sources.get(place.source);
            if source.repository_path() == page.path.as_str()
                && page.folder.files().is_file(&layer.path)
            {
                let uri = page.folder.uri_of_path(&layer.path);
                let link = link(page, place.span, uri, layer.path.as_str());
                if !links.contains(&link) {
                    links.push(link);
                }
            }
        }
    }
    links
}

fn link(page: &Page<'_>, span: Span, uri: String, file: &str) -> DocumentLink {
    DocumentLink {
        range: page.range(span),
        target: Some(Uri(uri)),
        tooltip: Some(format!("open {}", name(file))),
        data: None,
    }
}

/// The files that directives name, with the bytes of their names. One with a placeholder in it names no file here.
fn directives(node: &Node, found: &mut Vec<(Span, String)>) {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                match &entry.value.value {
                    NodeValue::String(text)
                        if FILE_DIRECTIVES.contains(&&*entry.key.text)
                            && !text.value.contains("${") =>
                    {
                        found.push((entry.value.span, text.value.to_string()));
                    }
                    _ => directives(&entry.value, found),
                }
            }
        }
        NodeValue::Sequence(items) => {
            for item in items {
                directives(item, found);
            }
        }
        _ => {}
    }
}
