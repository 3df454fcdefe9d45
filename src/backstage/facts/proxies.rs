//! `facts.proxies`: the endpoints of the proxy plugin, as `@backstage/plugin-proxy-backend` reads them.

use super::declare::{Field, Shape};
use super::urls::parts;
use super::{absent, at_key, list, object, truth};
use crate::backstage::value::{Kind, Object, Value};

/// What [`collect`] gives for each endpoint.
pub const FIELDS: &[Field] = &[
    Field::new(
        "route",
        Shape::String,
        "its key, e.g. `/metrics`; points at it",
    ),
    Field::new("target", Shape::Config, "where it leads"),
    Field::new(
        "scheme",
        Shape::String,
        "the scheme of the target; open where the target is",
    ),
    Field::new(
        "hostLocal",
        Shape::Bool,
        "the target is this very machine; open where the target is",
    ),
    Field::new(
        "credentials",
        Shape::String,
        "`require` (also when nothing is set), `forward` or `dangerously-allow-unauthenticated`; points at the setting",
    ),
    Field::new(
        "authorization",
        Shape::String,
        "the header with which the proxy signs in to the target, e.g. `Authorization`; absent without one. Points at it",
    ),
    Field::new(
        "passesToken",
        Shape::Bool,
        "the user's Backstage token reaches the target: `credentials: forward`, or `Authorization` in `allowedHeaders` and none of its own",
    ),
    Field::new(
        "secure",
        Shape::Config,
        "`secure`; false trusts any certificate of the target",
    ),
    Field::new(
        "allowedMethods",
        Shape::Config,
        "`allowedMethods`; without it every method is let through",
    ),
    Field::new(
        "deprecatedPlace",
        Shape::Bool,
        "it stands in `proxy` itself, not in `proxy.endpoints`",
    ),
];

/// Headers that open the target's door.
const KEYS: [&str; 7] = [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "private-token",
    "x-auth-token",
    "cookie",
];

/// The endpoints of an effective config. Those in `proxy` itself count only where `proxy.endpoints` is not set.
pub fn collect(config: &Value) -> Value {
    let Some(proxy) = config.get("proxy") else {
        return list([]);
    };
    let (endpoints, deprecated) = match proxy.get("endpoints") {
        Some(endpoints) => (endpoints.as_object(), false),
        None => (proxy.as_object(), true),
    };
    let endpoints = endpoints.into_iter().flatten();
    list(
        endpoints
            .filter(|(route, value)| {
                value.kind != Kind::Null && (!deprecated || route.starts_with('/'))
            })
            .map(|(route, settings)| endpoint(route, settings, deprecated)),
    )
}

fn endpoint(route: &str, settings: &Value, deprecated: bool) -> Value {
    let target = match settings.as_object() {
        Some(_) => settings.get("target"),
        None => Some(settings),
    };
    let setting = |key: &str| settings.get(key).cloned().unwrap_or_else(absent);
    let parts = target.and_then(parts);
    let origin = target.and_then(|target| target.origin);
    let part = |part: Option<Value>| part.unwrap_or_else(absent).with_origin(origin);
    let credentials = settings.get("credentials").cloned();
    let authorization = authorization(settings);
    object([
        ("route", Value::string(route).with_origin(at_key(settings))),
        ("target", target.cloned().unwrap_or_else(absent)),
        (
            "scheme",
            part(parts.as_ref().map(|parts| parts.scheme.clone())),
        ),
        ("hostLocal", part(parts.map(|parts| parts.local))),
        ("passesToken", passes_token(settings)),
        (
            "credentials",
            credentials.unwrap_or_else(|| Value::string("require").with_origin(at_key(settings))),
        ),
        ("authorization", authorization.unwrap_or_else(absent)),
        ("secure", setting("secure")),
        ("allowedMethods", setting("allowedMethods")),
        ("deprecatedPlace", truth(deprecated)),
    ])
    .with_origin(settings.origin)
}

/// The first header that signs in, by its name.
fn authorization(settings: &Value) -> Option<Value> {
    let headers: &Object = settings.get("headers")?.as_object()?;
    headers
        .iter()
        .find(|(name, value)| {
            value.kind != Kind::Null && KEYS.contains(&name.to_ascii_lowercase().as_str())
        })
        .map(|(name, value)| Value::string(name.clone()).with_origin(at_key(value)))
}

fn passes_token(settings: &Value) -> Value {
    let credentials = settings.get("credentials");
    if let Some(open) = credentials.filter(|value| value.as_open().is_some()) {
        return open.clone();
    }
    let is_authorization = |name: &str| name.eq_ignore_ascii_case("authorization");
    let forwards = credentials.and_then(Value::as_str) == Some("forward");
    let allowed = settings.get("allowedHeaders").and_then(Value::as_array);
    let allowed = allowed.and_then(|headers| {
        let mut headers = headers.iter();
        headers.find(|header| header.as_str().is_some_and(is_authorization))
    });
    let own = settings
        .get("headers")
        .and_then(Value::as_object)
        .is_some_and(|headers| headers.keys().any(|name| is_authorization(name)));
    let origin = match forwards {
        true => credentials.and_then(|value| value.origin),
        false => allowed.and_then(|value| value.origin),
    };
    truth(!own && (forwards || allowed.is_some())).with_origin(origin.or(settings.origin))
}
