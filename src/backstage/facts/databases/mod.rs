//! `facts.databases`: what the DatabaseManager would do for each plugin, and whether it can.
//!
//! In: the effective config, the packages of the app, and `PGSSLMODE` where the deployment sets it. Out: a list: first
//! the base, which stands for every plugin without settings of its own, then the plugins named in the config. Never:
//! passwords.

mod fields;
mod files;
mod installed;
mod item;
mod pools;

pub use fields::{Database, TlsFile};
pub use files::of_databases as tls_files;

use std::collections::HashMap;
use std::sync::Arc;

use super::fact::{Bool, Config, Fact, List, Text};
use crate::backstage::database::{self, Client, Runtime};
use crate::backstage::npm::Packages;
use crate::backstage::value::{Kind, Object, Value};
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
    /// The release of the DatabaseManager, and what it finds in the environment.
    pub runtime: Runtime,
}

/// The databases; none when the config has no `backend`.
pub fn collect(input: &Input<'_>) -> List<Database> {
    List::Known(of_config(input))
}

fn of_config(input: &Input<'_>) -> Vec<Database> {
    let Some(backend) = input.config.get("backend") else {
        return Vec::new();
    };
    if backend.as_open().is_some() || backend.kind == Kind::Null {
        return Vec::new();
    }
    let Some(section) = database::section(input.config) else {
        return Vec::new();
    };
    let empty = Object::default();
    let plugins = section.value.get("plugin").and_then(Value::as_object);
    let plugins: Vec<(&Arc<str>, &Value)> = plugins
        .unwrap_or(&empty)
        .iter()
        .filter(|(plugin, settings)| settings.kind != Kind::Null && database::is_plugin_id(plugin))
        .collect();
    let configured = section.configured;
    let who = if configured {
        "`backend.database`"
    } else {
        "the default database"
    };
    let mut items = vec![Item::base(input, &section.value, configured, who)];
    for (plugin, settings) in plugins {
        items.push(Item::plugin(input, &section.value, plugin, settings));
    }
    let mut databases: Vec<Database> = items.iter().map(Item::facts).collect();
    share(&mut databases);
    judge_dropped(&mut databases);
    databases
}

/// Says of the base whether some plugin may get a database of the name that the manager leaves out there.
fn judge_dropped(databases: &mut [Database]) {
    let Some((base, plugins)) = databases.split_first_mut() else {
        return;
    };
    let Some(dropped) = base.layout.dropped_database.get() else {
        return;
    };
    base.neighbours.dropped_used = match as_written(dropped) {
        // Not all shapes of the config leave it out.
        None => Bool::open(),
        Some(name) => is_used(&name, dropped, &base.identity.prefix, plugins),
    };
}

fn is_used(name: &str, dropped: &Value, prefix: &Config, plugins: &[Database]) -> Bool {
    let prefix = prefix.get().and_then(Value::as_str);
    let others = prefix.unwrap_or(database::DEFAULT_PREFIX);
    let mut own = plugins
        .iter()
        .filter_map(|plugin| plugin.layout.database.get());
    if name.starts_with(others)
        || own
            .clone()
            .any(|own| as_written(own).as_deref() == Some(name))
    {
        return true.into();
    }
    let is_open = |value: &Value| value.as_open().is_some();
    let is_named = |own: &Value| own.as_str().is_some_and(|own| !own.starts_with(others));
    match own.any(|own| is_open(own) || is_open(dropped) && is_named(own)) {
        true => Bool::open(),
        false => false.into(),
    }
}

/// Names for each plugin another one with the very same database.
fn share(databases: &mut [Database]) {
    let keys: Vec<Option<String>> = databases.iter().map(identity).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, key) in keys.iter().enumerate() {
        let Some(key) = key else { continue };
        let twin = *first.entry(key).or_insert(index);
        let Some(twin) = databases.get(twin).filter(|_| twin < index) else {
            continue;
        };
        let twin = &twin.identity;
        let shared = Text::optional(twin.plugin.known()).with_origin(twin.connection.origin());
        if let Some(database) = databases.get_mut(index) {
            database.neighbours.shared_with = shared;
        }
    }
}

/// What tells databases apart; `None` where that is not certain.
fn identity(database: &Database) -> Option<String> {
    database.identity.plugin.get()?;
    // Those are all one, which the base says.
    if database.layout.shared_by_string.get().is_some() {
        return None;
    }
    if let Some(file) = database.file.file.known() {
        return Some(format!("file {file}"));
    }
    if database.layout.division.known() != Some("database") {
        return None;
    }
    let client = Client::of(database.identity.client.known()?)?;
    let host = as_written(database.destination.host.get()?)?;
    let port = match database.destination.port.get() {
        Some(port) => as_written(port)?,
        None => client.default_port()?.to_string(),
    };
    let server = if client.is_mysql() { "mysql" } else { "pg" };
    let name = database.layout.database.known()?;
    Some(format!("{server} {host} {port} {name}"))
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
    Works(Database),
    /// The manager throws.
    Fails(Database),
}

/// The facts of the shapes that work, as one; of those that are refused, when none works.
fn together(worlds: Vec<World>) -> Database {
    // The first shape takes every open value as set: that is the deployment people mean.
    let mut first_failure = None;
    let mut working = Vec::new();
    for world in worlds {
        match world {
            World::Works(database) => working.push(database),
            World::Fails(database) => {
                first_failure.get_or_insert(database);
            }
        }
    }
    working
        .into_iter()
        .reduce(Fact::join)
        .or(first_failure)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
