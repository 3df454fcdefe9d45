//! How a report may look where it goes.

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
    /// How much a report for people shows of each finding.
    pub detail: Detail,
    /// `--max-findings`: the most findings that a report for people lists one by one; 0 is no limit. Machine
    /// formats always hold all.
    pub most: Option<usize>,
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

/// How much a report for people shows of each finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Each with its lines and help.
    Full,
    /// What does not fail the run in one line each, unless there are few.
    Brief,
}

impl Look {
    /// That of a file or a pipe: no colour, no time, wide.
    pub const FILE: Self = Self {
        color: Color::Plain,
        drawing: Drawing::Unicode,
        width: 100,
        time: Time::Hidden,
        detail: Detail::Full,
        most: None,
    };

    /// The same without colours.
    pub fn plain(self) -> Self {
        Self {
            color: Color::Plain,
            ..self
        }
    }
}
