//! Kubernetes manifests to what they run and what they hold.
//!
//! In: the documents of a file. Out: [`Object`]s. Never: which image is run, which app root it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::backstage::document::NodeExt as _;
use crate::text::{Place, SourceId, Span};
use npm_yaml::Node;

use super::operator::{self, Portal};
use crate::backstage::discover::command::word::{Certainty, Variables, Word};

/// What a manifest describes, as far as it matters here.
pub(crate) enum Object {
    /// Texts by key.
    ConfigMap(ConfigMap),
    /// Containers that run.
    Workload(Workload),
    /// A portal that an operator runs.
    Portal(Portal),
}

/// A ConfigMap.
pub(crate) struct ConfigMap {
    pub(crate) name: String,
    /// `metadata.namespace`, where it says one.
    pub(crate) namespace: Option<String>,
    pub(crate) source: SourceId,
    /// The bytes of its document.
    pub(crate) document: Range<usize>,
    /// The keys that lead to `data` in the document.
    pub(crate) keys: Vec<Arc<str>>,
    /// `data`, in order.
    pub(crate) data: Vec<(String, Node)>,
    /// What to call it among those of its file.
    own_label: String,
    /// Keys that others of its file have too.
    shared: BTreeSet<String>,
}

impl ConfigMap {
    /// What to call the text at a key: the key, with the ConfigMap in front where another of the file has it too.
    pub(crate) fn label(&self, key: &str) -> String {
        match self.shared.contains(key) {
            true => format!("{}:{key}", self.own_label),
            false => key.to_owned(),
        }
    }
}

/// Gives the ConfigMaps of one file labels of their own: the name, with the namespace behind it where the name alone
/// does not tell, and a number where nothing does.
pub(crate) fn tell_apart(maps: &mut [&mut ConfigMap]) {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for map in maps.iter() {
        *names.entry(map.name.clone()).or_default() += 1;
        for (key, _) in &map.data {
            *keys.entry(key.clone()).or_default() += 1;
        }
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for map in maps {
        let is_alone = names.get(&map.name).is_none_or(|count| *count < 2);
        let label = match &map.namespace {
            Some(namespace) if !is_alone => format!("{}.{namespace}", map.name),
            _ => map.name.clone(),
        };
        // It becomes part of a path.
        let label = label.replace(['/', '\\'], "-");
        let times = taken.entry(label.clone()).or_default();
        *times += 1;
        map.own_label = match *times {
            1 => label,
            times => format!("{label} ({times})"),
        };
        let is_shared = |key: &&String| keys.get(*key).is_some_and(|count| *count > 1);
        let own = map.data.iter().map(|(key, _)| key);
        map.shared = own.filter(is_shared).cloned().collect();
    }
}

/// A Deployment, StatefulSet, Job, Pod and their like.
pub(crate) struct Workload {
    /// `metadata.name`
    pub(crate) name: String,
    /// `metadata.namespace`, where it says one.
    pub(crate) namespace: Option<String>,
    pub(crate) containers: Vec<Container>,
}

/// A container of a workload.
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) image: String,
    /// The key `name`, or the whole.
    pub(crate) place: Place,
    /// `command`: takes the place of the image's entry point.
    pub(crate) command: Option<(Vec<Word>, Place)>,
    /// `args`: takes the place of the image's command.
    pub(crate) args: Option<(Vec<Word>, Place)>,
    /// `workingDir`
    pub(crate) folder: Option<String>,
    /// `env`, in order.
    pub(crate) environment: Vec<(String, Word)>,
    /// ConfigMaps whose data are variables.
    pub(crate) environment_from: Vec<String>,
    /// What is mounted from ConfigMaps.
    pub(crate) mounts: Vec<ConfigMount>,
}

