//! `facts.pluginKeys`: keys of `backend.database.plugin` that are ids of plugins in another spelling.
//!
//! In: an effective config, and the packages of the backend. Out: keys that are no id, but would be one in kebab case, and
//! keys that no plugin can have for an id. Never: a key that may be the id of a plugin.

use super::fact::at_key;
use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::database::is_plugin_id;
use crate::backstage::npm::Packages;
use crate::backstage::value::Value;

facts! {
    /// A key that is no plugin id.
    pub struct PluginKey {
        /// the key as written; points at it
        key: Text,
        /// the plugin id that is meant; absent where that is not known
        meant: Text,
    }
}

/// Ids of more than one word, of the plugins of Backstage and its community (`backstage.pluginId` of their packages).
const IDS: [&str; 19] = [
    "api-docs",
    "app-visualizer",
    "azure-devops",
    "azure-sites",
    "bulk-import",
    "catalog-import",
    "code-coverage",
    "cost-insights",
    "entity-feedback",
    "entity-validation",
    "github-actions",
    "kubernetes-ingestor",
    "mcp-actions",
    "octopus-deploy",
    "scaffolder-actions",
    "tech-insights",
    "tech-radar",
    "time-saver",
    "user-settings",
];

/// The keys of an effective config.
pub fn collect(config: &Value, packages: &Packages) -> List<PluginKey> {
    let plugins = config.at(["backend", "database", "plugin"]);
    let plugins = plugins.and_then(Value::as_object);
    let own: Vec<&str> = packages
        .backend
        .iter()
        .flat_map(|backend| &backend.dependencies)
        .filter_map(|dependency| plugin_id(&dependency.name))
        .collect();
    let is_id = |text: &str| IDS.contains(&text) || own.contains(&text);
    let facts = plugins.into_iter().flatten().filter_map(|(key, value)| {
        let meant = kebab_case(key).filter(|kebab| !is_id(key) && is_id(kebab));
        (meant.is_some() || !is_plugin_id(key)).then(|| PluginKey {
            origin: None,
            key: Text::from(key.clone()).with_origin(at_key(value)),
            meant: Text::optional(meant),
        })
    });
    facts.collect()
}

/// The id that the name of a plugin's backend package tells.
fn plugin_id(package: &str) -> Option<&str> {
    let name = package.rsplit_once('/').map_or(package, |(_, name)| name);
    let name = name.strip_prefix("backstage-").unwrap_or(name);
    name.strip_prefix("plugin-")
        .unwrap_or(name)
        .strip_suffix("-backend")
}

/// A key in kebab case; `None` where it is in kebab case already.
fn kebab_case(key: &str) -> Option<String> {
    let mut kebab = String::new();
    for c in key.chars() {
        match c {
            '_' | ' ' | '.' => kebab.push('-'),
            c if c.is_ascii_uppercase() => {
                if !kebab.is_empty() && !kebab.ends_with('-') {
                    kebab.push('-');
                }
                kebab.push(c.to_ascii_lowercase());
            }
            c => kebab.push(c),
        }
    }
    (kebab != key).then_some(kebab)
}

#[cfg(test)]
mod tests {
    use super::{IDS, kebab_case, plugin_id};

    #[test]
    fn a_package_tells_the_id_of_its_plugin() {
        for (package, id) in [
            ("@backstage/plugin-mcp-actions-backend", Some("mcp-actions")),
            ("@internal/plugin-on-call-backend", Some("on-call")),
            ("backstage-plugin-time-saver-backend", Some("time-saver")),
            ("@backstage/plugin-catalog-backend-module-github", None),
            ("express", None),
        ] {
            assert_eq!(plugin_id(package), id, "{package}");
        }
    }

    #[test]
    fn another_spelling_is_told_from_the_id() {
        assert_eq!(kebab_case("mcpActions").as_deref(), Some("mcp-actions"));
        assert_eq!(kebab_case("mcp_actions").as_deref(), Some("mcp-actions"));
        assert_eq!(kebab_case("UserSettings").as_deref(), Some("user-settings"));
        assert_eq!(kebab_case("user-settings"), None);
        assert!(IDS.iter().all(|id| kebab_case(id).is_none()));
    }
}
