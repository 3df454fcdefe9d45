//! Colours and widths of reports for people.

use super::look::{Color, Drawing, Look};
use crate::finding::Severity;
use anstyle::{AnsiColor, Style};

/// Paints and wraps for one look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Painter {
    look: Look,
}

/// What a text is, and so how it is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The word for an error.
    Error,
    /// The word for a warning.
    Warning,
    /// The word for an info.
    Info,
    /// What a reader should see first.
    Strong,
    /// The name of an entry, e.g. `help`.
    Name,
    /// All is well.
    Well,
    /// A place that matters beside the primary one.
    Related,
    /// A path with line and column.
    Place,
    /// Line numbers and the bars beside them.
    Edge,
    /// A line as it was.
    Removed,
    /// The same line as it would be.
    Added,
}

impl Role {
    /// That of a severity.
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Info,
        }
    }

    fn style(self) -> Style {
        let color = |color: AnsiColor| color.on_default().bold();
        match self {
            Self::Error => color(AnsiColor::Red),
            Self::Warning => color(AnsiColor::Yellow),
            Self::Info | Self::Name => color(AnsiColor::Cyan),
            Self::Related | Self::Place => AnsiColor::Cyan.on_default(),
            Self::Edge => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
            Self::Well => color(AnsiColor::Green),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Added => AnsiColor::Green.on_default(),
        }
    }
}

/// Stands for a space at which no line may end, and takes one column like it.
const GLUE: char = '\u{a0}';

/// A text whose pieces between backticks have no spaces to break at, if they fit into `width` columns.
fn kept_together(text: &str, width: usize) -> String {
    let mut kept = String::with_capacity(text.len());
    for (index, piece) in text.split('`').enumerate() {
        if index > 0 {
            kept.push('`');
        }
        let is_code = index % 2 == 1 && piece.len() + 2 <= width;
        match is_code {
            true => kept.extend(piece.chars().map(|c| if c == ' ' { GLUE } else { c })),
            false => kept.push_str(piece),
        }
    }
    kept
}

impl Painter {
    pub(super) fn new(look: &Look) -> Self {
        Self { look: *look }
    }

    /// `text` in the style of its role.
    pub(super) fn paint(&self, role: Role, text: &str) -> String {
        match self.look.color {
            Color::Plain => text.to_owned(),
            Color::Ansi => format!("{0}{text}{0:#}", role.style()),
        }
    }

    /// `text` in lines that fit beside `indent` columns. What is between backticks is to be copied: it stays in one
    /// line where a line has room for it.
    pub(super) fn wrap(&self, text: &str, indent: usize) -> Vec<String> {
        let width = self.width().saturating_sub(indent).max(20);
        let text = &kept_together(text, width);
        let options = textwrap::Options::new(width)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        let lines = textwrap::wrap(text, options);
        lines
            .into_iter()
            .map(|line| line.replace(GLUE, " "))
            .collect()
    }

    /// `text` in lines, the first one beside `first` columns and the others beside `later` ones.
    pub(super) fn wrap_hanging(&self, text: &str, first: usize, later: usize) -> Vec<String> {
        let first = " ".repeat(first);
        let padded = self.wrap(&format!("{first}{text}"), later);
        let mut lines = padded.into_iter();
        let head = lines.next().unwrap_or_default();
        let head = head.get(first.len()..).unwrap_or(&head).to_owned();
        std::iter::once(head).chain(lines).collect()
    }

    /// The columns there are.
    pub(super) fn width(&self) -> usize {
        self.look.width
    }

    /// What lines are drawn with.
    pub(super) fn drawing(&self) -> Drawing {
        self.look.drawing
    }

    /// What stands for a part of a line that is left out.
    pub(super) fn ellipsis(&self) -> &'static str {
        match self.look.drawing {
            Drawing::Unicode => "…",
            Drawing::Ascii => "...",
        }
    }

    /// A line under so many columns.
    pub(super) fn underline(&self, is_primary: bool, columns: usize) -> String {
        let mark = match (self.look.drawing, is_primary) {
            (Drawing::Unicode, true) => "━",
            (Drawing::Unicode, false) => "─",
            (Drawing::Ascii, true) => "^",
            (Drawing::Ascii, false) => "-",
        };
        mark.repeat(columns)
    }
}
