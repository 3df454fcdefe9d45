//! What reports look like for a run made by hand.

use std::time::Duration;

use super::*;
use crate::finding::{ChainName, Edit, Finding, Fix, FixKind, Label, RuleId, Severity};
use crate::request::FailOn;
use crate::text::{Place, Source, SourceId, Span};

const BASE: &str = "\
app:
  title: Acme
backend:
  database:
    client: better-sqlite3
    connection: ':memory:'
  auth:
    token: hunter2hunter2
";

const PRODUCTION: &str = "\
# what production changes
backend:
  baseUrl: https://portal.example.com
";

/// A fix of one edit.
fn fix(edit: Edit) -> Fix {
    let title = format!("Replace with `{}`", edit.text);
    Fix::of_edits(title, FixKind::Safe, vec![edit])
}

/// The bytes of `piece` in a source.
fn place(run: &Run, source: SourceId, piece: &str) -> Place {
    let start = run.sources.get(source).text().find(piece).unwrap();
    Place::new(source, Span::new(start, start + piece.len()))
}

fn label(run: &Run, source: SourceId, piece: &str, note: &str) -> Label {
    Label {
        place: place(run, source, piece),
        note: note.into(),
    }
}

/// Two layers: a database in memory that production leaves so, and a secret.
pub(super) fn portal() -> Run {
    let mut run = Run::default();
    let base = run.sources.add(Source::new("app-config.yaml", BASE));
    let production = run
        .sources
        .add(Source::new("app-config.production.yaml", PRODUCTION));
    let secret = place(&run, base, "hunter2hunter2");
    run.secrets.add(secret, "hunter2hunter2");
    run.findings = vec![
        Finding {
            rule: RuleId::new("yaml-duplicate-key"),
            severity: Severity::Error,
            message: "plugin `catalog` keeps its data in memory: it is lost at every restart".into(),
            primary: label(&run, base, "':memory:'", "in-memory database"),
            related: vec![
                label(&run, base, "better-sqlite3", "client chosen here"),
                label(&run, production, "backend", "nothing here sets another database"),
            ],
            help: Some("backend:\n  database:\n    client: pg\n    connection:\n      host: ${POSTGRES_HOST}".into()),
            fixes: vec![fix(Edit::string(place(&run, base, "better-sqlite3"), "pg"))],
            chains: vec![ChainName("production".into())],
            config_path: "backend.database.connection".parse().ok(),
            reported_by: Vec::new(),
        },
        Finding {
            rule: RuleId::new("schema-deprecated"),
            severity: Severity::Warning,
            message: "the token hunter2hunter2 stands in the file".into(),
            primary: Label { place: secret, note: "this is `hunter2hunter2`".into() },
            related: Vec::new(),
            help: Some("write `token: ${BACKEND_TOKEN}` and set the variable where the app runs, not in a file that everybody can read".into()),
            fixes: vec![fix(Edit::string(place(&run, base, "token"), "externalToken"))],
            chains: Vec::new(),
            config_path: "backend.auth.token".parse().ok(),
            reported_by: Vec::new(),
        },
    ];
    run.checked.app_roots = 1;
    run.checked.chains = 2;
    run.checked.layers = vec![production, base];
    run.suppressed = 1;
    run.elapsed = Duration::from_millis(4);
    run.sort();
    run
}

