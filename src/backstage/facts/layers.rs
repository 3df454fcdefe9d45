//! `facts.layers`, `facts.missingLayers`, `facts.misorderedLayers`: the layers of an app root as files, and how its
//! start commands treat them.
//!
//! In: an app root, and what is in its layers. Out: facts of scope `app`. Never: what a layer sets.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::value::{Origin, Value};
use crate::backstage::workspace::{
    AppRoot, Chain, ChainOrigin, LackKind, LayerFile, LayerRole, StartKind,
};
use crate::files::{FilePath, GitStatus};
use crate::text::Place;
use crate::text::{closest, is_slip};

/// `facts.layers`
pub const FIELDS: &[Field] = &[
    Field::new(
        "path",
        Shape::String,
        "its path below the repository root; points at the start of the layer",
    ),
    Field::new("name", Shape::String, "its file name"),
    Field::new(
        "role",
        Shape::String,
        "what its name says: `base`, `local`, `environment`, `example` or `other`",
    ),
    Field::new("production", Shape::Bool, "its name says production"),
    Field::new(
        "git",
        Shape::String,
        "what git does with it: `tracked`, `ignored`, `untracked` or `no-repository`",
    ),
    Field::new(
        "namedByIgnoreRule",
        Shape::Bool,
        "a .gitignore rule names it, also when it is tracked all the same",
    ),
    Field::new(
        "loadedBy",
        Shape::Strings,
        "the names of the chains that load it",
    ),
    Field::new(
        "empty",
        Shape::Bool,
        "it sets nothing: it is empty, all comments, or a lone `null`",
    ),
    Field::new(
        "emptyIn",
        Shape::String,
        "a chain that loads it and in which no layer sets anything; absent when there is none",
    ),
    Field::new(
        "omittedBy",
        Shape::String,
        "a production deployment that starts without it, when no chain loads it and none could; points at the start \
         command; absent otherwise",
    ),
    Field::new(
        "omittedByImage",
        Shape::String,
        "an image that starts with base layers alone, while another chain loads this production layer; points at the \
         start command; absent otherwise",
    ),
];

/// `facts.missingLayers`
pub const MISSING_FIELDS: &[Field] = &[
    Field::new(
        "name",
        Shape::String,
        "the file as it would have to be named, below the app root; points at the argument that names it",
    ),
    Field::new(
        "chain",
        Shape::String,
        "the chain whose start command names it",
    ),
    Field::new(
        "suggestion",
        Shape::String,
        "a layer beside it with a name much like it; absent when there is none",
    ),
    Field::new(
        "keptOut",
        Shape::Bool,
        "it is in the repository, but a .dockerignore or a command of the build keeps it out of the image",
    ),
    Field::new(
        "likely",
        Shape::Bool,
        "it has the name of a layer in a folder where layers are: nothing but a build step could bring it",
    ),
];

/// `facts.misorderedLayers`
pub const MISORDERED_FIELDS: &[Field] = &[
    Field::new(
        "name",
        Shape::String,
        "the layer that is loaded too early; points at the argument that names it",
    ),
    Field::new(
        "base",
        Shape::String,
        "the base layer that is loaded behind it; points at the argument that names it",
    ),
    Field::new("chain", Shape::String, "the chain"),
];

/// What is in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Something, or a text that does not parse.
    Something,
    /// Nothing: it is empty, all comments, or a lone `null`.
    Nothing,
}

/// What the facts need to know of a layer beyond its file.
pub struct Known {
    /// Where it begins.
    pub start: Place,
    /// What is in it.
    pub contents: Contents,
}

/// `facts.layers`: every layer that was read. `known` gives what was read of it.
pub fn collect(app: &AppRoot, known: &dyn Fn(&FilePath) -> Option<Known>) -> Value {
    let facts = Facts { app, known };
    list(app.layers.iter().filter_map(|layer| facts.layer(layer)))
}

/// `facts.missingLayers`: what start commands name in the repository and is not there.
pub fn missing(app: &AppRoot) -> Value {
    let of_chain = |chain: &Chain| -> Vec<Value> {
        chain
            .lacks
            .iter()
            .filter_map(|lack| match &lack.kind {
                LackKind::Absent(path) => {
                    let suggestion = closest(path.name(), beside(app, path));
                    Some(missing_layer(app, chain, path, lack.place, suggestion))
                }
                // The image may hold what is not here, but hardly under nearly the same name.
                LackKind::Foreign(path) => {
                    let suggestion = beside(app, path)
                        .find(|name| is_slip(path.name(), name))
                        .filter(|name| !loads(chain, &path.parent().join(name)))?;
                    Some(missing_layer(
                        app,
                        chain,
                        path,
                        lack.place,
                        Some(suggestion),
                    ))
                }
                LackKind::KeptOut(path) if lack.place.is_some() => {
                    Some(missing_layer(app, chain, path, lack.place, None))
                }
                _ => None,
            })
            .collect()
    };
    list(app.chains.iter().flat_map(of_chain))
}

