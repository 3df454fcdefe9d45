//! Placeholders in strings.
//!
//! In: a string of the config. Out: its parts, split where the real loader splits it
//! (`/(\$?\$\{[^{}]*\})/`), and what the whole comes to in an environment. Never: keys; the loader substitutes values
//! only.

use std::ops::Range;
use std::sync::Arc;

use crate::backstage::environment::{Environment, Variable as Known};
use crate::backstage::javascript::trim;
use crate::backstage::value::Variable;

/// The parts of a string, in order. A string without a placeholder is one literal.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(open) = find(text, from, "${") {
        let inner_start = open + 2;
        let rest = text.get(inner_start..).unwrap_or_default();
        let Some(close) = rest.find(['{', '}']) else {
            break;
        };
        if !rest.get(close..).unwrap_or_default().starts_with('}') {
            from = inner_start;
            continue;
        }
        let end = inner_start + close + 1;
        let is_escaped = open > literal && text.as_bytes().get(open - 1) == Some(&b'$');
        let start = open - usize::from(is_escaped);
        push_literal(&mut parts, text, literal..start);
        let inner = rest.get(..close).unwrap_or_default();
        parts.push(if is_escaped {
            Part::Escaped(text.get(open..end).unwrap_or_default())
        } else {
            Part::Placeholder(Placeholder::new(inner, start..end))
        });
        literal = end;
        from = end;
    }
    push_literal(&mut parts, text, literal..text.len());
    parts
}

/// A part of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text as it is.
    Literal(&'t str),
    /// `$${X}`: the text `${X}`, held here without the first `$`.
    Escaped(&'t str),
    /// `${X}` or `${X:-default}`.
    Placeholder(Placeholder<'t>),
}

/// A placeholder in a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder<'t> {
    /// The variable's name, trimmed. May be anything, also empty.
    pub name: &'t str,
    /// The text behind `:-`, trimmed, also when empty; `None` without `:-`. It is not substituted again.
    pub default: Option<&'t str>,
    /// The bytes of the placeholder in the string.
    pub range: Range<usize>,
    /// The bytes of the default in the string; empty where there is none.
    pub default_range: Range<usize>,
}

impl<'t> Placeholder<'t> {
    fn new(inner: &'t str, range: Range<usize>) -> Self {
        let inner_start = range.start + 2;
        let Some((name, default)) = inner.split_once(":-") else {
            return Self {
                name: trim(inner),
                default: None,
                default_range: range.end..range.end,
                range,
            };
        };
        let trimmed = trim(default);
        let leading = default.find(trimmed).unwrap_or_default();
        let start = inner_start + name.len() + 2 + leading;
        Self {
            name: trim(name),
            default: Some(trimmed),
            default_range: start..start + trimmed.len(),
            range,
        }
    }

    fn variable(&self) -> Variable {
        Variable {
            name: self.name.into(),
            default: self.default.map(Arc::from),
        }
    }
}

fn find(text: &str, from: usize, wanted: &str) -> Option<usize> {
    Some(from + text.get(from..)?.find(wanted)?)
}

fn push_literal<'t>(parts: &mut Vec<Part<'t>>, text: &'t str, range: Range<usize>) {
    if !range.is_empty() {
        parts.push(Part::Literal(text.get(range).unwrap_or_default()));
    }
}

/// What a string comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Substituted {
    /// It holds no placeholder and no escape: it stays as it is.
    Unchanged,
    /// Another string.
    Text(String),
    /// Nothing: a variable is not set, and the whole value disappears.
    Vanished,
    /// Not known: it depends on these variables.
    Open {
        variables: Vec<Variable>,
        when_unset: Option<Arc<str>>,
    },
}

