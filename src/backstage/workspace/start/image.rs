//! Paths inside an image or a folder to files of the repository.
//!
//! In: what a stage copies, what is mounted, and a path as a start command names it. Out: the file that is at that
//! path, or why it cannot be told. Never: the contents of files, except that they are there.

use std::cell::Cell;

use crate::files::{FilePath, Files};

use super::dockerfile::{Copy, Dockerfile, Stage, join};
use super::word::{Certainty, Word};

/// How many stages a copied file is followed through.
const STAGE_LIMIT: usize = 16;

/// How many copies are looked at for one image.
pub(super) const STEP_LIMIT: usize = 20_000;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// This file of the repository.
    File(FilePath),
    /// It depends on variables.
    Open,
    /// Something from outside the repository.
    Mounted,
    /// Nothing: it would have to be this file.
    Absent(FilePath),
}

/// Something that a deployment puts at a path of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The path in the image, absolute.
    pub(super) target: String,
    /// What is there.
    pub(super) source: MountSource,
}

/// What a deployment puts into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MountSource {
    /// A file or folder of the repository.
    Path(FilePath),
    /// A layer inside another file.
    Layer(FilePath),
    /// Something from outside the repository.
    Elsewhere,
}

/// Where a process finds its files.
pub(super) struct Image<'i> {
    pub(super) files: &'i dyn Files,
    /// The Dockerfile it is built from, when there is one.
    pub(super) dockerfile: Option<(&'i Dockerfile, &'i Stage)>,
    /// The folder that relative sources of `COPY` are in.
    pub(super) context: &'i FilePath,
    /// The working directory when the deployment sets another than the stage.
    pub(super) folder: Option<&'i str>,
    /// What the deployment mounts.
    pub(super) mounts: &'i [Mount],
    /// How many more copies may be looked at: a Dockerfile can be made whose copies multiply from stage to stage.
    pub(super) steps: Cell<usize>,
}

impl Image<'_> {
    /// The working directory; `/` when nothing sets it, as in an image that stands on an unknown one.
    pub(super) fn folder(&self) -> &str {
        let of_stage = || {
            self.dockerfile
                .and_then(|(_, stage)| stage.folder.as_deref())
        };
        self.folder.or_else(of_stage).unwrap_or("/")
    }

    /// What is at the path that a start command names.
    pub(super) fn resolve(&self, path: &Word) -> Resolved {
        if path.certainty == Certainty::Open {
            return Resolved::Open;
        }
        self.at(&path.text)
    }

    /// What is at a path.
    pub(super) fn at(&self, path: &str) -> Resolved {
        let full = join(Some(self.folder()), path);
        if let Some(mounted) = self.mounted(&full) {
            return mounted;
        }
        let copied = self
            .dockerfile
            .and_then(|(_, stage)| self.copied(stage, &full, STAGE_LIMIT));
        if let Some(resolved) = copied {
            return resolved;
        }
        // Not copied by name: it is in an archive, in the image below, or the whole folder was copied.
        let below = strip_folder(&full, self.folder());
        match below.map(|rest| self.context.join(rest)) {
            Some(file) if self.files.is_file(&file) => Resolved::File(file),
            // Of an image that is not built here, nothing is known to be absent.
            Some(file)
                if self.dockerfile.is_some() && !path.starts_with('/') && !file.is_outside() =>
            {
                Resolved::Absent(file)
            }
            _ => Resolved::Mounted,
        }
    }

    /// Whether a file of the repository gets into the image for sure: by name or glob, with its folder, or mounted.
    pub(super) fn takes(&self, file: &FilePath) -> bool {
        let is_mounted = |mount: &Mount| matches!(&mount.source, MountSource::Path(source) if file.is_within(source));
        self.dockerfile.is_none()
            || self.copy_of(file).is_some()
            || self.mounts.iter().any(is_mounted)
    }

    /// What takes in a file of the context, in a `COPY` of the stage: its name, a glob, or a folder it is in.
    pub(super) fn copy_of(&self, file: &FilePath) -> Option<&Word> {
        let (_, stage) = self.dockerfile?;
        let relative = file.relative_to(self.context);
        let takes = |source: &&Word| {
            let source = source.text.trim_start_matches("./").trim_matches('/');
            let is_within = relative
                .strip_prefix(source)
                .is_some_and(|rest| rest.starts_with('/'));
            matches!(source, "" | ".") || is_within || matches_glob(source, &relative)
        };
        let from_context = stage.copies.iter().rev().filter(|copy| copy.from.is_none());
        from_context.flat_map(|copy| &copy.sources).find(takes)
    }

    fn mounted(&self, full: &str) -> Option<Resolved> {
        let mount = self
            .mounts
            .iter()
            .rev()
            .find(|mount| strip_folder(full, &mount.target).is_some())?;
        let rest = strip_folder(full, &mount.target)?;
        let source = match &mount.source {
            MountSource::Path(source) => source,
            MountSource::Layer(layer) if rest.is_empty() => {
                return Some(Resolved::File(layer.clone()));
            }
            MountSource::Layer(_) | MountSource::Elsewhere => return Some(Resolved::Mounted),
        };
        let file = source.join(rest);
        Some(match self.files.is_file(&file) {
            true => Resolved::File(file),
            false if file.is_outside() => Resolved::Mounted,
            false => Resolved::Absent(file),
        })
    }

    /// What the last copy that puts something at a path puts there.
    fn copied(&self, stage: &Stage, full: &str, depth: usize) -> Option<Resolved> {
        let candidates = |copy: &Copy| -> Vec<(Word, String)> {
            copy.sources
                .iter()
                .filter_map(|source| {
                    Some((source.clone(), candidate(source, &copy.target.text, full)?))
                })
                .flat_map(|(source, (as_file, as_folder))| {
                    let both = [as_file, as_folder];
                    both.into_iter()
                        .flatten()
                        .map(move |path| (source.clone(), path))
                })
                .collect()
        };
        stage.copies.iter().rev().find_map(|copy| {
            let left = self.steps.get().checked_sub(1)?;
            self.steps.set(left);
            candidates(copy)
                .into_iter()
                .find_map(|(source, path)| match &copy.from {
                    Some(from) => {
                        let (dockerfile, _) = self.dockerfile.filter(|_| depth > 0)?;
                        self.copied(dockerfile.stage(from)?, &join(Some("/"), &path), depth - 1)
                    }
                    None if source.certainty == Certainty::Open => {
                        names_one_file(&source).then_some(Resolved::Open)
                    }
                    None => {
                        let file = self.context.join(&path);
                        self.files.is_file(&file).then_some(Resolved::File(file))
                    }
                })
        })
    }
}

