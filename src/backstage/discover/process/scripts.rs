//! What a process starts, through the scripts of package.json files that it runs.
//!
//! In: the commands of a process. Out: the backend they start, with all arguments. Never: scripts of packages that are
//! not in the repository.

use super::{Around, CHECKOUT, Process, SCRIPT_LIMIT, Start, StartedBy, exports, in_checkout};
use crate::backstage::discover::command::shell::{self, Command};
use crate::backstage::discover::command::word::{Anchor, Certainty, Variables, Word};
use crate::backstage::discover::command::{self, Arguments, Script, Started, base_name};
use crate::backstage::discover::image::dockerfile::join;
use crate::backstage::discover::image::paths::{Image, Resolved, strip_folder};
use crate::backstage::discover::image::steps;
use crate::backstage::document::{self, NodeExt as _};
use crate::backstage::npm::Manifest;
use crate::backstage::words::StartKind;
use npm_yaml::Node;
use std::collections::BTreeMap;

/// How many scripts are followed of which each runs the next.
const FOLLOWED_LIMIT: usize = 4;

/// The largest package.json that is read, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;

impl Process<'_> {
    /// The last thing of a list of commands that starts a backend; what the others do is preparation. Without one, the
    /// program of which only a person can tell, if there is one.
    pub(super) fn start(
        &self,
        commands: &[Vec<Word>],
        variables: &Variables,
        image: &Image<'_>,
        around: Around<'_>,
    ) -> Result<Start, Option<Word>> {
        self.start_in(commands, variables, image, around, FOLLOWED_LIMIT)
    }

    fn start_in(
        &self,
        commands: &[Vec<Word>],
        variables: &Variables,
        image: &Image<'_>,
        around: Around<'_>,
        depth: usize,
    ) -> Result<Start, Option<Word>> {
        let started = command::started(commands, around.sources, variables);
        let mut unclear = None;
        for (from_end, started) in started.into_iter().rev().enumerate() {
            match started {
                Started::Backend(arguments) => {
                    return Ok(Start::new(arguments, StartedBy::Backend));
                }
                Started::Development(arguments) => {
                    if self.checkout.is_some() || !is_frontend(&arguments, image, around) {
                        return Ok(Start::new(arguments, StartedBy::DevelopmentServer));
                    }
                }
                Started::Script(script) => {
                    if let Some(start) = self.of_script(script, variables, image, around, depth) {
                        return Ok(start);
                    }
                }
                Started::Unclear(program) => {
                    if let Some(start) = self.of_executable(&program, image, around, depth) {
                        return Ok(start);
                    }
                    if from_end == 0 {
                        unclear = Some(program);
                    }
                }
            }
        }
        Err(unclear)
    }

    /// What a shell script of the repository starts that an image runs as a program.
    fn of_executable(
        &self,
        program: &Word,
        image: &Image<'_>,
        around: Around<'_>,
        depth: usize,
    ) -> Option<Start> {
        let depth = depth.checked_sub(1)?;
        if self.checkout.is_some() || program.certainty == Certainty::Open {
            return None;
        }
        let Resolved::File(file) = image.at(&program.text) else {
            return None;
        };
        let text = around.files.read(&file, SCRIPT_LIMIT).ok()?;
        if !is_shell_script(&text) {
            return None;
        }
        // It stands in another file than the process: what is found in it is told where it is run.
        let anchor = Anchor::Whole(program.place);
        let script = shell::script(&text, anchor, &Variables::default());
        let script = shell::script(&text, anchor, &assigned_once(&script));
        let commands = with_arguments(&script);
        let mut start = self
            .start_in(&commands, &Variables::default(), image, around, depth)
            .ok()?;
        let mut before = steps::of_commands(&script, "", image.folder());
        before.append(&mut start.before);
        start.before = before;
        start.arguments.environment.splice(0..0, exports(&script));
        // Only a shell can tell which of its branches it takes.
        if has_branches(&script) {
            start.arguments.unread.push(program.clone());
        }
        start.scripts.push(file);
        Some(start)
    }

    /// What a script of a package.json starts that is at its path in the image.
    fn of_script(
        &self,
        script: Script,
        variables: &Variables,
        image: &Image<'_>,
        around: Around<'_>,
        depth: usize,
    ) -> Option<Start> {
        let adds_layers = !script.arguments.configs.is_empty() && is_start(&script.name.text);
        if self.kind == StartKind::Script {
            // A script beside it makes a chain of its own, unless this one adds layers to it.
            return adds_layers.then(|| with_layers(script, image, around.backend));
        }
        let followed = self.followed(&script, variables, image, around, depth);
        followed.or_else(|| {
            let is_here = adds_layers && self.checkout.is_some();
            is_here.then(|| with_layers(script, image, around.backend))
        })
    }

    fn followed(
        &self,
        script: &Script,
        variables: &Variables,
        image: &Image<'_>,
        around: Around<'_>,
        depth: usize,
    ) -> Option<Start> {
        let depth = depth.checked_sub(1)?;
        let folder = folder_of(script, image, around.backend)?;
        let manifest = manifest_at(&folder, image, around)?;
        let text = manifest.get("scripts")?.get(&script.name.text)?.as_str()?;
        // The text stands in another file than the process: what is found in it is told where the script is run.
        let anchor = Anchor::Whole(script.name.place);
        let commands = shell::commands(text, anchor, variables);
        let seen_from = image.seen_from(&folder);
        let mut start = self
            .start_in(&commands, variables, &seen_from, around, depth)
            .ok()?;
        let inner = &mut start.arguments;
        // A package manager puts what it is given behind the script, and runs the script in the folder of its package.
        let given = script.arguments.clone();
        inner.configs.extend(given.configs);
        inner.unread.extend(given.unread);
        inner.environment.splice(0..0, given.environment);
        let of_inner = inner.folder.take().map_or(String::new(), |word| word.text);
        inner.folder = Some(Word::known(
            join(Some(&folder), &of_inner),
            script.name.place,
        ));
        Some(start)
    }
}

