//! `stagecheck facts`: what the conditions of rules read here, for people who write policies.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json, json};

use super::args::{EnvironmentArguments, FileArguments};
use super::console::Console;
use super::number::json_number;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::backstage::value::{Kind, Value};
use crate::check::Facts;
use crate::files::FilePath;
use crate::run::Failure;
use crate::text::mask::{self, MASK, Secrets, escape, inert_line};
use rule_card::card::Scope;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Only the chain with this name
    #[arg(long, value_name = "NAME", conflicts_with = "layer")]
    chain: Option<String>,
    /// Only the layer at this path
    #[arg(long, value_name = "LAYER")]
    layer: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: FactsFormat,
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FactsFormat {
    /// One JSON document.
    Json,
    /// One YAML document, shorter to read.
    Yaml,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let start = check::start()?;
    let mut request = arguments.files.request(&arguments.environment, start)?;
    // The app root of a layer may be above the folder this runs in.
    if let Some(layer) = &arguments.layer
        && request.paths.is_empty()
        && request.config.is_empty()
        && request.start.join(layer).is_file()
    {
        request.paths.push(layer.clone());
    }
    let (facts, run) = crate::check::facts(&request)?;
    for note in &run.notes {
        console.note(note);
    }
    let facts: Vec<Json> = facts
        .iter()
        .filter(|facts| arguments.wants(facts, &request.start))
        .map(|facts| {
            json!({
                "scope": facts.scope.as_str(),
                "name": escape(&mask::name(&facts.name)),
                "facts": json_of(&facts.tree, &run.secrets),
            })
        })
        .collect();
    if facts.is_empty() && (arguments.chain.is_some() || arguments.layer.is_some()) {
        return Err(arguments.is_unknown());
    }
    let text = match arguments.format {
        FactsFormat::Json => mask::json(&facts).ok(),
        FactsFormat::Yaml => serde_yaml::to_string(&facts).ok().and_then(|text| {
            // JSON is YAML as well, and its escapes keep a text from speaking to a log.
            let is_inert = text
                .lines()
                .all(|line| *inert_line(line) == *line && *escape(line) == *line);
            if is_inert {
                Some(text)
            } else {
                mask::json(&facts).ok()
            }
        }),
    };
    let text = text.ok_or_else(|| Failure::new("cannot write the facts"))?;
    output::to_stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(Status::Clean)
}

impl Arguments {
    fn wants(&self, facts: &Facts, start: &Path) -> bool {
        match (&self.chain, &self.layer) {
            (Some(name), _) => facts.scope == Scope::Chain && facts.name == *name,
            (_, Some(path)) => {
                let path = path.strip_prefix(start).unwrap_or(path);
                let typed = FilePath::new(&path.to_string_lossy());
                let names = [&facts.name, &facts.shown];
                facts.scope == Scope::Layer && names.iter().any(|name| **name == *typed.as_str())
            }
            _ => true,
        }
    }

    /// What was asked for is not here.
    fn is_unknown(&self) -> Failure {
        let asked = match (&self.chain, &self.layer) {
            (Some(name), _) => format!("chain `{}`", escape(&mask::name(name))),
            (_, Some(path)) => format!("layer `{}`", escape(&path.display().to_string())),
            _ => "chain or layer".to_owned(),
        };
        Failure::new(format!("unknown {asked}"))
            .with_help("`stagecheck chains` lists the chains and their layers")
    }
}

/// A value without secrets. An open one is told apart from every known one.
fn json_of(value: &Value, secrets: &Secrets) -> Json {
    let shown = |text: &str| Json::String(secrets.show(value.place(), text).into_owned());
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => match secrets.show(value.place(), &number.to_string()) {
            Cow::Borrowed(shown) if shown != MASK => json_number(*number),
            shown => Json::String(shown.into_owned()),
        },
        Kind::String(text) => shown(&text.value),
        Kind::Open(open) => json!({ "$open": shown(&open.written) }),
        Kind::Array(items) => items.iter().map(|item| json_of(item, secrets)).collect(),
        Kind::Object(object) => {
            let fields: Map<String, Json> = object
                .iter()
                .map(|(key, value)| (secrets.show_key(key).into_owned(), json_of(value, secrets)))
                .collect();
            Json::Object(fields)
        }
    }
}
