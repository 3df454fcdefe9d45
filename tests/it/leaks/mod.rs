//! Plants secrets of every kind in every place that a person may leave one, runs every command in every form, and
//! looks for the secrets, and for pieces and encodings of them, in everything that is written.
//!
//! `STAGECHECK_LEAK_CASES=8000 cargo test --test it leaks:: -- --nocapture` plants more than the usual run, and
//! `STAGECHECK_LEAK_SEED` other ones.

mod commands;
mod hostile;
mod plants;
mod secrets;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use self::commands::Command as Form;
use self::plants::{Holder, Plant};
use self::secrets::{Planted, Rng, Search};

/// How many secrets are planted where nobody asks for more.
const USUAL_CASES: usize = 120;
/// How many plants one portal gets.
const IN_ONE_PORTAL: usize = 60;

/// What was tried, and what came out.
#[derive(Default)]
struct Tally {
    secrets: usize,
    portals: usize,
    runs: usize,
    bytes: usize,
    kinds: BTreeMap<String, usize>,
    leaks: BTreeMap<String, String>,
    wrong: Vec<String>,
}

#[test]
fn no_planted_secret_is_written_anywhere() {
    let number = |name: &str, usual: usize| {
        let told = std::env::var(name).ok();
        told.map_or(usual, |text| text.parse().unwrap())
    };
    let cases = number("STAGECHECK_LEAK_CASES", USUAL_CASES);
    let seed = number("STAGECHECK_LEAK_SEED", 1);
    let mut rng = Rng::new(u64::try_from(seed).unwrap());
    let mut tally = Tally::default();
    while tally.secrets < cases {
        let plants = IN_ONE_PORTAL.min(cases - tally.secrets);
        portal(plants, &mut rng, &mut tally);
    }
    println!(
        "{} secrets in {} portals (seed {seed}), {} runs, {} MB searched",
        tally.secrets,
        tally.portals,
        tally.runs,
        tally.bytes / 1_000_000
    );
    for (kind, count) in &tally.kinds {
        println!("{count:6} {kind}");
    }
    assert!(
        tally.wrong.is_empty(),
        "{} runs ended otherwise:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n")
    );
    let leaks: Vec<String> = tally
        .leaks
        .iter()
        .map(|(place, found)| format!("{place}\n    {found}"))
        .collect();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// Makes one portal and runs every command in it.
fn portal(count: usize, rng: &mut Rng, tally: &mut Tally) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("portal");
    let out = folder.path().join("out");
    fs::create_dir_all(&out).unwrap();
    let mut portal = Portal::default();
    let mut planted = Planted::default();
    for _ in 0..count {
        let plant = plants::any(rng);
        planted.remember(&plant.secret, &plant.place);
        let group = plant.place.split([' ', ',']).next().unwrap_or_default();
        *tally.kinds.entry(group.to_owned()).or_default() += 1;
        portal.take(plant);
    }
    let written = portal.write(&root, rng);
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    let search = planted.search();
    let shown_out = out.display().to_string();
    let run = |form: &Form, tally: &mut Tally| {
        let output = run(&root, &out, form, &portal.variables);
        tally.runs += 1;
        let shown = form.arguments.join(" ").replace(&shown_out, "OUT");
        let status = output.status.code();
        let error = String::from_utf8_lossy(&output.stderr);
        if !status.is_some_and(|status| form.statuses.contains(&status))
            || error.contains("internal error")
        {
            let end: String = error.lines().rev().take(3).collect::<Vec<_>>().join(" / ");
            tally.wrong.push(format!("`{shown}`: {status:?} {end}"));
        }
        look(
            &output.stdout,
            &format!("stdout of `{shown}`"),
            &search,
            tally,
        );
        look(
            &output.stderr,
            &format!("stderr of `{shown}`"),
            &search,
            tally,
        );
    };
    for form in commands::all(&shown_out) {
        run(&form, tally);
    }
    for arguments in &portal.arguments {
        let form = Form {
            arguments: arguments.clone(),
            statuses: &[2],
            variables: Vec::new(),
        };
        run(&form, tally);
    }
    let mut settings_planted = Planted::default();
    let (secret, settings) = plants::settings(rng);
    settings_planted.remember(&secret, "settings");
    fs::write(root.join("bad.yaml"), &settings).unwrap();
    let form = Form {
        arguments: ["--settings", "bad.yaml", "-v", "--format", "pretty"]
            .map(str::to_owned)
            .to_vec(),
        statuses: &[0, 1, 2],
        variables: Vec::new(),
    };
    let output = self::run(&root, &out, &form, &portal.variables);
    for bytes in [&output.stdout, &output.stderr] {
        look(
            bytes,
            &format!("settings {settings:?}"),
            &settings_planted.search(),
            tally,
        );
    }
    files_below(folder.path(), &mut |path, bytes| {
        let is_input = path.starts_with(root.join(".git"))
            || written.contains(&path.to_owned())
            || path.ends_with("bad.yaml");
        if !is_input {
            look(
                bytes,
                &format!("the file {}", path.display()),
                &search,
                tally,
            );
        }
    });
    tally.secrets += planted.count();
    tally.portals += 1;
}

