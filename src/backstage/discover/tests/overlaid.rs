//! Values and patches over others, and the variables of Services.

use super::*;

/// The first chain of a portal with these files.
fn chain_of(files: &[(&str, &str)]) -> Chain {
    let mut all = vec![("app-config.yaml", "")];
    all.extend(files);
    let workspace = found(&MemoryFiles::new(all));
    let chains = &workspace.app_roots[0].chains;
    let is_it = |chain: &&Chain| {
        chain.name.0.starts_with("kubernetes:") || chain.name.0.contains("values-")
    };
    chains.iter().find(is_it).cloned().unwrap()
}

fn portal(more: &str) -> String {
    format!(
        "kind: Deployment\nmetadata: {{name: portal}}\nspec: {{template: {{spec: {{containers: [{{name: backstage, image: acme/backstage, command: [node, packages/backend], {more}}}]}}}}}}\n"
    )
}

#[test]
fn a_list_of_variables_in_further_values_replaces_that_of_the_first() {
    let chain = chain_of(&[
        (
            "values.yaml",
            "backstage:\n  extraEnvVars: [{name: A, value: one}, {name: B, value: two}]\n  extraEnvVarsCM: [gone]\n  extraEnvVarsSecrets: [gone]\n",
        ),
        (
            "values-live.yaml",
            "backstage:\n  extraEnvVars: [{name: A, value: three}]\n  extraEnvVarsCM: []\n  extraEnvVarsSecrets: []\n",
        ),
    ]);
    let known = known_environment(&chain);
    assert!(known.contains(&("A", "three")), "{known:?}");
    assert!(!known.iter().any(|(name, _)| *name == "B"), "{known:?}");
    let mut lacks = chain.lacks.iter().chain(&chain.unread_environment);
    assert!(!lacks.any(|lack| lack.reason.contains("gone")), "{chain:?}");
}

#[test]
fn a_service_without_an_address_gives_no_variables() {
    let manifest = portal("args: [--config, app-config.yaml]");
    let has_variable = |service: &str, manifest: &str, kustomization: &str| {
        let chain = chain_of(&[
            ("k/portal.yaml", manifest),
            ("k/service.yaml", service),
            ("k/kustomization.yaml", kustomization),
        ]);
        let mut variables = chain.environment.iter();
        variables.any(|variable| &*variable.name == "DB_PORT")
    };
    let service = "kind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n";
    let plain = "resources: [portal.yaml, service.yaml]\n";
    assert!(has_variable(service, &manifest, plain));
    let headless = service.replace("ports:", "clusterIP: None, ports:");
    let external = service.replace(
        "ports:",
        "type: ExternalName, externalName: db.acme.example, ports:",
    );
    assert!(!has_variable(&headless, &manifest, plain));
    assert!(!has_variable(&external, &manifest, plain));
    assert!(!has_variable(
        service,
        &manifest,
        &format!("namePrefix: live-\n{plain}")
    ));
    let from = portal("args: [--config, app-config.yaml], envFrom: [{configMapRef: {name: gone}}]");
    assert!(!has_variable(service, &from, plain));
    let patch = "patches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/template/spec/enableServiceLinks, value: false}]'}]\n";
    assert!(!has_variable(
        service,
        &manifest,
        &format!("{plain}{patch}")
    ));
}

/// The layers and lacks of a portal that is patched so.
fn patched(container: &str, patch: &str) -> (Vec<String>, Vec<String>) {
    let kustomization = format!(
        "resources: [portal.yaml]\npatches: [{{target: {{kind: Deployment}}, patch: '{patch}'}}]\n"
    );
    let image = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\"]\n";
    let chain = chain_of(&[
        ("app-config.live.yaml", ""),
        ("Dockerfile", image),
        ("k/portal.yaml", &portal(container)),
        ("k/kustomization.yaml", &kustomization),
    ]);
    let layers = chain.layers.iter().map(|layer| layer.path.to_string());
    let lacks = chain.lacks.iter().map(|lack| lack.reason.clone());
    (layers.collect(), lacks.collect())
}

#[test]
fn variables_in_a_command_line_are_those_after_the_patches() {
    let (layers, lacks) = patched(
        "args: [--config, app-config.$(STAGE).yaml], env: [{name: STAGE, value: test}]",
        "{kind: Deployment, metadata: {name: portal}, spec: {template: {spec: {containers: [{name: backstage, env: [{name: STAGE, value: live}]}]}}}}",
    );
    assert_eq!(layers, ["app-config.live.yaml"], "{lacks:?}");
}

#[test]
fn an_empty_list_in_a_patch_takes_the_arguments_away() {
    for empty in ["[]", "null"] {
        let patch = format!(
            "{{kind: Deployment, metadata: {{name: portal}}, spec: {{template: {{spec: {{containers: [{{name: backstage, args: {empty}}}]}}}}}}}}"
        );
        let (layers, _) = patched("args: [--config, app-config.live.yaml]", &patch);
        assert!(
            !layers.contains(&"app-config.live.yaml".to_owned()),
            "{layers:?}"
        );
    }
}

#[test]
fn operations_that_copy_or_move_are_a_lack() {
    for kind in ["copy", "move"] {
        let patch = format!(
            "[{{op: {kind}, from: /spec/template/spec/containers/0/command, path: /spec/template/spec/containers/0/args}}]"
        );
        let (_, lacks) = patched("args: [--config, app-config.yaml]", &patch);
        let is_said = |lack: &String| lack.contains("copies or moves");
        assert!(lacks.iter().any(is_said), "{lacks:?}");
    }
}
