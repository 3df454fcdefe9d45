//! One folder of the workspace: its files with the texts of open documents, and what the last check said of them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::client::Trust;
use super::diagnostics::{ByFile, of_folder};
use super::documents::{Document, Documents};
use super::page::MAX_BYTES;
use super::polling::Polling;
use super::uri::{path_of, push_encoded, uri_of};
use crate::check::Session;
use crate::check::effective::Configs;
use crate::files::{AskedFor, DiskFiles, FilePath, Files, MemoryFiles, NotedFiles, OverlayFiles};
use crate::request::{Edits, Request, RulesFrom};
use crate::run::{Failure, Run};
use crate::text::{ColumnUnit, Source};

/// A folder that the editor has open.
pub(super) struct Folder {
    path: PathBuf,
    /// Whether the editor named it, or it is there for the sake of a file.
    pub(super) origin: FolderOrigin,
    /// The root of its repository, as the editor would write it.
    root: PathBuf,
    /// The same without symbolic links.
    real_root: PathBuf,
    /// Where in the repository it is.
    at: FilePath,
    /// What is on disk, walked at most once.
    disk: Arc<dyn Files>,
    files: OverlayFiles,
    /// The documents that are open in its repository.
    open: BTreeMap<FilePath, Document>,
    session: Session,
    /// What was asked of the last check.
    request: Request,
    freshness: Freshness,
    /// What the last check said: findings, or the mistakes for which there could be no check.
    pub(super) run: Option<Run>,
    /// Why the last check could not be made.
    pub(super) failure: Option<Failure>,
    /// What that read, or looked for.
    asked_for: AskedFor,
    /// How the disk was, where the editor does not watch it.
    polling: Option<Polling>,
    /// The effective configs of the same files, once they are asked for.
    configs: OnceCell<Option<Configs>>,
    /// The findings of the last check as the editor shows them.
    shown: OnceCell<ByFile>,
}

/// Why a folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderOrigin {
    /// It is one of the workspace.
    Workspace,
    /// There is no workspace, and a file is open that is about its app.
    File,
}

/// Whether what was said of a folder is about its files as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freshness {
    /// It is.
    Current,
    /// A text has changed since.
    Stale,
    /// Files came or went since.
    StaleTree,
}

/// When a folder was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    /// Just now.
    Now,
    /// Before, and nothing has changed since.
    Before,
}

/// How a file has changed on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileChange {
    /// Another text is in it.
    Text,
    /// It, or what is below it, came or went.
    Presence,
}

impl Folder {
    /// The folder at a path; `None` when it cannot be read.
    pub(super) fn open(path: PathBuf, origin: FolderOrigin, documents: &Documents) -> Option<Self> {
        let disk = DiskFiles::open(&path, &path).ok()?;
        let at = disk.locate(&path).ok()?;
        let (root, real_root) = roots(&path, &at, &disk);
        let disk: Arc<dyn Files> = Arc::new(disk);
        let mut folder = Self {
            path,
            origin,
            root,
            real_root,
            at,
            files: OverlayFiles::new(Arc::clone(&disk)),
            disk,
            open: BTreeMap::new(),
            session: Session::default(),
            request: Request::default(),
            freshness: Freshness::Stale,
            run: None,
            failure: None,
            asked_for: AskedFor::default(),
            polling: None,
            configs: OnceCell::new(),
            shown: OnceCell::new(),
        };
        folder.lay_over(documents);
        Some(folder)
    }

    /// Where it is on disk, as the editor writes it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the disk as it is now: files came, went, or are ignored by other rules. A folder that is gone is an empty one.
    fn walk_again(&mut self, documents: &Documents) {
        let disk = DiskFiles::open(&self.path, &self.path).ok();
        let located = disk.and_then(|disk| Some((disk.locate(&self.path).ok()?, disk)));
        match located {
            Some((at, disk)) => {
                let roots = roots(&self.path, &at, &disk);
                if roots.1 != self.real_root {
                    self.polling = None;
                }
                (self.root, self.real_root) = roots;
                self.at = at;
                self.disk = Arc::new(disk);
            }
            None => self.disk = Arc::new(MemoryFiles::default()),
        }
        self.lay_over(documents);
    }

    fn outdate(&mut self) {
        if self.freshness == Freshness::Current {
            self.freshness = Freshness::Stale;
        }
    }

    fn lay_over(&mut self, documents: &Documents) {
        self.files = OverlayFiles::new(Arc::clone(&self.disk));
        self.open.clear();
        for document in documents.iter() {
            if let Some(path) = self.path_of(&document.uri) {
                self.files.insert(path.clone(), Arc::clone(&document.text));
                self.open.insert(path, document.clone());
            }
        }
    }

