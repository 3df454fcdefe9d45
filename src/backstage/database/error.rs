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
    /// `schemaPrefix` is no identifier.
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
    /// `ipAddressType` is not one of those that exist.
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
            Self::IllTyped => "a setting has another type than the manager reads",
            Self::ClientMissing => "`client` is not set",
            Self::ClientUnknown => "the manager has no such client",
            Self::ConnectionMissing => "`connection` is not set",
            Self::SchemaPrefix => "`schemaPrefix` is no identifier",
            Self::SchemaTooLong => "the name of the schema is longer than 63 bytes",
            Self::SqliteBaseFilename => {
                "SQLite takes the base connection for one file that all plugins would share"
            }
            Self::DivisionMode => "the client cannot divide plugins by schema",
            Self::ConnectionString => "the connection string does not parse",
            Self::ConnectionTypeUnknown => "the manager has no such `connection.type`",
            Self::ConnectionTypeLater => {
                "this release of `@backstage/backend-defaults` does not have this `connection.type` yet"
            }
            Self::CloudSqlClient => "`type: cloudsql` is for `client: pg` alone",
            Self::CloudSqlInstance => "`type: cloudsql` needs `instance`",
            Self::CloudSqlAddress => "`ipAddressType` is not one of those that exist",
            Self::RdsIncomplete => "`type: rds` needs host, port and user",
            Self::RdsRegion => "`type: rds` needs `region` or the variable AWS_REGION",
            Self::VerifyCaWithoutCa => "`sslmode=verify-ca` needs `sslrootcert`",
        }
    }
}
