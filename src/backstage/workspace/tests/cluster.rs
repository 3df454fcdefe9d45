use super::*;
use crate::backstage::layer;

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
    let environment: Vec<&str> = root.chains[0]
        .environment
        .iter()
        .map(|(name, _)| &**name)
        .collect();
    assert_eq!(environment, ["PGSSLMODE"]);
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
fn at(files: &MemoryFiles, layer: &str, path: &[&str]) -> (String, usize) {
    use crate::backstage::workspace::document::NodeExt as _;
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

const VALUES: &str = "\
backstage:
  extraEnvVars:
    - {name: PGSSLMODE, value: verify-full}
  extraAppConfig:
    - filename: app-config.extra.yaml
      configMapRef: elsewhere
  appConfig:
    app:
      baseUrl: 'https://{{ .Values.host }}'
    backend:
      database:
        client: pg
postgresql:
  enabled: true
";

#[test]
fn values_of_the_official_chart_are_read_in_its_order() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("deploy/values.yaml", VALUES),
    ]));
    let chain = &workspace.app_roots[0].chains[0];
    assert_eq!(
        chains_of(&[("app-config.yaml", ""), ("deploy/values.yaml", VALUES)]),
        [
            "helm:deploy/values.yaml!: deploy/values.yaml#backstage.appConfig ? `/app/app-config.extra.yaml` is not in this repository"
        ]
    );
    let environment: Vec<(&str, &str)> = chain
        .environment
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(
        environment,
        [
            ("POSTGRES_PORT", "5432"),
            ("POSTGRES_USER", "bn_backstage"),
            ("PGSSLMODE", "verify-full")
        ]
    );
}

#[test]
fn places_in_values_are_those_of_the_file_and_templates_in_them_are_open() {
    let files = MemoryFiles::new([("values.yaml", VALUES)]);
    let layer = "values.yaml#backstage.appConfig";
    assert_eq!(
        at(&files, layer, &["backend", "database", "client"]),
        ("pg".into(), 12)
    );
    let mut sources = Sources::default();
    let workspace = find(&files, &FilePath::root(), &Options::default(), &mut sources);
    let found = workspace.app_roots[0].layer(&FilePath::new(layer)).unwrap();
    let document = found.embedded.as_ref().unwrap().document(&sources);
    let text = format!("{:?}", document.root.unwrap());
    assert!(text.contains("${HELM_TEMPLATE}") && !text.contains(".Values"));
}

#[test]
fn further_values_lie_over_those_beside_them() {
    let production =
        "backstage:\n  args: [--config, app-config.yaml]\n  appConfig:\n    app: {title: x}\n";
    assert_eq!(
        chains_of(&[
            ("app-config.yaml", ""),
            ("values.yaml", VALUES.replace("elsewhere", "none").as_str()),
            ("values-dev.yaml", production),
        ])[0],
        "helm:values-dev.yaml: app-config.yaml values.yaml#backstage.appConfig values-dev.yaml#backstage.appConfig \
         ? `/app/app-config.extra.yaml` is not in this repository"
    );
}

#[test]
fn the_red_hat_chart_keeps_the_entry_point_of_its_image() {
    let values = "upstream:\n  backstage:\n    appConfig:\n      app: {title: x}\n";
    assert_eq!(
        chains_of(&[("app-config.yaml", ""), ("values.yaml", values)]),
        [
            "helm:values.yaml!: values.yaml#upstream.backstage.appConfig \
             ? `dynamic-plugins-root/app-config.dynamic-plugins.yaml` is not in this repository \
             ? the image's own entry point may add layers"
        ]
    );
}

#[test]
fn a_repository_with_nothing_but_values_has_an_app_root() {
    let workspace = found(&MemoryFiles::new([("apps/portal/values.yaml", VALUES)]));
    assert_eq!(workspace.app_roots[0].path.as_str(), "apps/portal");
}

#[test]
fn values_of_a_chart_with_templates_of_its_own_are_up_to_those() {
    let template = "kind: Deployment\nspec: {{ .Values.spec }}\ncontainers:\n";
    let chains = chains_of(&[
        ("app-config.yaml", ""),
        ("chart/Chart.yaml", "name: portal\n"),
        ("chart/templates/deployment.yaml", template),
        ("chart/values.yaml", VALUES),
    ]);
    assert!(
        chains[0].ends_with(" ? the chart's own templates may add layers"),
        "{chains:?}"
    );
}
