//! Settings as people write them, and every mistake at its place.

use super::*;
use crate::files::{FilePath, MemoryFiles};
use crate::text::Sources;

/// The settings for the folder `apps/portal`, or the mistakes as `path:line message`.
fn load(files: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let files = MemoryFiles::new(files.iter().copied());
    let mut sources = Sources::default();
    let mut loader = Loader::new(&files);
    let settings = loader.for_folder(&FilePath::new("apps/portal"), &mut sources);
    let mistakes: Vec<String> = loader
        .mistakes()
        .into_iter()
        .map(|mistake| {
            let source = sources.get(mistake.place.source);
            let line = source.position(mistake.place.span.start).line;
            format!("{}:{line} {}", source.path(), mistake.message)
        })
        .collect();
    if mistakes.is_empty() {
        Ok((*settings).clone())
    } else {
        Err(mistakes)
    }
}

fn mistakes(text: &str) -> Vec<String> {
    load(&[("stagecheck.yaml", text)]).unwrap_err()
}

const POLICY: &str = "\
id: our-domain
title: Base URLs are under our domain
scope: chain
cases:
  - when: \"!url(config.app.baseUrl).host.endsWith('.acme.com')\"
    severity: error
    message: \"`{config.app.baseUrl}` is not under acme.com\"
    at: [{ here: config.app.baseUrl }]
why: Cookies are for acme.com.
fix: Use a host under acme.com.
";

