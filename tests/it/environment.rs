//! The variables that the app is started with: from the command line, files, the process and the deployment.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

fn app(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The effective config of each chain, by its name.
fn configs(folder: &Path, arguments: &[&str], process: &[(&str, &str)]) -> Value {
    let output = Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .envs(process.iter().copied())
        .args(["print", "--format", "json", "--with-secrets"])
        .args(arguments)
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let chains = document["chains"].as_array().unwrap().iter();
    chains
        .map(|chain| {
            (
                chain["chain"].as_str().unwrap().to_owned(),
                chain["config"].clone(),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The effective config of the base layer alone.
fn config(folder: &TempDir, arguments: &[&str], process: &[(&str, &str)]) -> Value {
    let arguments = [&["--config", "app-config.yaml"], arguments].concat();
    configs(folder.path(), &arguments, process)["--config"].clone()
}

const NAMED: &str = "app: { title: '${TITLE}' }\nfixed: 1\n";

#[test]
fn a_variable_that_nobody_speaks_of_is_open() {
    let folder = app(&[("app-config.yaml", NAMED)]);
    let open = json!({ "app": { "title": "${TITLE}" }, "fixed": 1 });
    assert_eq!(config(&folder, &[], &[("TITLE", "of the process")]), open);
}

#[test]
fn env_sets_a_variable_and_without_a_value_takes_that_of_the_process() {
    let folder = app(&[("app-config.yaml", NAMED)]);
    let title = |arguments: &[&str], process: &[(&str, &str)]| {
        config(&folder, arguments, process)["app"]["title"].clone()
    };
    assert_eq!(title(&["--env", "TITLE=a=b"], &[]), "a=b");
    assert_eq!(title(&["--env", "TITLE"], &[("TITLE", "mine")]), "mine");
    // Known not to be set: the key goes, as with the real loader.
    assert_eq!(title(&["--env", "TITLE"], &[]), Value::Null);
    let twice = ["--env", "TITLE=one", "--env", "TITLE=two"];
    assert_eq!(title(&twice, &[]), "two");
}

#[test]
fn the_whole_process_environment_makes_the_rest_unset() {
    let folder = app(&[("app-config.yaml", NAMED)]);
    let used = ["--use-process-env"];
    let set = config(&folder, &used, &[("TITLE", "mine")]);
    assert_eq!(set, json!({ "app": { "title": "mine" }, "fixed": 1 }));
    assert_eq!(
        config(&folder, &used, &[]),
        json!({ "app": {}, "fixed": 1 })
    );
}

#[test]
fn a_file_of_variables_is_read_as_dotenv_reads_it() {
    let dotenv = "# comment\nexport TITLE = \"two\\nlines\" # behind\nOTHER='${TITLE}'\n";
    let text = "title: '${TITLE}'\nother: '${OTHER}'\n";
    let folder = app(&[("app-config.yaml", text), ("prod.env", dotenv)]);
    let shown = config(&folder, &["--env-file", "prod.env"], &[]);
    assert_eq!(shown, json!({ "title": "two\nlines", "other": "${TITLE}" }));
    let over = ["--env-file", "prod.env", "--env", "TITLE=over"];
    assert_eq!(config(&folder, &over, &[])["title"], "over");
}

#[test]
fn app_config_variables_set_values_on_top_as_json_or_text() {
    let folder = app(&[("app-config.yaml", NAMED)]);
    let arguments = [
        "--env",
        "APP_CONFIG_app_title=Top",
        "--env",
        "APP_CONFIG_backend_listen_port=7007",
    ];
    let expected = json!({
        "app": { "title": "Top" },
        "fixed": 1,
        "backend": { "listen": { "port": 7007 } },
    });
    assert_eq!(config(&folder, &arguments, &[]), expected);
}

#[test]
fn a_variable_that_the_loader_refuses_fails_the_run() {
    let folder = app(&[("app-config.yaml", NAMED)]);
    Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder.path())
        .args(["--env", "APP_CONFIG_0x=1"])
        .assert()
        .code(2);
}

#[test]
fn what_a_compose_file_sets_is_known_in_its_chain_alone() {
    let compose = "services:\n  portal:\n    build: .\n    command: [node, packages/backend, --config, app-config.yaml]\n    environment:\n      TITLE: From compose\n";
    let folder = app(&[
        ("app-config.yaml", NAMED),
        ("compose.yaml", compose),
        (
            "Dockerfile",
            "FROM node:22\nCOPY . .\nCMD [\"node\", \"packages/backend\"]\n",
        ),
    ]);
    let shown = configs(folder.path(), &[], &[]);
    assert_eq!(shown["compose:portal"]["app"]["title"], "From compose");
    assert_eq!(shown["Dockerfile"]["app"]["title"], "${TITLE}");
    let over = configs(folder.path(), &["--env", "TITLE=asked"], &[]);
    assert_eq!(over["compose:portal"]["app"]["title"], "asked");
}

#[test]
fn backstage_env_lists_name_further_default_layers() {
    let folder = app(&[
        ("app-config.yaml", NAMED),
        ("app-config.staging.yaml", "fixed: 2\n"),
        ("app-config.staging.local.yaml", "mine: 3\n"),
        (
            "Dockerfile",
            "FROM node:22\nENV BACKSTAGE_ENV=staging\nCOPY . .\nCMD [\"node\", \"packages/backend\"]\n",
        ),
    ]);
    let shown = configs(folder.path(), &[], &[]);
    assert_eq!(shown["Dockerfile"]["fixed"], 2, "{shown}");
    assert_eq!(shown["Dockerfile"]["mine"], 3, "{shown}");
}

/// An app whose start script leaves the layers to the loader.
fn started_by_the_loader(more: &[(&str, &str)]) -> TempDir {
    let manifest = r#"{"scripts": {"start": "backstage-cli repo start"}}"#;
    let files = [
        ("package.json", manifest),
        ("app-config.yaml", "title: base\nbase: 1\n"),
        ("app-config.staging.yaml", "title: staging\nstaging: 1\n"),
        ("app-config.local.yaml", "title: local\nlocal: 1\n"),
        ("app-config.staging.local.yaml", "title: staging local\n"),
    ];
    app(&[files.as_slice(), more].concat())
}

#[test]
fn backstage_env_of_the_request_chooses_the_layers_that_the_loader_takes() {
    let folder = started_by_the_loader(&[]);
    let unset = &configs(folder.path(), &[], &[])["development"];
    assert_eq!(unset["title"], "local", "{unset}");
    assert!(unset["staging"].is_null(), "{unset}");
    let set = [("BACKSTAGE_ENV", "staging")];
    let asked = configs(folder.path(), &["--env", "BACKSTAGE_ENV=staging"], &[]);
    let taken = configs(folder.path(), &["--use-process-env"], &set);
    for shown in [&asked["development"], &taken["development"]] {
        let expected = json!({ "title": "staging local", "base": 1, "staging": 1, "local": 1 });
        assert_eq!(shown, &expected);
    }
}

#[test]
fn backstage_env_of_the_settings_chooses_them_too() {
    let settings = "environment: { BACKSTAGE_ENV: staging }\n";
    let folder = started_by_the_loader(&[("stagecheck.yaml", settings)]);
    let shown = &configs(folder.path(), &[], &[])["development"];
    assert_eq!(shown["title"], "staging local", "{shown}");
    let over = configs(folder.path(), &["--env", "BACKSTAGE_ENV=other"], &[]);
    assert!(over["development"]["staging"].is_null(), "{over}");
}

#[test]
fn backstage_env_of_the_request_wins_over_that_of_the_image() {
    let dockerfile =
        "FROM node:22\nENV BACKSTAGE_ENV=staging\nCOPY . .\nCMD [\"node\", \"packages/backend\"]\n";
    let folder = app(&[
        ("app-config.yaml", "title: base\n"),
        ("app-config.staging.yaml", "title: staging\n"),
        ("app-config.other.yaml", "title: other\n"),
        ("Dockerfile", dockerfile),
    ]);
    let shown = configs(folder.path(), &["--env", "BACKSTAGE_ENV=other"], &[]);
    assert_eq!(shown["Dockerfile"]["title"], "other", "{shown}");
}

#[test]
fn without_a_start_command_backstage_env_joins_the_default_chain() {
    let folder = app(&[
        ("app-config.yaml", "title: base\n"),
        ("app-config.staging.yaml", "title: staging\n"),
    ]);
    let shown = configs(folder.path(), &["--env", "BACKSTAGE_ENV=staging"], &[]);
    assert_eq!(shown, json!({ "default": { "title": "staging" } }));
}

/// A Kubernetes deployment that sets these variables.
fn deployed(variables: &str, config: &str) -> TempDir {
    let manifest = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: backstage }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: backstage\n          image: backstage\n          command: [node, packages/backend, --config, app-config.yaml]\n          env:\n{variables}"
    );
    app(&[
        ("app-config.yaml", config),
        ("k8s/backstage.yaml", manifest.as_str()),
        (
            "Dockerfile",
            "FROM node:22\nCOPY . .\nCMD [\"node\", \"packages/backend\"]\n",
        ),
    ])
}

/// `path:line severity rule: message` of every finding.
fn findings(folder: &TempDir) -> Vec<String> {
    let output = Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder.path())
        .env_clear()
        .args(["--format", "json"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let text = |field: &str| finding[field].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {}: {} ({})",
                text("severity"),
                text("rule"),
                text("message"),
                finding["chains"]
            )
        })
        .collect()
}

