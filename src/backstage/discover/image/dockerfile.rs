//! A Dockerfile to its stages: what each starts, with which variables, and which files it takes in.
//!
//! In: the text of a Dockerfile. Out: [`Dockerfile`]. Never: other files; who resolves paths is [`super::image`].

use crate::files::FilePath;
use crate::text::{Place, SourceId, Sources};

use super::instruction::{self, Form, Instruction};
use super::steps::{self, Origin, Step};
use crate::backstage::discover::command::word::{Certainty, Variables, Word};
use crate::backstage::discover::command::{base_name, shell};

/// The stages of a Dockerfile, in order.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    /// Where it is.
    pub(crate) path: FilePath,
    pub(crate) stages: Vec<Stage>,
}

/// One stage: from a `FROM` to the next, on top of the stage it stands on.
#[derive(Debug, Default, Clone)]
pub(crate) struct Stage {
    /// The name behind `AS`.
    pub(crate) name: Option<String>,
    /// The working directory at its end, absolute; `None` when nothing sets it.
    pub(crate) folder: Option<String>,
    /// What puts files into it and what changes them there, in order.
    pub(crate) steps: Vec<Step>,
    /// What its command is given to.
    pub(crate) entrypoint: Option<Launch>,
    /// What it starts, or the arguments of the entry point.
    pub(crate) command: Option<Launch>,
    /// What is known of variables at its end.
    pub(crate) variables: Variables,
    /// What `ENV` sets, in order.
    pub(crate) environment: Vec<(String, Word)>,
    /// The image that it stands on in the end; `None` when its name depends on variables.
    pub(super) foundation: Option<String>,
    /// Whether a command of the build brings files from somewhere that nothing here tells: it downloads, unpacks, copies.
    pub(super) brings_files: bool,
    /// Whether the command comes from the stage below.
    inherits_command: bool,
}

/// A `CMD` or `ENTRYPOINT`.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// The words of the exec form, or the text of the shell form.
    pub(crate) form: Form,
    /// The whole instruction.
    pub(crate) place: Place,
}

/// How many stages a Dockerfile may have; one with more has none that is read.
const STAGE_LIMIT: usize = 200;

/// How much stages may inherit from the stages they are based on, in bytes.
const COPIED_LIMIT: usize = 16 << 20;

/// Reads a Dockerfile that is built with these arguments in the place of its own defaults. What is no instruction is
/// passed over.
pub(crate) fn parse(
    path: &FilePath,
    source: SourceId,
    sources: &Sources,
    arguments: &[(String, Word)],
) -> Dockerfile {
    let mut reader = Reader {
        arguments: arguments.to_vec(),
        ..Reader::default()
    };
    for instruction in instruction::parse(source, sources.get(source).text()) {
        reader.take(&instruction);
        if reader.stages.len() > STAGE_LIMIT || reader.copied > COPIED_LIMIT {
            reader.stages.clear();
            break;
        }
    }
    Dockerfile {
        path: path.clone(),
        stages: reader.stages,
    }
}

impl Dockerfile {
    /// The stage of a name, else the last one.
    pub(crate) fn target(&self, name: Option<&str>) -> Option<&Stage> {
        match name {
            Some(name) => self.stage(name),
            None => self.stages.last(),
        }
    }

    /// The stage that a `--from` names, by name or number.
    pub(crate) fn stage(&self, name: &str) -> Option<&Stage> {
        stage_in(&self.stages, name).or_else(|| self.stages.get(name.parse::<usize>().ok()?))
    }
}

fn stage_in<'s>(stages: &'s [Stage], name: &str) -> Option<&'s Stage> {
    let named = |stage: &&Stage| {
        stage
            .name
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    stages.iter().rev().find(named)
}

#[derive(Default)]
struct Reader {
    stages: Vec<Stage>,
    /// `ARG`s in front of the first `FROM`.
    global: Variables,
    /// What whoever builds it sets.
    arguments: Vec<(String, Word)>,
    /// How much the stages have taken over from each other.
    copied: usize,
}

