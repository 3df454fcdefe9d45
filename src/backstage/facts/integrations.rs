//! `facts.integrations`: the code hosts of `integrations`, and whether the portal signs in to them.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::value::{Kind, Value};

/// What [`collect`] gives for each code host.
pub const FIELDS: &[Field] = &[
    Field::new(
        "kind",
        Shape::String,
        "e.g. `github`, `gitlab`, `azure`, `bitbucketCloud`",
    ),
    Field::new(
        "host",
        Shape::Config,
        "`host`; absent without one. Points at it",
    ),
    Field::new(
        "authenticated",
        Shape::Bool,
        "something is set that signs in: a token, an app, credentials or a password, also one that is not known here",
    ),
];

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
pub fn collect(config: &Value) -> Value {
    let integrations = config.get("integrations");
    let of_kind = |kind: &'static str| {
        let hosts = integrations.and_then(|all| all.get(kind)?.as_array());
        hosts
            .unwrap_or_default()
            .iter()
            .map(move |host| fact(kind, host))
    };
    list(KINDS.into_iter().flat_map(of_kind))
}

fn fact(kind: &'static str, host: &Value) -> Value {
    let is_set = |key: &&str| {
        host.get(key).is_some_and(|value| {
            value.kind != Kind::Null && value.as_array().is_none_or(|items| !items.is_empty())
        })
    };
    let authenticated = host.as_object().is_none() || KEYS.iter().any(is_set);
    object([
        ("kind", Value::string(kind)),
        ("host", host.get("host").cloned().unwrap_or_else(absent)),
        ("authenticated", truth(authenticated)),
    ])
    .with_origin(host.origin)
}
