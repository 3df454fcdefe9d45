//! Doc tags to keywords: `@visibility`, `@deprecated`, `@minimum` and their like.

use super::tree::Doc;
use crate::backstage::schema::model::{Bound, Items, Schema, Types, Visibility};

/// Puts what a doc comment says onto a schema; what it says wins over what is there.
pub(super) fn apply(doc: &Doc, schema: &mut Schema) {
    if !doc.description.is_empty() {
        schema.rare_mut().description = Some(doc.description.clone());
    }
    for (name, text) in &doc.tags {
        match &**name {
            "items" => items(text, schema),
            name => tag(name, text, schema),
        }
    }
}

/// `@items.visibility frontend` marks the items of an array.
fn items(text: &str, schema: &mut Schema) {
    let Some((name, text)) = text
        .strip_prefix('.')
        .and_then(|tag| tag.split_once(char::is_whitespace))
    else {
        return;
    };
    if let Some(Items::Each(item)) = schema.items.as_deref_mut() {
        tag(name, text.trim(), item);
    }
}

fn tag(name: &str, text: &str, schema: &mut Schema) {
    match name {
        "visibility" => set_visibility(text, &mut schema.visibility),
        "deepVisibility" => set_visibility(text, &mut schema.deep_visibility),
        "deprecated" => schema.deprecated = Some(text.into()),
        "nullable" => nullable(schema),
        "asType" => {
            if let Some(types) = Types::named(text) {
                schema.types = types;
            }
        }
        "pattern" if !text.is_empty() => schema.rare_mut().pattern = Some(text.into()),
        "uniqueItems" => schema.rare_mut().unique_items = text != "false",
        name => {
            if let (Some(bound), Ok(limit)) = (Bound::named(name), text.parse::<f64>()) {
                let bounds = &mut schema.rare_mut().bounds;
                bounds.retain(|(own, _)| *own != bound);
                bounds.push((bound, limit));
            }
        }
    }
}

/// The first word counts: people write reasons behind it.
fn set_visibility(text: &str, visibility: &mut Option<Visibility>) {
    let word = text.split_whitespace().next().unwrap_or_default();
    if let Some(named) = Visibility::named(word) {
        *visibility = Some(named);
    }
}

fn nullable(schema: &mut Schema) {
    if !schema.any_of.is_empty() {
        schema.any_of.push(Schema::of(Types::NULL));
        return;
    }
    if !schema.types.is_any() {
        schema.types = schema.types.with(Types::NULL);
    }
    if let Some(allowed) = &mut schema.allowed {
        allowed.push(serde_json::Value::Null);
    }
}
