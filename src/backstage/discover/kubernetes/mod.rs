//! Kubernetes manifests to chains and embedded layers. [`cluster`](super::cluster) reads the files.

mod built;
pub(super) mod container;
pub(super) mod kustomize;
pub(super) mod objects;
mod operator;
mod ownership;
mod patch;
pub(super) mod service_links;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::files::FilePath;
use crate::text::Place;

use self::built::Built;
use self::container::{Container, Volume, Workload};
use self::objects::{ConfigMap, Datum, Object, Service};
use crate::backstage::discover::chain::{Audience, unread_variables};
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::discover::image::reference::{self, ImageOrigin};
use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::{MOUNTED_KEYS_LIMIT, Reader, audience};
use crate::backstage::document::embedded::{Embedded, FilledInBy};
use crate::backstage::words::{Lack, LackKind, LayerRole, StartKind};

/// The manifests of a listing.
#[derive(Default)]
pub(super) struct Cluster {
    pub(super) kustomizations: Vec<FilePath>,
    /// Files with Kustomizations of Flux.
    pub(super) flux: Vec<FilePath>,
    config_maps: Vec<Arc<ConfigMap>>,
    /// Where the ConfigMaps of each name are among all.
    named: BTreeMap<String, Vec<usize>>,
    services: Vec<(FilePath, Service)>,
    workloads: Vec<(FilePath, Arc<Workload>)>,
    portals: Vec<(FilePath, operator::Portal)>,
}

/// How many layers of one document are read: each is parsed with all of it.
const LAYERS_IN_ONE: usize = 50;

impl Cluster {
    /// Takes what one document holds.
    pub(super) fn take(&mut self, path: &FilePath, object: Object) {
        match object {
            Object::ConfigMap(map) => {
                let same = self.named.entry(map.name.clone()).or_default();
                same.push(self.config_maps.len());
                self.config_maps.push(Arc::new(map));
            }
            Object::Portal(portal) => self.portals.push((path.clone(), portal)),
            Object::Service(service) => self.services.push((path.clone(), service)),
            Object::Workload(workload) => {
                self.workloads.push((path.clone(), Arc::new(workload)));
            }
        }
    }
}

