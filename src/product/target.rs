//! What a person named, as folders in repositories.
//!
//! In: the paths of a request. Out: [`Target`]s. Never: the contents of layers.

use std::path::Path;
use std::sync::Arc;

use crate::backstage::words::LeftOut;
use crate::files::{DiskFiles, FilePath, Files, OpenError, OverlayFiles, ReadError, StagedFiles};
use crate::finding::Finding;
use crate::request::{FileState, Request, StdinLayer};
use crate::run::{Failure, Note, NoteLevel};
use crate::text::{Source, Sources};

/// A place to look for what is configured.
pub struct Target {
    /// The repository it is in.
    pub files: Arc<dyn Files>,
    /// The settings file that `--settings` names.
    pub settings: Option<FilePath>,
    /// The schema files that `--schema` names.
    pub schemas: Vec<FilePath>,
    /// What of it.
    pub scope: Scope,
    /// As the person wrote it; `None` when nothing was named.
    named: Option<String>,
}

/// What of the files at a target is asked about.
#[derive(Clone)]
pub enum Scope {
    /// Every app root below a folder.
    Folder(FilePath),
    /// One layer: what concerns it.
    Layer(FilePath),
    /// The one chain of these layers.
    Chain(Vec<FilePath>),
}

/// The targets of a request: each path once, or the folder the run was started in.
///
/// # Errors
/// A path that is missing or cannot be read.
pub fn targets(request: &Request) -> Result<Vec<Target>, Failure> {
    if let Some(first) = request.config.first() {
        let files = open(&request.start.join(first), first, request)?;
        let layers = request
            .config
            .iter()
            .map(|layer| {
                let located = locate(&files, &request.start.join(layer), layer)?;
                try_read(&files, &located, layer, request)?;
                Ok(located)
            })
            .collect::<Result<_, _>>()?;
        return Ok(vec![Target {
            settings: named_settings(&files, request)?,
            schemas: named_schemas(&files, request)?,
            files: as_asked(files, request)?,
            scope: Scope::Chain(layers),
            named: Some(shown(first)),
        }]);
    }
    if let Some(layer) = &request.stdin {
        return Ok(vec![of_stdin(layer, request)?]);
    }
    if request.paths.is_empty() {
        let here = Path::new(".");
        let files = open(&request.start, here, request)?;
        let folder = locate(&files, &request.start, here)?;
        return Ok(vec![Target {
            settings: named_settings(&files, request)?,
            schemas: named_schemas(&files, request)?,
            files: as_asked(files, request)?,
            scope: Scope::Folder(folder),
            named: None,
        }]);
    }
    request
        .paths
        .iter()
        .map(|path| {
            let full = request.start.join(path);
            let files = open(&full, path, request)?;
            let located = locate(&files, &full, path)?;
            try_read(&files, &located, path, request)?;
            let scope = if full.is_dir() {
                Scope::Folder(located)
            } else {
                Scope::Layer(located)
            };
            Ok(Target {
                settings: named_settings(&files, request)?,
                schemas: named_schemas(&files, request)?,
                files: as_asked(files, request)?,
                scope,
                named: Some(shown(path)),
            })
        })
        .collect()
}

/// The layer whose text comes from stdin, laid over the files of its repository.
fn of_stdin(layer: &StdinLayer, request: &Request) -> Result<Target, Failure> {
    let full = request.start.join(&layer.path);
    let (Some(folder), Some(name)) = (full.parent(), full.file_name()) else {
        let message = format!("`{}` is not the name of a file", shown(&layer.path));
        return Err(Failure::new(message));
    };
    let files = open(folder, &layer.path, request)?;
    let path = locate(&files, folder, &layer.path)?.join(&name.to_string_lossy());
    let settings = named_settings(&files, request)?;
    let schemas = named_schemas(&files, request)?;
    let mut files = OverlayFiles::new(Arc::new(files));
    files.insert(path.clone(), Arc::clone(&layer.text));
    Ok(Target {
        settings,
        schemas,
        files: Arc::new(files),
        scope: Scope::Layer(path),
        named: Some(shown(&layer.path)),
    })
}

