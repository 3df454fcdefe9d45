//! Secrets among the words of commands and of credential files: `curl -u user:…`, `mysql -p…`,
//! `machine h login u password …`, `Bearer …`.
//!
//! In: any text. Out: where such secrets stand. Made to hide, not to accuse: no shell is parsed, words are told apart
//! by white space and by what parts the items of a JSON list.

use std::ops::Range;

use super::assignment::{is_literal, names_secret};
use super::byte_before;
use super::random::is_random;

/// A program, and the options that a secret follows.
struct Program {
    names: &'static [&'static str],
    /// The word that must stand before the option.
    after: Option<&'static str>,
    /// Options whose next word is a secret.
    secret: &'static [&'static str],
    /// Options whose next word is `user:secret`; it may be glued to them, too, and a short one may end others (`-su`).
    user_and_secret: &'static [&'static str],
    /// Options that a secret may be glued to.
    glued: &'static [&'static str],
}

const fn program(names: &'static [&'static str], secret: &'static [&'static str]) -> Program {
    Program {
        names,
        after: None,
        secret,
        user_and_secret: &[],
        glued: &[],
    }
}

const PROGRAMS: &[Program] = &[
    Program {
        user_and_secret: &["-u", "--user", "-U", "--proxy-user"],
        ..program(&["curl"], &[])
    },
    Program {
        user_and_secret: &["-a", "--auth"],
        ..program(&["http", "https", "xh", "xhs"], &[])
    },
    Program {
        user_and_secret: &["-U", "--user"],
        ..program(&["smbclient", "rpcclient"], &[])
    },
    program(&["htpasswd"], &[]),
    Program {
        glued: &["-p"],
        ..program(
            &[
                "mysql",
                "mysqldump",
                "mysqladmin",
                "mysqlimport",
                "mariadb",
                "mariadb-dump",
            ],
            &[],
        )
    },
    program(&["redis-cli"], &["-a"]),
    Program {
        after: Some("login"),
        glued: &["-p"],
        ..program(
            &[
                "docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "helm", "az", "crane",
            ],
            &["-p"],
        )
    },
    Program {
        glued: &["-p"],
        ..program(&["sshpass"], &["-p"])
    },
    Program {
        glued: &["-w"],
        ..program(
            &[
                "ldapsearch",
                "ldapmodify",
                "ldapadd",
                "ldapdelete",
                "ldapwhoami",
            ],
            &["-w"],
        )
    },
    Program {
        glued: &["-p"],
        ..program(&["mongo", "mongosh", "mongodump", "mongorestore"], &["-p"])
    },
    Program {
        glued: &["-P"],
        ..program(&["sqlcmd", "bcp"], &["-P"])
    },
    program(&["twine"], &["-p"]),
    program(&["openssl"], &["-k", "-K", "-pass", "-passin", "-passout"]),
    program(&["vault"], &["login"]),
    program(&["echo", "printf"], &[]),
];

/// Longer words are cut here, in bytes, where they are looked into.
const LONGEST_WORD: usize = 4096;

/// Where in `text` secrets stand among the words of a command or credential file.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut reader = Reader::default();
    for word in words(text) {
        if let Some(range) = reader.read(text, word) {
            found.push(range);
        }
    }
    found
}

/// Whether it is a path in a config, as messages quote one: `a.b[0].password`.
fn is_path(word: &str) -> bool {
    word.contains('.')
        && word
            .split('.')
            .all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]".contains(&byte))
}

/// What the words before the one in hand say.
#[derive(Default)]
struct Reader<'t> {
    /// The last three, the nearest first.
    before: [&'t str; 3],
    program: Option<&'static Program>,
    /// Whether the word that the program's options need has been read.
    is_after: bool,
    expects: Option<Expected>,
}

#[derive(Clone, Copy)]
enum Expected {
    Secret,
    UserAndSecret,
    /// A secret behind so many words that are no options.
    Behind(usize),
}

