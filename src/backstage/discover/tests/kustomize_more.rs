//! What a kustomization says that is not read, or not here, and whom its patches are for.

use super::*;

const PORTAL: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: portal}\nspec: {template: {spec: {containers: [{name: backstage, image: acme/backstage, command: [node, packages/backend], args: [--config, app-config.yaml], envFrom: [{configMapRef: {name: settings}}]}]}}}\n";

const SETTINGS: &str = "kind: ConfigMap\nmetadata: {name: settings}\ndata: {A: b}\n";

const OPERATIONS: &str = "[{op: add, path: /spec/template/spec/containers/0/args/-, value: --config=app-config.live.yaml}]";

/// The one chain of the portal with these files of a `live` folder and of others.
fn chain_with(files: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("app-config.yaml", ""),
        ("app-config.live.yaml", ""),
        ("k/base/portal.yaml", PORTAL),
        ("k/base/settings.yaml", SETTINGS),
    ];
    all.extend(files);
    if !files
        .iter()
        .any(|(path, _)| *path == "k/base/kustomization.yaml")
    {
        all.push((
            "k/base/kustomization.yaml",
            "resources: [portal.yaml, settings.yaml]\n",
        ));
    }
    let mut chains = chains_of(&all);
    chains.retain(|chain| chain.starts_with("kubernetes:"));
    assert_eq!(chains.len(), 1, "{chains:?}");
    chains.remove(0)
}

/// The chain with a patch that adds a layer, for this target.
fn chain_for(target: &str) -> String {
    let kustomization =
        format!("resources: [../base]\npatches: [{{target: {target}, patch: '{OPERATIONS}'}}]\n");
    chain_with(&[("k/live/kustomization.yaml", &kustomization)])
}

const PATCHED: &str = "kubernetes:k/live/portal!: app-config.yaml app-config.live.yaml";

#[test]
fn targets_that_select_the_workload_apply() {
    for target in [
        "{kind: Deployment}",
        "{kind: StatefulSet|Deployment}",
        "{group: apps, version: v1, kind: Deployment, name: portal}",
        "{name: portal|other}",
        "{name: '.*'}",
    ] {
        assert_eq!(chain_for(target), PATCHED, "{target}");
    }
}

#[test]
fn targets_that_may_select_the_workload_are_a_lack() {
    for target in [
        "{kind: '(Deploy.*|StatefulSet)'}",
        "{name: 'port.*'}",
        "{kind: Deployment, labelSelector: app=portal}",
        "{kind: Deployment, namespace: live}",
    ] {
        let chain = chain_for(target);
        assert!(
            chain.contains("and may apply to this workload"),
            "{target}: {chain}"
        );
    }
}

#[test]
fn a_patch_for_a_workload_that_is_not_here_is_a_lack() {
    for target in [
        "{kind: Deployment, name: gone}",
        "{kind: StatefulSet}",
        "{name: gone}",
    ] {
        let chain = chain_for(target);
        assert!(
            chain.contains("matches no resource in the repository"),
            "{target}: {chain}"
        );
    }
    for target in ["{kind: Ingress}", "{kind: HTTPRoute, name: portal}"] {
        assert_eq!(
            chain_for(target),
            "kubernetes:portal!: app-config.yaml",
            "{target}"
        );
    }
}

#[test]
fn a_patch_selects_a_workload_by_its_name_with_a_prefix() {
    let base = "namePrefix: acme-\nnameSuffix: -live\nresources: [portal.yaml, settings.yaml]\n";
    let merge = "kind: Deployment\nmetadata: {name: acme-portal-live}\nspec: {template: {spec: {containers: [{name: backstage, args: [--config, app-config.yaml, --config, app-config.live.yaml]}]}}}\n";
    for patch in [
        format!(
            "patches: [{{target: {{kind: Deployment, name: acme-portal-live}}, patch: '{OPERATIONS}'}}]\n"
        ),
        "patches: [{path: merge.yaml}]\n".to_owned(),
    ] {
        let live = format!("resources: [../base]\n{patch}");
        let is_merge = patch.contains("merge.yaml");
        let file = if is_merge {
            "k/live/merge.yaml"
        } else {
            "k/live/merge.txt"
        };
        let chain = chain_with(&[
            ("k/base/kustomization.yaml", base),
            ("k/live/kustomization.yaml", &live),
            (file, merge),
        ]);
        assert_eq!(chain, PATCHED);
    }
}

