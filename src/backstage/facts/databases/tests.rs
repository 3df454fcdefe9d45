//! What is open stays open, and what is certain all the same is said.

use super::*;
use crate::backstage::database::Runtime;
use crate::backstage::environment::Environment;
use crate::backstage::npm::Packages;
use crate::backstage::{layer, merge, resolve};
use crate::files::{FilePath, MemoryFiles};
use crate::text::Sources;

/// The facts about the layers' merge, the base first.
fn facts(layers: &[&str]) -> Vec<Value> {
    let names = ["a.yaml", "b.yaml"];
    let files = MemoryFiles::new(names.into_iter().zip(layers.iter().copied()));
    let mut sources = Sources::default();
    let mut roots = Vec::new();
    for name in names.iter().take(layers.len()) {
        let layer = layer::load(&files, &FilePath::new(name), &mut sources);
        let resolved = resolve::resolve(&layer, &Environment::default(), &files, &mut sources);
        roots.extend(resolved.root);
    }
    let config = merge::merge(roots.iter()).unwrap();
    let collected = collect(&Input {
        config: &config,
        packages: &Packages::default(),
        files: &files,
        folder: &FilePath::root(),
        role_of: &|_| None,
        pgsslmode: None,
        runtime: Runtime::default(),
    });
    let databases = collected.items().iter().cloned();
    databases.map(Fact::into_value).collect()
}

fn base(database: &str) -> Value {
    facts(&[&format!("backend: {{ database: {database} }}")]).remove(0)
}

fn is_open(facts: &Value, field: &str) -> bool {
    facts
        .get(field)
        .is_some_and(|value| value.as_open().is_some())
}

fn text<'f>(facts: &'f Value, field: &str) -> Option<&'f str> {
    facts.get(field)?.as_str()
}

#[test]
fn tls_is_known_from_a_url_whose_host_is_open() {
    let url = "postgres://u:${PW}@${HOST}:${PORT}/db?sslmode=no-verify";
    let facts = base(&format!("{{ client: pg, connection: '{url}' }}"));
    assert_eq!(text(&facts, "tls"), Some("unverified"));
    assert!(is_open(&facts, "host"));
    assert!(is_open(&facts, "hostLocal"));
}

#[test]
fn nothing_is_said_about_a_connection_that_is_wholly_open() {
    let facts = base("{ client: pg, connection: '${URL}' }");
    assert!(is_open(&facts, "tls"));
    assert!(is_open(&facts, "hostLocal"));
    assert_eq!(facts.get("tlsSet").and_then(Value::as_bool), Some(false));
}

#[test]
fn an_open_connection_over_memory_may_be_either() {
    let below = "backend: { database: { client: better-sqlite3, connection: ':memory:' } }";
    let above = "backend: { database: { connection: '${FILE}' } }";
    let facts = facts(&[below, above]).remove(0);
    assert!(is_open(&facts, "inMemory"), "{facts:?}");
}

#[test]
fn an_open_host_over_a_local_one_is_not_taken_for_local() {
    let below = "backend: { database: { client: pg, connection: { host: localhost } } }";
    let above = "backend: { database: { connection: { host: '${HOST}' } } }";
    let facts = facts(&[below, above]).remove(0);
    assert!(is_open(&facts, "hostLocal"));
    assert_eq!(text(&facts, "tls"), Some("off"));
}

#[test]
fn an_open_client_leaves_everything_open() {
    let facts = base("{ client: '${CLIENT}', connection: { host: h } }");
    assert!(is_open(&facts, "postgres"));
    assert!(is_open(&facts, "sqlite"));
    assert!(facts.get("tls").is_none());
}

#[test]
fn a_plugin_keeps_the_place_of_what_the_base_sets() {
    let all = facts(&[
        "backend: { database: { client: pg, connection: { host: h }, plugin: { auth: { connection: { database: x } } } } }",
    ]);
    let host = |index: usize| all[index].get("host").and_then(Value::place);
    assert!(host(0).is_some());
    assert_eq!(host(0), host(1));
}

#[test]
fn databases_of_one_host_are_shared_only_on_the_same_port() {
    let at =
        |port: &str| format!("{{ connection: {{ database: portal, host: h, port: {port} }} }}");
    let shared = |first: &str, second: &str| {
        let all = facts(&[&format!(
            "backend: {{ database: {{ client: pg, connection: {{}}, plugin: {{ a: {}, b: {} }} }} }}",
            at(first),
            at(second)
        )]);
        text(&all[2], "sharedWith").map(str::to_owned)
    };
    assert_eq!(shared("5432", "5432").as_deref(), Some("a"));
    assert_eq!(shared("5432", "5433"), None);
    assert_eq!(shared("'${A}'", "'${A}'").as_deref(), Some("a"));
    assert_eq!(shared("'${A}'", "'${B}'"), None);
    assert_eq!(shared("null", "5432").as_deref(), Some("a"));
    assert_eq!(shared("null", "5433"), None);
}
