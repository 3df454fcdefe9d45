//! The schemas of an app's packages, collected the way the real loader does it.
//!
//! In: the files of the repository and an app root. Out: the [`Schemas`] in force. Every package reachable from
//! the app's own packages through dependencies of any kind is visited, as long as it has a `configSchema` or
//! depends on a package of `@backstage/`. A package that is not installed is replaced by its built-in schema.
//! Never: the network, a package manager, or code of a package.

use std::collections::HashSet;
use std::sync::Arc;

use super::bundled;
use super::conflicts::conflicts;
use super::members::members;
use super::model::Schema;
use super::node::{Located, NodeModules, NotLocated, SCHEMA_LIMIT};
use super::package::{PackageSchema, Standing};
use super::packages::Schemas;
use super::typescript;
use crate::backstage::npm::Lockfile;
use crate::files::{FilePath, Files, Identity};
use crate::version::Version;

/// What was collected.
#[derive(Debug, Default)]
pub struct Collection {
    /// The schemas in force.
    pub schemas: Schemas,
    /// What a person should know about them.
    pub notes: Vec<SchemaNote>,
    /// The files that decide what is collected.
    pub seen: Vec<Identity>,
}

/// Something to know about the schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaNote {
    /// How much it matters.
    pub weight: NoteWeight,
    /// One sentence, without secrets.
    pub text: String,
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteWeight {
    /// For those who want to know everything.
    Detail,
    /// A schema is not checked that the app will check.
    Loss,
}

/// The largest number of packages that are visited; a large app has about 2 000.
const MOST_PACKAGES: usize = 20_000;

/// Collects the schemas of the app at `app_root`; every built-in schema, when nothing there says what the app is
/// made of. The lockfile tells which versions of built-in schemas the app uses.
pub fn collect(files: &dyn Files, app_root: &FilePath, lockfile: Option<&Lockfile>) -> Collection {
    let node = NodeModules::new(files);
    let mut collector = Collector {
        files,
        node: &node,
        lockfile,
        found: Vec::new(),
        notes: Vec::new(),
        seen: Vec::new(),
        visited: HashSet::new(),
        bundled: HashSet::new(),
        absent: Vec::new(),
    };
    // One that was written for an empty workspace says nothing about what the app is made of.
    collector.lockfile = lockfile.filter(|lockfile| lockfile.names_scope("@backstage/"));
    let lockfile = collector.lockfile;
    let own = members(files, &node, app_root);
    if own.is_empty() {
        return Collection {
            schemas: Schemas::bundled(),
            ..Collection::default()
        };
    }
    let lockfile = lockfile.and_then(|lockfile| files.identify(&lockfile.path));
    collector.seen.extend(lockfile);
    collector.walk(own);
    collector.finish(app_root)
}

fn is_installed(package: &FilePath) -> bool {
    let path = package.as_str();
    path.starts_with("node_modules/") || path.contains("/node_modules/")
}

struct Collector<'a> {
    files: &'a dyn Files,
    node: &'a NodeModules<'a>,
    lockfile: Option<&'a Lockfile>,
    found: Vec<Arc<PackageSchema>>,
    notes: Vec<SchemaNote>,
    seen: Vec<Identity>,
    /// Name and version of what was visited.
    visited: HashSet<(Arc<str>, Arc<str>)>,
    /// Built-in packages that stand in for absent ones.
    bundled: HashSet<&'static str>,
    absent: Vec<&'static str>,
}

