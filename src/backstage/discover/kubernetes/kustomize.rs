//! Kustomizations to what they make of workloads.
//!
//! In: kustomization.yaml files, and the manifests of the repository. Out: each workload as each outermost
//! kustomization builds it, with the ConfigMaps in its reach, and why it may still be another. Never: what a
//! kustomization loads from elsewhere.
//!
//! The order is that of kustomize (`KustTarget.accumulateTarget`): resources, then components, then generators, then
//! patches; the kustomizations of resources are built the same way before. Names that generators give get a suffix of
//! their contents everywhere, so that they can be followed without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::backstage::document::embedded;
use crate::backstage::document::{self, NodeExt as _};
use crate::backstage::words::{Lack, LackKind};
use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::Cluster;
use super::container::{Workload, text_at};
use super::objects::{self, ConfigMap, Datum, Object};
use super::patch::{self, Applied, Operation};
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
    path: FilePath,
    /// Files and folders that it takes in.
    resources: Vec<FilePath>,
    /// Folders of components, which change what it took in.
    components: Vec<FilePath>,
    patches: Vec<Patch>,
    /// What `configMapGenerator` and `secretGenerator` make, and whether it is laid over one of the same name.
    maps: Vec<(Arc<ConfigMap>, bool)>,
    /// What in it may change a command line and is not understood.
    unread: Vec<Lack>,
    is_component: bool,
}

/// A patch of a kustomization.
struct Patch {
    /// `target.kind` and `target.name`.
    target: (Option<String>, Option<String>),
    /// The file it is in, for people.
    file: FilePath,
    place: Place,
    does: Does,
}

/// What a patch does.
enum Does {
    Merge(Vec<Workload>, Vec<Arc<ConfigMap>>),
    Operate(Vec<Operation>),
    /// Something that is not understood.
    Unclear(&'static str),
}

/// A workload as a kustomization builds it.
#[derive(Clone)]
pub(super) struct Built {
    /// The manifest.
    pub(super) path: FilePath,
    pub(super) workload: Workload,
    /// The ConfigMaps that come with it; later ones win.
    pub(super) maps: Vec<Arc<ConfigMap>>,
    pub(super) lacks: Vec<Lack>,
    /// The kustomization, where it changes the workload.
    pub(super) by: Option<FilePath>,
}

/// How deep kustomizations may stand in each other.
const DEPTH_LIMIT: usize = 16;

/// How many workloads are built of one repository.
const BUILT_LIMIT: usize = 2_000;

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
fn unclear(reason: String, place: Place) -> Lack {
    Lack {
        reason,
        place: Some(place),
        kind: LackKind::Unreadable,
    }
}

/// The kustomizations of a repository, by their folders.
#[derive(Default)]
pub(super) struct Kustomizations(BTreeMap<FilePath, Kustomization>);

impl Kustomizations {
    /// The files that generators take in.
    pub(super) fn generated_files(&self) -> impl Iterator<Item = &FilePath> {
        let maps = self.0.values().flat_map(|one| &one.maps);
        let data = maps.flat_map(|(map, _)| &map.data);
        data.filter_map(|(_, text)| match text {
            Datum::File(file) => Some(file),
            _ => None,
        })
    }

    /// The files that are patches and no manifests of their own.
    fn patch_files(&self) -> BTreeSet<FilePath> {
        let patches = self.0.values().flat_map(|one| {
            let own = one.patches.iter().filter(|patch| patch.file != one.path);
            own.map(|patch| patch.file.clone())
        });
        patches.collect()
    }

    /// Every workload as the outermost kustomizations build it, and those that none takes in as they are. One that
    /// several of them leave as it is stands there once.
    pub(super) fn build(&self, cluster: &Cluster) -> Vec<Built> {
        let taken: BTreeSet<&FilePath> = self
            .0
            .values()
            .flat_map(|one| one.resources.iter().chain(&one.components))
            .collect();
        let patches = self.patch_files();
        let is_left = |path: &FilePath| {
            let folder = path.parent();
            let in_taken_folder = taken.contains(&folder) && !self.0.contains_key(&folder);
            !taken.contains(path) && !in_taken_folder && !patches.contains(path)
        };
        let workloads = cluster.workloads.iter();
        let left = workloads.filter(|(path, _)| is_left(path));
        let mut all: Vec<Built> = left.map(as_it_is).collect();
        let outermost = self.0.iter().filter(|(folder, one)| {
            !taken.contains(folder) && !taken.contains(&one.path) && !one.is_component
        });
        let mut unchanged = BTreeSet::new();
        for (_, one) in outermost {
            for built in self.built(one, cluster, DEPTH_LIMIT) {
                let key = (built.path.clone(), built.workload.name.clone());
                if all.len() < BUILT_LIMIT && (built.by.is_some() || unchanged.insert(key)) {
                    all.push(built);
                }
            }
        }
        all
    }

