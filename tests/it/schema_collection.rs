//! Which schemas are in force for an app: packages on a real disk, with real links.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use stagecheck::backstage::npm::{Installs, Packages};
use stagecheck::backstage::schema::{
    Cache, Collection, NoteWeight, SchemaOrigin, SchemaSource, Standing, collect,
};
use stagecheck::files::{DiskFiles, FilePath};
use tempfile::TempDir;

/// A folder with these files; `"link:TARGET"` makes a symbolic link.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    add(folder.path(), files);
    folder
}

fn add(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("link:") {
            #[cfg(unix)]
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            #[cfg(not(unix))]
            Some(_) => panic!("no links here"),
            None => fs::write(path, text).unwrap(),
        }
    }
}

fn open(folder: &TempDir) -> DiskFiles {
    DiskFiles::open(folder.path(), folder.path()).unwrap()
}

fn collected(folder: &TempDir) -> Collection {
    collect(&open(folder), &FilePath::root(), None)
}

/// `name version key,key` for each schema, in order.
fn listed(collection: &Collection) -> Vec<String> {
    let mut lines: Vec<String> = collection
        .schemas
        .packages()
        .iter()
        .map(|package| {
            format!(
                "{} {} {}",
                package.name,
                package.version,
                package.keys().join(",")
            )
        })
        .collect();
    lines.sort();
    lines
}

fn losses(collection: &Collection) -> Vec<&str> {
    let notes = collection
        .notes
        .iter()
        .filter(|note| note.weight == NoteWeight::Loss);
    notes.map(|note| note.text.as_str()).collect()
}

const ROOT: &str = r#"{"name": "root", "version": "1.0.0", "workspaces": ["packages/*"]}"#;

#[test]
fn schemas_of_every_form_are_found_through_dependencies_of_every_kind() {
    let folder = tree(&[
        ("package.json", ROOT),
        (
            "packages/backend/package.json",
            r#"{"name": "backend", "version": "0.0.0", "dependencies": {"typed": "1"}, "devDependencies": {"json": "1"},
                "peerDependencies": {"inline": "1"}, "optionalDependencies": {"absent": "1"}}"#,
        ),
        ("packages/backend/x.txt", ""),
        (
            "node_modules/typed/package.json",
            r#"{"name": "typed", "version": "1.0.0", "configSchema": "config.d.ts"}"#,
        ),
        (
            "node_modules/typed/config.d.ts",
            "export interface Config { typed?: string }",
        ),
        (
            "node_modules/json/package.json",
            r#"{"name": "json", "version": "1.0.0", "configSchema": "s.json"}"#,
        ),
        (
            "node_modules/json/s.json",
            r#"{"properties": {"json": {}}}"#,
        ),
        (
            "node_modules/inline/package.json",
            r#"{"name": "inline", "version": "1.0.0", "configSchema": {"properties": {"inline": {}}}}"#,
        ),
    ]);
    // The backend is visited for its `@backstage/` dependency only when it has one: the real loader's rule.
    assert_eq!(listed(&collected(&folder)), [""; 0]);
    add(
        folder.path(),
        &[(
            "packages/backend/package.json",
            r#"{"name": "backend", "version": "0.0.0", "dependencies": {"typed": "1", "@backstage/nothing": "1"},
                "devDependencies": {"json": "1"}, "peerDependencies": {"inline": "1"}}"#,
        )],
    );
    assert_eq!(
        listed(&collected(&folder)),
        [
            "inline 1.0.0 inline",
            "json 1.0.0 json",
            "typed 1.0.0 typed"
        ]
    );
}

#[test]
fn an_own_package_without_an_install_counts_and_its_imports_are_followed() {
    let folder = tree(&[
        ("package.json", ROOT),
        (
            "packages/p/package.json",
            r#"{"name": "p", "version": "1.0.0", "configSchema": "config.d.ts"}"#,
        ),
        (
            "packages/p/config.d.ts",
            "import { A } from './src/a'; export interface Config { own: A }",
        ),
        (
            "packages/p/src/a.ts",
            "export type A = { /** @visibility secret */ key: string }; export const x = 1;",
        ),
    ]);
    let collection = collected(&folder);
    assert_eq!(listed(&collection), ["p 1.0.0 own"]);
    assert!(collection.notes.is_empty(), "{:?}", collection.notes);
}

