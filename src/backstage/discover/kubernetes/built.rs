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
use super::kustomize::{Does, Kustomization, Patch, Target, unclear};
use super::objects::{ConfigMap, Datum};
use super::patch::{self, Applied, Operation};
use crate::backstage::words::{Lack, LackKind};
use crate::files::FilePath;

/// A workload as a kustomization builds it.
#[derive(Clone)]
pub(super) struct Built {
    /// The manifest.
    pub(super) path: FilePath,
    /// Shared until something changes it.
    pub(super) workload: Arc<Workload>,
    /// What it is called in the kustomizations around, where these add to its name; any of them selects it.
    names: Vec<String>,
    /// The ConfigMaps that come with it, shared by the workloads of a kustomization; later ones win.
    maps: Vec<Arc<Maps>>,
    pub(super) lacks: Vec<Lack>,
    /// The kustomization, where it changes the workload.
    pub(super) by: Option<FilePath>,
}

/// ConfigMaps and Secrets by their names.
#[derive(Default)]
struct Maps {
    config_maps: BTreeMap<String, Arc<ConfigMap>>,
    secrets: BTreeMap<String, Arc<ConfigMap>>,
}

impl Maps {
    fn put(&mut self, map: &Arc<ConfigMap>) {
        let maps = match map.is_secret {
            true => &mut self.secrets,
            false => &mut self.config_maps,
        };
        maps.insert(map.name.clone(), Arc::clone(map));
    }

    fn get(&self, name: &str, is_secret: bool) -> Option<&Arc<ConfigMap>> {
        match is_secret {
            true => self.secrets.get(name),
            false => self.config_maps.get(name),
        }
    }

    fn is_empty(&self) -> bool {
        self.config_maps.is_empty() && self.secrets.is_empty()
    }
}

/// How deeply kustomizations may be nested.
const DEPTH_LIMIT: usize = 64;

/// How many workloads are built of one repository.
const BUILT_LIMIT: usize = 2_000;

/// How many steps building them may take: a workload taken in, a patch laid over one, a part of one copied.
const STEP_LIMIT: usize = 500_000;

/// How many operations of one JSON patch are applied: each may move all items of a list.
const OPERATION_LIMIT: usize = 1_000;

/// The kustomizations of a repository, by their folders.
#[derive(Default)]
pub(super) struct Kustomizations(pub(super) BTreeMap<FilePath, Kustomization>);

/// What kustomizations build.
pub(super) struct Outcome {
    pub(super) workloads: Vec<Built>,
    /// The kustomizations of which not all was built.
    pub(super) cut: BTreeSet<FilePath>,
}

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
    pub(super) fn build(&self, cluster: &Cluster) -> Outcome {
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
        let mut builder = Builder::new(self, cluster);
        let is_outermost = |(folder, one): &(&FilePath, &Kustomization)| {
            !taken.contains(folder) && !taken.contains(&one.path)
        };
        let (outermost, others): (Vec<_>, Vec<_>) = self
            .0
            .iter()
            .filter(|(_, one)| !one.is_component)
            .partition(is_outermost);
        let mut unchanged: BTreeMap<*const Workload, usize> = BTreeMap::new();
        let mut count = 0;
        for (folder, one) in outermost.into_iter().chain(others) {
            // Those that only take in each other have no outermost one.
            let Ok(tree) = builder.tree(folder, DEPTH_LIMIT, true) else {
                continue;
            };
            for built in tree.iter() {
                let next = all.len();
                if built.by.is_none() {
                    let known = unchanged
                        .entry(Arc::as_ptr(&built.workload))
                        .or_insert(next);
                    if let Some(known) = all.get_mut(*known) {
                        known.add_lacks(&built.lacks);
                        continue;
                    }
                }
                if count == BUILT_LIMIT {
                    builder.cut.insert(one.path.clone());
                    break;
                }
                count += 1;
                all.push(built.clone());
            }
        }
        Outcome {
            workloads: all,
            cut: builder.cut,
        }
    }
}

