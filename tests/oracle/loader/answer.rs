//! What stagecheck says a process would see, for comparison with the real loader.
//!
//! In: a case as JSON: `files`, `environment` (complete: what is not named is not set), `configs`, `root`,
//! `allowMissing`. Out: `layers` and `merged`, or `error` with rule and place. Used by the recorded vectors and by the
//! live oracle.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use stagecheck::backstage::effective;
use stagecheck::backstage::environment::Environment;
use stagecheck::backstage::value::{Kind, Value};
use stagecheck::files::{FilePath, Files, MemoryFiles};
use stagecheck::finding::{Effect, Problem};
use stagecheck::text::Sources;

/// What a process would be started with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    files: Map<String, Json>,
    #[serde(default, alias = "env")]
    environment: Map<String, Json>,
    #[serde(default)]
    configs: Vec<String>,
    #[serde(default)]
    root: String,
    #[serde(default)]
    allow_missing: bool,
}

/// Our answer to a case.
pub fn answer(case: &Case) -> Json {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let files = case
        .files
        .iter()
        .map(|(path, value)| (path.clone(), text(value)));
    let files = MemoryFiles::new(files);
    let variables = case
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), text(value)));
    let environment = Environment::complete(variables);
    let mut paths = paths(case, &environment, &files);
    if let Some(missing) = paths.iter().find(|path| !files.is_file(path)) {
        if !case.allow_missing {
            return json!({ "error": { "missing": missing.to_string() } });
        }
        paths.retain(|path| files.is_file(path));
    }
    let mut sources = Sources::default();
    let effective = match effective::load(&paths, &environment, &files, &mut sources) {
        Ok(effective) => effective,
        Err(error) => return json!({ "error": { "variable": error.variable } }),
    };
    let problems = effective
        .layers
        .iter()
        .flat_map(|(layer, resolved)| layer.problems.iter().chain(&resolved.problems));
    if let Some(problem) = problems.clone().find(|problem| stops(problem)) {
        let place = problem.primary.place;
        let source = sources.get(place.source);
        let at = source.position(place.span.start);
        return json!({ "error": {
            "rule": problem.rule,
            "file": source.path(),
            "line": at.line,
            "column": at.column,
            "path": problem.config_path,
        } });
    }
    let Some(merged) = &effective.root else {
        return json!({ "error": "nothing" });
    };
    let roots = effective
        .layers
        .iter()
        .filter_map(|(_, resolved)| resolved.root.as_ref());
    let layers: Vec<Json> = roots.chain(&effective.overrides).map(to_json).collect();
    json!({ "layers": layers, "merged": to_json(merged) })
}

/// Whether the real loader stops at a problem: with exactly these files, a file that is not there is not anywhere.
fn stops(problem: &Problem) -> bool {
    problem.effect == Effect::Fatal || problem.rule == "file-not-found"
}

fn paths(case: &Case, environment: &Environment, files: &MemoryFiles) -> Vec<FilePath> {
    if case.configs.is_empty() {
        return effective::default_layers(&FilePath::new(&case.root), environment, files);
    }
    case.configs
        .iter()
        .map(|path| FilePath::new(path))
        .collect()
}

/// Plain JSON; numbers that JSON does not know as the recorder writes them.
fn to_json(value: &Value) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Number(value) if value.is_nan() => json!({ "$number": "NaN" }),
        Kind::Number(value) if value.is_infinite() => {
            json!({ "$number": if *value > 0.0 { "Infinity" } else { "-Infinity" } })
        }
        Kind::Number(value) if *value == 0.0 && value.is_sign_negative() => {
            json!({ "$number": "-0" })
        }
        Kind::Number(value) => json!(value),
        Kind::String(text) => json!(&*text.value),
        Kind::Open(open) => json!({ "$open": &*open.written }),
        Kind::Array(items) => items.iter().map(to_json).collect(),
        Kind::Object(object) => object
            .iter()
            .map(|(key, value)| (key.to_string(), to_json(value)))
            .collect(),
    }
}
