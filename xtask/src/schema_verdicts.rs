//! `cargo xtask schema-verdicts DIR`: the schema check of configurations from stdin, one JSON document a line.
//!
//! For `tests/oracle/schema`, which compares the verdicts with the real loader's. A string with `${` is open.

use std::io::{BufRead as _, stdin};
use std::path::Path;

use serde_json::{Value as Json, json};
use stagecheck::backstage::schema::{check, collect};
use stagecheck::backstage::value::{Kind, Open, OpenCause, Value};
use stagecheck::files::DiskFiles;

use crate::run::Outcome;

/// Prints the problems of each configuration, a line for each.
pub fn run(arguments: &[String]) -> Outcome {
    let [folder] = arguments else {
        return Err("usage: cargo xtask schema-verdicts DIR".into());
    };
    let folder = Path::new(folder);
    let files = DiskFiles::open(folder, folder)?;
    let collection = collect(&files, &files.locate(folder)?, None);
    for line in stdin().lock().lines() {
        let config = value(without_nulls(serde_json::from_str(&line?)?));
        let problems = check(&config, &collection.schemas)
            .into_iter()
            .map(|problem| {
                json!({
                    "rule": problem.rule.as_str(),
                    "path": problem.path.to_string(),
                    "message": problem.message,
                })
            });
        println!("{}", problems.collect::<Json>());
    }
    Ok(())
}

/// The merge of layers leaves no null behind, except in lists.
fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(object) => {
            let entries = object.into_iter().filter(|(_, json)| !json.is_null());
            Json::Object(
                entries
                    .map(|(key, json)| (key, without_nulls(json)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn value(json: Json) -> Value {
    let kind = match json {
        Json::Null => Kind::Null,
        Json::Bool(value) => Kind::Bool(value),
        Json::Number(number) => Kind::Number(number.as_f64().unwrap_or_default()),
        Json::String(text) if text.contains("${") => Kind::Open(Box::new(Open {
            written: text.into(),
            cause: OpenCause::Placeholder(Vec::new()),
            when_unset: None,
            below: None,
        })),
        Json::String(text) => return Value::string(text),
        Json::Array(items) => Kind::Array(items.into_iter().map(value).collect()),
        Json::Object(object) => {
            let entries = object.into_iter();
            Kind::Object(
                entries
                    .map(|(key, json)| (key.into(), value(json)))
                    .collect(),
            )
        }
    };
    Value::derived(kind)
}
