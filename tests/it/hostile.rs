//! Input that means harm, or nobody meant: the run ends with a finding, not with a crash, and takes no more CPU time,
//! memory and stack than any run may ([`Taken::MOST`](crate::support::Taken::MOST)).

use std::fs::File;

use crate::support::{Answer, Portal, run_bounded};

/// A run within the bounds.
fn bounded(portal: &Portal, arguments: &[&str]) -> Answer {
    run_bounded(portal.path(), arguments)
}

/// The rule and line of each finding.
fn found(portal: &Portal) -> Vec<(String, usize)> {
    let answer = bounded(portal, &["--format", "concise"]);
    assert!(matches!(answer.status, 0 | 1), "{}", answer.stderr);
    answer
        .lines()
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
fn text_that_is_not_utf8_is_judged_as_node_reads_it() {
    let portal = Portal::empty();
    let text = b"app:\n  title: \"\xff\xfe\"\nbackend:\n  database:\n    client: pg\n    connection:\n      password: uW7fqLmZ2x\n";
    portal.write("app-config.yaml", text);
    assert_eq!(
        found(&portal),
        [rule("not-utf-8", 2), rule("hardcoded-secret", 7)]
    );
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
    assert_eq!(bounded(&portal, &[]).status, 0);
    assert_eq!(bounded(&portal, &["."]).status, 2);
}

#[test]
fn values_of_50_megabytes_are_not_read() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: Portal }\n")]);
    let values = format!(
        "backstage:\n  appConfig:\n    x: {}\n",
        "y".repeat(50 << 20)
    );
    portal.write("values.yaml", values);
    assert!(found(&portal).is_empty());
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
    assert!(found(&portal).is_empty());
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
    found(&portal);
    let said = bounded(&portal, &["chains"]).stdout;
    for note in [
        "documents.yaml  it has too many documents",
        "keys.yaml       it has too many layers",
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

/// A portal with one package whose schema is this.
fn with_schema(schema: &str, layer: &str) -> Portal {
    let manifest = format!("{{\"name\": \"a\", \"configSchema\": {schema}}}");
    Portal::of(&[
        ("app-config.yaml", layer),
        ("package.json", ROOT_MANIFEST),
        ("packages/a/package.json", &manifest),
    ])
}

const ROOT_MANIFEST: &str =
    "{\"name\":\"r\",\"workspaces\":[\"packages/*\"],\"dependencies\":{\"@backstage/core\":\"1\"}}";

/// Names, as the items of a flow sequence.
fn names(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|number| format!("v{number}")).collect();
    names.join(",")
}

#[test]
fn nested_anchors_cost_nothing_until_they_are_used() {
    let values = "x,".repeat(150_000);
    let mut text = "list: ".to_owned();
    for number in 0..200 {
        text.push_str(&format!("&a{number} ["));
    }
    text.push_str(&values);
    text.push_str(&"]".repeat(200));
    text.push('\n');
    assert!(found(&Portal::of(&[("app-config.yaml", &text)])).is_empty());
    text.push_str("more: *a0\n");
    assert_eq!(
        found(&Portal::of(&[("app-config.yaml", &text)])),
        [rule("yaml-syntax", 1)]
    );
    text.truncate(text.len() - "more: *a0\n".len());
    let all: Vec<String> = (0..200).map(|number| format!("*a{number}")).collect();
    text.push_str(&format!("more: [{}]\n", all.join(",")));
    assert_eq!(
        found(&Portal::of(&[("app-config.yaml", &text)])),
        [rule("yaml-syntax", 1)]
    );
}

#[test]
fn many_aliases_in_many_brackets_end() {
    let mut text = "list:\n".to_owned();
    for number in 0..40_000 {
        text.push_str(&format!("  - &a{number} x\n"));
    }
    let all: Vec<String> = (0..40_000).map(|number| format!("*a{number}")).collect();
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    text.push_str(&format!("more: {open}{}{close}\n", all.join(",")));
    assert!(found(&Portal::of(&[("app-config.yaml", &text)])).is_empty());
}

#[test]
fn many_quoted_scalars_on_one_line_are_read() {
    let text = format!("a: [{}]\n", "'x',".repeat(100_000));
    assert!(found(&Portal::of(&[("app-config.yaml", &text)])).is_empty());
}

