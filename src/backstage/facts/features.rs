//! `facts.features`: what the versions in use do not have.
//!
//! In: the packages of the app. Out: features that are surely absent. Never: a guess; without a lockfile that names
//! packages of Backstage, nothing is absent.

use super::fact::Bool;
use super::macros::facts;
use crate::backstage::database::Release;
use crate::backstage::npm::Packages;
use crate::files::Files;

facts! {
    /// Features that the app surely lacks.
    pub struct Features {
        /// the lockfile names no backend of TechDocs
        no_techdocs: Bool,
        /// the lockfile names nothing of the permission framework
        no_permissions: Bool,
        /// the backend is of a release without `backend.auth.externalAccess`
        no_external_access: Bool,
    }
}

/// What an app lacks.
pub fn collect(packages: &Packages, files: &dyn Files) -> Features {
    let lockfile = packages.lockfile.as_ref();
    let lockfile = lockfile.filter(|lockfile| lockfile.names_scope("@backstage"));
    let lacks = |names: &[&str]| {
        lockfile.is_some_and(|lockfile| !names.iter().any(|name| lockfile.has(name)))
    };
    // `externalAccess` came with 0.7.2 of backend-app-api; 0.2.18 of backend-defaults is the first that brings it. Later
    // releases of backend-defaults have it of their own.
    let since = |package: &str, first: &str| {
        let version = packages.version(files, package)?;
        Some(Release::of(version.text()).since(first))
    };
    let by_defaults = since("@backstage/backend-defaults", "0.2.18");
    let access = by_defaults.or_else(|| since("@backstage/backend-app-api", "0.7.2"));
    Features {
        origin: None,
        no_techdocs: lacks(&["@backstage/plugin-techdocs-backend"]).into(),
        no_permissions: lacks(&[
            "@backstage/plugin-permission-backend",
            "@backstage/plugin-permission-node",
            "@backstage/plugin-permission-common",
        ])
        .into(),
        no_external_access: access.is_some_and(|access| access.is(false)).into(),
    }
}
