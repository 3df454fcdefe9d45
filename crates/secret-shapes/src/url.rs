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

/// The passwords of a value of a config. One that is a URL as a whole is no running text: everything from the colon
/// behind the user to the last `@` is its password, whatever characters stand there (`pg-connection-string` takes each
/// of them as it is), unless that `@` plainly belongs to a path or query. In all other values, as [`passwords`].
pub fn passwords_in_value(text: &str) -> Vec<Range<usize>> {
    match password_of_whole(text) {
        Some(password) => vec![password],
        None => passwords(text).collect(),
    }
}

/// The password of a connection string that is no whole URL: without a scheme (`user:password@host`), or without a host
/// (`postgres://user:password`). For values that are connection strings by their place: `image:tag@sha256` looks the same.
pub fn password_of_fragment(text: &str) -> Option<Range<usize>> {
    let (start, end) = match text.find("://") {
        None => (0, text.rfind('@')?),
        Some(_) if text.contains('@') => return None,
        Some(separator) => (separator + "://".len(), text.len()),
    };
    let user_info = text.get(start..end)?;
    let colon = user_info.find(':')?;
    let password = user_info.get(colon + 1..)?;
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = end == text.len()
        && (user_info.starts_with('[')
            || password.starts_with("${")
            || is_port(password.split(['/', '?', ',']).next().unwrap_or_default()));
    (!password.is_empty() && !is_host).then(|| start + colon + 1..end)
}

fn password_of_whole(text: &str) -> Option<Range<usize>> {
    let separator = text.find("://")?;
    let scheme = text.get(..separator)?.trim_start();
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.:".contains(&byte);
    (!scheme.is_empty() && scheme.bytes().all(is_scheme)).then_some(())?;
    let start = separator + "://".len();
    let inside = text.get(start..)?;
    (!holds_another_url(inside)).then_some(())?;
    let user_info = inside.get(..end_of_user_info(scheme, inside)?)?;
    let colon = user_info.find(':')?;
    let password = user_info.get(colon + 1..)?;
    let is_password = !password.is_empty() && !password.starts_with(char::is_whitespace);
    is_password.then(|| start + colon + 1..start + user_info.len())
}

/// Whether a further URL begins behind what parts a list, or in a query.
fn holds_another_url(inside: &str) -> bool {
    inside.match_indices("://").any(|(at, _)| {
        let before = inside.get(..at).unwrap_or_default();
        let before = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '+');
        before.ends_with(|c: char| c.is_whitespace() || ",;|=/<>()\"'".contains(c))
    })
}

/// The `@` behind which the host stands.
fn end_of_user_info(scheme: &str, inside: &str) -> Option<usize> {
    let last = inside.rfind('@')?;
    let authority = inside.get(..end_of_authority(inside)?)?;
    if let Some(at) = authority.rfind('@') {
        let between = inside.get(at + 1..last).unwrap_or_default();
        return Some(match belongs_to_path(between) {
            true => at,
            false => last,
        });
    }
    let (user, behind) = authority.split_once(':')?;
    let is_web = ["http", "https", "ws", "wss"].contains(&scheme);
    let is_number = behind.bytes().all(|byte| byte.is_ascii_digit());
    let is_placeholder = behind.starts_with("${") && behind.ends_with('}');
    // `h:5432/d?application_name=a@b`: the `@` is in a parameter.
    let beyond = inside.get(authority.len()..last).unwrap_or_default();
    let is_in_query = beyond
        .split_once('?')
        .is_some_and(|(_, query)| query.contains('='));
    let is_port = is_number && (is_web || is_in_query);
    let is_host = user.starts_with('[') || is_placeholder || is_port;
    let is_user = !(is_host || is_web && user.is_empty());
    is_user.then_some(last)
}

/// Whether an `@` behind this text, which follows the `@` of the authority, is one of a path (`/@scope`) or of a query.
fn belongs_to_path(between: &str) -> bool {
    let host = between.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[],${}".contains(c);
    let query = between.split_once('?').map_or("", |(_, query)| query);
    !host.is_empty()
        && host.chars().all(is_host)
        && host.len() < between.len()
        && (between.ends_with('/') || query.contains('='))
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
    fn fragments_of_connection_strings_hold_passwords_too() {
        let found = |text: &'static str| password_of_fragment(text).map(|range| &text[range]);
        assert_eq!(found("app:hunter2@db:5432/x"), Some("hunter2"));
        assert_eq!(found(":p@ss@cache:6379"), Some("p@ss"));
        assert_eq!(found("postgres://app:hunter2"), Some("hunter2"));
        for text in [
            "postgres://db:5432/x",
            "redis://${HOST}:${PORT}",
            "db:5432",
            ":memory:",
            "postgres://[::1]:5432",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
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
    fn in_a_value_everything_to_the_last_at_sign_counts() {
        let long = "x".repeat(3_000);
        for password in [
            "Tr0ub4<dor>3x",
            "a|b",
            "a\\b",
            "a`b",
            "a\"b",
            "a'b",
            "a b",
            "a\tb",
            "p@ss",
            "pa/ss",
            "12/rest",
            "12?rest",
            "p@ss/w",
            "p#w",
            "${P}x/y",
            "a://b",
            long.as_str(),
        ] {
            let url = format!("postgres://u:{password}@db.acme.example:5432/x?sslmode=disable");
            let found: Vec<_> = passwords_in_value(&url)
                .into_iter()
                .map(|range| &url[range])
                .collect();
            assert_eq!(found, [password], "{url}");
        }
        for (url, password) in [
            ("https://u:p@h/@scope/x", "p"),
            ("pg://u:p@h/x?email=a@b", "p"),
            ("jdbc:postgresql://u:p|w@h/x", "p|w"),
        ] {
            let found: Vec<_> = passwords_in_value(url)
                .into_iter()
                .map(|range| &url[range])
                .collect();
            assert_eq!(found, [password], "{url}");
        }
        for text in [
            "https://h:8080/@scope/x",
            "postgres://h:5432/d?application_name=connect@node1",
            "http://h:${PORT}/@x",
            "https://a.example: ask foo@b.example",
            "https://user@example.com",
            "http://[::1]:80/@a",
            "https://a.example and foo@b.example",
        ] {
            assert_eq!(
                passwords_in_value(text),
                Vec::<Range<usize>>::new(),
                "{text}"
            );
        }
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
