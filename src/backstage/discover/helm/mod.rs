//! Helm values to chains and embedded layers.
//!
//! In: the documents of YAML files. Out: the chains of those that are values of the two known charts, and the layers in
//! all of them. Never: a chain of values that may be for another chart.

mod shape;
pub(super) mod values;

use std::ops::Range;

use crate::backstage::document::{self, NodeExt as _};
use crate::files::{FilePath, Listed};
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use self::shape::{Around, Sureness};
use self::values::{Chart, Values};
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::discover::image::reference::ImageOrigin;
use crate::backstage::discover::kubernetes::container;
use crate::backstage::discover::kubernetes::{
    Cluster, Lookup, Named, audience_of, find, several, variables_of_maps,
};
use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::Reader;
use crate::backstage::document::embedded::{Embedded, FilledInBy};
use crate::backstage::words::{LayerRole, StartKind, names};

/// Values, and where they are.
pub(super) struct ValuesIn {
    path: FilePath,
    /// The bytes of their document.
    document: Range<usize>,
    values: Values,
    /// Whether templates of one's own decide what becomes of them.
    templates: Templates,
    /// Values from elsewhere, which helm merges with them.
    elsewhere: Vec<Word>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Templates {
    OfTheChart,
    OfOnesOwn,
}

impl Reader<'_> {
    /// Takes the values in a document. What is not sure to be for one of the known charts is a layer and no chain.
    pub(super) fn values(
        &mut self,
        path: &FilePath,
        source: SourceId,
        document: Range<usize>,
        node: &Node,
    ) -> Option<ValuesIn> {
        let in_manifest = values::in_manifest(self.sources.get(source).text(), node);
        let (keys, root, around) = match &in_manifest {
            Some((keys, root, around)) => (*keys, root, around),
            None if node.get("kind").is_some() => {
                // Values from elsewhere alone may start the image in any way.
                for word in values::elsewhere(source, node) {
                    if values::deploys_ours(node) {
                        self.overrule_images(path, &word);
                    }
                }
                return None;
            }
            None => (&[][..], node, &self.around(path)),
        };
        let found = values::values(source, keys, root, around)?;
        let templates = match found.sureness {
            Sureness::Unsure(why) => {
                self.embed_values(path, &found.values, &document);
                self.leave_out(path, why);
                return None;
            }
            _ if names::is_for_chart_tests(path) => {
                self.embed_values(path, &found.values, &document);
                return None;
            }
            Sureness::Form => Templates::OfOnesOwn,
            Sureness::Sure if self.has_own_templates(path) => Templates::OfOnesOwn,
            Sureness::Sure if matches!(around, Around::Nothing) && self.has_reading_templates() => {
                Templates::OfOnesOwn
            }
            Sureness::Sure => Templates::OfTheChart,
        };
        let elsewhere = values::elsewhere(source, node);
        Some(ValuesIn {
            elsewhere,
            path: path.clone(),
            document,
            values: found.values,
            templates,
        })
    }

    /// What the Chart.yaml in a folder or the one above says.
    fn around(&self, path: &FilePath) -> Around {
        let folder = path.parent();
        let charts = [
            folder.join("Chart.yaml"),
            folder.parent().join("Chart.yaml"),
        ];
        let text = charts.iter().find_map(|chart| self.text(chart));
        let chart = text.and_then(|text| document::root(&text));
        chart.map_or(Around::Nothing, |chart| shape::around(&chart))
    }

