//! Which release of `@backstage/backend-defaults` the manager is of, and what that release does.
//!
//! In: a version, or a range of them. Out: for each thing that changed whether it is there. Never: a package.json.

use super::{ConnectionType, Known};
use crate::version::Version;

/// The releases of `@backstage/backend-defaults` that may be in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// The lowest of them, and the first after them; `None` when nothing tells.
    bounds: Option<(Version, Version)>,
}

impl Release {
    /// The release of this version, or one that this range takes: `0.18.0`, `^0.18.0`. A range that says no more than
    /// `*` leaves it open.
    pub fn of(version: &str) -> Self {
        Self {
            bounds: Version::bounds(version),
        }
    }

    /// Whether it is this version or a later one.
    pub fn since(&self, version: &str) -> Known<bool> {
        let (Some((lowest, end)), Some(version)) = (&self.bounds, Version::parse(version)) else {
            return Known::Open;
        };
        if *lowest >= version {
            Known::Known(true)
        } else if *end <= version {
            Known::Known(false)
        } else {
            Known::Open
        }
    }

    /// Whether the pool of PostgreSQL and MySQL keeps no connection open unless the config says so. Before, knex'
    /// own default of 2 holds.
    pub fn pool_is_empty(&self) -> Known<bool> {
        self.since("0.18.1")
    }

    /// Whether it reads `keepalive`; before, it always asks the database from time to time.
    pub fn reads_keepalive(&self) -> Known<bool> {
        self.since("0.18.1")
    }

    /// Whether the backend reads `connections` beside `integrations`.
    pub fn reads_connections(&self) -> Known<bool> {
        self.since("0.18.1")
    }

    /// Whether it reads `schemaPrefix`.
    pub fn reads_schema_prefix(&self) -> Known<bool> {
        self.since("0.18.0")
    }

    /// Whether it has a type of connection.
    pub fn has_type(&self, kind: ConnectionType) -> Known<bool> {
        first_with(kind).map_or(Known::Known(true), |version| self.since(version))
    }
}

/// The first release that has a type of connection, of those that came later than the others. As the published packages
/// have it: `cloudsql` has been there since 0.6.0.
pub fn first_with(kind: ConnectionType) -> Option<&'static str> {
    match kind {
        ConnectionType::Azure => Some("0.15.2"),
        ConnectionType::Rds => Some("0.17.0"),
        ConnectionType::CloudSql | ConnectionType::Default | ConnectionType::Open => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ConnectionType, Known, Release};

    #[test]
    fn a_range_that_takes_releases_of_both_kinds_leaves_it_open() {
        let rds = |version| Release::of(version).has_type(ConnectionType::Rds);
        assert_eq!(rds("0.17.0"), Known::Known(true));
        assert_eq!(rds("~0.16.0"), Known::Known(false));
        assert_eq!(rds("^0.18.0"), Known::Known(true));
        assert_eq!(rds("backstage:^"), Known::Open);
        let azure = |version| Release::of(version).has_type(ConnectionType::Azure);
        assert_eq!(azure("^0.15.0"), Known::Open);
        assert_eq!(azure("0.15.1"), Known::Known(false));
        let empty = |version| Release::of(version).pool_is_empty();
        assert_eq!(empty("0.18.0"), Known::Known(false));
        assert_eq!(empty("^0.18.0"), Known::Open);
        assert_eq!(empty("0.19.0"), Known::Known(true));
        assert_eq!(Release::default().pool_is_empty(), Known::Open);
    }
}
