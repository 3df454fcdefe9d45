//! Start commands to chains.
//!
//! In: a listing and the app roots in it. Out: each app root with the chains that its start commands make, and their
//! layers, also those without a telling name. Never: a guess; what cannot be read for sure makes a chain incomplete.

use crate::files::{FilePath, Files, Listed};
use crate::text::Sources;

use super::layers::Grouped;
use super::names::{self, NameKind};
use super::reader::Reader;
use super::{Options, compose, image, kubernetes, look_alike, plain};

/// Reads every start command of a listing and gives each app root its chains.
pub(super) fn add_chains(
    files: &dyn Files,
    listing: &[Listed],
    options: &Options,
    grouped: &mut Grouped,
    sources: &mut Sources,
) {
    let mut reader = Reader::new(files, listing, options, grouped, sources);
    let deployment = listing
        .iter()
        .map(|listed| &listed.path)
        .filter(|path| look_alike::by_path(path).is_none());
    for path in deployment
        .clone()
        .filter(|path| image::is_dockerfile(path.name()))
    {
        reader.dockerfile(path);
    }
    for path in deployment
        .clone()
        .filter(|path| compose::is_compose(path.name()))
    {
        reader.compose(path);
    }
    let is_manifest = |path: &&FilePath| {
        kubernetes::is_wanted(path.name())
            && !compose::is_compose(path.name())
            && names::kind_of(path.name()) == NameKind::Unrelated
    };
    reader.cluster(deployment.clone().filter(is_manifest));
    for path in deployment
        .clone()
        .filter(|path| plain::is_wanted(path.name()))
    {
        reader.other(path);
    }
    reader.adopt_embedded();
    let roots: Vec<FilePath> = reader.app_roots();
    for root in roots {
        reader.scripts(&root);
    }
}

/// Whether a file may hold start commands, by its name.
pub(super) fn is_wanted(name: &str) -> bool {
    image::is_dockerfile(name) || kubernetes::is_wanted(name) || plain::is_wanted(name)
}
