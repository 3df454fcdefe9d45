//! Start commands to chains: the table of all kinds of files in which they stand.
//!
//! In: a listing and the app roots in it. Out: each app root with the chains that its start commands make, and their
//! layers, also those without a telling name. Never: a guess; what cannot be read for sure makes a chain incomplete.

use crate::files::{FilePath, Files, Listed};
use crate::text::Sources;

use super::layers::Grouped;
use super::options::Options;
use super::reader::Reader;
use super::source::Source;
use super::{cluster, compose, image, look_alike, plain, script};
use crate::backstage::words::StartKind;

/// A kind of file that start commands stand in.
pub struct SourceKind {
    /// The kind.
    pub kind: StartKind,
    /// What it is called in `chains --format json`, and as an origin.
    pub name: &'static str,
    /// What `chains` calls it in its table, where the file's name does not say.
    pub in_words: &'static str,
    /// Names of files that hold it: hooks have to run when one of them changes.
    pub file_names: &'static [&'static str],
    /// What reads it. Values of Helm charts are read together with the manifests they stand among.
    source: Option<&'static dyn Source>,
}

/// Every kind, in the order they are read: scripts of a package.json come last, since a manifest may hold the layers
/// that make a folder an app root.
pub const SOURCES: &[SourceKind] = &[
    SourceKind {
        kind: StartKind::Dockerfile,
        name: "Dockerfile",
        in_words: "image",
        file_names: &[
            "Dockerfile",
            "prod.Dockerfile",
            "Containerfile",
            ".dockerignore",
        ],
        source: Some(&image::Dockerfiles),
    },
    SourceKind {
        kind: StartKind::Compose,
        name: "compose",
        in_words: "compose",
        file_names: &["compose.yaml", "docker-compose.yml"],
        source: Some(&compose::ComposeFiles),
    },
    SourceKind {
        kind: StartKind::Kubernetes,
        name: "Kubernetes",
        in_words: "Kubernetes",
        file_names: &["deployment.yaml", "kustomization.yml"],
        source: Some(&cluster::Manifests),
    },
    SourceKind {
        kind: StartKind::Helm,
        name: "Helm",
        in_words: "Helm",
        file_names: &["values.yaml"],
        source: None,
    },
    SourceKind {
        kind: StartKind::Other,
        name: "start command",
        in_words: "start command",
        file_names: &[
            "Procfile",
            "entrypoint.sh",
            "portal.service",
            "Makefile",
            "justfile",
        ],
        source: Some(&plain::PlainFiles),
    },
    SourceKind {
        kind: StartKind::Script,
        name: "script",
        in_words: "script",
        file_names: &["package.json"],
        source: Some(&script::Scripts),
    },
];

/// The row of a kind.
pub fn source_kind(kind: StartKind) -> Option<&'static SourceKind> {
    SOURCES.iter().find(|row| row.kind == kind)
}

/// Reads every start command of a listing and gives each app root its chains.
pub(super) fn add_chains(
    files: &dyn Files,
    listing: &[Listed],
    options: &Options,
    grouped: &mut Grouped,
    sources: &mut Sources,
) {
    let template_apps = grouped.template_apps.clone();
    let is_real = |path: &&FilePath| {
        let is_template = template_apps.iter().any(|folder| path.is_within(folder));
        !is_template && look_alike::by_path(path).is_none()
    };
    let mut reader = Reader::new(files, listing, options, grouped, sources);
    for source in SOURCES.iter().filter_map(|row| row.source) {
        let paths = listing.iter().map(|listed| &listed.path);
        let wanted = paths.filter(|path| source.wants(path.name()));
        let wanted: Vec<&FilePath> = wanted.filter(is_real).collect();
        source.processes(&wanted, &mut reader);
    }
}

/// Whether a file may hold start commands, by its name.
pub(super) fn is_wanted(name: &str) -> bool {
    let mut sources = SOURCES.iter().filter_map(|row| row.source);
    sources.any(|source| source.wants(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_start_command_is_in_the_table_once() {
        let kinds = [
            StartKind::Dockerfile,
            StartKind::Compose,
            StartKind::Script,
            StartKind::Kubernetes,
            StartKind::Helm,
            StartKind::Other,
        ];
        assert_eq!(SOURCES.len(), kinds.len());
        for kind in kinds {
            assert!(source_kind(kind).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn each_file_name_of_a_row_is_read_by_its_source() {
        for row in SOURCES {
            let names = row.file_names.iter();
            for name in names.filter(|name| **name != ".dockerignore") {
                assert!(is_wanted(name), "{name}");
                let own = row.source.is_none_or(|source| source.wants(name));
                assert!(own, "{name} is read by its own source");
            }
        }
    }

    #[test]
    fn the_schema_of_the_list_of_chains_knows_every_name() {
        let schema = include_str!("../../../schemas/chains.schema.json");
        for row in SOURCES {
            assert!(
                schema.contains(&format!("\"{}\"", row.name)),
                "{}",
                row.name
            );
        }
    }
}