/// `facts.misorderedLayers`: layers that a start command names in front of the base layer, which then overrides them.
pub fn misordered(app: &AppRoot) -> Value {
    let mut found = Vec::new();
    for chain in &app.chains {
        let is_base = |path: &FilePath| {
            app.layer(path)
                .is_some_and(|layer| layer.role == LayerRole::Base)
        };
        let Some(base) = chain.layers.iter().rposition(|layer| is_base(&layer.path)) else {
            continue;
        };
        let (Some(last), before) = (chain.layers.get(base), chain.layers.iter().take(base)) else {
            continue;
        };
        for layer in before.filter(|layer| !is_base(&layer.path)) {
            found.push(object([
                (
                    "name",
                    text(layer.path.relative_to(&app.path), layer.named_at),
                ),
                (
                    "base",
                    text(last.path.relative_to(&app.path), last.named_at),
                ),
                ("chain", Value::string(chain.name.0.clone())),
            ]));
        }
    }
    list(found)
}

struct Facts<'f> {
    app: &'f AppRoot,
    known: &'f dyn Fn(&FilePath) -> Option<Known>,
}

impl Facts<'_> {
    fn layer(&self, layer: &LayerFile) -> Option<Value> {
        let known = (self.known)(&layer.path)?;
        let chains: Vec<&Chain> = self.loaders(&layer.path).collect();
        Some(object([
            ("path", text(layer.path.as_str(), Some(known.start))),
            ("name", Value::string(layer.path.name())),
            ("role", Value::string(role(&layer.role))),
            ("production", truth(layer.role.is_production())),
            ("git", Value::string(git(layer.git))),
            ("namedByIgnoreRule", truth(layer.named_by_ignore_rule)),
            (
                "loadedBy",
                list(
                    chains
                        .iter()
                        .map(|chain| Value::string(chain.name.0.clone())),
                ),
            ),
            ("empty", truth(known.contents == Contents::Nothing)),
            ("emptyIn", self.empty_chain(&chains)),
            ("omittedBy", self.omitted_by(layer)),
            ("omittedByImage", self.omitted_by_image(layer)),
        ]))
    }

    fn loaders(&self, path: &FilePath) -> impl Iterator<Item = &Chain> {
        let loads = move |chain: &&Chain| loads(chain, path);
        self.app.chains.iter().filter(loads)
    }

    /// The first of these chains in which every layer is empty, and nothing is lacking.
    fn empty_chain(&self, chains: &[&Chain]) -> Value {
        let is_empty = |path: &FilePath| {
            (self.known)(path).is_some_and(|known| known.contents == Contents::Nothing)
        };
        let found = chains.iter().find(|chain| {
            chain.is_complete() && chain.layers.iter().all(|layer| is_empty(&layer.path))
        });
        found.map_or_else(absent, |chain| {
            text(chain.name.0.as_ref(), started_at(chain))
        })
    }

    /// The deployment that should have loaded a production layer: the first production chain with a start command, if
    /// no chain loads the layer and no chain could, by an open name, a program that nobody can read, a file that the
    /// build makes, or a mount that is this layer by its name.
    fn omitted_by(&self, layer: &LayerFile) -> Value {
        let deployments = || self.app.chains.iter().filter(|chain| is_deployment(chain));
        let could = |chain: &&Chain| chain.lacks.iter().any(|lack| may_be(&lack.kind, layer));
        if !layer.role.is_production()
            || layer.embedded.is_some()
            || self.loaders(&layer.path).next().is_some()
            || deployments().any(|c| could(&c))
        {
            return absent();
        }
        if self.is_meant_by_another_name(layer) {
            return absent();
        }
        // One of which no layer is here may well load it under another path.
        let omits = |chain: &&Chain| chain.production && !chain.layers.is_empty();
        let omitting = deployments().find(omits);
        omitting.map_or_else(absent, |chain| {
            text(chain.name.0.as_ref(), started_at(chain))
        })
    }

    /// Whether a start command names a file that is not there and is much like this layer: that is the mistake.
    fn is_meant_by_another_name(&self, layer: &LayerFile) -> bool {
        let lacks = self.app.chains.iter().flat_map(|chain| &chain.lacks);
        lacks.into_iter().any(|lack| match &lack.kind {
            LackKind::Absent(path) => closest(path.name(), [layer.path.name()]).is_some(),
            LackKind::Foreign(path) => is_slip(path.name(), layer.path.name()),
            LackKind::KeptOut(path) => *path == layer.path,
            _ => false,
        })
    }

    /// An image that starts with nothing but base layers, for all that can be read, while another chain loads this one.
    fn omitted_by_image(&self, layer: &LayerFile) -> Value {
        // A layer inside a manifest exists in the cluster alone: no image could name it.
        let in_manifest = layer.embedded.is_some();
        let is_loaded = self.loaders(&layer.path).next().is_some();
        if !layer.role.is_production() || in_manifest || !is_loaded {
            return absent();
        }
        let is_base = |path: &FilePath| {
            self.app
                .layer(path)
                .is_some_and(|layer| layer.role == LayerRole::Base)
        };
        let is_image = |chain: &&Chain| matches!(&chain.origin, ChainOrigin::StartCommand { kind, .. } if *kind == StartKind::Dockerfile);
        let found = self.app.chains.iter().filter(is_image).find(|chain| {
            let bases = chain.layers.iter().all(|layer| is_base(&layer.path));
            chain.production && chain.is_complete() && bases && !chain.layers.is_empty()
        });
        found.map_or_else(absent, |chain| {
            text(chain.name.0.as_ref(), started_at(chain))
        })
    }
}

