use super::*;
use crate::files::MemoryFiles;

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
            "it is a copy that an editor or tool left",
            "it is a template that something else fills in",
            "it is a document of kind ConfigMap",
            "it is part of a scaffolder template",
        ]
    );
}