#[test]
fn two_versions_of_a_package_both_speak() {
    let schema = |key: &str| format!(r#"{{"properties": {{"{key}": {{}}}}}}"#);
    let folder = tree(&[
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"a": "1", "b": "1", "@backstage/x": "1"}}"#,
        ),
        (
            "node_modules/a/package.json",
            &format!(
                r#"{{"name": "a", "version": "2.0.0", "configSchema": {}}}"#,
                schema("new")
            ),
        ),
        (
            "node_modules/b/package.json",
            r#"{"name": "b", "version": "1.0.0", "dependencies": {"a": "1", "@backstage/x": "1"}}"#,
        ),
        (
            "node_modules/b/node_modules/a/package.json",
            &format!(
                r#"{{"name": "a", "version": "1.0.0", "configSchema": {}}}"#,
                schema("old")
            ),
        ),
    ]);
    assert_eq!(listed(&collected(&folder)), ["a 1.0.0 old", "a 2.0.0 new"]);
}

#[cfg(unix)]
#[test]
fn links_of_pnpm_lead_to_the_dependencies_beside_the_real_package() {
    let folder = tree(&[
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"a": "1", "@backstage/x": "1"}}"#,
        ),
        (
            "node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
            r#"{"name": "a", "version": "1.0.0", "dependencies": {"b": "1", "@backstage/x": "1"}}"#,
        ),
        (
            "node_modules/.pnpm/b@1.0.0/node_modules/b/package.json",
            r#"{"name": "b", "version": "1.0.0", "configSchema": {"properties": {"b": {}}}}"#,
        ),
        (
            "node_modules/.pnpm/a@1.0.0/node_modules/b",
            "link:../../b@1.0.0/node_modules/b",
        ),
        ("node_modules/a", "link:.pnpm/a@1.0.0/node_modules/a"),
    ]);
    assert_eq!(listed(&collected(&folder)), ["b 1.0.0 b"]);
}

