//! One schema for people and editors: what all packages demand together.
//!
//! In: the [`Schemas`] of an app. Out: one JSON Schema, and a form of it for editors. Checking does not use it:
//! see `demand.rs`.

use serde_json::{Map, Value, json};

use super::model::{Additional, Schema};
use super::package::PackageSchema;
use super::packages::Schemas;

impl Schemas {
    /// All schemas as one, as the real loader merges them: properties add up, enums intersect, required keys
    /// unite. Where two packages describe one value in ways that cannot be joined, both must hold (`allOf`).
    pub fn merged(&self) -> Value {
        let mut whole = Schema::default();
        for package in self.packages() {
            let mut schema = package.schema().clone();
            name_apart(&mut schema, package);
            let definitions = schema
                .rare
                .as_mut()
                .map(|rare| std::mem::take(&mut rare.definitions));
            schema.strip_empty();
            join(&mut whole, schema);
            if let Some(definitions) = definitions.filter(|definitions| !definitions.is_empty()) {
                whole.rare_mut().definitions.extend(definitions);
            }
        }
        with_head(json!(whole))
    }
}

/// The form of a schema that an editor can hold against a single layer: placeholders and directives may stand
/// wherever a value may, and nothing is required, since other layers add to it.
pub fn for_editor(merged: &Value) -> Value {
    let mut schema = relaxed(merged, Position::Root);
    let definitions = schema.as_object_mut().map(|schema| {
        schema
            .entry("definitions")
            .or_insert_with(|| Value::Object(Map::new()))
    });
    if let Some(Value::Object(definitions)) = definitions {
        definitions.insert("stagecheck-open".into(), open_value());
    }
    with_head(schema)
}

fn with_head(schema: Value) -> Value {
    let mut head = Map::new();
    head.insert(
        "$schema".into(),
        "http://json-schema.org/draft-07/schema#".into(),
    );
    if let Value::Object(schema) = schema {
        head.extend(schema);
    }
    Value::Object(head)
}

/// A string with a placeholder, a directive, or the null that takes away what a layer below has set.
fn open_value() -> Value {
    let directive = |name: &str| {
        json!({
            "type": "object",
            "properties": { name: { "type": "string" } },
            "required": [name],
            "additionalProperties": false,
        })
    };
    json!({ "anyOf": [
        { "type": "string", "pattern": r"\$\{[^{}]*\}" },
        { "type": "null" },
        directive("$env"),
        directive("$file"),
        directive("$include"),
    ] })
}

/// Where a schema stands in another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Root,
    /// A value of the configuration.
    Value,
    /// A part of the schema of a value, e.g. a branch of a union.
    Part,
}

fn relaxed(schema: &Value, position: Position) -> Value {
    let Value::Object(object) = schema else {
        return schema.clone();
    };
    let mut out = Map::new();
    for (keyword, value) in object {
        let value = match (keyword.as_str(), value) {
            ("required" | "visibility" | "deepVisibility" | "$schema", _) => continue,
            ("deprecated", text) => {
                out.insert("deprecationMessage".into(), text.clone());
                continue;
            }
            ("properties" | "patternProperties", Value::Object(inner)) => {
                let inner = inner
                    .iter()
                    .map(|(key, value)| (key.clone(), relaxed(value, Position::Value)));
                Value::Object(inner.collect())
            }
            ("definitions", Value::Object(inner)) => {
                let inner = inner
                    .iter()
                    .map(|(key, value)| (key.clone(), relaxed(value, Position::Part)));
                Value::Object(inner.collect())
            }
            ("items", Value::Array(items)) => items
                .iter()
                .map(|item| relaxed(item, Position::Value))
                .collect(),
            ("items" | "additionalProperties" | "additionalItems", value) => {
                relaxed(value, Position::Value)
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(parts)) => parts
                .iter()
                .map(|part| relaxed(part, Position::Part))
                .collect(),
            (_, value) => value.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    let free = out
        .keys()
        .all(|keyword| matches!(keyword.as_str(), "description" | "deprecationMessage"));
    if position != Position::Value || free {
        return Value::Object(out);
    }
    // Remarks stay outside, where editors look for them.
    let mut outer = Map::new();
    for remark in ["description", "deprecationMessage"] {
        if let Some(text) = out.shift_remove(remark) {
            outer.insert(remark.into(), text);
        }
    }
    outer.insert(
        "anyOf".into(),
        json!([Value::Object(out), { "$ref": "#/definitions/stagecheck-open" }]),
    );
    Value::Object(outer)
}

/// Gives the definitions of a package names that no other package's have.
fn name_apart(schema: &mut Schema, package: &PackageSchema) {
    // No character that a reference would have to escape.
    let name = package.name.trim_start_matches('@').replace('/', "-");
    let prefix = format!("{name}-{}-", package.version);
    schema.for_each_mut(&mut |schema| {
        if let Some(name) = &mut schema.reference {
            *name = format!("{prefix}{name}").into();
        }
    });
    if let Some(rare) = schema.rare.as_deref_mut() {
        let definitions = std::mem::take(&mut rare.definitions).into_iter();
        rare.definitions = definitions
            .map(|(name, schema)| (format!("{prefix}{name}").into(), schema))
            .collect();
    }
}

/// Adds what `more` demands to `whole`.
fn join(whole: &mut Schema, mut more: Schema) {
    if *whole == Schema::default() {
        *whole = more;
        return;
    }
    if *whole == more || more == Schema::default() {
        return;
    }
    for (key, value) in std::mem::take(&mut more.properties) {
        match whole.properties.get_mut(&key) {
            Some(own) => join(own, value),
            None => {
                whole.properties.insert(key, value);
            }
        }
    }
    for key in std::mem::take(&mut more.required) {
        if !whole.required.contains(&key) {
            whole.required.push(key);
        }
    }
    if whole.types.is_any() || whole.types == more.types {
        whole.types = if whole.types.is_any() {
            more.types
        } else {
            whole.types
        };
        more.types = super::model::Types::ANY;
    }
    if whole.visibility.is_none() || whole.visibility < more.visibility {
        whole.visibility = more.visibility;
    }
    more.visibility = None;
    if whole.deep_visibility.is_none() {
        whole.deep_visibility = more.deep_visibility.take();
    }
    if whole.deprecated.is_none() {
        whole.deprecated = more.deprecated.take();
    }
    if let (Some(own), Some(other)) = (&mut whole.allowed, &more.allowed) {
        own.retain(|value| other.contains(value));
        more.allowed = None;
    }
    match (&mut whole.additional, std::mem::take(&mut more.additional)) {
        (_, Additional::Allowed) => {}
        (own @ Additional::Allowed, other) => *own = other,
        (Additional::Each(own), Additional::Each(other)) => join(own, *other),
        (own, Additional::Refused) => *own = Additional::Refused,
        (Additional::Refused, Additional::Each(_)) => {}
    }
    if let Some(rare) = more.rare.as_deref_mut() {
        rare.description = None;
    }
    more.strip_empty();
    if more != Schema::default() {
        whole.rare_mut().all_of.push(more);
    }
}

/// The schemas that one package, or every version of it, brings.
pub fn of_package(schemas: &Schemas, name: &str) -> Vec<Value> {
    let packages = schemas
        .packages()
        .iter()
        .filter(|package| *package.name == *name);
    packages
        .map(|package| with_head(json!(package.schema())))
        .collect()
}
