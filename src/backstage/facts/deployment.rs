//! `facts.deployment`: what the settings say about how the app is deployed.

use super::fact::Number;
use super::macros::facts;
use crate::settings::Settings;

facts! {
    /// What the settings say about the deployment.
    pub struct Deployment {
        /// how many replicas of the backend run at most: `replicas` of stagecheck.yaml; absent without it
        replicas: Number,
        /// how many connections the database server takes: `maxConnections` of stagecheck.yaml; absent without it
        max_connections: Number,
    }
}

/// The deployment as facts.
pub fn collect(settings: &Settings) -> Deployment {
    let count = |count: Option<u32>| count.map_or_else(Number::default, |n| f64::from(n).into());
    Deployment {
        origin: None,
        replicas: count(settings.replicas),
        max_connections: count(settings.max_connections),
    }
}
