//! The places of a finding, with the lines around them: one block for each file, drawn by miette.
//!
//! In: a finding. Out: its snippets, masked, escaped and clipped by [`Secrets::view`](crate::text::mask::Secrets::view).

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::finding::{Finding, Label, Severity};
use crate::report::style::Painter;
use crate::report::text;
use crate::run::Run;
use crate::text::SourceId;

/// Lines shown before and behind each label.
const CONTEXT: usize = 1;

/// Every block of a finding, that of the primary label first.
pub(super) fn draw(run: &Run, finding: &Finding, painter: &Painter) -> String {
    let mut sources: Vec<SourceId> = Vec::new();
    for label in std::iter::once(&finding.primary).chain(&finding.related) {
        if !sources.contains(&label.place.source) {
            sources.push(label.place.source);
        }
    }
    let blocks = sources.into_iter();
    blocks
        .map(|source| block(run, finding, source, painter))
        .collect()
}

fn block(run: &Run, finding: &Finding, source: SourceId, painter: &Painter) -> String {
    let snippet = Snippet::new(run, finding, source);
    let mut theme = painter.theme();
    let of_severity = match finding.severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
        Severity::Info => theme.styles.advice,
    };
    // miette gives its highlight styles to the labels in order of place.
    let primary = snippet.labels.iter().map(LabeledSpan::primary);
    theme.styles.highlights = primary
        .map(|primary| match primary {
            true => painter.emphasize(of_severity),
            false => theme.styles.help,
        })
        .collect();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(painter.width())
        .with_context_lines(CONTEXT)
        .with_wrap_lines(false)
        .with_links(false)
        .without_primary_span_start();
    let mut drawn = String::new();
    // Writing into a string cannot fail, and every label is inside the text by construction.
    let _ = handler.render_report(&mut drawn, &snippet);
    // The first line is miette's own place for the message, which here is above all blocks.
    drawn
        .split_once('\n')
        .map_or_else(String::new, |(_, block)| block.to_owned())
}

/// The lines of one source with the labels in it.
#[derive(Debug)]
struct Snippet {
    text: String,
    first_line: usize,
    /// In order of place.
    labels: Vec<LabeledSpan>,
    /// For each label where it stands in the view and its `path:line:column` in the file.
    names: Vec<(usize, String)>,
}

impl Snippet {
    fn new(run: &Run, finding: &Finding, id: SourceId) -> Self {
        let source = run.sources.get(id);
        let all = std::iter::once(&finding.primary).chain(&finding.related);
        let labels: Vec<&Label> = all.filter(|label| label.place.source == id).collect();
        let spans: Vec<_> = labels.iter().map(|label| label.place.span).collect();
        let view = run.secrets.view(&run.sources, id, &spans, CONTEXT);
        let path = text::line(run, source.path());
        let mut drawn: Vec<(LabeledSpan, String)> = Vec::new();
        for (label, span) in labels.iter().zip(&view.labels) {
            let at = source.position(label.place.span.start);
            let note = text::line(run, &label.note).into_owned();
            let note = Some(note).filter(|note| !note.is_empty());
            let place = SourceSpan::new((span.start as usize).into(), span.len());
            let label = match **label == finding.primary {
                true => LabeledSpan::new_primary_with_span(note, place),
                false => LabeledSpan::new_with_span(note, place),
            };
            drawn.push((label, format!("{path}:{}:{}", at.line, at.column)));
        }
        drawn.sort_by_key(|(label, _)| (label.offset(), label.len()));
        Self {
            text: view.text,
            first_line: view.first_line,
            names: drawn
                .iter()
                .map(|(label, name)| (label.offset(), name.clone()))
                .collect(),
            labels: drawn.into_iter().map(|(label, _)| label).collect(),
        }
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, before, after)?;
        let name = self.names.iter().find(|(at, _)| *at == span.offset());
        let line = contents.line() + self.first_line - 1;
        Ok(Box::new(MietteSpanContents::new_named(
            name.map_or_else(String::new, |(_, name)| name.clone()),
            contents.data(),
            *contents.span(),
            line,
            contents.column(),
            contents.line_count(),
        )))
    }
}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}
