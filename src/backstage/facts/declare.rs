//! What facts there are: the one list from which docs/facts.md, `stagecheck facts` and the check of conditions
//! against unknown fields come.

/// One field of a fact.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, with units and when it is absent.
    pub meaning: &'static str,
}

/// What a field holds. Any leaf may also be open (not known here) or absent.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// Strings.
    Strings,
    /// Part of the config as it is: any shape below it.
    Config,
    /// Named fields.
    Object(&'static [Field]),
    /// Items that each have these fields.
    List(&'static [Field]),
}

impl Field {
    /// A field with this name, shape and meaning.
    pub const fn new(name: &'static str, shape: Shape, meaning: &'static str) -> Self {
        Self {
            name,
            shape,
            meaning,
        }
    }
}

/// What a card of scope `chain` reads.
pub const CHAIN: &[Field] = &[
    Field::new(
        "chain",
        Shape::Object(super::chain::FIELDS),
        "the chain it judges",
    ),
    Field::new(
        "config",
        Shape::Config,
        "the effective config: what the running process would see",
    ),
    Field::new("facts", Shape::Object(CHAIN_FACTS), "what follows from it"),
];

/// What a card of scope `layer` reads.
pub const LAYER: &[Field] = &[
    Field::new(
        "layer",
        Shape::Object(super::layer::FIELDS),
        "the layer it judges",
    ),
    Field::new(
        "config",
        Shape::Config,
        "what this layer sets, directives and placeholders resolved",
    ),
    Field::new("facts", Shape::Object(LAYER_FACTS), "what follows from it"),
];

/// What a card of scope `app` reads.
pub const APP: &[Field] = &[
    Field::new(
        "app",
        Shape::Object(super::app::FIELDS),
        "the app root it judges",
    ),
    Field::new(
        "facts",
        Shape::Object(APP_FACTS),
        "what follows from its files",
    ),
];

/// The sections of `facts` in a chain. Each section is a module that declares its fields and computes them.
pub const CHAIN_FACTS: &[Field] = &[
    Field::new(
        "auth",
        Shape::Object(super::auth::FIELDS),
        "who can sign in, and how",
    ),
    Field::new(
        "cache",
        Shape::Object(super::cache::FIELDS),
        "the store that plugins keep their caches in",
    ),
    Field::new(
        "clusters",
        Shape::List(super::clusters::FIELDS),
        "the Kubernetes clusters the portal talks to",
    ),
    Field::new(
        "cors",
        Shape::Object(super::cors::FIELDS),
        "which websites may call the backend",
    ),
    Field::new(
        "csp",
        Shape::Object(super::csp::FIELDS),
        "the content security policy, as the browser reads it",
    ),
    Field::new(
        "databases",
        Shape::List(super::databases::FIELDS),
        "what the DatabaseManager would do: first for every plugin without settings of its own, then for the others",
    ),
    Field::new(
        "deployment",
        Shape::Object(super::deployment::FIELDS),
        "what the settings say about the deployment",
    ),
    Field::new(
        "extensions",
        Shape::List(super::extensions::FIELDS),
        "the items of `app.extensions`, as the new frontend system reads them",
    ),
    Field::new(
        "githubApps",
        Shape::List(super::hosts::APPS),
        "the GitHub Apps of `integrations.github`",
    ),
    Field::new(
        "integrationHosts",
        Shape::List(super::hosts::FIELDS),
        "hosts of `integrations` that are refused at start",
    ),
    Field::new(
        "integrations",
        Shape::List(super::integrations::FIELDS),
        "the code hosts the portal reads from",
    ),
    Field::new(
        "misplaced",
        Shape::List(super::misplaced::FIELDS),
        "database settings that stand where nothing reads them",
    ),
    Field::new(
        "node",
        Shape::Object(super::node::FIELDS),
        "what the variables of the deployment tell Node.js",
    ),
    Field::new(
        "overrides",
        Shape::List(super::overrides::FIELDS),
        "what layers do to the layers below them",
    ),
    Field::new(
        "pluginKeys",
        Shape::List(super::plugin_keys::FIELDS),
        "keys of `backend.database.plugin` that are plugin ids in another spelling",
    ),
    Field::new(
        "pools",
        Shape::List(super::pools::FIELDS),
        "the pools of those databases, setting by setting",
    ),
    Field::new(
        "proxies",
        Shape::List(super::proxies::FIELDS),
        "the endpoints of the proxy",
    ),
    Field::new(
        "servers",
        Shape::List(super::servers::FIELDS),
        "the servers of those databases, and how many connections may be opened there",
    ),
    Field::new(
        "signInResolvers",
        Shape::List(super::resolvers::FIELDS),
        "how users who sign in become users of the catalog",
    ),
    Field::new(
        "tlsFiles",
        Shape::List(super::databases::TLS_FILES),
        "files of certificates and keys that those databases name",
    ),
    Field::new(
        "typeConflicts",
        Shape::List(super::conflicts::FIELDS),
        "values of lower layers that the app refuses to read below a mapping",
    ),
    Field::new(
        "unset",
        Shape::List(super::unset::FIELDS),
        "keys that are gone because a variable is known not to be set",
    ),
    Field::new(
        "urls",
        Shape::List(super::urls::FIELDS),
        "where the app and its backend say they are",
    ),
    Field::new(
        "website",
        Shape::Object(super::website::FIELDS),
        "whether the portal in the browser may call the backend",
    ),
];

/// The sections of `facts` in a layer.
pub const LAYER_FACTS: &[Field] = &[Field::new(
    "secrets",
    Shape::List(super::secrets::FIELDS),
    "where secrets stand, or belong",
)];

/// The sections of `facts` in an app root.
pub const APP_FACTS: &[Field] = &[
    Field::new(
        "layers",
        Shape::List(super::layers::FIELDS),
        "its layers as files, and who loads them",
    ),
    Field::new(
        "missingLayers",
        Shape::List(super::layers::MISSING_FIELDS),
        "layers that start commands name and that are not there",
    ),
    Field::new(
        "localCopies",
        Shape::List(super::image_copies::FIELDS),
        "local layers that Dockerfiles take into images",
    ),
    Field::new(
        "misorderedLayers",
        Shape::List(super::layers::MISORDERED_FIELDS),
        "layers that start commands name in front of the base layer, which overrides them",
    ),
];
