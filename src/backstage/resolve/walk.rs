//! The walk over one layer and what it includes.

use std::collections::HashMap;
use std::sync::Arc;

use super::directive;
use super::include::Includes;
use super::placeholder::{self, MalformedRead, Substituted};
use super::{NamedFile, Vanished};
use crate::backstage::environment::Environment;
use crate::backstage::javascript;
use crate::backstage::layer::Layer;
use crate::backstage::value::{Kind, Object, Open, OpenCause, Origin, Text, Value};
use crate::backstage::words::LayerRole;
use crate::files::{FilePath, Files};
use crate::finding::{Edit, Fix, FixKind, Problem};
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::{Entry, Node, NodeValue};
use source::{ConfigPath, Part};

/// More values than these come of no real layer; includes can multiply them.
const MAX_VALUES: usize = npm_yaml::MAX_VALUES;

/// How many things that look like placeholders are reported per string: finding the bytes of each reads it again.
const MAX_MALFORMED: usize = 8;

/// More problems than these help nobody.
const MAX_PROBLEMS: usize = 200;

/// What the walk has and collects.
pub(super) struct Walk<'w> {
    pub environment: &'w Environment,
    pub files: &'w dyn Files,
    pub sources: &'w mut Sources,
    pub includes: Includes,
    /// Whether the layer is an example: what it names is on no machine yet.
    pub is_example: bool,
    /// How many files images get besides those of the repository.
    brought: usize,
    /// Which files that are not there git ignores.
    ignored: HashMap<FilePath, bool>,
    problems: Vec<Problem>,
    vanished: Vec<Vanished>,
    named_files: Vec<NamedFile>,
    path: ConfigPath,
    values: usize,
}

/// Where in which file the walk is.
#[derive(Clone)]
pub(super) struct Here {
    pub source: SourceId,
    /// The folder that relative paths start from.
    pub folder: FilePath,
    /// How many files up the walk began.
    pub depth: usize,
}

