//! What the check says about small configurations.

mod bundled;
mod merged;

use indexmap::IndexMap;
use serde_json::json;

use ::source::{ConfigPath, Part};

use super::*;
use crate::backstage::value::{Kind, Open, OpenCause, Value};
use crate::finding::{Reporter, Severity};

/// A configuration; strings that begin with `${` are open.
pub(super) fn config(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    Value::derived(match json {
        Json::Null => Kind::Null,
        Json::Bool(value) => Kind::Bool(value),
        Json::Number(number) => Kind::Number(number.as_f64().unwrap()),
        Json::String(text) if text.starts_with("${") => Kind::Open(Box::new(Open {
            written: text.into(),
            cause: OpenCause::Placeholder(Vec::new()),
            when_unset: None,
            below: None,
        })),
        Json::String(text) => Value::string(text).kind,
        Json::Array(items) => Kind::Array(items.into_iter().map(config).collect()),
        Json::Object(object) => {
            let entries = object.into_iter();
            let entries = entries.map(|(key, value)| (key.into(), config(value)));
            Kind::Object(entries.collect::<IndexMap<_, _>>())
        }
    })
}

fn package(name: &str, schema: serde_json::Value) -> PackageSchema {
    let schema = serde_json::from_value(schema).unwrap();
    PackageSchema::installed(name, "1.0.0", crate::files::FilePath::root(), schema)
}

/// `rule: message [help]` for each problem, without the part that says whose schema it is.
fn said(schemas: &Schemas, json: serde_json::Value) -> Vec<String> {
    let problems = check(&config(json), schemas);
    let lines = problems.iter().map(|problem| {
        let message = &problem.message;
        match &problem.help {
            Some(help) => format!("{}: {message} [{help}]", problem.rule),
            None => format!("{}: {message}", problem.rule),
        }
    });
    lines.collect()
}

fn of(schema: serde_json::Value) -> Schemas {
    Schemas::new(vec![package("own", schema)])
}

/// A schema for the key `a`.
fn a(schema: serde_json::Value) -> Schemas {
    of(json!({ "type": "object", "properties": { "a": schema } }))
}

#[test]
fn a_wrong_type_says_what_is_expected_and_what_was_found() {
    let schemas = a(json!({ "type": ["string", "object"] }));
    assert_eq!(
        said(&schemas, json!({ "a": [1] })),
        ["schema-violation: `a` must be a string or an object, not a list"]
    );
    assert!(
        said(&schemas, json!({ "a": 1 })).is_empty(),
        "numbers pass as strings"
    );
}

#[test]
fn a_value_that_is_not_allowed_gets_the_nearest_allowed_one() {
    let schemas = a(json!({ "enum": ["postgres", "sqlite"] }));
    assert_eq!(
        said(&schemas, json!({ "a": "postgers" })),
        ["schema-violation: `a` must be `postgres` or `sqlite` [did you mean `postgres`?]"]
    );
}

#[test]
fn open_values_are_never_a_problem() {
    let schemas = a(json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": { "const": "x" },
            "count": { "type": "number" },
            "not": { "not": { "type": "string" } },
            "one": { "oneOf": [{ "type": "string" }, { "type": "number" }] },
            "list": { "type": "array", "minItems": 1, "items": { "type": "object" } }
        },
        "additionalProperties": false
    }));
    let open = json!({ "a": {
        "kind": "${A}", "count": "${A}", "not": "${A}", "one": "${A}", "list": ["${A}"], "more": "${A}"
    }});
    assert!(said(&schemas, open).is_empty());
    assert!(said(&schemas, json!({ "a": "${A}" })).is_empty());
}

#[test]
fn properties_of_several_packages_add_up_even_where_one_allows_no_others() {
    let schemas = Schemas::new(vec![
        package(
            "one",
            json!({ "properties": { "a": {
                "type": "object", "properties": { "x": { "type": "number" } }, "additionalProperties": false
            }}}),
        ),
        package(
            "two",
            json!({ "properties": { "a": {
                "type": "object", "properties": { "y": { "type": "object" } }
            }}}),
        ),
    ]);
    assert_eq!(
        said(&schemas, json!({ "a": { "x": "z", "y": {}, "z": 1 } })),
        [
            "schema-violation: `a.x` must be a number, not a string",
            "schema-violation: `a.z` is not allowed here",
        ]
    );
}