impl Reader<'_> {
    /// The chains of what runs in a cluster.
    pub(super) fn workloads(&mut self, cluster: &mut Cluster) {
        for maps in cluster.config_maps.chunk_by_mut(|a, b| a.host == b.host) {
            // Nobody else has them yet.
            let mut maps: Vec<&mut ConfigMap> = maps.iter_mut().filter_map(Arc::get_mut).collect();
            objects::tell_apart(&mut maps);
        }
        let kustomizations = self.kustomizations(cluster);
        for file in kustomizations.generated_files() {
            self.demote(file);
        }
        self.embed_config_maps(cluster);
        let built = kustomizations.build(cluster);
        for path in &built.cut {
            self.leave_out(path, "builds too many workloads; the rest is not checked");
        }
        for built in built.workloads {
            for container in &built.workload.containers {
                self.container(&built, container, cluster);
            }
        }
        for (path, portal) in &cluster.portals {
            self.portal(path, portal, cluster);
        }
    }

    /// Makes layers of the texts in ConfigMaps that have the name of one.
    fn embed_config_maps(&mut self, cluster: &Cluster) {
        let mut in_document: BTreeMap<(&FilePath, usize), usize> = BTreeMap::new();
        for map in &cluster.config_maps {
            let keys = map.data.iter().map(|(key, _)| key);
            let layers = keys.filter_map(|key| Some((key, objects::layer_role(key)?)));
            let layers: Vec<_> = layers.collect();
            let count = in_document
                .entry((&map.host, map.document.start))
                .or_default();
            *count += layers.len();
            if *count > LAYERS_IN_ONE {
                self.leave_out(&map.host, "has too many layers");
                continue;
            }
            for (key, role) in layers {
                self.embed_key(map, key, role);
            }
        }
    }

    /// Makes a layer of the text of a ConfigMap that stands in its manifest.
    pub(super) fn embed_key(&mut self, map: &ConfigMap, key: &str, role: LayerRole) -> FilePath {
        let mut keys = map.keys.clone();
        keys.push(Arc::from(key));
        let embedded = Embedded {
            source: map.source,
            document: map.document.clone(),
            keys,
            filled_in_by: FilledInBy::Nothing,
        };
        self.embed(&map.host, &map.label(key), role, embedded)
    }

    /// What a text of a ConfigMap is as a mounted file.
    fn mounted_text(&mut self, map: &ConfigMap, key: &str, text: &Datum) -> MountSource {
        match text {
            Datum::Inline(_) => {
                let role = objects::layer_role(key).unwrap_or(LayerRole::Other);
                MountSource::Layer(self.embed_key(map, key, role))
            }
            Datum::Of(below, index) => match below.data.get(*index) {
                Some((_, text)) => self.mounted_text(below, key, text),
                None => MountSource::Elsewhere,
            },
            Datum::File(file) if !file.is_outside() && self.files.is_file(file) => {
                MountSource::Path(file.clone())
            }
            Datum::File(_) | Datum::Literal(_) => MountSource::Elsewhere,
        }
    }

    fn container(&mut self, built: &Built, written: &Container, cluster: &Cluster) {
        let container = &written.expanded();
        let workload = &built.workload;
        let path = &built.path;
        let named = |name| Named {
            name,
            near: path,
            namespace: workload.namespace.as_deref(),
        };
        let mut lacks = built.lacks.clone();
        let mounts = self.config_mounts(built, container, &named, cluster, &mut lacks);
        let mounts_layer = mounts.iter().any(|mount| {
            let is_file = matches!(mount.source, MountSource::Layer(_) | MountSource::Path(_));
            is_file && mount.is_layer()
        });
        if !ownership::is_portal(workload, written, container, mounts_layer) {
            return;
        }
        let mut from = container.environment_from.iter();
        let are_here =
            from.all(|name| matches!(lookup(built, cluster, named(name)), Lookup::One(_)));
        let mut environment = match are_here {
            true => service_links::variables(built, container, &cluster.services),
            false => Vec::new(),
        };
        let find = |name| lookup(built, cluster, named(name));
        environment.extend(variables_of_maps(
            &container.environment_from,
            find,
            container.place,
            &mut lacks,
            &mut self.taken_parts,
        ));
        environment.extend(container.environment.iter().cloned());
        let launch = |words: &Option<(Vec<Word>, Place)>| {
            words.as_ref().map(|(words, place)| Launch {
                form: Form::Exec(words.clone()),
                place: *place,
            })
        };
        let origin = match reference::origin(&container.image) {
            // What stands below a config is most likely deployed with it.
            ImageOrigin::Unknown if self.is_in_app(path) => ImageOrigin::Repository,
            origin => origin,
        };
        let image = match origin {
            ImageOrigin::Published => None,
            _ => self.app_image(path),
        };
        let stage = image
            .as_ref()
            .and_then(|(_, dockerfile)| dockerfile.target(None));
        let process = Process {
            name: built.chain_name(),
            kind: StartKind::Kubernetes,
            source: container.place.source,
            place: Some(container.place),
            dockerfile: image
                .as_ref()
                .map(|(_, dockerfile)| &**dockerfile)
                .zip(stage),
            origin,
            checkout: None,
            entrypoint: launch(&container.command),
            command: launch(&container.args),
            folder: container.folder.clone().or_else(|| {
                let folder = reference::published_folder(&container.image)?;
                Some(folder.to_owned())
            }),
            environment,
            mounts,
            audience: audience_of(built.by.as_ref().unwrap_or(path)),
            unread: Vec::new(),
            lacks,
            own_network: false,
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &process, &contexts);
    }

    /// The files that mounted ConfigMaps, and Secrets that kustomize makes, put into a container.
    fn config_mounts<'n>(
        &mut self,
        built: &'n Built,
        container: &'n Container,
        named: &dyn Fn(&'n str) -> Named<'n>,
        cluster: &Cluster,
        lacks: &mut Vec<Lack>,
    ) -> Vec<Mount> {
        let named_files = files_of_config(container);
        let volumes = built.workload.volumes.iter();
        let volumes: BTreeMap<&str, &Volume> = volumes
            .rev()
            .map(|volume| (volume.name.as_str(), volume))
            .collect();
        let mut files = Vec::new();
        for mount in &container.mounts {
            files.push(Mount {
                target: mount.target.clone(),
                source: MountSource::Elsewhere,
            });
            let volume = volumes.get(mount.name.as_str());
            let Some((volume, name)) = volume.and_then(|one| Some((one, one.map.as_ref()?))) else {
                continue;
            };
            let found = match volume.is_secret {
                true => built.map(name, true).map_or(Lookup::Nothing, Lookup::One),
                false => lookup(built, cluster, named(name)),
            };
            let map = match found {
                Lookup::One(map) => Arc::clone(map),
                Lookup::Several(maps) => {
                    lacks.extend(several(name, &maps, container.place));
                    continue;
                }
                Lookup::Nothing => continue,
            };
            let keys = map.data.len() + volume.items.len();
            let Some(left) = self.mounted_keys.checked_sub(keys) else {
                lacks.push(Lack {
                    reason: format!("the mount at `{}` is not read: more than {MOUNTED_KEYS_LIMIT} ConfigMap keys are mounted", mount.target),
                    place: Some(container.place),
                    kind: LackKind::Unreadable,
                });
                continue;
            };
            self.mounted_keys = left;
            let items = volume.items.iter().rev();
            let items: BTreeMap<&str, &str> = items
                .map(|(key, file)| (key.as_str(), file.as_str()))
                .collect();
            for (key, text) in &map.data {
                let file = match items.is_empty() {
                    true => Some(key.as_str()),
                    false => items.get(key.as_str()).copied(),
                };
                let only = mount.sub_path.as_deref();
                let Some(file) = file.filter(|file| only.is_none_or(|only| only == *file)) else {
                    continue;
                };
                // Of all other keys nothing may be read: they belong to who knows what.
                let last = |path: &'n str| path.rsplit('/').next().unwrap_or(path);
                let name = match only {
                    Some(_) => last(&mount.target),
                    None => file.rsplit('/').next().unwrap_or(file),
                };
                let is_layer = |name| objects::layer_role(name).is_some();
                if !is_layer(key) && !is_layer(name) && !named_files.contains(name) {
                    continue;
                }
                let target = match only {
                    Some(_) => mount.target.clone(),
                    None => format!("{}/{file}", mount.target.trim_end_matches('/')),
                };
                let source = self.mounted_text(&map, key, text);
                files.push(Mount { target, source });
            }
        }
        files
    }
}

