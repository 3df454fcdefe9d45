//! JSON Schemas that users bring: what a company wants of its configuration, beyond what the packages demand.
//!
//! In: a schema file and the files it refers to. Out: [`UserSchema`], which gives the same [`Problem`]s as the check of
//! the packages' schemas. The `jsonschema` crate judges, by every draft from draft-04 on; [`evidence`] says which of its
//! errors hold whatever the open values are. Never: the network, a file outside the repository, or a value of the
//! configuration in a message.

mod document;
mod evidence;
mod graph;
mod instance;
mod load;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value as Json;

use self::evidence::Judged;
use self::graph::{Graph, TooMuch};
use self::words::Explainer;
use super::check::Problem;
use super::walk::Walk;
use crate::backstage::value::{Kind, OpenCause, Value};
use crate::finding::Reporter;

pub use load::{SchemaMistake, UserSchemaError};

/// How many errors of one schema are looked at. A list may have as many wrong items.
const MAX_ERRORS: usize = 2_000;

/// A JSON Schema of a user, compiled.
pub struct UserSchema {
    /// Its file.
    reporter: Reporter,
    validator: Validator,
    graph: Graph,
    /// Whether it is one of Backstage's own, by which the app converts values first.
    is_of_backstage: bool,
    documents: HashMap<String, Arc<Json>>,
}

impl fmt::Debug for UserSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSchema")
            .field("reporter", &self.reporter)
            .finish_non_exhaustive()
    }
}

impl UserSchema {
    /// Its file, which reports what it finds.
    pub fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Holds a configuration against the schema; `layers` are what it was merged from, lowest first. Only errors that
    /// hold whatever the open values are become problems.
    pub fn check<'v>(
        &self,
        root: &'v Value,
        layers: impl IntoIterator<Item = &'v Value>,
    ) -> Vec<Problem> {
        let layers: Vec<&Value> = layers.into_iter().collect();
        let may_have_more = |path: &[String]| {
            let mut layers = layers.iter();
            layers.any(|layer| is_replaced_by_anything(layer, path))
        };
        let json = instance::json(root);
        let mut explainer = Explainer {
            judged: Judged {
                root,
                documents: &self.documents,
                has_tuples: self.graph.has_tuples,
                converts: self.is_of_backstage,
                may_have_more: &may_have_more,
            },
            reporter: &self.reporter,
            walk: Walk::new(root.place()),
        };
        match self.graph.estimate(&json) {
            Ok(()) => {
                let errors: Vec<_> = self.validator.iter_errors(&json).take(MAX_ERRORS).collect();
                explainer.explain(&errors);
            }
            Err(too_much) => explainer.not_judged(match too_much {
                TooMuch::Steps => "takes too many steps",
                TooMuch::Nesting => "nests too deep",
            }),
        }
        explainer.walk.problems
    }
}

/// Whether a layer has a value at a path that may turn out to be any object, whose keys show below those of the layers
/// above it.
fn is_replaced_by_anything(layer: &Value, path: &[String]) -> bool {
    let is_anything = |value: &Value| match &value.kind {
        Kind::Open(open) => matches!(open.cause, OpenCause::Include(_) | OpenCause::Override(_)),
        _ => false,
    };
    let mut value = layer;
    for key in path {
        if is_anything(value) {
            return true;
        }
        match instance::step(value, key) {
            Some(child) => value = child,
            None => return false,
        }
    }
    is_anything(value)
}
