//! The table of the forms in which settings of a server are written.

use super::compose;
use super::file;
use super::source::Source;

/// A form of configuration.
pub struct SourceKind {
    /// What it is called.
    pub name: &'static str,
    /// Names of files that hold it: hooks have to run when one of them changes.
    pub file_names: &'static [&'static str],
    /// What reads it.
    pub source: &'static dyn Source,
}

/// Every form, in the order they are read. Files come first, so that what deploys a server can add to it.
pub const SOURCES: &[SourceKind] = &[
    SourceKind {
        name: "gcfg",
        file_names: &[
            "rstudio-connect.gcfg",
            "rstudio-connect-migration.gcfg",
            "rstudio-connect.gcfg.j2",
        ],
        source: &file::GcfgFiles,
    },
    SourceKind {
        name: "compose",
        file_names: &["docker-compose.yaml", "compose.yml"],
        source: &compose::ComposeFiles,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_name_of_a_row_is_read_by_its_source() {
        for row in SOURCES {
            for name in row.file_names {
                assert!(row.source.wants(name), "{}: {name}", row.name);
            }
        }
    }
}
