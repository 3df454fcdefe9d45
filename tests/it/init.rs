//! `stagecheck init`: writes what fits, overwrites nothing, and what it writes and prints is understood.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// What it writes into a repository with nothing but layers.
const WRITTEN: [&str; 3] = [
    "stagecheck.yaml",
    ".vscode/stagecheck.schema.json",
    ".pre-commit-config.yaml",
];

/// A portal in a git repository, with these files besides; a path that ends in `/` is a folder.
fn portal(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let base = "app:\n  title:\n    $file: texts/title.txt\n";
    let common = [("app-config.yaml", base), ("texts/title.txt", "Acme\n")];
    for (path, text) in common.iter().chain(files) {
        let full = folder.path().join(path);
        if path.ends_with('/') {
            fs::create_dir_all(full).unwrap();
            continue;
        }
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }
    folder
}

fn stagecheck(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// What `init` says there.
fn init(folder: &Path) -> String {
    let output = stagecheck(folder, &["init"]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

fn has(folder: &TempDir, path: &str) -> bool {
    folder.path().join(path).exists()
}

#[test]
fn it_writes_every_file_and_a_check_understands_the_settings() {
    let folder = portal(&[]);
    let said = init(folder.path());
    for path in WRITTEN {
        assert!(!read(&folder, path).is_empty(), "{path}");
        assert!(said.contains(&format!("wrote   {path}\n")), "{said}");
    }
    for path in [".github", ".vscode/tasks.json"] {
        assert!(!has(&folder, path), "{path}");
    }
    let check = stagecheck(folder.path(), &["--fail-on", "never"]);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    assert!(said.contains("pre-commit install\n"), "{said}");
}

#[test]
fn it_names_nothing_that_does_not_exist_before_a_release() {
    let folder = portal(&[(".github/workflows/ci.yaml", ""), (".gitlab-ci.yml", "")]);
    let mut everything = init(folder.path());
    for path in [".pre-commit-config.yaml", "stagecheck.yaml"] {
        everything += &read(&folder, path);
    }
    for name in [
        "npx",
        "uses: stagecheck",
        "https://github.com",
        "rev:",
        "pip install",
    ] {
        assert!(!everything.contains(name), "{name}: {everything}");
    }
    let hook = read(&folder, ".pre-commit-config.yaml");
    assert!(
        hook.contains("repo: local") && hook.contains("language: system"),
        "{hook}"
    );
}

#[test]
fn the_settings_lead_editors_to_their_schema() {
    let folder = portal(&[]);
    init(folder.path());
    let settings = read(&folder, "stagecheck.yaml");
    let (first, _) = settings.split_once('\n').unwrap();
    let schema = first
        .strip_prefix("# yaml-language-server: $schema=")
        .unwrap();
    let schema: serde_json::Value = serde_json::from_str(&read(&folder, schema)).unwrap();
    assert!(schema["properties"]["fail-on"].is_object());
    let folder = portal(&[("stagecheck.yaml", "fail-on: error\n")]);
    assert!(init(folder.path()).contains("add as the first line:\n# yaml-language-server"));
}

#[test]
fn the_hook_watches_what_the_layers_take_in() {
    let folder = portal(&[]);
    init(folder.path());
    let hook = read(&folder, ".pre-commit-config.yaml");
    assert!(hook.contains("|^(texts/title\\.txt)$'"), "{hook}");
}

#[test]
fn a_repository_with_pre_commit_is_told_which_hook_to_add() {
    let folder = portal(&[(".pre-commit-config.yaml", "repos: []\n")]);
    let said = init(folder.path());
    assert_eq!(read(&folder, ".pre-commit-config.yaml"), "repos: []\n");
    assert!(
        said.contains("kept    .pre-commit-config.yaml: add this hook:\nrepos:\n"),
        "{said}"
    );
}

#[test]
fn a_repository_with_husky_gets_its_hook() {
    let manifest = r#"{"devDependencies": {"husky": "9.0.0"}}"#;
    for files in [&[(".husky/", "")][..], &[("package.json", manifest)]] {
        let folder = portal(files);
        let said = init(folder.path());
        assert_eq!(read(&folder, ".husky/pre-commit"), "stagecheck --staged\n");
        assert!(!has(&folder, ".pre-commit-config.yaml"));
        assert!(said.contains("npx husky\n"), "{said}");
    }
    let folder = portal(&[(".husky/pre-commit", "npm test\n")]);
    let said = init(folder.path());
    assert!(
        said.contains("kept    .husky/pre-commit: add this line:\nstagecheck --staged\n"),
        "{said}"
    );
    assert_eq!(read(&folder, ".husky/pre-commit"), "npm test\n");
}

#[test]
fn a_repository_with_lefthook_on_azure_is_told_both_jobs() {
    let folder = portal(&[
        ("lefthook.yml", "pre-push: {}\n"),
        ("azure-pipelines.yml", "steps: []\n"),
    ]);
    let said = init(folder.path());
    assert!(
        said.contains("kept    lefthook.yml: add this job:\npre-commit:\n"),
        "{said}"
    );
    assert!(said.contains("In CI, add to azure-pipelines.yml"), "{said}");
    assert!(said.contains("--format azure"), "{said}");
    for path in [".pre-commit-config.yaml", ".github"] {
        assert!(!has(&folder, path), "{path}");
    }
}

#[test]
fn a_repository_on_gitlab_or_with_jenkins_is_told_the_job() {
    let remote = "[remote \"origin\"]\n\turl = https://token@gitlab.acme.example/a/b.git\n";
    for (path, text, expected) in [
        (".gitlab-ci.yml", "", "add to .gitlab-ci.yml"),
        (".git/config", remote, "add to .gitlab-ci.yml"),
        ("Jenkinsfile", "", "add to Jenkinsfile"),
    ] {
        let folder = portal(&[(path, text)]);
        let said = init(folder.path());
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("token"), "{said}");
        assert!(!has(&folder, ".github"));
    }
}

#[test]
fn the_editors_tasks_are_for_those_who_have_the_editor() {
    let folder = portal(&[(".vscode/settings.json", "{}")]);
    init(folder.path());
    assert!(has(&folder, ".vscode/tasks.json"));
}

#[test]
fn without_git_there_is_no_hook_and_without_a_portal_nothing() {
    let folder = portal(&[]);
    fs::remove_dir(folder.path().join(".git")).unwrap();
    let said = init(folder.path());
    assert!(said.contains("not a git repository"), "{said}");
    assert!(!has(&folder, ".pre-commit-config.yaml"));
    let empty = tempfile::tempdir().unwrap();
    let output = stagecheck(empty.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn it_overwrites_nothing() {
    let folder = portal(&[]);
    init(folder.path());
    for path in WRITTEN {
        fs::write(folder.path().join(path), "# mine\n").unwrap();
    }
    init(folder.path());
    for path in WRITTEN {
        assert_eq!(read(&folder, path), "# mine\n", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_it_out_of_the_repository() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    let git = Path::new(".git");
    for target in [elsewhere.path(), Path::new("no/such/folder"), git] {
        let folder = portal(&[]);
        symlink(target, folder.path().join(".vscode")).unwrap();
        for arguments in [&["init", "--dry-run"][..], &["init"]] {
            let output = stagecheck(folder.path(), arguments);
            assert_eq!(output.status.code(), Some(2), "{target:?}: {output:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("to a path outside the repository"), "{said}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        assert_eq!(fs::read_dir(folder.path().join(".git")).unwrap().count(), 0);
        assert!(!has(&folder, "stagecheck.yaml"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_of_the_repository_is_followed_and_one_to_nothing_kept() {
    use std::os::unix::fs::symlink;

    let folder = portal(&[("editor/", "")]);
    symlink("editor", folder.path().join(".vscode")).unwrap();
    symlink("/no/such/file", folder.path().join("stagecheck.yaml")).unwrap();
    init(folder.path());
    assert!(has(&folder, "editor/tasks.json"));
    let link = fs::read_link(folder.path().join("stagecheck.yaml")).unwrap();
    assert_eq!(link, Path::new("/no/such/file"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = portal(&[]);
    let output = stagecheck(folder.path(), &["init", "--dry-run"]);
    let said = String::from_utf8(output.stdout).unwrap();
    for path in WRITTEN {
        assert!(said.contains(&format!("would write {path}\n")), "{said}");
        assert!(!has(&folder, path), "{path}");
    }
}

#[test]
fn below_the_root_it_writes_to_the_root_and_says_so() {
    let folder = portal(&[("portal/app-config.yaml", "app: { title: Acme }\n")]);
    let said = init(&folder.path().join("portal"));
    assert!(has(&folder, "stagecheck.yaml"));
    assert!(said.contains("wrote   ../stagecheck.yaml\n"), "{said}");
}

#[test]
fn a_second_time_there_is_nothing_to_add() {
    let folder = portal(&[]);
    init(folder.path());
    let said = init(folder.path());
    let kept: String = WRITTEN.map(|path| format!("kept    {path}\n")).concat();
    assert!(said.starts_with(&(kept + "\n")), "{said}");
    assert!(!has(&folder, ".vscode/tasks.json"));
}

#[test]
fn a_repository_of_a_connect_server_is_set_up() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let server = folder.path().join("rstudio-connect.gcfg");
    fs::write(server, "[HTTP]\nListen = :3939\n").unwrap();
    init(folder.path());
    let hook = read(&folder, ".pre-commit-config.yaml");
    assert!(hook.contains("gcfg"), "{hook}");
}
