//! Colours and widths of reports for people.

use anstyle::{AnsiColor, Style};
use miette::GraphicalTheme;

use super::look::{Color, Drawing, Look};
use crate::finding::Severity;

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
            Self::Strong => Style::new().bold(),
            Self::Well => color(AnsiColor::Green),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Added => AnsiColor::Green.on_default(),
        }
    }
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

    /// `text` in lines that fit beside `indent` columns.
    pub(super) fn wrap(&self, text: &str, indent: usize) -> Vec<String> {
        let width = self.width().saturating_sub(indent).max(20);
        let options = textwrap::Options::new(width)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        let lines = textwrap::wrap(text, options);
        lines
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect()
    }

    /// A style of [`theme`](Self::theme), for the label that matters most.
    pub(super) fn emphasize(&self, style: owo_colors::Style) -> owo_colors::Style {
        match self.look.color {
            Color::Plain => style,
            Color::Ansi => style.bold(),
        }
    }

    /// The columns there are.
    pub(super) fn width(&self) -> usize {
        self.look.width
    }

    /// The theme for drawing snippets.
    pub(super) fn theme(&self) -> GraphicalTheme {
        let mut theme = match (self.look.drawing, self.look.color) {
            (Drawing::Unicode, Color::Ansi) => GraphicalTheme::unicode(),
            (Drawing::Unicode, Color::Plain) => GraphicalTheme::unicode_nocolor(),
            (Drawing::Ascii, Color::Ansi) => GraphicalTheme::ascii(),
            (Drawing::Ascii, Color::Plain) => GraphicalTheme::none(),
        };
        if self.look.drawing == Drawing::Ascii {
            theme.characters.ltop = '-';
            theme.characters.vbar_break = '|';
        }
        theme
    }
}