impl Reader {
    fn take(&mut self, instruction: &Instruction) {
        if instruction.keyword == "FROM" {
            return self.from(instruction);
        }
        let Some(stage) = self.stages.last_mut() else {
            if instruction.keyword == "ARG" {
                let none = Variables::default();
                set_arguments(&mut self.global, &none, &self.arguments, instruction);
            }
            return;
        };
        match instruction.keyword.as_str() {
            "ARG" => set_arguments(
                &mut stage.variables,
                &self.global,
                &self.arguments,
                instruction,
            ),
            "ENV" => stage.env(instruction),
            "WORKDIR" => stage.workdir(instruction),
            "COPY" | "ADD" => stage.copy(instruction),
            "RUN" => stage.run(instruction),
            "ENTRYPOINT" => stage.entrypoint(instruction),
            "CMD" => {
                stage.command = Some(Launch::of(instruction));
                stage.inherits_command = false;
            }
            _ => {}
        }
    }

    fn from(&mut self, instruction: &Instruction) {
        let words = instruction.words(&self.global);
        let base = words
            .first()
            .and_then(|base| stage_in(&self.stages, &base.text));
        let taken = base.map_or(0, Stage::weight);
        self.copied = self.copied.saturating_add(taken);
        if self.copied > COPIED_LIMIT {
            return;
        }
        let own = || Stage {
            foundation: words
                .first()
                .filter(|base| base.certainty != Certainty::Open)
                .map(|base| base.text.clone()),
            ..Stage::default()
        };
        let mut stage = base.cloned().unwrap_or_else(own);
        stage.inherits_command = true;
        stage.name = match words.get(1..) {
            Some([keyword, name, ..]) if keyword.text.eq_ignore_ascii_case("as") => {
                Some(name.text.clone())
            }
            _ => None,
        };
        self.stages.push(stage);
    }
}

/// `ARG NAME` and `ARG NAME=default`: a default that whoever builds may replace.
fn set_arguments(
    variables: &mut Variables,
    global: &Variables,
    arguments: &[(String, Word)],
    instruction: &Instruction,
) {
    for word in instruction.words(variables) {
        let name = word.text.split('=').next().unwrap_or_default();
        if let Some((name, value)) = arguments.iter().rev().find(|(given, _)| given == name) {
            variables.set(name, &value.text, value.certainty);
            continue;
        }
        match word.text.split_once('=') {
            Some((name, default)) => {
                variables.set(name, default, word.certainty.max(Certainty::Default))
            }
            None => {
                let (value, certainty) = global.expand(&format!("${{{}}}", word.text));
                if certainty != Certainty::Open {
                    variables.set(&word.text, &value, certainty);
                }
            }
        }
    }
}

/// Words in the names of images that hold an operating system or a language and nothing else.
const PLAIN_IMAGES: &[&str] = &[
    "node",
    "nodejs",
    "debian",
    "ubuntu",
    "alpine",
    "distroless",
    "ubi",
    "ubi8",
    "ubi9",
    "wolfi",
    "bun",
    "python",
    "fedora",
    "centos",
    "rockylinux",
    "amazonlinux",
    "busybox",
    "scratch",
    "bookworm",
    "bullseye",
    "trixie",
];

