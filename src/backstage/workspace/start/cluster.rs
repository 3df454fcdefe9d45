//! Kubernetes manifests and Helm values to chains and embedded layers.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::files::FilePath;
use crate::text::{Place, SourceId};

use super::super::embedded::{Embedded, FilledInBy};
use super::super::names::{self, NameKind};
use super::super::{LayerRole, StartKind, document};
use super::chain::Audience;
use super::dockerfile::Launch;
use super::helm::{self, Chart, Values};
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
    /// Values by file.
    values: BTreeMap<FilePath, (Values, Range<usize>)>,
}

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
            return;
        }
        let source = self.add_source(path, Arc::clone(&text));
        for (range, node) in document::documents(&text, &|text| {
            kubernetes::may_be(text) || helm::may_be(text)
        }) {
            match kubernetes::object(source, &range, &node) {
                Some(Object::ConfigMap(map)) => cluster.config_maps.push((path.clone(), map)),
                Some(Object::Workload(workload)) => {
                    cluster.workloads.push((path.clone(), source, workload))
                }
                None => {
                    if let Some(values) = helm::values(source, &node) {
                        cluster.values.insert(path.clone(), (values, range));
                    }
                }
            }
        }
    }

    /// Makes layers of the texts in ConfigMaps that have the name of one.
    fn embed_config_maps(&mut self, cluster: &Cluster) {
        for (path, map) in &cluster.config_maps {
            for (key, _) in &map.data {
                if let NameKind::Layer(role) = names::kind_of(key) {
                    self.embed_key(path, map, key, role);
                }
            }
        }
    }

    fn embed_key(
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
    fn variables_of_maps(
        &self,
        path: &FilePath,
        names: &[String],
        cluster: &Cluster,
    ) -> Vec<(String, Word)> {
        use super::super::document::NodeExt as _;
        let maps = names.iter().filter_map(|name| find(cluster, path, name));
        maps.flat_map(|(_, map)| {
            map.data.iter().filter_map(|(key, value)| {
                let place = Place::new(map.source, value.span);
                Some((key.clone(), Word::known(value.scalar_text()?, place)))
            })
        })
        .collect()
    }

    /// The chains of Helm values: of each file alone, and of each further file over `values.yaml` beside it.
    fn charts(&mut self, cluster: &Cluster) {
        for (path, (values, range)) in &cluster.values {
            let base =
                base_of(path).and_then(|base| Some((cluster.values.get_key_value(&base)?, base)));
            let mut layers = Vec::new();
            if let Some(((base, (below, range)), _)) = &base {
                layers.extend(self.embed_values(base, below, range));
            }
            layers.extend(self.embed_values(path, values, range));
            let merged = values_over(values, base.as_ref().map(|((_, (below, _)), _)| below));
            self.chart(path, &merged, &layers, cluster);
        }
    }

    fn embed_values(
        &mut self,
        path: &FilePath,
        values: &Values,
        range: &Range<usize>,
    ) -> Option<(FilePath, Place)> {
        let (keys, place) = values.config.as_ref()?;
        let embedded = Embedded {
            source: values.source,
            document: range.clone(),
            keys: keys.clone(),
            filled_in_by: FilledInBy::Helm,
        };
        let key = keys.join(".");
        Some((self.embed(path, &key, LayerRole::Other, embedded), *place))
    }

    fn chart(
        &mut self,
        path: &FilePath,
        values: &Values,
        layers: &[(FilePath, Place)],
        cluster: &Cluster,
    ) {
        let folder = values.folder.clone().unwrap_or_else(|| match values.chart {
            Chart::Official => "/app".to_owned(),
            Chart::RedHat => "/opt/app-root/src".to_owned(),
        });
        let command = match (&values.command, values.chart) {
            (Some((words, place)), _) if !words.is_empty() => Some((words.clone(), *place)),
            (Some(_), _) | (None, Chart::RedHat) => None,
            (None, Chart::Official) => Some((
                chart_words(&["node", "packages/backend"], values.place),
                values.place,
            )),
        };
        let (mut args, place) = values.args.clone().unwrap_or_else(|| match values.chart {
            Chart::Official => (Vec::new(), values.place),
            Chart::RedHat => {
                let words = [
                    "--config",
                    "dynamic-plugins-root/app-config.dynamic-plugins.yaml",
                ];
                (chart_words(&words, values.place), values.place)
            }
        });
        let mut mounts = Vec::new();
        for (file, map) in values.extra.iter().flatten() {
            let target = format!("{folder}/{}", file.text);
            args.extend(chart_words(&["--config"], file.place));
            args.push(Word {
                text: target.clone(),
                ..file.clone()
            });
            let host = find(cluster, path, map)
                .filter(|(_, map)| map.data.iter().any(|(key, _)| *key == file.text));
            let source = host.map_or(MountSource::Elsewhere, |(host, map)| {
                let role = LayerRole::of(&FilePath::new(&file.text));
                MountSource::Layer(self.embed_key(host, map, &file.text, role))
            });
            mounts.push(Mount { target, source });
        }
        for (index, (layer, place)) in layers.iter().enumerate() {
            // Helm merges the values before it writes one file; merging the layers one by one comes to the same.
            let target = format!("{folder}/app-config-from-configmap.{index}.yaml");
            args.extend(chart_words(&["--config", &target], *place));
            mounts.push(Mount {
                target,
                source: MountSource::Layer(layer.clone()),
            });
        }
        let mut environment = self.variables_of_maps(path, &values.environment_from, cluster);
        environment.extend(values.environment.iter().cloned());
        let unread: Vec<Word> = match self.has_own_templates(path) {
            true => chart_words(&["the chart's own templates"], values.place),
            false => Vec::new(),
        };
        let image = self.app_image(path);
        let stage = image
            .as_ref()
            .and_then(|(_, dockerfile)| dockerfile.target(None));
        let run = Run {
            name: format!("helm:{}", self.name_of(path)),
            kind: StartKind::Helm,
            source: values.source,
            place: Some(values.place),
            dockerfile: image
                .as_ref()
                .map(|(_, dockerfile)| &**dockerfile)
                .zip(stage),
            entrypoint: command.map(|(words, place)| Launch {
                form: Form::Exec(words),
                place,
            }),
            command: (!args.is_empty()).then_some(Launch {
                form: Form::Exec(args),
                place,
            }),
            folder: Some(folder),
            environment,
            mounts,
            audience: audience_of(path),
            unread,
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &run, &contexts);
    }

    /// Whether values are for a chart of one's own that runs containers by its own templates: then those decide.
    fn has_own_templates(&self, path: &FilePath) -> bool {
        let folder = path.parent();
        let charts = [folder.clone(), folder.parent()];
        charts.iter().any(|chart| {
            let is_template = |path: &FilePath| path.is_within(&chart.join("templates"));
            let runs = |path: &FilePath| {
                self.text(path)
                    .is_some_and(|text| text.contains("containers:"))
            };
            self.files.is_file(&chart.join("Chart.yaml"))
                && self
                    .listed_below(chart)
                    .iter()
                    .any(|listed| is_template(&listed.path) && runs(&listed.path))
        })
    }
}

fn values_over(values: &Values, below: Option<&Values>) -> Values {
    match below {
        Some(below) => values.clone().over(below),
        None => values.clone(),
    }
}

/// The `values.yaml` that helm reads before a further file of the same folder.
fn base_of(path: &FilePath) -> Option<FilePath> {
    let name = path.name();
    let is_further = name.starts_with("values") && !matches!(name, "values.yaml" | "values.yml");
    is_further.then(|| path.parent().join("values.yaml"))
}

/// Words that a chart writes by itself, at the place that makes it.
fn chart_words(words: &[&str], place: Place) -> Vec<Word> {
    words.iter().map(|word| Word::known(*word, place)).collect()
}

/// The ConfigMap of a name: the one in the same file, folder, or anywhere.
fn find<'c>(
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
fn audience_of(path: &FilePath) -> Audience {
    let parts = path.as_str().split('/');
    match parts
        .map(audience)
        .find(|audience| *audience == Audience::Developer)
    {
        Some(developer) => developer,
        None => Audience::People,
    }
}
