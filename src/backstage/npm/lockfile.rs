//! Lockfiles to the versions they hold.
//!
//! In: the text of a yarn.lock (classic or berry), package-lock.json or pnpm-lock.yaml. Out: [`Lockfile`]: name to
//! versions. Never: which package asked for which version; places. Lockfiles are long and written by machines, so
//! they are read line by line where their form allows it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::files::FilePath;

/// The versions a lockfile holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    /// The file.
    pub path: FilePath,
    versions: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// The names a lockfile may have, in the order they are looked for.
pub(in crate::backstage) const NAMES: &[&str] = &[
    "yarn.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
];

impl Lockfile {
    /// Reads the text of a lockfile; its name says which kind it is. `None` when the text is not one.
    pub(in crate::backstage) fn parse(path: FilePath, text: &str) -> Option<Self> {
        let mut lockfile = Self {
            path,
            versions: BTreeMap::new(),
        };
        match lockfile.path.name() {
            "yarn.lock" => lockfile.yarn(text),
            "pnpm-lock.yaml" => lockfile.pnpm(text),
            _ => lockfile.npm(text)?,
        }
        Some(lockfile)
    }

    /// The versions of a package, the lowest first; empty when it is not locked.
    pub fn versions(&self, name: &str) -> &[Arc<str>] {
        self.versions.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether any version of a package is locked.
    pub fn has(&self, name: &str) -> bool {
        self.versions.contains_key(name)
    }

    /// Whether any package of a scope is locked, e.g. of `@backstage/`.
    pub fn names_scope(&self, scope: &str) -> bool {
        let mut from = self
            .versions
            .range::<str, _>((Bound::Included(scope), Bound::Unbounded));
        from.next().is_some_and(|(name, _)| name.starts_with(scope))
    }

    fn add(&mut self, name: &str, version: &str) {
        let versions = match self.versions.get_mut(name) {
            Some(versions) => versions,
            None => self.versions.entry(name.into()).or_default(),
        };
        if let Err(at) = versions.binary_search_by(|known| order(known, version)) {
            versions.insert(at, version.into());
        }
    }

    /// Both forms of yarn: an entry begins at the margin with its descriptors and holds a line `version`.
    ///
    /// Classic: `"@a/b@^1.0.0", "@a/b@~1.1":` and `  version "1.1.2"`; berry: `"@a/b@npm:^1.0.0, @a/b@npm:~1.1":` and
    /// `  version: 1.1.2`.
    fn yarn(&mut self, text: &str) {
        let mut name = None;
        for line in text.lines() {
            if let Some(version) = line.strip_prefix("  version") {
                let version = version.trim_start_matches(':').trim().trim_matches('"');
                if let Some(name) = name.take() {
                    // Berry gives the packages of the repository itself this version.
                    if version != "0.0.0-use.local" {
                        self.add(name, version);
                    }
                }
            } else if !line.starts_with([' ', '#']) && line.ends_with(':') {
                name = descriptor_name(line.trim_start_matches('"'));
            }
        }
    }

    /// Versions 5 to 9: keys of `packages` such as `/@a/b/1.0.0:`, `/@a/b@1.0.0(peer@2):`, `'@a/b@1.0.0':`.
    fn pnpm(&mut self, text: &str) {
        let mut section = "";
        for line in text.lines() {
            if !line.starts_with(' ') && !line.is_empty() {
                section = line.trim_end();
            } else if matches!(section, "packages:" | "snapshots:")
                && let Some(key) = line.strip_prefix("  ").filter(|key| !key.starts_with(' '))
                && let Some(key) = key.trim_end().strip_suffix(':')
                && let Some((name, version)) = pnpm_key(key.trim_matches('\''))
            {
                self.add(name, version);
            }
        }
    }

    fn npm(&mut self, text: &str) -> Option<()> {
        let lock: NpmLock<'_> = serde_json::from_str(text).ok()?;
        for (path, package) in &lock.packages {
            // `node_modules/a/node_modules/@b/c`: the last part is the name. Others are the repository's own.
            if let (Some((_, name)), Some(version)) =
                (path.rsplit_once("node_modules/"), &package.version)
            {
                self.add(name, version);
            }
        }
        let mut pending = vec![&lock.dependencies];
        while let Some(dependencies) = pending.pop() {
            for (name, dependency) in dependencies {
                if let Some(version) = &dependency.version {
                    self.add(name, version);
                }
                pending.push(&dependency.dependencies);
            }
        }
        Some(())
    }
}

/// The order of versions: by their numbers, a pre-release before its release.
fn order(a: &str, b: &str) -> Ordering {
    let parts = |version: &str| -> (Vec<u64>, bool) {
        let (release, rest) = version.split_once(['-', '+']).unwrap_or((version, ""));
        let numbers = release.split('.').map(|number| number.parse().unwrap_or(0));
        (numbers.collect(), rest.is_empty())
    };
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// `lockfileVersion` 2 and 3 have `packages`, 1 and 2 have `dependencies`.
#[derive(Deserialize)]
struct NpmLock<'t> {
    #[serde(rename = "lockfileVersion")]
    _version: IgnoredAny,
    #[serde(borrow, default)]
    packages: BTreeMap<std::borrow::Cow<'t, str>, NpmPackage>,
    #[serde(default)]
    dependencies: BTreeMap<String, NpmDependency>,
}

#[derive(Deserialize)]
struct NpmPackage {
    version: Option<String>,
}

#[derive(Deserialize)]
struct NpmDependency {
    version: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, NpmDependency>,
}

/// The name in a descriptor such as `@a/b@npm:^1.0.0, …`.
fn descriptor_name(descriptor: &str) -> Option<&str> {
    let scope = usize::from(descriptor.starts_with('@'));
    let end = descriptor.get(scope..)?.find('@')? + scope;
    descriptor.get(..end).filter(|name| !name.is_empty())
}

/// `@a/b@1.0.0(peer@2)`, with a `/` in front before version 9, or `/@a/b/1.0.0_peer@2` before version 6.
fn pnpm_key(key: &str) -> Option<(&str, &str)> {
    let key = key.trim_start_matches('/');
    let key = key.split_once('(').map_or(key, |(key, _)| key);
    let scope = match key.starts_with('@') {
        true => key.find('/')? + 1,
        false => 0,
    };
    let name = scope + key.get(scope..)?.find(['/', '@'])?;
    let version = key.get(name + 1..)?;
    let version = version.split('_').next().unwrap_or(version);
    let is_version = version.starts_with(|c: char| c.is_ascii_digit());
    is_version.then_some((key.get(..name)?, version))
}

#[cfg(test)]
mod tests {
    use crate::backstage::npm::lockfile::*;

