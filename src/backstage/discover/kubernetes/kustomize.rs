//! kustomization.yaml files to what they say.
//!
//! In: the texts of kustomizations and of the patches they name. Out: [`Kustomization`]s; [`built`](super::built) makes
//! workloads of them. Never: what a kustomization loads from elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::backstage::document::embedded;
use crate::backstage::document::{self, NodeExt as _};
use crate::backstage::words::{Lack, LackKind};
use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::Cluster;
use super::built::Kustomizations;
use super::container::{Workload, text_at};
use super::objects::{self, ConfigMap, Datum, Object};
use super::patch::{self, Operation};
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::compose::env_file;
use crate::backstage::discover::reader::Reader;

/// Whether a file is a kustomization, by its name.
pub(in crate::backstage::discover) fn is_kustomization(name: &str) -> bool {
    matches!(
        name,
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// The API group of Flux' Kustomizations.
pub(in crate::backstage::discover) const FLUX: &str = "kustomize.toolkit.fluxcd.io";

/// The keys of a kustomization that are read, or that change nothing of what a container runs.
const HARMLESS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "commonAnnotations",
    "labels",
    "images",
    "replicas",
    "crds",
    "configurations",
    "openapi",
    "buildMetadata",
    "sortOptions",
    "validators",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
];

/// Words in what deploys a portal.
const SPEAKS_OF_PORTAL: &[&str] = &["backstage", "app-config", "developer-hub", "rhdh"];

/// A kustomization.
pub(super) struct Kustomization {
    pub(super) path: FilePath,
    /// The whole; `None` for a file that cannot be read.
    pub(super) place: Option<Place>,
    /// `namePrefix` and `nameSuffix`.
    pub(super) around_names: (String, String),
    /// Files and folders that it takes in.
    pub(super) resources: Vec<FilePath>,
    /// Folders of components, which change what it took in.
    pub(super) components: Vec<FilePath>,
    pub(super) patches: Vec<Patch>,
    /// What `configMapGenerator` and `secretGenerator` make, and whether it is laid over one of the same name.
    pub(super) maps: Vec<(Arc<ConfigMap>, bool)>,
    /// What in it may change a command line and is not understood.
    pub(super) unread: Vec<Lack>,
    pub(super) is_component: bool,
}

/// A patch of a kustomization.
pub(super) struct Patch {
    pub(super) target: Target,
    /// The file it is in.
    pub(super) file: FilePath,
    pub(super) place: Place,
    pub(super) does: Does,
}

/// What a patch is for (`target`): kinds and names are regular expressions.
#[derive(Default)]
pub(super) struct Target {
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) group: Option<String>,
    /// Whether it also selects by labels or annotations.
    pub(super) has_selector: bool,
}

/// What a patch does.
pub(super) enum Does {
    Merge(Vec<Workload>, Vec<Arc<ConfigMap>>),
    Operate(Vec<Operation>),
    /// Something that is not understood.
    Unclear(&'static str),
}

impl Reader<'_> {
    /// Reads the kustomizations of a cluster.
    pub(super) fn kustomizations(&mut self, cluster: &Cluster) -> Kustomizations {
        let mut found = BTreeMap::new();
        for path in &cluster.kustomizations {
            let one = match self.kustomization(path, cluster) {
                Ok(one) => one,
                Err(why) => {
                    self.leave_out(path, why);
                    Kustomization::unread(path, why)
                }
            };
            found.entry(path.parent()).or_insert(one);
        }
        for path in &cluster.flux {
            for (number, one) in self.of_flux(path, cluster).into_iter().enumerate() {
                found.insert(FilePath::new(&format!("{path}#{number}")), one);
            }
        }
        Kustomizations(found)
    }

