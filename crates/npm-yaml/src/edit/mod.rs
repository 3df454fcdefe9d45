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

use std::collections::BTreeSet;
use std::fmt;

use super::{Comment, Document, Node, NodeValue, parse, parse_json};
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
    /// Takes out an entry, and adds it below another path with the lines it is written in: its comments, its quotes and the
    /// layout of a block scalar stay as they are.
    Move {
        /// From where.
        path: ConfigPath,
        /// To where. Nothing may be there yet.
        to: ConfigPath,
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
    /// So many texts have been read that it was not tried.
    Unproven,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the text cannot be parsed",
            Self::Absent => "there is no such value",
            Self::Overlap => "the changes touch the same bytes",
            Self::Unsafe => "an anchor, an alias, a tag or the layout of the text is in the way",
            Self::Unproven => "too many other changes of the text had to be tried",
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
    /// It is one end of a move, which takes comments along.
    moves: bool,
}

impl Planned {
    fn new(span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            replacement: Replacement { span, text },
            drops: Span::at(span.start as usize),
            moves: false,
        }
    }

    /// The same, with the comments in a part of the text.
    fn dropping(mut self, drops: Span) -> Self {
        self.drops = drops;
        self
    }

    /// The same, as one end of a move.
    fn moving(mut self) -> Self {
        self.moves = true;
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
    let editor = Editor::new(text, language);
    let proposal = editor.propose(changes)?;
    let mut proven = editor.prove(std::slice::from_ref(&proposal), 1);
    proven.pop().unwrap_or(Err(Refused::Unsafe))
}

/// A text that is read once, and changed in several ways that are independent of each other.
#[derive(Debug)]
pub struct Editor<'t> {
    text: &'t str,
    language: Language,
    document: Document,
}

/// Changes, and the bytes to replace for them. Nothing is known of them until [`Editor::prove`] has compared the trees.
#[derive(Debug, Clone)]
pub struct Proposal {
    changes: Vec<Change>,
    planned: Vec<Planned>,
}

impl Proposal {
    /// Whether both make the same changes with the same bytes.
    pub fn is_same(&self, other: &Self) -> bool {
        let bytes = |one: &Self| -> Vec<Replacement> {
            let planned = one.planned.iter();
            planned.map(|planned| planned.replacement.clone()).collect()
        };
        self.changes == other.changes && bytes(self) == bytes(other)
    }

    /// The first byte that it replaces, for a quick comparison.
    pub fn start(&self) -> Option<u32> {
        let starts = self.planned.iter().map(|one| one.replacement.span.start);
        starts.min()
    }
}

impl<'t> Editor<'t> {
    /// Reads a text.
    pub fn new(text: &'t str, language: Language) -> Self {
        Self {
            text,
            language,
            document: read(text, language),
        }
    }

    /// What was read.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Works out the bytes that make changes, all at once.
    ///
    /// # Errors
    /// When the text cannot be parsed, there is nothing at a path, or its layout has no place for the change.
    pub fn propose(&self, changes: &[Change]) -> Result<Proposal, Refused> {
        if self.document.is_broken() {
            return Err(Refused::Unreadable);
        }
        let view = View::new(self.text, self.language, &self.document);
        let mut planned = Vec::new();
        for change in changes {
            planned.extend(view.plan(change)?);
        }
        // What is added at a place comes before what is removed from there on.
        planned.sort_by_key(|one| one.replacement.span);
        Ok(Proposal {
            changes: changes.to_vec(),
            planned,
        })
    }

    /// A replacement of bytes that comes to a change of the tree, e.g. of a part of a scalar.
    ///
    /// # Errors
    /// When the text cannot be parsed.
    pub fn propose_bytes(
        &self,
        replacement: Replacement,
        change: Change,
    ) -> Result<Proposal, Refused> {
        if self.document.is_broken() {
            return Err(Refused::Unreadable);
        }
        let Replacement { span, text } = replacement;
        Ok(Proposal {
            changes: vec![change],
            planned: vec![Planned::new(span, text)],
        })
    }

    /// The replacements of each proposal, in order of place, if they make exactly its changes. Those that touch different
    /// bytes are made together and the text is read once for all of them; where that is not the expected tree, the one at
    /// fault is looked for by halves. At most `most` times a changed text is read; what is not proven by then is
    /// [`Refused::Unproven`].
    pub fn prove(
        &self,
        proposals: &[Proposal],
        most: usize,
    ) -> Vec<Result<Vec<Replacement>, Refused>> {
        let mut proof = Proof {
            editor: self,
            tree: self.document.root.as_ref().map(Content::of),
            proposals,
            proven: vec![Err(Refused::Unproven); proposals.len()],
            left: most,
        };
        for batch in apart(proposals) {
            proof.judge(&batch);
        }
        proof.proven
    }
}

/// Proposals while they are held against the trees they must come to.
struct Proof<'p> {
    editor: &'p Editor<'p>,
    tree: Option<Content>,
    proposals: &'p [Proposal],
    proven: Vec<Result<Vec<Replacement>, Refused>>,
    /// How many more texts may be read.
    left: usize,
}

