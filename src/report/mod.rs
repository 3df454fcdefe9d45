//! Reports: the findings of a run written in one output format each.
//!
//! In: a [`Run`] and the [`Look`] of where it goes. Out: bytes. [`Format`] is the registry: a format is one
//! file with its [`Report`], and one row there. Every text passes [`text`] on its way, so that no format decides what may be shown.
//! Never: reading files, or changing findings.

mod azure;
mod checkstyle;
mod concise;
pub(crate) mod databases;
mod diff;
mod fix;
mod github;
mod gitlab;
mod home;
mod item;
mod json;
mod junit;
mod look;
mod pretty;
mod rdjson;
mod sarif;
pub(crate) mod shown;
mod style;
mod summary;
mod text;
mod writer;
mod xml;

use crate::run::Run;

pub(crate) use concise::line;
pub(crate) use databases::rows as database_rows;
pub use diff::diff;
pub use github::job_summary;
pub(crate) use home::page;
pub(crate) use item::{Fix, Item, Spot, items};
pub use look::{Color, Detail, Drawing, Look, Time};
pub(crate) use shown::{Origins, SecretText, Shown};
pub use summary::summary;
pub use writer::Report;

/// Makes [`Format`] of a table: variant, name on the command line, what writes it.
macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $writer:path,)*) => {
        /// An output format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Format {
            $($(#[$doc])* $variant,)*
        }

        impl Format {
            /// Every format, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What writes it.
            pub fn report(self) -> &'static dyn Report {
                match self {
                    $(Self::$variant => &$writer,)*
                }
            }
        }
    };
}

formats! {
    /// For people at a terminal.
    Pretty = "pretty" => pretty::Pretty,
    /// A line for each finding.
    Concise = "concise" => concise::Concise,
    /// One document for programs.
    Json = "json" => json::Json,
    /// A document on each line.
    JsonLines = "jsonl" => json::JsonLines,
    /// For code scanning.
    Sarif = "sarif" => sarif::Sarif,
    /// Workflow commands of GitHub Actions.
    Github = "github" => github::Github,
    /// Code Quality of GitLab.
    Gitlab = "gitlab" => gitlab::Gitlab,
    /// For whatever shows test results.
    Junit = "junit" => junit::Junit,
    /// For reviewdog.
    Rdjson = "rdjson" => rdjson::Rdjson,
    /// Logging commands of Azure Pipelines.
    Azure = "azure" => azure::Azure,
    /// For Jenkins and many others.
    Checkstyle = "checkstyle" => checkstyle::Checkstyle,
}

impl Format {
    /// The format of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name() == name)
    }
}

/// A report as it is written to a file.
pub fn to_bytes(format: Format, run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = format.report().write(run, &Look::FILE, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests;