/// What becomes of a kustomization while others take it in.
enum Tree {
    InProgress,
    Done(Arc<Vec<Built>>),
}

/// Why a kustomization cannot be built.
enum Refused {
    /// It is built already, in the name of another.
    Known,
    Cycle,
    TooDeep,
    /// All steps are used up.
    Cut,
}

/// Builds the workloads of each kustomization once.
struct Builder<'b> {
    all: &'b Kustomizations,
    /// By file, and by folder.
    workloads: BTreeMap<FilePath, Vec<&'b (FilePath, Arc<Workload>)>>,
    maps: BTreeMap<FilePath, Vec<&'b Arc<ConfigMap>>>,
    /// By folder and name.
    in_base: BTreeMap<(FilePath, &'b str), &'b Arc<ConfigMap>>,
    trees: BTreeMap<FilePath, Tree>,
    /// What a ConfigMap laid over another is, by their addresses; with both, so that these stay theirs.
    patched: BTreeMap<[usize; 2], [Arc<ConfigMap>; 3]>,
    /// How many more steps may be taken.
    steps: usize,
    cut: BTreeSet<FilePath>,
}

impl<'b> Builder<'b> {
    fn new(all: &'b Kustomizations, cluster: &'b Cluster) -> Self {
        let mut workloads: BTreeMap<FilePath, Vec<_>> = BTreeMap::new();
        for one in &cluster.workloads {
            for key in [one.0.clone(), one.0.parent()] {
                workloads.entry(key).or_default().push(one);
            }
        }
        let mut maps: BTreeMap<FilePath, Vec<_>> = BTreeMap::new();
        let mut in_base = BTreeMap::new();
        for map in &cluster.config_maps {
            let folder = map.host.parent();
            in_base
                .entry((folder.clone(), map.name.as_str()))
                .or_insert(map);
            for key in [map.host.clone(), folder] {
                maps.entry(key).or_default().push(map);
            }
        }
        Self {
            all,
            workloads,
            maps,
            in_base,
            trees: BTreeMap::new(),
            patched: BTreeMap::new(),
            steps: STEP_LIMIT,
            cut: BTreeSet::new(),
        }
    }

    /// Takes steps; an error when there are no more.
    fn step(&mut self, count: usize) -> Result<(), Refused> {
        self.steps = self.steps.checked_sub(count).ok_or(Refused::Cut)?;
        Ok(())
    }

    /// What the kustomization in a folder builds. With `is_new`, only one that nobody has asked for.
    fn tree(
        &mut self,
        folder: &FilePath,
        depth: usize,
        is_new: bool,
    ) -> Result<Arc<Vec<Built>>, Refused> {
        match self.trees.get(folder) {
            Some(_) if is_new => return Err(Refused::Known),
            Some(Tree::Done(tree)) => return Ok(Arc::clone(tree)),
            Some(Tree::InProgress) => return Err(Refused::Cycle),
            None => {}
        }
        let depth = depth.checked_sub(1).ok_or(Refused::TooDeep)?;
        let all = self.all;
        let Some(one) = all.0.get(folder) else {
            return Ok(Arc::default());
        };
        self.trees.insert(folder.clone(), Tree::InProgress);
        let mut built = Vec::new();
        if self.accumulate(one, &mut built, &one.path, depth).is_err() {
            // What is half built is not what runs.
            self.cut.insert(one.path.clone());
            built.clear();
        }
        let built = Arc::new(built);
        let done = Tree::Done(Arc::clone(&built));
        self.trees.insert(folder.clone(), done);
        Ok(built)
    }

