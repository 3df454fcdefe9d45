//! Whether the backend may have a plugin.

use crate::backstage::npm::Packages;

/// Whether the backend may have the plugin of an id. Undecided counts as installed: a backend of the old kind names its
/// plugins in its code, and a package of the repository itself may be any plugin.
pub fn may_be_installed(packages: &Packages, plugin: &str) -> bool {
    let Some(backend) = &packages.backend else {
        return true;
    };
    if backend.dependency("@backstage/backend-defaults").is_none() {
        return true;
    }
    backend.dependencies.iter().any(|dependency| {
        let own = ["workspace:", "link:", "file:", "portal:"]
            .iter()
            .any(|protocol| dependency.range.starts_with(protocol));
        let internal = dependency.name.starts_with("@internal/") || !dependency.name.contains('/');
        let plugin_like = dependency.name.contains("backend") || dependency.name.contains("plugin");
        let names_it = dependency.name.contains(plugin);
        names_it || (plugin_like && (own || internal))
    })
}
