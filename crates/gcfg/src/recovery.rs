//! What a line that the library refuses most likely means.
//!
//! In: the offset of a damaged header or setting. Out: the section or the setting it was meant to be, not intact, and
//! the offset to read on from. Never: a problem; the caller has it.

use source::Span;

use crate::reader::Reader;
use crate::scanner::Scanner;
use crate::{Comment, Entry, Name, Section};

impl Reader<'_> {
    /// Reads the header or the setting at an offset, whatever is wrong with it, and skips what is neither. The offset
    /// behind it: always further on, or the end of the text.
    pub(crate) fn recover(&mut self, item: usize) -> usize {
        let text = self.text;
        let end = text.line_end(item);
        match text.bytes.get(item) {
            None => item,
            Some(b'\n') => item + 1,
            Some(b'[') => self.recover_header(item, end),
            Some(_) => self.recover_setting(item, end),
        }
    }

    fn recover_header(&mut self, open: usize, line_end: usize) -> usize {
        let inner = open + 1;
        let (close, comment) = self.header_end(inner, line_end);
        let body_end = close.or(comment).unwrap_or(line_end);
        let body = self.trim(inner, body_end);
        let span = Span::new(open, close.map_or(body.range().end, |close| close + 1));
        let (name, subsection) = self.header_names(body);
        self.push_section(Section {
            span,
            name,
            subsection,
            intact: false,
            entries: Vec::new(),
        });
        match (close, comment) {
            // A setting may follow on the same line.
            (Some(close), _) => close + 1,
            (None, Some(comment)) => {
                self.push_comment(comment, line_end);
                line_end
            }
            (None, None) => line_end,
        }
    }

    /// The `]` of a header, or the comment that comes before one.
    fn header_end(&self, from: usize, line_end: usize) -> (Option<usize>, Option<usize>) {
        let mut in_quotes = false;
        let mut at = from;
        while at < line_end {
            match self.text.bytes.get(at) {
                Some(b'"') => in_quotes = !in_quotes,
                Some(b'\\') if in_quotes => at += 1,
                Some(b']') if !in_quotes => return (Some(at), None),
                Some(b';' | b'#') if !in_quotes => return (None, Some(at)),
                _ => {}
            }
            at = self.text.step(at);
        }
        (None, None)
    }

    /// The names in a header: a quoted part is a subsection, everything before it the name.
    fn header_names(&self, body: Span) -> (Name, Option<Name>) {
        let mut start = body.range().start;
        let end = body.range().end;
        // `[[Name]]`, as TOML writes lists of tables.
        while start < end && self.text.bytes.get(start) == Some(&b'[') {
            start += 1;
        }
        let mut at = start;
        while at < end && self.text.bytes.get(at) != Some(&b'"') {
            at = self.text.step(at);
        }
        let at = at.min(end);
        let name = self.name(self.trim(start, at));
        let subsection = (at < end).then(|| self.quoted_name(Span::new(at, end)));
        (name, subsection.filter(|name| !name.text.is_empty()))
    }

    fn recover_setting(&mut self, start: usize, line_end: usize) -> usize {
        let (assign, comment) = self.assign(start, line_end);
        let Some(assign) = assign else {
            if let Some(comment) = comment {
                self.push_comment(comment, line_end);
            }
            let name = self.trim(start, comment.unwrap_or(line_end));
            self.recover_key(name);
            return line_end;
        };
        let name = self.trim(start, assign);
        let (value, comment, next) = Scanner::tolerant_value(self.text, assign + 1);
        if self.is_plausible(name) {
            let entry = Entry {
                name: self.name(name),
                value: Some(self.value(value)),
                comment,
                intact: false,
            };
            self.push_entry(entry);
        }
        if let Some(span) = comment {
            self.document.comments.push(Comment { span });
        }
        next
    }

    /// A line without `=`: `Key` and perhaps a word.
    fn recover_key(&mut self, line: Span) {
        let mut at = line.range().start;
        while at < line.range().end
            && !matches!(self.text.bytes.get(at), Some(b' ' | b'\t' | b'\r'))
        {
            at = self.text.step(at);
        }
        let name = Span::new(line.range().start, at.min(line.range().end));
        if self.is_plausible(name) {
            let entry = Entry {
                name: self.name(name),
                value: None,
                comment: None,
                intact: false,
            };
            self.push_entry(entry);
        }
    }

    /// The `=` of a damaged setting, or the `:` of one written as in YAML; and the comment that comes before either.
    fn assign(&self, from: usize, line_end: usize) -> (Option<usize>, Option<usize>) {
        let mut colon = None;
        let mut at = from;
        while at < line_end {
            match self.text.bytes.get(at) {
                Some(b'=') => return (Some(at), None),
                Some(b':') => {
                    let next = self.text.bytes.get(at + 1);
                    if matches!(next, None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
                        return (Some(at), None);
                    }
                    colon = colon.or(Some(at));
                }
                Some(b';' | b'#') => return (colon, Some(at)),
                _ => {}
            }
            at = self.text.step(at);
        }
        (colon, None)
    }

    /// Whether a damaged key may be meant as one: a line of other characters is prose or the mark of a merge.
    fn is_plausible(&self, name: Span) -> bool {
        let bytes = self.text.bytes.get(name.range()).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        self.is_template(name)
            || text.chars().any(char::is_alphabetic)
                && text.chars().all(|character| {
                    character.is_alphanumeric() || " -_.\"'\0\u{fffd}\u{feff}".contains(character)
                })
    }

    /// The stretch without white space around it, of any kind.
    fn trim(&self, start: usize, end: usize) -> Span {
        let bytes = self.text.bytes.get(start..end).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(bytes) else {
            let before = bytes.len() - bytes.trim_ascii_start().len();
            return Span::new(start + before, start + before + bytes.trim_ascii().len());
        };
        let before = text.len() - text.trim_start().len();
        Span::new(start + before, start + before + text.trim().len())
    }

    fn push_comment(&mut self, start: usize, line_end: usize) {
        let bytes = self.text.bytes.get(start..line_end).unwrap_or_default();
        let length = bytes.strip_suffix(b"\r").unwrap_or(bytes).len();
        let span = Span::new(start, start + length);
        self.document.comments.push(Comment { span });
    }
}
