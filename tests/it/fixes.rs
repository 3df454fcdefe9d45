//! Fixes that are applied: what they change, what they leave, and when nothing is written.

use std::fs;

use crate::support::{Portal, run_in};

const LAYER: &str = "\
app:
  title: Portal # the title
  baseUrl: http://localhost
backend:
  baseUrl: http://localhost
  cache:
    store: memroy # of the process
  auth:
    # only for old plugins
    dangerouslyDisableDefaultAuthPolicy: true
";

fn text(portal: &Portal, path: &str) -> String {
    fs::read_to_string(portal.path().join(path)).unwrap()
}

#[test]
fn a_safe_fix_is_written_and_the_rest_is_reported() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    let answer = portal.run(&["--fix", "--format", "concise"]);
    assert_eq!(
        text(&portal, "app-config.yaml"),
        LAYER.replace("memroy", "memory")
    );
    assert!(answer.stderr.contains("1 fixed"), "{}", answer.stderr);
    assert!(!answer.stdout.contains("memroy"), "{}", answer.stdout);
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let portal = Portal::of(&[
        ("app-config.yaml", LAYER),
        (
            "app-config.production.yaml",
            "app:\n  baseUrl: https://portal.acme.example\n",
        ),
    ]);
    let answer = portal.run(&["--unsafe-fixes", "--fix-only"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert_eq!(answer.stdout, "");
    let layer = text(&portal, "app-config.yaml");
    assert!(!layer.contains("dangerously"), "{layer}");
    assert!(layer.contains("title: Portal # the title"), "{layer}");
}

#[test]
fn a_key_is_renamed_only_on_request_and_where_the_value_fits() {
    let layer = "app:\n  titel: Portal\n  baseUrl: http://localhost\n";
    let portal = Portal::of(&[("app-config.yaml", layer)]);
    let answer = portal.run(&["--fix"]);
    assert_eq!(text(&portal, "app-config.yaml"), layer);
    let more = "no safe fixes; 1 with --unsafe-fixes";
    assert!(answer.stderr.contains(more), "{}", answer.stderr);
    portal.run(&["--unsafe-fixes"]);
    let renamed = layer.replace("titel", "title");
    assert_eq!(text(&portal, "app-config.yaml"), renamed);
    let list = layer.replace("titel: Portal", "titel: [Portal]");
    portal.write("app-config.yaml", &list);
    portal.run(&["--unsafe-fixes"]);
    assert_eq!(text(&portal, "app-config.yaml"), list);
}

#[test]
fn a_fix_is_safe_only_if_every_chain_that_loads_the_layer_has_the_finding() {
    let base = "\
backend:
  baseUrl: http://localhost
  database:
    client: pg
    connection: { host: localhost }
    prefix: acme_
";
    let production = "backend:\n  database:\n    pluginDivisionMode: schema\n";
    let portal = Portal::of(&[
        ("app-config.yaml", base),
        ("app-config.production.yaml", production),
    ]);
    portal.run(&["--fix", "--select", "prefix-ignored-in-schema-mode"]);
    assert_eq!(text(&portal, "app-config.yaml"), base);
}

#[test]
fn one_fix_that_does_not_hold_leaves_the_others() {
    let policy = POLICY
        .replace("'OLD'", "'a'")
        .replace("title-A", "title-a")
        .replace("title: NEW", "title: a");
    let portal = Portal::of(&[
        ("app-config.yaml", &LAYER.replace("Portal", "a")),
        ("policy.yaml", &policy),
        ("stagecheck.yaml", "policies: [policy.yaml]\n"),
    ]);
    let answer = portal.run(&["--fix-only"]);
    assert!(
        answer.stderr.contains("skipped the fix of `title-a`"),
        "{}",
        answer.stderr
    );
    assert!(answer.stderr.contains("1 fixed"), "{}", answer.stderr);
    assert!(text(&portal, "app-config.yaml").contains("store: memory #"));
}

#[cfg(unix)]
#[test]
fn a_layer_behind_a_link_is_fixed_where_it_is() {
    let portal = Portal::of(&[("shared/base.yaml", LAYER)]);
    let link = portal.path().join("app-config.yaml");
    std::os::unix::fs::symlink("shared/base.yaml", &link).unwrap();
    let answer = portal.run(&["--fix"]);
    assert!(answer.stderr.contains("1 fixed"), "{}", answer.stderr);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(text(&portal, "shared/base.yaml").contains("store: memory #"));
}

#[test]
fn a_diff_names_files_from_the_root_of_the_repository() {
    let portal = Portal::of(&[("portal/app-config.yaml", LAYER)]);
    let start = portal.path().join("portal");
    let answer = run_in(&start, &["--diff"]);
    let header = "--- a/portal/app-config.yaml\n+++ b/portal/app-config.yaml\n";
    assert!(answer.stdout.starts_with(header), "{}", answer.stdout);
}

#[test]
fn a_diff_writes_nothing_and_fails() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    let answer = portal.run(&["--diff"]);
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    let expected = "\
--- a/app-config.yaml
+++ b/app-config.yaml
@@ -4,7 +4,7 @@
 backend:
   baseUrl: http://localhost
   cache:
-    store: memroy # of the process
+    store: memory # of the process
   auth:
     # only for old plugins
     dangerouslyDisableDefaultAuthPolicy: true
";
    assert_eq!(answer.stdout, expected);
    assert_eq!(text(&portal, "app-config.yaml"), LAYER);
    portal.write("app-config.yaml", LAYER.replace("memroy", "memory"));
    assert_eq!(portal.run(&["--diff"]).status, 0);
}

