//! `facts.signInResolvers`: how users of the sign-in providers become users of the catalog.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::value::Value;

/// What [`collect`] gives for each resolver.
pub const FIELDS: &[Field] = &[
    Field::new("provider", Shape::String, "the provider, e.g. `github`"),
    Field::new(
        "resolver",
        Shape::Config,
        "its name, e.g. `emailMatchingUserEntityProfileEmail`; points at it",
    ),
    Field::new(
        "withoutUser",
        Shape::Config,
        "`dangerouslyAllowSignInWithoutUserInCatalog` as written; absent without it. Points at it",
    ),
    Field::new(
        "restricted",
        Shape::Bool,
        "something bounds who may come: `allowedDomains` or `domain` of the resolver, or an instance, tenant or \
         organization of the company that the provider names",
    ),
];

/// Settings of a provider that name the company's own instance or tenant of it, so that strangers have no account there.
const OWN_INSTANCE: [&str; 9] = [
    "enterpriseInstanceUrl",
    "audience",
    "tenantId",
    "domainHint",
    "metadataUrl",
    "domain",
    "authorizationUrl",
    "organization",
    "openshiftApiServerUrl",
];

/// The resolvers of an effective config, those of every environment: each environment's sign-in can be asked for.
pub fn collect(config: &Value) -> Value {
    let providers = config.at(["auth", "providers"]).and_then(Value::as_object);
    let mut facts = Vec::new();
    for (name, provider) in providers.into_iter().flatten() {
        let environments = provider.as_object().into_iter().flatten();
        let blocks = std::iter::once(provider).chain(environments.map(|(_, block)| block));
        for block in blocks {
            let resolvers = block.at(["signIn", "resolvers"]).and_then(Value::as_array);
            let resolvers = resolvers.unwrap_or_default().iter();
            facts.extend(resolvers.map(|resolver| fact(name, block, resolver)));
        }
    }
    list(facts)
}

fn fact(provider: &str, block: &Value, resolver: &Value) -> Value {
    let part = |key: &str| resolver.get(key).cloned().unwrap_or_else(absent);
    let has = |of: &Value, keys: &[&str]| keys.iter().any(|key| of.get(key).is_some());
    let restricted =
        has(resolver, &["allowedDomains", "allowedOrganizations"]) || has(block, &OWN_INSTANCE);
    object([
        ("provider", Value::string(provider)),
        ("resolver", part("resolver")),
        (
            "withoutUser",
            part("dangerouslyAllowSignInWithoutUserInCatalog"),
        ),
        ("restricted", truth(restricted)),
    ])
    .with_origin(resolver.origin)
}
