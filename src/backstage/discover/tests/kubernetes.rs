use super::*;
use crate::backstage::layer;
use crate::backstage::words::LayerRole;
use crate::text::Place;

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: portal-config
data:
  app-config.production.yaml: |
    backend:
      # kept here
      database:
        client: pg

        connection: {host: \"db\"}
  other.txt: x
";

fn deployment(container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: portal\nspec:\n  template:\n    spec:\n      containers:\n        - name: backend\n          image: registry.example.org/portal-backstage:1\n{container}      volumes:\n        - name: config\n          configMap:\n            name: portal-config\n"
    )
}

const MOUNT: &str =
    "          volumeMounts:\n            - name: config\n              mountPath: /app/config\n";

#[test]
fn arguments_of_a_container_name_layers_of_the_image_and_of_config_maps() {
    let deployment = deployment(&format!(
        "          command: [node, packages/backend]\n          args: [--config, app-config.yaml, --config, /app/config/app-config.production.yaml]\n          env:\n            - name: PGSSLMODE\n              value: require\n            - name: SECRET\n              valueFrom: {{}}\n{MOUNT}"
    ));
    let image = "FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\"]\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("packages/backend/Dockerfile", image),
        ("k8s/config.yaml", CONFIG_MAP),
        ("k8s/deployment.yaml", &deployment),
    ]));
    let root = &workspace.app_roots[0];
    assert_eq!(
        chains(root),
        [
            "kubernetes:portal!: app-config.yaml k8s/config.yaml#app-config.production.yaml",
            "packages/backend/Dockerfile!: app-config.yaml",
        ]
    );
    assert_eq!(
        known_environment(&root.chains[0]),
        [("PGSSLMODE", "require")]
    );
    let layer = root
        .layer(&FilePath::new("k8s/config.yaml#app-config.production.yaml"))
        .unwrap();
    assert_eq!(layer.role, LayerRole::Environment("production".into()));
}

#[test]
fn a_sub_path_mounts_one_key_under_a_name_of_its_own() {
    let deployment = deployment(
        "          args: [node, packages/backend, --config, /app/x.yaml]\n          volumeMounts:\n            - name: config\n              mountPath: /app/x.yaml\n              subPath: app-config.production.yaml\n",
    );
    let both = format!("{CONFIG_MAP}---\n{deployment}");
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("all.yaml", &both),
    ]));
    assert_eq!(
        chains(&workspace.app_roots[0]),
        ["kubernetes:portal!: all.yaml#app-config.production.yaml"]
    );
}

#[test]
fn a_layer_mounted_where_the_unknown_image_may_run_is_the_one_that_is_named() {
    let deployment = deployment(&format!(
        "          command: [node, packages/backend]\n          args: [--config, config/app-config.production.yaml]\n{MOUNT}"
    ));
    let files = [
        ("app-config.yaml", ""),
        ("config/app-config.production.yaml", ""),
        ("k8s/config.yaml", CONFIG_MAP),
        ("k8s/deployment.yaml", &deployment),
    ];
    assert_eq!(
        chains_of(&files),
        ["kubernetes:portal!: k8s/config.yaml#app-config.production.yaml"]
    );
}

#[test]
fn what_is_mounted_from_elsewhere_is_a_lack() {
    let deployment = deployment(
        "          args: [--config, /secrets/app-config.yaml]\n          volumeMounts:\n            - name: secret\n              mountPath: /secrets\n",
    );
    let chains = chains_of(&[("app-config.yaml", ""), ("deployment.yaml", &deployment)]);
    assert_eq!(
        chains,
        [
            "kubernetes:portal!:  ? `/secrets/app-config.yaml` is not in this repository ? the image's own entry point may add layers"
        ]
    );
}

#[test]
fn other_workloads_and_templates_make_no_chain() {
    let other = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres\n          args: [-c, ssl=on]\n";
    let template = deployment("          args: [--config, app-config.yaml, {{ .Values.more }}]\n");
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("db.yaml", other),
        ("chart/templates/deployment.yaml", &template),
    ]));
    assert_eq!(
        chains(&workspace.app_roots[0]),
        ["default: app-config.yaml"]
    );
    assert_eq!(
        workspace.left_out[0].path.as_str(),
        "chart/templates/deployment.yaml"
    );
}

/// The text at the value of a path in an embedded layer.
pub(super) fn at(files: &MemoryFiles, layer: &str, path: &[&str]) -> (String, usize) {
    use crate::backstage::document::NodeExt as _;
    let mut sources = Sources::default();
    let workspace = find(files, &FilePath::root(), &Options::default(), &mut sources);
    let found = workspace
        .app_roots
        .iter()
        .find_map(|root| root.layer(&FilePath::new(layer)))
        .unwrap();
    let layer = layer::load_found(files, found, &mut sources);
    let root = layer.document.root.as_ref().unwrap();
    let node = path
        .iter()
        .try_fold(root, |node, key| node.get(key))
        .unwrap();
    let place = Place::new(layer.source, node.span);
    let line = sources.get(layer.source).position(node.span.start).line;
    (sources.slice(place).to_owned(), line)
}

