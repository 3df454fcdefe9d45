use super::*;
use crate::files::MemoryFiles;

fn packages(files: &MemoryFiles, folder: &str) -> (Packages, Sources) {
    let listing = files.list(&FilePath::root(), &|_| true);
    let mut sources = Sources::default();
    let packages = Finder::new(files, &listing).packages(&FilePath::new(folder), &mut sources);
    (packages, sources)
}

fn backend(files: &[(&str, &str)]) -> Option<String> {
    let files = MemoryFiles::new(files.iter().copied());
    packages(&files, "")
        .0
        .backend
        .map(|manifest| manifest.path.to_string())
}

#[test]
fn the_backend_is_found_by_place_then_role_then_dependency() {
    let usual = ("packages/backend/package.json", "{}");
    let role = (
        "apps/server/package.json",
        r#"{"backstage": {"role": "backend"}}"#,
    );
    let plugin = (
        "plugins/a/package.json",
        r#"{"backstage": {"role": "backend-plugin"}, "dependencies": {"@backstage/backend-defaults": "1"}}"#,
    );
    let user = (
        "server/package.json",
        r#"{"dependencies": {"@backstage/backend-defaults": "^0.5.0"}}"#,
    );
    let root = ("package.json", "{}");
    assert_eq!(
        backend(&[usual, role]).as_deref(),
        Some("packages/backend/package.json")
    );
    assert_eq!(
        backend(&[role, plugin]).as_deref(),
        Some("apps/server/package.json")
    );
    assert_eq!(
        backend(&[plugin, user, root]).as_deref(),
        Some("server/package.json")
    );
    assert_eq!(backend(&[plugin, root]).as_deref(), Some("package.json"));
    assert_eq!(backend(&[("app-config.yaml", "")]), None);
}

#[test]
fn dependencies_know_their_list_and_place() {
    let text = r#"{"name": "backend", "devDependencies": {"pg": "^8"}, "dependencies": {"x": "1"},
        "scripts": {"start": "backstage-cli package start"}, "workspaces": {"packages": ["a/*"]}}"#;
    let (packages, sources) = packages(
        &MemoryFiles::new([("packages/backend/package.json", text)]),
        "",
    );
    let manifest = packages.backend.unwrap();
    let pg = manifest.dependency("pg").unwrap();
    assert_eq!((pg.kind, &*pg.range), (DependencyKind::Development, "^8"));
    assert_eq!(sources.slice(pg.place), r#""pg": "^8""#);
    assert_eq!(
        sources.slice(manifest.dependencies_place),
        r#""dependencies""#
    );
    assert_eq!(
        &*manifest.script("start").unwrap().text,
        "backstage-cli package start"
    );
    assert_eq!(*manifest.workspaces, ["a/*".into()]);
}

#[test]
fn without_dependencies_the_place_is_the_opening_brace() {
    let (packages, sources) = packages(&MemoryFiles::new([("package.json", " {}\n")]), "");
    assert_eq!(
        sources.slice(packages.root.unwrap().dependencies_place),
        "{"
    );
}

#[test]
fn the_installed_version_comes_before_the_locked_and_the_declared_one() {
    let manifest = (
        "packages/backend/package.json",
        r#"{"dependencies": {"pg": "^8.0.0"}}"#,
    );
    let lock = ("yarn.lock", "pg@^8.0.0:\n  version \"8.1.0\"\n");
    let module = ("node_modules/pg/package.json", r#"{"version": "8.2.0"}"#);
    let version = |files: &[(&str, &str)]| {
        let files = MemoryFiles::new(files.iter().copied());
        packages(&files, "").0.version(&files, "pg")
    };
    assert_eq!(
        version(&[manifest, lock, module]),
        Some(Version::Installed("8.2.0".into()))
    );
    assert_eq!(
        version(&[manifest, lock]),
        Some(Version::Locked("8.1.0".into()))
    );
    assert_eq!(
        version(&[manifest]),
        Some(Version::Declared("^8.0.0".into()))
    );
    assert_eq!(version(&[("package.json", "{}")]), None);
}

#[test]
fn the_nearest_lockfile_above_counts() {
    let files = MemoryFiles::new([
        ("yarn.lock", "pg@^8.0.0:\n  version \"8.1.0\"\n"),
        ("a/package.json", "{}"),
        ("b/package.json", "{}"),
        (
            "b/package-lock.json",
            r#"{"lockfileVersion": 3, "packages": {}}"#,
        ),
    ]);
    assert_eq!(packages(&files, "a").0.is_locked("pg"), Some(true));
    assert_eq!(packages(&files, "b").0.is_locked("pg"), Some(false));
    assert_eq!(
        packages(&MemoryFiles::default(), "").0.is_locked("pg"),
        None
    );
}
