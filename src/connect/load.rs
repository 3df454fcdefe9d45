//! A server to its settings as they are written.
//!
//! In: a [`Server`] and its files. Out: a [`LoadedServer`]: every part read, and every setting of it with its place, in
//! the order in which they count, and what the text makes of it. Never: which of two settings wins, or a judgement.

use std::ops::Range;
use std::sync::Arc;

use super::catalogue::{self, Setting};
use super::spelling::Spelling;
use super::words::{Form, Part, Role, Server, Written};
use crate::backstage::environment::Environment;
use crate::backstage::words::EnvironmentVariable;
use crate::files::{Files, ReadError};
use crate::text::{Place, SourceId, Sources, Span};

/// The largest file of settings that is read, in bytes. Real ones stay below 20 KB.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// A server with everything that is written about it.
#[derive(Debug)]
pub struct LoadedServer {
    /// The server.
    pub server: Server,
    /// Its parts, in their order.
    pub parts: Vec<LoadedPart>,
    /// Every setting of every part, in the order of the parts and of their texts.
    pub settings: Vec<WrittenSetting>,
}

/// A part that was read.
#[derive(Debug)]
pub struct LoadedPart {
    /// The part.
    pub part: Part,
    /// The text that its places are in.
    pub source: SourceId,
    /// gcfg as it was read; `None` where the settings are variables.
    pub gcfg: Option<Gcfg>,
    /// Why the file could not be read.
    pub unreadable: Option<ReadError>,
}

/// gcfg text that was read.
#[derive(Debug)]
pub struct Gcfg {
    /// The text as the server reads it.
    pub text: Arc<str>,
    /// What the library makes of it.
    pub document: gcfg::Document,
    /// Whether something fills it in before the server reads it.
    pub form: Form,
}

/// One setting as somebody wrote it.
#[derive(Debug, Clone)]
pub struct WrittenSetting {
    /// The section, as it is written.
    pub section: Arc<str>,
    /// The subsection.
    pub subsection: Option<Arc<str>>,
    /// The key, as it is written.
    pub key: Arc<str>,
    /// What is known of the setting; `None` for one that the catalogue does not have.
    pub setting: Option<&'static Setting>,
    /// The value.
    pub given: Given,
    /// The header of the section; `None` for a variable.
    pub section_place: Option<Place>,
    /// The key, or the name of the variable. `None` for a variable that no file sets.
    pub key_place: Option<Place>,
    /// The value.
    pub value_place: Option<Place>,
    /// What wrote it.
    pub role: Role,
    /// Which part, from 0; `None` for a variable that no file sets.
    pub part: Option<usize>,
    /// What its spelling does to the value.
    pub spelling: Spelling,
    /// Whether the library accepts it. Otherwise it is what the text most likely means.
    pub intact: bool,
}

/// A value as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The key stands alone, without `=`.
    Bare,
    /// This text.
    Text(Arc<str>),
    /// Text that something fills in first, as it is written; or a variable whose value is not here, with no text.
    Open(Arc<str>),
}

impl WrittenSetting {
    /// The text, when it is known.
    pub fn text(&self) -> Option<&str> {
        match &self.given {
            Given::Text(text) => Some(text),
            Given::Bare | Given::Open(_) => None,
        }
    }

    /// The bytes that spell a part of its text; `None` where they do not spell it one for one.
    pub fn part_of_value(&self, part: Range<usize>) -> Option<Place> {
        let text = self.text()?;
        let verbatim = match self.role {
            Role::Environment => self.value_place,
            Role::Main | Role::Migration => self.spelling.verbatim,
        }?;
        let is_exact = verbatim.span.len() == text.len() && text.get(part.clone()).is_some();
        let start = verbatim.span.start as usize;
        is_exact.then(|| {
            let span = Span::new(start + part.start, start + part.end);
            Place::new(verbatim.source, span)
        })
    }

    /// `Section.Key`, as the catalogue spells it where it knows it.
    pub fn name(&self) -> String {
        match self.setting {
            Some(setting) => setting.name(),
            None => format!("{}.{}", self.section, self.key),
        }
    }
}

/// Reads every part of a server. Texts of files are added to `sources`; a file that cannot be read is a source without
/// text, so that the problem has a place. `asked` are the variables that a person named for this run.
pub fn load(
    server: Server,
    files: &dyn Files,
    asked: &Environment,
    sources: &mut Sources,
) -> LoadedServer {
    let mut loaded = LoadedServer {
        parts: Vec::new(),
        settings: Vec::new(),
        server,
    };
    for (index, part) in loaded.server.parts.clone().into_iter().enumerate() {
        let part = loaded_part(part, files, sources);
        let settings = settings_of(&part, index);
        loaded.settings.extend(settings);
        loaded.parts.push(part);
    }
    let asked = asked.known().filter_map(|(name, value)| {
        let variable = EnvironmentVariable::known(name, value, asked.place(name));
        of_variable(&variable, None)
    });
    loaded.settings.extend(asked);
    loaded
}