/// A report as text.
pub(super) fn written(format: Format, run: &Run, look: &Look) -> String {
    let mut out = Vec::new();
    format.report().write(run, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn pretty_shows_message_places_help_and_rule() {
    insta::assert_snapshot!(written(Format::Pretty, &portal(), &Look::FILE));
}

/// A run of so many errors and warnings, each in a line of its own.
fn many(errors: usize, warnings: usize) -> Run {
    let mut run = portal();
    let (error, warning) = (run.findings[0].clone(), run.findings[1].clone());
    run.findings.clear();
    for (count, finding) in [(errors, error), (warnings, warning)] {
        run.findings.extend((0..count).map(|_| finding.clone()));
    }
    run
}

fn brief(run: &Run, most: Option<usize>) -> String {
    let look = Look {
        detail: Detail::Brief,
        most,
        ..Look::FILE
    };
    written(Format::Pretty, run, &look)
}

#[test]
fn what_fails_comes_last_and_in_full_and_the_rest_in_a_line_each_unless_there_is_little() {
    let headlines = |text: &str| text.lines().filter(|line| line.contains("]: ")).count();
    let few = brief(&many(2, 3), None);
    assert_eq!(headlines(&few), 5, "{few}");
    let more = brief(&many(2, 4), None);
    let lines: Vec<&str> = more.lines().collect();
    assert!(
        lines[..4].iter().all(|line| line.contains(": warning[")),
        "{more}"
    );
    assert_eq!((lines[4], headlines(&more)), ("", 2), "{more}");
    assert!(more.contains("`-v` shows all findings in full"), "{more}");
    assert_eq!(
        headlines(&brief(&many(0, 6), None)),
        6,
        "the worst there is"
    );
    let mut strict = many(2, 4);
    strict.fail_on = FailOn::From(Severity::Warning);
    assert_eq!(headlines(&brief(&strict, None)), 6);
}

#[test]
fn very_many_findings_are_an_entry_for_each_rule() {
    let grouped = brief(&many(31, 20), None);
    assert!(grouped.contains("error[yaml-duplicate-key]: "), "{grouped}");
    assert!(grouped.contains("(and 19 more)"), "{grouped}");
    assert!(
        grouped.contains("also: 30 more: app-config.yaml:6:17, "),
        "{grouped}"
    );
    assert!(grouped.lines().count() < 30, "{grouped}");
    let all = brief(&many(31, 20), Some(0));
    assert_eq!(all.matches("error[").count(), 31, "{all}");
    let capped = brief(&many(2, 1), Some(2));
    assert_eq!(capped.matches("error[").count(), 1, "{capped}");
}

#[test]
fn concise_lists_the_most_severe_of_a_limit() {
    let look = Look {
        most: Some(1),
        ..Look::FILE
    };
    let shown = written(Format::Concise, &portal(), &look);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.contains("error["), "{shown}");
}

#[test]
fn the_same_help_is_written_once() {
    let mut run = many(3, 0);
    for finding in &mut run.findings {
        finding.fixes.clear();
    }
    let shown = written(Format::Pretty, &run, &Look::FILE);
    assert_eq!(shown.matches("= help:").count(), 1, "{shown}");
}

#[test]
fn pretty_keeps_to_ascii_and_width_when_asked() {
    let look = Look {
        drawing: Drawing::Ascii,
        width: 60,
        ..Look::FILE
    };
    let shown = written(Format::Pretty, &portal(), &look);
    assert!(shown.is_ascii(), "{shown}");
    assert!(shown.lines().all(|line| line.len() <= 70), "{shown}");
}

#[test]
fn a_deleted_line_is_shown_as_deleted_and_an_added_one_as_added() {
    let mut run = portal();
    let base = run.findings[0].primary.place.source;
    let change = |run: &mut Run, piece: &str, text: &str| {
        run.findings[0].fixes = vec![fix(Edit::words(place(run, base, piece), text))];
        let shown = written(Format::Pretty, run, &Look::FILE);
        let is_change = |line: &&str| line.contains(" - ") || line.contains(" + ");
        // The change of the other finding is of a token.
        let changed = shown
            .lines()
            .filter(is_change)
            .filter(|line| !line.to_lowercase().contains("token"));
        changed.collect::<Vec<_>>().join("\n")
    };
    let client = "    client: better-sqlite3\n";
    assert_eq!(
        change(&mut run, client, ""),
        "  5 -     client: better-sqlite3"
    );
    let added = change(&mut run, client, "    client: pg\n    prefix: acme_\n");
    let expected =
        "  5 -     client: better-sqlite3\n  5 +     client: pg\n  6 +     prefix: acme_";
    assert_eq!(added, expected);
    // All lines of a tall deletion, as far as they are shown.
    let tall = change(&mut run, BASE.split_once("  auth").unwrap().0, "");
    let expected = "  1 - app:\n  2 -   title: Acme\n  3 - backend:\n  4 -   database:\n  5 -     client: better-sqlite3\n  6 -     connection: ':memory:'";
    assert_eq!(tall, expected);
}

#[test]
fn no_line_of_a_narrow_report_ends_with_a_space() {
    let look = Look {
        width: 40,
        ..Look::FILE
    };
    let mut run = portal();
    run.findings[0].rule = RuleId::new("connect-sqlite-on-shared-storage");
    let shown = written(Format::Pretty, &run, &look);
    assert!(
        shown.contains("[connect-sqlite-on-shared-storage]:\n    plugin"),
        "{shown}"
    );
    assert!(shown.lines().all(|line| line.trim_end() == line), "{shown}");
}

#[test]
fn without_colour_there_is_no_escape_sequence_and_with_colour_the_same_text() {
    let plain = written(Format::Pretty, &portal(), &Look::FILE);
    let colored = Look {
        color: Color::Ansi,
        ..Look::FILE
    };
    let colored = written(Format::Pretty, &portal(), &colored);
    assert!(!plain.contains('\x1b'));
    assert!(colored.contains('\x1b'));
    assert_eq!(without_escapes(&colored), plain);
}

fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    plain + rest
}

