//! A package.json to what the rules and chains need of it, with places.

use std::sync::Arc;

use crate::backstage::document::NodeExt as _;
use crate::files::FilePath;
use crate::text::{Place, SourceId, Span};
use npm_yaml::Node;

/// A package.json.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The file.
    pub path: FilePath,
    /// Its text.
    pub source: SourceId,
    /// `name`
    pub name: Option<Arc<str>>,
    /// `backstage.role`, e.g. `backend`.
    pub role: Option<Arc<str>>,
    /// The dependencies of every kind, in the order of the text.
    pub dependencies: Vec<Dependency>,
    /// The place of the key `dependencies`, or the opening brace of the file when there is none: where to add one.
    pub dependencies_place: Place,
    /// `scripts`, in the order of the text.
    pub scripts: Vec<Script>,
    /// The globs of `workspaces`.
    pub workspaces: Vec<Arc<str>>,
    /// The place of the key `name`, or the opening brace of the file when there is none.
    pub name_place: Place,
    /// The place of the key `configSchema`.
    pub config_schema: Option<Place>,
    /// What `files` lists, with the key's place; `None` when everything is packed.
    pub packed: Option<(Vec<Arc<str>>, Place)>,
}

/// A dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package.
    pub name: Arc<str>,
    /// The range, e.g. `^1.2.0`, `workspace:^`, `backstage:^`.
    pub range: Arc<str>,
    /// Which list it stands in.
    pub kind: DependencyKind,
    /// The bytes of the name and the range.
    pub place: Place,
}

/// Which list of a package.json a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DependencyKind {
    /// `dependencies`
    Normal,
    /// `devDependencies`
    Development,
    /// `peerDependencies`
    Peer,
    /// `optionalDependencies`
    Optional,
}

/// A script of a package.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub name: Arc<str>,
    /// The command line.
    pub text: Arc<str>,
    /// The bytes of the command line, quotes included.
    pub place: Place,
}

const KINDS: &[(&str, DependencyKind)] = &[
    ("dependencies", DependencyKind::Normal),
    ("devDependencies", DependencyKind::Development),
    ("peerDependencies", DependencyKind::Peer),
    ("optionalDependencies", DependencyKind::Optional),
];

impl Manifest {
    /// Reads the root node of a package.json; what has another shape than npm's is passed over.
    pub(in crate::backstage) fn read(path: FilePath, source: SourceId, root: &Node) -> Self {
        let at = |span: Span| Place::new(source, span);
        let text = |node: Option<&Node>| node.and_then(Node::as_str).map(Arc::from);
        let brace = Span::new(root.span.start as usize, root.span.start as usize + 1);
        let key_of = |key: &str| root.entry(key).map(|entry| entry.key.span);
        let packed = root.entry("files").map(|entry| {
            let items = entry.value.items().iter();
            let names = items.filter_map(|item| item.as_str().map(Arc::from));
            (names.collect(), at(entry.key.span))
        });
        let mut manifest = Self {
            path,
            source,
            name: text(root.get("name")),
            role: text(
                root.get("backstage")
                    .and_then(|backstage| backstage.get("role")),
            ),
            dependencies: Vec::new(),
            dependencies_place: at(key_of("dependencies").unwrap_or(brace)),
            scripts: Vec::new(),
            workspaces: workspaces(root),
            name_place: at(key_of("name").unwrap_or(brace)),
            config_schema: key_of("configSchema").map(at),
            packed,
        };
        for (key, kind) in KINDS {
            for entry in root.get(key).map_or(&[][..], Node::entries) {
                manifest.dependencies.push(Dependency {
                    name: Arc::clone(&entry.key.text),
                    range: entry.value.as_str().unwrap_or_default().into(),
                    kind: *kind,
                    place: at(Span::new(
                        entry.key.span.start as usize,
                        entry.value.span.end as usize,
                    )),
                });
            }
        }
        for entry in root.get("scripts").map_or(&[][..], Node::entries) {
            manifest
                .scripts
                .extend(entry.value.as_str().map(|command| Script {
                    name: Arc::clone(&entry.key.text),
                    text: command.into(),
                    place: at(entry.value.span),
                }));
        }
        manifest
    }

    /// The dependency of a name in any of the lists, the strongest first.
    pub fn dependency(&self, name: &str) -> Option<&Dependency> {
        let of_kind = |kind| {
            let mut all = self.dependencies.iter();
            all.find(|dependency| *dependency.name == *name && dependency.kind == kind)
        };
        of_kind(DependencyKind::Normal)
            .or_else(|| of_kind(DependencyKind::Optional))
            .or_else(|| of_kind(DependencyKind::Peer))
            .or_else(|| of_kind(DependencyKind::Development))
    }

    /// Whether its role says that it is a backend.
    pub fn is_backend(&self) -> bool {
        self.role.as_deref() == Some("backend")
    }

    /// Whether it is made of what backends are made of, and its role says nothing else.
    pub fn uses_backend(&self) -> bool {
        let no_library = self.role.is_none() || self.is_backend();
        no_library && self.dependency("@backstage/backend-defaults").is_some()
    }

    /// The script of a name.
    pub fn script(&self, name: &str) -> Option<&Script> {
        self.scripts.iter().find(|script| *script.name == *name)
    }

    /// The folder it describes.
    pub fn folder(&self) -> FilePath {
        self.path.parent()
    }
}

/// `workspaces` is a list, or an object with a list `packages`.
fn workspaces(root: &Node) -> Vec<Arc<str>> {
    let Some(node) = root.get("workspaces") else {
        return Vec::new();
    };
    let list = node.get("packages").unwrap_or(node);
    list.items()
        .iter()
        .filter_map(Node::as_str)
        .map(Arc::from)
        .collect()
}
