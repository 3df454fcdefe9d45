//! Programs of the repository that images run, and images of which nothing is here.

use super::*;

/// The chains that are not by convention or of a script, with what they lack.
fn of(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("app-config.yaml", ""), ("app-config.production.yaml", "")];
    all.extend(files);
    chains_of(&all)
}

const DOCKERFILE: &str = "FROM node\nWORKDIR /app\nCOPY app-config*.yaml ./\nCOPY bin ./bin\n";

#[test]
fn a_shell_script_without_an_ending_is_read_by_its_first_line() {
    let dockerfile = format!("{DOCKERFILE}CMD [\"./bin/run\"]\n");
    let script = "#!/usr/bin/env bash\nexec node packages/backend --config app-config.yaml\n";
    assert_eq!(
        of(&[("Dockerfile", &dockerfile), ("bin/run", script)]),
        ["Dockerfile!: app-config.yaml"]
    );
    let wrapped = format!("{DOCKERFILE}ENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"./bin/run\"]\n");
    assert_eq!(
        of(&[("Dockerfile", &wrapped), ("bin/run", script)]),
        ["Dockerfile!: app-config.yaml"]
    );
}

#[test]
fn what_a_script_writes_is_made_and_its_branches_are_not_sure() {
    let dockerfile = format!("{DOCKERFILE}CMD [\"./bin/run\"]\n");
    let made = "#!/bin/sh\ncat a.yaml > app-config.production.yaml\nnode packages/backend --config app-config.production.yaml\n";
    assert_eq!(
        of(&[("Dockerfile", &dockerfile), ("bin/run", made)]),
        ["Dockerfile!:  ? `cat` creates `app-config.production.yaml`"]
    );
    let branches = "#!/bin/sh\nif [ -n \"$X\" ]; then\n  export Y=1\nfi\nnode packages/backend --config app-config.yaml\n";
    assert_eq!(
        of(&[("Dockerfile", &dockerfile), ("bin/run", branches)]),
        ["Dockerfile!: app-config.yaml ? `./bin/run` may add layers"]
    );
}

#[test]
fn a_program_that_is_no_script_leaves_convention_unsure() {
    let dockerfile = format!("{DOCKERFILE}CMD [\"./bin/run\"]\n");
    let chains = of(&[("Dockerfile", &dockerfile), ("bin/run", "\u{7f}ELF")]);
    assert!(
        chains
            .iter()
            .all(|chain| chain.ends_with("? `./bin/run` may choose the layers")),
        "{chains:?}"
    );
}

#[test]
fn a_script_that_an_image_runs_is_no_start_of_its_own() {
    let dockerfile = format!("{DOCKERFILE}ENTRYPOINT [\"./bin/run.sh\"]\n");
    let script = "#!/bin/sh\nexec node packages/backend --config app-config.yaml\n";
    assert_eq!(
        of(&[("Dockerfile", &dockerfile), ("bin/run.sh", script)]),
        ["Dockerfile!: app-config.yaml"]
    );
}

#[test]
fn a_command_that_ends_in_config_lacks_a_layer() {
    let dockerfile = "FROM node\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\"]\n";
    assert_eq!(
        of(&[("Dockerfile", dockerfile)]),
        [
            "Dockerfile!: app-config.yaml ? the command line ends with `--config`: another layer is added elsewhere"
        ]
    );
}

#[test]
fn a_ready_image_with_mounted_layers_is_a_backend() {
    let compose = "services:\n  portal:\n    image: ghcr.io/acme/portal\n    volumes:\n      - ./app-config.yaml:/app/app-config.yaml\n      - ./app-config.production.yaml:/app/app-config.production.yaml\n  db:\n    image: postgres\n    volumes:\n      - ./init.sql:/init.sql\n";
    assert_eq!(
        of(&[("compose.yaml", compose)]),
        [
            "compose:portal!: app-config.yaml app-config.production.yaml ? the image's own command may add layers"
        ]
    );
}

#[test]
fn a_ready_image_with_config_variables_runs_what_the_dockerfile_here_says() {
    let compose = "services:\n  portal:\n    image: ghcr.io/acme/portal\n    environment:\n      APP_CONFIG_app_title: Portal\n";
    let dockerfile = "FROM node\nWORKDIR /app\nCOPY app-config*.yaml ./\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.production.yaml\"]\n";
    let chains = of(&[("compose.yaml", compose), ("Dockerfile", dockerfile)]);
    assert!(
        chains
            .iter()
            .any(|chain| chain.starts_with("compose:portal!: app-config.production.yaml")),
        "{chains:?}"
    );
}

#[test]
fn a_command_over_an_image_whose_dockerfile_is_not_here_is_read() {
    let compose = "services:\n  portal:\n    build: ./gone\n    command: node packages/backend --config app-config.yaml\n";
    assert_eq!(
        of(&[("compose.yaml", compose)]),
        ["compose:portal!: app-config.yaml"]
    );
}

#[test]
fn a_development_server_over_a_mounted_checkout_is_its_developers() {
    let compose = "services:\n  portal:\n    image: node\n    working_dir: /src\n    volumes: [\".:/src\"]\n    command: yarn backstage-cli repo start\n";
    let chains = of(&[("compose.yaml", compose)]);
    assert!(
        chains.contains(&"compose:portal: app-config.yaml".to_owned()),
        "{chains:?}"
    );
}

#[test]
fn an_app_whose_base_layer_is_a_template_is_left_out() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("package.json", "{}"),
        (
            "packages/create-app/templates/default/app-config.yaml.hbs",
            "",
        ),
        (
            "packages/create-app/templates/default/app-config.production.yaml",
            "",
        ),
        (
            "packages/create-app/templates/default/Dockerfile",
            "FROM node\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.production.yaml\"]\n",
        ),
    ]));
    let [root] = workspace.app_roots.as_slice() else {
        panic!("one app root: {:?}", workspace.app_roots);
    };
    assert_eq!(chains(root), ["default: app-config.yaml"]);
    assert_eq!(workspace.left_out.len(), 2, "{:?}", workspace.left_out);
}
