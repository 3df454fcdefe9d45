//! Start commands outside of images and clusters: Procfile, systemd units, shell entry points and Makefiles.
//!
//! In: one such file. Out: its chains. Never: a shell's control flow; a line is read by itself.

use std::sync::Arc;

use crate::backstage::discover::chain::{Audience, Draft, Picks};
use crate::backstage::discover::command::shell;
use crate::backstage::discover::command::word::{Anchor, Variables, Word};
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::process::{Checkout, Process};
use crate::backstage::discover::reader::Reader;
use crate::backstage::discover::source::Source;
use crate::backstage::words::StartKind;
use crate::files::FilePath;
use crate::text::{Place, SourceId, Span};

/// A line of a file that may start something.
struct Found<'t> {
    /// What to call the chain.
    name: String,
    text: &'t str,
    /// The line's first byte in the file.
    start: usize,
    audience: Audience,
}

/// These files as a source of start commands.
pub(super) struct PlainFiles;

impl Source for PlainFiles {
    fn wants(&self, name: &str) -> bool {
        Kind::of(name).is_some()
    }

    fn processes(&self, files: &[&FilePath], reader: &mut Reader<'_>) {
        for path in files {
            reader.other(path);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Procfile,
    Unit,
    Shell,
    Makefile,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "procfile" => Some(Self::Procfile),
            "makefile" | "gnumakefile" | "justfile" => Some(Self::Makefile),
            _ if lower.ends_with(".service") => Some(Self::Unit),
            _ if lower.ends_with(".sh") => Some(Self::Shell),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// The chains of a Procfile, unit, shell script or Makefile.
    pub(super) fn other(&mut self, path: &FilePath) {
        let (Some(kind), Some(text)) = (Kind::of(path.name()), self.text(path)) else {
            return;
        };
        if self.is_read_script(path) {
            return;
        }
        // Nothing to read for, and the reason why a thousand scripts cost nothing. What a Procfile runs may be a script
        // of a package.json that says more.
        if kind != Kind::Procfile && !text.contains("backend") && !text.contains("app-config") {
            return;
        }
        let source = self.add_source(path, Arc::clone(&text));
        let found = match kind {
            Kind::Procfile => procfile(&text),
            Kind::Unit => unit(&text),
            Kind::Makefile => makefile(&text),
            Kind::Shell => shell_script(&text),
        };
        let environment = match kind {
            Kind::Unit => assignments(&text, source, "Environment="),
            Kind::Shell => assignments(&text, source, "export "),
            _ => Vec::new(),
        };
        for one in found {
            self.line(path, source, one, &environment);
        }
    }

    fn line(
        &mut self,
        path: &FilePath,
        source: SourceId,
        found: Found<'_>,
        environment: &[(String, Word)],
    ) {
        let Some(root) = self.root_of(path) else {
            return;
        };
        let file = self.name_of(path);
        let name = match found.name.as_str() {
            "" => file,
            name => format!("{file}:{name}"),
        };
        let end = found.start + found.text.trim_end().len();
        let place = Place::new(source, Span::new(found.start, end));
        let process = Process {
            place: Some(place),
            command: Some(Launch {
                form: Form::Shell {
                    text: found.text.to_owned(),
                    anchor: Anchor::Exact(source, found.start),
                },
                place,
            }),
            environment: environment.to_vec(),
            audience: found.audience,
            ..Process::new(name, StartKind::Other, source)
        };
        let process = process.in_checkout(Checkout {
            folder: path.parent(),
            also: vec![root.clone()],
            root,
        });
        let contexts = [FilePath::root()];
        let draft = self.draft(path, &process, &contexts);
        // What leaves the layers to the loader says nothing that the scripts do not.
        let says_more =
            |draft: &Draft| draft.picks == Picks::Command || found.audience == Audience::People;
        if let Some((draft, _)) = draft.filter(|(draft, _)| says_more(draft)) {
            self.adopt(path, draft);
        }
    }
}

/// The `NAME=value` words behind a keyword at the start of lines: `Environment=` of a systemd unit, `export` of a
/// shell script.
fn assignments(text: &str, source: SourceId, keyword: &str) -> Vec<(String, Word)> {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        let Some(words) = line.trim_start().strip_prefix(keyword) else {
            continue;
        };
        let anchor = Anchor::Exact(source, start + line.len() - words.len());
        for word in shell::commands(words, anchor, &Variables::default()).concat() {
            if let Some((name, value)) = word.text.split_once('=') {
                let value = Word {
                    text: value.to_owned(),
                    ..word.clone()
                };
                found.push((name.to_owned(), value));
            }
        }
    }
    found
}

/// The lines of a text with the byte each begins at; lines that a `\` continues are one.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if !line.trim_end().ends_with('\\') {
            found.extend(text.get(begin..at).map(|line| (begin, line)));
            begin = at;
        }
    }
    found.extend(
        text.get(begin..)
            .filter(|rest| !rest.is_empty())
            .map(|rest| (begin, rest)),
    );
    found
}

