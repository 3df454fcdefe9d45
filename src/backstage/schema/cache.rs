//! Collected schemas, kept between runs in the user's cache folder.
//!
//! In: a collection and the files it came from. Out: the same collection, as long as none of those files has
//! changed. Entries are written whole and renamed into place, so that runs side by side never see half of one;
//! what cannot be read or does not fit is collected anew. Only collections that an install's state file vouches
//! for are kept: without one, a package that appears would go unnoticed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::collect::{Collection, NoteWeight, SchemaNote};
use super::conflicts::Conflict;
use super::model::Schema;
use super::package::{PackageSchema, SchemaOrigin, Standing};
use super::packages::Schemas;
use crate::files::{FilePath, Files, Identity, read_named, replace};

/// Changes when the form of entries or the making of schemas does.
const FORM: &str = concat!("4 ", env!("CARGO_PKG_VERSION"));

/// The largest entry that is read, in bytes.
const ENTRY_LIMIT: u64 = 64 << 20;

/// The files that package managers write at every install, beside or in the `node_modules` of a workspace.
const STATE_FILES: &[&str] = &[
    "node_modules/.package-lock.json",
    "node_modules/.yarn-state.yml",
    "node_modules/.yarn-integrity",
    "node_modules/.modules.yaml",
];

/// A folder with collections of earlier runs.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// What an entry begins with; the texts of the schemas follow.
#[derive(Serialize, Deserialize)]
struct Header {
    form: String,
    /// Files with size and time; the time as text, since JSON numbers end before it.
    files: Vec<(String, u64, String)>,
    notes: Vec<(bool, String)>,
    packages: Vec<Entry>,
    conflicts: Vec<Conflict>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: Arc<str>,
    version: Arc<str>,
    /// The file of an installed schema.
    file: Option<String>,
    standing: Standing,
    keys: Vec<Arc<str>>,
    text: Range<usize>,
}

