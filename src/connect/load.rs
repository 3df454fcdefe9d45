//! A server to its settings as they are written.
//!
//! In: a [`Server`] and its files. Out: a [`LoadedServer`]: every part read, and every setting of it with its place, in
//! the order in which they count, and what the text makes of it. Never: which of two settings wins, or a judgement.

use std::ops::Range;
use std::sync::Arc;

use super::branches::{Branch, Branches};
use super::catalogue::{self, Setting};
use super::spelling::Spelling;
use super::words::{Form, Part, Role, Server};
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
    /// Every setting of every part, in the order of the parts and of their texts; then the variables.
    pub settings: Vec<WrittenSetting>,
    /// Whether its process may have variables that nobody named for this run.
    pub has_unread_variables: bool,
}

/// A part that was read.
#[derive(Debug)]
pub struct LoadedPart {
    /// The part.
    pub part: Part,
    /// The text that its places are in.
    pub source: SourceId,
    /// gcfg as it was read.
    pub gcfg: Gcfg,
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
    /// The value as the text spells it; `None` for a key alone and for a variable.
    pub value: Option<gcfg::Value>,
    /// The key; `None` for a variable.
    pub key_place: Option<Place>,
    /// The value; `None` for a variable that no file sets.
    pub value_place: Option<Place>,
    /// What wrote it.
    pub role: Role,
    /// Which part, from 0; `None` for a variable.
    pub part: Option<usize>,
    /// Whether it is within a block of a template, so that it may not be there.
    pub is_conditional: bool,
    /// Whether a template decides its section or its key.
    pub is_renamed: bool,
    /// What its spelling does to the value.
    pub spelling: Spelling,
    /// Whether the library accepts it. Otherwise it is what the text most likely means.
    pub intact: bool,
    /// Whether the library accepts its own line, whatever it says of the header above.
    pub is_line_intact: bool,
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

    /// `Section.Key`, as the catalogue spells it where it knows it.
    pub fn name(&self) -> String {
        match self.setting {
            Some(setting) => setting.name(),
            None => format!("{}.{}", self.section, self.key),
        }
    }
}

/// Reads every part of a server. Texts of files are added to `sources`; a file that cannot be read is a source without
/// text, so that the problem has a place. `asked` are the variables that a person named for this run; they win over those
/// of files.
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
        has_unread_variables: !asked.is_complete(),
    };
    for (index, part) in loaded.server.parts.clone().into_iter().enumerate() {
        let part = loaded_part(part, files, sources);
        let settings = settings_of(&part, index);
        loaded.settings.extend(settings);
        loaded.parts.push(part);
    }
    let of_files = loaded.server.variables.iter();
    let of_files = of_files.filter_map(|it| of_variable(&it.variable));
    loaded.settings.extend(of_files.collect::<Vec<_>>());
    let asked = asked.known().filter_map(|(name, value)| {
        let variable = EnvironmentVariable::known(name, value, asked.place(name));
        of_variable(&variable)
    });
    loaded.settings.extend(asked);
    loaded
}

fn loaded_part(part: Part, files: &dyn Files, sources: &mut Sources) -> LoadedPart {
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
        gcfg: parsed(text, part.form),
        unreadable,
        part,
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
    /// The place of bytes of its text.
    pub fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    /// Where it begins.
    pub fn start(&self) -> Place {
        self.place(Span::default())
    }

    /// The bytes that spell a part of a value's text, widened to whole escapes; `None` when it has no such part.
    pub fn part_of_value(&self, value: &gcfg::Value, part: Range<usize>) -> Option<Place> {
        let Gcfg { document, text, .. } = &self.gcfg;
        let span = document.subspan(&**text, value, part)?;
        Some(self.place(span))
    }

    /// Why the server does not start with it: `line:column: message` of the gcfg library, or why it cannot be read. A
    /// template is judged when it is filled in.
    pub fn refusal(&self) -> Option<String> {
        match &self.unreadable {
            Some(error) => Some(format!(" {error}")),
            None if self.is_template() => None,
            None => {
                let problem = self.gcfg.document.problems.first()?;
                let (line, column) = (problem.position.line, problem.position.column);
                Some(format!("{line}:{column}: {}", problem.kind))
            }
        }
    }

    /// Whether something fills it in before the server reads it.
    pub fn is_template(&self) -> bool {
        self.gcfg.form == Form::Template
    }
}

impl LoadedServer {
    /// The bytes that spell a part of a setting's text; `None` where none do.
    pub fn part_of_value(&self, written: &WrittenSetting, part: Range<usize>) -> Option<Place> {
        if let Some(value) = &written.value {
            return self.parts.get(written.part?)?.part_of_value(value, part);
        }
        let (text, place) = (written.text()?, written.value_place?);
        let is_exact = place.span.len() == text.len() && text.get(part.clone()).is_some();
        let start = place.span.start as usize;
        is_exact.then(|| {
            let span = Span::new(start + part.start, start + part.end);
            Place::new(place.source, span)
        })
    }
}