#[test]
fn types_that_hide_how_deep_they_nest_are_not_read() {
    let (open, close) = ("(".repeat(30_000), ")".repeat(30_000));
    for hiding in ["type A = `\"`;", "const a = /\"/;", "// a\r"] {
        let types = format!("{hiding} export interface Config {{ a: {open}x{close} }}\n");
        let portal = Portal::of(&[
            ("app-config.yaml", "app: { title: Portal }\n"),
            ("package.json", ROOT_MANIFEST),
            (
                "packages/a/package.json",
                "{\"name\": \"a\", \"configSchema\": \"config.d.ts\"}",
            ),
            ("packages/a/config.d.ts", &types),
        ]);
        let answer = bounded(&portal, &[]);
        assert_eq!(answer.status, 0);
        let said = "the configuration of a is not checked: packages/a/config.d.ts";
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
    }
}

/// A Deployment whose container is started with these words.
fn deployment(words: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: b}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: b\n          image: backstage\n          command: [{words}]\n"
    )
}

#[test]
fn commands_that_stand_in_each_other_forever_start_nothing() {
    for (words, command) in [
        ("a.sh,", "a.sh "),
        ("npx,dotenv,", "npx dotenv "),
        ("yarn,node,", "exec "),
    ] {
        let dockerfile = format!(
            "FROM node\nCMD {}\n",
            command.repeat(60_000 / command.len())
        );
        let manifest = format!(
            "{{\"scripts\": {{\"start\": \"{}\"}}}}",
            command.repeat(60_000 / command.len())
        );
        let portal = Portal::of(&[
            ("app-config.yaml", "app: { title: Portal }\n"),
            ("Dockerfile", &dockerfile),
            ("package.json", &manifest),
            ("k8s/d.yaml", &deployment(&words.repeat(30_000))),
        ]);
        assert!(found(&portal).is_empty());
        let chains = bounded(&portal, &["chains", "--format", "json"]).stdout;
        assert!(!chains.contains("d.yaml"), "{chains}");
    }
}

#[test]
fn variables_that_double_themselves_are_open() {
    let mut dockerfile = "FROM node\nENV A=x\n".to_owned();
    for _ in 0..10 {
        dockerfile.push_str(&format!("ENV A={}\n", "$A".repeat(20_000)));
    }
    for number in 0..10_000 {
        dockerfile.push_str(&format!("ENV B{number}=$A\n"));
    }
    dockerfile.push_str(&format!(
        "CMD [\"node\", \"packages/backend\", \"--config\", \"$A\", {} \"x\"]\n",
        "\"$A\",".repeat(5_000)
    ));
    let portal = Portal::of(&[
        ("app-config.yaml", "app: { title: Portal }\n"),
        ("Dockerfile", &dockerfile),
    ]);
    assert_eq!(bounded(&portal, &[]).status, 0);
    found(&portal);
}

#[test]
fn a_dockerfile_of_very_many_stages_is_not_read() {
    let mut dockerfile = "FROM node AS b\n".to_owned();
    dockerfile.push_str(&"FROM b AS b\nENV A=1\n".repeat(20_000));
    dockerfile.push_str("CMD node packages/backend --config app-config.yaml\n");
    let mut large = "FROM node AS b\n".to_owned();
    for number in 0..40_000 {
        large.push_str(&format!("ENV A{number}=1\n"));
    }
    large.push_str(&"FROM b AS b\n".repeat(150));
    large.push_str("CMD node packages/backend --config app-config.yaml\n");
    for text in [dockerfile, large] {
        let portal = Portal::of(&[
            ("app-config.yaml", "app: { title: Portal }\n"),
            ("Dockerfile", &text),
        ]);
        assert!(found(&portal).is_empty());
        let chains = bounded(&portal, &["chains", "--format", "json"]).stdout;
        assert!(!chains.contains("Dockerfile"), "{chains}");
    }
}

