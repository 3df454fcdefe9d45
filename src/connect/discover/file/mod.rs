//! gcfg files: `rstudio-connect.gcfg` and its kind, with the `-migration.gcfg` beside it.
//!
//! In: names of files. Out: a server for each main file. Never: what is in them.

use super::source::{Source, Tree};
use crate::connect::words::{Deployment, Form, Part, Role, Server};
use crate::files::{FilePath, Files, without_template_ending};

/// The ending of every gcfg file.
const ENDING: &str = ".gcfg";
/// How the names of Connect's own files begin.
const BEGINNING: &str = "rstudio-connect";
/// What is put before the ending for the file that upgrades write (`--migration-config` of the server).
const MIGRATION: &str = "-migration";

/// gcfg files of other products of the same vendor, by the beginnings of their names.
const OTHER_PRODUCTS: &[(&str, &str)] = &[
    ("rstudio-pm", "Posit Package Manager"),
    ("rstudio-package-manager", "Posit Package Manager"),
    ("rspm", "Posit Package Manager"),
    ("chronicle", "Posit Chronicle"),
];

/// Files of gcfg text.
pub(super) struct GcfgFiles;

impl Source for GcfgFiles {
    fn wants(&self, name: &str) -> bool {
        is_config(name)
    }

    fn takes(&self, name: &str) -> bool {
        stem(name).is_some() && name_of_other_product(name).is_none()
    }

    fn servers(&self, paths: &[&FilePath], tree: &mut Tree<'_>) {
        for path in paths {
            let main = main_of(path);
            let is_here = |path: &FilePath| paths.contains(&path);
            if main.as_ref().is_some_and(is_here) {
                continue;
            }
            let part = |path: &FilePath, role| Part {
                path: path.clone(),
                role,
                form: match without_template_ending(path.name()) {
                    Some(_) => Form::Template,
                    None => Form::Plain,
                },
            };
            let mut parts = Vec::new();
            if let Some(migration) = migration_of(path).filter(is_here) {
                parts.push(part(&migration, Role::Migration));
            }
            // A migration file without the main one is all that is seen of its server.
            parts.push(part(path, Role::Main));
            tree.found.servers.push(Server {
                name: path.as_str().into(),
                folder: path.parent(),
                parts,
                variables: Vec::new(),
                deployment: Deployment::default(),
            });
        }
    }
}

/// Whether a name is that of a file of Connect, template or not.
pub(super) fn is_config(name: &str) -> bool {
    stem(name).is_some_and(|stem| stem.to_ascii_lowercase().starts_with(BEGINNING))
}

/// The product that a gcfg file of this name configures, when that is not Connect.
pub fn name_of_other_product(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    stem(&lower)?;
    let product = |(beginning, product): &(&str, &'static str)| {
        lower.starts_with(beginning).then_some(*product)
    };
    OTHER_PRODUCTS.iter().find_map(product)
}

/// A file that a person named, with the other one of the two that belong together where it is there.
pub(super) fn beside(files: &dyn Files, path: &FilePath) -> Vec<FilePath> {
    if !GcfgFiles.takes(path.name()) {
        return Vec::new();
    }
    let mut paths = vec![path.clone()];
    let others = [main_of(path), migration_of(path)].into_iter().flatten();
    paths.extend(others.filter(|other| files.is_file(other)));
    paths.sort();
    paths
}

/// The name without `.gcfg`, and without the ending of a template.
fn stem(name: &str) -> Option<&str> {
    let name = without_template_ending(name).unwrap_or(name);
    let at = name.len().checked_sub(ENDING.len())?;
    let (stem, ending) = name.split_at_checked(at)?;
    (ending.eq_ignore_ascii_case(ENDING) && !stem.is_empty()).then_some(stem)
}

/// The main file beside a migration file.
fn main_of(path: &FilePath) -> Option<FilePath> {
    let main = stem(path.name())?.strip_suffix(MIGRATION)?;
    Some(named(path, main))
}

/// The migration file beside a main file.
fn migration_of(path: &FilePath) -> Option<FilePath> {
    let stem = stem(path.name())?;
    (!stem.ends_with(MIGRATION)).then(|| named(path, &format!("{stem}{MIGRATION}")))
}

/// The file of another stem beside this one, with the same endings.
fn named(path: &FilePath, other: &str) -> FilePath {
    let own = stem(path.name()).map_or(0, str::len);
    let endings = path.name().get(own..).unwrap_or_default();
    path.parent().join(&format!("{other}{endings}"))
}
