//! What a person is told who types something wrong, and where the output goes.

use stagecheck::report::Format;

use crate::support::{Answer, Portal, run_in};

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
        (&["--severity", "unknown-kye=off"], "`unknown-key`"),
        (&["--severity", "unknown-key=of"], "`off`"),
        (&["help", "chans"], "`chains`"),
        (
            &["explain", "unused-suppression", "hardcoded-secrt"],
            "`hardcoded-secret`",
        ),
        (&["explain", "unknown-kye"], "`unknown-key`"),
        (&["explain", "tls-missing"], "`tls-missing-in-production`"),
        (&["--ignore", "tls-missing"], "`tls-missing-in-production`"),
        (&["completions", "bsh"], "'bash'"),
        (&["print", "--chain", "defalt"], "`default`"),
    ] {
        let told = failed(arguments);
        assert!(told.contains(meant), "{arguments:?}: {told}");
    }
}

#[test]
fn commands_of_other_programs_are_told_apart_from_missing_files() {
    let checking =
        "error: `lint`: no such file or directory\n\n  tip: did you mean the command `check`?\n";
    assert_eq!(failed(&["lint", "."]), checking);
    assert_eq!(
        failed(&["gone.yaml"]),
        "error: `gone.yaml`: no such file or directory\n"
    );
}

#[test]
fn what_cannot_be_read_is_told_in_words_for_people() {
    for (arguments, told) in [
        (
            &["--baseline", "gone.json"][..],
            "cannot read the baseline `gone.json`: no such file or directory",
        ),
        (
            &["--settings", "gone.yaml"],
            "cannot read the settings file `gone.yaml`: no such file",
        ),
        (
            &["--env-file", "gone\u{7}.env"],
            "`gone\\x07.env`: no such file or directory",
        ),
        (
            &["--output", "sarif=gone/x.sarif"],
            "cannot write gone/x.sarif: no such file or directory",
        ),
    ] {
        let said = failed(arguments);
        let line = said.lines().next().unwrap();
        assert!(line.starts_with(&format!("error: {told}")), "{said}");
    }
}

#[test]
fn staged_needs_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run_in(folder.path(), &["--staged"]);
    let told = "cannot check the staged files: not a git repository";
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
    let summary = "1 warning in 1 file; 1 fixable with --unsafe-fixes\n";
    assert_eq!((&*usual.stderr, &*quiet.stderr), (summary, ""));
    assert!(
        verbose
            .stderr
            .contains("stagecheck: read app-config.yaml\n"),
        "{verbose:?}"
    );
    assert!(
        verbose.stderr.contains("stagecheck: schemas: bundled, "),
        "{verbose:?}"
    );
    let notes = verbose.stderr.strip_suffix(summary).unwrap();
    assert!(notes.lines().all(|line| line.starts_with("stagecheck: ")));
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
fn the_summary_is_on_stderr_in_every_form_and_in_no_report() {
    let portal = Portal::of(&[("app-config.yaml", "a: [\n")]);
    for format in Format::ALL {
        let answer = portal.run(&["--format", format.name(), "--output", "pretty=report.txt"]);
        assert_eq!(answer.status, 1);
        assert_eq!(answer.stderr, "1 error (fails) in 1 file\n", "{format:?}");
        assert!(!answer.stdout.contains("1 error (fails)"), "{answer:?}");
        assert_eq!(portal.run(&["-q", "--format", format.name()]).stderr, "");
    }
    let report = std::fs::read_to_string(portal.path().join("report.txt")).unwrap();
    assert!(!report.contains("(fails)"), "{report}");
}

