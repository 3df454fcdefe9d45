//! `facts.localCopies`: local layers that Dockerfiles take into images.
//!
//! In: an app root. Out: facts of scope `app`. Never: what is in those layers; a git-ignored one need not be there.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::value::{Origin, Value};
use crate::backstage::workspace::{AppRoot, LayerCopy, LayerRole};
use crate::files::FilePath;
use crate::text::Place;

/// `facts.localCopies`
pub const FIELDS: &[Field] = &[
    Field::new("name", Shape::String, "the file name of the local layer"),
    Field::new(
        "layer",
        Shape::String,
        "its path, when it is read; points at its start. Absent when git ignores it",
    ),
    Field::new(
        "dockerfile",
        Shape::String,
        "the Dockerfile; points at what the `COPY` names",
    ),
    Field::new(
        "loaded",
        Shape::Bool,
        "the image starts without `--config`, so that the loader takes it",
    ),
];

/// The local layers that images take in. `start_of` gives the start of a layer that was read.
pub fn collect(app: &AppRoot, start_of: impl Fn(&FilePath) -> Option<Place>) -> Value {
    let is_local = |copy: &&LayerCopy| LayerRole::of(&copy.layer) == LayerRole::Local;
    let fact = |copy: &LayerCopy| {
        let text = |text: &str, place: Place| {
            let origin = Origin {
                value: place,
                key: None,
            };
            Value::string(text).with_origin(Some(origin))
        };
        let read = start_of(&copy.layer);
        object([
            ("name", Value::string(copy.layer.name())),
            (
                "layer",
                read.map_or_else(absent, |start| text(copy.layer.as_str(), start)),
            ),
            ("dockerfile", text(copy.dockerfile.as_str(), copy.place)),
            ("loaded", truth(copy.loaded_by_default)),
        ])
    };
    list(app.copies.iter().filter(is_local).map(fact))
}
