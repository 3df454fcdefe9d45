//! `facts.signInResolvers`: how users of the sign-in providers become users of the catalog.

use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::value::Value;

facts! {
    /// A sign-in resolver.
    pub struct Resolver {
        /// the provider, e.g. `github`
        provider: Text,
        /// its name, e.g. `emailMatchingUserEntityProfileEmail`; points at it
        resolver: Config,
        /// `dangerouslyAllowSignInWithoutUserInCatalog` as written; absent without it. Points at it
        without_user: Config,
        /// something bounds who may come: `allowedDomains` or `domain` of the resolver, or an instance, tenant or
        /// organization of the company that the provider names
        restricted: Bool,
    }
}

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
pub fn collect(config: &Value) -> List<Resolver> {
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
    List::Known(facts)
}

fn fact(provider: &str, block: &Value, resolver: &Value) -> Resolver {
    let part = |key: &str| Config::from(resolver.get(key));
    let has = |of: &Value, keys: &[&str]| keys.iter().any(|key| of.get(key).is_some());
    let restricted =
        has(resolver, &["allowedDomains", "allowedOrganizations"]) || has(block, &OWN_INSTANCE);
    Resolver {
        origin: resolver.origin,
        provider: provider.into(),
        resolver: part("resolver"),
        without_user: part("dangerouslyAllowSignInWithoutUserInCatalog"),
        restricted: restricted.into(),
    }
}
