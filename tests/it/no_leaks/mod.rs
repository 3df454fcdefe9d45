//! Plants a secret of its own at every kind of place an app root has, runs the built binary in every mode and
//! format, and looks for the secrets in everything it writes.

mod cases;
mod plant;
mod root;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use self::plant::Planted;
use tempfile::TempDir;

const FORMATS: [&str; 12] = [
    "auto",
    "pretty",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "azure",
    "checkstyle",
];

/// Runs the binary in `folder` and checks everything it writes, there and to the terminal.
fn run(folder: &Path, arguments: &[&str], planted: &Planted) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(arguments)
        .current_dir(folder)
        .env("POSTGRES_PASSWORD", planted.in_environment())
        .env("NO_COLOR", "1")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap();
    let shown = arguments.join(" ");
    planted.assert_absent(&output.stdout, &format!("stdout of `stagecheck {shown}`"));
    planted.assert_absent(&output.stderr, &format!("stderr of `stagecheck {shown}`"));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn no_format_shows_a_secret() {
    let (folder, planted) = root::portal();
    for format in FORMATS {
        for color in ["never", "always"] {
            let output = run(
                folder.path(),
                &["--format", format, "--color", color, "-v"],
                &planted,
            );
            assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output));
            assert!(text(&output).contains("hardcoded-secret"), "{format}");
        }
    }
}

#[test]
fn no_mode_shows_a_secret() {
    let (folder, planted) = root::portal();
    let mode = |status: i32, arguments: &'static [&'static str]| (status, arguments);
    for (status, mode) in [
        mode(1, &["--with-local"]),
        mode(1, &["--env-file", "portal.env"]),
        mode(1, &["--use-process-env"]),
        mode(1, &["--staged"]),
        mode(1, &["--fail-on", "info", "--severity", "unknown-key=error"]),
        mode(
            1,
            &[
                "--config",
                "app-config.yaml",
                "--config",
                "app-config.broken.yaml",
                "--production",
            ],
        ),
        mode(1, &["app-config.broken.yaml"]),
        mode(2, &["--config", "app-config.absent.yaml"]),
        mode(2, &["--settings", "bad-settings.yaml"]),
        mode(2, &["--env", ""]),
    ] {
        for format in ["pretty", "json", "sarif"] {
            let arguments = [mode, &["--format", format, "-v"]].concat();
            let output = run(folder.path(), &arguments, &planted);
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(status), "{mode:?}: {error}");
        }
    }
    let output = run(folder.path(), &["--list-files", "-v"], &planted);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn no_command_shows_a_secret() {
    let (folder, planted) = root::portal();
    let command = |status: i32, arguments: &'static [&'static str]| (status, arguments);
    for (status, command) in [
        command(0, &["rules"]),
        command(0, &["explain", "hardcoded-secret"]),
        // A chain of which no layer is here has no effective config.
        command(1, &["print"]),
        command(1, &["print", "--origins"]),
        command(1, &["print", "--format", "json"]),
        command(
            1,
            &[
                "print",
                "--format",
                "yaml",
                "--origins",
                "--use-process-env",
            ],
        ),
        command(1, &["print", "--databases"]),
        command(0, &["facts"]),
        command(0, &["facts", "--format", "json"]),
        command(0, &["chains"]),
        command(0, &["chains", "--format", "json"]),
        command(0, &["schema"]),
        command(0, &["schema", "--for-editor"]),
        // The settings name none.
        command(2, &["test-policies"]),
    ] {
        let output = run(folder.path(), command, &planted);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{command:?}: {error}");
    }
}

#[test]
fn no_written_file_holds_a_secret() {
    let (folder, planted) = root::portal();
    let reports = TempDir::new().unwrap();
    for format in FORMATS.iter().filter(|format| **format != "auto") {
        let target = format!("{format}={}", reports.path().join(format).display());
        let output = run(folder.path(), &["--output", &target], &planted);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output));
    }
    let baseline = reports.path().join("baseline.json");
    run(
        folder.path(),
        &["--write-baseline", &baseline.display().to_string()],
        &planted,
    );
    let mut written = 0;
    for entry in fs::read_dir(reports.path()).unwrap() {
        let path = entry.unwrap().path();
        planted.assert_absent(&fs::read(&path).unwrap(), &path.display().to_string());
        written += 1;
    }
    assert!(written >= FORMATS.len() - 1, "{written} files");
}

#[test]
fn broken_settings_and_policies_show_no_secret() {
    let (folder, planted) = root::broken_settings();
    for format in ["pretty", "concise", "json"] {
        let output = run(folder.path(), &["--format", format, "-v"], &planted);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    }
    let (folder, planted) = root::broken_policy();
    let output = run(folder.path(), &["--format", "pretty"], &planted);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

#[test]
fn what_a_policy_interpolates_is_masked() {
    let (folder, planted) = root::nosy_policy();
    let output = run(folder.path(), &["--format", "concise"], &planted);
    assert!(text(&output).contains("********"), "{}", text(&output));
    let told = text(&output)
        .lines()
        .filter(|line| line.contains("[nosy"))
        .count();
    assert_eq!(told, 6, "{}", text(&output));
    // A weak password is no secret elsewhere, but it is where it stands.
    assert!(
        !text(&output).contains("it is postgres"),
        "{}",
        text(&output)
    );
    assert!(
        text(&output).contains("it is pg://u:********@h/postgres"),
        "{}",
        text(&output)
    );
}

#[test]
fn what_a_policy_says_of_variables_is_masked() {
    let (folder, planted) = root::nosy_about_variables();
    for command in [
        &["--env-file", "portal.env", "--format", "concise"][..],
        &["--env-file", "portal.env", "--format", "pretty"],
        &["--env-file", "portal.env", "--format", "json"],
        &["print", "--env-file", "portal.env"],
    ] {
        let output = run(folder.path(), command, &planted);
        assert!(text(&output).contains("********"), "{}", text(&output));
    }
    let output = run(folder.path(), &["--env-file", "portal.env"], &planted);
    assert_eq!(text(&output).matches("[nosy-").count(), 4);
}

#[test]
fn every_planted_secret_that_belongs_somewhere_is_found() {
    let (folder, planted) = root::portal();
    let output = text(&run(folder.path(), &["--format", "concise"], &planted));
    let found: Vec<&str> = output
        .lines()
        .filter(|line| line.contains("[hardcoded-secret]"))
        .collect();
    for place in root::FOUND {
        assert!(
            found.iter().any(|line| line.contains(place)),
            "{place} in\n{}",
            found.join("\n")
        );
    }
}
