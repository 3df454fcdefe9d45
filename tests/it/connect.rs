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

#[test]
fn a_secret_that_the_process_is_given_is_no_finding_of_the_file_and_is_not_shown() {
    let portal = Portal::of(&[
        ("rstudio-connect.gcfg", "[Server]\nDataDir = /a\n"),
        (
            "connect.env",
            "CONNECT_POSTGRES_URL=postgres://u:Meadow-Lark-8@h/d\n",
        ),
    ]);
    let run = [
        "--env",
        "CONNECT_POSTGRES_PASSWORD=Harvest-Moon-46",
        "--env-file",
        "connect.env",
    ];
    let lines = portal.findings(&run);
    assert!(lines.is_empty(), "{:?}", lines.len());
    for arguments in [vec!["print"], vec!["print", "--origins"], vec!["facts"]] {
        let arguments: Vec<&str> = arguments.into_iter().chain(run).collect();
        let Answer { stdout, stderr, .. } = portal.run(&arguments);
        for secret in ["Harvest-Moon", "Meadow-Lark"] {
            assert!(!stdout.contains(secret), "{stdout}");
            assert!(!stderr.contains(secret), "{stderr}");
        }
    }
}

#[test]
fn a_secret_whose_equals_sign_was_forgotten_is_hidden() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg",
        "[LDAP \"x\"]\nBindPassword Harvest-Moon-46\n[SMTP]\nPassword: Harvest-Moon-46\n",
    )]);
    for format in ["pretty", "json", "sarif", "rdjson"] {
        let Answer { stdout, .. } = portal.run(&["--format", format]);
        assert!(stdout.contains("connect-syntax"), "{stdout}");
        assert!(!stdout.contains("Harvest"), "{format} shows it: {stdout}");
    }
}

#[test]
fn an_edit_of_an_unknown_name_is_unsafe_and_offered_only_where_it_is_sure() {
    for (text, fixed) in [
        ("[Server]\nAdress = https://c.meadow.example\n", true),
        ("[Databse]\nProvider = sqlite\n", true),
        ("[S]\nEnabled = true\n", false),
        ("[Server]\nAddress = a\nAdress = b\n", false),
        (
            "[SAML]\nIdPEntityID = https://login.meadow.example\n",
            false,
        ),
    ] {
        let portal = Portal::of(&[("rstudio-connect.gcfg", text)]);
        let safe = portal.run(&["--fix", "--diff"]).stdout;
        assert!(!safe.contains("+++"), "{safe}");
        let unsafely = portal.run(&["--unsafe-fixes", "--diff"]).stdout;
        assert_eq!(unsafely.contains("+++"), fixed, "{text}: {unsafely}");
    }
}

#[test]
fn a_slip_in_a_header_has_no_findings_that_follow_from_it() {
    for (header, rest) in [
        (
            "Postgress",
            "URL = postgres://u@h.meadow.example/d?sslmode=verify-full\n[Database]\nProvider = postgres\n",
        ),
        (
            "Databse",
            "Provider = postgres\n[Postgres]\nPassword = <PASSWORD>\n",
        ),
        (
            "SMAL",
            "IdPMetaDataPath = /a.xml\n[Server]\nAddress = https://c.meadow.example\n[Authentication]\nProvider = saml\n",
        ),
    ] {
        let text = format!("[{header}]\n{rest}");
        let found = found(&Portal::of(&[("rstudio-connect.gcfg", &text)]));
        let found = found.iter().filter(|it| !it.ends_with("placeholder-left"));
        assert_eq!(
            found.collect::<Vec<_>>(),
            ["rstudio-connect.gcfg:1 connect-unknown-key"],
            "{text}"
        );
    }
}

#[test]
fn the_branches_of_a_template_do_not_contradict_each_other() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg.j2",
        concat!(
            "[Server]\n{% if a %}\nEncryptionKey = {{ key }}\n{% else %}\nEncryptionKeyFile = /a\n{% endif %}\n",
            "[SAML]\n{% if a %}\nIdPAttributeProfile = default\n{% else %}\nEmailAttribute = mail\n{% endif %}\n",
            "[{{ section }}]\nEnabled = maybe\nDataDir = /b\n",
            "[Logging]\n{% include 'authorization' %}\nViewersCanOnlySeeThemselves = true\nNewSetting = 1\n",
        ),
    )]);
    assert_eq!(found(&portal), Vec::<String>::new());
}

