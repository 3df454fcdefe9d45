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