    /// The chains of Helm values: of each file alone, and of each further file over `values.yaml` beside it.
    pub(super) fn charts(&mut self, all: &[ValuesIn], cluster: &Cluster) {
        for own in all {
            let base = base_of(&own.path);
            let below = base.and_then(|base| all.iter().find(|one| one.path == base));
            let mut layers = Vec::new();
            if let Some(below) = below {
                layers.extend(self.embed_values(&below.path, &below.values, &below.document));
            }
            layers.extend(self.embed_values(&own.path, &own.values, &own.document));
            let merged = values_over(&own.values, below.map(|below| &below.values));
            self.chart(own, &merged, &layers, cluster);
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
        own: &ValuesIn,
        values: &Values,
        layers: &[(FilePath, Place)],
        cluster: &Cluster,
    ) {
        let path = &own.path;
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
        let named = |name| Named {
            name,
            near: path,
            namespace: None,
        };
        let mut lacks = Vec::new();
        let mut mounts = Vec::new();
        for (file, map) in values.extra.iter().flatten() {
            let target = format!("{folder}/{}", file.text);
            args.extend(chart_words(&["--config"], file.place));
            args.push(Word {
                text: target.clone(),
                ..file.clone()
            });
            let source = match find(cluster, named(map)) {
                Lookup::One(map) if map.text(&file.text).is_some() => {
                    let role = LayerRole::of(&FilePath::new(&file.text));
                    MountSource::Layer(self.embed_key(map, &file.text, role))
                }
                Lookup::Several(maps) => {
                    lacks.extend(several(map, &maps, file.place));
                    MountSource::Elsewhere
                }
                Lookup::One(_) | Lookup::Nothing => MountSource::Elsewhere,
            };
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
        let mut environment = variables_of_maps(
            values.environment_from.as_deref().unwrap_or_default(),
            |name| find(cluster, named(name)),
            values.place,
            &mut lacks,
            &mut self.taken_parts,
        );
        environment.push(values.listen_port());
        let mut own_variables: Vec<(String, Word)> = values.environment().cloned().collect();
        container::expand_environment(&mut own_variables);
        environment.extend(own_variables);
        let mut unread: Vec<Word> = match own.templates {
            Templates::OfOnesOwn => chart_words(&["the chart's own templates"], values.place),
            Templates::OfTheChart => Vec::new(),
        };
        unread.extend(own.elsewhere.iter().cloned());
        let image = self.app_image(path);
        let stage = image
            .as_ref()
            .and_then(|(_, dockerfile)| dockerfile.target(None));
        let process = Process {
            name: format!("helm:{}", self.name_of(path)),
            kind: StartKind::Helm,
            source: values.source,
            place: Some(values.place),
            dockerfile: image
                .as_ref()
                .map(|(_, dockerfile)| &**dockerfile)
                .zip(stage),
            origin: ImageOrigin::Repository,
            checkout: None,
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
            lacks,
            own_network: false,
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &process, &contexts);
    }

    /// Whether values are for a chart of one's own that runs containers by its own templates: then those decide.
    fn has_own_templates(&mut self, path: &FilePath) -> bool {
        let folder = path.parent();
        self.runs_containers(&folder) || self.runs_containers(&folder.parent())
    }

    /// Whether a chart of the repository reads `backstage` of its values by itself, as none of the known ones is here
    /// to do: values of a folder without a chart may be for it.
    fn has_reading_templates(&mut self) -> bool {
        if let Some(known) = self.reading_templates {
            return known;
        }
        let reads = |listed: &Listed| {
            let path = &listed.path;
            let is_template = path.parent().name() == "templates";
            let text = is_template.then(|| self.text(path)).flatten();
            text.is_some_and(|text| {
                text.contains(".Values.backstage.") && text.contains("containers:")
            })
        };
        let found = self.listed_below(&FilePath::root()).iter().any(reads);
        self.reading_templates = Some(found);
        found
    }

    fn runs_containers(&mut self, chart: &FilePath) -> bool {
        if let Some(known) = self.own_templates.get(chart) {
            return *known;
        }
        let templates = chart.join("templates");
        let runs = |path: &FilePath| {
            let text = self.text(path);
            text.is_some_and(|text| text.contains("containers:"))
        };
        let found = self.files.is_file(&chart.join("Chart.yaml"))
            && self
                .listed_below(&templates)
                .iter()
                .any(|listed| runs(&listed.path));
        self.own_templates.insert(chart.clone(), found);
        found
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
