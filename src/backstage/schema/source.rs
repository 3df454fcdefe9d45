//! The schemas of every app of a run: collected once for apps that share their packages.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cache::{Cache, deciding};
use super::collect::{Collection, collect};
use super::members::base;
use super::packages::Schemas;
use crate::backstage::npm::Lockfile;
use crate::files::{FilePath, Files, Identity};

/// Gives each app root the schemas of its packages.
#[derive(Debug, Default)]
pub struct SchemaSource {
    cache: Option<Cache>,
    bundled: Option<Arc<Collection>>,
    /// The last ones, by the tree of files and the folder of the nearest package.json. Apps that share one are
    /// beside each other, and the schemas of ten thousand are more than a machine has memory for.
    known: VecDeque<Known>,
    /// Whether files may change between two questions.
    outlives_files: bool,
}

/// A collection, and what it came from.
#[derive(Debug)]
struct Known {
    base: Base,
    collection: Arc<Collection>,
    /// The files that decided what is in it, as they were; empty where files do not change.
    deciding: Vec<Identity>,
}

/// A tree of files, and the folder of a package.json in it.
type Base = (String, FilePath);

/// How many collections are remembered.
const REMEMBERED: usize = 8;

impl SchemaSource {
    /// A source that looks into a cache first, if there is one.
    pub fn new(cache: Option<Cache>) -> Self {
        Self {
            cache,
            ..Self::default()
        }
    }

    /// A source that is asked again and again while files change: what it has collected counts as long as the files that
    /// decided it are the same. Nothing is read from a cache, or written to one.
    pub fn for_many_runs() -> Self {
        Self {
            outlives_files: true,
            ..Self::default()
        }
    }

    /// The schemas in force for the app at `app_root`. Asked again with the same files, they are not collected
    /// again.
    pub fn of_app(
        &mut self,
        files: &dyn Files,
        app_root: &FilePath,
        lockfile: Option<&Lockfile>,
    ) -> Arc<Collection> {
        let Some(base) = base(files, app_root) else {
            let bundled = self.bundled.get_or_insert_with(|| {
                Arc::new(Collection {
                    schemas: Schemas::bundled(),
                    ..Collection::default()
                })
            });
            return Arc::clone(bundled);
        };
        let key = (files.identity(), base.clone());
        let known = self.known.iter().position(|known| known.base == key);
        let known = known.and_then(|at| self.known.remove(at));
        if let Some(known) = known.filter(|known| known.is_current(files)) {
            let collection = Arc::clone(&known.collection);
            self.known.push_front(known);
            return collection;
        }
        let kept = self
            .cache
            .as_ref()
            .and_then(|cache| cache.load(files, &base));
        let collection = kept.unwrap_or_else(|| {
            let collection = collect(files, &base, lockfile);
            if let Some(cache) = &self.cache {
                cache.keep(files, &base, &collection);
            }
            collection
        });
        let collection = Arc::new(collection);
        self.known.truncate(REMEMBERED - 1);
        self.known.push_front(Known {
            deciding: match self.outlives_files {
                true => deciding(files, &base, &collection),
                false => Vec::new(),
            },
            base: key,
            collection: Arc::clone(&collection),
        });
        collection
    }
}

impl Known {
    fn is_current(&self, files: &dyn Files) -> bool {
        let is_same = |file: &Identity| files.identify(&file.path).as_ref() == Some(file);
        self.deciding.iter().all(is_same)
    }
}
