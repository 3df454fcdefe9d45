//! `APP_CONFIG_*` variables: config on top of all layers.
//!
//! In: the variables known to be set. Out: one object, or why the real loader refuses the variables
//! (`@backstage/config-loader` 1.11.3, `EnvConfigSource`). Values are JSON, or else strings; they are not substituted.

use std::fmt;
use std::sync::Arc;

use super::{Environment, Variable};
use crate::backstage::javascript;
use crate::backstage::value::{Kind, Object, Open, OpenCause, Origin, Text, Value};
use crate::backstage::words::{EnvironmentVariable, OVERRIDE_PREFIX};
use crate::text::Place;
use npm_yaml::{Node, NodeValue};

impl Environment {
    /// The config in `APP_CONFIG_*` variables; `None` when none is set.
    ///
    /// # Errors
    /// When the real loader would refuse them, so that the app does not start.
    pub fn overrides(&self) -> Result<Option<Value>, OverrideError> {
        self.overrides_with(&[])
    }

    /// The same together with the variables of a deployment, of which those count that are not known to be set
    /// otherwise. One with an unknown value is an open value at its path. Each value is where its variable is set.
    ///
    /// # Errors
    /// As [`overrides`](Self::overrides).
    pub fn overrides_with(
        &self,
        deployed: &[EnvironmentVariable],
    ) -> Result<Option<Value>, OverrideError> {
        let asked = self.set_variables().map(|(name, value)| Override {
            name,
            value: Some(value),
            place: self.place(name),
        });
        let deployed = deployed
            .iter()
            .filter(|variable| !matches!(self.get(&variable.name), Variable::Is(_)))
            .map(|variable| Override {
                name: &variable.name,
                value: variable.value.as_deref(),
                place: variable.place,
            });
        of_variables(asked.chain(deployed))
    }
}

/// A variable that may set a value.
struct Override<'v> {
    name: &'v str,
    /// `None` when it is not known.
    value: Option<&'v str>,
    place: Option<Place>,
}

fn of_variables<'v>(
    variables: impl Iterator<Item = Override<'v>>,
) -> Result<Option<Value>, OverrideError> {
    let mut root: Option<Object> = None;
    for variable in variables {
        let Some(key) = variable.name.strip_prefix(OVERRIDE_PREFIX) else {
            continue;
        };
        if variable.value.is_some_and(str::is_empty) {
            continue;
        }
        let root = root.get_or_insert_with(Object::new);
        put(root, key, &variable).map_err(|reason| OverrideError {
            variable: variable.name.to_owned(),
            reason,
        })?;
    }
    Ok(root.map(|root| Value::derived(Kind::Object(root))))
}

/// Why the real loader refuses an `APP_CONFIG_*` variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{variable}` {reason}")]
pub struct OverrideError {
    /// The variable's name.
    pub variable: String,
    /// What is wrong.
    pub reason: OverrideReason,
}

/// What is wrong with an `APP_CONFIG_*` variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideReason {
    /// A part of its name is no config key.
    Key,
    /// It goes below something that another variable set to no object.
    Nesting,
    /// Another variable has set the same key, or every JavaScript object has it.
    Again,
    /// Its value is `null`.
    Null,
}

impl fmt::Display for OverrideReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "contains an invalid config key",
            Self::Nesting => "sets a key below a value of another variable that is not an object",
            Self::Again => "sets a key that is already set",
            Self::Null => "is `null`, which is not allowed",
        })
    }
}

fn put(root: &mut Object, key: &str, variable: &Override<'_>) -> Result<(), OverrideReason> {
    let mut object = root;
    let mut parts = key.split('_').peekable();
    while let Some(part) = parts.next() {
        if !is_key_part(part) {
            return Err(OverrideReason::Key);
        }
        if parts.peek().is_some() {
            object = match descend(object, part)? {
                Some(child) => child,
                // Whether what is there is an object is not known, nor what becomes of it then.
                None => return Ok(()),
            };
            continue;
        }
        let there = object.get(part);
        if there.is_some_and(|value| value.as_open().is_some() || variable.value.is_none()) {
            return Ok(());
        }
        if there.is_some() || javascript::is_inherited(part) {
            return Err(OverrideReason::Again);
        }
        object.insert(part.into(), value_of(variable)?);
    }
    Ok(())
}

/// The object below a key; `None` where the value there is not known.
fn descend<'o>(
    object: &'o mut Object,
    part: &str,
) -> Result<Option<&'o mut Object>, OverrideReason> {
    if javascript::is_inherited(part) && !object.contains_key(part) {
        return Err(OverrideReason::Nesting);
    }
    let child = object
        .entry(part.into())
        .or_insert_with(|| Value::derived(Kind::Null));
    if child.kind == Kind::Null {
        child.kind = Kind::Object(Object::new());
    }
    match &mut child.kind {
        Kind::Object(object) => Ok(Some(object)),
        Kind::Open(_) => Ok(None),
        _ => Err(OverrideReason::Nesting),
    }
}