/// The one target of a tree that is not on disk: the layers of `--config`, else every app root in it.
pub fn whole(files: Arc<dyn Files>, request: &Request) -> Target {
    let layers: Vec<FilePath> = request
        .config
        .iter()
        .map(|path| FilePath::new(&path.to_string_lossy()))
        .collect();
    let scope = if layers.is_empty() {
        Scope::Folder(FilePath::root())
    } else {
        Scope::Chain(layers)
    };
    let settings = request.settings.as_ref();
    Target {
        files,
        settings: settings.map(|path| FilePath::new(&path.to_string_lossy())),
        schemas: request
            .schemas
            .iter()
            .map(|path| FilePath::new(&path.to_string_lossy()))
            .collect(),
        scope,
        named: None,
    }
}

/// The target of every root below a folder of a tree, also when the tree is not on disk.
pub fn folder(files: Arc<dyn Files>, folder: FilePath) -> Target {
    Target {
        files,
        settings: None,
        schemas: Vec::new(),
        scope: Scope::Folder(folder),
        named: None,
    }
}

fn open(full: &Path, named: &Path, request: &Request) -> Result<DiskFiles, Failure> {
    let files = DiskFiles::open(full, &request.start).map_err(|error| unreadable(named, &error))?;
    let files = files.guarded_by(request.guard.clone());
    Ok(files.with_index_of(&request.git, &request.start))
}

/// What a person names must be readable; what is found is another matter. In the index there is no such question.
fn try_read(
    files: &DiskFiles,
    path: &FilePath,
    named: &Path,
    request: &Request,
) -> Result<(), Failure> {
    if request.state == FileState::Staged {
        return Ok(());
    }
    match files.try_read(path) {
        Err(error @ ReadError::Io(_)) => Err(unreadable(named, &OpenError::Unreadable(error))),
        _ => Ok(()),
    }
}

/// The files in the state that was asked for.
fn as_asked(files: DiskFiles, request: &Request) -> Result<Arc<dyn Files>, Failure> {
    let texts = overlay(&files, request);
    match request.state {
        FileState::WorkingTree if texts.is_empty() => Ok(Arc::new(files)),
        FileState::WorkingTree => Ok(Arc::new(overlaid(Arc::new(files), texts))),
        FileState::Staged => match StagedFiles::of(files) {
            Ok(staged) if texts.is_empty() => Ok(Arc::new(staged)),
            Ok(staged) => Ok(Arc::new(overlaid(Arc::new(staged), texts))),
            Err(OpenError::NoIndex(why)) => {
                let failure = Failure::new(format!("cannot read the git index: {why}"));
                Err(match why.help() {
                    Some(help) => failure.with_help(help),
                    None => failure,
                })
            }
            Err(error) => {
                let message = format!("cannot check the staged files: {error}");
                Err(Failure::new(message))
            }
        },
    }
}

/// The texts of the request that lie over files of this tree.
fn overlay(files: &DiskFiles, request: &Request) -> Vec<(FilePath, Arc<str>)> {
    let texts = request.overlay.iter().filter_map(|(path, text)| {
        // A file that is not there yet is in a folder that is.
        let located = files.locate(path).ok().or_else(|| {
            let folder = files.locate(path.parent()?).ok()?;
            Some(folder.join(path.file_name()?.to_str()?))
        })?;
        (!located.is_outside()).then(|| (located, Arc::clone(text)))
    });
    texts.collect()
}

fn overlaid(below: Arc<dyn Files>, texts: Vec<(FilePath, Arc<str>)>) -> OverlayFiles {
    let mut overlay = OverlayFiles::new(below);
    for (path, text) in texts {
        overlay.insert(path, text);
    }
    overlay
}

fn locate(files: &DiskFiles, full: &Path, named: &Path) -> Result<FilePath, Failure> {
    files
        .locate(full)
        .map_err(|error| unreadable(named, &error))
}

