//! Percent-encoding as Go's `net/url` decodes it.

use source::Span;

use crate::error::{UrlError, UrlErrorKind};

/// What is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Host,
    /// The zone behind the `%25` of an IPv6 address.
    Zone,
    /// A user name, a password, a path or a fragment.
    Other,
    /// A key or a value of the query, in which `+` is a space.
    Query,
}

/// The decoded text; bytes that are not UTF-8 become replacement characters. `at` is where `text` is in the URL.
pub(crate) fn unescape(text: &str, at: usize, mode: Mode) -> Result<String, UrlError> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let fail = |kind, length: usize| {
            let end = ceil(text, (index + length).min(text.len()));
            Err(UrlError {
                kind,
                span: Span::new(at + index, at + end),
            })
        };
        match byte {
            b'%' => {
                let high = bytes.get(index + 1).and_then(|&digit| hexadecimal(digit));
                let low = bytes.get(index + 2).and_then(|&digit| hexadecimal(digit));
                let (Some(high), Some(low)) = (high, low) else {
                    return fail(UrlErrorKind::InvalidEscape, 3);
                };
                let value = high << 4 | low;
                let is_refused = match mode {
                    Mode::Host => high < 8 && value != b'%',
                    Mode::Zone => !matches!(value, b'%' | b' ') && !is_host_character(value),
                    Mode::Other | Mode::Query => false,
                };
                if is_refused {
                    return fail(UrlErrorKind::InvalidEscape, 3);
                }
                decoded.push(value);
                index += 3;
                continue;
            }
            b'+' if mode == Mode::Query => decoded.push(b' '),
            _ => {
                let is_host = matches!(mode, Mode::Host | Mode::Zone);
                if is_host && byte.is_ascii() && !is_host_character(byte) {
                    return fail(UrlErrorKind::InvalidHostCharacter, 1);
                }
                decoded.push(byte);
            }
        }
        index += 1;
    }
    Ok(String::from_utf8_lossy(&decoded).into_owned())
}

/// The first character boundary at or after an offset.
fn ceil(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}

fn hexadecimal(digit: u8) -> Option<u8> {
    let digit = char::from(digit).to_digit(16)?;
    u8::try_from(digit).ok()
}

fn is_host_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$&'()*+,;=:[]<>\"-_.~".contains(&byte)
}
