//! What the fixtures of each kind of deployment come to, over the built binary.

use std::fs;

use crate::support::Portal;
use serde_json::Value;

/// The findings of these rules in a fixture, as `path:line:column rule`, in order.
fn findings(fixture: &str, rules: &[&str]) -> Vec<String> {
    let lines = Portal::fixture(fixture).findings(&[]).into_iter();
    lines
        .filter(|line| rules.contains(&line.rule.as_str()))
        .map(|line| format!("{}:{}:{} {}", line.path, line.line, line.column, line.rule))
        .collect()
}

/// The chains of a fixture, as `name[!][?]: layers`: production and not complete.
fn chains(fixture: &str) -> Vec<String> {
    chains_of(&Portal::fixture(fixture))
}

fn chains_of(portal: &Portal) -> Vec<String> {
    let answer = portal.run(&["chains", "--format", "json"]);
    let document: Value = serde_json::from_str(&answer.stdout).unwrap();
    let roots = document["appRoots"].as_array().unwrap();
    let chains = roots
        .iter()
        .flat_map(|root| root["chains"].as_array().unwrap());
    chains
        .map(|chain| {
            let layers = chain["layers"].as_array().unwrap().iter();
            let layers: Vec<&str> = layers
                .map(|layer| layer["path"].as_str().unwrap())
                .collect();
            let production = if chain["production"] == true { "!" } else { "" };
            let complete = if chain["complete"] == true { "" } else { "?" };
            let name = chain["name"].as_str().unwrap();
            format!("{name}{production}{complete}: {}", layers.join(" "))
        })
        .collect()
}

/// The bytes under the labels of the findings of a rule in a fixture, the primary one first.
fn labels(fixture: &str, rule: &str) -> Vec<Vec<(String, String)>> {
    let portal = Portal::fixture(fixture);
    let answer = portal.run(&["--format", "json"]);
    let document: Value = serde_json::from_str(&answer.stdout).unwrap();
    let slice = |label: &Value| {
        let path = label["path"].as_str().unwrap();
        let text = fs::read(portal.path().join(path)).unwrap();
        let at = |end: &str| usize::try_from(label["bytes"][end].as_u64().unwrap()).unwrap();
        let bytes = &text[at("start")..at("end")];
        (path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap())
    };
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["rule"] == rule)
        .map(|finding| {
            let related = finding["related"].as_array().unwrap().iter();
            std::iter::once(&finding["primary"])
                .chain(related)
                .map(slice)
                .collect()
        })
        .collect()
}

fn label(path: &str, bytes: &str) -> (String, String) {
    (path.to_owned(), bytes.to_owned())
}

const RULES: &[&str] = &[
    "memory-database-in-production",
    "production-layer-not-loaded",
    "chain-layer-missing",
    "layer-order",
    "hardcoded-secret",
];

#[test]
fn an_image_that_omits_the_production_layer_runs_in_memory() {
    assert_eq!(
        findings("deploy-image", RULES),
        [
            "app-config.yaml:9:17 memory-database-in-production",
            "packages/backend/Dockerfile:9:1 production-layer-not-loaded",
        ]
    );
}

#[test]
fn the_labels_stand_on_the_command_of_the_image_and_on_the_layer_it_omits() {
    let found = labels("deploy-image", "production-layer-not-loaded");
    let command = r#"CMD ["node", "packages/backend", "--config", "app-config.yaml"]"#;
    assert_eq!(
        found,
        [[
            label("packages/backend/Dockerfile", command),
            label("app-config.production.yaml", "")
        ]]
    );
    let found = labels("deploy-image", "memory-database-in-production");
    assert_eq!(found[0][0], label("app-config.yaml", "\":memory:\""));
    assert_eq!(found[0][1], label("app-config.yaml", "better-sqlite3"));
}