impl<'t> Reader<'t> {
    fn read(&mut self, text: &'t str, range: Range<usize>) -> Option<Range<usize>> {
        let word = text.get(range.clone()).unwrap_or_default();
        let expected = self.expects.take();
        let found = self.judge(text, word, range, expected);
        if found.is_none() {
            self.follow(word);
            if let (None, Some(Expected::Behind(words))) = (self.expects, expected) {
                let is_option = word.starts_with('-');
                let left = words.saturating_sub(usize::from(!is_option));
                self.expects = Some(Expected::Behind(left));
            }
        }
        let [nearest, second, _] = self.before;
        self.before = [word, nearest, second];
        found
    }

    fn judge(
        &self,
        text: &str,
        word: &str,
        range: Range<usize>,
        expected: Option<Expected>,
    ) -> Option<Range<usize>> {
        let [nearest, second, third] = self.before;
        let is_value = is_literal(word) && !word.starts_with('-');
        match expected {
            Some(Expected::Secret) if is_value => return Some(quoted(text, range)),
            Some(Expected::UserAndSecret) if is_value => {
                return of_user(word, 0).map(|secret| {
                    let range = quoted(text, range);
                    range.start + secret.start..range.end
                });
            }
            Some(Expected::Behind(0)) if is_value => return Some(quoted(text, range)),
            _ => {}
        }
        let options = self
            .program
            .filter(|it| it.after.is_none() || self.is_after);
        if let Some(glued) =
            options.and_then(|it| it.glued.iter().find(|it| word.starts_with(**it)))
            && !word.starts_with("--")
            && word.len() > glued.len()
        {
            let secret = word.get(glued.len()..)?;
            return is_literal(secret).then(|| range.start + glued.len()..range.end);
        }
        if let Some(start) = options.and_then(|it| behind_user_option(it, word))
            && start < word.len()
        {
            return of_user(word, start).map(|it| range.start + it.start..range.start + it.end);
        }
        let is_echoed = |it: &Program| it.names.contains(&"echo") && is_random(clipped(word));
        // `machine h login u password …` of a netrc.
        let is_of_netrc = matches!(nearest, "password" | "passwd") && third == "login";
        let is_quoted = byte_before(text, range.start).is_some_and(|it| b"'\"".contains(&it));
        // `IDENTIFIED BY '…'` and `PASSWORD '…'` of SQL.
        let is_of_sql = is_quoted
            && (nearest.eq_ignore_ascii_case("by") && second.eq_ignore_ascii_case("identified")
                || nearest.eq_ignore_ascii_case("password"));
        // `password hunter2`: a word with a digit in it is no part of a sentence.
        let is_beside_name = word.len() >= SHORTEST_BESIDE_NAME
            && ["password", "passwd", "passphrase"]
                .iter()
                .any(|it| it.eq_ignore_ascii_case(nearest))
            && clipped(word).bytes().all(|it| it.is_ascii_graphic())
            && clipped(word).contains(|c: char| c.is_ascii_digit())
            && !(byte_before(text, range.start) == Some(b'`') && is_path(clipped(word)));
        let is_shown = is_value
            && (is_of_netrc
                || is_of_sql
                || is_beside_name
                || is_after_scheme(nearest, word)
                || names_token_of_registry(nearest)
                || self.program.is_some_and(is_echoed));
        is_shown.then(|| quoted(text, range))
    }

    /// What the word says of those behind it.
    fn follow(&mut self, word: &str) {
        if matches!(word, "|" | "||" | "&&" | "&") {
            self.program = None;
            return;
        }
        let name = word.rsplit('/').next().unwrap_or_default();
        let program = PROGRAMS.iter().find(|it| it.names.contains(&name));
        if program.is_some() {
            self.program = program;
            self.is_after = false;
            return;
        }
        let Some(program) = self.program else {
            return;
        };
        self.is_after |= program.after == Some(word);
        if program.after.is_some() && !self.is_after {
            return;
        }
        if program.secret.contains(&word) {
            self.expects = Some(Expected::Secret);
        } else if behind_user_option(program, word) == Some(word.len()) {
            self.expects = Some(Expected::UserAndSecret);
        } else if program.names.contains(&"htpasswd")
            && let Some(flags) = word.strip_prefix('-')
            && flags.contains('b')
        {
            // The file, unless it is written to stdout, and the user come first.
            self.expects = Some(Expected::Behind(match flags.contains('n') {
                true => 1,
                false => 2,
            }));
        }
    }
}

