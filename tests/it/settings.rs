//! What a repository says about how it is judged: settings, suppressions and the baseline, as people run them.

use crate::support::Portal;

const BASE: &str = "app: { title: Portal, baseUrl: https://portal.acme.example }\nbackend:\n  baseUrl: https://portal.acme.example\n";
const PRODUCTION: &str = "\
backend:
  database:
    client: pg
    connection:
      host: db.acme.example
      password: Koala-77-Tr0ub4dor
      ssl: false
";

/// A portal with a password in the clear, a connection without TLS, and these settings.
fn portal(settings: &str) -> Portal {
    let mut files = vec![
        ("app-config.yaml", BASE),
        ("app-config.production.yaml", PRODUCTION),
    ];
    if !settings.is_empty() {
        files.push(("stagecheck.yaml", settings));
    }
    Portal::of(&files)
}

/// `RULE SEVERITY` of each finding in the production layer.
fn found(portal: &Portal, arguments: &[&str]) -> Vec<String> {
    let lines = portal.findings(arguments).into_iter();
    lines
        .filter(|line| line.path == "app-config.production.yaml" && line.severity != "info")
        .map(|line| format!("{} {}", line.rule, line.severity))
        .collect()
}

const BOTH: [&str; 2] = ["hardcoded-secret error", "tls-missing-in-production error"];

#[test]
fn without_settings_both_are_errors() {
    assert_eq!(found(&portal(""), &[]), BOTH);
}

#[test]
fn a_rule_gets_another_severity_or_none() {
    let settings = "rules: { tls-missing-in-production: warning, hardcoded-secret: off }\n";
    assert_eq!(
        found(&portal(settings), &[]),
        ["tls-missing-in-production warning"]
    );
}

#[test]
fn an_override_holds_for_its_paths_alone() {
    let off = |paths: &str| {
        format!("overrides:\n  - paths: ['{paths}']\n    rules: {{ hardcoded-secret: off }}\n")
    };
    assert_eq!(
        found(&portal(&off("app-config.production.yaml")), &[]),
        ["tls-missing-in-production error"]
    );
    assert_eq!(found(&portal(&off("other/**")), &[]), BOTH);
}

#[test]
fn settings_extend_a_package_and_have_the_last_word() {
    let settings = "extends: '@acme/stagecheck-config'\nrules: { hardcoded-secret: error }\n";
    let portal = portal(settings);
    let package = "node_modules/@acme/stagecheck-config";
    portal.write(
        &format!("{package}/package.json"),
        "{\"name\": \"@acme/stagecheck-config\"}",
    );
    portal.write(
        &format!("{package}/stagecheck.yaml"),
        "rules: { hardcoded-secret: off, tls-missing-in-production: off }\n",
    );
    assert_eq!(found(&portal, &[]), ["hardcoded-secret error"]);
}

#[test]
fn settings_are_looked_up_to_the_root_of_the_repository() {
    let portal = Portal::of(&[
        ("stagecheck.yaml", "rules: { hardcoded-secret: off }\n"),
        ("portals/one/app-config.yaml", BASE),
        ("portals/one/app-config.production.yaml", PRODUCTION),
    ]);
    let rules = portal.findings(&[]).into_iter();
    let rules: Vec<String> = rules
        .filter(|line| line.severity == "error")
        .map(|line| line.rule)
        .collect();
    assert_eq!(rules, ["tls-missing-in-production"]);
}

#[test]
fn what_is_excluded_is_as_if_it_were_not_there() {
    let settings = "exclude: ['app-config.production.yaml']\n";
    assert_eq!(found(&portal(settings), &[]), [""; 0]);
}

#[test]
fn a_known_variable_and_the_pool_budget_reach_the_rules() {
    let pool = "backend:\n  database:\n    client: pg\n    connection: { host: '${HOST}', ssl: false }\n    knexConfig: { pool: { max: 40 } }\n";
    let portal = Portal::of(&[
        ("app-config.yaml", BASE),
        ("app-config.production.yaml", pool),
        (
            "stagecheck.yaml",
            "environment: { HOST: localhost }\nreplicas: 4\nmaxConnections: 100\n",
        ),
    ]);
    let rules: Vec<String> = portal
        .findings(&[])
        .into_iter()
        .map(|line| line.rule)
        .collect();
    assert!(
        rules.contains(&"pool-exceeds-server".to_owned()),
        "{rules:?}"
    );
    assert!(
        !rules.contains(&"tls-missing-in-production".to_owned()),
        "{rules:?}"
    );
}

