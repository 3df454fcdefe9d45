//! `app`: what a card of scope `app` knows about the app root itself.

use super::declare::{Field, Shape};
use super::object;
use crate::backstage::value::Value;
use crate::backstage::workspace::AppRoot;

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[Field::new(
    "path",
    Shape::String,
    "the folder below the repository root; empty for the root itself",
)];

/// The app root as facts.
pub fn collect(app: &AppRoot) -> Value {
    object([("path", Value::string(app.path.as_str()))])
}