fn named_settings(files: &DiskFiles, request: &Request) -> Result<Option<FilePath>, Failure> {
    let settings = request.settings.as_ref();
    settings
        .map(|path| {
            files.locate(&request.start.join(path)).map_err(|error| {
                Failure::new(format!(
                    "cannot read the settings file `{}`: {error}",
                    shown(path)
                ))
            })
        })
        .transpose()
}

fn named_schemas(files: &DiskFiles, request: &Request) -> Result<Vec<FilePath>, Failure> {
    let schemas = request.schemas.iter();
    let schemas = schemas.map(|path| {
        files.locate(&request.start.join(path)).map_err(|error| {
            let path = shown(path);
            Failure::new(format!("cannot read the schema `{path}`: {error}"))
        })
    });
    schemas.collect()
}

fn unreadable(path: &Path, error: &OpenError) -> Failure {
    Failure::new(format!("`{}`: {error}", shown(path)))
}

fn shown(path: &Path) -> String {
    crate::text::mask::escape(&path.display().to_string()).into_owned()
}

impl Target {
    /// The same target with other texts in the place of those of its files, which share the tree below.
    pub fn with_texts(&self, texts: &[Source]) -> Self {
        let mut files = OverlayFiles::new(Arc::clone(&self.files));
        let mut is_over = false;
        for text in texts {
            let path = FilePath::new(text.repository_path());
            // Another repository may have a file of the same name, which a person knows by another path.
            if self.files.display(&path) == text.path() {
                files.insert(path, text.text());
                is_over = true;
            }
        }
        Self {
            files: match is_over {
                true => Arc::new(files),
                false => Arc::clone(&self.files),
            },
            settings: self.settings.clone(),
            schemas: self.schemas.clone(),
            scope: self.scope.clone(),
            named: self.named.clone(),
        }
    }

    /// What looking for layers could not look at.
    pub fn passed_over(&self) -> impl Iterator<Item = LeftOut> {
        let passed_over = self.files.passed_over().into_iter();
        passed_over.map(|one| LeftOut {
            path: one.path,
            reason: one.reason,
        })
    }

    /// Says that nothing was found here, and of files that look like layers why they are none.
    ///
    /// # Errors
    /// When the place was named by the user: that is a mistake of the call.
    pub fn report_empty(
        &self,
        request: &Request,
        left_out: &[LeftOut],
    ) -> Result<Option<Note>, Failure> {
        let why = left_out.first().map(|file| {
            let path = self.files.display(&file.path);
            format!("`{}` {}", shown(Path::new(&path)), file.reason)
        });
        match &self.named {
            Some(named) => {
                let message = format!(
                    "`{named}` is not a config file and contains none (app-config*.yaml, rstudio-connect*.gcfg)"
                );
                let help =
                    "pass the directory of an app or server, or one of its config files".to_owned();
                Err(Failure::new(message).with_help(why.unwrap_or(help)))
            }
            None if request.paths.is_empty() => Ok(Some(Note {
                level: NoteLevel::Always,
                text: match why {
                    Some(why) => format!("no config file to check: {why}"),
                    None => {
                        let place = match request.state {
                            FileState::WorkingTree => "in this directory or below",
                            FileState::Staged => "in the git index",
                        };
                        format!(
                            "no app-config.yaml or rstudio-connect.gcfg {place}: nothing to check"
                        )
                    }
                },
            })),
            None => Ok(None),
        }
    }

    /// Of findings, those that were asked about: with one layer named, those with a label in it.
    pub fn of_interest(&self, findings: Vec<Finding>, sources: &Sources) -> Vec<Finding> {
        let Scope::Layer(layer) = &self.scope else {
            return findings;
        };
        let path = self.files.display(layer);
        let concerns = |finding: &Finding| {
            std::iter::once(&finding.primary)
                .chain(&finding.related)
                .any(|label| sources.get(label.place.source).path() == path)
        };
        findings.into_iter().filter(concerns).collect()
    }
}
