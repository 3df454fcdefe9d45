//! Colours of the lists that commands print.
//!
//! In: what a part of a list is. Out: its text as the terminal shall show it. Never: what to print.

use anstyle::{AnsiColor, Style};

use crate::report::{Color, Look};

/// What a part of a list is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// A name that things stand under.
    Title,
    /// What concerns people who use the portal.
    Production,
    /// What is missing or not known.
    Lack,
    /// What does not work.
    Broken,
    /// What is read second.
    Dim,
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    color: Color,
}

impl Paint {
    /// As suits where the list goes.
    pub(super) fn of(look: Look) -> Self {
        Self { color: look.color }
    }

    /// A text as the terminal shall show it.
    pub(super) fn paint(self, role: Role, text: &str) -> String {
        let style = match role {
            Role::Title => Style::new().bold(),
            Role::Production => AnsiColor::Green.on_default().bold(),
            Role::Lack => AnsiColor::Yellow.on_default(),
            Role::Broken => AnsiColor::Red.on_default().bold(),
            Role::Dim => Style::new().dimmed(),
        };
        match self.color {
            Color::Plain => text.to_owned(),
            Color::Ansi => format!("{style}{text}{style:#}"),
        }
    }
}
