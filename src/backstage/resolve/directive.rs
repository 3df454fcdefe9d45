//! `$file`, `$env` and `$include` (config-loader 1.11, `include`).

use std::sync::Arc;

use super::placeholder::{Substituted, substitute};
use super::{Base, Resolver};
use crate::backstage::environment::Variable;
use crate::backstage::value::{Kind, Open, OpenCause, Origin, Text, Value};
use crate::files::ReadError;
use crate::finding::Problem;
use crate::text::{Place, closest};
use crate::yaml::{Entry, Node, NodeValue};

/// The largest file that `$file` reads, in bytes: certificates and tokens are small.
const FILE_LIMIT: u64 = 1 << 20;

const NAMES: [(&str, Name); 3] = [
    ("$file", Name::File),
    ("$env", Name::Env),
    ("$include", Name::Include),
];

/// Which directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    File,
    Env,
    Include,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::File => "$file",
            Self::Env => "$env",
            Self::Include => "$include",
        }
    }
}

/// A directive in a mapping.
pub struct Directive<'n> {
    name: Name,
    entry: &'n Entry,
}

/// What a directive's argument comes to.
enum Argument {
    Text(Arc<str>),
    Open(Arc<str>),
    Refused,
}

/// The directive of a mapping that has one: the first in the order of the text.
pub fn find(entries: &[Entry]) -> Option<Directive<'_>> {
    entries.iter().find_map(|entry| {
        let (_, name) = NAMES.iter().find(|(text, _)| *text == &*entry.key.text)?;
        Some(Directive { name: *name, entry })
    })
}

/// The directive that a key which begins with `$` was probably meant to be.
pub fn misspelt(key: &str) -> Option<&'static str> {
    let name = key.strip_prefix('$').filter(|name| !name.is_empty())?;
    if NAMES.iter().any(|(text, _)| *text == key) {
        return None;
    }
    let alike = match name.to_ascii_lowercase().as_str() {
        "data" | "files" | "path" => Some("$file"),
        "environment" | "envs" | "var" => Some("$env"),
        "import" | "includes" => Some("$include"),
        _ => None,
    };
    alike.or_else(|| closest(key, NAMES.iter().map(|(text, _)| *text)))
}

impl Resolver<'_> {
    pub(super) fn directive(
        &mut self,
        directive: &Directive<'_>,
        entries: &[Entry],
        node: &Node,
        key: Option<Place>,
        base: &Base,
    ) -> Option<Value> {
        let name = directive.name;
        let own_key = base.place(directive.entry.key.span);
        if let Some(other) = entries
            .iter()
            .find(|entry| entry.key.span != directive.entry.key.span)
        {
            let message = format!(
                "`{}` must stand alone: the app does not start with another key beside it",
                name.as_str()
            );
            self.problems.push(
                Problem::fatal(
                    "directive-adjacent-keys",
                    message,
                    base.place(other.key.span),
                )
                .with_related(own_key, "the directive")
                .with_help(format!(
                    "move it out of this mapping, or drop the `{}`",
                    name.as_str()
                )),
            );
            return self.unknown(name, Arc::default(), node, key, base);
        }
        let origin = Origin {
            value: base.place(directive.entry.value.span),
            key,
        };
        match self.argument(name, &directive.entry.value, base) {
            Argument::Refused => self.unknown(name, Arc::default(), node, key, base),
            Argument::Open(written) => self.unknown(name, written, node, key, base),
            Argument::Text(argument) => match name {
                Name::Env => self.env(argument, origin),
                Name::File => Some(self.file(argument, origin, base)),
                Name::Include => self.include(&argument, origin, base),
            },
        }
    }

    fn argument(&mut self, name: Name, node: &Node, base: &Base) -> Argument {
        let NodeValue::String(text) = &node.value else {
            let message = format!(
                "`{}` takes a string: the app does not start with anything else",
                name.as_str()
            );
            self.problems.push(
                Problem::fatal("directive-not-string", message, base.place(node.span))
                    .with_help("put quotes around it, or name what is meant"),
            );
            return Argument::Refused;
        };
        match substitute(&text.value, self.environment).outcome {
            Substituted::Unchanged => Argument::Text(Arc::clone(&text.value)),
            Substituted::Known(value) => Argument::Text(value),
            Substituted::Open { .. } => Argument::Open(Arc::clone(&text.value)),
            Substituted::Undefined => {
                let message = format!(
                    "the argument of `{}` depends on a variable that is not set: the app does not start",
                    name.as_str()
                );
                self.problems.push(
                    Problem::fatal("directive-not-string", message, base.place(node.span))
                        .with_help("set the variable, or give it a default: `${NAME:-default}`"),
                );
                Argument::Refused
            }
        }
    }

    fn env(&mut self, variable: Arc<str>, origin: Origin) -> Option<Value> {
        let kind = match self.environment.get(&variable) {
            Variable::Is(value) => Kind::String(Text {
                value: value.into(),
                style: None,
            }),
            Variable::Unset => return None,
            Variable::Unknown => open(Arc::clone(&variable), OpenCause::Env(variable)),
        };
        Some(Value::derived(kind).with_origin(Some(origin)))
    }

    fn file(&mut self, argument: Arc<str>, origin: Origin, base: &Base) -> Value {
        let path = base.file.parent().join(&argument);
        let kind = match self.files.read(&path, FILE_LIMIT) {
            Ok(text) => Kind::String(Text {
                value: trim_end(&text).into(),
                style: None,
            }),
            Err(error) => {
                self.report_unreadable("$file", error, origin.value);
                open(Arc::clone(&argument), OpenCause::File(argument))
            }
        };
        Value::derived(kind).with_origin(Some(origin))
    }

    /// Says that a file a directive names cannot be had. Something outside the repository is no problem: it may be
    /// there where the app runs.
    pub(super) fn report_unreadable(
        &mut self,
        directive: &'static str,
        error: ReadError,
        place: Place,
    ) {
        if error == ReadError::Outside {
            return;
        }
        let message = format!("the file of this `{directive}` cannot be read: {error}");
        self.problems.push(
            Problem::surprising("file-not-found", message, place)
                .with_help("the path is relative to the folder of the file it stands in"),
        );
    }

    /// The value of a directive that cannot be followed.
    fn unknown(
        &mut self,
        name: Name,
        written: Arc<str>,
        node: &Node,
        key: Option<Place>,
        base: &Base,
    ) -> Option<Value> {
        let cause = match name {
            Name::File => OpenCause::File(Arc::clone(&written)),
            Name::Env => OpenCause::Env(Arc::clone(&written)),
            Name::Include => OpenCause::Include(Arc::clone(&written)),
        };
        let origin = Origin {
            value: base.place(node.span),
            key,
        };
        Some(Value::derived(open(written, cause)).with_origin(Some(origin)))
    }
}

pub(super) fn open(written: Arc<str>, cause: OpenCause) -> Kind {
    Kind::Open(Box::new(Open {
        written,
        cause,
        when_unset: None,
        below: None,
    }))
}

/// Cuts what JavaScript's `trimEnd` cuts.
fn trim_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}')
}
