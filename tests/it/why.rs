//! `why` and `diff`: where one value comes from, and how two chains differ.

use crate::support::{Portal, run_in};

fn portal() -> Portal {
    Portal::of(&[
        (
            "app-config.yaml",
            "app:\n  title: Portal\nbackend:\n  database:\n    client: better-sqlite3\n    connection: ':memory:'\n",
        ),
        (
            "app-config.production.yaml",
            "backend:\n  database:\n    client: pg\n    connection:\n      host: db.acme.example\n      password: s3cr3t-Koala-77\n",
        ),
    ])
}

#[test]
fn every_chain_says_which_line_sets_a_value_and_what_it_overrides() {
    let answer = portal().run(&["why", "backend.database.client"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let production = "  pg\n  set in app-config.production.yaml:3\n  overrides app-config.yaml:5\n";
    assert!(answer.stdout.contains(production), "{}", answer.stdout);
}

#[test]
fn a_secret_is_masked_and_a_missing_value_is_said() {
    let portal = portal();
    let password = portal.run(&["why", "backend.database.connection.password"]);
    assert!(
        password.stdout.contains("  ********\n"),
        "{}",
        password.stdout
    );
    assert!(!password.stdout.contains("Koala"));
    let absent = portal.run(&["why", "backend.database.prefix"]);
    assert_eq!(absent.status, 1);
    assert!(
        absent.stdout.contains("not set; `backend.database` is"),
        "{}",
        absent.stdout
    );
    assert_eq!(portal.run(&["why", "a..b"]).status, 2);
}

#[test]
fn findings_about_a_value_are_listed_with_their_places() {
    let portal = portal();
    let answer = portal.run(&["why", "backend.database.connection.password"]);
    let listed = "\nfindings:\n  app-config.production.yaml:6:17: error[hardcoded-secret] ";
    assert!(answer.stdout.contains(listed), "{}", answer.stdout);
    assert!(!answer.stdout.contains("Koala"), "{}", answer.stdout);
    let none = portal.run(&["why", "app.title"]);
    assert!(!none.stdout.contains("findings"), "{}", none.stdout);
}

#[test]
fn layers_are_named_as_they_are_seen_from_here() {
    let portal = portal();
    portal.write("packages/backend/src/index.ts", "");
    let below = portal.path().join("packages");
    let answer = run_in(&below, &["why", "app.title", ".."]);
    assert!(answer.stdout.contains("(../app-config.yaml"), "{answer:?}");
    assert!(
        answer.stdout.contains("  set in ../app-config.yaml:2\n"),
        "{answer:?}"
    );
    let printed = run_in(&below, &["print", ".."]).stdout;
    assert!(printed.contains(": ../app-config.yaml"), "{printed}");
}

#[test]
fn empty_values_are_named() {
    let portal = Portal::of(&[(
        "app-config.yaml",
        "app:\n  title: Portal\n  support: {}\n  extensions: []\n",
    )]);
    let answer = portal.run(&["why", "app.support"]);
    assert!(answer.stdout.contains("  an empty mapping\n"), "{answer:?}");
    let answer = portal.run(&["why", "app.extensions"]);
    assert!(answer.stdout.contains("  an empty list\n"), "{answer:?}");
}

#[test]
fn two_chains_differ_in_what_a_layer_sets() {
    let portal = portal();
    let chains = portal.run(&["chains", "--format", "json"]).stdout;
    assert!(chains.contains("\"production\""), "{chains}");
    let answer = portal.run(&["diff", "production", "production"]);
    assert_eq!((answer.status, answer.stdout.lines().count()), (0, 2));
    let unknown = portal.run(&["diff", "production", "nowhere"]);
    assert_eq!(unknown.status, 2, "{}", unknown.stderr);
}