impl Stage {
    /// Whether it stands on an image that holds no portal. Of one whose name is not known, that is taken to be so: it is
    /// a variable for the version of node nearly everywhere.
    pub(crate) fn stands_on_plain_image(&self) -> bool {
        self.foundation.as_deref().is_none_or(|name| {
            let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|word| PLAIN_IMAGES.contains(&word))
        })
    }

    /// About how many bytes a copy of it takes.
    fn weight(&self) -> usize {
        let word = |word: &Word| size_of::<Word>() + word.text.len();
        let set = |(name, value): &(String, Word)| name.len() + word(value);
        let step = |step: &Step| {
            let sources: usize = step.sources.iter().map(word).sum();
            size_of::<Step>() + step.by.len() + sources + word(&step.target)
        };
        let environment: usize = self.environment.iter().map(set).sum();
        let steps: usize = self.steps.iter().map(step).sum();
        let launches = self.entrypoint.iter().chain(&self.command);
        let launches: usize = launches.map(|launch| launch.form.weight()).sum();
        environment + steps + launches + self.variables.weight()
    }

    fn env(&mut self, instruction: &Instruction) {
        let words = instruction.words(&self.variables);
        let Some(first) = words.first() else {
            return;
        };
        if first.text.contains('=') {
            for word in &words {
                if let Some((name, value)) = word.text.split_once('=') {
                    self.set(name, value.to_owned(), word);
                }
            }
        } else {
            // The old form `ENV NAME value`: all that follows is the value.
            let values: Vec<&str> = words
                .iter()
                .skip(1)
                .map(|word| word.text.as_str())
                .collect();
            let value = values.join(" ");
            let last = words.last().unwrap_or(first);
            self.set(&first.text, value, last);
        }
    }

    fn set(&mut self, name: &str, value: String, word: &Word) {
        self.variables.set(name, &value, word.certainty);
        self.environment.push((
            name.to_owned(),
            Word {
                text: value,
                ..word.clone()
            },
        ));
    }

    fn workdir(&mut self, instruction: &Instruction) {
        if let Some(word) = instruction.words(&self.variables).first() {
            self.folder = Some(join(Some(self.working_folder()), &word.text));
        }
    }

    /// The working directory; `/` while nothing sets it, as in an image that stands on an unknown one.
    pub(crate) fn working_folder(&self) -> &str {
        self.folder.as_deref().unwrap_or("/")
    }

    fn copy(&mut self, instruction: &Instruction) {
        let mut sources = instruction.words(&self.variables);
        let has_heredoc = instruction.has_heredoc();
        let Some(target) = sources.pop().filter(|_| has_heredoc || !sources.is_empty()) else {
            return;
        };
        let from = instruction
            .flags
            .iter()
            .find_map(|flag| flag.strip_prefix("--from="))
            .map(|from| self.variables.expand(from).0);
        let is_folder = target.text.ends_with(['/', '.']) || sources.len() > 1;
        let mut path = join(Some(self.working_folder()), &target.text);
        if is_folder && !path.ends_with('/') {
            path.push('/');
        }
        let target = Word {
            text: path,
            ..target
        };
        let by = match &from {
            Some(from) => format!("`{} --from={from}`", instruction.keyword),
            None => format!("`{}`", instruction.keyword),
        };
        if has_heredoc && !is_folder {
            self.steps.push(Step {
                from: Origin::Nowhere,
                sources: Vec::new(),
                target: target.clone(),
                by: format!("`{} <<`", instruction.keyword),
            });
        }
        if !sources.is_empty() {
            self.steps.push(Step {
                from: from.map_or(Origin::Context, Origin::Stage),
                sources,
                target,
                by,
            });
        }
    }

    /// What commands of the build do to layers that are there.
    fn run(&mut self, instruction: &Instruction) {
        let script = match &instruction.form {
            Form::Exec(_) => vec![shell::Command {
                words: instruction.words(&self.variables),
                ..shell::Command::default()
            }],
            Form::Shell { text, anchor } => shell::script(text, *anchor, &self.variables),
        };
        self.brings_files |= instruction
            .flags
            .iter()
            .any(|flag| flag.starts_with("--mount=type=bind"))
            || script.iter().any(brings_files);
        let steps = steps::of_commands(&script, "RUN ", self.working_folder());
        self.steps.extend(steps);
    }

    fn entrypoint(&mut self, instruction: &Instruction) {
        self.entrypoint = Some(Launch::of(instruction));
        if self.inherits_command {
            // An entry point drops the command of the image below.
            self.command = None;
        }
    }
}

/// Whether a command brings files of any name into the image. The archives of `backstage-cli package build` hold
/// packages and no layers: `skeleton.tar.gz` the manifests, `bundle.tar.gz` what is built.
fn brings_files(command: &shell::Command) -> bool {
    let words = &command.words;
    let is_built = || {
        let mut names = words.iter().map(|word| &word.text);
        names.any(|name| name.contains("skeleton") || name.contains("bundle"))
    };
    let program = words.first().map_or("", |word| base_name(&word.text));
    match program {
        "tar" => !is_built(),
        "git" | "unzip" | "rsync" | "cp" | "mv" | "ln" | "curl" | "wget" | "aws" | "gsutil" => true,
        _ => false,
    }
}

