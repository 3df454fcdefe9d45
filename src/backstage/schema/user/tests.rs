//! Schemas of users: what is said, what open values leave unsaid, and which files are refused.

use serde_json::{Value as Json, json};

use super::*;
use crate::backstage::schema::Ground;
use crate::backstage::schema::tests;
use crate::backstage::value::Text;
use crate::files::{FilePath, MemoryFiles};
use crate::text::Sources;
use npm_yaml::ScalarStyle;

/// A configuration; strings that begin with `${` are open, the others are as they are written.
fn config(json: Json) -> Value {
    let mut value = tests::config(json);
    spell(&mut value);
    value
}

fn spell(value: &mut Value) {
    match &mut value.kind {
        Kind::String(Text { style, .. }) => *style = Some(ScalarStyle::Plain),
        Kind::Array(items) => items.iter_mut().for_each(spell),
        Kind::Object(object) => object.values_mut().for_each(spell),
        _ => {}
    }
}

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
        let message = &problem.message;
        match &problem.help {
            Some(help) => format!("{message} [{help}]"),
            None => message.clone(),
        }
    };
    problems.iter().map(line).collect()
}

/// The crate itself, without anything of ours around it.
fn validator(schema: &Json) -> jsonschema::Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// Every keyword, with a configuration that fails by it, and the same with an open value by which it need not.
const KEYWORDS: &str = include_str!("keywords.json");

#[test]
fn an_open_value_in_the_place_of_each_keyword_is_no_error() {
    let cases: Vec<serde_json::Map<String, Json>> = serde_json::from_str(KEYWORDS).unwrap();
    for case in cases {
        let [keyword, schema, fails, open] =
            ["keyword", "schema", "fails", "open"].map(|key| &case[key]);
        assert!(
            !validator(schema).is_valid(fails),
            "{keyword}: not a test of it"
        );
        assert_ne!(said(schema, fails.clone()), [""; 0], "{keyword}");
        assert_eq!(said(schema, open.clone()), [""; 0], "{keyword}");
    }
}

#[test]
fn what_is_wrong_is_said_at_the_value_in_common_words() {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["app"],
        "properties": {
            "app": {
                "type": "object",
                "required": ["baseUrl", "title"],
                "properties": {
                    "baseUrl": {"type": "string", "format": "uri", "pattern": "^https:"},
                    "title": {"type": "string", "maxLength": 3},
                    "environment": {"enum": ["production", "staging"]},
                    "tags": {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
                },
                "propertyNames": {"pattern": "^[a-zA-Z]+$"}
            },
            "backend": {"properties": {"replicas": {"type": "integer", "minimum": 2}}}
        }
    });
    let config = json!({
        "app": {
            "baseUrl": "localhost", "titel": "x", "environment": "prodcution",
            "tags": ["a", "a", 1], "b-c": 1
        },
        "backend": {"replicas": 1},
        "bakcend": {}
    });
    assert_eq!(
        said(&schema, config),
        [
            "`app.baseUrl` must match the pattern `^https:`",
            "`app.baseUrl` must be a URI with a scheme",
            "`app.environment` must be `production` or `staging` [did you mean `production`?]",
            "`app.tags` has duplicate items, but they must be unique",
            "`app.tags[2]` must be a string, not a number",
            "`app.b-c`: the key must match the pattern `^[a-zA-Z]+$`",
            "`backend.replicas` must be 2 or more",
            "`bakcend` is not allowed here",
            "`app` requires `title` [is `titel` meant to be `title`?]",
        ]
    );
}

#[test]
fn each_missing_key_is_a_problem_of_its_own() {
    let schema = json!({"minProperties": 5, "required": ["z"], "properties": {"a": {"required": ["b", "c"]}}});
    let value = config(json!({"a": {}}));
    let problems = of(&schema).check(&value, [&value]);
    let mut found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.full_path().to_string(), &*problem.message))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            (
                String::new(),
                "`the configuration` must have 5 keys or more"
            ),
            ("a.b".to_owned(), "`a` requires `b`"),
            ("a.c".to_owned(), "`a` requires `c`"),
            ("z".to_owned(), "`z` is missing, but the schema requires it"),
        ]
    );
    let meant = json!({"required": ["hostA", "hostB"]});
    assert!(!said(&meant, json!({"hostC": 1})).concat().contains("meant"));
}

