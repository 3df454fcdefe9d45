//! Reports: the findings of a run written in one output format each.
//!
//! In: a [`Run`] and the [`Look`] of where it goes. Out: bytes. [`Format`] is the registry; each format is one
//! file and one [`Report`]. Every text passes [`text`] on its way, so that no format decides what may be shown.
//! Never: reading files, or changing findings.

mod concise;
mod pretty;
mod text;

use std::io::{self, Write};

use crate::run::Run;

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
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Pretty, Self::Concise];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Concise => "concise",
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
        }
    }
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
