//! `facts.node`: what the deployment's variables tell Node.js itself.

use super::fact::Bool;
use super::macros::facts;
use crate::backstage::words::{Chain, ChainOrigin, EnvironmentVariable};

facts! {
    /// What the variables of the deployment tell Node.js.
    pub struct Node {
        /// `NODE_TLS_REJECT_UNAUTHORIZED` is `0`: no TLS connection checks a certificate. Points at the variable, or the
        /// start command
        certificates_unchecked: Bool,
    }
}

/// What the variables of a chain say; of those that are not known nothing is said.
pub fn collect(chain: &Chain) -> Node {
    let is_unchecked = |variable: &&EnvironmentVariable| {
        &*variable.name == "NODE_TLS_REJECT_UNAUTHORIZED" && variable.value.as_deref() == Some("0")
    };
    let unchecked = chain.environment.iter().find(is_unchecked);
    let started_at = match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    };
    let place = unchecked.and_then(|variable| variable.place).or(started_at);
    Node {
        origin: None,
        certificates_unchecked: Bool::from(unchecked.is_some()).at(place),
    }
}