#[test]
fn of_a_union_the_branch_that_is_meant_is_explained() {
    let schema = json!({"properties": {
        "store": {"oneOf": [
            {"type": "object", "required": ["type", "host"], "properties": {"type": {"const": "redis"}, "host": {"type": "string"}}},
            {"type": "object", "required": ["type", "folder"], "properties": {"type": {"const": "disk"}, "folder": {"type": "string"}}},
            {"type": "string"}
        ]},
        "size": {"anyOf": [{"type": "number"}, {"enum": ["small", "large"]}]},
        "mode": {"anyOf": [{"const": "on"}, {"enum": ["off", "auto"]}]},
    }});
    for (config, expected) in [
        (
            json!({"store": {"type": "redis", "hots": "x"}}),
            "`store` requires `host` [is `hots` meant to be `host`?]",
        ),
        (
            json!({"store": {"type": "rediss", "host": "x"}}),
            "`store.type` must be `redis` or `disk` [did you mean `redis`?]",
        ),
        (
            json!({"store": 5}),
            "`store` must be a string or an object, not a number",
        ),
        (
            json!({"size": "smal"}),
            "`size` must be `small` or `large` [did you mean `small`?]",
        ),
        (
            json!({"mode": "atuo"}),
            "`mode` must be `on`, `off` or `auto` [did you mean `auto`?]",
        ),
    ] {
        assert_eq!(said(&schema, config.clone()), [expected], "{config}");
    }
}

#[test]
fn what_is_lacking_or_conditional_rests_on_absence() {
    let ground = |schema: Json, configuration: Json| {
        let value = config(configuration);
        let problems = of(&schema).check(&value, [&value]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].ground
    };
    let absent = [
        (json!({"required": ["a"]}), json!({"b": 1})),
        (json!({"minProperties": 2}), json!({"b": 1})),
        (
            json!({"anyOf": [{"required": ["a"]}, {"required": ["c"]}]}),
            json!({"b": 1}),
        ),
        (
            json!({"if": {"required": ["a"]}, "else": {"properties": {"b": {"const": 2}}}}),
            json!({"b": 1}),
        ),
        (json!({"dependentRequired": {"b": ["a"]}}), json!({"b": 1})),
    ];
    for (schema, config) in absent {
        assert_eq!(ground(schema.clone(), config), Ground::Absence, "{schema}");
    }
    let present = json!({"anyOf": [{"required": ["a"], "type": "array"}, {"properties": {"b": {"const": 2}}}]});
    assert_eq!(ground(present, json!({"b": 1})), Ground::Presence);
}

#[test]
fn what_another_layer_may_bring_below_an_object_is_not_missed() {
    let schema = of(&json!({"properties": {"a": {"required": ["b"]}}}));
    let mut included = config(json!({"a": "${X}"}));
    let Kind::Object(object) = &mut included.kind else {
        panic!("an object")
    };
    let Kind::Open(open) = &mut object.get_mut("a").unwrap().kind else {
        panic!("open")
    };
    open.cause = OpenCause::Include("elsewhere.yaml".into());
    let top = config(json!({"a": {"c": 1}}));
    assert_eq!(schema.check(&top, [&top]).len(), 1);
    assert_eq!(schema.check(&top, [&included, &top]), []);
}

#[test]
fn the_schemas_of_backstage_convert_values_as_the_app_does() {
    let own = json!({"properties": {"port": {"type": "number"}, "on": {"type": "boolean", "enum": [true]}}});
    let mut backstage = own.clone();
    backstage["properties"]["port"]["visibility"] = json!("frontend");
    let config = json!({"port": "7007", "on": "true"});
    assert_eq!(said(&own, config.clone()).len(), 3);
    assert_eq!(said(&backstage, config), [""; 0]);
    let dialect = json!({"$schema": "https://backstage.io/schema/config-v1", "type": "object", "properties": {"a": {"type": "number"}}});
    assert_eq!(said(&dialect, json!({"a": "x"})).len(), 1);
}

