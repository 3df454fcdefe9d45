//! A refused config without the fault it is refused for, so that everything else about it is judged all the same.
//!
//! In: `backend.database` and what is refused. Out: the same with the refused value gone, or replaced by one that is
//! probably meant. Never: a value that a person sees.

use super::{Client, Refusal, Refused};
use crate::backstage::value::{Kind, Open, OpenCause, Origin, Value};
use crate::text::closest;

/// The section without a fault; `None` where nothing would be left to plan.
pub(super) fn repaired(section: &Value, fault: Refused) -> Option<Value> {
    let mut section = section.clone();
    let is_done = match fault.refusal {
        Refusal::IllTyped => change_at(&mut section, fault.origin?, &mut remove),
        Refusal::ClientUnknown => change_at(&mut section, fault.origin?, &mut mean_client),
        Refusal::SchemaPrefix | Refusal::SchemaTooLong => remove_key(&mut section, "schemaPrefix"),
        Refusal::DivisionMode => remove_key(&mut section, "pluginDivisionMode"),
        Refusal::SqliteBaseFilename => match section.at(["connection", "filename"]) {
            Some(_) => change_key(&mut section, "connection", &mut |connection| {
                remove_key(connection, "filename")
            }),
            None => change_key(&mut section, "connection", &mut empty),
        },
        Refusal::ConnectionString => change_at(&mut section, fault.origin?, &mut open),
        Refusal::VerifyCaWithoutCa => change_at(&mut section, fault.origin?, &mut forget_libpq),
        Refusal::ClientMissing
        | Refusal::ConnectionMissing
        // The plan has these beside itself.
        | Refusal::ConnectionTypeUnknown
        | Refusal::ConnectionTypeLater
        | Refusal::CloudSqlClient
        | Refusal::CloudSqlInstance
        | Refusal::CloudSqlAddress
        | Refusal::RdsIncomplete
        | Refusal::RdsRegion => false,
    };
    is_done.then_some(section)
}

/// The client that a person probably means.
pub fn meant_client(written: &str) -> Option<&'static str> {
    let lower = written.to_ascii_lowercase();
    match lower.as_str() {
        "postgres" | "postgresql" | "psql" | "pgsql" | "postgre" => Some("pg"),
        "sqlite" | "better-sqlite" | "memory" | ":memory:" => Some("better-sqlite3"),
        "mariadb" => Some("mysql2"),
        "embedded-postgres" => None,
        lower => Client::of(lower)
            .map(Client::name)
            .or_else(|| closest(lower, Client::ALL.map(Client::name))),
    }
}

/// Changes every value that stands at a place below, and says whether there was one. The section itself is none of them.
fn change_at(at: &mut Value, origin: Origin, change: &mut dyn FnMut(&mut Value) -> bool) -> bool {
    let mut items: Vec<&mut Value> = match &mut at.kind {
        Kind::Object(object) => object.values_mut().collect(),
        Kind::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    let mut is_done = false;
    for item in &mut items {
        is_done |= match item.origin == Some(origin) {
            true => change(item),
            false => change_at(item, origin, change),
        };
    }
    is_done
}

fn change_key(at: &mut Value, key: &str, change: &mut dyn FnMut(&mut Value) -> bool) -> bool {
    match &mut at.kind {
        Kind::Object(object) => object.get_mut(key).is_some_and(change),
        _ => false,
    }
}

fn remove_key(at: &mut Value, key: &str) -> bool {
    change_key(at, key, &mut remove)
}

fn remove(value: &mut Value) -> bool {
    value.kind = Kind::Null;
    true
}

fn empty(value: &mut Value) -> bool {
    value.kind = Kind::Object(crate::backstage::value::Object::default());
    true
}

/// A connection of which nothing is known.
fn open(value: &mut Value) -> bool {
    value.kind = Kind::Open(Box::new(Open {
        written: "".into(),
        cause: OpenCause::Placeholder(Vec::new()),
        when_unset: Some("".into()),
        below: None,
    }));
    true
}

fn mean_client(value: &mut Value) -> bool {
    let Some(client) = value.as_str().and_then(meant_client) else {
        return false;
    };
    value.kind = Value::string(client).kind;
    true
}

/// Takes libpq's meaning of `sslmode` out of a URL.
fn forget_libpq(value: &mut Value) -> bool {
    let changed = |text: &str| text.replace("uselibpqcompat=true", "uselibpqcompat=false");
    match &mut value.kind {
        Kind::String(text) if text.value.contains("uselibpqcompat=true") => {
            text.value = changed(&text.value).into();
            text.style = None;
            true
        }
        Kind::Open(open) if open.written.contains("uselibpqcompat=true") => {
            open.written = changed(&open.written).into();
            true
        }
        _ => false,
    }
}
