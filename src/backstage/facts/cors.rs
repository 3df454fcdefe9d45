//! `facts.cors`: which websites may call the backend.

use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// Which websites may call the backend.
    pub struct Cors {
        /// `backend.cors.origin`, also when it is a single one
        origins: List<CorsOrigin>,
        /// `backend.cors.credentials` as written; absent without it
        credentials: Config,
    }

    /// A pattern of `backend.cors.origin`.
    pub struct CorsOrigin {
        /// the pattern; points at it
        value: Text,
        /// it matches every website, e.g. `https://*`
        any_site: Bool,
        /// it matches no website, only the origin `null`: a lone `*`, which stops at a slash
        no_site: Bool,
    }
}

/// The websites of an effective config. `@backstage/backend-defaults` matches an origin with minimatch, whose `*`
/// and `**` stay between two slashes (`noglobstar`).
pub fn collect(config: &Value) -> Cors {
    let cors = config.at(["backend", "cors"]);
    let origin = cors.and_then(|cors| cors.get("origin"));
    let origins: Vec<&Value> = match origin.map(|origin| &origin.kind) {
        Some(Kind::Array(items)) => items.iter().collect(),
        Some(Kind::String(_) | Kind::Open(_)) => origin.into_iter().collect(),
        _ => Vec::new(),
    };
    Cors {
        origin: cors.and_then(|cors| cors.origin),
        origins: origins.into_iter().map(fact).collect(),
        credentials: cors.and_then(|cors| cors.get("credentials")).into(),
    }
}

fn fact(origin: &Value) -> CorsOrigin {
    let known = |test: fn(&str) -> bool| match (origin.as_str(), &origin.kind) {
        (Some(pattern), _) => test(pattern).into(),
        (None, Kind::Open(_)) => origin.into(),
        _ => Bool::default(),
    };
    CorsOrigin {
        origin: origin.origin,
        value: origin.into(),
        any_site: known(matches_any_site),
        no_site: known(|pattern| matches!(pattern, "*" | "**")),
    }
}

fn matches_any_site(pattern: &str) -> bool {
    let Some((scheme, host)) = pattern.split_once("//") else {
        return false;
    };
    let host = host.split(':').next().unwrap_or_default();
    let web = scheme.starts_with("http") || scheme.starts_with('*');
    // Every website but a bare name has a dot: `*.*` leaves none out.
    let names: Vec<&str> = host.split('.').collect();
    let is_any = |name: &&str| !name.is_empty() && name.chars().all(|c| c == '*');
    web && names.len() <= 2 && names.iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::matches_any_site;

    /// Recorded from minimatch 9 with `nocase` and `noglobstar`, as the backend calls it.
    #[test]
    fn a_pattern_matches_any_site_where_minimatch_does() {
        for pattern in [
            "https://*",
            "*://*",
            "http?(s)://*",
            "https://**",
            "*//*",
            "https://*.*",
            "*://*.*",
            "http?(s)://*.*",
            "https://**.*",
        ] {
            assert!(matches_any_site(pattern), "{pattern}");
        }
        for pattern in [
            "*",
            "**",
            "*/*/*",
            "https://*.acme.com",
            "http*",
            "https://*.com",
            "https://*.*.*",
            "https://*.",
            "https://.*",
        ] {
            assert!(!matches_any_site(pattern), "{pattern}");
        }
    }
}