/// Whether a text is a script for a shell: by its first line (`#!/bin/bash`), as the kernel tells.
fn is_shell_script(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let interpreter = first.strip_prefix("#!").unwrap_or_default();
    interpreter
        .split(['/', ' '])
        .any(|word| matches!(word, "sh" | "bash" | "ash" | "dash" | "zsh"))
}

/// How many arguments a script gives itself at most; one can be written in which they multiply.
const ARGUMENT_LIMIT: usize = 1_000;

/// How deeply the branches of a script stand in each other, command by command.
#[derive(Default)]
struct Branches {
    depth: usize,
    /// Whether this command, or the one before it, is a test: `[ -n "$A" ] && …`.
    was_test: bool,
    is_tested: bool,
}

impl Branches {
    /// Goes on to a command; gives its words behind the keyword in front of them.
    fn enter<'w>(&mut self, words: &'w [Word]) -> &'w [Word] {
        let (first, rest) = words.split_first().unzip();
        let rest = rest.unwrap_or_default();
        let first = first.map_or("", |word| word.text.as_str());
        self.is_tested =
            std::mem::replace(&mut self.was_test, matches!(first, "[" | "[[" | "test"));
        match first {
            "if" | "case" | "for" | "while" | "until" => self.depth += 1,
            "fi" | "esac" | "done" => self.depth = self.depth.saturating_sub(1),
            "then" | "else" | "do" => return rest,
            _ => {}
        }
        words
    }

    /// Whether the command may not be run.
    fn is_open(&self) -> bool {
        self.depth > 0 || self.is_tested
    }
}

/// The variables that a script sets once and outside of its branches.
fn assigned_once(script: &[Command]) -> Variables {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    let mut branches = Branches::default();
    for command in script {
        let words = branches.enter(&command.words);
        let is_assignment = words.iter().all(|word| word.text.contains('='));
        for word in words {
            // What a loop or `read` sets is named without a value.
            let (name, value) = word.text.split_once('=').unwrap_or((&word.text, ""));
            let name = name.trim_end_matches('+');
            *counts.entry(name).or_default() += 1;
            if is_assignment && !branches.is_open() {
                found.push((name, value, word.certainty));
            }
        }
    }
    let mut variables = Variables::default();
    for (name, value, certainty) in found {
        if counts.get(name) == Some(&1) && certainty != Certainty::Open {
            variables.set(name, value, certainty);
        }
    }
    variables
}