impl Here {
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        layer: &Layer,
        environment: &'w Environment,
        files: &'w dyn Files,
        sources: &'w mut Sources,
    ) -> Self {
        Self {
            environment,
            files,
            sources,
            includes: Includes::new(layer.path.clone()),
            is_example: LayerRole::of(&layer.path) == LayerRole::Example,
            brought: layer.brought.len(),
            // What an image gets is meant to come from elsewhere, as what git ignores.
            ignored: layer
                .brought
                .iter()
                .map(|path| (path.clone(), true))
                .collect(),
            problems: Vec::new(),
            vanished: Vec::new(),
            named_files: Vec::new(),
            path: ConfigPath::root(),
            values: 0,
        }
    }

    /// Whether git ignores a file that is not there. Of more files than problems are told it is not asked.
    pub(super) fn is_ignored(&mut self, path: &FilePath) -> bool {
        if let Some(known) = self.ignored.get(path) {
            return *known;
        }
        if self.ignored.len() >= MAX_PROBLEMS + self.brought {
            return false;
        }
        let files = self.files;
        *self
            .ignored
            .entry(path.clone())
            .or_insert_with(|| files.is_ignored(path))
    }

    /// What was found on the way: problems, values that are gone, and files that are named.
    pub(super) fn into_findings(self) -> (Vec<Problem>, Vec<Vanished>, Vec<NamedFile>) {
        (self.problems, self.vanished, self.named_files)
    }

    /// Notes a file that a directive names. More than problems are told are of no use.
    pub(super) fn names_file(&mut self, named: NamedFile) {
        if self.named_files.len() < MAX_PROBLEMS {
            self.named_files.push(named);
        }
    }

    /// Notes that the value at hand is gone, since a variable is not set. Items of lists are not noted.
    pub(super) fn vanish(&mut self, variable: &str, place: Place) {
        let key = |part: &Part| match part {
            Part::Key(key) => Some(Arc::clone(key)),
            Part::Item(_) => None,
        };
        let keys: Option<Vec<Arc<str>>> = self.path.parts().iter().map(key).collect();
        let (Some(keys), true) = (keys, self.vanished.len() < MAX_PROBLEMS) else {
            return;
        };
        self.vanished.push(Vanished {
            path: self.path.clone(),
            keys,
            variable: variable.into(),
            place,
        });
    }

    /// The value of the layer's root.
    pub(super) fn root(&mut self, node: &Node, path: &FilePath, source: SourceId) -> Option<Value> {
        let here = Here {
            source,
            folder: path.parent(),
            depth: 0,
        };
        self.value(node, &here, None)
    }

    /// The value of a node; `None` when it disappears.
    pub(super) fn value(&mut self, node: &Node, here: &Here, key: Option<Place>) -> Option<Value> {
        if let NodeValue::Mapping(entries) = &node.value
            && let Some(outcome) = directive::apply(self, entries, here, key)
        {
            return outcome;
        }
        self.plain(node, here, key)
    }

    /// The value of a node that is no directive itself.
    pub(super) fn plain(&mut self, node: &Node, here: &Here, key: Option<Place>) -> Option<Value> {
        self.values += 1;
        if self.values > MAX_VALUES {
            self.too_many(here.place(node.span));
            return None;
        }
        let kind = match &node.value {
            NodeValue::Null => Kind::Null,
            NodeValue::Bool(value) => Kind::Bool(*value),
            NodeValue::Number(value) => Kind::Number(*value),
            NodeValue::String(text) => self.string(text, node.span, here)?,
            NodeValue::Sequence(items) => self.array(items, here),
            NodeValue::Mapping(entries) => self.object(entries, here),
        };
        Some(Value {
            kind,
            origin: Some(Origin {
                value: here.place(node.span),
                key,
            }),
            overrode: Vec::new(),
        })
    }

    fn array(&mut self, items: &[Node], here: &Here) -> Kind {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(Part::Item(index));
            values.extend(self.value(item, here, None));
            self.path.pop();
        }
        Kind::Array(values)
    }

    fn object(&mut self, entries: &[Entry], here: &Here) -> Kind {
        directive::report_unknown(self, entries, here);
        let mut object = Object::with_capacity(entries.len());
        for entry in entries {
            self.path.push(Part::Key(Arc::clone(&entry.key.text)));
            let key = here.place(entry.key.span);
            let is_kept = &*entry.key.text != javascript::PROTOTYPE;
            if let Some(value) = self
                .value(&entry.value, here, Some(key))
                .filter(|_| is_kept)
            {
                object.insert(Arc::clone(&entry.key.text), value);
            }
            self.path.pop();
        }
        Kind::Object(object)
    }

    fn string(&mut self, text: &npm_yaml::Text, span: Span, here: &Here) -> Option<Kind> {
        self.report_malformed(text, span, here);
        let kind = match placeholder::substitute(&text.value, self.environment) {
            Substituted::Unchanged => Kind::String(Text {
                value: Arc::clone(&text.value),
                style: Some(text.style),
            }),
            Substituted::Text(value) => known(value),
            Substituted::Vanished => {
                let unset = placeholder::unset(&text.value, self.environment);
                self.vanish(unset.unwrap_or_default(), here.place(span));
                return None;
            }
            Substituted::Open {
                variables,
                when_unset,
            } => Kind::Open(Box::new(Open {
                written: Arc::clone(&text.value),
                cause: OpenCause::Placeholder(variables),
                when_unset,
                below: None,
            })),
        };
        Some(kind)
    }

    fn report_malformed(&mut self, text: &npm_yaml::Text, span: Span, here: &Here) {
        for malformed in placeholder::malformed(&text.value)
            .into_iter()
            .take(MAX_MALFORMED)
        {
            let source = self.sources.get(here.source).text();
            let exact = npm_yaml::subspan(source, span, text.style, malformed.range);
            let place = here.place(exact.unwrap_or(span));
            let fix = exact.and_then(|exact| with_default(source.get(exact.range())?));
            let mut problem = Problem::surprising(
                "placeholder-malformed",
                match malformed.read {
                    MalformedRead::AsText => {
                        "not a valid placeholder: the app sees the literal text"
                    }
                    MalformedRead::NeverSet => {
                        "not a valid variable name: the app removes this value"
                    }
                },
                place,
            );
            problem.fixes.extend(fix.map(|text| {
                let title = format!("Replace with `{text}`");
                Fix::of_edits(title, FixKind::Safe, vec![Edit::words(place, text)])
            }));
            self.report(problem);
        }
    }

    fn too_many(&mut self, place: Place) {
        let is_first = self.values == MAX_VALUES + 1;
        if is_first {
            self.report(Problem::fatal(
                "include-cycle",
                format!("includes expand this layer to more than {MAX_VALUES} values"),
                place,
            ));
        }
    }

    /// Notes a problem at the config path the walk is at.
    pub(super) fn report(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(match self.path.is_root() {
                true => problem,
                false => problem.with_config_path(self.path.clone()),
            });
        }
    }
}

/// A known string that no bytes spell.
pub(super) fn known(value: impl Into<Arc<str>>) -> Kind {
    Kind::String(Text {
        value: value.into(),
        style: None,
    })
}

/// `${PORT:8080}` as it is meant: with the `:-` of a default.
fn with_default(written: &str) -> Option<String> {
    let (name, default) = written
        .strip_prefix("${")?
        .strip_suffix('}')?
        .split_once(':')?;
    // The shell's `:=` gives a default as well.
    let default = default.strip_prefix('=').unwrap_or(default);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_meant = !name.is_empty()
        && name.chars().all(is_name)
        && !default.is_empty()
        && !default.starts_with(['-', '?', '+'])
        && !default.contains(['{', '}', '$']);
    is_meant.then(|| format!("${{{name}:-{default}}}"))
}
