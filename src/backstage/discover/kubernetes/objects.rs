//! Kubernetes manifests to what they run and what they hold.
//!
//! In: the documents of a file. Out: [`Object`]s. Never: which image is run, which app root it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::backstage::document::NodeExt as _;
use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::container::{Workload, text_at, workload};
use super::operator::{self, Portal};
use crate::backstage::discover::command::word::Word;
use crate::backstage::words::LayerRole;
use crate::backstage::words::names::{self, NameKind};

/// What a manifest describes, as far as it matters here.
pub(crate) enum Object {
    /// Texts by key.
    ConfigMap(ConfigMap),
    /// Containers that run.
    Workload(Workload),
    /// A portal that an operator runs.
    Portal(Portal),
    /// A name in the cluster.
    Service(Service),
}

/// A Service, which gives the containers of its namespace variables of its name.
pub(crate) struct Service {
    pub(crate) name: String,
    /// `metadata.namespace`, where it says one.
    pub(crate) namespace: Option<String>,
    /// Its name.
    pub(crate) place: Place,
}

/// A ConfigMap, or a Secret that kustomize makes.
#[derive(Clone)]
pub(crate) struct ConfigMap {
    pub(crate) name: String,
    /// `metadata.namespace`, where it says one.
    pub(crate) namespace: Option<String>,
    /// The manifest.
    pub(crate) host: FilePath,
    pub(crate) source: SourceId,
    /// The bytes of its document.
    pub(crate) document: Range<usize>,
    /// The keys that lead to `data` in the document.
    pub(crate) keys: Vec<Arc<str>>,
    /// `data`, in order.
    pub(crate) data: Vec<(String, Datum)>,
    /// Whether it is a Secret.
    pub(crate) is_secret: bool,
    /// What to call it among those of its file.
    own_label: String,
    /// Keys that others of its file have too.
    shared: BTreeSet<String>,
}

/// A text of a ConfigMap.
#[derive(Clone)]
pub(crate) enum Datum {
    /// It stands in the manifest.
    Inline(Node),
    /// It is this text of another one, which a patch lays over this one.
    Of(Arc<ConfigMap>, usize),
    /// It is a file of the repository, which kustomize takes in.
    File(FilePath),
    /// A literal of a kustomization.
    Literal(Word),
}

impl ConfigMap {
    /// One that kustomize makes.
    pub(crate) fn generated(
        name: String,
        host: FilePath,
        source: SourceId,
        is_secret: bool,
        data: Vec<(String, Datum)>,
    ) -> Self {
        Self {
            own_label: name.clone(),
            name,
            namespace: None,
            host,
            source,
            document: 0..0,
            keys: Vec::new(),
            data,
            is_secret,
            shared: BTreeSet::new(),
        }
    }

    /// A patch of a ConfigMap on top of it.
    pub(crate) fn patched(base: &Arc<Self>, patch: &Arc<Self>) -> Self {
        let of = |map: &Arc<Self>| -> Vec<(String, Datum)> {
            let data = map.data.iter().enumerate();
            let one = |(index, (key, text)): (usize, &(String, Datum))| {
                // What is laid over another already says where its text is.
                let text = match text {
                    Datum::Of(below, index) => Datum::Of(Arc::clone(below), *index),
                    _ => Datum::Of(Arc::clone(map), index),
                };
                (key.clone(), text)
            };
            data.map(one).collect()
        };
        let own: BTreeSet<&str> = patch.data.iter().map(|(key, _)| key.as_str()).collect();
        let mut data = of(base);
        data.retain(|(key, _)| !own.contains(key.as_str()));
        data.extend(of(patch));
        let mut merged = Self::generated(
            patch.name.clone(),
            patch.host.clone(),
            patch.source,
            patch.is_secret,
            data,
        );
        merged.namespace = base.namespace.clone();
        merged
    }

    /// The same with texts that are values and no layers.
    pub(crate) fn of_literals(self) -> Self {
        let data = self.data.iter().filter_map(|(key, text)| {
            let word = self.variable(text)?;
            Some((key.clone(), Datum::Literal(word)))
        });
        let data = data.collect();
        Self { data, ..self }
    }

    /// The text at a key.
    pub(crate) fn text(&self, key: &str) -> Option<&Datum> {
        let found = self.data.iter().find(|(own, _)| own == key);
        found.map(|(_, text)| text)
    }