#[test]
fn enums_of_several_packages_intersect_and_the_same_complaint_is_made_once() {
    let schemas = Schemas::new(vec![
        package(
            "one",
            json!({ "properties": { "a": { "enum": ["x", "y"] }, "b": { "type": "number" } } }),
        ),
        package(
            "two",
            json!({ "properties": { "a": { "enum": ["y", "z"] }, "b": { "type": "number" } } }),
        ),
    ]);
    assert_eq!(said(&schemas, json!({ "a": "z" })).len(), 1);
    assert_eq!(said(&schemas, json!({ "a": "y" })).len(), 0);
    let problems = check(&config(json!({ "b": "no" })), &schemas);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].by,
        ["one 1.0.0", "two 1.0.0"].map(|name| Reporter::Package(name.into()))
    );
}

#[test]
fn of_a_union_only_the_branch_of_the_discriminator_is_explained() {
    let schemas = a(json!({ "anyOf": [
        { "type": "object", "required": ["store"], "properties": { "store": { "const": "memory" } } },
        { "type": "object", "required": ["store", "connection"],
          "properties": { "store": { "const": "redis" }, "connection": { "type": "string" } } },
        { "type": "boolean" }
    ]}));
    assert_eq!(
        said(&schemas, json!({ "a": { "store": "redis" } })),
        [
            "schema-violation: `a` requires `connection` [Add `connection` here, or in another layer of this chain.]"
        ]
    );
    assert_eq!(
        said(&schemas, json!({ "a": { "store": "reddis" } })),
        ["schema-violation: `a.store` must be `memory` or `redis` [did you mean `redis`?]"]
    );
    assert_eq!(
        said(&schemas, json!({ "a": "x" })),
        ["schema-violation: `a` must be an object or a boolean, not a string"]
    );
}

#[test]
fn a_key_close_to_a_known_one_is_unknown_and_others_are_left_alone() {
    let schemas = of(json!({ "properties": {
        "backend": { "type": "object", "properties": { "baseUrl": {}, "listen": {} } },
        "proxy": { "type": "object", "properties": { "skip": {} }, "additionalProperties": {"type": "object"} }
    }}));
    assert_eq!(
        said(
            &schemas,
            json!({ "backend": { "baseURL": "x", "own": 1 }, "proxy": { "skipp": {} } })
        ),
        ["unknown-key: unknown key `backend.baseURL`; did you mean `baseUrl`? [Use `baseUrl`.]"]
    );
    assert_eq!(
        said(&schemas, json!({ "backnd": {} })),
        ["unknown-key: unknown key `backnd`; did you mean `backend`? [Use `backend`.]"]
    );
    assert!(said(&schemas, json!({ "backend": {}, "backends": {} })).is_empty());
}

#[test]
fn keys_that_only_a_fitting_union_branch_knows_are_known() {
    let schemas = a(
        json!({ "type": "object", "properties": { "host": {} }, "anyOf": [
            { "properties": { "hosts": { "deprecated": "use host" } } }, { "required": ["x"] }
        ]}),
    );
    assert_eq!(
        said(&schemas, json!({ "a": { "hosts": 1 } })),
        ["schema-deprecated: `a.hosts` is deprecated: use host"]
    );
}

