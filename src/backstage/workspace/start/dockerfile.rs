//! A Dockerfile to its stages: what each starts, with which variables, and which files it takes in.
//!
//! In: the text of a Dockerfile. Out: [`Dockerfile`]. Never: other files; who resolves paths is [`super::image`].

use crate::text::{Place, SourceId, Sources};

use super::instruction::{self, Form, Instruction};
use super::shell;
use super::word::{Anchor, Certainty, Variables, Word};

/// The stages of a Dockerfile, in order.
#[derive(Debug, Default)]
pub(super) struct Dockerfile {
    pub(super) stages: Vec<Stage>,
}

/// One stage: from a `FROM` to the next, on top of the stage it stands on.
#[derive(Debug, Default, Clone)]
pub(super) struct Stage {
    /// The name behind `AS`.
    pub(super) name: Option<String>,
    /// The working directory at its end, absolute; `None` when nothing sets it.
    pub(super) folder: Option<String>,
    /// What it copies, in order.
    pub(super) copies: Vec<Copy>,
    /// What its command is given to.
    pub(super) entrypoint: Option<Launch>,
    /// What it starts, or the arguments of the entry point.
    pub(super) command: Option<Launch>,
    /// What is known of variables at its end.
    pub(super) variables: Variables,
    /// What `ENV` sets, in order.
    pub(super) environment: Vec<(String, Word)>,
    /// Whether the command comes from the stage below.
    inherits_command: bool,
}

/// A `CMD` or `ENTRYPOINT`.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    /// The words of the exec form, or the text of the shell form.
    pub(super) form: Form,
    /// The whole instruction.
    pub(super) place: Place,
}

/// A `COPY` or `ADD`.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    /// The stage or image behind `--from`.
    pub(super) from: Option<String>,
    /// What is copied, relative to the build context (absolute with `from`).
    pub(super) sources: Vec<Word>,
    /// Where to: absolute where the working directory is known. A trailing `/` says that it is a folder.
    pub(super) target: Word,
}

/// Reads a Dockerfile. What is no instruction is passed over.
pub(super) fn parse(source: SourceId, sources: &Sources) -> Dockerfile {
    let mut reader = Reader::default();
    for instruction in instruction::parse(source, sources.get(source).text()) {
        reader.take(&instruction);
    }
    Dockerfile {
        stages: reader.stages,
    }
}

impl Dockerfile {
    /// The stage of a name, else the last one.
    pub(super) fn target(&self, name: Option<&str>) -> Option<&Stage> {
        match name {
            Some(name) => self.stage(name),
            None => self.stages.last(),
        }
    }

    /// The stage that a `--from` names, by name or number.
    pub(super) fn stage(&self, name: &str) -> Option<&Stage> {
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
}

impl Reader {
    fn take(&mut self, instruction: &Instruction) {
        if instruction.keyword == "FROM" {
            return self.from(instruction);
        }
        let Some(stage) = self.stages.last_mut() else {
            if instruction.keyword == "ARG" {
                set_arguments(&mut self.global, &Variables::default(), instruction);
            }
            return;
        };
        match instruction.keyword.as_str() {
            "ARG" => set_arguments(&mut stage.variables, &self.global, instruction),
            "ENV" => stage.env(instruction),
            "WORKDIR" => stage.workdir(instruction),
            "COPY" | "ADD" => stage.copy(instruction),
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
        let mut stage = base.cloned().unwrap_or_default();
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
fn set_arguments(variables: &mut Variables, global: &Variables, instruction: &Instruction) {
    for word in instruction.words(variables) {
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

impl Stage {
    /// Sets a build argument from outside. What the file made of its default stays as it is: only the certainty of
    /// later expansions changes.
    pub(super) fn set_argument(&mut self, name: &str, value: &Word) {
        self.variables.set(name, &value.text, value.certainty);
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
            self.folder = Some(join(self.folder.as_deref(), &word.text));
        }
    }

    fn copy(&mut self, instruction: &Instruction) {
        let mut sources = instruction.words(&self.variables);
        let Some(target) = sources.pop().filter(|_| !sources.is_empty()) else {
            return;
        };
        let from = instruction
            .flags
            .iter()
            .find_map(|flag| flag.strip_prefix("--from="))
            .map(|from| self.variables.expand(from).0);
        let is_folder = target.text.ends_with(['/', '.']) || sources.len() > 1;
        let mut path = join(self.folder.as_deref(), &target.text);
        if is_folder && !path.ends_with('/') {
            path.push('/');
        }
        self.copies.push(Copy {
            from,
            sources,
            target: Word {
                text: path,
                ..target
            },
        });
    }

    fn entrypoint(&mut self, instruction: &Instruction) {
        self.entrypoint = Some(Launch::of(instruction));
        if self.inherits_command {
            // An entry point drops the command of the image below.
            self.command = None;
        }
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
            Form::Shell {
                text,
                source,
                start,
            } => shell::commands(text, Anchor::Exact(*source, *start), variables)
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}

/// An image path: `path` seen from `folder`, without `.` and `..`. Absolute when either is.
pub(super) fn join(folder: Option<&str>, path: &str) -> String {
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
        let mut sources = Sources::default();
        let id = sources.add(Source::new("Dockerfile", text));
        parse(id, &sources)
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
        let show = |copy: &Copy| {
            let words = copy
                .sources
                .iter()
                .map(|word| format!("{} {:?}", word.text, word.certainty));
            let from = copy.from.as_deref().unwrap_or("context");
            format!(
                "{} from {from} to {}",
                words.collect::<Vec<_>>().join(", "),
                copy.target.text
            )
        };
        let copies: Vec<String> = file.stages[0].copies.iter().map(show).collect();
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