#[test]
fn checking_help_and_version_are_commands_too() {
    let portal = Portal::of(&[("app-config.yaml", "app:\n  titel: Portal\n")]);
    let by_name = portal.run(&["check", "app-config.yaml", "--format", "concise"]);
    let usual = portal.run(&["app-config.yaml", "--format", "concise"]);
    assert_eq!(by_name.stdout, usual.stdout);
    assert!(usual.stdout.contains("did you mean `title`?"), "{usual:?}");
    let off = portal.run(&["check", "--severity", "unknown-key=off"]);
    assert_eq!((off.status, &*off.stdout), (0, ""));
    let help = portal.run(&["help"]);
    assert_eq!(
        (help.status, help.stdout),
        (0, portal.run(&["--help"]).stdout)
    );
    assert!(portal.run(&["help", "print"]).stdout.contains("--origins"));
    let version = portal.run(&["version"]).stdout;
    assert_eq!(version, portal.run(&["--version"]).stdout);
}

#[test]
fn the_long_help_has_every_option_and_the_short_one_the_usual() {
    let portal = portal();
    let [long, by_command, short] =
        [&["--help"][..], &["help"], &["-h"]].map(|arguments| portal.run(arguments).stdout);
    assert_eq!(long, by_command);
    for option in [
        "--schema <",
        "--stdin-filename <",
        "--add-ignore <",
        "--reason <",
        "--use-process-env",
        "--list-files",
        "--max-findings <",
        "--statistics",
        "--watch",
        "--no-cache",
    ] {
        assert!(long.contains(option), "{option}: {long}");
        assert!(!short.contains(option), "{option}: {short}");
    }
    let of_command = [&["print", "--help"][..], &["help", "print"]];
    let [long, by_command] = of_command.map(|arguments| portal.run(arguments).stdout);
    assert_eq!(long, by_command);
    assert!(long.contains("--no-cache"), "{long}");
}