    /// The Kustomizations of Flux in a file, each around the folder of its `spec.path`, where that is in this repository.
    fn of_flux(&mut self, path: &FilePath, cluster: &Cluster) -> Vec<Kustomization> {
        let Some(text) = self.text(path) else {
            return Vec::new();
        };
        let source = self.add_source(path, Arc::clone(&text));
        let host = Host {
            path,
            source,
            text: &text,
        };
        let mut found = Vec::new();
        for (_, node) in document::documents(&text, &|text| text.contains(FLUX)) {
            let is_it = text_at(&node, &["kind"]) == Some("Kustomization")
                && text_at(&node, &["apiVersion"]).is_some_and(|version| version.contains(FLUX));
            let Some(folder) = text_at(&node, &["spec", "path"]).filter(|_| is_it) else {
                continue;
            };
            let folder = FilePath::new(folder.trim_start_matches('/'));
            if self.listed_below(&folder).is_empty() {
                continue;
            }
            let mut one = Kustomization::unread(path, "");
            one.unread.clear();
            one.place = Some(Place::new(source, node.span));
            let spec = node.get("spec");
            let list = |key: &str| {
                let list = spec.and_then(|spec| spec.get(key));
                list.map_or(&[][..], |list| list.items())
            };
            let components = list("components").iter().filter_map(|item| item.as_str());
            one.components = components.map(|path| folder.join(path)).collect();
            for item in list("patches") {
                one.patches.extend(self.patch(&host, item, cluster));
            }
            one.resources.push(folder);
            found.push(one);
        }
        found
    }

