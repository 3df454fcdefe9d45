//! The layer that `APP_CONFIG_*` variables make (config-loader 1.11, `EnvConfigSource`).
//!
//! It lies on top of every other layer, is not substituted, and cannot reach into arrays.

use std::sync::Arc;

use crate::backstage::value::{Kind, Object, Origin, Value};
use crate::text::Place;

const PREFIX: &str = "APP_CONFIG_";

/// Names that every JavaScript object has: the real loader takes them for values that are already there.
const INHERITED: &[&str] = &[
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Why the real loader refuses a variable: the app does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppConfigError {
    /// A part of the name is not a config key.
    #[error(
        "`{variable}` does not name a config path: each part between `_` is letters and digits, with `-` or `:` inside"
    )]
    Name {
        /// The variable.
        variable: Arc<str>,
    },
    /// An earlier variable has set something that is not an object above it.
    #[error(
        "`{variable}` sets a value below `{above}`, which another variable sets to something else than an object"
    )]
    Nesting {
        /// The variable.
        variable: Arc<str>,
        /// The path above it, as the variables write it.
        above: String,
    },
    /// An earlier variable has set this path or something below it.
    #[error("`{variable}` sets a path that another variable has set already")]
    Taken {
        /// The variable.
        variable: Arc<str>,
    },
    /// The value is `null`.
    #[error("`{variable}` is `null`, which a variable may not be")]
    Null {
        /// The variable.
        variable: Arc<str>,
    },
}

/// The layer of these variables, in their order; `None` when none of them is an `APP_CONFIG_*` with a value. Where
/// a variable is set in a file, its place becomes the origin of what it sets.
///
/// # Errors
/// The first variable that the real loader refuses.
pub fn app_config<'v>(
    variables: impl IntoIterator<Item = (&'v str, &'v str, Option<Place>)>,
) -> Result<Option<Value>, AppConfigError> {
    let mut root: Option<Object> = None;
    for (name, value, place) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|_| !value.is_empty()) else {
            continue;
        };
        let origin = place.map(|value| Origin { value, key: None });
        set(root.get_or_insert_default(), name, key, value, origin)?;
    }
    Ok(root.map(|object| Value::derived(Kind::Object(object))))
}

fn set(
    root: &mut Object,
    name: &str,
    key: &str,
    value: &str,
    origin: Option<Origin>,
) -> Result<(), AppConfigError> {
    let variable = || Arc::from(name);
    let mut object = root;
    let mut above = String::new();
    let mut parts = key.split('_').peekable();
    while let Some(part) = parts.next() {
        if !is_key(part) {
            return Err(AppConfigError::Name {
                variable: variable(),
            });
        }
        let inherited = INHERITED.contains(&part) && !object.contains_key(part);
        if parts.peek().is_none() {
            if inherited || object.contains_key(part) {
                return Err(AppConfigError::Taken {
                    variable: variable(),
                });
            }
            let value = parsed(value, origin);
            if value.kind == Kind::Null {
                return Err(AppConfigError::Null {
                    variable: variable(),
                });
            }
            object.insert(part.into(), value);
            return Ok(());
        }
        if !above.is_empty() {
            above.push('_');
        }
        above.push_str(part);
        let next = object
            .entry(part.into())
            .or_insert_with(|| Value::derived(Kind::Object(Object::default())).with_origin(origin));
        object = match &mut next.kind {
            Kind::Object(next) if !inherited => next,
            _ => {
                return Err(AppConfigError::Nesting {
                    variable: variable(),
                    above,
                });
            }
        };
    }
    Ok(())
}

/// `/^[a-z][a-z0-9]*(?:[-:][a-z0-9]+)*$/i`
fn is_key(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic())
        && part
            .split(['-', ':'])
            .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// JSON, or else the text itself.
fn parsed(text: &str, origin: Option<Origin>) -> Value {
    serde_json::from_str(text).map_or_else(
        |_| Value::string(text).with_origin(origin),
        |json| from_json(json, origin),
    )
}

fn from_json(json: serde_json::Value, origin: Option<Origin>) -> Value {
    let kind = match json {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(value) => Kind::Bool(value),
        serde_json::Value::Number(value) => Kind::Number(value.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => return Value::string(text).with_origin(origin),
        serde_json::Value::Array(items) => Kind::Array(
            items
                .into_iter()
                .map(|item| from_json(item, origin))
                .collect(),
        ),
        serde_json::Value::Object(entries) => Kind::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), from_json(value, origin)))
                .collect(),
        ),
    };
    Value::derived(kind).with_origin(origin)
}
