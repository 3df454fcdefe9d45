//! Where secrets stand, or belong, in a configuration.
//!
//! In: one resolved layer (or an effective config), the texts it came from, and the schemas of the app. Out: every
//! [`Secret`] with the bytes of the secret alone. Never: a judgement; whether a secret may stand where it does is
//! for the cards.

mod finder;
mod leaf;
mod name;
mod neighbour;
mod paths;
mod place;
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::schema::Schemas;
use super::value::{Kind, Open, OpenCause, Origin, Text, Value, Variable};
use crate::text::mask::looks::assignment::names_secret;
use crate::text::mask::looks::placeholder::is_placeholder;
use crate::text::mask::{MASK, Secrets};
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::Document;
use source::ConfigPath;

use finder::{Finder, Judged};

/// Every secret of a layer: as its text is written, whatever the environment makes of it, and in what it includes.
/// Comments are searched for tokens only, and so is a text that does not parse. The same bytes (an alias) count
/// once.
pub fn of_layer(
    document: &Document,
    source: SourceId,
    resolved: Option<&Value>,
    sources: &Sources,
    schemas: &Schemas,
) -> Vec<Secret> {
    // Where only keys that stand twice keep the loader from reading it: what it would be with the first of each, and
    // then each further one. Any of them may hold a secret.
    let repeats = match &document.root {
        Some(_) => None,
        None => document.refused.as_ref(),
    };
    let first = repeats.map(written::with_first_entries);
    let as_written = first.as_ref().or(document.root.as_ref());
    let as_written = as_written.map(|node| written::value(node, source));
    let mut seen = BTreeMap::new();
    let mut judged = Judged::default();
    let mut found = Vec::new();
    for config in as_written.iter().chain(resolved) {
        let mut finder = Finder {
            sources,
            root: config,
            path: ConfigPath::root(),
            above: Vec::new(),
            judged: &mut judged,
            seen: &mut seen,
            found: &mut found,
        };
        finder.walk(config, &schemas.scope());
        judged.is_complete = true;
    }
    if let (Some(root), Some(node)) = (&as_written, repeats) {
        let mut finder = Finder {
            sources,
            root,
            path: ConfigPath::root(),
            above: Vec::new(),
            judged: &mut Judged::default(),
            seen: &mut seen,
            found: &mut found,
        };
        finder.walk_repeated(node, source, &schemas.scope());
    }
    let text = sources.get(source).text();
    match document.root.as_ref().or(document.refused.as_ref()) {
        Some(_) => {
            let comments = document.comments.iter().map(|comment| comment.span);
            found.extend(comments.flat_map(|span| in_plain_text(text, Place::new(source, span))));
        }
        None => {
            let whole = Place::new(source, Span::new(0, text.len()));
            found.extend(in_plain_text(text, whole));
        }
    }
    name_without_keys(&mut found);
    found
}

/// Takes secrets that are keys out of the names of variables, which are made of the keys above a value.
fn name_without_keys(found: &mut [Secret]) {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_uppercase()).collect()
    };
    let keys = found
        .iter()
        .filter(|secret| secret.extent == Extent::Key)
        .filter_map(|secret| Some(letters(&secret.text.as_ref()?.0)))
        .filter(|key| !key.is_empty());
    let keys: Vec<String> = keys.collect();
    if keys.is_empty() {
        return;
    }
    // Building fails only beyond any size that the input limits let through.
    let search = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&keys)
        .ok();
    for secret in found {
        let variable = letters(&secret.variable);
        if search.as_ref().is_none_or(|it| it.is_match(&variable)) {
            "SECRET".clone_into(&mut secret.variable);
        }
    }
}

/// Every secret in what variables set on top of all layers.
pub fn of_overrides(overrides: &Value, sources: &Sources, schemas: &Schemas) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut finder = Finder {
        sources,
        root: overrides,
        path: ConfigPath::root(),
        above: Vec::new(),
        judged: &mut Judged::default(),
        seen: &mut BTreeMap::new(),
        found: &mut found,
    };
    finder.walk(overrides, &schemas.scope());
    found
}

/// The tokens in text that is no configuration. URLs with a password are not among them: in comments they are
/// examples.
fn in_plain_text(text: &str, part: Place) -> Vec<Secret> {
    let slice = text.get(part.span.range()).unwrap_or_default();
    let hits = leaf::in_text(slice).into_iter();
    let tokens = hits.filter(|hit| hit.kind != "url-password");
    let start = part.span.start as usize;
    tokens
        .map(|hit| {
            let span = Span::new(start + hit.range.start, start + hit.range.end);
            Secret {
                path: ConfigPath::root(),
                place: Some(Place::new(part.source, span)),
                kind: hit.kind,
                what: hit.what,
                standing: Standing::Literal,
                certainty: hit.certainty,
                in_default: hit.in_default,
                extent: Extent::Part,
                beside_local_host: false,
                variable: String::new(),
                text: slice.get(hit.range).map(|text| Hidden(text.into())),
                also: Hidden(hit.also),
            }
        })
        .collect()
}

