//! `facts.layers`, `facts.missingLayers`, `facts.misorderedLayers`: the layers of an app root as files, and how its
//! start commands treat them.
//!
//! In: an app root, and what is in its layers. Out: facts of scope `app`. Never: what a layer sets.

use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::words::{
    AppRoot, Chain, ChainLayer, ChainOrigin, LackKind, LayerFile, LayerRole, StartKind,
};
use crate::files::{FilePath, GitStatus};
use crate::text::Place;
use crate::text::{closest, is_slip};

facts! {
    /// A layer of an app root as a file.
    pub struct LayerOfRoot {
        /// its path below the repository root; points at the start of the layer
        path: Text,
        /// its file name
        name: Text,
        /// what its name says: `base`, `local`, `environment`, `example` or `other`
        role: Text,
        /// its name says production
        production: Bool,
        /// what git does with it: `tracked`, `ignored`, `untracked` or `no-repository`
        git: Text,
        /// a .gitignore rule names it, also when it is tracked all the same
        named_by_ignore_rule: Bool,
        /// the names of the chains that load it
        loaded_by: List<Text>,
        /// it sets nothing: it is empty, all comments, or a lone `null`
        empty: Bool,
        /// a chain that loads it and in which no layer sets anything; absent when there is none
        empty_in: Text,
        /// a production deployment that starts without it, when no chain loads it and none could; points at the start
        /// command; absent otherwise
        omitted_by: Text,
        /// an image that starts with base layers alone, while another chain loads this production layer; points at the
        /// start command; absent otherwise
        omitted_by_image: Text,
        /// a production deployment whose own words replace the command of an image that would load this production
        /// layer; points at its start command; absent otherwise
        dropped_by: Text,
        /// the image that would load it; points at its start command
        dropped_from: Text,
        /// that deployment has its own layers: values of a chart, a ConfigMap
        dropped_for_own: Bool,
        /// all layers that the image's command loads, as arguments in YAML
        dropped_arguments: Text,
    }

    /// Layers that are loaded in no fixed order.
    pub struct UnorderedLayers {
        /// their names; points at what names them together
        names: Text,
        /// the chain that loads them
        chain: Text,
    }

    /// A layer that a start command names and that is not there.
    pub struct MissingLayer {
        /// the file as it would have to be named, below the app root; points at the argument that names it
        name: Text,
        /// the chain whose start command names it
        chain: Text,
        /// a layer beside it with a name much like it; absent when there is none
        suggestion: Text,
        /// it is in the repository, but a .dockerignore or a command of the build keeps it out of the image
        kept_out: Bool,
        /// it has the name of a layer in a folder where layers are: nothing but a build step could bring it
        likely: Bool,
    }

    /// A layer that is loaded too early.
    pub struct MisorderedLayer {
        /// the layer that is loaded too early; points at the argument that names it
        name: Text,
        /// the base layer that is loaded after it; points at the argument that names it
        base: Text,
        /// the chain
        chain: Text,
    }
}

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
pub fn collect(app: &AppRoot, known: &dyn Fn(&FilePath) -> Option<Known>) -> List<LayerOfRoot> {
    let facts = Facts { app, known };
    let layers = app.layers.iter();
    layers.filter_map(|layer| facts.layer(layer)).collect()
}

/// `facts.missingLayers`: what start commands name in the repository and is not there.
pub fn missing(app: &AppRoot) -> List<MissingLayer> {
    let of_chain = |chain: &Chain| -> Vec<MissingLayer> {
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
    app.chains.iter().flat_map(of_chain).collect()
}

/// `facts.misorderedLayers`: layers that a start command names in front of the base layer, which then overrides them.
pub fn misordered(app: &AppRoot) -> List<MisorderedLayer> {
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
            found.push(MisorderedLayer {
                origin: None,
                name: Text::from(layer.path.relative_to(&app.path)).at(layer.named_at),
                base: Text::from(last.path.relative_to(&app.path)).at(last.named_at),
                chain: chain.name.0.clone().into(),
            });
        }
    }
    List::Known(found)
}

