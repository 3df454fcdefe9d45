//! Kubernetes manifests to chains and embedded layers. [`cluster`](super::cluster) reads the files.

pub(super) mod kustomize;
pub(super) mod objects;
mod operator;
mod ownership;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use self::objects::{ConfigMap, Container, Object, Workload};
use crate::backstage::discover::chain::{Audience, unread_variables};
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::{Reader, audience};
use crate::backstage::document::NodeExt as _;
use crate::backstage::document::embedded::{Embedded, FilledInBy};
use crate::backstage::words::names::{self, NameKind};
use crate::backstage::words::{Lack, LackKind, LayerRole, StartKind};

/// The manifests of a listing.
#[derive(Default)]
pub(super) struct Cluster {
    pub(super) kustomizations: Vec<kustomize::Kustomization>,
    config_maps: Vec<(FilePath, ConfigMap)>,
    workloads: Vec<(FilePath, SourceId, Workload)>,
    portals: Vec<(FilePath, operator::Portal)>,
}

/// How many layers of one document are read: each is parsed with all of it.
const LAYERS_IN_ONE: usize = 50;

impl Cluster {
    /// Takes what one document holds.
    pub(super) fn take(&mut self, path: &FilePath, source: SourceId, object: Object) {
        match object {
            Object::ConfigMap(map) => self.config_maps.push((path.clone(), map)),
            Object::Portal(portal) => self.portals.push((path.clone(), portal)),
            Object::Workload(workload) => self.workloads.push((path.clone(), source, workload)),
        }
    }
}

impl Reader<'_> {
    /// The chains of what runs in a cluster.
    pub(super) fn workloads(&mut self, cluster: &mut Cluster) {
        for maps in cluster.config_maps.chunk_by_mut(|(a, _), (b, _)| a == b) {
            let mut maps: Vec<&mut ConfigMap> = maps.iter_mut().map(|(_, map)| map).collect();
            objects::tell_apart(&mut maps);
        }
        self.embed_config_maps(cluster);
        for (path, source, workload) in &cluster.workloads {
            for container in &workload.containers {
                self.container(path, *source, workload, container, cluster);
            }
        }
        for (path, portal) in &cluster.portals {
            self.portal(path, portal, cluster);
        }
    }

    /// Makes layers of the texts in ConfigMaps that have the name of one.
    fn embed_config_maps(&mut self, cluster: &Cluster) {
        let mut in_document: BTreeMap<(&FilePath, usize), usize> = BTreeMap::new();
        for (path, map) in &cluster.config_maps {
            let layers = map
                .data
                .iter()
                .filter_map(|(key, _)| match names::kind_of(key) {
                    NameKind::Layer(role) => Some((key, role)),
                    _ => None,
                });
            let layers: Vec<_> = layers.collect();
            let count = in_document.entry((path, map.document.start)).or_default();
            *count += layers.len();
            if *count > LAYERS_IN_ONE {
                self.leave_out(path, "holds more layers than anybody would load");
                continue;
            }
            for (key, role) in layers {
                self.embed_key(path, map, key, role);
            }
        }
    }

    pub(super) fn embed_key(
        &mut self,
        path: &FilePath,
        map: &ConfigMap,
        key: &str,
        role: LayerRole,
    ) -> FilePath {
        let mut keys = map.keys.clone();
        keys.push(Arc::from(key));
        let embedded = Embedded {
            source: map.source,
            document: map.document.clone(),
            keys,
            filled_in_by: FilledInBy::Nothing,
        };
        self.embed(path, &map.label(key), role, embedded)
    }

    fn container(
        &mut self,
        path: &FilePath,
        source: SourceId,
        workload: &Workload,
        container: &Container,
        cluster: &Cluster,
    ) {
        let named = |name| Named {
            name,
            near: path,
            namespace: workload.namespace.as_deref(),
        };
        let mut lacks = Vec::new();
        let mounts = self.config_mounts(container, &named, cluster, &mut lacks);
        let mounts_layer = mounts
            .iter()
            .any(|mount| matches!(mount.source, MountSource::Layer(_)));
        if !ownership::is_portal(workload, container, mounts_layer) {
            return;
        }
        let patched = kustomize::patching(&cluster.kustomizations, path);
        let maps = container.environment_from.iter();
        let maps = maps.map(|name| (name.as_str(), find(cluster, named(name))));
        let mut environment = variables_of_maps(maps, container.place, &mut lacks);
        environment.extend(container.environment.iter().cloned());
        let launch = |words: &Option<(Vec<Word>, Place)>| {
            words.as_ref().map(|(words, place)| Launch {
                form: Form::Exec(words.clone()),
                place: *place,
            })
        };
        let image = self.app_image(path);
        let stage = image
            .as_ref()
            .and_then(|(_, dockerfile)| dockerfile.target(None));
        let process = Process {
            name: format!("kubernetes:{}", workload.name),
            kind: StartKind::Kubernetes,
            source,
            place: Some(container.place),
            dockerfile: image
                .as_ref()
                .map(|(_, dockerfile)| &**dockerfile)
                .zip(stage),
            checkout: None,
            entrypoint: launch(&container.command),
            command: launch(&container.args),
            folder: container.folder.clone(),
            environment,
            mounts,
            audience: audience_of(path),
            unread: patched.iter().cloned().collect(),
            lacks,
        };
        if let Some(by) = patched {
            self.overrule_images(path, &by);
        }
        let contexts = self.contexts(&path.parent());
        self.take(path, &process, &contexts);
    }

    /// The files that mounted ConfigMaps put into a container.
    fn config_mounts<'n>(
        &mut self,
        container: &'n Container,
        named: &dyn Fn(&'n str) -> Named<'n>,
        cluster: &Cluster,
        lacks: &mut Vec<Lack>,
    ) -> Vec<Mount> {
        let mut files = Vec::new();
        for mount in &container.mounts {
            files.push(Mount {
                target: mount.target.clone(),
                source: MountSource::Elsewhere,
            });
            let Some(name) = &mount.config_map else {
                continue;
            };
            let (host, map) = match find(cluster, named(name)) {
                Lookup::One(host, map) => (host, map),
                Lookup::Several(maps) => {
                    lacks.extend(several(name, &maps, container.place));
                    continue;
                }
                Lookup::Nothing => continue,
            };
            for (key, _) in &map.data {
                let file_name = |key: &str| {
                    let renamed = mount.renamed.iter().find(|(original, _)| original == key);
                    renamed.map_or_else(|| key.to_owned(), |(_, name)| name.clone())
                };
                let target = match &mount.key {
                    Some(only) if only == key => mount.target.clone(),
                    Some(_) => continue,
                    None => format!("{}/{}", mount.target.trim_end_matches('/'), file_name(key)),
                };
                // Of all other keys nothing may be read: they belong to who knows what.
                let file = target.rsplit('/').next().unwrap_or(key);
                let is_layer = |name| matches!(names::kind_of(name), NameKind::Layer(_));
                if !is_layer(key) && !is_layer(file) && !names_config(container, file) {
                    continue;
                }
                let role = LayerRole::of(&FilePath::new(key));
                files.push(Mount {
                    target,
                    source: MountSource::Layer(self.embed_key(host, map, key, role)),
                });
            }
        }
        files
    }
}

