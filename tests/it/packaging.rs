//! What is published under one version says one version.

use std::fs;
use std::path::Path;

use serde_json::Value;

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
