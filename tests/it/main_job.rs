//! The main job, as a person meets it: the built binary in a folder.

use crate::support::{Line, Portal, run_in};

fn at<'l>(lines: &'l [Line], rule: &str) -> Vec<(&'l str, usize, &'l str)> {
    lines
        .iter()
        .filter(|line| line.rule == rule)
        .map(|line| (line.path.as_str(), line.line, line.severity.as_str()))
        .collect()
}

#[test]
fn the_demo_shows_the_five_faults_on_their_lines() {
    let lines = Portal::fixture("acme-portal").findings(&[]);
    let layer = "app-config.production.yaml";
    assert_eq!(at(&lines, "hardcoded-secret"), [(layer, 13, "error")]);
    assert_eq!(
        at(&lines, "tls-missing-in-production"),
        [(layer, 10, "error")]
    );
    assert_eq!(
        at(&lines, "memory-database-in-production"),
        [(layer, 21, "error")]
    );
    assert_eq!(at(&lines, "pool-mismatch"), [(layer, 20, "error")]);
    assert!(
        at(&lines, "missing-driver").contains(&(layer, 20, "error")),
        "{lines:#?}"
    );
}

#[test]
fn findings_make_the_status_one() {
    assert_eq!(Portal::fixture("acme-portal").run(&[]).status, 1);
}

#[test]
fn a_clean_portal_prints_nothing() {
    let answer = Portal::fixture("clean").run(&["--format", "concise"]);
    assert_eq!(
        (answer.status, answer.stdout.as_str()),
        (0, ""),
        "{answer:#?}"
    );
}

#[test]
fn a_production_layer_without_a_database_keeps_the_base_layers_memory() {
    let lines = Portal::fixture("memory-in-production").findings(&[]);
    assert_eq!(
        at(&lines, "memory-database-in-production"),
        [("app-config.yaml", 22, "error")]
    );
}

#[test]
fn what_create_app_ships_has_no_error() {
    let answer = Portal::fixture("create-app").run(&["--format", "concise"]);
    let errors: Vec<_> = answer
        .lines()
        .into_iter()
        .filter(|l| l.severity == "error")
        .collect();
    assert_eq!((answer.status, errors), (0, Vec::new()));
    assert_eq!(
        at(&answer.lines(), "tls-missing-in-production"),
        [("app-config.production.yaml", 14, "warning")]
    );
}

#[test]
fn each_way_to_lose_tls_is_told_from_each_way_to_keep_it() {
    let lines = Portal::fixture("tls-forms").findings(&[]);
    let layer = "app-config.production.yaml";
    assert_eq!(
        at(&lines, "tls-missing-in-production"),
        [(layer, 20, "error"), (layer, 23, "error")]
    );
}

#[test]
fn pools_that_do_not_fit_are_found_per_plugin() {
    let lines = Portal::fixture("plugin-pools").findings(&[]);
    let found = at(&lines, "pool-mismatch");
    let plugins: Vec<usize> = found.iter().map(|(_, line, _)| *line).collect();
    // auth, scaffolder, catalog, techdocs (twice), notifications, signals; not search
    assert_eq!(plugins, [22, 26, 42, 47, 48, 52, 55], "{lines:#?}");
}

#[test]
fn a_directory_over_memory_is_judged_by_what_the_manager_makes_of_it() {
    let layers = |base: &str, plugin: &str| {
        let portal = Portal::empty();
        let database = "backend:\n  database:\n    client: better-sqlite3\n    connection: ";
        portal.write("app-config.yaml", format!("{database}{base}\n"));
        let above = "backend:\n  database:\n    plugin:\n      catalog:\n        connection: ";
        portal.write("app-config.production.yaml", format!("{above}{plugin}\n"));
        let lines = portal.findings(&[]);
        ["memory-database-in-production", "sqlite-in-production"].map(|rule| {
            let found = at(&lines, rule).into_iter();
            found
                .map(|(path, line, _)| format!("{path}:{line}"))
                .collect::<Vec<_>>()
        })
    };
    let base = || "app-config.yaml:4".to_owned();
    let above = || "app-config.production.yaml:5".to_owned();
    // The manager puts the base's `:memory:` below the plugin's directory, and the file name wins.
    assert_eq!(
        layers("':memory:'", "{ directory: /data }"),
        [vec![above(), base()], Vec::new()]
    );
    // Of another client nothing is put below: the directory is one.
    assert_eq!(
        layers(
            "':memory:'",
            "{ directory: /data }\n        client: sqlite3"
        ),
        [vec![base()], vec![above()]]
    );
    assert_eq!(
        layers("{ directory: /data }", "':memory:'"),
        [vec![above()], vec![base()]]
    );
}

#[test]
fn a_layer_that_does_not_parse_is_one_finding_and_the_rest_is_judged() {
    let portal = Portal::fixture("broken-yaml");
    let answer = portal.run(&["--format", "concise"]);
    let lines = answer.lines();
    assert_eq!(answer.status, 1);
    let production: Vec<_> = lines
        .iter()
        .filter(|line| line.path == "app-config.production.yaml" && line.severity == "error")
        .map(|line| (line.rule.as_str(), line.line))
        .collect();
    assert_eq!(production, [("yaml-syntax", 10)]);
    assert_eq!(
        at(&lines, "yaml-duplicate-key"),
        [("app-config.staging.yaml", 3, "error")]
    );
}

#[test]
fn two_portals_in_one_repository_are_judged_apart() {
    let lines = Portal::fixture("two-apps").findings(&[]);
    let memory = at(&lines, "memory-database-in-production");
    assert_eq!(memory, [("portals/partners/app-config.yaml", 22, "error")]);
}

#[test]
fn a_named_path_that_is_missing_or_holds_no_layer_ends_with_two() {
    let portal = Portal::empty();
    portal.write("src/index.ts", "");
    for path in ["nowhere", "src", "src/index.ts"] {
        let answer = portal.run(&[path]);
        assert_eq!(answer.status, 2, "{path}: {answer:#?}");
        assert!(answer.stderr.contains(path), "{path}: {answer:#?}");
        assert_eq!(answer.stdout, "");
    }
}

#[test]
fn no_argument_and_no_layer_is_one_line_and_success() {
    let answer = Portal::empty().run(&[]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, ""));
    assert_eq!(answer.stderr.lines().count(), 1, "{answer:#?}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let portal = Portal::fixture("acme-portal");
    for format in ["concise", "pretty"] {
        let first = portal.run(&["--format", format]);
        assert_eq!(first.stdout, portal.run(&["--format", format]).stdout);
    }
}

#[test]
fn paths_are_told_from_where_the_run_was_started() {
    let portal = Portal::fixture("two-apps");
    let folder = portal.path().join("portals/partners");
    let answer = run_in(&folder, &["--format", "concise"]);
    assert!(
        answer
            .lines()
            .iter()
            .all(|line| !line.path.contains("portals")),
        "{answer:#?}"
    );
    let answer = run_in(&folder, &["--format", "concise", "../internal"]);
    assert!(
        answer
            .lines()
            .iter()
            .all(|line| line.path.starts_with("../internal/")),
        "{answer:#?}"
    );
}
