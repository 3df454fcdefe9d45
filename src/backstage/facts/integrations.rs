//! `facts.integrations`: the code hosts of `integrations`, and whether the portal signs in to them.

use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A code host.
    pub struct Integration {
        /// e.g. `github`, `gitlab`, `azure`, `bitbucketCloud`
        kind: Text,
        /// `host`; absent without one. Points at it
        host: Config,
        /// `host` once more, where an item of the same kind before has it too; points there
        before: Text,
        /// something is set that signs in: a token, an app, credentials or a password, also one that is not known here
        authenticated: Bool,
    }
}

/// The kinds that reach a public code host without signing in, at a low rate.
const KINDS: [&str; 7] = [
    "github",
    "gitlab",
    "azure",
    "bitbucketCloud",
    "bitbucketServer",
    "gerrit",
    "gitea",
];

/// Keys of which one suffices to sign in (`@backstage/integration`).
const KEYS: [&str; 8] = [
    "token",
    "apps",
    "credentials",
    "credential",
    "appPassword",
    "password",
    "clientSecret",
    "accessToken",
];

/// The code hosts of an effective config.
pub fn collect(config: &Value) -> List<Integration> {
    let integrations = config.get("integrations");
    let of_kind = |kind: &'static str| {
        let hosts = integrations.and_then(|all| all.get(kind)?.as_array());
        let hosts = hosts.unwrap_or_default();
        hosts.iter().enumerate().map(move |(index, host)| {
            let before = hosts.get(..index).unwrap_or_default();
            fact(kind, host, before)
        })
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}

fn fact(kind: &'static str, host: &Value, before: &[Value]) -> Integration {
    let name = host.get("host").and_then(Value::as_str);
    let twin = name.and_then(|name| {
        let mut hosts = before.iter().filter_map(|before| before.get("host"));
        hosts.find(|host| host.as_str() == Some(name))
    });
    let is_set = |key: &&str| {
        host.get(key).is_some_and(|value| {
            value.kind != Kind::Null && value.as_array().is_none_or(|items| !items.is_empty())
        })
    };
    let authenticated = host.as_object().is_none() || KEYS.iter().any(is_set);
    Integration {
        origin: host.origin,
        kind: kind.into(),
        host: host.get("host").into(),
        before: Text::optional(name.filter(|_| twin.is_some()))
            .with_origin(twin.and_then(|twin| twin.origin)),
        authenticated: authenticated.into(),
    }
}
