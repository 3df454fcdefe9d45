//! The effective config of every chain and server, without judging it: what `print` shows.
//!
//! In: a [`Request`]. Out: the chains of every app root and the servers with what a process would see, and the secrets to
//! hide.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::workspaces::{self, Read};
use crate::backstage::facts::databases::Database;
use crate::backstage::facts::fact::List;
use crate::backstage::load::{LoadedApp, Refusal};
use crate::backstage::schema::Collection;
use crate::backstage::secrets;
use crate::backstage::value::Value;
use crate::backstage::words::Chain;
use crate::connect::load::LoadedPart;
use crate::files::Files;
use crate::product::backstage::read::{KeptPackages, Ready};
use crate::product::connect::judge::ReadServer;
use crate::product::target::{self, Target};
use crate::product::{Product, table};
use crate::request::Request;
use crate::run::{Failure, Run};
use crate::text::Place;

/// Works out the effective config of every chain and server that is asked for.
///
/// # Errors
/// As [`check`](super::check), but for what concerns rules.
pub fn effective(request: &Request) -> Result<Configs, Failure> {
    of_targets(&target::targets(request)?, request, None)
}

/// The same, and what [`check`](super::check) says of it. Schemas and lockfiles are read once for both.
///
/// # Errors
/// As [`check`](super::check).
pub fn judged(request: &Request) -> Result<(Configs, Run), Failure> {
    let packages = KeptPackages::for_many_runs();
    let products = table::keeping(&packages);
    let products: Vec<&dyn Product> = products.iter().map(AsRef::as_ref).collect();
    let targets = target::targets(request)?;
    let configs = of_targets(&targets, request, Some(&packages))?;
    Ok((
        configs,
        super::check_targets(&products, &targets, &[], request)?,
    ))
}

/// As [`effective`], for a tree that is not on disk. The paths of the request are relative to the tree.
///
/// # Errors
/// As [`effective`].
pub fn effective_files(files: Box<dyn Files>, request: &Request) -> Result<Configs, Failure> {
    of_targets(&[target::whole(Arc::from(files), request)], request, None)
}

pub(super) fn of_targets(
    targets: &[Target],
    request: &Request,
    kept: Option<&KeptPackages>,
) -> Result<Configs, Failure> {
    let mut apps = Vec::new();
    let mut servers = Vec::new();
    let mut secret_places = BTreeSet::new();
    let run = workspaces::read_targets(targets, request, kept, |read| {
        let ready = match read {
            Read::App(ready) => ready,
            Read::Server(server) => {
                servers.push(ServerConfig::of(&server));
                return server.secrets;
            }
        };
        let found = ready.loaded.layers.values();
        let found = found.flat_map(|layer| &layer.secrets);
        secret_places.extend(found.filter_map(|secret| Some(secrets::origin(secret)?.value)));
        apps.push(AppConfigs {
            chains: chains(&ready),
            schemas: Arc::clone(&ready.schemas),
            loaded: ready.loaded,
        });
        ready.secrets
    })?;
    Ok(Configs {
        run,
        secret_places,
        apps,
        servers,
    })
}

/// What was found.
pub struct Configs {
    /// The texts and the secrets in them.
    pub run: Run,
    /// Where values stand that are secrets, or will be when their variables are put in.
    pub secret_places: BTreeSet<Place>,
    /// Every app root with its chains.
    pub apps: Vec<AppConfigs>,
    /// Every Posit Connect server.
    pub servers: Vec<ServerConfig>,
}

/// What a Posit Connect server sees.
pub struct ServerConfig {
    /// Its name: the path of its main file, as a person knows it.
    pub name: String,
    /// The files its settings are in, as a person knows them.
    pub files: Vec<String>,
    /// By section and key: a string, or a list of them.
    pub config: Value,
    /// Why the server does not start with them: for each file that the gcfg library refuses, its path, line and column
    /// (in bytes, from 1), and the message.
    pub refusals: Vec<String>,
}

impl ServerConfig {
    fn of(server: &ReadServer<'_>) -> Self {
        let parts = server.loaded.parts.iter();
        let shown = |part: &LoadedPart| server.target.files.display(&part.part.path);
        Self {
            name: server.shown(),
            files: {
                let files = server.loaded.server.files().into_iter();
                files
                    .map(|path| server.target.files.display(path))
                    .collect()
            },
            config: server.effective.tree(),
            refusals: parts
                .filter_map(|part| {
                    let refusal = part.refusal()?;
                    Some(format!("{}:{refusal}", shown(part)))
                })
                .collect(),
        }
    }
}

/// The effective configs of one app root.
pub struct AppConfigs {
    /// Its layers.
    pub loaded: LoadedApp,
    /// Those of its chains.
    pub chains: Vec<ChainConfig>,
    /// The schemas in force.
    pub schemas: Arc<Collection>,
}

/// Why a chain has no effective config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoConfig {
    /// The real loader refuses to start with it.
    Refused(Vec<Refusal>),
    /// No layer sets anything.
    Nothing,
}

impl fmt::Display for NoConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusals) => {
                let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                write!(f, "the app does not start with {}", refusals.join(", "))
            }
            Self::Nothing => f.write_str("no layer sets anything"),
        }
    }
}

/// The effective config of one chain.
pub struct ChainConfig {
    /// The chain.
    pub chain: Chain,
    /// What the process would see, or why it does not start.
    pub config: Result<Value, NoConfig>,
    /// What the DatabaseManager would do with it: `facts.databases`. Empty where there is no config.
    pub databases: List<Database>,
}

fn chains(ready: &Ready<'_>) -> Vec<ChainConfig> {
    let (loaded, environment) = (&ready.loaded, &ready.environment);
    let of_chain = |chain: &Chain| {
        let effective = loaded.effective(chain, environment);
        let config = match effective.refusals.is_empty() {
            true => effective.root.ok_or(NoConfig::Nothing),
            false => Err(NoConfig::Refused(effective.refusals)),
        };
        let databases = match &config {
            Ok(config) => loaded.databases(chain, config, ready.files(), environment),
            Err(_) => List::default(),
        };
        ChainConfig {
            chain: chain.clone(),
            config,
            databases,
        }
    };
    loaded.app.chains.iter().map(of_chain).collect()
}
