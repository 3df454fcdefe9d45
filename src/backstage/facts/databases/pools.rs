//! Pools: the one in effect, and those that are written where nothing reads them.

use crate::backstage::database::Plan;
use crate::backstage::database::pool::{self, Pool, Problem};
use crate::backstage::facts::{absent, list, object};
use crate::backstage::value::{Kind, Object, Value};

/// The facts about the pool of a plan.
pub fn facts(plan: &Plan, section: &Value, plugin: Option<&str>) -> Vec<(&'static str, Value)> {
    let pool = pool::of(plan);
    let base = section.at(["knexConfig", "pool"]).cloned();
    let inherited = plugin.is_some_and(|plugin| inherits(plan, section, plugin));
    let problems: Vec<Value> = pool.problems.iter().map(problem).collect();
    vec![
        ("pool", size(&pool)),
        ("poolInherited", super::super::truth(inherited)),
        ("basePool", base.unwrap_or_else(absent)),
        ("poolProblems", list(problems)),
        ("poolsMisplaced", misplaced(plan, section, plugin)),
    ]
}

fn size(pool: &Pool) -> Value {
    object([("min", pool.min.clone()), ("max", pool.max.clone())])
}

fn problem(problem: &Problem) -> Value {
    let option = Value::string(problem.option.as_str()).with_origin(problem.value.origin);
    object([
        ("kind", Value::string(problem.kind.word())),
        ("option", option),
    ])
    .with_origin(problem.value.origin)
}

/// Whether a size of the base reaches a plugin of another client.
fn inherits(plan: &Plan, section: &Value, plugin: &str) -> bool {
    let empty = Object::default();
    let pool = |path: &[&str]| {
        let value = section.at(path.iter().copied());
        value.and_then(Value::as_object).unwrap_or(&empty)
    };
    let base = pool(&["knexConfig", "pool"]);
    let own = pool(&["plugin", plugin, "knexConfig", "pool"]);
    plan.client_overridden
        && ["min", "max"]
            .iter()
            .any(|size| base.contains_key(*size) && !own.contains_key(*size))
}

/// The pools where nothing reads them.
fn misplaced(plan: &Plan, section: &Value, plugin: Option<&str>) -> Value {
    let mut places: Vec<(&'static str, Vec<&str>)> = Vec::new();
    match plugin {
        Some(plugin) => {
            places.push(("connection", vec!["plugin", plugin, "connection", "pool"]));
            places.push(("plugin", vec!["plugin", plugin, "pool"]));
        }
        None => {
            places.push(("connection", vec!["connection", "pool"]));
            if plan.client != crate::backstage::database::Client::Postgres {
                places.push(("base", vec!["pool"]));
            }
        }
    }
    list(places.into_iter().filter_map(|(place, path)| {
        let value = section.at(path).filter(|value| is_pool(value))?;
        let fact = object([("where", Value::string(place)), ("value", value.clone())]);
        Some(fact.with_origin(value.origin))
    }))
}

/// Whether it looks like a pool at all.
fn is_pool(value: &Value) -> bool {
    match &value.kind {
        Kind::Object(object) => object.keys().any(|key| pool::OPTIONS.contains(&&**key)),
        _ => false,
    }
}