#[test]
fn a_secret_is_masked_in_a_diff_which_then_says_that_it_is_no_patch() {
    let layer = "backend:\n  database:\n    client: pg\n    connection:\n      host: db.acme.example\n      password: s3cr3t-Koala-77\n";
    let portal = Portal::of(&[("app-config.yaml", layer)]);
    let answer = portal.run(&["--diff", "--unsafe-fixes", "--select", "hardcoded-secret"]);
    let out = &answer.stdout;
    assert!(
        out.contains("-      password: ********\n+      password: ${POSTGRES_PASSWORD}\n"),
        "{out}"
    );
    assert!(out.contains("@@ masked: not a patch\n"), "{out}");
    assert!(!out.contains("Koala") && !answer.stderr.contains("Koala"));
    portal.run(&[
        "--fix-only",
        "--unsafe-fixes",
        "--select",
        "hardcoded-secret",
    ]);
    let fixed = text(&portal, "app-config.yaml");
    assert_eq!(
        fixed,
        layer.replace("s3cr3t-Koala-77", "${POSTGRES_PASSWORD}")
    );
}

#[test]
fn a_secret_in_a_key_is_not_given_a_variable_as_its_value() {
    let layer = "kafka:\n  sasl: { password: { Zebra77Horse: } }\n";
    let portal = Portal::of(&[("app-config.yaml", layer)]);
    let answer = portal.run(&["--diff", "--unsafe-fixes", "--select", "hardcoded-secret"]);
    let all = format!("{}{}", answer.stdout, answer.stderr);
    assert!(!all.contains("Zebra77"), "{all}");
    assert!(!all.contains("PASSWORD"), "{all}");
}