#[test]
fn labels_in_a_block_of_a_config_map_stand_on_its_very_bytes() {
    let found = labels("deploy-kubernetes", "memory-database-in-production");
    assert_eq!(found[0][0], label("k8s/config.yaml", "':memory:'"));
    assert_eq!(found[0][1], label("k8s/config.yaml", "better-sqlite3"));
}

#[test]
fn labels_in_values_stand_on_their_very_bytes() {
    let found = labels("deploy-helm", "memory-database-in-production");
    assert_eq!(
        found[0][0],
        label("charts/portal/values-staging.yaml", "':memory:'")
    );
    let found = labels("deploy-red-hat", "hardcoded-secret");
    assert_eq!(found, [[label("values.yaml", "quay-hub-7f3aX")]]);
    let found = labels("deploy-gitops", "memory-database-in-production");
    assert_eq!(
        found[0][0],
        label("clusters/quay/portal.yaml", "':memory:'")
    );
}

#[test]
fn workloads_of_every_kind_make_chains() {
    let both = "app-config.yaml app-config.cluster.yaml";
    assert_eq!(
        chains("deploy-workloads"),
        [
            "development: app-config.yaml".to_owned(),
            format!("kubernetes:portal!: {both}"),
            format!("kubernetes:portal-once!: {both}"),
            format!("kubernetes:portal-try!: {both}"),
            format!("packages/backend/Dockerfile!: {both}"),
        ]
    );
    assert_eq!(
        chains("deploy-kubernetes")[1],
        "kubernetes:portal!: app-config.yaml k8s/config.yaml#app-config.cluster.yaml"
    );
}

/// A ConfigMap with a secret at the key `app-config.hub.yaml`.
fn config_map(name: &str, namespace: &str, password: &str) -> String {
    format!(
        "kind: ConfigMap\nmetadata: {{name: {name}{namespace}}}\ndata:\n  app-config.hub.yaml: |\n    \
         backend: {{database: {{client: pg, connection: {{password: {password}}}}}}}\n"
    )
}

/// A Deployment that loads that key of a ConfigMap.
fn deployment(name: &str, namespace: &str, config_map: &str) -> String {
    format!(
        "kind: Deployment\nmetadata: {{name: {name}{namespace}}}\nspec:\n  template:\n    spec:\n      \
         containers:\n        - name: portal\n          image: acme/backstage\n          \
         command: [node, packages/backend, --config, /cfg/app-config.hub.yaml]\n          \
         volumeMounts: [{{name: v, mountPath: /cfg}}]\n      \
         volumes: [{{name: v, configMap: {{name: {config_map}}}}}]\n"
    )
}

#[test]
fn config_maps_of_one_file_with_the_same_key_are_layers_of_their_own() {
    let documents = [
        config_map("hub", ", namespace: quay", "quay-hub-1a7f"),
        config_map("hub", ", namespace: pier", "pier-hub-2b8e"),
        config_map("desk", "", "desk-3c9d"),
        config_map("desk", "", "desk-4d0c"),
        deployment("of-quay", ", namespace: quay", "hub"),
        deployment("of-pier", ", namespace: pier", "hub"),
        deployment("of-nobody", "", "hub"),
    ];
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("k8s.yaml", &documents.join("---\n")),
    ]);
    assert_eq!(
        chains_of(&portal),
        [
            "kubernetes:of-nobody!?: ",
            "kubernetes:of-pier!: k8s.yaml#hub.pier:app-config.hub.yaml",
            "kubernetes:of-quay!: k8s.yaml#hub.quay:app-config.hub.yaml",
        ]
    );
    let lines = portal.findings(&[]).into_iter();
    let secrets = lines.filter(|line| line.rule == "hardcoded-secret");
    let places: Vec<usize> = secrets.map(|line| line.line).collect();
    assert_eq!(places, [5, 11, 17, 23]);
    let answer = portal.run(&["chains"]);
    assert!(answer.stdout.contains("2 ConfigMaps have the name `hub`"));
    assert!(
        answer
            .stdout
            .contains("k8s.yaml#desk (2):app-config.hub.yaml")
    );
}

