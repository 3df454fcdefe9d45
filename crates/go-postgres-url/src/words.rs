//! Words such as `host=db user='a b'`, which lib/pq and pgx each read in their own way.

use std::collections::BTreeMap;

/// `parseOpts` of lib/pq. `None` where it fails.
pub(crate) fn pq(text: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut characters = text.chars();
    let skip = |characters: &mut std::str::Chars<'_>| characters.find(|next| !next.is_whitespace());
    while let Some(first) = skip(&mut characters) {
        let mut key = String::new();
        let mut current = Some(first);
        while let Some(character) = current.filter(|next| !next.is_whitespace() && *next != '=') {
            key.push(character);
            current = characters.next();
        }
        if current != Some('=') {
            current = skip(&mut characters);
        }
        if current != Some('=') {
            return None;
        }
        let mut value = String::new();
        let Some(first) = skip(&mut characters) else {
            parameters.insert(key, value);
            break;
        };
        if first == '\'' {
            loop {
                match characters.next()? {
                    '\'' => break,
                    // At the end of the text the driver reads a NUL, and then fails.
                    '\\' => value.push(characters.next().unwrap_or('\0')),
                    character => value.push(character),
                }
            }
        } else {
            let mut current = Some(first);
            while let Some(character) = current.filter(|next| !next.is_whitespace()) {
                value.push(match character {
                    '\\' => characters.next()?,
                    _ => character,
                });
                current = characters.next();
            }
        }
        parameters.insert(key, value);
    }
    Some(parameters)
}

const SPACE: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];

/// `parseDSNSettings` of pgx. `None` where it fails.
pub(crate) fn pgx(text: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, value) = rest.split_once('=')?;
        let key = key.trim_matches(SPACE);
        let value = value.trim_start_matches(SPACE);
        let (written, behind) = if let Some(value) = value.strip_prefix('\'') {
            // A `\` at the end of the text takes the end with it; the driver panics there.
            let end = end(value, |character| character == '\'')?;
            (value.get(..end)?, value.get(end + 1..)?)
        } else if value.is_empty() {
            ("", "")
        } else {
            let end = end(value, |character| SPACE.contains(&character));
            let end = match end {
                Some(end) => end,
                None if ends_in_backslash(value) => return None,
                None => value.len(),
            };
            let behind = value.get(end..)?;
            (value.get(..end)?, behind.get(1..).unwrap_or_default())
        };
        if key.is_empty() {
            return None;
        }
        let written = written.replace("\\\\", "\\").replace("\\'", "'");
        parameters.insert(rename(key).to_owned(), written);
        rest = behind;
    }
    Some(parameters)
}

/// What pgx calls a parameter.
pub(crate) fn rename(key: &str) -> &str {
    if key == "dbname" { "database" } else { key }
}

/// The offset of the first character that is one of those and has no `\` before it.
fn end(text: &str, is: impl Fn(char) -> bool) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        if is(character) {
            return Some(index);
        }
        if character == '\\' {
            characters.next();
        }
    }
    None
}

fn ends_in_backslash(text: &str) -> bool {
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    backslashes % 2 == 1
}
