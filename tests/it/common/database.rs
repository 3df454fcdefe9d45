//! Between the facts about databases and JSON.

use serde_json::{Value as Json, json};
use stagecheck::backstage::database::{ConnectionType, NoPlan, Plan, Shape};
use stagecheck::backstage::value::{Kind, Text, Value};

/// A config without origins.
pub fn value_of(json: &Json) -> Value {
    Value::derived(match json {
        Json::Null => Kind::Null,
        Json::Bool(truth) => Kind::Bool(*truth),
        Json::Number(number) => Kind::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Kind::String(Text {
            value: text.as_str().into(),
            style: None,
        }),
        Json::Array(items) => Kind::Array(items.iter().map(value_of).collect()),
        Json::Object(object) => Kind::Object(
            object
                .iter()
                .map(|(key, value)| (key.as_str().into(), value_of(value)))
                .collect(),
        ),
    })
}

/// A value as JSON; whole numbers as integers. An open value is what reads a certificate.
pub fn as_json(value: &Value) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(truth) => json!(truth),
        Kind::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            json!(*number as i64)
        }
        Kind::Number(number) => json!(number),
        Kind::String(text) => json!(&*text.value),
        Kind::Open(open) => json!(format!("<{}>", open.written)),
        Kind::Array(items) => Json::Array(items.iter().map(as_json).collect()),
        Kind::Object(object) => Json::Object(
            object
                .iter()
                .map(|(key, value)| (key.to_string(), as_json(value)))
                .collect(),
        ),
    }
}

/// What the manager does with a config that is known as a whole, in the words of the vectors: the config for knex, or the
/// kind of error.
pub fn outcome(shapes: Option<&[Shape]>) -> Json {
    let Some([shape]) = shapes else {
        return json!({"error": "open"});
    };
    let planned = &shape.planned;
    let plan = match (planned.refused.first(), &planned.plan) {
        (Some(fault), _) => return json!({"error": fault.refusal.word()}),
        (None, Ok(plan)) => plan,
        (None, Err(NoPlan::PluginId)) => return json!({"error": "invalid-key"}),
        (None, Err(_)) => return json!({"error": "open"}),
    };
    json!({"overridden": plan.client_overridden, "effective": of_plan(plan)})
}

fn of_plan(plan: &Plan) -> Json {
    let mut effective = as_json(&plan.effective);
    // A connection that fetches a token is a function to knex, which a recording cannot hold.
    if matches!(
        plan.connection_type,
        ConnectionType::Azure | ConnectionType::Rds
    ) {
        effective["connection"] = json!("<function>");
    }
    if plan.connection_type == ConnectionType::CloudSql {
        effective["connection"]["stream"] = json!("<cloudsql stream>");
    }
    effective
}
