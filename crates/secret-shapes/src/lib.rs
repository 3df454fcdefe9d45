//! What looks like a secret, wherever it stands.
//!
//! In: any text. Out: the byte ranges in it that look like secrets, and of what kind. Knows nothing about config
//! paths. Never: a judgement whether a text that looks like a secret is one.

pub mod assignment;
mod encoding;
pub mod literal;
pub mod placeholder;
mod shapes;
pub mod token;
pub mod url;

use std::ops::Range;

pub use encoding::{base64_decoded, percent_decoded};

/// Everything in `text` that looks like a secret by its own shape: tokens and keys of known services, private
/// keys, credentials in URLs. In order of place; may overlap.
pub fn find(text: &str) -> Vec<Look> {
    let mut looks = token::find(text);
    looks.extend(url::passwords(text).map(|range| Look {
        range,
        kind: "url-password",
    }));
    looks.sort_by_key(|look| (look.range.start, look.range.end));
    looks
}

/// The same in a whole value of a config, which is no running text: see [`url::passwords_in_value`].
pub fn find_in_value(text: &str) -> Vec<Look> {
    let mut looks = token::find(text);
    let passwords = url::passwords_in_value(text).into_iter();
    looks.extend(passwords.map(|range| Look {
        range,
        kind: "url-password",
    }));
    looks.sort_by_key(|look| (look.range.start, look.range.end));
    looks
}

/// One range of a text that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The secret's own bytes.
    pub range: Range<usize>,
    /// What it looks like, e.g. `github-token`.
    pub kind: &'static str,
}

/// The byte before `at`, if any.
fn byte_before(text: &str, at: usize) -> Option<u8> {
    at.checked_sub(1)
        .and_then(|before| text.as_bytes().get(before).copied())
}
