//! Files to servers.
//!
//! In: a [`Files`](crate::files::Files) and a folder, or one file that a person named. Out: every [`Server`] with the
//! places its settings are written in, and what was left out and why. Never: a judgement of a setting.
//!
//! A form in which settings are written (a gcfg file, values of a chart, a compose file) is one folder here, with a
//! type that implements [`Source`], and one row of [`SOURCES`](sources::SOURCES). They run in the order of the table
//! on one list of servers: a later one may add to what an earlier one found, as a compose file does that mounts a file
//! and sets variables beside it.

mod compose;
mod file;
mod source;
mod sources;

use crate::backstage::words::LeftOut;
use crate::connect::words::Server;
use crate::files::{FilePath, Files, GitStatus};
use crate::text::Sources;

pub use file::name_of_other_product;
pub use source::{Found, Source, Tree};
pub use sources::{SOURCES, SourceKind};

/// Finds every server below a folder.
pub fn find(files: &dyn Files, folder: &FilePath, sources: &mut Sources) -> Found {
    let wanted = |name: &str| SOURCES.iter().any(|row| row.source.wants(name));
    let listing = files.list(folder, &wanted);
    let (ignored, here): (Vec<_>, Vec<_>) = listing
        .into_iter()
        .partition(|listed| listed.git == GitStatus::Ignored);
    let mut found = Found::default();
    let paths: Vec<FilePath> = here.into_iter().map(|listed| listed.path).collect();
    read(files, &paths, &mut found, sources);
    let ignored = ignored
        .into_iter()
        .filter(|listed| file::is_config(listed.path.name()));
    found.left_out.extend(ignored.map(|listed| LeftOut {
        path: listed.path,
        reason: "is ignored by git".into(),
    }));
    found
}

/// The server that a file belongs to, which a person named: a file of any name that ends in `.gcfg` is one.
pub fn around(files: &dyn Files, path: &FilePath, sources: &mut Sources) -> Found {
    let mut found = Found::default();
    let mut paths = file::beside(files, path);
    if SOURCES.iter().any(|row| row.source.wants(path.name())) && !paths.contains(path) {
        paths.push(path.clone());
    }
    read(files, &paths, &mut found, sources);
    let names = |server: &Server| server.parts.iter().any(|part| part.path == *path);
    found.servers.retain(names);
    if let Some(product) = name_of_other_product(path.name()) {
        found.left_out.push(LeftOut {
            path: path.clone(),
            reason: format!("configures {product}, which is not checked"),
        });
    }
    found
}

fn read(files: &dyn Files, paths: &[FilePath], found: &mut Found, sources: &mut Sources) {
    let mut tree = Tree {
        files,
        found,
        sources,
    };
    for row in SOURCES {
        // A file that a person named may have any name: then the first source has it in `paths` all the same.
        let wanted = paths
            .iter()
            .filter(|path| row.source.wants(path.name()) || row.source.takes(path.name()));
        row.source.servers(&wanted.collect::<Vec<_>>(), &mut tree);
    }
    found.servers.sort_by(|a, b| a.name.cmp(&b.name));
}

#[cfg(test)]
mod tests;
