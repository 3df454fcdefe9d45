//! `stagecheck why PATH`: where one value comes from, in every chain and server.

use std::io::{self, Write};

use clap::Args;

use super::printed::Printed;
use super::{masked, printed, status, wanted};
use crate::backstage::value::{Kind, Value};
use crate::check::effective::{self, ServerConfig};
use crate::cli::args::{EnvironmentArguments, FileArguments};
use crate::cli::console::Console;
use crate::cli::number::json_number;
use crate::cli::status::{Outcome, Status};
use crate::cli::{check, output};
use crate::finding::Finding;
use crate::report::{self, Origins, Shown};
use crate::rules::catalog;
use crate::run::{Failure, Run};
use crate::text::mask::{escape, inert_line, outside_run};
use source::ConfigPath;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A config path, e.g. backend.database.client, or Postgres.URL of a Posit Connect server
    #[arg(value_name = "CONFIG_PATH")]
    path: String,
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Only the chain or server of this name
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
}

pub(in crate::cli) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let path: ConfigPath = arguments.path.parse().map_err(|_| {
        let message = format!("`{}` is not a config path", escape(&arguments.path));
        Failure::new(message).with_help("write it like `backend.database.client`")
    })?;
    let request = arguments
        .files
        .request(&arguments.environment, check::start()?)?;
    let (found, checked) = effective::judged(&request)?;
    for note in &found.run.notes {
        console.note(note);
    }
    let (chains, servers) = wanted(printed(&found), &found.servers, arguments.chain.as_deref())?;
    let shown = masked(&found, Origins::Said);
    let is_set = chains
        .iter()
        .filter_map(|printed| printed.chain.config.as_ref().ok())
        .chain(servers.iter().map(|server| &server.config))
        .any(|config| config.at_path(path.parts()).is_some());
    output::lines_to_stdout(|out| {
        for printed in &chains {
            write_chain(printed, &path, &shown, out)?;
        }
        // A path of the other product is no news.
        let about = |server: &&&ServerConfig| {
            chains.is_empty() || server.config.at_path(path.parts()).is_some()
        };
        for server in servers.iter().filter(about) {
            let files: Vec<_> = server.files.iter().map(|file| outside_run(file)).collect();
            writeln!(out, "{} ({})", outside_run(&server.name), files.join(", "))?;
            write_value(&server.config, &path, &shown, out)?;
        }
        write_readers(&path, &checked, out)
    })?;
    match status(&chains, &servers, console) {
        Status::Clean if !is_set => Ok(Status::Findings),
        status => Ok(status),
    }
}

fn write_chain(
    printed: &Printed<'_>,
    path: &ConfigPath,
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (name, layers) = shown.chain(&printed.chain.chain);
    writeln!(out, "{name} ({layers})")?;
    let Ok(config) = &printed.chain.config else {
        return writeln!(out, "  no effective config\n");
    };
    write_value(config, path, shown, out)
}

/// The value at a path of one config, the place that set it, and those it overrides.
fn write_value(
    config: &Value,
    path: &ConfigPath,
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match config.at_path(path.parts()) {
        None => {
            let mut above = path.clone();
            while !above.is_root() && config.at_path(above.parts()).is_none() {
                above.pop();
            }
            match config.at_path(above.parts()).filter(|_| !above.is_root()) {
                None => writeln!(out, "  not set")?,
                Some(value) => {
                    let above = above.to_string();
                    let place = shown.place(value.origin.as_ref());
                    writeln!(out, "  not set; `{}` is, in {place}", shown.key(&above))?;
                }
            }
        }
        Some(value) => {
            writeln!(out, "  {}", one_line(value, shown))?;
            writeln!(out, "  set in {}", shown.place(value.origin.as_ref()))?;
            for below in &value.overrode {
                writeln!(out, "  overrides {}", shown.place(Some(below)))?;
            }
        }
    }
    writeln!(out)
}

/// A value on one line, without secrets.
pub(super) fn one_line(value: &Value, shown: &Shown<'_>) -> String {
    let text = match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(truth) => shown.text(value, &truth.to_string()).into_owned(),
        Kind::Number(number) => {
            let number = json_number(*number).to_string();
            shown.text(value, &number).into_owned()
        }
        Kind::String(text) => shown.text(value, &text.value).into_owned(),
        Kind::Open(open) => {
            let written = shown.text(value, &open.written);
            format!("{written} ({})", shown.instead(open))
        }
        Kind::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Kind::Array(items) => format!("a list of {}", items.len()),
        Kind::Object(object) if object.is_empty() => "an empty mapping".to_owned(),
        Kind::Object(object) => {
            let keys: Vec<_> = object.keys().map(|key| shown.key(key)).collect();
            format!("a mapping of {}", keys.join(", "))
        }
    };
    inert_line(&escape(&text)).into_owned()
}

/// The findings about the path, and the rules whose conditions name it.
fn write_readers(path: &ConfigPath, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let is_about = |finding: &&Finding| finding.config_path.as_ref() == Some(path);
    let mut findings = run.findings.iter().filter(is_about).peekable();
    if findings.peek().is_some() {
        writeln!(out, "findings:")?;
    }
    for finding in findings {
        writeln!(out, "  {}", report::line(run, finding))?;
    }
    let name = format!("config.{path}");
    let names = |text: &str| {
        text.match_indices(&name).any(|(start, _)| {
            let rest = text.get(start + name.len()..).unwrap_or_default();
            !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        })
    };
    let rules: Vec<&str> = catalog::cards()
        .iter()
        .filter(|card| {
            let each = card.each.as_ref().is_some_and(|each| names(&each.path));
            let mut cases = card.cases.iter();
            each || cases.any(|case| names(&case.when) || case.at.iter().any(|at| names(&at.here)))
        })
        .map(|card| &*card.id)
        .collect();
    match rules.is_empty() {
        true => Ok(()),
        false => writeln!(out, "read by the rules {}", rules.join(", ")),
    }
}
