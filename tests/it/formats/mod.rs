//! Every format against what its consumer accepts, on a run whose names are as nasty as names can be.

mod commands;
mod documents;
mod edits;
mod inert;
mod nasty;
mod xml;

use stagecheck::report::{self, Format};
use stagecheck::run::Run;

/// A report as it is written to a file.
fn written(format: Format, run: &Run) -> String {
    String::from_utf8(report::to_bytes(format, run)).unwrap()
}

#[test]
fn no_format_shows_a_planted_secret() {
    let run = nasty::run();
    let summary = report::job_summary(&run);
    let all: Vec<_> = Format::ALL
        .iter()
        .map(|&format| (format.name(), written(format, &run)))
        .collect();
    for (name, report) in all.iter().chain([&("job summary", summary)]) {
        assert!(!report.contains(nasty::SECRET), "{name}: {report}");
        let shown = report.replace("&#42;", "*");
        assert!(shown.contains("********"), "{name}: {report}");
    }
}

#[test]
fn equal_runs_are_written_in_equal_bytes() {
    let mut slower = nasty::run();
    slower.elapsed *= 7;
    for format in Format::ALL.iter().copied() {
        assert_eq!(written(format, &nasty::run()), written(format, &slower));
    }
}

#[test]
fn no_format_writes_a_control_character_that_moves_a_terminal() {
    for format in Format::ALL.iter().copied() {
        let report = written(format, &nasty::run());
        let moving = |c: char| c.is_control() && c != '\n';
        assert!(!report.contains(moving), "{}: {report:?}", format.name());
    }
}

#[test]
fn concise_is_one_line_for_each_finding() {
    let run = nasty::run();
    let report = written(Format::Concise, &run);
    assert_eq!(report.lines().count(), run.findings.len(), "{report}");
}
