//! `cargo xtask schemas`: the configuration schemas that are built in, from the published packages.
//!
//! In: `schemas/package.json`, whose dependencies are installed with npm (or a folder that has them installed
//! already: `--installed DIR`). Out: `schemas/packages/NAME.json` and the index in `src/`. Keys, types,
//! visibility and deprecation are kept; descriptions are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;
use stagecheck::backstage::schema::Schema;

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
    let packages = collect(&installed.join("node_modules"))?;
    let folder = project().join("schemas/packages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (name, package) in &packages {
        let file = folder.join(format!("{name}.json"));
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(&file, &package.text)?;
    }
    fs::write(project().join(INDEX), index(&packages))?;
    println!("{} schemas", packages.len());
    Ok(())
}

struct Package {
    version: String,
    keys: Vec<String>,
    text: String,
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

/// The schema of every package at the top of a node_modules folder.
fn collect(node_modules: &Path) -> Result<BTreeMap<String, Package>, Failure> {
    let mut packages = BTreeMap::new();
    for folder in package_folders(node_modules)? {
        let Ok(manifest) = fs::read_to_string(folder.join("package.json")) else {
            continue;
        };
        let manifest: Value = serde_json::from_str(&manifest)?;
        let schema = match &manifest["configSchema"] {
            Value::Null => continue,
            Value::String(file) if file.ends_with(".json") => {
                serde_json::from_str(&fs::read_to_string(folder.join(file))?)?
            }
            Value::String(file) => {
                println!("left out: {} has {file}", folder.display());
                continue;
            }
            inline => inline.clone(),
        };
        let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        packages.insert(text("name"), package(schema, text("version"))?);
    }
    Ok(packages)
}

fn package(schema: Value, version: String) -> Result<Package, Failure> {
    let mut schema: Schema = serde_json::from_value(schema)?;
    schema.strip_descriptions();
    let keys = schema
        .properties
        .keys()
        .map(|key| (**key).to_owned())
        .collect();
    let mut text = Vec::new();
    let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
    schema.serialize(&mut serde_json::Serializer::with_formatter(
        &mut text, indent,
    ))?;
    text.push(b'\n');
    Ok(Package {
        version,
        keys,
        text: String::from_utf8(text)?,
    })
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
    for (name, Package { version, keys, .. }) in packages {
        text += &format!(
            "    Bundled {{ name: {name:?}, version: {version:?}, keys: &{keys:?}, text: include_str!(\"../../../../schemas/packages/{name}.json\") }},\n"
        );
    }
    text + "];\n"
}
