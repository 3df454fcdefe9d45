//! Values of charts.

use super::kubernetes::at;
use super::*;

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
    assert_eq!(
        known_environment(chain),
        [
            ("APP_CONFIG_backend_listen_port", "7007"),
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

/// A chart of one's own without a Chart.yaml to tell: its keys do.
const OF_ANOTHER_CHART: &str = "\
name: portal
database:
  engine: sqlite
backstage:
  command: [node, packages/backend]
  args: []
  extraAppConfig: []
  appConfig: |
    backend:
      database:
        client: better-sqlite3
";

#[test]
fn values_that_may_be_for_any_chart_make_no_chain_but_a_layer() {
    let image = "FROM node\nWORKDIR /app\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("packages/backend/Dockerfile", image),
        ("helm/portal/values.yaml", OF_ANOTHER_CHART),
    ]));
    let root = &workspace.app_roots[0];
    assert_eq!(
        chains(root),
        ["packages/backend/Dockerfile!: app-config.yaml"]
    );
    let layer = FilePath::new("helm/portal/values.yaml#backstage.appConfig");
    assert!(root.layer(&layer).is_some());
    assert_eq!(
        workspace.left_out[0].reason,
        "has values with the key `name` of an unknown chart"
    );
}

#[test]
fn a_chart_of_one_s_own_decides_what_becomes_of_values_of_the_known_form() {
    let chains = chains_of(&[
        ("app-config.yaml", ""),
        ("chart/Chart.yaml", "name: backstage\nversion: 1.0.0\n"),
        ("chart/values.yaml", VALUES),
    ]);
    assert!(
        chains[0].ends_with(" ? the chart's own templates may add layers"),
        "{chains:?}"
    );
}

#[test]
fn the_alias_of_a_dependency_is_the_key_of_its_values() {
    let values = "portal: {}\nhub:\n  backstage:\n    args: [--config, app-config.yaml]\n";
    let chart = |alias: &str| {
        format!(
            "name: platform\ndependencies:\n  - name: backstage\n    repository: https://backstage.github.io/charts\n{alias}"
        )
    };
    let chains = |chart: &str, path: &str| {
        chains_of(&[
            ("app-config.yaml", ""),
            ("chart/Chart.yaml", chart),
            (path, values),
        ])
    };
    let with_alias = chart("    alias: hub\n");
    for path in ["chart/values.yaml", "chart/some-values.yaml"] {
        let name = path.strip_suffix(".yaml").unwrap();
        assert_eq!(
            chains(&with_alias, path)[0],
            format!("helm:{name}.yaml!: app-config.yaml")
        );
    }
    assert_eq!(
        chains(&chart(""), "chart/values.yaml"),
        ["default: app-config.yaml"]
    );
}

#[test]
fn flux_and_argo_name_the_chart_of_the_values_in_their_manifests() {
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: portal}\nspec:\n  chart:\n    spec:\n      chart: backstage\n      sourceRef: {kind: HelmRepository, name: backstage}\n  values:\n    backstage:\n      appConfig:\n        app: {title: x}\n";
    let argo = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: backstage\n    helm:\n      valuesObject:\n        backstage:\n          args: [--config, app-config.yaml]\n";
    assert_eq!(
        chains_of(&[("app-config.yaml", ""), ("clusters/a/portal.yaml", flux)]),
        ["helm:clusters/a/portal.yaml!: clusters/a/portal.yaml#spec.values.backstage.appConfig"]
    );
    assert_eq!(
        chains_of(&[("app-config.yaml", ""), ("argo.yaml", argo)]),
        ["helm:argo.yaml!: app-config.yaml"]
    );
    let other = flux.replace("chart: backstage", "chart: ./charts/portal");
    let chains = chains_of(&[("app-config.yaml", ""), ("clusters/a/portal.yaml", &other)]);
    assert!(
        chains[0].contains("the chart's own templates"),
        "{chains:?}"
    );
}

