//! Dockerfiles to chains, and what is at the paths of an image.

pub(crate) mod contents;
pub(crate) mod copies;
pub(crate) mod dockerfile;
mod dockerignore;
pub(crate) mod instruction;
pub(crate) mod paths;
pub(crate) mod reference;
pub(crate) mod steps;

use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::{Reader, audience};
use crate::backstage::discover::source::Source;
use crate::backstage::words::StartKind;
use crate::files::FilePath;

/// Endings of files that only look like Dockerfiles.
const OTHER_ENDINGS: &[&str] = &[
    ".dockerignore",
    ".md",
    ".hbs",
    ".njk",
    ".tpl",
    ".j2",
    ".tmpl",
    "~",
    ".bak",
    ".swp",
];

/// Whether a file is a Dockerfile, by its name: `Dockerfile`, `Dockerfile.prod`, `backend.Dockerfile`.
pub(super) fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    let begins = |word: &str| lower.strip_prefix(word).is_some_and(is_end);
    let stem = lower.strip_suffix("dockerfile");
    let ends = stem.is_some_and(|rest| rest.ends_with(['.', '-', '_']));
    (begins("dockerfile") || begins("containerfile") || ends)
        && !OTHER_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// Dockerfiles as a source of start commands.
pub(super) struct Dockerfiles;

impl Source for Dockerfiles {
    fn wants(&self, name: &str) -> bool {
        is_dockerfile(name)
    }

    fn processes(&self, files: &[&FilePath], reader: &mut Reader<'_>) {
        for path in files {
            reader.dockerfile(path);
        }
    }
}

impl Reader<'_> {
    /// The chain of an image as it is built and run without further words.
    pub(super) fn dockerfile(&mut self, path: &FilePath) {
        let Some((source, dockerfile)) = self.image(path) else {
            return;
        };
        let Some(stage) = dockerfile.target(None) else {
            return;
        };
        let process = Process {
            dockerfile: Some((&dockerfile, stage)),
            audience: audience(path.name()),
            ..Process::new(self.name_of(path), StartKind::Dockerfile, source)
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &process, &contexts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_name() {
        for name in [
            "Dockerfile",
            "Dockerfile.prod",
            "Dockerfile-k8s",
            "brew.Dockerfile",
            "Containerfile",
            "dockerfile",
        ] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile.hbs",
            "Dockerfiles",
            "README",
            "mydockerfile",
        ] {
            assert!(!is_dockerfile(name), "{name}");
        }
    }
}
