//! The loader from end to end: from the layers of an app root to what the process of one chain sees.
//!
//! In: an app root with its chains, what is known of the environment, and the files. Out: a [`LoadedApp`], and for each
//! chain its [`Effective`] config (`@backstage/config-loader` 1.11.3, `ConfigSources.default`). `check`, `print`,
//! `facts` and the oracles all come through here. Never: a judgement, or a chain; those are found in
//! [`workspace`](super::workspace).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::environment::{Environment, OverrideError};
use super::layer::{self, Layer};
use super::merge::merge;
use super::resolve::{self, Deployed, Resolved};
use super::schema::Schemas;
use super::secrets::{self, Secret};
use super::value::Value;
use crate::backstage::words::{AppRoot, Chain};
use crate::files::{FilePath, Files, GitStatus};
use crate::finding::Effect;
use crate::text::mask::Secrets;
use crate::text::{Place, Sources};

/// Reads every layer of an app root once. A layer that git ignores is read only where a chain loads it. The texts are
/// added to `sources`; problems of layers are in the layers. Besides, the secrets in all layers and their variables: what no
/// message about the app may hold.
pub fn load(app: AppRoot, with: &Surroundings<'_>, sources: &mut Sources) -> (LoadedApp, Secrets) {
    let named = app.chains.iter().flat_map(|chain| &chain.layers);
    let shared = app
        .layers
        .iter()
        .filter(|layer| layer.git != GitStatus::Ignored);
    let mut paths: Vec<FilePath> = shared.map(|layer| layer.path.clone()).collect();
    paths.extend(named.map(|layer| layer.path.clone()));
    paths.sort();
    paths.dedup();
    let mut layers = BTreeMap::new();
    for path in paths {
        let mut layer = match app.layer(&path) {
            Some(found) => layer::load_found(with.files, found, sources),
            None => layer::load(with.files, &path, sources),
        };
        layer.brought = app.brought.clone();
        layers.insert(path, LoadedLayer::of(layer, with, sources));
    }
    let secrets = secrets_of(&app, &layers, with, sources);
    (LoadedApp { app, layers }, secrets)
}

/// What layers are read with.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// The files that layers and directives name.
    pub files: &'s dyn Files,
    /// What is known of the variables that the app is started with.
    pub environment: &'s Environment,
    /// What the packages of the app declare: which values are secrets.
    pub schemas: &'s Schemas,
}

/// An app root whose layers are ready to be merged and judged.
pub struct LoadedApp {
    /// The app root.
    pub app: AppRoot,
    /// Every layer of it, and every layer a chain loads from elsewhere, by path.
    pub layers: BTreeMap<FilePath, LoadedLayer>,
}

/// A layer, and what became of it.
pub struct LoadedLayer {
    /// As it was parsed.
    pub layer: Layer,
    /// Its data.
    pub resolved: Resolved,
    /// Where secrets are, or belong, in it.
    pub secrets: Vec<Secret>,
}

/// What the process of one chain sees.
pub struct Effective<'l> {
    /// What each layer sets, lowest first, with the variables of the deployment put in.
    pub layers: Vec<Cow<'l, Value>>,
    /// What `APP_CONFIG_*` variables set on top.
    pub overrides: Option<Value>,
    /// All of it merged; `None` when there is nothing, which the real app does not start with.
    pub root: Option<Value>,
    /// Why the real loader refuses to start; empty when it does not.
    pub refusals: Vec<Refusal>,
}

/// Why the real loader refuses a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot read this layer.
    Layer(FilePath),
    /// It does not accept this variable, which is then left out of what it would see.
    Variable(OverrideError),
}

