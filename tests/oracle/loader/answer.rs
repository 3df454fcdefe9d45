//! What stagecheck says a process would see, for comparison with the real loader.
//!
//! In: a case as JSON: `files`, `environment` (complete: what is not named is not set), `configs`, `root`,
//! `allowMissing`. Out: `layers` and `merged`, or `error` with rule and place. Used by the recorded vectors and by the
//! live oracle.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use source::{ConfigPath, Part};
use stagecheck::backstage::environment::Environment;
use stagecheck::backstage::value::{Kind, Value};
use stagecheck::backstage::words::{Lack, LackKind};
use stagecheck::check::effective::{self, ChainConfig};
use stagecheck::files::{FilePath, Files, MemoryFiles};
use stagecheck::finding::{Effect, Problem};
use stagecheck::request::{EnvironmentRequest, ProcessEnvironment, Request};
use stagecheck::run::Failure;

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

/// Our answer to a case, by the way of `print`: the one chain that is found or named is loaded, and what its process
/// sees is the answer.
pub fn answer(case: &Case) -> Json {
    let files = files(case);
    let request = match request(case, &files) {
        Ok(request) => request,
        Err(missing) => return json!({ "error": { "missing": missing } }),
    };
    let variables = request.environment.variables.clone();
    let found = match effective::effective_files(Box::new(files), &request) {
        Ok(found) => found,
        Err(failure) => return refused(&failure, &variables),
    };
    let Some((loaded, chain)) = found.apps.iter().find_map(|app| {
        let is_asked = |chain: &&ChainConfig| matches!(&*chain.chain.name.0, START | "--config");
        Some((&app.loaded, app.chains.iter().find(is_asked)?))
    }) else {
        return json!({ "error": "nothing" });
    };
    let absent = |lack: &Lack| match &lack.kind {
        LackKind::Absent(path) => Some(path.to_string()),
        _ => None,
    };
    if let Some(missing) = chain.chain.lacks.iter().find_map(absent) {
        return json!({ "error": { "missing": missing } });
    }
    let mut problems = loaded
        .layers_of(&chain.chain)
        .flat_map(|layer| layer.layer.problems.iter().chain(&layer.resolved.problems));
    if let Some(problem) = problems.find(|problem| stops(problem)) {
        let place = problem.primary.place;
        let source = found.run.sources.get(place.source);
        let at = source.position(place.span.start);
        let related = problem.related.iter();
        let related: Vec<_> = related
            .map(|label| source.position(label.place.span.start).line)
            .collect();
        return json!({ "error": {
            "rule": problem.rule,
            "file": source.path(),
            "line": at.line,
            "related": related,
            "column": at.column,
            "path": problem.config_path.as_ref().map(as_the_loader_writes),
        } });
    }
    let variables = variables
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()));
    let effective = loaded.effective(&chain.chain, &Environment::complete(variables));
    let Ok(merged) = &chain.config else {
        return json!({ "error": "nothing" });
    };
    let again = effective.root.as_ref().map(to_json);
    assert_eq!(Some(to_json(merged)), again, "one way to load");
    let layers = effective.layers.iter().map(AsRef::as_ref);
    let layers: Vec<Json> = layers.chain(&effective.overrides).map(to_json).collect();
    json!({ "layers": layers, "merged": to_json(merged) })
}

/// The chain of the start script that a case without `configs` gets.
const START: &str = "development";

fn files(case: &Case) -> MemoryFiles {
    let files = case
        .files
        .iter()
        .map(|(path, value)| (path.clone(), text(value)));
    let mut files = MemoryFiles::new(files);
    let manifest = FilePath::new(&case.root).join("package.json");
    if !files.is_file(&manifest) {
        files.insert(
            manifest,
            r#"{"scripts": {"start": "backstage-cli repo start"}}"#,
        );
    }
    files
}

/// What `print` is asked for; the first layer that is missing, where the loader insists on it.
fn request(case: &Case, files: &MemoryFiles) -> Result<Request, String> {
    let mut configs = case.configs.clone();
    let base = FilePath::new(&case.root).join("app-config.yaml");
    let is_missing = |path: &String| !files.is_file(&FilePath::new(path));
    if case.configs.is_empty() && !files.is_file(&base) && !case.allow_missing {
        return Err(base.to_string());
    }
    // No start command asks for `allowMissingDefaultConfig`, and a layer that looks like a template is not discovered:
    // then what is there is named.
    let is_template = |file: &Json| text(file).contains("{{");
    if case.configs.is_empty() && (!files.is_file(&base) || case.files.values().any(is_template)) {
        let local = base.parent().join("app-config.local.yaml");
        configs = vec![base.to_string(), local.to_string()];
        configs.retain(|path| !is_missing(path));
    }
    if case.allow_missing {
        configs.retain(|path| !is_missing(path));
    } else if let Some(missing) = configs.iter().find(|path| is_missing(path)) {
        return Err(FilePath::new(missing).to_string());
    }
    let variables = case.environment.iter();
    Ok(Request {
        config: configs.into_iter().map(Into::into).collect(),
        environment: EnvironmentRequest {
            variables: variables
                .map(|(name, value)| (name.clone(), Some(text(value))))
                .collect(),
            process: ProcessEnvironment::Empty,
            ..EnvironmentRequest::default()
        },
        ..Request::default()
    })
}

/// Why there is no run: the variable at fault, where it is one.
fn refused(failure: &Failure, variables: &[(String, Option<String>)]) -> Json {
    let at_fault =
        |(name, _): &&(String, Option<String>)| failure.message.contains(&format!("`{name}`"));
    match variables.iter().find(at_fault) {
        Some((name, _)) => json!({ "error": { "variable": name } }),
        None => json!({ "error": failure.message }),
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether the real loader stops at a problem: with exactly these files, a file that is not there is not anywhere.
fn stops(problem: &Problem) -> bool {
    problem.effect == Effect::Fatal || problem.rule == "file-not-found"
}

/// A config path as the real loader's messages write it: no key is quoted.
fn as_the_loader_writes(path: &ConfigPath) -> String {
    let mut text = String::new();
    for part in path.parts() {
        match part {
            Part::Item(index) => text.push_str(&format!("[{index}]")),
            Part::Key(key) if text.is_empty() => text.push_str(key),
            Part::Key(key) => text.push_str(&format!(".{key}")),
        }
    }
    text
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
