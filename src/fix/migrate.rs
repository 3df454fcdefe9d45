//! The move of a portal from SQLite to PostgreSQL, as changes of its files.
//!
//! In: a request, and what the person chose. Out: [`Migration`]: the changed files, the effective configs before and after,
//! and what is left for a person to do. Each chain is changed in the layer that is loaded last, so that the base layer keeps
//! SQLite for development. Never: a write, and never a move of data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{FIXED_FILE_LIMIT, FileChange, Fixed};
use crate::backstage::value::Value;
use crate::backstage::words::{AppRoot, Chain};
use crate::check::check;
use crate::check::effective::{AppConfigs, ChainConfig, Configs, effective};
use crate::files::{FilePath, read_named};
use crate::request::Request;
use crate::run::{Failure, Run};
use crate::text::mask::escape;
use npm_yaml::edit::{self, Change, Content, Language};
use source::{ConfigPath, Part};

/// The range of `pg` that `@backstage/backend-defaults` declares.
const PG_RANGE: &str = "^8.11.3";

/// What the person chose.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Every chain, and not the production chains alone.
    pub everywhere: bool,
    /// How the server is verified.
    pub tls: Tls,
    /// The least and the most connections of each plugin's pool.
    pub pool: Option<(u32, u32)>,
    /// One database in which each plugin has a schema.
    pub schemas: bool,
}

/// How the server is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// By the CA certificates of the system.
    #[default]
    System,
    /// By the CA certificate in a file.
    File(String),
    /// No TLS: the server is on the same host, or behind a socket.
    Off,
}

/// What is to be changed.
pub struct Migration {
    /// The changed files, with the runs before and after.
    pub fixed: Fixed,
    /// The effective configs as they are.
    pub before: Configs,
    /// The effective configs with the changes.
    pub after: Configs,
    /// What a person has to do, in order.
    pub todo: Vec<String>,
}

/// Plans the migration.
///
/// # Errors
/// Those of a check; when there is no app root; when no chain uses SQLite; when a layer cannot be changed.
pub fn postgres(request: &Request, choices: &Choices) -> Result<Migration, Failure> {
    let before = effective(request)?;
    if before.apps.is_empty() {
        let failure =
            Failure::new("no app-config.yaml in this directory or below: nothing to migrate");
        return Err(failure.with_help("run it in the repository of a Backstage app"));
    }
    let mut files: BTreeMap<PathBuf, FileChange> = BTreeMap::new();
    let mut seen = 0;
    for app in &before.apps {
        let wanted = app.chains.iter().filter(|chain| {
            (choices.everywhere || chain.chain.production)
                && plan(chain, choices, &before.run).is_some()
        });
        // Several chains may load the same layer last.
        let mut by_layer: BTreeMap<&FilePath, Vec<Change>> = BTreeMap::new();
        for chain in wanted {
            let Some(last) = chain.chain.layers.last() else {
                continue;
            };
            seen += 1;
            let changes = plan(chain, choices, &before.run).unwrap_or_default();
            join(by_layer.entry(&last.path).or_default(), changes);
        }
        let is_changed = !by_layer.is_empty();
        for (layer, changes) in by_layer {
            let file = file(&before.run, layer, request)?;
            let made = edited(&file, Language::Yaml, &changes)?;
            files.insert(made.path.clone(), made);
        }
        if is_changed && let Some(made) = manifest(&before.run, app, request)? {
            files.insert(made.path.clone(), made);
        }
    }
    if seen == 0 {
        let failure = Failure::new("no production chain uses SQLite: nothing to migrate");
        return Err(failure.with_help("with --everywhere every chain is migrated"));
    }
    let mut over = request.clone();
    over.overlay = files
        .values()
        .map(|file| (file.path.clone(), Arc::clone(&file.after)))
        .collect();
    let after = effective(&over)?;
    let chains = after.apps.iter().flat_map(|app| &app.chains);
    let mut chains = chains.filter(|chain| choices.everywhere || chain.chain.production);
    if let Some(left) = chains.find(|chain| plan(chain, choices, &after.run).is_some()) {
        let name = escape(&left.chain.name.0);
        let failure = Failure::new(format!("chain `{name}` would still use SQLite"));
        return Err(failure.with_help("change the layers of this chain by hand first"));
    }
    let has_manifest = files.keys().any(|path| path.ends_with("package.json"));
    let todo = todo(choices, has_manifest);
    Ok(Migration {
        fixed: Fixed {
            before: check(request)?,
            after: Some(check(&over)?),
            count: files.len(),
            more: 0,
            files: files.into_values().collect(),
            notes: Vec::new(),
        },
        before,
        after,
        todo,
    })
}

