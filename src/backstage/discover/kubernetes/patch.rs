//! Patches of kustomize: strategic merges and JSON patches (RFC 6902), as far as they say what a container runs.
//!
//! In: a workload and a patch. Out: the patched workload, or why the patch cannot be applied. Never: a guess; what
//! might change the command line and is not understood is said.

use std::collections::{BTreeMap, BTreeSet};

use crate::backstage::document::NodeExt as _;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::container::{self, Container, Workload, text_at};
use crate::backstage::discover::command::word::Word;

/// One operation of a JSON patch.
#[derive(Clone)]
pub(crate) struct Operation {
    /// `op`
    kind: String,
    /// The parts of `path`.
    path: Vec<String>,
    /// `value`
    value: Option<Node>,
    source: SourceId,
    place: Place,
}

impl Operation {
    /// Whether it is about a pod, or the whole around one.
    pub(crate) fn is_of_pod(&self) -> bool {
        let of_pod = ["containers", "volumes"];
        let above = ["spec", "template", "jobTemplate"];
        let mut path = self.path.iter().map(String::as_str);
        path.clone().any(|part| of_pod.contains(&part)) || path.all(|part| above.contains(&part))
    }
}

impl Operation {
    /// The text of a ConfigMap that it sets, by its key; `None` for what changes a ConfigMap in another way.
    pub(crate) fn datum(&self) -> Option<(String, Word)> {
        let [data, key] = self.path.as_slice() else {
            return None;
        };
        let is_set = data == "data" && matches!(self.kind.as_str(), "add" | "replace");
        let value = self.value.as_ref().filter(|_| is_set)?;
        let word = Word::known(value.scalar_text()?, Place::new(self.source, value.span));
        Some((key.clone(), word))
    }

    /// Whether it only looks.
    pub(crate) fn is_test(&self) -> bool {
        self.kind == "test"
    }

    /// The file it stands in.
    pub(crate) fn source(&self) -> SourceId {
        self.source
    }
}

/// The operations of a JSON patch; `None` when a node is no such patch.
pub(crate) fn operations(source: SourceId, node: &Node) -> Option<Vec<Operation>> {
    let one = |item: &Node| {
        let path = text_at(item, &["path"])?;
        Some(Operation {
            kind: text_at(item, &["op"])?.to_owned(),
            path: path.split('/').skip(1).map(unescaped).collect(),
            value: item.get("value").cloned(),
            source,
            place: Place::new(source, item.span),
        })
    };
    let items = node.items();
    let found: Vec<Operation> = items.iter().filter_map(one).collect();
    (!items.is_empty() && found.len() == items.len()).then_some(found)
}

/// A part of a JSON pointer: `~1` is `/`, `~0` is `~`.
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// What became of a patch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It has nothing to do with what the containers run.
    Nothing,
    /// The workload is another now.
    Changed,
    /// It may change what they run, and is not understood; why, for people.
    Unclear(&'static str),
}

/// Lays a strategic merge patch over a workload: containers and variables merge by name, mounts by their path, volumes
/// by name; every other list replaces (the merge keys of the Kubernetes API).
pub(crate) fn lay_over(base: &mut Workload, patch: &Workload) -> Applied {
    let mut applied = Applied::Nothing;
    for container in &patch.containers {
        applied = Applied::Changed;
        match base
            .containers
            .iter_mut()
            .find(|own| own.name == container.name)
        {
            Some(own) => lay_over_container(own, container),
            None => base.containers.push(container.clone()),
        }
    }
    if !patch.volumes.is_empty() {
        applied = Applied::Changed;
        merge(&mut base.volumes, &patch.volumes, |volume| &volume.name);
    }
    base.has_service_links = patch.has_service_links.or(base.has_service_links);
    applied
}

