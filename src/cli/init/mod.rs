//! `stagecheck init`: writes what fits into a repository, and says what to do next.
//!
//! It asks nothing, and overwrites nothing: where a file is there already it prints what to add to it. Before it writes it
//! looks at what is there: hook managers, CI systems, the default branch. What it names is decided in [`distribution`].

mod covered;
mod distribution;
mod surroundings;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use self::distribution::{DISTRIBUTION, Distribution, LOCAL_SCHEMA};
use self::surroundings::{Ci, Hooks, Surroundings};
use super::output;
use super::status::{Outcome, Status};
use crate::check::workspaces;
use crate::files::{create, read_named, reason};
use crate::request::Request;
use crate::run::Failure;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// The largest file that is looked through for stagecheck, in bytes.
const READ_LIMIT: u64 = 1 << 20;

const SETTINGS: &str = include_str!("stagecheck.yaml");
const TASKS: &str = include_str!("../../../editors/vscode/tasks.json");

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let start = super::check::start()?;
    let root = root_of(&start);
    // Where settings keep anything from being found, there is something to set up.
    let is_empty = |found: workspaces::Found| found.apps.is_empty() && found.servers.is_empty();
    if workspaces::workspaces(&request(&start)).is_ok_and(is_empty) {
        let message = "no app-config.yaml or rstudio-connect.gcfg in this directory or below: nothing to set up";
        let help = "run it in the repository of a Backstage app or a Posit Connect server";
        return Err(Failure::new(message).with_help(help));
    }
    let plan = Plan {
        found: Surroundings::of(&root),
        files_line: covered::pattern_line(&root, &start, DISTRIBUTION.hook_has_files()),
        up: "../".repeat(
            start
                .strip_prefix(&root)
                .map_or(0, |below| below.iter().count()),
        ),
        by: DISTRIBUTION,
    };
    let files = plan.files();
    for file in &files {
        file.refuse_link_out(&root)?;
    }
    let mut said = String::new();
    for file in files {
        said.push_str(&file.put(&root, &plan.up, arguments)?);
    }
    said.push_str(&plan.next_steps());
    output::lines_to_stdout(|out| out.write_all(said.as_bytes()))?;
    Ok(Status::Clean)
}

/// What is to be written, and said.
struct Plan {
    found: Surroundings,
    /// The line `files:` of a pre-commit hook, with its line end.
    files_line: String,
    /// The way from where it runs up to the root of the repository, as a prefix of paths.
    up: String,
    by: Distribution,
}

/// A file to write, unless one of its kind is there.
struct NewFile {
    path: &'static str,
    text: String,
    /// Files that stand for it: the first that is there is what the text should be added to.
    instead: Vec<&'static str>,
    /// What to do where it is there already; nothing when it is well as it is.
    advice: String,
    /// What a file that is there holds when that was done.
    done: &'static str,
}

impl NewFile {
    /// A file that nothing else stands for, and that is well as it is when it is there.
    fn new(path: &'static str, text: impl Into<String>) -> Self {
        Self {
            path,
            text: text.into(),
            instead: vec![path],
            advice: String::new(),
            done: "stagecheck",
        }
    }
}

impl Plan {
    fn files(&self) -> Vec<NewFile> {
        let mut files = vec![NewFile {
            instead: crate::settings::NAMES.to_vec(),
            advice: format!(
                "for completion in editors, add as the first line:\n{}",
                self.by.modeline()
            ),
            done: "yaml-language-server",
            ..NewFile::new("stagecheck.yaml", self.by.modeline() + SETTINGS)
        }];
        if let Some(schema) = self.by.local_schema() {
            files.push(NewFile::new(LOCAL_SCHEMA, schema));
        }
        if self.found.is_repository {
            files.push(self.hook());
        }
        if self.found.has_vscode {
            files.push(NewFile {
                advice: format!("add these tasks:\n{TASKS}"),
                ..NewFile::new(".vscode/tasks.json", TASKS)
            });
        }
        let is_on_github = self.found.ci.iter().any(|(ci, _)| *ci == Ci::GitHub);
        let workflow = self.by.workflow(&self.found.branch);
        if let Some(workflow) = workflow.filter(|_| is_on_github) {
            files.push(NewFile {
                instead: vec![
                    ".github/workflows/stagecheck.yaml",
                    ".github/workflows/stagecheck.yml",
                ],
                ..NewFile::new(".github/workflows/stagecheck.yaml", workflow)
            });
        }
        files
    }

