use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;

/// A folder with these files.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

fn open(folder: &Path) -> DiskFiles {
    DiskFiles::open(folder, folder).unwrap()
}

fn names(files: &dyn Files, folder: &str) -> Vec<(String, GitStatus)> {
    files
        .list(&FilePath::new(folder), &|_| true)
        .into_iter()
        .map(|listed| (listed.path.to_string(), listed.git))
        .collect()
}

#[test]
fn paths_are_normalized_and_know_when_they_lead_out() {
    assert_eq!(FilePath::new("a/./b/../c").as_str(), "a/c");
    assert!(FilePath::new("../x").is_outside() && FilePath::new("/x").is_outside());
    assert!(FilePath::new("a/b").is_within(&FilePath::new("a")));
    assert!(!FilePath::new("ab").is_within(&FilePath::new("a")));
    assert_eq!(
        FilePath::new("a/b").relative_to(&FilePath::new("a/c/d")),
        "../../b"
    );
    assert_eq!(FilePath::new("a").relative_to(&FilePath::new("a")), ".");
}

#[test]
fn status_comes_from_the_index_and_the_ignore_rules() {
    let folder = tree(&[
        (".gitignore", "*.local.yaml\n/out/\n"),
        ("app-config.yaml", ""),
        ("app-config.local.yaml", ""),
        ("deep/app-config.local.yaml", ""),
        ("deep/.gitignore", "!app-config.local.yaml\n"),
        ("forced.local.yaml", ""),
        ("out/kept.yaml", ""),
        ("out/lost.yaml", ""),
        ("node_modules/x/app-config.yaml", ""),
    ]);
    git(folder.path(), &["init", "-q"]);
    git(
        folder.path(),
        &[
            "add",
            "-f",
            "app-config.yaml",
            "forced.local.yaml",
            "out/kept.yaml",
        ],
    );
    let files = open(folder.path());
    assert_eq!(
        names(&files, ""),
        [
            (".gitignore".into(), GitStatus::Untracked),
            ("app-config.local.yaml".into(), GitStatus::Ignored),
            ("app-config.yaml".into(), GitStatus::Tracked),
            ("deep/.gitignore".into(), GitStatus::Untracked),
            ("deep/app-config.local.yaml".into(), GitStatus::Untracked),
            ("forced.local.yaml".into(), GitStatus::Tracked),
            ("out/kept.yaml".into(), GitStatus::Tracked),
        ]
    );
    let forced = files.list(&FilePath::root(), &|name| name == "forced.local.yaml");
    assert!(forced[0].named_by_ignore_rule);
}

#[test]
fn rules_above_the_listed_folder_hold() {
    let folder = tree(&[
        (".gitignore", "b.yaml\n"),
        ("sub/a.yaml", ""),
        ("sub/b.yaml", ""),
        ("sub-way/c.yaml", ""),
    ]);
    git(folder.path(), &["init", "-q"]);
    let files = open(&folder.path().join("sub"));
    assert_eq!(files.root(), fs::canonicalize(folder.path()).unwrap());
    let expected = [
        ("sub/a.yaml".into(), GitStatus::Untracked),
        ("sub/b.yaml".into(), GitStatus::Ignored),
    ];
    assert_eq!(names(&files, "sub"), expected);
    names(&files, "");
    assert_eq!(names(&files, "sub"), expected, "from the walk of the whole");
}

#[test]
fn without_a_repository_nothing_is_ignored() {
    let folder = tree(&[(".gitignore", "a.yaml\n"), ("a.yaml", "")]);
    let files = open(folder.path());
    assert_eq!(
        names(&files, "")[1],
        ("a.yaml".into(), GitStatus::NoRepository)
    );
}

#[test]
fn worktrees_and_submodules_have_an_index_of_their_own() {
    let folder = tree(&[("main/a.yaml", ""), ("part/b.yaml", "")]);
    for repository in ["main", "part"] {
        let path = folder.path().join(repository);
        git(&path, &["init", "-q"]);
        git(&path, &["add", "-A"]);
        git(&path, &["commit", "-qm", "x"]);
    }
    let main = folder.path().join("main");
    git(&main, &["worktree", "add", "-q", "../tree"]);
    git(
        &main,
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            "../part",
            "sub",
        ],
    );
    let worktree = open(&folder.path().join("tree"));
    assert!(names(&worktree, "").contains(&("a.yaml".into(), GitStatus::Tracked)));
    let submodule = open(&main.join("sub"));
    assert!(names(&submodule, "").contains(&("b.yaml".into(), GitStatus::Tracked)));
}

