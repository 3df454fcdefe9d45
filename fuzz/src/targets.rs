//! What is fed to the product.

use std::fs;
use std::path::Path;

use stagecheck::baseline::Baseline;
use stagecheck::check::check_files;
use stagecheck::files::{DiskFiles, FilePath, Files as _, MemoryFiles, StagedFiles};
use stagecheck::report::{Format, to_bytes};
use stagecheck::request::{EnvironmentRequest, Request, SchemaCache};
use stagecheck::run::Run;

/// The targets, named as their functions.
#[allow(non_camel_case_types, missing_docs)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    npm_yaml,
    types,
    portal,
    policies,
    settings,
    manifests,
    lockfiles,
    git_index,
}

/// A secret that is one by its form, wherever it stands.
pub const TOKEN: &str = "ghp_Zx7qKoala9Zx7qKoala9Zx7qKoala9Zx7q";

const LAYER: &str = "app: {title: x, list: [1, a, {b: c}]}\nbackend: {baseUrl: http://h, database: {client: pg, connection: {host: h, password: '${PW}'}}}\na: {q0: x, q1: {q1: 1}, a: [1]}\nb: [x, {q1: y}]\ncatalog: {rules: [{allow: [A]}]}\n";
const MANIFEST: &str =
    "{\"name\":\"r\",\"workspaces\":[\"packages/*\"],\"dependencies\":{\"@backstage/core\":\"1\"}}";

/// The parser of YAML and JSON, and what reads values of their text again.
pub fn npm_yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let document = npm_yaml::parse(text);
    let end = text.len() as u32;
    for problem in &document.problems {
        assert!(problem.span.start <= problem.span.end && problem.span.end <= end);
        assert!(text.is_char_boundary(problem.span.start as usize));
        assert!(text.is_char_boundary(problem.span.end as usize));
    }
    let _ = npm_yaml::parse_json(text);
}

/// A config.d.ts, and a layer that is judged by it.
pub fn types(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    check([
        ("app-config.yaml", LAYER),
        ("package.json", MANIFEST),
        (
            "packages/a/package.json",
            "{\"name\": \"a\", \"configSchema\": \"config.d.ts\"}",
        ),
        ("packages/a/config.d.ts", text),
    ]);
}

/// A whole tree. `=== path` lines begin files; what stands before the first is the base layer.
pub fn portal(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    check(tree(text));
}

/// A tree with policies and their conditions.
pub fn policies(data: &[u8]) {
    portal(data);
}

/// A stagecheck.yaml; what follows the first `=== path` line are more files.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut files = tree(text);
    if let Some((name, _)) = files.first_mut() {
        *name = "stagecheck.yaml".into();
    }
    files.push(("app-config.yaml".into(), LAYER.into()));
    files.push(("apps/b/app-config.yaml".into(), LAYER.into()));
    check(files);
}

/// What starts the app: images, compose, Kubernetes, Helm, scripts. The first line says which kind of file it is.
pub fn manifests(data: &[u8]) {
    const NAMES: [&str; 9] = [
        "Dockerfile",
        "compose.yaml",
        "k8s/d.yaml",
        "chart/values.yaml",
        "entrypoint.sh",
        "package.json",
        ".dockerignore",
        "Makefile",
        "kustomization.yaml",
    ];
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let mut files = tree(text);
    if let Some((name, _)) = files.first_mut() {
        *name = NAMES[usize::from(first) % NAMES.len()].into();
    }
    files.push(("app-config.yaml".into(), LAYER.into()));
    files.push((
        "app-config.production.yaml".into(),
        "app: {title: y}\n".into(),
    ));
    check(files);
}

/// Lockfiles of every package manager. The first byte says of which.
pub fn lockfiles(data: &[u8]) {
    const NAMES: [&str; 4] = [
        "yarn.lock",
        "package-lock.json",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
    ];
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let backend = "{\"name\":\"backend\",\"version\":\"1.0.0\",\"dependencies\":{\"@backstage/backend-defaults\":\"^0.18.0\",\"pg\":\"^8.0.0\"}}";
    check([
        ("app-config.yaml", LAYER),
        ("package.json", MANIFEST),
        ("packages/backend/package.json", backend),
        (NAMES[usize::from(first) % NAMES.len()], text),
    ]);
}

/// An index of git on the disk: what it says is tracked and staged.
pub fn git_index(data: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let made = || -> std::io::Result<()> {
        fs::create_dir_all(folder.path().join(".git/objects/pack"))?;
        fs::create_dir_all(folder.path().join(".git/refs"))?;
        fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n")?;
        fs::write(folder.path().join(".git/index"), data)?;
        fs::write(folder.path().join("app-config.yaml"), "app: {}\n")
    };
    if made().is_err() {
        return;
    }
    let open = |path: &Path| DiskFiles::open(path, path).ok();
    if let Some(files) = open(folder.path()) {
        let listed = files.list(&FilePath::root(), &|_| true);
        assert!(listed.iter().all(|file| !file.path.is_outside()));
    }
    let staged = open(folder.path()).and_then(|files| StagedFiles::of(files).ok());
    if let Some(staged) = staged {
        for file in staged.list(&FilePath::root(), &|_| true) {
            assert!(!file.path.is_outside());
            let _ = staged.read(&file.path, 1 << 20);
        }
    }
}

/// The files of a text.
fn tree(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("app-config.yaml".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => {
                if let Some((_, body)) = files.last_mut() {
                    body.push_str(line);
                }
            }
        }
    }
    if files.len() > 1 && files.first().is_some_and(|(_, body)| body.is_empty()) {
        files.remove(0);
    }
    files
}

/// Checks a tree and writes every report.
fn check<P: AsRef<str>, T: Into<std::sync::Arc<str>>>(files: impl IntoIterator<Item = (P, T)>) {
    let request = Request {
        schema_cache: SchemaCache::Off,
        environment: EnvironmentRequest {
            variables: vec![
                ("A".into(), Some("1".into())),
                ("PW".into(), Some("s3cretPw99".into())),
            ],
            ..EnvironmentRequest::default()
        },
        ..Request::default()
    };
    let files = MemoryFiles::new(files);
    let run = match check_files(Box::new(files), &[], &request) {
        Ok(run) => run,
        Err(failure) => match failure.mistakes {
            Some(mistakes) => *mistakes,
            None => return,
        },
    };
    for format in Format::ALL {
        assert_clean(&to_bytes(format, &run), format.name());
    }
    let known = Baseline::of(&run.findings, &run.sources, &run.secrets);
    assert_clean(known.write().as_bytes(), "the baseline");
    assert_inside(&run);
}

/// No planted token is shown. Glued to letters it is another text.
fn assert_clean(bytes: &[u8], of: &str) {
    let text = String::from_utf8_lossy(bytes);
    for (at, _) in text.match_indices(TOKEN) {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        let behind = text
            .get(at + TOKEN.len()..)
            .unwrap_or_default()
            .chars()
            .next();
        let is_glued =
            |next: Option<char>| next.is_some_and(|next| next.is_alphanumeric() || next == '_');
        assert!(
            is_glued(before) || is_glued(behind),
            "a token is shown in {of}"
        );
    }
}

/// Labels are inside of their texts.
fn assert_inside(run: &Run) {
    for finding in &run.findings {
        for label in std::iter::once(&finding.primary).chain(&finding.related) {
            let text = run.sources.get(label.place.source).text();
            assert!(label.place.span.start <= label.place.span.end);
            assert!(label.place.span.end as usize <= text.len());
        }
    }
}
