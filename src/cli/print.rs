//! `stagecheck print`: the effective config of each chain and server, as the running process would see it.
//!
//! Secrets are hidden unless asked for. What is open stands as written, with what it would override. With
//! `--origins`, each value has the layer and line that set it and what it overrode.

pub(super) mod compare;
mod databases;
mod json;
mod printed;
pub(super) mod why;
mod yaml;

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::args::{EnvironmentArguments, FileArguments};
use super::console::Console;
use super::paint::Paint;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::check::effective::{self, Configs, ServerConfig};
use crate::report::{Origins, SecretText, Shown};
use crate::run::{Failure, Note, NoteLevel};
use crate::text::closest;
use crate::text::mask::{self, escape};
use printed::Printed;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Only the chain or Posit Connect server with this name
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Print the database of each plugin instead
    #[arg(long, conflicts_with = "origins")]
    databases: bool,
    /// Output format [default: yaml; with --databases: table]
    #[arg(long, value_name = "FORMAT")]
    format: Option<PrintFormat>,
    /// Print for each value the line that set it and the values it overrode
    #[arg(long)]
    origins: bool,
    /// Print secrets unmasked
    #[arg(long)]
    with_secrets: bool,
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrintFormat {
    /// One YAML document for each chain.
    Yaml,
    /// One JSON document.
    Json,
    /// A table, with --databases only
    Table,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let found = configs(&arguments.files, &arguments.environment, console)?;
    if arguments.databases && found.apps.is_empty() && !found.servers.is_empty() {
        let message = "--databases reads Backstage portals only; no app-config.yaml in this directory or below";
        return Err(Failure::new(message)
            .with_help("`stagecheck print` shows the settings of Posit Connect servers"));
    }
    let (chains, servers) = wanted(printed(&found), &found.servers, arguments.chain.as_deref())?;
    let origins = match arguments.origins {
        true => Origins::Said,
        false => Origins::Left,
    };
    let secrets = match arguments.with_secrets {
        true => SecretText::AsItIs,
        false => SecretText::Hidden,
    };
    let shown = Shown {
        secrets,
        ..masked(&found, origins)
    };
    let format = arguments.format.unwrap_or(match arguments.databases {
        true => PrintFormat::Table,
        false => PrintFormat::Yaml,
    });
    match (format, arguments.databases) {
        (PrintFormat::Yaml, false) => {
            output::to_stdout(|out| yaml::write(&chains, &servers, &shown, out))?
        }
        (PrintFormat::Json, false) => {
            output::to_stdout(|out| json::write(&chains, &servers, &shown, out))?
        }
        (PrintFormat::Table, true) => {
            let paint = Paint::of(console.stdout());
            output::lines_to_stdout(|out| databases::table(&chains, &shown, paint, out))?;
        }
        (PrintFormat::Json, true) => {
            output::to_stdout(|out| databases::json(&chains, &shown, out))?;
        }
        (PrintFormat::Yaml, true) => {
            return Err(Failure::new(
                "--databases supports the formats table and json only",
            ));
        }
        (PrintFormat::Table, false) => {
            return Err(Failure::new("--format table requires --databases")
                .with_help("add --databases, or use --format yaml"));
        }
    }
    Ok(status(&chains, &servers, console))
}

/// Writes what each plugin gets for a database, for people.
pub(super) fn write_databases(
    found: &Configs,
    console: &Console,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paint = Paint::of(console.stdout());
    databases::table(&printed(found), &masked(found, Origins::Left), paint, out)
}

/// The effective configs of these files, their notes said.
fn configs(
    files: &FileArguments,
    environment: &EnvironmentArguments,
    console: &Console,
) -> Result<Configs, Failure> {
    let found = effective::effective(&files.request(environment, check::start()?)?)?;
    for note in &found.run.notes {
        console.note(note);
    }
    Ok(found)
}

/// What is shown of configs: everything but their secrets.
fn masked(found: &Configs, origins: Origins) -> Shown<'_> {
    Shown {
        run: &found.run,
        secret_places: &found.secret_places,
        origins,
        secrets: SecretText::Hidden,
    }
}

/// Every chain with its app root.
fn printed(found: &Configs) -> Vec<Printed<'_>> {
    found
        .apps
        .iter()
        .flat_map(|app| {
            let root = &app.loaded.app.path;
            app.chains.iter().map(move |chain| Printed { root, chain })
        })
        .collect()
}

/// The chains and servers of a name, or all.
fn wanted<'p>(
    chains: Vec<Printed<'p>>,
    servers: &'p [ServerConfig],
    name: Option<&str>,
) -> Result<(Vec<Printed<'p>>, Vec<&'p ServerConfig>), Failure> {
    let Some(name) = name else {
        return Ok((chains, servers.iter().collect()));
    };
    let is_named = |printed: &Printed<'_>| *printed.chain.chain.name.0 == *name;
    let named: Vec<&ServerConfig> = servers.iter().filter(|one| *one.name == *name).collect();
    if chains.iter().any(is_named) || !named.is_empty() {
        return Ok((chains.into_iter().filter(is_named).collect(), named));
    }
    let of_chains = chains.iter().map(|printed| &*printed.chain.chain.name.0);
    let mut names: Vec<&str> = of_chains
        .chain(servers.iter().map(|server| &*server.name))
        .collect();
    names.dedup();
    let (what, them) = match (chains.is_empty(), servers.is_empty()) {
        (_, true) => ("chain", "chains"),
        (true, false) => ("server", "servers"),
        (false, false) => ("chain or server", "chains and servers"),
    };
    let failure = Failure::new(format!("unknown {what} `{}`", escape(name)));
    Err(match closest(name, names.iter().copied()) {
        Some(meant) => failure.with_help(format!("did you mean `{meant}`?")),
        None => failure.with_help(format!("available {them}: {}", names.join(", "))),
    })
}

/// Whether every chain has a config and every server starts; the others are said.
fn status(chains: &[Printed<'_>], servers: &[&ServerConfig], console: &Console) -> Status {
    let mut status = Status::Clean;
    for printed in chains {
        let name = &printed.chain.chain.name;
        let Err(reason) = &printed.chain.config else {
            continue;
        };
        console.note(&Note {
            level: NoteLevel::Always,
            text: format!(
                "the chain {} has no effective config: {reason}",
                mask::outside_run(&name.0)
            ),
        });
        status = Status::Findings;
    }
    for server in servers {
        for refusal in &server.refusals {
            console.note(&Note {
                level: NoteLevel::Always,
                text: format!(
                    "the server {} does not start: {}",
                    mask::outside_run(&server.name),
                    mask::outside_run(refusal)
                ),
            });
            status = Status::Findings;
        }
    }
    status
}
