//! How the work of a run grows with its input, dimension by dimension.
//!
//! Each dimension makes trees in which one thing is there more and more often. The release binary runs in them until a
//! run takes long enough to be measured; the exponent is that of CPU time over the last two doublings. Linear work has 1.
//! CPU time, not the clock: other programs on the machine may take their share.

mod dimensions;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::run::{self, Outcome};

/// What grows faster than this fails.
const STEEPEST: f64 = 1.3;
/// The last of three sizes takes at least this much CPU time, unless a bound of the product stops the growth.
const MEASURABLE: Duration = Duration::from_millis(120);
/// How often a size is doubled at most before it is measured.
const DOUBLINGS: u32 = 7;
/// A run is repeated, and the least counts.
const RUNS: usize = 3;
/// One that takes longer than this is not repeated.
const LONG: Duration = Duration::from_secs(1);
/// A size at which a run takes longer than this is the last.
const TOO_LONG: Duration = Duration::from_secs(8);
/// What grows more slowly than this has met a bound.
const FLAT: f64 = 0.5;

/// One thing of which there can be ever more.
struct Dimension {
    name: &'static str,
    /// How many there are at first.
    first: usize,
    /// The files for so many, and the arguments of the run.
    make: fn(usize) -> Input,
}

/// What a run is given.
#[derive(Default)]
struct Input {
    files: Vec<(String, String)>,
    arguments: Vec<String>,
    /// Arguments of a run before it, which is not measured.
    before: Vec<String>,
}

/// What a run took.
#[derive(Clone, Copy)]
struct Taken {
    time: Duration,
    kilobytes: u64,
}

/// `cargo xtask growth [WORD]...`: the dimensions whose name holds a word; all of them without one.
pub fn run(arguments: &[String]) -> Outcome {
    let binary = run::release_binary()?;
    let folder = std::env::temp_dir().join(format!("stagecheck-growth-{}", std::process::id()));
    let mut steep = Vec::new();
    let mut measured = 0;
    println!(
        "{:<44} {:>9} {:>24} {:>10} {:>9}",
        "dimension", "size", "CPU time", "memory", "exponent"
    );
    for dimension in dimensions::ALL {
        let is_wanted = |word: &String| dimension.name.contains(word.as_str());
        if !arguments.is_empty() && !arguments.iter().any(is_wanted) {
            continue;
        }
        measured += 1;
        let growth = measure(dimension, &binary, &folder);
        fs::remove_dir_all(&folder)?;
        let growth = growth?;
        growth.print(dimension.name);
        if growth.exponent() > STEEPEST {
            steep.push(dimension.name);
        }
    }
    match steep.as_slice() {
        _ if measured == 0 => Err("no dimension has such a name".into()),
        [] => {
            println!("{measured} dimensions, none steeper than {STEEPEST}");
            Ok(())
        }
        steep => Err(format!("steeper than {STEEPEST}: {}", steep.join("; ")).into()),
    }
}

/// The last three sizes that were measured.
struct Growth {
    size: usize,
    taken: [Taken; 3],
}

impl Growth {
    /// The exponent of time over two doublings.
    fn exponent(&self) -> f64 {
        let [first, _, last] = self.taken.map(|taken| taken.time.as_secs_f64().max(0.001));
        (last / first).log2() / 2.0
    }

    fn print(&self, name: &str) {
        let times = self.taken.map(|taken| {
            let seconds = taken.time.as_secs_f64();
            format!("{seconds:.3}")
        });
        let most = self.taken.iter().map(|taken| taken.kilobytes).max();
        let said = match self.exponent() {
            exponent if exponent > STEEPEST => "  too steep",
            exponent if exponent < FLAT => "  bounded",
            _ => "",
        };
        println!(
            "{name:<44} {:>9} {:>22} s {:>6} MiB {:>9.2}{said}",
            self.size,
            times.join(" "),
            most.unwrap_or_default() >> 10,
            self.exponent()
        );
    }
}

fn measure(
    dimension: &Dimension,
    binary: &Path,
    folder: &Path,
) -> Result<Growth, Box<dyn std::error::Error>> {
    let mut size = dimension.first;
    let mut taken: Vec<Taken> = Vec::new();
    for _ in 0..DOUBLINGS {
        taken.push(least(dimension, size, binary, folder)?);
        let last = taken.last().map_or(Duration::ZERO, |taken| taken.time);
        if last > TOO_LONG || (taken.len() >= 3 && last > MEASURABLE) {
            break;
        }
        size *= 2;
    }
    size = dimension.first << (taken.len() - 1);
    while taken.len() < 3 {
        // Already the first took too long: what grows cannot be told, and fails.
        taken.insert(
            0,
            Taken {
                time: Duration::ZERO,
                kilobytes: 0,
            },
        );
    }
    let last = taken.split_off(taken.len() - 3);
    let taken = <[Taken; 3]>::try_from(last).map_err(|_| "three sizes are measured")?;
    Ok(Growth { size, taken })
}

fn least(
    dimension: &Dimension,
    size: usize,
    binary: &Path,
    folder: &Path,
) -> Result<Taken, Box<dyn std::error::Error>> {
    let input = (dimension.make)(size);
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    for (path, text) in &input.files {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, text)?;
    }
    if !input.before.is_empty() {
        once(binary, folder, &input.before)?;
    }
    let mut best = once(binary, folder, &input.arguments)?;
    for _ in 1..RUNS {
        if best.time > LONG {
            break;
        }
        let next = once(binary, folder, &input.arguments)?;
        if next.time < best.time {
            best = next;
        }
    }
    Ok(best)
}

fn once(
    binary: &Path,
    folder: &Path,
    arguments: &[String],
) -> Result<Taken, Box<dyn std::error::Error>> {
    let before = children()?;
    let mut child = Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut kilobytes = 0;
    let status = loop {
        kilobytes = kilobytes.max(run::peak_memory(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let time = children()?.saturating_sub(before);
    match status.code() {
        Some(0..=2) => Ok(Taken { time, kilobytes }),
        _ => Err(format!("a run ended with {status}").into()),
    }
}

/// The CPU time of all children that have ended.
fn children() -> Result<Duration, Box<dyn std::error::Error>> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = |seconds: i64, rest: i64| seconds * 1_000_000 + rest;
    let user = usage.user_time();
    let system = usage.system_time();
    let total = microseconds(user.tv_sec(), user.tv_usec())
        + microseconds(system.tv_sec(), system.tv_usec());
    Ok(Duration::from_micros(u64::try_from(total)?))
}