impl Proof<'_> {
    /// Proves proposals together, or finds those that cannot be made.
    fn judge(&mut self, batch: &[usize]) {
        let Some(left) = self.left.checked_sub(1) else {
            return;
        };
        self.left = left;
        let proposals = self.proposals;
        let all = batch.iter().filter_map(|index| proposals.get(*index));
        let verdict = self.verdict(&all.collect::<Vec<_>>());
        match (verdict, batch) {
            (Err(why), [only]) => {
                if let Some(proven) = self.proven.get_mut(*only) {
                    *proven = Err(why);
                }
            }
            (Err(_), batch) => {
                let (first, second) = batch.split_at(batch.len() / 2);
                self.judge(first);
                self.judge(second);
            }
            (Ok(()), batch) => {
                for index in batch {
                    let proposal = proposals.get(*index);
                    if let Some((proven, proposal)) = self.proven.get_mut(*index).zip(proposal) {
                        let planned = proposal.planned.iter();
                        *proven = Ok(planned.map(|one| one.replacement.clone()).collect());
                    }
                }
            }
        }
    }

    /// Whether the text with the replacements of all proposals has the tree that their changes make, and every comment that
    /// is not part of what goes.
    fn verdict(&self, proposals: &[&Proposal]) -> Result<(), Refused> {
        let Editor {
            text,
            language,
            document: before,
        } = self.editor;
        let mut expected = self.tree.clone();
        for change in proposals.iter().flat_map(|one| &one.changes) {
            expected = Some(content::changed(expected, change, *language).ok_or(Refused::Absent)?);
        }
        let mut planned: Vec<&Planned> = proposals.iter().flat_map(|one| &one.planned).collect();
        planned.sort_by_key(|one| one.replacement.span);
        let pieces = planned.iter().map(|one| &one.replacement);
        let after = applied(text, pieces).ok_or(Refused::Overlap)?;
        let document = read(&after, *language);
        let is_expected = !document.is_broken()
            && match (&document.root, &expected) {
                (Some(root), Some(expected)) => Content::of(root).is_same(expected),
                (None, None) => true,
                _ => false,
            };
        let is_kept = |comment: &&Comment| {
            let within =
                |drops: Span| drops.start <= comment.span.start && comment.span.end <= drops.end;
            !planned.iter().any(|one| within(one.drops))
        };
        let kept = before.comments.iter().filter(is_kept);
        let mut kept: Vec<&str> = kept
            .filter_map(|comment| text.get(comment.span.range()))
            .collect();
        let left = document.comments.iter();
        let mut left: Vec<&str> = left
            .filter_map(|comment| after.get(comment.span.range()))
            .collect();
        // What is moved takes its comments to another place among the others.
        if planned.iter().any(|one| one.moves) {
            kept.sort_unstable();
            left.sort_unstable();
        }
        match is_expected && kept == left {
            true => Ok(()),
            false => Err(Refused::Unsafe),
        }
    }
}

/// Proposals by number, so that no two of one batch replace the same bytes.
fn apart(proposals: &[Proposal]) -> Vec<Vec<usize>> {
    let mut batches: Vec<(BTreeSet<Span>, Vec<usize>)> = Vec::new();
    for (index, proposal) in proposals.iter().enumerate() {
        let spans = || proposal.planned.iter().map(|one| one.replacement.span);
        let free = batches
            .iter_mut()
            .find(|(taken, _)| spans().all(|span| is_free(taken, span)));
        match free {
            Some((taken, batch)) => {
                taken.extend(spans());
                batch.push(index);
            }
            None => batches.push((spans().collect(), vec![index])),
        }
    }
    batches.into_iter().map(|(_, batch)| batch).collect()
}

/// Whether a span shares no byte with others that share none.
fn is_free(taken: &BTreeSet<Span>, span: Span) -> bool {
    let before = taken.range(..Span::at(span.end as usize)).rev();
    for other in before {
        if other.end > span.start {
            return false;
        }
        if other.start < span.start {
            return true;
        }
    }
    true
}

/// A text with replacements made, which are about it and in order of place. `None` where two overlap, or one is not on
/// the boundaries of characters.
pub fn apply(text: &str, replacements: &[Replacement]) -> Option<String> {
    applied(text, replacements.iter())
}

fn applied<'r>(text: &str, replacements: impl Iterator<Item = &'r Replacement>) -> Option<String> {
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
            Change::Move { path, to } => self.shift(path, to),
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

    /// Moves an entry with its lines; one without comments and block scalars may be written anew.
    fn shift(&self, path: &ConfigPath, to: &ConfigPath) -> Plan {
        let found = self.find(path.parts()).ok_or(Refused::Absent)?;
        let (_, above) = path.parts().split_last().ok_or(Refused::Absent)?;
        let (last, target) = to.parts().split_last().ok_or(Refused::Absent)?;
        if self.find(to.parts()).is_some() || to.parts().starts_with(path.parts()) {
            return Err(Refused::Overlap);
        }
        let above = self.find(above).ok_or(Refused::Absent)?;
        let target = self.find(target);
        if let (Some(target), Part::Key(key)) = (&target, last)
            && above.value.len() > 1
            && self.layout(above.value) == Layout::Block
            && self.layout(target.value) == Layout::Block
            && found.key.is_some()
        {
            return self.shift_lines(&found, target.value, key);
        }
        if self.has_comments(&found) || holds_block_scalar(found.value) {
            return Err(Refused::Unsafe);
        }
        let mut planned = self.set(to, &Content::of(found.value))?;
        planned.extend(self.remove(path)?);
        Ok(planned)
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

/// Whether a text in `|` or `>` is part of a value.
fn holds_block_scalar(node: &Node) -> bool {
    match &node.value {
        NodeValue::Mapping(entries) => entries.iter().any(|one| holds_block_scalar(&one.value)),
        NodeValue::Sequence(items) => items.iter().any(holds_block_scalar),
        _ => node.is_block_scalar(),
    }
}

#[cfg(test)]
mod tests;
