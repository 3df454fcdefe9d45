//! Secrets among the words of commands and of credential files: `curl -u user:…`, `mysql -p…`,
//! `machine h login u password …`, `Bearer …`.
//!
//! In: any text. Out: where such secrets stand. Made to hide, not to accuse: no shell is parsed, words are told apart
//! by white space and by what parts the items of a JSON list.

use std::ops::Range;

use super::assignment::{is_literal, names_secret};
use super::random::is_random;

/// A program, and the options that a secret follows.
struct Program {
    names: &'static [&'static str],
    /// The word that must stand before the option.
    after: Option<&'static str>,
    /// Options whose next word is a secret.
    secret: &'static [&'static str],
    /// Options whose next word is `user:secret`.
    user_and_secret: &'static [&'static str],
    /// Options that a secret is glued to.
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
        ..program(&["curl", "http", "https", "xh"], &[])
    },
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
    program(
        &[
            "ldapsearch",
            "ldapmodify",
            "ldapadd",
            "ldapdelete",
            "ldapwhoami",
        ],
        &["-w"],
    ),
    program(&["mongo", "mongosh", "mongodump", "mongorestore"], &["-p"]),
    program(&["sqlcmd", "bcp"], &["-P"]),
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
}

impl<'t> Reader<'t> {
    fn read(&mut self, text: &'t str, range: Range<usize>) -> Option<Range<usize>> {
        let word = text.get(range.clone()).unwrap_or_default();
        let expected = self.expects.take();
        let found = self.judge(text, word, range, expected);
        if found.is_none() {
            self.follow(word);
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
        let [nearest, _, third] = self.before;
        let is_value = is_literal(word) && !word.starts_with('-');
        match expected {
            Some(Expected::Secret) if is_value => return Some(quoted(text, range)),
            Some(Expected::UserAndSecret) if is_value => {
                let colon = word.find(':')?;
                let secret = word.get(colon + 1..)?;
                return is_literal(secret).then(|| {
                    let range = quoted(text, range);
                    range.start + colon + 1..range.end
                });
            }
            _ => {}
        }
        let options = self
            .program
            .filter(|it| it.after.is_none() || self.is_after);
        if let Some(glued) =
            options.and_then(|it| it.glued.iter().find(|it| word.starts_with(**it)))
            && !word.starts_with("--")
        {
            let secret = word.get(glued.len()..)?;
            return is_literal(secret).then(|| range.start + glued.len()..range.end);
        }
        let is_echoed = |it: &Program| it.names.contains(&"echo") && is_random(clipped(word));
        // `machine h login u password …` of a netrc.
        let is_of_netrc = matches!(nearest, "password" | "passwd") && third == "login";
        let is_shown = is_value
            && (is_of_netrc
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
        } else if program.user_and_secret.contains(&word) {
            self.expects = Some(Expected::UserAndSecret);
        }
    }
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
    let mut end = word.len().min(LONGEST_WORD);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.get(..end).unwrap_or_default()
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
            "Basic authentication is used",
            "curl https://h | grep -u a:b",
            "node -p process.version",
            "mkdir -p a/b",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
