//! `facts.auth`: who can sign in, and how.

use super::fact::at_key;
use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// Who can sign in, and how.
    pub struct Auth {
        /// `auth.environment` as written; absent without it
        environment: Config,
        /// the providers under `auth.providers`, in order
        providers: List<Provider>,
        /// `guest` is the only provider
        guest_only: Bool,
    }

    /// A provider under `auth.providers`.
    pub struct Provider {
        /// its key, e.g. `github`; points at it
        name: Text,
        /// the keys below it whose values are mappings, which `auth.environment` chooses from, e.g. `development`
        environments: List<Text>,
        /// a setting beside the environments that belongs into one, e.g. `signIn`; absent without one. Points at it
        misplaced: Text,
        /// the settings below it
        settings: Config,
    }
}

/// The sign-in of an effective config as facts.
pub fn collect(config: &Value) -> Auth {
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
    Auth {
        origin: providers.or(auth).and_then(|value| value.origin),
        environment: auth.and_then(|auth| auth.get("environment")).into(),
        providers: named.into_iter().map(provider).collect(),
        guest_only: guest_only.into(),
    }
}

fn provider((name, settings): (&str, &Value)) -> Provider {
    let environments = settings
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| value.as_object().is_some() && !NOT_ENVIRONMENTS.contains(&&***key))
        .map(|(key, _)| Text::from(key.clone()));
    Provider {
        origin: settings.origin,
        name: Text::from(name).with_origin(at_key(settings)),
        environments: environments.collect(),
        misplaced: misplaced(settings),
        settings: settings.into(),
    }
}

/// The first setting that stands beside the environments of a provider. Without environments the provider may be one that
/// has none.
fn misplaced(settings: &Value) -> Text {
    let entries = || settings.as_object().into_iter().flatten();
    let is_environment = |value: &Value| value.get("clientId").is_some();
    if !entries().any(|(_, value)| is_environment(value)) {
        return Text::default();
    }
    let found = entries().find(|(key, value)| match &value.kind {
        Kind::Null | Kind::Open(_) => false,
        Kind::Object(_) => NOT_ENVIRONMENTS.contains(&&***key),
        _ => true,
    });
    found.map_or_else(Text::default, |(key, value)| {
        Text::from(key.clone()).with_origin(at_key(value))
    })
}

/// Mappings below a provider that are settings of its own.
const NOT_ENVIRONMENTS: [&str; 3] = ["signIn", "sessionDuration", "options"];
