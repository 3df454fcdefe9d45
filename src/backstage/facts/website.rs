//! `facts.website`: whether the portal in the browser may call the backend.
//!
//! In: an effective config. Out: the origins of both base URLs, and what `backend.cors.origin` makes of the portal's.
//! Never: an answer that stands on an open value.

use globset::GlobBuilder;

use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Value};

facts! {
    /// Whether the portal in the browser may call the backend.
    pub struct Website {
        /// the origin of `app.baseUrl`, e.g. `https://portal.acme.example`; absent where it is not known. Points at it
        app_origin: Text,
        /// the origin of `backend.baseUrl`, likewise
        backend_origin: Text,
        /// both are known, they differ, and both or none are on this very machine: the browser asks the backend first
        cross_origin: Bool,
        /// there is a `backend.cors`; without it the backend admits no other origin
        cors_configured: Bool,
        /// `backend.cors` admits the origin of `app.baseUrl`; absent where that is not known
        admitted: Bool,
        /// the patterns of `backend.cors.origin` that no origin can match
        never_match: List<NeverMatch>,
    }

    /// A pattern that no origin can match.
    pub struct NeverMatch {
        /// the pattern; points at it
        pattern: Text,
        /// what is wrong with it: `a trailing slash`, `a path` or `no scheme`
        fault: Text,
        /// the pattern that is meant; absent without a scheme
        meant: Text,
    }
}

/// The two origins of an effective config.
pub fn collect(config: &Value) -> Website {
    let url = |of: &str| config.at([of, "baseUrl"]);
    let (app, backend) = (Origin::of(url("app")), Origin::of(url("backend")));
    let cross = match (&app, &backend) {
        (Some(app), Some(backend)) => {
            Bool::from(app.text != backend.text && app.is_local() == backend.is_local())
        }
        _ => Bool::default(),
    };
    let cors = config.at(["backend", "cors"]);
    let patterns = cors.and_then(|cors| cors.get("origin"));
    let admitted = app.as_ref().and_then(|app| admits(cors, &app.text));
    let fact = |origin: &Option<Origin>, value: Option<&Value>| match (origin, value) {
        (Some(origin), Some(value)) => Text::from(origin.text.as_str()).with_origin(value.origin),
        _ => Text::default(),
    };
    Website {
        origin: cors.and_then(|cors| cors.origin),
        app_origin: fact(&app, url("app")),
        backend_origin: fact(&backend, url("backend")),
        cross_origin: cross,
        cors_configured: cors.is_some().into(),
        admitted: admitted.map_or_else(Bool::default, Bool::from),
        never_match: items(patterns).iter().filter_map(never_matches).collect(),
    }
}

/// An origin as a browser sends it.
struct Origin {
    text: String,
    host: String,
}

impl Origin {
    /// The origin of a URL that is known.
    fn of(url: Option<&Value>) -> Option<Self> {
        let (scheme, rest) = url?.as_str()?.trim().split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next()?;
        let server = authority
            .rsplit_once('@')
            .map_or(authority, |(_, server)| server);
        let server = server.to_ascii_lowercase();
        let default = match &*scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return None,
        };
        let server = server.strip_suffix(default).unwrap_or(&server);
        let host = match server.starts_with('[') {
            true => server.split_inclusive(']').next(),
            false => server.split(':').next(),
        };
        let host = host.filter(|host| !host.is_empty())?.to_owned();
        let text = format!("{scheme}://{server}");
        Some(Self { text, host })
    }

    fn is_local(&self) -> bool {
        is_local_host(&self.host)
    }
}

/// Whether the backend admits an origin; `None` when that is not known. Without `cors` it admits none, and with one
/// that has no `origin` it admits all (`readCorsOptions` of `@backstage/backend-defaults`, the default of `cors`).
fn admits(cors: Option<&Value>, origin: &str) -> Option<bool> {
    let Some(cors) = cors else {
        return Some(false);
    };
    if cors.as_open().is_some() {
        return None;
    }
    let Some(patterns) = cors.get("origin") else {
        return Some(true);
    };
    let mut all_known = true;
    for pattern in items(Some(patterns)) {
        match pattern
            .as_str()
            .and_then(|pattern| matches(pattern, origin))
        {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}

/// A single pattern or a list of them.
fn items(patterns: Option<&Value>) -> &[Value] {
    match patterns {
        Some(Value {
            kind: Kind::Array(items),
            ..
        }) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// Whether a pattern matches an origin as minimatch does with `nocase` and `noglobstar`; `None` for forms of patterns
/// that are not understood here.
fn matches(pattern: &str, origin: &str) -> Option<bool> {
    if pattern.starts_with(['!', '#']) || pattern.contains(['(', ')', '\\']) {
        return None;
    }
    let mut single = pattern.to_owned();
    while single.contains("**") {
        single = single.replace("**", "*");
    }
    let glob = GlobBuilder::new(&single)
        .case_insensitive(true)
        .literal_separator(true)
        .build()
        .ok()?;
    Some(glob.compile_matcher().is_match(origin))
}

/// Why no origin can match a pattern: an origin is a scheme, a host and perhaps a port, without a slash behind them.
fn never_matches(pattern: &Value) -> Option<NeverMatch> {
    let text = pattern.as_str()?;
    let is_plain = !text.is_empty()
        && !text.contains(['*', '?', '{', '}', '(', ')', '!', '[', ']', '#', '\\']);
    if !is_plain || text == "null" {
        return None;
    }
    let (fault, meant) = match text.split_once("://") {
        None => ("no scheme", None),
        Some((scheme, rest)) => {
            let (server, path) = rest.split_once('/')?;
            let fault = if path.is_empty() {
                "a trailing slash"
            } else {
                "a path"
            };
            (fault, Some(format!("{scheme}://{server}")))
        }
    };
    Some(NeverMatch {
        origin: None,
        pattern: pattern.into(),
        fault: fault.into(),
        meant: Text::optional(meant),
    })
}

#[cfg(test)]
mod tests {
    use super::{Origin, matches};
    use crate::backstage::value::Value;

    #[test]
    fn an_origin_is_a_url_without_default_port_and_path() {
        let origin = |url: &str| Origin::of(Some(&Value::string(url))).map(|origin| origin.text);
        for (url, expected) in [
            (
                "https://Portal.acme.example/",
                "https://portal.acme.example",
            ),
            (
                "https://portal.acme.example:443/x",
                "https://portal.acme.example",
            ),
            ("http://portal:7007", "http://portal:7007"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(origin(url).as_deref(), Some(expected));
        }
        for url in ["portal.acme.example", "ftp://x", "https://"] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    /// Written by hand from the documentation of minimatch, for `nocase` and `noglobstar`, with which the backend calls
    /// it.
    #[test]
    fn a_pattern_matches_where_minimatch_does() {
        let origin = "https://portal.acme.example";
        for pattern in [
            "https://portal.acme.example",
            "HTTPS://Portal.acme.example",
            "https://*.acme.example",
            "https://**",
            "*://portal.acme.example",
            "https://{portal,docs}.acme.example",
        ] {
            assert_eq!(matches(pattern, origin), Some(true), "{pattern}");
        }
        for pattern in [
            "https://portal.acme.example/",
            "portal.acme.example",
            "https://portal.acme.example:3000",
            "*",
            "**",
        ] {
            assert_eq!(matches(pattern, origin), Some(false), "{pattern}");
        }
        assert_eq!(matches("http?(s)://portal.acme.example", origin), None);
    }
}
