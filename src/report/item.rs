//! Findings as the machine formats write them: texts fit to be shown, places in every way of counting.
//!
//! In: a run. Out: an [`Item`] for each finding, in the order of the run. Never: a format's own words.

use super::home::page;
use super::{fix, text};
use crate::finding::{self, Finding, FixKind, Label, Severity, fingerprints};
use crate::run::Run;
use crate::text::{LineColumn, Place, Source, SourceId, Span};

/// A finding with everything a format may write of it.
pub(crate) struct Item<'r> {
    /// The rule, the severity.
    pub(crate) finding: &'r Finding,
    /// One line, fit to be shown.
    pub(crate) message: String,
    /// Fit to be shown; may have several lines.
    pub(crate) help: Option<String>,
    /// The config path, fit to be shown.
    pub(crate) config_path: Option<String>,
    /// The names of its chains, fit to be shown.
    pub(crate) chains: Vec<String>,
    /// Where it stands.
    pub(crate) primary: Spot<'r>,
    /// Further places.
    pub(crate) related: Vec<Spot<'r>>,
    /// What would resolve it: alternatives, the best first.
    pub(crate) fixes: Vec<Fix<'r>>,
    /// What makes it the same finding in another run.
    pub(crate) fingerprint: String,
    /// Where to read more.
    pub(crate) url: Option<String>,
    /// Whether the baseline knows it.
    pub(crate) state: State,
}

/// What the baseline says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is new, or there is no baseline.
    New,
    /// The baseline knows it.
    Known,
}

/// A label with its place in every way of counting.
pub(crate) struct Spot<'r> {
    /// The text it is in.
    pub(crate) source: &'r Source,
    /// Which of the run's it is.
    pub(crate) id: SourceId,
    /// In bytes from the start of the file.
    pub(crate) span: Span,
    /// Fit to be shown; may be empty.
    pub(crate) note: String,
    /// The first character.
    pub(crate) start: LineColumn,
    /// One behind the last character.
    pub(crate) end: LineColumn,
}

/// A fix with what a format may write of it.
pub(crate) struct Fix<'r> {
    /// What it does, fit to be shown.
    pub(crate) title: String,
    /// How far it can be trusted.
    pub(crate) kind: FixKind,
    /// All of it; empty where it may not be shown.
    pub(crate) edits: Vec<Edit<'r>>,
}

/// An edit with its place in every way of counting.
pub(crate) struct Edit<'r> {
    /// What it replaces.
    pub(crate) spot: Spot<'r>,
    /// What to write there.
    pub(crate) text: &'r str,
}

/// The findings to report, most of all formats' input.
pub(crate) fn items(run: &Run) -> Vec<Item<'_>> {
    let mut items = with_known(run);
    items.retain(|item| item.state == State::New);
    items
}

/// The same with those that the baseline knows, behind the new ones.
pub(crate) fn with_known(run: &Run) -> Vec<Item<'_>> {
    let known = run.baseline.as_ref().map_or(&[][..], |it| &it.known);
    let all: Vec<Finding> = run.findings.iter().chain(known).cloned().collect();
    let prints = fingerprints(&all, &run.sources);
    let new = run.findings.iter().map(|finding| (finding, State::New));
    let known = known.iter().map(|finding| (finding, State::Known));
    new.chain(known)
        .zip(prints)
        .map(|((finding, state), print)| Item::new(run, finding, state, print.as_str()))
        .collect()
}

/// The items, the most severe first, otherwise in their order: for formats whose readers show only so many.
pub(crate) fn by_severity(mut items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    items.sort_by_key(|item| std::cmp::Reverse(item.finding.severity));
    items
}

impl<'r> Item<'r> {
    fn new(run: &'r Run, finding: &'r Finding, state: State, fingerprint: &str) -> Self {
        let related = finding.related.iter();
        Self {
            finding,
            message: text::line(run, &finding.message).into_owned(),
            help: finding
                .help_and_attribution()
                .map(|help| text::lines(run, &help)),
            config_path: finding
                .config_path
                .as_ref()
                .map(|path| text::line(run, &path.to_string()).into_owned()),
            chains: finding
                .chains
                .iter()
                .map(|chain| text::line(run, &chain.0).into_owned())
                .collect(),
            primary: Spot::new(run, &finding.primary),
            related: related.map(|label| Spot::new(run, label)).collect(),
            fixes: finding.fixes.iter().map(|fix| Fix::new(run, fix)).collect(),
            fingerprint: fingerprint.to_owned(),
            url: page(run, finding.rule.as_str()),
            state,
        }
    }

    /// The id of the rule.
    pub(crate) fn rule(&self) -> &'r str {
        self.finding.rule.as_str()
    }

    /// How bad it is.
    pub(crate) fn severity(&self) -> Severity {
        self.finding.severity
    }

    /// The message, and the help below it.
    pub(crate) fn message_and_help(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\n{help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl<'r> Fix<'r> {
    fn new(run: &'r Run, fix: &'r finding::Fix) -> Self {
        let edit = |edit: &'r finding::Edit| Edit {
            spot: Spot::at(run, edit.place, String::new()),
            text: &edit.text,
        };
        Self {
            title: text::line(run, &fix.title).into_owned(),
            kind: fix.kind,
            edits: fix::offered(run, fix).iter().map(edit).collect(),
        }
    }

    /// Whether a program may apply it as it is shown.
    pub(crate) fn is_applicable(&self) -> bool {
        self.kind != FixKind::Display && !self.edits.is_empty()
    }
}

impl<'r> Spot<'r> {
    fn new(run: &'r Run, label: &Label) -> Self {
        Self::at(run, label.place, text::line(run, &label.note).into_owned())
    }

    fn at(run: &'r Run, place: Place, note: String) -> Self {
        let source = run.sources.get(place.source);
        let span = place.span;
        Self {
            source,
            id: place.source,
            span,
            note,
            start: source.position(span.start),
            end: source.position(span.end),
        }
    }

    /// The path from the folder the run was started in.
    pub(crate) fn path(&self) -> &'r str {
        self.source.path()
    }

    /// The path from the root of the repository.
    pub(crate) fn repository_path(&self) -> &'r str {
        self.source.repository_path()
    }

    /// The columns of start and end in bytes of UTF-8, from 1.
    pub(crate) fn byte_columns(&self) -> (usize, usize) {
        let column = |offset: u32, line: usize| {
            (offset as usize).saturating_sub(self.source.line_span(line).start as usize) + 1
        };
        (
            column(self.span.start, self.start.line),
            column(self.span.end, self.end.line),
        )
    }
}
