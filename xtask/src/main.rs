//! Developer commands: what regenerates the files that are generated, and what measures.
//!
//! `cargo xtask` lists them. Each command is one module; with `--check` a generating command changes nothing
//! and fails when a file is stale.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a command line of its own

mod bench;
mod bench_roots;
mod collected_schemas;
mod counts;
mod database_oracle;
mod docs;
mod fuzz;
mod growth;
mod limits;
mod man;
mod picture;
mod run;
mod schema_verdicts;
mod schemas;
mod settings_schema;

use std::process::ExitCode;

/// A developer command: its name, what it does, and its entry.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> run::Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "bench",
        about: "time the release binary against `cat` of the same files",
        run: bench::run,
    },
    Command {
        name: "bench-roots",
        about: "time the release binary over many app roots in one tree [COUNT]",
        run: bench_roots::run,
    },
    Command {
        name: "database-oracle",
        about: "compare plans with recorded answers, for tests/oracle/database",
        run: database_oracle::run,
    },
    Command {
        name: "docs",
        about: "write docs/rules, docs/facts.md, docs/limits.md and the counts in README [--check]",
        run: docs::run,
    },
    Command {
        name: "fuzz",
        about: "feed a target of fuzz/ with ever other inputs: TARGET|all [--minutes N]",
        run: fuzz::run,
    },
    Command {
        name: "growth",
        about: "tell how the work of the release binary grows with its input [WORD]...",
        run: growth::run,
    },
    Command {
        name: "man",
        about: "write man pages [FOLDER]",
        run: man::run,
    },
    Command {
        name: "picture",
        about: "make the README's picture from a real run [--check]",
        run: picture::run,
    },
    Command {
        name: "schema-verdicts",
        about: "check configurations from stdin against the packages in a folder, for tests/oracle/schema",
        run: schema_verdicts::run,
    },
    Command {
        name: "collected-schemas",
        about: "print the schemas collected for the app in a folder, for tests/oracle/schema",
        run: collected_schemas::run,
    },
    Command {
        name: "schemas",
        about: "make the built-in schemas from the published packages [--installed DIR | --check]",
        run: schemas::run,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("usage: cargo xtask COMMAND\n");
        for command in COMMANDS {
            eprintln!("  {:<18} {}", command.name, command.about);
        }
        return ExitCode::from(2);
    };
    match (command.run)(&arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask {name}: {failure}");
            ExitCode::FAILURE
        }
    }
}