/// A shorter word behind `password` is one of a sentence.
const SHORTEST_BESIDE_NAME: usize = 6;

/// Where the secret of `user:secret` (`user%secret`) stands in a word, from `start` on.
fn of_user(word: &str, start: usize) -> Option<Range<usize>> {
    let user = word.get(start..)?;
    let separator = start + user.find([':', '%'])?;
    let secret = word.get(separator + 1..)?;
    is_literal(secret).then_some(separator + 1..word.len())
}

/// Where the option of a program that `user:secret` follows ends in a word: `-u`, `-su`, `-ubot:…`, `--user=bot:…`.
fn behind_user_option(program: &Program, word: &str) -> Option<usize> {
    /// Short options without a value, which others may follow in one word.
    const SWITCHES: &[u8] = b"sSfLkviIgGNOJqnRbhjpd";
    let of_option = |option: &&str| {
        if let Some(behind) = word.strip_prefix(*option) {
            let is_long = option.starts_with("--");
            return match behind.as_bytes().first() {
                None => Some(word.len()),
                Some(b'=') if is_long => Some(option.len() + 1),
                Some(_) if !is_long => Some(option.len()),
                Some(_) => None,
            };
        }
        let letter = option.as_bytes().get(1).filter(|_| option.len() == 2)?;
        let letters = word.strip_prefix('-')?.as_bytes();
        let switches = letters
            .iter()
            .take_while(|it| *it != letter && SWITCHES.contains(it))
            .count();
        (letters.get(switches) == Some(letter)).then_some(1 + switches + 1)
    };
    program.user_and_secret.iter().find_map(of_option)
}

/// `Bearer …` and its kind, wherever it stands.
fn is_after_scheme(before: &str, word: &str) -> bool {
    const SCHEMES: &[&str] = &["bearer", "basic", "token", "apikey", "negotiate"];
    const SHORTEST: usize = 8;
    SCHEMES.iter().any(|it| it.eq_ignore_ascii_case(before))
        && word.len() >= SHORTEST
        && clipped(word).contains(|c: char| c.is_ascii_digit())
}

/// `npm config set //registry.acme.example/:_authToken …`
fn names_token_of_registry(before: &str) -> bool {
    before
        .rsplit_once("/:_")
        .is_some_and(|(_, name)| names_secret(clipped(name)))
}

fn clipped(word: &str) -> &str {
    word.get(..word.floor_char_boundary(LONGEST_WORD))
        .unwrap_or_default()
}

/// The words of a text, without the quotes, brackets and commas around them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|c: char| !(c.is_whitespace() || "\"'`,[](){};".contains(c)))?;
        let rest = text.get(start..)?;
        let end = end_of_word(rest);
        at = start + end;
        let word = rest.get(..end)?;
        let word = word.trim_end_matches(['"', '\'', '`', ',', ';', ']', ')', '\\']);
        Some(start..start + word.len().max(1))
    })
}

/// Where a word ends: at white space, or at the quotes between two items of a list.
fn end_of_word(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let ends = |at: usize, byte: u8| {
        byte.is_ascii_whitespace()
            || (matches!(byte, b'"' | b'\'') && bytes.get(at + 1) == Some(&b','))
    };
    let end = bytes.iter().enumerate();
    let mut end = end.filter(|(at, byte)| ends(*at, **byte)).map(|(at, _)| at);
    end.next().unwrap_or(bytes.len())
}