#[test]
fn servers_in_several_folders_have_names_of_their_own() {
    let text = "[Server]\nDataDir = /a\n";
    let portal = Portal::of(&[
        ("a/rstudio-connect.gcfg", text),
        ("b/rstudio-connect.gcfg", text),
    ]);
    let answer = portal.run(&["print", "--format", "json", "a", "b"]);
    let printed: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let names = printed["servers"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a/rstudio-connect.gcfg", "b/rstudio-connect.gcfg"]);
}

#[test]
fn commands_for_backstage_say_so_where_only_a_server_is() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg",
        "[Postgres]\nURL = postgres://u@h/d\n",
    )]);
    for (arguments, expected) in [
        (
            &["print", "--databases"][..],
            "reads Backstage portals only",
        ),
        (
            &["diff", "a", "b"],
            "no Backstage chains in this directory or below",
        ),
        (&["migrate", "postgres"], "nothing to migrate"),
        (
            &["--config", "rstudio-connect.gcfg"],
            "run `stagecheck rstudio-connect.gcfg`",
        ),
    ] {
        let answer = portal.run(arguments);
        assert_eq!(answer.status, 2, "{arguments:?}");
        assert!(answer.stderr.contains(expected), "{}", answer.stderr);
    }
    let verbose = portal.run(&["-v"]).stderr;
    assert!(verbose.contains("servers checked: 1"), "{verbose}");
    assert_eq!(portal.run(&["init", "--dry-run"]).status, 0);
}

#[test]
fn why_tells_where_a_setting_of_a_server_is_from() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg",
        "[Server]\nAddress = https://a.meadow.example\nAddress = https://b.meadow.example\n[Postgres]\nPassword = Harvest-Moon-46\n",
    )]);
    let answer = portal.run(&["why", "Server.Address"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    for expected in [
        "https://b.meadow.example",
        "set in rstudio-connect.gcfg:3",
        "overrides rstudio-connect.gcfg:2",
    ] {
        assert!(answer.stdout.contains(expected), "{}", answer.stdout);
    }
    let secret = portal.run(&["why", "Postgres.Password"]).stdout;
    assert!(!secret.contains("Harvest"), "{secret}");
    assert_eq!(portal.run(&["why", "Server.Adress"]).status, 1);
}

#[test]
fn of_a_line_that_the_library_refuses_no_value_is_judged() {
    let portal = Portal::of(&[(
        "rstudio-connect.gcfg",
        "[Server]\nAddress = \"meadow\"b\"c\n[Postgres]\nURL = \"postgres://u@h\n[Database]\nProvider = \"postgre\n",
    )]);
    assert_eq!(
        found(&portal),
        [
            "rstudio-connect.gcfg:2 connect-quote-not-closed",
            "rstudio-connect.gcfg:4 connect-quote-not-closed",
            "rstudio-connect.gcfg:6 connect-quote-not-closed",
        ]
    );
}

#[test]
fn variables_of_a_compose_file_are_those_of_the_server_whose_file_it_mounts() {
    let portal = Portal::of(&[
        (
            "compose.yaml",
            "services:\n  connect:\n    image: posit/connect\n    volumes: ['./rstudio-connect.gcfg:/etc/rstudio-connect/rstudio-connect.gcfg']\n    environment:\n      CONNECT_POSTGRES_PASSWORD: \"Harvest-Moon-46\"\n      CONNECT_SERVER_ADDRESS: https://a.meadow.example\n      CONNECT_SMTP_PASSWORD: Harvest-Moon-47 # stagecheck: ignore[connect-plaintext-secret] of a test\n",
        ),
        (
            "rstudio-connect.gcfg",
            "[Server]\nAddress = https://b.meadow.example\n",
        ),
    ]);
    assert_eq!(
        found(&portal),
        [
            "compose.yaml:6 connect-migration-incomplete",
            "compose.yaml:6 connect-plaintext-secret",
            "rstudio-connect.gcfg:2 connect-env-without-effect",
        ]
    );
    for arguments in [
        &["--format", "pretty"][..],
        &["--format", "json"],
        &["print", "--origins"],
        &["facts"],
    ] {
        let answer = portal.run(arguments);
        assert!(!answer.stdout.contains("Harvest"), "{}", answer.stdout);
    }
    let printed = portal.run(&["print", "--origins"]).stdout;
    assert!(printed.contains("https://b.meadow.example"), "{printed}");
    assert!(printed.contains("compose.yaml:7"), "{printed}");
    let chains = portal.run(&["chains"]).stdout;
    assert!(chains.contains("compose.yaml"), "{chains}");
}
