//! The schemas of every app of a run: collected once for apps that share their packages.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cache::Cache;
use super::collect::{Collection, collect};
use super::members::base;
use super::packages::Schemas;
use crate::backstage::npm::Lockfile;
use crate::files::{FilePath, Files};

/// Gives each app root the schemas of its packages.
#[derive(Debug, Default)]
pub struct SchemaSource {
    cache: Option<Cache>,
    bundled: Option<Arc<Collection>>,
    /// The last ones, by the tree of files and the folder of the nearest package.json. Apps that share one are
    /// beside each other, and the schemas of ten thousand are more than a machine has memory for.
    known: VecDeque<(Base, Arc<Collection>)>,
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
        let known = self.known.iter().position(|(known, _)| *known == key);
        if let Some(known) = known.and_then(|at| self.known.remove(at)) {
            let collection = Arc::clone(&known.1);
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
        self.known.push_front((key, Arc::clone(&collection)));
        collection
    }
}
