//! Whether files that the config names are in the image.
//!
//! In: the Dockerfile, the context it is built from, and what the deployment mounts. Out: why a file is not at a path,
//! where that is sure. Never: a file that something unread may bring: a base image of one's own, a command that
//! downloads or unpacks, a mount from elsewhere.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use super::dockerfile::{Dockerfile, join};
use super::paths::{Image, Mount, Resolved, STEP_LIMIT, strip_folder};
use super::reference::ImageOrigin;
use crate::backstage::words::{Absence, ImageContents, PathInImage};
use crate::files::{FilePath, Files};

/// An image, as far as its Dockerfile and its deployment say what is in it.
#[derive(Debug)]
pub(in crate::backstage::discover) struct BuiltImage {
    pub(in crate::backstage::discover) dockerfile: Arc<Dockerfile>,
    /// The number of the stage it is.
    pub(in crate::backstage::discover) stage: usize,
    /// The folder that relative sources of `COPY` are in.
    pub(in crate::backstage::discover) context: FilePath,
    /// The working directory, where the deployment sets it.
    pub(in crate::backstage::discover) folder: Option<String>,
    /// What the deployment mounts.
    pub(in crate::backstage::discover) mounts: Vec<Mount>,
}

impl ImageContents for BuiltImage {
    fn absences(&self, files: &dyn Files, paths: &[PathInImage<'_>]) -> Vec<Option<Absence>> {
        let Some(stage) = self.dockerfile.stages.get(self.stage) else {
            return paths.iter().map(|_| None).collect();
        };
        let image = Image {
            files,
            dockerfile: Some((&self.dockerfile, stage)),
            origin: ImageOrigin::Repository,
            context: &self.context,
            folder: self.folder.as_deref(),
            mounts: &self.mounts,
            before: Vec::new(),
            ignored: OnceCell::new(),
            budget: Cell::new(STEP_LIMIT),
        };
        // Of an image whose working directory is not known, no relative path is.
        if image.folder() == "/" {
            return paths.iter().map(|_| None).collect();
        }
        paths.iter().map(|path| absence(&image, path)).collect()
    }
}

fn absence(image: &Image<'_>, path: &PathInImage<'_>) -> Option<Absence> {
    match path {
        PathInImage::Beside { layer, file } => {
            // A layer that is somewhere else in the image finds other files beside it.
            let inside = |file: &FilePath| file.is_within(image.context);
            let at = |file: &FilePath| image.at(&file.relative_to(image.context));
            let stays = inside(layer) && at(layer).file() == Some(layer);
            (stays && inside(file)).then(|| why(at(file)))?
        }
        PathInImage::FromWorkingDirectory(path) => {
            let full = join(Some(image.folder()), path);
            if strip_folder(&full, image.folder()).is_some() {
                return why(image.at(path));
            }
            let is_put_there = image.surely_at(&full).is_some();
            (!is_put_there && image.nothing_brings(&full)).then_some(Absence::Outside(full))
        }
    }
}

fn why(found: Resolved) -> Option<Absence> {
    match found {
        Resolved::KeptOut(_, by) => Some(Absence::KeptOut(by)),
        Resolved::NotCopied(_) => Some(Absence::NotCopied),
        _ => None,
    }
}
