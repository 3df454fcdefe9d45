//! `stagecheck chains`, over the built binary.

#![allow(clippy::unwrap_used)] // a test that fails here has nothing to say

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn chains(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("stagecheck").unwrap();
    let output = command
        .arg("chains")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn portal() -> tempfile::TempDir {
    tree(&[
        ("app-config.yaml", "app: {}\n"),
        ("app-config.production.yaml", "app: {}\n"),
        ("app-config.staging.yaml", "app: {}\n"),
        ("app-config.example.yaml", "app: {}\n"),
        ("app-config.yaml.bak", "app: {}\n"),
        (
            "package.json",
            "{\"scripts\": {\"start\": \"backstage-cli repo start\"}}\n",
        ),
        (
            "Dockerfile",
            "FROM node:22\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \
             \"--config\", \"app-config.production.yaml\", \"--config\", \"/etc/portal.yaml\"]\n",
        ),
    ])
}

#[test]
fn every_chain_is_shown_with_its_layers_and_where_it_was_found() {
    let expected = "\
.  4 layers, 2 chains

  Dockerfile  production  incomplete  Dockerfile, Dockerfile:3
     1  app-config.yaml
     2  app-config.production.yaml
     ?  `/etc/portal.yaml` is not in this repository  Dockerfile:3

  development  script, package.json:1
     1  app-config.yaml

  no chain loads
    app-config.example.yaml  an example
    app-config.staging.yaml

left out
  app-config.yaml.bak  it is a copy that an editor or tool left
";
    assert_eq!(chains(portal().path(), &[]), expected);
}

#[test]
fn programs_get_the_same_as_json() {
    let text = chains(portal().path(), &["--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let chain = &document["appRoots"][0]["chains"][0];
    assert_eq!(document["schema"], 1);
    assert_eq!(chain["name"], "Dockerfile");
    assert_eq!(
        (&chain["production"], &chain["complete"]),
        (&true.into(), &false.into())
    );
    assert_eq!(chain["foundAt"]["line"], 3);
    assert_eq!(chain["layers"][1]["path"], "app-config.production.yaml");
    assert_eq!(chain["lacks"][0]["namedAt"]["path"], "Dockerfile");
    assert_eq!(
        document["appRoots"][0]["notLoaded"][1],
        "app-config.staging.yaml"
    );
}
