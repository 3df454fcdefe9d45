//! Lossless edits of YAML and JSON text: a value is set, a key renamed, an entry removed, and no other byte changes.
//!
//! In: a text and [`Change`]s to its tree. Out: the [`Replacement`]s of bytes that make them, or why there are none. What
//! comes out is parsed again before it is returned: the tree must be the expected one, and every comment must have
//! survived that does not belong to something removed. So a change that an anchor, an alias, a tag or an unusual layout
//! makes unsafe is refused, never made wrongly.

mod block;
mod content;
mod flow;
mod spell;
mod view;

use std::fmt;

use super::{Comment, Document, parse, parse_json};
use source::{ConfigPath, Part, Span};

pub use content::Content;
use view::{Found, Layout, View};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// YAML, in block and in flow style.
    Yaml,
    /// JSON, without comments.
    Json,
}

/// One change of a tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Gives the value at a path other content. What is missing on the way there is added, as the last entry of its
    /// mapping (in JSON between its neighbours, where the keys are sorted). An item of a list must be there.
    Set {
        /// Where.
        path: ConfigPath,
        /// What.
        content: Content,
    },
    /// Takes out an entry or an item. Its mapping or list stays, as `{}` or `[]` where nothing is left in it.
    Remove {
        /// Where.
        path: ConfigPath,
    },
    /// Gives an entry another key, which its mapping must not have yet.
    Rename {
        /// Where.
        path: ConfigPath,
        /// The key.
        key: String,
    },
    /// Adds an item at the end of a list that is there.
    Append {
        /// The list.
        path: ConfigPath,
        /// The item.
        content: Content,
    },
}

/// Bytes of a text, and what to write in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes; empty where text is only added.
    pub span: Span,
    /// What to write there.
    pub text: String,
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The text cannot be parsed.
    Unreadable,
    /// There is nothing at the path, or something on the way is no mapping.
    Absent,
    /// The changes touch the same bytes.
    Overlap,
    /// The changed text would not hold exactly the changed tree and all other comments: an anchor, an alias, a tag, a
    /// duplicate key or an unusual layout is in the way.
    Unsafe,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the text cannot be parsed",
            Self::Absent => "there is no such value",
            Self::Overlap => "the changes touch the same bytes",
            Self::Unsafe => "an anchor, an alias, a tag or the layout of the text is in the way",
        })
    }
}

impl std::error::Error for Refused {}

/// A replacement while it is planned.
#[derive(Debug, Clone)]
struct Planned {
    replacement: Replacement,
    /// Where comments may go with what is removed.
    drops: Span,
}

impl Planned {
    fn new(span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            replacement: Replacement { span, text },
            drops: Span::at(span.start as usize),
        }
    }

    /// The same, with the comments in a part of the text.
    fn dropping(mut self, drops: Span) -> Self {
        self.drops = drops;
        self
    }
}

type Plan = Result<Vec<Planned>, Refused>;

/// The replacements that make all changes at once, in order of place; each is about the text as it is.
///
/// # Errors
/// Whatever keeps one of them from being made safely; see [`Refused`].
pub fn edit(
    text: &str,
    language: Language,
    changes: &[Change],
) -> Result<Vec<Replacement>, Refused> {
    let before = read(text, language);
    if before.is_broken() {
        return Err(Refused::Unreadable);
    }
    let mut expected = before.root.as_ref().map(Content::of);
    let mut planned = Vec::new();
    for change in changes {
        let view = View::new(text, language, before.root.as_ref());
        planned.extend(view.plan(change)?);
        expected = Some(content::changed(expected, change, language).ok_or(Refused::Absent)?);
    }
    // What is added at a place comes before what is removed from there on.
    planned.sort_by_key(|one| one.replacement.span);
    let (drops, replacements): (Vec<Span>, Vec<Replacement>) = planned
        .into_iter()
        .map(|one| (one.drops, one.replacement))
        .unzip();
    let after = apply(text, &replacements).ok_or(Refused::Overlap)?;
    let document = read(&after, language);
    let is_expected = !document.is_broken()
        && match (&document.root, &expected) {
            (Some(root), Some(expected)) => Content::of(root).is_same(expected),
            (None, None) => true,
            _ => false,
        };
    let is_kept = |comment: &&Comment| {
        let within =
            |drops: &&Span| drops.start <= comment.span.start && comment.span.end <= drops.end;
        !drops.iter().any(|drops| within(&drops))
    };
    let words = |text: &str, comment: &Comment| text.get(comment.span.range()).map(str::to_owned);
    let kept = before.comments.iter().filter(is_kept);
    let kept = kept.map(|comment| words(text, comment));
    let left = document.comments.iter();
    let left = left.map(|comment| words(&after, comment));
    match is_expected && kept.eq(left) {
        true => Ok(replacements),
        false => Err(Refused::Unsafe),
    }
}