fn lay_over_container(own: &mut Container, patch: &Container) {
    if patch.command.is_some() || patch.clears_command {
        own.command.clone_from(&patch.command);
    }
    if patch.args.is_some() || patch.clears_args {
        own.args.clone_from(&patch.args);
    }
    own.folder = patch.folder.clone().or_else(|| own.folder.take());
    if !patch.image.is_empty() {
        own.image.clone_from(&patch.image);
    }
    set_variables(&mut own.environment, &patch.environment);
    if !patch.environment_from.is_empty() || !patch.environment_secrets.is_empty() {
        own.environment_from.clone_from(&patch.environment_from);
        own.environment_secrets
            .clone_from(&patch.environment_secrets);
    }
    merge(&mut own.mounts, &patch.mounts, |mount| &mount.target);
}

/// Lays the items of a list over those of another with the same key.
fn merge<T: Clone>(own: &mut Vec<T>, patch: &[T], key: impl Fn(&T) -> &str) {
    let keys: BTreeSet<&str> = patch.iter().map(&key).collect();
    own.retain(|item| !keys.contains(key(item)));
    own.extend(patch.iter().cloned());
}

fn set_variables(own: &mut Vec<(String, Word)>, patch: &[(String, Word)]) {
    let named = own.iter().enumerate();
    let known: BTreeMap<String, usize> = named
        .map(|(index, (name, _))| (name.clone(), index))
        .collect();
    for (name, word) in patch {
        match known.get(name).and_then(|index| own.get_mut(*index)) {
            Some((_, value)) => *value = word.clone(),
            None => own.push((name.clone(), word.clone())),
        }
    }
}

/// Applies one operation of a JSON patch.
pub(crate) fn apply(workload: &mut Workload, operation: &Operation) -> Applied {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    match operation.kind.as_str() {
        "add" | "replace" | "remove" => {}
        "test" => return Applied::Nothing,
        _ if operation.is_of_pod() => return Applied::Unclear("copies or moves a part of the pod"),
        _ => return Applied::Nothing,
    }
    if path.last() == Some(&"enableServiceLinks") {
        workload.has_service_links = operation.value.as_ref().and_then(container::is_true);
        return Applied::Changed;
    }
    let pod = path
        .iter()
        .position(|part| matches!(*part, "containers" | "volumes"));
    let Some(at) = pod else {
        let above = ["spec", "template", "jobTemplate"];
        return match path.iter().all(|part| above.contains(part)) {
            true => Applied::Unclear("replaces the whole pod"),
            false => Applied::Nothing,
        };
    };
    let rest = path.get(at + 1..).unwrap_or_default();
    if path.get(at) == Some(&"volumes") {
        return volumes(workload, operation, rest);
    }
    let Some((index, rest)) = rest.split_first() else {
        return Applied::Unclear("replaces all containers");
    };
    let Some((field, rest)) = rest.split_first() else {
        return whole_container(workload, operation, index);
    };
    let container = index
        .parse()
        .ok()
        .and_then(|index: usize| workload.containers.get_mut(index));
    match container {
        Some(container) => in_container(container, operation, field, rest),
        None => Applied::Unclear("refers to an unknown container"),
    }
}

fn whole_container(workload: &mut Workload, operation: &Operation, index: &str) -> Applied {
    let new = operation
        .value
        .as_ref()
        .map(|value| container::container_of(operation.source, value));
    edit(&mut workload.containers, &operation.kind, index, new)
}

fn volumes(workload: &mut Workload, operation: &Operation, rest: &[&str]) -> Applied {
    match (rest, &operation.value) {
        ([], Some(list)) => {
            workload.volumes = list.items().iter().filter_map(container::volume).collect();
            Applied::Changed
        }
        ([index], value) => {
            let new = value.as_ref().and_then(container::volume);
            edit(&mut workload.volumes, &operation.kind, index, new)
        }
        _ => Applied::Unclear("changes a part of a volume"),
    }
}

