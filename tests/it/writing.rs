//! What a run writes never takes the place of what a person made.

use std::fs;
use std::path::Path;

use crate::support::{Portal, run_with};

const LAYER: &str =
    "app:\n  title: Portal\n  text:\n    $file: text.txt\n  more:\n    $include: more.yaml\n";

/// One of each kind of file that a run reads.
const FILES: [(&str, &str); 9] = [
    ("app-config.yaml", LAYER),
    ("text.txt", "text\n"),
    ("more.yaml", "x: 1\n"),
    (
        "package.json",
        "{\"name\":\"r\",\"workspaces\":[\"packages/*\"],\"dependencies\":{\"@backstage/core\":\"1\"}}",
    ),
    (
        "packages/a/package.json",
        "{\"name\":\"a\",\"configSchema\":\"config.d.ts\"}",
    ),
    (
        "packages/a/config.d.ts",
        "export interface Config { a?: string }\n",
    ),
    (
        "stagecheck.yaml",
        "policies: [p.yaml]\nbaseline: known.json\n",
    ),
    ("compose.yaml", "services: {}\n"),
    (".gitignore", "dist\n"),
];

const POLICY: &str = "id: p-rule\ntitle: A rule\ngroup: hygiene\nscope: chain\nchains: all\ncases:\n  - when: \"false\"\n    severity: error\n    message: x\n    at:\n      - here: config.app\n        note: x\nwhy: |\n  x\nfix: |\n  y\nexamples: []\n";

fn portal() -> Portal {
    let portal = Portal::of(&FILES);
    portal.write("p.yaml", POLICY);
    portal.write("variables.env", "A=1\n");
    portal.track_everything();
    portal
}

#[test]
fn a_report_takes_the_place_of_nothing_that_the_run_read() {
    let portal = portal();
    let cache = portal.path().join("cache");
    let home = [("XDG_CACHE_HOME", &*cache)];
    let written = run_with(portal.path(), &["--write-baseline", "known.json"], &home);
    assert_eq!(written.status, 0, "{}", written.stderr);
    let paths = FILES.iter().map(|(path, _)| *path);
    let paths = paths.chain(["p.yaml", "variables.env", "known.json", ".git/index"]);
    // The second time the schemas come from the cache.
    for path in paths.clone().chain(paths) {
        let before = fs::read(portal.path().join(path)).unwrap();
        let output = format!("json={path}");
        let answer = run_with(
            portal.path(),
            &[
                "--output",
                "sarif=other.sarif",
                "--output",
                &output,
                "--env-file",
                "variables.env",
            ],
            &home,
        );
        assert_eq!(answer.status, 2, "{path}: {}", answer.stderr);
        let said = format!("cannot write {path}: the file is an input of this run");
        assert!(answer.stderr.contains(&said), "{}", answer.stderr);
        assert_eq!(
            fs::read(portal.path().join(path)).unwrap(),
            before,
            "{path}"
        );
        assert!(!portal.path().join("other.sarif").exists());
    }
    for path in ["app-config.yaml", "package.json"] {
        let before = fs::read(portal.path().join(path)).unwrap();
        let answer = portal.run(&["--write-baseline", path]);
        assert_eq!(answer.status, 2, "{path}: {}", answer.stderr);
        assert_eq!(
            fs::read(portal.path().join(path)).unwrap(),
            before,
            "{path}"
        );
        let answer = run_with(
            portal.path(),
            &["--format", "github"],
            &[
                ("GITHUB_ACTIONS", Path::new("true")),
                ("GITHUB_STEP_SUMMARY", &portal.path().join(path)),
            ],
        );
        assert_eq!(answer.status, 2, "{path}: {}", answer.stderr);
        assert_eq!(
            fs::read(portal.path().join(path)).unwrap(),
            before,
            "{path}"
        );
    }
}

#[test]
fn reports_and_a_baseline_are_written_again_and_again() {
    let portal = portal();
    for _ in 0..3 {
        let arguments = ["--output", "json=report.json", "--output", "junit=r.xml"];
        let answer = portal.run(&arguments);
        assert_eq!(answer.status, 0, "{}", answer.stderr);
        let answer = portal.run(&["--write-baseline", "known.json"]);
        assert_eq!(answer.status, 0, "{}", answer.stderr);
    }
}

#[cfg(unix)]
#[test]
fn no_other_name_of_a_file_that_was_read_helps() {
    use std::os::unix::fs::symlink;

    let portal = portal();
    let layer = portal.path().join("app-config.yaml");
    symlink("app-config.yaml", portal.path().join("link.json")).unwrap();
    fs::hard_link(&layer, portal.path().join("hard.json")).unwrap();
    let staged = portal.path().join("packages/../app-config.yaml");
    for path in ["link.json", "hard.json", staged.to_str().unwrap()] {
        let output = format!("json={path}");
        let answer = portal.run(&["--output", &output]);
        assert_eq!(answer.status, 2, "{path}: {}", answer.stderr);
        assert_eq!(fs::read_to_string(&layer).unwrap(), LAYER, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_leaves_no_draft() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let portal = portal();
    let reports = portal.path().join("reports");
    fs::create_dir(&reports).unwrap();
    for number in 0..60 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
            .args(["--output", "json=reports/a", "--output", "sarif=reports/b"])
            .current_dir(portal.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(number));
        let signal = ["-INT", "-TERM", "-HUP"][number as usize % 3];
        let id = child.id().to_string();
        let _ = Command::new("kill").args([signal, &id]).output();
        child.wait().unwrap();
        let names = fs::read_dir(&reports).unwrap();
        for name in names.map(|entry| entry.unwrap().file_name()) {
            assert!(name == "a" || name == "b", "{name:?}");
        }
    }
}
