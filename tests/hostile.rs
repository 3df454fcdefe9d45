//! Input that means harm, or nobody meant: the run ends with a finding, not with a crash, and reads no more than it
//! must. (How long it takes and how much memory is measured; here only that a run ends in a moment.)

mod support;

use std::fs::File;
use std::time::{Duration, Instant};

use support::Portal;

/// The rule and line of each finding.
fn found(portal: &Portal) -> Vec<(String, usize)> {
    let lines = portal.findings(&[]);
    lines
        .into_iter()
        .map(|line| (line.rule, line.line))
        .collect()
}

fn rule(name: &str, line: usize) -> (String, usize) {
    (name.to_owned(), line)
}

#[test]
fn a_layer_of_200_megabytes_is_not_read() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: Portal }\n")]);
    let file = File::create(portal.path().join("app-config.production.yaml")).unwrap();
    file.set_len(200 << 20).unwrap();
    assert_eq!(found(&portal), [rule("yaml-syntax", 1)]);
}

#[test]
fn text_that_is_not_utf8_is_one_finding() {
    let portal = Portal::empty();
    portal.write("app-config.yaml", b"app:\n  title: \"\xff\xfe\"\n");
    assert_eq!(found(&portal), [rule("yaml-syntax", 1)]);
}

#[test]
fn ten_thousand_levels_and_an_alias_bomb_are_refused() {
    let deep = format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(
        found(&Portal::of(&[("app-config.yaml", &deep)])),
        [rule("yaml-syntax", 1)]
    );

    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let rules = found(&Portal::of(&[("app-config.yaml", &bomb)]));
    assert!(
        matches!(rules.as_slice(), [(id, _)] if id == "yaml-syntax"),
        "{rules:?}"
    );
}

#[test]
fn includes_that_double_at_every_file_end() {
    let portal = Portal::of(&[
        ("app-config.yaml", "a:\n  $include: i0.yaml\n"),
        ("i25.yaml", "z: 1\n"),
    ]);
    for level in 0..25 {
        let next = level + 1;
        let text = format!("x:\n  $include: i{next}.yaml\ny:\n  $include: i{next}.yaml\n");
        portal.write(&format!("i{level}.yaml"), text);
    }
    let rules = found(&portal);
    assert!(
        rules.iter().any(|(id, _)| id == "include-cycle"),
        "{rules:?}"
    );
}

#[test]
fn a_string_of_broken_placeholders_is_told_a_few_times() {
    let text = format!("a: \"{}\"\n", "${X".repeat(50_000));
    let rules = found(&Portal::of(&[("app-config.yaml", &text)]));
    assert!(
        rules.iter().all(|(id, _)| id == "placeholder-malformed"),
        "{rules:?}"
    );
    assert!((1..=8).contains(&rules.len()), "{}", rules.len());
}

#[cfg(unix)]
#[test]
fn devices_and_links_that_lead_nowhere_are_never_opened() {
    use std::os::unix::fs::symlink;

    let layer = "a:\n  $file: /dev/zero\nb:\n  $file: ./zero\nc:\n  $include: ./zero.yaml\nd:\n  $file: ./loop\n";
    let portal = Portal::empty();
    portal.write("app-config.yaml", layer);
    symlink("/dev/zero", portal.path().join("zero")).unwrap();
    symlink("/dev/zero", portal.path().join("zero.yaml")).unwrap();
    symlink("loop", portal.path().join("loop")).unwrap();
    symlink(".", portal.path().join("self")).unwrap();
    let rules = found(&portal);
    assert!(
        rules.iter().all(|(id, _)| id == "file-not-found"),
        "{rules:?}"
    );
    assert!(rules.contains(&rule("file-not-found", 8)), "{rules:?}");
}

#[cfg(unix)]
#[test]
fn a_layer_that_is_a_device_is_none() {
    let portal = Portal::empty();
    std::os::unix::fs::symlink("/dev/zero", portal.path().join("app-config.yaml")).unwrap();
    assert_eq!(portal.run(&[]).status, 0);
    assert_eq!(portal.run(&["."]).status, 2);
}

/// A run that must end in a moment, also without optimization.
fn quickly(portal: &Portal) -> Vec<(String, usize)> {
    let started = Instant::now();
    let found = found(portal);
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    found
}

#[test]
fn values_of_50_megabytes_are_not_read() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: Portal }\n")]);
    let values = format!(
        "backstage:\n  appConfig:\n    x: {}\n",
        "y".repeat(50 << 20)
    );
    portal.write("values.yaml", values);
    assert!(quickly(&portal).is_empty());
}

#[test]
fn anchors_that_hold_themselves_are_passed_over_in_deployment_files() {
    let values = "backstage: &b\n  appConfig: &c\n    a: *b\n    c: *c\n  args: [--config, app-config.yaml]\n";
    let map = "kind: ConfigMap\nmetadata: &m {name: *m}\ndata: &d\n  app-config.yaml: *d\n";
    let compose = "services: &s\n  portal: *s\n";
    let portal = Portal::of(&[
        ("app-config.yaml", "app: { title: Portal }\n"),
        ("values.yaml", values),
        ("map.yaml", map),
        ("compose.yaml", compose),
    ]);
    assert!(quickly(&portal).is_empty());
}

#[test]
fn of_ten_thousand_documents_and_layers_only_so_many_are_read() {
    let mut documents = String::new();
    let mut keys = "kind: ConfigMap\nmetadata: {name: m}\ndata:\n".to_owned();
    for number in 0..10_000 {
        documents.push_str(&format!("---\nkind: ConfigMap\nmetadata: {{name: m{number}}}\ndata:\n  app-config.m{number}.yaml: |\n    app: {{}}\n"));
        keys.push_str(&format!("  app-config.k{number}.yaml: |\n    app: {{}}\n"));
    }
    let portal = Portal::of(&[
        ("app-config.yaml", "app: { title: Portal }\n"),
        ("documents.yaml", &documents),
        ("keys.yaml", &keys),
    ]);
    quickly(&portal);
    let said = portal.run(&["chains"]).stdout;
    for note in [
        "documents.yaml  it holds more documents than are read",
        "keys.yaml       it holds more layers than anybody would load",
    ] {
        let at = said.find("left out").unwrap();
        assert!(said[at..].contains(note), "{}", &said[at..]);
    }
}

#[test]
fn each_of_very_many_secrets_is_found() {
    let mut text = "catalog:\n".to_owned();
    for index in 0..20_000 {
        text.push_str(&format!(
            "  p{index}:\n    password: Koala-{index}-Tr0ub4dor\n"
        ));
    }
    let portal = Portal::of(&[("app-config.yaml", &text)]);
    let secrets = found(&portal);
    let secrets = secrets.iter().filter(|(id, _)| id == "hardcoded-secret");
    assert_eq!(secrets.count(), 20_000);
}
