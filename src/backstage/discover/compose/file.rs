//! Compose files to the processes they describe.
//!
//! In: the root node of a compose file. Out: [`Service`]s. Never: other files; images and env files are read by who
//! knows where they are.

use std::collections::BTreeMap;

use crate::backstage::document::NodeExt as _;
use crate::files::FilePath;
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::{Node, NodeValue};

use crate::backstage::discover::command::word::{Anchor, Certainty, Variables, Word};
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::words::Lack;

/// The services of a compose file, by their names.
pub(in crate::backstage::discover) type Services = BTreeMap<String, Service>;

/// A service of a compose file.
#[derive(Clone)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// The key it stands under.
    pub(crate) place: Place,
    /// What it is built from; `None` for a ready image.
    pub(crate) build: Option<Build>,
    /// The image it runs or is called, as it is written.
    pub(crate) image: Option<String>,
    /// The ports of the container that it publishes.
    pub(crate) ports: Vec<String>,
    /// What takes the place of the image's entry point.
    pub(crate) entrypoint: Option<Launch>,
    /// What takes the place of the image's command.
    pub(crate) command: Option<Launch>,
    /// The working directory it sets.
    pub(crate) folder: Option<String>,
    /// The variables it sets.
    pub(crate) environment: Vec<(String, Word)>,
    /// Files with further variables.
    pub(crate) environment_files: Vec<NamedFile>,
    /// What it mounts.
    pub(crate) mounts: Vec<Mount>,
    /// The service that it extends.
    pub(crate) extends: Option<Extends>,
    /// What is known not to be here.
    pub(crate) lacks: Vec<Lack>,
    /// Whether its network is that of the host or of another container (`network_mode`).
    pub(crate) shares_network: bool,
}

/// A file as a compose file names it.
#[derive(Clone)]
pub(crate) struct NamedFile {
    /// Where it is; `None` when that depends on variables, or is outside of the repository.
    pub(crate) path: Option<FilePath>,
    /// As it is written.
    pub(crate) word: Word,
}

/// What a service extends.
#[derive(Clone)]
pub(crate) struct Extends {
    /// The file, when it is another one.
    pub(crate) file: Option<NamedFile>,
    /// The service.
    pub(crate) service: Word,
}

/// How an image is built.
#[derive(Clone)]
pub(crate) struct Build {
    /// The folder of the compose file.
    folder: FilePath,
    context: Option<FilePath>,
    dockerfile: Option<String>,
    /// The stage, when it is not the last one.
    pub(crate) target: Option<String>,
    /// Build arguments.
    pub(crate) arguments: Vec<(String, Word)>,
}

impl Build {
    /// The folder of the build context.
    pub(crate) fn context(&self) -> &FilePath {
        self.context.as_ref().unwrap_or(&self.folder)
    }

    /// The Dockerfile.
    pub(crate) fn dockerfile(&self) -> FilePath {
        let name = self.dockerfile.as_deref().unwrap_or("Dockerfile");
        self.context().join(name)
    }

    fn over(mut self, below: Self) -> Self {
        self.context = self.context.or(below.context);
        self.dockerfile = self.dockerfile.or(below.dockerfile);
        self.target = self.target.or(below.target);
        self.arguments.splice(0..0, below.arguments);
        self
    }
}

impl Service {
    /// This service over one that it extends, or that it stands for in an override file: commands replace, what has
    /// names is merged (compose specification, "Merge and override").
    pub(crate) fn over(mut self, below: Self) -> Self {
        self.build = match (self.build, below.build) {
            (Some(own), Some(below)) => Some(own.over(below)),
            (own, below) => own.or(below),
        };
        self.image = self.image.or(below.image);
        self.ports.splice(0..0, below.ports);
        self.entrypoint = self.entrypoint.or(below.entrypoint);
        self.command = self.command.or(below.command);
        self.folder = self.folder.or(below.folder);
        self.environment.splice(0..0, below.environment);
        self.environment_files.splice(0..0, below.environment_files);
        self.mounts.splice(0..0, below.mounts);
        self.lacks.splice(0..0, below.lacks);
        self.shares_network |= below.shares_network;
        self
    }

    /// Whether it says anything about what is started, or with what.
    pub(crate) fn says_something(&self) -> bool {
        self.build.is_some()
            || self.entrypoint.is_some()
            || self.command.is_some()
            || self.folder.is_some()
            || self.extends.is_some()
            || !self.environment.is_empty()
            || !self.environment_files.is_empty()
            || !self.mounts.is_empty()
    }
}