#[test]
fn texts_are_kept_as_they_are_and_bounded() {
    let folder = tree(&[("a.yaml", "\u{feff}a: 1\r\n")]);
    fs::write(folder.path().join("b.yaml"), b"ab\xff").unwrap();
    let files = open(folder.path());
    let read = |path: &str, limit| files.read(&FilePath::new(path), limit);
    assert_eq!(&*read("a.yaml", 100).unwrap(), "\u{feff}a: 1\r\n");
    assert_eq!(read("a.yaml", 3), Err(ReadError::TooLarge { limit: 3 }));
    let replaced = Replaced {
        at: 2,
        text: "ab\u{fffd}".into(),
    };
    assert_eq!(read("b.yaml", 100), Err(ReadError::NotUtf8(replaced)));
    assert_eq!(read("c.yaml", 100), Err(ReadError::NotFound));
    assert_eq!(read("a.yaml/b", 100), Err(ReadError::NotFound));
    assert_eq!(read("../a.yaml", 100), Err(ReadError::Outside));
    assert_eq!(read("", 100), Err(ReadError::NotAFile));
}

#[test]
fn paths_are_shown_from_where_the_run_was_started() {
    let folder = tree(&[
        ("repo/sub/a.yaml", ""),
        ("repo/b.yaml", ""),
        ("other/c", ""),
    ]);
    git(&folder.path().join("repo"), &["init", "-q"]);
    let show = |start: &str, path: &str| {
        let repo = folder.path().join("repo");
        let files = DiskFiles::open(&repo, &folder.path().join(start)).unwrap();
        files.display(&FilePath::new(path))
    };
    assert_eq!(show("repo", "sub/a.yaml"), "sub/a.yaml");
    assert_eq!(show("repo/sub", "sub/a.yaml"), "a.yaml");
    assert_eq!(show("repo/sub", "b.yaml"), "../b.yaml");
    assert_eq!(show(".", "b.yaml"), "repo/b.yaml");
    assert_eq!(show("other", "b.yaml"), "../repo/b.yaml");
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_root_only_and_loops_end() {
    use std::os::unix::fs::symlink;
    let folder = tree(&[("repo/a.yaml", "a"), ("secret.yaml", "s")]);
    let repo = folder.path().join("repo");
    git(&repo, &["init", "-q"]);
    symlink("a.yaml", repo.join("inside.yaml")).unwrap();
    symlink("../secret.yaml", repo.join("outside.yaml")).unwrap();
    symlink("loop.yaml", repo.join("loop.yaml")).unwrap();
    symlink(".", repo.join("self")).unwrap();
    let files = open(&repo);
    let listed: Vec<String> = names(&files, "")
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(listed, ["a.yaml", "inside.yaml"]);
    assert_eq!(
        files.read(&FilePath::new("outside.yaml"), 9),
        Err(ReadError::Outside)
    );
    assert!(files.read(&FilePath::new("loop.yaml"), 9).is_err());
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    use std::os::unix::net::UnixListener;
    let folder = tree(&[("a.yaml", "")]);
    let _socket = UnixListener::bind(folder.path().join("app-config.yaml")).unwrap();
    let files = open(folder.path());
    assert_eq!(names(&files, "").len(), 1);
    assert_eq!(
        files.read(&FilePath::new("app-config.yaml"), 9),
        Err(ReadError::NotAFile)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_passed_over() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tree(&[("a.yaml", "")]);
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff.yaml")), "").unwrap();
    assert_eq!(names(&open(folder.path()), "").len(), 1);
}

#[test]
fn memory_and_disk_agree_on_what_git_says() {
    let texts = [
        (".git/index", "kept.yaml\n"),
        (".gitignore", "*.local.yaml\nkept.yaml\nout/\n"),
        ("a.local.yaml", ""),
        ("b.yaml", ""),
        ("kept.yaml", ""),
    ];
    let memory = MemoryFiles::new(texts);
    let folder = tree(&texts[1..]);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-f", "kept.yaml"]);
    let disk = open(folder.path());
    assert_eq!(
        memory.list(&FilePath::root(), &|_| true),
        disk.list(&FilePath::root(), &|_| true)
    );
}

#[test]
fn staged_files_are_those_of_the_index() {
    let folder = tree(&[
        ("a.yaml", "staged"),
        ("gone.yaml", "x"),
        ("sub/b.yaml", "b"),
        (".gitignore", "sub\n"),
    ]);
    git(folder.path(), &["init", "-q"]);
    git(
        folder.path(),
        &["add", "-f", "a.yaml", "gone.yaml", "sub/b.yaml"],
    );
    fs::write(folder.path().join("a.yaml"), "changed since").unwrap();
    fs::write(folder.path().join("new.yaml"), "not added").unwrap();
    fs::remove_file(folder.path().join("gone.yaml")).unwrap();
    let staged = || StagedFiles::of(open(folder.path())).unwrap();
    let read = |path: &str, limit| staged().read(&FilePath::new(path), limit);
    assert_eq!(&*read("a.yaml", 99).unwrap(), "staged");
    assert_eq!(&*read("gone.yaml", 99).unwrap(), "x");
    assert_eq!(read("a.yaml", 3), Err(ReadError::TooLarge { limit: 3 }));
    assert_eq!(read("new.yaml", 99), Err(ReadError::NotFound));
    let listed: Vec<String> = names(&staged(), "")
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(listed, ["a.yaml", "gone.yaml", "sub/b.yaml"]);
    assert_eq!(names(&staged(), "sub").len(), 1);
    git(folder.path(), &["commit", "-qm", "x"]);
    git(folder.path(), &["gc", "-q"]);
    assert_eq!(&*read("sub/b.yaml", 99).unwrap(), "b", "from a pack");
}

#[test]
fn without_a_repository_nothing_is_staged() {
    let folder = tree(&[("a.yaml", "")]);
    assert!(matches!(
        StagedFiles::of(open(folder.path())),
        Err(OpenError::NoRepository)
    ));
}

#[test]
fn a_file_that_is_not_there_is_ignored_when_a_rule_names_it_or_its_folder() {
    let files = MemoryFiles::new([
        (".gitignore", "*-credentials.yaml\nsecrets/\n"),
        ("app/.gitignore", "!open-credentials.yaml\nhere.yaml\n"),
    ]);
    let ignored = |path: &str| files.is_ignored(&FilePath::new(path));
    assert!(ignored("github-app-credentials.yaml"));
    assert!(ignored("app/secrets/x/y.yaml"));
    assert!(ignored("app/here.yaml"));
    assert!(!ignored("here.yaml"));
    assert!(!ignored("app/open-credentials.yaml"));
    assert!(!ignored("../x-credentials.yaml"));
}

#[test]
fn what_git_keeps_for_itself_is_never_read() {
    let folder = tree(&[
        (".git/config", "[remote \"origin\"]\n"),
        ("sub/.git", "gitdir: ../.git\n"),
        ("dotgit/config", "mine"),
        (".gitignore", "*.log\n"),
    ]);
    let files = open(folder.path());
    for path in [
        ".git/config",
        "./dotgit/../.git/config",
        "sub/.git",
        ".GIT/config",
    ] {
        let read = files.read(&FilePath::new(path), 1 << 10);
        assert!(
            matches!(read, Err(ReadError::InGitFolder)),
            "{path}: {read:?}"
        );
    }
    let memory = MemoryFiles::new([(".git/config", "mine")]);
    let read = memory.read(&FilePath::new(".git/config"), 1 << 10);
    assert!(matches!(read, Err(ReadError::InGitFolder)), "{read:?}");
    assert!(files.read(&FilePath::new("dotgit/config"), 1 << 10).is_ok());
    assert!(files.read(&FilePath::new(".gitignore"), 1 << 10).is_ok());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(".git", folder.path().join("link")).unwrap();
        let read = files.read(&FilePath::new("link/config"), 1 << 10);
        assert!(matches!(read, Err(ReadError::InGitFolder)), "{read:?}");
    }
}
