//! `--staged` judges the git index: what would be committed, wherever its objects are.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Set where this runs in a hook itself.
const VARIABLES_OF_GIT: [&str; 4] = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"];

const SOUND: &str =
    "app:\n  title: Acme\nbackend:\n  auth:\n    keys:\n      - secret: ${BACKEND_SECRET}\n";

fn unsound() -> String {
    let token = "Ab1".repeat(12);
    format!("{SOUND}integrations:\n  github:\n    - host: github.com\n      token: ghp_{token}\n")
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = try_git(folder, arguments);
    assert!(output.status.success(), "{output:?}");
}

fn try_git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    for variable in VARIABLES_OF_GIT {
        command.env_remove(variable);
    }
    command
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(["-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
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

#[test]
fn nothing_staged_is_said_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    write(&folder, SOUND);
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .arg("--staged")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expected =
        "no app-config.yaml or rstudio-connect.gcfg in the git index: nothing to check\n";
    assert!(said.ends_with(expected), "{said}");
}

/// The exit status and what was written.
fn check(folder: &Path) -> (i32, String) {
    check_with(folder, &[])
}

/// The same, with what git says in variables.
fn check_with(folder: &Path, variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stagecheck"));
    for variable in VARIABLES_OF_GIT {
        command.env_remove(variable);
    }
    let output = command
        .envs(variables.iter().copied())
        .args([
            "--staged",
            "--format",
            "concise",
            "--quiet",
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
fn a_diff_of_what_is_staged_is_about_the_staged_text() {
    let folder = repository();
    write(&folder, &unsound());
    git(folder.path(), &["add", "."]);
    write(&folder, SOUND);
    let arguments = [
        "--staged",
        "--diff",
        "--unsafe-fixes",
        "--select",
        "hardcoded-secret",
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let diff = String::from_utf8(output.stdout).unwrap();
    assert!(diff.contains("+      token: ${GITHUB_TOKEN}"), "{diff}");
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
    assert!(text.contains("not a git repository"), "{text}");
}

/// Lets git run stagecheck before every commit.
#[cfg(unix)]
fn add_hook(folder: &Path, hook: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let program = env!("CARGO_BIN_EXE_stagecheck");
    let line = format!("'{program}' --staged --select hardcoded-secret");
    let path = folder.join(".git/hooks/pre-commit");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(
        &path,
        format!("#!/bin/sh\n{}\n", hook.replace("CHECK", &line)),
    )
    .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_hook_judges_what_is_committed_however_it_is_named() {
    for hook in ["exec CHECK", "mkdir -p sub && cd sub && exec CHECK .."] {
        let folder = repository();
        add_hook(folder.path(), hook);
        write(&folder, &unsound());
        let refused = |arguments: &[&str]| {
            let output = try_git(folder.path(), arguments);
            let text = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            assert!(
                !output.status.success(),
                "{hook}: git {arguments:?} was let through"
            );
            assert!(text.contains("hardcoded-secret"), "{hook}: {text}");
        };
        refused(&["commit", "--all", "--message", "all"]);
        refused(&["commit", "--message", "one", "app-config.yaml"]);
        git(folder.path(), &["add", "."]);
        refused(&["commit", "--message", "staged"]);
        refused(&["commit", "--message", "only", "--only", "app-config.yaml"]);
        // What is staged besides is not part of this commit.
        fs::write(folder.path().join("other.txt"), "other").unwrap();
        git(folder.path(), &["add", "other.txt"]);
        git(
            folder.path(),
            &[
                "commit",
                "--quiet",
                "--message",
                "other",
                "--only",
                "other.txt",
            ],
        );
        write(&folder, SOUND);
        git(
            folder.path(),
            &[
                "commit",
                "--quiet",
                "--all",
                "--message",
                "sound",
                "--allow-empty",
            ],
        );
    }
}

#[cfg(unix)]
#[test]
fn a_hook_in_a_worktree_judges_what_is_committed_there() {
    let folder = repository();
    add_hook(folder.path(), "exec CHECK");
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("other");
    git(
        folder.path(),
        &["worktree", "add", "--quiet", path.to_str().unwrap()],
    );
    fs::write(path.join("app-config.yaml"), unsound()).unwrap();
    let output = try_git(&path, &["commit", "--all", "--message", "all"]);
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn variables_of_git_are_about_the_repository_it_runs_for() {
    let folder = repository();
    write(&folder, &unsound());
    let index = folder.path().join(".git/other");
    fs::copy(folder.path().join(".git/index"), &index).unwrap();
    git(folder.path(), &["add", "."]);
    assert_eq!(check(folder.path()).0, 1);
    let absolute = index.to_str().unwrap();
    assert_eq!(
        check_with(folder.path(), &[("GIT_INDEX_FILE", absolute)]).0,
        0
    );
    assert_eq!(
        check_with(folder.path(), &[("GIT_INDEX_FILE", ".git/other")]).0,
        0
    );
    assert_eq!(check_with(folder.path(), &[("GIT_INDEX_FILE", "")]).0, 1);
    let own = [("GIT_INDEX_FILE", absolute), ("GIT_DIR", ".git")];
    assert_eq!(check_with(folder.path(), &own).0, 0);
    let elsewhere = repository();
    let dir = elsewhere.path().join(".git");
    let foreign = [
        ("GIT_INDEX_FILE", absolute),
        ("GIT_DIR", dir.to_str().unwrap()),
    ];
    assert_eq!(
        check_with(folder.path(), &foreign).0,
        1,
        "GIT_DIR is another repository"
    );
    let (status, text) = check_with(folder.path(), &[("GIT_INDEX_FILE", ".git/gone")]);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("GIT_INDEX_FILE"), "{text}");
}

#[test]
fn an_index_that_cannot_be_read_is_no_empty_one() {
    let folder = repository();
    write(&folder, &unsound());
    git(folder.path(), &["add", "."]);
    let index = folder.path().join(".git/index");
    let whole = fs::read(&index).unwrap();
    let damaged = |bytes: &[u8]| {
        fs::write(&index, bytes).unwrap();
        let (status, text) = check(folder.path());
        assert_eq!(status, 2, "{} bytes: {text}", bytes.len());
        assert!(
            text.starts_with("error: cannot read the git index: "),
            "{text}"
        );
    };
    damaged(b"");
    damaged(b"garbage");
    for length in 0..whole.len() {
        fs::write(&index, &whole[..length]).unwrap();
        // Where no more than the end is lost, every entry is still there, and judged.
        assert_ne!(check(folder.path()).0, 0, "{length} bytes");
    }
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    assert_eq!(check(folder.path()).0, 2);
    fs::remove_dir(&index).unwrap();
    assert_eq!(check(folder.path()).0, 0, "nothing is staged yet");
}

#[test]
fn a_split_index_is_read_whole() {
    let folder = repository();
    fs::write(folder.path().join("app-config.other.yaml"), SOUND).unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["update-index", "--split-index"]);
    assert_eq!(check(folder.path()), (0, String::new()));
    // One entry replaces another of the shared index, one is new, one is gone.
    write(&folder, &unsound());
    fs::write(folder.path().join("app-config.new.yaml"), unsound()).unwrap();
    git(folder.path(), &["add", "."]);
    git(
        folder.path(),
        &["rm", "--quiet", "--cached", "app-config.other.yaml"],
    );
    let (status, text) = check(folder.path());
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("app-config.yaml:10:14: error"), "{text}");
    assert!(text.contains("app-config.new.yaml:10:14: error"), "{text}");
    for entry in fs::read_dir(folder.path().join(".git")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("sharedindex")
        {
            fs::remove_file(path).unwrap();
        }
    }
    let (status, text) = check(folder.path());
    assert_eq!(status, 2, "{text}");
    assert!(
        text.contains("tip: `git update-index --no-split-index`"),
        "{text}"
    );
}

#[test]
fn objects_of_another_kind_are_not_taken_for_none() {
    let folder = tempfile::tempdir().unwrap();
    git(
        folder.path(),
        &["init", "--quiet", "--object-format=sha256"],
    );
    write(&folder, &unsound());
    git(folder.path(), &["add", "."]);
    let (status, text) = check(folder.path());
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("SHA-256"), "{text}");
}
