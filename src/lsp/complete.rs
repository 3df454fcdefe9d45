//! Completion: what may be typed at a place.
//!
//! Keys and values come from the schemas in force, plugin ids from the packages of the backend, variables from the layers
//! and deployments, rules from the catalogue. It goes by the lines of the text, which need not parse while one types.

use std::collections::BTreeMap;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, MarkupContent, MarkupKind, Position,
    TextEdit,
};

use super::cursor::{Typed, typed};
use super::markdown::prose;
use super::page::{Page, name};
use super::suppression;
use crate::backstage::schema::Types;
use crate::backstage::value::{Kind, OpenCause, Value};
use crate::check::effective::AppConfigs;
use crate::rules::catalog;
use crate::settings;
use crate::text::mask::excerpt;
use crate::text::{Span, mask};
use npm_yaml::NodeValue;
use source::{ConfigPath, Part};

/// What sets a value from elsewhere.
const DIRECTIVES: [&str; 3] = ["$env", "$file", "$include"];

/// The levels that settings give a rule.
const LEVELS: [&str; 4] = ["error", "warning", "info", "off"];

/// What may stand at a position.
pub(super) fn complete(page: &Page<'_>, position: Position) -> Vec<CompletionItem> {
    let offset = page.offset(position);
    let line = page.line(page.line_of(offset));
    let column = offset.saturating_sub(line.range().start);
    let text = page.slice(line);
    if let Some(names) = suppression::names_at(text, column) {
        let before = word_before(text, column, names.start);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let after = text.get(column..).map_or(0, |rest| length(rest, is_word));
        return rules(page, Span::new(offset - before, offset + after));
    }
    if settings::NAMES.contains(&page.path.name()) {
        return in_settings(page, offset);
    }
    // What is being typed may keep the layer from being found: any app root of the folder then says what it knows.
    let app = page.layers().first().map(|(app, _)| *app);
    let Some(app) = app else {
        return Vec::new();
    };
    let before = text.get(..column).unwrap_or_default();
    if let Some(open) = before.rfind("${")
        && !before.get(open..).is_some_and(|rest| rest.contains('}'))
        && !is_comment(before)
    {
        return variables(page, app, offset, column - open - 2);
    }
    match typed(&page.text, offset) {
        Some(Typed::Key(path, so_far)) => keys(page, app, &path, &Word::at(page, offset, so_far)),
        Some(Typed::Value(path, so_far)) => {
            values(page, app, &path, Word::at(page, offset, so_far).span)
        }
        None => Vec::new(),
    }
}

/// The key or value that is being typed, with what stands behind the cursor: it is replaced as a whole.
struct Word {
    span: Span,
    /// A colon is behind it already.
    has_colon: bool,
}

impl Word {
    fn at(page: &Page<'_>, offset: usize, so_far: &str) -> Self {
        let rest = page.text.get(offset..).unwrap_or_default();
        let is_colon = |at: usize| {
            let behind = rest.get(at..).and_then(|rest| rest.strip_prefix(':'));
            behind
                .is_some_and(|behind| behind.is_empty() || behind.starts_with(char::is_whitespace))
        };
        let end = rest
            .char_indices()
            .find(|(at, c)| c.is_whitespace() || is_colon(*at))
            .map_or(rest.len(), |(at, _)| at);
        Self {
            span: Span::new(offset.saturating_sub(so_far.len()), offset + end),
            has_colon: is_colon(end),
        }
    }

    /// What to write for a key: a colon behind it, and the place of a value, where there is none.
    fn key(&self, key: &str, colon: &str) -> String {
        match self.has_colon {
            true => key.to_owned(),
            false => format!("{key}{colon}"),
        }
    }
}

/// How many bytes at the start of a text are of a kind.
fn length(text: &str, is_of_it: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_start_matches(is_of_it).len()
}

fn is_comment(before: &str) -> bool {
    before.trim_start().starts_with('#') || before.contains(" #")
}

/// How many bytes of a rule's name stand before the column.
fn word_before(text: &str, column: usize, from: usize) -> usize {
    let before = text.get(from..column).unwrap_or_default();
    let word = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    before.len() - word.len()
}

fn item(
    page: &Page<'_>,
    label: String,
    kind: CompletionItemKind,
    new_text: String,
    replaced: Span,
) -> CompletionItem {
    let range = page.range(replaced);
    CompletionItem {
        text_edit: Some(TextEdit { range, new_text }.into()),
        label,
        kind: Some(kind),
        ..CompletionItem::default()
    }
}

fn markdown(text: String) -> Option<gen_lsp_types::Documentation> {
    let kind = MarkupKind::Markdown;
    (!text.is_empty()).then(|| MarkupContent { kind, value: text }.into())
}