/// The files that compose looks for by itself, in its order (compose-go, `cli.DefaultFileNames`).
pub(super) const USUAL: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// Those that it then reads on top, the first that is there (compose-go, `cli.DefaultOverrideFileNames`).
pub(super) const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Whether a file is a compose file, by its name.
pub(crate) fn is_compose(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_yaml = lower.ends_with(".yaml") || lower.ends_with(".yml");
    is_yaml && (lower.starts_with("compose") || lower.contains("docker-compose"))
}

/// The services of a compose file in a folder.
pub(crate) fn services(
    root: &Node,
    folder: &FilePath,
    source: SourceId,
    sources: &Sources,
) -> Vec<Service> {
    let reader = Reader {
        folder,
        source,
        sources,
        configs: root.get("configs"),
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

/// The port of the container in an item of `ports`: `"3000:80"`, `80`, `127.0.0.1:3000:80/tcp`, `target: 80`.
fn container_port(item: &Node) -> Option<String> {
    let text = item
        .get("target")
        .map_or_else(|| item.scalar_text(), |target| target.scalar_text())?;
    let port = text.rsplit(':').next()?.split('/').next()?;
    Some(port.to_owned())
}

struct Reader<'r> {
    folder: &'r FilePath,
    source: SourceId,
    sources: &'r Sources,
    /// The top-level `configs`.
    configs: Option<&'r Node>,
    /// What compose substitutes comes from the shell it is run in: nothing is known.
    variables: Variables,
}

impl Reader<'_> {
    fn service(&self, name: &str, key: Span, node: &Node) -> Service {
        let environment_files = match node.get("env_file") {
            Some(list) if !list.items().is_empty() => list
                .items()
                .iter()
                .filter_map(|item| self.file(item))
                .collect(),
            Some(one) => self.file(one).into_iter().collect(),
            None => Vec::new(),
        };
        let list = |key: &str| node.get(key).map_or(&[][..], |list| list.items());
        let network = node.get("network_mode").and_then(|mode| mode.as_str());
        let volumes = list("volumes").iter();
        let configs = list("configs").iter();
        Service {
            name: name.to_owned(),
            place: self.place(key),
            build: node.get("build").map(|build| self.build(build)),
            image: node
                .get("image")
                .and_then(|node| node.as_str())
                .map(|text| self.variables.expand(text).0),
            ports: list("ports").iter().filter_map(container_port).collect(),
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
                .filter_map(|volume| self.mount(volume))
                .chain(configs.filter_map(|config| self.config(config)))
                .collect(),
            extends: node.get("extends").and_then(|node| self.extends(node)),
            lacks: Vec::new(),
            shares_network: network.is_some_and(|mode| !matches!(mode, "bridge" | "none")),
        }
    }

    fn build(&self, node: &Node) -> Build {
        let text = |key: &str| {
            let text = node.get(key).and_then(|node| node.as_str());
            text.map(|text| self.variables.expand(text).0)
        };
        let whole = node.as_str().map(|text| self.variables.expand(text).0);
        let context = whole.or_else(|| text("context"));
        Build {
            folder: self.folder.clone(),
            context: context.map(|context| self.folder.join(&context)),
            dockerfile: text("dockerfile"),
            target: text("target"),
            arguments: node
                .get("args")
                .map_or_else(Vec::new, |args| self.variables_of(args)),
        }
    }

    /// `extends: name`, or a mapping with `service` and `file`.
    fn extends(&self, node: &Node) -> Option<Extends> {
        let service = self
            .word(node)
            .or_else(|| self.word(node.get("service")?))?;
        let file = node.get("file").and_then(|node| self.file(node));
        Some(Extends { file, service })
    }

    /// A list is the words; a text is split into words as a shell would, but no shell runs.
    fn launch(&self, node: &Node) -> Option<Launch> {
        let words = match &node.value {
            NodeValue::Sequence(items) => items.iter().filter_map(|item| self.word(item)).collect(),
            NodeValue::String(text) => self.split(&text.value, self.place(node.span)),
            _ => return None,
        };
        Some(Launch {
            form: Form::Exec(words),
            place: self.place(node.span),
        })
    }

    /// The words of a text. Compose puts in variables first, also between single quotes.
    fn split(&self, text: &str, place: Place) -> Vec<Word> {
        let anchor = Anchor::of(self.sources, place, text);
        let mut words = Vec::new();
        let mut begun: Option<(usize, Filled)> = None;
        let mut quote = None;
        let mut at = 0;
        while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let start = at;
            at += next.len_utf8();
            if quote.is_none() && next.is_whitespace() {
                words.extend(
                    begun
                        .take()
                        .map(|(first, word)| word.word(anchor.place(first, start))),
                );
                continue;
            }
            let (_, word) = begun.get_or_insert_with(|| (start, Filled::default()));
            match next {
                '$' => {
                    at = start + word.dollar(text.get(start..).unwrap_or_default(), &self.variables)
                }
                '\'' | '"' if quote == Some(next) => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(next),
                '\\' if quote != Some('\'') => {
                    let escaped = text.get(at..).and_then(|rest| rest.chars().next());
                    at += escaped.map_or(0, char::len_utf8);
                    word.text(escaped.as_slice());
                }
                other => word.text(&[other]),
            }
        }
        words.extend(begun.map(|(first, word)| word.word(anchor.place(first, text.len()))));
        words
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

    /// `- name`, or a mapping with `source` and `target`; the file is that of the top-level entry.
    fn config(&self, node: &Node) -> Option<Mount> {
        let text = |key: &str| node.get(key).and_then(|node| node.as_str());
        let name = node.as_str().or_else(|| text("source"))?;
        let file = self
            .configs
            .and_then(|configs| configs.get(name)?.get("file"));
        let file = file.and_then(|file| self.file(file)?.path);
        Some(Mount {
            target: text("target").map_or_else(|| format!("/{name}"), str::to_owned),
            source: file.map_or(MountSource::Elsewhere, MountSource::Path),
        })
    }

    /// A path, or a mapping with `path`.
    fn file(&self, node: &Node) -> Option<NamedFile> {
        let word = self.word(node).or_else(|| self.word(node.get("path")?))?;
        let file = self.folder.join(&word.text);
        let is_known = word.certainty != Certainty::Open && !file.is_outside();
        Some(NamedFile {
            path: is_known.then_some(file),
            word,
        })
    }

    /// A scalar as a word.
    fn word(&self, node: &Node) -> Option<Word> {
        let text = node.scalar_text()?;
        let mut word = Filled::default();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('$') {
            let (before, dollar) = rest.split_at(at);
            word.plain(before);
            let length = word.dollar(dollar, &self.variables);
            rest = dollar.get(length..).unwrap_or_default();
        }
        word.plain(rest);
        Some(word.word(self.place(node.span)))
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }
}