/// `/^[a-z][a-z0-9]*(?:[-_:][a-z0-9]+)*$/i`
fn is_key_part(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphabetic())
        && part
            .split(['-', ':'])
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn value_of(variable: &Override<'_>) -> Result<Value, OverrideReason> {
    let origin = variable.place.map(|value| Origin { value, key: None });
    let Some(text) = variable.value else {
        let open = Kind::Open(Box::new(Open {
            written: format!("${{{}}}", variable.name).into(),
            cause: OpenCause::Override(variable.name.into()),
            when_unset: None,
            below: None,
        }));
        return Ok(Value::derived(open).with_origin(origin));
    };
    let kind = match npm_yaml::parse_json(text).root {
        Some(node) => kind(&node, origin),
        None => string(text),
    };
    if kind == Kind::Null {
        return Err(OverrideReason::Null);
    }
    Ok(Value::derived(kind).with_origin(origin))
}

fn string(text: impl Into<Arc<str>>) -> Kind {
    Kind::String(Text {
        value: text.into(),
        style: None,
    })
}

/// What a node of JSON is; all that is in it is where the variable is set.
fn kind(node: &Node, origin: Option<Origin>) -> Kind {
    match &node.value {
        NodeValue::Null => Kind::Null,
        NodeValue::Bool(value) => Kind::Bool(*value),
        NodeValue::Number(value) => Kind::Number(*value),
        NodeValue::String(text) => string(Arc::clone(&text.value)),
        NodeValue::Sequence(items) => Kind::Array(
            items
                .iter()
                .map(|item| Value::derived(kind(item, origin)).with_origin(origin))
                .collect(),
        ),
        NodeValue::Mapping(entries) => Kind::Object(
            entries
                .iter()
                .filter(|entry| &*entry.key.text != javascript::PROTOTYPE)
                .map(|entry| {
                    (
                        Arc::clone(&entry.key.text),
                        Value::derived(kind(&entry.value, origin)).with_origin(origin),
                    )
                })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(variables: &[(&str, &str)]) -> Result<Option<Value>, OverrideReason> {
        let variables = variables.iter().map(|&(name, value)| (name, value));
        let environment = Environment::complete(variables);
        environment.overrides().map_err(|error| error.reason)
    }

    #[test]
    fn values_are_json_or_else_strings() {
        let set = [
            ("APP_CONFIG_a_b", "5"),
            ("APP_CONFIG_c", "{oops"),
            ("APP_CONFIG_d", ""),
            ("OTHER", "1"),
        ];
        let root = overrides(&set).unwrap().unwrap();
        assert_eq!(root.at(["a", "b"]).and_then(Value::as_number), Some(5.0));
        assert_eq!(root.at(["c"]).and_then(Value::as_str), Some("{oops"));
        assert!(root.at(["d"]).is_none());
    }

    #[test]
    fn what_the_real_loader_refuses_is_refused() {
        assert_eq!(
            overrides(&[("APP_CONFIG_a", "null")]),
            Err(OverrideReason::Null)
        );
        assert_eq!(
            overrides(&[("APP_CONFIG_1a", "x")]),
            Err(OverrideReason::Key)
        );
        assert_eq!(
            overrides(&[("APP_CONFIG_a__b", "x")]),
            Err(OverrideReason::Key)
        );
        assert_eq!(
            overrides(&[("APP_CONFIG_a", "x"), ("APP_CONFIG_a_b", "y")]),
            Err(OverrideReason::Nesting)
        );
        assert_eq!(
            overrides(&[("APP_CONFIG_a_b", "x"), ("APP_CONFIG_a", "y")]),
            Err(OverrideReason::Again)
        );
        assert_eq!(
            overrides(&[("APP_CONFIG_toString", "x")]),
            Err(OverrideReason::Again)
        );
    }

    #[test]
    fn an_unknown_value_is_open_at_its_path_and_below_it() {
        let secret = |name: &str| EnvironmentVariable {
            name: name.into(),
            value: None,
            place: None,
            service: None,
        };
        let variables = [
            secret("APP_CONFIG_a_b"),
            EnvironmentVariable::known("APP_CONFIG_a_b_c", "1", None),
            EnvironmentVariable::known("APP_CONFIG_d", "1", None),
            secret("APP_CONFIG_e"),
        ];
        let asked = Environment::complete([("APP_CONFIG_e", "asked")]);
        let root = asked.overrides_with(&variables).unwrap().unwrap();
        assert!(root.at(["a", "b"]).and_then(Value::as_open).is_some());
        assert_eq!(root.at(["d"]).and_then(Value::as_number), Some(1.0));
        assert_eq!(root.at(["e"]).and_then(Value::as_str), Some("asked"));
    }

    #[test]
    fn nothing_set_is_nothing_on_top() {
        assert_eq!(overrides(&[("PATH", "/bin")]), Ok(None));
    }
}