#[test]
fn places_in_a_block_of_a_config_map_are_those_of_the_host() {
    let files = MemoryFiles::new([("k8s/config.yaml", CONFIG_MAP)]);
    let layer = "k8s/config.yaml#app-config.production.yaml";
    assert_eq!(
        at(&files, layer, &["backend", "database", "client"]),
        ("pg".into(), 10)
    );
    assert_eq!(
        at(
            &files,
            layer,
            &["backend", "database", "connection", "host"]
        ),
        ("\"db\"".into(), 12)
    );
    let windows = CONFIG_MAP.replace('\n', "\r\n");
    let files = MemoryFiles::new([("k8s/config.yaml", windows.as_str())]);
    assert_eq!(
        at(
            &files,
            layer,
            &["backend", "database", "connection", "host"]
        ),
        ("\"db\"".into(), 12)
    );
}

#[test]
fn places_in_other_styles_are_those_of_the_host() {
    for text in [
        "data:\n  app-config.yaml: \"backend:\\n  x: \\\"pg\\\"\\n\"\n",
        "data:\n  app-config.yaml: >-\n\n    backend:\n\n      x: \"pg\"\n",
    ] {
        let host = format!("kind: ConfigMap\nmetadata: {{name: a}}\n{text}");
        let files = MemoryFiles::new([("c.yaml", host.as_str())]);
        let (found, _) = at(&files, "c.yaml#app-config.yaml", &["backend", "x"]);
        assert!(found.contains("pg") && found.len() < 10, "{found}");
    }
}

const IMAGE: &str =
    "FROM node\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";

const CRON_JOB: &str = "\
kind: ConfigMap
metadata: {name: cleanup}
data:
  cleanup.sh: |
    echo \"[done] $*\"
---
kind: CronJob
metadata: {name: cleanup}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: cleanup
              image: alpine:3
              command: [/bin/sh, /scripts/cleanup.sh]
              volumeMounts: [{name: script, mountPath: /scripts}]
          volumes: [{name: script, configMap: {name: cleanup}}]
";

#[test]
fn config_maps_of_others_are_no_layers() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("k8s/cleanup.yaml", CRON_JOB),
    ]));
    let root = &workspace.app_roots[0];
    assert_eq!(root.layers.len(), 1);
    assert_eq!(chains(root), ["default: app-config.yaml"]);
}

#[test]
fn a_sidecar_of_a_portal_is_no_start() {
    let pod = "kind: Pod\nmetadata: {name: backstage}\nspec:\n  containers:\n    - {name: app, image: acme/portal}\n    - {name: proxy, image: acme/cloud-sql-proxy}\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("k8s/pod.yaml", pod),
    ]));
    let names = workspace.app_roots[0].chains.iter();
    let names: Vec<&str> = names.map(|chain| &*chain.name.0).collect();
    assert_eq!(names, ["Dockerfile", "kubernetes:backstage"]);
}

#[test]
fn a_kustomization_that_patches_makes_chains_incomplete() {
    let deployment = deployment("          command: [node, packages/backend]\n");
    let overlay = "resources: [../../base]\npatches:\n  - path: more.yaml\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("k8s/base/deployment.yaml", &deployment),
        ("k8s/overlays/prod/kustomization.yaml", overlay),
    ]));
    let chains = &workspace.app_roots[0].chains;
    assert_eq!(chains.len(), 2);
    assert!(chains.iter().all(|chain| !chain.is_complete()));
}

#[test]
fn a_template_that_names_layers_makes_the_chain_of_the_image_incomplete() {
    let template = "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - image: {{ .Values.image }}\n          args: [--config, app-config.production.yaml]\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("Dockerfile", IMAGE),
        ("chart/Chart.yaml", "name: portal\n"),
        ("chart/templates/deployment.yaml", template),
    ]));
    let chains = &workspace.app_roots[0].chains;
    assert!(chains.iter().all(|chain| !chain.is_complete()));
}

#[test]
fn values_from_elsewhere_make_a_release_incomplete() {
    let release = |more: &str| {
        format!(
            "kind: HelmRelease\nspec:\n  chart: {{spec: {{chart: backstage}}}}\n{more}  values:\n    backstage:\n      appConfig: {{app: {{title: A}}}}\n"
        )
    };
    for (more, complete) in [
        ("", true),
        ("  valuesFrom: [{kind: Secret, name: x}]\n", false),
    ] {
        let text = release(more);
        let files = MemoryFiles::new([("app-config.yaml", ""), ("release.yaml", &text)]);
        let workspace = found(&files);
        let chain = &workspace.app_roots[0].chains[0];
        assert_eq!(chain.is_complete(), complete, "{:?}", chain.lacks);
    }
}

#[test]
fn the_resource_of_an_operator_loads_the_config_maps_that_it_names() {
    let map = |name: &str, key: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  {key}: |\n    app: {{title: x}}\n"
        )
    };
    let maps = format!(
        "{}---\n{}",
        map("a", "app-config.a.yaml"),
        map("b", "app-config.b.yaml")
    );
    let portal = |group: &str| {
        let resource = format!(
            "apiVersion: {group}/v1alpha3\nkind: Backstage\nmetadata: {{name: hub}}\nspec:\n  application:\n    appConfig:\n      configMaps:\n        - name: b\n        - name: a\n"
        );
        chains_of(&[("maps.yaml", &maps), ("hub.yaml", &resource)])
    };
    let chains = portal("rhdh.redhat.com");
    let layers = "kubernetes:hub!: maps.yaml#app-config.b.yaml maps.yaml#app-config.a.yaml ? ";
    assert!(
        chains.iter().any(|chain| chain.starts_with(layers)),
        "{chains:?}"
    );
    let other = portal("example.org");
    assert!(
        !other.iter().any(|chain| chain.contains("hub")),
        "{other:?}"
    );
}
