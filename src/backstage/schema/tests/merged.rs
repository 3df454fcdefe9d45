//! The merged schema and its form for editors.

use serde_json::json;

use super::{a, package};
use crate::backstage::schema::{Schemas, for_editor};

#[test]
fn the_merged_schema_adds_up_what_packages_say() {
    let schemas = Schemas::new(vec![
        package(
            "one",
            json!({ "properties": { "a": { "type": "object", "required": ["x"], "properties": { "x": { "enum": ["p", "q"] } } } } }),
        ),
        package(
            "two",
            json!({ "definitions": { "d": { "type": "number" } }, "properties": {
                "a": { "type": "object", "required": ["y"], "properties": {
                    "x": { "enum": ["q", "r"], "visibility": "secret" }, "y": { "$ref": "#/definitions/d" } } } } }),
        ),
    ]);
    let merged = schemas.merged();
    let a = &merged["properties"]["a"];
    assert_eq!(a["required"], json!(["x", "y"]));
    assert_eq!(
        a["properties"]["x"],
        json!({ "visibility": "secret", "const": "q" })
    );
    assert_eq!(a["properties"]["y"]["$ref"], "#/definitions/two-1.0.0-d");
    assert_eq!(merged["definitions"]["two-1.0.0-d"]["type"], "number");
}

#[test]
fn the_form_for_editors_takes_placeholders_and_directives_and_requires_nothing() {
    let schemas = a(json!({ "type": "object", "required": ["x"], "properties": {
        "x": { "type": "number" }, "y": { "enum": ["p"], "deprecated": "use x" } } }));
    let editor = for_editor(&schemas.merged());
    let validator = jsonschema::validator_for(&editor).unwrap();
    for layer in [
        json!({ "a": {} }),
        json!({ "a": { "x": 1, "y": "p" } }),
        json!({ "a": { "x": "${X:-1}", "y": { "$env": "Y" } } }),
        json!({ "a": { "$include": "a.yaml" } }),
        json!({ "a": { "x": { "$file": "x.txt" } } }),
    ] {
        assert!(validator.is_valid(&layer), "{layer}");
    }
    for layer in [
        json!({ "a": { "x": "one" } }),
        json!({ "a": [] }),
        json!({ "a": { "y": "q" } }),
    ] {
        assert!(!validator.is_valid(&layer), "{layer}");
    }
}

#[test]
fn the_merged_built_in_schemas_are_schemas_in_both_forms() {
    let merged = Schemas::bundled().merged();
    jsonschema::validator_for(&merged).unwrap();
    let editor = jsonschema::validator_for(&for_editor(&merged)).unwrap();
    assert!(editor.is_valid(
        &json!({ "backend": { "listen": "${LISTEN}", "database": { "client": "pg" } } })
    ));
    assert!(!editor.is_valid(&json!({ "backend": { "database": { "client": "postgres" } } })));
}