#[test]
fn the_items_of_a_list_are_manifests() {
    let indented =
        |document: &str| format!("  - {}\n", document.trim_end().replace('\n', "\n    "));
    let list = format!(
        "kind: List\nitems:\n{}{}",
        indented(&config_map("hub", "", "quay-hub-1a7f")),
        indented(&deployment("hub", "", "hub")),
    );
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("k8s.yaml", &list),
    ]);
    assert_eq!(
        chains_of(&portal),
        ["kubernetes:hub!: k8s.yaml#app-config.hub.yaml"]
    );
    let lines = portal.findings(&[]).into_iter();
    let secrets = lines.filter(|line| line.rule == "hardcoded-secret");
    let places: Vec<(usize, usize)> = secrets.map(|line| (line.line, line.column)).collect();
    assert_eq!(places, [(7, 65)]);
}

#[test]
fn values_of_one_file_with_the_same_key_are_layers_of_their_own() {
    let release = |name: &str| {
        format!(
            "kind: HelmRelease\nmetadata: {{name: {name}}}\nspec:\n  chart: {{spec: {{chart: backstage}}}}\n  \
             values:\n    backstage:\n      appConfig:\n        app: {{title: {name}}}\n"
        )
    };
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        (
            "releases.yaml",
            &format!("{}---\n{}", release("quay"), release("pier")),
        ),
    ]);
    let key = "releases.yaml#spec.values.backstage.appConfig";
    assert_eq!(
        chains_of(&portal),
        [
            format!("helm:releases.yaml!: {key}"),
            format!("helm:releases.yaml (2)!: {key} (2)"),
        ]
    );
}

