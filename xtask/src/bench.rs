//! How long a run takes, as a ratio to `cat` of the same files in the same minute.
//!
//! Both are whole processes, run in turn so that a noisy machine disturbs both alike; the median is compared.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{self, Outcome};

/// Runs of each program; the first tenth warms the file cache and is not counted.
const RUNS: usize = 220;

/// `cargo xtask bench [FOLDER]`: the folder is an app root, `fixtures/create-app` unless told.
pub fn run(arguments: &[String]) -> Outcome {
    let folder = arguments
        .first()
        .map_or_else(|| run::project().join("fixtures/create-app"), PathBuf::from);
    let binary = run::release_binary()?;
    let mut files = Vec::new();
    regular_files(&folder, &mut files)?;

    let mut check_times = Vec::new();
    let mut cat_times = Vec::new();
    for _ in 0..RUNS {
        let format = [
            OsStr::new("--format"),
            OsStr::new("concise"),
            folder.as_os_str(),
        ];
        check_times.push(timed(Command::new(&binary).args(format))?);
        cat_times.push(timed(Command::new("cat").args(&files))?);
    }
    let check = median(check_times);
    let cat = median(cat_times);
    println!(
        "stagecheck {:>8.2} ms  (median of {RUNS} runs)",
        millis(check)
    );
    println!(
        "cat        {:>8.2} ms  ({} files)",
        millis(cat),
        files.len()
    );
    println!(
        "ratio      {:>8.2}",
        check.as_secs_f64() / cat.as_secs_f64()
    );
    Ok(())
}

fn regular_files(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            regular_files(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The wall time of a program that may end with findings (status 1) but not fail.
fn timed(command: &mut Command) -> Result<Duration, Box<dyn std::error::Error>> {
    let sink = File::options().write(true).open(null_device())?;
    command
        .stdin(Stdio::null())
        .stdout(sink)
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let elapsed = start.elapsed();
    match status.code() {
        Some(0 | 1) => Ok(elapsed),
        _ => Err(format!("{command:?} ended with {status}").into()),
    }
}

fn null_device() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

fn median(mut times: Vec<Duration>) -> Duration {
    let warm_up = times.len() / 10;
    times.drain(..warm_up);
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
