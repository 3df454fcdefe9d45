//! `facts.deployment`: what the settings say about how the app is deployed.

use super::declare::{Field, Shape};
use super::{absent, number, object};
use crate::backstage::value::Value;
use crate::settings::Settings;

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[
    Field::new(
        "replicas",
        Shape::Number,
        "how many replicas of the backend run at most: `replicas` of stagecheck.yaml; absent without it",
    ),
    Field::new(
        "maxConnections",
        Shape::Number,
        "how many connections the database server takes: `maxConnections` of stagecheck.yaml; absent without it",
    ),
];

/// The deployment as facts.
pub fn collect(settings: &Settings) -> Value {
    let count = |count: Option<u32>| count.map_or_else(absent, |count| number(f64::from(count)));
    object([
        ("replicas", count(settings.replicas)),
        ("maxConnections", count(settings.max_connections)),
    ])
}
