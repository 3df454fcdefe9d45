//! `facts.connect.databaseUrls`: the URLs of PostgreSQL, taken apart as the drivers do.

use super::Input;
use std::collections::BTreeMap;

use super::placeholder::is_placeholder;
use crate::backstage::facts::fact::{Bool, List, Number, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::host::is_local_host;
use crate::connect::effective::origin_of;
use crate::connect::load::{LoadedServer, WrittenSetting};
use crate::text::mask::looks::url::passwords_in_value;
use crate::text::{Place, Span};
use go_postgres_url::{Url, UrlErrorKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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
        /// `search_path`, by itself or in `options`
        schema: Text,
        /// `sslmode`; absent where the URL has none. Points at it
        sslmode: Text,
        /// where the host is: `local` (localhost, a socket), `cluster` (a Service of Kubernetes, or one word, as the
        /// service of a compose file), `remote`
        reach: Text,
    }
}

/// The URLs that count, where they are known. Of one that is not whole nothing is said: the library refuses it, or a
/// comment cuts it off.
pub fn collect(input: &Input<'_>) -> List<DatabaseUrl> {
    let of = |key: &str| {
        let setting = input.effective.get("Postgres", key)?;
        let written = input.loaded.settings.get(*setting.count.last()?)?;
        let is_whole = written.is_line_intact && written.spelling.cut.is_none();
        is_whole.then(|| fact(written, input.loaded))?
    };
    [of("URL"), of("InstrumentationURL")]
        .into_iter()
        .flatten()
        .collect()
}

fn fact(written: &WrittenSetting, loaded: &LoadedServer) -> Option<DatabaseUrl> {
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
    let place = |span: Span| {
        let place = loaded.part_of_value(written, span.range());
        place.or(written.value_place)
    };
    match read(text) {
        Err(trouble) => {
            let place = trouble.span.map_or(written.value_place, place);
            fact.problem = Text::from(trouble.word).at(place);
            if let Some(character) = trouble.character {
                fact.character = Text::from(character.to_string());
                fact.encoded = percent_encoded(character.encode_utf8(&mut [0; 4])).into();
            }
        }
        Ok(parsed) => add_parts(&mut fact, &parsed, text, place),
    }
    Some(fact)
}

/// A URL that the drivers connect with.
struct Parsed {
    /// Its pieces, with their bytes.
    url: Url,
    /// What the driver is told.
    parameters: BTreeMap<String, String>,
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

fn read(text: &str) -> Result<Parsed, Trouble> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err(Trouble::of(match text.split_once(':') {
            Some(("jdbc", _)) => "jdbc",
            Some((_, rest)) if rest.starts_with("//") => "scheme",
            _ if text.contains('=') => "words",
            _ => "no-scheme",
        }));
    }
    if let Some(at) = text.find("{$}") {
        return Err(Trouble {
            span: Some(Span::new(at, at + 3)),
            ..Trouble::of("placeholder")
        });
    }
    let url = go_postgres_url::parse(text).map_err(|error| {
        match (error.kind, unencoded(text, error.kind)) {
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
        }
    })?;
    let parameters = go_postgres_url::pq(text).map_err(|_| Trouble::of("other"))?;
    Ok(Parsed { url, parameters })
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
    let is_refused = |character: char| {
        let is_foreign = kind == UrlErrorKind::InvalidUserInfo && !character.is_ascii();
        is_foreign || refused.contains(&character)
    };
    let at = user_info.find(is_refused)?;
    Some((start + at, user_info.get(at..)?.chars().next()?))
}

