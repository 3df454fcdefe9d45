//! Pools: the one in effect, and those that are written where nothing reads them.

use super::fields::{MisplacedPool, PoolProblem, PoolSize, Pools};
use crate::backstage::database::pool::{self, Problem};
use crate::backstage::database::{Client, Plan};
use crate::backstage::facts::fact::{List, Text};
use crate::backstage::value::{Kind, Object, Value};

/// The facts about the pool of a plan.
pub fn facts(plan: &Plan, section: &Value, plugin: Option<&str>) -> Pools {
    let pool = pool::of(plan);
    Pools {
        origin: None,
        pool: Some(PoolSize {
            origin: None,
            min: pool.min.into(),
            max: pool.max.into(),
        }),
        pool_inherited: plugin
            .is_some_and(|plugin| inherits(plan, section, plugin))
            .into(),
        base_pool: section.at(["knexConfig", "pool"]).into(),
        pool_problems: pool.problems.iter().map(problem).collect(),
        pools_misplaced: misplaced(plan, section, plugin),
    }
}

fn problem(problem: &Problem) -> PoolProblem {
    let origin = problem.value.origin;
    PoolProblem {
        origin,
        kind: problem.kind.word().into(),
        option: Text::from(problem.option.as_str()).with_origin(origin),
    }
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
fn misplaced(plan: &Plan, section: &Value, plugin: Option<&str>) -> List<MisplacedPool> {
    let mut places: Vec<(&'static str, Vec<&str>)> = Vec::new();
    match plugin {
        Some(plugin) => {
            places.push(("connection", vec!["plugin", plugin, "connection", "pool"]));
            places.push(("plugin", vec!["plugin", plugin, "pool"]));
        }
        None => {
            places.push(("connection", vec!["connection", "pool"]));
            if plan.client != Client::Postgres {
                places.push(("base", vec!["pool"]));
            }
        }
    }
    let written = |(place, path): (&'static str, Vec<&str>)| {
        let value = section.at(path).filter(|value| is_pool(value))?;
        Some(MisplacedPool {
            origin: value.origin,
            r#where: place.into(),
            value: value.into(),
        })
    };
    places.into_iter().filter_map(written).collect()
}

/// Whether it looks like a pool at all.
fn is_pool(value: &Value) -> bool {
    match &value.kind {
        Kind::Object(object) => object.keys().any(|key| pool::OPTIONS.contains(&&**key)),
        _ => false,
    }
}
