//! Portals in folders of their own, and the built binary run in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt as _;
use tempfile::TempDir;

/// An app root in a temporary folder that is a git repository.
pub struct Portal {
    folder: TempDir,
}

/// What a run answered.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// One finding of the concise report, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub severity: String,
    pub rule: String,
    pub message: String,
}

impl Portal {
    /// A repository with nothing in it.
    pub fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join(".git/objects")).unwrap();
        fs::create_dir_all(folder.path().join(".git/refs")).unwrap();
        fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        Self { folder }
    }

    /// A copy of a folder below fixtures/, every file of it tracked.
    pub fn fixture(name: &str) -> Self {
        let portal = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(name);
        copy(&from, portal.path());
        portal.track_everything();
        portal
    }

    /// A portal of these files, all tracked.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let portal = Self::empty();
        for (path, text) in files {
            portal.write(path, text);
        }
        portal.track_everything();
        portal
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file without tracking it.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    /// Replaces a piece of a file that must be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, text.replacen(from, to, 1))
    }

    /// Writes a git index that holds every file, ignored or not. Git itself is not needed.
    pub fn track_everything(&self) -> &Self {
        let mut paths = Vec::new();
        list(self.path(), self.path(), &mut paths);
        paths.sort();
        fs::write(self.path().join(".git/index"), index(&paths)).unwrap();
        self
    }

    /// Runs the built binary here.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        run_in(self.path(), arguments)
    }

    /// The findings of a run with the concise report.
    pub fn findings(&self, arguments: &[&str]) -> Vec<Line> {
        let answer = self.run(&[&["--format", "concise"], arguments].concat());
        assert!(
            matches!(answer.status, 0 | 1),
            "exit {}: {}",
            answer.status,
            answer.stderr
        );
        answer.lines()
    }
}

impl Answer {
    /// The lines of a concise report.
    pub fn lines(&self) -> Vec<Line> {
        self.stdout.lines().map(parse).collect()
    }
}

/// Runs the built binary in a folder, with no variable that changes its output.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Answer {
    run_with(folder, arguments, &[])
}

/// The same, with more variables.
pub fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> Answer {
    let mut command = Command::cargo_bin("stagecheck").unwrap();
    for variable in [
        "GITHUB_ACTIONS",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "BACKSTAGE_ENV",
        "CI",
    ] {
        command.env_remove(variable);
    }
    let output = command
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap();
    Answer {
        status: output.status.code().expect("ended by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// CPU time of all threads, in hundredths of a second.
    pub hundredths: u64,
    /// The most memory at once.
    pub kilobytes: u64,
}

impl Taken {
    /// No input may take more. What is built without optimization computes up to fifty times as long, and its frames
    /// and values are larger.
    pub const MOST: Self = match cfg!(debug_assertions) {
        true => Self {
            hundredths: 6_000,
            kilobytes: 400 << 10,
        },
        false => Self {
            hundredths: 100,
            kilobytes: 200 << 10,
        },
    };

    fn is_within(self, most: Self) -> bool {
        self.hundredths <= most.hundredths && self.kilobytes <= most.kilobytes
    }
}

/// Runs the built binary in a folder, with a main thread whose stack is as small as on Windows (1 MiB), and with what it
/// may take at most. Where the system does not tell what a process takes, it is only run.
pub fn run_bounded(folder: &Path, arguments: &[&str]) -> Answer {
    let outputs = TempDir::new().unwrap();
    let file = |name: &str| fs::File::create(outputs.path().join(name)).unwrap();
    let binary = env!("CARGO_BIN_EXE_stagecheck");
    let mut command = match cfg!(unix) {
        true => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "ulimit -s 1024; exec \"$0\" \"$@\"", binary]);
            shell
        }
        false => Command::new(binary),
    };
    let mut child = command
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .env("XDG_CACHE_HOME", outputs.path())
        .stdin(std::process::Stdio::null())
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap();
    let mut taken = Taken {
        hundredths: 0,
        kilobytes: 0,
    };
    loop {
        let (ended, now) = look_at(child.id());
        taken.hundredths = taken.hundredths.max(now.hundredths);
        taken.kilobytes = taken.kilobytes.max(now.kilobytes);
        if !taken.is_within(Taken::MOST) {
            let _ = child.kill();
            panic!("{arguments:?} takes {taken:?}, more than {:?}", Taken::MOST);
        }
        if ended {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let status = child.wait().unwrap();
    let read = |name: &str| fs::read_to_string(outputs.path().join(name)).unwrap();
    let stderr = read("stderr");
    Answer {
        status: status
            .code()
            .unwrap_or_else(|| panic!("{status}: {stderr}")),
        stdout: read("stdout"),
        stderr,
    }
}

/// Whether a child has ended, as far as the system tells, and what it has taken so far. It must not have been waited
/// for: until then the system knows what it took.
fn look_at(process: u32) -> (bool, Taken) {
    let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}"));
    let mut taken = Taken {
        hundredths: 0,
        kilobytes: 0,
    };
    // Without such a file the system is another one.
    let Ok(stat) = read("stat") else {
        return (true, taken);
    };
    // The name of the program stands in parentheses, and may hold anything.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let number = |at: usize| fields[at].parse::<u64>().unwrap();
    taken.hundredths = number(11) + number(12);
    let status = read("status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(peak) = peak {
        taken.kilobytes = peak.trim().trim_end_matches("kB").trim().parse().unwrap();
    }
    (fields[0] == "Z", taken)
}

fn parse(line: &str) -> Line {
    let malformed = || panic!("not a concise line: {line}");
    let (place, rest) = line.split_once(": ").unwrap_or_else(malformed);
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().unwrap().parse().unwrap();
    let number = parts.next().unwrap().parse().unwrap();
    let path = parts.next().unwrap().to_owned();
    let (severity, rest) = rest.split_once('[').unwrap_or_else(malformed);
    let (rule, message) = rest.split_once("] ").unwrap_or_else(malformed);
    Line {
        path,
        line: number,
        column,
        severity: severity.to_owned(),
        rule: rule.to_owned(),
        message: message.to_owned(),
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn list(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with(".git") {
            continue;
        }
        if path.is_dir() {
            list(root, &path, paths);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
            paths.push(relative.replace('\\', "/"));
        }
    }
}

/// A version 2 index: stat data of zeros, no object behind any entry, and the null checksum that git writes with
/// `index.skipHash`. Enough to say what is tracked.
fn index(paths: &[String]) -> Vec<u8> {
    let mut bytes = b"DIRC\0\0\0\x02".to_vec();
    bytes.extend(u32::try_from(paths.len()).unwrap().to_be_bytes());
    for path in paths {
        let start = bytes.len();
        bytes.extend([0; 24]); // times, device and inode
        bytes.extend(0o100_644_u32.to_be_bytes());
        bytes.extend([0; 12 + 20]); // owner, size, object id
        bytes.extend(u16::try_from(path.len().min(0xfff)).unwrap().to_be_bytes());
        bytes.extend(path.as_bytes());
        let length = bytes.len() - start;
        bytes.resize(start + (length / 8 + 1) * 8, 0);
    }
    bytes.extend([0; 20]);
    bytes
}