/// A volume in a container.
pub(crate) struct ConfigMount {
    /// Where it is.
    pub(crate) target: String,
    /// The ConfigMap; `None` for any other kind of volume.
    pub(crate) config_map: Option<String>,
    /// The one key that is mounted as a file; all of them in a folder without it.
    pub(crate) key: Option<String>,
    /// Keys that have another file name in the folder.
    pub(crate) renamed: Vec<(String, String)>,
}

/// The largest ConfigMap that a cluster takes, in bytes, and what YAML adds to it.
const LARGEST_CONFIG_MAP: usize = 2 << 20;

/// Whether a document may be one of ours, at a first look.
pub(crate) fn may_be(text: &str) -> bool {
    text.contains("kind:")
        && ["ConfigMap", "containers:", operator::GROUP]
            .iter()
            .any(|mark| text.contains(mark))
        && !text.contains("{{")
}

/// What a document describes: one thing, or the items of a list.
pub(crate) fn objects(source: SourceId, document: &Range<usize>, node: &Node) -> Vec<Object> {
    let is_list = text_at(node, &["kind"]).is_some_and(|kind| kind.ends_with("List"));
    if !is_list {
        let keys = vec![Arc::from("data")];
        return object(source, document, keys, node).into_iter().collect();
    }
    let items = node.get("items").map_or(&[][..], |items| items.items());
    let one = |(index, item): (usize, &Node)| {
        let index = index.to_string();
        let keys = ["items", index.as_str(), "data"].map(Arc::from).to_vec();
        object(source, document, keys, item)
    };
    items.iter().enumerate().filter_map(one).collect()
}

fn object(
    source: SourceId,
    document: &Range<usize>,
    keys: Vec<Arc<str>>,
    node: &Node,
) -> Option<Object> {
    let metadata = |key: &str| text_at(node, &["metadata", key]).map(str::to_owned);
    let name = metadata("name").unwrap_or_default();
    let namespace = metadata("namespace");
    let workload =
        |name, pod: &Node| Object::Workload(workload(source, name, namespace.clone(), pod));
    match node.get("kind")?.as_str()? {
        "ConfigMap" if document.len() <= LARGEST_CONFIG_MAP => Some(Object::ConfigMap(ConfigMap {
            own_label: name.clone(),
            name,
            namespace,
            source,
            document: document.clone(),
            keys,
            data: node
                .get("data")?
                .entries()
                .iter()
                .map(|entry| (entry.key.text.to_string(), entry.value.clone()))
                .collect(),
            shared: BTreeSet::new(),
        })),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "Rollout"
        | "Service" => {
            let pod = node.get("spec")?.get("template")?.get("spec")?;
            Some(workload(name, pod))
        }
        "CronJob" => {
            let job = node.get("spec")?.get("jobTemplate")?.get("spec")?;
            Some(workload(name, job.get("template")?.get("spec")?))
        }
        "Pod" => Some(workload(name, node.get("spec")?)),
        "Backstage" => operator::read(source, node).map(Object::Portal),
        _ => None,
    }
}

fn workload(source: SourceId, name: String, namespace: Option<String>, pod: &Node) -> Workload {
    let containers = pod
        .get("containers")
        .map_or(&[][..], |containers| containers.items());
    let volumes = pod
        .get("volumes")
        .map_or(&[][..], |volumes| volumes.items());
    Workload {
        name,
        namespace,
        containers: containers
            .iter()
            .map(|container| container_of(source, container, volumes))
            .collect(),
    }
}

