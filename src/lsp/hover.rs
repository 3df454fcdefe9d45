//! Hover: what is known of the thing under the pointer.
//!
//! On a finding: its rule, why it matters, what to do. On a key or value of a layer: what the schemas say of it, and for
//! each chain the value that the running app would see, who set it, and what it overrode. On the name of a rule in a
//! comment or in settings: the rule. Secrets are masked.

use std::fmt::Write as _;

use gen_lsp_types::{Hover, MarkupContent, MarkupKind, Position};

use super::cursor::at;
use super::markdown::{code, link, prose};
use super::page::{Page, name, shown};
use super::suppression;
use crate::backstage::load::LoadedLayer;
use crate::backstage::value::{Kind, OpenCause, Value};
use crate::backstage::words::ChainLayer;
use crate::check::effective::AppConfigs;
use crate::report::{Shown, page as page_of};
use crate::rules::catalog;
use crate::run::Run;
use crate::settings;
use crate::text::Span;
use crate::text::mask;
use rule_card::card::Card;
use source::ConfigPath;

/// How many rows a table of chains has at most.
const MOST_ROWS: usize = 12;

/// What to show at a position.
pub(super) fn hover(page: &Page<'_>, position: Position) -> Option<Hover> {
    let offset = page.offset(position);
    let mut parts: Vec<(String, Span)> = findings(page, offset);
    parts.extend(rule_name(page, offset));
    parts.extend(value(page, offset));
    let (_, span) = *parts.first().as_ref()?;
    let range = Some(page.range(*span));
    let texts: Vec<String> = parts.into_iter().map(|(text, _)| text).collect();
    Some(Hover {
        contents: MarkupContent {
            kind: MarkupKind::Markdown,
            value: texts.join("\n\n---\n\n"),
        }
        .into(),
        range,
    })
}

fn findings(page: &Page<'_>, offset: usize) -> Vec<(String, Span)> {
    let Some(run) = page.run() else {
        return Vec::new();
    };
    let items = page.items();
    let mut seen = Vec::new();
    let here = items.iter().filter(|item| {
        let span = item.primary.span.range();
        (span.start..=span.end).contains(&offset)
    });
    here.filter_map(|item| {
        let card = run.card(item.rule())?;
        if seen.contains(&item.rule()) {
            return None;
        }
        seen.push(item.rule());
        Some((why(run, card), item.primary.span))
    })
    .collect()
}

/// The title of a rule, why it matters, and where to read more. A policy is a file of the repository: it may hold a secret,
/// and whatever its author liked.
fn why(run: &Run, card: &Card) -> String {
    let own = catalog::card(&card.id).is_some();
    let shown = |text: &str| match own {
        true => text.to_owned(),
        false => prose(&mask::excerpt(text)),
    };
    let title = shown(&card.title);
    let text = format!("**{}**: {title}\n\n{}", card.id, shown(card.why.trim_end()));
    match page_of(run, &card.id).and_then(|url| link(&card.id, &url)) {
        Some(link) => format!("{text}\n\n{link}"),
        None => text,
    }
}

/// The rule whose name stands there: in a suppression, or in settings.
fn rule_name(page: &Page<'_>, offset: usize) -> Option<(String, Span)> {
    let line = page.line(page.line_of(offset));
    let text = page.slice(line);
    let column = offset.checked_sub(line.range().start)?;
    let is_settings = settings::NAMES.contains(&page.path.name());
    if !is_settings && suppression::names_at(text, column).is_none() {
        return None;
    }
    let word = word_at(text, column)?;
    let run = page.run()?;
    let card = run.card(text.get(word.clone())?)?;
    let start = line.range().start;
    Some((
        why(run, card),
        Span::new(start + word.start, start + word.end),
    ))
}

/// The word of letters, digits and `-` at a column.
fn word_at(text: &str, column: usize) -> Option<std::ops::Range<usize>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let before = text.get(..column)?;
    let behind = text.get(column..)?;
    let start = before.trim_end_matches(is_word).len();
    let end = column + behind.len() - behind.trim_start_matches(is_word).len();
    (start < end).then_some(start..end)
}

fn value(page: &Page<'_>, offset: usize) -> Option<(String, Span)> {
    let configs = page.configs()?;
    let (app, layer, at) = page.layers().into_iter().find_map(|(app, layer)| {
        let root = root_of(layer)?;
        Some((app, layer, at(root, offset)?))
    })?;
    let shown = shown(configs);
    let mut text = format!("**{}**", code(&shown.key(&at.path.to_string())));
    text.push_str(&described(app, &at.path));
    text.push_str(&by_chain(app, layer, &at.path, &shown));
    let span = at.key.map_or(at.value.span, |key| key.span);
    Some((text, span))
}

