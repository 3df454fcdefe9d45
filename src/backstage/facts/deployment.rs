//! `facts.deployment`: what the settings say about how the app is deployed.

use super::fact::Number;
use super::macros::facts;

facts! {
    /// What the settings say about the deployment.
    pub struct Deployment {
        /// how many replicas of the backend run at most: `replicas` of stagecheck.yaml; absent without it
        replicas: Number,
        /// how many connections the database server takes: `maxConnections` of stagecheck.yaml; absent without it
        max_connections: Number,
    }
}

/// What the settings say about how the app is deployed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scale {
    /// How many replicas of the backend run at most.
    pub replicas: Option<u32>,
    /// How many connections the database server takes.
    pub max_connections: Option<u32>,
}

/// The deployment as facts.
pub fn collect(scale: Scale) -> Deployment {
    let count = |count: Option<u32>| count.map_or_else(Number::default, |n| f64::from(n).into());
    Deployment {
        origin: None,
        replicas: count(scale.replicas),
        max_connections: count(scale.max_connections),
    }
}
