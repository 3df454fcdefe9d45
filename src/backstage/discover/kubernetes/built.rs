//! Workloads as kustomizations build them.
//!
//! In: the kustomizations of a repository and its manifests. Out: each workload with the patches, components and
//! generated ConfigMaps that reach it, and why it may still be another. Never: a guess.
//!
//! The order is that of kustomize (`KustTarget.accumulateTarget`): resources, then components, then generators, then
//! patches; the kustomizations of resources are built the same way before. Names that generators give get a suffix of
//! their contents everywhere, so that they can be followed without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Cluster;
use super::container::Workload;
use super::kustomize::{Does, Kustomization, Patch, unclear};
use super::objects::{ConfigMap, Datum};
use super::patch::{self, Applied};
use crate::backstage::words::Lack;
use crate::files::FilePath;

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

/// The kustomizations of a repository, by their folders.
#[derive(Default)]
pub(super) struct Kustomizations(pub(super) BTreeMap<FilePath, Kustomization>);

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
