//! Edits: what to write instead, so surely that a reader may take it over with one click.
//!
//! In: the place of a key or a value, and the text that is meant. Out: an [`Edit`], spelt as YAML. Never: a decision
//! whether it may be shown; reports leave out what touches a secret.

use crate::text::Place;

/// Bytes of a layer, and what to write in their place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes to replace.
    pub place: Place,
    /// What to write there.
    pub text: String,
}

impl Edit {
    /// Writes `text` as a key or a string value: plain where YAML reads it as that string, else in double quotes.
    pub fn string(place: Place, text: &str) -> Self {
        let text = match is_plain(text) {
            true => text.to_owned(),
            // Every JSON string is a double-quoted one of YAML.
            false => serde_json::Value::from(text).to_string(),
        };
        Self { place, text }
    }

    /// Writes `text` as it is, where it is no YAML: in a comment.
    pub fn words(place: Place, text: impl Into<String>) -> Self {
        Self {
            place,
            text: text.into(),
        }
    }
}

/// Words that YAML 1.1 or 1.2 reads as something else than a string.
const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// Whether any YAML reads the text, unquoted, as this very string, in block and in flow style.
fn is_plain(text: &str) -> bool {
    let tame = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(tame)
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources, Span};

    #[test]
    fn what_yaml_would_read_as_something_else_is_quoted() {
        let sources = Sources::default();
        let place = Place::new(sources.add(Source::new("a.yaml", "")), Span::at(0));
        let spelt = |text: &str| Edit::string(place, text).text;
        assert_eq!(spelt("better-sqlite3"), "better-sqlite3");
        assert_eq!(spelt("@scope/name"), r#""@scope/name""#);
        assert_eq!(spelt("No"), r#""No""#);
        assert_eq!(spelt("3"), r#""3""#);
        assert_eq!(spelt("a: \"b\"\n"), r#""a: \"b\"\n""#);
    }
}