/// Whether what a chain lacks may be this production layer.
fn may_be(lack: &LackKind, layer: &LayerFile) -> bool {
    let is_like =
        |path: &FilePath| path.name() == layer.path.name() || LayerRole::of(path).is_production();
    match lack {
        LackKind::OpenName | LackKind::Unreadable | LackKind::Made | LackKind::Environment => true,
        LackKind::Mounted(path) => is_like(&FilePath::new(path)),
        LackKind::Foreign(path) => is_like(path),
        LackKind::Absent(_)
        | LackKind::KeptOut(_)
        | LackKind::Excluded
        | LackKind::EnvironmentOverrides(_) => false,
    }
}

fn is_deployment(chain: &Chain) -> bool {
    matches!(&chain.origin, ChainOrigin::StartCommand { kind, .. } if *kind != StartKind::Script)
}

fn started_at(chain: &Chain) -> Option<Place> {
    match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    }
}

fn loads(chain: &Chain, path: &FilePath) -> bool {
    chain.layers.iter().any(|layer| layer.path == *path)
}

/// The names of the layers in the folder of a file.
fn beside<'a>(app: &'a AppRoot, path: &FilePath) -> impl Iterator<Item = &'a str> {
    let folder = path.parent();
    let files = app
        .layers
        .iter()
        .filter(|layer| layer.embedded.is_none())
        .map(|layer| &layer.path);
    files
        .filter(move |file| file.parent() == folder)
        .map(FilePath::name)
}

fn missing_layer(
    app: &AppRoot,
    chain: &Chain,
    path: &FilePath,
    place: Option<Place>,
    suggestion: Option<&str>,
) -> Value {
    // A local layer is on some machines and not on others: that it is not here says nothing.
    let is_expected = !matches!(LayerRole::of(path), LayerRole::Other | LayerRole::Local);
    let kept_out = app.layer(path).is_some();
    let likely = beside(app, path).next().is_some() && is_expected && !kept_out;
    object([
        ("name", text(path.relative_to(&app.path), place)),
        ("chain", Value::string(chain.name.0.clone())),
        ("suggestion", suggestion.map_or_else(absent, Value::string)),
        ("keptOut", truth(kept_out)),
        ("likely", truth(likely)),
    ])
}

/// The word for a role in the facts.
pub fn role(role: &LayerRole) -> &'static str {
    match role {
        LayerRole::Base => "base",
        LayerRole::Local => "local",
        LayerRole::Environment(_) => "environment",
        LayerRole::Example => "example",
        LayerRole::Other => "other",
    }
}

pub(super) fn git(status: GitStatus) -> &'static str {
    match status {
        GitStatus::Tracked => "tracked",
        GitStatus::Ignored => "ignored",
        GitStatus::Untracked => "untracked",
        GitStatus::NoRepository => "no-repository",
    }
}

fn text(text: impl Into<std::sync::Arc<str>>, place: Option<Place>) -> Value {
    Value::string(text).with_origin(place.map(|value| Origin { value, key: None }))
}
