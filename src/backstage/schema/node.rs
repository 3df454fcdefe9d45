//! Packages the way Node finds them: through `node_modules` folders, upwards, links followed.
//!
//! In: a folder and a name. Out: the package.json, or the file that an import names. Never: anything outside the
//! repository, and no package archive of Yarn's Plug'n'Play.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::typescript::Modules;
use crate::files::{FilePath, Files, Identity};

/// The largest package.json that is read, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// The largest TypeScript or schema file that is read, in bytes.
pub(super) const SCHEMA_LIMIT: u64 = 2 << 20;

/// What matters here of a package.json.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Manifest {
    /// The package's name.
    pub name: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// `configSchema`, whatever it is; a key that is there with the value null counts as being there.
    #[serde(deserialize_with = "present")]
    pub config_schema: Option<serde_json::Value>,
    dependencies: Names,
    dev_dependencies: Names,
    optional_dependencies: Names,
    peer_dependencies: Names,
    exports: Option<serde_json::Value>,
    types: Option<String>,
    typings: Option<String>,
    types_versions: Option<serde_json::Value>,
    /// `workspaces`: globs, or an object that holds them.
    pub workspaces: Option<serde_json::Value>,
}

#[derive(Debug, Default)]
struct Names(Vec<Arc<str>>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = IndexMap::<Arc<str>, IgnoredAny>::deserialize(deserializer)?;
        Ok(Self(names.into_keys().collect()))
    }
}

fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

impl Manifest {
    /// Every dependency of any kind, in the order in which the real loader follows them.
    pub fn dependencies(&self) -> impl Iterator<Item = &Arc<str>> {
        let kinds = [
            &self.dependencies,
            &self.dev_dependencies,
            &self.optional_dependencies,
            &self.peer_dependencies,
        ];
        kinds.into_iter().flat_map(|names| &names.0)
    }

    /// Whether `require.resolve('NAME/package.json')` may find it: a package whose `exports` leave it out
    /// cannot be asked for its package.json.
    fn shows_itself(&self) -> bool {
        let Some(serde_json::Value::Object(exports)) = &self.exports else {
            return self.exports.is_none();
        };
        let matches = |key: &String| match key.split_once('*') {
            Some((start, end)) => {
                let path = "./package.json";
                path.len() >= start.len() + end.len()
                    && path.starts_with(start)
                    && path.ends_with(end)
            }
            None => key == "./package.json",
        };
        exports
            .iter()
            .any(|(key, target)| matches(key) && !target.is_null())
    }

    /// The file with the types of `.` or of a path inside the package.
    fn types(&self, inside: &str) -> Vec<String> {
        let key = if inside.is_empty() {
            ".".into()
        } else {
            format!("./{inside}")
        };
        let mut found = Vec::new();
        if let Some(exports) = &self.exports {
            match exports.as_object() {
                Some(paths) if paths.keys().any(|key| key.starts_with('.')) => {
                    conditions(paths.get(&key), &mut found);
                }
                _ if inside.is_empty() => conditions(Some(exports), &mut found),
                _ => {}
            }
        }
        if inside.is_empty() {
            found.extend(self.types.iter().chain(&self.typings).cloned());
            found.push("index".into());
        } else {
            let versions = self
                .types_versions
                .as_ref()
                .and_then(|versions| versions.get("*"));
            let listed = versions
                .and_then(|paths| paths.get(inside))
                .and_then(|list| list.get(0));
            found.extend(
                listed
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned),
            );
            found.push(inside.to_owned());
        }
        found
    }
}

/// The targets of a conditional export in which types can be found, best first.
fn conditions(target: Option<&serde_json::Value>, found: &mut Vec<String>) {
    match target {
        Some(serde_json::Value::String(file)) => found.push(file.clone()),
        Some(serde_json::Value::Object(object)) => {
            for condition in ["types", "import", "require", "default"] {
                conditions(object.get(condition), found);
            }
        }
        _ => {}
    }
}

/// Finds packages and files; each package.json is read once.
pub(super) struct NodeModules<'f> {
    files: &'f dyn Files,
    manifests: RefCell<HashMap<FilePath, Option<Arc<Manifest>>>>,
    /// Whether a folder has a `node_modules`: most packages have none of their own.
    has_modules: RefCell<HashMap<FilePath, bool>>,
}

/// A package that was found.
#[derive(Debug, Clone)]
pub(super) struct Located {
    /// Its package.json, links followed.
    pub file: Identity,
    /// What it says.
    pub manifest: Arc<Manifest>,
}