    fn built(&self, one: &Kustomization, cluster: &Cluster, depth: usize) -> Vec<Built> {
        let mut all: Vec<Built> = Vec::new();
        if depth == 0 {
            return all;
        }
        let mut maps: Vec<Arc<ConfigMap>> = Vec::new();
        for resource in &one.resources {
            if let Some(inner) = self.0.get(resource) {
                all.extend(self.built(inner, cluster, depth - 1));
            }
            all.truncate(BUILT_LIMIT);
            // A folder of manifests without a kustomization of its own is no resource to kustomize, but what is meant.
            let is_bare = !self.0.contains_key(resource);
            let here = |path: &FilePath| path == resource || is_bare && path.parent() == *resource;
            all.extend(
                cluster
                    .workloads
                    .iter()
                    .filter(|(path, _)| here(path))
                    .map(as_it_is),
            );
            maps.extend(
                cluster
                    .config_maps
                    .iter()
                    .filter(|map| here(&map.host))
                    .cloned(),
            );
        }
        for built in &mut all {
            let is_from_below = built.path.parent() != one.path.parent();
            for map in &maps {
                built.take_map(map, is_from_below.then_some(&one.path));
            }
        }
        let folders = one.components.iter();
        for component in folders.filter_map(|folder| self.0.get(folder)) {
            component.change(&mut all, &one.path, cluster);
        }
        one.change(&mut all, &one.path, cluster);
        all
    }
}

fn as_it_is((path, workload): &(FilePath, Workload)) -> Built {
    Built {
        path: path.clone(),
        workload: workload.clone(),
        maps: Vec::new(),
        lacks: Vec::new(),
        by: None,
    }
}

impl Built {
    fn refers_to(&self, map: &ConfigMap) -> bool {
        let in_volume = self.workload.volumes.iter().any(|volume| {
            volume.is_secret == map.is_secret && volume.map.as_deref() == Some(&map.name)
        });
        let mut containers = self.workload.containers.iter();
        in_volume
            || containers.any(|one| !map.is_secret && one.environment_from.contains(&map.name))
    }

    /// Puts a ConfigMap into its reach; `by` is the kustomization that this is a change of, should it be used.
    fn take_map(&mut self, map: &Arc<ConfigMap>, by: Option<&FilePath>) {
        self.maps
            .retain(|known| known.name != map.name || known.is_secret != map.is_secret);
        self.maps.push(Arc::clone(map));
        if self.refers_to(map) {
            self.by = by.cloned().or_else(|| self.by.take());
        }
    }

    /// What to call its chain: also after the folder of the kustomization, where that is another.
    pub(super) fn chain_name(&self) -> String {
        let name = &self.workload.name;
        match &self.by {
            Some(by) if by.parent() != self.path.parent() => {
                format!("kubernetes:{}", by.parent().join(name))
            }
            _ => format!("kubernetes:{name}"),
        }
    }

    /// The ConfigMap of a name that kustomizations put in its reach, or the Secret.
    pub(super) fn map(&self, name: &str, is_secret: bool) -> Option<&Arc<ConfigMap>> {
        let mut maps = self.maps.iter().rev();
        maps.find(|map| map.name == name && map.is_secret == is_secret)
    }
}

impl Kustomization {
    /// Changes workloads by the generators and patches of this kustomization, in the name of `by`.
    fn change(&self, all: &mut [Built], by: &FilePath, cluster: &Cluster) {
        for built in all.iter_mut() {
            for (map, merges) in &self.maps {
                let below = built.map(&map.name, map.is_secret).filter(|_| *merges);
                let map = match below {
                    Some(below) => Arc::new(ConfigMap::patched(Some(below), map)),
                    None => Arc::clone(map),
                };
                built.take_map(&map, Some(by));
            }
            for patch in &self.patches {
                patch.change(built, by, cluster);
            }
            // A patch may be what brings it into use.
            if self.maps.iter().any(|(map, _)| built.refers_to(map)) {
                built.by = Some(by.clone());
            }
            built.lacks.extend(self.unread.iter().cloned());
        }
    }
}

impl Patch {
    fn change(&self, built: &mut Built, by: &FilePath, cluster: &Cluster) {
        let workload = &mut built.workload;
        let applied = match &self.does {
            Does::Merge(workloads, maps) => {
                let is_it = |patch: &&Workload| match &self.target {
                    (None, None) => patch.kind == workload.kind && patch.name == workload.name,
                    _ => self.is_for(workload) == Some(true),
                };
                let own: Vec<&Workload> = workloads.iter().filter(is_it).collect();
                let mut applied = Applied::Nothing;
                for patch in own {
                    applied = patch::lay_over(workload, patch);
                }
                for map in maps {
                    let below = built.map(&map.name, map.is_secret).cloned();
                    let in_base = || {
                        let mut all = cluster.config_maps.iter();
                        all.find(|one| {
                            one.name == map.name && one.host.parent() == built.path.parent()
                        })
                    };
                    let below = below.or_else(|| in_base().cloned());
                    let patched = Arc::new(ConfigMap::patched(below.as_ref(), map));
                    built.take_map(&patched, Some(by));
                }
                applied
            }
            Does::Operate(operations) => match self.is_for(workload) {
                Some(true) => {
                    let all = operations.iter().map(|one| patch::apply(workload, one));
                    all.fold(Applied::Nothing, |all, one| match (&all, &one) {
                        (Applied::Unclear(_), _) | (_, Applied::Nothing) => all,
                        _ => one,
                    })
                }
                Some(false) => Applied::Nothing,
                None => Applied::Unclear("chooses by a pattern"),
            },
            Does::Unclear(why) => match self.is_for(workload) {
                Some(false) => Applied::Nothing,
                _ => Applied::Unclear(why),
            },
        };
        match applied {
            Applied::Nothing => {}
            Applied::Changed => built.by = Some(by.clone()),
            Applied::Unclear(why) => {
                built.by = Some(by.clone());
                let reason = format!("the patch in `{}` {why}", self.file);
                built.lacks.push(unclear(reason, self.place));
            }
        }
    }

    /// Whether a workload is what the patch is for; `None` when only a pattern tells.
    fn is_for(&self, workload: &Workload) -> Option<bool> {
        let (kind, name) = &self.target;
        if kind.as_ref().is_some_and(|kind| *kind != workload.kind) {
            return Some(false);
        }
        match name.as_deref() {
            None | Some(".*") => Some(true),
            Some(name) if name == workload.name => Some(true),
            Some(name) => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
                name.chars().all(is_plain).then_some(false)
            }
        }
    }
}
