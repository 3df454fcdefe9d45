//! The facts tree that rules see: the effective config plus what is derived from it; every node keeps an origin.
//!
//! In: the effective config of a chain (or one resolved layer, or an app root) and what the other stages know about it.
//! Out: one [`Value`] tree. Never: a judgement; cards judge.
//!
//! A section is a module here that declares a struct with `facts!` and computes it. It is registered once, below: a line
//! in the struct of its scope gives its name, its meaning, its type and the way to it. The check of conditions,
//! `stagecheck facts` and docs/facts.md follow from that.

pub mod app;
pub mod auth;
pub mod cache;
pub mod chain;
pub mod clusters;
pub mod conflicts;
pub mod connections;
pub mod cors;
pub mod csp;
pub mod databases;
pub mod deployment;
pub mod extensions;
pub mod fact;
pub mod features;
pub mod flattened;
pub mod hosts;
pub mod ignored;
pub mod image_copies;
pub mod image_files;
pub mod integrations;
mod join;
pub mod layer;
pub mod layers;
pub(crate) mod macros;
pub mod misplaced;
pub mod node;
pub mod overrides;
pub mod own_schemas;
pub mod plugin_keys;
pub mod pools;
pub mod proxies;
pub mod refusals;
pub mod resolvers;
pub mod secrets;
pub mod servers;
pub mod service_links;
pub mod unexpanded;
pub mod unset;
pub mod urls;
pub mod website;

use self::fact::{Config, List};
use self::macros::{facts, sections};
use super::resolve::Vanished;
use super::secrets::Secret;
use super::value::Value;
use crate::backstage::words::{AppRoot, Chain};
use crate::files::FilePath;

/// What the facts of a chain are computed from.
pub struct ChainInput<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// Its effective config.
    pub config: &'a Value,
    /// Its layers, lowest first, and what variables set on top of them.
    pub layers: Vec<overrides::Layer<'a>>,
    /// What its layers do to each other.
    pub overrides: List<overrides::Override>,
    /// What vanished from its layers.
    pub vanished: Vec<&'a Vanished>,
    /// How the app is deployed.
    pub scale: deployment::Scale,
    /// What the files of its image are computed from.
    pub image_files: image_files::Input<'a>,
    /// What its databases are computed from.
    pub databases: databases::Input<'a>,
}

sections! {
    /// The sections of `facts` in a chain.
    pub struct ChainFacts(input: &ChainInput<'_>) {
        /// who can sign in, and how
        auth: auth::Auth = auth::collect(input.config),
        /// the store that plugins keep their caches in
        cache: cache::Cache = cache::collect(input.config),
        /// the Kubernetes clusters the portal talks to
        clusters: List<clusters::Cluster> = clusters::collect(input.config),
        /// which websites may call the backend
        cors: cors::Cors = cors::collect(input.config),
        /// the content security policy, as the browser reads it
        csp: csp::Csp = csp::collect(input.config),
        /// what the DatabaseManager would do: first for every plugin without its own settings, then for the others
        databases: List<databases::Database> = databases::collect(&input.databases),
        /// what the settings say about the deployment
        deployment: deployment::Deployment = deployment::collect(input.scale),
        /// the items of `app.extensions`, as the new frontend system reads them
        extensions: List<extensions::Extension> = extensions::collect(input.config, input.databases.packages),
        /// what the versions in use do not have
        features: features::Features = features::collect(input.databases.packages, input.databases.files),
        /// the GitHub Apps of `integrations.github`
        github_apps: List<hosts::GithubApp> = hosts::apps(input.config),
        /// keys that nothing reads, in objects that are read by fixed names
        ignored_keys: List<ignored::IgnoredKey> = ignored::collect(input.config),
        /// files that the config names and that are not in the image
        image_files: List<image_files::ImageFile> = image_files::collect(input.chain, input.config, &input.image_files),
        /// hosts of `integrations` that are refused at start
        integration_hosts: List<hosts::RefusedHost> = hosts::collect(input.config),
        /// the code hosts the portal reads from
        integrations: List<integrations::Integration> = integrations::collect(input.config),
        /// database settings in a place where nothing reads them
        misplaced: List<misplaced::Misplaced> = misplaced::collect(input.config),
        /// what the variables of the deployment tell Node.js
        node: node::Node = node::collect(input.chain),
        /// what layers do to the layers below them
        overrides: List<overrides::Override> = input.overrides.clone(),
        /// keys of `backend.database.plugin` that are plugin ids in another spelling
        plugin_keys: List<plugin_keys::PluginKey> = plugin_keys::collect(input.config, input.databases.packages),
        /// the pools of those databases, setting by setting
        pools: List<pools::PoolSetting> = pools::collect(&databases),
        /// the endpoints of the proxy
        proxies: List<proxies::Proxy> = proxies::collect(input.config),
        /// lists of integrations that entries of `connections` replace
        replaced_integrations: List<connections::ReplacedIntegration> = connections::collect(input.config, &input.databases.runtime.release),
        /// what the app does not start with, of those databases
        refusals: List<refusals::Refusal> = refusals::collect(&databases),
        /// the servers of those databases, and how many connections may be opened there
        servers: List<servers::Server> = servers::collect(&databases),
        /// ports whose variable Kubernetes sets to the address of a Service
        service_links: List<service_links::ServiceLink> = service_links::collect(input.chain, input.config),
        /// how users who sign in become users of the catalog
        sign_in_resolvers: List<resolvers::Resolver> = resolvers::collect(input.config),
        /// files of certificates and keys that those databases name
        tls_files: List<databases::TlsFile> = databases::tls_files(&databases),
        /// values of lower layers that the app refuses to read below a mapping
        type_conflicts: List<conflicts::TypeConflict> = conflicts::collect(&input.layers),
        /// placeholders in `APP_CONFIG_*` variables that nothing replaces
        unexpanded: List<unexpanded::Unexpanded> = unexpanded::collect(input.chain),
        /// keys that are gone because a variable is known not to be set
        unset: List<unset::Unset> = unset::collect(&input.vanished, input.config),
        /// where the app and its backend say they are
        urls: List<urls::BaseUrl> = urls::collect(input.config),
        /// whether the portal in the browser may call the backend
        website: website::Website = website::collect(input.config),
    }
}

