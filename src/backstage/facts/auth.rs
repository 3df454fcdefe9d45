//! `facts.auth`: who can sign in, and how.

use super::declare::{Field, Shape};
use super::{at_key, list, object, truth};
use crate::backstage::value::{Kind, Value};

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "environment",
        Shape::Config,
        "`auth.environment` as written; absent without it",
    ),
    Field::new(
        "providers",
        Shape::List(PROVIDER),
        "the providers under `auth.providers`, in order",
    ),
    Field::new("guestOnly", Shape::Bool, "`guest` is the only provider"),
];

const PROVIDER: &[Field] = &[
    Field::new(
        "name",
        Shape::String,
        "its key, e.g. `github`; points at it",
    ),
    Field::new(
        "environments",
        Shape::Strings,
        "the keys below it whose values are mappings, which `auth.environment` chooses from, e.g. `development`",
    ),
    Field::new("settings", Shape::Config, "what stands below it"),
];

/// The sign-in of an effective config as facts.
pub fn collect(config: &Value) -> Value {
    let auth = config.get("auth");
    let providers = auth.and_then(|auth| auth.get("providers"));
    let named: Vec<(&str, &Value)> = providers
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, settings)| settings.kind != Kind::Null)
        .map(|(name, settings)| (&**name, settings))
        .collect();
    let guest_only = !named.is_empty() && named.iter().all(|(name, _)| *name == "guest");
    let environment = auth.and_then(|auth| auth.get("environment"));
    object([
        (
            "environment",
            environment.cloned().unwrap_or_else(super::absent),
        ),
        ("providers", list(named.into_iter().map(provider))),
        ("guestOnly", truth(guest_only)),
    ])
    .with_origin(providers.or(auth).and_then(|value| value.origin))
}

fn provider((name, settings): (&str, &Value)) -> Value {
    let environments = settings
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| value.as_object().is_some() && !NOT_ENVIRONMENTS.contains(&&***key))
        .map(|(key, _)| Value::string(key.clone()));
    object([
        ("name", Value::string(name).with_origin(at_key(settings))),
        ("environments", list(environments)),
        ("settings", settings.clone()),
    ])
    .with_origin(settings.origin)
}

/// Mappings below a provider that are settings of its own.
const NOT_ENVIRONMENTS: [&str; 2] = ["signIn", "sessionDuration"];