impl Cache {
    /// The cache in a folder, which is made when something is kept.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The cache in the user's cache folder; `None` when the environment names none.
    pub fn of_user() -> Option<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = || variable("HOME").map(PathBuf::from);
        let folder = if cfg!(windows) {
            PathBuf::from(variable("LOCALAPPDATA")?)
        } else if let Some(folder) = variable("XDG_CACHE_HOME") {
            PathBuf::from(folder)
        } else if cfg!(target_os = "macos") {
            home()?.join("Library/Caches")
        } else {
            home()?.join(".cache")
        };
        folder
            .is_absolute()
            .then(|| Self::new(folder.join("stagecheck")))
    }

    /// What was kept for the packages at `base`, when nothing it came from has changed.
    pub(super) fn load(&self, files: &dyn Files, base: &FilePath) -> Option<Collection> {
        let entry = self.entry(files, base);
        let text: Arc<str> = read_named(&entry, ENTRY_LIMIT).ok()?.into();
        let (sum, rest) = text.split_once('\n')?;
        if sum != sum_of(rest) {
            return None;
        }
        let (header, _) = rest.split_once('\n')?;
        let texts_start = sum.len() + 1 + header.len() + 1;
        let header: Header = serde_json::from_str(header).ok()?;
        let same = |(path, size, modified): &(String, u64, String)| {
            let now = files.identify(&FilePath::new(path));
            now.is_some_and(|now| now.size == *size && now.modified.to_string() == *modified)
        };
        if header.form != FORM || !header.files.iter().all(same) {
            return None;
        }
        let packages = header.packages.into_iter().map(|entry| {
            let range = entry.text.start + texts_start..entry.text.end + texts_start;
            text.get(range.clone())?;
            let origin = entry.file.map_or(SchemaOrigin::Bundled, |file| {
                SchemaOrigin::Installed(FilePath::new(&file))
            });
            let parts = (
                entry.name,
                entry.version,
                origin,
                entry.standing,
                entry.keys,
            );
            Some(Arc::new(PackageSchema::kept(
                parts,
                Arc::clone(&text),
                range,
            )))
        });
        let weight = |loss| {
            if loss {
                NoteWeight::Loss
            } else {
                NoteWeight::Detail
            }
        };
        let notes = header.notes.into_iter();
        Some(Collection {
            schemas: Schemas::new(packages.collect::<Option<Vec<_>>>()?)
                .with_conflicts(header.conflicts),
            notes: notes
                .map(|(loss, text)| SchemaNote {
                    weight: weight(loss),
                    text,
                })
                .collect(),
            seen: Vec::new(),
        })
    }

    /// Keeps a collection. A failure to do so is no matter: the next run collects again.
    pub(super) fn keep(&self, files: &dyn Files, base: &FilePath, collection: &Collection) {
        let Some(state) = state_file(files, base) else {
            return;
        };
        let mut texts = String::new();
        let mut packages = Vec::new();
        for package in collection.schemas.packages() {
            let Ok(text) = serde_json::to_string(package.schema()) else {
                return;
            };
            // What nests too deeply to be read back would be a schema that demands nothing.
            if serde_json::from_str::<Schema>(&text).is_err() {
                return;
            }
            let start = texts.len();
            texts.push_str(&text);
            packages.push(Entry {
                name: Arc::clone(&package.name),
                version: Arc::clone(&package.version),
                file: match &package.origin {
                    SchemaOrigin::Installed(file) => Some(file.as_str().to_owned()),
                    SchemaOrigin::Bundled => None,
                },
                standing: package.standing,
                keys: package.keys().to_vec(),
                text: start..texts.len(),
            });
        }
        let header = Header {
            form: FORM.into(),
            files: vouched_by(&state, collection)
                .iter()
                .map(|file| {
                    (
                        file.path.as_str().to_owned(),
                        file.size,
                        file.modified.to_string(),
                    )
                })
                .collect(),
            notes: collection
                .notes
                .iter()
                .map(|note| (note.weight == NoteWeight::Loss, note.text.clone()))
                .collect(),
            packages,
            conflicts: collection.schemas.conflicts().to_vec(),
        };
        if let Ok(header) = serde_json::to_string(&header) {
            let entry = self.entry(files, base);
            let rest = format!("{header}\n{texts}");
            write(&entry, &format!("{}\n{rest}", sum_of(&rest)));
        }
    }

    fn entry(&self, files: &dyn Files, base: &FilePath) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        (files.identity(), base).hash(&mut hasher);
        self.folder
            .join(format!("schemas-{:016x}", hasher.finish()))
    }
}

/// Tells an entry that was damaged, or written over, from one that is whole. Who can write to the cache on purpose can
/// also write this; a shared cache is only as trustworthy as those who share it.
fn sum_of(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The file that the package manager wrote when it installed the packages at or above a folder.
fn state_file(files: &dyn Files, base: &FilePath) -> Option<Identity> {
    let mut folder = base.clone();
    loop {
        let found = STATE_FILES
            .iter()
            .find_map(|name| files.identify(&folder.join(name)));
        if found.is_some() || folder == FilePath::root() {
            return found;
        }
        folder = folder.parent();
    }
}

/// The files that decide what a collection holds, as they are now.
pub(super) fn deciding(
    files: &dyn Files,
    base: &FilePath,
    collection: &Collection,
) -> Vec<Identity> {
    match state_file(files, base) {
        Some(state) => vouched_by(&state, collection),
        None => collection.seen.clone(),
    }
}

/// The same where there is a state file, which vouches for every package.json that an install wrote.
fn vouched_by(state: &Identity, collection: &Collection) -> Vec<Identity> {
    let vouched =
        |path: &FilePath| path.as_str().contains("node_modules/") && path.name() == "package.json";
    let seen = collection.seen.iter().filter(|file| !vouched(&file.path));
    seen.chain([state]).cloned().collect()
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) {
    if let Some(folder) = path.parent() {
        let made = fs::create_dir_all(folder);
        let _ = made.and_then(|()| replace(path, text.as_bytes()));
    }
}
