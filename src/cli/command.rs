//! The commands, as clap reads them. Checking needs no command, and is one too: people type its name.

use std::path::Path;

use clap::{ArgAction, CommandFactory as _, Parser, Subcommand};

use super::args::{ABOUT, CheckArguments, ConsoleArguments};
use super::{chains, completions, explain, facts, init, lsp, migrate, print, rules, schema};
use crate::run::Failure;
use crate::text::closest;
use crate::text::mask::escape;

const EXAMPLES: &str = "\
Examples:
  stagecheck                                      check all apps and servers below this directory
  stagecheck --config app-config.yaml --config app-config.production.yaml
                                                  check exactly this chain
  stagecheck --staged                             check what would be committed
  stagecheck --fail-on warning --output sarif=out.sarif

Exit status: 0 no finding at or above --fail-on, 1 findings, 2 the run failed.";

/// Linter for Backstage and Posit Connect configuration, as the running process sees it.
#[derive(Debug, Parser)]
#[command(
    name = "stagecheck",
    version = crate::cli::console::VERSION,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_help_heading = "Commands",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    max_term_width = 110,
)]
pub struct Arguments {
    /// What to check, without a command.
    #[command(flatten)]
    pub check: CheckArguments,
    /// How to speak.
    #[command(flatten)]
    pub console: ConsoleArguments,
    /// Print help: `-h` the usual options, `--help` all of them
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = ABOUT)]
    help: Option<bool>,
    /// Print the version and the commit it was built from
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = ABOUT)]
    version: Option<bool>,
    /// Another command than checking.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Commands besides checking.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the configuration (the default without a command)
    Check(Box<CheckArguments>),
    /// List the ways the app is started with their config files, and the servers
    Chains(chains::Arguments),
    /// Create settings, a commit hook and VS Code tasks, and print a CI job
    Init(init::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
    /// Explain what a rule finds, why, and how to fix it
    Explain(explain::Arguments),
    /// Print the facts that rule conditions read
    Facts(facts::Arguments),
    /// Serve an editor over stdin and stdout (Language Server Protocol)
    Lsp(lsp::Arguments),
    /// Show how the effective configs of two chains differ
    Diff(print::compare::Arguments),
    /// Move a Backstage portal to another database
    Migrate(migrate::Arguments),
    /// Print the effective config of the running process
    Print(print::Arguments),
    /// List the rules
    Rules(rules::Arguments),
    /// Print the JSON Schema of the app's configuration
    Schema(schema::Arguments),
    /// Show where one value comes from, in every chain
    Why(print::why::Arguments),
    /// Test the examples of the policies in the settings
    TestPolicies,
    /// Print the help of stagecheck, or of a command
    Help {
        /// The command
        command: Option<String>,
    },
    /// Print the version and the commit it was built from
    Version,
}

/// The command line as clap knows it, for completions, man pages and documentation.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// The help of a command, or of the whole program, with every option.
///
/// # Errors
/// When there is no such command.
pub(super) fn help(of: Option<&str>) -> Result<String, Failure> {
    let mut command = command();
    command.build();
    let Some(name) = of else {
        return Ok(command.render_long_help().to_string());
    };
    if let Some(sub) = command.find_subcommand_mut(name) {
        return Ok(sub.render_long_help().to_string());
    }
    let names = command.get_subcommands().map(clap::Command::get_name);
    let near = closest(name, names).map(|near| format!("did you mean `{near}`?"));
    let failure = Failure::new(format!("unknown command `{}`", escape(name)));
    Err(failure.with_help(near.unwrap_or_else(|| "`stagecheck help` lists the commands".into())))
}

/// A first word that is no path may be a command with a slip in it, or one that other programs have.
pub(super) fn with_command(failure: Failure, arguments: &CheckArguments) -> Failure {
    let word = arguments.files.paths.first().and_then(|word| word.to_str());
    let Some(word) = word.filter(|word| !Path::new(word).exists()) else {
        return failure;
    };
    let command = command();
    let names = || command.get_subcommands().map(clap::Command::get_name);
    if names().any(|name| name == word) {
        let usage = format!("options go after the command: `stagecheck {word} [OPTIONS]`");
        return failure.with_help(usage);
    }
    if failure.help.is_some() {
        return failure;
    }
    if matches!(word, "lint" | "scan" | "validate" | "run") {
        return failure.with_help("did you mean the command `check`?");
    }
    match closest(word, names()) {
        Some(meant) => failure.with_help(format!("did you mean the command `{meant}`?")),
        None => failure,
    }
}
