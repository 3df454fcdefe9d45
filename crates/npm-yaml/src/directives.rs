//! `%YAML` and `%TAG` lines, and what tags mean under them.
//!
//! In: directive lines in order, and tags as written. Out: the rules a document follows, and what a tag says. It
//! follows `doc/directives.js` of the npm package `yaml` 2.9. Never: whether a value fits its tag.

use std::collections::BTreeMap;

use super::scalar::Version;
use super::tag::TagName;

const CORE: &str = "tag:yaml.org,2002:";

/// The directives of a document.
#[derive(Debug)]
pub(super) struct Directives<'t> {
    /// The rules for scalars.
    pub version: Version,
    /// What each handle stands for.
    handles: BTreeMap<&'t str, &'t str>,
}

impl Default for Directives<'_> {
    fn default() -> Self {
        Self {
            version: Version::Core,
            handles: BTreeMap::from([("!!", CORE)]),
        }
    }
}

impl<'t> Directives<'t> {
    /// Takes in a line that begins with `%`; `false` when it cannot be read. One of an unknown name says nothing.
    pub(super) fn add(&mut self, line: &'t str) -> bool {
        let mut parts = line
            .trim()
            .split([' ', '\t'])
            .filter(|part| !part.is_empty());
        let name = parts.next();
        let parts: Vec<&str> = parts.collect();
        match (name, &parts[..]) {
            (Some("%TAG"), &[handle, prefix]) => {
                self.handles.insert(handle, prefix);
                true
            }
            (Some("%YAML"), &["1.1"]) => {
                self.version = Version::Old;
                true
            }
            (Some("%YAML"), &["1.2"]) => {
                self.version = Version::Core;
                true
            }
            (Some("%YAML"), &[version]) => is_version(version),
            (Some("%TAG" | "%YAML"), _) => false,
            _ => true,
        }
    }

    /// What a tag says; `None` when it cannot be read.
    pub(super) fn tag(&self, tag: &str) -> Option<TagName> {
        if tag == "!" {
            return Some(TagName::NonSpecific);
        }
        if let Some(verbatim) = tag.strip_prefix("!<") {
            let name = verbatim.strip_suffix('>')?;
            return (!matches!(name, "!" | "!!")).then(|| TagName::of(name));
        }
        let (handle, suffix) = tag.split_at(tag.rfind('!')? + 1);
        if suffix.is_empty() {
            return None;
        }
        match self.handles.get(handle) {
            Some(prefix) => Some(TagName::of(&format!("{prefix}{}", decoded(suffix)?))),
            None => (handle == "!").then_some(TagName::Other),
        }
    }
}

/// Whether this looks like a version: an unknown one is passed over.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// A text with its `%41` decoded; `None` when they make no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(escaped.get(..2)?, 16).ok()?);
        rest = escaped.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_under_their_handles() {
        let mut directives = Directives::default();
        assert!(directives.add("%TAG !e! tag:yaml.org,2002:"));
        assert_eq!(directives.tag("!!int"), Some(TagName::Core("int".into())));
        assert_eq!(
            directives.tag("!e!i%6et"),
            Some(TagName::Core("int".into()))
        );
        assert_eq!(
            directives.tag("!<tag:yaml.org,2002:int>"),
            directives.tag("!!int")
        );
        assert_eq!(directives.tag("!foo"), Some(TagName::Other));
        assert_eq!(directives.tag("!"), Some(TagName::NonSpecific));
        for broken in ["!!", "!x!int", "!<!>", "!<x", "!!%ff"] {
            assert_eq!(directives.tag(broken), None, "{broken}");
        }
    }

    #[test]
    fn only_directives_of_a_known_name_can_be_wrong() {
        let mut directives = Directives::default();
        assert!(directives.add("%FOO bar"));
        assert!(directives.add("%YAML 1.9"));
        assert!(!directives.add("%YAML one"));
        assert!(!directives.add("%YAML"));
        assert!(!directives.add("%TAG !x!"));
        assert_eq!(directives.version, Version::Core);
        assert!(directives.add("%YAML 1.1"));
        assert_eq!(directives.version, Version::Old);
    }
}
