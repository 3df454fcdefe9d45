//! Command lines that run in a folder of the repository: scripts of a package.json, a Procfile, a Makefile, a shell
//! script.
//!
//! In: a text, and the folder it runs in. Out: drafts of chains. Never: images.

use crate::backstage::effective::DefaultNames;
use crate::files::{FilePath, Files};
use crate::text::{Place, Sources};

use crate::backstage::discover::StartKind;
use crate::backstage::discover::chain::{Audience, Draft, named_layers};
use crate::backstage::discover::command::shell;
use crate::backstage::discover::command::word::{Anchor, Certainty, Variables, Word};
use crate::backstage::discover::command::{self, Arguments, Started, base_name};
use crate::backstage::discover::image::paths::Resolved;
use crate::backstage::discover::packages::Manifest;

/// A text of commands and where it stands.
pub(crate) struct Line<'l> {
    /// The text, as a shell gets it.
    pub(crate) text: &'l str,
    /// How its bytes map to places.
    pub(crate) anchor: Anchor,
    /// All of it.
    pub(crate) place: Place,
    /// What kind of file it stands in.
    pub(crate) kind: StartKind,
    /// What to call a chain of it.
    pub(crate) name: String,
    /// Who depends on it.
    pub(crate) audience: Audience,
    /// The folder it runs in.
    pub(crate) folder: FilePath,
    /// What is known of variables in it.
    pub(crate) variables: Variables,
    /// Variables that the file sets.
    pub(crate) environment: Vec<(String, Word)>,
}

/// What a line starts.
pub(crate) struct Start {
    /// The chain to be.
    pub(crate) draft: Draft,
    /// Whether `--config` picks the layers, or the loader's defaults do.
    pub(crate) picks: Picks,
}

/// Who picks the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picks {
    /// `--config`
    Command,
    /// The loader.
    Loader,
}

/// Where a line looks for files.
pub(crate) struct Surroundings<'s> {
    pub(crate) files: &'s dyn Files,
    pub(crate) sources: &'s Sources,
    /// The app root: where the loader's defaults are.
    pub(crate) root: &'s FilePath,
    /// Folders besides its own that relative paths may be seen from: `backstage-cli repo start` passes them on to the
    /// packages it starts.
    pub(crate) folders: &'s [FilePath],
    /// The backend's package.
    pub(crate) backend: Option<&'s Manifest>,
    /// Whether a local layer takes part.
    pub(crate) takes_part: &'s dyn Fn(&FilePath) -> bool,
}

/// The last start command of a line; what other commands in it do is preparation.
pub(crate) fn start(line: &Line<'_>, around: &Surroundings<'_>) -> Option<Start> {
    start_of(
        line,
        &shell::commands(line.text, line.anchor, &line.variables),
        around,
    )
}

/// The same for words that no shell has to split.
pub(crate) fn start_of_words(
    line: &Line<'_>,
    words: Vec<Word>,
    around: &Surroundings<'_>,
) -> Option<Start> {
    start_of(line, &[words], around)
}

fn start_of(line: &Line<'_>, commands: &[Vec<Word>], around: &Surroundings<'_>) -> Option<Start> {
    let started = command::started(commands, around.sources, &line.variables);
    started.into_iter().rev().find_map(|started| match started {
        Started::Backend(arguments) | Started::Development(arguments) => {
            Some(of_arguments(line, &line.folder, arguments, around))
        }
        // A script stands on its own, unless the line adds layers to it.
        Started::Script(script)
            if !script.arguments.configs.is_empty() && is_start(&script.name.text) =>
        {
            let folder = around.workspace(script.workspace.as_ref());
            let folder = folder.as_ref().unwrap_or(&line.folder);
            Some(of_arguments(line, folder, script.arguments, around))
        }
        Started::Script(_) | Started::Unclear(_) => None,
    })
}

/// Whether a script starts something, by its name: `start`, `dev:backend`; `build` takes `--config` too.
fn is_start(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "start" | "dev" | "serve"))
}

impl Surroundings<'_> {
    /// The folder that a package manager goes to for a workspace; only the backend's is known.
    fn workspace(&self, name: Option<&Word>) -> Option<FilePath> {
        let backend = self.backend?;
        let folder = backend.folder();
        let name = name?.text.trim_end_matches('/');
        let is_it = backend.name.as_deref() == Some(name) || folder.name() == base_name(name);
        is_it.then_some(folder)
    }
}

fn of_arguments(
    line: &Line<'_>,
    folder: &FilePath,
    arguments: Arguments,
    around: &Surroundings<'_>,
) -> Start {
    let environment: Vec<(String, Word)> = line
        .environment
        .iter()
        .chain(&arguments.environment)
        .cloned()
        .collect();
    let picks = if arguments.configs.is_empty() {
        Picks::Loader
    } else {
        Picks::Command
    };
    let folder = match &arguments.folder {
        Some(word) => folder.join(&word.text),
        None => folder.clone(),
    };
    let layers = match picks {
        Picks::Command => named_layers(&arguments, |word| resolve(word, &folder, around)),
        Picks::Loader => defaults(&environment, around),
    };
    let draft = Draft {
        name: line.name.clone(),
        kind: line.kind,
        place: Some(line.place),
        layers,
        unread: arguments.unread,
        lacks: Vec::new(),
        environment,
        audience: line.audience,
    };
    Start { draft, picks }
}

fn resolve(word: &Word, folder: &FilePath, around: &Surroundings<'_>) -> Resolved {
    if word.certainty == Certainty::Open {
        return Resolved::Open;
    }
    let own = folder.join(&word.text);
    if own.as_str().starts_with('/') {
        return Resolved::Mounted;
    }
    let seen_from = |folder: &FilePath| folder.join(&word.text);
    let found = std::iter::once(own.clone())
        .chain(around.folders.iter().map(seen_from))
        .find(|file| around.files.is_file(file));
    match found {
        Some(file) => Resolved::File(file),
        None if own.is_outside() => Resolved::Mounted,
        None => Resolved::Absent(own),
    }
}

/// What the loader takes by itself: the base layer, those that `BACKSTAGE_ENV` names, the local one.
fn defaults(
    environment: &[(String, Word)],
    around: &Surroundings<'_>,
) -> Vec<(Option<Word>, Resolved)> {
    let file = |name: &str| {
        let file = around.root.join(name);
        around
            .files
            .is_file(&file)
            .then_some((None, Resolved::File(file)))
    };
    let of_environment = environment
        .iter()
        .rev()
        .find(|(name, _)| name == "BACKSTAGE_ENV");
    let mut layers = vec![file("app-config.yaml").unwrap_or_else(|| {
        let base = around.root.join("app-config.yaml");
        (None, Resolved::Absent(base))
    })];
    let mut names = DefaultNames::new("");
    match of_environment {
        Some((_, value)) if value.certainty == Certainty::Open => {
            layers.push((Some(value.clone()), Resolved::Open));
        }
        Some((_, value)) => names = DefaultNames::new(&value.text),
        None => {}
    }
    layers.extend(names.deployed.iter().filter_map(|name| file(name)));
    let local = names.local.iter().filter_map(|name| file(name));
    layers.extend(local.filter(|(_, layer)| match layer {
        Resolved::File(file) => (around.takes_part)(file),
        _ => false,
    }));
    layers
}