/// The ConfigMap that a kustomization puts in reach of a workload, else the one found by its name.
fn lookup<'c>(built: &'c Built, cluster: &'c Cluster, named: Named<'_>) -> Lookup<'c> {
    match built.map(named.name, false) {
        Some(map) => Lookup::One(map),
        None => find(cluster, named),
    }
}

/// The names of the files that the `--config`s of a container's command line name.
fn files_of_config(container: &Container) -> BTreeSet<&str> {
    let launches = [&container.command, &container.args];
    let words: Vec<&str> = launches
        .into_iter()
        .flatten()
        .flat_map(|(words, _)| words)
        .flat_map(|word| word.text.split_whitespace())
        .collect();
    let behind = words.windows(2).filter_map(|pair| match pair {
        ["--config", path] => Some(*path),
        _ => None,
    });
    let joined = words
        .iter()
        .filter_map(|word| word.strip_prefix("--config="));
    let paths = behind.chain(joined);
    paths.filter_map(|path| path.rsplit('/').next()).collect()
}

/// The variables that ConfigMaps of these names hold, each once, where its last mention is. One that is not here, or not
/// known, is a lack; so is one for which `parts` are too few.
pub(super) fn variables_of_maps<'c>(
    names: &'c [String],
    find: impl Fn(&'c str) -> Lookup<'c>,
    place: Place,
    lacks: &mut Vec<Lack>,
    parts: &mut usize,
) -> Vec<(String, Word)> {
    let mut seen = BTreeSet::new();
    let mut once: Vec<&str> = names
        .iter()
        .rev()
        .map(String::as_str)
        .filter(|name| seen.insert(*name))
        .collect();
    once.reverse();
    let mut variables = Vec::new();
    for name in once {
        let Lookup::One(map) = find(name) else {
            lacks.push(unread_variables(&format!("the ConfigMap `{name}`"), place));
            continue;
        };
        for (key, value) in &map.data {
            let Some(word) = map.variable(value) else {
                continue;
            };
            let size = container::parts_of(key) + container::parts_of(&word.text);
            let Some(left) = parts.checked_sub(size) else {
                lacks.push(Lack {
                    reason: format!("the ConfigMap `{name}` has too many variables"),
                    place: Some(place),
                    kind: LackKind::Unreadable,
                });
                return variables;
            };
            *parts = left;
            variables.push((key.clone(), word));
        }
    }
    variables
}