/// Adds changes of a file to those that another chain needs in it; of two mappings for one path it gets the keys of both.
fn join(changes: &mut Vec<Change>, more: Vec<Change>) {
    let path_of = |change: &Change| match change {
        Change::Set { path, .. } | Change::Remove { path } => Some(path.clone()),
        _ => None,
    };
    for new in more {
        let same = changes.iter_mut().find(|old| path_of(old) == path_of(&new));
        match (same, new) {
            (None, new) => changes.push(new),
            (
                Some(Change::Set {
                    content: Content::Mapping(pairs),
                    ..
                }),
                Change::Set {
                    content: Content::Mapping(more),
                    ..
                },
            ) => {
                for pair in more {
                    if pairs.iter().all(|(key, _)| *key != pair.0) {
                        pairs.push(pair);
                    }
                }
            }
            // `null` also takes away what this layer sets itself.
            (Some(old @ Change::Remove { .. }), new @ Change::Set { .. }) => *old = new,
            (Some(_), _) => {}
        }
    }
}

/// Whether a client is SQLite.
fn is_sqlite(value: Option<&Value>) -> bool {
    let client = value.and_then(Value::as_str);
    matches!(client, Some("better-sqlite3" | "sqlite3"))
}

fn path(keys: &[&str]) -> ConfigPath {
    let mut path = ConfigPath::root();
    for key in keys {
        path.push(Part::Key((*key).into()));
    }
    path
}

fn text(text: &str) -> Content {
    Content::String(text.into())
}

/// The changes of the last layer of a chain; `None` where nothing in it is SQLite.
fn plan(chain: &ChainConfig, choices: &Choices, run: &Run) -> Option<Vec<Change>> {
    let config = chain.config.as_ref().ok()?;
    let last = chain.chain.layers.last()?;
    // Only `null` takes away what an earlier layer sets.
    let is_below = |value: &Value| {
        let origin = value
            .origin
            .map(|origin| run.sources.get(origin.value.source));
        !value.overrode.is_empty()
            || origin.is_none_or(|source| source.repository_path() != last.path.as_str())
    };
    let database = config.at(["backend", "database"])?;
    let is_base = is_sqlite(database.get("client"));
    // What a plugin without a client of its own connects to is a database of the base client.
    let follows_base = |settings: &Value| {
        is_base && settings.get("client").is_none() && settings.get("connection").is_some()
    };
    let own = database.get("plugin").and_then(Value::as_object);
    let plugins: Vec<&str> = own
        .into_iter()
        .flatten()
        .filter(|(_, settings)| is_sqlite(settings.get("client")) || follows_base(settings))
        .map(|(plugin, _)| &**plugin)
        .collect();
    if !is_base && plugins.is_empty() {
        return None;
    }
    let mut changes = Vec::new();
    let set = |keys: &[&str], content: Content| Change::Set {
        path: path(keys),
        content,
    };
    if is_base {
        changes.push(set(&["backend", "database", "client"], text("pg")));
        let connection = connection(database.get("connection"), choices, &is_below);
        changes.push(set(&["backend", "database", "connection"], connection));
        if let Some((min, max)) = choices.pool {
            let size = |name: &str, size: u32| (name.to_owned(), Content::Number(f64::from(size)));
            let pool = Content::Mapping(vec![size("min", min), size("max", max)]);
            changes.push(set(&["backend", "database", "knexConfig", "pool"], pool));
        }
        // Only SQLite needs it.
        if let Some(value) = database.at(["knexConfig", "useNullAsDefault"]) {
            let keys = ["backend", "database", "knexConfig", "useNullAsDefault"];
            changes.push(without(&keys, is_below(value)));
        }
    }
    if choices.schemas {
        let keys = ["backend", "database", "pluginDivisionMode"];
        changes.push(set(&keys, text("schema")));
    }
    for plugin in plugins {
        let keys = ["backend", "database", "plugin", plugin];
        let settings = config.at(keys).and_then(Value::as_object);
        let mut settings = settings.into_iter().flatten();
        let is_only = settings
            .all(|(key, value)| matches!(&**key, "client" | "connection") && !is_below(value));
        if is_only {
            changes.push(without(&keys, false));
            continue;
        }
        for key in ["client", "connection"] {
            let keys = ["backend", "database", "plugin", plugin, key];
            if let Some(value) = config.at(keys) {
                changes.push(without(&keys, is_below(value)));
            }
        }
    }
    Some(changes)
}

