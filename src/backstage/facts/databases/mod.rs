//! `facts.databases`: what the DatabaseManager would do for each plugin, and whether it can.
//!
//! In: the effective config, the packages of the app, and `PGSSLMODE` where the deployment sets it. Out: a list: first
//! the base, which stands for every plugin without settings of its own, then the plugins named in the config. Never:
//! passwords.

mod fields;
mod files;
mod installed;
mod item;
mod join;
mod pools;

pub use fields::{FIELDS, TLS_FILES};
pub use files::of_databases as tls_files;

use std::sync::Arc;

use super::{absent, list, object, truth};
use crate::backstage::database::{self, Client};
use crate::backstage::value::{Kind, Object, Value};
use crate::backstage::workspace::packages::Packages;
use crate::files::{FilePath, Files};
use crate::text::Place;
use item::Item;

/// What the facts about databases are computed from.
pub struct Input<'a> {
    /// The effective config.
    pub config: &'a Value,
    /// The packages of the app.
    pub packages: &'a Packages,
    /// Where to look for installed packages.
    pub files: &'a dyn Files,
    /// The folder of the app.
    pub folder: &'a FilePath,
    /// What the name of the layer that a place is in says about it: its role, as in `facts.layers`.
    pub role_of: &'a dyn Fn(Place) -> Option<&'static str>,
    /// `PGSSLMODE`, where the deployment sets it.
    pub pgsslmode: Option<&'a str>,
}

/// The databases; none when the config has no `backend`.
pub fn collect(input: &Input<'_>) -> Value {
    let Some(backend) = input.config.get("backend") else {
        return list([]);
    };
    if backend.as_open().is_some() || backend.kind == Kind::Null {
        return list([]);
    }
    let section = database::section(input.config);
    let (section, configured) = match &section {
        Ok(Some(section)) => ((*section).clone(), true),
        Ok(None) => (database::in_memory().with_origin(backend.origin), false),
        Err(_) => return list([]),
    };
    let empty = Object::default();
    let plugins = section.get("plugin").and_then(Value::as_object);
    let plugins: Vec<(&Arc<str>, &Value)> = plugins
        .unwrap_or(&empty)
        .iter()
        .filter(|(_, settings)| settings.kind != Kind::Null)
        .collect();
    let who = match (configured, plugins.is_empty()) {
        (_, true) => "every plugin",
        (_, false) => "every other plugin",
    };
    let mut items = vec![Item::base(input, &section, configured, who)];
    for (plugin, settings) in plugins {
        items.push(Item::plugin(input, &section, plugin, settings));
    }
    let mut facts: Vec<Value> = items.iter().map(Item::facts).collect();
    share(&mut facts);
    judge_dropped(&mut facts);
    list(facts)
}

/// Says of the base whether some plugin may get a database of the name that the manager leaves out there.
fn judge_dropped(facts: &mut [Value]) {
    let Some((base, plugins)) = facts.split_first_mut() else {
        return;
    };
    let Some(dropped) = base.get("droppedDatabase") else {
        return;
    };
    let used = match (dropped.kind == Kind::Null, as_written(dropped)) {
        (true, _) => absent(),
        // Not all shapes of the config leave it out.
        (false, None) => open(),
        (false, Some(name)) => is_used(&name, dropped, base, plugins),
    };
    if let Kind::Object(base) = &mut base.kind {
        base.insert("droppedUsed".into(), used);
    }
}

fn is_used(name: &str, dropped: &Value, base: &Value, plugins: &[Value]) -> Value {
    let prefix = base.get("prefix").and_then(Value::as_str);
    let others = prefix.unwrap_or(database::DEFAULT_PREFIX);
    let mut own = plugins.iter().filter_map(|plugin| plugin.get("database"));
    if name.starts_with(others)
        || own
            .clone()
            .any(|own| as_written(own).as_deref() == Some(name))
    {
        return truth(true);
    }
    let is_open = |value: &Value| value.as_open().is_some();
    let is_named = |own: &Value| own.as_str().is_some_and(|own| !own.starts_with(others));
    match own.any(|own| is_open(own) || is_open(dropped) && is_named(own)) {
        true => open(),
        false => truth(false),
    }
}

fn open() -> Value {
    Value::derived(Kind::Open(Box::new(join::unknown())))
}

/// Names for each plugin another one with the very same database.
fn share(facts: &mut [Value]) {
    let keys: Vec<Option<String>> = facts.iter().map(identity).collect();
    for (index, key) in keys.iter().enumerate() {
        let Some(key) = key else { continue };
        let twin = keys
            .iter()
            .take(index)
            .position(|other| other.as_ref() == Some(key));
        let Some(twin) = twin.and_then(|twin| facts.get(twin)) else {
            continue;
        };
        let origin = twin.get("connection").and_then(|value| value.origin);
        let Some(name) = twin.get("plugin").and_then(Value::as_str) else {
            continue;
        };
        let shared = Value::string(name).with_origin(origin);
        if let Some(Kind::Object(fact)) = facts.get_mut(index).map(|fact| &mut fact.kind) {
            fact.insert("sharedWith".into(), shared);
        }
    }
}

/// What tells databases apart; `None` where that is not certain.
fn identity(fact: &Value) -> Option<String> {
    fact.get("plugin")?;
    let text = |field: &str| fact.get(field).and_then(Value::as_str);
    if let Some(file) = text("file") {
        return Some(format!("file {file}"));
    }
    if text("division") != Some("database") {
        return None;
    }
    let client = Client::of(text("client")?)?;
    let host = fact.get("host").and_then(as_written)?;
    let port = match fact.get("port").filter(|port| port.kind != Kind::Null) {
        Some(port) => as_written(port)?,
        None => client.default_port()?.to_string(),
    };
    let server = if client.is_mysql() { "mysql" } else { "pg" };
    Some(format!("{server} {host} {port} {}", text("database")?))
}

/// A host or port, an open one by its variables; `None` where not even those are known.
pub fn as_written(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.value.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Open(open) if !open.written.is_empty() => Some(open.written.to_string()),
        _ => None,
    }
}

/// The facts of one shape of the config.
enum World {
    /// The manager gets along with it, as far as can be known.
    Works(Value),
    /// The manager throws.
    Fails(Value),
}

/// The facts of the shapes that work, as one; of those that are refused, when none works.
fn together(worlds: Vec<World>) -> Value {
    // The first shape takes every open value as set: that is the deployment people mean.
    let mut first_failure = None;
    let mut working = Vec::new();
    for world in worlds {
        match world {
            World::Works(facts) => working.push(facts),
            World::Fails(facts) => {
                first_failure.get_or_insert(facts);
            }
        }
    }
    working
        .into_iter()
        .reduce(join::join)
        .or(first_failure)
        .unwrap_or_else(|| object([]))
}

#[cfg(test)]
mod tests;
