//! A tree of YAML to a [`Card`]: the one reading of the card format, for the build script and for users'
//! policies.
//!
//! In: anything that is a [`Tree`]. Out: a card, or every mistake in it with the field's path and place.
//! Never: the meaning of conditions and paths; `rules::check` does that, since it needs the facts.
//! The build script compiles this file too, so it stands on the standard library alone.

use std::borrow::Cow;
use std::str::FromStr;

use super::card::{
    At, Card, Case, Chains, Detection, Each, Example, Group, Incomplete, Production, Scope,
    Several, Switch, Words,
};
use crate::finding::Severity;
use crate::text::closest;

/// A parsed YAML value, wherever it comes from.
pub trait Tree {
    /// What a mistake points at.
    type Place: Clone;

    /// Where this value stands.
    fn place(&self) -> Self::Place;
    /// The string, when it is one.
    fn text(&self) -> Option<&str>;
    /// The boolean, when it is one.
    fn truth(&self) -> Option<bool>;
    /// The items, when it is a sequence.
    fn items(&self) -> Option<Vec<&Self>>;
    /// Keys, their places and values, when it is a mapping.
    fn entries(&self) -> Option<Vec<(&str, Self::Place, &Self)>>;
}

/// A mistake in a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake<P> {
    /// The field, e.g. `cases[0].severity`; empty for the card itself.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// Where.
    pub place: P,
}

/// Reads one card.
///
/// # Errors
/// Every mistake of shape: unknown and missing fields, wrong types, words outside the allowed ones.
pub fn card<T: Tree>(tree: &T) -> Result<Card, Vec<Mistake<T::Place>>> {
    let mut mistakes = Vec::new();
    let card = read_card(tree, &mut mistakes);
    match card {
        Some(card) if mistakes.is_empty() => Ok(card),
        _ => Err(mistakes),
    }
}

fn read_card<T: Tree>(tree: &T, mistakes: &mut Vec<Mistake<T::Place>>) -> Option<Card> {
    let mut fields = Fields::of(tree, String::new(), mistakes)?;
    let id = fields.required("id", id);
    let title = fields.required("title", line);
    let group = fields
        .optional("group", |at| at.word(&Group::ALL.map(|g| (g.as_str(), g))))
        .unwrap_or(Group::Policy);
    let source = fields
        .optional("source", |at| at.word(&[("loader", Detection::Loader)]))
        .unwrap_or(Detection::Conditions);
    let scope = fields.required("scope", |at| {
        at.word(&[Scope::Layer, Scope::Chain, Scope::App].map(|scope| (scope.as_str(), scope)))
    });
    let chains = fields
        .optional("chains", |at| {
            at.word(&[("production", Chains::Production), ("all", Chains::All)])
        })
        .unwrap_or(Chains::All);
    let incomplete = fields
        .optional("incomplete", |at| {
            at.word(&[
                ("lower", Incomplete::Lower),
                ("same", Incomplete::Same),
                ("skip", Incomplete::Skip),
            ])
        })
        .unwrap_or(Incomplete::Lower);
    let default = fields
        .optional("default", |at| {
            at.word(&[("on", Switch::On), ("off", Switch::Off)])
        })
        .unwrap_or(Switch::On);
    let each = fields.optional("for", each);
    let cases = match source {
        Detection::Conditions => fields.required("cases", |at| at.list(case)),
        Detection::Loader => fields
            .required("severity", loader_case)
            .map(|case| vec![case]),
    };
    let why = fields.required("why", prose);
    let fix = fields.required("fix", prose);
    let references = fields.optional("references", |at| at.list(line));
    let aliases = fields.optional("aliases", |at| at.list(self::id));
    let examples = fields.optional("examples", |at| at.list(example));
    fields.finish();
    Some(Card {
        id: id?,
        title: title?,
        group,
        source,
        scope: scope?,
        chains,
        incomplete,
        default,
        each,
        cases: several(Some(cases?)),
        why: why?,
        fix: fix?,
        references: several(references),
        aliases: several(aliases),
        examples: several(examples),
    })
}