/// A ConfigMap by its name, as something in a file names it.
#[derive(Clone, Copy)]
pub(super) struct Named<'n> {
    pub(super) name: &'n str,
    /// The file.
    pub(super) near: &'n FilePath,
    /// The namespace of what names it, where it says one.
    pub(super) namespace: Option<&'n str>,
}

/// What is found by a name.
pub(super) enum Lookup<'c> {
    /// This one.
    One(&'c Arc<ConfigMap>),
    /// More than one, and nothing tells which of them it is.
    Several(Vec<&'c ConfigMap>),
    /// None.
    Nothing,
}

/// The ConfigMap of a name: the one in the same file, folder, or anywhere. One of another namespace is out of reach,
/// as long as there is another.
pub(super) fn find<'c>(cluster: &'c Cluster, named: Named<'_>) -> Lookup<'c> {
    let same = cluster.named.get(named.name).map_or(&[][..], Vec::as_slice);
    let same = same
        .iter()
        .filter_map(|index| cluster.config_maps.get(*index));
    let mut found: Vec<&Arc<ConfigMap>> = same.collect();
    let mut prefer = |wanted: &dyn Fn(&ConfigMap) -> bool| {
        if found.iter().any(|map| wanted(map)) {
            found.retain(|map| wanted(map));
        }
    };
    if named.namespace.is_some() {
        prefer(&|map| map.namespace.is_none() || map.namespace.as_deref() == named.namespace);
    }
    prefer(&|map| map.host.parent() == named.near.parent());
    prefer(&|map| map.host == *named.near);
    prefer(&|map| map.namespace.as_deref() == named.namespace);
    match found.as_slice() {
        [] => Lookup::Nothing,
        [map] => Lookup::One(map),
        _ => Lookup::Several(found.into_iter().map(|map| &**map).collect()),
    }
}

/// Why a chain is not complete when nothing tells which ConfigMap of a name is meant; nothing where none of them
/// could matter.
pub(super) fn several(name: &str, maps: &[&ConfigMap], place: Place) -> Option<Lack> {
    let could_be = |key: &str| objects::layer_role(key).is_some();
    let matters = |map: &&ConfigMap| map.data.iter().any(|(key, _)| could_be(key));
    maps.iter().any(matters).then(|| Lack {
        reason: format!("{} ConfigMaps have the name `{name}`", maps.len()),
        place: Some(place),
        kind: LackKind::Unreadable,
    })
}

/// Who depends on what a file starts, by any part of its path: `overlays/dev/deployment.yaml`.
pub(super) fn audience_of(path: &FilePath) -> Audience {
    let parts = path.as_str().split('/');
    match parts
        .map(audience)
        .find(|audience| *audience == Audience::Developer)
    {
        Some(developer) => developer,
        None => Audience::People,
    }
}
