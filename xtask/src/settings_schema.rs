//! The schema of the settings for editors: `schemas/stagecheck.schema.json`, with every group and rule by name.
//!
//! In: the file, whose rules are replaced and the rest kept, and the cards. Out: the file.

use std::fs;

use serde_json::{Map, Value, json};
use stagecheck::rules::catalog;

use crate::run::{Outcome, project, write_or_check};

const FILE: &str = "schemas/stagecheck.schema.json";

/// Writes the names of rules into the schema, or checks that they are there.
pub fn run(arguments: &[String]) -> Outcome {
    let text = fs::read_to_string(project().join(FILE))?;
    let mut schema: Value = serde_json::from_str(&text)?;
    let rules = schema
        .pointer_mut("/definitions/rules/properties")
        .ok_or_else(|| format!("{FILE} has no definition of `rules`"))?;
    *rules = Value::Object(names());
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    write_or_check(FILE, &text, arguments)
}

/// Groups in their order, then rules in theirs.
fn names() -> Map<String, Value> {
    let levels = ["error", "warning", "info", "off"];
    let mut names = Map::new();
    for card in catalog::cards() {
        let group = card.group.as_str();
        let description = format!("All rules of the group `{group}`");
        let level = json!({ "description": description, "enum": levels });
        names.entry(group).or_insert(level);
    }
    for card in catalog::cards() {
        let level = json!({ "description": card.title.to_string(), "enum": levels });
        names.insert(card.id.to_string(), level);
    }
    names
}