/// Tells the mask about secrets, so that no report shows them.
pub fn hide(secrets: &[Secret], mask: &mut Secrets) {
    for secret in secrets {
        if let (Some(Hidden(text)), Extent::Key) = (&secret.text, secret.extent) {
            mask.add_key(text);
        }
        match (&secret.text, secret.place) {
            (Some(Hidden(text)), Some(place)) if secret.standing != Standing::Elsewhere => {
                mask.add(place, text);
            }
            (Some(Hidden(text)), Some(place)) => mask.add_value(place, text),
            (Some(Hidden(text)), None) => mask.add_placeless(text),
            (None, _) => {}
        }
        for text in &secret.also.0 {
            mask.add_text(text);
        }
    }
}

/// Tells the mask about variables whose names say that they are secrets, wherever their values are used.
pub fn hide_variables<'e>(variables: impl Iterator<Item = (&'e str, &'e str)>, mask: &mut Secrets) {
    for (_, value) in variables.filter(|(name, _)| names_secret(name)) {
        mask.add_text(value);
    }
}

/// A copy of `value` that may be shown: every text in it, keys included, without the secrets that stand at its place
/// and without those that are known or look like one. What is printed of an effective config or of facts is this.
pub fn masked(value: &Value, mask: &Secrets) -> Value {
    let show = |text: &str| -> Arc<str> { mask.show(value.place(), text).into() };
    let kind = match &value.kind {
        Kind::Null => Kind::Null,
        Kind::Bool(value) => Kind::Bool(*value),
        Kind::Number(number) => match &*show(&number.to_string()) {
            MASK => Value::string(MASK).kind,
            _ => Kind::Number(*number),
        },
        Kind::String(text) => Kind::String(Text {
            value: show(&text.value),
            style: text.style,
        }),
        Kind::Open(open) => Kind::Open(Box::new(Open {
            written: show(&open.written),
            cause: masked_cause(&open.cause, show),
            when_unset: open.when_unset.as_deref().map(show),
            below: open.below.as_ref().map(|below| masked(below, mask)),
        })),
        Kind::Array(items) => Kind::Array(items.iter().map(|item| masked(item, mask)).collect()),
        Kind::Object(object) => {
            let entries = object.iter();
            let entries =
                entries.map(|(key, child)| (mask.show_key(key).into(), masked(child, mask)));
            Kind::Object(entries.collect())
        }
    };
    Value {
        kind,
        origin: value.origin,
        overrode: value.overrode.clone(),
    }
}

fn masked_cause(cause: &OpenCause, show: impl Fn(&str) -> Arc<str>) -> OpenCause {
    match cause {
        OpenCause::Placeholder(variables) => {
            let variable = |variable: &Variable| Variable {
                name: Arc::clone(&variable.name),
                default: variable.default.as_deref().map(&show),
            };
            OpenCause::Placeholder(variables.iter().map(variable).collect())
        }
        OpenCause::Env(_) | OpenCause::File(_) | OpenCause::Include(_) | OpenCause::Override(_) => {
            cause.clone()
        }
    }
}

/// A secret, or the place where one belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    /// The path of the value it is in; the root for a comment, and in a text that does not parse.
    pub path: ConfigPath,
    /// The bytes of the secret alone: in a URL the password, in a header what follows the scheme. `None` for a
    /// value without an origin.
    pub place: Option<Place>,
    /// What kind of secret, e.g. `url-password` or `github-token`.
    pub kind: &'static str,
    /// The same for people, with its article: `the password in this URL`.
    pub what: String,
    /// Whether the text of the layer holds it.
    pub standing: Standing,
    /// How sure it is that a secret belongs here.
    pub certainty: Certainty,
    /// Whether it is the default of a placeholder (`${NAME:-…}`).
    pub in_default: bool,
    /// How much of its value it is.
    pub extent: Extent,
    /// Whether it is the literal password of something on this very machine: its URL, or a key beside it, names
    /// a literal local host.
    pub beside_local_host: bool,
    /// The variable that could hold it instead, e.g. `GITHUB_TOKEN`: the placeholder's own where it is the default of
    /// one. Empty for a comment.
    pub variable: String,
    /// The secret; `None` when it is not known here.
    text: Option<Hidden<Arc<str>>>,
    /// Other spellings of it to hide, such as what its Base64 spells.
    also: Hidden<Vec<String>>,
}

/// Something that no debug output shows.
#[derive(Clone, PartialEq)]
struct Hidden<T>(T);

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Secret {
    /// Whether it is plainly a stand-in that somebody forgot to replace.
    pub fn is_placeholder_like(&self) -> bool {
        self.text
            .as_ref()
            .is_some_and(|Hidden(text)| is_placeholder(text))
    }
}

/// Where a secret's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In the text of the layer: everybody who can read the repository has it.
    Literal,
    /// Known in this run, but from elsewhere: a variable, or a file that a `$file` names.
    Elsewhere,
    /// Not known here: a placeholder or directive, as it should be.
    Open,
}

/// How much of a value a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it, or the default of the one placeholder that is all of it.
    Whole,
    /// A part, such as the password in a URL.
    Part,
    /// It stands in the key.
    Key,
}

/// How sure it is that a secret belongs at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Only the key's name says so, and the value could be something else: reason to hide it, not to accuse.
    Suspected,
    /// The schema, the list of known paths, the shape of the text, or name and text together say so.
    Certain,
}

/// The origin of a secret: its bytes, with its value's key.
pub fn origin(secret: &Secret) -> Option<Origin> {
    secret.place.map(|value| Origin { value, key: None })
}

#[cfg(test)]
mod tests;