#[test]
fn places_in_the_values_of_a_manifest_are_those_of_the_manifest() {
    let flux = "---\nkind: Namespace\n---\nkind: HelmRelease\nspec:\n  chart: {spec: {chart: backstage}}\n  values:\n    backstage:\n      appConfig:\n        app: {title: \"x\"}\n";
    let files = MemoryFiles::new([("app-config.yaml", ""), ("r.yaml", flux)]);
    assert_eq!(
        at(
            &files,
            "r.yaml#spec.values.backstage.appConfig",
            &["app", "title"]
        ),
        ("\"x\"".into(), 10)
    );
}

/// The variables that values set: known ones with their values, then the names of the others.
fn variables(values: &str) -> Vec<String> {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("values.yaml", values),
    ]));
    let chain = &workspace.app_roots[0].chains[0];
    // The port, which every chart sets, has a test of its own.
    let known = chain
        .known_environment()
        .filter(|(name, _)| &***name != "APP_CONFIG_backend_listen_port")
        .map(|(name, value)| format!("{name}={value}"));
    let unknown = chain.environment.iter();
    let unknown = unknown.filter(|variable| variable.value.is_none());
    let unknown = unknown.map(|variable| variable.name.to_string());
    known.chain(unknown).collect()
}

#[test]
fn the_database_of_a_chart_sets_variables_of_its_own() {
    let own = [
        "POSTGRES_PORT=5432",
        "POSTGRES_USER=bn_backstage",
        "POSTGRES_HOST",
        "POSTGRES_PASSWORD",
    ];
    let official = "backstage: {args: [--config, app-config.yaml]}\n";
    assert!(variables(official).is_empty());
    assert_eq!(
        variables(&format!("{official}postgresql: {{enabled: true}}\n")),
        own
    );
    let renamed = format!("{official}postgresql: {{enabled: true, auth: {{username: portal}}}}\n");
    assert_eq!(variables(&renamed)[1], "POSTGRES_USER=portal");
    let red_hat = "upstream:\n  backstage: {args: [--config, app-config.yaml]}\n";
    assert_eq!(
        variables(red_hat),
        own,
        "that of Red Hat brings one unless told not to"
    );
    assert!(variables(&format!("{red_hat}  postgresql: {{enabled: false}}\n")).is_empty());
}

#[test]
fn values_that_name_a_layer_under_a_key_of_their_own_are_noted() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("app-config.stage.yaml", ""),
        (
            "charts/portal/values.stage.yaml",
            "app:\n  # app-config.old.yaml\n  config: \"app-config.stage.yaml\" # for now\n",
        ),
        (
            "charts/portal/values.yaml",
            "image: {tag: 1}\n# app-config.yaml\n",
        ),
    ]));
    assert_eq!(workspace.left_out.len(), 1);
    assert_eq!(
        workspace.left_out[0].reason,
        "sets `app-config.stage.yaml` under a key of an unknown chart"
    );
}

#[test]
fn the_chart_sets_the_port_to_listen_on_by_a_variable() {
    let port = |values: &str, further: &str| {
        let workspace = found(&MemoryFiles::new([
            ("app-config.yaml", ""),
            ("values.yaml", values),
            ("values-a.yaml", further),
        ]));
        let chains = &workspace.app_roots[0].chains;
        let chain = chains
            .iter()
            .find(|chain| chain.name.to_string() == "helm:values-a.yaml")
            .unwrap();
        let known = known_environment(chain);
        let name = "APP_CONFIG_backend_listen_port";
        let (_, port) = known.iter().find(|(known, _)| *known == name).unwrap();
        (*port).to_owned()
    };
    let plain = "backstage:\n  args: []\n";
    let other = "backstage:\n  args: []\n  containerPorts: {backend: 8080}\n";
    assert_eq!(port(plain, plain), "7007");
    assert_eq!(port(other, plain), "8080");
    assert_eq!(port(plain, other), "8080");
}