#[test]
fn mistakes_end_the_run_with_their_place_and_what_was_meant() {
    for (settings, place, said) in [
        (
            "polices: x.yaml\n",
            "stagecheck.yaml:1:1",
            "did you mean `policies`?",
        ),
        (
            "rules: { hardcoded-secrt: off }\n",
            "stagecheck.yaml:1:10",
            "did you mean `hardcoded-secret`?",
        ),
        (
            "required-version: '>=99'\n",
            "stagecheck.yaml:1:19",
            "another version of stagecheck",
        ),
        (
            "policies: missing.yaml\n",
            "stagecheck.yaml:1:",
            "missing.yaml",
        ),
        (
            "extends: ./other.yaml\n",
            "stagecheck.yaml:1:",
            "other.yaml",
        ),
    ] {
        let answer = portal(settings).run(&[]);
        assert_eq!(answer.status, 2, "{settings}");
        assert!(
            answer.stderr.contains(place),
            "{settings}: {}",
            answer.stderr
        );
        assert!(
            answer.stderr.contains(said),
            "{settings}: {}",
            answer.stderr
        );
    }
}

#[test]
fn mistakes_in_a_policy_stand_in_its_file() {
    let policy = |when: &str| {
        format!(
            "id: acme-x\ntitle: X\nscope: chain\ncases:\n  - when: \"{when}\"\n    severity: error\n    message: x\n    at: [{{ here: chain.name }}]\nwhy: x\nfix: x\n"
        )
    };
    let forever = "facts.databases.all(a, facts.databases.all(b, facts.databases.all(c, facts.databases.all(d, true))))";
    for when in ["chain.name ==", "chain.nmae == 'x'", forever] {
        let portal = portal("policies: own/*.yaml\n");
        portal.write("own/x.yaml", policy(when));
        let answer = portal.run(&[]);
        assert_eq!(answer.status, 2, "{when}");
        assert!(
            answer.stderr.contains("own/x.yaml:5:"),
            "{when}: {}",
            answer.stderr
        );
    }
}

#[test]
fn a_suppression_on_the_line_or_above_hides_and_is_counted() {
    for (from, to) in [
        (
            "Tr0ub4dor\n",
            "Tr0ub4dor # stagecheck: ignore[hardcoded-secret] rotated daily\n",
        ),
        (
            "      password:",
            "      # stagecheck: ignore[hardcoded-secret] rotated daily\n      password:",
        ),
        (
            "backend:\n",
            "# stagecheck: ignore-file[hardcoded-secret] a demo\nbackend:\n",
        ),
    ] {
        let portal = portal("");
        portal.edit("app-config.production.yaml", from, to);
        assert_eq!(
            found(&portal, &[]),
            ["tls-missing-in-production error"],
            "{to}"
        );
        let answer = portal.run(&["--format", "pretty"]);
        assert!(answer.stderr.contains("1 suppressed"), "{answer:?}");
    }
}

#[test]
fn a_suppression_of_nothing_is_a_finding() {
    let portal = portal("");
    portal.edit(
        "app-config.production.yaml",
        "    client: pg\n",
        "    client: pg # stagecheck: ignore[hardcoded-secret] not here\n",
    );
    let rules = portal.findings(&[]).into_iter();
    assert!(
        rules
            .map(|line| line.rule)
            .any(|rule| rule == "unused-suppression")
    );
}

#[test]
fn a_baseline_knows_findings_by_more_than_their_line_and_tells_what_is_gone() {
    let portal = portal("");
    let written = portal.run(&["--write-baseline", "baseline.json"]);
    assert_eq!(written.status, 0, "{}", written.stderr);
    let text = std::fs::read_to_string(portal.path().join("baseline.json")).unwrap();
    assert!(!text.contains("Koala"), "{text}");

    let known = ["--baseline", "baseline.json"];
    portal.edit(
        "app-config.production.yaml",
        "backend:\n",
        "# moved\n\nbackend:\n",
    );
    assert_eq!(found(&portal, &known), [""; 0]);

    portal.edit("app-config.production.yaml", "      ssl: false\n", "      ssl: false\n    plugin:\n      auth: { connection: { password: Wombat-88-Tr0ub4dor } }\n");
    assert_eq!(found(&portal, &known), ["hardcoded-secret error"]);

    portal.edit(
        "app-config.production.yaml",
        "password: Koala-77-Tr0ub4dor",
        "password: ${PASSWORD}",
    );
    let answer = portal.run(&["--format", "pretty", "--baseline", "baseline.json"]);
    assert!(
        answer
            .stderr
            .contains("1 finding in `baseline.json` no longer occurs"),
        "{}",
        answer.stdout
    );
}

