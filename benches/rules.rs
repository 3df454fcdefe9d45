//! What judging costs beside reading: `cargo bench --bench rules`.
//!
//! A create-app repository is checked in this process, again and again: without any rule, with the whole catalogue,
//! and with two hundred policies of its own on top. What a rule costs is the difference to the first row, which is the
//! baseline; all rows come from the same run.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use divan::Bencher;
use divan::counter::ItemsCount;
use stagecheck::check::check;
use stagecheck::request::{Request, RuleSelection, SchemaCache};
use stagecheck::rules::catalog;
use tempfile::TempDir;

const POLICIES: usize = 200;

fn main() {
    divan::main();
}

/// The baseline: layers are found, read, merged and held against their schema, and nothing else.
#[divan::bench]
fn no_rule(bencher: Bencher) {
    let folder = portal("");
    let ignore = catalog::cards().iter().map(|card| card.id.to_string());
    let request = Request {
        rules: RuleSelection {
            ignore: ignore.collect(),
            ..RuleSelection::default()
        },
        ..request(folder.path())
    };
    bencher.bench(|| check(&request).unwrap());
}

#[divan::bench]
fn whole_catalogue(bencher: Bencher) {
    let folder = portal("");
    let request = request(folder.path());
    bencher
        .counter(ItemsCount::new(catalog::cards().len()))
        .bench(|| check(&request).unwrap());
}

#[divan::bench]
fn catalogue_and_200_policies(bencher: Bencher) {
    let folder = portal("policies: policies.yaml\n");
    fs::write(folder.path().join("policies.yaml"), policies()).unwrap();
    let request = request(folder.path());
    let run = check(&request).unwrap();
    assert_eq!(run.policies.len(), POLICIES);
    bencher
        .counter(ItemsCount::new(catalog::cards().len() + POLICIES))
        .bench(|| check(&request).unwrap());
}

/// A copy of the fixture with these settings.
fn portal(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/create-app");
    copy(&fixture, folder.path());
    // The root of a repository: nothing above it is looked at.
    fs::create_dir(folder.path().join(".git")).unwrap();
    if !settings.is_empty() {
        fs::write(folder.path().join("stagecheck.yaml"), settings).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn request(folder: &Path) -> Request {
    Request {
        start: folder.to_owned(),
        schema_cache: SchemaCache::Off,
        ..Request::default()
    }
}

/// Policies as companies write them: each has a condition over other facts, and none holds.
fn policies() -> String {
    let kinds = [
        ("facts.urls as item", "item.host.endsWith('.acme.example')"),
        ("facts.databases as item", "item.pool.max > 1000.0"),
        ("facts.proxies as item", "item.target.startsWith('http:')"),
        (
            "facts.integrations as item",
            "item.host == 'git.acme.example'",
        ),
    ];
    let mut text = String::new();
    for index in 0..POLICIES {
        let (each, condition) = kinds[index % kinds.len()];
        write!(
            text,
            "- id: acme-{index}\n  title: Policy {index}\n  scope: chain\n  for: {each}\n  cases:\n    \
             - when: \"{condition} && chain.name == 'acme-{index}'\"\n      severity: error\n      \
             message: policy {index}\n      at: [{{ here: chain.name }}]\n  why: It is so.\n  fix: Change it.\n"
        )
        .unwrap();
    }
    text
}
