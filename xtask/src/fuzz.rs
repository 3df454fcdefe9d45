//! Runs the fuzz targets of `fuzz/`, with seeds from the fixtures, the cards and `fuzz/seeds`.
//!
//! Builds with the pinned toolchain, without a sanitizer: the product has no unsafe code, and what is looked for are
//! panics, overflows of the stack, inputs that take too much, and secrets that are shown.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use stagecheck::rules::catalog;

use crate::run::{Outcome, project, succeed};

/// Which release of cargo-fuzz is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";
/// The longest input, in bytes.
const LONGEST: usize = 16_000;

/// A path and its bytes.
type File = (String, Vec<u8>);

/// A target, and which files of the project are seeds for it.
struct Target {
    name: &'static str,
    /// Whether a file is one; trees of files are one seed together.
    seeds: Seeds,
}

enum Seeds {
    /// Each file with one of these endings.
    Files(&'static [&'static str]),
    /// Each fixture and each example of a card as one text.
    Trees,
    /// Each file of one of these names, behind a byte that says which kind it is.
    Kinds(&'static [&'static str]),
    /// Each card in a tree of its own.
    Cards,
    /// What stands in `fuzz/seeds` alone.
    Own,
}

const TARGETS: &[Target] = &[
    Target {
        name: "npm-yaml",
        seeds: Seeds::Files(&["yaml", "yml", "json"]),
    },
    Target {
        name: "types",
        seeds: Seeds::Files(&["d.ts"]),
    },
    Target {
        name: "portal",
        seeds: Seeds::Trees,
    },
    Target {
        name: "policies",
        seeds: Seeds::Cards,
    },
    Target {
        name: "settings",
        seeds: Seeds::Files(&["stagecheck.yaml"]),
    },
    // In the order of the names in the target itself.
    Target {
        name: "manifests",
        seeds: Seeds::Kinds(&[
            "Dockerfile",
            "compose.yaml",
            "deployment.yaml",
            "values.yaml",
            ".sh",
            "package.json",
            ".dockerignore",
            "Makefile",
            "kustomization.yaml",
        ]),
    },
    Target {
        name: "lockfiles",
        seeds: Seeds::Kinds(&[
            "yarn.lock",
            "package-lock.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
        ]),
    },
    Target {
        name: "git-index",
        seeds: Seeds::Own,
    },
];

/// `cargo xtask fuzz TARGET|all [--minutes N]`: one minute each unless told; the minutes of `all` are shared.
pub fn run(arguments: &[String]) -> Outcome {
    let usage = || {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        format!(
            "usage: cargo xtask fuzz TARGET|all [--minutes N]; the targets are {}",
            names.join(", ")
        )
    };
    let (name, minutes) = match arguments {
        [name] => (name, 1.0),
        [name, option, minutes] if option == "--minutes" => (name, minutes.parse::<f64>()?),
        _ => return Err(usage().into()),
    };
    let is_meant = |target: &&Target| name == "all" || name == target.name;
    let targets: Vec<&Target> = TARGETS.iter().filter(is_meant).collect();
    if targets.is_empty() {
        return Err(usage().into());
    }
    install()?;
    let seconds = (minutes * 60.0 / targets.len() as f64).ceil();
    let mut broken = Vec::new();
    for target in targets {
        if let Err(error) = fuzz(target, seconds) {
            eprintln!("{}: {error}", target.name);
            broken.push(target.name);
        }
    }
    match broken.as_slice() {
        [] => Ok(()),
        broken => Err(format!(
            "findings in {}; the inputs are in fuzz/artifacts",
            broken.join(", ")
        )
        .into()),
    }
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(project().join("fuzz"));
    cargo
}

