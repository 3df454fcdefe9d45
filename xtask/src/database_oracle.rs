//! Our plans compared with what the real DatabaseManager was seen to do; see tests/oracle/database.

use std::fs;

use serde_json::Value as Json;
use stagecheck::backstage::database::{self, Known, Release, Runtime};

use crate::run::Outcome;

#[path = "../../tests/it/common/database.rs"]
mod vectors;

/// `database-oracle FILE RELEASE`: each line of the file is a case with the answers of that release of
/// `@backstage/backend-defaults`.
pub fn run(arguments: &[String]) -> Outcome {
    let [file, release] = arguments else {
        return Err("usage: cargo xtask database-oracle FILE RELEASE".into());
    };
    let runtime = Runtime {
        release: Release::of(release),
        region: Known::Known(false),
    };
    let (mut cases, mut plans, mut wrong) = (0, 0, 0);
    for line in fs::read_to_string(file)?.lines() {
        let case: Json = serde_json::from_str(line)?;
        cases += 1;
        let config = vectors::value_of(&case["config"]);
        for (plugin, wanted) in case["plugins"].as_object().into_iter().flatten() {
            plans += 1;
            let seen = vectors::outcome(database::plan(&config, plugin, &runtime).as_deref());
            if seen != *wanted {
                wrong += 1;
                println!("{plugin} in {}", case["config"]["backend"]["database"]);
                println!("  real {wanted}\n  ours {seen}\n");
            }
        }
    }
    println!("{cases} cases, {plans} plans, {wrong} disagreements");
    if wrong > 0 {
        return Err(format!("{wrong} disagreements").into());
    }
    Ok(())
}