/// The chain of [`deployed`].
const CLUSTER: &str = "kubernetes:backstage";
const LOCALHOST: &str =
    "app: { baseUrl: 'http://localhost:3000' }\nbackend: { baseUrl: 'http://localhost:7007' }\n";

#[test]
fn literal_values_of_a_manifest_are_on_top_and_have_its_line() {
    let folder = deployed(
        "            - { name: APP_CONFIG_app_baseUrl, value: 'https://portal.example.com' }\n            - { name: APP_CONFIG_backend_baseUrl, value: 'https://portal.example.com' }\n",
        LOCALHOST,
    );
    let shown = configs(folder.path(), &["--origins"], &[]);
    let url = &shown[CLUSTER]["app"]["baseUrl"];
    assert_eq!(url, "https://portal.example.com", "{shown}");
    let output = Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder.path())
        .args(["print", "--format", "json", "--origins", "--chain", CLUSTER])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = &document["chains"][0]["values"]["app.baseUrl"];
    assert_eq!(said["setAt"], "k8s/backstage.yaml:12", "{document}");
    assert_eq!(said["overrode"][0], "app-config.yaml:1", "{document}");
    let found = findings(&folder);
    let of_cluster = |line: &&String| line.contains("localhost") && line.contains(CLUSTER);
    assert!(!found.iter().any(|line| of_cluster(&line)), "{found:#?}");
}

