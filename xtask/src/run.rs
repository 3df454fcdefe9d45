//! What every developer command needs: the project's folder, and running a program to its end.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a command ends; the error is shown as it is.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The root of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Runs a program and fails when it does.
///
/// # Errors
/// When it cannot be started or ends with another status than 0.
pub fn succeed(command: &mut Command) -> Outcome {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} ended with {status}").into())
    }
}

/// Builds the release binary and says where it is.
///
/// # Errors
/// When the build fails.
pub fn release_binary() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--release", "--quiet", "--package", "stagecheck"])
        .current_dir(project());
    succeed(&mut build)?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| project().join("target"), PathBuf::from);
    Ok(target
        .join("release")
        .join(format!("stagecheck{}", std::env::consts::EXE_SUFFIX)))
}

/// The peak memory of a process that runs, in kilobytes, on Linux.
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Writes a generated file (path relative to the project), or with `--check` fails when it is stale.
///
/// # Errors
/// When the file is stale, or cannot be read or written.
pub fn write_or_check(path: &str, contents: &str, arguments: &[String]) -> Outcome {
    let file = project().join(path);
    if arguments.iter().any(|argument| argument == "--check") {
        if std::fs::read_to_string(&file)? == contents {
            return Ok(());
        }
        return Err(format!("{path} is stale: run the same command without --check").into());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&file, contents)?;
    Ok(())
}
