//! One process, as a file describes it, to the draft of a chain: the one way from a command line to layers.
//!
//! In: a [`Process`]: what a deployment file says, over what the image says. Out: [`Draft`], or why there is none.
//! Never: which app root it belongs to.

mod scripts;

use std::cell::{Cell, OnceCell};

use crate::files::{FilePath, Files};
use crate::text::{Place, SourceId, Sources};

use super::chain::{Audience, Draft, Picks, named_layers};
use super::command::Arguments;
use super::command::shell::{self, Command};
use super::command::word::{Anchor, Certainty, Variables, Word};
use super::defaults::{self, DefaultLayer};
use super::image::dockerfile::{Dockerfile, Launch, Stage, join};
use super::image::instruction::Form;
use super::image::paths::{Image, Mount, MountSource, Resolved, STEP_LIMIT};
use super::image::reference::ImageOrigin;
use super::image::steps::{self, Step};
use crate::backstage::npm::Manifest;
use crate::backstage::words::{Lack, RunsIn, StartKind};

/// The longest entry point script that is read, in bytes.
const SCRIPT_LIMIT: u64 = 1 << 16;

/// Where the repository is in the file system of a process that runs in a folder of it. Nobody writes such a path, so
/// that an absolute path in a command is never one of the repository.
const CHECKOUT: &str = "/.checkout";

/// A process as a deployment file describes it.
pub(super) struct Process<'r> {
    /// What to call the chain.
    pub(super) name: String,
    /// What kind of file describes it.
    pub(super) kind: StartKind,
    /// The file that describes it.
    pub(super) source: SourceId,
    /// Where it is described, when no command of the same file says more.
    pub(super) place: Option<Place>,
    /// The image it runs in, when its Dockerfile is here.
    pub(super) dockerfile: Option<(&'r Dockerfile, &'r Stage)>,
    /// Where the files of its image are from.
    pub(super) origin: ImageOrigin,
    /// The folder of the repository it runs in, when no image stands between.
    pub(super) checkout: Option<Checkout>,
    /// What takes the place of the image's entry point. The image's command is dropped with it.
    pub(super) entrypoint: Option<Launch>,
    /// What takes the place of the image's command.
    pub(super) command: Option<Launch>,
    /// The working directory, when the deployment sets it.
    pub(super) folder: Option<String>,
    /// Variables it sets, over those of the image.
    pub(super) environment: Vec<(String, Word)>,
    /// What it mounts.
    pub(super) mounts: Vec<Mount>,
    /// Who depends on it.
    pub(super) audience: Audience,
    /// What besides may decide which layers are loaded.
    pub(super) unread: Vec<Word>,
    /// What else is known not to be here.
    pub(super) lacks: Vec<Lack>,
    /// Whether it has a network of its own.
    pub(super) own_network: bool,
}

/// A process in a folder of the repository: as in an image into which the repository is mounted.
pub(super) struct Checkout {
    /// The folder.
    pub(super) folder: FilePath,
    /// Folders besides it that a relative path may be seen from: `backstage-cli repo start` passes paths on to the
    /// packages it starts.
    pub(super) also: Vec<FilePath>,
    /// The app root: where the loader looks for its defaults (`findPaths().targetRoot` of @backstage/cli-common).
    pub(super) root: FilePath,
}

/// What is around a process.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The files of the repository.
    pub(super) files: &'a dyn Files,
    /// The texts that places point into.
    pub(super) sources: &'a Sources,
    /// The package of the backend.
    pub(super) backend: Option<&'a Manifest>,
    /// Whether a local layer takes part.
    pub(super) takes_part: &'a dyn Fn(&FilePath) -> bool,
    /// The value of `BACKSTAGE_ENV` that wins over that of the process.
    pub(super) backstage_env: Option<&'a str>,
}

/// What became of a process.
pub(super) enum Outcome {
    /// A chain to be.
    Chain(Draft),
    /// It may start the backend, but only a person can tell.
    Unclear(Word),
    /// Nothing to do with the backend.
    Unrelated,
}

