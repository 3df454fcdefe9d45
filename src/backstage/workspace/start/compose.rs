//! Compose files to the processes they describe.
//!
//! In: the root node of a compose file. Out: [`Service`]s. Never: other files; images and env files are read by who
//! knows where they are.

use crate::backstage::workspace::document::NodeExt as _;
use crate::files::FilePath;
use crate::text::{Place, SourceId, Sources, Span};
use crate::yaml::{Node, NodeValue};

use super::dockerfile::Launch;
use super::image::{Mount, MountSource};
use super::instruction::Form;
use super::shell;
use super::word::{Anchor, Certainty, Variables, Word};

/// A service of a compose file.
pub(super) struct Service {
    /// Its name.
    pub(super) name: String,
    /// The key it stands under.
    pub(super) place: Place,
    /// The Dockerfile it is built from and the folder it is built in; `None` for a ready image.
    pub(super) build: Option<Build>,
    /// What takes the place of the image's entry point.
    pub(super) entrypoint: Option<Launch>,
    /// What takes the place of the image's command.
    pub(super) command: Option<Launch>,
    /// The working directory it sets.
    pub(super) folder: Option<String>,
    /// The variables it sets.
    pub(super) environment: Vec<(String, Word)>,
    /// Files with further variables.
    pub(super) environment_files: Vec<FilePath>,
    /// What it mounts.
    pub(super) mounts: Vec<Mount>,
}

/// How an image is built.
pub(super) struct Build {
    /// The folder of the build context.
    pub(super) context: FilePath,
    /// The Dockerfile.
    pub(super) dockerfile: FilePath,
    /// The stage, when it is not the last one.
    pub(super) target: Option<String>,
    /// Build arguments.
    pub(super) arguments: Vec<(String, Word)>,
}

/// Whether a file is a compose file, by its name.
pub(super) fn is_compose(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_yaml = lower.ends_with(".yaml") || lower.ends_with(".yml");
    is_yaml && (lower.starts_with("compose") || lower.contains("docker-compose"))
}

/// The services of a compose file in a folder.
pub(super) fn services(
    root: &Node,
    folder: &FilePath,
    source: SourceId,
    sources: &Sources,
) -> Vec<Service> {
    let reader = Reader {
        folder,
        source,
        sources,
        variables: Variables::default(),
    };
    let entries = root
        .get("services")
        .map_or(&[][..], |services| services.entries());
    entries
        .iter()
        .map(|entry| reader.service(&entry.key.text, entry.key.span, &entry.value))
        .collect()
}

struct Reader<'r> {
    folder: &'r FilePath,
    source: SourceId,
    sources: &'r Sources,
    /// What compose substitutes comes from the shell it is run in: nothing is known.
    variables: Variables,
}

impl Reader<'_> {
    fn service(&self, name: &str, key: Span, node: &Node) -> Service {
        let environment_files = match node.get("env_file") {
            Some(list) if !list.items().is_empty() => list
                .items()
                .iter()
                .filter_map(|item| self.path(item))
                .collect(),
            Some(one) => self.path(one).into_iter().collect(),
            None => Vec::new(),
        };
        let volumes = node
            .get("volumes")
            .map_or(&[][..], |volumes| volumes.items());
        Service {
            name: name.to_owned(),
            place: self.place(key),
            build: node.get("build").map(|build| self.build(build)),
            entrypoint: node.get("entrypoint").and_then(|node| self.launch(node)),
            command: node.get("command").and_then(|node| self.launch(node)),
            folder: node
                .get("working_dir")
                .and_then(|node| node.as_str())
                .map(str::to_owned),
            environment: node
                .get("environment")
                .map_or_else(Vec::new, |node| self.variables_of(node)),
            environment_files,
            mounts: volumes
                .iter()
                .filter_map(|volume| self.mount(volume))
                .collect(),
        }
    }

    fn build(&self, node: &Node) -> Build {
        let text = |key: &str| node.get(key).and_then(|node| node.as_str());
        let context = node.as_str().or_else(|| text("context")).unwrap_or(".");
        let context = self.folder.join(&self.variables.expand(context).0);
        let dockerfile = self
            .variables
            .expand(text("dockerfile").unwrap_or("Dockerfile"))
            .0;
        Build {
            dockerfile: context.join(&dockerfile),
            context,
            target: text("target").map(|target| self.variables.expand(target).0),
            arguments: node
                .get("args")
                .map_or_else(Vec::new, |args| self.variables_of(args)),
        }
    }

    /// A list is the words; a text is split into words as a shell would, but no shell runs.
    fn launch(&self, node: &Node) -> Option<Launch> {
        let words = match &node.value {
            NodeValue::Sequence(items) => items.iter().filter_map(|item| self.word(item)).collect(),
            NodeValue::String(text) => {
                let anchor = Anchor::of(self.sources, self.place(node.span), &text.value);
                let commands = shell::commands(&text.value, anchor, &self.variables);
                commands.into_iter().flatten().collect()
            }
            _ => return None,
        };
        Some(Launch {
            form: Form::Exec(words),
            place: self.place(node.span),
        })
    }

    /// `NAME: value` or `- NAME=value`; a name alone passes on a variable of which nothing is known.
    fn variables_of(&self, node: &Node) -> Vec<(String, Word)> {
        let open = |name: &str, span: Span| Word {
            text: format!("${{{name}}}"),
            certainty: Certainty::Open,
            place: self.place(span),
        };
        let of_entries = node.entries().iter().map(|entry| {
            let word = self
                .word(&entry.value)
                .unwrap_or_else(|| open(&entry.key.text, entry.key.span));
            (entry.key.text.to_string(), word)
        });
        let of_items = node.items().iter().filter_map(|item| {
            let word = self.word(item)?;
            Some(match word.text.split_once('=') {
                Some((name, value)) => (
                    name.to_owned(),
                    Word {
                        text: value.to_owned(),
                        ..word.clone()
                    },
                ),
                None => (word.text.clone(), open(&word.text, item.span)),
            })
        });
        of_entries.chain(of_items).collect()
    }

    /// `./here:/there:ro`, or a mapping with `type: bind`.
    fn mount(&self, node: &Node) -> Option<Mount> {
        let (source, target) = match node.as_str() {
            Some(text) => {
                let mut parts = text.split(':');
                (parts.next()?, parts.next()?)
            }
            None => (node.get("source")?.as_str()?, node.get("target")?.as_str()?),
        };
        let (source, certainty) = self.variables.expand(source);
        let is_path = source.starts_with('.') || source.starts_with('/');
        let file = self.folder.join(&source);
        let is_here = is_path && certainty == Certainty::Known && !file.is_outside();
        Some(Mount {
            target: target.to_owned(),
            source: if is_here {
                MountSource::Path(file)
            } else {
                MountSource::Elsewhere
            },
        })
    }

    fn path(&self, node: &Node) -> Option<FilePath> {
        let path = node.as_str().or_else(|| node.get("path")?.as_str())?;
        let (path, certainty) = self.variables.expand(path);
        let file = self.folder.join(&path);
        (certainty != Certainty::Open && !file.is_outside()).then_some(file)
    }

    /// A scalar as a word. Compose writes a lone `$` as `$$`.
    fn word(&self, node: &Node) -> Option<Word> {
        let text = node.scalar_text()?;
        let (text, certainty) = self.variables.expand(&text);
        Some(Word {
            text: text.replace("$$", "$"),
            certainty,
            place: self.place(node.span),
        })
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }
}