#[test]
fn variables_of_a_config_map_are_those_of_the_workload() {
    let portal = Portal::fixture("deploy-workloads");
    let chains_without_tls = |portal: &Portal| -> Vec<String> {
        let answer = portal.run(&["--format", "json"]);
        let document: Value = serde_json::from_str(&answer.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap().iter();
        let of_tls = findings.filter(|finding| finding["rule"] == "tls-missing-in-production");
        of_tls
            .flat_map(|finding| finding["chains"].as_array().unwrap().clone())
            .map(|chain| chain.as_str().unwrap().to_owned())
            .collect()
    };
    // The image alone may be on this machine: its host has a local default that a deployment replaces.
    assert_eq!(
        chains_without_tls(&portal),
        ["kubernetes:portal-once", "kubernetes:portal-try"]
    );
    portal.edit("k8s/environment.yaml", "  PGSSLMODE: verify-full\n", "");
    assert_eq!(
        chains_without_tls(&portal),
        [
            "kubernetes:portal",
            "kubernetes:portal-once",
            "kubernetes:portal-try"
        ]
    );
}

#[test]
fn values_of_both_charts_make_chains_in_the_order_of_their_templates() {
    assert_eq!(
        chains("deploy-chart-database")[1],
        "helm:values.yaml!: app-config.yaml extra.yaml#app-config.extra.yaml values.yaml#backstage.appConfig"
    );
    assert_eq!(
        chains("deploy-red-hat"),
        [
            "helm:values.yaml!?: hub-config.yaml#app-config.hub.yaml values.yaml#upstream.backstage.appConfig"
        ]
    );
    assert_eq!(
        chains("deploy-gitops")[1..],
        [
            "helm:argo/portal.yaml!: app-config.yaml argo/portal.yaml#spec.source.helm.valuesObject.backstage.appConfig",
            "helm:clusters/quay/portal.yaml!: app-config.yaml clusters/quay/portal.yaml#spec.values.backstage.appConfig",
        ]
    );
}

#[test]
fn the_database_that_a_chart_brings_is_no_file_in_memory_and_not_on_this_machine() {
    let rules = &["memory-database-in-production", "tls-missing-in-production"];
    assert_eq!(
        findings("deploy-chart-database", rules),
        ["values.yaml:20:17 tls-missing-in-production"]
    );
    // Without it nothing sets POSTGRES_HOST, and the default is this machine.
    let portal = Portal::fixture("deploy-chart-database");
    portal.edit("values.yaml", "enabled: true", "enabled: false");
    let lines = portal.findings(&[]);
    assert!(
        lines
            .iter()
            .all(|line| !rules.contains(&line.rule.as_str()))
    );
    // With it, and nothing that uses it, the data is in memory all the same.
    let portal = Portal::fixture("deploy-chart-database");
    let database = "      database:\n        client: pg\n        connection:\n          host: ${POSTGRES_HOST:-localhost}\n          port: ${POSTGRES_PORT}\n          user: ${POSTGRES_USER}\n          password: ${POSTGRES_PASSWORD}\n";
    portal.edit("values.yaml", database, "");
    let lines = portal.findings(&[]).into_iter();
    let found: Vec<(String, usize)> = lines
        .filter(|line| rules.contains(&line.rule.as_str()))
        .map(|line| (line.path, line.line))
        .collect();
    assert_eq!(found, [("app-config.yaml".to_owned(), 9)]);
}

#[test]
fn the_backend_of_a_rush_repository_is_the_one_whose_drivers_count() {
    assert_eq!(
        labels("workspace-rush", "missing-driver")[0][1],
        label("apps/portal-backend/package.json", "\"dependencies\"")
    );
}

#[test]
fn processes_of_every_kind_make_chains() {
    let both = "app-config.yaml app-config.production.yaml";
    assert_eq!(
        chains("deploy-processes"),
        [
            "Makefile:run: app-config.yaml".to_owned(),
            format!("Procfile:web!: {both}"),
            "deploy/entrypoint.sh?: app-config.yaml".to_owned(),
            format!("deploy/portal.service!: {both}"),
            "development: app-config.yaml".to_owned(),
        ]
    );
    assert_eq!(
        chains("deploy-compose")[..2],
        [
            "compose:portal!: app-config.yaml deploy/app-config.compose.yaml",
            "compose:portal-dev: app-config.yaml",
        ]
    );
}

/// A portal with a compose file and the layers it may load.
fn composed(compose: &str, more: &[(&str, &str)]) -> Portal {
    let mut files = vec![
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("app-config.compose.yaml", "app:\n  title: Compose\n"),
        (
            "app-config.production.yaml",
            "app:\n  title: Portal of Quay\n",
        ),
        (
            "Dockerfile",
            "FROM node:22 AS run\nWORKDIR /app\nCOPY app-config*.yaml ./\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n",
        ),
        ("compose.yaml", compose),
    ];
    files.extend(more);
    Portal::of(&files)
}

/// The chains of compose files alone.
fn composed_chains(compose: &str, more: &[(&str, &str)]) -> Vec<String> {
    let mut chains = chains_of(&composed(compose, more));
    chains.retain(|chain| chain.contains("compose:") || chain.contains("compose."));
    chains
}

#[test]
fn merge_keys_of_a_compose_file_are_carried_out() {
    let compose = r#"
x-image: &image {build: .}
x-variables: &variables {BACKSTAGE_ENV: compose}
services:
  command:
    <<: *image
    command: node packages/backend --config app-config.yaml --config app-config.compose.yaml
  mount:
    <<: [*image, {command: node packages/backend --config app-config.production.yaml}]
    volumes: ["./app-config.compose.yaml:/app/app-config.production.yaml"]
  variable:
    build: .
    command: node packages/backend
    environment: {<<: *variables, LOG_LEVEL: info}
"#;
    assert_eq!(
        composed_chains(compose, &[]),
        [
            "compose:command!: app-config.yaml app-config.compose.yaml",
            "compose:mount!: app-config.compose.yaml",
            "compose:variable!: app-config.yaml app-config.compose.yaml",
        ]
    );
}

#[test]
fn a_doubled_dollar_is_one_for_the_shell_in_the_container() {
    let compose = r#"
services:
  double: &double
    image: acme/backstage
    environment: [LAYER=app-config.compose.yaml]
    command: sh -c "node packages/backend --config app-config.yaml --config $$LAYER"
  list:
    <<: *double
    command: [sh, -c, "node packages/backend --config app-config.yaml --config $${LAYER}"]
  single:
    <<: *double
    command: sh -c 'exec node packages/backend --config "$${LAYER:-app-config.production.yaml}"'
  of-compose:
    <<: *double
    command: sh -c "node packages/backend --config app-config.yaml --config ${LAYER}"
  of-compose-with-default:
    <<: *double
    command: sh -c "node packages/backend --config app-config.yaml --config ${LAYER:-app-config.production.yaml}"
  no-shell:
    <<: *double
    command: node packages/backend --config app-config.yaml --config ${LAYER:-app-config.production.yaml}
"#;
    assert_eq!(
        composed_chains(compose, &[]),
        [
            "compose:double!: app-config.yaml app-config.compose.yaml",
            "compose:list!: app-config.yaml app-config.compose.yaml",
            "compose:no-shell!?: app-config.yaml app-config.production.yaml",
            "compose:of-compose!?: app-config.yaml",
            "compose:of-compose-with-default!?: app-config.yaml app-config.production.yaml",
            "compose:single!: app-config.compose.yaml",
        ]
    );
}

#[test]
fn configs_of_compose_are_files_in_the_container() {
    let compose = r#"
services:
  portal:
    build: .
    command: node packages/backend --config app-config.production.yaml --config /other.yaml
    configs: [{source: layer, target: /app/app-config.production.yaml}, other.yaml]
configs:
  layer: {file: ./app-config.compose.yaml}
  other.yaml: {external: true}
"#;
    assert_eq!(
        composed_chains(compose, &[]),
        ["compose:portal!?: app-config.compose.yaml"]
    );
}

#[test]
fn a_layer_mounted_into_an_image_from_elsewhere_is_the_one_that_is_loaded() {
    let compose = r#"
services:
  portal:
    image: acme/backstage
    command: node packages/backend --config app-config.yaml
    volumes: ["./app-config.production.yaml:/app/app-config.yaml:ro"]
"#;
    assert_eq!(
        composed_chains(compose, &[]),
        ["compose:portal!: app-config.production.yaml"]
    );
}

#[test]
fn a_service_has_what_it_extends() {
    let compose = r#"
services:
  base:
    image: acme/backstage
    command: node packages/backend --config app-config.yaml
  by-name: {extends: base}
  by-service:
    extends: {service: by-name}
    volumes: ["./app-config.compose.yaml:/app/app-config.yaml"]
  of-file:
    extends: {file: deploy/common.yaml, service: portal}
  of-nowhere:
    extends: {file: deploy/gone.yaml, service: portal}
    command: node packages/backend --config app-config.yaml
  turns: {extends: turned, command: node packages/backend --config app-config.yaml}
  turned: {extends: turns}
"#;
    let common = "services:\n  portal:\n    build: {context: ..}\n    \
                  volumes: ['../app-config.compose.yaml:/app/app-config.yaml']\n";
    assert_eq!(
        composed_chains(compose, &[("deploy/common.yaml", common)]),
        [
            "compose:base!: app-config.yaml",
            "compose:by-name!: app-config.yaml",
            "compose:by-service!: app-config.compose.yaml",
            "compose:of-file!: app-config.compose.yaml",
            "compose:of-nowhere!?: app-config.yaml",
            "compose:turned!?: app-config.yaml",
            "compose:turns!?: app-config.yaml",
        ]
    );
}

#[test]
fn what_compose_reads_on_top_makes_chains_of_both_files() {
    let compose = r#"
services:
  portal:
    build: {context: ., dockerfile: Dockerfile}
    command: node packages/backend --config app-config.yaml --config app-config.production.yaml
  other:
    build: .
"#;
    let on_top = "services:\n  portal:\n    build: {target: run}\n    \
                  volumes: ['./app-config.compose.yaml:/app/app-config.production.yaml']\n  \
                  other: {ports: ['7007']}\n";
    assert_eq!(
        composed_chains(compose, &[("docker-compose.override.yaml", on_top)]),
        [
            "compose:other!: app-config.yaml",
            "compose:portal!?: app-config.yaml app-config.production.yaml",
            "docker-compose.override.yaml:portal!: app-config.yaml app-config.compose.yaml",
        ]
    );
}

#[test]
fn package_managers_start_scripts_in_the_folder_they_are_told() {
    let scripts = r#"{"private": true, "workspaces": ["packages/*"], "scripts": {
        "yarn": "yarn --cwd packages/backend start --config ../../app-config.yaml",
        "npm": "npm --prefix=packages/backend run start -- --config ../../app-config.yaml",
        "pnpm": "pnpm -C packages/backend start --config ../../app-config.yaml",
        "gone": "yarn --cwd packages/backend start --config gone.yaml",
        "env-cmd": "env-cmd -f .env node packages/backend --config app-config.yaml",
        "dotenv": "dotenv -e .env node packages/backend --config app-config.yaml"
    }}"#;
    let backend = r#"{"name": "portal-backend", "backstage": {"role": "backend"}, "dependencies": {"@backstage/backend-defaults": "^0.13.0"}}"#;
    let procfile = "web: yarn workspace portal-backend start --config ../../app-config.yaml\n\
                    other: yarn workspace worker start --config ../../app-config.yaml\n";
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("package.json", scripts),
        ("packages/backend/package.json", backend),
        ("Procfile", procfile),
    ]);
    assert_eq!(
        chains_of(&portal),
        [
            "Procfile:other!?: ",
            "Procfile:web!: app-config.yaml",
            "dotenv: app-config.yaml",
            "env-cmd: app-config.yaml",
            "gone?: ",
            "npm: app-config.yaml",
            "pnpm: app-config.yaml",
            "yarn: app-config.yaml",
        ]
    );
}

