//! `facts.proxies`: the endpoints of the proxy plugin, as `@backstage/plugin-proxy-backend` reads them.

use super::fact::at_key;
use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use super::urls::parts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// An endpoint of the proxy.
    pub struct Proxy {
        /// its key, e.g. `/metrics`; points at it
        route: Text,
        /// where it leads
        target: Config,
        /// the scheme of the target; open where the target is
        scheme: Text,
        /// the target is this very machine; open where the target is
        host_local: Bool,
        /// `require` (also when nothing is set), `forward` or `dangerously-allow-unauthenticated`; points at the setting
        credentials: Text,
        /// the header with which the proxy signs in to the target, e.g. `Authorization`; absent without one. Points at it
        authorization: Text,
        /// the user's Backstage token reaches the target: `credentials: forward`, or `Authorization` in `allowedHeaders`
        /// without an `Authorization` of the proxy
        passes_token: Bool,
        /// `secure`; false trusts any certificate of the target
        secure: Config,
        /// `allowedMethods`; without it every method is let through
        allowed_methods: Config,
        /// it is in `proxy` itself, not in `proxy.endpoints`
        deprecated_place: Bool,
    }
}

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
pub fn collect(config: &Value) -> List<Proxy> {
    let Some(proxy) = config.get("proxy") else {
        return List::Known(Vec::new());
    };
    let (endpoints, deprecated) = match proxy.get("endpoints") {
        Some(endpoints) => (endpoints.as_object(), false),
        None => (proxy.as_object(), true),
    };
    let endpoints = endpoints.into_iter().flatten();
    endpoints
        .filter(|(route, value)| {
            value.kind != Kind::Null && (!deprecated || route.starts_with('/'))
        })
        .map(|(route, settings)| endpoint(route, settings, deprecated))
        .collect()
}

fn endpoint(route: &str, settings: &Value, deprecated: bool) -> Proxy {
    let target = match settings.as_object() {
        Some(_) => settings.get("target"),
        None => Some(settings),
    };
    let parts = target.and_then(parts).unwrap_or_default();
    let origin = target.and_then(|target| target.origin);
    let by_default = || Text::from("require").with_origin(at_key(settings));
    Proxy {
        origin: settings.origin,
        route: Text::from(route).with_origin(at_key(settings)),
        target: target.into(),
        scheme: parts.scheme.with_origin(origin),
        host_local: parts.local.with_origin(origin),
        credentials: settings
            .get("credentials")
            .map_or_else(by_default, Text::from),
        authorization: authorization(settings),
        passes_token: passes_token(settings),
        secure: settings.get("secure").into(),
        allowed_methods: settings.get("allowedMethods").into(),
        deprecated_place: deprecated.into(),
    }
}

/// The first header that signs in, by its name.
fn authorization(settings: &Value) -> Text {
    let headers = settings.get("headers").and_then(Value::as_object);
    headers
        .into_iter()
        .flatten()
        .find(|(name, value)| {
            value.kind != Kind::Null && KEYS.contains(&name.to_ascii_lowercase().as_str())
        })
        .map_or_else(Text::default, |(name, value)| {
            Text::from(name.clone()).with_origin(at_key(value))
        })
}

fn passes_token(settings: &Value) -> Bool {
    let credentials = settings.get("credentials");
    if let Some(open) = credentials.filter(|value| value.as_open().is_some()) {
        return open.into();
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
    Bool::from(!own && (forwards || allowed.is_some())).with_origin(origin.or(settings.origin))
}