/// The change that takes a value away: by `null` where an earlier layer sets it.
fn without(keys: &[&str], is_below: bool) -> Change {
    let path = path(keys);
    match is_below {
        true => Change::Set {
            path,
            content: Content::Null,
        },
        false => Change::Remove { path },
    }
}

/// The connection, in which the keys that only SQLite has are taken away from the layers below.
fn connection(
    old: Option<&Value>,
    choices: &Choices,
    is_below: &dyn Fn(&Value) -> bool,
) -> Content {
    let mut pairs = vec![
        ("host".to_owned(), text("${POSTGRES_HOST}")),
        ("port".to_owned(), text("${POSTGRES_PORT}")),
        ("user".to_owned(), text("${POSTGRES_USER}")),
        ("password".to_owned(), text("${POSTGRES_PASSWORD}")),
    ];
    if choices.schemas {
        pairs.push(("database".to_owned(), text("${POSTGRES_DATABASE}")));
    }
    match &choices.tls {
        Tls::System => pairs.push(("ssl".to_owned(), Content::Mapping(Vec::new()))),
        Tls::File(file) => {
            let file = Content::Mapping(vec![("$file".to_owned(), text(file))]);
            let ca = Content::Mapping(vec![("ca".to_owned(), file)]);
            pairs.push(("ssl".to_owned(), ca));
        }
        Tls::Off => {}
    }
    let old = old.and_then(Value::as_object).into_iter().flatten();
    for (key, value) in old {
        let is_known = pairs.iter().any(|(known, _)| **known == **key);
        if !is_known && is_below(value) && matches!(&**key, "directory" | "filename") {
            pairs.push((key.to_string(), Content::Null));
        }
    }
    Content::Mapping(pairs)
}

/// A layer as it is on the disk.
fn file(run: &Run, layer: &FilePath, request: &Request) -> Result<FileChange, Failure> {
    let source = run
        .sources
        .iter()
        .map(|(_, source)| source)
        .find(|source| source.repository_path() == layer.as_str());
    let cannot = || {
        let message = format!(
            "cannot change {}: it is not a separate file",
            escape(layer.as_str())
        );
        Failure::new(message)
    };
    let source = source.ok_or_else(cannot)?;
    let path = request.start.join(source.path());
    let now = read_named(&path, FIXED_FILE_LIMIT).map_err(|_| cannot())?;
    if now != source.text() {
        return Err(cannot());
    }
    Ok(FileChange {
        path,
        shown: source.path().to_owned(),
        repository_path: layer.to_string(),
        before: Some(Arc::from(now.as_str())),
        after: Arc::from(now),
    })
}