impl LoadedApp {
    /// What the process of a chain sees: its layers with the variables that its deployment sets, and `APP_CONFIG_*`
    /// variables on top.
    pub fn effective<'a>(&'a self, chain: &'a Chain, environment: &Environment) -> Effective<'a> {
        let loaded: Vec<&LoadedLayer> = self.layers_of(chain).collect();
        let broken = loaded.iter().filter(|layer| layer.is_broken());
        let mut refusals: Vec<Refusal> = broken
            .map(|layer| Refusal::Layer(layer.layer.path.clone()))
            .collect();
        let deployed = Deployed::new(environment, chain.sure_environment());
        let layers: Vec<Cow<'_, Value>> = loaded
            .iter()
            .filter_map(|layer| {
                let root = layer.resolved.root.as_ref()?;
                Some(match &deployed {
                    Some(deployed) => Cow::Owned(deployed.put_into(root, &layer.secret_places())),
                    None => Cow::Borrowed(root),
                })
            })
            .collect();
        let overrides = environment
            .overrides_with(&chain.environment)
            .unwrap_or_else(|error| {
                refusals.push(Refusal::Variable(error));
                None
            });
        let roots = layers.iter().map(AsRef::as_ref);
        let root = merge(roots.chain(&overrides));
        Effective {
            layers,
            overrides,
            root,
            refusals,
        }
    }

    /// The layers of a chain that were read, lowest first.
    pub fn layers_of<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = &'a LoadedLayer> {
        let named = chain.layers.iter();
        named.filter_map(|layer| self.layers.get(&layer.path))
    }
}

/// As a person knows it: the path of the layer, or the variable with what is wrong.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layer(path) => write!(f, "{path}"),
            Self::Variable(error) => write!(f, "`{}` ({})", error.variable, error.reason),
        }
    }
}

impl Effective<'_> {
    /// Whether a layer is broken: it would hide what is below it, so that nothing is known of the chain.
    pub fn lacks_layer(&self) -> bool {
        let is_layer = |refusal: &Refusal| matches!(refusal, Refusal::Layer(_));
        self.refusals.iter().any(is_layer)
    }
}

impl LoadedLayer {
    fn of(layer: Layer, with: &Surroundings<'_>, sources: &mut Sources) -> Self {
        let resolved = resolve::resolve(&layer, with.environment, with.files, sources);
        let Layer {
            document, source, ..
        } = &layer;
        let root = resolved.root.as_ref();
        let secrets = secrets::of_layer(document, *source, root, sources, with.schemas);
        Self {
            layer,
            resolved,
            secrets,
        }
    }

    /// Where secrets are, or belong.
    pub fn secret_places(&self) -> Vec<Place> {
        let places = self.secrets.iter().filter_map(|secret| secret.place);
        places.collect()
    }

    /// The start of its text.
    pub fn start(&self) -> Place {
        Place::new(self.layer.source, self.layer.start)
    }

    /// Whether it parses and sets nothing at all: there is nothing in it, or nothing but a `null`.
    pub fn is_empty(&self) -> bool {
        let problems = [&self.layer.problems, &self.resolved.problems];
        self.resolved.root.is_none() && problems.into_iter().all(Vec::is_empty)
    }

    /// Whether the real loader refuses it: no app starts that loads it.
    pub fn is_broken(&self) -> bool {
        self.layer.is_broken() || self.resolved.is_broken()
    }
}

/// The secrets of all layers together, so that no message about one can hold a secret of another.
fn secrets_of(
    app: &AppRoot,
    layers: &BTreeMap<FilePath, LoadedLayer>,
    with: &Surroundings<'_>,
    sources: &Sources,
) -> Secrets {
    let mut mask = Secrets::default();
    secrets::hide_variables(with.environment.known(), &mut mask);
    for chain in &app.chains {
        let deployed = chain.environment.iter();
        let known =
            deployed.filter_map(|variable| Some((&*variable.name, variable.value.as_deref()?)));
        secrets::hide_variables(known, &mut mask);
        if let Ok(Some(overrides)) = with.environment.overrides_with(&chain.environment) {
            let found = secrets::of_overrides(&overrides, sources, with.schemas);
            secrets::hide(&found, &mut mask);
        }
    }
    for loaded in layers.values() {
        if loaded.layer.is_broken() {
            mask.show_keys_only(loaded.layer.source);
        }
        // A file that the layer includes may be the broken one.
        for problem in &loaded.resolved.problems {
            let source = problem.primary.place.source;
            if problem.effect == Effect::Fatal && source != loaded.layer.source {
                mask.show_keys_only(source);
            }
        }
        secrets::hide(&loaded.secrets, &mut mask);
    }
    mask
}
