use super::*;

const IMAGE: &str = "FROM node AS dev\nWORKDIR /src\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.staging.yaml\"]\n\
FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";

fn with_compose(name: &str, service: &str) -> Vec<String> {
    let text = format!("services:\n  db:\n    image: postgres\n  portal:\n{service}");
    let mut files = LAYERS.to_vec();
    files.push(("Dockerfile", IMAGE));
    files.push((name, &text));
    let chains = chains_of(&files);
    chains
        .into_iter()
        .filter(|chain| chain.contains("portal"))
        .collect()
}

#[test]
fn a_service_runs_the_image_it_is_built_from() {
    assert_eq!(
        with_compose("compose.yaml", "    build: .\n"),
        ["compose:portal!: app-config.yaml"]
    );
    assert_eq!(
        with_compose(
            "docker-compose.yml",
            "    build: {context: ., target: dev}\n"
        ),
        ["compose:portal!: app-config.staging.yaml"]
    );
    assert!(with_compose("compose.yaml", "    image: portal\n").is_empty());
}

#[test]
fn a_command_takes_the_place_of_the_image_s() {
    for command in [
        "node packages/backend --config app-config.yaml --config ./app-config.production.yaml",
        "[node, packages/backend, --config, app-config.yaml, \"--config=app-config.production.yaml\"]",
    ] {
        let service = format!("    build: .\n    command: {command}\n");
        assert_eq!(
            with_compose("compose.yaml", &service),
            ["compose:portal!: app-config.yaml app-config.production.yaml"],
            "{command}"
        );
    }
    assert_eq!(
        with_compose(
            "compose.yaml",
            "    image: x\n    command: node packages/backend --config ${LAYER:-app-config.yaml}\n"
        ),
        ["compose:portal!: app-config.yaml ? `app-config.yaml` depends on the environment"]
    );
}

#[test]
fn mounts_put_files_in_place() {
    assert_eq!(
        with_compose(
            "compose.yaml",
            "    build: .\n    volumes:\n      - ./app-config.production.yaml:/app/app-config.yaml:ro\n      - data:/data\n"
        ),
        ["compose:portal!: app-config.production.yaml"]
    );
    assert_eq!(
        with_compose(
            "compose.yaml",
            "    build: .\n    volumes: [\"${HOME}/x.yaml:/app/app-config.yaml\"]\n"
        ),
        ["compose:portal!:  ? `app-config.yaml` is not in this repository"]
    );
}

#[test]
fn variables_come_from_env_files_and_the_service() {
    let compose = "services:\n  portal:\n    build: .\n    env_file: [portal.env]\n    environment:\n      - PGSSLMODE=verify-full\n      - OPEN\n";
    let files = MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("compose.yaml", compose),
        ("portal.env", "PGSSLMODE=disable\nPGHOST=db\n"),
    ]);
    let workspace = found(&files);
    let chains = &workspace.app_roots[0].chains;
    let chain = chains
        .iter()
        .find(|chain| &*chain.name.0 == "compose:portal")
        .unwrap();
    assert_eq!(
        known_environment(chain),
        [("PGHOST", "db"), ("PGSSLMODE", "verify-full")]
    );
}

#[test]
fn services_for_development_are_not_production() {
    assert_eq!(
        with_compose("docker-compose.dev.yml", "    build: .\n"),
        ["docker-compose.dev.yml:portal: app-config.yaml"]
    );
}

#[test]
fn the_name_of_a_service_beside_it_says_nothing_about_where_it_runs() {
    let compose = "services:\n  postgres:\n    image: postgres\n  portal:\n    build: .\n    environment:\n      POSTGRES_HOST: postgres\n      POSTGRES_PORT: 5432\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("compose.yaml", compose),
    ]));
    let chains = &workspace.app_roots[0].chains;
    let chain = chains
        .iter()
        .find(|chain| &*chain.name.0 == "compose:portal")
        .unwrap();
    assert_eq!(known_environment(chain), [("POSTGRES_PORT", "5432")]);
}
