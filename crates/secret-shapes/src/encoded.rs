//! Secrets in encodings: Base64 of a text that holds one, and private keys without their header.
//!
//! In: any text. Out: the whole of each encoded run. Made to hide, not to accuse.

use std::ops::Range;

use super::encoding::{base64_bytes, base64_decoded};
use super::random::is_random;

/// Where in `text` something encoded holds a secret; `holds` says whether a decoded text does.
pub fn secrets(text: &str, holds: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(run) = next_run(text, at) {
        at = run.end;
        let digits = text.get(run.clone()).unwrap_or_default();
        if is_private_key(digits) {
            let end = end_of_key(text, run.end);
            found.push(run.start..end);
            at = end;
        } else if is_aws_secret(digits) || decoded_holds(digits, &holds) {
            found.push(run);
        }
    }
    found.extend(of_putty(text));
    found
}

/// The next run of digits of Base64, padding included, that is long enough to hold anything.
fn next_run(text: &str, mut at: usize) -> Option<Range<usize>> {
    const SHORTEST: usize = 24;
    let bytes = text.as_bytes();
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    loop {
        let start = at + bytes.get(at..)?.iter().position(is_digit)?;
        let rest = bytes.get(start..)?;
        let length = rest.iter().position(|byte| !is_digit(byte));
        let end = start + length.unwrap_or(rest.len());
        if end - start >= SHORTEST {
            let padding = bytes.get(end..)?.iter().take(2);
            return Some(start..end + padding.take_while(|byte| **byte == b'=').count());
        }
        at = end;
    }
}

fn decoded_holds(digits: &str, holds: impl Fn(&str) -> bool) -> bool {
    let Some(decoded) = base64_decoded(digits) else {
        return false;
    };
    let is_text = decoded
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    is_text && holds(&decoded)
}

/// Whether the digits begin with the structure of a private key: a sequence whose first member is the version 0 or 1.
/// Certificates and public keys begin with another sequence.
fn is_private_key(digits: &str) -> bool {
    const SHORTEST: usize = 56;
    const ENOUGH: usize = 12;
    if digits.len() < SHORTEST || !digits.starts_with('M') {
        return false;
    }
    let Some(bytes) = digits.get(..ENOUGH).and_then(base64_bytes) else {
        return false;
    };
    let content = match bytes.as_slice() {
        [0x30, 0x82, _, _, content @ ..] | [0x30, 0x81, _, content @ ..] => content,
        [0x30, length, content @ ..] if *length < 0x80 => content,
        _ => return false,
    };
    matches!(content, [2, 1, 0 | 1, ..])
}

/// The end of the lines of Base64 behind the first one of a key.
fn end_of_key(text: &str, mut end: usize) -> usize {
    const SHORTEST: usize = 16;
    const PADDING: usize = 2;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        // Asked first: where no line follows, what does is not measured.
        if !rest.starts_with(['\n', '\r', ' ']) {
            return end;
        }
        let line = rest.trim_start_matches([' ', '\r', '\n', '\t']);
        let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
        let digits = line.find(|c| !is_digit(c)).unwrap_or(line.len());
        let padding = line.bytes().skip(digits).take(PADDING);
        let length = digits + padding.take_while(|byte| *byte == b'=').count();
        if length < SHORTEST {
            return end;
        }
        end += rest.len() - line.len() + length;
    }
}

/// Secret access keys of AWS: forty digits of Base64, not of a hash.
fn is_aws_secret(digits: &str) -> bool {
    const LENGTH: usize = 40;
    let has = |test: fn(&u8) -> bool| digits.as_bytes().iter().any(test);
    digits.len() == LENGTH
        && !digits.contains(['-', '_', '='])
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && is_random(digits)
}

/// The private lines of a key of `PuTTY`. Each mark begins a line, so no byte is looked at for two of them.
fn of_putty(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    const MARK: &str = "Private-Lines:";
    let mut read = 0;
    text.match_indices(MARK).filter_map(move |(at, _)| {
        let before = text.get(read..at)?.trim_end_matches([' ', '\t']);
        let begins_line = before.ends_with('\n') || (read == 0 && before.is_empty());
        begins_line.then_some(())?;
        let count_start = at + MARK.len();
        let line = text.get(count_start..)?.find('\n')?;
        let start = count_start + line;
        let end = end_of_key(text, start);
        read = end;
        (end > start).then_some(start + 1..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        secrets(text, |decoded| decoded.contains("password"))
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn encoded_secrets_are_found_whole() {
        // {"password":"hunter2"}
        let json = "eyJwYXNzd29yZCI6Imh1bnRlcjIifQ==";
        assert_eq!(found(&format!("x: '{json}' # y")), [json]);
        let aws = "wJalrXUtnFEMI7K3MDENGbPx8RfiCYzEXAMPLEKa";
        assert_eq!(found(aws), [aws]);
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        assert_eq!(
            found(&format!("a: {key}\n   {key}\nb: x")),
            [format!("{key}\n   {key}")]
        );
        assert_eq!(
            found("Private-Lines: 1\nAAAAgQDx7n0aB1cD2eF3\nPrivate-MAC: 0"),
            ["AAAAgQDx7n0aB1cD2eF3"]
        );
    }

    #[test]
    fn keys_and_marks_one_behind_the_other_are_read_once() {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        let keys = format!("{key}===").repeat(6_000);
        assert_eq!(secrets(&keys, |_| false).len(), 6_000);
        let marks = "Private-Lines:".repeat(40_000);
        let lines = "AAAAgQDx7n0aB1cD2eF3\n".repeat(20_000);
        let ranges = secrets(&format!("{marks}\nPrivate-Lines: 1\n{lines}"), |_| false);
        assert_eq!(ranges.len(), 1);
    }

    #[test]
    fn certificates_hashes_and_names_are_left() {
        for text in [
            "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJX",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "a-very-long-name-of-a-plugin-package",
            "eyJ1c2VyIjoiYXBwIiwiaG9zdCI6ImgifQ==",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
