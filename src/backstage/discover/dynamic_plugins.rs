//! The configuration that dynamic plugins bring: `pluginConfig` in lists of them.
//!
//! In: a document of a YAML file. Out: a layer for each `pluginConfig`, which Red Hat Developer Hub merges into
//! `app-config.dynamic-plugins.yaml` when it installs the plugins (redhat-developer/rhdh, `install-dynamic-plugins.py`).
//! Never: a chain; which of the plugins is installed, and in what order, depends on lists that stand in the image.
//!
//! The lists are under `global.dynamic.plugins` in values of the chart, under `plugins` in `dynamic-plugins.yaml`, and
//! in ConfigMaps with a key of that name. All have one shape: `plugins`, a sequence of mappings with a `package`.

use std::ops::Range;
use std::sync::Arc;

use npm_yaml::{Node, NodeValue};

use super::reader::Reader;
use crate::backstage::document::NodeExt as _;
use crate::backstage::document::embedded::{self, Embedded, FilledInBy};
use crate::backstage::words::LayerRole;
use crate::files::FilePath;
use crate::text::SourceId;

/// How many plugins of one document are read: the layer of each is parsed with all of it.
const PLUGINS_IN_ONE: usize = 100;
/// How deep a list of plugins may stand: in values of a chart that stand in a manifest, it is seven.
const LIST_DEPTH: usize = 10;

/// Whether a text may configure dynamic plugins, at a first look.
pub(super) fn may_be(text: &str) -> bool {
    text.contains("pluginConfig:") && text.contains("package:")
}

impl Reader<'_> {
    /// Makes a layer of each `pluginConfig` in a document.
    pub(super) fn plugin_configs(
        &mut self,
        path: &FilePath,
        source: SourceId,
        document: &Range<usize>,
        root: &Node,
    ) {
        let mut found = Vec::new();
        let host = self.sources.get(source).text();
        find(host, root, &mut Vec::new(), &mut found);
        if found.len() > PLUGINS_IN_ONE {
            self.leave_out(
                path,
                "configures more dynamic plugins than are read; the others are not checked",
            );
        }
        for keys in found.into_iter().take(PLUGINS_IN_ONE) {
            let label = keys.join(".").replace(['/', '\\'], "-");
            let embedded = Embedded {
                source,
                document: document.clone(),
                keys,
                filled_in_by: FilledInBy::Helm,
            };
            self.embed(path, &label, LayerRole::DynamicPlugin, embedded);
        }
    }
}

/// The keys that lead to each `pluginConfig` below a node.
fn find(host: &str, node: &Node, keys: &mut Vec<Arc<str>>, found: &mut Vec<Vec<Arc<str>>>) {
    if keys.len() > LIST_DEPTH {
        return;
    }
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                keys.push(Arc::clone(&entry.key.text));
                match &*entry.key.text {
                    "plugins" if is_list(&entry.value) => configs(&entry.value, keys, found),
                    _ => find(host, &entry.value, keys, found),
                }
                keys.pop();
            }
        }
        NodeValue::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                keys.push(index.to_string().into());
                find(host, item, keys, found);
                keys.pop();
            }
        }
        // The text of a ConfigMap, or the values of an Argo CD application.
        NodeValue::String(text) if may_be(&text.value) => {
            if let Some(inner) = embedded::in_text(host, node) {
                find(host, &inner, keys, found);
            }
        }
        _ => {}
    }
}

/// Whether a node lists dynamic plugins.
fn is_list(node: &Node) -> bool {
    let mut items = node.items().iter();
    items.any(|item| {
        item.get("package")
            .is_some_and(|name| name.as_str().is_some())
    })
}

fn configs(list: &Node, keys: &[Arc<str>], found: &mut Vec<Vec<Arc<str>>>) {
    for (index, item) in list.items().iter().enumerate() {
        let config = item.get("pluginConfig");
        let is_mapping = config.is_some_and(|node| matches!(node.value, NodeValue::Mapping(_)));
        if is_mapping && item.get("package").is_some() {
            let inner = [Arc::from(index.to_string()), Arc::from("pluginConfig")];
            found.push(keys.iter().cloned().chain(inner).collect());
        }
    }
}
