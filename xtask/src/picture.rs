//! The picture in the README: a real run on the demo fixture, as SVG.

use std::process::Command;

use crate::run::{self, Outcome};

/// The command whose output is shown, as a reader would type it.
const FOLDER: &str = "fixtures/acme-portal";
const PICTURE: &str = "docs/demo.svg";

/// `cargo xtask picture [--check]`
pub fn run(arguments: &[String]) -> Outcome {
    let binary = run::release_binary()?;
    let output = Command::new(binary)
        .args(["--format", "pretty", "--color", "always", FOLDER])
        .env("COLUMNS", "110")
        .current_dir(run::project())
        .output()?;
    if output.status.code() != Some(1) {
        return Err(format!("the demo ended with {}, not with findings", output.status).into());
    }
    let shown = format!(
        "$ stagecheck {FOLDER}\n{}",
        String::from_utf8(output.stdout)?
    );
    let picture = anstyle_svg::Term::new().render_svg(&shown);
    run::write_or_check(PICTURE, &picture, arguments)
}
