//! `$file`, `$env` and `$include`.
//!
//! In: a mapping. Out: the value that takes its place, when it is a directive (`@backstage/config-loader` 1.11.3,
//! `transform/include`). Files outside the repository are never read: what they hold is open.

use std::sync::Arc;

use super::NamedFile;
use super::placeholder::{self, Substituted};
use super::walk::{Here, Walk, known};
use crate::backstage::environment::Variable;
use crate::backstage::javascript;
use crate::backstage::layer;
use crate::backstage::value::{Kind, Open, OpenCause, Origin, Value};
use crate::files::{FilePath, ReadError};
use crate::finding::Problem;
use crate::text::{Place, closest};
use npm_yaml::{Entry, NodeValue};

/// The largest file that `$file` reads, in bytes: certificates and tokens are small.
const MAX_FILE: u64 = 1024 * 1024;

/// What a directive's mapping becomes: `Some(None)` when it disappears; `None` when the mapping is no directive, or a
/// broken one that is read on as plain data.
pub(super) fn apply(
    walk: &mut Walk<'_>,
    entries: &[Entry],
    here: &Here,
    key: Option<Place>,
) -> Option<Option<Value>> {
    let (directive, entry) = entries
        .iter()
        .find_map(|entry| Some((Directive::of(&entry.key.text)?, entry)))?;
    if let Some(other) = entries
        .iter()
        .find(|other| other.key.span != entry.key.span)
    {
        let name = directive.name();
        let message = format!("unexpected key next to `{name}`");
        walk.report(
            Problem::fatal(
                "directive-adjacent-keys",
                message,
                here.place(other.key.span),
            )
            .with_related(here.place(entry.key.span), "the directive")
            .with_help(format!(
                "Move this key out of the mapping, or remove `{name}`."
            )),
        );
        return None;
    }
    let NodeValue::String(text) = &entry.value.value else {
        walk.report(not_string(directive, here.place(entry.value.span)));
        return None;
    };
    let site = Site {
        directive,
        argument: &text.value,
        argument_place: here.place(entry.value.span),
        origin: Origin {
            value: here.place(entry.value.span),
            key,
        },
        here,
    };
    Some(
        match placeholder::substitute(&text.value, walk.environment) {
            Substituted::Unchanged => site.read(walk, &text.value),
            Substituted::Text(argument) => site.read(walk, &argument),
            Substituted::Open { .. } => {
                if directive == Directive::Env {
                    walk.report(name_from_variable(site.argument_place));
                }
                Some(site.open(directive.cause(&text.value)))
            }
            Substituted::Vanished => {
                walk.report(vanished(directive, site.argument_place));
                None
            }
        },
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    File,
    Env,
    Include,
}

impl Directive {
    fn of(key: &str) -> Option<Self> {
        match key {
            "$file" => Some(Self::File),
            "$env" => Some(Self::Env),
            "$include" => Some(Self::Include),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::File => "$file",
            Self::Env => "$env",
            Self::Include => "$include",
        }
    }

    fn cause(self, argument: &Arc<str>) -> OpenCause {
        let argument = Arc::clone(argument);
        match self {
            Self::File => OpenCause::File(argument),
            Self::Env => OpenCause::Env(argument),
            Self::Include => OpenCause::Include(argument),
        }
    }
}

/// A directive where it stands.
pub(super) struct Site<'s> {
    directive: Directive,
    /// As written.
    argument: &'s Arc<str>,
    pub argument_place: Place,
    pub origin: Origin,
    pub here: &'s Here,
}