/// `facts.unorderedLayers`: layers that are loaded in no fixed order.
pub fn unordered(app: &AppRoot) -> List<UnorderedLayers> {
    let of_chain = |chain: &Chain| -> Vec<UnorderedLayers> {
        let lacks = chain.lacks.iter();
        lacks
            .filter_map(|lack| match &lack.kind {
                LackKind::Unordered(names) => Some(UnorderedLayers {
                    origin: None,
                    names: Text::from(names.clone()).at(lack.place),
                    chain: chain.name.0.clone().into(),
                }),
                _ => None,
            })
            .collect()
    };
    app.chains.iter().flat_map(of_chain).collect()
}

struct Facts<'f> {
    app: &'f AppRoot,
    known: &'f dyn Fn(&FilePath) -> Option<Known>,
}

impl Facts<'_> {
    fn layer(&self, layer: &LayerFile) -> Option<LayerOfRoot> {
        let known = (self.known)(&layer.path)?;
        let chains: Vec<&Chain> = self.loaders(&layer.path).collect();
        let dropped = self.dropped(layer);
        Some(LayerOfRoot {
            origin: None,
            path: Text::from(layer.path.as_str()).at(Some(known.start)),
            name: layer.path.name().into(),
            role: role(&layer.role).into(),
            production: layer.role.is_production().into(),
            git: git(layer.git).into(),
            named_by_ignore_rule: layer.named_by_ignore_rule.into(),
            loaded_by: chains
                .iter()
                .map(|chain| chain.name.0.clone().into())
                .collect(),
            empty: (known.contents == Contents::Nothing).into(),
            empty_in: named(self.empty_chain(&chains)),
            omitted_by: named(self.omitted_by(layer)),
            omitted_by_image: named(self.omitted_by_image(layer)),
            dropped_by: named(dropped.map(|(by, _)| by)),
            dropped_from: named(dropped.map(|(_, from)| from)),
            dropped_for_own: dropped.map_or_else(Bool::default, |(by, _)| {
                let mut loaded = by.layers.iter();
                let is_own = |loaded: &ChainLayer| {
                    let layer = self.app.layer(&loaded.path);
                    layer.is_some_and(|layer| layer.embedded.is_some())
                };
                loaded.any(is_own).into()
            }),
            dropped_arguments: Text::optional(
                dropped.map(|(_, from)| self.arguments(from)).as_deref(),
            ),
        })
    }

    fn loaders(&self, path: &FilePath) -> impl Iterator<Item = &Chain> {
        let loads = move |chain: &&Chain| loads(chain, path);
        self.app.chains.iter().filter(loads)
    }

    /// The first of these chains in which every layer is empty, and nothing is lacking.
    fn empty_chain<'c>(&self, chains: &[&'c Chain]) -> Option<&'c Chain> {
        let is_empty = |path: &FilePath| {
            (self.known)(path).is_some_and(|known| known.contents == Contents::Nothing)
        };
        let mut chains = chains.iter().copied();
        chains.find(|chain| {
            chain.is_complete() && chain.layers.iter().all(|layer| is_empty(&layer.path))
        })
    }

    /// The deployment that should have loaded a production layer: the first production chain with a start command, if
    /// no chain loads the layer and no chain could, by an open name, a program that nobody can read, a file that the
    /// build makes, or a mount that is this layer by its name.
    fn omitted_by(&self, layer: &LayerFile) -> Option<&Chain> {
        let deployments = || self.app.chains.iter().filter(|chain| is_deployment(chain));
        let could = |chain: &&Chain| chain.lacks.iter().any(|lack| may_be(&lack.kind, layer));
        if !layer.role.is_production()
            || layer.embedded.is_some()
            || self.loaders(&layer.path).next().is_some()
            || deployments().any(|c| could(&c))
        {
            return None;
        }
        if self.is_meant_by_another_name(layer) {
            return None;
        }
        // One of which no layer is here may well load it under another path.
        let omits = |chain: &&Chain| chain.production && !chain.layers.is_empty();
        deployments().find(omits)
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
    fn omitted_by_image(&self, layer: &LayerFile) -> Option<&Chain> {
        // A layer inside a manifest exists in the cluster alone: no image could name it.
        let in_manifest = layer.embedded.is_some();
        let is_loaded = self.loaders(&layer.path).next().is_some();
        if !layer.role.is_production() || in_manifest || !is_loaded {
            return None;
        }
        let is_base = |path: &FilePath| {
            self.app
                .layer(path)
                .is_some_and(|layer| layer.role == LayerRole::Base)
        };
        let images = self.app.chains.iter().filter(|chain| chain.is_of_image());
        images.into_iter().find(|chain| {
            let bases = chain.layers.iter().all(|layer| is_base(&layer.path));
            chain.production && chain.is_complete() && bases && !chain.layers.is_empty()
        })
    }
}

