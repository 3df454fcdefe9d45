//! One folder of the workspace: its files with the texts of open documents, and what the last check said of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::Documents;
use super::uri::{path_of, push_encoded, uri_of};
use crate::check::Session;
use crate::files::{DiskFiles, FilePath, OverlayFiles};
use crate::request::Request;
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
    /// What the last check said: findings, or the mistakes for which there could be no check.
    pub(super) run: Option<Run>,
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
            run: None,
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
        let Some(path) = path_of(uri).and_then(|path| self.locate(&path)) else {
            return;
        };
        match text {
            Some(text) => self.files.insert(path, Arc::clone(text)),
            None => self.files.remove(&path),
        }
    }

    /// Where in the repository a file is; `None` when it is elsewhere.
    pub(super) fn locate(&self, path: &Path) -> Option<FilePath> {
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
        let mut uri = uri_of(&self.root);
        if !uri.ends_with('/') {
            uri.push('/');
        }
        push_encoded(&mut uri, source.repository_path());
        uri
    }

    /// Checks the files as they are now.
    ///
    /// # Errors
    /// As [`Session::check`], but for mistakes in files: they are findings here.
    pub(super) fn check(&mut self, request: &Request) -> Result<(), Failure> {
        let request = Request {
            start: self.path.clone(),
            ..request.clone()
        };
        let files = Box::new(self.files.clone());
        self.run = None;
        let run = match self.session.check(files, &self.at, &request) {
            Ok(run) => run,
            Err(Failure {
                mistakes: Some(mistakes),
                ..
            }) => *mistakes,
            Err(failure) => return Err(failure),
        };
        self.run = Some(run);
        Ok(())
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
