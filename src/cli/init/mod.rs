//! `stagecheck init`: writes the settings, the commit hook, the workflow and the editor's task.
//!
//! It asks nothing, and overwrites nothing: where a file is there already it says what to add to it.

mod covered;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output;
use super::status::{Outcome, Status};
use crate::files::{create, read_named, reason};
use crate::request::Request;
use crate::run::Failure;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// The largest file that is looked through for stagecheck, in bytes.
const READ_LIMIT: u64 = 1 << 20;

const SETTINGS: &str = include_str!("stagecheck.yaml");
const HOOK: &str = include_str!("hook.yaml");
const WORKFLOW: &str = include_str!("workflow.yaml");
const TASKS: &str = include_str!("../../../editors/vscode/tasks.json");

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let start = super::check::start()?;
    let root = root_of(&start);
    let mut said = String::new();
    let files = files(&root, &start);
    for file in &files {
        file.refuse_link_out(&root)?;
    }
    for file in files {
        said.push_str(&file.put(&root, arguments)?);
    }
    output::lines_to_stdout(|out| out.write_all(said.as_bytes()))?;
    Ok(Status::Clean)
}

/// A file to write, unless one of its kind is there.
struct NewFile {
    path: &'static str,
    text: String,
    /// Files that stand for it: the first that is there is what the text should be added to.
    instead: &'static [&'static str],
    /// What to do where it is there already; nothing when it is well as it is.
    advice: String,
}

fn files(root: &Path, start: &Path) -> Vec<NewFile> {
    let version = env!("CARGO_PKG_VERSION");
    let hook = HOOK.replace("{version}", version) + &covered::pattern_line(root, start);
    let mut files = vec![
        NewFile {
            path: "stagecheck.yaml",
            text: SETTINGS.to_owned(),
            instead: &crate::settings::NAMES,
            advice: String::new(),
        },
        NewFile {
            path: ".pre-commit-config.yaml",
            advice: format!("add this hook (docs/pre-commit.md has lefthook and husky):\n{hook}"),
            text: hook,
            instead: &[
                ".pre-commit-config.yaml",
                "lefthook.yml",
                "lefthook.yaml",
                ".lefthook.yml",
                ".husky",
            ],
        },
        NewFile {
            path: ".vscode/tasks.json",
            text: TASKS.to_owned(),
            instead: &[".vscode/tasks.json"],
            advice: "add the tasks of editors/vscode/tasks.json in stagecheck's repository\n"
                .to_owned(),
        },
    ];
    let elsewhere = [".gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile"];
    if !elsewhere.iter().any(|name| root.join(name).exists()) {
        files.push(NewFile {
            path: ".github/workflows/stagecheck.yaml",
            text: WORKFLOW.replace("{version}", version),
            instead: &[
                ".github/workflows/stagecheck.yaml",
                ".github/workflows/stagecheck.yml",
            ],
            advice: String::new(),
        });
    }
    files
}

impl NewFile {
    /// The file that is there and stands for it.
    fn known(&self, root: &Path) -> Option<&'static str> {
        let mut names = self.instead.iter().copied();
        names.find(|name| root.join(name).exists())
    }

    /// Refuses to write through a link that leads out of the repository, or into what git keeps for itself.
    fn refuse_link_out(&self, root: &Path) -> Result<(), Failure> {
        let inside = match fs::canonicalize(root) {
            Ok(inside) if self.known(root).is_none() => inside,
            _ => return Ok(()),
        };
        for folder in Path::new(self.path).ancestors().skip(1) {
            let leads_to = match fs::canonicalize(root.join(folder)) {
                Ok(leads_to) => leads_to,
                Err(_) if fs::symlink_metadata(root.join(folder)).is_err() => continue,
                // A link to nothing, or to itself.
                Err(_) => PathBuf::new(),
            };
            let below = leads_to.strip_prefix(&inside);
            let is_in_git = |below: &Path| below.iter().any(|part| part == ".git");
            if below.is_ok_and(|below| !is_in_git(below)) {
                continue;
            }
            let message = format!(
                "cannot write {}: `{}` is a link that leads out of the repository",
                self.path,
                folder.display()
            );
            return Err(Failure::new(message)
                .with_help("replace the link with a folder, or write the file by hand"));
        }
        Ok(())
    }

    /// Writes it, or says why not. What is said ends with a line end.
    fn put(&self, root: &Path, arguments: &Arguments) -> Result<String, Failure> {
        if let Some(known) = self.known(root) {
            let done = self.advice.is_empty() || names_stagecheck(&root.join(known));
            return Ok(match done {
                true => format!("kept    {known}\n"),
                false => format!("kept    {known}: {}", self.advice),
            });
        }
        if arguments.dry_run {
            return Ok(format!("would write {}\n", self.path));
        }
        match write_new(&root.join(self.path), &self.text) {
            Ok(()) => Ok(format!("wrote   {}\n", self.path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Ok(format!("kept    {}\n", self.path))
            }
            Err(error) => {
                let message = format!("cannot write {}: {}", self.path, reason(&error));
                Err(Failure::new(message))
            }
        }
    }
}

/// Whether a file, or one in a folder, runs stagecheck already.
fn names_stagecheck(path: &Path) -> bool {
    let names_it = |path: &Path| {
        read_named(path, READ_LIMIT).is_ok_and(|text| text.to_lowercase().contains("stagecheck"))
    };
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().any(|entry| names_it(&entry.path())),
        Err(_) => names_it(path),
    }
}

/// Writes a file that is not there yet, with its folders.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    create(path, text.as_bytes())
}

/// The repository that a folder is in, or the folder itself.
fn root_of(start: &Path) -> PathBuf {
    let repository = start
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    repository.unwrap_or(start).to_owned()
}

/// What a check here reads, to know what the hook must watch.
fn request(start: &Path) -> Request {
    Request {
        start: start.to_owned(),
        ..Request::default()
    }
}
