//! Directives and placeholders of one layer: [`Node`](npm_yaml::Node)s to [`Value`](super::value::Value)s.
//!
//! In: a parsed layer, what is known of the environment, and the files that directives name. Out: the tree that the
//! real loader hands to the merge (`@backstage/config-loader` 1.11.3, `sources/transform`), in which what depends on
//! something unknown is open, and every problem on the way. Never: another layer.

mod deployed;
mod directive;
mod include;
pub mod placeholder;
mod walk;

pub use deployed::Deployed;

use std::sync::Arc;

use super::environment::Environment;
use super::layer::Layer;
use super::value::{Kind, OpenCause, Value};
use crate::files::{FilePath, Files};
use crate::finding::{Effect, Problem};
use crate::text::{Place, Sources};
use npm_yaml::NodeValue;
use source::ConfigPath;

/// Resolves one layer. Included files are added to `sources`.
///
/// A layer that does not parse, and one that holds nothing, has no root. A directive that fails is a problem, and its
/// value open, so that the rest can still be judged.
pub fn resolve(
    layer: &Layer,
    environment: &Environment,
    files: &dyn Files,
    sources: &mut Sources,
) -> Resolved {
    let root = match &layer.document.root {
        Some(root) if !layer.is_broken() && root.value != NodeValue::Null => root,
        _ => return Resolved::default(),
    };
    let mut walk = walk::Walk::new(layer, environment, files, sources);
    let value = walk.root(root, &layer.path, layer.source);
    let (mut problems, vanished, named_files) = walk.into_findings();
    let root_place = Place::new(layer.source, root.span);
    let root = match value {
        Some(value) if matches!(value.kind, Kind::Object(_)) => Some(value),
        Some(value) if is_unknown_include(&value) => None,
        _ => {
            problems.push(not_object(root_place));
            None
        }
    };
    problems.sort_by_key(|problem| problem.primary.place);
    Resolved {
        root,
        problems,
        vanished,
        named_files,
    }
}

/// One layer with its directives and placeholders resolved.
#[derive(Debug, Default)]
pub struct Resolved {
    /// An object; `None` when the layer contributes nothing or cannot be used.
    pub root: Option<Value>,
    /// What is wrong with its directives and placeholders, in order of place; those of the text are the layer's.
    pub problems: Vec<Problem>,
    /// Values that are gone because a variable is known not to be set.
    pub vanished: Vec<Vanished>,
    /// The files of the repository that its directives name and that are there, in order.
    pub named_files: Vec<NamedFile>,
}

/// A file that a directive names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The file.
    pub file: FilePath,
    /// Its path as it is written.
    pub written: Arc<str>,
    /// The directive, e.g. `$file`.
    pub directive: &'static str,
    /// The bytes of its argument.
    pub place: Place,
}

/// A value that is gone because its variable is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vanished {
    /// Its config path.
    pub path: ConfigPath,
    /// The same, key by key.
    pub keys: Vec<Arc<str>>,
    /// The variable.
    pub variable: Arc<str>,
    /// The bytes of the value.
    pub place: Place,
}

impl Resolved {
    /// Whether the real loader refuses the layer, so that no app starts that loads it.
    pub fn is_broken(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.effect == Effect::Fatal)
    }
}

fn is_unknown_include(value: &Value) -> bool {
    value
        .as_open()
        .is_some_and(|open| matches!(open.cause, OpenCause::Include(_)))
}

fn not_object(place: Place) -> Problem {
    Problem::fatal(
        "root-not-object",
        "the root of a config file must be a mapping",
        place,
    )
}

#[cfg(test)]
mod tests;
