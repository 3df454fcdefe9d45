//! What the fixtures of each kind of deployment come to, over the built binary.

#![allow(clippy::unwrap_used)] // a test that fails here has nothing to say

use assert_cmd::Command;

/// The findings of these rules in a fixture, as `path:line:column rule`, in order.
fn findings(fixture: &str, rules: &[&str]) -> Vec<String> {
    let folder = format!("{}/fixtures/{fixture}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::cargo_bin("stagecheck").unwrap();
    let output = command
        .args(["--format", "concise"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| {
            let (place, rest) = line.split_once(": ")?;
            let rule = rest.split_once('[')?.1.split_once(']')?.0;
            rules.contains(&rule).then(|| format!("{place} {rule}"))
        })
        .collect()
}

const RULES: &[&str] = &[
    "memory-database-in-production",
    "production-layer-not-loaded",
    "chain-layer-missing",
    "layer-order",
    "hardcoded-secret",
];

#[test]
fn an_image_that_omits_the_production_layer_runs_in_memory() {
    assert_eq!(
        findings("deploy-image", RULES),
        [
            "app-config.yaml:9:17 memory-database-in-production",
            "packages/backend/Dockerfile:9:1 production-layer-not-loaded",
        ]
    );
}

#[test]
fn a_finding_in_a_config_map_stands_on_its_line_and_column() {
    assert_eq!(
        findings("deploy-kubernetes", RULES),
        ["k8s/config.yaml:15:21 memory-database-in-production"]
    );
}

#[test]
fn a_finding_in_helm_values_stands_on_its_line_and_column() {
    assert_eq!(
        findings("deploy-helm", RULES),
        ["charts/portal/values-staging.yaml:7:23 memory-database-in-production"]
    );
}

#[test]
fn what_compose_and_processes_start_has_a_database() {
    assert!(findings("deploy-compose", RULES).is_empty());
    assert!(findings("deploy-processes", RULES).is_empty());
}
