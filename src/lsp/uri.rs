//! `file:` URIs and the paths they name (RFC 8089).

use std::path::{Path, PathBuf};

use crate::text::mask::looks::percent_decoded;

/// The absolute path of a `file:` URI; `None` for any other, and for one on another host.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decoded = percent_decoded(path).unwrap_or_else(|| path.to_owned());
    let path = match decoded.strip_prefix('/') {
        Some(drive) if cfg!(windows) => with_drive(drive)?,
        Some(_) => decoded,
        None => return None,
    };
    Some(PathBuf::from(path))
}

/// A path of Windows with the letter of its drive as the system writes it: `c:/a` is `C:/a`. `None` without a drive.
fn with_drive(path: &str) -> Option<String> {
    let (drive, rest) = path.split_once(':')?;
    let is_letter = drive.len() == 1 && drive.chars().all(|c| c.is_ascii_alphabetic());
    is_letter.then(|| format!("{}:{rest}", drive.to_ascii_uppercase()))
}

/// What tells a document from others, however an editor writes its URI: `file:///a%2Fb` and `file:///a/b` are one.
pub(super) fn key_of(uri: &str) -> PathBuf {
    path_of(uri).unwrap_or_else(|| PathBuf::from(uri))
}

/// The URI of an absolute path.
pub(super) fn uri_of(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if cfg!(windows) {
        format!("/{}", path.trim_start_matches(r"\\?\").replace('\\', "/"))
    } else {
        path.into_owned()
    };
    let mut uri = String::from("file://");
    push_encoded(&mut uri, &path);
    uri
}

/// Adds a path to a URI: `/` stays, and so does what RFC 3986 does not reserve.
pub(super) fn push_encoded(uri: &mut String, path: &str) {
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_uri_lead_to_each_other() {
        for path in ["/", "/a b/ü#?%41.yaml", "/w/c:/x"] {
            let uri = uri_of(Path::new(path));
            assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
            assert_eq!(path_of(&uri).as_deref(), Some(Path::new(path)), "{uri}");
        }
    }

    #[test]
    fn a_document_is_the_same_however_its_uri_is_written() {
        for (one, other) in [
            ("file:///a%20b/c%3A.yaml", "file:///a b/c:.yaml"),
            ("file:///a/%c3%bc", "file://localhost/a/ü"),
            ("file:///a//b/./c", "file:///a/b/c"),
        ] {
            assert_eq!(key_of(one), key_of(other));
        }
        assert_ne!(key_of("untitled:a"), key_of("untitled:b"));
        assert_eq!(with_drive("c:/a").as_deref(), Some("C:/a"));
        assert_eq!(with_drive("a/c:/b"), None);
    }

    #[test]
    fn other_schemes_and_hosts_name_no_path() {
        for uri in ["untitled:Untitled-1", "git:/a.yaml", "file://host/a", "/a"] {
            assert_eq!(path_of(uri), None, "{uri}");
        }
        assert_eq!(path_of("file://localhost/a"), Some("/a".into()));
    }
}
