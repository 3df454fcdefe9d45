//! The data of Yarn's Plug'n'Play to the versions and places of packages.
//!
//! In: the text of a `.pnp.data.json` (Yarn 2 to 4 with `pnpEnableInlining: false`). Out: [`PlugAndPlay`]: what a
//! package would get for a name, and where that is. Never: what is inside the archives of the cache; the data that
//! `.pnp.cjs` holds in its code.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::files::FilePath;

/// The name of the file.
pub(in crate::backstage) const NAME: &str = ".pnp.data.json";

/// What Yarn installed without a `node_modules`.
#[derive(Debug, PartialEq, Eq)]
pub struct PlugAndPlay {
    /// The file.
    pub path: FilePath,
    packages: HashMap<Locator, Package>,
    /// The packages that are folders of the repository, by folder.
    folders: HashMap<FilePath, Locator>,
    /// What a package gets that does not declare it: the dependencies of the root.
    fallback: HashMap<Arc<str>, Option<Locator>>,
}

/// A package with a version: its name and Yarn's reference to it, e.g. `npm:8.11.0`.
type Locator = (Arc<str>, Arc<str>);

#[derive(Debug, PartialEq, Eq)]
struct Package {
    location: FilePath,
    dependencies: HashMap<Arc<str>, Option<Locator>>,
}

/// Where a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this folder.
    Folder(FilePath),
    /// In an archive of the cache, whose contents are not read.
    Archive(FilePath),
}

impl PlugAndPlay {
    /// Reads the text of the file at `path`; `None` when it is not of this form.
    pub(in crate::backstage) fn parse(path: FilePath, text: &str) -> Option<Self> {
        let data: Data = serde_json::from_str(text).ok()?;
        let root = path.parent();
        let mut read = Self {
            path,
            packages: HashMap::new(),
            folders: HashMap::new(),
            fallback: HashMap::new(),
        };
        for (name, references) in data.registry {
            for (reference, entry) in references {
                read.add(&root, (name.clone(), reference), entry);
            }
        }
        if data.top_level_fallback {
            let pool = data.fallback_pool.into_iter();
            read.fallback = pool.map(dependency).collect();
            let of_root = read
                .folders
                .get(&root)
                .and_then(|own| read.packages.get(own));
            let of_root = of_root.map(|package| package.dependencies.clone());
            read.fallback.extend(of_root.unwrap_or_default());
        }
        Some(read)
    }

    fn add(&mut self, root: &FilePath, key: (Option<Arc<str>>, Option<Arc<str>>), entry: Entry) {
        let locator: Locator = (key.0.unwrap_or_default(), key.1.unwrap_or_default());
        let location = root.join(&entry.location);
        let is_own = locator.1.starts_with("workspace:") || locator.1.is_empty();
        if is_own && !self.folders.contains_key(&location) {
            self.folders.insert(location.clone(), locator.clone());
        }
        let dependencies = entry.dependencies.into_iter().map(dependency).collect();
        let package = Package {
            location,
            dependencies,
        };
        self.packages.insert(locator, package);
    }

    /// Whether a folder is one of the packages it speaks about.
    pub fn knows(&self, folder: &FilePath) -> bool {
        self.folders.contains_key(folder)
    }

    /// The version of a package that the code in `folder`, one of the repository's own packages, would get. `None`
    /// when it would get none.
    pub fn version(&self, folder: &FilePath, name: &str) -> Option<Arc<str>> {
        let (_, reference) = self.resolve(folder, name)?;
        version(reference)
    }

    /// Where that package is.
    pub fn location(&self, folder: &FilePath, name: &str) -> Option<Location> {
        let package = self.packages.get(self.resolve(folder, name)?)?;
        let path = package.location.as_str();
        Some(match path.find(".zip/") {
            Some(end) => Location::Archive(FilePath::new(path.get(..end + 4)?)),
            None => Location::Folder(package.location.clone()),
        })
    }

    fn resolve(&self, folder: &FilePath, name: &str) -> Option<&Locator> {
        let own = self.packages.get(self.folders.get(folder)?)?;
        let found = own.dependencies.get(name);
        found.or_else(|| self.fallback.get(name))?.as_ref()
    }
}

/// The version in a reference: `npm:8.11.0`, `virtual:0a1b#npm:8.11.0`,
/// `patch:pg@npm%3A8.11.0#./fix.patch::version=8.11.0&hash=0a1b`.
fn version(reference: &str) -> Option<Arc<str>> {
    let plain = match reference.strip_prefix("virtual:") {
        Some(rest) => rest.split_once('#')?.1,
        None => reference,
    };
    let version = match plain.strip_prefix("patch:") {
        Some(patch) => patch.split_once("::version=")?.1.split('&').next()?,
        None => plain.strip_prefix("npm:")?,
    };
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| version.into())
}

