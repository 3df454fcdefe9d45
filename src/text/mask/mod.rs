//! The one door through which text that may hold a secret leaves the process.
//!
//! In: the places and texts that are secret, as the stages find them. Out: texts in which each of them
//! reads [`MASK`]. Every report, snippet, message and dump goes through here; nothing else decides what
//! may be shown.
//!
//! Three doors for three kinds of text: [`Secrets::view`] for a source (snippets), [`Secrets::show`] for a
//! value of the config, [`Secrets::redact`] for anything else. What a door lets through is not only free of
//! the secrets that were noted, but also of whatever looks like one.

mod escape;
mod keys_only;
mod known;
pub use secret_shapes as looks;
mod view;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Place, Source, SourceId, Sources, Span};
use known::Known;

pub use escape::{
    InertLines, MASK, break_commands, escape, escape_character, inert_line, json, json_line,
};
pub use view::View;

/// Everything known to be secret in a run.
#[derive(Default)]
pub struct Secrets {
    places: BTreeMap<SourceId, BTreeMap<Span, Arc<str>>>,
    /// Places that spell no secret but have one as their value: `${PASSWORD}` with the variable known.
    values: BTreeMap<SourceId, BTreeSet<(Span, Arc<str>)>>,
    texts: BTreeSet<Arc<str>>,
    /// Secrets that are hidden wherever they occur, however weak.
    everywhere: BTreeSet<Arc<str>>,
    /// Secrets that no source spells, such as the text of a variable.
    placeless: BTreeSet<Arc<str>>,
    keys_only: BTreeSet<SourceId>,
    known: OnceLock<Known>,
    /// For each span of a source that is secret, in order: where it starts, and how far it or one before it reaches.
    reach: OnceLock<BTreeMap<SourceId, Vec<(u32, u32)>>>,
    hidden: Mutex<BTreeMap<SourceId, Arc<[Span]>>>,
}

/// Without the secrets.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("known", &self.texts.len())
            .finish_non_exhaustive()
    }
}

impl Secrets {
    /// Notes that the bytes at `place` are a secret, whose value is `text`. Empty secrets are none.
    pub fn add(&mut self, place: Place, text: &str) {
        if text.is_empty() || place.span.is_empty() {
            return;
        }
        self.add_text(text);
        self.places
            .entry(place.source)
            .or_default()
            .insert(place.span, text.into());
    }

    /// Notes that the value at `place` has the secret `text` in it, though the bytes there do not spell it: they are
    /// a placeholder or directive, which may be shown.
    pub fn add_value(&mut self, place: Place, text: &str) {
        if !text.is_empty() {
            self.add_text(text);
            let values = self.values.entry(place.source).or_default();
            values.insert((place.span, text.into()));
        }
    }

    /// Notes a secret that stands on no bytes of a source, such as the value of an environment variable.
    pub fn add_text(&mut self, text: &str) {
        self.forget_computed();
        self.texts.insert(text.into());
    }

    /// Notes that a key, or a part of it, is a secret. A path that holds the key may stand in any message, so it is
    /// hidden wherever it occurs.
    pub fn add_key(&mut self, text: &str) {
        const SHORTEST: usize = 6;
        self.add_text(text);
        if text.chars().count() >= SHORTEST && !looks::placeholder::is_placeholder(text) {
            self.everywhere.insert(text.into());
        }
    }

    /// Notes a secret that a value without a place has, such as one that a variable sets on top of all layers.
    pub fn add_placeless(&mut self, text: &str) {
        self.add_text(text);
        self.placeless.insert(text.into());
    }

    /// Notes all that `other` knows.
    pub fn add_all(&mut self, other: Self) {
        self.forget_computed();
        for (source, places) in other.places {
            self.places.entry(source).or_default().extend(places);
        }
        for (source, values) in other.values {
            self.values.entry(source).or_default().extend(values);
        }
        self.texts.extend(other.texts);
        self.everywhere.extend(other.everywhere);
        self.placeless.extend(other.placeless);
        self.keys_only.extend(other.keys_only);
    }

    /// Notes that a source did not parse: only its keys may be shown, since nothing in it can be judged.
    pub fn show_keys_only(&mut self, source: SourceId) {
        self.forget_computed();
        self.keys_only.insert(source);
    }

