//! `stagecheck chains`, over the built binary.

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

  Dockerfile   production      incomplete  Dockerfile:3 (image)
   1  app-config.yaml
   2  app-config.production.yaml
   ?  `/etc/portal.yaml` is not in this repository

  development  not production  complete    package.json:1 (script)
   1  app-config.yaml

  not loaded by any chain
     app-config.example.yaml  an example
     app-config.staging.yaml  not loaded by any start command

left out
  app-config.yaml.bak  it is a backup copy of an editor or tool
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

#[test]
fn what_programs_get_is_what_the_schema_says() {
    let schema = include_str!("../../schemas/chains.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for folder in [fixtures.as_path(), portal().path()] {
        let document = chains(folder, &["--format", "json"]);
        let document = serde_json::from_str(&document).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn layers_that_another_line_names_say_which() {
    let folder = tree(&[
        (
            "values.yaml",
            "backstage:\n  args: [--config, app-config.yaml]\n  extraAppConfig:\n    - filename: app-config.extra.yaml\n      configMapRef: extra\n  appConfig:\n    app: {}\n",
        ),
        (
            "extra.yaml",
            "kind: ConfigMap\nmetadata: {name: extra}\ndata:\n  app-config.extra.yaml: |\n    app: {}\n",
        ),
        ("app-config.yaml", "app: {}\n"),
    ]);
    let expected = "\
  helm:values.yaml  production      complete    values.yaml:2 (Helm)
   1  app-config.yaml
   2  extra.yaml#app-config.extra.yaml  line 4
   3  values.yaml#backstage.appConfig   line 6
";
    let table = chains(folder.path(), &[]);
    assert!(table.contains(expected), "{table}");
}

#[test]
fn a_person_is_told_what_to_do_next_and_a_program_is_not() {
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::cargo_bin("stagecheck").unwrap();
        let command = command.arg("chains").args(arguments).current_dir(folder);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let portal = portal();
    let said = run(portal.path(), &[]);
    assert!(
        said.contains("stagecheck print --chain Dockerfile"),
        "{said}"
    );
    assert!(
        said.contains("`?` marks layers outside the repository"),
        "{said}"
    );
    assert!(run(portal.path(), &["--format", "json"]).is_empty());
    let empty = tempfile::tempdir().unwrap();
    assert!(run(empty.path(), &[]).contains("nothing to check"));
}