    /// Takes the text of a document in the place of a file's.
    pub(super) fn set_document(&mut self, document: &Document) {
        let Some(path) = self.path_of(&document.uri) else {
            return;
        };
        self.files.insert(path.clone(), Arc::clone(&document.text));
        match self.open.insert(path.clone(), document.clone()) {
            // The editor may have read the file before its change on disk was reported, and the text may be a new layer.
            None if !self.has_checked(&path, &document.text) => self.outdate(),
            Some(before) if before.text != document.text && self.depends_on(&path) => {
                self.outdate();
            }
            _ => {}
        }
        self.shown = OnceCell::new();
    }

    /// Takes what is on disk in the place of a document that was closed.
    pub(super) fn remove_document(&mut self, document: &Document) {
        let Some(path) = self.path_of(&document.uri) else {
            return;
        };
        self.files.remove(&path);
        self.open.remove(&path);
        self.shown = OnceCell::new();
        let now = self.files.read(&path, MAX_BYTES).ok();
        if now.as_ref() != Some(&document.text) {
            self.outdate();
        }
    }

    /// Takes note of a file that has changed on disk.
    pub(super) fn file_changed(&mut self, path: &Path, change: FileChange) {
        let change = match self.locate(path) {
            // The folder itself, or one that it is in.
            _ if self.path.starts_with(path) => Some(FileChange::Presence),
            Some(path) => change_of(&path, change).filter(|change| {
                // Of an open document another text counts.
                *change == FileChange::Presence
                    || (self.depends_on(&path) && !self.open.contains_key(&path))
            }),
            None => None,
        };
        match change {
            Some(FileChange::Presence) => self.freshness = Freshness::StaleTree,
            Some(FileChange::Text) => self.outdate(),
            None => {}
        }
    }

    /// Whether what was said of the folder may be another thing when a file of the repository has another text.
    fn depends_on(&self, path: &FilePath) -> bool {
        self.run.is_none() || path.is_within(&self.at) || self.asked_for.contains(path)
    }

    /// Whether the last check was about this text of a file.
    fn has_checked(&self, path: &FilePath, text: &str) -> bool {
        let run = self.run.iter();
        let mut sources = run.flat_map(|run| run.sources.iter());
        sources.any(|(_, it)| it.repository_path() == path.as_str() && it.text() == text)
    }

    /// The findings of the last check, as the editor shows them. Columns are in the unit that was agreed once for all.
    pub(super) fn diagnostics(&self, unit: ColumnUnit) -> &ByFile {
        self.shown.get_or_init(|| of_folder(self, unit))
    }

