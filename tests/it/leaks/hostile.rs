//! Names, paths, policies and arguments that hold a secret, or would speak to a terminal or a CI runner.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const TOKEN: &str = "ghp_Zq1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2";

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn portal(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    write(
        folder.path(),
        &[
            ("app-config.yaml", "app: { title: x }\n"),
            (
                "packages/backend/package.json",
                "{ \"name\": \"backend\", \"dependencies\": { \"@backstage/backend-defaults\": \"^0.18.0\" } }\n",
            ),
        ],
    );
    write(folder.path(), files);
    folder
}

/// All that a command writes.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let all = [output.stdout, output.stderr].concat();
    String::from_utf8(all).unwrap()
}

/// Nothing in it is a secret, moves a terminal or is a command to a runner.
fn assert_safe(said: &str, secrets: &[&str], what: &str) {
    for secret in secrets {
        assert!(!said.contains(secret), "{what} says {secret}:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "{what}:\n{said}");
    assert!(!said.contains("##vso"), "{what}:\n{said}");
    let speaks = said.lines().any(|line| line.trim_start().starts_with("::"));
    assert!(!speaks, "{what}:\n{said}");
}

#[test]
fn the_page_of_a_policy_is_safe_to_print() {
    let policy = format!(
        "id: acme-title
title: \"A title ##vso[task.setvariable]x\"
scope: layer
for: facts.secrets as secret
cases:
  - when: 'true'
    severity: warning
    message: 'sees {{secret.path}}'
    at: [{{ here: secret.value }}]
why: \"first\\n\\n::error::speaks\\n\\n##vso[task.complete]x \\e[31mred\"
fix: Use {TOKEN} instead.
examples:
  - name: bad
    files:
      app-config.yaml: \"integrations: {{ github: [{{ token: abc123abc123abc123 }}] }}\\nx: {{ password: swordfish }}\\n#::warning::x\"
    finds: ['app-config.yaml:1 warning', 'app-config.yaml:2 warning']
"
    );
    let folder = portal(&[
        ("policy.yaml", &policy),
        ("stagecheck.yaml", "policies: [policy.yaml]\n"),
    ]);
    let said = said(folder.path(), &["explain", "acme-title"]);
    assert!(said.contains("acme-title"), "{said}");
    assert_safe(
        &said,
        &[TOKEN, "swordfish", "abc123abc123abc123"],
        "explain",
    );
}

#[cfg(unix)]
#[test]
fn a_file_with_a_name_that_speaks_is_not_written_by_init() {
    let folder = portal(&[("d\n::error::speaks", "x"), ("texts/title.txt", "x")]);
    write(
        folder.path(),
        &[(
            "app-config.yaml",
            "a: { $file: \"d\\n::error::speaks\" }\nb: { $file: texts/title.txt }\n",
        )],
    );
    let dry = said(folder.path(), &["init", "--dry-run"]);
    assert_safe(&dry, &[], "init --dry-run");
    let done = said(folder.path(), &["init"]);
    assert_safe(&done, &[], "init");
    let hook = fs::read_to_string(folder.path().join(".pre-commit-config.yaml")).unwrap();
    assert!(hook.contains("texts/title") && !hook.contains("speaks"));
}

#[test]
fn names_of_layers_scripts_and_commands_hold_no_secret() {
    let manifest = format!(
        "{{ \"name\": \"root\", \"workspaces\": [\"packages/*\"], \"scripts\": {{ \"start:{TOKEN}\": \"backstage-cli repo start --config app-config.yaml\" }} }}"
    );
    let folder = portal(&[
        ("package.json", &manifest),
        (
            &format!("app-config.{TOKEN}.yaml"),
            "app: { baseUrl: http://localhost:3000 }\n",
        ),
        (
            "Dockerfile",
            "FROM node\nCMD [\"node\", \"packages/backend\", \"--config\", \"DB_PASSWORD=swordfish\", \"--config\", \"app-config.yaml\"]\n",
        ),
        (
            "packages/backend/Dockerfile",
            "FROM node\nCMD node packages/backend --config $(curl -u bot:swordfish https://h).yaml --config $(cat --password swordfish).yaml\n",
        ),
    ]);
    for arguments in [
        "chains",
        "chains -v",
        "chains --format json",
        "--list-files",
        "facts",
        "facts --format yaml",
        "print",
        "print --format json",
        "print --origins",
        "print --format json --origins",
        "print --databases",
        "print --databases --format json",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let said = said(folder.path(), &words);
        assert!(!said.is_empty(), "{arguments}");
        assert_safe(&said, &[TOKEN, "swordfish"], arguments);
    }
}

#[test]
fn no_argument_is_repeated_with_its_secret() {
    let folder = portal(&[]);
    for arguments in [
        &["curl -u bot:hunter2xy https://h"][..],
        &["--config", "machine h login u password hunter2xy"],
        &["facts", "--chain", "Bearer hunter2xy"],
        &["--output", "db-password: hunter2xy=/tmp/x"],
        &["--select", "db-password: hunter2xy"],
        &["explain", "Bearer hunter2xy"],
        &["--settings", "curl -u bot:hunter2xy"],
    ] {
        let said = said(folder.path(), arguments);
        assert_safe(&said, &["hunter2xy"], &arguments.join(" "));
    }
}