/// A backend that a process starts.
struct Start {
    arguments: Arguments,
    /// How it is started.
    by: StartedBy,
    /// What scripts on the way to it do to files.
    before: Vec<Step>,
    /// Those scripts.
    scripts: Vec<FilePath>,
}

impl Start {
    fn new(arguments: Arguments, by: StartedBy) -> Self {
        Self {
            arguments,
            by,
            before: Vec::new(),
            scripts: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StartedBy {
    /// The built backend.
    Backend,
    /// The development server of `backstage-cli`.
    DevelopmentServer,
}

impl<'r> Process<'r> {
    /// A process of which nothing but this is said.
    pub(super) fn new(name: String, kind: StartKind, source: SourceId) -> Self {
        Self {
            name,
            kind,
            source,
            place: None,
            dockerfile: None,
            origin: ImageOrigin::Repository,
            checkout: None,
            entrypoint: None,
            command: None,
            folder: None,
            environment: Vec::new(),
            mounts: Vec::new(),
            audience: Audience::People,
            unread: Vec::new(),
            lacks: Vec::new(),
            own_network: false,
        }
    }

    /// The same in a folder of the repository.
    pub(super) fn in_checkout(mut self, checkout: Checkout) -> Self {
        self.folder = Some(in_checkout(&checkout.folder));
        self.mounts.push(Mount {
            target: CHECKOUT.to_owned(),
            source: MountSource::Path(FilePath::root()),
        });
        self.checkout = Some(checkout);
        self
    }

    /// Works out what the process loads when relative sources of the image are in `context`.
    pub(super) fn outcome(&self, around: Around<'_>, context: &FilePath) -> Outcome {
        let image = self.image(around.files, context);
        let mut variables = self
            .dockerfile
            .map(|(_, stage)| stage.variables.clone())
            .unwrap_or_default();
        for (name, value) in &self.environment {
            variables.set(name, &value.text, value.certainty);
        }
        let launches = self.launches();
        let commands: Vec<Vec<Word>> = commands(&launches, &variables);
        if let Some(start) = self.unknown_command(&launches) {
            let mut draft = self.chain(start, image, &launches, &variables, around);
            draft.layers.extend(self.further_mounted(&draft));
            return Outcome::Chain(draft);
        }
        match self.start(&commands, &variables, &image, around) {
            Ok(start) => Outcome::Chain(self.chain(start, image, &launches, &variables, around)),
            Err(Some(program)) => Outcome::Unclear(program),
            Err(None) => Outcome::Unrelated,
        }
    }

    /// The draft of what a start loads.
    fn chain(
        &self,
        start: Start,
        image: Image<'_>,
        launches: &[&Launch],
        variables: &Variables,
        around: Around<'_>,
    ) -> Draft {
        let mut arguments = start.arguments;
        let began = image.folder().to_owned();
        let folder = arguments
            .folder
            .as_ref()
            .map(|word| join(Some(image.folder()), &word.text));
        let mut image = Image {
            folder: folder.as_deref().or(image.folder),
            ..image
        };
        let mut read_scripts = start.scripts.clone();
        for script in own_scripts(launches, &image) {
            read_scripts.extend(image.at(&script.text).file().cloned());
            let is_read = start
                .scripts
                .iter()
                .any(|read| image.at(&script.text).file() == Some(read));
            if !is_read && !arguments.unread.contains(&script) {
                arguments.unread.push(script);
            }
        }
        let mut before = before_start(launches, variables, image.folder());
        before.extend(start.before);
        arguments.unread.retain(|word| {
            let Some(script) = passing_on(word, &image, around.files) else {
                return true;
            };
            before.extend(steps::of_commands(&script, "", image.folder()));
            arguments.environment.extend(exports(&script));
            false
        });
        image.before = before;
        // The development server looks for defaults at the root of the workspaces, wherever it is started.
        let defaults_in = match (&self.checkout, start.by) {
            (Some(checkout), _) => in_checkout(&checkout.root),
            (None, StartedBy::DevelopmentServer) => began,
            (None, StartedBy::Backend) => image.folder().to_owned(),
        };
        let defaults = image.seen_from(&defaults_in);
        let mut draft = self.draft(&image, &defaults, arguments, launches, around);
        draft.read_scripts = read_scripts;
        // A development server over a mounted checkout is its developer's.
        let is_folder = |mount: &Mount| match &mount.source {
            MountSource::Path(path) => !around.files.is_file(path),
            MountSource::Layer(_) | MountSource::Elsewhere => false,
        };
        let is_mounted = self.checkout.is_none() && self.mounts.iter().any(is_folder);
        if start.by == StartedBy::DevelopmentServer && is_mounted {
            draft.audience = Audience::Developer;
        }
        draft.unread.extend(self.unknown_entrypoint());
        draft.unread.extend(self.unread.iter().cloned());
        draft
    }

    /// Where the process finds its files, when relative sources of the image are in `context`.
    pub(super) fn image<'i>(&'i self, files: &'i dyn Files, context: &'i FilePath) -> Image<'i> {
        Image {
            files,
            dockerfile: self.dockerfile,
            origin: match self.origin {
                // An app that is made here makes the images that its deployments run.
                ImageOrigin::Unknown if is_portal(files, context) => ImageOrigin::Repository,
                origin => origin,
            },
            context,
            folder: self.folder.as_deref(),
            mounts: &self.mounts,
            before: Vec::new(),
            ignored: OnceCell::new(),
            budget: Cell::new(STEP_LIMIT),
        }
    }

    /// What is at the path that a command names: seen from the working directory, else from the other folders of the
    /// checkout that may be meant.
    fn resolve(&self, word: &Word, image: &Image<'_>) -> Resolved {
        let own = image.resolve(word);
        let is_missing = matches!(own, Resolved::Absent(_) | Resolved::Mounted);
        let Some(checkout) = self.checkout.as_ref().filter(|_| is_missing) else {
            return own;
        };
        let seen_from = |folder: &FilePath| image.at(&join(Some(&in_checkout(folder)), &word.text));
        let found = checkout.also.iter().map(seen_from);
        found
            .into_iter()
            .find(|found| found.file().is_some())
            .unwrap_or(own)
    }

    /// What an image starts of which nothing is here, when the deployment mounts layers into it or sets config values:
    /// such an image is one of the portal.
    fn unknown_command(&self, launches: &[&Launch]) -> Option<Start> {
        let place = self.place?;
        let is_unknown = self.dockerfile.is_none() && self.checkout.is_none();
        if !is_unknown || !launches.is_empty() || !self.is_marked() {
            return None;
        }
        let arguments = Arguments {
            unread: vec![Word::known("the image's own command", place)],
            ..Arguments::default()
        };
        Some(Start::new(arguments, StartedBy::Backend))
    }

    /// Whether what it mounts or sets can only be meant for a Backstage backend.
    pub(super) fn is_marked(&self) -> bool {
        let sets_config = |(name, _): &(String, Word)| name.starts_with("APP_CONFIG_");
        self.environment.iter().any(sets_config) || self.mounts.iter().any(Mount::is_layer)
    }

    /// Mounted layers that the loader does not take by itself: they are mounted to be loaded.
    fn further_mounted(&self, draft: &Draft) -> Vec<(Option<Word>, Resolved)> {
        let layers = self.mounts.iter().filter(|mount| mount.is_layer());
        let files = layers.filter_map(|mount| match &mount.source {
            MountSource::Path(file) | MountSource::Layer(file) => Some(file.clone()),
            MountSource::Elsewhere => None,
        });
        let is_taken = |file: &FilePath| {
            let mut taken = draft.layers.iter();
            taken.any(|(_, layer)| layer.file() == Some(file))
        };
        files
            .filter(|file| !is_taken(file))
            .map(|file| (None, Resolved::File(file)))
            .collect()
    }

    /// The entry point of an image that is not built here: it may load layers in front of the arguments.
    fn unknown_entrypoint(&self) -> Option<Word> {
        let is_image = self.dockerfile.is_none() && self.checkout.is_none();
        let is_unknown = is_image && self.entrypoint.is_none();
        let begins_with_option = self
            .launches()
            .first()
            .is_some_and(|launch| match &launch.form {
                Form::Exec(words) => words.first().is_some_and(|word| word.text.starts_with('-')),
                Form::Shell { .. } => false,
            });
        let place = self.place.filter(|_| is_unknown && begins_with_option)?;
        Some(Word::known("the image's own entry point", place))
    }

    /// The entry point and the command that are in force.
    fn launches(&self) -> Vec<&Launch> {
        let stage = self.dockerfile.map(|(_, stage)| stage);
        let of_image = |launch: fn(&Stage) -> Option<&Launch>| stage.and_then(launch);
        let entrypoint = match &self.entrypoint {
            Some(entrypoint) => Some(entrypoint),
            None => of_image(|stage| stage.entrypoint.as_ref()),
        };
        let command = match (&self.command, &self.entrypoint) {
            (Some(command), _) => Some(command),
            (None, Some(_)) => None,
            (None, None) => of_image(|stage| stage.command.as_ref()),
        };
        entrypoint.into_iter().chain(command).collect()
    }

    fn draft(
        &self,
        image: &Image<'_>,
        defaults: &Image<'_>,
        arguments: Arguments,
        launches: &[&Launch],
        around: Around<'_>,
    ) -> Draft {
        let image_environment = self
            .dockerfile
            .map(|(_, stage)| stage.environment.as_slice());
        let environment: Vec<(String, Word)> = image_environment
            .unwrap_or_default()
            .iter()
            .chain(&self.environment)
            .chain(&arguments.environment)
            .cloned()
            .collect();
        let (picks, layers) = if arguments.configs.is_empty() {
            let layers = default_layers(defaults, &environment, around);
            (Picks::Loader, layers)
        } else {
            let layers = named_layers(&arguments, |word| self.resolve(word, image));
            (Picks::Command, layers)
        };
        // The command that names the layers, else the last one, else the description as a whole.
        let names_layers = |launch: &&&Launch| {
            let place = launch.place;
            let within = |word: &Word| {
                word.place.source == place.source && place.span.contains(word.place.span)
            };
            arguments.configs.iter().any(within)
        };
        let named = launches
            .iter()
            .find(names_layers)
            .map(|launch| launch.place);
        let own = |place: &Place| self.place.is_none_or(|own| own.source == place.source);
        let last = || launches.last().map(|launch| launch.place);
        let place = named.filter(own).or(self.place).or_else(last);
        Draft {
            name: self.name.clone(),
            kind: self.kind,
            place,
            layers,
            picks,
            read_scripts: Vec::new(),
            unread: arguments.unread,
            lacks: self.lacks.clone(),
            environment,
            audience: self.audience,
            runs_in: RunsIn {
                image: self
                    .dockerfile
                    .map(|(dockerfile, _)| dockerfile.path.clone()),
                own_network: self.own_network,
                contents: None,
            },
        }
    }
}

/// Whether the source of a portal is in a folder: that of its backend, or a Dockerfile that makes an image.
fn is_portal(files: &dyn Files, folder: &FilePath) -> bool {
    let marks = ["package.json", "Dockerfile", "packages/backend/Dockerfile"];
    marks.iter().any(|mark| files.is_file(&folder.join(mark)))
}

/// The entry point scripts of the repository, also those that have the name of one that usually comes with the image
/// below.
fn own_scripts(launches: &[&Launch], image: &Image<'_>) -> Vec<Word> {
    let first = launches.iter().filter_map(|launch| match &launch.form {
        Form::Exec(words) => words.first(),
        Form::Shell { .. } => None,
    });
    first
        .filter(|word| word.text.ends_with(".sh"))
        .filter(|word| matches!(image.surely_at(&word.text), Some(Resolved::File(_))))
        .cloned()
        .collect()
}

/// The commands of an entry point script of the repository that ends in running its arguments, and adds no layer to
/// them.
fn passing_on(script: &Word, image: &Image<'_>, files: &dyn Files) -> Option<Vec<Command>> {
    let Resolved::File(file) = image.resolve(script) else {
        return None;
    };
    let text = files.read(&file, SCRIPT_LIMIT).ok()?;
    let runs = ["exec \"$@\"", "exec $@", "exec \"${@}\""];
    let adds = ["--config", "set -- \"$@\" "];
    if !runs.iter().any(|run| text.contains(run)) || adds.iter().any(|add| text.contains(add)) {
        return None;
    }
    let anchor = Anchor::Whole(script.place);
    Some(shell::script(&text, anchor, &Variables::default()))
}

/// What a script exports. Nothing in it is sure: a condition may stand around it.
fn exports(script: &[Command]) -> Vec<(String, Word)> {
    let words = script.iter().filter_map(|command| {
        let (first, rest) = command.words.split_first()?;
        (first.text == "export").then_some(rest)
    });
    words
        .flatten()
        .filter_map(|word| {
            let (name, value) = word.text.split_once('=')?;
            let value = Word {
                text: value.to_owned(),
                certainty: Certainty::Open,
                place: word.place,
            };
            Some((name.to_owned(), value))
        })
        .collect()
}

/// What the start command itself does to files in front of the backend.
fn before_start(launches: &[&Launch], variables: &Variables, folder: &str) -> Vec<Step> {
    let of = |launch: &&Launch| match &launch.form {
        Form::Exec(words) => vec![Command {
            words: words.clone(),
            ..Command::default()
        }],
        Form::Shell { text, anchor } => shell::script(text, *anchor, variables),
    };
    let commands: Vec<Command> = launches.iter().flat_map(of).collect();
    steps::of_commands(&commands, "", folder)
}

/// The command lines that an entry point and a command make together.
fn commands(launches: &[&Launch], variables: &Variables) -> Vec<Vec<Word>> {
    let mut line: Vec<Word> = Vec::new();
    for (index, launch) in launches.iter().enumerate() {
        match &launch.form {
            Form::Exec(words) => line.extend(words.iter().cloned()),
            Form::Shell { text, anchor } => {
                let commands = shell::commands(text, *anchor, variables);
                if index == 0 {
                    // The shell form of an entry point takes no arguments, that of a command alone stands alone.
                    return commands;
                }
                // Behind an entry point a shell line is its arguments; what it runs is the last of the line.
                line.extend(commands.into_iter().next_back().unwrap_or_default());
            }
        }
    }
    vec![line]
}

/// What the loader takes in the working directory when no `--config` is given.
fn default_layers(
    image: &Image<'_>,
    environment: &[(String, Word)],
    around: Around<'_>,
) -> Vec<(Option<Word>, Resolved)> {
    let base = image.at("app-config.yaml");
    let find = |name: &str, kind| match kind {
        DefaultLayer::Deployed => Some(image.at(name)).filter(is_there),
        DefaultLayer::Local => image.surely_at(name).filter(|local| match local.file() {
            Some(file) => (around.takes_part)(file),
            None => is_there(local),
        }),
    };
    defaults::default_layers(around.backstage_env, environment, base, find)
}

/// The path of a folder of the repository in the file system of a process that runs in one.
fn in_checkout(folder: &FilePath) -> String {
    join(Some(CHECKOUT), folder.as_str())
}

/// Whether the loader finds something at the path of a default.
fn is_there(layer: &Resolved) -> bool {
    layer.file().is_some() || matches!(layer, Resolved::Made(_))
}
