//! The commit a release is built from, for `--version`.
//!
//! Out: the environment variable `STAGECHECK_VERSION` for the compiler, e.g. `0.1.0 (1a2b3c4d5)`. Never: a build
//! that fails because there is no git. Debug builds go without, so that a commit rebuilds nothing.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Tells the compiler the version with the commit, if it can be known.
pub fn announce(root: &Path) {
    if env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    println!("cargo::rerun-if-env-changed=STAGECHECK_COMMIT");
    let told = env::var("STAGECHECK_COMMIT").ok();
    let commit = told
        .or_else(|| packaged(root))
        .or_else(|| checked_out(root));
    let commit = commit.filter(|commit| commit.len() >= 9);
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    if let Some(short) = commit.as_deref().and_then(|commit| commit.get(..9)) {
        println!("cargo::rustc-env=STAGECHECK_VERSION={version} ({short})");
    }
}

/// What cargo notes in a published package.
fn packaged(root: &Path) -> Option<String> {
    let info = fs::read_to_string(root.join(".cargo_vcs_info.json")).ok()?;
    let info: serde_json::Value = serde_json::from_str(&info).ok()?;
    Some(info.get("git")?.get("sha1")?.as_str()?.to_owned())
}

/// What git says of this folder; a repository further up is another project's.
fn checked_out(root: &Path) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(root)
            .output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&["rev-parse", "HEAD"])
}
