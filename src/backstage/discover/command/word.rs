//! Words of command lines, with what is known of the variables in them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::text::{Place, SourceId, Sources, Span};

/// One word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word with its variables replaced as far as they are known; others stand as `${NAME}`.
    pub(crate) text: String,
    /// How sure `text` is.
    pub(crate) certainty: Certainty,
    /// Where it stands.
    pub(crate) place: Place,
}

/// How sure a text with variables is. Orders from sure to unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// It has no variables, or all are set in the same file.
    Known,
    /// It holds defaults that whoever starts or builds the thing may replace.
    Default,
    /// It holds variables of which nothing is known.
    Open,
}

impl Word {
    /// A word that is exactly this text.
    pub(crate) fn known(text: impl Into<String>, place: Place) -> Self {
        Self {
            text: text.into(),
            certainty: Certainty::Known,
            place,
        }
    }
}

/// The longest text whose variables are replaced, in bytes: nothing that starts a process is longer.
const TEXT_LIMIT: usize = 1 << 16;

/// How much the values of variables may add to all texts, in bytes: `$A$A…` multiplies, and each text may be the value
/// of the next variable.
const GROWTH_LIMIT: usize = 1 << 18;

/// What is known of the variables at one point of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    values: BTreeMap<Arc<str>, (Arc<str>, Certainty)>,
    /// How many bytes values have added to texts.
    added: Added,
}

#[derive(Debug, Default)]
struct Added(AtomicUsize);

impl Clone for Added {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Variables {
    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str, certainty: Certainty) {
        self.values.insert(name.into(), (value.into(), certainty));
    }

    /// About how many bytes a copy of them takes: names and values are shared.
    pub(crate) fn weight(&self) -> usize {
        self.values.len() * 64
    }

    /// Replaces `$NAME`, `${NAME}` and `${NAME:-default}` in a text. `$$` stays as it is written; a text that
    /// is too long for a command line is open as a whole, before or behind that.
    pub(crate) fn expand(&self, text: &str) -> (String, Certainty) {
        if text.len() > TEXT_LIMIT {
            return (text.to_owned(), Certainty::Open);
        }
        let mut out = String::with_capacity(text.len());
        let mut certainty = Certainty::Known;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, dollar) = rest.split_at(at);
            out.push_str(before);
            let Some((variable, length)) = variable(dollar) else {
                let (kept, after) = dollar.split_at(if dollar.starts_with("$$") { 2 } else { 1 });
                out.push_str(kept);
                rest = after;
                continue;
            };
            let (written, after) = dollar.split_at(length);
            rest = after;
            match (self.values.get(variable.name), variable.default) {
                (Some((value, sure)), _) if !value.is_empty() || variable.default.is_none() => {
                    if !self.push(&mut out, value) {
                        return (text.to_owned(), Certainty::Open);
                    }
                    certainty = certainty.max(*sure);
                }
                (_, Some(default)) => {
                    out.push_str(default);
                    certainty = certainty.max(Certainty::Default);
                }
                _ => {
                    out.push_str(written);
                    certainty = Certainty::Open;
                }
            }
        }
        out.push_str(rest);
        (out, certainty)
    }

    /// Replaces `$(NAME)` in a text, as Kubernetes does in `command`, `args` and the values of `env`: `$$` is one `$`, and
    /// everything else stays as it is written, `${NAME}` too. A name of which nothing is known stays, and leaves the text
    /// open: `envFrom` may set it.
    ///
    /// Source: `k8s.io/kubernetes/third_party/forked/golang/expansion`.
    pub(crate) fn expand_in_manifest(&self, text: &str) -> (String, Certainty) {
        if text.len() > TEXT_LIMIT {
            return (text.to_owned(), Certainty::Open);
        }
        let mut out = String::with_capacity(text.len());
        let mut certainty = Certainty::Known;
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
                continue;
            }
            let named = after
                .strip_prefix('(')
                .and_then(|name| name.split_once(')'));
            let Some((name, after)) = named else {
                out.push('$');
                rest = after;
                continue;
            };
            rest = after;
            match self.values.get(name) {
                Some((value, sure)) => {
                    if !self.push(&mut out, value) {
                        return (text.to_owned(), Certainty::Open);
                    }
                    certainty = certainty.max(*sure);
                }
                None => {
                    out.extend(["$(", name, ")"]);
                    certainty = Certainty::Open;
                }
            }
        }
        out.push_str(rest);
        (out, certainty)
    }

    /// Puts the value of a variable at the end of a text; `false` when that would be more than the limits allow.
    fn push(&self, out: &mut String, value: &str) -> bool {
        let added = self.added.0.load(Ordering::Relaxed);
        let added = added.saturating_add(value.len());
        if out.len() + value.len() > TEXT_LIMIT || added > GROWTH_LIMIT {
            return false;
        }
        self.added.0.store(added, Ordering::Relaxed);
        out.push_str(value);
        true
    }
}

