//! Secrets that are hidden wherever they occur again.
//!
//! In: the texts of all secrets. Out: where they, or the ways they are commonly encoded, occur in a text.
//!
//! Only a *distinctive* secret is hidden everywhere. A password such as `postgres` is hidden where it stands as
//! a password and nowhere else: it is also the user's name, the database's, the image's, half of the help texts.
//! Hiding it there would hide nothing (it is the first guess of anybody), would tell the reader which word it
//! is, and would turn the report into stars.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::MASK;
use super::looks::percent_decoded;
use super::looks::placeholder::is_placeholder;

/// How many bytes of secrets are searched for in all. A text with more is not a config; its secrets are still
/// hidden in their own place.
const MOST_SEARCHED: usize = 1024 * 1024;
/// How many bytes of them are searched for in encoded forms too.
const MOST_ENCODED: usize = 64 * 1024;

/// A search for all distinctive secrets at once: its cost does not grow with their number.
pub(super) struct Known {
    /// `None` when there is nothing to search for.
    search: Option<AhoCorasick>,
    /// For each form, by the number that the search gives it.
    forms: Vec<Form>,
}

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// From its first character to its last.
    Whole,
    /// Inside Base64: the characters beside it may hold some of its bits.
    InBase64,
}

impl Known {
    /// Prepares the search for the distinctive ones of `texts`, and for all that are to be hidden `everywhere`.
    pub(super) fn new(texts: &BTreeSet<Arc<str>>, everywhere: &BTreeSet<Arc<str>>) -> Self {
        let mut forms = BTreeMap::new();
        let mut total = 0;
        let distinctive = texts.iter().filter(|text| is_distinctive(text));
        for text in distinctive.chain(everywhere) {
            total += text.len();
            if total < MOST_SEARCHED {
                add_plain_forms(text, &mut forms);
            }
            if total < MOST_ENCODED {
                add_encoded_forms(text.trim(), &mut forms);
            }
        }
        let search = (!forms.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                // The kind that is chosen for few patterns takes the square of their length to build.
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(forms.keys())
        });
        // Building fails only beyond any size that the input limits let through.
        Self {
            search: search.and_then(Result::ok),
            forms: forms.into_values().collect(),
        }
    }

    /// Where secrets occur in `text`, in order, apart from each other.
    pub(super) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let found = self
            .search
            .iter()
            .flat_map(move |search| search.find_iter(text));
        found.map(
            move |found| match self.forms.get(found.pattern().as_usize()) {
                Some(Form::InBase64) => with_borders(text, found.range()),
                _ => found.range(),
            },
        )
    }
}

/// `text` with each of `secrets` masked wherever it occurs, in one pass.
pub(super) fn without(text: &str, mut secrets: Vec<String>) -> String {
    secrets.retain(|secret| !secret.is_empty());
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&secrets);
    match search {
        Ok(search) => search.replace_all(text, &vec![MASK; secrets.len()]),
        // Building fails only beyond any size that the input limits let through.
        Err(_) => MASK.to_owned(),
    }
}

/// Whether a text is so particular that it means this secret wherever it occurs: at least six characters with
/// letters and digits or rare punctuation, or at least sixteen characters, or several lines. Stand-ins
/// (`<your-token>`) are not.
pub(super) fn is_distinctive(text: &str) -> bool {
    const SHORTEST: usize = 6;
    const LONG: usize = 16;
    let text = text.trim();
    let length = text.chars().count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let rare = text
        .chars()
        .filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"-_./:".contains(*c))
        .count();
    let is_mixed = letters > 0 && (digits > 0 || rare > 0);
    length >= SHORTEST && (is_mixed || length >= LONG) && !is_placeholder(text)
}

/// A secret as it is, and its longer lines. The first and last line of a private key say nothing.
fn add_plain_forms(text: &str, forms: &mut BTreeMap<String, Form>) {
    forms.insert(text.trim().to_owned(), Form::Whole);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| is_distinctive(line) && !line.starts_with("-----"));
    forms.extend(lines.map(|line| (line.to_owned(), Form::Whole)));
}