fn dependency((name, target): (Arc<str>, Option<Target>)) -> (Arc<str>, Option<Locator>) {
    let locator = target.map(|target| match target {
        Target::Reference(reference) => (Arc::clone(&name), reference),
        Target::Alias(real, reference) => (real, reference),
    });
    (name, locator)
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "enableTopLevelFallback", default)]
    top_level_fallback: bool,
    #[serde(rename = "fallbackPool", default)]
    fallback_pool: Vec<(Arc<str>, Option<Target>)>,
    #[serde(rename = "packageRegistryData")]
    registry: Vec<Named>,
}

/// A name with the packages of it, by reference; `null` for the root.
type Named = (Option<Arc<str>>, Vec<(Option<Arc<str>>, Entry)>);

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "packageLocation")]
    location: String,
    /// A dependency on a peer that nobody brings is `null`.
    #[serde(rename = "packageDependencies", default)]
    dependencies: Vec<(Arc<str>, Option<Target>)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    Reference(Arc<str>),
    Alias(Arc<str>, Arc<str>),
}

#[cfg(test)]
mod tests {
    use crate::backstage::npm::plug_and_play::*;

    const DATA: &str = r#"{
        "__info": ["This file is generated."],
        "dependencyTreeRoots": [{"name": "root", "reference": "workspace:."}],
        "enableTopLevelFallback": true,
        "fallbackExclusionList": [],
        "fallbackPool": [],
        "packageRegistryData": [
            [null, [[null, {"packageLocation": "./", "packageDependencies": [["typescript", "patch:typescript@npm%3A5.4.5#optional!builtin::version=5.4.5&hash=1"]], "linkType": "SOFT"}]]],
            ["backend", [["workspace:packages/backend", {"packageLocation": "./packages/backend/",
                "packageDependencies": [["backend", "workspace:packages/backend"], ["pg", "virtual:0a#npm:8.11.0"],
                    ["better-sqlite3", "npm:9.4.3"], ["mysql2", null], ["db", ["pg", "npm:7.0.0"]]], "linkType": "SOFT"}]]],
            ["pg", [["virtual:0a#npm:8.11.0", {"packageLocation": "./.yarn/__virtual__/pg-virtual-0a/0/cache/pg-npm-8.11.0-ab.zip/node_modules/pg/", "packageDependencies": [], "linkType": "HARD"}],
                    ["npm:7.0.0", {"packageLocation": "../../root/.yarn/berry/cache/pg-npm-7.0.0-ab-10c0.zip/node_modules/pg/", "linkType": "HARD"}]]],
            ["better-sqlite3", [["npm:9.4.3", {"packageLocation": "./.yarn/unplugged/better-sqlite3-npm-9.4.3-ab/node_modules/better-sqlite3/", "linkType": "HARD"}]]]
        ]}"#;

    fn data() -> PlugAndPlay {
        PlugAndPlay::parse(FilePath::new("app/.pnp.data.json"), DATA).unwrap()
    }

    #[test]
    fn a_package_gets_what_it_declares_and_what_the_root_declares() {
        let folder = FilePath::new("app/packages/backend");
        let version = |name: &str| data().version(&folder, name);
        assert_eq!(version("pg").as_deref(), Some("8.11.0"));
        assert_eq!(version("better-sqlite3").as_deref(), Some("9.4.3"));
        assert_eq!(version("db").as_deref(), Some("7.0.0"));
        assert_eq!(version("typescript").as_deref(), Some("5.4.5"));
        assert_eq!(version("mysql2"), None, "a peer that nobody brings");
        assert_eq!(version("left-pad"), None);
        assert_eq!(data().version(&FilePath::new("elsewhere"), "pg"), None);
    }

    #[test]
    fn a_package_in_the_cache_is_in_an_archive() {
        let folder = FilePath::new("app/packages/backend");
        let at = |name: &str| data().location(&folder, name);
        assert_eq!(
            at("pg"),
            Some(Location::Archive(FilePath::new(
                "app/.yarn/__virtual__/pg-virtual-0a/0/cache/pg-npm-8.11.0-ab.zip"
            )))
        );
        let unplugged =
            "app/.yarn/unplugged/better-sqlite3-npm-9.4.3-ab/node_modules/better-sqlite3";
        assert_eq!(
            at("better-sqlite3"),
            Some(Location::Folder(FilePath::new(unplugged)))
        );
        assert!(matches!(at("db"), Some(Location::Archive(path)) if path.is_outside()));
    }

    #[test]
    fn what_is_no_such_data_is_none() {
        for text in ["", "{}", "[]", r#"{"packageRegistryData": [1]}"#] {
            assert_eq!(
                PlugAndPlay::parse(FilePath::new(NAME), text),
                None,
                "{text}"
            );
        }
    }
}
