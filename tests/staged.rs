//! `--staged` judges the git index: what would be committed, wherever its objects are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const SOUND: &str =
    "app:\n  title: Acme\nbackend:\n  auth:\n    keys:\n      - secret: ${BACKEND_SECRET}\n";

fn unsound() -> String {
    let token = "Ab1".repeat(12);
    format!("{SOUND}integrations:\n  github:\n    - host: github.com\n      token: ghp_{token}\n")
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(["-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A repository in which a sound layer is committed.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    write(&folder, SOUND);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "start"]);
    folder
}

fn write(folder: &TempDir, text: &str) {
    fs::write(folder.path().join("app-config.yaml"), text).unwrap();
}

/// The exit status and what was written.
fn check(folder: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args([
            "--staged",
            "--format",
            "concise",
            "--select",
            "hardcoded-secret",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn what_is_staged_is_judged_and_not_the_working_tree() {
    let folder = repository();
    write(&folder, &unsound());
    assert_eq!(check(folder.path()), (0, String::new()), "unstaged");
    git(folder.path(), &["add", "."]);
    write(&folder, SOUND);
    let (status, text) = check(folder.path());
    assert_eq!(status, 1, "{text}");
    assert!(
        text.starts_with("app-config.yaml:10:14: error[hardcoded-secret]"),
        "{text}"
    );
}

#[test]
fn objects_in_packs_are_read_too() {
    let folder = repository();
    write(&folder, &unsound());
    git(folder.path(), &["add", "."]);
    git(
        folder.path(),
        &["commit", "--quiet", "--message", "unsound"],
    );
    git(
        folder.path(),
        &["gc", "--quiet", "--aggressive", "--prune=now"],
    );
    write(&folder, SOUND);
    let (status, text) = check(folder.path());
    assert_eq!(status, 1, "{text}");
}

#[test]
fn a_worktree_has_an_index_of_its_own() {
    let folder = repository();
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("other");
    git(
        folder.path(),
        &["worktree", "add", "--quiet", path.to_str().unwrap()],
    );
    fs::write(path.join("app-config.yaml"), unsound()).unwrap();
    git(&path, &["add", "."]);
    assert_eq!(check(&path).0, 1);
    assert_eq!(check(folder.path()).0, 0);
}

#[test]
fn what_is_only_meant_to_be_added_or_deleted_is_not_there() {
    let folder = repository();
    fs::write(folder.path().join("app-config.extra.yaml"), unsound()).unwrap();
    git(folder.path(), &["add", "--intent-to-add", "."]);
    assert_eq!(check(folder.path()), (0, String::new()));
    git(folder.path(), &["add", "."]);
    assert_eq!(check(folder.path()).0, 1);
    git(
        folder.path(),
        &["rm", "--quiet", "--cached", "app-config.extra.yaml"],
    );
    assert_eq!(check(folder.path()), (0, String::new()));
}

#[cfg(unix)]
#[test]
fn a_staged_link_leads_to_what_is_staged_and_never_out() {
    let folder = repository();
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/shared.yaml"), unsound()).unwrap();
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    };
    link("config/shared.yaml", "app-config.shared.yaml");
    link("app-config.b.yaml", "app-config.a.yaml");
    link("app-config.a.yaml", "app-config.b.yaml");
    link("../../etc/passwd", "app-config.out.yaml");
    git(folder.path(), &["add", "."]);
    let (status, text) = check(folder.path());
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("app-config.shared.yaml:10:14: error"),
        "{text}"
    );
}

#[test]
fn outside_a_repository_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, SOUND);
    let (status, text) = check(folder.path());
    assert_eq!(status, 2);
    assert!(text.contains("no git repository here"), "{text}");
}
