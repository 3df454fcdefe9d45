//! What the reader makes of a case, held against the recorded or fresh answer of the real library.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use gcfg::{Document, Entry, Options, fold, parse};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub hex: String,
    #[serde(default)]
    pub file: bool,
    pub schema: Option<BTreeMap<String, String>>,
    pub value: Option<String>,
    pub answer: Option<Answer>,
    pub types: Option<Types>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub error: Option<Error>,
    #[serde(default)]
    pub refused: String,
    #[serde(default)]
    pub unknown: BTreeSet<String>,
    #[serde(default)]
    pub read: Vec<ReadSection>,
    #[serde(default)]
    pub tokens: Vec<Token>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Error {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadSection {
    pub name: String,
    pub subsection: String,
    pub keys: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub kind: String,
    pub text: String,
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Types {
    pub bool: Option<bool>,
    pub int: Option<i64>,
    #[serde(default)]
    pub float: String,
}

/// What was read, by folded names; a section without settings is there too.
type Read = BTreeMap<(String, String), BTreeMap<String, Vec<String>>>;

impl Case {
    /// How the reader differs from the library; `None` where it agrees.
    pub fn disagreement(&self) -> Option<String> {
        if let Some(value) = &self.value {
            return self.types_differ(value);
        }
        let text = self.bytes();
        let options = Options {
            template: false,
            refuse_byte_order_mark: !self.file,
        };
        let document = parse(&text, options);
        let answer = self.answer.as_ref().expect("an answer");
        let error = document.problems.first().map(|problem| Error {
            line: problem.position.line,
            column: problem.position.column,
            message: problem.kind.to_string(),
        });
        if let Some(difference) = differ("error", &error, &answer.error) {
            return Some(difference);
        }
        if error.is_some() {
            return None;
        }
        let (mut read, refused, unknown) = match &self.schema {
            Some(schema) => typed(&document, schema),
            None => (generic(&document), String::new(), BTreeSet::new()),
        };
        // What the library leaves in a setting that it refuses is nobody's value.
        let mut real = folded(&answer.read);
        if let Some((section, key)) = refused.split_once('.') {
            for read in [&mut read, &mut real] {
                let sections = read.iter_mut();
                let sections = sections.filter(|((name, _), _)| *name == fold(section));
                sections.for_each(|(_, keys)| drop(keys.remove(&fold(key))));
            }
        }
        differ("refused", &refused, &answer.refused)
            .or_else(|| differ("unknown", &unknown, &answer.unknown))
            .or_else(|| differ("read", &read, &real))
            .or_else(|| differ("tokens", &tokens(&document, &text), &answer.tokens))
    }

    pub fn bytes(&self) -> Vec<u8> {
        if self.hex.is_empty() {
            return self.text.clone().into_bytes();
        }
        let digits = |at: usize| u8::from_str_radix(&self.hex[at..at + 2], 16).expect("hex");
        (0..self.hex.len()).step_by(2).map(digits).collect()
    }

    fn types_differ(&self, value: &str) -> Option<String> {
        let types = self.types.as_ref().expect("types");
        let float = gcfg::float(value);
        let real = (!types.float.is_empty()).then(|| types.float.parse::<f64>().expect("a float"));
        let is_same = match (float, real) {
            (Some(ours), Some(real)) => ours == real || ours.is_nan() && real.is_nan(),
            (ours, real) => ours.is_none() && real.is_none(),
        };
        differ("boolean", &gcfg::boolean(value), &types.bool)
            .or_else(|| differ("integer", &gcfg::integer(value), &types.int))
            .or_else(|| (!is_same).then(|| format!("float: {float:?}, the library {real:?}")))
    }
}

fn differ<T: PartialEq + Debug>(what: &str, ours: &T, real: &T) -> Option<String> {
    (ours != real).then(|| format!("{what}: {ours:?}, the library {real:?}"))
}

fn folded(read: &[ReadSection]) -> Read {
    let mut all = Read::new();
    for section in read {
        let keys = section.keys.iter();
        let keys = keys.map(|(key, values)| (fold(key), values.clone()));
        all.insert(
            (fold(&section.name), section.subsection.clone()),
            keys.collect(),
        );
    }
    all
}

/// Every setting as a list: one without `=` empties it.
fn generic(document: &Document) -> Read {
    let mut read = Read::new();
    for section in &document.sections {
        let subsection = section.subsection.as_ref();
        let subsection = subsection.map_or(String::new(), |name| name.text.to_string());
        read.entry((fold(&section.name.text), subsection))
            .or_default();
    }
    // The library gives every subsection all keys of its section.
    for section in &document.sections {
        let name = fold(&section.name.text);
        for entry in &section.entries {
            for ((other, _), keys) in &mut read {
                if *other == name {
                    keys.entry(fold(&entry.name.text)).or_default();
                }
            }
        }
    }
    for section in &document.sections {
        let subsection = section.subsection.as_ref();
        let subsection = subsection.map_or(String::new(), |name| name.text.to_string());
        let keys = read
            .get_mut(&(fold(&section.name.text), subsection))
            .expect("entered");
        for entry in &section.entries {
            let values = keys.get_mut(&fold(&entry.name.text)).expect("entered");
            match &entry.value {
                Some(value) => values.push(value.text.to_string()),
                None => values.clear(),
            }
        }
    }
    read
}

/// A read into the types of a schema: first the plain sections, then those with subsections, up to the first value that
/// its type does not hold.
fn typed(
    document: &Document,
    schema: &BTreeMap<String, String>,
) -> (Read, String, BTreeSet<String>) {
    let mut read = Read::new();
    let mut unknown = BTreeSet::new();
    for (name, kind) in schema {
        let (section, key) = name.split_once('.').expect("Section.Key");
        if !section.ends_with('*') {
            let keys = read.entry((fold(section), String::new())).or_default();
            keys.insert(fold(key), zero(kind));
        }
    }
    for with_subsections in [false, true] {
        for section in &document.sections {
            let name = fold(&section.name.text);
            let of = |name: &str, is_map: bool| -> BTreeMap<String, String> {
                let wanted = format!("{name}{}", if is_map { "*" } else { "" });
                let all = schema.iter().filter_map(|(name, kind)| {
                    let (section, key) = name.split_once('.')?;
                    (fold(section) == wanted).then(|| (fold(key), kind.clone()))
                });
                all.collect()
            };
            let subsection = section.subsection.as_ref();
            let subsection = subsection.map_or(String::new(), |name| name.text.to_string());
            let kinds = of(&name, with_subsections);
            if kinds.is_empty() {
                if of(&name, !with_subsections).is_empty() {
                    unknown.insert(section.name.text.to_string());
                }
                continue;
            }
            if !with_subsections && !subsection.is_empty() {
                unknown.insert(section.name.text.to_string());
                continue;
            }
            let empty = kinds.iter().map(|(key, kind)| (key.clone(), zero(kind)));
            let keys = read
                .entry((name, subsection))
                .or_insert_with(|| empty.collect());
            for entry in &section.entries {
                let place = format!("{}.{}", section.name.text, entry.name.text);
                let Some(kind) = kinds.get(&fold(&entry.name.text)) else {
                    unknown.insert(place);
                    continue;
                };
                let values = keys.get_mut(&fold(&entry.name.text)).expect("entered");
                if !set(values, kind, entry) {
                    return (read, place, BTreeSet::new());
                }
            }
        }
    }
    (read, String::new(), unknown)
}

fn zero(kind: &str) -> Vec<String> {
    match kind {
        "list" => Vec::new(),
        "bool" => vec!["false".into()],
        "string" => vec![String::new()],
        _ => vec!["0".into()],
    }
}

fn set(values: &mut Vec<String>, kind: &str, entry: &Entry) -> bool {
    let text = entry.value.as_ref().map(|value| &*value.text);
    let stored = match (kind, text) {
        ("list", Some(text)) => {
            values.push(text.into());
            return true;
        }
        ("list", None) => {
            values.clear();
            return true;
        }
        ("bool", None) => Some("true".to_owned()),
        (_, None) => None,
        ("bool", Some(text)) => gcfg::boolean(text).map(|value| value.to_string()),
        ("int", Some(text)) => gcfg::integer(text).map(|value| value.to_string()),
        ("float", Some(text)) => gcfg::float(text).map(|value| value.to_string()),
        (_, Some(text)) => Some(text.to_owned()),
    };
    let is_stored = stored.is_some();
    if let Some(stored) = stored {
        *values = vec![stored];
    }
    is_stored
}

/// What the scanner of the library would hand out, from the spans of the document.
fn tokens(document: &Document, text: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut push = |kind: &str, span: source::Span, shows: bool| {
        let bytes = if shows { &text[span.range()] } else { &[] };
        tokens.push((kind.to_owned(), span.range(), bytes.to_vec()));
    };
    let mut entries: Vec<&Entry> = Vec::new();
    for section in &document.sections {
        let last = section.span.range().end - 1;
        push("[", section.span, false);
        push("IDENT", section.name.span, true);
        if let Some(subsection) = &section.subsection {
            push("STRING", subsection.span, true);
        }
        push("]", source::Span::new(last, last + 1), false);
        entries.extend(&section.entries);
    }
    for comment in &document.comments {
        push("COMMENT", comment.span, true);
    }
    for entry in &entries {
        push("IDENT", entry.name.span, true);
    }
    for entry in entries {
        if let Some(value) = &entry.value {
            let mut bytes = text[value.span.range()].to_vec();
            bytes.retain(|&byte| byte != b'\r');
            tokens.push(("STRING".into(), value.span.range(), bytes));
        }
    }
    // An empty value begins where its comment does.
    tokens.sort_by_key(|(_, range, _)| (range.start, range.end));
    let token = |(kind, range, bytes): (String, std::ops::Range<usize>, Vec<u8>)| {
        let position = document.position(range.start);
        Token {
            kind,
            text: String::from_utf8(bytes).expect("an intact text is UTF-8"),
            line: position.line,
            column: position.column,
        }
    };
    tokens.into_iter().map(token).collect()
}
