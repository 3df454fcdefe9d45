//! Credentials inside URLs.
//!
//! In: any text. Out: where passwords stand in the URLs in it (`scheme://user:password@host`). Only the
//! password: scheme, user and host help a reader to find what to change.

use std::ops::Range;

/// Longer ones are cut here, in bytes: it bounds the work for texts made of URLs within URLs.
const LONGEST_URL: usize = 2048;

/// The passwords of all URLs in `text`, in order. Empty passwords are none. A password may hold placeholders;
/// it is for the caller to tell them from literal text.
pub fn passwords(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices("://").filter_map(|(separator, _)| {
        let start = separator + "://".len();
        has_scheme(text.get(..separator)?).then_some(())?;
        let inside = text.get(start..)?;
        // No password holds `://`: what follows is another URL. So all URLs together are no longer than the text.
        let inside = inside.split("://").next()?;
        let user_info = user_info(inside)?;
        let colon = user_info.find(':')?;
        let password = start + colon + 1..start + user_info.len();
        (!password.is_empty()).then_some(password)
    })
}

fn has_scheme(before: &str) -> bool {
    before
        .bytes()
        .next_back()
        .is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// What stands before the `@` of a URL's authority. `@` may occur in passwords unescaped: the last one counts.
fn user_info(inside: &str) -> Option<&str> {
    let url = inside.get(..end_of_url(inside))?;
    let authority = url.get(..end_of_authority(url)?)?;
    if let Some(at) = authority.rfind('@') {
        return authority.get(..at);
    }
    // `user:pa/ss@host`: what follows the colon is no port, so the slash belongs to the password.
    let (user, behind) = authority.split_once(':')?;
    let is_port = behind.bytes().all(|byte| byte.is_ascii_digit());
    if is_port || user.is_empty() || user.starts_with('[') || behind.starts_with("${") {
        return None;
    }
    url.get(..url.rfind('@')?)
}

/// The end of the URL in running text: white space, a quote, or what else cannot stand in one. A placeholder
/// may hold anything.
fn end_of_url(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        match character {
            _ if at > LONGEST_URL => return at,
            '{' if previous == '$' || depth > 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '\n' => return at,
            '"' | '\'' | '`' | '<' | '>' | '|' | '\\' if depth == 0 => return at,
            c if depth == 0 && c.is_whitespace() => return at,
            _ => {}
        }
        previous = character;
    }
    text.len()
}

/// Where the authority ends: at the first `/`, `?` or `#` outside a placeholder.
fn end_of_authority(url: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, character) in url.char_indices() {
        match character {
            '{' if previous == '$' || depth > 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '/' | '?' | '#' if depth == 0 => return Some(at),
            _ => {}
        }
        previous = character;
    }
    Some(url.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        passwords(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn only_the_password_is_found() {
        assert_eq!(
            found("postgres://app:hunter2@db:5432/x?sslmode=require"),
            ["hunter2"]
        );
        assert_eq!(
            found("a http://u:p1@h/ b redis://:p2@h, (amqp://u:p3@h)"),
            ["p1", "p2", "p3"]
        );
        assert_eq!(found("postgres://u:${PW:-lit/eral}@h"), ["${PW:-lit/eral}"]);
    }

    #[test]
    fn passwords_may_hold_unescaped_characters() {
        assert_eq!(found("postgres://u:p@ss@db/x"), ["p@ss"]);
        assert_eq!(found("postgres://u:pa/ss@db/x"), ["pa/ss"]);
        assert_eq!(found("postgres://u:p%40ss@db/x"), ["p%40ss"]);
        assert_eq!(found("postgres://u:a:b@db/x"), ["a:b"]);
    }

    #[test]
    fn urls_without_a_password_have_none() {
        for text in [
            "https://example.com:8080/@scope/x",
            "https://user@example.com",
            "https://u:@h",
            "http://[::1]:80/@a",
            "https://key@o1.ingest.sentry.io/2",
            "http://h:${PORT}/@x",
            "://u:p@h",
            "git@host:org/x",
            "http://${H}:80/a@b",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
