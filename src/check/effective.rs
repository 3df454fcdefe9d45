//! The effective config of every chain, without judging it: what `print` shows.
//!
//! In: a [`Request`]. Out: the chains of every app root with what a process would see, and the secrets to hide.

use std::collections::BTreeSet;

use super::load::LoadedApp;
use super::wanted::Wanted;
use super::{note_schemas, schema_source, target, wanted};
use crate::backstage::environment::{self, Environment};
use crate::backstage::facts;
use crate::backstage::merge::merge;
use crate::backstage::secrets;
use crate::backstage::value::Value;
use crate::backstage::workspace::packages::Installs;
use crate::backstage::workspace::{AppRoot, Chain};
use crate::files::Files;
use crate::run::{Failure, Request, Run};
use crate::text::Place;

/// Works out the effective config of every chain that is asked for.
///
/// # Errors
/// As [`check`](super::check), but for what concerns rules.
pub fn effective(request: &Request) -> Result<Configs, Failure> {
    let environment = environment::from_request(
        &request.environment,
        &request.start,
        environment::of_process(),
    )?;
    let overrides = environment.overrides().map_err(|error| {
        let message = format!("the app would not start with these variables: {error}");
        Failure::new(message)
    })?;
    let mut run = Run::default();
    let mut asked = Wanted::new(request, &[]);
    let mut schemas = schema_source(request);
    let mut installs = Installs::default();
    let mut apps = Vec::new();
    let mut secret_places = BTreeSet::new();
    for target in &target::targets(request)? {
        let found = target.workspace(request, &mut run.sources)?;
        if found.app_roots.is_empty() {
            target.report_empty(request, &mut run)?;
        }
        for (mut app, settings) in asked.apply(found.app_roots, target, &mut run.sources)? {
            let environment = wanted::environment(&settings, &environment);
            let files = target.files.as_ref();
            installs.complete(files, &app.path, &mut app.packages);
            let lockfile = app.packages.lockfile.as_deref();
            let collection = schemas.of_app(files, &app.path, lockfile);
            note_schemas(&collection, &mut run);
            let loaded = LoadedApp::load(app, files, &environment, &collection.schemas, &mut run);
            let found = loaded.layers.values().flat_map(|layer| &layer.secrets);
            secret_places.extend(found.filter_map(|secret| Some(secrets::origin(secret)?.value)));
            let app = ChainConfig::of_app(loaded, overrides.as_ref(), files, &environment);
            apps.push(app);
        }
    }
    Ok(Configs {
        run,
        secret_places,
        apps,
    })
}

/// What was found.
pub struct Configs {
    /// The texts and the secrets in them.
    pub run: Run,
    /// Where values stand that are secrets, or will be when their variables are put in.
    pub secret_places: BTreeSet<Place>,
    /// Every app root with its chains.
    pub apps: Vec<(AppRoot, Vec<ChainConfig>)>,
}

/// The effective config of one chain.
pub struct ChainConfig {
    /// The chain.
    pub chain: Chain,
    /// What the process would see, or why it does not start.
    pub config: Result<Value, NoConfig>,
    /// What the DatabaseManager would do with it: `facts.databases`. Empty where there is no config.
    pub databases: Value,
}

/// Why a chain has no effective config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoConfig {
    /// The real loader refuses these layers, by the paths people know them by.
    Refused(Vec<String>),
    /// No layer sets anything.
    Nothing,
}

impl ChainConfig {
    fn of_app(
        loaded: LoadedApp,
        overrides: Option<&Value>,
        files: &dyn Files,
        environment: &Environment,
    ) -> (AppRoot, Vec<Self>) {
        let of_chain = |chain: &Chain| {
            let config = config(chain, &loaded, overrides);
            let databases = match &config {
                Ok(config) => loaded.databases(chain, config, files, environment),
                Err(_) => facts::list([]),
            };
            Self {
                chain: chain.clone(),
                config,
                databases,
            }
        };
        let configs = loaded.app.chains.iter().map(of_chain).collect();
        (loaded.app, configs)
    }
}

fn config(chain: &Chain, loaded: &LoadedApp, overrides: Option<&Value>) -> Result<Value, NoConfig> {
    let layers: Vec<_> = chain
        .layers
        .iter()
        .filter_map(|layer| loaded.layers.get(&layer.path))
        .collect();
    let refused = layers.iter().filter(|layer| layer.is_broken());
    let refused: Vec<String> = refused.map(|layer| layer.layer.path.to_string()).collect();
    if !refused.is_empty() {
        return Err(NoConfig::Refused(refused));
    }
    let roots = layers
        .iter()
        .filter_map(|layer| layer.resolved.root.as_ref());
    merge(roots.chain(overrides)).ok_or(NoConfig::Nothing)
}