fn look(bytes: &[u8], what: &str, search: &Search<'_>, tally: &mut Tally) {
    tally.bytes += bytes.len();
    for (place, around) in search.shown(bytes) {
        tally
            .leaks
            .entry(place)
            .or_insert_with(|| format!("{what}: {around}"));
    }
}

/// The files of a portal.
#[derive(Default)]
struct Portal {
    /// Each with the keys it begins with.
    layers: Vec<(Vec<String>, String)>,
    broken: Vec<String>,
    files: Vec<(String, String)>,
    lines: Vec<String>,
    variables: Vec<(String, String)>,
    arguments: Vec<Vec<String>>,
}

impl Portal {
    fn take(&mut self, plant: Plant) {
        match plant.holder {
            Holder::Layer { top, text } => self.in_layer(top, &text),
            Holder::Broken(text) => self.broken.push(text),
            Holder::Included { layer, file, text } => {
                self.layers.push((vec![String::new()], layer));
                self.files.push((file, text));
            }
            Holder::File { path, text } => self.files.push((path, text)),
            Holder::EnvironmentFile { line, layer } => {
                self.lines.push(line);
                self.layers.push((vec![String::new()], layer));
            }
            Holder::Variable { name, value } => {
                // A variable of a name below another one is refused by the loader.
                let clashes = |(set, _): &&(String, String)| {
                    set.starts_with(&name) || name.starts_with(set.as_str())
                };
                match self.variables.iter().find(clashes).is_some() {
                    true => self.lines.push(format!("X{}=1", self.lines.len())),
                    false => self.variables.push((name, value)),
                }
            }
            Holder::Arguments(arguments) => self.arguments.push(arguments),
        }
    }

    /// Adds a piece to the first layer that has no such key yet.
    fn in_layer(&mut self, top: String, text: &str) {
        let free = self
            .layers
            .iter_mut()
            .find(|(keys, _)| !keys.contains(&top) && !keys.contains(&String::new()));
        match free {
            Some((keys, layer)) => {
                keys.push(top);
                layer.push_str(text);
            }
            None => self.layers.push((vec![top], text.to_owned())),
        }
    }

    /// Writes all files, and says which.
    fn write(&self, root: &Path, rng: &mut Rng) -> Vec<std::path::PathBuf> {
        let mut files = vec![
            ("app-config.yaml".to_owned(), "app: { title: x }\nbackend: { baseUrl: yes }\n".to_owned()),
            ("package.json".to_owned(), "{ \"name\": \"root\", \"workspaces\": [\"packages/*\"] }\n".to_owned()),
            ("packages/backend/package.json".to_owned(), "{ \"name\": \"backend\", \"dependencies\": { \"@backstage/backend-defaults\": \"^0.18.0\" } }\n".to_owned()),
            (".gitignore".to_owned(), "*.local.yaml\n".to_owned()),
            ("portal.env".to_owned(), self.lines.join("\n") + "\n"),
            ("stagecheck.yaml".to_owned(), "policies: [policy.yaml]\n".to_owned()),
            ("policy.yaml".to_owned(), POLICY.to_owned()),
        ];
        let layers = self.layers.iter().map(|(_, text)| text);
        for (number, text) in layers.enumerate() {
            let text = match rng.below(8) {
                0 => text.replace('\n', "\r\n"),
                1 => format!("\u{feff}{text}"),
                2 => format!("---\n{text}"),
                _ => text.clone(),
            };
            let name = match rng.below(8) {
                0 if number > 0 => format!("app-config.y{number}.local.yaml"),
                _ => format!("app-config.x{number}.yaml"),
            };
            files.push((name, text));
        }
        for (number, text) in self.broken.iter().enumerate() {
            files.push((format!("app-config.broken{number}.yaml"), text.clone()));
        }
        files.extend(self.files.iter().cloned());
        let mut written = Vec::new();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            written.push(path);
        }
        written
    }
}

/// A policy that says what it sees.
const POLICY: &str = "\
id: nosy
title: A policy
scope: layer
for: facts.secrets as secret
cases:
  - when: 'true'
    severity: warning
    message: 'sees {secret.path} and {secret.variable}'
    at: [{ here: secret.value }]
why: Because.
fix: Do not.
examples:
  - { name: bad, files: { app-config.yaml: 'integrations: { github: [{ token: abc123abc123abc123 }] }' }, finds: ['app-config.yaml:1 warning'] }
";

fn run(root: &Path, out: &Path, form: &Form, variables: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stagecheck"));
    command
        .args(&form.arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", out)
        .env("XDG_CACHE_HOME", out.join("cache"))
        .envs(form.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    if form
        .arguments
        .iter()
        .any(|argument| argument == "--use-process-env")
    {
        command.envs(variables.iter().map(|(name, value)| (name, value)));
    }
    command.output().unwrap()
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .status();
    assert!(status.is_ok_and(|status| status.success()));
}

fn files_below(folder: &Path, each: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files_below(&path, each),
            false => each(&path, &fs::read(&path).unwrap()),
        }
    }
}