/// Whether an open source is a single file with an open name, and not a folder or everything.
fn names_one_file(source: &Word) -> bool {
    source.text.ends_with(".yaml") || source.text.ends_with(".yml")
}

/// The paths that a copy of `source` to `target` would take for `full`: when the source is a file, and when it is a
/// folder.
fn candidate(source: &Word, target: &str, full: &str) -> Option<(Option<String>, Option<String>)> {
    let path = source.text.trim_end_matches('/');
    if let Some(folder) = target.strip_suffix('/') {
        let rest = strip_folder(full, if folder.is_empty() { "/" } else { folder })?;
        let (parent, pattern) = path.rsplit_once('/').unwrap_or(("", path));
        let is_name = !rest.contains('/');
        let matches = source.certainty == Certainty::Open || matches_glob(pattern, rest);
        let as_file = (is_name && matches).then(|| in_folder(parent, rest));
        return Some((as_file, Some(in_folder(path, rest))));
    }
    if full == target {
        return Some((Some(path.to_owned()), None));
    }
    let rest = strip_folder(full, target)?;
    Some((None, Some(in_folder(path, rest))))
}

fn in_folder(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// `path` seen from `folder`; `None` when it is not below it. A folder seen from itself is empty.
fn strip_folder<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(""),
    }
}

/// Whether a name matches a pattern with `*` and `?`, neither of which spans folders.
fn matches_glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last `*` does not match: it takes one byte more.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(b'?') if byte != b'/' => (p, n) = (p + 1, n + 1),
            Some(&wanted) if wanted == byte => (p, n) = (p + 1, n + 1),
            _ => match retry {
                Some((star, taken)) if name.get(taken) != Some(&b'/') => {
                    (p, n) = (star + 1, taken + 1);
                    retry = Some((star, taken + 1));
                }
                _ => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_within_one_folder() {
        assert!(matches_glob("app-config*.yaml", "app-config.yaml"));
        assert!(matches_glob(
            "app-config.production.yaml*",
            "app-config.production.yaml"
        ));
        assert!(matches_glob("*a?b*", "xxaab"));
        assert!(!matches_glob("*.yaml", "a/b.yaml"));
        assert!(!matches_glob("app-config.*.yaml", "app-config.yaml"));
        assert!(!matches_glob("a?b", "a/b"));
    }

    #[test]
    fn a_path_below_a_folder_is_stripped_of_it() {
        assert_eq!(strip_folder("/app/x", "/app"), Some("x"));
        assert_eq!(strip_folder("/app", "/app/"), Some(""));
        assert_eq!(strip_folder("/x", "/"), Some("x"));
        assert_eq!(strip_folder("/apple", "/app"), None);
    }
}
