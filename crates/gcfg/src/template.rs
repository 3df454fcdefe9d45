//! Markers of template languages in a text that becomes gcfg.
//!
//! In: the text of a template. Out: the [`Marker`]s in it. Never: what they expand to.
//!
//! Jinja and Nunjucks write `{{ … }}`, `{% … %}` and `{# … #}`; Go templates, Handlebars and Helm `{{ … }}` for all
//! three; ERB `<% … %>`.

use source::Span;

/// The longest template marker that is recognised, in bytes.
pub(crate) const MAX_MARKER: usize = 16 * 1024;

/// A template marker, delimiters included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// Where it is.
    pub span: Span,
    /// What becomes of it.
    pub kind: MarkerKind,
    /// What it does to the blocks of the template.
    pub block: Block,
}

/// What a marker does to the blocks of a template: what is within one may not be in the text, or be there several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Nothing: `{% set x = 1 %}`.
    Same,
    /// It begins one: `{% if x %}`, `{{ range .x }}`, `{{#x}}`, `<% x.each do |y| %>`.
    Opens,
    /// It ends one branch of a block and begins another: `{% else %}`.
    Divides,
    /// It ends one: `{% endif %}`, `{{ end }}`, `{{/x}}`.
    Closes,
}

/// Words that begin a block. Some of them always keep what is in it; which, depends on the language.
const OPENING: &[&[u8]] = &[
    b"if", b"for", b"range", b"with", b"unless", b"case", b"while", b"block", b"define", b"macro",
    b"call", b"filter",
];
/// Words that divide one.
const DIVIDING: &[&[u8]] = &[b"else", b"elif", b"elsif", b"elseif", b"when"];

/// What becomes of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkerKind {
    /// It is replaced by text: `{{ x }}`, `<%= x %>`.
    Expression,
    /// It is replaced by text that may hold lines of its own: `{% include 'x' %}`, `{{ template "x" }}`.
    Include,
    /// It decides about the text around it: `{% if x %}`, `{{ end }}`, `<% end %>`.
    Statement,
    /// It is replaced by nothing: `{# x #}`, `{{/* x */}}`, `<%# x %>`.
    Comment,
}

impl MarkerKind {
    /// Whether text takes the place of the marker.
    pub(crate) fn is_text(self) -> bool {
        self == Self::Expression
    }
}

/// The delimiters of a marker.
struct Delimiters {
    open: &'static [u8],
    close: &'static [u8],
    /// Whether a closing delimiter in quotes closes nothing.
    quotes: bool,
}

const DELIMITERS: [Delimiters; 4] = [
    Delimiters {
        open: b"{{",
        close: b"}}",
        quotes: true,
    },
    Delimiters {
        open: b"{%",
        close: b"%}",
        quotes: true,
    },
    Delimiters {
        open: b"{#",
        close: b"#}",
        quotes: false,
    },
    Delimiters {
        open: b"<%",
        close: b"%>",
        quotes: false,
    },
];

/// All markers of a template. One that is never closed is text.
pub(crate) fn markers(text: &[u8]) -> Vec<Marker> {
    let mut markers = Vec::new();
    let mut closes = [const { Close { at: Some(0) } }; DELIMITERS.len()];
    let mut at = 0;
    while let Some(found) = find(text, at, |byte| matches!(byte, b'{' | b'<')) {
        at = found + 1;
        let rest = text.get(found..).unwrap_or_default();
        let mut delimiters = DELIMITERS.iter().zip(&mut closes);
        let opened = delimiters.find(|(delimiters, _)| rest.starts_with(delimiters.open));
        let Some((delimiters, close)) = opened else {
            continue;
        };
        let Some(end) = close.end(text, found, delimiters) else {
            continue;
        };
        let window = rest.get(..MAX_MARKER).unwrap_or(rest);
        let outside_quotes = delimiters
            .quotes
            .then(|| close_outside_quotes(window, delimiters));
        let length = outside_quotes.flatten().unwrap_or(end - found);
        if length > MAX_MARKER {
            continue;
        }
        let marker = rest.get(..length).unwrap_or_default();
        let kind = kind(marker);
        markers.push(Marker {
            span: Span::new(found, found + length),
            kind,
            block: match kind {
                MarkerKind::Statement | MarkerKind::Include => block(marker),
                MarkerKind::Expression | MarkerKind::Comment => Block::Same,
            },
        });
        at = found + length;
    }
    markers
}

/// The next closing delimiter of a kind, kept so that many open markers do not search the rest of the text each.
struct Close {
    /// Where the one begins that was found last; `None` when there is none any more.
    at: Option<usize>,
}

impl Close {
    /// The end of the first one in the body of the marker that opens at `open`.
    fn end(&mut self, text: &[u8], open: usize, delimiters: &Delimiters) -> Option<usize> {
        let body = open + delimiters.open.len();
        if self.at? < body {
            let rest = text.get(body..).unwrap_or_default();
            let length = delimiters.close.len();
            let found = rest
                .windows(length)
                .position(|window| window == delimiters.close);
            self.at = found.map(|found| body + found);
        }
        Some(self.at? + delimiters.close.len())
    }
}