#[test]
fn where_every_key_is_refused_each_one_is_named() {
    for (schema, expected) in [
        (
            json!({"additionalProperties": false}),
            "`d.e` is not allowed here",
        ),
        (json!({"propertyNames": false}), "`d.e` is not allowed here"),
        (
            json!({"properties": {"f": {}}, "additionalProperties": false}),
            "`d.e` is not allowed here",
        ),
    ] {
        let schema = json!({"properties": {"d": schema}});
        let value = config(json!({"d": {"e": 1, "f": "${X}"}}));
        let problems = of(&schema).check(&value, [&value]);
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.path.to_string(), &*problem.message))
            .collect();
        assert_eq!(found, [("d.e".to_owned(), expected)], "{schema}");
        assert_eq!(
            said(&schema, json!({"d": {"f": "${X}"}})),
            [""; 0],
            "{schema}"
        );
    }
    let key = json!({"properties": {"d": false}});
    assert_eq!(
        said(&key, json!({"d": {"e": 1}})),
        ["`d` must not be set here"]
    );
}

#[test]
fn an_open_value_elsewhere_hides_no_error_of_a_condition() {
    let certain = [
        (
            json!({"dependentRequired": {"a": ["b"], "c": ["z"]}}),
            json!({"a": 1, "c": "${X}"}),
        ),
        (
            json!({"dependencies": {"a": ["b"]}, "$schema": "http://json-schema.org/draft-07/schema#"}),
            json!({"a": 1, "c": "${X}"}),
        ),
        (
            json!({"not": {"required": ["a"]}}),
            json!({"a": 1, "c": "${X}"}),
        ),
        (
            json!({"not": {"properties": {"a": {"const": 1}}, "required": ["a"]}}),
            json!({"a": 1, "c": "${X}"}),
        ),
        (
            json!({"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}}),
            json!({"a": 1, "c": "${X}"}),
        ),
        (
            json!({"$id": "https://acme.example/own", "if": {"required": ["a"]}, "then": {"properties": {"a": {"minimum": 2}}}}),
            json!({"a": 1, "c": "${X}"}),
        ),
    ];
    for (schema, config) in certain {
        assert_eq!(said(&schema, config).len(), 1, "{schema}");
    }
    let uncertain = [
        (
            json!({"dependentRequired": {"a": ["z"], "c": ["b"]}}),
            json!({"a": 1, "c": "${X}", "z": 1}),
        ),
        (json!({"not": {"required": ["c"]}}), json!({"c": "${X}"})),
        (
            json!({"if": {"$ref": "#/$defs/c"}, "then": {"required": ["b"]}, "$defs": {"c": {"properties": {"c": {"type": "string"}}}}}),
            json!({"c": "${X}"}),
        ),
    ];
    for (schema, config) in uncertain {
        assert_eq!(said(&schema, config), [""; 0], "{schema}");
    }
}

#[test]
fn what_the_app_converts_is_no_error_where_a_whole_schema_is_asked() {
    let ported = json!({"properties": {"port": {"type": "number", "visibility": "frontend"}}});
    let with = |keyword: &str, schema: Json| {
        let mut own = ported.clone();
        own[keyword] = schema;
        own
    };
    let text = json!({"properties": {"port": {"const": "7007"}}});
    for schema in [
        with("not", text.clone()),
        with("oneOf", json!([true, text.clone()])),
        json!({"allOf": [ported.clone(), {"if": text, "then": {"required": ["z"]}}]}),
    ] {
        assert_eq!(said(&schema, json!({"port": "7007"})), [""; 0], "{schema}");
    }
    let listed = json!({"properties": {"ports": {"items": {"type": "number", "visibility": "frontend"}, "contains": {"const": 1}}}});
    assert_eq!(said(&listed, json!({"ports": ["1"]})), [""; 0]);
    assert_eq!(said(&listed, json!({"ports": []})).len(), 1);
}

#[test]
fn only_the_keyword_of_backstage_and_its_dialect_convert() {
    let config = json!({"port": "7007"});
    let port = json!({"port": {"type": "number"}});
    let dialect = json!({"$schema": "https://backstage.io/schema/config-v1", "properties": port});
    assert_eq!(said(&dialect, config.clone()), [""; 0]);
    let data = json!({"visibility": "frontend"});
    for schema in [
        json!({"properties": {"port": {"type": "number", "default": data}}}),
        json!({"properties": {"port": {"type": "number", "const": data, "examples": [data]}}}),
    ] {
        assert_ne!(said(&schema, config.clone()), [""; 0], "{schema}");
    }
}

#[test]
fn a_reference_below_a_key_named_like_a_keyword_is_followed() {
    let schema = |reference: &str| {
        let at = json!({"$ref": reference});
        json!({"properties": {"default": at, "enum": at}, "$defs": {"const": at}, "default": {"$ref": "nowhere.json"}})
            .to_string()
    };
    let files = [
        ("own.json", &*schema("name.json")),
        ("name.json", r#"{"type": "string"}"#),
    ];
    let value = config(json!({"default": 1, "enum": 2}));
    assert_eq!(read(&files).unwrap().check(&value, [&value]).len(), 2);
    let mistakes = read(&[("own.json", &schema("none.json"))]).unwrap_err();
    assert!(
        mistakes[0].contains("`$ref` to `none.json`: no such file"),
        "{mistakes:?}"
    );
}

#[test]
fn references_stay_in_the_repository() {
    let root = r##"{"$id": "https://schemas.acme.example/root.json", "properties": {
        "a": {"$ref": "common.json#/$defs/name"}, "b": {"$ref": "deep/more.yaml"}, "c": {"$ref": "#/properties/a"},
        "d": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}}"##;
    let schema = read(&[
        ("schemas/root.json", root),
        (
            "schemas/common.json",
            r#"{"$defs": {"name": {"type": "string"}}}"#,
        ),
        (
            "schemas/deep/more.yaml",
            "properties:\n  e: { $ref: '../common.json#/$defs/name' }\n",
        ),
    ])
    .unwrap();
    let value = config(json!({"a": 1, "b": {"e": 2}, "c": 3, "d": {"type": 5}}));
    assert_eq!(schema.check(&value, [&value]).len(), 4);
    for (reference, expected) in [
        (
            "http://acme.example/x.json",
            "own.json:1:9 `$ref` to `http://acme.example/x.json` is not fetched; refer to a file of the repository",
        ),
        (
            "none.json",
            "own.json:1:9 `$ref` to `none.json`: no such file in the repository",
        ),
        (
            "../../etc/passwd",
            "own.json:1:9 `$ref` to `../../etc/passwd`: it is outside the repository",
        ),
        (
            "#/$defs/none",
            "own.json:1:9 `$ref` to `#/$defs/none` leads nowhere",
        ),
        (
            "#",
            "own.json:1:1 `$ref` leads back to itself without going into a value",
        ),
    ] {
        let text = json!({"$ref": reference}).to_string();
        assert_eq!(
            read(&[("own.json", &text)]).unwrap_err(),
            [expected],
            "{reference}"
        );
    }
}

#[test]
fn a_broken_schema_is_refused_at_its_place() {
    for (name, text, expected) in [
        ("a.json", "{\n  \"type\": \n}", "a.json:3:1"),
        ("a.yaml", "type: [\n", "a.yaml:"),
        ("a.yaml", "", "a.yaml:1:1 the schema file is empty"),
        (
            "a.yaml",
            "- 1\n",
            "a.yaml:1:1 a JSON Schema must be an object",
        ),
        (
            "a.yaml",
            "properties:\n  a: { type: strng }\n",
            "a.yaml:2:14 invalid JSON Schema: `type` is not a JSON type; did you mean `string`?",
        ),
        (
            "a.yaml",
            "required: yes\n",
            "a.yaml:1:11 invalid JSON Schema: `required` must be a list",
        ),
        (
            "a.yaml",
            "minLength: -1\n",
            "a.yaml:1:12 invalid JSON Schema: `minLength` must be at least 0",
        ),
        (
            "a.yaml",
            "pattern: '(?=x)'\n",
            "a.yaml:1:10 unsupported regular expression",
        ),
        ("a.yaml", "pattern: '(x'\n", "a.yaml:1:10 "),
        (
            "a.yaml",
            "patternProperties: { '(?<!x)y': {} }\n",
            "a.yaml:1:33 unsupported regular expression",
        ),
        (
            "a.yaml",
            "$schema: https://acme.example/draft\n",
            "a.yaml:1:10 `https://acme.example/draft` is not a known draft",
        ),
        (
            "a.yaml",
            "backstageConfigSchemaVersion: 1\nschemas: []\n",
            "a.yaml:1:31 this is a list of schemas, not a schema: print it without `--no-merge`",
        ),
        (
            "a.yaml",
            "allOf: [{ $ref: '#/$defs/a' }]\n$defs: { a: { anyOf: [{ $ref: '#' }] } }\n",
            "`$ref` leads back to itself without going into a value",
        ),
    ] {
        let mistakes = read(&[(name, text)]).unwrap_err();
        assert!(
            mistakes.iter().any(|mistake| mistake.contains(expected)),
            "{expected}: {mistakes:?}"
        );
    }
}

#[test]
fn hostile_schemas_end_soon() {
    // Unions within unions: two ways into each level.
    let mut wide = json!({"anyOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}]});
    wide["properties"] = json!({"z": {"const": 1}});
    let mut deep = json!({"z": 2});
    for _ in 0..60 {
        deep = json!({"a": deep});
    }
    assert_eq!(
        said(&wide, deep),
        ["not judged: holding the configuration against the schema takes too many steps"]
    );
    // References in a long row, each compiled within the one before.
    let mut definitions = serde_json::Map::new();
    for number in 0..2_000 {
        let next = json!({"properties": {"a": {"$ref": format!("#/$defs/d{}", number + 1)}}});
        definitions.insert(format!("d{number}"), next);
    }
    definitions.insert("d2000".to_owned(), json!({}));
    let row = json!({"$ref": "#/$defs/d0", "$defs": definitions}).to_string();
    let mistakes = read(&[("own.json", &row)]).unwrap_err();
    assert!(
        mistakes[0].contains("lead to each other in a row"),
        "{mistakes:?}"
    );
    // A text in a schema nested too deep to compile.
    let nested = "{\"not\":".repeat(200) + "{}" + &"}".repeat(200);
    let mistakes = read(&[("own.json", &nested)]).unwrap_err();
    assert!(
        mistakes[0].contains("nested more than 128 levels deep"),
        "{mistakes:?}"
    );
    // An expression that takes a backtracking engine exponentially long.
    let text = "a".repeat(5_000) + "b";
    let slow = json!({"properties": {"a": {"pattern": "^(a+)+$"}}});
    assert_eq!(said(&slow, json!({"a": text})).len(), 1);
}

#[test]
fn a_text_that_came_out_of_a_variable_may_be_a_number() {
    let schema = of(&json!({"properties": {"a": {"type": "number"}, "b": {"type": "number"}}}));
    let value = tests::config(json!({"a": "7007", "b": "x"}));
    let problems = schema.check(&value, [&value]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path.to_string(), "b");
}

mod whatever_the_open_values_are {
    //! No error is left once any values are put in for the open ones, or none.

    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    use proptest::prelude::*;

    use super::*;

    const KEYS: [&str; 3] = ["a", "b", "c"];

    fn scalar() -> impl Strategy<Value = Json> {
        prop_oneof![
            Just(json!(1)),
            Just(json!(2)),
            Just(json!("x")),
            Just(json!("y")),
            Just(json!(true)),
            Just(json!([])),
            Just(json!({})),
        ]
    }

    fn schema() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(json!(true)),
            Just(json!(false)),
            Just(json!({"type": "string"})),
            Just(json!({"type": ["number", "array"]})),
            Just(json!({"type": "object"})),
            scalar().prop_map(|value| json!({"const": value})),
            proptest::collection::vec(scalar(), 1..3).prop_map(|values| json!({"enum": values})),
            (0..KEYS.len()).prop_map(|key| json!({"required": [KEYS[key]]})),
            (0..3).prop_map(|count| json!({"minProperties": count})),
            (0..2).prop_map(|count| json!({"maxProperties": count})),
            (0..3).prop_map(|count| json!({"minItems": count})),
            (0..2).prop_map(|count| json!({"maxItems": count})),
            Just(json!({"uniqueItems": true})),
            Just(json!({"minLength": 2})),
            Just(json!({"pattern": "^x"})),
            Just(json!({"maximum": 1})),
            Just(json!({"propertyNames": {"enum": ["a", "b"]}})),
            Just(json!({"dependentRequired": {"a": ["b"]}})),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            let list = || proptest::collection::vec(inner.clone(), 1..3);
            prop_oneof![
                (0..KEYS.len(), inner.clone())
                    .prop_map(|(key, schema)| json!({"properties": {KEYS[key]: schema}})),
                (inner.clone(), inner.clone()).prop_map(|(named, others)| json!({
                    "properties": {"a": named},
                    "additionalProperties": others
                })),
                inner
                    .clone()
                    .prop_map(|schema| json!({"patternProperties": {"[ab]": schema}})),
                (inner.clone(), inner.clone()).prop_map(|(named, others)| json!({
                    "allOf": [{"properties": {"a": named}}],
                    "unevaluatedProperties": others
                })),
                inner.clone().prop_map(|schema| json!({"items": schema})),
                (list(), inner.clone())
                    .prop_map(|(first, rest)| json!({"prefixItems": first, "items": rest})),
                (list(), inner.clone()).prop_map(|(first, rest)| json!({
                    "prefixItems": first,
                    "unevaluatedItems": rest
                })),
                (inner.clone(), 0..2, 1..3).prop_map(|(schema, least, most)| json!({
                    "contains": schema,
                    "minContains": least,
                    "maxContains": most
                })),
                list().prop_map(|schemas| json!({"allOf": schemas})),
                list().prop_map(|schemas| json!({"anyOf": schemas})),
                list().prop_map(|schemas| json!({"oneOf": schemas})),
                inner.clone().prop_map(|schema| json!({"not": schema})),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
                inner
                    .clone()
                    .prop_map(|schema| json!({"dependentSchemas": {"b": schema}})),
                inner.clone().prop_map(|schema| {
                    // References are resolved from the nearest `$id`.
                    let mut hasher = DefaultHasher::new();
                    schema.to_string().hash(&mut hasher);
                    let id = format!("https://acme.example/{}", hasher.finish());
                    json!({"$id": id, "$ref": "#/$defs/s", "$defs": {"s": schema}})
                }),
            ]
        })
    }

    /// A configuration; `${…}` stands where a value is open.
    fn any_config() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![2 => scalar(), 2 => Just(json!("${X}"))];
        let value = leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
                object(inner),
            ]
        });
        object(value)
    }

    fn object(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
        proptest::collection::btree_map(0..KEYS.len(), value, 0..3).prop_map(|entries| {
            let entries = entries.into_iter();
            entries
                .map(|(key, value)| (KEYS[key].to_owned(), value))
                .collect()
        })
    }

    /// The configuration with the next values in place of the open ones; `null` for one that vanishes.
    fn filled(value: &Json, values: &mut impl Iterator<Item = Json>) -> Option<Json> {
        match value {
            Json::String(text) if text.starts_with("${") => values.next().filter(|v| !v.is_null()),
            Json::Array(items) => {
                let items = items.iter().filter_map(|item| filled(item, values));
                Some(items.collect())
            }
            Json::Object(object) => {
                let entries = object.iter();
                let entries =
                    entries.filter_map(|(key, value)| Some((key.clone(), filled(value, values)?)));
                Some(Json::Object(entries.collect()))
            }
            scalar => Some(scalar.clone()),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn an_error_stays(
            schema in schema(),
            written in any_config(),
            values in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![3 => scalar(), 1 => Just(Json::Null)], 8),
                12,
            ),
        ) {
            let said = said(&schema, written.clone());
            let validator = validator(&schema);
            let has_open = written.to_string().contains("${");
            if !has_open {
                prop_assert_eq!(said.is_empty(), validator.is_valid(&written), "{:?}", said);
            }
            for values in values {
                let config = filled(&written, &mut values.into_iter().cycle()).unwrap();
                if !said.is_empty() {
                    prop_assert!(!validator.is_valid(&config), "{schema} {written} {config} {said:?}");
                }
            }
        }
    }
}