#[test]
fn values_that_leave_the_start_to_the_image_are_those_of_the_chart() {
    let start = |values: &str| {
        chains_of(&[("app-config.yaml", ""), ("deploy/values.yaml", values)])
            .iter()
            .any(|chain| chain.starts_with("helm:"))
    };
    let image = "backstage:\n  image: {repository: acme/portal}\n";
    assert!(start(image));
    assert!(start(
        "backstage:\n  image: {tag: a}\n  extraEnvVarsSecrets: [a]\n"
    ));
    assert!(start("backstage:\n  extraEnvVarsCM: [a]\n"));
    assert!(start(&format!(
        "{image}  replicas: 2\ningress: {{enabled: true}}\n"
    )));
    // Those of a chart that has more than the known ones, or another form.
    assert!(!start(&format!("{image}  team: a\n")));
    assert!(!start(&format!("{image}portal: {{}}\n")));
    assert!(!start("backstage: {image: acme/portal}\n"));
}

#[test]
fn the_red_hat_chart_may_be_a_dependency_of_one_s_own() {
    let values = "  upstream:\n    backstage:\n      appConfig:\n        app: {title: x}\n";
    let chains = |name: &str, chart: &str| {
        chains_of(&[
            ("app-config.yaml", ""),
            ("deploy/Chart.yaml", chart),
            (
                "deploy/values.yaml",
                &format!("other: 1\n{name}:\n{values}"),
            ),
        ])
    };
    let chart = "name: portal\ndependencies:\n  - name: redhat-developer-hub\n    repository: https://charts.openshift.io\n";
    let layer = |chains: Vec<String>, layer: &str| {
        chains
            .iter()
            .any(|chain| chain.contains(layer) && chain.contains("helm:"))
    };
    let below = "deploy/values.yaml#redhat-developer-hub.upstream.backstage.appConfig";
    assert!(layer(chains("redhat-developer-hub", chart), below));
    let alias = format!("{chart}    alias: hub\n");
    assert!(layer(
        chains("hub", &alias),
        "deploy/values.yaml#hub.upstream.backstage.appConfig"
    ));
    assert!(!layer(chains("hub", chart), "#hub."));
}

#[test]
fn what_dynamic_plugins_configure_is_a_layer_of_its_own() {
    let list = "plugins:\n  - package: ./dist/ci\n    pluginConfig:\n      ci:\n        token: told\n  - package: ./dist/other\n";
    let indented = list.replace('\n', "\n    ");
    let map = format!(
        "kind: ConfigMap\nmetadata: {{name: plugins}}\ndata:\n  dynamic-plugins.yaml: |\n    {indented}"
    );
    let values =
        format!("global:\n  dynamic:\n    {indented}\nupstream:\n  backstage: {{args: []}}\n");
    let files = MemoryFiles::new([
        ("app-config.yaml", ""),
        ("dynamic-plugins.yaml", list),
        ("deploy/map.yaml", &map),
        ("deploy/values.yaml", &values),
    ]);
    for (layer, line) in [
        ("dynamic-plugins.yaml#plugins.0.pluginConfig", 5),
        (
            "deploy/map.yaml#data.dynamic-plugins.yaml.plugins.0.pluginConfig",
            9,
        ),
        (
            "deploy/values.yaml#global.dynamic.plugins.0.pluginConfig",
            7,
        ),
    ] {
        assert_eq!(at(&files, layer, &["ci", "token"]), ("told".into(), line));
    }
    // Which of them a portal installs is not told here.
    let workspace = found(&files);
    let loads = |layer: &FilePath| layer.as_str().contains("pluginConfig");
    let root = &workspace.app_roots[0];
    let mut chains = root.chains.iter().chain(&root.unloaded);
    assert!(!chains.any(|chain| chain.layers.iter().any(|layer| loads(&layer.path))));
}

#[test]
fn a_list_of_other_plugins_is_no_layer() {
    let files = MemoryFiles::new([
        ("app-config.yaml", ""),
        (
            "renovate.yaml",
            "plugins:\n  - name: x\n    pluginConfig: {token: told}\n# package:\n",
        ),
    ]);
    assert_eq!(found(&files).app_roots[0].layers.len(), 1);
}