#[test]
fn a_kustomization_or_patch_that_is_no_yaml_is_said() {
    let chain = chain_with(&[
        (
            "k/live/kustomization.yaml",
            "resources: [../base]\npatches: [{path: broken.yaml}]\n",
        ),
        (
            "k/live/broken.yaml",
            "kind: Deployment\nspec: {template: [\n",
        ),
    ]);
    assert!(chain.contains("broken.yaml` is not valid YAML"), "{chain}");
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("k/live/kustomization.yaml", "resources: [\n"),
    ]));
    let mut left_out = workspace.left_out.iter();
    assert!(left_out.any(|one| one.reason == "is not valid YAML"));
    let broken = chain_with(&[
        (
            "k/live/kustomization.yaml",
            "resources: [../base]\ncomponents: [../part]\n",
        ),
        ("k/part/kustomization.yaml", "kind: Component\npatches: [\n"),
    ]);
    assert!(
        broken.contains("k/part/kustomization.yaml` is not valid YAML"),
        "{broken}"
    );
}

#[test]
fn keys_that_may_change_the_command_are_a_lack() {
    for (more, said) in [
        ("generators: [gen.yaml]", "`generators` of"),
        ("transformers: [t.yaml]", "`transformers` of"),
        ("somethingNew: [a]", "`somethingNew` of"),
        (
            "replacements: [{source: {kind: ConfigMap, name: x}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.volumes.0.configMap.name]}]}]",
            "`replacements` of",
        ),
        (
            "components: ['https://git.acme.example/parts//portal?ref=v1']",
            "a component of",
        ),
        ("components: [../gone]", "a component of"),
    ] {
        let live = format!("resources: [../base]\n{more}\n");
        let chain = chain_with(&[("k/live/kustomization.yaml", &live)]);
        assert!(chain.contains(said), "{more}: {chain}");
    }
    let generator = (
        "k/live/secrets.yaml",
        "kind: ksops\nfiles: [secret.enc.yaml]\n",
    );
    let live = "resources: [../base]\ngenerators: [secrets.yaml]\n";
    let chain = chain_with(&[("k/live/kustomization.yaml", live), generator]);
    assert_eq!(chain, "kubernetes:portal!: app-config.yaml");
    let harmless = "resources: [../base]\nlabels: [{pairs: {a: b}}]\nimages: [{name: acme/backstage, newTag: '2'}]\nreplicas: [{name: portal, count: 2}]\nnamespace: live\n";
    let chain = chain_with(&[("k/live/kustomization.yaml", harmless)]);
    assert_eq!(chain, "kubernetes:portal!: app-config.yaml");
}

#[test]
fn the_resources_of_a_component_are_built() {
    let chain = chain_with(&[
        (
            "k/base/kustomization.yaml",
            "kind: Component\nresources: [portal.yaml, settings.yaml]\n",
        ),
        ("k/live/kustomization.yaml", "components: [../base]\n"),
    ]);
    assert!(chain.ends_with("app-config.yaml"), "{chain}");
}

#[test]
fn variables_of_env_files_of_a_generator_reach_the_container() {
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("k/portal.yaml", PORTAL),
        (
            "k/kustomization.yaml",
            "resources: [portal.yaml]\nconfigMapGenerator: [{name: settings, envs: [one.env], env: two.env}]\n",
        ),
        ("k/one.env", "# shared\nPGHOST=db.acme.example\n"),
        ("k/two.env", "PGPORT=5433\n"),
    ]));
    let chain = &workspace.app_roots[0].chains[0];
    assert!(chain.is_complete(), "{:?}", chain.lacks);
    assert_eq!(
        known_environment(chain),
        [("PGHOST", "db.acme.example"), ("PGPORT", "5433")]
    );
}

/// Whether the chain of the image is complete, with one more file.
fn image_is_complete(path: &str, text: &str) -> bool {
    let image = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("app-config.live.yaml", ""),
        ("Dockerfile", image),
        (path, text),
    ]));
    let mut chains = workspace.app_roots[0].chains.iter();
    let image = chains.find(|chain| chain.is_of_image());
    image.is_some_and(Chain::is_complete)
}

