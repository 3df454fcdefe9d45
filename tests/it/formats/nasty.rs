//! A run made by hand: names with everything that some format gives a meaning to, and a secret in every text.

use std::time::Duration;

use source::{ConfigPath, Part};
use stagecheck::backstage::words::LeftOut;
use stagecheck::files::FilePath;
use stagecheck::finding::{ChainName, Edit, Finding, Fix, FixKind, Label, RuleId, Severity};
use stagecheck::run::{Baselined, Run};
use stagecheck::text::{Place, Source, SourceId, Span};

/// Planted in every text of the run.
pub const SECRET: &str = "pl4nted-S3cret-v4lue";

/// A folder and a file that a person could have made, on a bad day.
pub const PATH: &str = "dir one, 100%\nof/größe:\"<&>';]|*.yaml";
/// The same from the root of the repository.
pub const REPOSITORY_PATH: &str = "sub/dir one, 100%\nof/größe:\"<&>';]|*.yaml";

/// What an edit writes in the place of a key.
pub const NEW_KEY: &str = "größer, 100%: é😀 \"<&>\"";

/// A message in which every format finds something to escape.
pub const MESSAGE: &str =
    "key `a\nb\r::error::x` 100% <b>&\"bold\"</b> ]]> ##vso[x] ; , é😀 {0} [1](2) \x1b[31m\u{202e}";

const TEXT: &str = "\
größe 😀: &a
  \"new\\nline\": pl4nted-S3cret-v4lue # 😀😀 x
  list:
    - é
    - b
end: 1
";

/// The run: findings of each severity, one over several lines, one at the very end, one that a baseline knows.
pub fn run() -> Run {
    let mut run = Run::default();
    let source = run
        .sources
        .add(Source::new(PATH, TEXT).in_repository(REPOSITORY_PATH));
    let clean = run.sources.add(Source::new("app-config.yaml", "a: 1\n"));
    run.secrets.add(place(&run, source, SECRET), SECRET);
    let misspelt = place(&run, source, "größe");
    run.findings = vec![
        finding(&run, source, SECRET, Severity::Error, "hardcoded-secret"),
        finding(&run, source, "- é\n    - b", Severity::Warning, "a-policy"),
        finding(&run, source, "x", Severity::Info, "hardcoded-secret"),
        Finding {
            fixes: vec![fix(Edit::string(misspelt, NEW_KEY))],
            ..finding(&run, source, "größe", Severity::Info, "unknown:rule,%")
        },
        at_the_end(&run, source),
    ];
    run.baseline = Some(Baselined {
        known: vec![finding(&run, source, "end", Severity::Error, "a-policy")],
        gone: 1,
    });
    run.checked.app_roots = 1;
    run.checked.chains = 2;
    run.checked.layers = vec![clean, source];
    run.checked.left_out = vec![LeftOut {
        path: FilePath::new("x"),
        reason: "is a template".into(),
    }];
    run.elapsed = Duration::from_millis(3);
    run.sort();
    run
}

fn at_the_end(run: &Run, source: SourceId) -> Finding {
    let end = run.sources.get(source).text().len();
    let mut finding = finding(run, source, "end", Severity::Error, "a-policy");
    finding.primary.place.span = Span::at(end);
    finding
}

fn finding(
    run: &Run,
    source: SourceId,
    piece: &str,
    severity: Severity,
    rule: &'static str,
) -> Finding {
    Finding {
        rule: RuleId::new(rule),
        severity,
        message: format!("{MESSAGE} {SECRET}"),
        primary: Label {
            place: place(run, source, piece),
            note: format!("{MESSAGE} {SECRET}"),
        },
        related: vec![Label {
            place: place(run, source, "list"),
            note: format!("see {SECRET}"),
        }],
        help: Some(format!("write\n  \"a: 100%\": {SECRET}\r\n  b: ${{X}}")),
        fixes: match piece {
            // Not to be offered by any format: it would say what it replaces.
            SECRET => vec![fix(Edit::string(place(run, source, piece), "${X}"))],
            _ => Vec::new(),
        },
        chains: vec![ChainName(format!("chain, {SECRET}\n;").into())],
        config_path: Some(nasty_path()),
        reported_by: Vec::new(),
    }
}

fn nasty_path() -> ConfigPath {
    let mut path = ConfigPath::root();
    for key in ["größe", "new\nline", SECRET] {
        path.push(Part::Key(key.into()));
    }
    path
}

/// A fix of one edit.
pub fn fix(edit: Edit) -> Fix {
    let title = format!("replace with {}", edit.text);
    Fix::of_edits(title, FixKind::Safe, vec![edit])
}

fn place(run: &Run, source: SourceId, piece: &str) -> Place {
    let start = run.sources.get(source).text().find(piece).unwrap();
    Place::new(source, Span::new(start, start + piece.len()))
}

/// The message of every finding as it may be shown.
pub fn shown_message() -> String {
    format!("{} ********", stagecheck::text::mask::escape(MESSAGE))
}

/// The help of every finding as it may be shown.
pub fn shown_help() -> &'static str {
    "write\n  \"a: 100%\": ********\n  b: ${X}"
}
