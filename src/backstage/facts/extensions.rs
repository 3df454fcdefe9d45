//! `facts.extensions`: the items of `app.extensions`, as the new frontend system reads them.
//!
//! In: an effective config, and whether the app is of the new frontend system. Out: each item with what the frontend
//! refuses about it (`readAppExtensionsConfig` of `@backstage/frontend-app-api`). Never: what an extension does with
//! its own config.

use std::collections::HashMap;

use super::fact::at_key;
use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::npm::Packages;
use crate::backstage::value::{Kind, Object, Value};

facts! {
    /// An item of `app.extensions`.
    pub struct Extension {
        /// the id of the extension; absent where the item has not exactly one. Points at it
        id: Text,
        /// the item as written
        item: Config,
        /// why the frontend refuses it: `keys` (not exactly one), `kind` (the item is not a string or mapping), `value` (the
        /// value is not a boolean or mapping), `unknown-key`, `config` or `disabled` (not of their type); absent when it
        /// does not
        fault: Text,
        /// for `keys`, `unknown-key`, `config` and `disabled`: the key at fault; points at it
        key: Text,
        /// the id once more, where an item before has it too and both have a `config`, of which only this one counts; points
        /// there
        before: Text,
        /// the id once more, where an item before disables the extension and this one enables it again; points there
        disabled_before: Text,
        /// the lockfile has the new frontend system: something reads `app.extensions` for sure
        new_frontend: Bool,
    }
}

/// What the value of an item may hold.
const PARAMETERS: [&str; 3] = ["attachTo", "disabled", "config"];

/// The items of an effective config.
pub fn collect(config: &Value, packages: &Packages) -> List<Extension> {
    let has = |name: &str| packages.is_locked(name) == Some(true);
    let new_frontend = has("@backstage/frontend-defaults") || has("@backstage/frontend-app-api");
    let items = config.at(["app", "extensions"]).and_then(Value::as_array);
    let mut before: HashMap<&str, &Value> = HashMap::new();
    let mut facts = Vec::new();
    // The frontend gets no nulls: `filterByVisibility` of `@backstage/config-loader` drops them.
    let items = items.unwrap_or_default().iter();
    for item in items.filter(|item| item.kind != Kind::Null) {
        let read = Read::of(item);
        let earlier = read.id.and_then(|id| before.insert(id, item));
        facts.push(read.fact(item, earlier, new_frontend));
    }
    List::Known(facts)
}

/// What the frontend makes of an item.
#[derive(Default)]
struct Read<'v> {
    id: Option<&'v str>,
    fault: Option<&'static str>,
    key: Option<(&'v str, &'v Value)>,
}

impl<'v> Read<'v> {
    fn of(item: &'v Value) -> Self {
        match &item.kind {
            Kind::String(text) => Self {
                id: Some(&text.value),
                ..Self::default()
            },
            Kind::Open(_) => Self::default(),
            Kind::Object(object) => Self::of_mapping(object),
            _ => Self::refused("kind", None),
        }
    }

    fn of_mapping(object: &'v Object) -> Self {
        let set = object.iter().filter(|(_, value)| value.kind != Kind::Null);
        let mut entries = set.map(|(key, value)| (&**key, value));
        let (Some((id, value)), second) = (entries.next(), entries.next()) else {
            return Self::refused("keys", None);
        };
        if second.is_some() {
            return Self::refused("keys", second);
        }
        // `page:x:` and beside it `config:`, which lost its indentation.
        if object.len() > 1 && PARAMETERS.contains(&id) {
            return Self::refused("keys", Some((id, value)));
        }
        Self {
            id: Some(id),
            ..Self::of_value(value)
        }
    }

    fn of_value(value: &'v Value) -> Self {
        let parameters = match &value.kind {
            Kind::Object(parameters) => parameters,
            Kind::Bool(_) | Kind::Open(_) | Kind::Null => return Self::default(),
            // Booleans since 0.16.8 of `@backstage/frontend-app-api`, for what variables set.
            Kind::String(text) if is_boolean(&text.value) => return Self::default(),
            _ => return Self::refused("value", None),
        };
        for (key, value) in parameters {
            let key = &**key;
            let fault = match (key, &value.kind) {
                (_, Kind::Null) => continue,
                (_, Kind::Open(_)) if PARAMETERS.contains(&key) => continue,
                ("disabled", Kind::String(text)) if is_boolean(&text.value) => continue,
                ("config", Kind::Object(_)) | ("disabled", Kind::Bool(_)) | ("attachTo", _) => {
                    continue;
                }
                ("config", _) => "config",
                ("disabled", _) => "disabled",
                _ => "unknown-key",
            };
            return Self::refused(fault, Some((key, value)));
        }
        Self::default()
    }

    fn refused(fault: &'static str, key: Option<(&'v str, &'v Value)>) -> Self {
        Self {
            id: None,
            fault: Some(fault),
            key,
        }
    }

    fn fact(&self, item: &Value, earlier: Option<&Value>, new_frontend: bool) -> Extension {
        let place = |item: &Value| match &item.kind {
            Kind::Object(object) => object.values().next().and_then(at_key),
            _ => item.origin,
        };
        let text = |text: Option<&str>| Text::optional(text);
        let key = self.key.map_or_else(Text::default, |(key, value)| {
            Text::from(key).with_origin(at_key(value))
        });
        // `resolveAppNodeSpecs` of `@backstage/frontend-app-api`: an item without a config keeps that of the one before, and
        // one without `disabled` enables the extension.
        let at_earlier = |holds: &dyn Fn(&Value) -> bool| {
            let earlier = earlier.filter(|earlier| holds(earlier));
            earlier.map_or_else(Text::default, |earlier| {
                text(self.id).with_origin(place(earlier))
            })
        };
        let before = at_earlier(&|earlier| has_config(earlier) && has_config(item));
        let disabled_before = at_earlier(&|earlier| is_disabled(earlier) && !is_disabled(item));
        Extension {
            origin: place(item).or(item.origin),
            id: text(self.id).with_origin(place(item)),
            item: item.into(),
            fault: text(self.fault),
            key,
            before,
            disabled_before,
            new_frontend: new_frontend.into(),
        }
    }
}

fn is_boolean(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// What an item says of its extension; `None` where it is an id alone.
fn settings(item: &Value) -> Option<&Value> {
    item.as_object()?.values().next()
}

fn has_config(item: &Value) -> bool {
    let config = settings(item).and_then(|settings| settings.get("config"));
    config.is_some_and(|config| config.as_object().is_some_and(|config| !config.is_empty()))
}

fn is_disabled(item: &Value) -> bool {
    let Some(settings) = settings(item) else {
        return false;
    };
    let disabled = settings.get("disabled").map(|disabled| &disabled.kind);
    matches!(settings.kind, Kind::Bool(false)) || matches!(disabled, Some(Kind::Bool(true)))
}
