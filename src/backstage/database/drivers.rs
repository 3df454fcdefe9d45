//! Whether the backend can have the packages that a plan needs.
//!
//! In: a plan, and the packages of the app. Out: [`Driver`]s. Never: a registry; the table below was read from the
//! published package.json files of `@backstage/backend-defaults` and `@backstage/backend-common`.

use super::Release;
use crate::backstage::npm::{self, DependencyKind, Manifest, Packages};
use crate::files::Files;
use crate::text::Place;
use crate::version::Version;

/// A package that a plan needs, and whether the backend can have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// The package.
    pub package: &'static str,
    /// Whether the backend can have it.
    pub status: DriverStatus,
    /// Whether the status is certain: there is a lockfile or a `node_modules` to ask.
    pub proven: bool,
    /// Where it is declared, else the `dependencies` in which it could be.
    pub place: Option<Place>,
}

/// Whether the backend can have a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DriverStatus {
    /// It is in its dependencies.
    Declared,
    /// The version in use of `@backstage/backend-defaults` or `@backstage/backend-common` brings it.
    Brought,
    /// It is in its `devDependencies` alone: not in an image for production.
    DevOnly,
    /// Some other package has it.
    LockfileOnly,
    /// Nothing brings it.
    Missing,
    /// The backend or the version in use is not known.
    Unknown,
}

impl DriverStatus {
    /// Its word in the facts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Brought => "brought",
            Self::DevOnly => "dev-only",
            Self::LockfileOnly => "lockfile-only",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

const DEFAULTS: &str = "@backstage/backend-defaults";
const COMMON: &str = "@backstage/backend-common";

/// Which versions bring a package: from the first, to before the second.
struct Brings {
    by: &'static str,
    package: &'static str,
    from: Option<&'static str>,
    before: Option<&'static str>,
}

const fn brings(
    by: &'static str,
    package: &'static str,
    from: Option<&'static str>,
    before: Option<&'static str>,
) -> Brings {
    Brings {
        by,
        package,
        from,
        before,
    }
}

/// Read with `npm view … dependencies` at 0.2.18, 0.3.3, 0.4.1, 0.4.4, 0.5.1, 0.8.2, 0.9.0, 0.12.0, 0.13.1, 0.14.0,
/// 0.15.0, 0.16.0, 0.16.1, 0.17.0, 0.17.4 and 0.18.0; backend-common at 0.19.10, 0.21.7, 0.23.3 and 0.25.0.
const TABLE: &[Brings] = &[
    brings(DEFAULTS, "pg", Some("0.3.0"), None),
    brings(DEFAULTS, "mysql2", Some("0.3.0"), None),
    brings(DEFAULTS, "better-sqlite3", Some("0.3.0"), Some("0.14.0")),
    brings(DEFAULTS, "@azure/identity", Some("0.15.2"), None),
    brings(DEFAULTS, "@aws-sdk/rds-signer", Some("0.17.0"), None),
    // Up to 0.5 it depends on backend-common, which brings these two.
    brings(DEFAULTS, "pg", None, Some("0.3.0")),
    brings(DEFAULTS, "mysql2", None, Some("0.3.0")),
    brings(COMMON, "pg", None, None),
    brings(COMMON, "mysql2", None, None),
];

/// The package that knex loads for the client `sqlite3`: another one in its first version.
///
/// Source: `lib/dialects/sqlite3/index.js` of knex 1.0.7 and 2.0.0.
pub fn sqlite3_package(packages: &Packages, files: &dyn Files) -> &'static str {
    const OF_KNEX_1: &str = "@vscode/sqlite3";
    let is_first = match packages.version(files, "knex") {
        Some(version) => version
            .text()
            .trim_start_matches(['^', '~'])
            .starts_with("1."),
        None => packages
            .backend
            .as_ref()
            .is_some_and(|backend| backend.dependency(OF_KNEX_1).is_some()),
    };
    match is_first {
        true => OF_KNEX_1,
        false => "sqlite3",
    }
}

