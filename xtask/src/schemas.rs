//! `cargo xtask schemas`: the configuration schemas that are built in, from the published packages.
//!
//! In: `schemas/package.json`, whose dependencies are installed with npm (or a folder that has them installed
//! already: `--installed DIR`). Out: `schemas/packages/NAME.json` and the index in `src/`. Keys, types,
//! visibility and deprecation are kept; descriptions are not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;
use stagecheck::backstage::schema::{SchemaOrigin, collect};
use stagecheck::files::{DiskFiles, FilePath};

use crate::run::{Outcome, project, succeed};

type Failure = Box<dyn std::error::Error>;

const INDEX: &str = "src/backstage/schema/bundled/index.rs";

/// Writes the schemas and their index.
pub fn run(arguments: &[String]) -> Outcome {
    let installed = match arguments {
        [] => install()?,
        [flag, folder] if flag == "--installed" => PathBuf::from(folder),
        _ => return Err("usage: cargo xtask schemas [--installed DIR]".into()),
    };
    let mut packages = manifests(&installed.join("node_modules"))?;
    add_schemas(&installed, &mut packages)?;
    keep_what_leads_to_schemas(&mut packages);
    let folder = project().join("schemas/packages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (name, package) in &packages {
        if let Some((_, text)) = &package.schema {
            let file = folder.join(format!("{name}.json"));
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(&file, text)?;
        }
    }
    fs::write(project().join(INDEX), index(&packages))?;
    let schemas = packages
        .values()
        .filter(|package| package.schema.is_some())
        .count();
    println!("{schemas} schemas, {} packages", packages.len());
    Ok(())
}

struct Package {
    version: String,
    dependencies: BTreeSet<String>,
    /// Top-level keys and text.
    schema: Option<(Vec<String>, String)>,
}

/// Installs the pinned packages below `target/`.
fn install() -> Result<PathBuf, Failure> {
    let folder = project().join("target/bundled-schemas");
    fs::create_dir_all(&folder)?;
    fs::copy(
        project().join("schemas/package.json"),
        folder.join("package.json"),
    )?;
    let arguments = [
        "install",
        "--ignore-scripts",
        "--legacy-peer-deps",
        "--no-package-lock",
    ];
    succeed(Command::new("npm").args(arguments).current_dir(&folder))?;
    Ok(folder)
}

/// Every package at the top of a node_modules folder, without schemas.
fn manifests(node_modules: &Path) -> Result<BTreeMap<String, Package>, Failure> {
    let mut packages = BTreeMap::new();
    for folder in package_folders(node_modules)? {
        let Ok(manifest) = fs::read_to_string(folder.join("package.json")) else {
            continue;
        };
        let manifest: Value = serde_json::from_str(&manifest)?;
        let kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
        let names = kinds.iter().filter_map(|kind| manifest[kind].as_object());
        let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        let package = Package {
            version: text("version"),
            dependencies: names.flat_map(|names| names.keys().cloned()).collect(),
            schema: None,
        };
        packages.insert(text("name"), package);
    }
    Ok(packages)
}

/// Adds the schemas that the product itself collects there.
fn add_schemas(installed: &Path, packages: &mut BTreeMap<String, Package>) -> Outcome {
    let files = DiskFiles::open(installed, installed)?;
    let collection = collect(&files, &files.locate(installed)?, None);
    for note in &collection.notes {
        println!("{}", note.text);
    }
    for found in collection.schemas.packages() {
        let SchemaOrigin::Installed(file) = &found.origin else {
            continue;
        };
        let home = FilePath::new("node_modules").join(&found.name);
        let Some(package) = packages
            .get_mut(&*found.name)
            .filter(|_| file.is_within(&home))
        else {
            continue;
        };
        let mut schema = found.schema().clone();
        schema.strip_descriptions();
        let mut text = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
        schema.serialize(&mut serde_json::Serializer::with_formatter(
            &mut text, indent,
        ))?;
        text.push(b'\n');
        let keys = schema
            .properties
            .keys()
            .map(|key| (**key).to_owned())
            .collect();
        package.schema = Some((keys, String::from_utf8(text)?));
    }
    Ok(())
}

/// Leaves out every package that neither has a schema nor brings one.
fn keep_what_leads_to_schemas(packages: &mut BTreeMap<String, Package>) {
    let mut kept: BTreeSet<String> = BTreeSet::new();
    loop {
        let leads = |(name, package): (&String, &Package)| {
            let brings = package.dependencies.iter().any(|name| kept.contains(name));
            (package.schema.is_some() || brings).then(|| name.clone())
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

/// `node_modules/NAME` and `node_modules/@SCOPE/NAME`.
fn package_folders(node_modules: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(node_modules)? {
        let path = entry?.path();
        let scope = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('@'));
        if scope {
            for entry in fs::read_dir(&path)? {
                folders.push(entry?.path());
            }
        } else {
            folders.push(path);
        }
    }
    Ok(folders)
}

fn index(packages: &BTreeMap<String, Package>) -> String {
    let mut text = String::from(
        "//! Made by `cargo xtask schemas` from the published packages: do not edit.\n\n\
         use super::Bundled;\n\n\
         #[rustfmt::skip]\n\
         pub(super) const PACKAGES: &[Bundled] = &[\n",
    );
    let names: Vec<&String> = packages.keys().collect();
    for (name, package) in packages {
        let (keys, schema) = match &package.schema {
            Some((keys, _)) => {
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
