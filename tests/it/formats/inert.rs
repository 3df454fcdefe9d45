//! Whatever characters the texts of a run have: no format lets one through that moves a terminal, turns a line around,
//! or makes a line or a part of it a command of a CI runner.

use proptest::prelude::*;
use source::{ConfigPath, Part};
use stagecheck::backstage::words::LeftOut;
use stagecheck::files::FilePath;
use stagecheck::finding::{ChainName, Edit, Finding, Label, RuleId, Severity};
use stagecheck::report::{self, Format};
use stagecheck::run::{Baselined, Run};
use stagecheck::text::mask::escape_character;
use stagecheck::text::{Place, Source, Span};

use super::{nasty, written};

/// Pieces that mean something to a terminal, an eye, or a runner.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("::"),
        Just("::error::x"),
        Just("##[error]"),
        Just("##vso[task.complete]"),
        Just("##VSO["),
        Just("#"),
        Just("["),
        Just("]"),
        Just(" "),
        Just("\u{1b}[31m"),
        Just("\u{7}"),
        Just("\n"),
        Just("\r"),
        Just("\t"),
        Just("\u{85}"),
        Just("\u{9b}"),
        Just("\u{202e}"),
        Just("\u{2028}"),
        Just("\u{200b}"),
        Just("\u{e0041}"),
        Just("%0A"),
        Just("a"),
        Just("é"),
        Just("`"),
        Just("</x>"),
        Just("\""),
        Just("{0}"),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn run_of(texts: &[String; 8]) -> Run {
    let [path, key, message, note, help, chain, edit, other] = texts;
    let mut run = Run::default();
    let text = format!("{key}: 1\n{other}\nend: 2\n");
    let source = Source::new(path, text).in_repository(format!("sub/{path}"));
    let source = run.sources.add(source);
    let place = |start: usize, end: usize| Place::new(source, Span::new(start, end));
    let mut config_path = ConfigPath::root();
    config_path.push(Part::Key(key.as_str().into()));
    config_path.push(Part::Key(other.as_str().into()));
    let finding = |severity, place: Place| Finding {
        rule: RuleId::new("a-rule"),
        severity,
        message: message.clone(),
        primary: Label {
            place,
            note: note.clone(),
        },
        related: vec![Label {
            place: Place::new(source, Span::new(key.len(), key.len() + 1)),
            note: other.clone(),
        }],
        help: Some(format!("{help}\n{other}")),
        fixes: vec![nasty::fix(Edit::string(place, edit))],
        chains: vec![
            ChainName(chain.as_str().into()),
            ChainName(other.as_str().into()),
        ],
        config_path: Some(config_path.clone()),
        reported_by: Vec::new(),
    };
    run.findings = vec![
        finding(Severity::Error, place(0, key.len())),
        finding(
            Severity::Warning,
            place(key.len() + 4, key.len() + 4 + other.len()),
        ),
        finding(Severity::Info, place(0, 0)),
    ];
    run.baseline = Some(Baselined {
        known: vec![finding(Severity::Info, place(0, key.len() + 2))],
        gone: 1,
    });
    run.checked.layers = vec![source];
    run.checked.left_out = vec![LeftOut {
        path: FilePath::new(path),
        reason: other.clone(),
    }];
    run.sort();
    run
}

/// What a line says besides the command that a format makes of it.
fn without_own_command(format: Option<Format>, line: &str) -> &str {
    let own = match format {
        Some(Format::Github) => ["::error ", "::warning ", "::notice "].as_slice(),
        Some(Format::Azure) => ["##vso[task.logissue "].as_slice(),
        _ => &[],
    };
    let own = own.iter().find_map(|start| line.strip_prefix(start));
    own.unwrap_or(line)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_of_a_run_speaks_in_any_format(texts in proptest::array::uniform8(hostile())) {
        let run = run_of(&texts);
        let reports = Format::ALL.iter().map(|format| (Some(*format), written(*format, &run)));
        let summary = (None, report::job_summary(&run));
        for (format, report) in reports.chain([summary]) {
            for line in report.split('\n') {
                // A tab of a layer is shown as it is: the labels below count on it.
                let is_shown = |c: char| c == '\t' && format == Some(Format::Pretty);
                let moving = line.chars().find(|c| escape_character(*c).is_some() && !is_shown(*c));
                prop_assert_eq!(moving, None, "{:?}: {:?}", format, line);
                let text = without_own_command(format, line);
                let lower = text.to_ascii_lowercase();
                prop_assert!(!text.trim_start().starts_with("::"), "{format:?}: {line:?}");
                prop_assert!(!lower.contains("##["), "{format:?}: {line:?}");
                prop_assert!(!lower.contains("##vso["), "{format:?}: {line:?}");
            }
        }
    }
}