#[test]
fn a_template_without_quotes_in_values_is_not_known() {
    let values = |url: &str| {
        format!(
            "backstage:\n  appConfig:\n    app:\n      title: {{{{ .Values.title }}}}\n    backend:\n      \
             baseUrl: {url}\n"
        )
    };
    let portal = |url: &str| {
        Portal::of(&[
            ("app-config.yaml", "app:\n  title: Portal\n"),
            ("values.yaml", &values(url)),
        ])
    };
    let template = portal("{{ .Values.url }}");
    assert_eq!(
        chains_of(&template),
        ["helm:values.yaml!: values.yaml#backstage.appConfig"]
    );
    let is_schema =
        |line: &crate::support::Line| line.rule == "schema-violation" && line.path == "values.yaml";
    assert!(!template.findings(&[]).iter().any(is_schema));
    let printed = template
        .run(&["print", "--chain", "helm:values.yaml"])
        .stdout;
    assert!(printed.contains("baseUrl: ${HELM_TEMPLATE}"), "{printed}");
    // A mapping is one all the same.
    assert!(portal("{a: b}").findings(&[]).iter().any(is_schema));
    // Behind it comes more: no YAML at all.
    let broken = portal("{{ .Values.url }}/api").run(&["chains"]).stdout;
    assert!(broken.contains("it is a template"), "{broken}");
}