/// Why a package is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotLocated {
    /// No `node_modules` has it, or it does not show its package.json.
    Absent,
    /// This file cannot be read as a package.json.
    Broken(FilePath),
}

impl<'f> NodeModules<'f> {
    pub fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            manifests: RefCell::default(),
            has_modules: RefCell::default(),
        }
    }

    /// The package of this name as seen from a folder.
    pub fn package(&self, folder: &FilePath, name: &str) -> Result<Located, NotLocated> {
        let file = self.manifest_of(folder, name).ok_or(NotLocated::Absent)?;
        let located = self.at(file)?;
        if located.manifest.shows_itself() {
            Ok(located)
        } else {
            Err(NotLocated::Absent)
        }
    }

    /// The package whose package.json is at a path.
    pub fn package_at(&self, manifest: &FilePath) -> Result<Located, NotLocated> {
        let file = self.files.identify(manifest).ok_or(NotLocated::Absent)?;
        self.at(file)
    }

    fn at(&self, file: Identity) -> Result<Located, NotLocated> {
        let mut manifests = self.manifests.borrow_mut();
        let manifest = manifests.entry(file.path.clone()).or_insert_with(|| {
            let text = self.files.read(&file.path, MANIFEST_LIMIT).ok()?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            serde_json::from_str(text).ok().map(Arc::new)
        });
        match manifest {
            Some(manifest) => Ok(Located {
                manifest: manifest.clone(),
                file,
            }),
            None => Err(NotLocated::Broken(file.path)),
        }
    }

    fn manifest_of(&self, folder: &FilePath, name: &str) -> Option<Identity> {
        // A name is no path: `../x` and absolute names lead nowhere.
        if name.is_empty() || name.starts_with(['/', '.']) || name.contains("..") {
            return None;
        }
        let mut folder = folder.clone();
        loop {
            if folder.name() != "node_modules" && self.has_modules(&folder) {
                let file = folder.join("node_modules").join(name).join("package.json");
                if let Some(found) = self.files.identify(&file) {
                    return Some(found);
                }
            }
            if folder == FilePath::root() {
                return None;
            }
            folder = folder.parent();
        }
    }

    fn has_modules(&self, folder: &FilePath) -> bool {
        if let Some(known) = self.has_modules.borrow().get(folder) {
            return *known;
        }
        let found = self.files.is_folder(&folder.join("node_modules"));
        self.has_modules.borrow_mut().insert(folder.clone(), found);
        found
    }

    /// The TypeScript file at a path written without its ending, or with the ending of the script made of it.
    fn typescript_file(&self, path: &FilePath) -> Option<FilePath> {
        let path = path.as_str();
        let stem = [".d.ts", ".js", ".mjs", ".cjs", ".tsx", ".ts"]
            .iter()
            .find_map(|ending| path.strip_suffix(ending));
        let mut candidates = Vec::new();
        if path.ends_with(".ts") || path.ends_with(".tsx") {
            candidates.push(path.to_owned());
        }
        for stem in [stem, Some(path)].into_iter().flatten() {
            candidates.extend([".ts", ".tsx", ".d.ts"].map(|ending| format!("{stem}{ending}")));
        }
        candidates.extend(["/index.ts", "/index.d.ts"].map(|index| format!("{path}{index}")));
        let found = candidates
            .iter()
            .find_map(|file| self.files.identify(&FilePath::new(file)));
        found.map(|identity| identity.path)
    }
}

impl Modules for NodeModules<'_> {
    fn resolve(&self, from: &str, specifier: &str) -> Option<Arc<str>> {
        let folder = FilePath::new(from).parent();
        let file = if specifier.starts_with('.') {
            self.typescript_file(&folder.join(specifier))
        } else {
            let (name, inside) = split_specifier(specifier);
            let package = self.at(self.manifest_of(&folder, name)?).ok()?;
            let home = package.file.path.parent();
            let candidates = package.manifest.types(inside);
            candidates
                .iter()
                .find_map(|types| self.typescript_file(&home.join(types)))
        };
        file.map(|file| file.as_str().into())
    }

    fn read(&self, file: &str) -> Option<Arc<str>> {
        self.files.read(&FilePath::new(file), SCHEMA_LIMIT).ok()
    }
}

/// `@scope/name/inside/it` into `@scope/name` and `inside/it`.
fn split_specifier(specifier: &str) -> (&str, &str) {
    let skip = usize::from(specifier.starts_with('@'));
    match specifier.match_indices('/').nth(skip) {
        Some((at, _)) => (
            specifier.get(..at).unwrap_or_default(),
            specifier.get(at + 1..).unwrap_or_default(),
        ),
        None => (specifier, ""),
    }
}