/// Whether the backend can have a package.
pub fn driver(packages: &Packages, files: &dyn Files, package: &'static str) -> Driver {
    let Some(backend) = &packages.backend else {
        return Driver {
            package,
            status: DriverStatus::Unknown,
            proven: false,
            place: None,
        };
    };
    let declared = backend.dependency(package);
    let installed = packages.version(files, package);
    let is_installed = matches!(installed, Some(npm::Version::Installed(_)));
    let elsewhere = is_installed
        || packages.is_locked(package) == Some(true)
        || packages
            .root
            .as_ref()
            .is_some_and(|root| root.dependency(package).is_some());
    let bringers: Vec<npm::Version> = [DEFAULTS, COMMON]
        .iter()
        .filter_map(|by| packages.version(files, by))
        .collect();
    let status = match declared.map(|declared| declared.kind) {
        Some(kind) if kind != DependencyKind::Development => DriverStatus::Declared,
        development => match brought(packages, files, package) {
            Some(true) => DriverStatus::Brought,
            _ if development.is_some() => DriverStatus::DevOnly,
            _ if elsewhere => DriverStatus::LockfileOnly,
            Some(false) => DriverStatus::Missing,
            None if bringers.is_empty() && is_backend(backend) => DriverStatus::Missing,
            None => DriverStatus::Unknown,
        },
    };
    Driver {
        package,
        status,
        proven: packages.lockfile.is_some() && !bringers.is_empty(),
        place: Some(declared.map_or(backend.dependencies_place, |declared| declared.place)),
    }
}

/// Whether a package.json is that of a backend, rather than the only one there is.
fn is_backend(manifest: &Manifest) -> bool {
    let mut dependencies = manifest.dependencies.iter();
    manifest.is_backend() || dependencies.any(|it| it.name.starts_with("@backstage/backend-"))
}

/// The version of `@backstage/backend-defaults` in use, for messages.
pub fn defaults_version(packages: &Packages, files: &dyn Files) -> Option<String> {
    packages
        .version(files, DEFAULTS)
        .map(|version| version.text().to_owned())
}

/// The release of the DatabaseManager in use.
pub fn release(packages: &Packages, files: &dyn Files) -> Release {
    packages
        .version(files, DEFAULTS)
        .map_or_else(Release::default, |version| Release::of(version.text()))
}

/// Whether the versions in use bring a package; `None` when they are not known.
fn brought(packages: &Packages, files: &dyn Files, package: &str) -> Option<bool> {
    let mut known = false;
    let mut unsure = false;
    for by in [DEFAULTS, COMMON] {
        let Some(version) = packages.version(files, by) else {
            continue;
        };
        match brings_at(by, package, &version) {
            Some(true) => return Some(true),
            Some(false) => known = true,
            None => unsure = true,
        }
    }
    (known && !unsure).then_some(false)
}

fn brings_at(by: &str, package: &str, version: &npm::Version) -> Option<bool> {
    let rows = TABLE
        .iter()
        .filter(|row| row.by == by && row.package == package);
    let rows: Vec<&Brings> = rows.collect();
    if rows
        .iter()
        .all(|row| row.from.is_none() && row.before.is_none())
    {
        return Some(!rows.is_empty());
    }
    let text = version.text();
    // A range such as `>=0.13` or `*` may be met by versions that differ.
    if text.contains([' ', '>', '<', '*', '|', 'x']) {
        return None;
    }
    let number = Version::parse(text)?;
    let at_least = |bound: &str| Version::parse(bound).is_some_and(|bound| number >= bound);
    Some(
        rows.iter()
            .any(|row| row.from.is_none_or(at_least) && !row.before.is_some_and(at_least)),
    )
}

impl npm::Version {
    /// The version, or the range where only that is known.
    pub fn text(&self) -> &str {
        match self {
            Self::Installed(text) | Self::Locked(text) | Self::Declared(text) => text,
        }
    }
}