    /// Reads a kustomization, or says why it cannot be read.
    fn kustomization(
        &mut self,
        path: &FilePath,
        cluster: &Cluster,
    ) -> Result<Kustomization, &'static str> {
        let text = self.text(path).ok_or("cannot be read")?;
        let node = document::root(&text).ok_or("is not valid YAML")?;
        let source = self.add_source(path, Arc::clone(&text));
        let folder = path.parent();
        let host = Host {
            path,
            source,
            text: &text,
        };
        let list = |key: &str| node.get(key).map_or(&[][..], |list| list.items());
        let paths = |keys: &[&str]| -> Vec<FilePath> {
            let items = keys.iter().flat_map(|key| list(key));
            let local = items.filter_map(|item| item.as_str());
            let local = local.filter(|path| !is_remote(path));
            local.map(|path| folder.join(path)).collect()
        };
        let text_of = |key: &str| text_at(&node, &[key]).unwrap_or_default().to_owned();
        let mut found = Kustomization {
            path: path.clone(),
            place: Some(Place::new(source, node.span)),
            around_names: (text_of("namePrefix"), text_of("nameSuffix")),
            resources: paths(&["resources", "bases"]),
            components: paths(&["components"]),
            patches: Vec::new(),
            maps: Vec::new(),
            unread: Vec::new(),
            is_component: text_at(&node, &["kind"]) == Some("Component"),
        };
        for item in list("patches").iter().chain(list("patchesJson6902")) {
            let patch = self.patch(&host, item, cluster);
            found.patches.extend(patch);
        }
        for item in list("patchesStrategicMerge") {
            let patch = self.patch_text(&host, item, cluster);
            found.patches.extend(patch);
        }
        for (key, is_secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
            for item in list(key) {
                let map = self.generated(item, path, source, is_secret);
                let merges = text_at(item, &["behavior"]) == Some("merge");
                found.maps.extend(map.map(|map| (Arc::new(map), merges)));
            }
        }
        for entry in node.entries() {
            let key = &*entry.key.text;
            let written = text.get(entry.value.span.range()).unwrap_or_default();
            let matters = match key {
                "replacements" | "vars" => {
                    let of_pod = ["containers", "volumes", "template"];
                    let mut items = list(key).iter();
                    let in_file = items.any(|item| text_at(item, &["path"]).is_some());
                    in_file || of_pod.iter().any(|word| written.contains(word))
                }
                // What a plugin makes is added to what is there, and changes none of it. One that is not here may be
                // anything.
                "generators" => {
                    let mut items = list(key).iter().map(|item| item.as_str());
                    items
                        .any(|item| item.is_none_or(|path| !self.files.is_file(&folder.join(path))))
                }
                _ => !HARMLESS.contains(&key),
            };
            if matches!(key, "helmCharts" | "helmChartInflationGenerator")
                && SPEAKS_OF_PORTAL.iter().any(|word| written.contains(word))
            {
                let place = Place::new(source, entry.key.span);
                let by = Word::known(format!("the chart in `{path}`"), place);
                self.overrule_images(path, &by);
                self.leave_out(
                    path,
                    "deploys a chart whose templates are not in the repository",
                );
            } else if matters {
                let reason = format!("`{key}` of `{path}` may change the command");
                let place = Place::new(source, entry.key.span);
                found.unread.push(unclear(reason, place));
            }
        }
        self.note_absent(&mut found, &host, &node);
        Ok(found)
    }

    /// Notes what a kustomization takes in and is not here. A component may change all it took in; a resource changes
    /// none of them, but may be the portal itself.
    fn note_absent(&mut self, found: &mut Kustomization, host: &Host<'_>, node: &Node) {
        let speaks_of_portal = SPEAKS_OF_PORTAL.iter().any(|word| host.text.contains(word));
        for key in ["resources", "bases", "components"] {
            for item in node.get(key).map_or(&[][..], |list| list.items()) {
                let Some(written) = item.as_str() else {
                    continue;
                };
                let path = host.path.parent().join(written);
                let is_here = || self.files.is_file(&path) || !self.listed_below(&path).is_empty();
                if !is_remote(written) && is_here() {
                    continue;
                }
                let place = Place::new(host.source, item.span);
                if key == "components" {
                    let reason = format!("a component of `{}` is not in the repository", host.path);
                    found.unread.push(unclear(reason, place));
                } else if speaks_of_portal {
                    let by = format!(
                        "a resource of `{}` that is not in the repository",
                        host.path
                    );
                    self.overrule_images(host.path, &Word::known(by, place));
                }
            }
        }
    }

    /// An item of `patches`: a text, or a file.
    fn patch(&mut self, host: &Host<'_>, item: &Node, cluster: &Cluster) -> Option<Patch> {
        let inner = item.get("patch").or_else(|| item.get("path"))?;
        let mut patch = self.patch_text(host, inner, cluster)?;
        let text = |key: &str| text_at(item, &["target", key]).map(str::to_owned);
        let selectors = ["labelSelector", "annotationSelector"];
        patch.target = Target {
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            group: text("group"),
            has_selector: selectors.iter().any(|key| text(key).is_some()),
        };
        Some(patch)
    }

    /// A patch as it is written, or the path of a file that holds it.
    fn patch_text(&mut self, host: &Host<'_>, node: &Node, cluster: &Cluster) -> Option<Patch> {
        let written = node.as_str()?;
        let place = Place::new(host.source, node.span);
        let is_inline = written.contains('\n') || written.contains(": ");
        let (file, source, documents) = if is_inline {
            let root = embedded::in_text(host.text, node);
            let documents: Vec<_> = root
                .into_iter()
                .map(|root| (node.span.range(), root))
                .collect();
            (host.path.clone(), host.source, documents)
        } else {
            let file = host.path.parent().join(written);
            let Some(text) = self.text(&file) else {
                let does = Does::Unclear("is not in the repository");
                return Some(Patch {
                    target: Target::default(),
                    file,
                    place,
                    does,
                });
            };
            let source = self.add_source(&file, Arc::clone(&text));
            let documents = document::documents(&text, &|_| true);
            (file, source, documents)
        };
        let is_empty = documents.is_empty();
        let mut workloads = Vec::new();
        let mut maps = Vec::new();
        let mut does = None;
        for (range, root) in documents {
            if let Some(operations) = patch::operations(source, &root) {
                does = Some(Does::Operate(operations));
                continue;
            }
            let shown = self.sources.get(source).text().get(range.clone());
            if shown.is_some_and(|text| text.contains("$patch")) {
                does = Some(Does::Unclear("uses `$patch`"));
            }
            for object in objects::objects(&file, source, &range, &root) {
                match object {
                    Object::Workload(workload) => workloads.push(workload),
                    // What stands inside a text of a text is not a layer that could be shown, but a variable.
                    Object::ConfigMap(map) if is_inline => maps.push(Arc::new(map.of_literals())),
                    Object::ConfigMap(map) => {
                        let is_it = |known: &&Arc<ConfigMap>| {
                            known.host == file && known.document == range && known.name == map.name
                        };
                        let known = cluster.config_maps.iter().find(is_it);
                        maps.push(known.cloned().unwrap_or_else(|| Arc::new(map)));
                    }
                    _ => {}
                }
            }
        }
        if is_empty {
            does = Some(Does::Unclear("is not valid YAML"));
        }
        Some(Patch {
            target: Target::default(),
            file,
            place,
            does: does.unwrap_or(Does::Merge(workloads, maps)),
        })
    }
}