/// A text into which compose has put what it knows of its variables.
struct Filled {
    text: String,
    /// The same for a shell in the container. Of the variables there, it may have some of the same names: those that
    /// are compose's own are written in a way in which none of the container's is found.
    script: String,
    certainty: Certainty,
}

impl Default for Filled {
    fn default() -> Self {
        Self {
            text: String::new(),
            script: String::new(),
            certainty: Certainty::Known,
        }
    }
}

impl Filled {
    fn text(&mut self, text: &[char]) {
        self.text.extend(text);
        self.script.extend(text);
    }

    fn plain(&mut self, text: &str) {
        self.text.push_str(text);
        self.script.push_str(text);
    }

    /// Takes a `$$`, which is a lone `$`, or a variable from the beginning of a text; gives the length of it.
    fn dollar(&mut self, text: &str, variables: &Variables) -> usize {
        if text.starts_with("$$") {
            self.plain("$");
            return 2;
        }
        let length = variable_length(text);
        let written = text.get(..length).unwrap_or_default();
        let (value, certainty) = variables.expand(written);
        self.text.push_str(&value);
        let inner = written.trim_start_matches(['$', '{']).trim_end_matches('}');
        let is_name = inner
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match certainty {
            Certainty::Default => self.script.push_str(&format!("${{_{inner}}}")),
            Certainty::Open if is_name => self.script.push_str(&format!("${{{inner}?}}")),
            _ => self.script.push_str(written),
        }
        self.certainty = self.certainty.max(certainty);
        length
    }

    /// A word with spaces in it is a script for a shell, if it is anything.
    fn word(self, place: Place) -> Word {
        let is_script = self.text.contains(char::is_whitespace);
        Word {
            text: if is_script { self.script } else { self.text },
            certainty: self.certainty,
            place,
        }
    }
}

/// How long the variable is that a text begins with; 1 for a lone `$`.
fn variable_length(text: &str) -> usize {
    if text.starts_with("${") {
        return text.find('}').map_or(text.len(), |end| end + 1);
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    1 + text.bytes().skip(1).take_while(is_part).count()
}
