//! Changes of files as a unified diff.
//!
//! In: what was changed, with the runs before and after. Out: a diff that `patch` and `git apply` read, except for the
//! hunks whose header says otherwise: those in which a secret is masked, or a line is escaped or clipped. Never: a text
//! that has not passed the mask.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use crate::fix::{FileChange, Fixed};
use crate::run::Run;
use crate::text::mask::escape;
use crate::text::{Source, SourceId, Span};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// What a hunk says that is not for `patch`.
const NO_PATCH: &str = " masked: not a patch";

/// Writes the diff of all files.
///
/// # Errors
/// When `out` takes no more.
pub fn diff(fixed: &Fixed, out: &mut dyn Write) -> io::Result<()> {
    for file in &fixed.files {
        write_file(fixed, file, out)?;
    }
    Ok(())
}

fn write_file(fixed: &Fixed, file: &FileChange, out: &mut dyn Write) -> io::Result<()> {
    let old = Text::of(&fixed.before, file, file.before.clone().unwrap_or_default());
    let new = Text::of(fixed.after(), file, Arc::clone(&file.after));
    let (old_text, new_text) = (old.text(), new.text());
    let lines = TextDiff::from_lines(old_text, new_text);
    // Paths from the root of the repository are what `git apply` reads, from any folder.
    let name = escape(&file.repository_path);
    match file.before {
        Some(_) => writeln!(out, "--- a/{name}")?,
        None => writeln!(out, "--- /dev/null")?,
    }
    writeln!(out, "+++ b/{name}")?;
    for group in lines.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let mut body = String::new();
        let mut is_patch = true;
        for change in group.iter().flat_map(|op| lines.iter_changes(op)) {
            let (sign, shown) = match change.tag() {
                ChangeTag::Delete => ('-', old.line(change.old_index())),
                ChangeTag::Insert => ('+', new.line(change.new_index())),
                ChangeTag::Equal => (' ', old.line(change.old_index())),
            };
            let raw = change.value();
            let raw = raw.strip_suffix('\n').unwrap_or(raw);
            // A carriage return is part of the line, and a terminal does not show it.
            let (raw, end) = match raw.strip_suffix('\r') {
                Some(raw) => (raw, "\r"),
                None => (raw, ""),
            };
            let shown = shown.strip_suffix("\\r").unwrap_or(&shown);
            is_patch &= shown == raw;
            body.push(sign);
            body.push_str(shown);
            body.push_str(end);
            body.push('\n');
            if change.missing_newline() {
                body.push_str("\\ No newline at end of file\n");
            }
        }
        let range = |from: usize, to: usize| match to - from {
            1 => format!("{}", from + 1),
            0 => format!("{from},0"),
            length => format!("{},{length}", from + 1),
        };
        let old_range = range(first.old_range().start, last.old_range().end);
        let new_range = range(first.new_range().start, last.new_range().end);
        let heading = if is_patch { "" } else { NO_PATCH };
        write!(out, "@@ -{old_range} +{new_range} @@{heading}\n{body}")?;
    }
    Ok(())
}

/// A text in a run that knows what in it must not be shown.
struct Text<'r> {
    run: &'r Run,
    source: SourceId,
}

impl<'r> Text<'r> {
    fn of(run: &'r Run, file: &FileChange, text: Arc<str>) -> Self {
        let source = Source::new(&*file.shown, text).in_repository(&*file.repository_path);
        Self {
            run,
            source: run.sources.add(source),
        }
    }

    fn text(&self) -> &'r str {
        self.run.sources.get(self.source).text()
    }

    /// A line by its index from 0, without secrets.
    fn line(&self, index: Option<usize>) -> Cow<'static, str> {
        let source = self.run.sources.get(self.source);
        let Some(index) = index else {
            return Cow::Borrowed("");
        };
        let start = source.line_span(index + 1).start as usize;
        let label = Span::at(start);
        let view = self
            .run
            .secrets
            .view(&self.run.sources, self.source, &[label], 0);
        Cow::Owned(view.text)
    }
}