#[test]
fn what_deploys_the_image_with_something_from_elsewhere_overrules_it() {
    for (path, text) in [
        (
            "argo.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: portal}\nspec: {source: {chart: backstage, helm: {valueFiles: [values-live.yaml]}}}\n",
        ),
        (
            "argo.yaml",
            "kind: Application\nspec:\n  sources:\n    - chart: backstage\n      helm: {valueFiles: [$values/live.yaml]}\n",
        ),
        (
            "flux.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: portal}\nspec:\n  chart: {spec: {chart: backstage}}\n  valuesFrom: [{kind: ConfigMap, name: values}]\n",
        ),
        (
            "k/kustomization.yaml",
            "resources: ['https://git.acme.example/base//portal?ref=v1']\nconfigMapGenerator: [{name: portal, files: [app-config.live.yaml]}]\n",
        ),
        (
            "k/kustomization.yaml",
            "helmCharts: [{name: backstage, repo: 'https://backstage.github.io/charts'}]\n",
        ),
    ] {
        assert!(!image_is_complete(path, text), "{text}");
    }
    for (path, text) in [
        (
            "argo.yaml",
            "kind: Application\nspec: {source: {chart: redis, helm: {valueFiles: [values-live.yaml]}}}\n",
        ),
        (
            "k/kustomization.yaml",
            "resources: ['https://git.acme.example/cert-manager.yaml']\n",
        ),
        ("k/kustomization.yaml", "helmCharts: [{name: redis}]\n"),
    ] {
        assert!(image_is_complete(path, text), "{text}");
    }
}

#[test]
fn patches_of_a_kustomization_of_flux_apply_to_its_folder() {
    let flux = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: portal}}\nspec:\n  path: ./k/base\n  patches: [{{target: {{kind: Deployment}}, patch: '{OPERATIONS}'}}]\n"
    );
    let chain = chain_with(&[("clusters/live/portal.yaml", &flux)]);
    assert_eq!(
        chain,
        "kubernetes:clusters/live/portal!: app-config.yaml app-config.live.yaml"
    );
}

#[test]
fn patches_of_a_config_map_reach_what_takes_variables_from_it() {
    let deployment = "kind: Deployment\nmetadata: {name: backstage}\nspec: {template: {spec: {containers: [{name: hub, image: acme/hub, args: [node, packages/backend, --config, app-config.yaml], envFrom: [{configMapRef: {name: hub}}]}]}}}\n";
    let map = "kind: ConfigMap\nmetadata: {name: hub}\ndata: {URL: 'http://localhost:7007', LEVEL: info}\n";
    let operations = "  - target: {kind: ConfigMap, name: hub}\n    patch: |-\n      - {op: replace, path: /data/URL, value: 'https://hub.acme.example'}\n";
    let inline = "  - patch: |-\n      kind: ConfigMap\n      metadata: {name: hub}\n      data: {URL: 'https://hub.acme.example'}\n";
    for patch in [operations, inline] {
        let overlay = format!("resources: [../base]\npatches:\n{patch}");
        let workspace = found(&MemoryFiles::new([
            ("app-config.yaml", ""),
            ("package.json", "{}"),
            ("k/base/kustomization.yaml", "resources: [d.yaml, m.yaml]\n"),
            ("k/base/d.yaml", deployment),
            ("k/base/m.yaml", map),
            ("k/live/kustomization.yaml", &overlay),
        ]));
        let chains = &workspace.app_roots[0].chains;
        let chain = chains.iter().find(|chain| chain.production).unwrap();
        assert_eq!(&*chain.name.0, "kubernetes:k/live/backstage");
        let known = known_environment(chain);
        assert!(
            known.contains(&("URL", "https://hub.acme.example")),
            "{known:?}"
        );
        assert!(known.contains(&("LEVEL", "info")), "{known:?}");
    }
}

#[test]
fn a_json_patch_that_takes_a_value_away_is_a_lack() {
    let deployment = "kind: Deployment\nmetadata: {name: backstage}\nspec: {template: {spec: {containers: [{name: hub, image: acme/hub, args: [node, packages/backend, --config, app-config.yaml], envFrom: [{configMapRef: {name: hub}}]}]}}}\n---\nkind: ConfigMap\nmetadata: {name: hub}\ndata: {URL: 'http://localhost:7007'}\n";
    let overlay = "resources: [../base]\npatches:\n  - target: {kind: ConfigMap, name: hub}\n    patch: |-\n      - {op: remove, path: /data/URL}\n";
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("k/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("k/base/d.yaml", deployment),
        ("k/live/kustomization.yaml", overlay),
    ]));
    let chains = &workspace.app_roots[0].chains;
    let chain = chains.iter().find(|chain| chain.production).unwrap();
    assert!(!chain.is_complete(), "{:?}", chain.lacks);
}
