//! `facts.unregisteredSchemas`: schemas of the repository's own packages that the app never sees.
//!
//! In: the packages that the backend depends on. Out: those whose schema is not collected. Never: what is in a schema.
//!
//! The loader collects the schema that `configSchema` of a package.json names (`@backstage/config-loader`,
//! `collectConfigSchemas`); a file beside it alone is nothing to it. `backstage-cli` packs the packages of the workspace
//! for the image by what `files` lists.

use std::sync::Arc;

use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::npm::{Manifest, Packages};
use crate::files::FilePath;
use crate::text::Place;

facts! {
    /// A schema that is not collected.
    pub struct UnregisteredSchema {
        /// the package; points at where its package.json would have to change
        package: Text,
        /// the file name of the schema
        schema: Text,
        /// why it is not collected: `not-named` by `configSchema`, or `not-packed` into the image
        cause: Text,
    }
}

/// The schemas of own packages that are not collected.
pub fn collect(packages: &Packages) -> List<UnregisteredSchema> {
    let fact = |(manifest, schema): &(Arc<Manifest>, FilePath)| {
        let (cause, place) = cause(manifest, schema.name())?;
        Some(UnregisteredSchema {
            origin: None,
            package: Text::from(manifest.name.clone()?).at(Some(place)),
            schema: schema.name().into(),
            cause: cause.into(),
        })
    };
    packages.with_schema.iter().filter_map(fact).collect()
}

fn cause(manifest: &Manifest, schema: &str) -> Option<(&'static str, Place)> {
    if manifest.config_schema.is_none() {
        return Some(("not-named", manifest.name_place));
    }
    let (packed, place) = manifest.packed.as_ref()?;
    let takes = |name: &Arc<str>| {
        let name = name.trim_start_matches("./");
        name == schema || name.contains('*') || matches!(name, "" | ".")
    };
    (!packed.iter().any(takes)).then_some(("not-packed", *place))
}
