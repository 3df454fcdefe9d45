//! What the real DatabaseManager was seen to do, and that our plan says the same.
//!
//! `database_vectors.json` holds one case per configuration: the config, and per plugin the config knex was given or
//! the kind of error. It was recorded from the `release` of `@backstage/backend-defaults` it names, else from 0.18.0, by
//! `tests/oracle/database`; `tls_vectors.json` from `pg` 8.23.

use crate::common::database::{outcome, value_of};
use serde_json::Value as Json;
use stagecheck::backstage::database::{self, Known, Release, Runtime, tls};

#[test]
fn every_recorded_plan_is_reproduced() {
    let vectors: Vec<Json> = serde_json::from_str(include_str!("database_vectors.json")).unwrap();
    assert!(vectors.len() >= 65, "{} vectors", vectors.len());
    let mut wrong = Vec::new();
    for vector in &vectors {
        let config = value_of(&vector["config"]);
        // The recorder takes all variables of AWS away.
        let runtime = Runtime {
            release: Release::of(vector["release"].as_str().unwrap_or("0.18.0")),
            region: Known::Known(false),
        };
        for (plugin, wanted) in vector["plugins"].as_object().unwrap() {
            let seen = outcome(database::plan(&config, plugin, &runtime).as_deref());
            if seen != *wanted {
                let name = &vector["name"];
                wrong.push(format!(
                    "{name}, {plugin}\n  wanted {wanted}\n  seen   {seen}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_recorded_encryption_is_reproduced() {
    let vectors: Vec<Json> = serde_json::from_str(include_str!("tls_vectors.json")).unwrap();
    assert!(vectors.len() >= 42, "{} vectors", vectors.len());
    for vector in &vectors {
        let connection = value_of(&vector["connection"]);
        let tls = tls::of(&connection, vector["PGSSLMODE"].as_str());
        assert_eq!(
            tls.state.word(),
            vector["tls"].as_str().unwrap(),
            "{vector}"
        );
    }
}