#[test]
fn everything_that_can_be_set_is_understood() {
    let settings = load(&[(
        "stagecheck.yaml",
        "required-version: '>=0.1'
rules:
  yaml-syntax: warning
  loader: off
overrides:
  - paths: [apps/legacy/**]
    rules: { security: info }
chains:
  - name: canary
    config: [apps/portal/app-config.yaml, apps/portal/app-config.canary.yaml]
    production: true
    environment: { PORT: 7007 }
exclude: [examples]
replicas: 3
maxConnections: 100
environment: { PGSSLMODE: require }
fail-on: warning
baseline: .stagecheck/baseline.json
",
    )])
    .unwrap();
    assert_eq!(settings.rules.len(), 2);
    assert_eq!(settings.rules[1].level, Level::Off);
    assert!(
        settings.overrides[0]
            .paths
            .matches(&FilePath::new("apps/legacy/app-config.yaml"))
    );
    assert_eq!(settings.chains[0].layers.len(), 2);
    assert_eq!(&*settings.chains[0].environment[0].value, "7007");
    assert_eq!(settings.replicas, Some(3));
    assert_eq!(settings.max_connections, Some(100));
    assert_eq!(settings.fail_on, Some(FailOn::From(Severity::Warning)));
    assert!(
        settings
            .exclude
            .matches(&FilePath::new("examples/app-config.yaml"))
    );
}

#[test]
fn the_nearest_file_wins_and_without_one_there_are_defaults() {
    let near = [
        ("stagecheck.yaml", "replicas: 1"),
        ("apps/stagecheck.yaml", "replicas: 2"),
    ];
    assert_eq!(load(&near).unwrap().replicas, Some(2));
    assert_eq!(load(&[]).unwrap().replicas, None);
    assert_eq!(
        load(&[("stagecheck.yaml", "# nothing yet\n")])
            .unwrap()
            .replicas,
        None
    );
}

#[test]
fn a_file_extends_another_and_packages() {
    let settings = load(&[
        (
            "stagecheck.yaml",
            "extends: [./shared/base.yaml, '@acme/stagecheck-config']\nreplicas: 2\n",
        ),
        (
            "shared/base.yaml",
            "replicas: 1\nmaxConnections: 50\npolicies: rules/*.yaml\n",
        ),
        ("shared/rules/our-domain.yaml", POLICY),
        (
            "node_modules/@acme/stagecheck-config/stagecheck.yaml",
            "maxConnections: 60\nrules: { our-domain: info }\n",
        ),
    ])
    .unwrap();
    assert_eq!(settings.replicas, Some(2));
    assert_eq!(settings.max_connections, Some(60));
    assert_eq!(settings.policies[0].id, "our-domain");
}

#[test]
fn mistakes_say_what_is_wrong_and_where() {
    for (text, expected) in [
        (
            "replica: 3\n",
            "stagecheck.yaml:1 `replica` is an unknown key; did you mean `replicas`?",
        ),
        (
            "a: b\nreplicas: 0\n",
            "stagecheck.yaml:2 `replicas` must be an integer of at least 1",
        ),
        (
            "rules:\n  yaml-sintax: off\n",
            "stagecheck.yaml:2 unknown rule or group `yaml-sintax`; did you mean `yaml-syntax`?",
        ),
        (
            "rules:\n  yaml-syntax: fatal\n",
            "stagecheck.yaml:2 `rules.yaml-syntax` must be `error`, `warning`, `info` or `off`",
        ),
        ("- a\n", "stagecheck.yaml:1 the settings must be a mapping"),
        (
            "required-version: '>=99'\n",
            "stagecheck.yaml:1 `required-version` requires another version",
        ),
        (
            "required-version: newest\n",
            "stagecheck.yaml:1 `required-version` must be a range of versions",
        ),
        (
            "exclude: ['a[']\n",
            "stagecheck.yaml:1 `exclude[0]` must be a glob",
        ),
        (
            "extends: ./gone.yaml\n",
            "stagecheck.yaml:1 `extends`: `./gone.yaml` is neither a file",
        ),
        (
            "extends: ./stagecheck.yaml\n",
            "stagecheck.yaml:1 `extends`: cycle at",
        ),
        (
            "policies: gone.yaml\n",
            "stagecheck.yaml:1 `policies`: cannot read `gone.yaml`",
        ),
        (
            "policies: gone/*.yaml\n",
            "stagecheck.yaml:1 `policies`: no file matches `gone/*.yaml`",
        ),
        (
            "chains:\n  - config: []\n",
            "stagecheck.yaml:2 `chains[0].name` is missing",
        ),
        (
            "chains:\n  - config: []\n",
            "stagecheck.yaml:2 `chains[0].config` must not be empty",
        ),
        ("a: [\n", "stagecheck.yaml:"),
        (
            "rules: [yaml-syntax]\n",
            "stagecheck.yaml:1 `rules` must be a mapping",
        ),
        (
            "rules: off\n",
            "stagecheck.yaml:1 `rules` must be a mapping",
        ),
        ("rules: 3\n", "stagecheck.yaml:1 `rules` must be a mapping"),
        (
            "overrides: off\n",
            "stagecheck.yaml:1 `overrides` must be a list",
        ),
        (
            "chains:\n  - { name: a, config: [x] }\n  - { name: b, config: [x] }\n  - { name: a, config: [y] }\n",
            "stagecheck.yaml:4 `chains[2].name` is a duplicate chain name",
        ),
        (
            "rules:\n\tyaml-syntax: off\n",
            "stagecheck.yaml:2 tab in indentation",
        ),
    ] {
        let mistakes = mistakes(text);
        assert!(
            mistakes.iter().any(|mistake| mistake.starts_with(expected)),
            "{expected}: {mistakes:?}"
        );
    }
}

#[test]
fn mistakes_in_a_policy_stand_in_the_policy_file() {
    for (from, to, expected) in [
        (
            "\"!url(config.app.baseUrl).host.endsWith('.acme.com')\"",
            "!url(config.app.baseUrl).host.endsWith('.acme.com')",
            "policy.yaml:5 `!url(config.app.baseUrl).host.endsWith('.acme.com')` is a YAML tag, which is dropped; quote the whole value",
        ),
        (
            "\"!url(config.app.baseUrl).host.endsWith('.acme.com')\"",
            "!!has(config.app) has(config.backend)",
            "policy.yaml:5 `!!has(config.app)` is a YAML tag",
        ),
        (
            "title:",
            "titel:",
            "policy.yaml:2 `titel` is an unknown key; did you mean `title`?",
        ),
        (
            ".host.",
            ".hots.",
            "policy.yaml:5 `cases[0].when` reads the unknown fact `hots`; did you mean `host`?",
        ),
        (
            "endsWith(",
            "endWith(",
            "policy.yaml:5 `cases[0].when` calls the unknown method `endWith`; did you mean `endsWith`?",
        ),
        (
            "!url(config",
            "!url((config",
            "policy.yaml:5 `cases[0].when` is not a CEL expression",
        ),
        (
            "severity: error",
            "severity: fatal",
            "policy.yaml:6 `cases[0].severity` must be `error`, `warning` or `info`",
        ),
        (
            "{config.app",
            "{confi.app",
            "policy.yaml:7 `cases[0].message` reads the unknown variable `confi`; did you mean `config`?",
        ),
        (
            "here: config.app",
            "here: chain.nam",
            "policy.yaml:8 `cases[0].at[0].here` reads the unknown fact `nam",
        ),
        (
            "our-domain",
            "yaml-syntax",
            "policy.yaml:1 `id`: a rule `yaml-syntax` already exists",
        ),
        (
            "scope:",
            "supersedes: [schema-violated]\nscope:",
            "policy.yaml:3 `supersedes`: unknown rule `schema-violated`",
        ),
    ] {
        let policy = POLICY.replacen(from, to, 1);
        let loaded = load(&[
            ("stagecheck.yaml", "policies: policy.yaml"),
            ("policy.yaml", &policy),
        ]);
        let mistakes = loaded.unwrap_err();
        assert!(
            mistakes.iter().any(|mistake| mistake.starts_with(expected)),
            "{expected}: {mistakes:?}"
        );
    }
}

#[test]
fn the_published_schema_knows_every_key() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/stagecheck.schema.json")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        let mistakes = mistakes(&format!("{key}: {{ a: {{ b: c }} }}\nnonsense: 1\n"));
        let unknown = format!("`{key}` is an unknown key");
        assert!(
            !mistakes.iter().any(|mistake| mistake.contains(&unknown)),
            "{mistakes:?}"
        );
    }
    assert_eq!(schema["properties"].as_object().unwrap().len(), 14);
}
