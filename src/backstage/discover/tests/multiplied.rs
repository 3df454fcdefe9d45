//! Manifests and kustomizations in which a few lines name the same things over and over: what is read of them grows with
//! their size, not with the product of its parts. None has a clock; each would not end, or not fit, if it did.

use super::*;

const PORTAL: &str = "kind: Deployment\nmetadata: {name: portal}\nspec: {template: {spec: {containers: [{name: backstage, image: acme/backstage, command: [node, packages/backend], args: [--config, app-config.yaml]}]}}}\n";

fn chains_beside(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("app-config.yaml", "")];
    all.extend(files);
    let mut chains = chains_of(&all);
    chains.retain(|chain| chain.starts_with("kubernetes:"));
    chains
}

#[test]
fn a_kustomization_that_takes_in_itself_is_a_lack() {
    let chains = chains_beside(&[
        (
            "k/a/kustomization.yaml",
            "resources: [portal.yaml, ../a, ../b, ../b/, ../a]\n",
        ),
        ("k/a/portal.yaml", PORTAL),
        (
            "k/b/kustomization.yaml",
            "resources: [../a]\ncomponents: [../c]\n",
        ),
        (
            "k/c/kustomization.yaml",
            "kind: Component\ncomponents: [../c, ../c/.]\n",
        ),
    ]);
    assert_eq!(chains.len(), 1, "{chains:?}");
    assert!(chains[0].contains("includes itself"), "{chains:?}");
}