/// `web: node packages/backend …`
fn procfile(text: &str) -> Vec<Found<'_>> {
    let one = |(start, line): (usize, &'_ str)| -> Option<(String, usize)> {
        let (name, command) = line.split_once(':')?;
        Some((name.trim().to_owned(), start + line.len() - command.len()))
    };
    lines(text)
        .into_iter()
        .filter_map(|(start, line)| {
            let (name, begin) = one((start, line))?;
            Some(Found {
                name,
                text: text.get(begin..start + line.len())?,
                start: begin,
                audience: Audience::People,
            })
        })
        .collect()
}

/// `ExecStart=…` of a systemd unit.
fn unit(text: &str) -> Vec<Found<'_>> {
    lines(text)
        .into_iter()
        .filter_map(|(start, line)| {
            let command = line
                .strip_prefix("ExecStart=")?
                .trim_start_matches(['-', '@', ':', '+', '!']);
            Some(Found {
                name: String::new(),
                text: command,
                start: start + line.len() - command.len(),
                audience: Audience::People,
            })
        })
        .collect()
}

/// Recipe lines, each called by its target.
fn makefile(text: &str) -> Vec<Found<'_>> {
    let mut target = String::new();
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        if !line.starts_with([' ', '\t']) {
            target = line.split(':').next().unwrap_or_default().trim().to_owned();
            continue;
        }
        let command = line.trim_start().trim_start_matches(['@', '-', '+']);
        found.push(Found {
            name: target.clone(),
            text: command,
            start: start + line.len() - command.len(),
            audience: Audience::Developer,
        });
    }
    found
}

/// Every line of a shell script; only a start command with `--config` makes a chain. What stands in a heredoc is text,
/// and what an array is given (`args+=(--config …)`) starts nothing.
fn shell_script(text: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut heredoc: Option<&str> = None;
    for (start, line) in lines(text) {
        if let Some(end) = heredoc {
            heredoc = heredoc.filter(|_| line.trim() != end);
            continue;
        }
        heredoc = heredoc_of(line);
        if line.contains("--config") && !is_array(line) {
            found.push(Found {
                name: String::new(),
                text: line,
                start,
                audience: Audience::Developer,
            });
        }
    }
    found
}

/// The word that ends the heredoc which a line begins.
fn heredoc_of(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<<")?;
    let rest = rest.trim_start_matches('-').trim_start();
    let word = rest.split([' ', ';', '|', '>', ')', '\n', '\r']).next()?;
    let word = word.trim_matches(['"', '\'']);
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!word.is_empty() && word.bytes().all(is_word)).then_some(word)
}

/// Whether a line gives an array its words.
fn is_array(line: &str) -> bool {
    let Some((before, after)) = line.split_once('=') else {
        return false;
    };
    let name = before.trim_end_matches('+').split_whitespace().next_back();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    after.starts_with('(') && name.is_some_and(|name| name.bytes().all(is_part))
}