struct Variable<'t> {
    name: &'t str,
    default: Option<&'t str>,
}

/// The variable that a text begins with, and the length of what is written.
fn variable(text: &str) -> Option<(Variable<'_>, usize)> {
    let after = text.strip_prefix('$')?;
    let Some(inner) = after.strip_prefix('{') else {
        let length = name_length(after);
        let name = after.get(..length).filter(|name| !name.is_empty())?;
        let variable = Variable {
            name,
            default: None,
        };
        return Some((variable, 1 + length));
    };
    let (inner, _) = inner.split_once('}')?;
    let name = inner
        .get(..name_length(inner))
        .filter(|name| !name.is_empty())?;
    let default = match inner.get(name.len()..).unwrap_or_default() {
        "" => None,
        // `:+` and the other operators say nothing about the value itself.
        operator => operator
            .strip_prefix(":-")
            .or_else(|| operator.strip_prefix('-')),
    };
    let plain = inner.len() == name.len() || default.is_some();
    let variable = Variable {
        name: if plain { name } else { inner },
        default,
    };
    Some((variable, inner.len() + 3))
}

fn name_length(text: &str) -> usize {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.bytes().next() {
        Some(first) if first.is_ascii_digit() => 0,
        _ => text.bytes().take_while(|&byte| is_part(byte)).count(),
    }
}

/// How offsets in a text map to places.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    /// The text stands in a source from this byte on.
    Exact(SourceId, usize),
    /// The text is decoded: every part of it is at the whole place.
    Whole(Place),
}

impl Anchor {
    /// For a text that was decoded from a place: exact where the bytes spell the text, e.g. between quotes.
    pub(crate) fn of(sources: &Sources, place: Place, text: &str) -> Self {
        match sources.slice(place).find(text) {
            Some(at) if !text.is_empty() => {
                Self::Exact(place.source, place.span.start as usize + at)
            }
            _ => Self::Whole(place),
        }
    }

    /// The place of a part of the text.
    pub(crate) fn place(self, start: usize, end: usize) -> Place {
        match self {
            Self::Exact(source, base) => Place::new(source, Span::new(base + start, base + end)),
            Self::Whole(place) => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_replace_names_in_parentheses_alone() {
        let mut variables = Variables::default();
        variables.set("HOST", "db", Certainty::Known);
        variables.set("PASSWORD", "${PASSWORD}", Certainty::Open);
        let expand = |text: &str| variables.expand_in_manifest(text);
        let known = |text: &str| (text.to_owned(), Certainty::Known);
        assert_eq!(
            expand("postgres://$(HOST):5432"),
            known("postgres://db:5432")
        );
        assert_eq!(expand("${HOST} $HOST $"), known("${HOST} $HOST $"));
        assert_eq!(expand("$$(HOST) $$$(HOST) a$$b"), known("$(HOST) $db a$b"));
        assert_eq!(expand("f(x) $(HOST) $(HOST"), known("f(x) db $(HOST"));
        assert_eq!(expand("$(OTHER)"), ("$(OTHER)".into(), Certainty::Open));
        assert_eq!(expand("$(PASSWORD)!").1, Certainty::Open);
    }

    #[test]
    fn variables_are_replaced_as_far_as_they_are_known() {
        let mut variables = Variables::default();
        variables.set("A", "x", Certainty::Known);
        variables.set("B", "y", Certainty::Default);
        variables.set("EMPTY", "", Certainty::Known);
        let expand = |text: &str| variables.expand(text);
        assert_eq!(
            expand("$A-${A}.yaml"),
            ("x-x.yaml".into(), Certainty::Known)
        );
        assert_eq!(expand("${B}"), ("y".into(), Certainty::Default));
        assert_eq!(expand("${C:-z}${A:-q}"), ("zx".into(), Certainty::Default));
        assert_eq!(
            expand("${EMPTY:-d}$EMPTY"),
            ("d".into(), Certainty::Default)
        );
        assert_eq!(expand("a.${C}.$D"), ("a.${C}.$D".into(), Certainty::Open));
        assert_eq!(expand("${A:+more}"), ("${A:+more}".into(), Certainty::Open));
        let long = "x".repeat(TEXT_LIMIT / 2);
        variables.set("LONG", &long, Certainty::Known);
        let expand = |text: &str| variables.expand(text);
        assert_eq!(
            expand("$LONG$LONG$LONG"),
            ("$LONG$LONG$LONG".into(), Certainty::Open)
        );
        for _ in 0..GROWTH_LIMIT / long.len() {
            variables.expand("$LONG");
        }
        assert_eq!(variables.expand("$LONG"), ("$LONG".into(), Certainty::Open));
        let expand = |text: &str| Variables::default().expand(text);
        assert_eq!(
            expand("$ $$A 5$ ${"),
            ("$ $$A 5$ ${".into(), Certainty::Known)
        );
    }
}