#[test]
fn concise_is_a_line_for_each_finding() {
    let shown = written(Format::Concise, &portal(), &Look::FILE);
    assert_eq!(
        shown,
        "app-config.yaml:6:17: error[yaml-duplicate-key] plugin `catalog` keeps its data in memory: \
         it is lost at every restart\n\
         app-config.yaml:8:12: warning[schema-deprecated] the token ******** stands in the file\n"
    );
}

#[test]
fn the_summary_marks_what_fails_and_counts_what_can_be_fixed() {
    let said = |run: &Run| summary(run, &Look::FILE);
    let mut run = portal();
    assert_eq!(
        said(&run),
        "1 error (fails), 1 warning in 2 files; 2 fixable with --fix, 1 suppressed"
    );
    run.fail_on = FailOn::From(Severity::Warning);
    assert!(said(&run).starts_with("1 error (fails), 1 warning (fails) in"));
    run.fail_on = FailOn::Never;
    assert!(said(&run).starts_with("1 error, 1 warning in"));
    run.findings.clear();
    assert_eq!(said(&run), "no findings in 2 files; 1 suppressed");
    let timed = Look {
        time: Time::Shown,
        ..Look::FILE
    };
    assert_eq!(
        summary(&run, &timed),
        "no findings in 2 files; 1 suppressed (4 ms)"
    );
}

#[test]
fn a_clean_run_has_no_line_in_forms_for_people() {
    for format in [Format::Pretty, Format::Concise] {
        assert_eq!(written(format, &Run::default(), &Look::FILE), "");
    }
}

#[test]
fn junit_fails_what_fails_the_run() {
    let mut run = portal();
    let counted = |run: &Run| {
        let xml = written(Format::Junit, run, &Look::FILE);
        xml.matches("<failure").count()
    };
    assert_eq!(counted(&run), 1);
    run.fail_on = FailOn::From(Severity::Warning);
    assert_eq!(counted(&run), 2);
    run.fail_on = FailOn::Never;
    assert_eq!(counted(&run), 0);
}

#[test]
fn no_format_shows_a_secret() {
    for format in Format::ALL.iter().copied() {
        let shown = written(format, &portal(), &Look::FILE);
        assert!(!shown.contains("hunter2"), "{}: {shown}", format.name());
        assert!(shown.contains("********"), "{}: {shown}", format.name());
    }
}
