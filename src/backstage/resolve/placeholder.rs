//! `${VAR}` and `${VAR:-default}` in one string (config-loader 1.11, `substitution`).

use std::sync::Arc;

use crate::backstage::environment::{Environment, Variable as Known};
use crate::backstage::value::{OpenCause, Variable};

/// What became of a string.
pub struct Substitution {
    /// The string.
    pub outcome: Substituted,
    /// The first thing in it that looks like a placeholder and is plain text to the loader.
    pub malformed: Option<Malformed>,
}

/// What a string is after substitution.
pub enum Substituted {
    /// There is no placeholder in it.
    Unchanged,
    /// Every placeholder is known.
    Known(Arc<str>),
    /// A variable is known to be unset: the whole value disappears.
    Undefined,
    /// It depends on variables that are not known.
    Open {
        /// The variables.
        cause: OpenCause,
        /// The string if none of the unknown variables is set; `None` when the value would disappear.
        when_unset: Option<Arc<str>>,
    },
}

/// Something that looks like a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// `${X` without its end.
    Unclosed,
    /// `${A:-${B}}`: only the inner one is a placeholder.
    Nested,
    /// `$X` as the whole value.
    WithoutBraces,
}

impl Malformed {
    /// One sentence.
    pub fn message(self) -> String {
        match self {
            Self::Unclosed => "a placeholder is never closed: the app gets `${` as plain text",
            Self::Nested => "placeholders do not nest: the app gets the outer `${` as plain text",
            Self::WithoutBraces => {
                "a variable without braces is not substituted: the app gets the `$` and the name"
            }
        }
        .into()
    }

    /// What to write instead.
    pub fn help(self) -> String {
        match self {
            Self::Unclosed => "close it: `${NAME}`; a literal `${` is written `$${NAME}`",
            Self::Nested => "use one variable with a plain default: `${NAME:-default}`",
            Self::WithoutBraces => "write `${NAME}`",
        }
        .into()
    }
}

/// Substitutes the placeholders of a string as far as the environment is known.
pub fn substitute(text: &str, environment: &Environment) -> Substitution {
    let mut state = State::default();
    let mut malformed = without_braces(text).then_some(Malformed::WithoutBraces);
    let mut rest = text;
    let mut literal = String::new();
    while let Some(start) = rest.find("${") {
        let inside = rest.get(start + 2..).unwrap_or_default();
        let end = inside.find(['{', '}']);
        let Some(end) = end.filter(|end| inside.as_bytes().get(*end) == Some(&b'}')) else {
            let kind = if end.is_some() {
                Malformed::Nested
            } else {
                Malformed::Unclosed
            };
            malformed.get_or_insert(kind);
            literal.push_str(rest.get(..start + 2).unwrap_or_default());
            rest = inside;
            continue;
        };
        let inner = inside.get(..end).unwrap_or_default();
        let before = rest.get(..start).unwrap_or_default();
        if let Some(before) = before.strip_suffix('$') {
            state.found = true;
            literal.push_str(before);
            literal.push_str("${");
            literal.push_str(inner);
            literal.push('}');
        } else {
            literal.push_str(before);
            state.literal(&literal);
            literal.clear();
            state.placeholder(inner, environment);
        }
        rest = inside.get(end + 1..).unwrap_or_default();
    }
    literal.push_str(rest);
    state.literal(&literal);
    Substitution {
        outcome: state.outcome(),
        malformed,
    }
}

#[derive(Default)]
struct State {
    found: bool,
    undefined: bool,
    unset_disappears: bool,
    unknown: bool,
    variables: Vec<Variable>,
    known: String,
}

impl State {
    fn literal(&mut self, text: &str) {
        self.known.push_str(text);
    }

    fn placeholder(&mut self, inner: &str, environment: &Environment) {
        self.found = true;
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name.trim(), Some(default.trim())),
            None => (inner.trim(), None),
        };
        let fallback = default.filter(|default| !default.is_empty());
        match environment.get(name) {
            Known::Is(value) if default.is_none() || !value.is_empty() => {
                self.known.push_str(value);
            }
            Known::Is(_) | Known::Unset => match fallback {
                Some(fallback) => self.known.push_str(fallback),
                None => self.undefined = true,
            },
            Known::Unknown => {
                self.unknown = true;
                self.variables.push(Variable {
                    name: name.into(),
                    default: default.map(Into::into),
                });
                match fallback {
                    Some(fallback) => self.known.push_str(fallback),
                    None => self.unset_disappears = true,
                }
            }
        }
    }

    fn outcome(self) -> Substituted {
        if !self.found {
            Substituted::Unchanged
        } else if self.undefined {
            Substituted::Undefined
        } else if self.unknown {
            Substituted::Open {
                cause: OpenCause::Placeholder(self.variables),
                when_unset: (!self.unset_disappears).then(|| self.known.into()),
            }
        } else {
            Substituted::Known(self.known.into())
        }
    }
}

/// Whether the whole text is `$NAME`, as a shell would have it. Lower case is left alone: `$ref` and its kind.
fn without_braces(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}
