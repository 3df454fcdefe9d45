use super::*;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: portal}
spec:
  template:
    spec:
      containers:
        - name: portal
          image: acme/portal
          args: [--config, app-config.yaml]
          volumeMounts: [{name: config, mountPath: /app/config}]
      volumes: [{name: config, configMap: {name: portal-config}}]
";

const IMAGE: &str =
    "FROM node:22\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"node\", \"packages/backend\"]\n";

/// The chains of a portal whose base is patched by these files of an overlay.
fn chains_with(overlay: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![
        ("app-config.yaml", ""),
        ("app-config.production.yaml", ""),
        ("packages/backend/Dockerfile", IMAGE),
        (
            "k8s/base/kustomization.yaml",
            "resources: [deployment.yaml]\n",
        ),
        ("k8s/base/deployment.yaml", DEPLOYMENT),
    ];
    files.extend(overlay);
    let mut chains = chains_of(&files);
    chains.retain(|chain| chain.starts_with("kubernetes:"));
    chains
}

#[test]
fn a_json_patch_adds_a_layer() {
    for patch in [
        "patches:\n  - target: {kind: Deployment, name: portal}\n    patch: |\n      - op: add\n        path: /spec/template/spec/containers/0/args/-\n        value: --config\n      - {op: add, path: /spec/template/spec/containers/0/args/-, value: app-config.production.yaml}\n",
        "patchesJson6902:\n  - target: {kind: Deployment, name: portal}\n    path: more.yaml\n",
    ] {
        let kustomization = format!("resources: [../../base]\n{patch}");
        let more = "- {op: add, path: /spec/template/spec/containers/0/args/-, value: --config}\n- {op: add, path: /spec/template/spec/containers/0/args/-, value: app-config.production.yaml}\n";
        assert_eq!(
            chains_with(&[
                ("k8s/overlays/live/kustomization.yaml", &kustomization),
                ("k8s/overlays/live/more.yaml", more),
            ]),
            ["kubernetes:k8s/overlays/live/portal!: app-config.yaml app-config.production.yaml"]
        );
    }
}

#[test]
fn a_merge_patch_replaces_arguments_and_sets_variables() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: portal}\nspec:\n  template:\n    spec:\n      containers:\n        - name: portal\n          args: [--config, app-config.production.yaml]\n          env: [{name: PGSSLMODE, value: require}]\n";
    assert_eq!(
        chains_with(&[
            (
                "k8s/overlays/live/kustomization.yaml",
                "resources: [../../base]\npatches: [{path: patch.yaml}]\n"
            ),
            ("k8s/overlays/live/patch.yaml", patch),
        ]),
        ["kubernetes:k8s/overlays/live/portal!: app-config.production.yaml"]
    );
}

#[test]
fn a_generator_puts_files_of_the_overlay_into_the_container() {
    let overlay = "resources: [../../base]\nconfigMapGenerator:\n  - name: portal-config\n    files: [app-config.yaml]\npatches: [{path: patch.yaml}]\n";
    let patch = "kind: Deployment\nmetadata: {name: portal}\nspec:\n  template:\n    spec:\n      containers:\n        - name: portal\n          args: [--config, app-config.yaml, --config, config/app-config.yaml]\n";
    let files = MemoryFiles::new([
        ("app-config.yaml", ""),
        ("packages/backend/Dockerfile", IMAGE),
        (
            "k8s/base/kustomization.yaml",
            "resources: [deployment.yaml]\n",
        ),
        ("k8s/base/deployment.yaml", DEPLOYMENT),
        ("k8s/overlays/live/kustomization.yaml", overlay),
        ("k8s/overlays/live/patch.yaml", patch),
        ("k8s/overlays/live/app-config.yaml", ""),
    ]);
    let workspace = found(&files);
    let [root] = workspace.app_roots.as_slice() else {
        panic!("the overlay is no app root: {:?}", workspace.app_roots);
    };
    let chain = &root.chains[0];
    assert_eq!(
        chains(root)[0],
        "kubernetes:k8s/overlays/live/portal!: app-config.yaml k8s/overlays/live/app-config.yaml"
    );
    assert!(chain.is_complete(), "{:?}", chain.lacks);
    let image = &root.chains[1];
    assert!(!image.is_complete(), "the overlay starts it otherwise");
}

#[test]
fn a_patch_that_is_not_understood_is_said() {
    for (patch, said) in [
        ("patches: [{path: gone.yaml}]", "is not in the repository"),
        (
            "patches:\n  - target: {name: portal}\n    patch: |\n      - {op: replace, path: /spec/template/spec/containers/7/args, value: []}",
            "refers to an unknown container",
        ),
        (
            "replacements: [{path: more.yaml}]",
            "may change the command",
        ),
    ] {
        let kustomization = format!("resources: [../../base]\n{patch}\n");
        let chains = chains_with(&[("k8s/overlays/live/kustomization.yaml", &kustomization)]);
        assert!(
            chains.iter().all(|chain| chain.contains(said)),
            "{chains:?}"
        );
        assert_eq!(chains.len(), 1);
    }
}

#[test]
fn each_overlay_that_changes_a_base_makes_a_chain() {
    let overlay = |layer: &str| {
        format!(
            "resources: [../../base]\npatches:\n  - target: {{kind: Deployment}}\n    patch: |-\n      - {{op: replace, path: /spec/template/spec/containers/0/args/1, value: {layer}}}\n"
        )
    };
    let (live, plain) = (
        overlay("app-config.production.yaml"),
        "resources: [../../base]\n",
    );
    assert_eq!(
        chains_with(&[
            ("k8s/overlays/live/kustomization.yaml", &live),
            ("k8s/overlays/plain/kustomization.yaml", plain),
            ("k8s/overlays/same/kustomization.yaml", plain),
        ]),
        [
            "kubernetes:k8s/overlays/live/portal!: app-config.production.yaml",
            "kubernetes:portal!: app-config.yaml",
        ]
    );
}