    /// The file of the hook manager that is there.
    fn hook(&self) -> NewFile {
        let run = format!("{} --staged", self.by.command());
        match self.found.hooks {
            Hooks::PreCommit => {
                let hook = self.by.hook() + &self.files_line;
                NewFile {
                    advice: format!("add this hook:\n{hook}"),
                    ..NewFile::new(".pre-commit-config.yaml", hook)
                }
            }
            Hooks::Lefthook(file) => {
                let job =
                    format!("pre-commit:\n  jobs:\n    - name: stagecheck\n      run: {run}\n");
                NewFile {
                    advice: format!("add this job:\n{job}"),
                    ..NewFile::new(file, job)
                }
            }
            Hooks::Husky => NewFile {
                advice: format!("add this line:\n{run}\n"),
                ..NewFile::new(".husky/pre-commit", format!("{run}\n"))
            },
        }
    }

    /// What is left to do by hand, in order.
    fn next_steps(&self) -> String {
        let mut steps = vec![self.by.install().to_owned()];
        if self.found.is_repository {
            steps.push(match self.found.hooks {
                Hooks::PreCommit => "pre-commit install".to_owned(),
                Hooks::Lefthook(_) => "lefthook install".to_owned(),
                Hooks::Husky => "npx husky".to_owned(),
            });
        }
        steps.push("stagecheck   checks everything once".to_owned());
        let mut said = "\nNext steps\n".to_owned();
        for (index, step) in steps.iter().enumerate() {
            said.push_str(&format!("  {}. {step}\n", index + 1));
        }
        for (ci, file) in &self.found.ci {
            let is_written = *ci == Ci::GitHub && self.by.workflow("").is_some();
            if !is_written {
                said.push_str(&self.ci_step(*ci, *file));
            }
        }
        if !self.found.is_repository {
            said.push_str("\nThis is not a git repository, so no commit hook was written.\n");
        }
        said
    }

    /// What to add to the CI file that is there.
    fn ci_step(&self, ci: Ci, file: Option<&str>) -> String {
        let file = file.unwrap_or(match ci {
            Ci::GitHub => ".github/workflows",
            Ci::GitLab => ".gitlab-ci.yml",
            Ci::Azure => "azure-pipelines.yml",
            Ci::Jenkins => "Jenkinsfile",
        });
        let into = match ci {
            Ci::GitHub => format!("this step to a workflow in {}{file}", self.up),
            _ => format!("to {}{file}", self.up),
        };
        let needs = match self.by {
            Distribution::Source => ", once the binary is on the runner's PATH",
            Distribution::Released => "",
        };
        format!("\nIn CI, add {into}{needs}:\n{}", self.by.job(ci))
    }
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
                "cannot write {}: `{}` is a symbolic link to a path outside the repository",
                self.path,
                folder.display()
            );
            return Err(Failure::new(message)
                .with_help("replace the link with a directory, or write the file yourself"));
        }
        Ok(())
    }

    /// Writes it, or says why not, with paths seen from the folder that is `up` from the root. What is said ends with a
    /// line end.
    fn put(&self, root: &Path, up: &str, arguments: &Arguments) -> Result<String, Failure> {
        let path = format!("{up}{}", self.path);
        if let Some(known) = self.known(root) {
            let done = self.advice.is_empty() || holds(&root.join(known), self.done);
            return Ok(match done {
                true => format!("kept    {up}{known}\n"),
                false => format!("kept    {up}{known}: {}", self.advice),
            });
        }
        if arguments.dry_run {
            return Ok(format!("would write {path}\n"));
        }
        match write_new(&root.join(self.path), &self.text) {
            Ok(()) => Ok(format!("wrote   {path}\n")),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Ok(format!("kept    {path}\n"))
            }
            Err(error) => {
                let message = format!("cannot write {}: {}", self.path, reason(&error));
                Err(Failure::new(message))
            }
        }
    }
}

/// Whether a file holds a word.
fn holds(path: &Path, word: &str) -> bool {
    read_named(path, READ_LIMIT).is_ok_and(|text| text.to_lowercase().contains(word))
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
