use super::*;
use crate::files::{FilePath, MemoryFiles};

struct Outcome {
    resolved: Resolved,
    sources: Sources,
}

fn run(files: &[(&str, &str)], environment: &Environment) -> Outcome {
    let files = MemoryFiles::new(files.iter().copied());
    let mut sources = Sources::default();
    let layer = super::super::layer::load(&files, &FilePath::new("app-config.yaml"), &mut sources);
    assert!(!layer.is_broken(), "{:?}", layer.problems);
    let resolved = resolve(&layer, environment, &files, &mut sources);
    Outcome { resolved, sources }
}

fn open(files: &[(&str, &str)]) -> Outcome {
    run(files, &Environment::default())
}

impl Outcome {
    fn at(&self, path: &str) -> Option<&Value> {
        self.resolved.root.as_ref()?.at(path.split('.'))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Rule, file and spelled bytes of each problem.
    fn problems(&self) -> Vec<(&'static str, &str, &str)> {
        let problems = self.resolved.problems.iter();
        problems
            .map(|problem| {
                let place = problem.primary.place;
                let source = self.sources.get(place.source);
                (problem.rule, source.path(), source.slice(place.span))
            })
            .collect()
    }
}

#[test]
fn values_of_an_include_stand_in_the_included_file_and_their_key_in_the_layer() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: inc/x.yaml#k}\n"),
        ("inc/x.yaml", "k: {s: word}\n"),
    ]);
    let origin = outcome.at("a").unwrap().origin.unwrap();
    assert_eq!(outcome.sources.slice(origin.value), "{s: word}");
    assert_eq!(
        outcome.sources.get(origin.value.source).path(),
        "inc/x.yaml"
    );
    let key = origin.key.unwrap();
    assert_eq!(outcome.sources.slice(key), "a");
    assert_eq!(outcome.sources.get(key.source).path(), "app-config.yaml");
    assert_eq!(outcome.text("a.s"), Some("word"));
}

#[test]
fn includes_start_from_their_own_folder() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: inc/x.yaml}\n"),
        (
            "inc/x.yaml",
            "n: {$include: y.json}\nf: {$file: ../s.txt}\n",
        ),
        ("inc/y.json", "{\"q\": [1]}"),
        ("s.txt", "text \n\n"),
    ]);
    assert_eq!(outcome.text("a.f"), Some("text"));
    assert_eq!(outcome.at("a.n.q").unwrap().as_array().unwrap().len(), 1);
    assert!(outcome.problems().is_empty());
}

#[test]
fn an_included_directive_stays_plain_data() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: x.yaml}\n"),
        ("x.yaml", "$include: y.yaml\n"),
    ]);
    assert_eq!(outcome.text("a.$include"), Some("y.yaml"));
}

#[test]
fn files_outside_the_repository_are_open_and_no_problem() {
    let outcome = open(&[(
        "app-config.yaml",
        "a: {$file: /run/secret}\nb: {$include: ../x.yaml}\nc: {$env: X}\n",
    )]);
    for path in ["a", "b", "c"] {
        assert!(outcome.at(path).unwrap().as_open().is_some(), "{path}");
    }
    assert!(outcome.problems().is_empty());
}

#[test]
fn broken_directives_are_named_where_they_stand() {
    for (value, rule, at) in [
        ("{$file: nope.txt}", "file-not-found", "nope.txt"),
        ("{$include: nope.yaml}", "file-not-found", "nope.yaml"),
        (
            "{$include: x.txt}",
            "include-unsupported-extension",
            "x.txt",
        ),
        (
            "{$include: x.YAML}",
            "include-unsupported-extension",
            "x.YAML",
        ),
        (
            "{$include: 'x.yaml#k.z.z'}",
            "include-path-not-found",
            "'x.yaml#k.z.z'",
        ),
        (
            "{$file: x.txt, other: 1}",
            "directive-adjacent-keys",
            "other",
        ),
        ("{$env: 5}", "directive-not-string", "5"),
        ("{$env: null}", "directive-not-string", "null"),
    ] {
        let layer = format!("v: {value}\n");
        let outcome = open(&[
            ("app-config.yaml", &layer),
            ("x.txt", ""),
            ("x.yaml", "k: [1]\n"),
            ("x.YAML", "k: 1\n"),
        ]);
        assert_eq!(outcome.problems(), [(rule, "app-config.yaml", at)]);
        assert_eq!(
            outcome.resolved.is_broken(),
            rule != "file-not-found",
            "{value}"
        );
        assert_eq!(outcome.resolved.problems[0].config_path, "v".parse().ok());
    }
}