/// A file with changes made.
fn edited(
    file: &FileChange,
    language: Language,
    changes: &[Change],
) -> Result<FileChange, Failure> {
    let mut file = file.clone();
    for change in changes {
        let made = edit::edit(&file.after, language, std::slice::from_ref(change));
        let made = made.map_err(|why| {
            let name = match change {
                Change::Set { path, .. } | Change::Remove { path } => path.to_string(),
                _ => String::new(),
            };
            Failure::new(format!(
                "cannot set `{name}` in {}: {why}",
                escape(&file.shown)
            ))
            .with_help("write it by hand, and run this again")
        })?;
        if let Some(after) = edit::apply(&file.after, &made) {
            file.after = after.into();
        }
    }
    Ok(file)
}

/// The package.json of the backend with `pg`; `None` where it has it, or there is none.
fn manifest(run: &Run, app: &AppConfigs, request: &Request) -> Result<Option<FileChange>, Failure> {
    let Some(root) = shown_root(
        run,
        &app.loaded.app,
        app.chains.iter().map(|one| &one.chain),
    ) else {
        return Ok(None);
    };
    for name in ["packages/backend/package.json", "package.json"] {
        let shown = format!("{root}{name}");
        let path = request.start.join(&shown);
        let Ok(text) = read_named(&path, FIXED_FILE_LIMIT) else {
            continue;
        };
        let document = npm_yaml::parse_json(&text);
        let has = |keys: &[&str]| {
            let root = document.root.as_ref();
            root.is_some_and(|root| Content::at(root, &self::path(keys)).is_some())
        };
        if has(&["dependencies", "pg"]) {
            return Ok(None);
        }
        if !has(&["dependencies", "@backstage/backend-defaults"]) {
            continue;
        }
        let file = FileChange {
            path,
            repository_path: app.loaded.app.path.join(name).to_string(),
            shown,
            before: Some(Arc::from(text.as_str())),
            after: Arc::from(text),
        };
        let change = Change::Set {
            path: self::path(&["dependencies", "pg"]),
            content: self::text(PG_RANGE),
        };
        return edited(&file, Language::Json, &[change]).map(Some);
    }
    Ok(None)
}

/// The folder of an app root as a person knows it, with the slash behind it; empty for the one this runs in.
fn shown_root<'c>(
    run: &Run,
    app: &AppRoot,
    mut chains: impl Iterator<Item = &'c Chain>,
) -> Option<String> {
    let layer = chains.find_map(|chain| chain.layers.first())?;
    let below = layer.path.relative_to(&app.path);
    let mut sources = run.sources.iter().map(|(_, source)| source);
    let source = sources.find(|source| source.repository_path() == layer.path.as_str())?;
    source.path().strip_suffix(&below).map(str::to_owned)
}

/// What a person has to do.
fn todo(choices: &Choices, has_manifest: bool) -> Vec<String> {
    let mut todo = Vec::new();
    if has_manifest {
        todo.push("install the driver: yarn install".to_owned());
    }
    let grant = match choices.schemas {
        true => "CREATE DATABASE backstage OWNER backstage;",
        false => "ALTER ROLE backstage CREATEDB;",
    };
    todo.push(format!(
        "create the role in PostgreSQL: CREATE ROLE backstage LOGIN PASSWORD '…'; {grant}"
    ));
    let database = match choices.schemas {
        true => ", POSTGRES_DATABASE (backstage)",
        false => "",
    };
    todo.push(format!(
        "set POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER{database} and POSTGRES_PASSWORD where the app runs"
    ));
    if let Tls::File(file) = &choices.tls {
        todo.push(format!("mount the CA certificate as {}", escape(file)));
    }
    todo.push(
        "the data in SQLite is not moved: the catalog is read again, other plugins start empty"
            .to_owned(),
    );
    todo.push(
        "rotate every password that the old configuration held: it stays in the history".to_owned(),
    );
    todo
}
