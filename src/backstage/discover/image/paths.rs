//! Paths inside an image or a folder to files of the repository.
//!
//! In: what a stage copies, what is mounted, and a path as a start command names it. Out: the file that is at that
//! path, or why it cannot be told. Never: the contents of files, except that they are there.

use std::cell::{Cell, OnceCell};

use crate::files::{FilePath, Files};

use super::copies::{Put, Steps};
use super::dockerfile::{Dockerfile, Stage, join};
use super::dockerignore::DockerIgnore;
use super::reference::ImageOrigin;
use super::steps::{Origin, Step};
use crate::backstage::discover::command::base_name;
use crate::backstage::discover::command::word::{Certainty, Word};
use crate::backstage::words::names::{self, NameKind};

/// How many stages a copied file is followed through.
const STAGE_LIMIT: usize = 16;

/// How many steps are looked at for one image.
pub(crate) const STEP_LIMIT: usize = 20_000;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// This file of the repository.
    File(FilePath),
    /// It depends on variables.
    Open,
    /// This file, but something changes it before the process reads it; what, for people.
    Changed(FilePath, String),
    /// This file, which is the only one of its name: the process finds one that is mounted from somewhere else.
    Namesake(FilePath),
    /// This file, if the image is built from this repository, which nothing says.
    Assumed(FilePath),
    /// A file that is made on the way; by what, for people.
    Made(String),
    /// Something from outside the repository.
    Mounted,
    /// Something in an image that is not built here. Of this repository it would have to be this file, which is not
    /// there.
    Foreign(FilePath),
    /// This file, if a deployment mounts it: nothing brings it into the image.
    NotCopied(FilePath),
    /// Nothing: it would have to be this file.
    Absent(FilePath),
    /// Nothing: this file is here, and something keeps it out; what, for people.
    KeptOut(FilePath, String),
}

impl Resolved {
    /// The file of the repository that is there.
    pub(crate) fn file(&self) -> Option<&FilePath> {
        match self {
            Self::File(file)
            | Self::Changed(file, _)
            | Self::Namesake(file)
            | Self::Assumed(file)
            | Self::NotCopied(file) => Some(file),
            _ => None,
        }
    }
}

/// Something that a deployment puts at a path of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The path in the image, absolute.
    pub(crate) target: String,
    /// What is there.
    pub(crate) source: MountSource,
}

impl Mount {
    /// Whether it puts a layer there, by the name it has in the image.
    pub(crate) fn is_layer(&self) -> bool {
        let name = base_name(&self.target);
        matches!(names::kind_of(name), NameKind::Layer(_))
    }
}

/// What a deployment puts into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MountSource {
    /// A file or folder of the repository.
    Path(FilePath),
    /// A layer inside another file.
    Layer(FilePath),
    /// Something from outside the repository.
    Elsewhere,
}

/// Where a process finds its files.
pub(crate) struct Image<'i> {
    pub(crate) files: &'i dyn Files,
    /// The Dockerfile it is built from, when there is one.
    pub(crate) dockerfile: Option<(&'i Dockerfile, &'i Stage)>,
    /// Where its files are from.
    pub(crate) origin: ImageOrigin,
    /// The folder that relative sources of `COPY` are in.
    pub(crate) context: &'i FilePath,
    /// The working directory when the deployment sets another than the stage.
    pub(crate) folder: Option<&'i str>,
    /// What the deployment mounts.
    pub(crate) mounts: &'i [Mount],
    /// What is done to files before the process starts, behind all that the image does.
    pub(crate) before: Vec<Step>,
    /// What of the context never gets into the image; read when it is first asked for.
    pub(crate) ignored: OnceCell<DockerIgnore>,
    /// How many more steps may be looked at: a Dockerfile can be made whose copies multiply from stage to stage.
    pub(crate) budget: Cell<usize>,
}

