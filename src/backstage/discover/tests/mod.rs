use super::*;
use crate::files::MemoryFiles;
use crate::request::LocalLayers;

fn found(files: &MemoryFiles) -> Workspace {
    find(
        files,
        &FilePath::root(),
        &Options::default(),
        &mut Sources::default(),
    )
}

fn layers(root: &AppRoot) -> Vec<&str> {
    root.layers
        .iter()
        .map(|layer| layer.path.as_str())
        .collect()
}

/// Every chain as `name: layer layer`, with `!` behind the name of a production chain.
/// The variables of a chain that have known values.
fn known_environment(chain: &Chain) -> Vec<(&str, &str)> {
    chain
        .known_environment()
        .map(|(name, value)| (&**name, &**value))
        .collect()
}

fn chains(root: &AppRoot) -> Vec<String> {
    let show = |chain: &Chain| {
        let mark = if chain.production { "!" } else { "" };
        let layers: Vec<&str> = chain
            .layers
            .iter()
            .map(|layer| layer.path.as_str())
            .collect();
        format!("{}{mark}: {}", chain.name, layers.join(" "))
    };
    root.chains.iter().map(show).collect()
}

#[test]
fn without_start_commands_each_layer_stands_on_the_base() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("app-config.staging.yaml", ""),
        ("app-config-production.yml", ""),
        ("app-config.example.yaml", ""),
        ("config/app-config.extra.yaml", ""),
    ]));
    let [root] = workspace.app_roots.as_slice() else {
        panic!("one app root: {:?}", workspace.app_roots);
    };
    assert_eq!(
        chains(root),
        [
            "default: app-config.yaml",
            "extra: app-config.yaml config/app-config.extra.yaml",
            "production!: app-config.yaml app-config-production.yml",
            "staging: app-config.yaml app-config.staging.yaml",
        ]
    );
}

#[test]
fn ignored_local_layers_join_only_when_asked_for() {
    let files = MemoryFiles::new([
        (".git/index", "app-config.yaml\n"),
        (".gitignore", "*.local.yaml\n"),
        ("app-config.yaml", ""),
        ("app-config.local.yaml", ""),
    ]);
    let with = Options {
        local_layers: LocalLayers::Join,
        ..Options::default()
    };
    let joined = find(&files, &FilePath::root(), &with, &mut Sources::default());
    assert_eq!(
        chains(&found(&files).app_roots[0]),
        ["default: app-config.yaml"]
    );
    assert_eq!(
        chains(&joined.app_roots[0]),
        [
            "default: app-config.yaml",
            "local: app-config.yaml app-config.local.yaml"
        ]
    );
}

#[test]
fn each_base_layer_makes_an_app_root_and_takes_the_layers_below() {
    let workspace = found(&MemoryFiles::new([
        ("a/app-config.yaml", ""),
        ("a/deploy/app-config.production.yaml", ""),
        ("b/app-config.yaml", ""),
        ("c/package.json", "{}"),
        ("c/config/app-config.production.yaml", ""),
    ]));
    let roots: Vec<(&str, Vec<&str>)> = workspace
        .app_roots
        .iter()
        .map(|root| (root.path.as_str(), layers(root)))
        .collect();
    assert_eq!(
        roots,
        [
            (
                "a",
                vec!["a/app-config.yaml", "a/deploy/app-config.production.yaml"]
            ),
            ("b", vec!["b/app-config.yaml"]),
            ("c", vec!["c/config/app-config.production.yaml"]),
        ]
    );
}

#[test]
fn look_alikes_are_left_out_with_a_reason() {
    let workspace = found(&MemoryFiles::new([
        (
            "chart/templates/app-config.yaml",
            "app:\n  title: {{ .Values.title }}\n",
        ),
        ("templates/x/skeleton/app-config.yaml", "app: {}\n"),
        ("app-config.yaml.swp", ""),
        ("k8s/app-config.yaml", "apiVersion: v1\nkind: ConfigMap\n"),
    ]));
    assert!(workspace.app_roots.is_empty());
    let reasons: Vec<&str> = workspace
        .left_out
        .iter()
        .map(|out| out.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "is a backup copy of an editor or tool",
            "is a template",
            "is a document of kind ConfigMap",
            "is part of a scaffolder template",
        ]
    );
}

