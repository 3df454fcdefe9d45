//! Posit Connect servers, as the built binary judges and prints them.

use crate::support::{Answer, Portal};

/// `PATH:LINE RULE` of each finding, in order.
fn found(portal: &Portal) -> Vec<String> {
    let lines = portal.findings(&[]);
    let shown = |line: &crate::support::Line| format!("{}:{} {}", line.path, line.line, line.rule);
    lines.iter().map(shown).collect()
}

#[test]
fn a_server_as_it_is_installed_and_one_on_postgresql_have_no_findings() {
    for name in ["connect-sqlite", "connect-postgres"] {
        assert_eq!(
            found(&Portal::fixture(name)),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

#[test]
fn what_a_guide_prints_is_explained_at_one_glance() {
    assert_eq!(
        found(&Portal::fixture("connect-guide")),
        [
            "step-1/rstudio-connect.gcfg:2 connect-key-outside-section",
            "step-1/rstudio-connect.gcfg:4 connect-quote-not-closed",
            "step-4/rstudio-connect.gcfg:2 connect-key-outside-section",
        ]
    );
}

#[test]
fn every_trap_of_the_grammar_is_found_in_one_run() {
    let found = found(&Portal::fixture("connect-broken"));
    for expected in [
        "1 connect-key-outside-section",
        "3 connect-syntax",
        "4 connect-continuation",
        "6 connect-section-name",
        "7 connect-escape-surprise",
        "9 connect-bare-key",
        "10 connect-list-as-text",
        "12 connect-single-quotes",
        "14 connect-bad-value",
        "15 connect-unknown-key",
        "18 connect-key-in-wrong-section",
        "19 connect-value-cut",
        "21 connect-postgres-parts",
        "22 connect-quote-not-closed",
    ] {
        let expected = format!("rstudio-connect.gcfg:{expected}");
        assert!(found.contains(&expected), "{expected} is not in {found:#?}");
    }
}

#[test]
fn secrets_are_found_in_each_shape_and_shown_in_none() {
    let portal = Portal::fixture("connect-secrets");
    let found = found(&portal);
    for expected in [
        "4 connect-encryption-key-in-file",
        "10 connect-secret-in-url",
        "11 connect-plaintext-secret",
        "16 connect-value-cut",
        "20 connect-plaintext-secret",
    ] {
        let expected = format!("rstudio-connect.gcfg:{expected}");
        assert!(found.contains(&expected), "{expected} is not in {found:#?}");
    }
    let template = Portal::fixture("connect-template");
    let mut runs: Vec<Vec<&str>> = [
        "pretty",
        "concise",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
        "rdjson",
        "azure",
    ]
    .iter()
    .map(|format| vec!["--format", format])
    .collect();
    runs.extend([
        vec!["-v"],
        vec!["print"],
        vec!["print", "--origins"],
        vec!["print", "--format", "json"],
        vec!["facts"],
        vec!["facts", "--format", "yaml"],
        vec!["chains"],
        vec!["chains", "--format", "json"],
        vec!["--list-files"],
    ]);
    for portal in [&portal, &template] {
        for run in &runs {
            let Answer { stdout, stderr, .. } = portal.run(run);
            for secret in ["Harvest-Moon", "Moon-4", "5e884898da"] {
                assert!(!stdout.contains(secret), "{run:?} shows {secret}: {stdout}");
                assert!(!stderr.contains(secret), "{run:?} shows {secret}: {stderr}");
            }
        }
    }
}

#[test]
fn a_half_configured_migration_and_two_nodes_on_sqlite_are_found() {
    assert_eq!(
        found(&Portal::fixture("connect-migration")),
        [
            "rstudio-connect-migration.gcfg:1 connect-migration-file-left",
            "rstudio-connect.gcfg:4 connect-sqlite-on-shared-storage",
            "rstudio-connect.gcfg:10 connect-migration-incomplete",
            "rstudio-connect.gcfg:10 connect-placeholder-left",
        ]
    );
    assert_eq!(
        found(&Portal::fixture("connect-nodes")),
        [
            "rstudio-connect.gcfg:4 connect-sqlite-on-shared-storage",
            "rstudio-connect.gcfg:7 connect-setting-too-new",
            "stagecheck.yaml:3 connect-sqlite-with-several-nodes",
        ]
    );
}

#[test]
fn a_template_says_nothing_that_something_else_may_fill_in() {
    assert_eq!(
        found(&Portal::fixture("connect-template")),
        Vec::<String>::new()
    );
}

#[test]
fn a_repository_with_both_products_is_one_run() {
    let portal = Portal::fixture("both-products");
    let answer = portal.run(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["summary"]["appRoots"], 1);
    assert_eq!(report["summary"]["servers"], 1);
    let found = found(&portal);
    assert!(found.contains(&"connect/rstudio-connect.gcfg:2 connect-unknown-key".to_owned()));
}

#[test]
fn print_gives_the_settings_by_section_and_key() {
    let portal = Portal::of(&[(
        "etc/rstudio-connect.gcfg",
        "[server]\naddress = https://c.meadow.example\n[Python]\nExecutable = /a\nExecutable = /b\n[LDAP \"corp\"]\nTLS = true\n",
    )]);
    let answer = portal.run(&["print", "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(
        printed,
        serde_json::json!({
            "schema": 1,
            "servers": [{
                "name": "etc/rstudio-connect.gcfg",
                "files": ["etc/rstudio-connect.gcfg"],
                "config": {
                    "Server": { "Address": "https://c.meadow.example" },
                    "Python": { "Executable": ["/a", "/b"] },
                    "LDAP \"corp\"": { "TLS": "true" },
                },
            }],
        })
    );
    let broken = Portal::of(&[("rstudio-connect.gcfg", "[Server\n")]);
    assert_eq!(broken.run(&["print"]).status, 1);
}

#[test]
fn comments_of_either_mark_suppress() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg",
        "[Server]\n; stagecheck: ignore[connect-unknown-key] exists since 2026.05\nNewSetting = 1\nOther = 2 # stagecheck: ignore[connect-unknown-key] the same\n",
    )]);
    assert_eq!(found(&portal), Vec::<String>::new());
}