/// The nodes of a layer, also of one in which a key stands twice.
pub(super) fn root_of(layer: &LoadedLayer) -> Option<&npm_yaml::Node> {
    let document = &layer.layer.document;
    document.root.as_ref().or(document.refused.as_ref())
}

/// What the schemas say of a path.
fn described(app: &AppConfigs, path: &ConfigPath) -> String {
    let scope = app.schemas.schemas.scope_at(path);
    let about = scope.description();
    let mut text = String::new();
    let mut facts: Vec<String> = Vec::new();
    if !about.allowed.is_empty() {
        let allowed = about.allowed.iter().map(|value| match value.as_str() {
            Some(text) => code(&mask::excerpt(text)),
            None => code(&mask::excerpt(&value.to_string())),
        });
        facts.push(allowed.collect::<Vec<_>>().join(", "));
    } else if !about.types.is_any() {
        facts.push(about.types.names().collect::<Vec<_>>().join(" or "));
    }
    if !scope.is_unknown() {
        facts.push(format!("visible to: {}", scope.visibility().as_str()));
    }
    if !facts.is_empty() {
        let _ = write!(text, "  \n{}", facts.join(" · "));
    }
    for description in about.texts {
        let description = mask::excerpt(description.trim());
        let _ = write!(text, "\n\n{}", prose(&description));
    }
    if let Some(reason) = about.deprecated {
        let _ = write!(text, "\n\n*deprecated* {}", prose(&mask::excerpt(reason)));
    }
    text
}

/// What each chain makes of a path; chains that make the same of it share a row.
fn by_chain(app: &AppConfigs, layer: &LoadedLayer, path: &ConfigPath, shown: &Shown<'_>) -> String {
    let mut rows: Vec<(String, String, Vec<String>)> = Vec::new();
    for chain in &app.chains {
        let (value, from) = match &chain.config {
            Err(_) => ("the app does not start".to_owned(), String::new()),
            Ok(config) => match config.at_path(path.parts()) {
                None => ("not set".to_owned(), String::new()),
                Some(value) => (told(value, shown), name(&shown.origin(value))),
            },
        };
        let is_loaded = |loaded: &ChainLayer| loaded.path == layer.layer.path;
        let mut chain_name = name(&chain.chain.name.0);
        if !chain.chain.layers.iter().any(is_loaded) {
            chain_name.push_str(" (does not load this layer)");
        }
        match rows.iter_mut().find(|row| row.0 == value && row.1 == from) {
            Some(row) => row.2.push(chain_name),
            None => rows.push((value, from, vec![chain_name])),
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let mut table = "\n\n| chain | value | set by |\n| --- | --- | --- |\n".to_owned();
    let left = rows.len().saturating_sub(MOST_ROWS);
    for (value, from, chains) in rows.into_iter().take(MOST_ROWS) {
        let chains = prose(&chains.join(", "));
        let _ = writeln!(table, "| {chains} | {value} | {} |", prose(&from));
    }
    if left > 0 {
        let _ = writeln!(table, "\n… and {left} more");
    }
    table
}

/// A value in a few words, without secrets.
pub(super) fn told(value: &Value, shown: &Shown<'_>) -> String {
    let scalar = |text: &str| code(&shown.text(value, text));
    match &value.kind {
        Kind::Null => "null: not set".to_owned(),
        Kind::Bool(truth) => scalar(&truth.to_string()),
        Kind::Number(number) => scalar(&npm_yaml::number::to_text(*number)),
        Kind::String(text) => scalar(&text.value),
        Kind::Array(items) => format!("a list of {}", counted(items.len(), "item")),
        Kind::Object(object) => format!("an object with {}", counted(object.len(), "key")),
        Kind::Open(open) => {
            let depends = match &open.cause {
                OpenCause::Placeholder(variables) => {
                    let names = variables.iter().map(|it| code(&name(&it.name)));
                    names.collect::<Vec<_>>().join(", ")
                }
                OpenCause::Env(variable) | OpenCause::Override(variable) => code(&name(variable)),
                OpenCause::File(file) | OpenCause::Include(file) => code(&name(file)),
            };
            format!(
                "{}: {}, depends on {depends}",
                scalar(&open.written),
                shown.instead(open)
            )
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