#[test]
fn settings_that_cannot_be_read_are_no_missing_ones() {
    let refused = |portal: &Portal, why: &str| {
        for arguments in [&[][..], &["print"], &["facts"], &["chains"]] {
            let answer = portal.run(arguments);
            assert_eq!(answer.status, 2, "{arguments:?}: {answer:?}");
            assert!(answer.stderr.contains(why), "{arguments:?}: {answer:?}");
            let last = "error: invalid settings: nothing was checked\n";
            assert!(answer.stderr.ends_with(last), "{answer:?}");
        }
    };
    let latin = portal("");
    latin.write("stagecheck.yaml", b"rules: {} # \xe4\n");
    refused(
        &latin,
        "stagecheck.yaml:1:1: error[settings] cannot read this file: it is not UTF-8",
    );
    let large = portal("");
    large.write("stagecheck.yaml", "# large\n".repeat(1 << 18));
    refused(&large, "it is larger than 1 MiB");
    let folder = portal("");
    folder.write("stagecheck.yaml/nothing", "");
    refused(&folder, "it is not a regular file");
}

#[cfg(unix)]
#[test]
fn settings_behind_a_link_to_nowhere_are_no_missing_ones() {
    for (to, why) in [
        ("gone.yaml", "it is a dangling symbolic link"),
        ("/dev/zero", "it is outside the repository"),
        ("../settings.yaml", "it is a dangling symbolic link"),
    ] {
        let portal = portal("");
        std::os::unix::fs::symlink(to, portal.path().join("stagecheck.yaml")).unwrap();
        let answer = portal.run(&[]);
        assert_eq!(answer.status, 2, "{answer:?}");
        assert!(answer.stderr.contains(why), "{answer:?}");
    }
}

#[test]
fn a_run_never_fails_where_the_settings_say_never() {
    assert_eq!(portal("").run(&[]).status, 1);
    let never = portal("fail-on: never\n");
    assert_eq!(never.run(&[]).status, 0);
    assert_eq!(never.run(&["--fail-on", "error"]).status, 1);
}

#[test]
fn a_chain_lacks_what_the_settings_exclude() {
    let memory = "app: { title: Portal, baseUrl: https://portal.acme.example }\nbackend:\n  baseUrl: https://portal.acme.example\n  database: { client: better-sqlite3, connection: ':memory:' }\n";
    let image = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"app-config.production.yaml\"]\n";
    let portal = Portal::of(&[
        ("app-config.yaml", memory),
        ("app-config.production.yaml", PRODUCTION),
        ("Dockerfile", image),
        ("stagecheck.yaml", "exclude: [app-config.production.yaml]\n"),
    ]);
    let lines = portal.findings(&[]).into_iter();
    let severities: Vec<String> = lines
        .filter(|line| line.rule == "memory-database-in-production")
        .map(|line| line.severity)
        .collect();
    assert_eq!(severities, ["warning"]);
    let chains = portal.run(&["chains"]).stdout;
    assert!(
        chains.contains("`app-config.production.yaml` is excluded by the settings"),
        "{chains}"
    );
    assert!(chains.contains("incomplete"), "{chains}");
}

/// What turns checks off without a word would be taken for a clean run.
#[test]
fn settings_that_leave_nothing_to_check_say_so() {
    let all = portal("exclude: ['**']\n").run(&[]);
    assert_eq!(all.status, 0);
    let note = "all config files are excluded by the settings: nothing to check";
    assert!(all.stderr.contains(note), "{}", all.stderr);
    for empty in [
        "exclude: ['']",
        "overrides: [{ paths: ['./'], rules: { loader: off } }]",
    ] {
        let refused = portal(empty).run(&[]);
        assert_eq!(refused.status, 2, "{empty}: {}", refused.stderr);
    }
}

#[test]
fn a_baseline_that_is_not_there_is_said() {
    let answer = portal("baseline: known.json\n").run(&[]);
    assert_eq!(answer.status, 1);
    assert!(
        answer
            .stderr
            .contains("cannot read the baseline `known.json`"),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_tree_whose_only_layer_is_left_out_says_which_and_why() {
    let template = Portal::of(&[("app-config.yaml", "app: {{ .Values.app }}\n")]);
    let answer = template.run(&[]);
    assert!(
        answer.stderr.contains("`app-config.yaml` "),
        "{}",
        answer.stderr
    );
    assert!(
        !answer.stderr.contains("no app-config.yaml or"),
        "{}",
        answer.stderr
    );
    let named = template.run(&["app-config.yaml"]);
    assert_eq!(named.status, 2);
    assert!(named.stderr.contains("template"), "{}", named.stderr);
}