#[test]
fn arguments_that_another_one_makes_void_are_refused() {
    for arguments in [
        &["--statistics", "--diff"][..],
        &["--statistics", "--fix-only"],
        &["--max-findings", "3", "--diff"],
        &["--max-findings", "3", "--fix-only"],
        &["--max-findings", "3", "--list-files"],
        &["--fail-on", "info", "--diff"],
        &["--fail-on", "info", "--fix-only"],
        &["--fail-on", "info", "--list-files"],
        &["--config", "app-config.yaml", "--with-local"],
        &["print", "--config", "app-config.yaml", "--with-local"],
    ] {
        let said = failed(arguments);
        assert!(
            said.contains("cannot be used with"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn that_no_rule_is_on_is_said() {
    let portal = portal();
    let answer = portal.run(&["--select", "security", "--ignore", "security"]);
    let note = "stagecheck: no rule is on: nothing is reported\n";
    assert!(answer.stderr.starts_with(note), "{answer:?}");
    assert!(!portal.run(&[]).stderr.contains("no rule"));
}

#[test]
fn a_group_is_explained_by_its_rules_and_never_suggested_as_a_rule() {
    let said = failed(&["explain", "databse"]);
    assert!(said.contains("unknown rule `databse`"), "{said}");
    assert!(!said.contains("`database`"), "{said}");
    let said = failed(&["explain", "database"]);
    assert!(said.contains("`database` is a group of rules"), "{said}");
    assert!(said.contains("pool-mismatch"), "{said}");
}

#[test]
fn a_layer_on_stdin_is_judged_in_its_app() {
    let portal = Portal::of(&[
        ("app-config.yaml", "app:\n  title: Portal\n"),
        ("app-config.production.yaml", "app: {}\n"),
    ]);
    let typed = |arguments: &[&str], text: &str| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_stagecheck"))
            .args(arguments)
            .current_dir(portal.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let _ = std::io::Write::write_all(&mut stdin, text.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let said = typed(&["-"], "app:\n  titel: x\n");
    assert!(
        said.starts_with("app-config.yaml:2:3: warning[unknown-key]"),
        "{said}"
    );
    let said = typed(
        &[
            "--stdin-filename",
            "app-config.production.yaml",
            "--format",
            "concise",
        ],
        "app: [\n",
    );
    assert!(said.starts_with("app-config.production.yaml:"), "{said}");
    // A layer that is not there yet.
    let said = typed(
        &["-", "--stdin-filename", "app-config.new.yaml"],
        "app: [\n",
    );
    assert!(said.starts_with("app-config.new.yaml:"), "{said}");
    let said = typed(&["-", "app-config.yaml"], "");
    assert!(
        said.contains("no other path is checked beside it"),
        "{said}"
    );
    let said = typed(&["-", "--stdin-filename", "README.md"], "app: 1\n");
    assert!(said.contains("`README.md` is not a config file"), "{said}");
    let said = typed(&["-", "--fix"], "app: 1\n");
    assert!(
        said.contains("cannot fix what is read from stdin"),
        "{said}"
    );
    let on_disk = std::fs::read_to_string(portal.path().join("app-config.yaml")).unwrap();
    assert_eq!(on_disk, "app:\n  title: Portal\n");
}

#[test]
fn a_chain_of_the_settings_may_be_that_of_one_app_and_must_be_that_of_some() {
    let of = |settings: &str| {
        Portal::of(&[
            ("one/app-config.yaml", "app: {}\n"),
            ("one/app-config.production.yaml", "app: {}\n"),
            ("two/app-config.yaml", "app: {}\n"),
            ("other/values.yaml", "app: {}\n"),
            ("stagecheck.yaml", settings),
        ])
    };
    let chain = of("chains: [{ name: production, production: false }]\n");
    assert_eq!(chain.run(&[]).status, 0);
    let listed = chain.run(&["chains", "one"]).stdout;
    assert!(!listed.contains("production      production"), "{listed}");
    let slip = of("chains: [{ name: prodution, production: false }]\n");
    let answer = slip.run(&[]);
    assert_eq!(answer.status, 2);
    let message = "unknown chain `prodution`: did you mean `production`?";
    assert!(answer.stderr.contains(message), "{}", answer.stderr);
    let elsewhere = of("chains: [{ name: canary, config: [other/values.yaml] }]\n");
    let note =
        "`chains` in the settings: `canary` loads no layer of an app root, and is not checked";
    let answer = elsewhere.run(&[]);
    assert!(answer.stderr.contains(note), "{}", answer.stderr);
}

#[test]
fn settings_and_layers_that_take_no_part_are_named() {
    let portal = Portal::of(&[
        ("app-config.yaml", "app: {}\n"),
        ("app-config.old.yaml", "app: {}\n"),
        (
            "stagecheck.yaml",
            "exclude: [app-config.old.yaml, 'nothing/**']\noverrides: [{ paths: [gone.yaml], rules: { schema: off } }]\n",
        ),
        (".stagecheck.yml", "rules: {}\n"),
    ]);
    let answer = portal.run(&["-v"]);
    for note in [
        "settings: stagecheck.yaml",
        "`.stagecheck.yml` is not read: settings are in stagecheck.yaml",
        "`exclude` in the settings: `nothing/**` matches no file",
        "`overrides` in the settings: `gone.yaml` matches no file",
        "left out app-config.old.yaml: it is excluded by the settings",
    ] {
        let count = answer.stderr.matches(note).count();
        assert_eq!(count, 1, "{note}: {}", answer.stderr);
    }
    assert!(
        !answer
            .stderr
            .contains("`app-config.old.yaml` matches no file")
    );
    let listed = portal.run(&["--list-files"]).stdout;
    let excluded = "app-config.old.yaml (left out: it is excluded by the settings)";
    assert!(listed.contains(excluded), "{listed}");
}

#[test]
fn schemas_of_our_own_files_are_printed() {
    for (argument, word) in [("--settings", "fail-on"), ("--policy", "cases")] {
        let schema = portal().run(&["schema", argument]).stdout;
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        assert!(schema.to_string().contains(word), "{argument}");
    }
}

/// The whole of what a terminal gets, for every fixture.
#[test]
fn the_pretty_report_takes_at_most_twelve_lines_a_finding() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let (mut findings, mut lines) = (0, 0);
    for fixture in std::fs::read_dir(fixtures).unwrap() {
        let fixture = fixture.unwrap().path();
        if fixture.is_dir() {
            let counted = |format: &str| {
                let answer = run_in(&fixture, &["--format", format]);
                answer.stdout.lines().count()
            };
            findings += counted("concise");
            lines += counted("pretty");
        }
    }
    assert!(findings > 50, "{findings}");
    assert!(
        lines <= 12 * findings,
        "{lines} lines for {findings} findings"
    );
}

#[test]
fn statistics_count_by_rule_and_limits_are_for_people() {
    let portal = Portal::of(&[(
        "app-config.yaml",
        "app:\n  titel: a\n  baseUrll: b\nbackend: { auth: { keys: [{ secret: no }] } }\n",
    )]);
    let counted = portal.run(&["--statistics"]).stdout;
    assert!(counted.contains("2  warning  unknown-key  "), "{counted}");
    let capped = portal.run(&["--format", "concise", "--max-findings", "1"]);
    assert_eq!(capped.stdout.lines().count(), 1, "{capped:?}");
    assert!(
        capped.stderr.contains("more findings are not listed"),
        "{capped:?}"
    );
    let before = std::fs::read(portal.path().join("app-config.yaml")).unwrap();
    for arguments in [
        &["--max-findings", "1", "--format", "sarif"][..],
        &["--max-findings", "1", "--format", "sarif", "--fix"],
        &[
            "--max-findings",
            "1",
            "--format",
            "sarif",
            "--output",
            "json=report.json",
        ],
    ] {
        let answer = portal.run(arguments);
        assert_eq!(answer.status, 2, "{answer:?}");
        let said = answer.stderr;
        assert!(said.contains("`sarif` lists every finding"), "{said}");
    }
    assert!(!portal.path().join("report.json").exists());
    let after = std::fs::read(portal.path().join("app-config.yaml")).unwrap();
    assert_eq!(before, after);
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

#[test]
fn options_before_a_command_are_told_where_they_go() {
    let said = failed(&["--color", "never", "print"]);
    assert!(
        said.contains("options go after the command: `stagecheck print [OPTIONS]`"),
        "{said}"
    );
    let said = failed(&["--config", "app-config.yaml", "chains"]);
    assert!(
        said.contains("options go after the command: `stagecheck chains"),
        "{said}"
    );
    let said = failed(&["--config", "app-config.yaml", "catalog"]);
    assert!(
        said.starts_with("error: `catalog` would be ignored beside `--config`"),
        "{said}"
    );
}

#[test]
fn listing_files_is_no_judgement() {
    let portal = Portal::of(&[("app-config.yaml", "a: [\n")]);
    assert_eq!(portal.run(&[]).status, 1);
    let answer = portal.run(&["--list-files"]);
    assert_eq!((answer.status, &*answer.stdout), (0, "app-config.yaml\n"));
}

#[test]
fn a_report_and_the_baseline_are_two_files() {
    let portal = portal();
    let answer = portal.run(&[
        "--output",
        "json=./known.json",
        "--write-baseline",
        "known.json",
    ]);
    assert_eq!(answer.status, 2, "{answer:?}");
    assert!(!portal.path().join("known.json").exists());
    let said = failed(&["--output", "pretty=-"]);
    assert!(said.contains("--format pretty writes to stdout"), "{said}");
}

#[test]
fn a_baseline_is_counted_in_words() {
    let portal = Portal::of(&[("app-config.yaml", "a: [\n")]);
    let answer = portal.run(&["--write-baseline", "known.json"]);
    assert_eq!(
        answer.stderr,
        "stagecheck: recorded 1 finding in known.json; add `baseline: known.json` to stagecheck.yaml\n"
    );
}

#[test]
fn lines_of_an_env_file_that_say_nothing_are_told() {
    let portal = portal();
    portal.write(
        "my.env",
        "\u{feff}A=1\n# comment\n\nnonsense and a secret\n",
    );
    let answer = portal.run(&["--env-file", "my.env"]);
    let told = "stagecheck: my.env:4: not NAME=VALUE, line ignored\n";
    assert_eq!(answer.stderr, format!("{told}no findings in 1 file\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_name_in_utf_8_is_said_to_be_left_out() {
    use std::os::unix::ffi::OsStrExt as _;

    let portal = portal();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    std::fs::create_dir(portal.path().join(name)).unwrap();
    std::fs::write(
        portal.path().join(name).join("app-config.yaml"),
        "app: {}\n",
    )
    .unwrap();
    let listed = portal.run(&["--list-files"]).stdout;
    assert!(
        listed.contains("(left out: it has a path that is not UTF-8)"),
        "{listed}"
    );
    let said = portal.run(&["-v"]).stderr;
    assert!(
        said.contains("left out caf\u{fffd}: it has a path that is not UTF-8"),
        "{said}"
    );
}

/// Runs as a user who has to ask for permission: for root nothing is forbidden.
#[cfg(unix)]
fn run_as_nobody(portal: &Portal, arguments: &[&str]) -> (Option<i32>, String) {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stagecheck"));
    command.args(arguments).current_dir(portal.path());
    if std::fs::metadata(portal.path()).unwrap().uid() == 0 {
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(portal.path(), open).unwrap();
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[cfg(unix)]
#[test]
fn what_a_person_names_must_be_readable_and_what_is_found_is_a_finding() {
    use std::os::unix::fs::PermissionsExt as _;

    let portal = portal();
    portal.write("app-config.production.yaml", "app: {}\n");
    portal.write("packages/app-config.yaml", "app: {}\n");
    let set = |path: &str, mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(portal.path().join(path), permissions).unwrap();
    };
    set("app-config.production.yaml", 0);
    set("packages", 0);
    let denied = |name: &str| format!("error: `{name}`: permission denied\n");
    for (arguments, name) in [
        (
            &["app-config.production.yaml"][..],
            "app-config.production.yaml",
        ),
        (
            &["--config", "app-config.production.yaml"],
            "app-config.production.yaml",
        ),
        (&["packages"], "packages"),
    ] {
        assert_eq!(run_as_nobody(&portal, arguments), (Some(2), denied(name)));
    }
    let (status, said) = run_as_nobody(&portal, &["-v", "--format", "concise"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("cannot read this file: permission denied"),
        "{said}"
    );
    assert!(
        said.contains("left out packages: it cannot be read: permission denied"),
        "{said}"
    );
    set("packages", 0o755);
}

#[test]
fn facts_are_for_whoever_asks_as_they_ask() {
    let portal = Portal::of(&[
        ("app-config.yaml", "backend:\n  listen: { port: 7007 }\n"),
        ("packages/backend/src/index.ts", ""),
    ]);
    let whole = portal.run(&["facts", "--layer", "app-config.yaml"]);
    assert!(whole.stdout.contains("\"port\": 7007\n"), "{whole:?}");
    let dotted = portal.run(&["facts", "--layer", "./app-config.yaml"]);
    assert_eq!(whole.stdout, dotted.stdout, "{dotted:?}");
    let below = run_in(
        &portal.path().join("packages/backend"),
        &["facts", "--layer", "../../app-config.yaml"],
    );
    assert_eq!(whole.stdout, below.stdout, "{below:?}");
    let absent = portal.run(&["facts", "--layer", "gone.yaml"]);
    assert_eq!(absent.status, 2);
    assert!(
        absent.stderr.contains("unknown layer `gone.yaml`"),
        "{absent:?}"
    );
    let with = ["facts", "--config", "app-config.yaml", "--env", "A=1"];
    assert_eq!(portal.run(&with).status, 0);
    let empty = Portal::empty().run(&["facts"]);
    assert_eq!((empty.status, &*empty.stdout), (0, "[]\n"));
    assert_eq!(empty.stderr.lines().count(), 1, "{empty:?}");
}

#[cfg(unix)]
#[test]
fn no_format_lets_a_path_speak_to_the_terminal() {
    let portal = portal();
    portal.write("app-config.a\u{1b}[31m\tb\u{202e}.yaml", "a: [\n");
    for format in ["concise", "github", "azure"] {
        let said = portal.run(&["--format", format]).stdout;
        assert!(
            !said.contains(['\u{1b}', '\t', '\u{202e}']),
            "{format}: {said:?}"
        );
        assert!(said.contains("\\u{202e}"), "{format}: {said:?}");
    }
}
