//! Texts inside encodings.

use crate::text::base64;

/// The text that `%XX` escapes in `text` spell; `None` when it has none or they spell no text.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let escape = behind.get(..2).filter(|_| *first == b'%');
        let escape = escape.and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(*first);
                rest = behind;
            }
        }
    }
    let changed = decoded.len() < text.len();
    String::from_utf8(decoded).ok().filter(|_| changed)
}

/// The text that Base64 (either alphabet, padded or not) spells; `None` when it spells no text.
pub fn base64_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim().trim_end_matches('=').bytes() {
        bits = (bits << 6 | base64::digit(byte)?) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_text_is_decoded() {
        assert_eq!(
            base64_decoded("dXNlcjpodW50ZXIy").as_deref(),
            Some("user:hunter2")
        );
        assert_eq!(base64_decoded("YQ==").as_deref(), Some("a"));
        assert_eq!(base64_decoded("not base64"), None);
    }

    #[test]
    fn percent_escapes_are_decoded() {
        assert_eq!(percent_decoded("p%40s%2").as_deref(), Some("p@s%2"));
        assert_eq!(percent_decoded("plain"), None);
    }
}