#[test]
fn line_ends_a_missing_last_newline_and_the_mode_stay() {
    let layer = LAYER.replace('\n', "\r\n");
    let layer = layer.trim_end();
    let portal = Portal::of(&[("app-config.yaml", layer)]);
    let path = portal.path().join("app-config.yaml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    }
    portal.run(&["--fix-only"]);
    assert_eq!(
        text(&portal, "app-config.yaml"),
        layer.replace("memroy", "memory")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}

#[test]
fn what_is_staged_is_not_fixed() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    let answer = portal.run(&["--staged", "--fix"]);
    assert_eq!(answer.status, 2);
    assert!(answer.stderr.contains("staged"), "{}", answer.stderr);
    assert_eq!(text(&portal, "app-config.yaml"), LAYER);
}

#[test]
fn an_argument_that_would_be_ignored_is_refused() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    for arguments in [
        &["--diff", "--format", "json"][..],
        &["--diff", "--fix-only"],
        &["--fix-only", "--format", "json"],
        &["--fix", "--list-files"],
        &["--fix", "--write-baseline", "known.json"],
        &["--add-ignore", "unknown-key"],
        &["--reason", "x"],
    ] {
        assert_eq!(portal.run(arguments).status, 2, "{arguments:?}");
    }
    assert_eq!(text(&portal, "app-config.yaml"), LAYER);
}

#[test]
fn a_suppression_is_written_above_each_finding_of_a_rule() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    let answer = portal.run(&[
        "--add-ignore",
        "cache-store-unknown",
        "--reason",
        "the fork reads it",
    ]);
    assert!(answer.stderr.contains("1 suppressed"), "{}", answer.stderr);
    let expected = LAYER.replace(
        "    store",
        "    # stagecheck: ignore[cache-store-unknown] the fork reads it\n    store",
    );
    assert_eq!(text(&portal, "app-config.yaml"), expected);
}

const POLICY: &str = "\
id: title-A
title: Another title
scope: layer
cases:
  - when: config.app.title == 'OLD'
    severity: error
    message: another title
    at: [{ here: config.app.title }]
    fixes:
      - title: Write another title
        kind: safe
        set: { config.app.title: NEW }
why: It is on every page.
fix: Write another title.
";

#[test]
fn a_fix_that_brings_an_error_is_not_kept() {
    let policy = |id: &str, old: &str, new: &str| {
        POLICY
            .replace("title-A", id)
            .replace("OLD", old)
            .replace("NEW", new)
    };
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: a\n"),
        ("one.yaml", &policy("title-a", "a", "b")),
        ("other.yaml", &policy("title-b", "b", "a")),
        ("stagecheck.yaml", "policies: [one.yaml, other.yaml]\n"),
    ]);
    let answer = portal.run(&["--fix-only"]);
    assert!(
        answer.stderr.contains("skipped the fix of `title-a`"),
        "{}",
        answer.stderr
    );
    assert_eq!(text(&portal, "app-config.yaml"), "app:\n  title: a\n");
}

#[test]
fn fixes_that_undo_each_other_stop() {
    let policy = |id: &str, old: &str, new: &str| {
        POLICY
            .replace("title-A", id)
            .replace("severity: error", "severity: warning")
            .replace("OLD", old)
            .replace("NEW", new)
    };
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: a\n"),
        ("one.yaml", &policy("title-a", "a", "b")),
        ("other.yaml", &policy("title-b", "b", "a")),
        ("stagecheck.yaml", "policies: [one.yaml, other.yaml]\n"),
    ]);
    let answer = portal.run(&["--fix-only"]);
    assert!(answer.stderr.contains("earlier text"), "{}", answer.stderr);
    assert!(
        answer.stderr.contains("title-a, title-b"),
        "{}",
        answer.stderr
    );
    assert_eq!(text(&portal, "app-config.yaml"), "app:\n  title: a\n");
}

