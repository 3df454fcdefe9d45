//! `facts.cors`: which websites may call the backend.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::value::{Kind, Value};

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "origins",
        Shape::List(ORIGIN),
        "`backend.cors.origin`, also when it is a single one",
    ),
    Field::new(
        "credentials",
        Shape::Config,
        "`backend.cors.credentials` as written; absent without it",
    ),
];

const ORIGIN: &[Field] = &[
    Field::new("value", Shape::String, "the pattern; points at it"),
    Field::new(
        "anySite",
        Shape::Bool,
        "it matches every website, e.g. `https://*`",
    ),
    Field::new(
        "noSite",
        Shape::Bool,
        "it matches no website, only the origin `null`: a lone `*`, which stops at a slash",
    ),
];

/// The websites of an effective config. `@backstage/backend-defaults` matches an origin with minimatch, whose `*`
/// and `**` stay between two slashes (`noglobstar`).
pub fn collect(config: &Value) -> Value {
    let cors = config.at(["backend", "cors"]);
    let origin = cors.and_then(|cors| cors.get("origin"));
    let origins: Vec<&Value> = match origin.map(|origin| &origin.kind) {
        Some(Kind::Array(items)) => items.iter().collect(),
        Some(Kind::String(_) | Kind::Open(_)) => origin.into_iter().collect(),
        _ => Vec::new(),
    };
    let credentials = cors.and_then(|cors| cors.get("credentials"));
    object([
        ("origins", list(origins.into_iter().map(fact))),
        ("credentials", credentials.cloned().unwrap_or_else(absent)),
    ])
    .with_origin(cors.and_then(|cors| cors.origin))
}

fn fact(origin: &Value) -> Value {
    let known = |test: fn(&str) -> bool| match (origin.as_str(), &origin.kind) {
        (Some(pattern), _) => truth(test(pattern)),
        (None, Kind::Open(_)) => origin.clone(),
        _ => absent(),
    };
    object([
        ("value", origin.clone()),
        ("anySite", known(matches_any_site)),
        ("noSite", known(|pattern| matches!(pattern, "*" | "**"))),
    ])
    .with_origin(origin.origin)
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
