//! Kubernetes manifests to chains and embedded layers. Values of charts among them are read in `charts`.

use std::sync::Arc;

use crate::files::FilePath;
use crate::text::{Place, SourceId};

use super::super::document::NodeExt as _;
use super::super::embedded::{Embedded, FilledInBy};
use super::super::names::{self, NameKind};
use super::super::{LayerRole, StartKind, document};
use super::chain::Audience;
use super::charts::ValuesIn;
use super::dockerfile::Launch;
use super::helm;
use super::image::{Mount, MountSource};
use super::instruction::Form;
use super::kubernetes::{self, ConfigMap, ConfigMount, Container, Object, Workload};
use super::reader::{Reader, audience};
use super::run::Run;
use super::word::Word;

/// The manifests and values of a listing.
#[derive(Default)]
pub(super) struct Cluster {
    config_maps: Vec<(FilePath, ConfigMap)>,
    workloads: Vec<(FilePath, SourceId, Workload)>,
    pub(super) values: Vec<ValuesIn>,
}

/// How many layers of one ConfigMap are read: each is parsed with its whole document.
const LAYERS_IN_ONE: usize = 50;

/// Whether a file may hold manifests or values, by its name.
pub(super) fn is_wanted(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

impl Reader<'_> {
    /// Reads manifests and values of these files, then what they start.
    pub(super) fn cluster<'p>(&mut self, paths: impl Iterator<Item = &'p FilePath>) {
        let mut cluster = Cluster::default();
        for path in paths {
            self.collect(path, &mut cluster);
        }
        self.embed_config_maps(&cluster);
        for (path, source, workload) in &cluster.workloads {
            for container in &workload.containers {
                self.container(path, *source, workload, container, &cluster);
            }
        }
        self.charts(&cluster);
    }

    fn collect(&mut self, path: &FilePath, cluster: &mut Cluster) {
        let Some(text) = self.text(path) else {
            return;
        };
        if text.contains("{{") && text.contains("app-config") && text.contains("kind:") {
            return self.leave_out(path, "is a template that something else fills in");
        }
        let is_values = helm::may_be(&text);
        if !is_values && !kubernetes::may_be(&text) {
            return self.note_own_keys(path, &text);
        }
        let source = self.add_source(path, Arc::clone(&text));
        if document::has_more(&text) {
            self.leave_out(
                path,
                "holds more documents than are read; the rest is passed over",
            );
        }
        for (range, node) in document::documents(&text, &|text| {
            kubernetes::may_be(text) || helm::may_be(text)
        }) {
            match kubernetes::object(source, &range, &node) {
                Some(Object::ConfigMap(map)) => cluster.config_maps.push((path.clone(), map)),
                Some(Object::Workload(workload)) => {
                    cluster.workloads.push((path.clone(), source, workload))
                }
                None => self.values(path, source, range, &node, cluster),
            }
        }
    }

    /// Says so when values name a layer under a key that only their own chart can read.
    fn note_own_keys(&mut self, path: &FilePath, text: &str) {
        if !path.name().starts_with("values") || !text.contains("app-config") {
            return;
        }
        let code = text
            .lines()
            .map(|line| line.split(" #").next().unwrap_or(line));
        let code = code.filter(|line| !line.trim_start().starts_with('#'));
        let words = code.flat_map(|line| line.split([' ', '"', '\'', ',', '[', ']', '/']));
        let mut layers = words.filter(|word| matches!(names::kind_of(word), NameKind::Layer(_)));
        if let Some(layer) = layers.next() {
            let reason = format!("names `{layer}` under a key that only its own chart can read");
            self.leave_out(path, reason);
        }
    }

    /// Makes layers of the texts in ConfigMaps that have the name of one.
    fn embed_config_maps(&mut self, cluster: &Cluster) {
        for (path, map) in &cluster.config_maps {
            let layers = map
                .data
                .iter()
                .filter_map(|(key, _)| match names::kind_of(key) {
                    NameKind::Layer(role) => Some((key, role)),
                    _ => None,
                });
            let layers: Vec<_> = layers.collect();
            if layers.len() > LAYERS_IN_ONE {
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
        let embedded = Embedded {
            source: map.source,
            document: map.document.clone(),
            keys: vec![Arc::from("data"), Arc::from(key)],
            filled_in_by: FilledInBy::Nothing,
        };
        self.embed(path, key, role, embedded)
    }

    fn container(
        &mut self,
        path: &FilePath,
        source: SourceId,
        workload: &Workload,
        container: &Container,
        cluster: &Cluster,
    ) {
        let mounts = self.config_mounts(path, &container.mounts, cluster);
        let mounts_layer = mounts
            .iter()
            .any(|mount| matches!(mount.source, MountSource::Layer(_)));
        let is_named = |text: &str| text.contains("backstage");
        let is_ours = mounts_layer
            || is_named(&container.image)
            || is_named(&container.name)
            || is_named(&workload.name);
        if container.command.is_none() && container.args.is_none() && !is_ours {
            return;
        }
        let mut environment = self.variables_of_maps(path, &container.environment_from, cluster);
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
        let run = Run {
            name: format!("kubernetes:{}", workload.name),
            kind: StartKind::Kubernetes,
            source,
            place: Some(container.place),
            dockerfile: image
                .as_ref()
                .map(|(_, dockerfile)| &**dockerfile)
                .zip(stage),
            entrypoint: launch(&container.command),
            command: launch(&container.args),
            folder: container.folder.clone(),
            environment,
            mounts,
            audience: audience_of(path),
            unread: Vec::new(),
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &run, &contexts);
    }

    /// The files that mounted ConfigMaps put into a container.
    fn config_mounts(
        &mut self,
        path: &FilePath,
        mounts: &[ConfigMount],
        cluster: &Cluster,
    ) -> Vec<Mount> {
        let mut files = Vec::new();
        for mount in mounts {
            files.push(Mount {
                target: mount.target.clone(),
                source: MountSource::Elsewhere,
            });
            let Some((host, map)) = mount
                .config_map
                .as_deref()
                .and_then(|name| find(cluster, path, name))
            else {
                continue;
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
                let role = LayerRole::of(&FilePath::new(key));
                files.push(Mount {
                    target,
                    source: MountSource::Layer(self.embed_key(host, map, key, role)),
                });
            }
        }
        files
    }

    /// The variables that ConfigMaps of these names hold.
    pub(super) fn variables_of_maps(
        &self,
        path: &FilePath,
        names: &[String],
        cluster: &Cluster,
    ) -> Vec<(String, Word)> {
        let maps = names.iter().filter_map(|name| find(cluster, path, name));
        maps.flat_map(|(_, map)| {
            map.data.iter().filter_map(|(key, value)| {
                let place = Place::new(map.source, value.span);
                Some((key.clone(), Word::known(value.scalar_text()?, place)))
            })
        })
        .collect()
    }
}

/// The ConfigMap of a name: the one in the same file, folder, or anywhere.
pub(super) fn find<'c>(
    cluster: &'c Cluster,
    near: &FilePath,
    name: &str,
) -> Option<(&'c FilePath, &'c ConfigMap)> {
    let named = || {
        cluster
            .config_maps
            .iter()
            .filter(|(_, map)| map.name == name)
    };
    let same_file = named().find(|(path, _)| path == near);
    let same_folder = || named().find(|(path, _)| path.parent() == near.parent());
    let (path, map) = same_file.or_else(same_folder).or_else(|| named().next())?;
    Some((path, map))
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
