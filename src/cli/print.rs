//! `stagecheck print`: the effective config of each chain, as the running app would see it.
//!
//! Secrets are hidden unless asked for. What is open stands as written, with what it would override. With
//! `--origins`, each value has the layer and line that set it and what it overrode.

mod databases;
mod json;
mod shown;
mod yaml;

use clap::{Args, ValueEnum};

use super::args::{EnvironmentArguments, FileArguments};
use super::console::Console;
use super::paint::Paint;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::check::effective;
use crate::run::{Failure, Note, NoteLevel};
use crate::text::closest;
use crate::text::mask::escape;
use shown::{Origins, Printed, SecretText, Shown};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Only the chain of this name
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Print what each plugin gets for a database instead
    #[arg(long, conflicts_with = "origins")]
    databases: bool,
    /// The form to print [default: yaml; with --databases: table]
    #[arg(long, value_name = "FORMAT")]
    format: Option<PrintFormat>,
    /// Say for each value which line set it and what it overrode
    #[arg(long)]
    origins: bool,
    /// Print secrets as they are
    #[arg(long)]
    with_secrets: bool,
}

/// The form to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrintFormat {
    /// One YAML document for each chain.
    Yaml,
    /// One JSON document.
    Json,
    /// For people; of databases alone.
    Table,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let request = arguments
        .files
        .request(&arguments.environment, check::start()?)?;
    let found = effective::effective(&request)?;
    for note in &found.run.notes {
        console.note(note);
    }
    let all: Vec<Printed<'_>> = found
        .apps
        .iter()
        .flat_map(|app| {
            let root = &app.loaded.app.path;
            app.chains.iter().map(move |chain| Printed { root, chain })
        })
        .collect();
    let chains = wanted(all, arguments.chain.as_deref())?;
    let shown = Shown {
        run: &found.run,
        secret_places: &found.secret_places,
        origins: match arguments.origins {
            true => Origins::Said,
            false => Origins::Left,
        },
        secrets: match arguments.with_secrets {
            true => SecretText::AsItIs,
            false => SecretText::Hidden,
        },
    };
    let format = arguments.format.unwrap_or(match arguments.databases {
        true => PrintFormat::Table,
        false => PrintFormat::Yaml,
    });
    match (format, arguments.databases) {
        (PrintFormat::Yaml, false) => output::to_stdout(|out| yaml::write(&chains, &shown, out))?,
        (PrintFormat::Json, false) => output::to_stdout(|out| json::write(&chains, &shown, out))?,
        (PrintFormat::Table, true) => {
            let paint = Paint::of(console.stdout());
            output::lines_to_stdout(|out| databases::table(&chains, &shown, paint, out))?;
        }
        (PrintFormat::Json, true) => {
            output::to_stdout(|out| databases::json(&chains, &shown, out))?;
        }
        (PrintFormat::Yaml, true) => {
            return Err(Failure::new("databases are printed as a table or as JSON"));
        }
        (PrintFormat::Table, false) => {
            return Err(Failure::new("only databases are printed as a table")
                .with_help("add --databases, or write --format yaml"));
        }
    }
    Ok(status(&chains, console))
}

/// The chains of a name, or all.
fn wanted<'p>(chains: Vec<Printed<'p>>, name: Option<&str>) -> Result<Vec<Printed<'p>>, Failure> {
    let Some(name) = name else {
        return Ok(chains);
    };
    let is_named = |printed: &Printed<'_>| *printed.chain.chain.name.0 == *name;
    if chains.iter().any(is_named) {
        return Ok(chains.into_iter().filter(is_named).collect());
    }
    let mut names: Vec<&str> = chains
        .iter()
        .map(|printed| &*printed.chain.chain.name.0)
        .collect();
    names.dedup();
    let failure = Failure::new(format!("there is no chain `{}`", escape(name)));
    Err(match closest(name, names.iter().copied()) {
        Some(meant) => failure.with_help(format!("did you mean `{meant}`?")),
        None => failure.with_help(format!("the chains here are: {}", names.join(", "))),
    })
}

/// Whether every chain has a config; those that have none are said.
fn status(chains: &[Printed<'_>], console: &Console) -> Status {
    let mut status = Status::Clean;
    for printed in chains {
        let name = &printed.chain.chain.name;
        let Err(reason) = &printed.chain.config else {
            continue;
        };
        console.note(&Note {
            level: NoteLevel::Always,
            text: format!("the chain {name} has no effective config: {reason}"),
        });
        status = Status::Findings;
    }
    status
}
