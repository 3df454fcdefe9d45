//! Texts inside encodings.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

/// Base64 as people write it: what a last digit holds too much is passed over.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// The text that `%XX` escapes in `text` spell; `None` when it has none or they spell no text.
pub fn percent_decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (decoded.len() < text.len()).then(|| decoded.into_owned())
}

/// The text that Base64 (either alphabet, padded or not) spells; `None` when it spells no text.
pub fn base64_decoded(text: &str) -> Option<String> {
    String::from_utf8(base64_bytes(text)?).ok()
}

/// The bytes that Base64 (either alphabet, padded or not) spells.
pub(crate) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().trim_end_matches('=');
    let digits = digits.replace('-', "+").replace('_', "/");
    TOLERANT.decode(digits).ok()
}

/// The bytes of Base64 as programs write it: the alphabet of `+` and `/`, padded, without a bit too many; `None` for
/// any other text.
pub fn base64_canonical(text: &str) -> Option<Vec<u8>> {
    general_purpose::STANDARD.decode(text).ok()
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
