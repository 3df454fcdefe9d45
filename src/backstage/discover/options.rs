//! How to look for app roots.

use super::defaults::BackstageEnv;
use crate::request::LocalLayers;

/// How to look for app roots.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What becomes of local layers that git ignores.
    pub local_layers: LocalLayers,
    /// What is known of `BACKSTAGE_ENV` beyond what start commands set.
    pub backstage_env: BackstageEnv,
}