/// The rules that a suppression or settings may name: the catalogue's, and the user's own.
fn rules(page: &Page<'_>, replaced: Span) -> Vec<CompletionItem> {
    let Some(run) = page.run() else {
        return Vec::new();
    };
    let cards = catalog::cards().iter().chain(&run.policies);
    cards
        .map(|card| CompletionItem {
            detail: Some(mask::outside_run(&card.title)),
            documentation: markdown(match catalog::card(&card.id) {
                Some(_) => card.why.to_string(),
                None => prose(&excerpt(&card.why)),
            }),
            ..item(
                page,
                card.id.to_string(),
                CompletionItemKind::EnumMember,
                card.id.to_string(),
                replaced,
            )
        })
        .collect()
}

/// Rules and their levels, under `rules` of a settings file.
fn in_settings(page: &Page<'_>, offset: usize) -> Vec<CompletionItem> {
    let is_rules =
        |path: &ConfigPath| matches!(path.parts(), [.., Part::Key(key)] if &**key == "rules");
    match typed(&page.text, offset) {
        Some(Typed::Key(path, so_far)) if is_rules(&path) => {
            let word = Word::at(page, offset, so_far);
            let mut items = rules(page, word.span);
            for item in &mut items {
                if let Some(gen_lsp_types::CompletionItemTextEdit::TextEdit(edit)) =
                    &mut item.text_edit
                {
                    edit.new_text = word.key(&edit.new_text, ": ");
                }
            }
            items
        }
        Some(Typed::Value(mut path, so_far)) => {
            path.pop();
            if !is_rules(&path) {
                return Vec::new();
            }
            let replaced = Word::at(page, offset, so_far).span;
            let level = |level: &str| {
                let kind = CompletionItemKind::EnumMember;
                item(page, level.to_owned(), kind, level.to_owned(), replaced)
            };
            LEVELS.map(level).to_vec()
        }
        _ => Vec::new(),
    }
}

/// The keys of an object that are not there yet.
fn keys(page: &Page<'_>, app: &AppConfigs, path: &ConfigPath, word: &Word) -> Vec<CompletionItem> {
    let mut present = present(page, path);
    // What is being typed is there as well.
    let own = page.slice(word.span);
    if let Some(at) = present.iter().position(|known| known == own) {
        present.remove(at);
    }
    let scope = app.schemas.schemas.scope_at(path);
    let mut keys: BTreeMap<&str, CompletionItem> = BTreeMap::new();
    for key in scope.known_keys() {
        let about = scope.key(key);
        let description = about.description();
        let types: Vec<&str> = description.types.names().collect();
        let text = match description.types {
            Types::OBJECT | Types::ARRAY => word.key(&spelt(key), ":"),
            _ => word.key(&spelt(key), ": "),
        };
        let kind = CompletionItemKind::Property;
        let deprecated = description.deprecated.is_some();
        let texts: Vec<&str> = description.texts;
        keys.insert(
            key,
            CompletionItem {
                detail: (!types.is_empty()).then(|| types.join(" or ")),
                documentation: markdown(prose(&excerpt(&texts.join("\n\n")))),
                tags: deprecated.then(|| vec![CompletionItemTag::Deprecated]),
                ..item(page, name(key), kind, text, word.span)
            },
        );
    }
    let plugins = match is_plugins(path) {
        true => plugin_ids(app),
        false => Vec::new(),
    };
    for plugin in &plugins {
        let kind = CompletionItemKind::Module;
        let text = word.key(&spelt(plugin), ":");
        let item = CompletionItem {
            detail: Some("plugin of the backend".to_owned()),
            ..item(page, name(plugin), kind, text, word.span)
        };
        keys.insert(plugin, item);
    }
    if !path.is_root() && present.is_empty() {
        for directive in DIRECTIVES {
            let kind = CompletionItemKind::Keyword;
            let text = word.key(directive, ": ");
            let item = item(page, directive.to_owned(), kind, text, word.span);
            keys.insert(directive, item);
        }
    }
    let is_new = |key: &&str| !present.iter().any(|known| known == *key);
    let keys = keys.into_iter().filter(|(key, _)| is_new(key));
    keys.map(|(_, item)| item).collect()
}

/// A key as YAML writes it.
fn spelt(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(is_plain) {
        true => key.to_owned(),
        false => serde_json::Value::from(key).to_string(),
    }
}