    /// Adds to workloads what a kustomization takes in, and changes all of them by it, in the name of `by`.
    fn accumulate(
        &mut self,
        one: &Kustomization,
        all: &mut Vec<Built>,
        by: &FilePath,
        depth: usize,
    ) -> Result<(), Refused> {
        let mut lacks = one.unread.clone();
        let mut maps = Maps::default();
        for resource in once(&one.resources) {
            self.step(1)?;
            if self.all.0.contains_key(resource) {
                match self.tree(resource, depth, false) {
                    Ok(inner) => {
                        let count = inner.iter().map(|one| 1 + one.lacks.len()).sum();
                        self.step(count)?;
                        all.extend(inner.iter().cloned());
                    }
                    Err(refused) => lacks.extend(one.refused(&refused)),
                }
            } else {
                // A folder of manifests without a kustomization of its own is no resource to kustomize, but what is
                // meant.
                let taken = self.workloads.get(resource).map_or(&[][..], Vec::as_slice);
                all.extend(taken.iter().copied().map(as_it_is));
                let taken = self.maps.get(resource).map_or(&[][..], Vec::as_slice);
                let count = all.len() + taken.len();
                taken.iter().for_each(|map| maps.put(map));
                self.step(count)?;
            }
            if all.len() > BUILT_LIMIT {
                all.truncate(BUILT_LIMIT);
                self.cut.insert(one.path.clone());
            }
        }
        self.reach(all, &Arc::new(maps), by, true)?;
        let components = self.all;
        for folder in once(&one.components) {
            self.step(1)?;
            let Some(component) = components.0.get(folder) else {
                continue;
            };
            let Some(depth) = depth.checked_sub(1) else {
                lacks.extend(one.refused(&Refused::TooDeep));
                continue;
            };
            if matches!(self.trees.get(folder), Some(Tree::InProgress)) {
                lacks.extend(one.refused(&Refused::Cycle));
                continue;
            }
            let before = self.trees.insert(folder.clone(), Tree::InProgress);
            let done = self.accumulate(component, all, by, depth);
            match before {
                Some(before) => self.trees.insert(folder.clone(), before),
                None => self.trees.remove(folder),
            };
            done?;
        }
        self.change(one, all, by)?;
        self.step(all.len() * lacks.len())?;
        let (prefix, suffix) = &one.around_names;
        for built in all {
            built.add_lacks(&lacks);
            if !prefix.is_empty() || !suffix.is_empty() {
                let name = built.names.last().unwrap_or(&built.workload.name);
                built.names.push(format!("{prefix}{name}{suffix}"));
            }
        }
        Ok(())
    }

    /// Puts ConfigMaps into the reach of workloads. It is a change by `by` where one uses them; those `is_at_home` only
    /// where its manifest is from another folder.
    fn reach(
        &mut self,
        all: &mut [Built],
        maps: &Arc<Maps>,
        by: &FilePath,
        is_at_home: bool,
    ) -> Result<(), Refused> {
        if maps.is_empty() {
            return Ok(());
        }
        for built in all {
            self.step(1 + built.workload.size())?;
            built.maps.push(Arc::clone(maps));
            let is_from_below = !is_at_home || built.path.parent() != by.parent();
            if is_from_below && built.uses(maps) {
                built.by = Some(by.clone());
            }
        }
        Ok(())
    }

    /// Changes workloads by the generators and patches of a kustomization.
    fn change(
        &mut self,
        one: &Kustomization,
        all: &mut [Built],
        by: &FilePath,
    ) -> Result<(), Refused> {
        let mut own = Maps::default();
        one.maps.iter().for_each(|(map, _)| own.put(map));
        let own = Arc::new(own);
        if one.maps.iter().any(|(_, merges)| *merges) {
            for built in all.iter_mut() {
                let mut layer = Maps::default();
                for (map, merges) in &one.maps {
                    let below = built.map(&map.name, map.is_secret).filter(|_| *merges);
                    let below = below.cloned();
                    layer.put(&self.patched(below.as_ref(), map)?);
                }
                built.maps.push(Arc::new(layer));
            }
        } else {
            self.reach(all, &own, by, false)?;
        }
        for patch in &one.patches {
            let mut is_used = false;
            for built in all.iter_mut() {
                is_used |= patch.change(built, by, self)?;
            }
            if !is_used && patch.is_for_workloads() {
                // It may be for one that is not here, or whose name is another by then.
                let reason = format!(
                    "the patch in `{}` matches no resource in the repository",
                    patch.file
                );
                let lack = [unclear(reason, patch.place)];
                all.iter_mut().for_each(|built| built.add_lacks(&lack));
            }
        }
        // A patch may be what brings one into use.
        for built in all.iter_mut().filter(|_| !own.is_empty()) {
            self.step(1 + built.workload.size())?;
            if built.uses(&own) {
                built.by = Some(by.clone());
            }
        }
        Ok(())
    }