fn in_container(
    container: &mut Container,
    operation: &Operation,
    field: &str,
    rest: &[&str],
) -> Applied {
    let text = || {
        operation
            .value
            .as_ref()
            .and_then(|value| value.scalar_text())
    };
    match (field, rest) {
        ("command", rest) => words(&mut container.command, operation, rest),
        ("args", rest) => words(&mut container.args, operation, rest),
        ("workingDir", []) => {
            container.folder = text();
            Applied::Changed
        }
        ("image", []) => {
            container.image = text().unwrap_or_default();
            Applied::Changed
        }
        ("env", rest) => environment(container, operation, rest),
        ("envFrom", rest) => environment_from(container, operation, rest),
        ("volumeMounts", []) => {
            let list = operation
                .value
                .as_ref()
                .map_or(&[][..], |list| list.items());
            container.mounts = list.iter().filter_map(container::volume_mount).collect();
            Applied::Changed
        }
        ("volumeMounts", [index]) => {
            let new = operation.value.as_ref().and_then(container::volume_mount);
            edit(&mut container.mounts, &operation.kind, index, new)
        }
        ("volumeMounts", _) => Applied::Unclear("changes a part of a mount"),
        _ => Applied::Nothing,
    }
}

fn words(own: &mut Option<(Vec<Word>, Place)>, operation: &Operation, rest: &[&str]) -> Applied {
    let word = |node: &Node| container::raw_word(operation.source, node);
    match rest {
        [] => {
            let list = operation
                .value
                .as_ref()
                .filter(|_| operation.kind != "remove");
            *own = list.map(|list| {
                let place = Place::new(operation.source, list.span);
                (list.items().iter().filter_map(word).collect(), place)
            });
            Applied::Changed
        }
        [index] => {
            let (words, _) = own.get_or_insert_with(|| (Vec::new(), operation.place));
            let new = operation.value.as_ref().and_then(word);
            edit(words, &operation.kind, index, new)
        }
        _ => Applied::Unclear("sets a key below a scalar"),
    }
}

fn environment(container: &mut Container, operation: &Operation, rest: &[&str]) -> Applied {
    let read = |node: &Node| container::environment(operation.source, Some(node));
    match (rest, &operation.value) {
        ([], Some(list)) => {
            container.environment = read(list);
            Applied::Changed
        }
        ([], None) => {
            container.environment.clear();
            Applied::Changed
        }
        ([index], value) => {
            let new = value
                .as_ref()
                .and_then(|item| container::variable(operation.source, item));
            edit(&mut container.environment, &operation.kind, index, new)
        }
        ([index, "value"], Some(value)) => {
            let index: Option<usize> = index.parse().ok();
            let found = index.and_then(|index| container.environment.get_mut(index));
            let (Some((_, word)), Some(text)) = (found, value.scalar_text()) else {
                return Applied::Unclear("refers to an unknown variable");
            };
            *word = Word::known(text, Place::new(operation.source, value.span));
            Applied::Changed
        }
        _ => Applied::Unclear("changes a part of a variable"),
    }
}

fn environment_from(container: &mut Container, operation: &Operation, rest: &[&str]) -> Applied {
    let map = |item: &Node| text_at(item, &["configMapRef", "name"]).map(str::to_owned);
    let Some(value) = &operation.value else {
        return Applied::Unclear("removes a source of variables");
    };
    let items = match rest {
        [] => {
            container.environment_from.clear();
            container.environment_secrets.clear();
            value.items()
        }
        ["-"] => std::slice::from_ref(value),
        _ => return Applied::Unclear("changes a source of variables"),
    };
    container
        .environment_from
        .extend(items.iter().filter_map(map));
    let secrets = items.iter().filter_map(container::secret_of);
    container.environment_secrets.extend(secrets);
    Applied::Changed
}

/// Adds, replaces or removes an item of a list.
fn edit<T>(list: &mut Vec<T>, kind: &str, index: &str, new: Option<T>) -> Applied {
    let at: Option<usize> = match index {
        "-" => Some(list.len()),
        index => index.parse().ok(),
    };
    let is_there = at.is_some_and(|at| at < list.len());
    match (kind, at, new) {
        ("add", Some(at), Some(new)) if at <= list.len() => list.insert(at, new),
        ("replace", Some(at), Some(new)) if is_there => {
            if let Some(old) = list.get_mut(at) {
                *old = new;
            }
        }
        ("remove", Some(at), _) if is_there => {
            list.remove(at);
        }
        ("test", ..) => return Applied::Nothing,
        _ => return Applied::Unclear("refers to an unknown item"),
    }
    Applied::Changed
}