fn install() -> Outcome {
    let found = cargo()
        .args(["fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    succeed(cargo().args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ]))
}

fn fuzz(target: &Target, seconds: f64) -> Outcome {
    let folder = project().join("fuzz");
    let corpus = folder.join("corpus").join(target.name);
    fs::create_dir_all(&corpus)?;
    let own = folder.join("seeds").join(target.name);
    fs::create_dir_all(&own)?;
    let made = write_seeds(target, &corpus)?;
    println!(
        "{}: {made} seeds from the project, {seconds} s",
        target.name
    );
    let mut command = cargo();
    command
        .args(["fuzz", "run", "--sanitizer", "none", target.name])
        .args([&corpus, &own])
        .args([
            "--",
            "-timeout=30",
            "-rss_limit_mb=1500",
            "-print_final_stats=1",
        ])
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-max_total_time={seconds}"));
    succeed(&mut command)
}

/// Writes the seeds that the project itself has.
fn write_seeds(target: &Target, corpus: &Path) -> Result<usize, Box<dyn Error>> {
    let seeds = seeds(target)?;
    let short = seeds.iter().filter(|seed| seed.len() <= LONGEST);
    let mut count = 0;
    for seed in short {
        fs::write(corpus.join(format!("seed-{count:04}")), seed)?;
        count += 1;
    }
    Ok(count)
}

fn seeds(target: &Target) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut seeds = Vec::new();
    match &target.seeds {
        Seeds::Own => {}
        Seeds::Files(endings) => {
            for (path, text) in files(&project())? {
                if endings.iter().any(|ending| path.ends_with(ending)) {
                    seeds.push(text);
                }
            }
            for (path, text) in example_files() {
                if endings.iter().any(|ending| path.ends_with(ending)) {
                    seeds.push(text.into_bytes());
                }
            }
        }
        Seeds::Kinds(names) => {
            let own = files(&project())?;
            let examples = example_files().map(|(path, text)| (path, text.into_bytes()));
            for (path, text) in own.into_iter().chain(examples) {
                if let Some(kind) = names.iter().position(|name| path.ends_with(name)) {
                    seeds.push([&[u8::try_from(kind)?], &*text].concat());
                }
            }
        }
        Seeds::Trees => {
            for entry in fs::read_dir(project().join("fixtures"))? {
                let folder = entry?.path();
                if folder.is_dir() {
                    seeds.push(joined(files(&folder)?.into_iter().map(|(path, text)| {
                        (path, String::from_utf8_lossy(&text).into_owned())
                    })));
                }
            }
            for card in catalog::cards() {
                for example in card.examples.iter() {
                    let files = example.files.iter();
                    seeds.push(joined(
                        files.map(|(path, text)| (path.to_string(), text.to_string())),
                    ));
                }
            }
        }
        Seeds::Cards => {
            for (path, text) in files(&project().join("rules"))? {
                if path.ends_with(".yaml") {
                    let layer = "app: {title: x, baseUrl: 'http://h'}\nbackend: {database: {client: pg, connection: {host: h}}}\n";
                    seeds.push(joined(
                        [
                            ("app-config.yaml".to_owned(), layer.to_owned()),
                            ("stagecheck.yaml".into(), "policies: [p.yaml]\n".into()),
                            ("p.yaml".into(), String::from_utf8_lossy(&text).into_owned()),
                        ]
                        .into_iter(),
                    ));
                }
            }
        }
    }
    seeds.sort();
    seeds.dedup();
    Ok(seeds)
}

/// Files as one text, as the targets take it.
fn joined(files: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let texts = files.map(|(path, text)| {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        format!("=== {path}\n{text}{end}")
    });
    texts.collect::<String>().into_bytes()
}

/// The files in the examples of all cards.
fn example_files() -> impl Iterator<Item = (String, String)> {
    let examples = catalog::cards()
        .iter()
        .flat_map(|card| card.examples.iter());
    let files = examples.flat_map(|example| example.files.iter());
    files.map(|(path, text)| (path.to_string(), text.to_string()))
}

/// The files below a folder by path, without what is built or installed.
fn files(folder: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            let path = entry.path();
            let is_left_out = ["target", "node_modules", ".git", "fuzz"]
                .iter()
                .any(|name| entry.file_name() == *name);
            match entry.file_type()? {
                kind if kind.is_dir() && !is_left_out => pending.push(path),
                kind if kind.is_file() && entry.metadata()?.len() <= LONGEST as u64 => {
                    let below = path.strip_prefix(folder)?;
                    found.push((below.to_string_lossy().into_owned(), fs::read(&path)?));
                }
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}