#[test]
fn variables_from_elsewhere_matter_where_the_loader_picks_the_layers() {
    let compose = r#"
services:
  named:
    build: .
    command: node packages/backend --config app-config.yaml
    env_file: [portal.env, {path: gone.env, required: false}]
  picked:
    build: .
    command: node packages/backend
    env_file: gone.env
"#;
    let portal = composed(compose, &[("portal.env", "LOG_LEVEL=info\n")]);
    let chains = chains_of(&portal);
    assert!(chains.contains(&"compose:named!: app-config.yaml".to_owned()));
    assert!(chains.contains(&"compose:picked!?: app-config.yaml".to_owned()));
    let table = portal.run(&["chains"]).stdout;
    assert_eq!(
        table
            .matches("variables come from `gone.env`, which is not in the repository")
            .count(),
        2
    );
    assert!(table.contains("   ~  variables") && table.contains("   ?  variables"));
    assert!(!table.contains("portal.env"));
}

#[test]
fn variables_of_a_config_map_that_is_not_here_are_listed() {
    let workload = deployment("hub", "", "hub").replace(
        "          command:",
        "          envFrom: [{configMapRef: {name: gone}}, {secretRef: {name: password}}]\n          command:",
    );
    let documents = [config_map("hub", "", "quay-hub-1a7f"), workload];
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("k8s.yaml", &documents.join("---\n")),
    ]);
    assert_eq!(
        chains_of(&portal),
        ["kubernetes:hub!: k8s.yaml#app-config.hub.yaml"]
    );
    let table = portal.run(&["chains"]).stdout;
    assert!(
        table.contains(
            "~  variables come from the ConfigMap `gone`, which is not in the repository"
        )
    );
    assert!(!table.contains("password"));
}

