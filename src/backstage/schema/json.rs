//! [`Schema`] from and to JSON text.
//!
//! In: JSON Schema (draft 4 to 7, as the real loader's Ajv takes it), straight from the text without a tree in
//! between. Out: a [`Schema`]; and the same back, in one canonical order. Keywords that judge nothing
//! (`title`, `default`, `examples`, `$schema`, …) are dropped.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::model::{Additional, Bound, Items, Rare, Schema, Types, Visibility};

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SchemaVisitor)
    }
}

struct SchemaVisitor;

impl<'de> Visitor<'de> for SchemaVisitor {
    type Value = Schema;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Schema: an object or a boolean")
    }

    fn visit_bool<E>(self, any: bool) -> Result<Schema, E> {
        Ok(if any {
            Schema::default()
        } else {
            Schema::never()
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Schema, A::Error> {
        let mut schema = Schema::default();
        let mut additional_items = Additional::Allowed;
        while let Some(keyword) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*keyword {
                "additionalItems" => additional_items = map.next_value()?,
                keyword => read_keyword(&mut schema, keyword, &mut map)?,
            }
        }
        if let Some(Items::Tuple(_, rest)) = schema.items.as_deref_mut() {
            *rest = additional_items;
        }
        Ok(schema)
    }
}

fn read_keyword<'de, A: MapAccess<'de>>(
    schema: &mut Schema,
    keyword: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    match keyword {
        "type" => schema.types = map.next_value()?,
        "properties" => schema.properties = map.next_value()?,
        "required" => schema.required = map.next_value::<Lenient<Vec<Arc<str>>>>()?.0,
        "additionalProperties" => schema.additional = map.next_value()?,
        "items" => schema.items = Some(Box::new(map.next_value()?)),
        "anyOf" => schema.any_of = map.next_value()?,
        "enum" => narrow(schema, map.next_value()?),
        "const" => narrow(schema, vec![map.next_value()?]),
        "$ref" => schema.reference = Some(definition_name(map.next_value()?)),
        "visibility" => schema.visibility = named_visibility(map.next_value()?),
        "deepVisibility" => schema.deep_visibility = named_visibility(map.next_value()?),
        "deprecated" => {
            schema.deprecated = match map.next_value()? {
                serde_json::Value::String(text) => Some(text.into()),
                serde_json::Value::Bool(true) => Some(Arc::default()),
                _ => None,
            };
        }
        "not" => schema.rare_mut().not = Some(map.next_value()?),
        "allOf" => schema.rare_mut().all_of = map.next_value()?,
        "oneOf" => schema.rare_mut().one_of = map.next_value()?,
        "pattern" => schema.rare_mut().pattern = Some(map.next_value()?),
        "description" => schema.rare_mut().description = map.next_value::<Lenient<_>>()?.0,
        "uniqueItems" => schema.rare_mut().unique_items = map.next_value()?,
        "definitions" | "$defs" => schema.rare_mut().definitions = map.next_value()?,
        "patternProperties" => {
            let patterns: IndexMap<Arc<str>, Schema> = map.next_value()?;
            schema.rare_mut().pattern_properties = patterns.into_iter().collect();
        }
        keyword => match Bound::named(keyword) {
            Some(bound) => {
                // Draft 4 has a boolean `exclusiveMinimum`; Ajv 8 refuses it, so it bounds nothing here.
                if let Lenient(Some(limit)) = map.next_value::<Lenient<Option<f64>>>()? {
                    schema.rare_mut().bounds.push((bound, limit));
                }
            }
            None => {
                map.next_value::<IgnoredAny>()?;
            }
        },
    }
    Ok(())
}

/// `enum` and `const` beside each other both hold.
fn narrow(schema: &mut Schema, allowed: Vec<serde_json::Value>) {
    match &mut schema.allowed {
        Some(before) => before.retain(|value| allowed.contains(value)),
        none => *none = Some(allowed),
    }
}

fn named_visibility(value: serde_json::Value) -> Option<Visibility> {
    value.as_str().and_then(Visibility::named)
}

/// `#/definitions/Name` as the name; anything else is kept whole and so names no definition.
fn definition_name(reference: String) -> Arc<str> {
    let name = ["#/definitions/", "#/$defs/"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix));
    match name {
        Some(name) if name.contains(['%', '~']) => unescape(name).into(),
        Some(name) => name.into(),
        None => reference.into(),
    }
}

/// Undoes the percent encoding and JSON pointer escapes of a reference.
fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    text.replace("~1", "/").replace("~0", "~")
}

/// A value of the expected kind, or its default when it is of another kind.
struct Lenient<T>(T);

impl<'de, T: Default + serde::de::DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TypesVisitor;
        impl<'de> Visitor<'de> for TypesVisitor {
            type Value = Types;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a type, or a list of such names")
            }

            fn visit_str<E>(self, name: &str) -> Result<Types, E> {
                Ok(Types::named(name).unwrap_or(Types::ANY))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Types, A::Error> {
                let mut types = Types::ANY;
                while let Some(name) = seq.next_element::<std::borrow::Cow<'de, str>>()? {
                    types = types.with(Types::named(&name).unwrap_or(Types::ANY));
                }
                Ok(types)
            }
        }
        deserializer.deserialize_any(TypesVisitor)
    }
}

impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let schema = Schema::deserialize(deserializer)?;
        Ok(if schema == Schema::default() {
            Self::Allowed
        } else if schema == Schema::never() {
            Self::Refused
        } else {
            Self::Each(Box::new(schema))
        })
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemsVisitor;
        impl<'de> Visitor<'de> for ItemsVisitor {
            type Value = Items;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON Schema or a list of them")
            }

            fn visit_bool<E: serde::de::Error>(self, any: bool) -> Result<Items, E> {
                SchemaVisitor.visit_bool(any).map(Items::Each)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Items, A::Error> {
                SchemaVisitor.visit_map(map).map(Items::Each)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Items::Tuple(items, Additional::Allowed))
            }
        }
        deserializer.deserialize_any(ItemsVisitor)
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let none = Rare::default();
        let rare = self.rare.as_deref().unwrap_or(&none);
        if rare.never {
            return serializer.serialize_bool(false);
        }
        let mut map = serializer.serialize_map(None)?;
        if !self.types.is_any() {
            map.serialize_entry("type", &self.types)?;
        }
        if let Some(reference) = &self.reference {
            map.serialize_entry("$ref", &format!("#/definitions/{reference}"))?;
        }
        if let Some(visibility) = self.visibility {
            map.serialize_entry("visibility", visibility.as_str())?;
        }
        if let Some(visibility) = self.deep_visibility {
            map.serialize_entry("deepVisibility", visibility.as_str())?;
        }
        if let Some(deprecated) = &self.deprecated {
            map.serialize_entry("deprecated", deprecated)?;
        }
        if let Some(description) = &rare.description {
            map.serialize_entry("description", description)?;
        }
        match self.allowed.as_deref() {
            Some([only]) => map.serialize_entry("const", only)?,
            Some(allowed) => map.serialize_entry("enum", allowed)?,
            None => {}
        }
        if !self.required.is_empty() {
            map.serialize_entry("required", &self.required)?;
        }
        if !self.properties.is_empty() {
            map.serialize_entry("properties", &self.properties)?;
        }
        write_additional(&mut map, "additionalProperties", &self.additional)?;
        match self.items.as_deref() {
            Some(Items::Each(schema)) => map.serialize_entry("items", schema)?,
            Some(Items::Tuple(items, rest)) => {
                map.serialize_entry("items", items)?;
                write_additional(&mut map, "additionalItems", rest)?;
            }
            None => {}
        }
        if !self.any_of.is_empty() {
            map.serialize_entry("anyOf", &self.any_of)?;
        }
        write_rare(&mut map, rare)?;
        map.end()
    }
}

fn write_rare<M: SerializeMap>(map: &mut M, rare: &Rare) -> Result<(), M::Error> {
    if !rare.pattern_properties.is_empty() {
        let patterns: IndexMap<_, _> = rare
            .pattern_properties
            .iter()
            .map(|(k, v)| (k, v))
            .collect();
        map.serialize_entry("patternProperties", &patterns)?;
    }
    if !rare.all_of.is_empty() {
        map.serialize_entry("allOf", &rare.all_of)?;
    }
    if !rare.one_of.is_empty() {
        map.serialize_entry("oneOf", &rare.one_of)?;
    }
    if let Some(not) = &rare.not {
        map.serialize_entry("not", not)?;
    }
    if let Some(pattern) = &rare.pattern {
        map.serialize_entry("pattern", pattern)?;
    }
    for (bound, limit) in &rare.bounds {
        map.serialize_entry(bound.keyword(), &number(*limit))?;
    }
    if rare.unique_items {
        map.serialize_entry("uniqueItems", &true)?;
    }
    if !rare.definitions.is_empty() {
        map.serialize_entry("definitions", &rare.definitions)?;
    }
    Ok(())
}

/// A whole number without the `.0` that a float would show.
fn number(limit: f64) -> serde_json::Value {
    #[allow(clippy::cast_possible_truncation)]
    let whole = limit as i64;
    #[allow(clippy::cast_precision_loss)]
    let exact = whole as f64 == limit;
    if exact { whole.into() } else { limit.into() }
}

fn write_additional<M: SerializeMap>(
    map: &mut M,
    keyword: &str,
    additional: &Additional,
) -> Result<(), M::Error> {
    match additional {
        Additional::Allowed => Ok(()),
        Additional::Refused => map.serialize_entry(keyword, &false),
        Additional::Each(schema) => map.serialize_entry(keyword, schema),
    }
}

impl Serialize for Types {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names: Vec<_> = self.names().collect();
        match *names {
            [only] => serializer.serialize_str(only),
            _ => names.serialize(serializer),
        }
    }
}