#[test]
fn only_a_known_rule_is_suppressed_and_the_count_is_of_suppressions() {
    let portal = Portal::of(&[("app-config.yaml", LAYER)]);
    let ignore = |rule: &str, more: &[&str]| {
        portal.run(&[&["--add-ignore", rule, "--reason", "known"], more].concat())
    };
    let said = ignore("unknown-kye", &[]);
    assert_eq!(said.status, 2, "{said:?}");
    assert!(
        said.stderr.contains("did you mean `unknown-key`"),
        "{said:?}"
    );
    let said = ignore("schema", &[]);
    assert!(said.stderr.contains("is a group of rules"), "{said:?}");
    assert_eq!(text(&portal, "app-config.yaml"), LAYER);
    let said = ignore("cache-store-unknown", &["--diff"]);
    assert_eq!(said.stderr, "1 would be suppressed\n");
    let said = ignore("cache-store-unknown", &["--fix-only"]);
    assert_eq!(said.stderr, "1 suppressed\n");
}

#[test]
fn where_no_safe_fix_is_the_unsafe_ones_are_counted() {
    let layer = LAYER.replace("memroy", "memory");
    let portal = Portal::of(&[
        ("app-config.yaml", &layer),
        (
            "app-config.production.yaml",
            "app:\n  baseUrl: https://portal.acme.example\n",
        ),
    ]);
    let said = portal.run(&["--diff"]).stderr;
    assert_eq!(said, "no safe fixes; 2 with --unsafe-fixes\n");
    let portal = Portal::of(&[("app-config.yaml", "app:\n  title: Portal\n")]);
    assert_eq!(portal.run(&["--diff"]).stderr, "nothing to fix\n");
}

#[test]
fn a_file_that_is_not_there_yet_is_made() {
    let portal = Portal::of(&[("app-config.yaml", "app:\n  title: a\n")]);
    portal.write("app-config.local.yaml", "app:\n  title: b\n");
    portal.run(&["--fix-only"]);
    assert_eq!(text(&portal, ".gitignore"), "*.local.yaml\n");
}

#[test]
fn what_cannot_hold_a_comment_does_not_keep_others_from_theirs() {
    let policy = POLICY.replace("'OLD'", "'a'").replace("title-A", "no-a");
    let layer = "app:\n  title: a\nauth:\n  text: |\n    a\n";
    let other = "\
id: no-text
title: No text
scope: layer
cases:
  - when: has(config.auth.text)
    severity: error
    message: a text
    at: [{ here: config.auth.text }]
why: It is on every page.
fix: Write no text.
";
    let portal = Portal::of(&[
        ("app-config.yaml", layer),
        ("one.yaml", &policy),
        ("other.yaml", other),
        ("stagecheck.yaml", "policies: [one.yaml, other.yaml]\n"),
    ]);
    let arguments = ["--add-ignore", "no-a,no-text", "--reason", "known"];
    let answer = portal.run(&arguments);
    assert!(answer.stderr.contains("suppressed"), "{}", answer.stderr);
    let fixed = text(&portal, "app-config.yaml");
    assert!(
        fixed.contains("  # stagecheck: ignore[no-a] known\n  title: a\n"),
        "{fixed}"
    );
}

#[test]
fn of_two_repositories_each_is_fixed_by_its_own_findings() {
    let base = "permission:\n  enabled: true\n";
    let open = "app:\n  baseUrl: https://portal.acme.example\npermission:\n  enabled: false\n";
    let closed = "app:\n  baseUrl: https://portal.acme.example\n";
    let one = Portal::of(&[
        ("app-config.yaml", base),
        ("app-config.production.yaml", closed),
    ]);
    let other = Portal::of(&[
        ("app-config.yaml", base),
        ("app-config.production.yaml", open),
    ]);
    other.write("app-config.local.yaml", "app:\n  title: b\n");
    let paths = [&one, &other].map(|portal| portal.path().to_str().unwrap());
    run_in(one.path(), &[paths[0], paths[1], "--unsafe-fixes"]);
    assert_eq!(text(&one, "app-config.production.yaml"), closed);
    assert!(!one.path().join(".gitignore").exists());
    assert_eq!(
        text(&other, "app-config.production.yaml"),
        open.replace("enabled: false", "enabled: true")
    );
    assert_eq!(text(&other, ".gitignore"), "*.local.yaml\n");
}
