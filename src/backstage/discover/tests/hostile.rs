//! Files made to hang or exhaust a reader: each is read in a moment, or not at all.

use std::time::{Duration, Instant};

use super::*;

/// The chains of a tree, which must come about quickly even without optimization.
fn quickly(files: &[(&str, &str)]) -> Vec<String> {
    let started = Instant::now();
    let chains = chains_of(files);
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    chains
}

#[test]
fn a_giant_values_file_is_not_read() {
    let values = format!(
        "backstage:\n  appConfig:\n    x: {}\n",
        "y".repeat(50 << 20)
    );
    assert_eq!(
        quickly(&[("app-config.yaml", ""), ("values.yaml", &values)]),
        ["default: app-config.yaml"]
    );
}

#[test]
fn cyclic_anchors_end() {
    let values = "backstage: &b\n  appConfig: *b\n  args: [--config, app-config.yaml]\n";
    assert_eq!(
        quickly(&[("app-config.yaml", ""), ("values.yaml", values)]),
        ["default: app-config.yaml"]
    );
}

#[test]
fn ten_thousand_documents_are_cut_off() {
    let documents = "---\nkind: ConfigMap\ndata: {app-config.a.yaml: 'x: 1'}\n".repeat(10_000);
    quickly(&[("app-config.yaml", ""), ("all.yaml", &documents)]);
}

#[test]
fn a_dockerfile_of_one_line_of_ten_megabytes_is_not_read() {
    let line = format!(
        "CMD node packages/backend {}",
        "--config a ".repeat(1 << 20)
    );
    quickly(&[("app-config.yaml", ""), ("Dockerfile", &line)]);
    let shorter = format!(
        "FROM node\nCMD node packages/backend {}",
        "${".repeat(1 << 20)
    );
    quickly(&[
        ("app-config.yaml", ""),
        ("Dockerfile", &shorter),
        ("Makefile", &shorter),
    ]);
}

#[test]
fn copies_that_multiply_from_stage_to_stage_end() {
    let mut text = String::from("FROM node AS s0\n");
    for stage in 1..16 {
        text.push_str(&format!("FROM node AS s{stage}\n"));
        text.push_str(&format!("COPY --from=s{} /app/ /app/\n", stage - 1).repeat(20));
    }
    text.push_str(
        "WORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"none.yaml\"]\n",
    );
    quickly(&[("app-config.yaml", ""), ("Dockerfile", &text)]);
}

#[test]
fn open_variables_without_end_are_passed_over() {
    let compose = format!(
        "services:\n  a:\n    command: node packages/backend --config \"{}\"\n",
        "${".repeat(1 << 20)
    );
    quickly(&[("app-config.yaml", ""), ("compose.yaml", &compose)]);
}