impl Facts<'_> {
    /// A production deployment that does not load a production layer, and the image that would, were it left to its own
    /// command.
    fn dropped(&self, layer: &LayerFile) -> Option<(&Chain, &Chain)> {
        let is_file = layer.role.is_production() && layer.embedded.is_none();
        let image = || {
            let mut loaders = self.loaders(&layer.path);
            loaders.find(|chain| chain.is_of_image() && chain.production)
        };
        let image = is_file.then(image)??;
        let is_base = |loaded: &ChainLayer| {
            let layer = self.app.layer(&loaded.path);
            layer.is_none_or(|layer| !matches!(layer.role, LayerRole::Environment(_)))
        };
        let drops = |chain: &&Chain| {
            let image_of = &chain.runs_in.image;
            let could = || chain.lacks.iter().any(|lack| may_be(&lack.kind, layer));
            !chain.is_of_image()
                && chain.production
                && image_of.is_some()
                && *image_of == image.runs_in.image
                && !chain.layers.is_empty()
                // One that loads the layers of another environment, or is called after one, is meant to.
                && !names_other_environment(&chain.name.0)
                && chain.layers.iter().all(is_base)
                && !could()
        };
        let by = self.app.chains.iter().find(drops)?;
        Some((by, image))
    }

    /// The layers of a chain as arguments that load them.
    fn arguments(&self, chain: &Chain) -> String {
        let layers = chain.layers.iter().map(|layer| {
            let name = layer.path.relative_to(&self.app.path);
            format!("\"--config\", \"{name}\"")
        });
        format!("[{}]", layers.collect::<Vec<_>>().join(", "))
    }
}

/// Words for environments that are not production.
const OTHER_ENVIRONMENTS: &[&str] = &[
    "staging", "stage", "stg", "preprod", "preview", "sandbox", "qa", "uat", "int", "test", "dev",
];

fn names_other_environment(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| OTHER_ENVIRONMENTS.contains(&word))
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
        | LackKind::Unordered(_)
        | LackKind::StartedOtherwise
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

/// The name of a chain, standing for its start command.
fn named(chain: Option<&Chain>) -> Text {
    chain.map_or_else(Text::default, |chain| {
        Text::from(chain.name.0.as_ref()).at(started_at(chain))
    })
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
) -> MissingLayer {
    // A local layer is on some machines and not on others: that it is not here says nothing.
    let is_expected = !matches!(LayerRole::of(path), LayerRole::Other | LayerRole::Local);
    let kept_out = app.layer(path).is_some();
    let likely = beside(app, path).next().is_some() && is_expected && !kept_out;
    MissingLayer {
        origin: None,
        name: Text::from(path.relative_to(&app.path)).at(place),
        chain: chain.name.0.clone().into(),
        suggestion: Text::optional(suggestion),
        kept_out: kept_out.into(),
        likely: likely.into(),
    }
}

/// The word for a role in the facts.
pub fn role(role: &LayerRole) -> &'static str {
    match role {
        LayerRole::Base => "base",
        LayerRole::Local => "local",
        LayerRole::Environment(_) => "environment",
        LayerRole::Example => "example",
        LayerRole::DynamicPlugin => "dynamic-plugin",
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
