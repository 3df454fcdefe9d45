//! Every command, in every form it writes.

/// A command, and the exit statuses it may have in a portal with findings and broken layers.
pub struct Command {
    pub arguments: Vec<String>,
    pub statuses: &'static [i32],
    /// Further variables of the process.
    pub variables: Vec<(String, String)>,
}

pub const FORMATS: [&str; 11] = [
    "pretty",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "azure",
    "checkstyle",
];

/// All commands for a portal whose reports go to the folder `out`.
pub fn all(out: &str) -> Vec<Command> {
    const JUDGED: &[i32] = &[0, 1];
    const DONE: &[i32] = &[0];
    let command = |arguments: &str, statuses| Command {
        arguments: arguments.split_whitespace().map(str::to_owned).collect(),
        statuses,
        variables: Vec::new(),
    };
    let mut commands = Vec::new();
    for format in FORMATS {
        commands.push(command(&format!("-v --format {format}"), JUDGED));
    }
    for check in [
        "--format pretty --color always --fail-on info",
        "--format pretty --env-file portal.env --use-process-env -v",
        "--format json --env-file portal.env --use-process-env",
        "--format concise --staged -v",
        "--format pretty --with-local",
        "--format pretty --config app-config.yaml --config app-config.x0.yaml --production",
        "--format pretty app-config.x0.yaml",
        "--list-files -v",
        "-q --no-cache",
        "--select hardcoded-secret --format pretty",
    ] {
        commands.push(command(check, JUDGED));
    }
    let reports = FORMATS.map(|format| format!("--output {format}={out}/report.{format}"));
    commands.push(command(&reports.join(" "), JUDGED));
    commands.push(Command {
        variables: vec![("GITHUB_STEP_SUMMARY".into(), format!("{out}/summary.md"))],
        ..command("--format github", JUDGED)
    });
    commands.push(command(
        &format!("--write-baseline {out}/baseline.json"),
        DONE,
    ));
    commands.push(command(
        &format!("--baseline {out}/baseline.json --format sarif"),
        JUDGED,
    ));
    for print in [
        "print",
        "print --origins",
        "print --format json",
        "print --format json --origins",
        "print --env-file portal.env --use-process-env",
        "print --env-file portal.env --use-process-env --format json --origins",
        "print --databases",
        "print --databases --format json",
        "print --staged",
        "print --with-local",
    ] {
        commands.push(command(print, JUDGED));
    }
    for read in [
        "facts",
        "facts --format yaml",
        "facts --env-file portal.env --use-process-env",
        "facts --staged",
        "facts --layer app-config.x0.yaml",
        "schema",
        "schema --for-editor",
        "chains -v",
        "chains --format json",
        "rules",
        "rules --format json",
        "explain hardcoded-secret",
        "test-policies",
        "init",
    ] {
        commands.push(command(read, DONE));
    }
    commands
}