#[test]
fn a_package_that_does_not_export_its_manifest_is_not_found() {
    let package = |exports: &str| {
        format!(
            r#"{{"name": "a", "version": "1.0.0", "configSchema": {{"properties": {{"a": {{}}}}}}, "exports": {exports}}}"#
        )
    };
    let app =
        r#"{"name": "app", "version": "1.0.0", "dependencies": {"a": "1", "@backstage/x": "1"}}"#;
    for (exports, found) in [
        (r#"{".": "./i.js"}"#, 0),
        (r#""./i.js""#, 0),
        (r#"{".": "./i.js", "./package.json": "./package.json"}"#, 1),
        (r#"{".": "./i.js", "./*": "./*"}"#, 1),
    ] {
        let folder = tree(&[
            ("package.json", app),
            ("node_modules/a/package.json", &package(exports)),
        ]);
        assert_eq!(listed(&collected(&folder)).len(), found, "{exports}");
    }
}

#[test]
fn a_broken_schema_is_said_and_the_rest_still_counts() {
    let app = r#"{"name": "app", "version": "1.0.0",
        "dependencies": {"a": "1", "b": "1", "c": "1", "d": "1", "e": "1", "f": "1", "@backstage/x": "1"}}"#;
    let package = |name: &str, file: &str| {
        format!(r#"{{"name": "{name}", "version": "1.0.0", "configSchema": "{file}"}}"#)
    };
    let folder = tree(&[
        ("package.json", app),
        ("node_modules/a/package.json", &package("a", "s.json")),
        ("node_modules/a/s.json", "{"),
        ("node_modules/b/package.json", &package("b", "gone.json")),
        ("node_modules/c/package.json", &package("c", "config.d.ts")),
        ("node_modules/c/config.d.ts", "export interface {"),
        ("node_modules/d/package.json", &package("d", "schema.yaml")),
        ("node_modules/e/package.json", "{ no json"),
        (
            "node_modules/f/package.json",
            r#"{"name": "f", "version": "1.0.0", "configSchema": {"properties": {"f": {}}}}"#,
        ),
    ]);
    let collection = collected(&folder);
    assert_eq!(listed(&collection), ["f 1.0.0 f"]);
    let mut said = losses(&collection);
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "invalid package.json `node_modules/e/package.json`: its configuration schema is not checked",
            "the configuration of a is not checked: node_modules/a/s.json is not a JSON Schema",
            "the configuration of b is not checked: node_modules/b/gone.json: no such file or directory",
            "the configuration of c is not checked: node_modules/c/config.d.ts: it is not valid TypeScript",
            "the configuration of d is not checked: node_modules/d/schema.yaml is neither .json nor .d.ts",
        ]
    );
}

#[test]
fn packages_that_are_not_installed_are_replaced_by_their_built_in_schemas_and_what_they_bring() {
    let folder = tree(&[
        ("package.json", ROOT),
        (
            "packages/backend/package.json",
            r#"{"name": "backend", "version": "0.0.0", "dependencies": {"@backstage/plugin-catalog-backend": "1"}}"#,
        ),
        ("packages/backend/x.txt", ""),
    ]);
    let collection = collected(&folder);
    let names: Vec<&str> = collection
        .schemas
        .packages()
        .iter()
        .map(|package| &*package.name)
        .collect();
    assert!(names.contains(&"@backstage/plugin-catalog-backend"));
    assert!(
        names.contains(&"@backstage/integration"),
        "brought by it: {names:?}"
    );
    assert!(
        !names.contains(&"@backstage/plugin-techdocs-backend"),
        "not a dependency"
    );
    for package in collection.schemas.packages() {
        assert_eq!(package.origin, SchemaOrigin::Bundled);
        assert_eq!(package.standing, Standing::Untold);
    }
}

#[test]
fn a_built_in_schema_of_the_locked_version_is_in_force() {
    let bundled = collect_bundled_version("@backstage/integration");
    let lock = format!(
        r#"{{"lockfileVersion": 3, "packages": {{"node_modules/@backstage/integration": {{"version": "{bundled}"}}}}}}"#
    );
    let folder = tree(&[
        ("app-config.yaml", "app: {}\n"),
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"@backstage/integration": "*", "@backstage/plugin-search": "*"}}"#,
        ),
        ("package-lock.json", &lock),
    ]);
    let files = open(&folder);
    let mut packages = Packages::default();
    Installs::default().complete(&files, &FilePath::root(), &mut packages);
    let lockfile = packages.lockfile.as_deref();
    let collection = collect(&files, &FilePath::root(), lockfile);
    let of = |name: &str| {
        collection
            .schemas
            .packages()
            .iter()
            .find(|package| &*package.name == name)
    };
    assert_eq!(
        of("@backstage/integration").unwrap().standing,
        Standing::InForce
    );
    assert!(
        of("@backstage/plugin-search").is_none(),
        "it is in no lockfile"
    );
}

fn collect_bundled_version(name: &str) -> Arc<str> {
    let all = stagecheck::backstage::schema::Schemas::bundled();
    all.packages()
        .iter()
        .find(|package| &*package.name == name)
        .unwrap()
        .version
        .clone()
}

#[test]
fn without_any_manifest_every_built_in_schema_may_count() {
    let folder = tree(&[("app-config.yaml", "app: {}\n")]);
    assert!(collected(&folder).schemas.packages().len() > 70);
}

#[test]
fn plug_and_play_is_named_as_not_readable() {
    let folder = tree(&[
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"@backstage/integration": "*"}}"#,
        ),
        (".pnp.cjs", ""),
    ]);
    let collection = collected(&folder);
    assert_eq!(losses(&collection).len(), 1);
    assert!(losses(&collection)[0].contains("Plug'n'Play"));
}

