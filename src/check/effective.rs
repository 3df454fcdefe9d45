//! The effective config of every chain, without judging it: what `print` shows.
//!
//! In: a [`Request`]. Out: the chains of every app root with what a process would see, and the secrets to hide.

use std::collections::BTreeSet;

use super::judged::{Reader, Ready};
use super::{Prepared, target};
use crate::backstage::facts;
use crate::backstage::secrets;
use crate::backstage::value::Value;
use crate::backstage::workspace::{AppRoot, Chain};
use crate::run::{Failure, Request, Run};
use crate::text::Place;

pub use super::config::NoConfig;

/// Works out the effective config of every chain that is asked for.
///
/// # Errors
/// As [`check`](super::check), but for what concerns rules.
pub fn effective(request: &Request) -> Result<Configs, Failure> {
    let targets = target::targets(request)?;
    let mut run = Run::default();
    let prepared = Prepared::of(&targets, &[], request, &mut run)?;
    let overrides = prepared.overrides.as_ref();
    let mut reader = Reader::new(&prepared.environment, request);
    let mut apps = Vec::new();
    let mut secret_places = BTreeSet::new();
    for app in prepared.apps {
        let ready = reader.read(app, &mut run);
        let found = ready.loaded.layers.values();
        let found = found.flat_map(|layer| &layer.secrets);
        secret_places.extend(found.filter_map(|secret| Some(secrets::origin(secret)?.value)));
        let chains = chains(&ready, overrides);
        apps.push((ready.loaded.app, chains));
        run.secrets.add_all(ready.secrets, |source| source);
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

fn chains(ready: &Ready<'_>, overrides: Option<&Value>) -> Vec<ChainConfig> {
    let (loaded, environment) = (&ready.loaded, &ready.environment);
    let of_chain = |chain: &Chain| {
        let config = loaded.config(chain, environment, overrides);
        let databases = match &config {
            Ok(config) => loaded.databases(chain, config, ready.files(), environment),
            Err(_) => facts::list([]),
        };
        ChainConfig {
            chain: chain.clone(),
            config,
            databases,
        }
    };
    loaded.app.chains.iter().map(of_chain).collect()
}