/// Whether a `--config` of a container's command line names a file.
fn names_config(container: &Container, file: &str) -> bool {
    let launches = [&container.command, &container.args];
    let words: Vec<&str> = launches
        .into_iter()
        .flatten()
        .flat_map(|(words, _)| words)
        .flat_map(|word| word.text.split_whitespace())
        .collect();
    let is_it = |path: &str| path.rsplit('/').next() == Some(file);
    let behind = words
        .windows(2)
        .any(|pair| matches!(pair, ["--config", path] if is_it(path)));
    let joined = |word: &&str| word.strip_prefix("--config=").is_some_and(is_it);
    behind || words.iter().any(joined)
}

/// The variables that ConfigMaps hold, each with its name. One that is not here, or not known, is a lack.
pub(super) fn variables_of_maps<'c>(
    maps: impl Iterator<Item = (&'c str, Lookup<'c>)>,
    place: Place,
    lacks: &mut Vec<Lack>,
) -> Vec<(String, Word)> {
    let mut variables = Vec::new();
    for (name, found) in maps {
        let Lookup::One(_, map) = found else {
            lacks.push(unread_variables(&format!("the ConfigMap `{name}`"), place));
            continue;
        };
        let variable = |(key, value): &(String, Node)| {
            let place = Place::new(map.source, value.span);
            Some((key.clone(), Word::known(value.scalar_text()?, place)))
        };
        variables.extend(map.data.iter().filter_map(variable));
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
    One(&'c FilePath, &'c ConfigMap),
    /// More than one, and nothing tells which of them it is.
    Several(Vec<&'c ConfigMap>),
    /// None.
    Nothing,
}

/// The ConfigMap of a name: the one in the same file, folder, or anywhere. One of another namespace is out of reach,
/// as long as there is another.
pub(super) fn find<'c>(cluster: &'c Cluster, named: Named<'_>) -> Lookup<'c> {
    let has_name = |(_, map): &&(FilePath, ConfigMap)| map.name == named.name;
    let mut found: Vec<_> = cluster.config_maps.iter().filter(has_name).collect();
    let mut prefer = |wanted: &dyn Fn(&FilePath, &ConfigMap) -> bool| {
        if found.iter().any(|(path, map)| wanted(path, map)) {
            found.retain(|(path, map)| wanted(path, map));
        }
    };
    if named.namespace.is_some() {
        prefer(&|_, map| map.namespace.is_none() || map.namespace.as_deref() == named.namespace);
    }
    prefer(&|path, _| path.parent() == named.near.parent());
    prefer(&|path, _| path == named.near);
    prefer(&|_, map| map.namespace.as_deref() == named.namespace);
    match found.as_slice() {
        [] => Lookup::Nothing,
        [(path, map)] => Lookup::One(path, map),
        _ => Lookup::Several(found.into_iter().map(|(_, map)| map).collect()),
    }
}

/// Why a chain is not complete when nothing tells which ConfigMap of a name is meant; nothing where none of them
/// could matter.
pub(super) fn several(name: &str, maps: &[&ConfigMap], place: Place) -> Option<Lack> {
    let could_be = |key: &str| matches!(names::kind_of(key), NameKind::Layer(_));
    let matters = |map: &&ConfigMap| map.data.iter().any(|(key, _)| could_be(key));
    maps.iter().any(matters).then(|| Lack {
        reason: format!("there are {} ConfigMaps `{name}`", maps.len()),
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