/// A word, to the closing quote where it began with one: `-p 'two words'`.
fn quoted(text: &str, word: Range<usize>) -> Range<usize> {
    const FARTHEST: usize = 256;
    let before = text.get(..word.start).and_then(|it| it.chars().next_back());
    let Some(quote) = before.filter(|c| matches!(c, '"' | '\'')) else {
        return word;
    };
    let behind = text.get(word.start..).unwrap_or_default();
    let mut near = behind.char_indices().take(FARTHEST);
    match near.find(|(_, c)| *c == quote) {
        Some((end, _)) if word.start + end > word.end => word.start..word.start + end,
        _ => word,
    }
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
    fn secrets_of_commands_are_found() {
        for (text, secret) in [
            ("curl -sS -u bot:hunter2 https://h", "hunter2"),
            ("[\"curl\",\"-u\",\"bot:hunter2\",\"https://h\"]", "hunter2"),
            ("/usr/bin/curl --user 'bot:hun ter' https://h", "hun ter"),
            ("mysql -h h -u root -phunter2 db", "hunter2"),
            ("mysqldump -uroot -phunter2 db", "hunter2"),
            ("redis-cli -h h -a hunter2 ping", "hunter2"),
            ("docker login -u u -p hunter2 h", "hunter2"),
            ("helm registry login -u u -p 'hunter2' h", "hunter2"),
            ("sshpass -p hunter2 ssh h", "hunter2"),
            ("sshpass -phunter2 ssh h", "hunter2"),
            ("vault login hunter2", "hunter2"),
            ("http -a bot:hunter2 https://h", "hunter2"),
            ("xh --auth bot:hunter2 https://h", "hunter2"),
            ("curl -ubot:hunter2 https://h", "hunter2"),
            ("curl --user=bot:hunter2 https://h", "hunter2"),
            ("curl -su bot:hunter2 https://h", "hunter2"),
            ("curl -sSubot:hunter2 https://h", "hunter2"),
            ("docker login -u u -phunter2 h", "hunter2"),
            ("sqlcmd -S h -U u -Phunter2", "hunter2"),
            ("ldapsearch -D cn=x -whunter2", "hunter2"),
            ("mongosh -u u -phunter2", "hunter2"),
            ("smbclient -U u%hunter2 //h/x", "hunter2"),
            ("htpasswd -bc f u hunter2", "hunter2"),
            ("htpasswd -b -B f u hunter2", "hunter2"),
            ("htpasswd -nb u hunter2", "hunter2"),
            ("CREATE USER x IDENTIFIED BY 'hun ter'", "hun ter"),
            ("alter user x password 'hunter'", "hunter"),
            ("user x password hunter2", "hunter2"),
            ("machine h login u password hunter2", "hunter2"),
            ("machine h\n  login u\n  password hunter2\n", "hunter2"),
            ("-H 'X: Bearer hunter22'", "hunter22"),
            ("npm config set //h/:_authToken hunter2", "hunter2"),
            (
                "echo a1Bc2dE3fG4h | docker login --password-stdin",
                "a1Bc2dE3fG4h",
            ),
        ] {
            assert_eq!(found(text), [secret], "{text}");
        }
    }

    #[test]
    fn other_words_are_left() {
        for text in [
            "docker run -p 8080:80 x",
            "curl -u ${USER}:${PW} https://h",
            "curl -u bot:$PW https://h",
            "mysql -p db",
            "mysql --port=3306 --protocol=tcp",
            "docker login -u u -p $TOKEN h",
            "the login page asks for a password again",
            "hardcoded password `kafka.clusters[0].sasl.password`, apparently for local development",
            "Basic authentication is used",
            "curl https://h | grep -u a:b",
            "node -p process.version",
            "mkdir -p a/b",
            "docker login -p",
            "curl -u $USER:$PW https://h",
            "curl --user-agent a:b https://h",
            "htpasswd -c f u",
            "identified by its name",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
