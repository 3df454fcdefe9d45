//! What is published under one version says one version.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use serde_json::Value;

#[cfg(unix)]
use crate::support::Portal;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_npm_package_and_its_platforms_have_the_version_of_the_crate() {
    let package: Value = serde_json::from_str(&read("npm/stagecheck/package.json")).unwrap();
    assert_eq!(package["version"], VERSION);
    let platforms = package["optionalDependencies"].as_object().unwrap();
    assert!(platforms.len() >= 5);
    assert!(platforms.values().all(|version| version == VERSION));
}

#[test]
fn the_wheel_hook_installs_the_version_of_the_crate() {
    let manifest = read("pyproject.toml");
    assert!(manifest.contains(&format!("\nversion = \"{VERSION}\"\n")));
    assert!(manifest.contains(&format!("dependencies = [\"stagecheck=={VERSION}\"]")));
}

#[test]
fn the_pages_name_the_version_of_the_crate() {
    for (page, lines) in [
        (
            "docs/pre-commit.md",
            vec![format!("rev: v{VERSION}"), format!("stagecheck@{VERSION}")],
        ),
        (
            "docs/ci.md",
            vec![
                format!("stagecheck@v{VERSION}"),
                format!("stagecheck@{VERSION}"),
            ],
        ),
    ] {
        for line in lines {
            assert!(read(page).contains(&line), "{page}: {line}");
        }
    }
}

#[test]
fn every_package_contains_the_licence_texts() {
    let package: Value = serde_json::from_str(&read("npm/stagecheck/package.json")).unwrap();
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let text = read(licence);
        assert_eq!(read(&format!("python/{licence}")), text, "{licence}");
        let files = package["files"].as_array().unwrap();
        assert!(files.iter().any(|file| file == licence), "{licence}");
        for manifest in ["pyproject.toml", "python/pyproject.toml"] {
            assert!(read(manifest).contains(licence), "{manifest}: {licence}");
        }
    }
}

#[test]
fn both_problem_matchers_read_the_same_form() {
    let github: Value = serde_json::from_str(&read(".github/stagecheck-matcher.json")).unwrap();
    let tasks: Value = serde_json::from_str(&read("editors/vscode/tasks.json")).unwrap();
    let github = github["problemMatcher"][0]["pattern"][0]["regexp"]
        .as_str()
        .unwrap();
    for task in tasks["tasks"].as_array().unwrap() {
        let regexp = task["problemMatcher"]["pattern"]["regexp"]
            .as_str()
            .unwrap();
        assert_eq!(
            regexp,
            github.replace("(?:(error|warning)|info)", "(error|warning|info)")
        );
    }
}

/// The runner takes the paths of a problem matcher for those of the repository.
#[cfg(unix)]
#[test]
fn the_action_annotates_files_by_their_path_in_the_repository() {
    let portal = Portal::of(&[("portal/app-config.yaml", "app: {}\napp: {}\n")]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_stagecheck"))
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let log = |folder: &str| {
        let output = Command::new("bash")
            .arg(root.join("action/check.sh"))
            .current_dir(portal.path().join(folder))
            .env("PATH", format!("{}:{path}", binary.display()))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root)
            .env("GITHUB_OUTPUT", temporary.path().join("output"))
            .env("GITHUB_WORKSPACE", portal.path())
            .env("RUNNER_TEMP", temporary.path())
            .env_remove("GITHUB_STEP_SUMMARY")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let below = log("portal");
    assert!(
        below.contains("\n::error file=portal/app-config.yaml,line=2,"),
        "{below}"
    );
    let above = log(".");
    assert!(
        above.contains("\nportal/app-config.yaml:2:1: error["),
        "{above}"
    );
}
