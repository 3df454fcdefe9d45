//! What the process of one chain would see.
//!
//! In: a loaded app root, one of its chains, and what is known of the variables it is started with. Out: the effective
//! config, or why there is none. Never: a judgement.

use std::borrow::Cow;

use super::load::{LoadedApp, LoadedLayer};
use crate::backstage::environment::Environment;
use crate::backstage::merge::merge;
use crate::backstage::resolve::Deployed;
use crate::backstage::value::Value;
use crate::backstage::workspace::Chain;

/// Why a chain has no effective config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoConfig {
    /// The real loader refuses these layers, by the paths people know them by.
    Refused(Vec<String>),
    /// No layer sets anything.
    Nothing,
}

impl LoadedApp {
    /// The effective config of a chain: its layers with the variables that its deployment sets, and `overrides` on top.
    ///
    /// # Errors
    /// When the app does not start with these layers, or sees nothing.
    pub fn config(
        &self,
        chain: &Chain,
        environment: &Environment,
        overrides: Option<&Value>,
    ) -> Result<Value, NoConfig> {
        let named = chain.layers.iter();
        let loaded: Vec<&LoadedLayer> = named
            .filter_map(|layer| self.layers.get(&layer.path))
            .collect();
        let refused = loaded.iter().filter(|layer| layer.is_broken());
        let refused: Vec<String> = refused.map(|layer| layer.layer.path.to_string()).collect();
        if !refused.is_empty() {
            return Err(NoConfig::Refused(refused));
        }
        let deployed = Deployed::new(environment, chain.sure_environment());
        let layers: Vec<Cow<'_, Value>> = loaded
            .iter()
            .filter_map(|layer| {
                let root = layer.resolved.root.as_ref()?;
                Some(match &deployed {
                    Some(deployed) => Cow::Owned(deployed.put_into(root, &layer.secret_places())),
                    None => Cow::Borrowed(root),
                })
            })
            .collect();
        let layers = layers.iter().map(AsRef::as_ref);
        merge(layers.chain(overrides)).ok_or(NoConfig::Nothing)
    }
}
