//! What is in a repository before init writes anything: hook managers, CI systems, and the default branch.

use std::fs;
use std::path::Path;

use super::READ_LIMIT;
use super::distribution::LOCAL_SCHEMA;
use crate::files::{self, read_named};

/// What runs commands before a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hooks {
    /// pre-commit, or none: its file is then written.
    PreCommit,
    /// lefthook, by this file.
    Lefthook(&'static str),
    /// husky.
    Husky,
}

/// A CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Azure Pipelines.
    Azure,
    /// Jenkins.
    Jenkins,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// Whether git keeps the folder: only then there is something to hook into.
    pub is_repository: bool,
    /// What runs commands before a commit.
    pub hooks: Hooks,
    /// The CI systems that are set up, with their files; `None` where only the remote tells.
    pub ci: Vec<(Ci, Option<&'static str>)>,
    /// Whether somebody uses VS Code here. The schema that an earlier init wrote does not say so.
    pub has_vscode: bool,
    /// The default branch, as far as the repository tells.
    pub branch: String,
}

const LEFTHOOK: [&str; 4] = [
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
];

const CI_FILES: [(Ci, &str); 6] = [
    (Ci::GitHub, ".github/workflows"),
    (Ci::GitLab, ".gitlab-ci.yml"),
    (Ci::Azure, "azure-pipelines.yml"),
    (Ci::Azure, "azure-pipelines.yaml"),
    (Ci::Azure, ".azure-pipelines"),
    (Ci::Jenkins, "Jenkinsfile"),
];

const HOSTS: [(Ci, &str); 4] = [
    (Ci::GitHub, "github.com"),
    (Ci::GitLab, "gitlab"),
    (Ci::Azure, "dev.azure.com"),
    (Ci::Azure, "visualstudio.com"),
];

impl Surroundings {
    /// Looks at the repository whose working tree is `root`.
    pub(super) fn of(root: &Path) -> Self {
        let repository = files::Repository::at(root);
        Self {
            is_repository: root.join(".git").exists(),
            hooks: hooks(root),
            ci: ci(root, repository.as_ref()),
            has_vscode: has_vscode(root),
            branch: repository
                .as_ref()
                .and_then(files::Repository::default_branch)
                .unwrap_or_else(|| "main".to_owned()),
        }
    }
}

fn hooks(root: &Path) -> Hooks {
    if root.join(".pre-commit-config.yaml").exists() {
        return Hooks::PreCommit;
    }
    if let Some(file) = LEFTHOOK.iter().find(|file| root.join(file).exists()) {
        return Hooks::Lefthook(file);
    }
    let manifest = read_named(&root.join("package.json"), READ_LIMIT).unwrap_or_default();
    let named = |name: &str| manifest.contains(&format!("\"{name}\""));
    match () {
        () if root.join(".husky").exists() || named("husky") => Hooks::Husky,
        () if named("lefthook") => Hooks::Lefthook("lefthook.yml"),
        () => Hooks::PreCommit,
    }
}

fn has_vscode(root: &Path) -> bool {
    let schema = root.join(LOCAL_SCHEMA);
    let Some(Ok(entries)) = schema.parent().map(fs::read_dir) else {
        return false;
    };
    let (mut count, mut has_schema) = (0, false);
    for entry in entries.flatten() {
        count += 1;
        has_schema |= entry.path() == schema;
    }
    !(has_schema && count == 1)
}

fn ci(root: &Path, repository: Option<&files::Repository>) -> Vec<(Ci, Option<&'static str>)> {
    let mut found: Vec<(Ci, Option<&'static str>)> = Vec::new();
    for (ci, file) in CI_FILES {
        if root.join(file).exists() && found.iter().all(|(known, _)| *known != ci) {
            found.push((ci, Some(file)));
        }
    }
    if found.is_empty() {
        let remotes = repository
            .map(files::Repository::remotes)
            .unwrap_or_default();
        let host = HOSTS
            .iter()
            .find(|(_, host)| remotes.iter().any(|url| url.contains(host)));
        found.extend(host.map(|(ci, _)| (*ci, None)));
    }
    found
}