    /// A ConfigMap over the one below it.
    fn patched(
        &mut self,
        below: Option<&Arc<ConfigMap>>,
        map: &Arc<ConfigMap>,
    ) -> Result<Arc<ConfigMap>, Refused> {
        self.step(1)?;
        let Some(below) = below else {
            return Ok(Arc::clone(map));
        };
        let key = [Arc::as_ptr(below) as usize, Arc::as_ptr(map) as usize];
        if let Some([_, _, known]) = self.patched.get(&key) {
            return Ok(Arc::clone(known));
        }
        self.step(below.data.len() + map.data.len())?;
        let patched = Arc::new(ConfigMap::patched(below, map));
        let known = [Arc::clone(below), Arc::clone(map), Arc::clone(&patched)];
        self.patched.insert(key, known);
        Ok(patched)
    }
}

/// Each path once, in order: kustomize refuses one that is named twice.
fn once(paths: &[FilePath]) -> impl Iterator<Item = &FilePath> {
    let mut seen = BTreeSet::new();
    paths.iter().filter(move |path| seen.insert(*path))
}

fn as_it_is((path, workload): &(FilePath, Arc<Workload>)) -> Built {
    Built {
        path: path.clone(),
        workload: Arc::clone(workload),
        names: Vec::new(),
        maps: Vec::new(),
        lacks: Vec::new(),
        by: None,
    }
}

impl Built {
    /// Whether it mounts one of these ConfigMaps, or takes variables from one.
    fn uses(&self, maps: &Maps) -> bool {
        let mut volumes = self.workload.volumes.iter();
        let in_volume = volumes.any(|volume| {
            let name = volume.map.as_deref();
            name.is_some_and(|name| maps.get(name, volume.is_secret).is_some())
        });
        let containers = self.workload.containers.iter();
        let mut from = containers.flat_map(|one| &one.environment_from);
        in_volume || from.any(|name| maps.get(name, false).is_some())
    }

    /// The names of the ConfigMaps that it mounts or takes variables from.
    fn used_maps(&self) -> BTreeSet<String> {
        let volumes = self.workload.volumes.iter().filter(|one| !one.is_secret);
        let mounted = volumes.filter_map(|one| one.map.clone());
        let containers = self.workload.containers.iter();
        let from = containers.flat_map(|one| one.environment_from.iter().cloned());
        mounted.chain(from).collect()
    }

    /// Lays a ConfigMap over the one of its name, as a change by `by` where it is used.
    fn lay_over(
        &mut self,
        map: &Arc<ConfigMap>,
        by: &FilePath,
        builder: &mut Builder<'_>,
    ) -> Result<(), Refused> {
        let below = self.map(&map.name, map.is_secret).cloned();
        let in_base = || {
            let key = (self.path.parent(), map.name.as_str());
            builder.in_base.get(&key).map(|map| Arc::clone(map))
        };
        let below = below.or_else(in_base);
        let patched = builder.patched(below.as_ref(), map)?;
        let mut maps = Maps::default();
        maps.put(&patched);
        if self.uses(&maps) {
            self.by = Some(by.clone());
        }
        self.maps.push(Arc::new(maps));
        Ok(())
    }

    /// Adds what is not said yet.
    fn add_lacks(&mut self, lacks: &[Lack]) {
        for lack in lacks {
            if !self.lacks.contains(lack) {
                self.lacks.push(lack.clone());
            }
        }
    }

    /// Whether a kustomization adds to its name, and so to the names of all beside it.
    pub(super) fn has_other_name(&self) -> bool {
        !self.names.is_empty()
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
        maps.find_map(|maps| maps.get(name, is_secret))
    }
}

