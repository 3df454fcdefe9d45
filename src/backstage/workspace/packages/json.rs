//! JSON to nodes with places.
//!
//! In: the text of a package.json. Out: the same [`Node`]s that YAML gives, so that rules can point at a dependency.
//! Never: a message; npm says what is wrong with such a file.

use std::sync::Arc;

use crate::text::Span;
use crate::yaml::{Entry, Key, Node, NodeValue, ScalarStyle, Text};

/// How deep values may nest.
const DEPTH_LIMIT: usize = 64;

/// The root of a JSON text; `None` when it is not JSON.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader { text, at: 0 };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let root = reader.value(DEPTH_LIMIT)?;
    reader.space();
    (reader.at == text.len()).then_some(root)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Passes over white space and a byte, if it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.space();
        let start = self.at;
        let value = match self.peek()? {
            _ if depth == 0 => return None,
            b'{' => self.object(depth - 1)?,
            b'[' => self.array(depth - 1)?,
            b'"' => NodeValue::String(Text {
                value: self.string()?,
                style: ScalarStyle::DoubleQuoted,
            }),
            _ => self.literal()?,
        };
        Some(Node {
            span: Span::new(start, self.at),
            value,
        })
    }

    fn object(&mut self, depth: usize) -> Option<NodeValue> {
        let mut entries: Vec<Entry> = Vec::new();
        self.at += 1;
        if self.take(b'}') {
            return Some(NodeValue::Mapping(entries));
        }
        loop {
            self.space();
            let start = self.at;
            let text = self.string()?;
            let span = Span::new(start, self.at);
            let value = self.take(b':').then(|| self.value(depth))??;
            // The last of equal keys counts, as in every JSON reader.
            entries.retain(|entry| entry.key.text != text);
            entries.push(Entry {
                key: Key { text, span },
                value,
            });
            if !self.take(b',') {
                return self.take(b'}').then_some(NodeValue::Mapping(entries));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<NodeValue> {
        let mut items = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Some(NodeValue::Sequence(items));
        }
        loop {
            items.push(self.value(depth)?);
            if !self.take(b',') {
                return self.take(b']').then_some(NodeValue::Sequence(items));
            }
        }
    }

    fn string(&mut self) -> Option<Arc<str>> {
        let body = self.text.get(self.at..)?.strip_prefix('"')?;
        let mut escaped = false;
        let mut has_escapes = false;
        let length = body.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            has_escapes |= escaped;
            ends
        })?;
        let start = self.at;
        self.at += length + 2;
        if has_escapes {
            serde_json::from_str(self.text.get(start..self.at)?).ok()
        } else {
            body.get(..length).map(Arc::from)
        }
    }

    fn literal(&mut self) -> Option<NodeValue> {
        let rest = self.text.get(self.at..)?;
        let length =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
        let word = rest.get(..length.unwrap_or(rest.len()))?;
        self.at += word.len();
        match word {
            "null" => Some(NodeValue::Null),
            "true" => Some(NodeValue::Bool(true)),
            "false" => Some(NodeValue::Bool(false)),
            number => number.parse().ok().map(NodeValue::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::workspace::document::NodeExt as _;

    #[test]
    fn values_know_their_places() {
        let text =
            "\u{feff}{\n\t\"a\": {\"b\\n\": [1, true, null, \"x\\\"y\"]},\n\t\"a\": \"é\"\n}\n";
        let root = parse(text).unwrap();
        let entry = root.entry("a").unwrap();
        assert_eq!(root.entries().len(), 1);
        assert_eq!(&text[entry.key.span.range()], "\"a\"");
        assert_eq!(&text[entry.value.span.range()], "\"é\"");
        let list = parse("[1, true, null, \"x\\\"y\"]").unwrap();
        assert_eq!(list.items()[3].as_str(), Some("x\"y"));
        assert_eq!(list.items()[0].value, NodeValue::Number(1.0));
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1,]",
            "{} x",
            "nope",
            "\"a",
            "{a: 1}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
