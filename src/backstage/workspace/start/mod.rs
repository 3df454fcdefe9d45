//! Start commands to chains.
//!
//! In: a listing and the app roots in it. Out: each app root with the chains that its start commands make, and their
//! layers, also those without a telling name. Never: a guess; what cannot be read for sure makes a chain incomplete.

// What a command line is and what it starts.
mod command;
mod shell;
mod word;
// What each kind of deployment file says.
mod compose;
mod dockerfile;
mod dockerignore;
mod env_file;
mod helm;
mod instruction;
mod kubernetes;
// From what they say to chains.
mod chain;
mod charts;
mod cluster;
mod image;
mod images;
mod line;
mod other;
mod put;
mod reader;
mod run;
mod scripts;
mod shape;
mod steps;

use crate::files::{FilePath, Files, Listed};
use crate::text::Sources;

use super::layers::Grouped;
use super::names::{self, NameKind};
use super::{Options, look_alike};
use reader::Reader;

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
        .filter(|path| images::is_dockerfile(path.name()))
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
        cluster::is_wanted(path.name())
            && !compose::is_compose(path.name())
            && names::kind_of(path.name()) == NameKind::Unrelated
    };
    reader.cluster(deployment.clone().filter(is_manifest));
    for path in deployment
        .clone()
        .filter(|path| other::is_wanted(path.name()))
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
    images::is_dockerfile(name) || cluster::is_wanted(name) || other::is_wanted(name)
}