    fn parse(name: &str, text: &str) -> Lockfile {
        Lockfile::parse(FilePath::new(name), text).unwrap()
    }

    fn versions<'l>(lockfile: &'l Lockfile, name: &str) -> Vec<&'l str> {
        lockfile
            .versions(name)
            .iter()
            .map(|version| &**version)
            .collect()
    }

    #[test]
    fn yarn_classic_is_read() {
        let lock = parse(
            "yarn.lock",
            "# yarn lockfile v1\n\n\n\"@a/b@^1.0.0\", \"@a/b@~1.1\":\n  version \"1.1.2\"\n  resolved \"x\"\n  dependencies:\n    version \"^9\"\n\n\
             pg@^8.0.0:\n  version \"10.1.3\"\n\npg@^7.0.0:\n  version \"7.18.2\"\n",
        );
        assert_eq!(versions(&lock, "@a/b"), ["1.1.2"]);
        assert_eq!(versions(&lock, "pg"), ["7.18.2", "10.1.3"]);
        assert!(!lock.has("version"));
    }

    #[test]
    fn yarn_berry_is_read_and_own_packages_are_not() {
        let lock = parse(
            "yarn.lock",
            "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@a/b@npm:^1.0.0, @a/b@npm:~1.1\":\n  version: 1.1.2\n  resolution: \"@a/b@npm:1.1.2\"\n\n\
             \"backend@workspace:packages/backend\":\n  version: 0.0.0-use.local\n",
        );
        assert_eq!(versions(&lock, "@a/b"), ["1.1.2"]);
        assert!(!lock.has("backend") && !lock.has("__metadata"));
    }

    #[test]
    fn npm_is_read_in_all_three_versions() {
        let new = parse(
            "package-lock.json",
            r#"{"lockfileVersion": 3, "packages": {"": {"version": "0.1.0"}, "packages/backend": {"version": "0.2.0"},
                "node_modules/pg": {"version": "8.1.0"}, "node_modules/x/node_modules/@a/b": {"version": "1.0.0"},
                "node_modules/backend": {"resolved": "packages/backend", "link": true}}}"#,
        );
        assert_eq!(versions(&new, "pg"), ["8.1.0"]);
        assert_eq!(versions(&new, "@a/b"), ["1.0.0"]);
        assert!(!new.has("backend"));
        let old = parse(
            "package-lock.json",
            r#"{"lockfileVersion": 1, "dependencies": {"x": {"version": "1.0.0", "dependencies": {"pg": {"version": "7.0.0"}}}}}"#,
        );
        assert_eq!(versions(&old, "pg"), ["7.0.0"]);
        assert_eq!(
            Lockfile::parse(FilePath::new("package-lock.json"), "{"),
            None
        );
    }

    #[test]
    fn pnpm_5_has_the_version_behind_a_slash() {
        let lock = parse(
            "pnpm-lock.yaml",
            "lockfileVersion: 5.4\n\nimporters:\n\n  packages/backend:\n    specifiers:\n      pg: ^8.0.0\n    dependencies:\n      pg: 8.1.0\n\npackages:\n\n  /@a/b/1.0.0_react@18.2.0:\n    resolution: {integrity: sha512-x}\n    dependencies:\n      c: 2.0.0\n\n  /pg/8.1.0:\n    dev: false\n\n  /pg/8.1.0_pg-native@3.0.0+x:\n    dev: false\n",
        );
        assert_eq!(versions(&lock, "@a/b"), ["1.0.0"]);
        assert_eq!(versions(&lock, "pg"), ["8.1.0"]);
        assert!(!lock.has("packages/backend") && !lock.has("c") && !lock.has("react"));
    }

    #[test]
    fn pnpm_6_and_7_have_the_version_behind_an_at_sign() {
        for form in ["'6.0'", "'6.1'", "'7.0'"] {
            let text = format!(
                "lockfileVersion: {form}\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n  packages/backend:\n    dependencies:\n      pg:\n        specifier: ^8.0.0\n        version: 8.1.0\n\npackages:\n\n  /@a/b@1.0.0(react@18.2.0)(@c/d@3.0.0):\n    resolution: {{}}\n\n  /pg@8.1.0:\n    dev: false\n\n  /pg@8.1.0-rc.1:\n    dev: false\n"
            );
            let lock = parse("pnpm-lock.yaml", &text);
            assert_eq!(versions(&lock, "@a/b"), ["1.0.0"], "{form}");
            assert_eq!(versions(&lock, "pg"), ["8.1.0-rc.1", "8.1.0"], "{form}");
            assert!(!lock.has("@c/d"), "{form}");
        }
    }

    #[test]
    fn pnpm_9_has_no_slash_and_tells_peers_apart_in_snapshots() {
        let lock = parse(
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\r\n\r\nimporters:\r\n\r\n  .: {}\r\n\r\n  packages/backend:\r\n    dependencies:\r\n      pg:\r\n        specifier: ^8.0.0\r\n        version: 8.1.0\r\n\r\npackages:\r\n\r\n  '@a/b@1.0.0':\r\n    resolution: {integrity: sha512-x}\r\n\r\n  pg@8.1.0:\r\n    engines: {node: '>= 8'}\r\n\r\n  local@file:../local:\r\n    resolution: {directory: ../local, type: directory}\r\n\r\nsnapshots:\r\n\r\n  '@a/b@1.0.0(pg@8.1.0)':\r\n    dependencies:\r\n      pg: 8.1.0\r\n\r\n  pg@8.1.0: {}\r\n",
        );
        assert_eq!(versions(&lock, "@a/b"), ["1.0.0"]);
        assert_eq!(versions(&lock, "pg"), ["8.1.0"]);
        assert!(!lock.has("local") && !lock.has("packages/backend"));
    }
}