fn add_parts(
    fact: &mut DatabaseUrl,
    Parsed { url, parameters }: &Parsed,
    text: &str,
    place: impl Fn(Span) -> Option<Place>,
) {
    fact.host_is_user = (url.user.is_none() && !passwords_in_value(text).is_empty()).into();
    if let Some(user) = &url.user {
        let written = [user.name_span, user.password_span].into_iter();
        let mut written = written.filter_map(|span| text.get(span.range()));
        let tolerated =
            written.find_map(|part| part.find(['@', '!', '$']).and_then(|at| part.get(at..=at)));
        if let Some(character) = tolerated {
            fact.tolerated = Text::from(character);
            fact.encoded = percent_encoded(character).into();
        }
    }
    let value = |key: &str| parameters.get(key).filter(|value| !value.is_empty());
    let at = |key: &str| {
        let mut parameters = url.parameters.iter();
        let own = parameters.find(|parameter| parameter.key == key);
        own.and_then(|own| place(own.value_span))
    };
    let text_of = |key: &str| match value(key) {
        Some(value) => Text::from(value.as_str()).at(at(key)),
        None => Text::default(),
    };
    fact.user = Text::optional(value("user").cloned());
    fact.host = Text::optional(value("host").cloned());
    if let Some(port) = value("port").and_then(|port| port.parse::<u16>().ok()) {
        fact.port = f64::from(port).into();
    }
    fact.database = Text::optional(value("dbname").cloned());
    fact.sslmode = text_of("sslmode");
    fact.schema = text_of("search_path");
    let options = value("options").and_then(|options| options.split_once("search_path="));
    let path = options.and_then(|(_, path)| path.split(char::is_whitespace).next());
    if let Some(path) = path {
        fact.schema = Text::from(path).at(at("options"));
    }
    let host = value("host").map_or("", String::as_str);
    fact.reach = reach(host).into();
}

fn percent_encoded(character: &str) -> String {
    utf8_percent_encode(character, NON_ALPHANUMERIC).to_string()
}

fn reach(host: &str) -> &'static str {
    let hosts: Vec<&str> = host.split(',').collect();
    let is_in_cluster = |host: &&str| {
        !host.contains(['.', ':']) || host.ends_with(".svc") || host.ends_with(".cluster.local")
    };
    let is_socket = |host: &str| host.is_empty() || host.starts_with('/');
    if hosts
        .iter()
        .all(|host| is_socket(host) || is_local_host(host))
    {
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
        read(text).err().map(|it| (it.word, it.character))
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
            ("postgres://u:pä@h/d", "not-encoded", Some('ä')),
            ("postgres://u:p%w@h/d", "escape", None),
            ("postgres://h:port/d", "port", None),
        ];
        for (text, expected, character) in cases {
            assert_eq!(word(text), Some((expected, character)), "{text}");
        }
    }

    /// Host, where it is, database and sslmode.
    fn parts(
        text: &str,
    ) -> (
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    ) {
        let mut fact = DatabaseUrl::default();
        let parsed = read(text).map_err(|it| it.word).unwrap();
        add_parts(&mut fact, &parsed, text, |_| None);
        let text = |text: &Text| text.known().map(str::to_owned);
        (
            text(&fact.host),
            text(&fact.reach),
            text(&fact.database),
            text(&fact.sslmode),
        )
    }

    #[test]
    fn parts_are_those_that_the_driver_is_told() {
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(
            parts("postgres:///d?host=db.acme.example&sslmode=disable"),
            (
                own("db.acme.example"),
                own("remote"),
                own("d"),
                own("disable")
            )
        );
        assert_eq!(
            parts("postgres:///d?host=/run/postgresql"),
            (own("/run/postgresql"), own("local"), own("d"), None)
        );
        assert_eq!(
            parts("postgres://u@db/d"),
            (own("db"), own("cluster"), own("d"), None)
        );
    }

    #[test]
    fn an_at_sign_outside_of_the_user_is_none_of_a_password() {
        for (text, is_user) in [
            ("postgres://h:5432/d?application_name=connect@node1", false),
            ("postgres://u:12/34@h/d", true),
            ("postgres://u@h/d", false),
        ] {
            let mut fact = DatabaseUrl::default();
            add_parts(
                &mut fact,
                &read(text).map_err(|it| it.word).unwrap(),
                text,
                |_| None,
            );
            assert_eq!(fact.host_is_user.known(), Some(is_user), "{text}");
            assert_eq!(fact.tolerated.known(), None, "{text}");
        }
    }
}
