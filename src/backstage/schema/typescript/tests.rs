//! What becomes of types, and that the real loader makes the same of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::{ConvertError, Converted, Modules, convert};

struct Texts(HashMap<&'static str, String>);

impl Modules for Texts {
    fn resolve(&self, _from: &str, specifier: &str) -> Option<Arc<str>> {
        let name = specifier.trim_start_matches("./");
        self.0
            .keys()
            .find(|key| **key == name)
            .map(|key| (*key).into())
    }

    fn read(&self, file: &str) -> Option<Arc<str>> {
        self.0.get(file).map(|text| text.as_str().into())
    }
}

pub(super) fn converted(files: &[(&'static str, &str)]) -> Converted {
    let texts = files.iter().map(|(name, text)| (*name, (*text).to_owned()));
    convert("config.d.ts", &Texts(texts.collect())).unwrap()
}

/// The schema of the property `a` of a `Config` with these declarations before it.
fn property(declarations: &str, ty: &str) -> Value {
    let text = format!("{declarations}\nexport interface Config {{ a: {ty} }}");
    let schema = converted(&[("config.d.ts", &text)]).schema;
    json!(schema.properties.get("a"))
}

/// One form for schemas that say the same.
fn normal(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else {
        return if schema == &json!(false) {
            json!({"not": {}})
        } else {
            json!({})
        };
    };
    if object.contains_key("$ref") {
        return json!({"circle": true});
    }
    let mut out = BTreeMap::new();
    for (keyword, value) in object {
        let value = match keyword.as_str() {
            "description" | "title" | "$schema" | "default" | "definitions" => continue,
            "properties" => {
                let inner = value.as_object().unwrap().iter();
                inner
                    .map(|(key, value)| (key.trim_matches('\'').to_owned(), normal(value)))
                    .collect()
            }
            "required" | "enum" => sorted(value.as_array().unwrap().iter().map(unquoted).collect()),
            "const" => {
                out.insert("enum".to_owned(), json!([value]));
                continue;
            }
            "type" if object.contains_key("enum") || object.contains_key("const") => continue,
            "type" => match value.as_array() {
                Some(types) => sorted(types.clone()),
                None => value.clone(),
            },
            "items" | "additionalProperties" | "not" | "additionalItems" => {
                match value.as_array() {
                    Some(items) => items.iter().map(normal).collect(),
                    None => normal(value),
                }
            }
            "anyOf" => {
                let branches = value.as_array().unwrap().iter().map(normal);
                // `undefined` cannot occur in a configuration.
                let mut branches: Vec<Value> = branches
                    .filter(|branch| *branch != json!({"not": {}}))
                    .collect();
                if branches.len() == 1 {
                    let only = branches.remove(0);
                    out.extend(only.as_object().unwrap().clone());
                    continue;
                }
                sorted(branches)
            }
            _ => value.clone(),
        };
        if keyword == "items" && value == json!({}) {
            continue;
        }
        out.insert(keyword.clone(), value);
    }
    json!(out)
}

fn unquoted(value: &Value) -> Value {
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| json!(text.trim_matches('\'')))
}

fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by_key(Value::to_string);
    json!(values)
}

#[test]
fn every_kind_of_type_becomes_what_the_real_loader_makes_of_it() {
    let duration = [
        "years",
        "months",
        "weeks",
        "days",
        "hours",
        "minutes",
        "seconds",
        "milliseconds",
    ];
    let keys: String = duration
        .iter()
        .map(|key| format!("{key}?: number;"))
        .collect();
    let converted = converted(&[
        (
            "config.d.ts",
            include_str!("../../../../tests/oracle/schema/types/config.d.ts"),
        ),
        (
            "shared",
            include_str!("../../../../tests/oracle/schema/types/shared.d.ts"),
        ),
        (
            "@backstage/types",
            &format!("type HumanDuration = {{ {keys} }};\nexport {{ type HumanDuration }};"),
        ),
    ]);
    assert!(converted.notes.is_empty(), "{:?}", converted.notes);
    let real = include_str!("../../../../tests/oracle/schema/types/real.json");
    let real: Value = serde_json::from_str(real).unwrap();
    let ours = json!(converted.schema);
    let sections = real["properties"].as_object().unwrap();
    assert!(sections.len() > 6);
    for (section, real_section) in sections {
        for (key, real_value) in real_section["properties"].as_object().unwrap() {
            let own = &ours["properties"][section]["properties"][key.trim_matches('\'')];
            assert_eq!(normal(own), normal(real_value), "{section}.{key}");
        }
    }
    assert_eq!(normal(&ours), normal(&real));
}

#[test]
fn what_cannot_be_evaluated_is_anything_with_a_note() {
    for ty in [
        "Missing",
        "typeof x",
        "() => void",
        "bigint",
        "Map<string, string>",
        "import('./no').X",
    ] {
        let text = format!("export interface Config {{ a: {ty} }}");
        let converted = converted(&[("config.d.ts", &text)]);
        assert_eq!(json!(converted.schema.properties["a"]), json!({}), "{ty}");
        assert_eq!(converted.notes.len(), 1, "{ty}");
    }
}

#[test]
fn types_that_refer_to_themselves_become_definitions() {
    let schema = converted(&[(
        "config.d.ts",
        "type Json = { [key: string]: Json } | Array<Json> | string;\nexport interface Config { a: Json; b: Json }",
    )])
    .schema;
    assert_eq!(
        json!(schema)["definitions"]["Json"]["anyOf"][0],
        json!({"type": "object", "additionalProperties": {"$ref": "#/definitions/Json"}})
    );
}

#[test]
fn types_that_are_nothing_but_a_circle_end() {
    for text in [
        "type A = B; type B = A; export interface Config { a: A }",
        "interface A extends A {} export interface Config { a: A }",
        "type G<T> = { x: G<T[]> }; export interface Config { a: G<string> }",
        "export interface Config extends Config { a?: Config }",
        "type K = keyof K; export interface Config { a: K }",
    ] {
        converted(&[("config.d.ts", text)]);
    }
}

#[test]
fn types_that_double_at_every_step_are_cut_off() {
    let mut text = String::from("type T0 = { x: string };\n");
    for step in 1..60 {
        let before = step - 1;
        text += &format!("type T{step} = {{ l: T{before}; r: T{before} }};\n");
    }
    text += "export interface Config { a: T59 }";
    let converted = converted(&[("config.d.ts", &text)]);
    assert!(
        converted
            .notes
            .iter()
            .any(|note| note.contains("too large"))
    );
}

#[test]
fn a_file_that_is_no_typescript_says_so() {
    let broken = "export interface Config { a: string }\nexport type = ;".to_owned();
    let files = Texts(HashMap::from([("config.d.ts", broken)]));
    assert_eq!(
        convert("config.d.ts", &files).unwrap_err(),
        ConvertError::NotTypeScript
    );
}

#[test]
fn an_import_that_is_no_typescript_leaves_the_rest() {
    let converted = converted(&[
        (
            "config.d.ts",
            "import { X } from './x'; export interface Config { a: X; b: string }",
        ),
        ("x", "export type = ;"),
    ]);
    assert_eq!(json!(converted.schema)["properties"]["b"]["type"], "string");
    assert_eq!(converted.notes.len(), 2, "{:?}", converted.notes);
}

#[test]
fn a_file_that_nests_without_end_is_refused() {
    let text = format!(
        "export interface Config {{ a: {}string }}",
        "[".repeat(200_000)
    );
    let files = Texts(HashMap::from([("config.d.ts", text)]));
    assert_eq!(
        convert("config.d.ts", &files).unwrap_err(),
        ConvertError::NotTypeScript
    );
}

#[test]
fn deep_types_are_read_on_a_stack_of_their_own() {
    let text = format!(
        "export interface Config {{ a: {}string{} }}",
        "(".repeat(2000),
        ")".repeat(2000)
    );
    converted(&[("config.d.ts", &text)]);
}

#[test]
fn a_file_without_config_says_so() {
    let files = Texts(HashMap::from([(
        "config.d.ts",
        "export interface Other {}".to_owned(),
    )]));
    assert_eq!(
        convert("config.d.ts", &files).unwrap_err(),
        ConvertError::NoConfig
    );
    assert_eq!(
        convert("gone.d.ts", &files).unwrap_err(),
        ConvertError::Unreadable
    );
}

#[test]
fn names_are_found_through_re_exports_and_namespaces() {
    let converted = converted(&[
        ("config.d.ts", "export { Inner as Config } from './a';"),
        (
            "a",
            "export * from './b'; import D from './c'; export interface Inner { a: D; b: N.X; n: N.M.Y }\nexport declare namespace N { type X = 'x'; namespace M { type Y = X2; type X2 = 1 } }",
        ),
        ("b", "export type Unused = string;"),
        ("c", "interface D { d: string } export default D;"),
    ]);
    assert!(converted.notes.is_empty(), "{:?}", converted.notes);
    let schema = json!(converted.schema);
    assert_eq!(schema["properties"]["a"]["required"], json!(["d"]));
    assert_eq!(schema["properties"]["b"]["const"], "x");
    assert_eq!(schema["properties"]["n"]["const"], 1);
}

// From here on: where we differ from the real generator, on purpose.

#[test]
fn an_interface_that_extends_array_is_a_list() {
    // The real generator demands an object with a `length`.
    let list = property("interface L extends Array<string> {}", "L");
    assert_eq!(list, json!({"type": "array", "items": {"type": "string"}}));
}

#[test]
fn a_comment_in_the_same_line_counts() {
    // TypeScript drops it; a secret that its author called one is treated as one.
    assert_eq!(
        property("", "{ /** @visibility secret */ b: string }")["properties"]["b"]["visibility"],
        "secret"
    );
}

#[test]
fn an_optional_named_tuple_item_is_optional_and_enum_members_are_numbered_on() {
    let bounds = property("", "[from: string, to?: string]");
    assert_eq!(bounds["minItems"], 1);
    assert_eq!(
        property("declare enum E { A = 5, B }", "E")["enum"],
        json!([5, 6])
    );
}

#[test]
fn marks_survive_indexed_access() {
    let secret = property(
        "type T = {\n/** @visibility secret */\nb: string };",
        "T['b']",
    );
    assert_eq!(secret["visibility"], "secret");
}
