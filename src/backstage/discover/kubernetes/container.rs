//! Workloads of Kubernetes: containers, volumes and what is mounted.
//!
//! In: the pod of a manifest. Out: [`Workload`]. Never: which image is run, which app root it belongs to.

use crate::backstage::document::NodeExt as _;
use crate::text::{Place, SourceId, Span};
use npm_yaml::Node;

use crate::backstage::discover::command::word::{Certainty, Variables, Word};

/// A Deployment, StatefulSet, Job, Pod and their like.
#[derive(Clone)]
pub(crate) struct Workload {
    /// `kind`
    pub(crate) kind: String,
    /// `metadata.name`
    pub(crate) name: String,
    /// `metadata.namespace`, where it says one.
    pub(crate) namespace: Option<String>,
    pub(crate) containers: Vec<Container>,
    pub(crate) volumes: Vec<Volume>,
    /// Whether its containers get a variable for each Service of the namespace (`enableServiceLinks`), where it says so.
    pub(crate) has_service_links: Option<bool>,
}

/// A container of a workload.
#[derive(Clone)]
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
    /// Secrets whose data are variables.
    pub(crate) environment_secrets: Vec<String>,
    /// Whether `command` or `args` is there and empty: as a patch, it takes away what the base says.
    pub(crate) clears_command: bool,
    pub(crate) clears_args: bool,
    /// What is mounted.
    pub(crate) mounts: Vec<VolumeMount>,
    /// The ports it names (`containerPort`).
    pub(crate) ports: Vec<String>,
}

/// A volume in a container.
#[derive(Clone)]
pub(crate) struct VolumeMount {
    /// The name of the volume.
    pub(crate) name: String,
    /// `mountPath`
    pub(crate) target: String,
    /// The one file of the volume that is mounted.
    pub(crate) sub_path: Option<String>,
}

/// A volume of a workload.
#[derive(Clone)]
pub(crate) struct Volume {
    pub(crate) name: String,
    /// The ConfigMap or Secret in it; `None` for any other kind of volume.
    pub(crate) map: Option<String>,
    /// Whether that is a Secret.
    pub(crate) is_secret: bool,
    /// Keys and the names that they have as files, where it says so: no other key is there.
    pub(crate) items: Vec<(String, String)>,
}

/// How many bytes of text count as one part of what is copied.
const BYTES_OF_A_PART: usize = 256;

/// How many parts a text counts as.
pub(crate) fn parts_of(text: &str) -> usize {
    1 + text.len() / BYTES_OF_A_PART
}

impl Workload {
    /// How many parts it has, and so what a copy of it costs.
    pub(crate) fn size(&self) -> usize {
        let containers = self.containers.iter().map(Container::size);
        let volumes = self.volumes.iter().map(|volume| 1 + volume.items.len());
        1 + containers.sum::<usize>() + volumes.sum::<usize>()
    }
}

impl Container {
    fn size(&self) -> usize {
        let launches = [&self.command, &self.args];
        let words = launches.into_iter().flatten().flat_map(|(words, _)| words);
        let variables = self.environment.iter().map(|(_, word)| word);
        let texts = words.chain(variables).map(|word| parts_of(&word.text));
        let others = self.environment_from.len() + self.mounts.len() + self.ports.len();
        1 + texts.sum::<usize>() + others
    }
}

/// The workload of a pod.
pub(crate) fn workload(
    source: SourceId,
    kind: &str,
    name: String,
    namespace: Option<String>,
    pod: &Node,
) -> Workload {
    let list = |key: &str| pod.get(key).map_or(&[][..], |list| list.items());
    let links = pod.get("enableServiceLinks").and_then(is_true);
    Workload {
        kind: kind.to_owned(),
        name,
        namespace,
        containers: list("containers")
            .iter()
            .map(|container| container_of(source, container))
            .collect(),
        volumes: list("volumes").iter().filter_map(volume).collect(),
        has_service_links: links,
    }
}

/// What a boolean says.
pub(crate) fn is_true(node: &Node) -> Option<bool> {
    let text = node.scalar_text()?;
    Some(text != "false")
}

/// An item of `containers`.
pub(crate) fn container_of(source: SourceId, node: &Node) -> Container {
    let environment = environment(source, node.get("env"));
    let words = |key: &str| {
        let list = node.get(key).filter(|list| !list.items().is_empty())?;
        let words = list
            .items()
            .iter()
            .filter_map(|item| raw_word(source, item));
        Some((words.collect(), Place::new(source, list.span)))
    };
    let is_cleared = |key: &str| node.get(key).is_some_and(|list| list.items().is_empty());
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
        environment_secrets: from.iter().filter_map(secret_of).collect(),
        clears_command: is_cleared("command"),
        clears_args: is_cleared("args"),
        mounts: mounts.iter().filter_map(volume_mount).collect(),
        ports: node
            .get("ports")
            .map_or(&[][..], |ports| ports.items())
            .iter()
            .filter_map(|port| port.get("containerPort")?.scalar_text())
            .collect(),
    }
}