/// What the facts of a layer are computed from.
pub struct LayerInput<'a> {
    /// What it sets, directives and placeholders resolved; `None` where that is nothing.
    pub root: Option<&'a Value>,
    /// The secrets found in it.
    pub secrets: &'a [Secret],
}

sections! {
    /// The sections of `facts` in a layer.
    pub struct LayerFacts(input: &LayerInput<'_>) {
        /// keys next to the empty key they belong under
        flattened: List<flattened::Flattened> = flattened::collect(input.root),
        /// where secrets are, or belong
        secrets: List<secrets::SecretFact> = secrets::collect(input.secrets),
    }
}

/// What the facts of an app root are computed from.
pub struct RootInput<'a> {
    /// The app root.
    pub app: &'a AppRoot,
    /// What was read of a layer.
    pub known: &'a dyn Fn(&FilePath) -> Option<layers::Known>,
}

sections! {
    /// The sections of `facts` in an app root.
    pub struct RootFacts(input: &RootInput<'_>) {
        /// its layers as files, and who loads them
        layers: List<layers::LayerOfRoot> = layers::collect(input.app, input.known),
        /// layers that start commands name and that are not there
        missing_layers: List<layers::MissingLayer> = layers::missing(input.app),
        /// local layers that Dockerfiles take into images
        local_copies: List<image_copies::LocalCopy> = image_copies::collect(input.app, input.known),
        /// layers that start commands load before the base layer, which overrides them
        misordered_layers: List<layers::MisorderedLayer> = layers::misordered(input.app),
        /// schemas of the repository's own packages that the app never sees
        unregistered_schemas: List<own_schemas::UnregisteredSchema> = own_schemas::collect(&input.app.packages),
        /// layers that are loaded in no fixed order
        unordered_layers: List<layers::UnorderedLayers> = layers::unordered(input.app),
    }
}

facts! {
    /// What a card of scope `chain` reads.
    pub struct OfChain {
        /// the chain it judges
        chain: chain::ChainSubject,
        /// the effective config: what the running process would see
        config: Config,
        /// what follows from it
        facts: ChainFacts,
    }

    /// What a card of scope `layer` reads.
    pub struct OfLayer {
        /// the layer it judges
        layer: layer::LayerSubject,
        /// what this layer sets, directives and placeholders resolved
        config: Config,
        /// what follows from it
        facts: LayerFacts,
    }

    /// What a card of scope `app` reads.
    pub struct OfRoot {
        /// the app root it judges
        app: app::App,
        /// what follows from its files
        facts: RootFacts,
    }
}

/// Small trees for the tests of those who read facts.
#[cfg(test)]
pub mod trees {
    use crate::backstage::value::{Kind, Object, Value};

    /// A mapping. A field that is null is left out.
    pub fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let fields = fields.into_iter();
        let there = fields.filter(|(_, value)| value.kind != Kind::Null);
        let object: Object = there.map(|(name, value)| (name.into(), value)).collect();
        Value::derived(Kind::Object(object))
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::derived(Kind::Array(items.into_iter().collect()))
    }

    /// A boolean.
    pub fn truth(value: bool) -> Value {
        Value::derived(Kind::Bool(value))
    }

    /// A number.
    pub fn number(value: f64) -> Value {
        Value::derived(Kind::Number(value))
    }
}
