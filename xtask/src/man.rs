//! Man pages of the command and its subcommands.

use std::path::Path;

use crate::run::{self, Outcome};

/// `cargo xtask man [FOLDER]`: writes them to `target/man` unless told otherwise.
pub fn run(arguments: &[String]) -> Outcome {
    let folder = arguments
        .first()
        .map_or_else(|| run::project().join("target/man"), Into::into);
    std::fs::create_dir_all(&folder)?;
    let mut command = stagecheck::cli::command::command();
    command.build();
    write(&command, &folder)?;
    for sub in command.get_subcommands() {
        write(sub, &folder)?;
    }
    println!("{}", folder.display());
    Ok(())
}

fn write(command: &clap::Command, folder: &Path) -> Outcome {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    std::fs::write(folder.join(format!("{name}.1")), page)?;
    Ok(())
}
