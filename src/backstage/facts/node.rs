//! `facts.node`: what the deployment's variables tell Node.js itself.

use super::declare::{Field, Shape};
use super::{object, truth};
use crate::backstage::value::{Origin, Value};
use crate::backstage::workspace::{Chain, ChainOrigin};

/// What [`collect`] gives.
pub const FIELDS: &[Field] = &[Field::new(
    "certificatesUnchecked",
    Shape::Bool,
    "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`: no TLS connection checks a certificate. Points at the start command",
)];

/// What the variables of a chain say; of those that are not known nothing is said.
pub fn collect(chain: &Chain) -> Value {
    let unchecked = chain
        .environment
        .iter()
        .any(|(name, value)| &**name == "NODE_TLS_REJECT_UNAUTHORIZED" && &**value == "0");
    let place = match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    };
    let origin = place.map(|value| Origin { value, key: None });
    object([(
        "certificatesUnchecked",
        truth(unchecked).with_origin(origin),
    )])
}
