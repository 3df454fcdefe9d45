//! `facts.replacedIntegrations`: lists of `integrations` that `connections` replaces.
//!
//! In: an effective config, and the release of `@backstage/backend-defaults`. Out: the lists that its connections service
//! ignores (`combineConnectionSources` of `@backstage/connections`): one entry of a type in `connections` drops all
//! `integrations` of that type. Never: whether a plugin asks that service.

use super::fact::at_key;
use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::database::Release;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A list of integrations that is ignored.
    pub struct ReplacedIntegration {
        /// its key, e.g. `github`; points at it
        kind: Text,
        /// the type of connection that replaces it, e.g. `github` or `bitbucket-cloud`. Points at the first of them
        by: Text,
    }
}

/// Keys of `integrations` (`aws` is one of its own), and the type of connection that each is converted to.
const TYPES: [(&[&str], &str); 13] = [
    (&["aws"], "aws"),
    (&["integrations", "awsCodeCommit"], "aws-codecommit"),
    (&["integrations", "awsS3"], "aws-s3"),
    (&["integrations", "azure"], "azure"),
    (&["integrations", "azureBlobStorage"], "azure-blob-storage"),
    (&["integrations", "bitbucketCloud"], "bitbucket-cloud"),
    (&["integrations", "bitbucketServer"], "bitbucket-server"),
    (&["integrations", "gerrit"], "gerrit"),
    (&["integrations", "gitea"], "gitea"),
    (&["integrations", "github"], "github"),
    (&["integrations", "gitlab"], "gitlab"),
    (&["integrations", "googleGcs"], "google-gcs"),
    (&["integrations", "harness"], "harness"),
];

/// The lists of an effective config that are ignored.
pub fn collect(config: &Value, release: &Release) -> List<ReplacedIntegration> {
    let connections = config.get("connections").and_then(Value::as_array);
    let connections = connections.filter(|_| !release.reads_connections().is(false));
    let types = connections.unwrap_or_default().iter();
    let types: Vec<&Value> = types.filter_map(|it| it.get("type")).collect();
    let replaced = |(path, kind): &(&[&'static str], &'static str)| {
        let by = types.iter().find(|by| by.as_str() == Some(kind))?;
        let list = config
            .at(path.iter().copied())
            .filter(|list| match &list.kind {
                Kind::Null => false,
                Kind::Array(items) => !items.is_empty(),
                _ => true,
            })?;
        Some(ReplacedIntegration {
            origin: None,
            kind: Text::from(path.join(".")).with_origin(at_key(list)),
            by: Text::from(*kind).with_origin(by.origin),
        })
    };
    TYPES.iter().filter_map(replaced).collect()
}