impl Site<'_> {
    fn read(&self, walk: &mut Walk<'_>, argument: &str) -> Option<Value> {
        match self.directive {
            Directive::Env => self.variable(walk, argument),
            Directive::File => Some(self.file(walk, argument)),
            Directive::Include => super::include::read(walk, self, argument),
        }
    }

    fn variable(&self, walk: &mut Walk<'_>, name: &str) -> Option<Value> {
        match walk.environment.get(name) {
            Variable::Is(value) => Some(self.with(known(value))),
            Variable::Unset => {
                walk.vanish(name, self.argument_place);
                None
            }
            Variable::Unknown => Some(self.open(OpenCause::Env(name.into()))),
        }
    }

    fn file(&self, walk: &mut Walk<'_>, path: &str) -> Value {
        let path = self.here.folder.join(path);
        match layer::lossy(walk.files.read(&path, MAX_FILE)) {
            Ok(read) => {
                self.names_file(walk, path);
                self.with(known(javascript::trim_end(&read.text)))
            }
            Err(error) => self.unread(walk, &path, &error),
        }
    }

    /// Notes the file that it names, which is there.
    pub(super) fn names_file(&self, walk: &mut Walk<'_>, file: FilePath) {
        walk.names_file(NamedFile {
            file,
            written: Arc::clone(self.argument),
            directive: self.directive.name(),
            place: self.argument_place,
        });
    }

    /// The open value for a file that could not be read. Inside the repository that is a problem, though not one that
    /// keeps the rest from being judged: the deployment may put the file there. It is none where that is meant to be
    /// so: in an example, and for a file that git ignores.
    pub(super) fn unread(&self, walk: &mut Walk<'_>, path: &FilePath, error: &ReadError) -> Value {
        let is_absent = matches!(error, ReadError::NotFound | ReadError::LinkToNothing);
        let is_meant = is_absent && (walk.is_example || walk.is_ignored(path));
        if *error != ReadError::Outside && !is_meant {
            let directive = self.directive.name();
            let message = if is_absent {
                format!("the file of this `{directive}` does not exist in the repository")
            } else {
                format!("cannot read the file of this `{directive}`: {error}")
            };
            walk.report(
                Problem::surprising("file-not-found", message, self.argument_place)
                    .with_help("The path is relative to the file that contains the directive."),
            );
        }
        self.open(self.directive.cause(self.argument))
    }

    fn with(&self, kind: Kind) -> Value {
        Value {
            kind,
            origin: Some(self.origin),
            overrode: Vec::new(),
        }
    }

    /// An open value in the directive's place.
    pub(super) fn open(&self, cause: OpenCause) -> Value {
        self.with(Kind::Open(Box::new(Open {
            written: Arc::clone(self.argument),
            cause,
            when_unset: None,
            below: None,
        })))
    }

    /// The open value for an include that cannot be used.
    pub(super) fn unusable(&self) -> Value {
        self.open(self.directive.cause(self.argument))
    }
}

fn not_string(directive: Directive, place: Place) -> Problem {
    Problem::fatal(
        "directive-not-string",
        format!("the argument of `{}` must be a string", directive.name()),
        place,
    )
}

/// The loader substitutes the argument first, so that the value of the variable is taken for the name of another one.
fn name_from_variable(place: Place) -> Problem {
    Problem::surprising(
        "env-name-from-variable",
        "`$env` expects the name of a variable, but `${…}` inserts its value",
        place,
    )
    .with_help("Use the name only, e.g. `$env: GITHUB_TOKEN`, or the placeholder without `$env`.")
}

fn vanished(directive: Directive, place: Place) -> Problem {
    let message = format!(
        "the argument of `{}` depends on a variable that is not set",
        directive.name()
    );
    Problem::fatal("directive-not-string", message, place)
}

/// Sole keys with a `$` that mean something to plugins, or to JSON Schema.
const OTHER_LANGUAGES: [&str; 8] = [
    "$ref",
    "$schema",
    "$text",
    "$json",
    "$yaml",
    "$openapi",
    "$asyncapi",
    "$id",
];

/// Notes a mapping that looks like a directive the loader does not know: to it, that is plain data.
pub(super) fn report_unknown(walk: &mut Walk<'_>, entries: &[Entry], here: &Here) {
    let [entry] = entries else { return };
    let key = &*entry.key.text;
    let looks_like_one = key.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let is_argument = matches!(entry.value.value, NodeValue::String(_));
    if !looks_like_one
        || !is_argument
        || OTHER_LANGUAGES.contains(&key)
        || Directive::of(key).is_some()
    {
        return;
    }
    // Entity predicates (`$contains`, `$all`, …) and other languages have keys like these too: only a slip is told.
    let meant = match key {
        "$secret" | "$data" => Some("$include"),
        key => closest(key, ["$file", "$env", "$include"]),
    };
    let Some(meant) = meant else { return };
    walk.report(
        Problem::surprising(
            "directive-unknown",
            format!("unknown directive `{key}`"),
            here.place(entry.key.span),
        )
        .with_help(format!("did you mean `{meant}`?")),
    );
}
