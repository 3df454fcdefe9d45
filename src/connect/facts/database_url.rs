//! `facts.connect.databaseUrls`: the URLs of PostgreSQL, taken apart as the drivers do.

use super::Input;
use super::placeholder::is_placeholder;
use crate::backstage::facts::fact::{Bool, List, Number, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::host::is_local_host;
use crate::connect::effective::origin_of;
use crate::connect::load::WrittenSetting;
use crate::text::Span;
use go_postgres_url::{Url, UrlErrorKind};

facts! {
    /// A URL of PostgreSQL.
    pub struct DatabaseUrl {
        /// `Postgres.URL` or `Postgres.InstrumentationURL`. Points at the key
        name: Text,
        /// the setting's value. Points at it
        value: Text,
        /// why the drivers do not connect with it: `scheme`, `jdbc`, `words` (`host=… dbname=…`), `no-scheme`,
        /// `placeholder` (`{$}`), `not-encoded`, `escape`, `port`, `other`; absent where they do. Points at the bytes
        /// that are wrong, or at the value
        problem: Text,
        /// for `not-encoded`: the character that has to be encoded; absent elsewhere. Points nowhere
        character: Text,
        /// that character as it has to be written, e.g. `%23`
        encoded: Text,
        /// the password ends the host early: what looks like the host is the user name, and the port a part of the
        /// password
        host_is_user: Bool,
        /// a character of user name or password that the documentation wants encoded and the drivers take as it is
        tolerated: Text,
        /// the scheme as it is written, up to `:`
        scheme: Text,
        /// the user name
        user: Text,
        /// the host; absent for a socket
        host: Text,
        /// the port; absent where the URL has none
        port: Number,
        /// the database; absent where the URL names none: then it is the one named like the user
        database: Text,
        /// `search_path`, of its own or in `options`
        schema: Text,
        /// `sslmode`; absent where the URL has none. Points at it
        sslmode: Text,
        /// where the host is: `local` (localhost, a socket), `cluster` (a Service of Kubernetes, or one word, as the
        /// service of a compose file), `remote`
        reach: Text,
    }
}

/// The URLs that count, where they are known.
pub fn collect(input: &Input<'_>) -> List<DatabaseUrl> {
    let of = |key: &str| {
        let setting = input.effective.get("Postgres", key)?;
        let written = input.loaded.settings.get(*setting.count.last()?)?;
        fact(written)
    };
    [of("URL"), of("InstrumentationURL")]
        .into_iter()
        .flatten()
        .collect()
}

fn fact(written: &WrittenSetting) -> Option<DatabaseUrl> {
    let text = written.text().filter(|text| !text.is_empty())?;
    let mut fact = DatabaseUrl {
        origin: origin_of(written),
        name: Text::from(written.name()).at(written.key_place),
        value: Text::from(text).at(written.value_place),
        ..DatabaseUrl::default()
    };
    fact.host_is_user = false.into();
    if is_placeholder(written) {
        return Some(fact);
    }
    fact.scheme = Text::optional(text.split_once("://").map(|(scheme, _)| scheme));
    match trouble(text, written.spelling.cut.is_some()) {
        Some(trouble) => {
            let place = trouble
                .span
                .and_then(|span| written.part_of_value(span.range()))
                .or(written.value_place);
            fact.problem = Text::from(trouble.word).at(place);
            if let Some(character) = trouble.character {
                fact.character = Text::from(character.to_string());
                fact.encoded = percent(character).into();
            }
        }
        None => {
            if let Ok(url) = go_postgres_url::parse(text) {
                add_parts(&mut fact, &url, text, written);
            }
        }
    }
    Some(fact)
}

/// Why the drivers do not connect.
struct Trouble {
    word: &'static str,
    span: Option<Span>,
    character: Option<char>,
}

impl Trouble {
    fn of(word: &'static str) -> Self {
        Self {
            word,
            span: None,
            character: None,
        }
    }
}

fn trouble(text: &str, is_cut: bool) -> Option<Trouble> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Some(Trouble::of(match text.split_once(':') {
            Some(("jdbc", _)) => "jdbc",
            Some((_, rest)) if rest.starts_with("//") => "scheme",
            _ if text.contains('=') => "words",
            _ => "no-scheme",
        }));
    }
    if let Some(at) = text.find("{$}") {
        return Some(Trouble {
            span: Some(Span::new(at, at + 3)),
            ..Trouble::of("placeholder")
        });
    }
    let error = match go_postgres_url::parse(text) {
        Ok(_) => {
            return match go_postgres_url::pq(text) {
                Ok(_) => None,
                Err(_) => Some(Trouble::of("other")),
            };
        }
        Err(error) => error,
    };
    // A comment cut the URL off: that is said at the comment.
    let at = unencoded(text, error.kind).filter(|_| !is_cut);
    Some(match (error.kind, at) {
        (_, Some((at, character))) => Trouble {
            word: "not-encoded",
            span: Some(Span::new(at, at + character.len_utf8())),
            character: Some(character),
        },
        (UrlErrorKind::InvalidEscape, None) => Trouble {
            span: Some(error.span),
            ..Trouble::of("escape")
        },
        (UrlErrorKind::InvalidPort, None) => Trouble::of("port"),
        _ => Trouble::of("other"),
    })
}