impl Kustomization {
    /// Why a kustomization or component that it takes in changes nothing.
    fn refused(&self, refused: &Refused) -> Option<Lack> {
        let reason = match refused {
            Refused::Cycle => format!("`{}` includes itself", self.path),
            Refused::TooDeep => format!(
                "`{}` is nested more than {DEPTH_LIMIT} kustomizations deep; the rest is not checked",
                self.path
            ),
            Refused::Known | Refused::Cut => return None,
        };
        Some(Lack {
            reason,
            place: self.place,
            kind: LackKind::Unreadable,
        })
    }
}

impl Patch {
    fn change(
        &self,
        built: &mut Built,
        by: &FilePath,
        builder: &mut Builder<'_>,
    ) -> Result<bool, Refused> {
        builder.step(1)?;
        let selected = self.target.selects(built);
        let mut is_used = selected != Some(false);
        let names = &built.names;
        let workload = &mut built.workload;
        let applied = match &self.does {
            Does::Merge(workloads, maps) => {
                let is_it = |patch: &&Workload| match self.target.is_empty() {
                    true => {
                        let is_named = patch.name == workload.name || names.contains(&patch.name);
                        patch.kind == workload.kind && is_named
                    }
                    false => selected == Some(true),
                };
                builder.step(workloads.len())?;
                let own: Vec<&Workload> = workloads.iter().filter(is_it).collect();
                let is_open = selected.is_none() && !workloads.is_empty();
                is_used = is_open || !own.is_empty();
                let mut applied = Applied::Nothing;
                for patch in own {
                    builder.step(workload.size() + patch.size())?;
                    applied = patch::lay_over(Arc::make_mut(workload), patch);
                }
                for map in maps {
                    built.lay_over(map, by, builder)?;
                }
                match is_open {
                    true => Applied::Unclear(MAY_SELECT),
                    false => applied,
                }
            }
            Does::Operate(operations) if self.target.is_for_config_maps() => {
                self.change_maps(operations, built, by, builder)?
            }
            Does::Operate(operations) => match selected {
                Some(true) if operations.len() > OPERATION_LIMIT => {
                    Applied::Unclear("has too many operations")
                }
                Some(true) => {
                    builder.step(workload.size() + operations.len())?;
                    let workload = Arc::make_mut(workload);
                    let all = operations.iter().map(|one| patch::apply(workload, one));
                    all.fold(Applied::Nothing, |all, one| match (&all, &one) {
                        (Applied::Unclear(_), _) | (_, Applied::Nothing) => all,
                        _ => one,
                    })
                }
                Some(false) => Applied::Nothing,
                None => Applied::Unclear(MAY_SELECT),
            },
            Does::Unclear(why) => match selected {
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
                built.add_lacks(&[unclear(reason, self.place)]);
            }
        }
        Ok(is_used)
    }

    /// Applies a JSON patch to the ConfigMaps that a workload uses.
    fn change_maps(
        &self,
        operations: &[Operation],
        built: &mut Built,
        by: &FilePath,
        builder: &mut Builder<'_>,
    ) -> Result<Applied, Refused> {
        let mut applied = Applied::Nothing;
        for name in built.used_maps() {
            builder.step(1 + operations.len())?;
            match self.target.selects_map(&name) {
                Some(false) => continue,
                Some(true) if operations.len() <= OPERATION_LIMIT => {}
                Some(true) => return Ok(Applied::Unclear("has too many operations")),
                None => {
                    applied = Applied::Unclear(
                        "selects by pattern, label or namespace and may apply to a ConfigMap",
                    );
                    continue;
                }
            }
            let changes = operations.iter().filter(|one| !one.is_test());
            let (set, others): (Vec<_>, Vec<_>) = changes
                .map(|one| one.datum().ok_or(()))
                .partition(Result::is_ok);
            if !others.is_empty() {
                applied = Applied::Unclear("changes a ConfigMap in a way that is not analyzed");
            }
            let data = set.into_iter().flatten();
            let data = data
                .map(|(key, word)| (key, Datum::Literal(word)))
                .collect();
            let Some(first) = operations.first() else {
                continue;
            };
            let map = ConfigMap::generated(name, self.file.clone(), first.source(), false, data);
            built.lay_over(&Arc::new(map), by, builder)?;
        }
        Ok(applied)
    }

