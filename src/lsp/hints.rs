//! What stands beside a layer while one reads it: which values are overridden, what the database of each chain is, and
//! which chains load it.

use std::collections::BTreeMap;

use gen_lsp_types::{CodeLens, Command, InlayHint, Range};

use super::page::{Page, name, shown};
use crate::backstage::load::LoadedLayer;
use crate::backstage::value::{Kind, Origin, Value};
use crate::check::effective::{AppConfigs, ChainConfig};
use crate::report::{Shown, database_rows};
use crate::text::{SourceId, Span};

/// How many names a line lists at most.
const MOST_NAMES: usize = 4;

/// The hints in a range.
pub(super) fn hints(page: &Page<'_>, range: Range) -> Vec<InlayHint> {
    let Some(configs) = page.configs() else {
        return Vec::new();
    };
    let shown = shown(configs);
    let asked = page.span(range);
    let mut hints: Vec<(Span, String, Option<String>)> = Vec::new();
    for (app, layer) in page.layers() {
        hints.extend(overridden(app, layer, &shown));
        hints.extend(databases(app, layer, &shown));
    }
    hints.sort();
    hints.dedup();
    let in_range = |(span, ..): &(Span, String, Option<String>)| {
        asked.start <= span.end && span.end <= asked.end
    };
    hints
        .into_iter()
        .filter(in_range)
        .map(|(span, label, tooltip)| InlayHint {
            position: page.range(span).end,
            label: label.into(),
            tooltip: tooltip.map(Into::into),
            padding_left: Some(true),
            kind: None,
            text_edits: None,
            padding_right: None,
            data: None,
        })
        .collect()
}

/// The values of a layer that another one overrides: behind each, by which, and in which chains.
fn overridden(
    app: &AppConfigs,
    layer: &LoadedLayer,
    shown: &Shown<'_>,
) -> Vec<(Span, String, Option<String>)> {
    let mut found: BTreeMap<Span, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for chain in &app.chains {
        let Ok(config) = &chain.config else {
            continue;
        };
        overridden_in(config, layer.layer.source, &mut |own, winner| {
            let by = name(&shown.place(winner));
            let chains = found.entry(own).or_default().entry(by).or_default();
            chains.push(name(&chain.chain.name.0));
        });
    }
    found
        .into_iter()
        .map(|(span, by)| {
            let tooltip = by
                .iter()
                .map(|(place, chains)| format!("{place} in {}", listed(chains)));
            let tooltip = tooltip.collect::<Vec<_>>().join("\n");
            let places: Vec<String> = by.into_keys().collect();
            (
                span,
                format!("overridden by {}", listed(&places)),
                Some(tooltip),
            )
        })
        .collect()
}

/// Calls for each scalar or list of a source that is overridden, with what overrides it.
fn overridden_in(value: &Value, source: SourceId, found: &mut impl FnMut(Span, Option<&Origin>)) {
    match &value.kind {
        Kind::Object(object) => {
            for child in object.values() {
                overridden_in(child, source, found);
            }
        }
        _ => {
            for own in value
                .overrode
                .iter()
                .filter(|own| own.value.source == source)
            {
                found(own.value.span, value.origin.as_ref());
            }
        }
    }
}

/// What the database of each chain is that loads the layer, behind the key `database` in it.
fn databases(
    app: &AppConfigs,
    layer: &LoadedLayer,
    shown: &Shown<'_>,
) -> Option<(Span, String, Option<String>)> {
    let root = layer.resolved.root.as_ref()?;
    let key = root.at(["backend", "database"])?.key_place()?;
    if key.source != layer.layer.source {
        return None;
    }
    let mut verdicts: Vec<(String, Vec<String>)> = Vec::new();
    for chain in chains_of(app, layer) {
        let Some(verdict) = verdict(chain, shown) else {
            continue;
        };
        let name = name(&chain.chain.name.0);
        match verdicts.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, chains)) => chains.push(name),
            None => verdicts.push((verdict, vec![name])),
        }
    }
    let told = verdicts
        .iter()
        .map(|(verdict, chains)| format!("{}: {verdict}", listed(chains)));
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| (key.span, told.join("; "), None))
}

/// Client, TLS and pool of the base, in a few words.
fn verdict(chain: &ChainConfig, shown: &Shown<'_>) -> Option<String> {
    let rows = database_rows(chain, shown);
    let base = rows.first()?;
    let cell = |name: &str| {
        let cell = base.cell(name)?;
        cell.text.as_deref().map(crate::lsp::page::name)
    };
    let mut words = vec![cell("client")?];
    words.extend(cell("tls").map(|tls| format!("TLS {tls}")));
    words.extend(cell("pool").map(|pool| format!("pool {pool}")));
    Some(words.join(", "))
}

/// The chains that load a layer.
fn chains_of<'a>(
    app: &'a AppConfigs,
    layer: &'a LoadedLayer,
) -> impl Iterator<Item = &'a ChainConfig> {
    let loads = |chain: &&ChainConfig| {
        let mut layers = chain.chain.layers.iter();
        layers.any(|loaded| loaded.path == layer.layer.path)
    };
    app.chains.iter().filter(loads)
}

/// Above each layer, which chains load it.
pub(super) fn lenses(page: &Page<'_>) -> Vec<CodeLens> {
    let lens = |(app, layer): (&AppConfigs, &LoadedLayer)| {
        let chains: Vec<String> = chains_of(app, layer)
            .map(|chain| name(&chain.chain.name.0))
            .collect();
        let title = match chains.is_empty() {
            true => "loaded by no chain".to_owned(),
            false => format!("loaded by {}", listed(&chains)),
        };
        CodeLens {
            range: page.range(Span::at(layer.layer.start.start as usize)),
            command: Some(Command {
                title,
                ..Command::default()
            }),
            data: None,
        }
    };
    page.layers().into_iter().map(lens).collect()
}

/// Names beside each other, not too many.
fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    let left = names.len().saturating_sub(MOST_NAMES);
    match left {
        0 => shown.join(", "),
        left => format!("{} and {left} more", shown.join(", ")),
    }
}