#[test]
fn kustomizations_that_each_take_in_two_others_are_built_once_each() {
    let names: Vec<String> = (0..60)
        .map(|n| format!("k/{n}/kustomization.yaml"))
        .collect();
    let texts: Vec<String> = (0..60)
        .map(|n| {
            format!(
                "resources: [../{0}, ../{0}/x/.., ../{1}]\ncomponents: []\n",
                n + 1,
                n + 2
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    files.push(("k/60/portal.yaml", PORTAL));
    files.push(("k/61/kustomization.yaml", "resources: []\n"));
    let chains = chains_beside(&files);
    assert_eq!(chains, ["kubernetes:portal!: app-config.yaml"]);
}

#[test]
fn components_that_each_take_in_two_others_end() {
    let names: Vec<String> = (0..40)
        .map(|n| format!("k/{n}/kustomization.yaml"))
        .collect();
    let texts: Vec<String> = (0..40)
        .map(|n| {
            format!(
                "kind: Component\ncomponents: [../{}, ../{}]\n",
                n + 1,
                n + 2
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    files.push((
        "k/top/kustomization.yaml",
        "resources: [portal.yaml]\ncomponents: [../0]\n",
    ));
    files.push(("k/top/portal.yaml", PORTAL));
    let mut all = vec![("app-config.yaml", "")];
    all.extend(files);
    let workspace = found(&MemoryFiles::new(all));
    let mut left_out = workspace.left_out.iter();
    assert!(left_out.any(|one| one.path.as_str() == "k/top/kustomization.yaml"));
}

#[test]
fn a_config_map_that_is_named_over_and_over_gives_its_variables_once() {
    let keys: String = (0..5_000).map(|n| format!("  KEY_{n}: x\n")).collect();
    let map = format!("kind: ConfigMap\nmetadata: {{name: settings}}\ndata:\n{keys}");
    let from = "{configMapRef: {name: settings}}, ".repeat(20_000);
    let portal = PORTAL.replace("args:", &format!("envFrom: [{from}], args:"));
    let workspace = found(&MemoryFiles::new([
        ("app-config.yaml", ""),
        ("k/map.yaml", map.as_str()),
        ("k/portal.yaml", portal.as_str()),
    ]));
    let chain = &workspace.app_roots[0].chains[0];
    assert_eq!(chain.environment.len(), 5_000);
    assert!(chain.is_complete(), "{:?}", chain.lacks);
}

#[test]
fn many_containers_with_the_variables_of_one_config_map_are_cut_off_and_it_is_said() {
    let keys: String = (0..1_000).map(|n| format!("  KEY_{n}: x\n")).collect();
    let map = format!("kind: ConfigMap\nmetadata: {{name: settings}}\ndata:\n{keys}");
    let one = "{name: backstage, image: acme/backstage, envFrom: [{configMapRef: {name: settings}}], args: [--config, app-config.yaml]}, ";
    let portal = format!(
        "kind: Deployment\nmetadata: {{name: portal}}\nspec: {{template: {{spec: {{containers: [{}]}}}}}}\n",
        one.repeat(300)
    );
    let chains = chains_beside(&[("k/map.yaml", &map), ("k/portal.yaml", &portal)]);
    assert_eq!(chains.len(), 300);
    let is_said = |chain: &&String| chain.contains("too many variables");
    assert_eq!(chains.iter().filter(is_said).count(), 200);
}

#[test]
fn many_workloads_and_config_maps_of_one_kustomization_share_them() {
    let count = 2_000;
    let map = |n| format!("---\nkind: ConfigMap\nmetadata: {{name: m{n}}}\ndata: {{a: b}}\n");
    let maps: Vec<String> = (0..20)
        .map(|file| (0..100).map(|n| map(file * 100 + n)).collect())
        .collect();
    let names: Vec<String> = (0..20).map(|n| format!("k/maps{n}.yaml")).collect();
    let workloads: Vec<String> = (0..20)
        .map(|_| {
            format!(
                "---\n{}",
                PORTAL
                    .replace("portal", "other")
                    .replace("acme/backstage", "acme/other")
            )
            .repeat(100)
        })
        .collect();
    let others: Vec<String> = (0..20).map(|n| format!("k/other{n}.yaml")).collect();
    let list = names
        .iter()
        .chain(&others)
        .map(|name| name.trim_start_matches("k/"));
    let list: Vec<&str> = list.collect();
    let kustomization = format!("resources: [{}]\n", list.join(", "));
    let mut files = vec![("k/kustomization.yaml", kustomization.as_str())];
    let texts = maps.iter().chain(&workloads);
    let all = names.iter().chain(&others).zip(texts);
    files.extend(all.map(|(name, text)| (name.as_str(), text.as_str())));
    let found = chains_beside(&files);
    assert!(found.len() <= count);
}

#[test]
fn many_mounts_of_many_keys_are_cut_off_and_it_is_said() {
    let keys: String = (0..4_000).map(|n| format!("  key{n}: x\n")).collect();
    let map = format!("kind: ConfigMap\nmetadata: {{name: settings}}\ndata:\n{keys}");
    let mounts: String = (0..4_000)
        .map(|n| format!("{{name: v, mountPath: /m{n}}}, "))
        .collect();
    let portal = PORTAL
        .replace("args:", &format!("volumeMounts: [{mounts}], args:"))
        .replace(
            "containers:",
            "volumes: [{name: v, configMap: {name: settings}}], containers:",
        );
    let chains = chains_beside(&[("k/map.yaml", &map), ("k/portal.yaml", &portal)]);
    assert_eq!(chains.len(), 1);
    assert!(
        chains[0].contains("ConfigMap keys are mounted"),
        "{}",
        &chains[0][..300]
    );
}

#[test]
fn a_manifest_that_is_listed_over_and_over_is_taken_once() {
    let list = "portal.yaml, ".repeat(100_000);
    let kustomization = format!("resources: [{list}]\n");
    let chains = chains_beside(&[
        ("k/kustomization.yaml", &kustomization),
        ("k/portal.yaml", PORTAL),
    ]);
    assert_eq!(chains, ["kubernetes:portal!: app-config.yaml"]);
}

#[test]
fn many_overlays_that_change_a_large_workload_are_cut_off_and_it_is_said() {
    let variables: String = (0..3_000)
        .map(|n| format!("{{name: V{n}, value: x}}, "))
        .collect();
    let portal = PORTAL.replace("args:", &format!("env: [{variables}], args:"));
    let names: Vec<String> = (0..200)
        .map(|n| format!("k/o{n}/kustomization.yaml"))
        .collect();
    let overlay = "resources: [../base]\npatches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/template/spec/containers/0/args/-, value: a}]'}]\n";
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), overlay)).collect();
    files.push(("app-config.yaml", ""));
    files.push(("k/base/kustomization.yaml", "resources: [portal.yaml]\n"));
    files.push(("k/base/portal.yaml", &portal));
    let workspace = found(&MemoryFiles::new(files));
    let of_overlays = |one: &&crate::backstage::words::LeftOut| {
        one.reason.starts_with("builds too many workloads")
    };
    let cut = workspace.left_out.iter().filter(of_overlays).count();
    let built = workspace.app_roots[0].chains.len();
    assert_eq!(cut + built, 200);
    assert!(cut > 20, "{cut}");
}
