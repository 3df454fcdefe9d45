//! Credentials in the places of connection strings and files that have no name for them.
//!
//! In: any text. Out: where they stand. Made to hide, not to accuse.

use std::ops::Range;

use super::assignment::{is_literal, names_secret};
use super::encoding::percent_decoded;
use super::random::is_random;

/// Longer words are looked into so far, in bytes.
const LONGEST_WORD: usize = 4096;

/// Where in `text` credentials stand: of data source names, Oracle URLs, URLs without a scheme, URL users, queries
/// and pgpass lines.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, word) in words(text) {
        let in_word = [
            of_data_source_name(word),
            of_oracle(word),
            without_scheme(word),
        ];
        let in_word = in_word.into_iter().flatten();
        let in_word = in_word.chain(of_url_users(word)).chain(of_queries(word));
        found.extend(in_word.map(|range| start + range.start..start + range.end));
    }
    found.extend(of_pgpass(text));
    found
}

/// The words of a text, with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let words = text.split(ends_word).map(move |word| {
        let start = at;
        at += word.len() + 1;
        (start, word)
    });
    words.filter(|(_, word)| !word.is_empty())
}

/// White space of ASCII and quotes: each is one byte.
fn ends_word(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '`')
}

fn clipped(word: &str, longest: usize) -> &str {
    word.get(..word.floor_char_boundary(longest))
        .unwrap_or_default()
}

/// `user:secret@tcp(host)/database` of Go drivers.
fn of_data_source_name(word: &str) -> Option<Range<usize>> {
    const PROTOCOLS: &[&str] = &["@tcp(", "@tcp6(", "@unix(", "@udp(", "@cloudsql("];
    let word = clipped(word, LONGEST_WORD);
    let at = PROTOCOLS.iter().find_map(|protocol| word.find(protocol))?;
    let colon = word.get(..at)?.find(':')?;
    let range = colon + 1..at;
    is_literal(word.get(range.clone())?).then_some(range)
}

/// `jdbc:oracle:thin:user/secret@host`, and `user/secret@host` where the secret is plainly one.
fn of_oracle(word: &str) -> Option<Range<usize>> {
    const SCHEME: &str = "jdbc:oracle:";
    let word = clipped(word, LONGEST_WORD);
    let at = word.rfind('@')?;
    let start = word.find(SCHEME).map_or(0, |start| start + SCHEME.len());
    let (user, secret) = word.get(start..at)?.split_once('/')?;
    let is_user = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || c == '_');
    let counts = start > 0 || (is_user && is_random(secret));
    (counts && is_literal(secret)).then(|| at - secret.len()..at)
}

/// `//user:secret@host`, and `https:/user:secret@host` as the path of a file is written.
fn without_scheme(word: &str) -> Option<Range<usize>> {
    let word = clipped(word, LONGEST_WORD);
    let start = match word.find("//") {
        Some(slashes) => {
            let before = word.get(..slashes)?.chars().next_back();
            before
                .is_none_or(|c| "=([".contains(c))
                .then_some(slashes + 2)?
        }
        None => {
            const SHORTEST: usize = 3;
            let colon = word.find(":/")?;
            let scheme = word.get(..colon)?.chars().rev();
            let letters = scheme.take_while(char::is_ascii_alphabetic).count();
            (letters >= SHORTEST).then_some(colon + 2)?
        }
    };
    let rest = word.get(start..)?;
    let credentials = rest.get(..rest.rfind('@')?)?;
    let (user, secret) = credentials.split_once(':')?;
    let is_port = secret.contains('/')
        && secret
            .split('/')
            .next()?
            .bytes()
            .all(|b| b.is_ascii_digit());
    let counts = !user.is_empty() && !user.contains('/') && !is_port && is_literal(secret);
    counts.then(|| start + user.len() + 1..start + credentials.len())
}

/// Tokens that are the user of a URL.
fn of_url_users(word: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    const LONGEST_USER: usize = 512;
    word.match_indices("://").filter_map(|(at, _)| {
        let start = at + 3;
        let rest = clipped(word.get(start..)?, LONGEST_USER);
        let authority = rest.split(['/', '?', '#']).next()?;
        let (user, host) = authority.rsplit_once('@')?;
        let user = user.strip_suffix(":x-oauth-basic").unwrap_or(user);
        // The key of a Sentry DSN is made for browsers.
        let counts = is_random(user) && !user.contains(':') && !host.contains("sentry");
        counts.then(|| start..start + user.len())
    })
}

