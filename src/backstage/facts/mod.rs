//! The facts tree that rules see: the effective config plus what is derived from it; every node keeps an origin.
//!
//! In: the effective config of a chain (or one resolved layer, or an app root) and what the other stages know
//! about it. Out: one [`Value`] tree, whose fields [`declare`] lists. Never: a judgement; cards judge.
//!
//! A section of `facts` is a module here with two public items: `FIELDS`, what it declares, and `collect`, which
//! computes it. It is registered in [`declare`] and handed to [`tree`] under the same name.

pub mod app;
pub mod auth;
pub mod cache;
pub mod chain;
pub mod clusters;
pub mod conflicts;
pub mod cors;
pub mod csp;
pub mod databases;
pub mod declare;
pub mod deployment;
pub mod docs;
pub mod extensions;
pub mod hosts;
pub mod image_copies;
pub mod integrations;
pub mod layer;
pub mod layers;
pub mod misplaced;
pub mod node;
pub mod overrides;
pub mod plugin_keys;
pub mod pools;
pub mod proxies;
pub mod resolvers;
pub mod secrets;
pub mod servers;
pub mod unset;
pub mod urls;
pub mod website;

use super::value::{Kind, Object, Origin, Value};

/// The tree for one subject: `name` (`chain`, `layer` or `app`) holds what the subject is, `config` its config
/// if it has one, `facts` the sections.
pub fn tree(
    name: &'static str,
    subject: Value,
    config: Option<Value>,
    sections: impl IntoIterator<Item = (&'static str, Value)>,
) -> Value {
    let mut root = Object::default();
    root.insert(name.into(), subject);
    if let Some(config) = config {
        root.insert("config".into(), config);
    }
    root.insert("facts".into(), object(sections));
    Value::derived(Kind::Object(root))
}

/// A derived mapping. A field that is [`Kind::Null`] is left out: in the facts, what is not there is absent.
pub fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::derived(Kind::Object(
        fields
            .into_iter()
            .filter(|(_, value)| value.kind != Kind::Null)
            .map(|(name, value)| (name.into(), value))
            .collect(),
    ))
}

/// A derived list.
pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::derived(Kind::Array(items.into_iter().collect()))
}

/// A derived boolean.
pub fn truth(value: bool) -> Value {
    Value::derived(Kind::Bool(value))
}

/// A derived number.
pub fn number(value: f64) -> Value {
    Value::derived(Kind::Number(value))
}

/// The origin of a fact that stands for a key: the bytes of the key alone, where there is one.
pub fn at_key(value: &Value) -> Option<Origin> {
    let place = value.key_place().or_else(|| value.place())?;
    Some(Origin {
        value: place,
        key: None,
    })
}

/// What [`object`] leaves out.
pub fn absent() -> Value {
    Value::derived(Kind::Null)
}