/// A text with replacements made, which are about it and in order of place. `None` where two overlap, or one is not on
/// the boundaries of characters.
pub fn apply(text: &str, replacements: &[Replacement]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for replacement in replacements {
        let range = replacement.span.range();
        out.push_str(text.get(at..range.start)?);
        out.push_str(&replacement.text);
        text.get(range.clone())?;
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The path of the value or key that has exactly these bytes. Of a key and a value the innermost counts.
pub fn locate(document: &Document, span: Span) -> Option<ConfigPath> {
    view::locate(document.root.as_ref()?, span)
}

/// The path of the scalar that these bytes are a part of.
pub fn around(document: &Document, span: Span) -> Option<ConfigPath> {
    view::around(document.root.as_ref()?, span)
}

/// Whether a document holds exactly a tree after a change of it.
pub fn holds(document: &Document, before: Content, change: &Change, language: Language) -> bool {
    let expected = content::changed(Some(before), change, language);
    match (&document.root, expected) {
        (Some(root), Some(expected)) => {
            !document.is_broken() && Content::of(root).is_same(&expected)
        }
        _ => false,
    }
}

fn read(text: &str, language: Language) -> Document {
    match language {
        Language::Yaml => parse(text),
        Language::Json => parse_json(text),
    }
}

impl View<'_> {
    fn plan(&self, change: &Change) -> Plan {
        match change {
            Change::Set { path, content } => self.set(path, content),
            Change::Remove { path } => self.remove(path),
            Change::Rename { path, key } => self.rename(path, key),
            Change::Append { path, content } => self.append(path, content),
        }
    }

    fn set(&self, path: &ConfigPath, content: &Content) -> Plan {
        let parts = path.parts();
        if let Some(found) = self.find(parts) {
            return self.replace(&found, content);
        }
        // The nearest value above that is there, and what has to be added below it.
        let mut length = parts.len();
        let above = loop {
            let Some(shorter) = length.checked_sub(1) else {
                return self.fill(parts, content);
            };
            length = shorter;
            let above = parts.get(..length).unwrap_or_default();
            if let Some(found) = self.find(above) {
                break found;
            }
        };
        let (Some(Part::Key(key)), rest) = (parts.get(length), parts.get(length + 1..)) else {
            return Err(Refused::Absent);
        };
        let content = content::nested(rest.unwrap_or_default(), content).ok_or(Refused::Absent)?;
        let pair = (key.to_string(), content);
        match self.layout(above.value) {
            Layout::Absent => self.replace(&above, &Content::Mapping(vec![pair])),
            Layout::Flow if above.value.is_empty() && !above.in_flow && !self.is_json() => {
                self.replace(&above, &Content::Mapping(vec![pair]))
            }
            Layout::Flow => self.insert_into_flow(above.value, &pair),
            Layout::Block => self.insert_into_block(above.value, &pair),
            Layout::Scalar => Err(Refused::Absent),
        }
    }

    /// Content for a text that holds none.
    fn fill(&self, parts: &[Part], content: &Content) -> Plan {
        let content = content::nested(parts, content).ok_or(Refused::Absent)?;
        if self.is_json() || self.root.is_some() || !content.is_block() {
            return Err(Refused::Absent);
        }
        let lines = spell::block(&content, 0, self.step());
        let at = self.text.len();
        Ok(vec![Planned::new(Span::at(at), self.lines_at(at, &lines))])
    }

    fn rename(&self, path: &ConfigPath, key: &str) -> Plan {
        let found = self.find(path.parts()).ok_or(Refused::Absent)?;
        let old = found.key.ok_or(Refused::Absent)?;
        let quote = self.quote_of(old.span);
        let text = spell::key(key, quote, found.in_flow);
        Ok(vec![Planned::new(old.span, text)])
    }

    fn append(&self, path: &ConfigPath, content: &Content) -> Plan {
        let found = self.find(path.parts()).ok_or(Refused::Absent)?;
        match self.layout(found.value) {
            Layout::Flow => self.append_to_flow(found.value, content),
            Layout::Block => self.append_to_block(found.value, content),
            Layout::Absent | Layout::Scalar => Err(Refused::Absent),
        }
    }

    fn remove(&self, path: &ConfigPath) -> Plan {
        let found = self.find(path.parts()).ok_or(Refused::Absent)?;
        let parts = path.parts();
        let above = parts.get(..parts.len().wrapping_sub(1));
        let above = above.and_then(|above| self.find(above));
        let above = above.ok_or(Refused::Absent)?;
        if above.value.len() == 1 {
            return match found.key {
                Some(_) => self.replace(&above, &Content::Mapping(Vec::new())),
                None => self.replace(&above, &Content::Sequence(Vec::new())),
            };
        }
        match self.layout(above.value) {
            Layout::Flow => self.remove_from_flow(above.value, &found),
            _ => self.remove_from_block(above.value, &found),
        }
    }

    /// Puts content in the place of a value.
    fn replace(&self, found: &Found<'_>, content: &Content) -> Plan {
        match self.layout(found.value) {
            Layout::Block => self.replace_block(found, content),
            _ => self.replace_inline(found, content),
        }
    }
}

#[cfg(test)]
mod tests;
