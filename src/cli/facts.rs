//! `stagecheck facts`: what the conditions of rules read here, for people who write policies.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json, json};

use super::{Outcome, Status, check, output};
use crate::backstage::value::{Kind, Value};
use crate::check::Facts;
use crate::rules::card::Scope;
use crate::run::{Failure, Request};
use crate::text::mask::{MASK, Secrets, escape};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folders or layers [default: every app root below this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only the chain of this name
    #[arg(long, value_name = "NAME", conflicts_with = "layer")]
    chain: Option<String>,
    /// Only the layer at this path
    #[arg(long, value_name = "LAYER")]
    layer: Option<String>,
    /// The form to print
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: FactsFormat,
}

/// The form to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FactsFormat {
    /// One JSON document.
    Json,
    /// One YAML document, shorter to read.
    Yaml,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let request = Request {
        start: check::start()?,
        paths: arguments.paths.clone(),
        ..Request::default()
    };
    let (facts, run) = crate::check::facts(&request)?;
    let facts: Vec<Json> = facts
        .iter()
        .filter(|facts| arguments.wants(facts))
        .map(|facts| {
            json!({
                "scope": facts.scope.as_str(),
                "name": escape(&facts.name),
                "facts": json_of(&facts.tree, &run.secrets),
            })
        })
        .collect();
    if facts.is_empty() {
        return Err(Failure::new("there is no such chain or layer here")
            .with_help("`stagecheck chains` lists the chains and their layers"));
    }
    let text = match arguments.format {
        FactsFormat::Json => serde_json::to_string_pretty(&facts).ok(),
        FactsFormat::Yaml => serde_yaml::to_string(&facts).ok(),
    };
    let text = text.ok_or_else(|| Failure::new("cannot write the facts"))?;
    output::to_stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(Status::Clean)
}

impl Arguments {
    fn wants(&self, facts: &Facts) -> bool {
        match (&self.chain, &self.layer) {
            (Some(name), _) => facts.scope == Scope::Chain && facts.name == *name,
            (_, Some(path)) => facts.scope == Scope::Layer && facts.name == *path,
            _ => true,
        }
    }
}

/// A value without secrets. An open one is told apart from every known one.
fn json_of(value: &Value, secrets: &Secrets) -> Json {
    let shown = |text: &str| Json::String(secrets.show(value.place(), text).into_owned());
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => match secrets.show(value.place(), &number.to_string()) {
            Cow::Borrowed(shown) if shown != MASK => json!(number),
            shown => Json::String(shown.into_owned()),
        },
        Kind::String(text) => shown(&text.value),
        Kind::Open(open) => json!({ "$open": shown(&open.written) }),
        Kind::Array(items) => items.iter().map(|item| json_of(item, secrets)).collect(),
        Kind::Object(object) => {
            let fields: Map<String, Json> = object
                .iter()
                .map(|(key, value)| (secrets.redact(key).into_owned(), json_of(value, secrets)))
                .collect();
            Json::Object(fields)
        }
    }
}
