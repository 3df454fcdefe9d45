//! The outline of a layer: its keys, without its values.

use gen_lsp_types::{DocumentSymbol, SymbolKind};

use super::hover::root_of;
use super::page::{Page, name};
use crate::text::Span;
use npm_yaml::{Node, NodeValue};

/// The keys of the layers in a file, each with those below it.
#[allow(deprecated)]
pub(super) fn symbols(page: &Page<'_>) -> Vec<DocumentSymbol> {
    let layers = page.layers();
    let mut roots: Vec<&Node> = layers
        .iter()
        .filter_map(|(_, layer)| root_of(layer))
        .collect();
    roots.dedup_by_key(|root| root.span);
    roots
        .into_iter()
        .flat_map(|root| below(page, root))
        .collect()
}

fn below(page: &Page<'_>, node: &Node) -> Vec<DocumentSymbol> {
    match &node.value {
        NodeValue::Mapping(entries) => entries
            .iter()
            .map(|entry| symbol(page, &entry.key.text, entry.key.span, &entry.value))
            .collect(),
        NodeValue::Sequence(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let start = Span::at(item.span.start as usize);
                symbol(page, &format!("[{index}]"), start, item)
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[allow(deprecated)]
fn symbol(page: &Page<'_>, key: &str, selected: Span, value: &Node) -> DocumentSymbol {
    // An alias has its bytes elsewhere.
    let end = match value.span.start >= selected.start {
        true => value.span.end.max(selected.end),
        false => selected.end,
    };
    let whole = Span::new(selected.start as usize, end as usize);
    let children = below(page, value);
    let children: Vec<_> = children
        .into_iter()
        .filter(|child| {
            let inner = page.span(child.range);
            whole.contains(inner)
        })
        .collect();
    // A client refuses a symbol without a name.
    let shown = page
        .configs()
        .map(|configs| configs.run.secrets.show_key(key));
    let name = match name(&shown.unwrap_or_default()) {
        name if name.trim().is_empty() => "''".to_owned(),
        name => name,
    };
    DocumentSymbol {
        name,
        detail: None,
        kind: match value.value {
            NodeValue::Mapping(_) => SymbolKind::Module,
            NodeValue::Sequence(_) => SymbolKind::Array,
            NodeValue::String(_) => SymbolKind::String,
            NodeValue::Number(_) => SymbolKind::Number,
            NodeValue::Bool(_) => SymbolKind::Boolean,
            NodeValue::Null => SymbolKind::Null,
        },
        tags: None,
        deprecated: None,
        range: page.range(whole),
        selection_range: page.range(selected),
        children: (!children.is_empty()).then_some(children),
    }
}