/// The first character of user name or password that Go refuses as it is, or that ends the host early.
fn unencoded(text: &str, kind: UrlErrorKind) -> Option<(usize, char)> {
    let start = text.find("://")? + "://".len();
    let end = text.rfind('@').filter(|at| *at > start)?;
    let user_info = text.get(start..end)?;
    let refused: &[char] = match kind {
        UrlErrorKind::InvalidPort => &['/', '?', '#'],
        UrlErrorKind::InvalidUserInfo => &[
            '"', '<', '>', '[', ']', '{', '}', '|', '\\', '^', '`', ' ', '#', '/', '?',
        ],
        UrlErrorKind::InvalidHostCharacter | UrlErrorKind::MissingBracket => &[
            '/', '?', '#', '[', ']', ' ', '"', '<', '>', '\\', '^', '`', '{', '}', '|',
        ],
        _ => return None,
    };
    let at = user_info.find(refused)?;
    Some((start + at, user_info.get(at..)?.chars().next()?))
}

fn percent(character: char) -> String {
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).bytes();
    bytes.map(|byte| format!("%{byte:02X}")).collect()
}

fn add_parts(fact: &mut DatabaseUrl, url: &Url, text: &str, written: &WrittenSetting) {
    let has_user = url.user.is_some();
    fact.host_is_user = (!has_user && url.path.contains('@')).into();
    if let Some(user) = &url.user {
        fact.user = Text::from(user.name.as_str());
        let raw = text.get(user.name_span.start as usize..);
        let raw = raw.and_then(|rest| rest.get(..rest.rfind('@')?));
        let tolerated = raw.and_then(|raw| raw.chars().find(|c| matches!(c, '@' | '!' | '$')));
        if let Some(character) = tolerated {
            fact.tolerated = Text::from(character.to_string());
            fact.encoded = percent(character).into();
        }
    }
    let host = url.host.as_str();
    fact.host = Text::optional(Some(host).filter(|host| !host.is_empty()));
    if let Ok(port) = url.port.parse::<u16>() {
        fact.port = f64::from(port).into();
    }
    let database = url.path.trim_start_matches('/');
    fact.database = Text::optional(Some(database).filter(|database| !database.is_empty()));
    for parameter in &url.parameters {
        let place = written.part_of_value(parameter.value_span.range());
        let value = || Text::from(parameter.value.as_str()).at(place.or(written.value_place));
        match parameter.key.as_str() {
            "sslmode" => fact.sslmode = value(),
            "search_path" => fact.schema = value(),
            "options" => {
                let path = parameter.value.split_once("search_path=");
                let path = path.map(|(_, path)| path.split(char::is_whitespace).next());
                if let Some(Some(path)) = path {
                    fact.schema = Text::from(path).at(place);
                }
            }
            _ => {}
        }
    }
    fact.reach = reach(host).into();
}

fn reach(host: &str) -> &'static str {
    let hosts: Vec<&str> = host.split(',').collect();
    let is_in_cluster = |host: &&str| {
        !host.contains(['.', ':']) || host.ends_with(".svc") || host.ends_with(".cluster.local")
    };
    if host.is_empty() || hosts.iter().all(|host| is_local_host(host)) {
        "local"
    } else if hosts.iter().all(is_in_cluster) {
        "cluster"
    } else {
        "remote"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Option<(&'static str, Option<char>)> {
        trouble(text, false).map(|it| (it.word, it.character))
    }

    #[test]
    fn what_the_drivers_take_is_no_trouble() {
        for text in [
            "postgres://u@h/d",
            "postgresql://u@h:5432/d?sslmode=require",
            "postgres://u:p%23w@h/d",
            "postgres://u:p@ss!$@h/d",
            "postgres://u:12/34@h/d",
            "postgres:///d?host=/run/postgresql",
        ] {
            assert_eq!(word(text), None, "{text}");
        }
    }

    #[test]
    fn each_trouble_has_its_word() {
        let cases = [
            ("jdbc:postgresql://h/d", "jdbc", None),
            ("Postgres://h/d", "scheme", None),
            ("host=h dbname=d", "words", None),
            ("db.acme.example:5432/connect", "no-scheme", None),
            ("postgres://u:{$}@h/d", "placeholder", None),
            ("postgres://u:p#w@h/d", "not-encoded", Some('#')),
            ("postgres://u:p/w@h/d", "not-encoded", Some('/')),
            ("postgres://u:p w@h/d", "not-encoded", Some(' ')),
            ("postgres://u:p%w@h/d", "escape", None),
            ("postgres://h:port/d", "port", None),
        ];
        for (text, expected, character) in cases {
            assert_eq!(word(text), Some((expected, character)), "{text}");
        }
    }
}
