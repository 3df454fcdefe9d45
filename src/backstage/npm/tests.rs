use crate::backstage::npm::*;
use crate::files::MemoryFiles;

fn packages(files: &MemoryFiles, folder: &str) -> (Packages, Sources) {
    let listing = files.list(&FilePath::root(), &|_| true);
    let mut sources = Sources::default();
    let folder = FilePath::new(folder);
    let mut packages = Finder::new(files, &listing).packages(&folder, &mut sources);
    Installs::default().complete(files, &folder, &mut packages);
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

/// The backend of the app root at `folder`.
fn backend_of(folder: &str, files: &[(&str, &str)]) -> Option<String> {
    let files = MemoryFiles::new(files.iter().copied());
    let backend = packages(&files, folder).0.backend;
    backend.map(|manifest| manifest.path.to_string())
}

const BACKEND: &str = r#"{"backstage": {"role": "backend"}}"#;
const USER: &str = r#"{"dependencies": {"@backstage/backend-defaults": "^0.5.0"}}"#;

#[test]
fn the_backend_of_a_turborepo_or_pnpm_workspace_is_beside_the_app_root() {
    for root in ["turbo.json", "pnpm-workspace.yaml", "lerna.json"] {
        let found = backend_of(
            "apps/portal",
            &[
                (root, ""),
                ("package.json", "{}"),
                ("apps/portal/app-config.yaml", ""),
                (
                    "apps/portal/package.json",
                    r#"{"backstage": {"role": "frontend"}}"#,
                ),
                ("apps/portal-backend/package.json", BACKEND),
                ("libs/a/package.json", r#"{"name": "a"}"#),
            ],
        );
        assert_eq!(
            found.as_deref(),
            Some("apps/portal-backend/package.json"),
            "{root}"
        );
    }
}

#[test]
fn rush_names_its_projects_and_what_is_no_project_is_no_backend() {
    let rush = "{\n  // one portal\n  \"projects\": [\n    {\"packageName\": \"api\", \"projectFolder\": \"services/api\"},\n    {\"packageName\": \"portal\", \"projectFolder\": \"services/portal\"},\n  ],\n}\n";
    let found = backend_of(
        "config",
        &[
            ("rush.json", rush),
            ("config/app-config.yaml", ""),
            (
                "services/api/package.json",
                r#"{"name": "api", "backend": 1}"#,
            ),
            ("services/portal/package.json", USER),
            ("templates/new/package.json", BACKEND),
        ],
    );
    assert_eq!(found.as_deref(), Some("services/portal/package.json"));
}

#[test]
fn an_nx_workspace_has_the_dependencies_of_all_in_its_root() {
    let nx = [
        ("nx.json", "{}"),
        ("package.json", USER),
        ("apps/portal/app-config.yaml", ""),
        ("apps/portal/project.json", r#"{"name": "portal"}"#),
    ];
    assert_eq!(
        backend_of("apps/portal", &nx).as_deref(),
        Some("package.json")
    );
    let mut with_packages = nx.to_vec();
    with_packages.push(("apps/portal/package.json", BACKEND));
    assert_eq!(
        backend_of("apps/portal", &with_packages).as_deref(),
        Some("apps/portal/package.json")
    );
}

#[test]
fn of_several_backends_in_a_workspace_none_is_guessed() {
    let found = backend_of(
        "config",
        &[
            ("package.json", r#"{"workspaces": ["packages/*"]}"#),
            ("config/app-config.yaml", ""),
            ("packages/one/package.json", BACKEND),
            ("packages/two/package.json", BACKEND),
        ],
    );
    assert_eq!(found, None);
}

const PLUG_AND_PLAY: &str = r#"{"enableTopLevelFallback": false, "packageRegistryData": [
    ["backend", [["workspace:packages/backend", {"packageLocation": "./packages/backend/",
        "packageDependencies": [["pg", "npm:8.12.0"]], "linkType": "SOFT"}]]],
    ["pg", [["npm:8.12.0", {"packageLocation": "./.yarn/cache/pg-npm-8.12.0-ab.zip/node_modules/pg/", "linkType": "HARD"}]]]]}"#;

#[test]
fn plug_and_play_tells_exactly_what_the_backend_gets() {
    let files = MemoryFiles::new([
        (
            "packages/backend/package.json",
            r#"{"dependencies": {"pg": "^8.0.0"}}"#,
        ),
        (
            "yarn.lock",
            "\"pg@npm:^8.0.0\":\n  version: 8.1.0\n\n\"mysql2@npm:^3.0.0\":\n  version: 3.0.0\n",
        ),
        (".pnp.data.json", PLUG_AND_PLAY),
    ]);
    let packages = packages(&files, "").0;
    assert_eq!(
        packages.version(&files, "pg"),
        Some(Version::Installed("8.12.0".into()))
    );
    assert_eq!(packages.version(&files, "mysql2"), None);
    assert_eq!(packages.is_locked("mysql2"), Some(true));
}

#[test]
fn data_that_cannot_be_read_leaves_it_to_the_lockfile() {
    let files = MemoryFiles::new([
        ("packages/backend/package.json", "{}"),
        ("yarn.lock", "pg@^8.0.0:\n  version \"8.1.0\"\n"),
        (".pnp.data.json", "{"),
    ]);
    assert_eq!(
        packages(&files, "").0.version(&files, "pg"),
        Some(Version::Locked("8.1.0".into()))
    );
}
