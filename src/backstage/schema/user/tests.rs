//! Schemas of users: what is said, what open values leave unsaid, and which files are refused.

use serde_json::{Value as Json, json};

use super::*;
use crate::backstage::schema::Ground;
use crate::backstage::schema::tests::config;
use crate::files::{FilePath, MemoryFiles};
use crate::text::Sources;

fn read(files: &[(&str, &str)]) -> Result<UserSchema, Vec<String>> {
    let (root, _) = files[0];
    let sources = Sources::default();
    let memory = MemoryFiles::new(files.iter().copied());
    UserSchema::read(&FilePath::new(root), &memory, &sources).map_err(|error| match error {
        UserSchemaError::Unreadable(error) => vec![error.to_string()],
        UserSchemaError::Mistakes(mistakes) => mistakes
            .into_iter()
            .map(|mistake| {
                let source = sources.get(mistake.place.source);
                let at = source.position(mistake.place.span.start);
                let (line, column) = (at.line, at.column);
                format!("{}:{line}:{column} {}", source.path(), mistake.message)
            })
            .collect(),
    })
}

fn of(schema: &Json) -> UserSchema {
    read(&[("own.json", &schema.to_string())]).unwrap()
}

/// `message [help]` for each problem, without the part that says whose schema it is.
fn said(schema: &Json, configuration: Json) -> Vec<String> {
    let value = config(configuration);
    let problems = of(schema).check(&value, [&value]);
    let line = |problem: &Problem| {
        let (message, _) = problem.message.split_once(" (schema").unwrap();
        match &problem.help {
            Some(help) => format!("{message} [{help}]"),
            None => message.to_owned(),
        }
    };
    problems.iter().map(line).collect()
}

/// The schema holds for the configuration, as the crate itself has it.
fn is_valid(schema: &Json, configuration: &Json) -> bool {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
        .is_valid(configuration)
}

