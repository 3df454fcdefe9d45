//! What a Posit Connect server is to this program: the places in which its settings are written, and what runs it.
//!
//! In: nothing. Out: [`Server`] and its parts, which discovery fills and loading reads. Never: a setting.

use std::sync::Arc;

use crate::backstage::words::EnvironmentVariable;
use crate::files::FilePath;
use crate::text::Place;

/// One server, as it was found.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name: the path of its main file.
    pub name: Arc<str>,
    /// The folder that its settings of stagecheck are looked for in.
    pub folder: FilePath,
    /// Where its settings are written, those that count less first.
    pub parts: Vec<Part>,
    /// Variables that other files set for its process, in order of those files.
    pub variables: Vec<SetVariable>,
    /// What the settings of the repository say of it.
    pub deployment: Deployment,
}

/// A variable that a file sets for the process of a server.
#[derive(Debug, Clone)]
pub struct SetVariable {
    /// The file.
    pub path: FilePath,
    /// The variable.
    pub variable: EnvironmentVariable,
}

/// One place in which settings of a server are written.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file that is read for it.
    pub path: FilePath,
    /// What it is to the server.
    pub role: Role,
    /// What the file is.
    pub form: Form,
}

/// What a part is to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// `rstudio-connect-migration.gcfg`, which an upgrade writes beside the main file. Which of the two wins is not
    /// documented; here the main file does.
    Migration,
    /// `rstudio-connect.gcfg`, or what becomes it.
    Main,
    /// Environment variables of the process. The file wins over them, but in `[Logging]`, where they win
    /// (<https://docs.posit.co/connect/admin/logging/>).
    Environment,
}

/// What a gcfg file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The server reads it as it is.
    Plain,
    /// A template: something fills it in before the server reads it.
    Template,
}

/// What is said of the servers that run with these settings.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// The version that runs, and where that is said.
    pub version: Option<(Arc<str>, Place)>,
    /// How many copies of the server run, and where that is said.
    pub replicas: Option<(u32, Place)>,
}

impl Server {
    /// The files its settings are in, those that count less first, each once.
    pub fn files(&self) -> Vec<&FilePath> {
        let mut files: Vec<&FilePath> = self.variables.iter().map(|it| &it.path).collect();
        files.dedup();
        files.extend(self.parts.iter().map(|part| &part.path));
        files
    }
}

impl Role {
    /// Its word in facts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Main => "main",
            Self::Environment => "environment",
        }
    }
}
