//! The layers that the loader takes by itself, when no `--config` names any (`@backstage/config-loader` 1.11.3,
//! `ConfigSources.default`).
//!
//! In: what is known of `BACKSTAGE_ENV`. Out: the base layer, then per name in `BACKSTAGE_ENV` its layer, then the local
//! layer, then per name its local layer; all but the first only where they exist. Every chain whose start command leaves
//! the layers to the loader gets them here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::word::{Certainty, Word};
use super::image::paths::Resolved;
use crate::backstage::environment::{Environment, Variable};
use crate::backstage::javascript;
use crate::files::FilePath;

/// The variable that names the layers the loader takes besides base and local layer.
pub const BACKSTAGE_ENV: &str = "BACKSTAGE_ENV";

/// What is known of `BACKSTAGE_ENV` beyond what start commands and deployments set: it wins over them.
#[derive(Debug, Clone, Default)]
pub struct BackstageEnv {
    everywhere: Option<Arc<str>>,
    of_roots: BTreeMap<FilePath, Arc<str>>,
}

impl BackstageEnv {
    /// The value in these variables, for all app roots. Nothing where it is not set or not known.
    pub fn of(environment: &Environment) -> Self {
        let everywhere = match environment.get(BACKSTAGE_ENV) {
            Variable::Is(names) => Some(names.into()),
            Variable::Unset | Variable::Unknown => None,
        };
        Self {
            everywhere,
            of_roots: BTreeMap::new(),
        }
    }

    /// Notes the value for one app root. The one for all app roots wins over it.
    pub fn set_for(&mut self, root: FilePath, names: Arc<str>) {
        self.of_roots.insert(root, names);
    }

    /// Whether any app root has a value of its own that counts.
    pub fn differs_by_root(&self) -> bool {
        self.everywhere.is_none() && !self.of_roots.is_empty()
    }

    /// The value for the app root at a folder.
    pub fn at(&self, root: &FilePath) -> Option<&str> {
        let own = || self.of_roots.get(root);
        self.everywhere.as_ref().or_else(own).map(|names| &**names)
    }
}

/// Where a default layer is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DefaultLayer {
    /// A layer of an environment: taken where it exists.
    Deployed,
    /// A local layer: taken where it exists and takes part.
    Local,
}

/// The layers that the loader takes, lowest first. `asked` is the value of `BACKSTAGE_ENV` that is known beyond
/// `environment`, the variables of the start command, of which the last one of a name counts. `find` gives a further
/// layer by its name where it exists. A name that is not known is an open layer.
pub(super) fn default_layers(
    asked: Option<&str>,
    environment: &[(String, Word)],
    base: Resolved,
    mut find: impl FnMut(&str, DefaultLayer) -> Option<Resolved>,
) -> Vec<(Option<Word>, Resolved)> {
    let mut layers = vec![(None, base)];
    let set = environment.iter().rev();
    let set = set.map(|(name, value)| (name.as_str(), value));
    let own = set.into_iter().find(|(name, _)| *name == BACKSTAGE_ENV);
    let names = match (asked, own) {
        (Some(names), _) => names,
        (None, Some((_, value))) if value.certainty == Certainty::Open => {
            layers.push((Some(value.clone()), Resolved::Open));
            ""
        }
        (None, Some((_, value))) => &value.text,
        (None, None) => "",
    };
    for (name, kind) in names_of(names) {
        let Some(found) = find(&name, kind) else {
            continue;
        };
        let is_taken = |file| layers.iter().any(|(_, layer)| layer.file() == Some(file));
        if kind == DefaultLayer::Deployed || !found.file().is_some_and(is_taken) {
            layers.push((None, found));
        }
    }
    layers
}

/// The file names behind the base layer for a value of `BACKSTAGE_ENV` (names between commas), in the loader's order.
pub(super) fn names_of(backstage_env: &str) -> Vec<(String, DefaultLayer)> {
    let names = backstage_env.split(',').map(javascript::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let deployed = names.iter().map(|name| format!("app-config.{name}.yaml"));
    let local = names
        .iter()
        .map(|name| format!("app-config.{name}.local.yaml"));
    let local = std::iter::once("app-config.local.yaml".to_owned()).chain(local);
    deployed
        .map(|name| (name, DefaultLayer::Deployed))
        .chain(local.map(|name| (name, DefaultLayer::Local)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(backstage_env: &str) -> Vec<String> {
        let names = names_of(backstage_env).into_iter();
        names.map(|(name, _)| name).collect()
    }

    #[test]
    fn without_a_name_the_local_layer_is_looked_for() {
        assert_eq!(names(""), ["app-config.local.yaml"]);
    }

    #[test]
    fn names_in_backstage_env_add_their_layers_in_order() {
        assert_eq!(
            names(" staging, production,,"),
            [
                "app-config.staging.yaml",
                "app-config.production.yaml",
                "app-config.local.yaml",
                "app-config.staging.local.yaml",
                "app-config.production.local.yaml",
            ]
        );
    }

    #[test]
    fn what_is_asked_for_wins_over_the_settings_of_a_root() {
        let root = FilePath::new("portal");
        let mut known = BackstageEnv::default();
        known.set_for(root.clone(), "staging".into());
        assert!(known.differs_by_root());
        assert_eq!(known.at(&root), Some("staging"));
        assert_eq!(known.at(&FilePath::new("other")), None);
        let mut known = BackstageEnv::of(&Environment::complete([(BACKSTAGE_ENV, "production")]));
        known.set_for(root.clone(), "staging".into());
        assert!(!known.differs_by_root());
        assert_eq!(known.at(&root), Some("production"));
    }
}