fn container_of(source: SourceId, node: &Node, volumes: &[Node]) -> Container {
    let environment = environment(source, node.get("env"));
    let mut variables = Variables::default();
    for (name, word) in &environment {
        variables.set(name, &word.text, word.certainty);
    }
    let words = |key: &str| {
        let list = node.get(key).filter(|list| !list.items().is_empty())?;
        let words = list
            .items()
            .iter()
            .filter_map(|item| word(source, item, &variables));
        Some((words.collect(), Place::new(source, list.span)))
    };
    let mounts = node
        .get("volumeMounts")
        .map_or(&[][..], |mounts| mounts.items());
    let from = node.get("envFrom").map_or(&[][..], |from| from.items());
    let text = |key: &str| node.get(key).and_then(|node| node.as_str());
    Container {
        name: text("name").unwrap_or_default().to_owned(),
        image: text("image").unwrap_or_default().to_owned(),
        place: Place::new(source, node.get("name").map_or(node.span, |name| name.span)),
        command: words("command"),
        args: words("args"),
        folder: text("workingDir").map(str::to_owned),
        environment,
        environment_from: from
            .iter()
            .filter_map(|from| text_at(from, &["configMapRef", "name"]))
            .map(str::to_owned)
            .collect(),
        mounts: mounts
            .iter()
            .filter_map(|mount| config_mount(mount, volumes))
            .collect(),
    }
}

/// `env` entries; one with `valueFrom` has a value that is not known.
pub(crate) fn environment(source: SourceId, node: Option<&Node>) -> Vec<(String, Word)> {
    let items = node.map_or(&[][..], |node| node.items());
    items
        .iter()
        .filter_map(|item| {
            let name = item.get("name")?.as_str()?;
            let place = Place::new(source, item.span);
            let word = match item.get("value").and_then(|value| value.scalar_text()) {
                Some(value) if !value.contains("{{") => Word::known(value, place),
                _ => Word {
                    text: format!("${{{name}}}"),
                    certainty: Certainty::Open,
                    place,
                },
            };
            Some((name.to_owned(), word))
        })
        .collect()
}

/// An item of `command` or `args`: `$(NAME)` is a variable of `env`, a lone `$NAME` is text.
pub(crate) fn word(source: SourceId, node: &Node, variables: &Variables) -> Option<Word> {
    let text = node.scalar_text()?;
    let place = Place::new(source, node.span);
    if text.contains("{{") {
        return Some(Word {
            text,
            certainty: Certainty::Open,
            place,
        });
    }
    if !text.contains("$(") {
        return Some(Word::known(text, place));
    }
    let (text, certainty) = variables.expand(&text.replace("$(", "${").replace(')', "}"));
    Some(Word {
        text,
        certainty,
        place,
    })
}

fn config_mount(mount: &Node, volumes: &[Node]) -> Option<ConfigMount> {
    let name = mount.get("name")?.as_str()?;
    let is_named = |volume: &&Node| volume.get("name").and_then(|name| name.as_str()) == Some(name);
    let volume = volumes.iter().find(is_named);
    // A projected volume puts several together; the first ConfigMap in it is what people use it for.
    let config_map = volume.and_then(|volume| {
        let projected = volume
            .get("projected")
            .and_then(|projected| projected.get("sources"));
        let sources = projected.map_or(&[][..], |sources| sources.items());
        volume
            .get("configMap")
            .or_else(|| sources.iter().find_map(|source| source.get("configMap")))
    });
    let items = config_map
        .and_then(|map| map.get("items"))
        .map_or(&[][..], |items| items.items());
    let renamed: Vec<(String, String)> = items
        .iter()
        .filter_map(|item| {
            Some((
                text_at(item, &["key"])?.to_owned(),
                text_at(item, &["path"])?.to_owned(),
            ))
        })
        .collect();
    let sub_path = text_at(mount, &["subPath"]);
    let key = sub_path.map(|path| {
        let original = renamed.iter().find(|(_, file)| file == path);
        original.map_or(path, |(key, _)| key.as_str()).to_owned()
    });
    Some(ConfigMount {
        target: text_at(mount, &["mountPath"])?.to_owned(),
        config_map: config_map
            .and_then(|map| text_at(map, &["name"]))
            .map(str::to_owned),
        key,
        renamed,
    })
}

fn text_at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    keys.iter()
        .try_fold(node, |node, key| node.get(key))?
        .as_str()
}

/// The place of a node, for what is made of it.
pub(crate) fn place(source: SourceId, span: Span) -> Place {
    Place::new(source, span)
}
