//! Paths as relative URI references.

use std::fmt::Write as _;

/// A path with `/` between its parts as a relative URI reference (RFC 3986): everything but unreserved characters and
/// `/` is percent-encoded, so that neither a colon in the first part nor a `#` or `?` means anything.
pub(super) fn relative(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn everything_that_means_something_in_a_uri_is_encoded() {
        assert_eq!(relative("a/app-config.yaml"), "a/app-config.yaml");
        assert_eq!(relative("c:d/ä 100%?#\n"), "c%3Ad/%C3%A4%20100%25%3F%23%0A");
    }
}