    /// The variable that a key is, for a container that takes all of them.
    pub(crate) fn variable(&self, value: &Datum) -> Option<Word> {
        match value {
            Datum::Inline(node) => Some(Word::known(
                node.scalar_text()?,
                Place::new(self.source, node.span),
            )),
            Datum::Of(map, index) => map.variable(&map.data.get(*index)?.1),
            Datum::Literal(word) => Some(word.clone()),
            Datum::File(_) => None,
        }
    }

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

/// The largest ConfigMap that a cluster takes, in bytes, and what YAML adds to it.
const LARGEST_CONFIG_MAP: usize = 2 << 20;

/// Whether a document may be one of ours, at a first look.
pub(crate) fn may_be(text: &str) -> bool {
    text.contains("kind:")
        && ["ConfigMap", "containers:", "Service", operator::GROUP]
            .iter()
            .any(|mark| text.contains(mark))
        && !text.contains("{{")
}

/// What a document describes: one thing, or the items of a list.
pub(crate) fn objects(
    host: &FilePath,
    source: SourceId,
    document: &Range<usize>,
    node: &Node,
) -> Vec<Object> {
    let is_list = text_at(node, &["kind"]).is_some_and(|kind| kind.ends_with("List"));
    if !is_list {
        let keys = vec![Arc::from("data")];
        return object(host, source, document, keys, node)
            .into_iter()
            .collect();
    }
    let items = node.get("items").map_or(&[][..], |items| items.items());
    let one = |(index, item): (usize, &Node)| {
        let index = index.to_string();
        let keys = ["items", index.as_str(), "data"].map(Arc::from).to_vec();
        object(host, source, document, keys, item)
    };
    items.iter().enumerate().filter_map(one).collect()
}

fn object(
    host: &FilePath,
    source: SourceId,
    document: &Range<usize>,
    keys: Vec<Arc<str>>,
    node: &Node,
) -> Option<Object> {
    let metadata = |key: &str| text_at(node, &["metadata", key]).map(str::to_owned);
    let name = metadata("name").unwrap_or_default();
    let namespace = metadata("namespace");
    let kind = node.get("kind")?.as_str()?;
    match kind {
        "ConfigMap" if document.len() <= LARGEST_CONFIG_MAP => {
            let data = node.get("data")?.entries().iter();
            let data = data.map(|entry| {
                let value = Datum::Inline(entry.value.clone());
                (entry.key.text.to_string(), value)
            });
            Some(Object::ConfigMap(ConfigMap {
                own_label: name.clone(),
                name,
                namespace,
                host: host.clone(),
                source,
                document: document.clone(),
                keys,
                data: data.collect(),
                is_secret: false,
                shared: BTreeSet::new(),
            }))
        }
        "Backstage" => operator::read(source, node).map(Object::Portal),
        "Service"
            if node
                .get("spec")
                .is_some_and(|spec| spec.get("ports").is_some() && has_address(spec)) =>
        {
            let at = node.get("metadata")?.get("name")?;
            Some(Object::Service(Service {
                name,
                namespace,
                place: Place::new(source, at.span),
            }))
        }
        _ => {
            let pod = pod_of(kind, node)?;
            Some(Object::Workload(workload(
                source, kind, name, namespace, pod,
            )))
        }
    }
}

/// Whether a Service has an address of its own: only then do containers get variables for it.
fn has_address(spec: &Node) -> bool {
    let is_headless = text_at(spec, &["clusterIP"]) == Some("None");
    !is_headless && text_at(spec, &["type"]) != Some("ExternalName")
}

/// The pod that a manifest of a kind describes.
fn pod_of<'n>(kind: &str, node: &'n Node) -> Option<&'n Node> {
    let at = |keys: &[&str]| keys.iter().try_fold(node, |node, key| node.get(key));
    match kind {
        // `Service` is Knative's: that of Kubernetes has no template.
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "Rollout"
        | "Service" => at(&["spec", "template", "spec"]),
        "CronJob" => at(&["spec", "jobTemplate", "spec", "template", "spec"]),
        "Pod" => at(&["spec"]),
        _ => None,
    }
}

/// The role of the layer in a text of a ConfigMap, by its key: that of a file of the same name. In front of it may stand
/// what tells it apart, `portal.app-config.yaml`, since nothing else in a ConfigMap is called so.
pub(crate) fn layer_role(key: &str) -> Option<LayerRole> {
    let role = |name: &str| match names::kind_of(name) {
        NameKind::Layer(role) => Some(role),
        _ => None,
    };
    let behind = || {
        let at = key.rfind("app-config")?;
        let before = key.get(..at)?;
        before.ends_with(['.', '-', '_']).then_some(())?;
        role(key.get(at..)?).map(|role| match role {
            LayerRole::Base => LayerRole::Other,
            role => role,
        })
    };
    role(key).or_else(behind)
}