/// A kustomization as a text.
struct Host<'h> {
    path: &'h FilePath,
    source: SourceId,
    text: &'h str,
}

impl Reader<'_> {
    /// An item of `configMapGenerator` or `secretGenerator`.
    fn generated(
        &mut self,
        item: &Node,
        path: &FilePath,
        source: SourceId,
        is_secret: bool,
    ) -> Option<ConfigMap> {
        let folder = path.parent();
        let name = text_at(item, &["name"])?.to_owned();
        let list = |key: &str| item.get(key).map_or(&[][..], |list| list.items());
        let mut data = Vec::new();
        for file in list("files").iter().filter_map(|file| file.as_str()) {
            let (key, file) = match file.split_once('=') {
                Some((key, file)) => (key.to_owned(), folder.join(file)),
                None => {
                    let file = folder.join(file);
                    (file.name().to_owned(), file)
                }
            };
            data.push((key, Datum::File(file)));
        }
        let env = item.get("env").into_iter();
        for file in list("envs")
            .iter()
            .chain(env)
            .filter_map(|file| file.as_str())
        {
            let file = folder.join(file);
            let Some(text) = self.text(&file) else {
                continue;
            };
            let source = self.add_source(&file, Arc::clone(&text));
            // kustomize takes each value as it stands there.
            let known = |(key, word): (String, Word)| {
                let word = Word::known(word.text, word.place);
                (key, Datum::Literal(word))
            };
            data.extend(env_file::parse(&text, source).into_iter().map(known));
        }
        for literal in list("literals") {
            let Some((key, value)) = literal.as_str().and_then(|text| text.split_once('=')) else {
                continue;
            };
            let value = value.trim_matches(['"', '\'']);
            let word = Word::known(value, Place::new(source, literal.span));
            data.push((key.to_owned(), Datum::Literal(word)));
        }
        Some(ConfigMap::generated(
            name,
            path.clone(),
            source,
            is_secret,
            data,
        ))
    }
}

impl Kustomization {
    /// One of which nothing is known but that something is there.
    fn unread(path: &FilePath, why: &str) -> Self {
        Self {
            path: path.clone(),
            place: None,
            around_names: Default::default(),
            resources: Vec::new(),
            components: Vec::new(),
            patches: Vec::new(),
            maps: Vec::new(),
            unread: vec![Lack {
                reason: format!("`{path}` {why}"),
                place: None,
                kind: LackKind::Unreadable,
            }],
            is_component: false,
        }
    }
}

/// Whether a resource is loaded from elsewhere.
fn is_remote(path: &str) -> bool {
    path.contains("://") || path.contains("?ref=") || path.starts_with("git@")
}

/// Why a chain is not complete.
pub(super) fn unclear(reason: String, place: Place) -> Lack {
    Lack {
        reason,
        place: Some(place),
        kind: LackKind::Unreadable,
    }
}
