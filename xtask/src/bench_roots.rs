//! How a run grows with the number of app roots in one tree.
//!
//! Copies of `fixtures/create-app` in a temporary folder are checked by the release binary: a thousand of them, then
//! as many as are asked for. Time and memory should grow alike, or slower.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::run::{self, Outcome};

/// How many app roots there are at first.
const FIRST: usize = 1000;

/// `cargo xtask bench-roots [COUNT]`: 10 000 unless told.
pub fn run(arguments: &[String]) -> Outcome {
    let count = match arguments.first() {
        Some(count) => count.parse()?,
        None => 10_000,
    };
    let binary = run::release_binary()?;
    let folder = std::env::temp_dir().join(format!("stagecheck-roots-{}", std::process::id()));
    let measured = measure(&binary, &folder, count);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measure(binary: &Path, folder: &Path, count: usize) -> Outcome {
    let original = run::project().join("fixtures/create-app");
    let mut made = 0;
    for roots in [FIRST.min(count), count] {
        for number in made..roots {
            copy(&original, &folder.join(format!("r{number:05}")))?;
        }
        made = roots;
        let (time, memory) = checked(binary, folder)?;
        let memory = memory.map_or("unknown".to_owned(), |kilobytes| {
            format!("{:.0} MiB", kilobytes as f64 / 1024.0)
        });
        println!(
            "{roots:>6} app roots  {:>6.2} s  {:>5.2} ms each  peak memory {memory}",
            time.as_secs_f64(),
            time.as_secs_f64() * 1000.0 / roots as f64
        );
    }
    Ok(())
}

/// The wall time of a run, and the most memory it had at once in kilobytes where the system tells.
fn checked(binary: &Path, folder: &Path) -> Result<(Duration, Option<u64>), std::io::Error> {
    let start = Instant::now();
    let mut child = Command::new(binary)
        .args(["--format", "concise"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut most = None;
    while child.try_wait()?.is_none() {
        most = run::peak_memory(child.id()).max(most);
        thread::sleep(Duration::from_millis(5));
    }
    Ok((start.elapsed(), most))
}

fn copy(from: &Path, to: &Path) -> Result<(), std::io::Error> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => {
                fs::copy(entry.path(), target)?;
            }
        }
    }
    Ok(())
}
