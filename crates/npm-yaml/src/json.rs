//! JSON to [`Node`]s, as `JSON.parse` reads it.
//!
//! In: one text. Out: a [`Document`] with the same nodes and spans as from YAML, so that an included `.json` file has
//! origins too. Strict: no comments, no trailing commas. A key that stands twice counts with its last value, as in
//! JavaScript.

use std::sync::Arc;

use super::decode;
use super::{
    Document, Entry, Key, MAX_DEPTH, MAX_VALUES, Node, NodeValue, Problem, ScalarStyle, Text,
    problem,
};
use source::Span;

/// Parses one JSON text.
pub fn parse_json(text: &str) -> Document {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        values: 0,
    };
    let read = reader.value().and_then(|node| {
        reader.blank();
        match reader.rest().is_empty() {
            true => Ok(node),
            false => reader.refuse("unexpected text after the JSON value"),
        }
    });
    match read {
        Ok(node) => Document {
            root: Some(node),
            ..Document::default()
        },
        Err(problem) => Document {
            problems: vec![*problem],
            ..Document::default()
        },
    }
}

type Read<T> = Result<T, Box<Problem>>;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    values: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        self.at = self.text.len()
            - self
                .rest()
                .trim_start_matches([' ', '\t', '\n', '\r'])
                .len();
    }

    fn refuse<T>(&self, what: &str) -> Read<T> {
        Err(problem::own(what, problem::character(self.text, self.at)))
    }

    /// Takes `wanted`, white space before it passed over.
    fn take(&mut self, wanted: char) -> bool {
        self.blank();
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn value(&mut self) -> Read<Node> {
        self.blank();
        self.values += 1;
        if self.depth >= MAX_DEPTH || self.values > MAX_VALUES {
            return self.refuse("values are nested too deeply, or there are too many of them");
        }
        let start = self.at;
        self.depth += 1;
        let value = match self.rest().as_bytes().first() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => {
                let string = self.string()?;
                NodeValue::String(Text {
                    value: string,
                    style: ScalarStyle::DoubleQuoted,
                })
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        self.depth -= 1;
        Ok(Node {
            span: Span::new(start, self.at),
            value,
        })
    }

    fn object(&mut self) -> Read<NodeValue> {
        self.at += 1;
        let mut entries: indexmap::IndexMap<Arc<str>, Entry> = indexmap::IndexMap::new();
        if self.take('}') {
            return Ok(NodeValue::Mapping(Vec::new()));
        }
        loop {
            self.blank();
            let start = self.at;
            if !self.rest().starts_with('"') {
                return self.refuse("expected a key in double quotes");
            }
            let text = self.string()?;
            let span = Span::new(start, self.at);
            if !self.take(':') {
                return self.refuse("expected `:`");
            }
            let value = self.value()?;
            let key = Key {
                text: Arc::clone(&text),
                span,
            };
            entries.insert(text, Entry { key, value });
            if self.take('}') {
                return Ok(NodeValue::Mapping(entries.into_values().collect()));
            }
            if !self.take(',') {
                return self.refuse("unclosed object or missing comma");
            }
        }
    }

    fn array(&mut self) -> Read<NodeValue> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(']') {
            return Ok(NodeValue::Sequence(items));
        }
        loop {
            items.push(self.value()?);
            if self.take(']') {
                return Ok(NodeValue::Sequence(items));
            }
            if !self.take(',') {
                return self.refuse("unclosed array or missing comma");
            }
        }
    }

    /// A string at its opening quote.
    fn string(&mut self) -> Read<Arc<str>> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(next) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                self.at = start;
                return self.refuse("unclosed quote");
            };
            self.at += next;
            match self.rest().as_bytes() {
                [b'"', ..] => break,
                [b'\\', escape, ..] if is_escape(self.rest(), *escape) => self.at += 2,
                _ => return self.refuse("invalid character in a JSON string"),
            }
        }
        self.at += 1;
        let span = Span::new(start, self.at);
        match decode::flow_text(self.text, span, ScalarStyle::DoubleQuoted) {
            Ok(string) => Ok(string.into()),
            Err(_) => self.refuse("invalid JSON string"),
        }
    }

    fn number(&mut self) -> Read<NodeValue> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let number = rest.get(..length).unwrap_or_default();
        match is_number(number).then(|| number.parse()) {
            Some(Ok(value)) => {
                self.at += length;
                Ok(NodeValue::Number(value))
            }
            _ => self.refuse("invalid JSON number"),
        }
    }

    fn word(&mut self) -> Read<NodeValue> {
        let words = [
            ("null", NodeValue::Null),
            ("true", NodeValue::Bool(true)),
            ("false", NodeValue::Bool(false)),
        ];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.refuse("expected a JSON value")
    }
}

/// Whether the text, at a backslash, begins an escape that JSON knows.
fn is_escape(text: &str, escape: u8) -> bool {
    match escape {
        b'u' => text
            .get(2..6)
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())),
        escape => matches!(
            escape,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'
        ),
    }
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|part| part.strip_prefix(['-', '+']).unwrap_or(part));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_with_spans() {
        let text = "{\"a\": [1, -2.5e3, \"x\\ty\", null, true], \"a b\": {}}";
        let root = parse_json(text).root.expect("valid");
        let NodeValue::Mapping(entries) = root.value else {
            panic!("an object")
        };
        assert_eq!(&text[entries[1].key.span.range()], "\"a b\"");
        let NodeValue::Sequence(items) = &entries[0].value.value else {
            panic!("an array")
        };
        assert_eq!(items[1].value, NodeValue::Number(-2500.0));
        assert_eq!(&text[items[2].span.range()], "\"x\\ty\"");
    }

    #[test]
    fn what_json_does_not_know_is_refused_where_it_stands() {
        for (text, at) in [
            ("[1,]", 3),
            ("{\"a\": 1, /* no */ \"b\": 2}", 9),
            ("[01]", 1),
            ("{'a': 1}", 1),
            ("[1] 2", 4),
            ("\"a\nb\"", 1),
            ("", 0),
        ] {
            let document = parse_json(text);
            assert!(document.root.is_none(), "{text}");
            assert_eq!(document.problems[0].span.start, at, "{text}");
        }
    }

    #[test]
    fn nesting_past_the_limit_is_a_problem() {
        let text = "[".repeat(100_000);
        assert!(parse_json(&text).is_broken());
    }
}
