//! `stagecheck schema`: the schema that an app's packages demand of its configuration.

use std::env;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::console::Console;
use super::{Outcome, Status, output};
use crate::backstage::schema::{self, Cache, Collection, NoteWeight, SchemaOrigin, SchemaSource};
use crate::backstage::workspace::packages::Installs;
use crate::backstage::workspace::{self, AppRoot, Options};
use crate::files::{DiskFiles, FilePath};
use crate::run::{Failure, Note, NoteLevel};
use crate::text::Sources;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The app root, or a folder with one below it [default: this folder]
    path: Option<PathBuf>,
    /// Of several app roots, the one that has a chain of this name
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Only the schema of this package, as it is
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The form for editors, which hold it against one layer: placeholders and directives may stand wherever a
    /// value may, and nothing is required
    #[arg(long, conflicts_with = "package")]
    for_editor: bool,
    /// Collect the schemas anew, past the user's cache folder
    #[arg(long)]
    no_cache: bool,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let (files, folder) = open(arguments)?;
    let found = workspace::find(
        &files,
        &folder,
        &Options::default(),
        &mut Sources::default(),
    );
    let mut app = choose(found.app_roots, arguments.chain.as_deref())?;
    if let Some(app) = &mut app {
        Installs::default().complete(&files, &app.path, &mut app.packages);
    }
    let cache = Cache::of_user().filter(|_| !arguments.no_cache);
    let mut source = SchemaSource::new(cache);
    let collection = match &app {
        Some(app) => source.of_app(&files, &app.path, app.packages.lockfile.as_deref()),
        None => source.of_app(&files, &folder, None),
    };
    say_where_from(&collection, console);
    let schemas = match &arguments.package {
        Some(name) => of_package(&collection, name)?,
        None if arguments.for_editor => vec![schema::for_editor(&collection.schemas.merged())],
        None => vec![collection.schemas.merged()],
    };
    output::to_stdout(|out| {
        for schema in &schemas {
            serde_json::to_writer_pretty(&mut *out, schema)?;
            writeln!(out)?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
}

/// The repository, and the folder in it that is asked for.
fn open(arguments: &Arguments) -> Result<(DiskFiles, FilePath), Failure> {
    let start = env::current_dir().map_err(|error| {
        Failure::new(format!("cannot find the current folder: {}", error.kind()))
    })?;
    let path = start.join(arguments.path.clone().unwrap_or_default());
    let shown = arguments
        .path
        .as_deref()
        .unwrap_or(&start)
        .display()
        .to_string();
    let failed = |error| Failure::new(format!("cannot read {shown}: {error}"));
    let files = DiskFiles::open(&path, &start).map_err(failed)?;
    let located = files.locate(&path).map_err(failed)?;
    let folder = if path.is_file() {
        located.parent()
    } else {
        located
    };
    Ok((files, folder))
}

/// The app root that is meant; `None` when there is none.
fn choose(mut apps: Vec<AppRoot>, chain: Option<&str>) -> Result<Option<AppRoot>, Failure> {
    if let Some(name) = chain {
        apps.retain(|app| app.chains.iter().any(|chain| *chain.name.0 == *name));
        if apps.is_empty() {
            return Err(Failure::new(format!("there is no chain named `{name}`")));
        }
    }
    if apps.len() > 1 {
        let paths: Vec<String> = apps.iter().map(|app| app.path.to_string()).collect();
        let failure = Failure::new(format!("there are several app roots: {}", paths.join(", ")));
        return Err(failure.with_help("name one: `stagecheck schema PATH`"));
    }
    Ok(apps.pop())
}

fn of_package(collection: &Collection, name: &str) -> Result<Vec<Value>, Failure> {
    let schemas = schema::of_package(&collection.schemas, name);
    if schemas.is_empty() {
        let message = format!("the app has no package `{name}` with a configuration schema");
        return Err(
            Failure::new(message).with_help("with -v, `stagecheck schema` lists the packages")
        );
    }
    Ok(schemas)
}

/// Says, with `-v`, which schemas are in force.
fn say_where_from(collection: &Collection, console: &Console) {
    for note in &collection.notes {
        console.note(&Note {
            level: match note.weight {
                NoteWeight::Loss => NoteLevel::Always,
                NoteWeight::Detail => NoteLevel::Verbose,
            },
            text: note.text.clone(),
        });
    }
    for package in collection.schemas.packages() {
        let origin = match &package.origin {
            SchemaOrigin::Bundled => "built in".to_owned(),
            SchemaOrigin::Installed(file) => file.to_string(),
        };
        console.note(&Note {
            level: NoteLevel::Verbose,
            text: format!("{} {} ({origin})", package.name, package.version),
        });
    }
}
