//! `facts.node`: what the deployment's variables tell Node.js itself.

use super::declare::{Field, Shape};
use super::{object, truth};
use crate::backstage::discover::{Chain, ChainOrigin, EnvironmentVariable};
use crate::backstage::value::{Origin, Value};

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[Field::new(
    "certificatesUnchecked",
    Shape::Bool,
    "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`: no TLS connection checks a certificate. Points at the variable, or the start command",
)];

/// What the variables of a chain say; of those that are not known nothing is said.
pub fn collect(chain: &Chain) -> Value {
    let is_unchecked = |variable: &&EnvironmentVariable| {
        &*variable.name == "NODE_TLS_REJECT_UNAUTHORIZED" && variable.value.as_deref() == Some("0")
    };
    let unchecked = chain.environment.iter().find(is_unchecked);
    let started_at = match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    };
    let place = unchecked.and_then(|variable| variable.place).or(started_at);
    let origin = place.map(|value| Origin { value, key: None });
    let fact = truth(unchecked.is_some()).with_origin(origin);
    object([("certificatesUnchecked", fact)])
}