impl Image<'_> {
    /// The working directory; `/` when nothing sets it, as in an image that stands on an unknown one.
    pub(crate) fn folder(&self) -> &str {
        let of_stage = || {
            self.dockerfile
                .and_then(|(_, stage)| stage.folder.as_deref())
        };
        self.folder.or_else(of_stage).unwrap_or("/")
    }

    /// The same as a process sees it whose working directory is another.
    pub(crate) fn seen_from<'s>(&'s self, folder: &'s str) -> Image<'s> {
        Image {
            files: self.files,
            dockerfile: self.dockerfile,
            origin: self.origin,
            context: self.context,
            // Of an image that stands on an unknown one, the working directory may stay unknown.
            folder: (folder != self.folder()).then_some(folder).or(self.folder),
            mounts: self.mounts,
            before: self.before.clone(),
            ignored: OnceCell::new(),
            budget: Cell::new(self.budget.get()),
        }
    }

    /// What is at the path that a start command names.
    pub(crate) fn resolve(&self, path: &Word) -> Resolved {
        if path.certainty == Certainty::Open {
            return Resolved::Open;
        }
        self.at(&path.text)
    }

    /// What is at a path.
    pub(crate) fn at(&self, path: &str) -> Resolved {
        let full = join(Some(self.folder()), path);
        let found = self.put_there(&full);
        match found.by_step {
            Some(resolved) => resolved,
            None => self
                .by_folder(&full)
                .map(|found_there| self.if_brought(found_there, &full))
                .unwrap_or_else(|| {
                    let file =
                        strip_folder(&full, self.folder()).map(|rest| self.context.join(rest));
                    let Some(file) =
                        file.filter(|file| !path.starts_with('/') && !file.is_outside())
                    else {
                        return Resolved::Mounted;
                    };
                    match (found.named_by, self.dockerfile) {
                        (Some(by), _) => Resolved::Made(by),
                        (None, Some((_, stage))) if stage.stands_on_plain_image() => {
                            Resolved::Absent(file)
                        }
                        (None, Some(_)) => Resolved::Foreign(file),
                        // Of an image that is not built here, nothing is known to be absent.
                        (None, None) => Resolved::Foreign(file),
                    }
                }),
        }
    }

    /// A file of the context, unless nothing can have brought it into the image.
    fn if_brought(&self, found: Resolved, full: &str) -> Resolved {
        match found {
            Resolved::File(file) if self.nothing_brings(full) => Resolved::NotCopied(file),
            found => found,
        }
    }

    /// The same where a step or a mount puts it there for sure, or no image stands between the process and the
    /// repository.
    pub(crate) fn surely_at(&self, path: &str) -> Option<Resolved> {
        let found = self.put_there(&join(Some(self.folder()), path)).by_step;
        found.or_else(|| self.dockerfile.is_none().then(|| self.at(path)))
    }

    /// What mounts and steps put at a path.
    fn put_there(&self, full: &str) -> Put {
        if let Some(mounted) = self.mounted(full).or_else(|| self.mounted_by_name(full)) {
            return Put {
                by_step: Some(mounted),
                named_by: None,
            };
        }
        let stage = self.dockerfile.map(|(_, stage)| stage.steps.as_slice());
        let steps = Steps {
            built: stage.unwrap_or_default(),
            started: &self.before,
        };
        self.put(steps, full, STAGE_LIMIT)
    }

    /// What no step puts at a path by name: it is in an archive, in the image below, or the whole folder was copied.
    pub(crate) fn by_folder(&self, full: &str) -> Option<Resolved> {
        let file = self.context.join(strip_folder(full, self.folder())?);
        let is_here = self.files.is_file(&file);
        match self.origin {
            _ if !is_here => None,
            ImageOrigin::Repository => Some(Resolved::File(file)),
            ImageOrigin::Unknown => Some(Resolved::Assumed(file)),
            ImageOrigin::Published => None,
        }
    }

    /// What takes in a file of the context, in a `COPY` of the stage: its name, a glob, or a folder it is in.
    pub(crate) fn copy_of(&self, file: &FilePath) -> Option<&Word> {
        let (_, stage) = self.dockerfile?;
        let relative = file.relative_to(self.context);
        let takes = |source: &&Word| {
            let source = source.text.trim_start_matches("./").trim_matches('/');
            let is_within = relative
                .strip_prefix(source)
                .is_some_and(|rest| rest.starts_with('/'));
            matches!(source, "" | ".") || is_within || matches_glob(source, &relative)
        };
        if self.is_ignored(file) {
            return None;
        }
        let steps = stage.steps.iter().rev();
        let from_context = steps.filter(|step| step.from == Origin::Context);
        from_context.flat_map(|step| &step.sources).find(takes)
    }

    /// Whether a .dockerignore keeps a file of the context out.
    pub(crate) fn is_ignored(&self, file: &FilePath) -> bool {
        let Some((dockerfile, _)) = self.dockerfile.filter(|_| file.is_within(self.context)) else {
            return false;
        };
        let read = || {
            let text = self.files.read(&self.ignore_file(dockerfile), IGNORE_LIMIT);
            DockerIgnore::parse(&text.unwrap_or_default())
        };
        let ignored = self.ignored.get_or_init(read);
        ignored.leaves_out(&file.relative_to(self.context))
    }

    /// The file that says what is left out of a build, whether or not there is one: the first of [`Self::ignore_files`] that is
    /// there, else `.dockerignore` of the context.
    pub(crate) fn ignore_file(&self, dockerfile: &Dockerfile) -> FilePath {
        let mut files = self.ignore_files(&dockerfile.path).into_iter();
        let there = files.find(|file| self.files.is_file(file));
        there.unwrap_or_else(|| self.context.join(".dockerignore"))
    }

    /// The files that may say what is left out of the context, the first that is there does. Docker reads
    /// `X.dockerignore` beside the Dockerfile `X`, else `.dockerignore`; Podman, which takes a Containerfile first, reads
    /// `.containerignore` of either kind before that (buildah, `util.ContainerIgnoreFile`).
    fn ignore_files(&self, dockerfile: &FilePath) -> [FilePath; 4] {
        let beside = |ending: &str| FilePath::new(&format!("{dockerfile}.{ending}"));
        let usual = |name: &str| self.context.join(name);
        let of_docker = [beside("dockerignore"), usual(".dockerignore")];
        let of_podman = [beside("containerignore"), usual(".containerignore")];
        let ([docker, docker_usual], [podman, podman_usual]) = (of_docker, of_podman);
        let is_containerfile = dockerfile
            .name()
            .to_ascii_lowercase()
            .contains("containerfile");
        match is_containerfile {
            true => [podman, docker, podman_usual, docker_usual],
            false => [docker, docker_usual, podman, podman_usual],
        }
    }

    /// The layer that is mounted in a folder which may be the working directory: nothing tells which that is.
    fn mounted_by_name(&self, full: &str) -> Option<Resolved> {
        if self.dockerfile.is_some() || self.folder.is_some() {
            return None;
        }
        let mut layers = self.mounts.iter().filter_map(|mount| match &mount.source {
            MountSource::Layer(layer) if mount.target.ends_with(full) => Some(layer),
            _ => None,
        });
        let layer = layers.next()?;
        layers
            .next()
            .is_none()
            .then(|| Resolved::File(layer.clone()))
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
}

/// The largest .dockerignore that is read, in bytes.
const IGNORE_LIMIT: u64 = 1 << 20;

/// `path` seen from `folder`; `None` when it is not below it. A folder seen from itself is empty.
pub(crate) fn strip_folder<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(""),
    }
}

/// Whether a name matches a pattern with `*` and `?`, neither of which spans folders.
pub(crate) fn matches_glob(pattern: &str, name: &str) -> bool {
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