#[test]
fn the_old_backend_common_is_left_out_beside_its_successor() {
    let schema = r#"{"properties": {"backend": {}}}"#;
    let package = |name: &str| {
        format!(r#"{{"name": "@backstage/{name}", "version": "1.0.0", "configSchema": {schema}}}"#)
    };
    let folder = tree(&[
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"@backstage/backend-common": "1", "@backstage/backend-defaults": "1"}}"#,
        ),
        (
            "node_modules/@backstage/backend-common/package.json",
            &package("backend-common"),
        ),
        (
            "node_modules/@backstage/backend-defaults/package.json",
            &package("backend-defaults"),
        ),
    ]);
    assert_eq!(
        listed(&collected(&folder)),
        ["@backstage/backend-defaults 1.0.0 backend"]
    );
}

/// An app whose one package says that `key` is its key, in a repository with an install's state file.
fn cached_app(key: &str) -> TempDir {
    tree(&[
        (
            "package.json",
            r#"{"name": "app", "version": "1.0.0", "dependencies": {"a": "1", "@backstage/x": "1"}}"#,
        ),
        ("node_modules/.package-lock.json", "{}"),
        (
            "node_modules/a/package.json",
            r#"{"name": "a", "version": "1.0.0", "configSchema": "s.json"}"#,
        ),
        (
            "node_modules/a/s.json",
            &format!(r#"{{"properties": {{"{key}": {{"type": "string"}}}}}}"#),
        ),
    ])
}

fn through(cache: &TempDir, app: &TempDir) -> Arc<Collection> {
    let mut source = SchemaSource::new(Some(Cache::new(cache.path().join("deep/er"))));
    source.of_app(&open(app), &FilePath::root(), None)
}

#[test]
fn a_kept_collection_is_the_collected_one_until_a_file_changes() {
    let cache = TempDir::new().unwrap();
    let app = cached_app("first");
    let collected = through(&cache, &app);
    let kept = through(&cache, &app);
    assert!(
        !collected.seen.is_empty() && kept.seen.is_empty(),
        "the second is from the cache"
    );
    assert_eq!(listed(&kept), ["a 1.0.0 first"]);
    let (a, b) = (
        &collected.schemas.packages()[0],
        &kept.schemas.packages()[0],
    );
    assert_eq!(a.schema(), b.schema());
    assert_eq!((&a.origin, a.standing), (&b.origin, b.standing));
    add(
        app.path(),
        &[("node_modules/a/s.json", r#"{"properties": {"second": {}}}"#)],
    );
    assert_eq!(listed(&through(&cache, &app)), ["a 1.0.0 second"]);
    add(app.path(), &[("node_modules/.package-lock.json", "{ }")]);
    assert!(
        !through(&cache, &app).seen.is_empty(),
        "an install empties the cache"
    );
}

#[test]
fn a_damaged_entry_is_collected_anew() {
    let cache = TempDir::new().unwrap();
    let app = cached_app("key");
    through(&cache, &app);
    let entry = fs::read_dir(cache.path().join("deep/er"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    for damage in ["", "{}", "{\n", "\u{0}", "null\nnull"] {
        fs::write(&entry, damage).unwrap();
        assert_eq!(
            listed(&through(&cache, &app)),
            ["a 1.0.0 key"],
            "{damage:?}"
        );
    }
    let whole = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, &whole[..whole.len() - 5]).unwrap();
    assert_eq!(listed(&through(&cache, &app)), ["a 1.0.0 key"]);
    for (was, rewritten) in [("\"string\"", "\"number\""), ("\"key\"", "\"kex\"")] {
        let text = whole.replace(was, rewritten);
        assert_ne!(text, whole, "{was}");
        fs::write(&entry, text).unwrap();
        let collected = through(&cache, &app);
        assert!(!collected.seen.is_empty(), "{rewritten} is not believed");
        assert_eq!(listed(&collected), ["a 1.0.0 key"]);
    }
}

#[test]
fn runs_side_by_side_do_not_disturb_each_other() {
    let cache = TempDir::new().unwrap();
    let app = cached_app("key");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(listed(&through(&cache, &app)), ["a 1.0.0 key"]);
                }
            });
        }
    });
    let left = fs::read_dir(cache.path().join("deep/er")).unwrap().count();
    assert_eq!(left, 1, "no drafts are left behind");
}
