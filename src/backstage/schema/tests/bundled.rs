//! The built-in schemas: what they accept and refuse, and the verdicts of another validator on them.

use proptest::prelude::*;
use serde_json::json;

use super::{config, package, said};
use crate::backstage::schema::{Schemas, check};

#[test]
fn bundled_schemas_accept_what_create_app_writes() {
    let schemas = Schemas::bundled();
    let lines = said(
        &schemas,
        json!({
            "app": { "title": "Scaffolded Backstage App", "baseUrl": "http://localhost:3000" },
            "organization": { "name": "My Company" },
            "backend": {
                "baseUrl": "http://localhost:7007",
                "listen": { "port": 7007 },
                "csp": { "connect-src": ["'self'", "http:", "https:"] },
                "cors": { "origin": "http://localhost:3000", "methods": ["GET", "HEAD"], "credentials": true },
                "database": { "client": "better-sqlite3", "connection": ":memory:" }
            },
            "integrations": { "github": [{ "host": "github.com", "token": "${GITHUB_TOKEN}" }] },
            "techdocs": { "builder": "local", "generator": { "runIn": "docker" }, "publisher": { "type": "local" } },
            "auth": { "providers": { "guest": {} } },
            "catalog": {
                "import": { "entityFilename": "catalog-info.yaml", "pullRequestBranchName": "backstage-integration" },
                "rules": [{ "allow": ["Component", "System"] }],
                "locations": [{ "type": "file", "target": "../../examples/org.yaml", "rules": [{ "allow": ["User"] }] }]
            },
            "permission": { "enabled": true }
        }),
    );
    assert!(lines.is_empty(), "{lines:#?}");
}

#[test]
fn bundled_schemas_know_the_usual_mistakes() {
    let schemas = Schemas::bundled();
    let lines = said(
        &schemas,
        json!({
            "backend": { "database": { "client": "postgres", "connection": {} }, "listen": [7007] },
            "techdocs": { "publisher": { "type": "aws" } }
        }),
    );
    assert_eq!(
        lines,
        [
            "schema-violation: `backend.database.client` must be `better-sqlite3`, `sqlite3`, `pg` or `embedded-postgres` [Use one of these values.]",
            "schema-violation: `backend.listen` must be a string or an object, not a list",
            "schema-violation: `techdocs.publisher.type` must be `local`, `awsS3`, `openStackSwift`, `azureBlobStorage` or `googleGcs` [Use one of these values.]",
        ]
    );
}

/// A value that neither coercion nor the additive merge sees differently from plain JSON Schema.
fn any_value() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["pg", "redis", "memory", "x", "local"])
            .prop_map(|text| json!(text)),
        Just(json!(["a"])),
        Just(json!([{}])),
        Just(json!({})),
    ];
    let keys = vec![
        "type",
        "store",
        "client",
        "connection",
        "plugin",
        "host",
        "providers",
        "builder",
        "publisher",
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::btree_map(prop::sample::select(keys.clone()), inner.clone(), 0..5)
                .prop_map(|map| json!(map)),
            prop::collection::vec(inner, 0..3).prop_map(|items| json!(items)),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    #[test]
    fn verdicts_on_one_package_are_those_of_the_jsonschema_crate(value in any_value(), key in 0usize..12) {
        let keys = ["cache", "database", "auth", "listen", "reading", "cors"];
        let config_json = match keys.get(key) {
            Some(key) => json!({ "backend": { *key: value } }),
            None => json!({ "techdocs": value }),
        };
        let packages = ["@backstage/backend-defaults", "@backstage/plugin-techdocs-backend"];
        for name in packages {
            let bundled = Schemas::bundled();
            let own = bundled.packages().iter().find(|package| &*package.name == name).unwrap();
            let schema = json!(own.schema());
            let reference = jsonschema::draft7::new(&schema).unwrap().is_valid(&config_json);
            let alone = Schemas::new(vec![package(name, schema)]);
            let problems = check(&config(config_json.clone()), &alone);
            let accepted = problems.iter().all(|problem| problem.rule.as_str() != "schema-violation");
            // The crate knows no coercion: only what it accepts must be accepted, and only strings coerce.
            if reference {
                proptest::prop_assert!(accepted, "{config_json}: {problems:?}");
            }
        }
    }
}