/// The settings of a part, in order.
fn settings_of(part: &LoadedPart, index: usize) -> Vec<WrittenSetting> {
    let mut branches = Branches::of(&part.gcfg);
    let mut settings = Vec::new();
    for section in &part.gcfg.document.sections {
        branches.header(section);
        for entry in &section.entries {
            let branch = branches.entry(entry);
            settings.push(of_entry(section, entry, branch, part, index));
        }
    }
    settings
}

fn of_entry(
    section: &gcfg::Section,
    entry: &gcfg::Entry,
    branch: Branch,
    part: &LoadedPart,
    index: usize,
) -> WrittenSetting {
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
        setting: catalogue::setting(&section.name.text, &entry.name.text),
        given: match &entry.value {
            None => Given::Bare,
            Some(value) if value.is_template => Given::Open(Arc::clone(&value.text)),
            Some(value) => Given::Text(Arc::clone(&value.text)),
        },
        value: entry.value.clone(),
        key_place: Some(part.place(entry.name.span)),
        value_place: Some(part.place(value_span)),
        role: part.part.role,
        part: Some(index),
        is_conditional: branch.is_conditional,
        is_renamed: branch.is_renamed,
        spelling: Spelling::of(entry, part),
        intact: entry.intact && section.intact,
        is_line_intact: entry.intact,
    }
}

/// The setting that a variable sets; `None` for any other variable.
fn of_variable(variable: &EnvironmentVariable) -> Option<WrittenSetting> {
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
        value: None,
        key_place: None,
        value_place: variable.place,
        role: Role::Environment,
        part: None,
        is_conditional: false,
        is_renamed: false,
        spelling: Spelling::default(),
        intact: true,
        is_line_intact: true,
    })
}

/// A text that is in no file, for tests of those who read settings.
#[cfg(test)]
pub fn load_text(text: &str) -> (LoadedServer, Sources) {
    load_as("rstudio-connect.gcfg", Form::Plain, text)
}

/// The same of a template.
#[cfg(test)]
pub fn load_template(text: &str) -> (LoadedServer, Sources) {
    load_as("rstudio-connect.gcfg.j2", Form::Template, text)
}

#[cfg(test)]
fn load_as(name: &str, form: Form, text: &str) -> (LoadedServer, Sources) {
    use super::words::Deployment;
    use crate::files::{FilePath, MemoryFiles};

    let path = FilePath::new(name);
    let files = MemoryFiles::new([(path.as_str(), text)]);
    let server = Server {
        name: path.as_str().into(),
        folder: FilePath::root(),
        parts: vec![Part {
            path,
            role: Role::Main,
            form,
        }],
        variables: Vec::new(),
        deployment: Deployment::default(),
    };
    let mut sources = Sources::default();
    let loaded = load(server, &files, &Environment::default(), &mut sources);
    (loaded, sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branches(text: &str) -> Vec<(String, bool, bool)> {
        let (loaded, _) = load_template(text);
        let settings = loaded.settings.iter();
        settings
            .map(|it| (it.name(), it.is_conditional, it.is_renamed))
            .collect()
    }

    #[test]
    fn what_is_in_a_block_may_not_be_there() {
        let text = "[Server]\nAddress = a\n{% if x %}\nDataDir = /a\n{% else %}\nDataDir = /b\n{% endif %}\nLandingDir = /c\n";
        let is_conditional = branches(text).into_iter().map(|it| it.1);
        assert_eq!(
            is_conditional.collect::<Vec<_>>(),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_template_decides_names_below_what_may_write_a_header() {
        for (text, is_renamed) in [
            ("[{{ section }}]\nURL = x\n", true),
            ("[Server]\n{{ key }} = x\n", true),
            ("[Server]\n{% include 'database' %}\nURL = x\n", true),
            ("[Server]\n{{ database }}\nURL = x\n", true),
            ("{% if a %}\n[A]\n{% endif %}\nURL = x\n", true),
            ("{% if a %}\n[A]\n{% else %}\nURL = x\n{% endif %}\n", true),
            ("{% if a %}\n[A]\nURL = x\n{% endif %}\n", false),
            ("[A]\n{% if a %}\n{% endif %}\nURL = {{ x }}\n", false),
            ("{{ header }}\n[A]\nURL = x\n", false),
        ] {
            let found = branches(text);
            assert_eq!(found.last().map(|it| it.2), Some(is_renamed), "{text}");
        }
    }

    #[test]
    fn the_password_of_a_url_is_found_behind_escapes() {
        let text = "[Postgres]\nURL = \"postgres://u:a\\\"b@h/d\"\n";
        let (loaded, sources) = load_text(text);
        let place = loaded.part_of_value(&loaded.settings[0], 13..16).unwrap();
        assert_eq!(sources.slice(place), "a\\\"b");
    }
}