    /// The lines of a source around `labels`, fit to be shown: each secret reads [`MASK`], control characters
    /// are visible escapes, long lines are clipped around the first label on them. `context` is how many
    /// lines to show before and behind each label.
    pub fn view(
        &self,
        sources: &Sources,
        source: SourceId,
        labels: &[Span],
        context: usize,
    ) -> View {
        let hidden = self.hidden(source, sources.get(source));
        view::view(sources.get(source), &hidden, labels, context)
    }

    /// Whether any byte of a place must not be shown.
    pub fn touches(&self, sources: &Sources, place: Place) -> bool {
        let hidden = self.hidden(place.source, sources.get(place.source));
        let behind = hidden.partition_point(|secret| secret.end <= place.span.start);
        hidden
            .get(behind)
            .is_some_and(|secret| secret.start < place.span.end)
    }

    /// What may be shown of `text`, the value at `place` or something derived from it: without any secret that
    /// stands at this place, however weak, and [redacted](Self::redact) otherwise.
    pub fn show<'t>(&self, place: Option<Place>, text: &'t str) -> Cow<'t, str> {
        let Some(place) = place else {
            return self.show_placeless(text);
        };
        if self.keys_only.contains(&place.source) {
            return Cow::Borrowed(MASK);
        }
        if self.is_inside_secret(place) {
            return Cow::Borrowed(MASK);
        }
        // The text of a block scalar reaches behind its last character, to the end of the line.
        let Range { start, end } = beginning_in(place.span);
        let places = self.places.get(&place.source);
        let places = places.into_iter().flat_map(|it| it.range(start..end));
        let mut inside: Vec<&str> = places.map(|(_, secret)| &**secret).collect();
        // A block scalar has the line end of its last line, which the secret may lack, or the other way round.
        if inside.iter().any(|secret| secret.trim() == text.trim()) {
            return Cow::Borrowed(MASK);
        }
        let no_text: Arc<str> = "".into();
        let values = self.values.get(&place.source).into_iter();
        let values =
            values.flat_map(|it| it.range((start, Arc::clone(&no_text))..(end, no_text.clone())));
        let values = values.filter(|(span, _)| place.span.contains(*span));
        inside.extend(values.map(|(_, secret)| &**secret));
        // A snippet hides what stands beside the name of a secret; so does the value by itself.
        let redacted = self.without(text, looks::suspected(text));
        if redacted.matches(MASK).count() >= inside.len() {
            return redacted;
        }
        // A weak one, which cannot be told from the same word beside it.
        let forms = inside.into_iter().flat_map(|secret| {
            let decoded = looks::percent_decoded(secret);
            std::iter::once(secret.to_owned()).chain(decoded)
        });
        Cow::Owned(known::without(&redacted, forms.collect()))
    }

    /// Whether a secret covers all of a place.
    fn is_inside_secret(&self, place: Place) -> bool {
        let reach = self.reach.get_or_init(|| {
            let places = self.places.iter();
            let reach = places.map(|(source, spans)| {
                let mut farthest = 0;
                let spans = spans.keys().map(|span| {
                    farthest = farthest.max(span.end);
                    (span.start, farthest)
                });
                (*source, spans.collect())
            });
            reach.collect()
        });
        let spans = reach.get(&place.source).map_or(&[][..], Vec::as_slice);
        let behind = spans.partition_point(|(start, _)| *start <= place.span.start);
        let before = behind.checked_sub(1).and_then(|last| spans.get(last));
        before.is_some_and(|(_, farthest)| *farthest >= place.span.end)
    }

    /// A value without a place: a weak secret cannot be told from the same word beside it there, unless it is all of
    /// the value, or too long for a word of chance.
    fn show_placeless<'t>(&self, text: &'t str) -> Cow<'t, str> {
        const SHORTEST: usize = 6;
        if self.placeless.contains(text) || self.placeless.contains(text.trim()) {
            return Cow::Borrowed(MASK);
        }
        let redacted = self.without(text, looks::suspected(text));
        let held = self.placeless.iter();
        let held = held.filter(|it| it.len() >= SHORTEST && redacted.contains(&***it));
        let held: Vec<_> = held.collect();
        if held.is_empty() {
            return redacted;
        }
        let shown = redacted.into_owned();
        Cow::Owned(
            held.into_iter()
                .fold(shown, |shown, it| shown.replace(&**it, MASK)),
        )
    }

    /// What may be shown of a key: one may be JSON, a URL, or the text of a mapping.
    pub fn show_key<'t>(&self, key: &'t str) -> Cow<'t, str> {
        self.without(key, looks::suspected(key))
    }

    /// `text` with every distinctive secret, and whatever looks like one, masked.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.without(text, looks::credentials(text))
    }

    /// `text` without these ranges and all that [`redact`](Self::redact) masks.
    fn without<'t>(&self, text: &'t str, also: Vec<Range<usize>>) -> Cow<'t, str> {
        let known = self.known().find(text);
        let looks = looks::find_in_value(text).into_iter();
        let looks = looks
            .map(|look| look.range)
            .chain(also)
            .flat_map(|range| literal_parts(text, range));
        let hidden = apart(known.chain(looks).map(Span::from).collect());
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::with_capacity(text.len());
        let mut at = 0;
        for span in hidden.into_iter().map(Span::range) {
            redacted.push_str(text.get(at..span.start).unwrap_or_default());
            redacted.push_str(MASK);
            at = span.end;
        }
        redacted.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(redacted)
    }

    /// The spans of a source that must not be shown: in order, apart from each other, none empty.
    fn hidden(&self, id: SourceId, source: &Source) -> Arc<[Span]> {
        let mut computed = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        let spans = computed.entry(id).or_insert_with(|| {
            let text = source.text();
            let mut spans: Vec<Span> = self.known().find(text).map(Span::from).collect();
            if self.keys_only.contains(&id) {
                spans.extend(keys_only::hidden(text));
            }
            let places = self.places.get(&id).into_iter().flatten();
            spans.extend(places.map(|(span, _)| *span));
            let looks = looks::find(text).into_iter().map(|look| look.range);
            let looks = looks.chain(looks::suspected(text));
            spans.extend(
                looks
                    .flat_map(|range| literal_parts(text, range))
                    .map(Span::from),
            );
            apart(spans).into()
        });
        Arc::clone(spans)
    }

    fn known(&self) -> &Known {
        self.known
            .get_or_init(|| Known::new(&self.texts, &self.everywhere))
    }

    /// Forgets what was computed from the secrets known so far.
    fn forget_computed(&mut self) {
        self.known.take();
        self.reach.take();
        let hidden = self.hidden.get_mut();
        hidden.unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One line that no run has a say in (a failure, a note, an argument) as it may be shown: what looks like a secret reads
/// [`MASK`], a value behind `NAME=` with a telling name too, and the rest is [escaped](escape).
pub fn outside_run(line: &str) -> String {
    inert_line(&escape(&name(line))).into_owned()
}

/// A path, or the name of a chain or command, as it may be written into a document: what looks like a secret reads
/// [`MASK`], a value behind `NAME=` with a telling name too.
pub fn name(line: &str) -> Cow<'_, str> {
    let assigned = looks::assignment::values(line).into_iter();
    let assigned = assigned.filter(|range| {
        let before = line.get(..range.start).unwrap_or_default();
        before.trim_end_matches(['"', '\'', '`']).ends_with('=')
    });
    let hidden = assigned.chain(looks::credentials(line));
    Secrets::default().without(line, hidden.collect())
}

/// All spans that begin in this one.
fn beginning_in(span: Span) -> Range<Span> {
    let empty = |at| Span { start: at, end: 0 };
    empty(span.start)..empty(span.end)
}

/// A piece of a command or file that nobody took apart, as it may be written into a document: whatever is
/// [suspected](looks::suspected) to be a secret reads [`MASK`].
pub fn excerpt(text: &str) -> Cow<'_, str> {
    Secrets::default().without(text, looks::suspected(text))
}

/// The literal parts of a range of `text`.
fn literal_parts(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let parts = looks::literal::parts(slice).into_iter();
    parts.map(move |part| range.start + part.start..range.start + part.end)
}

/// The same bytes as spans in order that do not overlap; spans that touch become one.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests;
