//! A repository of many app roots, which are judged by several threads.

use crate::support::Portal;

const LAYER: &str = "backend:\n  database:\n    client: better-sqlite3\n    connection: ':memory:'\n  auth:\n    keys:\n      - secret: hunter2-of-NUMBER-aB3x9\n$include-me:\n  title: see hunter2-of-OTHER-aB3x9\n";

const COUNT: usize = 150;

fn many() -> Portal {
    let portal = Portal::empty();
    for number in 0..COUNT {
        let other = (number + 75) % COUNT;
        let layer = LAYER
            .replace("NUMBER", &format!("{number:03}"))
            .replace("OTHER", &format!("{other:03}"));
        portal.write(&format!("r{number:03}/app-config.yaml"), layer);
        portal.write(
            &format!("r{number:03}/app-config.production.yaml"),
            "app:\n  title: x # stagecheck: ignore[hardcoded-secret] not here\n",
        );
    }
    portal.track_everything();
    portal
}

#[test]
fn every_app_root_says_what_it_says_alone_in_the_order_of_paths() {
    let portal = many();
    let all = portal.findings(&[]);
    let of = |number: usize| {
        let folder = format!("r{number:03}/");
        let own = all.iter().filter(|line| line.path.starts_with(&folder));
        own.cloned().collect::<Vec<_>>()
    };
    for number in [0, 1, 74, COUNT - 1] {
        let alone = portal.findings(&[&format!("r{number:03}")]);
        assert!(alone.len() >= 3, "{alone:?}");
        assert_eq!(of(number), alone);
    }
    let mut sorted = all.clone();
    sorted.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let places = |lines: &[crate::support::Line]| -> Vec<(String, usize)> {
        lines
            .iter()
            .map(|line| (line.path.clone(), line.line))
            .collect()
    };
    assert_eq!(places(&all), places(&sorted));
    assert!((0..COUNT).all(|number| of(number).len() == of(0).len()));
}

#[test]
fn the_same_repository_gives_the_same_bytes() {
    let portal = many();
    let json = || portal.run(&["--format", "json"]).stdout;
    let without_time = |text: String| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains("\"elapsed"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(without_time(json()), without_time(json()));
}

#[test]
fn a_secret_of_one_app_root_is_hidden_in_what_is_said_of_another() {
    let portal = many();
    for format in ["pretty", "json", "concise", "sarif"] {
        let said = portal.run(&["--format", format]);
        assert!(!said.stdout.contains("hunter2-of-"), "{format}");
        assert!(!said.stderr.contains("hunter2-of-"), "{format}");
    }
}
