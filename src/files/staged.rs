//! Files as they stand in the git index: what the next commit would hold.
//!
//! In: a repository. Out: [`StagedFiles`]: the texts of the index's blobs, from loose objects and packs, without a
//! child process. Never: the working tree, except for installed packages, which no commit holds.

use std::sync::Arc;

use gix_object::Find as _;

use super::git::Index;
use super::{DiskFiles, FilePath, Files, GitStatus, Listed, OpenError, ReadError};

/// The files of an index.
pub struct StagedFiles {
    disk: DiskFiles,
    objects: gix_odb::Handle,
}

impl StagedFiles {
    /// The index of the repository of a working tree.
    ///
    /// # Errors
    /// When there is no repository, or its objects cannot be read.
    pub fn of(disk: DiskFiles) -> Result<Self, OpenError> {
        let git = disk.git().ok_or(OpenError::NoIndex)?;
        let objects = gix_odb::at(git.common.join("objects"), gix_index::hash::Kind::Sha1)
            .map_err(|_| OpenError::NoIndex)?;
        Ok(Self { disk, objects })
    }

    fn index(&self) -> Option<&Index> {
        self.disk.index()
    }
}

impl Files for StagedFiles {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        if path.is_outside() {
            return Err(ReadError::Outside);
        }
        if is_installed(path) {
            return self.disk.read(path, limit);
        }
        let id = self
            .index()
            .and_then(|index| index.blob(path.as_str()))
            .ok_or(ReadError::NotFound)?;
        let unreadable = || ReadError::Io("git does not have its contents".into());
        let header = gix_odb::Header::try_header(&self.objects, &id).map_err(|_| unreadable())?;
        if header.ok_or_else(unreadable)?.size() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let mut bytes = Vec::new();
        let blob = self
            .objects
            .try_find(&id, &mut bytes)
            .map_err(|_| unreadable())?;
        let is_blob = blob.is_some_and(|blob| blob.kind == gix_object::Kind::Blob);
        if !is_blob {
            return Err(unreadable());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(ReadError::NotUtf8 {
                at: error.utf8_error().valid_up_to(),
            }),
        }
    }

    fn is_file(&self, path: &FilePath) -> bool {
        if is_installed(path) {
            return self.disk.is_file(path);
        }
        self.index()
            .is_some_and(|index| index.blob(path.as_str()).is_some())
    }

    fn display(&self, path: &FilePath) -> String {
        self.disk.display(path)
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        let Some(index) = self.index() else {
            return Vec::new();
        };
        let mut listed: Vec<Listed> = index
            .paths()
            .map(|path| FilePath(path.into()))
            .filter(|path| path.is_within(folder) && wanted(path.name()))
            .filter(|path| !is_installed(path) && index.blob(path.as_str()).is_some())
            .map(|path| Listed {
                path,
                git: GitStatus::Tracked,
                named_by_ignore_rule: false,
            })
            .collect();
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        listed.dedup();
        listed
    }
}

/// Whether a path is below a `node_modules`, which is installed and not committed.
fn is_installed(path: &FilePath) -> bool {
    path.is_within_named("node_modules")
}