/// The chains of a tree with one app root, with `?` and the reason for each lack.
fn chains_of(files: &[(&str, &str)]) -> Vec<String> {
    let workspace = found(&MemoryFiles::new(files.iter().copied()));
    let [root] = workspace.app_roots.as_slice() else {
        panic!("one app root: {:?}", workspace.app_roots);
    };
    let lacks = root.chains.iter().map(|chain| {
        let reasons: Vec<&str> = chain
            .lacks
            .iter()
            .map(|lack| lack.reason.as_str())
            .collect();
        reasons
            .iter()
            .map(|reason| format!(" ? {reason}"))
            .collect::<String>()
    });
    chains(root)
        .into_iter()
        .zip(lacks)
        .map(|(chain, lacks)| chain + &lacks)
        .collect()
}

const LAYERS: [(&str, &str); 3] = [
    ("app-config.yaml", ""),
    ("app-config.production.yaml", ""),
    ("app-config.staging.yaml", ""),
];

fn with_dockerfile(text: &str) -> Vec<String> {
    let mut files = LAYERS.to_vec();
    files.push(("Dockerfile", text));
    chains_of(&files)
}

#[test]
fn the_command_of_an_image_names_its_layers() {
    assert_eq!(
        with_dockerfile(
            "FROM node AS build\nCMD [\"no\"]\nFROM node\nWORKDIR /app\nCOPY app-config*.yaml ./\n\
             CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config=app-config.production.yaml\"]\n"
        ),
        ["Dockerfile!: app-config.yaml app-config.production.yaml"]
    );
}

#[test]
fn entry_point_and_command_are_one_command_line() {
    let entry = "FROM node\nENTRYPOINT [\"tini\", \"--\", \"node\", \"packages/backend\"]\n";
    assert_eq!(
        with_dockerfile(&format!("{entry}CMD [\"--config\", \"app-config.yaml\"]\n")),
        ["Dockerfile!: app-config.yaml"]
    );
    assert_eq!(
        with_dockerfile(
            "FROM node\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n"
        ),
        ["Dockerfile!: app-config.yaml ? `/entrypoint.sh` may add layers"]
    );
}

#[test]
fn an_entry_point_script_that_runs_its_arguments_is_no_lack() {
    let image = "FROM node\nWORKDIR /app\nCOPY docker/run.sh app-config.yaml ./\nENTRYPOINT [\"./run.sh\"]\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let with = |script: &str| {
        chains_of(&[
            ("app-config.yaml", ""),
            ("Dockerfile", image),
            ("docker/run.sh", script),
        ])
    };
    assert_eq!(
        with("#!/bin/sh\nwait-for db\nexec \"$@\"\n"),
        ["Dockerfile!: app-config.yaml"]
    );
    assert_eq!(
        with("#!/bin/sh\nexec \"$@\" --config extra.yaml\n"),
        ["Dockerfile!: app-config.yaml ? `./run.sh` may add layers"]
    );
}

#[test]
fn shell_forms_are_read_word_by_word() {
    for command in [
        "CMD node packages/backend --config app-config.yaml --config app-config.staging.yaml",
        "CMD [\"sh\", \"-c\", \"cd /app && exec node packages/backend --config /app/app-config.yaml --config app-config.staging.yaml\"]",
        "ENTRYPOINT node packages/backend --config app-config.yaml \\\n  # note\n  --config app-config.staging.yaml\nCMD [\"ignored\"]",
    ] {
        let text = format!("FROM node\nWORKDIR /app\n{command}\n");
        assert_eq!(
            with_dockerfile(&text),
            ["Dockerfile!: app-config.yaml app-config.staging.yaml"],
            "{command}"
        );
    }
}

#[test]
fn copies_rename_layers() {
    assert_eq!(
        with_dockerfile(
            "FROM node\nWORKDIR /app\nCOPY app-config.production.yaml ./app-config.yaml\nCMD [\"node\", \"packages/backend\"]\n"
        ),
        ["Dockerfile!: app-config.production.yaml"]
    );
    assert_eq!(
        with_dockerfile(
            "FROM node AS build\nWORKDIR /src\nCOPY app-config.staging.yaml two.yaml\nFROM node\nWORKDIR /app\n\
             COPY app-config.yaml ./\nCOPY --from=build /src/two.yaml ./\n\
             CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"two.yaml\"]\n"
        ),
        ["Dockerfile!: app-config.yaml app-config.staging.yaml"]
    );
}

#[test]
fn open_names_make_a_chain_incomplete() {
    let image = |argument: &str| {
        with_dockerfile(&format!(
            "FROM node\n{argument}\nWORKDIR /app\nCOPY app-config.yaml ./\nCOPY app-config.${{APP}}.yaml ./extra.yaml\n\
             CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"extra.yaml\"]\n"
        ))
    };
    assert_eq!(
        image("ARG APP"),
        ["Dockerfile!: app-config.yaml ? `extra.yaml` depends on the environment"]
    );
    assert_eq!(
        image("ENV APP=staging"),
        ["Dockerfile!: app-config.yaml app-config.staging.yaml"]
    );
    assert_eq!(
        with_dockerfile("FROM node\nCMD node packages/backend --config app-config.yaml $MORE\n"),
        ["Dockerfile!: app-config.yaml ? `$MORE` may add layers"]
    );
}

