//! Why there is no plan.

use crate::backstage::value::Origin;

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum PlanError {
    /// The answer depends on an open value.
    Open,
    /// The manager would throw.
    Refused(Refused),
    /// The id of the plugin is no config key.
    PluginId,
}

/// Something that the manager would throw about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// The value it refuses.
    pub origin: Option<Origin>,
}

impl PlanError {
    pub(super) fn refused(refusal: Refusal, origin: Option<Origin>) -> Self {
        Self::Refused(Refused { refusal, origin })
    }
}

/// Why the manager would throw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A setting has a type that the config reader refuses.
    IllTyped,
    /// `client` is not set.
    ClientMissing,
    /// A client that the manager does not know.
    ClientUnknown,
    /// `connection` is not set.
    ConnectionMissing,
    /// `schemaPrefix` is not a valid identifier.
    SchemaPrefix,
    /// A schema name longer than 63 bytes.
    SchemaTooLong,
    /// A file name in the base connection of SQLite.
    SqliteBaseFilename,
    /// A division mode that the client does not support.
    DivisionMode,
    /// A connection string that does not parse.
    ConnectionString,
    /// `connection.type` is not one of those that exist.
    ConnectionTypeUnknown,
    /// A `connection.type` that came with a later release.
    ConnectionTypeLater,
    /// `type: cloudsql` in a base of another client than `pg`.
    CloudSqlClient,
    /// `type: cloudsql` without `instance`.
    CloudSqlInstance,
    /// unknown `ipAddressType`.
    CloudSqlAddress,
    /// `type: rds` without host, port or user.
    RdsIncomplete,
    /// `type: rds` without a region, neither here nor in the environment.
    RdsRegion,
    /// libpq's `verify-ca` without a certificate of an authority.
    VerifyCaWithoutCa,
}

impl Refusal {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::IllTyped,
        Self::ClientMissing,
        Self::ClientUnknown,
        Self::ConnectionMissing,
        Self::SchemaPrefix,
        Self::SchemaTooLong,
        Self::SqliteBaseFilename,
        Self::DivisionMode,
        Self::ConnectionString,
        Self::ConnectionTypeUnknown,
        Self::ConnectionTypeLater,
        Self::CloudSqlClient,
        Self::CloudSqlInstance,
        Self::CloudSqlAddress,
        Self::RdsIncomplete,
        Self::RdsRegion,
        Self::VerifyCaWithoutCa,
    ];

    /// Whether something is not there, rather than wrong.
    pub(super) const fn is_absence(self) -> bool {
        matches!(self, Self::ClientMissing | Self::ConnectionMissing)
    }

    /// Its word in the facts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::IllTyped => "ill-typed",
            Self::ClientMissing => "client-missing",
            Self::ClientUnknown => "client-unknown",
            Self::ConnectionMissing => "connection-missing",
            Self::SchemaPrefix => "schema-prefix",
            Self::SchemaTooLong => "schema-too-long",
            Self::SqliteBaseFilename => "base-filename",
            Self::DivisionMode => "division-mode",
            Self::ConnectionString => "connection-string",
            Self::ConnectionTypeUnknown => "connection-type-unknown",
            Self::ConnectionTypeLater => "connection-type-later",
            Self::CloudSqlClient => "cloudsql-client",
            Self::CloudSqlInstance => "cloudsql-instance",
            Self::CloudSqlAddress => "cloudsql-address",
            Self::RdsIncomplete => "rds-incomplete",
            Self::RdsRegion => "rds-region",
            Self::VerifyCaWithoutCa => "verify-ca-without-ca",
        }
    }

    /// What is wrong, for people: the rest of "the app does not start: …".
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::IllTyped => "a setting has the wrong type",
            Self::ClientMissing => "`client` is not set",
            Self::ClientUnknown => "unknown `client`",
            Self::ConnectionMissing => "`connection` is not set",
            Self::SchemaPrefix => "`schemaPrefix` is not a valid identifier",
            Self::SchemaTooLong => "the schema name is longer than 63 bytes",
            Self::SqliteBaseFilename => "the SQLite base connection is a file, not a directory",
            Self::DivisionMode => "the client does not support `pluginDivisionMode: schema`",
            Self::ConnectionString => "invalid connection string",
            Self::ConnectionTypeUnknown => "unknown `connection.type`",
            Self::ConnectionTypeLater => {
                "this release of `@backstage/backend-defaults` does not support this `connection.type`"
            }
            Self::CloudSqlClient => "`type: cloudsql` requires `client: pg`",
            Self::CloudSqlInstance => "`type: cloudsql` requires `instance`",
            Self::CloudSqlAddress => "unknown `ipAddressType`",
            Self::RdsIncomplete => "`type: rds` requires `host`, `port` and `user`",
            Self::RdsRegion => "`type: rds` requires `region` or `AWS_REGION`",
            Self::VerifyCaWithoutCa => "`sslmode=verify-ca` requires `sslrootcert`",
        }
    }
}