fn case<T: Tree>(at: &mut Field<'_, T>) -> Option<Case> {
    let mut fields = at.fields()?;
    let when = fields.required("when", prose);
    let severity = fields.required("severity", severity);
    let message = fields.required("message", line);
    let several_message = fields.optional("several", line);
    let labels = fields.required("at", |at| at.list(label));
    let fix = fields.optional("fix", prose);
    fields.finish();
    Some(Case {
        when: when?,
        severity: severity?,
        message: message?,
        several: several_message,
        at: several(Some(labels?)),
        fix,
    })
}

/// A loader card has no condition: its one case only holds the severity.
fn loader_case<T: Tree>(at: &mut Field<'_, T>) -> Option<Case> {
    Some(Case {
        when: Cow::Borrowed(""),
        severity: severity(at)?,
        message: Cow::Borrowed(""),
        several: None,
        at: Cow::Borrowed(&[]),
        fix: None,
    })
}

fn label<T: Tree>(at: &mut Field<'_, T>) -> Option<At> {
    let mut fields = at.fields()?;
    let here = fields.required("here", line);
    let note = fields.optional("note", line);
    fields.finish();
    Some(At {
        here: here?,
        note: note.unwrap_or_default(),
    })
}

fn each<T: Tree>(at: &mut Field<'_, T>) -> Option<Each> {
    let text = at.text()?;
    let parsed = text.split_once(" as ").and_then(|(path, names)| {
        let (key, item) = match names.split_once(',') {
            Some((key, item)) => (Some(key.trim()), item.trim()),
            None => (None, names.trim()),
        };
        let named = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        (named(item) && key.is_none_or(named)).then(|| Each {
            path: owned(path.trim()),
            key: key.map(owned),
            item: owned(item),
        })
    });
    if parsed.is_none() {
        return at.mistake("is written `PATH as NAME` or `PATH as KEY, NAME`, each name beginning with a lower-case letter");
    }
    parsed
}

fn example<T: Tree>(at: &mut Field<'_, T>) -> Option<Example> {
    let mut fields = at.fields()?;
    let name = fields.required("name", line);
    let files = fields.required("files", |at| at.pairs(text));
    let config = fields.optional("config", |at| at.list(line));
    let production = fields.optional("production", |at| match at.tree.truth() {
        Some(true) => Some(Production::Yes),
        Some(false) => Some(Production::ByName),
        None => at.mistake("is `true` or `false`"),
    });
    let finds = fields.required("finds", |at| at.list(expectation));
    fields.finish();
    Some(Example {
        name: name?,
        files: several(Some(files?)),
        config: several(config),
        production: production.unwrap_or(Production::ByName),
        finds: several(Some(finds?)),
    })
}

/// `PATH:LINE SEVERITY`
fn expectation<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = line(at)?;
    let fits = text.rsplit_once(' ').is_some_and(|(place, severity)| {
        Severity::from_str(severity).is_ok()
            && place
                .rsplit_once(':')
                .is_some_and(|(path, line)| !path.is_empty() && line.parse::<u32>().is_ok())
    });
    if !fits {
        return at.mistake("is written `PATH:LINE SEVERITY`, e.g. `app-config.yaml:4 error`");
    }
    Some(text)
}

fn severity<T: Tree>(at: &mut Field<'_, T>) -> Option<Severity> {
    at.word(&[Severity::Error, Severity::Warning, Severity::Info].map(|word| (word.as_str(), word)))
}

fn id<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?;
    let kebab = text.split('-').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    if !kebab || text.len() > 80 {
        return at
            .mistake("is kebab-case: lower-case letters, digits and single hyphens, at most 80");
    }
    Some(owned(text))
}

fn text<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    at.text().map(owned)
}

/// One line that says something.
fn line<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?;
    if text.trim().is_empty() || text.contains('\n') {
        return at.mistake("is one line, and not empty");
    }
    Some(owned(text))
}

/// One or more lines that say something.
fn prose<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?.trim();
    if text.is_empty() {
        return at.mistake("is not empty");
    }
    Some(owned(text))
}

fn owned(text: &str) -> Words {
    Cow::Owned(text.to_owned())
}

