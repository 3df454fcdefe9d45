//! The real loader from end to end: which files it reads, and what the process then sees.
//!
//! In: what a process would be started with. Out: its layers and its effective config, or why it does not start
//! (`@backstage/config-loader` 1.11.3, `ConfigSources.default`). Never: chains; those are found in
//! [`workspace`](super::workspace).

use super::environment::{Environment, OverrideError, Variable};
use super::layer::{self, Layer};
use super::merge::merge;
use super::resolve::{self, Resolved};
use super::value::Value;
use crate::files::{FilePath, Files};
use crate::text::Sources;

/// Loads layers, lowest first, and puts `APP_CONFIG_*` variables on top. The texts are added to `sources`.
///
/// # Errors
/// When the real loader would refuse the `APP_CONFIG_*` variables. Problems of layers are in the layers.
pub fn load(
    paths: &[FilePath],
    environment: &Environment,
    files: &dyn Files,
    sources: &mut Sources,
) -> Result<Effective, OverrideError> {
    let layers: Vec<(Layer, Resolved)> = paths
        .iter()
        .map(|path| {
            let layer = layer::load(files, path, sources);
            let resolved = resolve::resolve(&layer, environment, files, sources);
            (layer, resolved)
        })
        .collect();
    let overrides = environment.overrides()?;
    let roots = layers
        .iter()
        .filter_map(|(_, resolved)| resolved.root.as_ref());
    let root = merge(roots.chain(&overrides));
    Ok(Effective {
        layers,
        overrides,
        root,
    })
}

/// What a process sees.
#[derive(Debug)]
pub struct Effective {
    /// Its layers, lowest first, as parsed and as resolved.
    pub layers: Vec<(Layer, Resolved)>,
    /// What `APP_CONFIG_*` variables set.
    pub overrides: Option<Value>,
    /// All of it merged; `None` when there is nothing, which the real app does not start with.
    pub root: Option<Value>,
}

/// The files the loader reads in an app root when no `--config` names any: the base layer, then per name in
/// `BACKSTAGE_ENV` its layer, then the local layer, then per name its local layer; all but the first only where they
/// exist. A `BACKSTAGE_ENV` that is not known counts as empty.
pub fn default_layers(
    root: &FilePath,
    environment: &Environment,
    files: &dyn Files,
) -> Vec<FilePath> {
    let names = match environment.get("BACKSTAGE_ENV") {
        Variable::Is(names) => names,
        Variable::Unset | Variable::Unknown => "",
    };
    let DefaultNames { deployed, local } = DefaultNames::new(names);
    let mut paths = vec![root.join("app-config.yaml")];
    let further = deployed.iter().chain(&local);
    paths.extend(
        further
            .map(|name| root.join(name))
            .filter(|path| files.is_file(path)),
    );
    paths
}

/// The names of the layers that the loader takes behind the base layer where they exist, in its order.
pub struct DefaultNames {
    /// One for each name in `BACKSTAGE_ENV`.
    pub deployed: Vec<String>,
    /// Behind those: the local layer, then one for each name.
    pub local: Vec<String>,
}

impl DefaultNames {
    /// The names for a value of `BACKSTAGE_ENV`: names between commas.
    pub fn new(backstage_env: &str) -> Self {
        let names = backstage_env.split(',').map(super::javascript::trim);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        let of_each = |ending: &str| {
            let file = |name: &&str| format!("app-config.{name}{ending}");
            names.iter().map(file).collect::<Vec<_>>()
        };
        let mut local = vec!["app-config.local.yaml".to_owned()];
        local.extend(of_each(".local.yaml"));
        Self {
            deployed: of_each(".yaml"),
            local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn names(environment: &Environment) -> Vec<String> {
        let files = MemoryFiles::new([
            ("app-config.yaml", ""),
            ("app-config.local.yaml", ""),
            ("app-config.production.yaml", ""),
            ("app-config.production.local.yaml", ""),
            ("app-config.staging.yaml", ""),
        ]);
        let paths = default_layers(&FilePath::root(), environment, &files);
        paths.iter().map(|path| path.name().to_owned()).collect()
    }

    #[test]
    fn without_a_name_base_and_local_are_loaded() {
        let expected = ["app-config.yaml", "app-config.local.yaml"];
        assert_eq!(names(&Environment::default()), expected);
        let other = Environment::complete([("NODE_ENV", "production")]);
        assert_eq!(names(&other), expected);
    }

    #[test]
    fn names_in_backstage_env_add_their_layers_in_order() {
        let environment = Environment::complete([("BACKSTAGE_ENV", " staging, production,,nope")]);
        assert_eq!(
            names(&environment),
            [
                "app-config.yaml",
                "app-config.staging.yaml",
                "app-config.production.yaml",
                "app-config.local.yaml",
                "app-config.production.local.yaml",
            ]
        );
    }
}