/// The encodings in which a secret may occur: percent-encoded and -decoded, escaped for JSON and YAML,
/// hexadecimal, and inside Base64.
fn add_encoded_forms(text: &str, forms: &mut BTreeMap<String, Form>) {
    let mut whole = vec![
        percent_encoded(text),
        text.replace('\n', "\\n").replace('"', "\\\""),
        text.replace('\'', "''"),
        hexadecimal(text),
        hexadecimal(text).to_ascii_uppercase(),
    ];
    whole.extend(percent_decoded(text));
    forms.extend(whole.into_iter().map(|form| (form, Form::Whole)));
    for offset in 0..3 {
        let encoded = base64_inside(text.as_bytes(), offset);
        if encoded.len() >= 8 {
            forms.insert(encoded.replace('+', "-").replace('/', "_"), Form::InBase64);
            forms.insert(encoded, Form::InBase64);
        }
    }
}

/// A range inside Base64 with the characters beside it that may hold some of its bits, and the padding.
fn with_borders(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let is_base64 = |at: usize| {
        bytes.get(at).is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
        })
    };
    let before = range.start.checked_sub(1).filter(|&at| is_base64(at));
    let mut end = range.end + usize::from(is_base64(range.end));
    while bytes.get(end) == Some(&b'=') {
        end += 1;
    }
    before.unwrap_or(range.start)..end
}

fn hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The characters that `bytes` become inside the Base64 of a longer text, `offset` bytes (modulo 3) from its
/// start: without those at the borders, which the neighbours change too.
fn base64_inside(bytes: &[u8], offset: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |index: usize| -> u8 {
        let byte = bytes.get(index / 8).copied().unwrap_or_default();
        (byte >> (7 - index % 8)) & 1
    };
    // The first character that holds no bit of the text before.
    let skipped = (offset * 8).div_ceil(6) * 6 - offset * 8;
    let characters = (bytes.len() * 8).saturating_sub(skipped) / 6;
    (0..characters)
        .filter_map(|character| {
            let first = skipped + character * 6;
            let value = (0..6).fold(0_u8, |value, index| value << 1 | bit(first + index));
            ALPHABET.get(usize::from(value)).copied().map(char::from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(secrets: &[&str], text: &'t str) -> Vec<&'t str> {
        let texts = secrets.iter().map(|secret| Arc::from(*secret)).collect();
        Known::new(&texts, &BTreeSet::new())
            .find(text)
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn weak_words_are_not_hidden_elsewhere() {
        for text in [
            "postgres",
            "admin",
            "backstage",
            "secret",
            "my-backstage",
            "12345678",
            "<your-token>",
            "a1",
        ] {
            assert!(!is_distinctive(text), "{text}");
        }
        for text in [
            "hunter2",
            "p@ssword",
            "correcthorsebatterystaple",
            "ghp_aB3aB3aB3",
        ] {
            assert!(is_distinctive(text), "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_the_forms_it_is_encoded_in() {
        assert_eq!(
            found(&["p@ss w0rd"], "x p@ss w0rd, p%40ss%20w0rd"),
            ["p@ss w0rd", "p%40ss%20w0rd"]
        );
        assert_eq!(found(&["p%40ssw0rd"], "p@ssw0rd"), ["p@ssw0rd"]);
        assert_eq!(
            found(&["one 1\ntwo \"2\""], "\"one 1\\ntwo \\\"2\\\"\""),
            ["one 1\\ntwo \\\"2\\\""]
        );
    }

    #[test]
    fn a_secret_is_found_inside_base64_at_any_offset() {
        // "user:hunter2-secret", "xuser:hunter2-secret", "xxuser:hunter2-secret"
        for encoded in [
            "dXNlcjpodW50ZXIyLXNlY3JldA==",
            "eHVzZXI6aHVudGVyMi1zZWNyZXQ=",
            "eHh1c2VyOmh1bnRlcjItc2VjcmV0",
        ] {
            assert_eq!(found(&["hunter2-secret"], encoded).len(), 1, "{encoded}");
        }
    }

    #[test]
    fn a_line_of_a_secret_of_several_lines_is_found_alone() {
        assert_eq!(found(&["one1one1\ntwo2two2"], "x two2two2"), ["two2two2"]);
    }

    #[test]
    fn what_stands_beside_it_in_base64_is_hidden_with_it() {
        // u:hunter2!, and the password alone
        assert_eq!(
            found(&["hunter2!"], "dTpodW50ZXIyIQ== x"),
            ["podW50ZXIyIQ=="]
        );
        assert_eq!(found(&["hunter2!"], "aHVudGVyMiE="), ["aHVudGVyMiE="]);
        assert_eq!(
            found(&["hunter2!"], "68756e7465723221"),
            ["68756e7465723221"]
        );
    }
}
