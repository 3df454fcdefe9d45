//! What the spelling of a value does to it, which whoever wrote it may not have meant.
//!
//! In: an entry of a gcfg text. Out: a [`Spelling`]: comments that cut the value, quotes that become part of it,
//! escapes that become white space, lines that are swallowed. Never: whether that matters for the setting.

use super::load::LoadedPart;
use crate::text::{Place, Span};
use gcfg::{Entry, Part, PartKind};

/// What the spelling of one value does.
#[derive(Debug, Clone, Default)]
pub struct Spelling {
    /// The comment that begins right behind the value, without white space between: it may have been meant as part of
    /// it.
    pub cut: Option<Place>,
    /// The comment that begins where the value should, with its first word right behind the mark: the value is empty.
    pub cut_to_nothing: Option<Place>,
    /// The quotes around the value that are no quotes to the library, and so become part of it.
    pub foreign_quotes: Option<&'static str>,
    /// An escape in quotes that becomes a line end or a tab.
    pub white_escape: Option<WhiteEscape>,
    /// A backslash at the end of a line that takes in a next line which looks like a setting of its own.
    pub swallowed: Option<Swallowed>,
    /// The bytes of the value spell its text one for one, quotes around it aside.
    pub is_verbatim: bool,
}

/// `\n` or `\t` in quotes.
#[derive(Debug, Clone, Copy)]
pub struct WhiteEscape {
    /// Its bytes.
    pub place: Place,
    /// What it becomes, in words.
    pub becomes: &'static str,
}

/// A line that a continuation takes in.
#[derive(Debug, Clone)]
pub struct Swallowed {
    /// The backslash.
    pub place: Place,
    /// The key on the next line.
    pub key: String,
}

/// Pairs of quotes that people write and the library does not know.
const FOREIGN_QUOTES: &[(&str, &str, &str)] = &[
    ("'", "'", "single quotes"),
    ("\u{2018}", "\u{2019}", "typographic quotes"),
    ("\u{201c}", "\u{201d}", "typographic quotes"),
    ("\u{201d}", "\u{201d}", "typographic quotes"),
    ("\u{201e}", "\u{201c}", "typographic quotes"),
    ("\u{ab}", "\u{bb}", "typographic quotes"),
];

impl Spelling {
    pub(super) fn of(entry: &Entry, part: &LoadedPart) -> Self {
        let Some(value) = &entry.value else {
            return Self::default();
        };
        let gcfg = &part.gcfg;
        let parts = gcfg.document.parts(&*gcfg.text, value.span);
        let glued = entry
            .comment
            .filter(|comment| comment.start == value.span.end);
        let is_empty = value.span.is_empty();
        let ends_in_quote = parts
            .last()
            .is_some_and(|last| last.kind == PartKind::Quote);
        let has_word = |comment: &Span| {
            let text = gcfg.text.get(comment.range()).unwrap_or_default();
            let behind = text.chars().nth(1);
            behind.is_some_and(|c| !c.is_whitespace() && !matches!(c, ';' | '#'))
        };
        Self {
            cut: glued
                .filter(|_| !is_empty && !ends_in_quote)
                .map(|comment| part.place(comment)),
            cut_to_nothing: entry
                .comment
                .filter(|comment| is_empty && has_word(comment))
                .map(|comment| part.place(comment)),
            foreign_quotes: FOREIGN_QUOTES.iter().find_map(|(open, close, name)| {
                let inner = value.text.strip_prefix(open)?.strip_suffix(close)?;
                (!inner.is_empty() || value.text.len() > open.len()).then_some(*name)
            }),
            white_escape: parts.iter().find_map(|at| white_escape(at, part)),
            swallowed: parts.windows(2).find_map(|pair| swallowed(pair, part)),
            is_verbatim: is_verbatim(&parts),
        }
    }
}

fn is_verbatim(parts: &[Part]) -> bool {
    let kinds: Vec<PartKind> = parts.iter().map(|part| part.kind).collect();
    matches!(
        kinds.as_slice(),
        [] | [PartKind::Text]
            | [PartKind::Quote, PartKind::Quote]
            | [PartKind::Quote, PartKind::Text, PartKind::Quote]
    )
}

fn white_escape(at: &Part, part: &LoadedPart) -> Option<WhiteEscape> {
    let becomes = match at.kind {
        PartKind::Escape('\n') => "a line end",
        PartKind::Escape('\t') => "a tab",
        _ => return None,
    };
    Some(WhiteEscape {
        place: part.place(at.span),
        becomes,
    })
}

fn swallowed(pair: &[Part], part: &LoadedPart) -> Option<Swallowed> {
    let [at, next] = pair else {
        return None;
    };
    if at.kind != PartKind::Continuation || next.kind != PartKind::Text {
        return None;
    }
    let line = part.gcfg.text.get(next.span.range())?.lines().next()?;
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_key.then(|| Swallowed {
        place: part.place(Span::new(
            at.span.start as usize,
            at.span.start as usize + 1,
        )),
        key: key.to_owned(),
    })
}
