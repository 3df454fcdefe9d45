//! Portals in which one secret each was once shown, and what must be said of it instead.

use crate::support::{Portal, run_with};

/// A part of each secret: found also where it was changed or cut.
const SECRET: &str = "Tr0ub4dor3xyz";
/// A secret that is a word: hidden only by its place.
const WORD: &str = "correcthorse";

/// Runs what shows most of a portal, and returns it all.
fn everything(portal: &Portal, more: &[&str]) -> String {
    let mut all = String::new();
    for (command, statuses) in [
        (&["--format", "pretty", "-v"][..], &[0, 1][..]),
        (&["--format", "json"], &[0, 1]),
        (&["print"], &[0, 1]),
        (&["print", "--format", "json", "--origins"], &[0, 1]),
        (&["facts"], &[0]),
    ] {
        let answer = portal.run(&[command, more].concat());
        assert!(
            statuses.contains(&answer.status),
            "{command:?}: {}",
            answer.stderr
        );
        all += &answer.stdout;
        all += &answer.stderr;
    }
    all
}

fn assert_hidden(all: &str) {
    for secret in [&SECRET[..7], &SECRET[6..], WORD] {
        let shown = all
            .find(secret)
            .map(|at| &all[at.saturating_sub(200)..at + 7]);
        assert_eq!(shown, None);
    }
    assert!(all.contains("********"), "{all}");
}

#[test]
fn an_included_file_that_does_not_parse_is_shown_by_its_keys_alone() {
    let portal = Portal::of(&[
        (
            "app-config.yaml",
            "integrations:\n  github:\n    - host: github.com\n      apps:\n        - $include: g.yaml\n",
        ),
        (
            "g.yaml",
            "webhookSecret: >-\n  Tr0ub4dor3xyz\nclientSecret:\n  correcthorse\nclientId: [x\nb: 1\n",
        ),
    ]);
    let all = everything(&portal, &[]);
    assert!(all.contains("g.yaml"), "{all}");
    assert_hidden(&all);
}

#[test]
fn json_in_variables_that_override_is_searched() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: x }\n")]);
    let set = |name: &str, value: &str| format!("APP_CONFIG_{name}={value}");
    let variables = [
        set("backend_auth_keys", "[{\"secret\":\"Tr0ub4dor3xyz\"}]"),
        set("backend_database_connection_password", "\"correcthorse\""),
        set(
            "integrations_github",
            "[{\"host\":\"h\",\"token\":\"83401122\"}]",
        ),
    ];
    let arguments: Vec<&str> = variables.iter().flat_map(|it| ["--env", it]).collect();
    let all = everything(&portal, &arguments);
    assert_hidden(&all);
    assert!(!all.contains("83401122"), "{all}");
}

#[test]
fn values_of_deployments_are_hidden_where_secrets_belong() {
    let portal = Portal::of(&[
        (
            "app-config.yaml",
            "acme:\n  b: x${V1}y\n  clientSecret: x${V2}y\n  tokens: { ci: '${V3}' }\n  pasword: ${V4}\n  passwords: ['${V5}']\n\
             proxy:\n  endpoints:\n    /x: { target: 'https://h', headers: { Authorization: 'Bearer ${V6}' } }\n",
        ),
        (
            "docker-compose.yaml",
            "services:\n  backstage:\n    image: x\n    command: node packages/backend --config app-config.yaml\n    environment:\n      \
             V1: neutral\n      V2: Tr0ub4dor3xyz\n      V3: correcthorse\n      V4: correcthorse\n      V5: correcthorse\n      V6: Tr0ub4dor3xyz\n",
        ),
    ]);
    let all = everything(&portal, &[]);
    assert!(all.contains("xneutraly"), "{all}");
    assert_hidden(&all);
}

#[test]
fn forms_without_a_telling_key_are_hidden() {
    let forms = [
        "https://TOKEN:x-oauth-basic@github.com/acme/x",
        "//portal:TEXT@h/x",
        "portal:TEXT@tcp(h:3306)/db",
        "jdbc:oracle:thin:portal/TEXT@h:1521/x",
        "curl -u portal:TEXT https://h",
        "mysql -u root -pTEXT db",
        "docker login -u u -p TEXT registry.acme.example",
        "redis-cli -h h -a TEXT",
        "machine h login u password TEXT",
        "h:5432:db:u:TEXT",
        "Bearer TEXT",
        "Basic cG9ydGFsOlRyMHViNGRvcjN4eXo=",
        "eyJwYXNzd29yZCI6IlRyMHViNGRvcjN4eXoifQ==",
        "https://h/x?pass%77ord=TEXT",
        "<c><password>TEXT</password></c>",
        "{\"name\": \"DB_PASSWORD\", \"value\": \"TEXT\"}",
        "https://acme.webhook.office.com/webhookb2/TOKEN@TOKEN/IncomingWebhook/TOKEN/x",
    ];
    for form in forms {
        let text = form
            .replace("TEXT", SECRET)
            .replace("TOKEN", "a1Bc2dTr0ub4dor3xyzE3fG4h");
        for value in [
            format!("'{text}'"),
            format!("{text:?}"),
            format!("|\n    {text}"),
        ] {
            let layer =
                format!("app: {{ title: x }}\nacme:\n  setting: {value}\n  baseUrl: ${{A\n");
            let all = everything(&Portal::of(&[("app-config.yaml", &layer)]), &[]);
            assert_hidden(&all);
            assert!(
                !all.contains("cG9ydGFs") && !all.contains("eyJwYXNz"),
                "{all}"
            );
        }
    }
}

#[test]
fn keys_that_hold_a_secret_are_hidden_and_name_no_variable() {
    for layer in [
        "acme:\n  ? { password: Tr0ub4dor3xyz }\n  : { token: 12 }\n",
        "acme:\n  ? [ { token: correcthorse } ]\n  : yes\n",
        "backend:\n  database:\n    connection: { password: { correcthorse } }\n",
        "backend:\n  database:\n    connection: { password: { Tr0ub4dor3xyz: 1 } }\n",
        "proxy:\n  endpoints:\n    'https://portal:Tr0ub4dor3xyz@h/v1': { target: 'https://x', headers: { Authorization: Bearer abcabc123 } }\n",
        "proxy:\n  endpoints:\n    /x: { target: 'https://x', headers: { Athorization: Bearer correcthorse } }\n",
    ] {
        let all = everything(&Portal::of(&[("app-config.yaml", layer)]), &[]);
        assert_hidden(&all);
        let lower = all.to_ascii_lowercase();
        assert!(
            !lower.contains("troub4") && !lower.contains("tr0ub4"),
            "{all}"
        );
    }
}

#[test]
fn failures_repeat_no_secret_of_an_argument() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: x }\n")]);
    let url = "postgres://portal:Tr0ub4'do\"r3<xyz@h/x";
    for arguments in [
        &[url][..],
        &["DB_PASSWORD=correcthorse"],
        &["--config", url],
        &["--settings", url],
        &["--env-file", url],
        &["--baseline", url],
        &["--format", url],
        &["explain", url],
        &["print", "--chain", url],
        &["facts", "--layer", url],
    ] {
        let answer = run_with(portal.path(), arguments, &[]);
        assert_eq!(answer.status, 2, "{arguments:?}: {}", answer.stderr);
        assert!(
            answer.stderr.contains("********"),
            "{arguments:?}: {}",
            answer.stderr
        );
        for part in ["Tr0ub4", "r3<xyz", WORD] {
            assert!(
                !answer.stderr.contains(part),
                "{arguments:?}: {}",
                answer.stderr
            );
        }
    }
}
