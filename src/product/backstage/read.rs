//! App roots, read one after the other.
//!
//! In: an app root as it was found. Out: its layers, with what they are judged by.

use std::sync::{Arc, Mutex, PoisonError};

use super::discover;
use super::judge::Judge;
use crate::backstage::environment::Environment;
use crate::backstage::load::{self, LoadedApp, Surroundings};
use crate::backstage::npm::Installs;
use crate::backstage::schema::{
    Cache, Collection, NoteWeight, PackageSchema, SchemaNote, SchemaOrigin, SchemaSource,
};
use crate::backstage::words::AppRoot;
use crate::files::Files;
use crate::product::target::Target;
use crate::request::{Request, SchemaCache};
use crate::rules::engine::Rules;
use crate::run::{Note, NoteLevel, SchemasInForce};
use crate::settings::Settings;
use crate::settle::suppress::{self, Suppression};
use crate::text::mask::Secrets;
use crate::text::{Place, Sources};

/// One app root, with what it is judged by.
pub struct App<'t> {
    /// Where it was found.
    pub target: &'t Target,
    /// The app root.
    pub root: AppRoot,
    /// What the repository wants.
    pub settings: Arc<Settings>,
}

/// What was read of the packages of apps and takes long: schemas, lockfiles. Clones are the same.
#[derive(Debug, Clone)]
pub struct KeptPackages(Arc<Mutex<Packages>>);

#[derive(Debug)]
struct Packages {
    schemas: SchemaSource,
    installs: Installs,
}

impl KeptPackages {
    /// Kept while files change, for as long as this process runs.
    pub fn for_many_runs() -> Self {
        Self::of(SchemaSource::for_many_runs())
    }

    /// Those of one run.
    fn for_one_run(request: &Request) -> Self {
        Self::of(SchemaSource::new(match request.schema_cache {
            SchemaCache::OfUser => Cache::of_user(),
            SchemaCache::Off => None,
        }))
    }

    fn of(schemas: SchemaSource) -> Self {
        Self(Arc::new(Mutex::new(Packages {
            schemas,
            installs: Installs::default(),
        })))
    }

    /// Completes what is known of the packages of an app, and gives the schemas in force.
    fn complete(&self, files: &dyn Files, app: &mut AppRoot) -> Arc<Collection> {
        let kept = self.0.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        kept.installs.complete(files, &app.path, &mut app.packages);
        let lockfile = app.packages.lockfile.as_deref();
        kept.schemas.of_app(files, &app.path, lockfile)
    }
}

/// Reads app roots.
pub struct Reader<'r> {
    environment: &'r Environment,
    packages: KeptPackages,
}

impl<'r> Reader<'r> {
    /// A reader for apps that are started with these variables, with what earlier runs have kept if there were any.
    pub fn new(
        environment: &'r Environment,
        request: &Request,
        kept: Option<&KeptPackages>,
    ) -> Self {
        Self {
            environment,
            packages: kept.map_or_else(|| KeptPackages::for_one_run(request), Clone::clone),
        }
    }

    /// Reads the layers of an app root.
    pub fn read<'t>(&mut self, mut app: App<'t>, sources: &mut Sources) -> Ready<'t> {
        let environment = discover::environment(&app.settings, self.environment);
        let files = app.target.files.as_ref();
        let schemas = self.packages.complete(files, &mut app.root);
        let with = Surroundings {
            files,
            environment: &environment,
            schemas: &schemas.schemas,
        };
        let (loaded, secrets) = load::load(app.root, &with, sources);
        Ready {
            target: app.target,
            loaded,
            settings: app.settings,
            schemas,
            environment,
            secrets,
        }
    }
}

/// An app root that was read, with what it is judged by.
pub struct Ready<'t> {
    /// Where it was found.
    pub target: &'t Target,
    /// Its layers.
    pub loaded: LoadedApp,
    /// What the repository wants.
    pub settings: Arc<Settings>,
    /// The schemas in force.
    pub schemas: Arc<Collection>,
    /// What is known of the variables it is started with.
    pub environment: Environment,
    /// The secrets of its own layers: what no message about it may hold. Reports hide those of all.
    pub secrets: Secrets,
}

impl Ready<'_> {
    /// The files it was read from.
    pub fn files(&self) -> &dyn Files {
        self.target.files.as_ref()
    }

    /// What judges it by some rules.
    pub fn judge<'j>(&'j self, rules: &'j Rules<'j>) -> Judge<'j> {
        Judge {
            rules,
            schemas: &self.schemas.schemas,
            secrets: &self.secrets,
            settings: &self.settings,
            files: self.files(),
            environment: &self.environment,
        }
    }

    /// How many packages the schemas come from, by where they were found.
    pub fn schemas_in_force(&self) -> SchemasInForce {
        let packages = self.schemas.schemas.packages();
        let is_bundled = |package: &&Arc<PackageSchema>| package.origin == SchemaOrigin::Bundled;
        let bundled = packages.iter().filter(is_bundled).count();
        SchemasInForce {
            root: self.files().display(&self.loaded.app.path),
            installed: packages.len() - bundled,
            bundled,
        }
    }

    /// What a person may want to know about its schemas; apps that share their packages have the same.
    pub fn notes(&self) -> Vec<Note> {
        let note = |note: &SchemaNote| Note {
            level: match note.weight {
                NoteWeight::Loss => NoteLevel::Always,
                NoteWeight::Detail => NoteLevel::Verbose,
            },
            text: note.text.clone(),
        };
        self.schemas.notes.iter().map(note).collect()
    }

    /// What the comments of its layers suppress.
    pub fn suppressions(&self, sources: &Sources) -> Vec<Suppression> {
        let layers = self.loaded.layers.values();
        layers
            .flat_map(|loaded| {
                let layer = &loaded.layer;
                let comments = layer.document.comments.iter();
                suppress::find(
                    comments.map(|comment| Place::new(layer.source, comment.span)),
                    sources,
                )
            })
            .collect()
    }
}
