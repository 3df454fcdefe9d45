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

impl Look {
    /// That of a file or a pipe: no colour, no time, wide.
    pub const FILE: Self = Self {
        color: Color::Plain,
        drawing: Drawing::Unicode,
        width: 100,
        time: Time::Hidden,
    };
}