#[test]
fn layers_from_elsewhere_make_a_chain_incomplete() {
    let image = |path: &str| {
        with_dockerfile(&format!(
            "FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"{path}\"]\n"
        ))
    };
    assert_eq!(
        image("/config/x.yaml"),
        ["Dockerfile!:  ? `/config/x.yaml` is not in this repository"]
    );
    assert_eq!(
        image("app-config.prod.yaml"),
        ["Dockerfile!:  ? `app-config.prod.yaml` does not exist"]
    );
    assert_eq!(
        image("https://u:p@example.org/c"),
        ["Dockerfile!:  ? a layer is loaded from a URL"]
    );
}

#[test]
fn variables_of_the_image_belong_to_the_chain() {
    let text = "FROM node\nENV PGSSLMODE=require APP_CONFIG_app_title=x\nARG MODE\nENV OTHER=$MODE APP_CONFIG_app_mode=$MODE\n\
                CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", text),
    ]));
    let chain = &workspace.app_roots[0].chains[0];
    assert_eq!(
        known_environment(chain),
        [("PGSSLMODE", "require"), ("APP_CONFIG_app_title", "x")]
    );
    let mode = LackKind::EnvironmentOverrides("APP_CONFIG_app_mode".into());
    let lacks: Vec<&LackKind> = chain.lacks.iter().map(|lack| &lack.kind).collect();
    assert_eq!(lacks, [&mode]);
    assert!(chain.is_complete());
}

#[test]
fn chains_keep_the_places_of_the_command_and_of_each_layer() {
    let text = "FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let files = MemoryFiles::new([("app-config.yaml", ""), ("docker/Dockerfile", text)]);
    let mut sources = Sources::default();
    let workspace = find(&files, &FilePath::root(), &Options::default(), &mut sources);
    let chain = &workspace.app_roots[0].chains[0];
    let ChainOrigin::StartCommand { place, .. } = chain.origin else {
        panic!("{:?}", chain.origin);
    };
    assert!(sources.slice(place).starts_with("CMD [") && sources.slice(place).ends_with(']'));
    assert_eq!(
        sources.slice(chain.layers[0].named_at.unwrap()),
        "app-config.yaml"
    );
    assert_eq!(sources.get(place.source).path(), "docker/Dockerfile");
}

#[test]
fn images_for_development_are_not_production_unless_they_load_it() {
    let command = "FROM node\nCMD [\"node\", \"packages/backend\", \"--config\", ";
    assert_eq!(
        chains_of(&[
            ("app-config.yaml", ""),
            ("app-config.production.yaml", ""),
            (
                "Dockerfile.dev",
                &format!("{command}\"app-config.yaml\"]\n")
            ),
            (
                "dev.Dockerfile",
                &format!("{command}\"app-config.production.yaml\"]\n")
            ),
        ]),
        [
            "Dockerfile.dev: app-config.yaml",
            "dev.Dockerfile!: app-config.production.yaml"
        ]
    );
}

#[test]
fn an_image_loads_files_that_no_name_gives_away() {
    let text = "FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"conf/base.yaml\"]\n";
    let workspace = found(&MemoryFiles::new([
        ("conf/base.yaml", ""),
        ("Dockerfile", text),
        ("package.json", "{}"),
    ]));
    assert_eq!(workspace.app_roots[0].layers[0].role, LayerRole::Other);
    assert_eq!(
        chains(&workspace.app_roots[0]),
        ["Dockerfile!: conf/base.yaml"]
    );
}

fn with_scripts(root: &str, backend: &str) -> Vec<String> {
    let mut files = LAYERS.to_vec();
    let (root, backend) = (
        format!("{{\"scripts\": {{{root}}}}}"),
        format!("{{\"scripts\": {{{backend}}}}}"),
    );
    files.push(("package.json", &root));
    files.push(("packages/backend/package.json", &backend));
    let chains = chains_of(&files);
    let scripts = chains
        .into_iter()
        .filter(|chain| !chain.starts_with("production") && !chain.starts_with("staging"));
    scripts.collect()
}