/// What a string comes to in an environment.
pub(super) fn substitute(text: &str, environment: &Environment) -> Substituted {
    if !text.contains("${") {
        return Substituted::Unchanged;
    }
    let parts = parts(text);
    if matches!(parts[..], [] | [Part::Literal(_)]) {
        return Substituted::Unchanged;
    }
    let mut known = String::new();
    let mut unknown = Vec::new();
    let mut all_have_defaults = true;
    for part in &parts {
        match part {
            Part::Literal(text) | Part::Escaped(text) => known.push_str(text),
            Part::Placeholder(placeholder) => match value(placeholder, environment) {
                PartValue::Text(text) => known.push_str(text),
                PartValue::Nothing => return Substituted::Vanished,
                PartValue::Unknown => {
                    let default = placeholder.default.filter(|default| !default.is_empty());
                    all_have_defaults &= default.is_some();
                    known.push_str(default.unwrap_or_default());
                    unknown.push(placeholder.variable());
                }
            },
        }
    }
    if unknown.is_empty() {
        return Substituted::Text(known);
    }
    Substituted::Open {
        variables: unknown,
        when_unset: all_have_defaults.then(|| known.into()),
    }
}

/// The first variable of a string that is not set and has no default.
pub(super) fn unset<'t>(text: &'t str, environment: &Environment) -> Option<&'t str> {
    parts(text).into_iter().find_map(|part| match part {
        Part::Placeholder(placeholder) => {
            let is_unset = matches!(value(&placeholder, environment), PartValue::Nothing);
            is_unset.then_some(placeholder.name)
        }
        Part::Literal(_) | Part::Escaped(_) => None,
    })
}

enum PartValue<'t> {
    Text(&'t str),
    Nothing,
    Unknown,
}

fn value<'t>(placeholder: &Placeholder<'t>, environment: &'t Environment) -> PartValue<'t> {
    let fallback = || match placeholder.default {
        Some(default) if !default.is_empty() => PartValue::Text(default),
        _ => PartValue::Nothing,
    };
    match environment.get(placeholder.name) {
        Known::Is("") if placeholder.default.is_some() => fallback(),
        Known::Is(value) => PartValue::Text(value),
        Known::Unset => fallback(),
        Known::Unknown => PartValue::Unknown,
    }
}

/// What looks like a placeholder and does not work as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Its bytes in the string.
    pub(super) range: Range<usize>,
    /// What the loader makes of it.
    pub(super) read: MalformedRead,
}

/// What the loader makes of something that only looks like a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MalformedRead {
    /// Plain text.
    AsText,
    /// A placeholder whose variable cannot be set.
    NeverSet,
}

/// Everything in a string that looks like a placeholder and is none: an unclosed `${NAME`, a `${` whose
/// default holds another placeholder, a `${…}` whose name no variable has (`${NAME:=default}` is the shell's), and
/// a `$NAME` that is the whole string or a part of a URL.
pub(super) fn malformed(text: &str) -> Vec<Malformed> {
    let as_text = |range| Malformed {
        range,
        read: MalformedRead::AsText,
    };
    let mut found: Vec<Malformed> = bare_variables(text).map(as_text).collect();
    if !text.contains("${") {
        return found;
    }
    let mut offset = 0;
    for part in parts(text) {
        match part {
            Part::Literal(literal) => {
                found.extend(unclosed(literal, offset).into_iter().map(as_text));
                offset += literal.len();
            }
            Part::Escaped(escaped) => offset += escaped.len() + 1,
            Part::Placeholder(placeholder) => {
                offset = placeholder.range.end;
                if !may_be_set(placeholder.name) {
                    found.push(Malformed {
                        range: placeholder.range,
                        read: MalformedRead::NeverSet,
                    });
                }
            }
        }
    }
    found
}

