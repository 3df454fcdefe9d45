//! What puts files into an image and what changes them there: `COPY`, `RUN`, and what runs before the backend.
//!
//! In: commands. Out: [`Step`]s. Never: what other programs do with files; only the usual ones are known.

use super::dockerfile::join;
use crate::backstage::discover::command::shell::{self, Command};
use crate::backstage::discover::command::word::{Anchor, Certainty, Variables, Word};
use crate::backstage::discover::command::{after_flag, base_name};

/// One of the things that decide what is at a path of the image; a later one wins.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Where what is put there comes from.
    pub(crate) from: Origin,
    /// What is taken: relative to the build context, absolute in an image.
    pub(crate) sources: Vec<Word>,
    /// Where to, absolute. A trailing `/` says that it is a folder.
    pub(crate) target: Word,
    /// What does it, for people: `` `RUN envsubst` ``.
    pub(crate) by: String,
}

/// Where a step takes what it puts into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The build context.
    Context,
    /// The stage or image behind `--from`.
    Stage(String),
    /// The image itself, as it is before the step.
    Image,
    /// Nowhere: the file is made.
    Nowhere,
    /// Nowhere: what is there is changed, or may be another file.
    Itself,
    /// Nowhere: the file is removed.
    Nothing,
}

/// How deeply shells may be nested.
const NESTING_LIMIT: usize = 2;

/// What commands do to the YAML files in a folder of an image. `prefix` stands in front of a program's name where
/// people are told.
pub(crate) fn of_commands(commands: &[Command], prefix: &str, folder: &str) -> Vec<Step> {
    let mut reader = Reader {
        prefix,
        folder: folder.to_owned(),
        certainty: Sureness::Sure,
        steps: Vec::new(),
    };
    reader.commands(commands, NESTING_LIMIT);
    reader.steps
}

/// Whether a command runs for sure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sureness {
    Sure,
    /// Something in front of it decides.
    Maybe,
}

struct Reader<'r> {
    prefix: &'r str,
    folder: String,
    certainty: Sureness,
    steps: Vec<Step>,
}

impl Reader<'_> {
    fn commands(&mut self, commands: &[Command], depth: usize) {
        for command in commands {
            self.command(command, depth);
        }
    }

    fn command(&mut self, command: &Command, depth: usize) {
        let words = self.without_conditions(&command.words);
        let name = words.first().map_or("", |program| base_name(&program.text));
        let arguments = words.get(1..).unwrap_or_default();
        let files: Vec<&Word> = arguments
            .iter()
            .filter(|word| !word.text.starts_with('-'))
            .collect();
        let by = self.by(words.first());
        match (name, files.as_slice()) {
            ("cd", [folder, ..]) => self.folder = join(Some(&self.folder), &folder.text),
            ("sh" | "bash" | "ash" | "dash", _) if depth > 0 => {
                if let Some(text) = after_flag(arguments, "-c") {
                    let anchor = Anchor::Whole(text.place);
                    let inner = shell::script(&text.text, anchor, &Variables::default());
                    self.commands(&inner, depth - 1);
                }
            }
            ("cp" | "mv" | "ln" | "install", [sources @ .., target]) if !sources.is_empty() => {
                self.transfer(name, sources, target, &by);
            }
            ("rm", files) if self.certainty == Sureness::Sure => {
                for file in files {
                    self.add(Origin::Nothing, &[], file, &by);
                }
            }
            ("tee", files) if !arguments.iter().any(|word| word.text == "-a") => {
                for file in files {
                    self.add(Origin::Nowhere, &[], file, &by);
                }
            }
            ("tee" | "touch", files) => {
                for file in files {
                    self.add(Origin::Itself, &[], file, &by);
                }
            }
            ("sed" | "yq" | "perl", files) if edits_in_place(arguments) => {
                for file in files {
                    self.add(Origin::Itself, &[], file, &by);
                }
            }
            ("curl" | "wget" | "yq" | "envsubst", _) => {
                let flags = ["-o", "-O", "--output", "--output-document"];
                let is_flag = |word: &Word| flags.contains(&word.text.as_str());
                let at = arguments.iter().position(is_flag);
                if let Some(file) = at.and_then(|at| arguments.get(at + 1)) {
                    self.add(Origin::Nowhere, &[], file, &by);
                }
            }
            _ => {}
        }
        for output in &command.outputs {
            self.add(Origin::Nowhere, &[], output, &by);
        }
        for output in &command.appends {
            self.add(Origin::Itself, &[], output, &by);
        }
    }

    /// The command behind the words of a condition. From there on nothing is sure.
    fn without_conditions<'w>(&mut self, words: &'w [Word]) -> &'w [Word] {
        let mut rest = words;
        while let Some((first, behind)) = rest.split_first() {
            match first.text.as_str() {
                "if" | "elif" | "while" | "until" | "for" | "case" | "test" | "[" | "[[" => {
                    self.certainty = Sureness::Maybe;
                    if matches!(first.text.as_str(), "for" | "case" | "test" | "[" | "[[") {
                        return rest;
                    }
                }
                "then" | "else" | "do" | "!" | "{" | "exec" | "sudo" | "set" => {}
                _ => break,
            }
            rest = behind;
        }
        rest
    }

    fn transfer(&mut self, name: &str, sources: &[&Word], target: &Word, by: &str) {
        let sources: Vec<Word> = sources.iter().map(|word| (*word).clone()).collect();
        let is_named = |word: &Word| word.certainty != Certainty::Open && !word.text.contains('*');
        let sure = self.certainty == Sureness::Sure && sources.iter().all(is_named);
        if sure {
            self.add(Origin::Image, &sources, target, by);
        } else if is_folder(target) {
            for source in &sources {
                let file = base_name(&source.text);
                let inside = Word {
                    text: format!("{}/{file}", target.text.trim_end_matches('/')),
                    ..source.clone()
                };
                self.add(Origin::Itself, &[], &inside, by);
            }
        } else {
            self.add(Origin::Itself, &[], target, by);
        }
        if sure && name == "mv" {
            for source in &sources {
                self.add(Origin::Nothing, &[], source, by);
            }
        }
    }

    fn add(&mut self, from: Origin, sources: &[Word], target: &Word, by: &str) {
        let named = |word: &Word| is_yaml(&word.text);
        let takes_named = is_folder(target) && sources.iter().any(named);
        if !named(target) && !takes_named {
            return;
        }
        let absolute = |word: &Word| Word {
            text: join(Some(&self.folder), &word.text),
            ..word.clone()
        };
        let mut end = absolute(target);
        if is_folder(target) && !end.text.ends_with('/') {
            end.text.push('/');
        }
        self.steps.push(Step {
            from,
            sources: sources.iter().map(absolute).collect(),
            target: end,
            by: by.to_owned(),
        });
    }

    /// The program's name alone: its arguments may be secret.
    fn by(&self, program: Option<&Word>) -> String {
        let is_plain = |name: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            name.len() <= 20 && name.bytes().all(plain)
        };
        let name = program.map(|program| base_name(&program.text));
        let name = name.filter(is_plain).unwrap_or_default();
        format!("`{}`", format!("{}{name}", self.prefix).trim_end())
    }
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn is_folder(target: &Word) -> bool {
    target.text.ends_with(['/', '.'])
}

