//! The pool of a plan: its size, and what knex and tarn would refuse about it.
//!
//! In: the config knex would be given. Out: [`Pool`]. Never: where else a pool is written; see the facts.

use super::{Client, Known, Plan};
use crate::backstage::value::{Kind, Object, Open, OpenCause, Value};

/// The pool knex would make.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Connections kept open: a number, or open. As knex' default without an origin.
    pub min: Value,
    /// Connections opened at most, likewise.
    pub max: Value,
    /// What knex and tarn throw about.
    pub problems: Vec<Problem>,
}

/// Something knex or tarn would throw about.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The option.
    pub option: String,
    /// The value at fault.
    pub value: Value,
}

/// What is wrong with an option of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// tarn does not know it.
    Unknown,
    /// It is no whole number, or too small.
    NotANumber,
    /// A variable brings a string, where tarn wants a number.
    FromVariable,
    /// `max` is smaller than `min`.
    MaxBelowMin,
}

impl ProblemKind {
    /// Its word in the facts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown-option",
            Self::NotANumber => "not-a-number",
            Self::FromVariable => "from-variable",
            Self::MaxBelowMin => "max-below-min",
        }
    }
}

/// Whole numbers above zero, in milliseconds.
const TIMES: &[&str] = &[
    "acquireTimeoutMillis",
    "createTimeoutMillis",
    "destroyTimeoutMillis",
    "idleTimeoutMillis",
    "reapIntervalMillis",
    "createRetryIntervalMillis",
];

/// What else knex or tarn takes.
const OTHERS: &[&str] = &[
    "create",
    "validate",
    "destroy",
    "log",
    "propagateCreateError",
    "afterCreate",
    "maxConnectionLifetimeMillis",
    "maxConnectionLifetimeJitterMillis",
];

/// Every option of a pool that may stand in a config.
pub const OPTIONS: &[&str] = &[
    "min",
    "max",
    "acquireTimeoutMillis",
    "createTimeoutMillis",
    "destroyTimeoutMillis",
    "idleTimeoutMillis",
    "reapIntervalMillis",
    "createRetryIntervalMillis",
    "propagateCreateError",
    "maxConnectionLifetimeMillis",
    "maxConnectionLifetimeJitterMillis",
];

/// The pool of a plan.
pub fn of(plan: &Plan) -> Pool {
    let empty = Object::default();
    let options = plan.effective.get("pool").and_then(Value::as_object);
    let options = options.unwrap_or(&empty);
    let size = |key: &str, default: Known<f64>| match (options.get(key), default) {
        (Some(value), _) => value.clone(),
        (None, Known::Known(default)) => Value::derived(Kind::Number(default)),
        (None, Known::Open) => Value::derived(Kind::Open(Box::new(unknown_minimum()))),
    };
    let mut pool = Pool {
        min: size("min", plan.pool_minimum),
        max: size("max", Known::Known(knex_maximum(plan.client))),
        problems: options.iter().filter_map(problem).collect(),
    };
    if let (Some(min), Some(max)) = (pool.min.as_number(), pool.max.as_number())
        && min > max
    {
        let at = [options.get("max"), options.get("min")];
        pool.problems.push(Problem {
            kind: ProblemKind::MaxBelowMin,
            option: "max".to_owned(),
            value: at.into_iter().flatten().next().unwrap_or(&pool.max).clone(),
        });
    }
    pool
}

/// Connections that knex keeps open to a server where nothing says.
pub const KNEX_MINIMUM: f64 = 2.0;

/// Connections that knex opens at most where nothing says.
pub const fn knex_maximum(client: Client) -> f64 {
    if client.is_sqlite() { 1.0 } else { 10.0 }
}

/// A minimum that depends on a release that is not known.
fn unknown_minimum() -> Open {
    Open {
        written: "0 or 2".into(),
        cause: OpenCause::Placeholder(Vec::new()),
        when_unset: None,
        below: None,
    }
}

fn problem((option, value): (&std::sync::Arc<str>, &Value)) -> Option<Problem> {
    let least = match &**option {
        "min" => 0.0,
        "max" => 1.0,
        name if TIMES.contains(&name) => 1.0,
        name if OTHERS.contains(&name) => return None,
        _ => return Some(Problem::new(ProblemKind::Unknown, option, value)),
    };
    let kind = match &value.kind {
        Kind::Number(number) if number.fract() == 0.0 && *number >= least => return None,
        // knex takes the smallest of its timeouts, which makes numbers of strings.
        Kind::String(text) if &**option == "acquireTimeoutMillis" => {
            let number: f64 = text.value.trim().parse().unwrap_or(f64::NAN);
            if number.fract() == 0.0 && number >= least {
                return None;
            }
            ProblemKind::NotANumber
        }
        Kind::Open(_) if &**option == "acquireTimeoutMillis" => return None,
        Kind::Open(_) => ProblemKind::FromVariable,
        _ => ProblemKind::NotANumber,
    };
    Some(Problem::new(kind, option, value))
}

impl Problem {
    fn new(kind: ProblemKind, option: &str, value: &Value) -> Self {
        Self {
            kind,
            option: option.to_owned(),
            value: value.clone(),
        }
    }
}