#[test]
fn what_a_form_says_is_not_said_of_a_value_that_has_none_of_the_forms() {
    let schemas = a(json!({ "type": "object", "anyOf": [
        { "properties": { "kind": { "const": "old", "deprecated": "use new" } }, "required": ["kind"] },
        { "properties": { "kind": { "const": "new" } }, "required": ["kind"] }
    ]}));
    assert_eq!(
        said(&schemas, json!({ "a": { "kind": "old" } })),
        ["schema-deprecated: `a.kind: old` is deprecated: use new"]
    );
    assert!(said(&schemas, json!({ "a": { "kind": "new" } })).is_empty());
    let said = said(&schemas, json!({ "a": { "kind": "other" } }));
    assert!(
        said.iter()
            .all(|said| !said.starts_with("schema-deprecated")),
        "{said:?}"
    );
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn a_deprecation_of_another_version_is_good_to_know() {
    let schema = json!({ "properties": { "a": { "deprecated": "use b" } } });
    let mut other = package("own", schema.clone());
    other.standing = Standing::AnotherVersion;
    let severity = |package| {
        let schemas = Schemas::new(vec![package]);
        check(&config(json!({ "a": 1 })), &schemas)[0].severity
    };
    assert_eq!(severity(other), Severity::Info);
    assert_eq!(severity(package("own", schema)), Severity::Warning);
}

#[test]
fn a_schema_of_another_version_warns_and_requires_nothing() {
    let mut own = package(
        "own",
        json!({ "required": ["b"], "properties": {
            "a": { "type": "object", "required": ["x"], "properties": { "y": { "type": "number" } } }, "b": {}
        }}),
    );
    own.standing = Standing::AnotherVersion;
    let problems = check(
        &config(json!({ "a": { "y": "z" } })),
        &Schemas::new(vec![own]),
    );
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Warning);
}

#[test]
fn required_keys_of_the_root_count_once_the_package_is_in_use() {
    let schemas = of(json!({ "required": ["b"], "properties": { "a": {}, "b": {} } }));
    assert_eq!(
        said(&schemas, json!({ "a": 1 })),
        [
            "schema-violation: `b` is missing, but the schema requires it [Add `b` here, or in another layer of this chain.]"
        ]
    );
}

#[test]
fn a_value_both_secret_and_frontend_is_one_problem() {
    let schemas = Schemas::new(vec![
        package(
            "one",
            json!({ "properties": { "a": { "deepVisibility": "secret" } } }),
        ),
        package(
            "two",
            json!({ "properties": { "a": { "properties": { "b": { "visibility": "frontend" } } } } }),
        ),
    ]);
    let lines = said(&schemas, json!({ "a": { "b": "x" } }));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("secret-visible-to-frontend: `a.b`"));
}

#[test]
fn visibility_is_that_of_any_union_branch_and_of_deep_ancestors() {
    let schemas = a(json!({ "properties": {
        "u": { "anyOf": [{ "type": "string" }, { "properties": { "p": { "visibility": "secret" } } }] },
        "l": { "items": { "visibility": "secret" } },
        "d": { "deepVisibility": "secret" },
        "f": { "visibility": "frontend" }
    }}));
    let at = |path: &[&str]| {
        let mut config = ConfigPath::root();
        path.iter().for_each(|part| {
            config.push(
                part.parse()
                    .map_or_else(|_| Part::Key((*part).into()), Part::Item),
            );
        });
        schemas.visibility(&config)
    };
    assert_eq!(at(&["a", "u", "p"]), Visibility::Secret);
    assert_eq!(at(&["a", "l", "3"]), Visibility::Secret);
    assert_eq!(at(&["a", "d", "x", "y"]), Visibility::Secret);
    assert_eq!(at(&["a", "f"]), Visibility::Frontend);
    assert_eq!(at(&["a"]), Visibility::Backend);
    assert_eq!(at(&["zzz", "a"]), Visibility::Backend);
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    let schemas = of(json!({
        "definitions": { "loop": { "$ref": "#/definitions/loop" },
                         "union": { "anyOf": [{ "$ref": "#/definitions/union" }, { "$ref": "#/definitions/union" }] } },
        "properties": { "a": { "$ref": "#/definitions/loop" }, "b": { "$ref": "#/definitions/union" } }
    }));
    said(&schemas, json!({ "a": 1, "b": 1 }));
    schemas.visibility(&ConfigPath::root().with(Part::Key("b".into())));
}