/// The keys that stand at a path in the layers of the page, as far as they parse.
fn present(page: &Page<'_>, path: &ConfigPath) -> Vec<String> {
    let document = npm_yaml::parse(&page.text);
    let mut node = document.root.as_ref();
    for part in path.parts() {
        node = match (node.map(|node| &node.value), part) {
            (Some(NodeValue::Mapping(entries)), Part::Key(key)) => {
                let entry = entries.iter().find(|entry| entry.key.text == *key);
                entry.map(|entry| &entry.value)
            }
            // Which item it is, the lines do not say.
            _ => None,
        };
    }
    match node.map(|node| &node.value) {
        Some(NodeValue::Mapping(entries)) => {
            let keys = entries.iter().map(|entry| entry.key.text.to_string());
            keys.collect()
        }
        _ => Vec::new(),
    }
}

fn is_plugins(path: &ConfigPath) -> bool {
    let keys = ["backend", "database", "plugin"];
    let parts = path.parts();
    parts.len() == keys.len()
        && parts
            .iter()
            .zip(keys)
            .all(|(part, key)| matches!(part, Part::Key(own) if **own == *key))
}

/// The plugins of the backend, by the names of its packages: `@backstage/plugin-catalog-backend` is `catalog`.
fn plugin_ids(app: &AppConfigs) -> Vec<String> {
    let backend = app.loaded.app.packages.backend.iter();
    let names = backend.flat_map(|manifest| &manifest.dependencies);
    let mut ids: Vec<String> = names
        .filter_map(|dependency| {
            let name = dependency.name.rsplit('/').next()?;
            let name = name.strip_prefix("backstage-").unwrap_or(name);
            let id = name.strip_prefix("plugin-")?.strip_suffix("-backend")?;
            Some(id.to_owned())
        })
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The values that schemas name.
fn values(
    page: &Page<'_>,
    app: &AppConfigs,
    path: &ConfigPath,
    replaced: Span,
) -> Vec<CompletionItem> {
    let scope = app.schemas.schemas.scope_at(path);
    let about = scope.description();
    let mut texts: Vec<String> = Vec::new();
    for value in &about.allowed {
        texts.push(match value.as_str() {
            Some(text) => spelt_value(text),
            None => value.to_string(),
        });
    }
    if about.types.has(Types::BOOLEAN) {
        texts.extend(["true", "false"].map(str::to_owned));
    }
    texts.dedup();
    let kind = CompletionItemKind::EnumMember;
    texts
        .into_iter()
        .map(|text| item(page, text.clone(), kind, text, replaced))
        .collect()
}

/// A string as YAML writes it.
fn spelt_value(text: &str) -> String {
    let read = npm_yaml::parse(text).root.map(|root| root.value);
    match read {
        Some(NodeValue::String(read)) if *read.value == *text => text.to_owned(),
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// The variables that layers or deployments name.
fn variables(
    page: &Page<'_>,
    app: &AppConfigs,
    offset: usize,
    so_far: usize,
) -> Vec<CompletionItem> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for chain in &app.chains {
        for variable in &chain.chain.environment {
            let chains = known.entry(variable.name.to_string()).or_default();
            chains.push(name(&chain.chain.name.0));
        }
    }
    for layer in app.loaded.layers.values() {
        if let Some(root) = &layer.resolved.root {
            named(root, &mut |variable| {
                known.entry(variable.to_owned()).or_default();
            });
        }
    }
    let rest = page.text.get(offset..).unwrap_or_default();
    let end = length(rest, |c| c.is_ascii_alphanumeric() || c == '_');
    let behind = rest.get(end..).unwrap_or_default();
    // The brace that closes it, or what stands in for a variable that is not set.
    let is_closed = behind.starts_with(['}', ':']);
    // What is being typed is in a layer as well.
    let replaced = Span::new(offset.saturating_sub(so_far), offset + end);
    let own = page.slice(replaced).to_owned();
    known
        .into_iter()
        .filter(|(variable, _)| *variable != own)
        .map(|(variable, mut chains)| {
            chains.dedup();
            let text = match is_closed {
                true => variable.clone(),
                false => format!("{variable}}}"),
            };
            let kind = CompletionItemKind::Variable;
            CompletionItem {
                detail: (!chains.is_empty()).then(|| format!("set in {}", chains.join(", "))),
                ..item(page, name(&variable), kind, text, replaced)
            }
        })
        .collect()
}

/// Calls for each variable that a value depends on.
fn named(value: &Value, found: &mut impl FnMut(&str)) {
    match &value.kind {
        Kind::Object(object) => object.values().for_each(|child| named(child, found)),
        Kind::Array(items) => items.iter().for_each(|item| named(item, found)),
        Kind::Open(open) => match &open.cause {
            OpenCause::Placeholder(variables) => {
                variables.iter().for_each(|variable| found(&variable.name));
            }
            OpenCause::Env(variable) => found(variable),
            _ => {}
        },
        _ => {}
    }
}
