//! What a person is told who types something wrong, and where the output goes.

#![allow(clippy::unwrap_used)] // helpers of tests

mod support;

use support::{Answer, Portal, run_in};

fn portal() -> Portal {
    Portal::of(&[("app-config.yaml", "app:\n  title: Portal\n")])
}

fn failed(arguments: &[&str]) -> String {
    let answer = portal().run(arguments);
    assert_eq!(answer.status, 2, "{answer:?}");
    assert_eq!(answer.stdout, "", "{answer:?}");
    answer.stderr
}

#[test]
fn a_slip_is_told_with_what_was_meant() {
    for (arguments, meant) in [
        (&["--stagd"][..], "'--staged'"),
        (&["--format", "sarf"], "'sarif'"),
        (&["--output", "sarf=x"], "`sarif`"),
        (&["--fail-on", "warn"], "'warning'"),
        (&["--color", "alway"], "'always'"),
        (&["chans"], "`chains`"),
        (&["--select", "hardcoded-secrt"], "`hardcoded-secret`"),
        (&["--ignore", "securty"], "`security`"),
        (&["--severity", "unknown-kye=error"], "`unknown-key`"),
        (&["explain", "unknown-kye"], "`unknown-key`"),
        (&["completions", "bsh"], "'bash'"),
        (&["print", "--chain", "defalt"], "`default`"),
    ] {
        let told = failed(arguments);
        assert!(told.contains(meant), "{arguments:?}: {told}");
    }
}

#[test]
fn commands_of_other_programs_are_told_apart_from_missing_files() {
    let checking = "stagecheck: cannot check `lint`: there is no such file\n  \
                    help: checking needs no command: `stagecheck [PATH]...`\n";
    assert_eq!(failed(&["lint", "."]), checking);
    assert!(failed(&["help"]).contains("`stagecheck --help`"));
    assert_eq!(
        failed(&["gone.yaml"]),
        "stagecheck: cannot check `gone.yaml`: there is no such file\n"
    );
}

#[test]
fn what_cannot_be_read_is_told_in_words_for_people() {
    for (arguments, told) in [
        (
            &["--baseline", "gone.json"][..],
            "cannot read the baseline `gone.json`: there is no such file or folder",
        ),
        (
            &["--settings", "gone.yaml"],
            "cannot read the settings `gone.yaml`: there is no such file",
        ),
        (
            &["--env-file", "gone\u{7}.env"],
            "cannot read the variables in gone\\x07.env: there is no such file or folder",
        ),
        (
            &["--output", "sarif=gone/x.sarif"],
            "cannot write gone/x.sarif: there is no such file or folder",
        ),
    ] {
        let said = failed(arguments);
        let line = said.lines().next().unwrap();
        assert!(line.starts_with(&format!("stagecheck: {told}")), "{said}");
    }
}

#[test]
fn staged_needs_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run_in(folder.path(), &["--staged"]);
    let told = "cannot check what is staged: there is no git repository here";
    assert!(answer.stderr.contains(told), "{answer:?}");
    assert_eq!(answer.status, 2);
}

#[test]
fn quiet_and_verbose_are_about_notes_and_never_about_findings() {
    let portal = Portal::of(&[("app-config.yaml", "app:\n  titel: Portal\n")]);
    let answers = [&[][..], &["-q"], &["-v"]].map(|arguments| portal.run(arguments));
    let [usual, quiet, verbose] = answers;
    assert!(usual.stdout.contains("unknown-key"), "{usual:?}");
    assert_eq!(usual.stdout, quiet.stdout);
    assert_eq!(usual.stdout, verbose.stdout);
    assert_eq!((&*usual.stderr, &*quiet.stderr), ("", ""));
    assert!(
        verbose
            .stderr
            .contains("stagecheck: read app-config.yaml\n"),
        "{verbose:?}"
    );
    assert!(
        verbose
            .stderr
            .lines()
            .all(|line| line.starts_with("stagecheck: "))
    );
}

#[test]
fn nothing_to_check_is_said_once_unless_quiet() {
    let empty = Portal::of(&[("README.md", "nothing here\n")]);
    let Answer {
        status,
        stdout,
        stderr,
    } = empty.run(&[]);
    assert_eq!(
        (status, &*stdout, stderr.lines().count()),
        (0, "", 1),
        "{stderr}"
    );
    assert_eq!(empty.run(&["-q"]).stderr, "");
}

#[test]
fn every_shell_has_a_completion_script_that_knows_options_and_formats() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = portal().run(&["completions", shell]).stdout;
        for word in ["staged", "test-policies", "checkstyle"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}