/// Every keyword, with a configuration that fails by it, and the same with an open value by which it need not.
fn keywords() -> Vec<(&'static str, Json, Json, Json)> {
    let draft7 = |mut schema: Json| {
        schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
        schema
    };
    vec![
        ("type", json!({"properties": {"a": {"type": "number"}}}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("enum", json!({"properties": {"a": {"enum": ["x", "y"]}}}), json!({"a": "z"}), json!({"a": "${X}"})),
        ("enum of objects", json!({"properties": {"a": {"enum": [{"b": 1}]}}}), json!({"a": {"b": 2}}), json!({"a": {"b": "${X}"}})),
        ("const", json!({"properties": {"a": {"const": {"b": 1}}}}), json!({"a": {"b": 2}}), json!({"a": {"b": "${X}"}})),
        ("minimum", json!({"properties": {"a": {"minimum": 3}}}), json!({"a": 1}), json!({"a": "${X}"})),
        ("maximum", json!({"properties": {"a": {"maximum": 3}}}), json!({"a": 5}), json!({"a": "${X}"})),
        ("exclusiveMinimum", json!({"properties": {"a": {"exclusiveMinimum": 3}}}), json!({"a": 3}), json!({"a": "${X}"})),
        ("exclusiveMaximum", json!({"properties": {"a": {"exclusiveMaximum": 3}}}), json!({"a": 3}), json!({"a": "${X}"})),
        ("multipleOf", json!({"properties": {"a": {"multipleOf": 3}}}), json!({"a": 4}), json!({"a": "${X}"})),
        ("minLength", json!({"properties": {"a": {"minLength": 9}}}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("maxLength", json!({"properties": {"a": {"maxLength": 1}}}), json!({"a": "xyz"}), json!({"a": "${X}"})),
        ("pattern", json!({"properties": {"a": {"pattern": "^x"}}}), json!({"a": "y"}), json!({"a": "${X}"})),
        ("format", json!({"properties": {"a": {"format": "ipv4"}}}), json!({"a": "y"}), json!({"a": "${X}"})),
        ("contentEncoding", draft7(json!({"properties": {"a": {"contentEncoding": "base64"}}})), json!({"a": "!"}), json!({"a": "${X}"})),
        ("contentMediaType", draft7(json!({"properties": {"a": {"contentMediaType": "application/json"}}})), json!({"a": "{"}), json!({"a": "${X}"})),
        ("required", json!({"properties": {"a": {"required": ["b"]}}}), json!({"a": {}}), json!({"a": "${X}"})),
        ("properties", json!({"properties": {"a": {"properties": {"b": false}}}}), json!({"a": {"b": 1}}), json!({"a": {"b": "${X}"}})),
        ("patternProperties", json!({"patternProperties": {"^a": {"type": "number"}}}), json!({"ab": "x"}), json!({"ab": "${X}"})),
        ("additionalProperties", json!({"properties": {"a": {}}, "additionalProperties": false}), json!({"b": 1}), json!({"b": "${X}"})),
        ("additionalProperties as a schema", json!({"additionalProperties": {"type": "number"}}), json!({"b": "x"}), json!({"b": "${X}"})),
        ("propertyNames", json!({"propertyNames": {"pattern": "^a"}}), json!({"b": 1}), json!({"b": "${X}"})),
        ("minProperties", json!({"properties": {"a": {"minProperties": 1}}}), json!({"a": {}}), json!({"a": "${X}"})),
        ("maxProperties", json!({"maxProperties": 1}), json!({"a": 1, "b": 1}), json!({"a": 1, "b": "${X}"})),
        ("dependentRequired", json!({"dependentRequired": {"a": ["b"]}}), json!({"a": 1}), json!({"a": "${X}"})),
        ("dependentSchemas", json!({"dependentSchemas": {"a": {"required": ["b"]}}}), json!({"a": 1}), json!({"a": "${X}"})),
        ("dependencies of keys", draft7(json!({"dependencies": {"a": ["b"]}})), json!({"a": 1}), json!({"a": "${X}"})),
        ("dependencies of schemas", draft7(json!({"dependencies": {"a": {"required": ["b"]}}})), json!({"a": 1}), json!({"a": "${X}"})),
        ("items", json!({"properties": {"a": {"items": {"type": "number"}}}}), json!({"a": ["x"]}), json!({"a": ["${X}"]})),
        ("prefixItems", json!({"properties": {"a": {"prefixItems": [{"type": "string"}, {"type": "number"}]}}}), json!({"a": ["x", "y"]}), json!({"a": ["${X}", "y"]})),
        ("items behind prefixItems", json!({"properties": {"a": {"prefixItems": [{"type": "string"}], "items": {"type": "number"}}}}), json!({"a": ["x", "y"]}), json!({"a": ["${X}", "y"]})),
        ("items as a list", draft7(json!({"properties": {"a": {"items": [{"type": "string"}, {"type": "number"}]}}})), json!({"a": ["x", "y"]}), json!({"a": ["${X}", "y"]})),
        ("additionalItems", draft7(json!({"properties": {"a": {"items": [{}], "additionalItems": {"type": "number"}}}})), json!({"a": [1, "y"]}), json!({"a": ["${X}", "y"]})),
        ("no additionalItems", draft7(json!({"properties": {"a": {"items": [{}], "additionalItems": false}}})), json!({"a": [1, 2]}), json!({"a": [1, "${X}"]})),
        ("unevaluatedItems", json!({"properties": {"a": {"prefixItems": [{}], "unevaluatedItems": false}}}), json!({"a": [1, 2]}), json!({"a": [1, "${X}"]})),
        ("unevaluatedProperties", json!({"properties": {"a": {}}, "unevaluatedProperties": false}), json!({"b": 1}), json!({"b": "${X}"})),
        ("unevaluatedProperties by a branch", json!({"anyOf": [{"properties": {"k": {"const": 1}, "b": {}}, "required": ["k"]}, true], "properties": {"k": {}}, "unevaluatedProperties": false}), json!({"k": 2, "b": 1}), json!({"k": "${X}", "b": 1})),
        ("minItems", json!({"properties": {"a": {"minItems": 1}}}), json!({"a": []}), json!({"a": "${X}"})),
        ("maxItems", json!({"properties": {"a": {"maxItems": 1}}}), json!({"a": [1, 2]}), json!({"a": [1, "${X}"]})),
        ("uniqueItems", json!({"properties": {"a": {"uniqueItems": true}}}), json!({"a": ["x", "x"]}), json!({"a": ["${X}", "${X}"]})),
        ("contains", json!({"properties": {"a": {"contains": {"const": 1}}}}), json!({"a": [2]}), json!({"a": [2, "${X}"]})),
        ("minContains", json!({"properties": {"a": {"contains": {"const": 1}, "minContains": 2}}}), json!({"a": [1]}), json!({"a": [1, "${X}"]})),
        ("maxContains", json!({"properties": {"a": {"contains": {"type": "string"}, "maxContains": 1}}}), json!({"a": ["x", "y"]}), json!({"a": ["x", "${X}"]})),
        ("allOf", json!({"allOf": [{"properties": {"a": {"type": "number"}}}]}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("anyOf", json!({"anyOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 1}}}]}), json!({"a": 2, "b": 2}), json!({"a": "${X}", "b": 2})),
        ("oneOf, none", json!({"oneOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 1}}}]}), json!({"a": 2, "b": 2}), json!({"a": 2, "b": "${X}"})),
        ("oneOf, several", json!({"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"minLength": 1}}}]}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("not", json!({"not": {"properties": {"a": {"type": "string"}}, "required": ["a"]}}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("then", json!({"if": {"properties": {"a": {"type": "string"}}}, "then": {"required": ["b"]}}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("else", json!({"if": {"properties": {"a": {"const": 1}}}, "else": {"properties": {"c": {"const": 1}}}}), json!({"a": 2, "c": 2}), json!({"a": "${X}", "c": 2})),
        ("a condition in a branch", json!({"anyOf": [{"if": {"properties": {"a": {"const": 1}}}, "else": false}]}), json!({"a": 2}), json!({"a": "${X}"})),
        ("$ref", json!({"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "number"}}}), json!({"a": "x"}), json!({"a": "${X}"})),
        ("$dynamicRef", json!({"$dynamicAnchor": "n", "properties": {"b": {"type": "number"}, "a": {"$dynamicRef": "#n"}}}), json!({"a": {"b": "x"}}), json!({"a": {"b": "${X}"}})),
        ("$recursiveRef", json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "properties": {"b": {"type": "number"}, "a": {"$recursiveRef": "#"}}}), json!({"a": {"b": "x"}}), json!({"a": {"b": "${X}"}})),
        ("false", json!({"properties": {"a": false}}), json!({"a": 1}), json!({"a": "${X}"})),
        ("$ref and unevaluatedProperties", json!({"$ref": "#/$defs/o", "unevaluatedProperties": false, "$defs": {"o": {"properties": {"a": {}}}}}), json!({"b": 1}), json!({"b": "${X}"})),
    ]
}

#[test]
fn an_open_value_in_the_place_of_each_keyword_is_no_error() {
    for (keyword, schema, fails, open) in keywords() {
        assert!(!is_valid(&schema, &fails), "{keyword}: not a test of it");
        assert_ne!(said(&schema, fails), [""; 0], "{keyword}");
        assert_eq!(said(&schema, open), [""; 0], "{keyword}");
    }
}