fn edits_in_place(arguments: &[Word]) -> bool {
    let is_flag = |word: &Word| {
        let short = word.text.starts_with('-') && !word.text.starts_with("--");
        (short && word.text.contains('i')) || word.text.starts_with("--in")
    };
    arguments.iter().any(is_flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    fn read(text: &str) -> Vec<String> {
        let sources = Sources::default();
        let id = sources.add(Source::new("Dockerfile", text));
        let script = shell::script(text, Anchor::Exact(id, 0), &Variables::default());
        let steps = of_commands(&script, "RUN ", "/app");
        let show = |step: &Step| {
            let from: Vec<&str> = step.sources.iter().map(|word| &*word.text).collect();
            format!(
                "{} {:?} {} > {}",
                step.by,
                step.from,
                from.join(" "),
                step.target.text
            )
        };
        steps.iter().map(show).collect()
    }

    #[test]
    fn files_are_made_changed_moved_and_removed() {
        assert_eq!(
            read("yarn build && envsubst < a.tpl > a.yaml; sed -i 's/x/y/' b.yaml | tee c.yaml"),
            [
                "`RUN envsubst` Nowhere  > /app/a.yaml",
                "`RUN sed` Itself  > /app/b.yaml",
                "`RUN tee` Nowhere  > /app/c.yaml",
            ]
        );
        assert_eq!(
            read("cd conf && mv a.yaml ../b.yaml && rm -f c.yaml"),
            [
                "`RUN mv` Image /app/conf/a.yaml > /app/b.yaml",
                "`RUN mv` Nothing  > /app/conf/a.yaml",
                "`RUN rm` Nothing  > /app/conf/c.yaml",
            ]
        );
        assert_eq!(
            read("sh -c 'cp a.yaml b.yaml'"),
            ["`RUN cp` Image /app/a.yaml > /app/b.yaml"]
        );
        assert_eq!(
            read("echo 'a: 1' >> a.yaml"),
            ["`RUN echo` Itself  > /app/a.yaml"]
        );
    }

    #[test]
    fn behind_a_condition_nothing_is_sure() {
        assert_eq!(
            read("if [ -f a.yaml ]; then cp a.yaml b.yaml; fi"),
            ["`RUN cp` Itself  > /app/b.yaml"]
        );
    }

    #[test]
    fn reading_a_file_is_no_step() {
        assert!(read("yarn build --config app-config.yaml; cat a.yaml 2>/dev/null").is_empty());
    }
}