#[test]
fn of_very_many_layers_of_one_chain_only_so_many_are_read() {
    let mut layer = "app:\n  title: ${X}\nx:\n".to_owned();
    for number in 0..5_000 {
        layer.push_str(&format!("  k{number}: ${{V{number}}}\n"));
    }
    let words = format!(
        "node, packages/backend{}",
        ",--config,app-config.yaml".repeat(9_000)
    );
    let portal = Portal::of(&[
        ("app-config.yaml", &layer),
        ("k8s/d.yaml", &deployment(&words)),
    ]);
    found(&portal);
    let chains = bounded(&portal, &["chains", "--format", "json"]).stdout;
    assert!(
        chains.contains("it loads 9000 layers; only the first 100 are read"),
        "{}",
        chains.get(..2000).unwrap_or(&chains)
    );
}

#[test]
fn long_lists_are_held_against_patterns_and_for_duplicates() {
    let pattern = "{\"type\": \"object\", \"properties\": {\"x\": {\"type\": \"array\", \"items\": {\"type\": \"string\", \"pattern\": \"^[\\\\w-]+(\\\\.[\\\\w-]+)*$\"}}}}";
    let layer = format!("x: [{}, 'a b']\n", names(20_000));
    let portal = with_schema(pattern, &layer);
    assert_eq!(found(&portal), [rule("schema-violation", 1)]);

    let unique = "{\"type\": \"object\", \"properties\": {\"x\": {\"type\": \"array\", \"uniqueItems\": true}}}";
    let layer = format!("x: [{}]\n", names(100_000));
    assert!(found(&with_schema(unique, &layer)).is_empty());
    let layer = format!("x: [{}, v7]\n", names(100_000));
    let portal = with_schema(unique, &layer);
    assert_eq!(found(&portal), [rule("schema-violation", 1)]);
}

#[test]
fn a_number_is_the_text_that_javascript_writes() {
    let schema = "{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"string\", \"enum\": [\"1e+21\"]}, \"m\": {\"type\": \"string\", \"enum\": [\"1e-7\"]}}}";
    assert!(found(&with_schema(schema, "n: 1e21\nm: 1e-7\n")).is_empty());
    assert_eq!(
        found(&with_schema(schema, "n: 1e22\nm: 1e-7\n")),
        [rule("schema-violation", 1)]
    );
}

#[test]
fn conditions_pay_for_what_they_read() {
    let list = format!("app:\n  l: [{}]\n", names(80_000));
    let big = format!("{list}  big: {}\n", "x".repeat(1_000_000));
    for (layer, when) in [
        (&list, "config.app.l.all(i, i in config.app.l)"),
        (&list, "config.app.l.all(i, 'x'.matches(i) || true)"),
        (&list, "config.app.l.all(i, config.app == config.app)"),
        (&big, "config.app.l.all(i, size(config.app.big) > 0)"),
        (&big, "config.app.l.all(i, config.app.big.size() > 0)"),
        (
            &big,
            "config.app.l.all(i, config.app.big == config.app.big)",
        ),
        (
            &big,
            "config.app.l.all(i, glob('a', config.app.big) || true)",
        ),
    ] {
        let card = format!(
            "id: p-rule\ntitle: A rule\ngroup: hygiene\nscope: chain\nchains: all\ncases:\n  - when: \"{when}\"\n    severity: error\n    message: x\n    at:\n      - here: config.app\n        note: x\nwhy: |\n  x\nfix: |\n  y\nexamples: []\n"
        );
        let portal = Portal::of(&[
            ("app-config.yaml", layer),
            ("stagecheck.yaml", "policies: [p.yaml]\n"),
            ("p.yaml", &card),
        ]);
        let answer = bounded(&portal, &[]);
        assert_eq!(answer.status, 2, "{when}: {}", answer.stderr);
        assert!(
            answer.stderr.contains("takes more than"),
            "{when}: {}",
            answer.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_no_baseline_and_no_file_of_variables() {
    let portal = Portal::of(&[("app-config.yaml", "app: { title: Portal }\n")]);
    for option in ["--baseline", "--env-file"] {
        let answer = bounded(&portal, &[option, "/dev/zero"]);
        assert_eq!(answer.status, 2);
        assert!(
            answer.stderr.contains("it is not a regular file"),
            "{}",
            answer.stderr
        );
    }
}