#[test]
fn an_include_path_to_nothing_removes_the_value_and_is_named() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: 'x.yaml#n'}\nb: 1\n"),
        ("x.yaml", "k: 1\n"),
    ]);
    assert!(outcome.at("a").is_none());
    assert!(!outcome.resolved.is_broken());
    assert_eq!(outcome.problems()[0].0, "include-path-not-found");
}

#[test]
fn a_broken_include_is_named_in_the_included_file() {
    let outcome = open(&[
        (
            "app-config.yaml",
            "a: {$include: x.yaml}\nb: {$include: x.yaml}\n",
        ),
        ("x.yaml", "k: 1\nk: 2\n"),
    ]);
    assert_eq!(outcome.problems(), [("yaml-duplicate-key", "x.yaml", "k")]);
}

#[test]
fn include_cycles_end() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: x.yaml}\n"),
        ("x.yaml", "b: {$include: y.yaml}\n"),
        ("y.yaml", "c: {$include: x.yaml}\n"),
    ]);
    assert_eq!(outcome.problems(), [("include-cycle", "y.yaml", "x.yaml")]);
    let outcome = open(&[("app-config.yaml", "a: {$include: app-config.yaml}\n")]);
    assert_eq!(outcome.problems()[0].0, "include-cycle");
}

#[test]
fn another_part_of_the_same_file_is_no_cycle() {
    let outcome = open(&[
        ("app-config.yaml", "a: {$include: 'x.yaml#k'}\n"),
        ("x.yaml", "k: {v: {$include: 'x.yaml#l'}}\nl: end\n"),
    ]);
    assert_eq!(outcome.text("a.v"), Some("end"));
}

#[test]
fn includes_that_multiply_end_at_the_limit() {
    let mut files = vec![(
        "app-config.yaml".to_owned(),
        "a: {$include: f0.yaml}\n".to_owned(),
    )];
    for level in 0..30 {
        let next = format!("{{$include: f{}.yaml}}", level + 1);
        files.push((
            format!("f{level}.yaml"),
            format!("[{next}, {next}, {next}]\n"),
        ));
    }
    files.push(("f30.yaml".into(), "[1]\n".into()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let outcome = open(&files);
    assert!(outcome.resolved.is_broken());
}

#[test]
fn the_root_must_be_an_object() {
    for text in ["- 1\n", "hello\n", "5\n", "false\n", "'${X}'\n"] {
        let outcome = open(&[("app-config.yaml", text)]);
        assert_eq!(outcome.problems()[0].0, "root-not-object", "{text}");
        assert!(outcome.resolved.root.is_none());
    }
    for text in ["", "# hi\n", "null\n"] {
        let outcome = open(&[("app-config.yaml", text)]);
        assert!(
            outcome.problems().is_empty() && outcome.resolved.root.is_none(),
            "{text}"
        );
    }
}

#[test]
fn what_only_looks_like_a_placeholder_is_named_by_its_bytes() {
    let outcome = open(&[("app-config.yaml", "a: \"x\\t${HOST\"\nb: $TOKEN\n")]);
    assert_eq!(
        outcome.problems(),
        [
            ("placeholder-malformed", "app-config.yaml", "${HOST"),
            ("placeholder-malformed", "app-config.yaml", "$TOKEN"),
        ]
    );
    assert!(!outcome.resolved.is_broken());
}

#[test]
fn unknown_directives_are_named_with_what_was_meant() {
    let outcome = open(&[(
        "app-config.yaml",
        "a: {$fille: x}\nb: {$ref: x}\nc: {$foo: 5}\n",
    )]);
    assert_eq!(
        outcome.problems(),
        [("directive-unknown", "app-config.yaml", "$fille")]
    );
    assert_eq!(
        outcome.resolved.problems[0].help.as_deref(),
        Some("did you mean `$file`?")
    );
}

#[test]
fn known_variables_are_substituted_and_unset_ones_remove_their_value() {
    let environment = Environment::complete([("X", "v")]);
    let files = [(
        "app-config.yaml",
        "a: ${X}\nb: ${M}\nc: ['${X}', '${M}']\nd: {$env: X}\ne: {$env: M}\n",
    )];
    let outcome = run(&files, &environment);
    assert_eq!(outcome.text("a"), Some("v"));
    assert_eq!(outcome.text("d"), Some("v"));
    assert!(outcome.at("b").is_none() && outcome.at("e").is_none());
    assert_eq!(outcome.at("c").unwrap().as_array().unwrap().len(), 1);
}
