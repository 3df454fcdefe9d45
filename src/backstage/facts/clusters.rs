//! `facts.clusters`: the Kubernetes clusters that the portal talks to.

use super::declare::{Field, Shape};
use super::{absent, list, object};
use crate::backstage::value::Value;

/// What [`collect`] gives for each cluster, and for each locator that finds clusters by itself.
pub const FIELDS: &[Field] = &[
    Field::new(
        "name",
        Shape::Config,
        "`name` of the cluster; of a locator its `type`",
    ),
    Field::new(
        "skipTLSVerify",
        Shape::Config,
        "`skipTLSVerify` as written; absent without it. Points at it",
    ),
];

/// The clusters of an effective config.
pub fn collect(config: &Value) -> Value {
    let locators = config.at(["kubernetes", "clusterLocatorMethods"]);
    let locators = locators.and_then(Value::as_array).unwrap_or_default();
    let each = locators.iter().flat_map(|locator| {
        let clusters = locator.get("clusters").and_then(Value::as_array);
        let clusters = clusters.unwrap_or_default().iter();
        std::iter::once(fact(locator, "type")).chain(clusters.map(|one| fact(one, "name")))
    });
    list(each)
}

fn fact(of: &Value, name: &str) -> Value {
    let part = |key: &str| of.get(key).cloned().unwrap_or_else(absent);
    object([
        ("name", part(name)),
        ("skipTLSVerify", part("skipTLSVerify")),
    ])
    .with_origin(of.origin)
}
