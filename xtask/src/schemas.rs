//! `cargo xtask schemas`: the configuration schemas that are built in, from the published packages.
//!
//! In: `schemas/package.json` and its lockfile, installed with npm (or a folder that has the same installed already:
//! `--installed DIR`). Out: `schemas/packages/NAME.json` and the index in `src/`. Keys, types, visibility and
//! deprecation are kept; descriptions are not. `--check` needs no network: what was published under the locked
//! versions cannot change, so it asks whether the index is that of the lockfile and the files, and whether each file
//! is as this command writes it.
//!
//! For newer versions: change `schemas/package.json`, run `npm install --package-lock-only --legacy-peer-deps` there,
//! then this command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;
use stagecheck::backstage::schema::{Schema, SchemaOrigin, collect};
use stagecheck::files::DiskFiles;

use crate::run::{Outcome, project, succeed, write_or_check};

type Failure = Box<dyn std::error::Error>;

const INDEX: &str = "src/backstage/schema/bundled/index.rs";
const FOLDER: &str = "schemas/packages";

/// Writes the schemas and their index, or checks them.
pub fn run(arguments: &[String]) -> Outcome {
    match arguments {
        [] => make(&install()?),
        [flag, folder] if flag == "--installed" => make(Path::new(folder)),
        [flag] if flag == "--check" => check(arguments),
        _ => Err("usage: cargo xtask schemas [--installed DIR | --check]".into()),
    }
}

/// By package name.
type Packages = BTreeMap<String, Package>;
/// The text of each package's schema.
type Texts = BTreeMap<String, String>;

struct Package {
    version: String,
    dependencies: BTreeSet<String>,
    /// The top-level keys of its schema, when it has one.
    keys: Option<Vec<String>>,
}

fn make(installed: &Path) -> Outcome {
    let texts = collected(installed)?;
    let packages = indexed(&texts)?;
    let folder = project().join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (name, text) in &texts {
        write_or_check(&format!("{FOLDER}/{name}.json"), text, &[])?;
    }
    write_or_check(INDEX, &index(&packages), &[])?;
    println!("{} schemas, {} packages", texts.len(), packages.len());
    Ok(())
}

fn check(arguments: &[String]) -> Outcome {
    let folder = project().join(FOLDER);
    let mut texts = Texts::new();
    for file in files(&folder)? {
        let path = file.strip_prefix(&folder)?.with_extension("");
        let name = path.to_string_lossy().replace('\\', "/");
        texts.insert(name, fs::read_to_string(&file)?);
    }
    for (name, text) in &texts {
        let again = written(serde_json::from_str(text)?)?;
        write_or_check(&format!("{FOLDER}/{name}.json"), &again, arguments)?;
    }
    write_or_check(INDEX, &index(&indexed(&texts)?), arguments)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Installs the locked packages below `target/`.
fn install() -> Result<PathBuf, Failure> {
    let folder = project().join("target/bundled-schemas");
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(project().join("schemas").join(file), folder.join(file))?;
    }
    let arguments = [
        "ci",
        "--ignore-scripts",
        "--legacy-peer-deps",
        "--no-audit",
        "--no-fund",
    ];
    succeed(Command::new("npm").args(arguments).current_dir(&folder))?;
    Ok(folder)
}

/// The schemas that the product itself collects there; of a package in several versions that of the top one.
fn collected(installed: &Path) -> Result<Texts, Failure> {
    let files = DiskFiles::open(installed, installed)?;
    let root = files.locate(installed)?;
    let collection = collect(&files, &root, None);
    for note in &collection.notes {
        println!("{}", note.text);
    }
    let mut texts = Texts::new();
    for found in collection.schemas.packages() {
        let home = root.join("node_modules").join(&found.name);
        match &found.origin {
            SchemaOrigin::Installed(file) if file.is_within(&home) => {
                let text = written(found.schema().clone())?;
                texts.insert((*found.name).to_owned(), text);
            }
            _ => {}
        }
    }
    Ok(texts)
}

