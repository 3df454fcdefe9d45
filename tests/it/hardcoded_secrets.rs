//! What is found in `fixtures/hardcoded-secrets`, and that nothing else is.

use std::process::Command;

#[test]
fn every_secret_of_the_fixture_is_found_at_its_bytes_and_nothing_else() {
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args([
            "--format", "concise", "--color", "never", "--select", "secrets",
        ])
        .arg("--fail-on=never")
        .current_dir(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures/hardcoded-secrets"
        ))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = text
        .lines()
        .map(|line| line.split_once("] ").map_or(line, |(place, _)| place))
        .collect();
    assert_eq!(
        found,
        [
            "app-config.dev.yaml:9:17: warning[hardcoded-secret",
            "app-config.production.yaml:11:32: error[hardcoded-secret",
            "app-config.production.yaml:32:13: error[hardcoded-secret",
            "app-config.yaml:22:35: error[hardcoded-secret",
            "app-config.yaml:26:18: error[hardcoded-secret",
            "app-config.yaml:34:17: error[hardcoded-secret",
            "app-config.yaml:39:14: error[hardcoded-secret",
            "app-config.yaml:42:14: warning[placeholder-value",
            "app-config.yaml:54:20: error[hardcoded-secret",
            "app-config.yaml:58:30: error[hardcoded-secret",
        ],
        "{text}"
    );
}
