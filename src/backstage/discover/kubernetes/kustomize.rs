//! kustomization.yaml files to what they say.
//!
//! In: the texts of kustomizations and of the patches they name. Out: [`Kustomization`]s; [`built`](super::built) makes
//! workloads of them. Never: what a kustomization loads from elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::backstage::document::embedded;
use crate::backstage::document::{self, NodeExt as _};
use crate::backstage::words::{Lack, LackKind};
use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::Cluster;
use super::built::Kustomizations;
use super::container::{Workload, text_at};
use super::objects::{self, ConfigMap, Datum, Object};
use super::patch::{self, Operation};
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::reader::Reader;

/// Whether a file is a kustomization, by its name.
pub(in crate::backstage::discover) fn is_kustomization(name: &str) -> bool {
    matches!(
        name,
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// A kustomization.
pub(super) struct Kustomization {
    pub(super) path: FilePath,
    pub(super) place: Place,
    /// Files and folders that it takes in.
    pub(super) resources: Vec<FilePath>,
    /// Folders of components, which change what it took in.
    pub(super) components: Vec<FilePath>,
    pub(super) patches: Vec<Patch>,
    /// What `configMapGenerator` and `secretGenerator` make, and whether it is laid over one of the same name.
    pub(super) maps: Vec<(Arc<ConfigMap>, bool)>,
    /// What in it may change a command line and is not understood.
    pub(super) unread: Vec<Lack>,
    pub(super) is_component: bool,
}

/// A patch of a kustomization.
pub(super) struct Patch {
    /// `target.kind` and `target.name`.
    pub(super) target: (Option<String>, Option<String>),
    /// The file it is in, for people.
    pub(super) file: FilePath,
    pub(super) place: Place,
    pub(super) does: Does,
}

/// What a patch does.
pub(super) enum Does {
    Merge(Vec<Workload>, Vec<Arc<ConfigMap>>),
    Operate(Vec<Operation>),
    /// Something that is not understood.
    Unclear(&'static str),
}

impl Reader<'_> {
    /// Reads the kustomizations of a cluster.
    pub(super) fn kustomizations(&mut self, cluster: &Cluster) -> Kustomizations {
        let mut found = BTreeMap::new();
        for path in &cluster.kustomizations {
            if let Some(one) = self.kustomization(path, cluster) {
                found.entry(path.parent()).or_insert(one);
            }
        }
        Kustomizations(found)
    }

    /// Reads a kustomization; `None` when it does not parse.
    fn kustomization(&mut self, path: &FilePath, cluster: &Cluster) -> Option<Kustomization> {
        let text = self.text(path)?;
        let node = document::root(&text)?;
        let source = self.add_source(path, Arc::clone(&text));
        let folder = path.parent();
        let host = Host {
            path,
            source,
            text: &text,
        };
        let list = |key: &str| node.get(key).map_or(&[][..], |list| list.items());
        let paths = |keys: &[&str]| -> Vec<FilePath> {
            let items = keys.iter().flat_map(|key| list(key));
            let local = items.filter_map(|item| item.as_str());
            let local = local.filter(|path| !path.contains("://") && !path.contains("?ref="));
            local.map(|path| folder.join(path)).collect()
        };
        let mut found = Kustomization {
            path: path.clone(),
            place: Place::new(source, node.span),
            resources: paths(&["resources", "bases"]),
            components: paths(&["components"]),
            patches: Vec::new(),
            maps: Vec::new(),
            unread: Vec::new(),
            is_component: text_at(&node, &["kind"]) == Some("Component"),
        };
        for item in list("patches").iter().chain(list("patchesJson6902")) {
            let patch = self.patch(&host, item, cluster);
            found.patches.extend(patch);
        }
        for item in list("patchesStrategicMerge") {
            let patch = self.patch_text(&host, item, cluster);
            found.patches.extend(patch);
        }
        for (key, is_secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
            for item in list(key) {
                let map = generated(item, path, source, is_secret);
                let merges = text_at(item, &["behavior"]) == Some("merge");
                found.maps.extend(map.map(|map| (Arc::new(map), merges)));
            }
        }
        for key in ["replacements", "transformers", "vars"] {
            let Some(entry) = node.entry(key) else {
                continue;
            };
            let written = text.get(entry.value.span.range()).unwrap_or_default();
            let in_file = list(key)
                .iter()
                .any(|item| text_at(item, &["path"]).is_some());
            if in_file || key == "transformers" || written.contains("containers") {
                let reason = format!("`{key}` of `{path}` may change the command");
                found
                    .unread
                    .push(unclear(reason, Place::new(source, entry.key.span)));
            }
        }
        Some(found)
    }

    /// An item of `patches`: a text, or a file.
    fn patch(&mut self, host: &Host<'_>, item: &Node, cluster: &Cluster) -> Option<Patch> {
        let inner = item.get("patch").or_else(|| item.get("path"))?;
        let mut patch = self.patch_text(host, inner, cluster)?;
        let target = |key: &str| text_at(item, &["target", key]).map(str::to_owned);
        patch.target = (target("kind"), target("name"));
        let selects = ["labelSelector", "annotationSelector"];
        if selects.iter().any(|key| target(key).is_some()) && patch.target.1.is_none() {
            patch.does = Does::Unclear("chooses by label");
        }
        Some(patch)
    }

    /// A patch as it is written, or the path of a file that holds it.
    fn patch_text(&mut self, host: &Host<'_>, node: &Node, cluster: &Cluster) -> Option<Patch> {
        let written = node.as_str()?;
        let place = Place::new(host.source, node.span);
        let is_inline = written.contains('\n') || written.contains(": ");
        let (file, source, documents) = if is_inline {
            let root = embedded::in_text(host.text, node);
            let documents: Vec<_> = root
                .into_iter()
                .map(|root| (node.span.range(), root))
                .collect();
            (host.path.clone(), host.source, documents)
        } else {
            let file = host.path.parent().join(written);
            let Some(text) = self.text(&file) else {
                let does = Does::Unclear("is not here");
                return Some(Patch {
                    target: (None, None),
                    file,
                    place,
                    does,
                });
            };
            let source = self.add_source(&file, Arc::clone(&text));
            let documents = document::documents(&text, &|_| true);
            (file, source, documents)
        };
        let mut workloads = Vec::new();
        let mut maps = Vec::new();
        let mut does = None;
        for (range, root) in documents {
            if let Some(operations) = patch::operations(source, &root) {
                does = Some(Does::Operate(operations));
                continue;
            }
            let shown = self.sources.get(source).text().get(range.clone());
            if shown.is_some_and(|text| text.contains("$patch")) {
                does = Some(Does::Unclear("uses `$patch`"));
            }
            for object in objects::objects(&file, source, &range, &root) {
                match object {
                    Object::Workload(workload) => workloads.push(workload),
                    // What stands inside a text of a text is not a layer that could be shown.
                    Object::ConfigMap(map) if !is_inline => {
                        let is_it = |known: &&Arc<ConfigMap>| {
                            known.host == file && known.document == range && known.name == map.name
                        };
                        let known = cluster.config_maps.iter().find(is_it);
                        maps.push(known.cloned().unwrap_or_else(|| Arc::new(map)));
                    }
                    _ => {}
                }
            }
        }
        Some(Patch {
            target: (None, None),
            file,
            place,
            does: does.unwrap_or(Does::Merge(workloads, maps)),
        })
    }
}

/// A kustomization as a text.
struct Host<'h> {
    path: &'h FilePath,
    source: SourceId,
    text: &'h str,
}

/// An item of `configMapGenerator` or `secretGenerator`.
fn generated(item: &Node, path: &FilePath, source: SourceId, is_secret: bool) -> Option<ConfigMap> {
    let folder = path.parent();
    let name = text_at(item, &["name"])?.to_owned();
    let list = |key: &str| item.get(key).map_or(&[][..], |list| list.items());
    let mut data = Vec::new();
    for file in list("files").iter().filter_map(|file| file.as_str()) {
        let (key, file) = match file.split_once('=') {
            Some((key, file)) => (key.to_owned(), folder.join(file)),
            None => {
                let file = folder.join(file);
                (file.name().to_owned(), file)
            }
        };
        data.push((key, Datum::File(file)));
    }
    for literal in list("literals") {
        let Some((key, value)) = literal.as_str().and_then(|text| text.split_once('=')) else {
            continue;
        };
        let value = value.trim_matches(['"', '\'']);
        let word = Word::known(value, Place::new(source, literal.span));
        data.push((key.to_owned(), Datum::Literal(word)));
    }
    Some(ConfigMap::generated(
        name,
        path.clone(),
        source,
        is_secret,
        data,
    ))
}

/// Why a chain is not complete.
pub(super) fn unclear(reason: String, place: Place) -> Lack {
    Lack {
        reason,
        place: Some(place),
        kind: LackKind::Unreadable,
    }
}
