//! One folder of the workspace: its files with the texts of open documents, and what the last check said of them.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::client::Trust;
use super::documents::Documents;
use super::uri::{path_of, push_encoded, uri_of};
use crate::check::effective::Configs;
use crate::check::{Session, Watched};
use crate::files::{DiskFiles, FilePath, OverlayFiles};
use crate::request::{Request, RulesFrom};
use crate::run::{Failure, Run};
use crate::text::Source;

/// A folder that the editor has open.
pub(super) struct Folder {
    /// As the editor names it.
    pub(super) uri: String,
    path: PathBuf,
    /// The root of its repository, as the editor would write it.
    root: PathBuf,
    /// The same without symbolic links.
    real_root: PathBuf,
    /// Where in the repository it is.
    at: FilePath,
    files: OverlayFiles,
    session: Session,
    /// What was asked of the last check.
    request: Request,
    /// What the last check said: findings, or the mistakes for which there could be no check.
    pub(super) run: Option<Run>,
    /// What that read, to be looked at again where the editor does not.
    watched: Option<Watched>,
    /// The effective configs of the same files, once somebody asks for them.
    configs: OnceCell<Option<Configs>>,
}

impl Folder {
    /// The folder of a URI; `None` when it is not on this disk or cannot be read.
    pub(super) fn open(uri: &str, documents: &Documents) -> Option<Self> {
        let path = path_of(uri)?;
        let disk = DiskFiles::open(&path, &path).ok()?;
        let at = disk.locate(&path).ok()?;
        let mut folder = Self {
            uri: uri.to_owned(),
            root: client_root(&path, &at).unwrap_or_else(|| disk.root().to_owned()),
            real_root: disk.root().to_owned(),
            path,
            at,
            files: OverlayFiles::new(Arc::new(disk)),
            session: Session::default(),
            request: Request::default(),
            run: None,
            watched: None,
            configs: OnceCell::new(),
        };
        folder.lay_over(documents);
        Some(folder)
    }

    /// Walks the disk anew at the next check: files came, went, or are ignored by other rules.
    pub(super) fn walk_again(&mut self, documents: &Documents) {
        if let Ok(disk) = DiskFiles::open(&self.path, &self.path) {
            self.files = OverlayFiles::new(Arc::new(disk));
            self.lay_over(documents);
        }
    }

    fn lay_over(&mut self, documents: &Documents) {
        for (uri, document) in documents.iter() {
            self.set_text(uri, Some(&document.text));
        }
    }

    /// Takes a text in the place of a file's; `None` for what is on disk.
    pub(super) fn set_text(&mut self, uri: &str, text: Option<&Arc<str>>) {
        let Some(path) = self.path_of(uri) else {
            return;
        };
        match text {
            Some(text) => self.files.insert(path, Arc::clone(text)),
            None => self.files.remove(&path),
        }
    }

    /// Its files, with the texts of open documents.
    pub(super) fn files(&self) -> &OverlayFiles {
        &self.files
    }

    /// Where in the repository it is.
    pub(super) fn at(&self) -> &FilePath {
        &self.at
    }

    /// The path of a URI; `None` when it is elsewhere.
    pub(super) fn path_of(&self, uri: &str) -> Option<FilePath> {
        path_of(uri).and_then(|path| self.locate(&path))
    }

    /// Where in the repository a file is; `None` when it is elsewhere.
    fn locate(&self, path: &Path) -> Option<FilePath> {
        let below = |path: &Path| {
            let below = path.strip_prefix(&self.root);
            let below = below.or_else(|_| path.strip_prefix(&self.real_root)).ok()?;
            Some(FilePath::new(&below.to_str()?.replace('\\', "/")))
        };
        // Where links lead to it, its folder says where it really is: the file itself may not be there yet.
        let by_links = || {
            let folder = path.parent()?.canonicalize().ok()?;
            below(&folder.join(path.file_name()?))
        };
        let found = below(path).or_else(by_links)?;
        (!found.is_outside()).then_some(found)
    }

    /// The URI of a source, as the editor would write it.
    pub(super) fn uri_of(&self, source: &Source) -> String {
        self.uri_below(source.repository_path())
    }

    /// The URI of a path.
    pub(super) fn uri_of_path(&self, path: &FilePath) -> String {
        self.uri_below(path.as_str())
    }

    fn uri_below(&self, path: &str) -> String {
        let mut uri = uri_of(&self.root);
        if !uri.ends_with('/') {
            uri.push('/');
        }
        push_encoded(&mut uri, path);
        uri
    }

    /// Checks the files as they are now.
    ///
    /// # Errors
    /// As [`Session::check`], but for mistakes in files: they are findings here.
    pub(super) fn check(&mut self, request: &Request, trust: Trust) -> Result<(), Failure> {
        self.request = Request {
            start: self.path.clone(),
            rules_from: match trust {
                Trust::Granted => RulesFrom::Anywhere,
                Trust::Withheld => RulesFrom::Folder(self.at.clone()),
            },
            ..request.clone()
        };
        let files = Box::new(self.files.clone());
        self.run = None;
        self.watched = None;
        self.configs = OnceCell::new();
        let run = match self.session.check(files, &self.at, &self.request) {
            Ok(run) => run,
            Err(Failure {
                mistakes: Some(mistakes),
                ..
            }) => *mistakes,
            Err(failure) => return Err(failure),
        };
        let mut watched = Watched::new(&self.path, None);
        watched.add_index(&self.path);
        watched.add_sources(&self.path, &run);
        self.watched = Some(watched);
        self.run = Some(run);
        Ok(())
    }

    /// Whether something has changed on disk since the last check read it.
    pub(super) fn has_changed(&mut self) -> bool {
        self.watched.as_mut().is_some_and(Watched::has_changed)
    }

    /// The effective configs of the files that were checked last; `None` where mistakes in settings keep them from being
    /// known.
    pub(super) fn configs(&self) -> Option<&Configs> {
        let configs = self.configs.get_or_init(|| {
            let files = Box::new(self.files.clone());
            self.session.effective(files, &self.at, &self.request).ok()
        });
        configs.as_ref()
    }

    /// What a check would say if a file had another text.
    pub(super) fn try_text(&self, path: &FilePath, text: &str) -> Option<Run> {
        let mut files = self.files.clone();
        files.insert(path.clone(), text);
        let run = self.session.check(Box::new(files), &self.at, &self.request);
        run.ok()
    }
}

/// The root of the repository as the editor writes it: the path of the folder without what leads from that root to it.
fn client_root(path: &Path, at: &FilePath) -> Option<PathBuf> {
    if at.is_outside() {
        return None;
    }
    let depth = at.as_str().split('/').filter(|part| !part.is_empty());
    let root = path.ancestors().nth(depth.count())?;
    (root.join(at.as_str()) == path || at.as_str().is_empty()).then(|| root.to_owned())
}