/// `env` entries; one with `valueFrom` has a value that is not known.
pub(crate) fn environment(source: SourceId, node: Option<&Node>) -> Vec<(String, Word)> {
    let items = node.map_or(&[][..], |node| node.items());
    items
        .iter()
        .filter_map(|item| variable(source, item))
        .collect()
}

/// An item of `env`.
pub(crate) fn variable(source: SourceId, item: &Node) -> Option<(String, Word)> {
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
}

/// The Secret of an item of `envFrom`.
pub(crate) fn secret_of(from: &Node) -> Option<String> {
    let secret = from.get("secretRef")?;
    Some(text_at(secret, &["name"]).unwrap_or_default().to_owned())
}

impl Container {
    /// This one with the variables of `env` in its command line and in the variables below them; patches may have changed
    /// each.
    pub(crate) fn expanded(&self) -> Self {
        let mut expanded = self.clone();
        let variables = expand_environment(&mut expanded.environment);
        let launches = [&mut expanded.command, &mut expanded.args];
        for word in launches.into_iter().flatten().flat_map(|(words, _)| words) {
            expand(word, &variables);
        }
        expanded
    }
}

/// Puts the variables of `env` into those below them: Kubernetes reads the list from its first item on.
pub(crate) fn expand_environment(environment: &mut [(String, Word)]) -> Variables {
    let mut variables = Variables::default();
    for (name, word) in environment {
        expand(word, &variables);
        variables.set(name, &word.text, word.certainty);
    }
    variables
}

fn expand(word: &mut Word, variables: &Variables) {
    if word.certainty == Certainty::Known && word.text.contains('$') {
        (word.text, word.certainty) = variables.expand_in_manifest(&word.text);
    }
}

/// An item of `command` or `args` as it is written.
pub(crate) fn raw_word(source: SourceId, node: &Node) -> Option<Word> {
    let text = node.scalar_text()?;
    let certainty = match text.contains("{{") {
        true => Certainty::Open,
        false => Certainty::Known,
    };
    Some(Word {
        text,
        certainty,
        place: Place::new(source, node.span),
    })
}

/// An item of `command` or `args`: `$(NAME)` is a variable of `env`, a lone `$NAME` is text.
pub(crate) fn word(source: SourceId, node: &Node, variables: &Variables) -> Option<Word> {
    let mut word = raw_word(source, node)?;
    expand(&mut word, variables);
    Some(word)
}

/// An item of `volumeMounts`.
pub(crate) fn volume_mount(mount: &Node) -> Option<VolumeMount> {
    Some(VolumeMount {
        name: text_at(mount, &["name"])?.to_owned(),
        target: text_at(mount, &["mountPath"])?.to_owned(),
        sub_path: text_at(mount, &["subPath"]).map(str::to_owned),
    })
}

/// An item of `volumes`.
pub(crate) fn volume(node: &Node) -> Option<Volume> {
    // A projected volume puts several together; the first ConfigMap in it is what people use it for.
    let projected = node.get("projected").and_then(|node| node.get("sources"));
    let sources = projected.map_or(&[][..], |sources| sources.items());
    let in_sources = |key: &str| sources.iter().find_map(|source| source.get(key));
    let config_map = node.get("configMap").or_else(|| in_sources("configMap"));
    let secret = || node.get("secret").or_else(|| in_sources("secret"));
    let (map, is_secret) = match config_map {
        Some(map) => (Some(map), false),
        None => (secret(), true),
    };
    let items = map
        .and_then(|map| map.get("items"))
        .map_or(&[][..], |items| items.items());
    let named =
        map.and_then(|map| text_at(map, &["name"]).or_else(|| text_at(map, &["secretName"])));
    Some(Volume {
        name: text_at(node, &["name"])?.to_owned(),
        map: named.map(str::to_owned),
        is_secret,
        items: items
            .iter()
            .filter_map(|item| {
                Some((
                    text_at(item, &["key"])?.to_owned(),
                    text_at(item, &["path"])?.to_owned(),
                ))
            })
            .collect(),
    })
}

pub(crate) fn text_at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    keys.iter()
        .try_fold(node, |node, key| node.get(key))?
        .as_str()
}

/// The place of a node, for what is made of it.
pub(crate) fn place(source: SourceId, span: Span) -> Place {
    Place::new(source, span)
}
