//! `facts.clusters`: the Kubernetes clusters that the portal talks to.

use super::fact::{Config, List, Text};
use super::macros::facts;
use crate::backstage::value::Value;

facts! {
    /// A Kubernetes cluster, or a locator that finds clusters by itself.
    pub struct Cluster {
        /// `name` of the cluster; of a locator its `type`
        name: Config,
        /// `url`, where it is known and does not begin with `http://` or `https://`; absent otherwise. Points at it
        url_without_scheme: Text,
        /// `skipTLSVerify` as written; absent without it. Points at it
        skip_tls_verify: Config,
    }
}

/// The clusters of an effective config.
pub fn collect(config: &Value) -> List<Cluster> {
    let locators = config.at(["kubernetes", "clusterLocatorMethods"]);
    let locators = locators.and_then(Value::as_array).unwrap_or_default();
    let each = locators.iter().flat_map(|locator| {
        let clusters = locator.get("clusters").and_then(Value::as_array);
        let clusters = clusters.unwrap_or_default().iter();
        std::iter::once(fact(locator, "type")).chain(clusters.map(|one| fact(one, "name")))
    });
    each.collect()
}

fn fact(of: &Value, name: &str) -> Cluster {
    let part = |key: &str| Config::from(of.get(key));
    Cluster {
        origin: of.origin,
        name: part(name),
        url_without_scheme: url_without_scheme(of),
        skip_tls_verify: part("skipTLSVerify"),
    }
}

/// The plugin calls `new URL(url)` of Node.js, which throws without a scheme, and takes the host for one in `host:443`.
fn url_without_scheme(of: &Value) -> Text {
    let Some(url) = of.get("url") else {
        return Text::default();
    };
    let text = url.as_str().map(str::trim).filter(|text| {
        let lower = text.to_ascii_lowercase();
        !text.is_empty() && !lower.starts_with("http://") && !lower.starts_with("https://")
    });
    Text::optional(text).with_origin(url.origin)
}
