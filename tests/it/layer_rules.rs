//! The rules about layers and chains, over the built binary in folders of their own.

use crate::support::Portal;

const BASE: &str = "app:\n  title: Portal\n";
const PRODUCTION: &str = "app:\n  baseUrl: https://portal.quay.example\n";

/// `path:line:column severity` of each finding of one rule.
fn of(portal: &Portal, rule: &str) -> Vec<String> {
    let lines = portal.findings(&[]).into_iter();
    lines
        .filter(|line| line.rule == rule)
        .map(|line| {
            format!(
                "{}:{}:{} {}",
                line.path, line.line, line.column, line.severity
            )
        })
        .collect()
}

fn image(command: &str) -> String {
    format!("FROM node:22\nWORKDIR /app\nCOPY app-config*.yaml ./\nCMD {command}\n")
}

const BOTH: &str = r#"["node", "packages/backend", "--config", "app-config.yaml", "--config", "app-config.production.yaml"]"#;
const BASE_ALONE: &str = r#"["node", "packages/backend", "--config", "app-config.yaml"]"#;

#[test]
fn a_production_layer_that_the_image_omits() {
    let rule = "production-layer-not-loaded";
    let portal = |command| {
        Portal::of(&[
            ("app-config.yaml", BASE),
            ("app-config.production.yaml", PRODUCTION),
            ("Dockerfile", &image(command)),
        ])
    };
    assert_eq!(of(&portal(BASE_ALONE), rule), ["Dockerfile:4:1 warning"]);
    assert!(of(&portal(BOTH), rule).is_empty());
}

#[test]
fn a_layer_that_a_command_names_and_nobody_has() {
    let rule = "chain-layer-missing";
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.production.yml", PRODUCTION),
        ("Dockerfile", &image(BOTH)),
    ]);
    assert_eq!(of(&portal, rule), ["Dockerfile:4:78 error"]);
    let portal = Portal::of(&[("app-config.yaml", BASE), ("Dockerfile", &image(BOTH))]);
    assert_eq!(of(&portal, rule), ["Dockerfile:4:78 warning"]);
    // It is the only layer of its chain.
    let alone = r#"["node", "packages/backend", "--config", "app-config.production.yaml"]"#;
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.production.yml", PRODUCTION),
        ("Dockerfile", &image(alone)),
    ]);
    assert_eq!(of(&portal, rule), ["Dockerfile:4:47 error"]);
    assert!(of(&portal, "production-layer-not-loaded").is_empty());
    let mounted = r#"["node", "packages/backend", "--config", "/etc/portal.yaml"]"#;
    let portal = Portal::of(&[("app-config.yaml", BASE), ("Dockerfile", &image(mounted))]);
    assert!(of(&portal, rule).is_empty());
}

#[test]
fn a_local_layer_that_git_tracks() {
    let rule = "local-layer-committed";
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.local.yaml", PRODUCTION),
        (".gitignore", "*.local.yaml\n"),
    ]);
    let found = of(&portal, rule);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("app-config.local.yaml:1:1 "),
        "{found:?}"
    );
    let portal = Portal::of(&[("app-config.yaml", BASE), (".gitignore", "*.local.yaml\n")]);
    portal.write("app-config.local.yaml", PRODUCTION);
    assert!(of(&portal, rule).is_empty());
}

#[test]
fn a_local_layer_that_nothing_keeps_from_git() {
    let rule = "local-layer-not-ignored";
    let portal = Portal::of(&[("app-config.yaml", BASE)]);
    portal.write("app-config.local.yaml", PRODUCTION);
    assert_eq!(of(&portal, rule), ["app-config.local.yaml:1:1 warning"]);
    portal.write(".gitignore", "*.local.yaml\n");
    assert!(of(&portal, rule).is_empty());
}

#[test]
fn a_local_layer_that_an_image_takes_in() {
    let rule = "local-layer-in-image";
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.local.yaml", PRODUCTION),
        ("Dockerfile", &image(BASE_ALONE)),
    ]);
    assert_eq!(of(&portal, rule), ["Dockerfile:3:6 warning"]);
    portal.write(".dockerignore", "node_modules\n*.local.yaml\n");
    assert!(of(&portal, rule).is_empty());
}

#[test]
fn layers_in_the_wrong_order() {
    let rule = "layer-order";
    let portal = |command| {
        Portal::of(&[
            ("app-config.yaml", BASE),
            ("app-config.production.yaml", PRODUCTION),
            ("Dockerfile", &image(command)),
        ])
    };
    let swapped = r#"["node", "packages/backend", "--config", "app-config.production.yaml", "--config", "app-config.yaml"]"#;
    assert_eq!(of(&portal(swapped), rule), ["Dockerfile:4:47 warning"]);
    assert!(of(&portal(BOTH), rule).is_empty());
}

#[test]
fn a_layer_of_comments() {
    let rule = "layer-empty";
    let portal = Portal::of(&[("app-config.yaml", "# to be written\n")]);
    assert_eq!(of(&portal, rule), ["app-config.yaml:1:1 error"]);
    let portal = Portal::of(&[
        ("app-config.yaml", "# to be written\n"),
        ("app-config.production.yaml", PRODUCTION),
        ("Dockerfile", &image(BOTH)),
    ]);
    assert_eq!(of(&portal, rule), ["app-config.yaml:1:1 info"]);
}