/// `?api_key=…`, percent-encoded names too, and `?key=…` where the value is plainly a secret.
fn of_queries(word: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    const NEUTRAL: &[&str] = &[
        "key",
        "auth",
        "code",
        "sig",
        "signature",
        "hash",
        "k",
        "t",
        "sid",
    ];
    const LONGEST_NAME: usize = 64;
    let mut start = 0;
    let parameters = word.split(['?', '&', '#']).map(move |parameter| {
        let at = start;
        start += parameter.len() + 1;
        (at, parameter)
    });
    parameters.skip(1).filter_map(|(at, parameter)| {
        let name = clipped(parameter, LONGEST_NAME).split_once('=')?.0;
        let value = parameter.get(name.len() + 1..)?;
        let decoded = percent_decoded(name);
        let plain = decoded.as_deref().unwrap_or(name);
        let is_secret = names_secret(plain) && decoded.is_some()
            || NEUTRAL.contains(&plain.to_ascii_lowercase().as_str()) && is_random(value);
        let start = at + name.len() + 1;
        (is_secret && is_literal(value)).then(|| start..start + value.len())
    })
}

/// `host:port:database:user:secret`, one a line.
fn of_pgpass(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line)
    });
    lines.filter_map(|(start, line)| {
        // Behind a key or a list's dash, or alone.
        let content = line.trim_end().trim_end_matches(['"', '\'', '}', ']', ' ']);
        let word = content.rsplit([' ', '\t', '"', '\'']).next()?;
        let fields: Vec<&str> = word.splitn(6, ':').collect();
        let [host, port, database, user, secret] = fields.as_slice() else {
            return None;
        };
        let is_port = |it: &str| it == "*" || it.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = |it: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "*._-".contains(c);
            !it.is_empty() && it.chars().all(fits)
        };
        let is_hexadecimal = [host, port, database, user, secret]
            .iter()
            .all(|field| field.len() <= 4 && field.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let counts = is_port(port)
            && !port.is_empty()
            && [host, database, user].into_iter().all(|it| is_name(it))
            && is_literal(secret)
            && !is_hexadecimal;
        let end = start + content.len();
        counts.then(|| end - secret.len()..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        secrets(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn credentials_without_a_name_are_found() {
        for (text, secret) in [
            ("app:hunter2@tcp(h:3306)/db?parseTime=true", "hunter2"),
            ("dsn: 'app:hun:ter@unix(/tmp/mysql.sock)/db'", "hun:ter"),
            ("jdbc:oracle:thin:app/hunter2@h:1521/x", "hunter2"),
            ("jdbc:oracle:thin:app/hunter2@//h:1521/x", "hunter2"),
            ("app/a1Bc2dE3fG4h@h:1521/XE", "a1Bc2dE3fG4h"),
            ("//app:hunter2@h/x", "hunter2"),
            ("https:/app:hunter2@h/x", "hunter2"),
            ("https://a1Bc2dE3fG4h@git.acme.example/x", "a1Bc2dE3fG4h"),
            ("https://a1Bc2dE3fG4h:x-oauth-basic@h", "a1Bc2dE3fG4h"),
            ("https://h/x?pass%77ord=hunter2&y=1", "hunter2"),
            ("https://h/x?y=1&key=a1Bc2dE3fG4h#x", "a1Bc2dE3fG4h"),
            ("h:5432:db:app:hunter2", "hunter2"),
            ("*:*:*:app:hunter2\n", "hunter2"),
        ] {
            assert_eq!(found(text), [secret], "{text}");
        }
    }

    #[test]
    fn other_texts_are_left() {
        for text in [
            "jdbc:oracle:thin:@//h:1521/x",
            "app:${PW}@tcp(h)/db",
            "org/image@sha256:0123",
            "https://app@git.acme.example/x",
            "https://h:8080/@scope/x",
            "//h:8080/@scope/x",
            "// see the docs: foo@bar",
            "https://a1Bc2dE3fG4h@o1.ingest.sentry.io/2",
            "https://h/x?key=name",
            "00:11:22:33:44:55",
            "2024-01-01T10:20:30",
            "arn:aws:iam::1:role",
            "a:1:b:c",
            "fe80:1:2:3:4",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
