//! `stagecheck migrate postgres`: the move from SQLite to PostgreSQL.

use clap::{Args, Subcommand};

use super::args::{EnvironmentArguments, FileArguments};
use super::console::Console;
use super::print;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::fix::migrate::{self, Choices, Tls};
use crate::report;
use crate::request::FileState;
use crate::run::Failure;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

/// What is migrated.
#[derive(Debug, Subcommand)]
enum What {
    /// Move the databases of a portal from SQLite to PostgreSQL
    Postgres(Postgres),
}

/// The arguments of the move to PostgreSQL.
#[derive(Debug, Args)]
struct Postgres {
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Change the files [default: print what would change]
    #[arg(long)]
    write: bool,
    /// Migrate every chain, not only the production chains
    #[arg(long)]
    everywhere: bool,
    /// Verify the server with the CA certificate in this file [default: those of the system]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<String>,
    /// Connect without TLS: the server is on the same host, or reached by a socket
    #[arg(long, conflicts_with = "ca_file")]
    no_tls: bool,
    /// Minimum and maximum connections of each plugin's pool
    #[arg(long, value_name = "MIN,MAX", value_parser = pool)]
    pool: Option<(u32, u32)>,
    /// Give each plugin a schema of one database instead of a database
    #[arg(long)]
    schemas: bool,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let What::Postgres(arguments) = &arguments.what;
    let request = arguments
        .files
        .request(&arguments.environment, check::start()?)?;
    if request.state == FileState::Staged {
        return Err(Failure::new(
            "cannot migrate what is staged: run it without --staged",
        ));
    }
    let choices = Choices {
        everywhere: arguments.everywhere,
        tls: match (&arguments.ca_file, arguments.no_tls) {
            (Some(file), _) => Tls::File(file.clone()),
            (None, true) => Tls::Off,
            (None, false) => Tls::System,
        },
        pool: arguments.pool,
        schemas: arguments.schemas,
    };
    let migration = migrate::postgres(&request, &choices)?;
    output::lines_to_stdout(|out| {
        writeln!(out, "Databases before:\n")?;
        print::write_databases(&migration.before, console, out)?;
        writeln!(out, "\nDatabases after:\n")?;
        print::write_databases(&migration.after, console, out)?;
        writeln!(out)?;
        report::diff(&migration.fixed, out)?;
        writeln!(out, "\nLeft to do:")?;
        for (number, todo) in (1..).zip(&migration.todo) {
            writeln!(out, "{number}. {todo}")?;
        }
        Ok(())
    })?;
    let (files, them) = match migration.fixed.files.len() {
        1 => ("1 file".to_owned(), "it"),
        count => (format!("{count} files"), "them"),
    };
    if arguments.write {
        crate::fix::write(&migration.fixed.files)?;
        console.line(&format!("{files} changed"));
        return Ok(Status::Clean);
    }
    console.line(&format!("{files} would be changed; --write changes {them}"));
    Ok(Status::Findings)
}

fn pool(text: &str) -> Result<(u32, u32), String> {
    let (min, max) = text.split_once(',').ok_or("write MIN,MAX, e.g. 2,10")?;
    let number = |text: &str| {
        text.trim()
            .parse()
            .map_err(|_| "write two integers".to_owned())
    };
    let (min, max) = (number(min)?, number(max)?);
    match min <= max && max > 0 {
        true => Ok((min, max)),
        false => Err("MIN must not exceed MAX, and MAX must be at least 1".to_owned()),
    }
}
