//! What looks like a deployment or a portal and need not be one.

use super::*;

const IMAGE: &str = "FROM node\nWORKDIR /app\nCOPY app-config*.yaml ./\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";

#[test]
fn a_fragment_in_a_folder_without_a_package_is_a_part_of_another_config() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("guides/split/app-config.yaml", ""),
        ("other/app-config.yaml", ""),
        ("other/package.json", "{}"),
        ("docs/app-config.more.yaml", ""),
    ]));
    let complete = |folder: &str| -> Vec<bool> {
        let mut roots = workspace.app_roots.iter();
        let root = roots.find(|root| root.path.as_str() == folder).unwrap();
        root.chains.iter().map(Chain::is_complete).collect()
    };
    // The base layer by itself, and with the layer in the documentation.
    assert_eq!(complete(""), [true, false]);
    assert_eq!(complete("guides/split"), [false]);
    assert_eq!(complete("other"), [true]);
}

fn with_template(path: &str, template: &str) -> Chain {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        (path, template),
    ]));
    workspace.app_roots[0].chains[0].clone()
}

#[test]
fn the_template_of_something_else_tells_nothing_of_the_portal() {
    let task = "- shell: |\n    kind: DaemonSet\n    containers:\n      - image: {{ image }}\n        args: [--config.file=/etc/monitor.yaml]\n";
    assert!(with_template("tasks/main.yml", task).is_complete());
    let other = "kind: Deployment\nspec:\n  containers:\n    - image: {{ .Values.image }}\n      args: [--config, /etc/monitor.yaml]\n";
    assert!(with_template("chart/templates/d.yaml", other).is_complete());
}

#[test]
fn a_template_that_only_sets_values_leaves_only_these_open() {
    let template = "kind: Deployment\nspec:\n  containers:\n    - image: {{ .Values.image }}\n      env: [{name: APP_CONFIG_app_title, value: {{ .Values.title }}}]\n";
    let chain = with_template("chart/templates/d.yaml", template);
    let kinds: Vec<&LackKind> = chain.lacks.iter().map(|lack| &lack.kind).collect();
    assert_eq!(
        kinds,
        [&LackKind::EnvironmentOverrides(
            "APP_CONFIG_app_title".into()
        )]
    );
}

#[test]
fn values_may_be_for_a_chart_here_that_reads_them_by_itself() {
    let values = "backstage: {appConfig: {db: {host: pg}}}\nservice: {port: 7007}\n";
    let template = "kind: Deployment\nspec:\n  containers:\n    - env: [{name: A, value: {{ .Values.backstage.appConfig.db.host }}}]\n";
    let complete = |files: &[(&str, &str)]| {
        let workspace = found(&MemoryFiles::new(files.iter().copied()));
        let chains = &workspace.app_roots[0].chains;
        chains
            .iter()
            .any(|chain| chain.production && chain.is_complete())
    };
    assert!(complete(&[("values/live.yaml", values)]));
    assert!(!complete(&[
        ("values/live.yaml", values),
        ("charts/hub/Chart.yaml", "name: hub\n"),
        ("charts/hub/templates/d.yaml", template),
    ]));
}

#[test]
fn a_deployment_may_run_either_of_two_images() {
    let deployment = "kind: Deployment\nmetadata: {name: backstage}\nspec: {template: {spec: {containers: [{name: hub, image: acme/hub, args: [node, packages/backend, --config, app-config.yaml, --config, app-config.live.yaml]}]}}}\n";
    let chains = chains_of(&[
        ("app-config.yaml", ""),
        ("app-config.live.yaml", ""),
        ("Dockerfile", IMAGE),
        ("packages/backend/Dockerfile", IMAGE),
        ("k8s/d.yaml", deployment),
    ]);
    assert_eq!(
        chains,
        [
            "Dockerfile!: app-config.yaml ? `kubernetes:backstage` may start this image with another command",
            "kubernetes:backstage!: app-config.yaml app-config.live.yaml",
            "packages/backend/Dockerfile!: app-config.yaml ? `kubernetes:backstage` starts the image with another command",
        ]
    );
}

#[test]
fn the_value_of_a_variable_that_holds_no_host_is_known_whatever_services_are_called() {
    let compose = "services:\n  hub:\n    build: .\n    environment: {APP_CONFIG_app_title: hub, PGUSER: db, PGHOST: db}\n  db: {image: postgres}\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("compose.yaml", compose),
    ]));
    let mut chains = workspace.app_roots[0].chains.iter();
    let chain = chains
        .find(|chain| &*chain.name.0 == "compose:hub")
        .unwrap();
    assert_eq!(
        known_environment(chain),
        [("APP_CONFIG_app_title", "hub"), ("PGUSER", "db")]
    );
    assert!(chain.is_complete());
}

#[test]
fn podman_reads_a_containerignore_before_a_dockerignore() {
    let with = |dockerfile: &str, more: &[(&str, &str)]| {
        let mut files = vec![
            ("app-config.yaml", ""),
            (dockerfile, IMAGE),
            (".containerignore", "app-config.yaml\n"),
        ];
        files.extend_from_slice(more);
        chains_of(&files).remove(0).contains("excludes")
    };
    let docker = [(".dockerignore", "node_modules\n")];
    assert!(with("Containerfile", &docker));
    assert!(!with("Dockerfile", &docker));
    assert!(with("Dockerfile", &[]));
    assert!(!with(
        "Containerfile",
        &[("Containerfile.containerignore", "\n")]
    ));
}

#[test]
fn an_entry_script_may_give_itself_the_layers() {
    let image = "FROM node\nWORKDIR /app\nCOPY app-config*.yaml docker-entrypoint.sh ./\nCMD [\"./docker-entrypoint.sh\"]\n";
    let script = "#!/bin/sh\nBASE=\"app-config.yaml\"\nset -- --config $BASE --config app-config.production.yaml\nif [ -n \"$MORE\" ]; then\n  set -- \"$@\" --config app-config.staging.yaml\nfi\nexec node packages/backend \"$@\"\n";
    let mut files = LAYERS.to_vec();
    files.extend([("Dockerfile", image), ("docker-entrypoint.sh", script)]);
    let [chain] = chains_of(&files).try_into().unwrap();
    assert!(
        chain.starts_with("Dockerfile!: app-config.yaml app-config.production.yaml app-config.staging.yaml ? `app-config.staging.yaml` depends on the environment"),
        "{chain}"
    );
}

#[test]
fn a_layer_that_a_start_command_names_is_for_more_than_one_machine() {
    let role = |name: &str| {
        let service = format!(
            "services:\n  hub:\n    build: .\n    command: [node, packages/backend, --config, {name}]\n"
        );
        let workspace = found(&MemoryFiles::new([
            ("app-config.yaml", ""),
            (name, ""),
            ("Dockerfile", IMAGE),
            ("compose.yaml", &service),
        ]));
        let root = &workspace.app_roots[0];
        root.layer(&FilePath::new(name)).unwrap().role.clone()
    };
    assert_eq!(role("app-config.local-stack.yaml"), LayerRole::Other);
    assert_eq!(role("app-config.local.yaml"), LayerRole::Local);
}