#[test]
fn an_unknown_value_makes_only_its_own_path_less_sure() {
    let secret = "            - name: APP_CONFIG_app_title\n              valueFrom: { secretKeyRef: { name: s, key: k } }\n";
    let with = deployed(secret, LOCALHOST);
    let without = deployed("            - { name: OTHER, value: x }\n", LOCALHOST);
    assert_eq!(findings(&with), findings(&without));
    let shown = configs(with.path(), &[], &[]);
    let title = &shown[CLUSTER]["app"]["title"];
    assert_eq!(title, "${APP_CONFIG_app_title}", "{shown}");
    let near = "            - name: APP_CONFIG_app_baseUrl\n              valueFrom: { secretKeyRef: { name: s, key: k } }\n";
    let near = findings(&deployed(near, LOCALHOST));
    let app_url = |line: &&String| line.contains("app.baseUrl") && line.contains(CLUSTER);
    assert!(!near.iter().any(|line| app_url(&line)), "{near:#?}");
    assert!(near.iter().any(|line| line.contains(CLUSTER)), "{near:#?}");
}

#[test]
fn values_of_the_settings_are_on_top_and_checked() {
    let settings = "environment: { APP_CONFIG_app_title: Portal }\n";
    let folder = app(&[("app-config.yaml", NAMED), ("stagecheck.yaml", settings)]);
    let shown = configs(folder.path(), &[], &[]);
    assert_eq!(shown["default"]["app"]["title"], "Portal");
    let wrong = "environment: { APP_CONFIG_0: Portal }\n";
    let folder = app(&[("app-config.yaml", NAMED), ("stagecheck.yaml", wrong)]);
    Command::cargo_bin("stagecheck")
        .unwrap()
        .current_dir(folder.path())
        .assert()
        .code(2);
}