#[test]
fn scripts_that_leave_the_layers_to_the_loader_are_the_chain_development() {
    for (root, backend) in [
        (r#""start": "backstage-cli repo start""#, ""),
        (
            r#""dev": "concurrently \"yarn start\" \"yarn start-backend\"", "start-backend": "yarn workspace backend start""#,
            r#""start": "backstage-cli package start --require ./src/instrumentation.js", "build": "backstage-cli package build""#,
        ),
        (
            r#""start": "cd packages/backend && node dist/index.cjs.js""#,
            "",
        ),
        (
            r#""start": "NODE_OPTIONS=--no-node-snapshot turbo run start --filter=backend""#,
            "",
        ),
        (
            r#""start": "yarn env-cmd yarn backstage-cli repo start""#,
            "",
        ),
    ] {
        assert_eq!(
            with_scripts(root, backend),
            ["development: app-config.yaml"],
            "{root} {backend}"
        );
    }
    assert_eq!(
        with_scripts(
            r#""build": "backstage-cli repo build", "lint": "eslint .""#,
            ""
        ),
        ["default: app-config.yaml"]
    );
}

#[test]
fn scripts_name_layers_from_the_folder_they_run_in() {
    assert_eq!(
        with_scripts(
            r#""start:staging": "yarn workspace backend start --config ../../app-config.yaml --config=../../app-config.staging.yaml""#,
            r#""start": "backstage-cli package start --config ../../app-config.yaml", "start:gone": "node dist/index.cjs.js --config gone.yaml""#,
        ),
        [
            "packages/backend:start: app-config.yaml",
            "packages/backend:start:gone:  ? `packages/backend/gone.yaml` does not exist",
            "start:staging: app-config.yaml app-config.staging.yaml",
        ]
    );
    assert_eq!(
        with_scripts(
            r#""start:prod": "node packages/backend --config app-config.yaml --config app-config.production.yaml""#,
            ""
        ),
        ["start:prod!: app-config.yaml app-config.production.yaml"]
    );
}

#[test]
fn the_environment_picks_layers_by_name() {
    assert_eq!(
        with_scripts(
            r#""start": "BACKSTAGE_ENV=staging backstage-cli repo start""#,
            ""
        ),
        ["development: app-config.yaml app-config.staging.yaml"]
    );
    assert_eq!(
        with_scripts(
            r#""a": "BACKSTAGE_ENV=staging backstage-cli repo start", "start": "backstage-cli repo start""#,
            ""
        ),
        [
            "a: app-config.yaml app-config.staging.yaml",
            "development: app-config.yaml"
        ]
    );
    let open = with_scripts(
        r#""start": "BACKSTAGE_ENV=$WHERE backstage-cli repo start""#,
        "",
    );
    assert!(
        open[0].starts_with("development: app-config.yaml ?"),
        "{open:?}"
    );
}

#[test]
fn where_nothing_deploys_an_app_each_further_layer_is_a_chain_beside_development() {
    let mut files = LAYERS.to_vec();
    files.push((
        "package.json",
        r#"{"scripts": {"start": "backstage-cli repo start"}}"#,
    ));
    assert_eq!(
        chains_of(&files),
        [
            "development: app-config.yaml",
            "production!: app-config.yaml app-config.production.yaml",
            "staging: app-config.yaml app-config.staging.yaml",
        ]
    );
}

#[test]
fn a_start_that_cannot_be_read_makes_the_chains_by_convention_incomplete() {
    let image = "FROM node\nWORKDIR /app\nCOPY app-config*.yaml ./\nENTRYPOINT [\"bin/run.sh\"]\n";
    let lack = "? `bin/run.sh` may choose the layers";
    assert_eq!(
        with_dockerfile(image),
        [
            format!("default: app-config.yaml {lack}"),
            format!("production!: app-config.yaml app-config.production.yaml {lack}"),
            format!("staging: app-config.yaml app-config.staging.yaml {lack}"),
        ]
    );
}

mod compose;
mod files_made;
mod followed;
mod helm;
mod hostile;
mod kubernetes;
mod kustomize;
mod kustomize_more;
mod multiplied;
mod not_ours;
mod overlaid;
mod plain;
mod programs;
mod ready_images;

#[test]
fn what_stands_behind_two_dashes_is_for_the_script() {
    for script in [
        "turbo run start --filter=backend -- --config ../../app-config.staging.yaml",
        "NODE_ENV=x nx run backend:start -- --config ../../app-config.staging.yaml",
        "npm run start-backend -- --config app-config.staging.yaml",
    ] {
        let root = format!(
            r#""start-backend": "yarn workspace backend start", "dev:staging": "{script}""#
        );
        let backend = r#""start": "backstage-cli package start""#;
        let chains = with_scripts(&root, backend);
        assert!(
            chains.contains(&"dev:staging: app-config.staging.yaml".to_owned()),
            "{script}: {chains:?}"
        );
    }
}
