//! What a Posit Connect server is to this program: the places in which its settings are written, and what runs it.
//!
//! In: nothing. Out: [`Server`] and its parts, which discovery fills and loading reads. Never: a setting.

use std::ops::Range;
use std::sync::Arc;

use crate::backstage::words::EnvironmentVariable;
use crate::files::FilePath;
use crate::text::{Place, SourceId, Span};

/// One server, as it was found.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name: the path of its main file, or of the file that makes that, with `#` and a part of it behind where one
    /// file makes several.
    pub name: Arc<str>,
    /// The folder that its settings of stagecheck are looked for in.
    pub folder: FilePath,
    /// Where its settings are written, those that count less first.
    pub parts: Vec<Part>,
    /// What runs it.
    pub deployment: Deployment,
}

/// One place in which settings of a server are written.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file that is read for it.
    pub path: FilePath,
    /// What it is to the server.
    pub role: Role,
    /// How they are written.
    pub written: Written,
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

/// How the settings of a part are written.
#[derive(Debug, Clone)]
pub enum Written {
    /// The file is gcfg.
    File(Form),
    /// gcfg that another file holds or makes: the text of a ConfigMap, the values of a chart.
    Made(MadeText),
    /// Environment variables that a file sets.
    Variables {
        /// The file.
        source: SourceId,
        /// The variables, in order.
        variables: Vec<EnvironmentVariable>,
    },
}

/// What a gcfg file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The server reads it as it is.
    Plain,
    /// A template: something fills it in before the server reads it.
    Template,
}

/// gcfg text that is in no file, and the bytes it comes from.
#[derive(Debug, Clone)]
pub struct MadeText {
    /// The file it comes from.
    pub source: SourceId,
    /// The text, as the server would read it.
    pub text: Arc<str>,
    /// Whether something fills it in before the server reads it.
    pub form: Form,
    /// Which bytes of the file made which of the text, in order of the text. What no piece made points at the piece
    /// before it.
    pub pieces: Vec<Piece>,
}

/// Bytes of a file that made bytes of a text.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The bytes of the text.
    pub made: Range<usize>,
    /// Those of the file. Where they are as many, each stands for one; otherwise they stand for all together.
    pub from: Span,
}

/// What runs a server, as far as that is known.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// What kind of thing.
    pub platform: Platform,
    /// Where a file says so.
    pub place: Option<Place>,
    /// The version that runs, and where that is said.
    pub version: Option<(Arc<str>, Place)>,
    /// How many copies of the server run, and where that is said.
    pub replicas: Option<(u32, Place)>,
    /// Whether its process may have variables that are not here: an env file that git ignores, a Secret.
    pub has_unread_variables: bool,
}

/// What kind of thing runs a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platform {
    /// Nothing says so; mostly a machine with the installed package.
    #[default]
    Unknown,
    /// A container, by compose or an image.
    Container,
    /// Kubernetes.
    Kubernetes,
}

impl Platform {
    /// Its word in facts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Container => "container",
            Self::Kubernetes => "kubernetes",
        }
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

impl MadeText {
    /// The bytes of the file for these of the text.
    pub fn place(&self, span: Span) -> Place {
        let at = |offset: usize| {
            let index = self
                .pieces
                .partition_point(|piece| piece.made.start <= offset);
            self.pieces.get(index.saturating_sub(1))
        };
        let (Some(first), Some(last)) = (
            at(span.start as usize),
            at((span.end as usize)
                .saturating_sub(1)
                .max(span.start as usize)),
        ) else {
            return Place::new(self.source, Span::default());
        };
        let start = first.start_of(span.start as usize);
        let end = last.end_of(span.end as usize).max(start);
        Place::new(self.source, Span::new(start, end))
    }
}

impl Piece {
    fn is_exact(&self) -> bool {
        self.from.len() == self.made.len()
    }

    fn start_of(&self, offset: usize) -> usize {
        let start = self.from.start as usize;
        match self.is_exact() {
            true => (start + offset.saturating_sub(self.made.start)).min(self.from.end as usize),
            false => start,
        }
    }

    fn end_of(&self, offset: usize) -> usize {
        let end = self.from.end as usize;
        match self.is_exact() {
            true => (self.from.start as usize + offset.saturating_sub(self.made.start)).min(end),
            false => end,
        }
    }
}
