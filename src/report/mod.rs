//! Reports: the findings of a run written in one output format each.
//!
//! In: a [`Run`] and the [`Look`] of where it goes. Out: bytes. [`Format`] is the registry; each format is one
//! file and one [`Report`]. Every text passes [`text`] on its way, so that no format decides what may be shown.
//! Never: reading files, or changing findings.

mod azure;
mod checkstyle;
mod concise;
mod fix;
mod github;
mod gitlab;
mod item;
mod json;
mod junit;
mod pretty;
mod rdjson;
mod sarif;
mod text;
mod xml;

use std::io::{self, Write};

use crate::rules::catalog;
use crate::run::Run;

pub use github::job_summary;

/// The version of this program, as machines want it.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where this program is at home.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Where to read more about a rule: our own page, or what a user's rule refers to.
fn page(run: &Run, rule: &str) -> Option<String> {
    if let Some(own) = run.policies.iter().find(|card| card.answers_to(rule)) {
        return own.references.first().map(|page| page.to_string());
    }
    let card = catalog::card(rule)?;
    Some(format!("{HOME}/blob/main/docs/rules/{}.md", card.id))
}

/// Writes the findings of a run in one format.
pub trait Report {
    /// Writes all of them to `out`. A run without findings is still a whole document where the format has one.
    ///
    /// # Errors
    /// Those of `out`.
    fn write(&self, run: &Run, look: &Look, out: &mut dyn Write) -> io::Result<()>;
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Pretty,
    /// A line for each finding.
    Concise,
    /// One document for programs.
    Json,
    /// A document on each line.
    JsonLines,
    /// For code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// For whatever shows test results.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// For Jenkins and many others.
    Checkstyle,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Pretty,
        Self::Concise,
        Self::Json,
        Self::JsonLines,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Rdjson,
        Self::Azure,
        Self::Checkstyle,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Rdjson => "rdjson",
            Self::Azure => "azure",
            Self::Checkstyle => "checkstyle",
        }
    }

    /// The format of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What writes it.
    pub fn report(self) -> &'static dyn Report {
        match self {
            Self::Pretty => &pretty::Pretty,
            Self::Concise => &concise::Concise,
            Self::Json => &json::Json,
            Self::JsonLines => &json::JsonLines,
            Self::Sarif => &sarif::Sarif,
            Self::Github => &github::Github,
            Self::Gitlab => &gitlab::Gitlab,
            Self::Junit => &junit::Junit,
            Self::Rdjson => &rdjson::Rdjson,
            Self::Azure => &azure::Azure,
            Self::Checkstyle => &checkstyle::Checkstyle,
        }
    }
}

/// A report as it is written to a file.
pub fn to_bytes(format: Format, run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = format.report().write(run, &Look::FILE, &mut bytes);
    bytes
}

/// How a report may look where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether to colour.
    pub color: Color,
    /// What to draw with.
    pub drawing: Drawing,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to say how long it took: only to a person at a terminal, so that equal runs write equal bytes.
    pub time: Time,
    /// What a run without findings says to a person.
    pub clean: Clean,
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Without any escape sequence.
    Plain,
    /// With ANSI colours.
    Ansi,
}

/// What snippets are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// Box characters.
    Unicode,
    /// ASCII only.
    Ascii,
}

/// Whether to say how long a run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Say it.
    Shown,
    /// Leave it out.
    Hidden,
}

/// What a run without findings says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clean {
    /// What was looked at.
    Said,
    /// Nothing: a commit hook is not heard when all is well.
    Silent,
}

impl Look {
    /// That of a file or a pipe: no colour, no time, wide.
    pub const FILE: Self = Self {
        color: Color::Plain,
        drawing: Drawing::Unicode,
        width: 100,
        time: Time::Hidden,
        clean: Clean::Said,
    };
}

#[cfg(test)]
mod tests;
