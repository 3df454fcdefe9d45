//! What reports look like for a run made by hand.

use std::time::Duration;

use super::*;
use crate::finding::{ChainName, Edit, Finding, Label, RuleId, Severity};
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
            edits: vec![Edit::string(place(&run, base, "better-sqlite3"), "pg")],
            chains: vec![ChainName("production".into())],
            config_path: "backend.database.connection".parse().ok(),
        },
        Finding {
            rule: RuleId::new("schema-deprecated"),
            severity: Severity::Warning,
            message: "the token hunter2hunter2 stands in the file".into(),
            primary: Label { place: secret, note: "this is `hunter2hunter2`".into() },
            related: Vec::new(),
            help: Some("write `token: ${BACKEND_TOKEN}` and set the variable where the app runs, not in a file that everybody can read".into()),
            edits: vec![Edit::string(place(&run, base, "token"), "externalToken")],
            chains: Vec::new(),
            config_path: "backend.auth.token".parse().ok(),
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

#[test]
fn pretty_keeps_to_ascii_and_width_when_asked() {
    let look = Look {
        drawing: Drawing::Ascii,
        width: 60,
        time: Time::Shown,
        ..Look::FILE
    };
    let shown = written(Format::Pretty, &portal(), &look);
    assert!(shown.is_ascii(), "{shown}");
    assert!(shown.lines().all(|line| line.len() <= 70), "{shown}");
    assert!(shown.contains("4 ms"), "{shown}");
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
fn a_clean_run_says_so_unless_it_must_be_silent() {
    let clean = Run::default();
    let silent = Look {
        clean: Clean::Silent,
        ..Look::FILE
    };
    assert!(written(Format::Pretty, &clean, &Look::FILE).starts_with("no findings"));
    assert_eq!(written(Format::Pretty, &clean, &silent), "");
    assert_eq!(written(Format::Concise, &clean, &Look::FILE), "");
}

#[test]
fn no_format_shows_a_secret() {
    for format in Format::ALL.iter().copied() {
        let shown = written(format, &portal(), &Look::FILE);
        assert!(!shown.contains("hunter2"), "{}: {shown}", format.name());
        assert!(shown.contains("********"), "{}: {shown}", format.name());
    }
}
