//! What looks like a secret, wherever it stands.
//!
//! In: any text. Out: the byte ranges in it that look like secrets, and of what kind. Knows nothing about config
//! paths. Never: a judgement whether a text that looks like a secret is one.

mod ahead;
pub mod assignment;
mod command;
mod credential;
mod encoded;
mod encoding;
pub mod literal;
mod markup;
pub mod placeholder;
mod random;
mod shapes;
pub mod token;
pub mod url;

use std::ops::Range;

pub use encoding::{base64_canonical, base64_decoded, percent_decoded};
pub use random::is_random;

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

/// Everything in `text` that may be a secret by what stands around it: values beside names of secrets in any format,
/// arguments of commands, credentials of connection strings and files, and what is encoded. Made to hide, not to
/// accuse. In order of place; none overlaps another.
pub fn suspected(text: &str) -> Vec<Range<usize>> {
    let mut found = suspected_as_written(text);
    found.extend(encoded::secrets(text, |decoded| {
        !token::find(decoded).is_empty()
            || url::passwords(decoded).next().is_some()
            || !suspected_as_written(decoded).is_empty()
    }));
    apart(found)
}

/// The same bytes as ranges in order, of which none overlaps another.
pub fn apart(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// Credentials that stand in `text` without a name: see [`suspected`]. For sentences, in which what follows a name is
/// no value.
pub fn credentials(text: &str) -> Vec<Range<usize>> {
    let mut found = credential::secrets(text);
    found.extend(token::glued(text));
    apart(found)
}

fn suspected_as_written(text: &str) -> Vec<Range<usize>> {
    let mut found = assignment::values(text);
    found.extend(markup::secrets(text));
    found.extend(command::secrets(text));
    found.extend(credential::secrets(text));
    found.extend(token::glued(text));
    found
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