/// The end of the first closing delimiter outside `'…'` and `"…"`; `None` if another marker of the kind opens before,
/// because then the quotes were no quotes.
fn close_outside_quotes(text: &[u8], delimiters: &Delimiters) -> Option<usize> {
    let mut at = delimiters.open.len();
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(delimiters.close) {
            return Some(at + delimiters.close.len());
        }
        if rest.starts_with(delimiters.open) {
            return None;
        }
        let &quote = rest.first()?;
        at += match quote {
            b'"' | b'\'' => quoted(rest).unwrap_or(1),
            _ => 1,
        };
    }
}

/// The length of the string that begins `text` with its quote, if it ends on its line.
fn quoted(text: &[u8]) -> Option<usize> {
    let &quote = text.first()?;
    let mut at = 1;
    loop {
        match *text.get(at)? {
            b'\n' => return None,
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The offset of the first byte at or after `from` that is one of those.
fn find(text: &[u8], from: usize, is: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = text.get(from..)?;
    Some(from + rest.iter().position(|&byte| is(byte))?)
}

/// What becomes of a marker with its delimiters.
fn kind(marker: &[u8]) -> MarkerKind {
    let inner = marker.get(2..marker.len().saturating_sub(2));
    let inner = inner.unwrap_or_default();
    if marker.starts_with(b"{#") {
        return MarkerKind::Comment;
    }
    if marker.starts_with(b"<%") {
        return match inner.first() {
            Some(b'=') => MarkerKind::Expression,
            Some(b'#') => MarkerKind::Comment,
            _ => MarkerKind::Statement,
        };
    }
    let is_block = marker.starts_with(b"{%");
    let inner = inner.strip_prefix(b"-").or(inner.strip_prefix(b"+"));
    let inner = inner.unwrap_or(marker.get(2..).unwrap_or_default());
    let inner = inner.trim_ascii_start();
    match inner.first() {
        Some(b'!') => return MarkerKind::Comment,
        Some(b'/') if inner.starts_with(b"/*") => return MarkerKind::Comment,
        Some(b'>') => return MarkerKind::Include,
        Some(b'#' | b'/' | b'^') => return MarkerKind::Statement,
        _ => {}
    }
    let word = inner.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let word = inner.get(..word.count()).unwrap_or_default();
    // `{{ if }}` is a variable of that name to Jinja, and nobody has one; `{{ template.x }}` is one.
    let is_word = inner
        .get(word.len())
        .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'}' | b'-' | b'%'));
    match word {
        b"include" | b"extends" | b"import" | b"from" | b"block" | b"call" | b"macro"
        | b"filter"
            if is_block =>
        {
            MarkerKind::Include
        }
        b"template" | b"include" | b"block" | b"define" if is_word => MarkerKind::Include,
        b"if" | b"else" | b"end" | b"range" | b"with" | b"break" | b"continue" if is_word => {
            MarkerKind::Statement
        }
        _ if is_block => MarkerKind::Statement,
        _ => MarkerKind::Expression,
    }
}

/// What a marker with its delimiters does to blocks.
fn block(marker: &[u8]) -> Block {
    let inner = marker.get(2..marker.len().saturating_sub(2));
    let inner = inner.unwrap_or_default();
    let inner = inner
        .strip_prefix(b"-")
        .or(inner.strip_prefix(b"+"))
        .unwrap_or(inner);
    let inner = inner
        .strip_suffix(b"-")
        .or(inner.strip_suffix(b"+"))
        .unwrap_or(inner);
    let inner = inner.trim_ascii();
    match inner.first() {
        Some(b'#' | b'^') => return Block::Opens,
        Some(b'/') => return Block::Closes,
        _ => {}
    }
    let word = inner.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let word = inner.get(..word.count()).unwrap_or_default();
    let ended = word.strip_prefix(b"end");
    let is_ruby_block = marker.starts_with(b"<%")
        && (inner.ends_with(b" do") || inner.windows(4).any(|part| part == b" do "));
    if DIVIDING.contains(&word) {
        Block::Divides
    } else if OPENING.contains(&word) || is_ruby_block {
        Block::Opens
    } else if ended.is_some_and(|ended| ended.is_empty() || OPENING.contains(&ended)) {
        Block::Closes
    } else {
        Block::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<Block> {
        markers(text.as_bytes())
            .iter()
            .map(|marker| marker.block)
            .collect()
    }

    #[test]
    fn blocks_begin_and_end_in_every_language() {
        let whole = [Block::Opens, Block::Divides, Block::Closes];
        for text in [
            "{% if a %}{% else %}{% endif %}",
            "{%- for a in b -%}{%- else -%}{%- endfor -%}",
            "{{ if .a }}{{ else if .b }}{{ end }}",
            "{{- range .a -}}{{- else -}}{{- end -}}",
            "{{#if a}}{{else}}{{/if}}",
            "<% if a %><% elsif b %><% end %>",
            "<%- a.each do |b| -%><% else %><%- end -%>",
        ] {
            assert_eq!(blocks(text), whole, "{text}");
        }
    }

    #[test]
    fn other_markers_leave_blocks_as_they_are() {
        let text = "{% set a = 1 %}{{ a }}{# if a #}{% include 'end' %}{{ ended }}<%= if a %>{{ template \"x\" }}";
        assert!(blocks(text).iter().all(|block| *block == Block::Same));
    }
}
