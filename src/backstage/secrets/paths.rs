//! The list of known secret paths.
//!
//! In: a path. Out: what the list says about it. The list is data: `paths.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::is_slip;
use source::{ConfigPath, Part};

/// What the list says about a path; `None` when it does not know it. `public` wins over `secret`. Below a secret path
/// everything is secret: a mapping or list there is a mistake, and no less secret for it.
pub(super) fn lookup(path: &ConfigPath) -> Option<Listed> {
    let below = match path.parts().first() {
        Some(Part::Key(key)) => PATTERNS.below.get(&**key),
        _ => None,
    };
    let candidates = below.into_iter().flatten().chain(&PATTERNS.anywhere);
    let matching = candidates.filter(|pattern| pattern.matches(path.parts()));
    matching.map(|pattern| pattern.listed).max()
}

/// Whether a path is one slip of the keys away from a secret path of the list: `integrations.github[0].tokne`.
pub(super) fn is_slip_of_secret(path: &ConfigPath) -> bool {
    let below = match path.parts().first() {
        Some(Part::Key(key)) => PATTERNS.below.get(&**key),
        _ => None,
    };
    let mut candidates = below.into_iter().flatten();
    candidates.any(|pattern| {
        pattern.listed == Listed::Secret && matches(&pattern.segments, path.parts(), 1)
    })
}

/// Whether a key below a secret path, or beside a secret, only describes it: its kind, or where to get it.
pub(super) fn describes(key: &str) -> bool {
    const ENDS: &[&str] = &[
        "type",
        "role",
        "path",
        "url",
        "uri",
        "host",
        "hostname",
        "port",
        "name",
        "method",
        "kind",
        "mount",
        "namespace",
        "audience",
        "scope",
        "scopes",
        "file",
        "id",
        "user",
        "username",
        "email",
        "region",
        "issuer",
        "engine",
        "version",
        "description",
        "ttl",
        "expiry",
        "expiration",
        "timeout",
        "interval",
        "algorithm",
        "enabled",
        "schedule",
        "frequency",
        "prefix",
        "provider",
        "subject",
    ];
    let mut words = key.split(|c: char| !c.is_alphanumeric());
    let last = words.next_back().unwrap_or_default();
    let tail = last.char_indices().rev().find(|(_, c)| c.is_uppercase());
    let tail = tail.and_then(|(at, _)| last.get(at..)).unwrap_or(last);
    let is_end = |text: &str| ENDS.iter().any(|end| end.eq_ignore_ascii_case(text));
    is_end(tail) || is_end(last)
}

/// What the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Listed {
    /// A secret belongs here.
    Secret,
    /// What stands here is meant for browsers.
    Public,
}

/// Whether a path that schemas call secret merely says who somebody is, or holds something with a secret in it: a
/// user name, a certificate, a connection string. Nothing is exposed by a literal there, unless it looks like it.
pub(super) fn only_identifies(path: &ConfigPath) -> bool {
    const NAMES: &[&str] = &[
        "username",
        "user",
        "email",
        "accountname",
        "clientid",
        "accesskeyid",
        "externalid",
        "cadata",
        "cafile",
        "id",
        "connection",
        "rolearn",
        "assumerole",
        "region",
        "host",
        "hostname",
        "port",
        "url",
        "database",
        "tenantid",
        "type",
        "client",
        "socketpath",
        "keyfile",
        "certfile",
        "serveraddress",
        "issuer",
        "subject",
        "endpoint",
        "name",
    ];
    let last = path.parts().iter().rev().find_map(|part| match part {
        Part::Key(key) => Some(key.to_ascii_lowercase()),
        Part::Item(_) => None,
    });
    last.is_some_and(|last| NAMES.contains(&last.as_str()))
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns::read(include_str!("paths.txt")));

/// The list, so arranged that a path is compared with few of its patterns.
#[derive(Default)]
struct Patterns {
    /// Those that begin with a certain key.
    below: HashMap<&'static str, Vec<Pattern>>,
    anywhere: Vec<Pattern>,
}

impl Patterns {
    fn read(text: &'static str) -> Self {
        let mut patterns = Self::default();
        for pattern in text.lines().filter_map(Pattern::read) {
            match pattern.segments.first() {
                Some(key) if !key.starts_with('*') => {
                    patterns.below.entry(key).or_default().push(pattern);
                }
                _ => patterns.anywhere.push(pattern),
            }
        }
        patterns
    }
}

struct Pattern {
    segments: Vec<&'static str>,
    listed: Listed,
}

impl Pattern {
    fn read(line: &'static str) -> Option<Self> {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let segments = words.next()?.split('.').collect();
        let listed = match words.next() {
            Some("public") => Listed::Public,
            _ => Listed::Secret,
        };
        Some(Self { segments, listed })
    }

    fn matches(&self, path: &[Part]) -> bool {
        matches(&self.segments, path, 0)
    }
}

/// Whether a pattern matches a path or one above it, with so many keys misspelt.
fn matches(segments: &[&str], path: &[Part], slips: usize) -> bool {
    match (segments, path) {
        ([], _) => true,
        (["**", rest @ ..], path) => {
            // No pattern has more than two of these, so this is at worst quadratic in a path's few steps.
            matches(rest, path, slips)
                || path
                    .split_first()
                    .is_some_and(|(_, path)| matches(segments, path, slips))
        }
        ([segment, segments @ ..], [part, path @ ..]) => {
            let fits = match part {
                Part::Key(key) => *segment == "*" || **segment == **key,
                Part::Item(_) => *segment == "*",
            };
            let is_misspelt = |part: &Part| match part {
                Part::Key(key) => slips > 0 && *segment != "**" && is_slip(key, segment),
                Part::Item(_) => false,
            };
            match fits {
                true => matches(segments, path, slips),
                false => is_misspelt(part) && matches(segments, path, slips - 1),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> ConfigPath {
        let mut path = ConfigPath::root();
        for part in text.split('.') {
            path.push(
                part.parse()
                    .map_or_else(|_| Part::Key(part.into()), Part::Item),
            );
        }
        path
    }

    #[test]
    fn patterns_match_keys_items_and_depths() {
        for text in [
            "integrations.github.0.token",
            "auth.providers.github.production.clientSecret",
            "backend.database.connection.password",
            "scaffolder.defaultEnvironment.secrets.NPM_TOKEN",
            "catalog.providers.x.y.z.clientSecret",
            "auth.session.secret.0",
            "jira.token",
            "jira.instances.0.token",
        ] {
            assert_eq!(lookup(&path(text)), Some(Listed::Secret), "{text}");
        }
        for text in [
            "integrations.github.0.host",
            "backend.database.connection",
            "auth",
        ] {
            assert_eq!(lookup(&path(text)), None, "{text}");
        }
        assert_eq!(
            lookup(&path("app.datadogRum.clientToken")),
            Some(Listed::Public)
        );
    }
}
