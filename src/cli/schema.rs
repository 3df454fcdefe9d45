//! `stagecheck schema`: the schema that an app's packages demand of its configuration, and those of our own files.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::Value;

use super::console::Console;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::backstage::npm::Installs;
use crate::backstage::schema::{self, Cache, Collection, NoteWeight, SchemaOrigin, SchemaSource};
use crate::check::workspaces::{self, Found, FoundApp};
use crate::files::DiskFiles;
use crate::request::Request;
use crate::run::{Failure, Note, NoteLevel};
use crate::text::closest;
use crate::text::mask::escape;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// App root, or a directory with one below it [default: the current directory]
    path: Option<PathBuf>,
    /// With several apps, use the one with a chain of this name
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Print only the schema of this package, unmerged
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// Print the schema of a policy instead, for editors
    #[arg(long, conflicts_with_all = ["path", "chain", "package", "for_editor", "settings"])]
    policy: bool,
    /// Print a schema for editors, which validate a single layer: it allows placeholders and directives for any value, and
    /// requires no keys
    #[arg(long, conflicts_with = "package")]
    for_editor: bool,
    /// Without FILE, print the schema of stagecheck.yaml instead; with FILE, use these settings
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        env = "STAGECHECK_SETTINGS",
        hide_env = true
    )]
    settings: Option<Option<PathBuf>>,
    /// Ignore the schema cache
    #[arg(long)]
    no_cache: bool,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    if let Some(own) = own(arguments) {
        output::to_stdout(|out| out.write_all(own.as_bytes()))?;
        return Ok(Status::Clean);
    }
    let collection = collected(arguments, console)?;
    say_where_from(&collection, console);
    if collection.schemas.packages().is_empty() {
        console.note(&Note {
            level: NoteLevel::Always,
            text: "no package of this app has a configuration schema: the schema is empty"
                .to_owned(),
        });
    }
    let schemas = match &arguments.package {
        Some(name) => of_package(&collection, name)?,
        None if arguments.for_editor => vec![schema::for_editor(&collection.schemas.merged())],
        None => vec![collection.schemas.merged()],
    };
    output::to_stdout(|out| {
        for schema in &schemas {
            output::json(schema, out)?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
}

/// The schema of one of our own files, where that was asked for.
fn own(arguments: &Arguments) -> Option<&'static str> {
    match (&arguments.settings, arguments.policy) {
        (_, true) => Some(include_str!("../../schemas/rule.schema.json")),
        (Some(None), false) => Some(include_str!("../../schemas/stagecheck.schema.json")),
        _ => None,
    }
}

/// The schemas of the app that is meant; without any app those of the packages here.
fn collected(arguments: &Arguments, console: &Console) -> Result<Arc<Collection>, Failure> {
    let request = Request {
        start: check::start()?,
        paths: arguments.path.iter().cloned().collect(),
        settings: arguments.settings.clone().flatten(),
        ..Request::default()
    };
    let found = workspaces::workspaces(&request)?;
    let cache = Cache::of_user().filter(|_| !arguments.no_cache);
    let mut source = SchemaSource::new(cache);
    if let Some(FoundApp { mut app, files }) = choose(found, arguments.chain.as_deref())? {
        Installs::default().complete(files.as_ref(), &app.path, &mut app.packages);
        let lockfile = app.packages.lockfile.as_deref();
        return Ok(source.of_app(files.as_ref(), &app.path, lockfile));
    }
    let unreadable = |error| Failure::new(format!("cannot read this directory: {error}"));
    let files = DiskFiles::open(&request.start, &request.start).map_err(unreadable)?;
    let folder = files.locate(&request.start).map_err(unreadable)?;
    let collection = source.of_app(&files, &folder, None);
    let mut packages = collection.schemas.packages().iter();
    if packages.all(|package| matches!(package.origin, SchemaOrigin::Bundled)) {
        console.note(&Note {
            level: NoteLevel::Always,
            text:
                "no app-config.yaml in this directory or below: this is the schema that is built in"
                    .to_owned(),
        });
    }
    Ok(collection)
}

/// The app root that is meant: every chain of it is checked with the same schemas. `None` when there is none.
fn choose(found: Found, chain: Option<&str>) -> Result<Option<FoundApp>, Failure> {
    let mut apps = found.apps;
    if let Some(name) = chain {
        let names = apps.iter().flat_map(|found| &found.app.chains);
        let near = closest(name, names.map(|chain| &*chain.name.0)).map(str::to_owned);
        apps.retain(|found| found.app.chains.iter().any(|chain| *chain.name.0 == *name));
        if apps.is_empty() {
            let failure = Failure::new(format!("unknown chain `{}`", escape(name)));
            return Err(match near {
                Some(near) => failure.with_help(format!("did you mean `{near}`?")),
                None => failure.with_help("`stagecheck chains` lists them"),
            });
        }
    }
    if apps.len() > 1 {
        let paths: Vec<String> = apps
            .iter()
            .map(|found| found.show(&found.app.path))
            .collect();
        let failure = Failure::new(format!("several app roots: {}", paths.join(", ")));
        return Err(failure.with_help("pass one of them: `stagecheck schema PATH`"));
    }
    Ok(apps.pop())
}

fn of_package(collection: &Collection, name: &str) -> Result<Vec<Value>, Failure> {
    let schemas = schema::of_package(&collection.schemas, name);
    if schemas.is_empty() {
        let message = format!("no package `{name}` with a configuration schema");
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