    /// Looks at the disk, where the editor does not.
    pub(super) fn poll(&mut self) {
        let polling = self.polling.get_or_insert_with(Polling::default);
        if polling.has_changed(&self.path, &self.at, &*self.disk) {
            self.freshness = Freshness::StaleTree;
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

    /// Whether settings at a path may be in force in it.
    pub(super) fn may_load(&self, settings: &FilePath) -> bool {
        match &self.request.rules_from {
            RulesFrom::Anywhere => true,
            RulesFrom::Folder(folder) => settings.is_within(folder),
        }
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

    /// The URI of a source, as the editor writes it.
    pub(super) fn uri_of(&self, source: &Source) -> String {
        self.uri_below(source.repository_path())
    }

    /// The URI of a path.
    pub(super) fn uri_of_path(&self, path: &FilePath) -> String {
        self.uri_below(path.as_str())
    }

    fn uri_below(&self, path: &str) -> String {
        if let Some(document) = self.open.get(&FilePath::new(path)) {
            return document.uri.clone();
        }
        let mut uri = uri_of(&self.root);
        if !uri.ends_with('/') {
            uri.push('/');
        }
        push_encoded(&mut uri, path);
        uri
    }

    /// The version of the document of a URI, if it is open.
    pub(super) fn version_of(&self, uri: &str) -> Option<i32> {
        let document = self.open.get(&self.path_of(uri)?)?;
        Some(document.version)
    }

    /// Whether any document in it is open.
    pub(super) fn is_in_use(&self) -> bool {
        self.open.keys().any(|path| path.is_within(&self.at))
    }

    /// Checks the files as they are now, if that is another state than what was checked last. Mistakes in files are
    /// findings; anything else for which there can be no check is a failure.
    pub(super) fn check(
        &mut self,
        request: &Request,
        trust: Trust,
        documents: &Documents,
    ) -> Checked {
        match self.freshness {
            Freshness::Current => return Checked::Before,
            Freshness::Stale => {}
            Freshness::StaleTree => self.walk_again(documents),
        }
        self.freshness = Freshness::Current;
        self.request = Request {
            start: self.path.clone(),
            rules_from: match trust {
                Trust::Granted => RulesFrom::Anywhere,
                Trust::Withheld => RulesFrom::Folder(self.at.clone()),
            },
            ..request.clone()
        };
        let asked_for = AskedFor::default();
        let files = NotedFiles::new(self.files.clone(), asked_for.clone());
        let result = self.session.check(Box::new(files), &self.at, &self.request);
        self.asked_for = asked_for;
        self.configs = OnceCell::new();
        self.shown = OnceCell::new();
        (self.run, self.failure) = match result {
            Ok(run) => (Some(run), None),
            Err(Failure {
                mistakes: Some(mistakes),
                ..
            }) => (Some(*mistakes), None),
            Err(failure) => (None, Some(failure)),
        };
        Checked::Now
    }

    /// Whether more than one of its documents is open, so that a change of one is seen beside another.
    pub(super) fn has_several_open(&self) -> bool {
        self.open.len() > 1
    }

    /// Looks from now on at all that the last check depended on.
    pub(super) fn watch(&mut self) {
        let polling = self.polling.get_or_insert_with(Polling::default);
        for path in self.asked_for.paths() {
            if !path.is_outside() {
                polling.add(self.real_root.join(path.as_str()));
            }
        }
        polling.add_index(&self.path);
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

    /// What a check would find if a file had another text, and with it the edits of fixes if they are needed.
    pub(super) fn try_text(&self, path: &FilePath, text: &str, edits: Edits) -> Option<Run> {
        let mut files = self.files.clone();
        files.insert(path.clone(), text);
        let request = Request {
            edits,
            ..self.request.clone()
        };
        self.session.check(Box::new(files), &self.at, &request).ok()
    }
}

/// What the change of a file is to a check; `None` when it is nothing. Packages are read, but what installs them changes
/// thousands of files, and in the end the lockfile, or a hidden file beside the packages.
fn change_of(path: &FilePath, change: FileChange) -> Option<FileChange> {
    let from_root = format!("/{path}");
    if let Some((_, inside)) = from_root.rsplit_once("/.git/") {
        let decides = matches!(inside, "index" | "info/exclude");
        return decides.then_some(FileChange::Presence);
    }
    if let Some((_, inside)) = from_root.rsplit_once("/node_modules/") {
        let is_record = inside.starts_with('.') && !inside.contains('/');
        return is_record.then_some(FileChange::Presence);
    }
    match path.name() == ".gitignore" {
        true => Some(FileChange::Presence),
        false => Some(change),
    }
}

/// The folder that holds the app, the server or the settings that a file is about: the nearest one with a base layer or
/// settings, and of a server's own file its folder. `None` where a file is about neither: nobody asked to walk the rest of
/// the disk.
pub(super) fn folder_around(file: &Path) -> Option<PathBuf> {
    let names = std::iter::once("app-config.yaml").chain(crate::settings::NAMES);
    let holds = |folder: &&Path| {
        let mut names = names.clone();
        names.any(|name| folder.join(name).is_file())
    };
    let own = file.parent()?;
    if let Some(folder) = own.ancestors().find(holds) {
        return Some(folder.to_owned());
    }
    let name = file.file_name()?.to_str()?;
    let is_config = name.starts_with("app-config") || name.contains(".gcfg");
    let is_there = is_config && fs::metadata(own).is_ok_and(|own| own.is_dir());
    is_there.then(|| own.to_owned())
}

/// The root of the repository as the editor writes it and without symbolic links.
fn roots(path: &Path, at: &FilePath, disk: &DiskFiles) -> (PathBuf, PathBuf) {
    let real = disk.root().to_owned();
    (client_root(path, at).unwrap_or_else(|| real.clone()), real)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_in_packages_and_in_the_folder_of_git_is_passed_over() {
        use FileChange::{Presence, Text};
        for (path, change, expected) in [
            ("a/app-config.yaml", Text, Some(Text)),
            ("a/app-config.yaml", Presence, Some(Presence)),
            ("a/.gitignore", Text, Some(Presence)),
            (".git/index.lock", Presence, None),
            (".git/objects/ab/cd", Presence, None),
            (".git/index", Text, Some(Presence)),
            (".gitlab/ci.yml", Text, Some(Text)),
            ("portal.git/app-config.yaml", Text, Some(Text)),
            ("a/node_modules/b/package.json", Presence, None),
            ("node_modules/.package-lock.json", Text, Some(Presence)),
            ("node_modules/.cache/x", Text, None),
        ] {
            assert_eq!(change_of(&FilePath::new(path), change), expected, "{path}");
        }
    }
}