fn loaded_part(part: Part, files: &dyn Files, sources: &mut Sources) -> LoadedPart {
    match &part.written {
        Written::File(form) => {
            let (text, unreadable) = match files.read(&part.path, MAX_BYTES) {
                Ok(text) => (text, None),
                Err(ReadError::NotUtf8(replaced)) => {
                    let text = Arc::clone(&replaced.text);
                    (text, Some(ReadError::NotUtf8(replaced)))
                }
                Err(error) => (Arc::from(""), Some(error)),
            };
            LoadedPart {
                source: sources.add(files.source(&part.path, Arc::clone(&text))),
                gcfg: Some(parsed(text, *form)),
                unreadable,
                part,
            }
        }
        Written::Made(made) => LoadedPart {
            source: made.source,
            gcfg: Some(parsed(Arc::clone(&made.text), made.form)),
            unreadable: None,
            part,
        },
        Written::Variables { source, .. } => LoadedPart {
            source: *source,
            gcfg: None,
            unreadable: None,
            part,
        },
    }
}

fn parsed(text: Arc<str>, form: Form) -> Gcfg {
    let options = gcfg::Options {
        template: form == Form::Template,
        refuse_byte_order_mark: false,
    };
    Gcfg {
        document: gcfg::parse(&*text, options),
        text,
        form,
    }
}

impl LoadedPart {
    /// The bytes of the file for these of the text.
    pub fn place(&self, span: Span) -> Place {
        match &self.part.written {
            Written::Made(made) => made.place(span),
            Written::File(_) | Written::Variables { .. } => Place::new(self.source, span),
        }
    }

    /// Where it begins.
    pub fn start(&self) -> Place {
        match &self.part.written {
            Written::Made(made) => made.place(Span::default()),
            Written::File(_) | Written::Variables { .. } => {
                Place::new(self.source, Span::default())
            }
        }
    }

    /// Why the server does not start with it: `line:column: message` of the gcfg library, or why it cannot be read. A
    /// template is judged when it is filled in.
    pub fn refusal(&self) -> Option<String> {
        match (&self.unreadable, self.gcfg.as_ref()?) {
            (Some(error), _) => Some(format!(" {error}")),
            (None, gcfg) if gcfg.form == Form::Template => None,
            (None, gcfg) => {
                let problem = gcfg.document.problems.first()?;
                let (line, column) = (problem.position.line, problem.position.column);
                Some(format!("{line}:{column}: {}", problem.kind))
            }
        }
    }

    /// Whether something fills it in before the server reads it.
    pub fn is_template(&self) -> bool {
        self.gcfg
            .as_ref()
            .is_some_and(|gcfg| gcfg.form == Form::Template)
    }
}

/// The settings of a part, in order.
fn settings_of(part: &LoadedPart, index: usize) -> Vec<WrittenSetting> {
    if let Written::Variables { variables, .. } = &part.part.written {
        let variables = variables.iter();
        return variables
            .filter_map(|variable| of_variable(variable, Some(index)))
            .collect();
    }
    let Some(gcfg) = &part.gcfg else {
        return Vec::new();
    };
    let mut settings = Vec::new();
    for section in &gcfg.document.sections {
        for entry in &section.entries {
            settings.push(of_entry(section, entry, part, gcfg, index));
        }
    }
    settings
}

fn of_entry(
    section: &gcfg::Section,
    entry: &gcfg::Entry,
    part: &LoadedPart,
    gcfg: &Gcfg,
    index: usize,
) -> WrittenSetting {
    let setting = catalogue::setting(&section.name.text, &entry.name.text);
    let value_span = entry
        .value
        .as_ref()
        .map_or(Span::at(entry.name.span.end as usize), |value| value.span);
    WrittenSetting {
        section: Arc::clone(&section.name.text),
        subsection: section
            .subsection
            .as_ref()
            .map(|name| Arc::clone(&name.text)),
        key: Arc::clone(&entry.name.text),
        setting,
        given: match &entry.value {
            None => Given::Bare,
            Some(value) if value.is_template => Given::Open(Arc::clone(&value.text)),
            Some(value) => Given::Text(Arc::clone(&value.text)),
        },
        section_place: Some(part.place(section.span)),
        key_place: Some(part.place(entry.name.span)),
        value_place: Some(part.place(value_span)),
        role: part.part.role,
        part: Some(index),
        spelling: Spelling::of(entry, gcfg, part),
        intact: entry.intact && section.intact,
    }
}

/// The setting that a variable sets; `None` for any other variable.
fn of_variable(variable: &EnvironmentVariable, part: Option<usize>) -> Option<WrittenSetting> {
    let setting = catalogue::of_variable(&variable.name)?;
    Some(WrittenSetting {
        section: setting.section.into(),
        subsection: None,
        key: setting.key.into(),
        setting: Some(setting),
        given: match &variable.value {
            Some(value) => Given::Text(Arc::clone(value)),
            None => Given::Open("".into()),
        },
        section_place: None,
        key_place: variable.place,
        value_place: variable.place,
        role: Role::Environment,
        part,
        spelling: Spelling::default(),
        intact: true,
    })
}

/// A text that is in no file, for tests of those who read settings.
#[cfg(test)]
pub fn load_text(text: &str) -> (LoadedServer, Sources) {
    use super::words::Deployment;
    use crate::files::{FilePath, MemoryFiles};

    let path = FilePath::new("rstudio-connect.gcfg");
    let files = MemoryFiles::new([(path.as_str(), text)]);
    let server = Server {
        name: path.as_str().into(),
        folder: FilePath::root(),
        parts: vec![Part {
            path,
            role: Role::Main,
            written: Written::File(Form::Plain),
        }],
        deployment: Deployment::default(),
    };
    let mut sources = Sources::default();
    let loaded = load(server, &files, &Environment::default(), &mut sources);
    (loaded, sources)
}