    /// Whether it says what containers run, so that it should be for a workload.
    fn is_for_workloads(&self) -> bool {
        let kind = self.target.kind.as_deref();
        let may_be_one = kind.is_none_or(|kind| {
            WORKLOADS
                .iter()
                .any(|(one, _)| matches(Some(kind), one) != Some(false))
        });
        let is_of_pod = match &self.does {
            Does::Merge(workloads, _) => workloads
                .iter()
                .any(|one| !one.containers.is_empty() || !one.volumes.is_empty()),
            Does::Operate(operations) => operations.iter().any(Operation::is_of_pod),
            Does::Unclear(_) => false,
        };
        may_be_one && is_of_pod
    }
}

/// What is said of a patch whose target nothing here decides.
const MAY_SELECT: &str = "selects by pattern, label or namespace and may apply to this workload";

/// The kinds of workloads, each with its API group.
const WORKLOADS: &[(&str, &str)] = &[
    ("Deployment", "apps"),
    ("StatefulSet", "apps"),
    ("DaemonSet", "apps"),
    ("ReplicaSet", "apps"),
    ("Job", "batch"),
    ("CronJob", "batch"),
    ("Rollout", "argoproj.io"),
    ("Service", "serving.knative.dev"),
    ("Pod", ""),
];

/// Whether a regular expression of a target matches the whole of a text; `None` when it is more than words.
fn matches(pattern: Option<&str>, text: &str) -> Option<bool> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '|');
    match pattern {
        None | Some("" | ".*") => Some(true),
        Some(pattern) if pattern == text => Some(true),
        Some(pattern) => {
            let mut words = pattern.split('|');
            let is_it = words.any(|word| word == text);
            pattern.chars().all(is_plain).then_some(is_it)
        }
    }
}

impl Target {
    fn is_empty(&self) -> bool {
        let texts = [&self.kind, &self.name, &self.namespace, &self.group];
        texts.iter().all(|text| text.is_none()) && !self.has_selector
    }

    /// Whether it is for ConfigMaps alone.
    fn is_for_config_maps(&self) -> bool {
        self.kind.as_deref() == Some("ConfigMap")
    }

    /// Whether it selects a ConfigMap of a name; `None` when nothing here tells. One of the same name in another
    /// namespace is not looked for.
    fn selects_map(&self, name: &str) -> Option<bool> {
        match matches(self.name.as_deref(), name) {
            Some(true) if self.has_selector => None,
            known => known,
        }
    }

    /// Whether it selects a workload; `None` when nothing here tells.
    fn selects(&self, built: &Built) -> Option<bool> {
        let workload = &*built.workload;
        let own = WORKLOADS.iter().find(|(kind, _)| *kind == workload.kind);
        let group = own.map_or("", |(_, group)| group);
        let is_group = match self.group.as_deref() {
            // A dot of a group is one, whatever a regular expression takes it for.
            Some(own) if own.contains('.') => Some(own == group),
            own => matches(own, group),
        };
        let names = built.names.iter().chain([&workload.name]);
        let names: Vec<_> = names
            .map(|name| matches(self.name.as_deref(), name))
            .collect();
        let is_name = match names.as_slice() {
            names if names.contains(&Some(true)) => Some(true),
            names if names.contains(&None) => None,
            _ => Some(false),
        };
        let is_namespace = match (&self.namespace, &workload.namespace) {
            (None, _) => Some(true),
            (Some(wanted), Some(own)) if wanted == own => Some(true),
            // A kustomization may set another.
            _ => None,
        };
        let is_labelled = (!self.has_selector).then_some(true);
        let is_kind = matches(self.kind.as_deref(), &workload.kind);
        let all = [is_kind, is_group, is_name, is_namespace, is_labelled];
        match all {
            all if all.contains(&Some(false)) => Some(false),
            all if all.contains(&None) => None,
            _ => Some(true),
        }
    }
}