#[test]
fn values_in_a_text_of_an_application_are_read() {
    let application = "kind: Application\nspec:\n  source:\n    chart: backstage\n    helm:\n      values: |\n        \
                       backstage:\n          args: [--config, app-config.yaml]\n          appConfig:\n            \
                       backend: {database: {client: pg, connection: {password: quay-hub-1a7f}}}\n";
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("argo.yaml", application),
    ]);
    assert_eq!(
        chains_of(&portal),
        ["helm:argo.yaml!: app-config.yaml argo.yaml#spec.source.helm.values.backstage.appConfig"]
    );
    let lines = portal.findings(&[]).into_iter();
    let secrets = lines.filter(|line| line.rule == "hardcoded-secret");
    let places: Vec<(usize, usize)> = secrets.map(|line| (line.line, line.column)).collect();
    assert_eq!(places, [(10, 69)]);
}

#[test]
fn a_finding_in_a_config_map_stands_on_its_line_and_column() {
    assert_eq!(
        findings("deploy-kubernetes", RULES),
        ["k8s/config.yaml:15:21 memory-database-in-production"]
    );
}

#[test]
fn a_finding_in_helm_values_stands_on_its_line_and_column() {
    assert_eq!(
        findings("deploy-helm", RULES),
        [
            "charts/portal/values-staging.yaml:7:23 memory-database-in-production",
            "charts/portal/values.yaml:7:7 production-layer-not-loaded",
        ]
    );
}

#[test]
fn what_compose_and_processes_start_has_a_database() {
    assert!(findings("deploy-compose", RULES).is_empty());
    assert!(findings("deploy-processes", RULES).is_empty());
}

#[test]
fn a_layer_that_nothing_loads_is_judged_by_its_shape() {
    let portal = Portal::of(&[
        (
            "app-config.yaml",
            "app:\n  title: Portal\nintegrations:\n  github:\n    - host: github.com\n",
        ),
        (
            "app-config.qa.yaml",
            "app:\n  title: QA\nintegrations:\ndatabase:\n  client: pg\nbackend:\n  listen:\n    port: ten\n",
        ),
        (
            "Dockerfile",
            "FROM node\nWORKDIR /app\nCOPY app-config.yaml ./\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n",
        ),
    ]);
    let found = portal.findings(&[]);
    let of_layer: Vec<&str> = found
        .iter()
        .filter(|line| line.path == "app-config.qa.yaml")
        .map(|line| line.rule.as_str())
        .collect();
    assert!(of_layer.contains(&"misplaced-database-key"), "{of_layer:?}");
    assert!(
        !of_layer.contains(&"null-deletes-key"),
        "what it would be put over is a guess: {of_layer:?}"
    );
    assert_eq!(chains_of(&portal), ["Dockerfile!: app-config.yaml"]);
}
