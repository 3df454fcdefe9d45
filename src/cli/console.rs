//! What the process stands on: its terminal, its environment, and how it may speak there.
//!
//! In: arguments and environment variables. Out: the [`Look`] of stdout and stderr, and a place for notes.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use super::args::{ColorChoice, ConsoleArguments};
use super::failure;
use super::progress::ProgressLine;
use crate::report::{Color, Detail, Drawing, Format, Look, Time};
use crate::request::Progress;
use crate::run::{Note, NoteLevel};

/// The version, with the commit it was built from where that is known.
pub(crate) const VERSION: &str = match option_env!("STAGECHECK_VERSION") {
    Some(version) => version,
    None => env!("CARGO_PKG_VERSION"),
};

/// Columns where nothing says how many there are.
const USUAL_WIDTH: usize = 100;
/// Lines of more columns than this are hard to read.
const WIDEST: usize = 140;
const NARROWEST: usize = 40;

/// How this process may speak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    color: ColorChoice,
    verbosity: Verbosity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

impl Console {
    pub(crate) fn new(arguments: &ConsoleArguments) -> Self {
        let verbosity = match (arguments.quiet, arguments.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self {
            color: arguments.color,
            verbosity,
        }
    }

    /// The format that suits where stdout goes.
    pub(crate) fn suiting_format(self) -> Format {
        suiting_format(io::stdout().is_terminal(), &variable)
    }

    /// Whether stderr is a terminal.
    pub(crate) fn is_stderr_interactive(self) -> bool {
        io::stderr().is_terminal()
    }

    /// How a report on stdout may look.
    pub(crate) fn stdout(self) -> Look {
        self.look(io::stdout().is_terminal())
    }

    /// How a failure on stderr may look.
    pub(crate) fn stderr(self) -> Look {
        self.look(io::stderr().is_terminal())
    }

    /// A line for who waits for a long run; shown until it is dropped.
    pub(crate) fn progress(self, progress: &Progress) -> ProgressLine {
        let interactive = io::stderr().is_terminal() && variable("TERM").as_deref() != Some("dumb");
        match interactive && self.verbosity != Verbosity::Quiet && variable("CI").is_none() {
            true => ProgressLine::start(progress),
            false => ProgressLine::none(),
        }
    }

    /// Says a note on stderr, if it is wanted there. A closed stderr is nobody's concern.
    pub(crate) fn note(self, note: &Note) {
        let wanted = match self.verbosity {
            Verbosity::Quiet => false,
            Verbosity::Normal => note.level == NoteLevel::Always,
            Verbosity::Verbose => true,
        };
        if wanted {
            let text = failure::shown(&note.text);
            let _ = writeln!(io::stderr(), "stagecheck: {text}");
        }
    }

    /// A line on stderr that is no note: the summary of a run.
    pub(crate) fn line(self, line: &str) {
        if self.verbosity != Verbosity::Quiet {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    fn look(self, terminal: bool) -> Look {
        Look {
            color: color(self.color, terminal, &variable),
            drawing: drawing(terminal, &variable),
            width: width(terminal),
            time: match terminal {
                true => Time::Shown,
                false => Time::Hidden,
            },
            detail: match self.verbosity {
                Verbosity::Verbose => Detail::Full,
                _ => Detail::Brief,
            },
            most: None,
        }
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn suiting_format(terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> Format {
    if terminal {
        Format::Pretty
    } else if variable("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        Format::Github
    } else {
        Format::Concise
    }
}

/// The argument wins, then `NO_COLOR`, then `FORCE_COLOR` and `CLICOLOR_FORCE`, then what the terminal is.
fn color(choice: ColorChoice, terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> Color {
    let is = |name: &str, value: &str| variable(name).is_some_and(|set| set == value);
    let wanted = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if variable("NO_COLOR").is_some() => false,
        ColorChoice::Auto => {
            let asked = |name| variable(name).is_some() && !is(name, "0");
            let forced = asked("FORCE_COLOR") || asked("CLICOLOR_FORCE");
            forced || (terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"))
        }
    };
    if wanted { Color::Ansi } else { Color::Plain }
}

/// A terminal whose locale is not UTF-8 gets ASCII; a file or pipe is UTF-8.
fn drawing(terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> Drawing {
    if !terminal {
        return Drawing::Unicode;
    }
    if cfg!(windows) {
        let modern = ["WT_SESSION", "TERM_PROGRAM", "ConEmuTask"];
        let modern = modern.iter().any(|name| variable(name).is_some());
        return if modern {
            Drawing::Unicode
        } else {
            Drawing::Ascii
        };
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = locale.iter().find_map(|name| variable(name));
    let is_utf8 = |locale: &String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    match locale {
        Some(locale) if !is_utf8(&locale) => Drawing::Ascii,
        _ => Drawing::Unicode,
    }
}

/// `COLUMNS`, else what the terminal says.
fn width(terminal: bool) -> usize {
    let told = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let measured = || {
        let size = terminal_size::terminal_size().filter(|_| terminal);
        size.map(|(width, _)| usize::from(width.0))
    };
    told.or_else(measured)
        .unwrap_or(USUAL_WIDTH)
        .clamp(NARROWEST, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colored(choice: ColorChoice, terminal: bool, variables: &[(&str, &str)]) -> bool {
        let lookup = |name: &str| {
            let set = variables.iter().find(|(known, _)| *known == name);
            set.map(|(_, value)| (*value).to_owned())
        };
        color(choice, terminal, &lookup) == Color::Ansi
    }

    #[test]
    fn colour_is_for_terminals_unless_told_otherwise() {
        use ColorChoice::{Always, Auto, Never};
        assert!(colored(Auto, true, &[]));
        assert!(!colored(Auto, false, &[]));
        assert!(!colored(Auto, true, &[("NO_COLOR", "1")]));
        assert!(!colored(
            Auto,
            true,
            &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]
        ));
        assert!(colored(Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colored(Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(colored(Auto, false, &[("FORCE_COLOR", "1")]));
        assert!(!colored(Auto, false, &[("FORCE_COLOR", "0")]));
        assert!(!colored(Auto, true, &[("TERM", "dumb")]));
        assert!(colored(Always, false, &[("NO_COLOR", "1")]));
        assert!(!colored(Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn the_format_suits_where_it_goes() {
        let github = |name: &str| (name == "GITHUB_ACTIONS").then(|| "true".to_owned());
        assert_eq!(suiting_format(true, &github), Format::Pretty);
        assert_eq!(suiting_format(false, &github), Format::Github);
        assert_eq!(suiting_format(false, &|_| None), Format::Concise);
    }

    #[test]
    fn only_a_terminal_with_another_locale_gets_ascii() {
        let latin = |name: &str| (name == "LANG").then(|| "de_DE.ISO-8859-1".to_owned());
        let utf8 = |name: &str| (name == "LC_ALL").then(|| "C.UTF-8".to_owned());
        assert_eq!(drawing(false, &latin), Drawing::Unicode);
        if cfg!(unix) {
            assert_eq!(drawing(true, &latin), Drawing::Ascii);
            assert_eq!(drawing(true, &utf8), Drawing::Unicode);
            assert_eq!(drawing(true, &|_| None), Drawing::Unicode);
        }
    }
}
