//! The walk of a tree on the disk: every file in it, with what git does with it.
//!
//! In: a folder of [`DiskFiles`]. Out: its files in order of path; what could not be looked at is noted. Never: the
//! contents of files but for ignore rules, and no `node_modules` or `.git`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::disk::{DiskFiles, read_bytes};
use super::git::{EntryKind, IgnoreRules};
use super::{FilePath, Files as _, GitStatus, Listed, PassedOver, reason};

/// How deep folders are walked.
const DEPTH_LIMIT: usize = 64;
/// How many files are listed at most.
const COUNT_LIMIT: usize = 2_000_000;
/// The largest ignore file that is read, in bytes.
const IGNORE_FILE_LIMIT: u64 = 1 << 20;

/// One walk: folders are entered in any order, the result is sorted.
pub(super) struct Walk<'f> {
    files: &'f DiskFiles,
    found: Vec<Listed>,
    pending: Vec<(String, IgnoreRules, usize)>,
}

impl<'f> Walk<'f> {
    pub(super) fn new(files: &'f DiskFiles) -> Self {
        Self {
            files,
            found: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Walks `folder`, with the ignore rules of the folders above it.
    pub(super) fn enter(&mut self, folder: &FilePath) {
        let mut rules = IgnoreRules::default();
        if let Some(git) = &self.files.git {
            // What this clone and this person ignore besides: such files are on no other machine.
            let own = [
                super::excludes::path(),
                Some(git.folders.common.join("info/exclude")),
            ];
            for path in own.into_iter().flatten() {
                rules = self.add_rules(rules, "", &path);
            }
            let mut above = String::new();
            for part in folder.as_str().split('/').filter(|part| !part.is_empty()) {
                rules = self.add_rules(rules, &above, &self.path_of(&above).join(".gitignore"));
                push_part(&mut above, part);
            }
        }
        self.pending.push((folder.as_str().to_owned(), rules, 0));
        while let Some((folder, rules, depth)) = self.pending.pop() {
            self.folder(&folder, rules, depth);
        }
    }

    fn add_rules(&self, rules: IgnoreRules, folder: &str, file: &Path) -> IgnoreRules {
        let regular = fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
        self.files.guard.note(file);
        match regular.then(|| read_bytes(file, IGNORE_FILE_LIMIT)) {
            Some(Ok(bytes)) => rules.with(folder, &String::from_utf8_lossy(&bytes)),
            _ => rules,
        }
    }

    fn path_of(&self, folder: &str) -> PathBuf {
        self.files.root.join(folder)
    }

    fn folder(&mut self, folder: &str, mut rules: IgnoreRules, depth: usize) {
        let full = self.path_of(folder);
        let entries = match fs::read_dir(&full) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                let reason = format!("cannot be read: {}", reason(&error));
                return self.pass_over(folder.to_owned(), &reason);
            }
        };
        let entries: Vec<_> = entries.flatten().collect();
        let has_rules = entries
            .iter()
            .any(|entry| entry.file_name() == ".gitignore");
        if self.files.git.is_some() && has_rules {
            rules = self.add_rules(rules, folder, &full.join(".gitignore"));
        }
        for entry in entries {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = match entry.file_name().into_string() {
                Ok(name) => name,
                Err(name) => {
                    let mut path = folder.to_owned();
                    push_part(&mut path, &name.to_string_lossy());
                    self.pass_over(path, "has a path that is not UTF-8");
                    continue;
                }
            };
            let mut path = folder.to_owned();
            push_part(&mut path, &name);
            if kind.is_dir() {
                let skipped = matches!(name.as_str(), "node_modules" | ".git");
                if !skipped && depth < DEPTH_LIMIT && !rules.ignore(&path, EntryKind::Folder) {
                    self.pending.push((path, rules.clone(), depth + 1));
                }
            } else if kind.is_file() || kind.is_symlink() {
                self.file(path, &rules, kind.is_symlink());
            }
        }
    }

    fn pass_over(&self, path: String, reason: &str) {
        let passed_over = &self.files.passed_over;
        let mut passed_over = passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        passed_over.insert(PassedOver {
            path: FilePath(path.into()),
            reason: reason.to_owned(),
        });
    }

    fn file(&mut self, path: String, rules: &IgnoreRules, link: bool) {
        if self.found.len() >= COUNT_LIMIT {
            return;
        }
        let path = FilePath(path.into());
        if link && !self.files.is_file(&path) {
            return;
        }
        let ignored = rules.ignore(path.as_str(), EntryKind::File);
        self.found.push(self.listed(path, ignored));
    }

    fn listed(&self, path: FilePath, named_by_ignore_rule: bool) -> Listed {
        let tracked = || {
            let index = self.files.index();
            index.is_some_and(|index| index.tracks(path.as_str()))
        };
        let git = match &self.files.git {
            None => GitStatus::NoRepository,
            Some(_) if tracked() => GitStatus::Tracked,
            Some(_) if named_by_ignore_rule => GitStatus::Ignored,
            Some(_) => GitStatus::Untracked,
        };
        Listed {
            path,
            git,
            named_by_ignore_rule,
        }
    }

    /// The files in order, with the tracked ones from ignored folders.
    pub(super) fn finish(mut self, folder: &FilePath) -> Vec<Listed> {
        self.found.sort_by(|a, b| a.path.cmp(&b.path));
        let Some(index) = self.files.index() else {
            return self.found;
        };
        let hidden: Vec<Listed> = index
            .paths()
            .map(|path| FilePath(path.into()))
            .filter(|path| path.is_within(folder) && !path.is_within_named("node_modules"))
            .filter(|path| {
                let seen = self.found.binary_search_by(|file| file.path.cmp(path));
                seen.is_err() && self.files.is_file(path)
            })
            .map(|path| Listed {
                path,
                git: GitStatus::Tracked,
                named_by_ignore_rule: true,
            })
            .collect();
        if !hidden.is_empty() {
            self.found.extend(hidden);
            self.found.sort_by(|a, b| a.path.cmp(&b.path));
        }
        self.found
    }
}

fn push_part(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(part);
}