#[test]
fn what_a_newer_schema_deprecates_or_renames_is_not_told_to_an_older_version() {
    let schema = json!({ "properties": { "a": { "type": "object", "properties": {
        "old": { "deprecated": "use new" }, "generator": {}, "setting": {}
    } } } });
    let with = |standing| {
        let mut package = package("own", schema.clone());
        package.standing = standing;
        said(
            &Schemas::new(vec![package]),
            json!({ "a": { "old": 1, "generators": 1, "seting": 1 } }),
        )
        .len()
    };
    assert_eq!(with(Standing::InForce), 3);
    assert_eq!(
        with(Standing::OlderInUse),
        1,
        "a slip is one in every version"
    );
    assert_eq!(with(Standing::Untold), 2);
}

#[test]
fn a_misspelt_section_of_the_root_is_told_to_an_older_version_too() {
    let mut package = package("own", json!({ "properties": { "permission": {} } }));
    package.standing = Standing::OlderInUse;
    let said = said(
        &Schemas::new(vec![package]),
        json!({ "permissions": { "enabled": true } }),
    );
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn required_keys_are_named_together_and_without_a_lockfile_too() {
    let mut own = package(
        "own",
        json!({ "properties": { "a": {
        "type": "object", "required": ["x", "y", "z"], "properties": { "x": {}, "y": {}, "z": {} }
    } } }),
    );
    own.standing = Standing::Untold;
    let problems = check(
        &config(json!({ "a": { "z": 1 } })),
        &Schemas::new(vec![own]),
    );
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.starts_with("`a` requires `x` and `y`"));
    assert_eq!(
        problems[0].severity,
        Severity::Info,
        "the version in use may do without"
    );
}

#[test]
fn a_key_under_the_wrong_parent_is_told_where_it_belongs() {
    let schemas = of(json!({ "properties": {
        "backend": { "type": "object", "properties": {
            "auth": { "type": "object", "properties": { "externalAccess": { "type": "array" } } },
            "database": { "type": "object", "properties": { "client": {}, "connection": {} } },
            "listen": { "type": "object", "properties": { "port": {} } },
        } },
        "auth": { "type": "object", "properties": { "session": { "type": "object", "properties": { "secret": {} } } } },
        "app": { "type": "object", "properties": { "title": {} } },
        "integrations": { "type": "object", "properties": { "github": { "type": "array" } } },
        "dynamicPlugins": { "type": "object", "properties": { "routes": { "type": "array", "items": {
            "type": "object", "properties": { "importName": {}, "menuItem": { "type": "object", "properties": { "text": {} } } }
        } } } },
    } }));
    let told = |json| {
        let said = said(&schemas, json);
        let told = said.first().cloned().unwrap_or_default();
        told.split('`').nth(3).unwrap_or_default().to_owned()
    };
    for (json, home) in [
        (
            json!({ "app": { "database": { "client": "pg" } } }),
            "backend.database",
        ),
        (
            json!({ "database": { "client": "pg" } }),
            "backend.database",
        ),
        (
            json!({ "backend": { "externalAccess": [1], "auth": {} } }),
            "backend.auth.externalAccess",
        ),
        (
            json!({ "backend": { "auth": { "session": { "secret": "x" } } } }),
            "auth.session",
        ),
        (
            json!({ "backend": { "listen": { "listen": { "port": 1 } } } }),
            "backend.listen",
        ),
        (
            json!({ "app": { "integrations": { "github": [1] } } }),
            "integrations",
        ),
    ] {
        assert_eq!(told(json.clone()), home, "{json}");
    }
    for json in [
        json!({ "app": { "database": { "engine": "x" } } }),
        json!({ "app": { "port": 1 } }),
        json!({ "own": { "title": "x" } }),
        json!({ "dynamicPlugins": { "routes": [{ "menuItem": { "importName": "Item" } }] } }),
        json!({ "backend": { "database": { "connection": { "session": { "secret": "x" } } } } }),
    ] {
        assert_eq!(told(json.clone()), "", "{json}");
    }
}