/// A schema as the built-in ones are written, without what says nothing once the descriptions are gone.
fn written(mut schema: Schema) -> Result<String, Failure> {
    schema.strip_descriptions();
    let schema: Schema = serde_json::from_value(serde_json::to_value(schema)?)?;
    let mut text = Vec::new();
    let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
    schema.serialize(&mut serde_json::Serializer::with_formatter(
        &mut text, indent,
    ))?;
    text.push(b'\n');
    Ok(String::from_utf8(text)?)
}

/// The locked packages that have one of these schemas, or bring one.
fn indexed(texts: &Texts) -> Result<Packages, Failure> {
    let mut packages = locked()?;
    for (name, text) in texts {
        let schema: Schema = serde_json::from_str(text)?;
        let package = packages
            .get_mut(name)
            .ok_or_else(|| format!("{name} is not in schemas/package-lock.json"))?;
        let keys = schema.properties.keys();
        package.keys = Some(keys.map(|key| (**key).to_owned()).collect());
    }
    keep_what_leads_to_schemas(&mut packages);
    Ok(packages)
}

/// Every package at the top of the locked `node_modules`.
fn locked() -> Result<Packages, Failure> {
    let text = fs::read_to_string(project().join("schemas/package-lock.json"))?;
    let lock: Value = serde_json::from_str(&text)?;
    let entries = lock["packages"].as_object().into_iter().flatten();
    let top = entries.filter_map(|(path, entry)| {
        let name = path.strip_prefix("node_modules/")?;
        (!name.contains("/node_modules/")).then_some((name, entry))
    });
    let kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
    Ok(top
        .map(|(name, entry)| {
            let names = kinds.iter().filter_map(|kind| entry[kind].as_object());
            let package = Package {
                version: entry["version"].as_str().unwrap_or_default().to_owned(),
                dependencies: names.flat_map(|names| names.keys().cloned()).collect(),
                keys: None,
            };
            (name.to_owned(), package)
        })
        .collect())
}

/// Leaves out every package that neither has a schema nor brings one.
fn keep_what_leads_to_schemas(packages: &mut Packages) {
    let mut kept: BTreeSet<String> = BTreeSet::new();
    loop {
        let leads = |(name, package): (&String, &Package)| {
            let brings = package.dependencies.iter().any(|name| kept.contains(name));
            (package.keys.is_some() || brings).then(|| name.clone())
        };
        let now: BTreeSet<String> = packages.iter().filter_map(leads).collect();
        if now == kept {
            break;
        }
        kept = now;
    }
    packages.retain(|name, _| kept.contains(name));
    for package in packages.values_mut() {
        package.dependencies.retain(|name| kept.contains(name));
    }
}

fn index(packages: &Packages) -> String {
    let mut text = String::from(
        "//! Made by `cargo xtask schemas` from the published packages: do not edit.\n\n\
         use super::Bundled;\n\n\
         #[rustfmt::skip]\n\
         pub(super) const PACKAGES: &[Bundled] = &[\n",
    );
    let names: Vec<&String> = packages.keys().collect();
    for (name, package) in packages {
        let (keys, schema) = match &package.keys {
            Some(keys) => {
                let file =
                    format!("Some(include_str!(\"../../../../schemas/packages/{name}.json\"))");
                (keys.as_slice(), file)
            }
            None => (&[][..], "None".to_owned()),
        };
        let own = package
            .dependencies
            .iter()
            .filter(|brought| *brought != name);
        let brings: Vec<usize> = own
            .filter_map(|brought| names.binary_search(&brought).ok())
            .collect();
        let version = &package.version;
        text += &format!(
            "    Bundled {{ name: {name:?}, version: {version:?}, keys: &{keys:?}, text: {schema}, brings: &{brings:?} }},\n"
        );
    }
    text + "];\n"
}