/// The commands of a script with the arguments that it gives itself (`set -- "$@" --config …`) in the places where it
/// passes them on. Those that a branch adds may be there.
fn with_arguments(script: &[Command]) -> Vec<Vec<Word>> {
    let mut given: Option<Vec<Word>> = None;
    let mut branches = Branches::default();
    let mut commands = Vec::new();
    for command in script {
        let words = branches.enter(&command.words);
        let sets = matches!(words, [set, dashes, ..] if set.text == "set" && dashes.text == "--");
        let mut filled = Vec::new();
        for word in words {
            match &given {
                Some(given) if matches!(word.text.as_str(), "$@" | "${@}") => {
                    filled.extend(given.iter().cloned());
                }
                _ if sets && branches.is_open() => filled.push(Word {
                    certainty: word.certainty.max(Certainty::Default),
                    ..word.clone()
                }),
                _ => filled.push(word.clone()),
            }
        }
        if filled.len() > ARGUMENT_LIMIT {
            return script.iter().map(|one| one.words.clone()).collect();
        }
        match sets {
            true => given = Some(filled.split_off(2)),
            false => commands.push(filled),
        }
    }
    commands
}

/// Whether a script does different things in different places.
fn has_branches(script: &[Command]) -> bool {
    const BRANCHES: &[&str] = &["if", "case", "for", "while", "until", "[", "[[", "test"];
    let first = script.iter().filter_map(|command| command.words.first());
    first
        .into_iter()
        .any(|word| BRANCHES.contains(&word.text.as_str()))
}

/// A start of a script that is not followed, with the layers that its command adds to it.
fn with_layers(script: Script, image: &Image<'_>, backend: Option<&Manifest>) -> Start {
    let folder = folder_of(&script, image, backend);
    let mut arguments = script.arguments;
    arguments.folder = folder
        .map(|folder| Word::known(folder, script.name.place))
        .or(arguments.folder);
    Start::new(arguments, StartedBy::DevelopmentServer)
}

/// The folder of the package whose script is run. Of workspaces only the backend's is known.
fn folder_of(script: &Script, image: &Image<'_>, backend: Option<&Manifest>) -> Option<String> {
    if let Some(workspace) = &script.workspace {
        let backend = backend.filter(|backend| is_workspace(backend, &workspace.text))?;
        return Some(match image.folder().starts_with(CHECKOUT) {
            true => in_checkout(&backend.folder()),
            // The image has the layout of the folder it is built from.
            false => join(
                Some(image.folder()),
                &backend.folder().relative_to(image.context),
            ),
        });
    }
    let went_to = script.arguments.folder.as_ref();
    Some(join(
        Some(image.folder()),
        went_to.map_or("", |word| &word.text),
    ))
}

/// Whether a package manager means this package by the name of a workspace, or by its folder.
fn is_workspace(package: &Manifest, name: &str) -> bool {
    let name = name.trim_end_matches('/');
    package.name.as_deref() == Some(name) || package.folder().name() == base_name(name)
}

/// Whether a script starts something, by its name: `start`, `dev:backend`; `build` takes `--config` too.
fn is_start(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "start" | "dev" | "serve"))
}

/// Whether the development server is that of a frontend alone, by the role of the package it is started in.
fn is_frontend(arguments: &Arguments, image: &Image<'_>, around: Around<'_>) -> bool {
    let went_to = arguments.folder.as_ref().map_or("", |word| &word.text);
    let folder = join(Some(image.folder()), went_to);
    manifest_at(&folder, image, around).is_some_and(|manifest| {
        let role = manifest
            .get("backstage")
            .and_then(|backstage| backstage.get("role"));
        role.and_then(Node::as_str) == Some("frontend")
    })
}

/// The package.json in a folder of the image.
fn manifest_at(folder: &str, image: &Image<'_>, around: Around<'_>) -> Option<Node> {
    let place = image.at(&format!("{}/package.json", folder.trim_end_matches('/')));
    let here = || {
        let rest = strip_folder(folder, image.folder())?;
        Some(image.context.join(rest).join("package.json"))
    };
    // Which COPY brings it does not matter: an image that runs its scripts has it.
    let file = place.file().cloned().or_else(here)?;
    document::root(&around.files.read(&file, MANIFEST_LIMIT).ok()?)
}
