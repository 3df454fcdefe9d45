//! `stagecheck init`: writes what is missing, overwrites nothing, and what it writes is understood.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const WRITTEN: [&str; 4] = [
    "stagecheck.yaml",
    ".pre-commit-config.yaml",
    ".vscode/tasks.json",
    ".github/workflows/stagecheck.yaml",
];

fn portal() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let base = "app:\n  title:\n    $file: texts/title.txt\n";
    fs::write(folder.path().join("app-config.yaml"), base).unwrap();
    fs::create_dir(folder.path().join("texts")).unwrap();
    fs::write(folder.path().join("texts/title.txt"), "Acme\n").unwrap();
    folder
}

fn stagecheck(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stagecheck"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

#[test]
fn it_writes_every_file_and_a_check_understands_the_settings() {
    let folder = portal();
    let output = stagecheck(folder.path(), &["init"]);
    assert!(output.status.success(), "{output:?}");
    for path in WRITTEN {
        assert!(!read(&folder, path).is_empty(), "{path}");
    }
    let check = stagecheck(folder.path(), &["--fail-on", "never"]);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    for path in [
        ".pre-commit-config.yaml",
        ".github/workflows/stagecheck.yaml",
    ] {
        assert!(
            read(&folder, path).contains(concat!("v", env!("CARGO_PKG_VERSION"))),
            "{path}"
        );
    }
}

#[test]
fn the_hook_watches_what_the_layers_take_in() {
    let folder = portal();
    stagecheck(folder.path(), &["init"]);
    let hook = read(&folder, ".pre-commit-config.yaml");
    assert!(hook.contains("|^(texts/title\\.txt)$'"), "{hook}");
}

#[test]
fn it_overwrites_nothing() {
    let folder = portal();
    stagecheck(folder.path(), &["init"]);
    for path in WRITTEN {
        fs::write(folder.path().join(path), "mine").unwrap();
    }
    let output = stagecheck(folder.path(), &["init"]);
    assert!(output.status.success(), "{output:?}");
    for path in WRITTEN {
        assert_eq!(read(&folder, path), "mine", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_it_out_of_the_repository() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    let git = Path::new(".git");
    for (name, target) in [
        (".github", elsewhere.path()),
        (".vscode", elsewhere.path()),
        (".github", Path::new("no/such/folder")),
        (".vscode", git),
    ] {
        let folder = portal();
        symlink(target, folder.path().join(name)).unwrap();
        for arguments in [&["init", "--dry-run"][..], &["init"]] {
            let output = stagecheck(folder.path(), arguments);
            assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("leads out of the repository"), "{said}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        assert!(!folder.path().join(".git/tasks.json").exists());
        assert!(!folder.path().join("stagecheck.yaml").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_of_the_repository_is_followed_and_one_to_nothing_kept() {
    use std::os::unix::fs::symlink;

    let folder = portal();
    fs::create_dir(folder.path().join("editor")).unwrap();
    symlink("editor", folder.path().join(".vscode")).unwrap();
    symlink("/no/such/file", folder.path().join("stagecheck.yaml")).unwrap();
    let output = stagecheck(folder.path(), &["init"]);
    assert!(output.status.success(), "{output:?}");
    assert!(folder.path().join("editor/tasks.json").exists());
    let link = fs::read_link(folder.path().join("stagecheck.yaml")).unwrap();
    assert_eq!(link, Path::new("/no/such/file"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = portal();
    let output = stagecheck(folder.path(), &["init", "--dry-run"]);
    let said = String::from_utf8(output.stdout).unwrap();
    for path in WRITTEN {
        assert!(said.contains(path), "{said}");
        assert!(!folder.path().join(path).exists(), "{path}");
    }
}

#[test]
fn it_takes_what_is_there_for_what_it_is() {
    let folder = portal();
    fs::write(folder.path().join("lefthook.yml"), "").unwrap();
    fs::write(folder.path().join(".gitlab-ci.yml"), "").unwrap();
    fs::write(folder.path().join(".stagecheck.yaml"), "").unwrap();
    stagecheck(folder.path(), &["init"]);
    for path in [".pre-commit-config.yaml", ".github", "stagecheck.yaml"] {
        assert!(!folder.path().join(path).exists(), "{path}");
    }
}

#[test]
fn below_the_root_it_writes_to_the_root() {
    let folder = portal();
    let below = folder.path().join("packages");
    fs::create_dir(&below).unwrap();
    stagecheck(&below, &["init"]);
    assert!(folder.path().join("stagecheck.yaml").exists());
}

#[test]
fn a_second_time_there_is_nothing_to_add() {
    let folder = portal();
    stagecheck(folder.path(), &["init"]);
    let said = String::from_utf8(stagecheck(folder.path(), &["init"]).stdout).unwrap();
    let kept: String = WRITTEN.map(|path| format!("kept    {path}\n")).concat();
    assert_eq!(said, kept);
}