fn several<T: Clone>(items: Option<Vec<T>>) -> Several<T> {
    Cow::Owned(items.unwrap_or_default())
}

/// One value of a card, with the path people know it by.
struct Field<'m, T: Tree> {
    tree: &'m T,
    path: String,
    mistakes: &'m mut Vec<Mistake<T::Place>>,
}

impl<'m, T: Tree> Field<'m, T> {
    /// Notes a mistake about this value; `None`, so that a reader can end with it.
    fn mistake<V>(&mut self, message: &str) -> Option<V> {
        self.mistakes.push(Mistake {
            field: self.path.clone(),
            message: message.to_owned(),
            place: self.tree.place(),
        });
        None
    }

    fn text(&mut self) -> Option<&'m str> {
        let text = self.tree.text();
        if text.is_none() {
            return self.mistake("is a string");
        }
        text
    }

    fn word<W: Copy>(&mut self, words: &[(&'static str, W)]) -> Option<W> {
        let text = self.tree.text();
        let found = words.iter().find(|(word, _)| Some(*word) == text);
        if found.is_none() {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            return self.mistake(&format!("is {}", words.join(" or ")));
        }
        found.map(|(_, value)| *value)
    }

    fn list<V>(&mut self, mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>) -> Option<Vec<V>> {
        let Some(items) = self.tree.items() else {
            return self.mistake("is a list");
        };
        let mut values = Vec::new();
        for (index, tree) in items.into_iter().enumerate() {
            values.extend(read(&mut Field {
                tree,
                path: format!("{}[{index}]", self.path),
                mistakes: self.mistakes,
            }));
        }
        Some(values)
    }

    fn pairs<V>(
        &mut self,
        mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<Vec<(Words, V)>> {
        let Some(entries) = self.tree.entries() else {
            return self.mistake("is a mapping");
        };
        let mut values = Vec::new();
        for (key, _, tree) in entries {
            let value = read(&mut Field {
                tree,
                path: format!("{}.{key}", self.path),
                mistakes: self.mistakes,
            });
            values.extend(value.map(|value| (owned(key), value)));
        }
        Some(values)
    }

    fn fields(&mut self) -> Option<Fields<'_, T>> {
        Fields::of(self.tree, self.path.clone(), self.mistakes)
    }
}

/// The fields of a mapping, each to be asked for once.
struct Fields<'m, T: Tree> {
    tree: &'m T,
    path: String,
    entries: Vec<(&'m str, T::Place, &'m T)>,
    known: Vec<&'static str>,
    mistakes: &'m mut Vec<Mistake<T::Place>>,
}

impl<'m, T: Tree> Fields<'m, T> {
    fn of(tree: &'m T, path: String, mistakes: &'m mut Vec<Mistake<T::Place>>) -> Option<Self> {
        let Some(entries) = tree.entries() else {
            mistakes.push(Mistake {
                field: path,
                message: "is a mapping".to_owned(),
                place: tree.place(),
            });
            return None;
        };
        Some(Self {
            tree,
            path,
            entries,
            known: Vec::new(),
            mistakes,
        })
    }

    fn optional<V>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<V> {
        self.known.push(name);
        let (_, _, tree) = self.entries.iter().find(|(key, _, _)| *key == name)?;
        read(&mut Field {
            tree,
            path: self.path_of(name),
            mistakes: self.mistakes,
        })
    }

    fn required<V>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<V> {
        if !self.entries.iter().any(|(key, _, _)| *key == name) {
            self.known.push(name);
            self.mistakes.push(Mistake {
                field: self.path_of(name),
                message: "is missing".to_owned(),
                place: self.tree.place(),
            });
            return None;
        }
        self.optional(name, read)
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Notes every field nobody asked for.
    fn finish(self) {
        for (key, place, _) in &self.entries {
            if !self.known.contains(key) {
                let hint = closest(key, self.known.iter().copied())
                    .map_or_else(String::new, |known| format!(": did you mean `{known}`?"));
                self.mistakes.push(Mistake {
                    field: self.path_of(key),
                    message: format!("is no field of a card{hint}"),
                    place: place.clone(),
                });
            }
        }
    }
}