impl Collector<'_> {
    fn walk(&mut self, own: Vec<Located>) {
        let mut pending: Vec<Located> = own.into_iter().rev().collect();
        let mut resolved: HashSet<(FilePath, Arc<str>)> = HashSet::new();
        while let Some(package) = pending.pop() {
            let manifest = &package.manifest;
            let new = self
                .visited
                .insert((manifest.name.clone(), manifest.version.clone()));
            if !new || self.visited.len() > MOST_PACKAGES {
                continue;
            }
            let has_schema = manifest.config_schema.is_some();
            let of_backstage = |name: &Arc<str>| name.starts_with("@backstage/");
            if !has_schema && !manifest.dependencies().any(of_backstage) {
                continue;
            }
            self.seen.push(package.file.clone());
            if has_schema {
                self.take(&package);
            }
            let folder = package.file.path.parent();
            for name in manifest.dependencies() {
                if !resolved.insert((folder.clone(), name.clone())) {
                    continue;
                }
                match self.node.package(&folder, name) {
                    Ok(dependency) => pending.push(dependency),
                    Err(NotLocated::Broken(file)) => self.lose(format!(
                        "invalid package.json `{file}`: its configuration schema is not checked"
                    )),
                    // What an installed package lacks is optional, or for its own development: the app has none.
                    Err(NotLocated::Absent) if is_installed(&folder) => {}
                    Err(NotLocated::Absent) => self.stand_in(name),
                }
            }
        }
    }

    fn lose(&mut self, text: String) {
        let weight = NoteWeight::Loss;
        self.notes.push(SchemaNote { weight, text });
    }

    /// Takes the built-in schemas of a package that is not installed, and of what it brings.
    fn stand_in(&mut self, name: &str) {
        let Some(index) = bundled::named(name) else {
            return;
        };
        let mut pending = vec![index];
        while let Some(package) = pending.pop() {
            // What is in no lockfile is not part of the app.
            let absent = self
                .lockfile
                .is_some_and(|lockfile| !lockfile.has(package.name));
            if absent || !self.bundled.insert(package.name) {
                continue;
            }
            pending.extend(package.brings());
        }
    }

    /// Reads the schema of a package.
    fn take(&mut self, package: &Located) {
        let name = &package.manifest.name;
        let home = package.file.path.parent();
        let (file, schema) = match &package.manifest.config_schema {
            Some(serde_json::Value::String(path)) => {
                let file = home.join(path);
                self.seen.extend(self.files.identify(&file));
                match self.read(name, &file) {
                    Some(schema) => (file, schema),
                    None => return,
                }
            }
            Some(inline) => match serde_json::from_value::<Schema>(inline.clone()) {
                Ok(schema) => (package.file.path.clone(), schema),
                Err(_) => {
                    let text = "the configuration schema in its package.json is not a JSON Schema";
                    return self.lose(format!("{name} is not checked: {text}"));
                }
            },
            None => return,
        };
        let version = package.manifest.version.clone();
        let found = PackageSchema::installed(name.clone(), version, file, schema);
        self.found.push(Arc::new(found));
    }

    fn read(&mut self, name: &str, file: &FilePath) -> Option<Schema> {
        let why = if file.as_str().ends_with(".json") {
            match self.files.read(file, SCHEMA_LIMIT) {
                Ok(text) => match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
                    Ok(schema) => return Some(schema),
                    Err(_) => format!("{} is not a JSON Schema", self.files.display(file)),
                },
                Err(why) => format!("{}: {why}", self.files.display(file)),
            }
        } else if file.as_str().ends_with(".d.ts") {
            match typescript::convert(file.as_str(), self.node) {
                Ok(converted) => {
                    self.notes
                        .extend(converted.notes.into_iter().map(|text| SchemaNote {
                            weight: NoteWeight::Detail,
                            text: format!("schema of {name}: {text}"),
                        }));
                    let files = converted.files.iter().map(|file| FilePath::new(file));
                    self.seen
                        .extend(files.filter_map(|file| self.files.identify(&file)));
                    return Some(converted.schema);
                }
                Err(why) => format!("{}: {why}", self.files.display(file)),
            }
        } else {
            format!("{} is neither .json nor .d.ts", self.files.display(file))
        };
        self.lose(format!("the configuration of {name} is not checked: {why}"));
        None
    }

    fn finish(mut self, app_root: &FilePath) -> Collection {
        let installed: HashSet<Arc<str>> = self
            .found
            .iter()
            .map(|package| package.name.clone())
            .collect();
        let mut names: Vec<_> = self.bundled.iter().copied().collect();
        names.sort_unstable();
        for name in names {
            let visited = self.visited.iter().any(|(visited, _)| **visited == *name);
            let Some(package) =
                bundled::named(name).filter(|_| !visited && !installed.contains(name))
            else {
                continue;
            };
            let locked = self.lockfile.map(|lockfile| lockfile.versions(name));
            self.found
                .extend(package.with(standing(locked, package.version)));
            self.absent.push(name);
        }
        // The real loader leaves this one out beside its successor, whose keys are the same.
        if self
            .found
            .iter()
            .any(|package| &*package.name == "@backstage/backend-defaults")
        {
            self.found
                .retain(|package| &*package.name != "@backstage/backend-common");
        }
        self.note_plug_and_play(app_root);
        let schemas = Schemas::new(self.found);
        let conflicts = conflicts(schemas.packages());
        Collection {
            schemas: schemas.with_conflicts(conflicts),
            notes: self.notes,
            seen: self.seen,
        }
    }

    fn note_plug_and_play(&mut self, app_root: &FilePath) {
        let mut folder = app_root.clone();
        loop {
            let found = [".pnp.cjs", ".pnp.js"]
                .iter()
                .any(|name| self.files.is_file(&folder.join(name)));
            if found && !self.absent.is_empty() {
                return self.lose(format!(
                    "{} in archives of Yarn's Plug'n'Play, which are not read: built-in schemas are used instead",
                    named(&self.absent)
                ));
            }
            if folder == FilePath::root() {
                return;
            }
            folder = folder.parent();
        }
    }
}

/// How far a built-in schema can be relied on, where these versions of its package are locked.
fn standing(locked: Option<&[Arc<str>]>, built_in: &str) -> Standing {
    let Some(versions) = locked else {
        return Standing::Untold;
    };
    let is_older = |version: &Arc<str>| Version::parse(version) < Version::parse(built_in);
    if versions.iter().any(|version| **version == *built_in) {
        Standing::InForce
    } else if versions.iter().any(is_older) {
        Standing::OlderInUse
    } else {
        Standing::AnotherVersion
    }
}

/// The first of some packages by name, and how many more there are.
fn named(packages: &[&str]) -> String {
    match packages {
        [one] => format!("{one} is"),
        [one, two] => format!("{one} and {two} are"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more packages are", rest.len()),
        [] => "the packages are".into(),
    }
}