impl Launch {
    fn of(instruction: &Instruction) -> Self {
        Self {
            form: instruction.form.clone(),
            place: instruction.place,
        }
    }
}

impl Instruction {
    /// Whether what it copies stands below it.
    fn has_heredoc(&self) -> bool {
        matches!(&self.form, Form::Shell { text, .. } if text.split_whitespace().any(|word| word.starts_with("<<")))
    }

    /// The arguments as words, variables replaced.
    fn words(&self, variables: &Variables) -> Vec<Word> {
        match &self.form {
            Form::Exec(words) => words
                .iter()
                .map(|word| {
                    let (text, certainty) = variables.expand(&word.text);
                    Word {
                        text,
                        certainty,
                        place: word.place,
                    }
                })
                .collect(),
            Form::Shell { text, anchor } => shell::commands(text, *anchor, variables)
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}

/// An image path: `path` seen from `folder`, without `.` and `..`. Absolute when either is.
pub(crate) fn join(folder: Option<&str>, path: &str) -> String {
    let absolute = path.starts_with('/');
    let base = if absolute {
        ""
    } else {
        folder.unwrap_or_default()
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute || base.starts_with('/') {
        format!("/{joined}")
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    fn read(text: &str) -> Dockerfile {
        let sources = Sources::default();
        let id = sources.add(Source::new("Dockerfile", text));
        parse(&FilePath::new("Dockerfile"), id, &sources, &[])
    }

    #[test]
    fn a_stage_stands_on_the_one_it_is_from() {
        let file = read(
            "FROM node AS base\nWORKDIR /app\nENV A=1 B=\"two words\"\nCMD [\"a\"]\nFROM base\nWORKDIR sub\nENV C ${A} more\n",
        );
        let stage = file.target(None).unwrap();
        assert_eq!(stage.folder.as_deref(), Some("/app/sub"));
        let environment: Vec<(&str, &str)> = stage
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.text.as_str()))
            .collect();
        assert_eq!(
            environment,
            [("A", "1"), ("B", "two words"), ("C", "1 more")]
        );
        assert!(stage.command.is_some());
        assert!(file.target(Some("BASE")).is_some() && file.target(Some("none")).is_none());
    }

    #[test]
    fn an_entry_point_drops_only_an_inherited_command() {
        let inherited = read("FROM a AS b\nCMD [\"x\"]\nFROM b\nENTRYPOINT [\"y\"]\n");
        assert!(inherited.target(None).unwrap().command.is_none());
        let own = read("FROM a\nCMD [\"x\"]\nENTRYPOINT [\"y\"]\n");
        assert!(own.target(None).unwrap().command.is_some());
    }

    #[test]
    fn copies_know_their_target_and_the_certainty_of_their_sources() {
        let file = read(
            "ARG ENVIRONMENT=prod\nFROM a\nARG ENVIRONMENT\nARG OPEN\nWORKDIR /app\nCOPY --chown=x a.yaml b*.yaml ./\n\
             COPY c.${ENVIRONMENT}.yaml ./c.yaml\nCOPY --from=build d.$OPEN /e/\n",
        );
        let show = |step: &Step| {
            let words = step
                .sources
                .iter()
                .map(|word| format!("{} {:?}", word.text, word.certainty));
            let from = match &step.from {
                Origin::Stage(stage) => stage.as_str(),
                _ => "context",
            };
            format!(
                "{} from {from} to {}",
                words.collect::<Vec<_>>().join(", "),
                step.target.text
            )
        };
        let copies: Vec<String> = file.stages[0].steps.iter().map(show).collect();
        assert_eq!(
            copies,
            [
                "a.yaml Known, b*.yaml Known from context to /app/",
                "c.prod.yaml Default from context to /app/c.yaml",
                "d.$OPEN Open from build to /e/",
            ]
        );
    }
}