/// Whether a container can have a variable of that name: Kubernetes allows more than a shell.
fn may_be_set(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Each `$NAME` that is the whole string, a host before its port, or a part of a URL. Other dollar signs are meant: those of
/// patterns, commands and passwords.
fn bare_variables(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_url = text.contains("://");
    text.match_indices('$').filter_map(move |(at, _)| {
        let (before, name) = (text.get(..at)?, text.get(at + 1..)?);
        let length = name
            .bytes()
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
            .count();
        let is_name = length > 1 && name.starts_with(|first: char| first.is_ascii_uppercase());
        let behind = name.get(length..)?;
        let is_whole = before.is_empty() && (behind.is_empty() || behind.starts_with(':'));
        let is_part = is_url
            && before.ends_with(['/', ':', '@'])
            && (behind.is_empty() || behind.starts_with(['/', ':', '@', '.', '?']));
        (is_name && (is_whole || is_part)).then_some(at..at + 1 + length)
    })
}

/// Each `${` and the name behind it. `${{` is another language's, and `$${` an escape.
fn unclosed(literal: &str, offset: usize) -> Vec<Range<usize>> {
    let starts = literal.match_indices("${").map(|(at, _)| at);
    starts
        .filter(|&at| at == 0 || literal.as_bytes().get(at - 1) != Some(&b'$'))
        .filter_map(|at| {
            let name = literal.get(at + 2..)?;
            let length = name
                .bytes()
                .take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
                .count();
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            is_name.then_some(offset + at..offset + at + 2 + length)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_x(text: &str) -> Substituted {
        substitute(text, &Environment::complete([("X", "val"), ("EMPTY", "")]))
    }

    #[test]
    fn a_string_is_split_where_the_real_loader_splits_it() {
        for (text, result) in [
            ("${X}", "val"),
            ("${ X }", "val"),
            ("$${X}", "${X}"),
            ("$$${X}", "$${X}"),
            ("{${X}}", "{val}"),
            ("${M:-a:-b}", "a:-b"),
            ("${M:-${X}}", "${M:-val}"),
            ("${EMPTY:-def}", "def"),
            ("${M:- sp aced }", "sp aced"),
            ("x${EMPTY}y", "xy"),
            ("${:-d}", "d"),
            ("${X}${X", "val${X"),
        ] {
            assert_eq!(with_x(text), Substituted::Text(result.into()), "{text}");
        }
        assert_eq!(with_x("$X ${X {}"), Substituted::Unchanged);
    }

    #[test]
    fn one_unset_variable_removes_the_whole_value() {
        for text in [
            "${M}", "a${M}b", "${M:-}", "x${M:-}y", "${}", "${X Y}", "${M-def}",
        ] {
            assert_eq!(with_x(text), Substituted::Vanished, "{text}");
        }
    }

    #[test]
    fn unknown_variables_leave_the_value_open() {
        let nothing = Environment::default();
        let Substituted::Open {
            variables,
            when_unset,
        } = substitute("${H:-h}:${P:-1}", &nothing)
        else {
            panic!("open")
        };
        assert_eq!(variables.len(), 2);
        assert_eq!(when_unset.as_deref(), Some("h:1"));
        let Substituted::Open { when_unset, .. } = substitute("${H:-h}:${P}", &nothing) else {
            panic!("open")
        };
        assert_eq!(when_unset, None);
    }

    #[test]
    fn a_known_unset_variable_decides_although_others_are_unknown() {
        let mut environment = Environment::default();
        environment.unset("M");
        assert_eq!(substitute("${U}${M}", &environment), Substituted::Vanished);
    }

    #[test]
    fn ranges_are_those_of_the_string() {
        let text = "a ${M:- pw } b";
        let parts = parts(text);
        let Part::Placeholder(placeholder) = &parts[1] else {
            panic!("a placeholder")
        };
        assert_eq!(&text[placeholder.range.clone()], "${M:- pw }");
        assert_eq!(&text[placeholder.default_range.clone()], "pw");
    }

    #[test]
    fn what_only_looks_like_a_placeholder_is_found() {
        let spelled = |text: &'static str| -> Vec<&str> {
            malformed(text)
                .into_iter()
                .map(|malformed| &text[malformed.range])
                .collect()
        };
        assert_eq!(spelled("a ${X"), ["${X"]);
        assert_eq!(spelled("${M:-${X}}"), ["${M"]);
        assert_eq!(spelled("$TOKEN"), ["$TOKEN"]);
        assert_eq!(spelled("http://$HOST:3000"), ["$HOST"]);
        assert_eq!(spelled("$HOST:3000"), ["$HOST"]);
        assert_eq!(
            spelled("pg://$USER:$PASS@$HOST/db"),
            ["$USER", "$PASS", "$HOST"]
        );
        assert_eq!(spelled("${A:=x} ${A:?no}"), ["${A:=x}", "${A:?no}"]);
        assert_eq!(malformed("${A:=x}")[0].read, MalformedRead::NeverSet);
        for text in [
            "${X}",
            "${my.var-1}",
            "${ X :- a=b }",
            "$${X",
            "${{ x }}",
            "pa$$w0rd",
            "a:$W0RD",
            "^x$",
            "$x",
            "US$ 5",
            "echo $HOME",
        ] {
            assert!(spelled(text).is_empty(), "{text}");
        }
    }
}
