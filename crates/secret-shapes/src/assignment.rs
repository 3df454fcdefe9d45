//! Values beside a name that says they are secret: `password: hunter2`, `API_KEY=…`.
//!
//! In: text of any format, line by line: comments, Dockerfiles, `.env` files, compose files, manifests. Out: where
//! the values stand. Made to hide, not to accuse: it may take an innocent value for a secret, and does not parse.

use std::ops::Range;

use super::ahead::Values;

/// Where in `text` literal values stand beside names that say they are secret, in order.
pub fn values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // How far a name is indented that ended the line before, without its value.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        if let Some(range) = open
            .filter(|name| indent > *name)
            .and_then(|_| only_word(content))
        {
            found.push(start + range.start..start + range.end);
        }
        let name = content.strip_suffix(':').map(name_before);
        open = name
            .filter(|it| names_secret(it) || names_private(it))
            .map(|_| indent);
        in_line(content, start, &mut found);
        let arguments = arguments(content).into_iter();
        found.extend(arguments.map(|range| start + range.start..start + range.end));
        start += line.len();
    }
    found
}

/// The one word of a line, be it an item of a list: the value of a name on the line before.
fn only_word(line: &str) -> Option<Range<usize>> {
    let word = line.trim_start();
    let word = word.strip_prefix("- ").unwrap_or(word).trim_start();
    let word = word.trim_matches(['"', '\'']);
    let is_word = !word.contains(|c: char| c.is_whitespace() || ":={}[]#".contains(c));
    let end = line.trim_end_matches(['"', '\'']).len();
    (is_word && is_literal(word)).then(|| end - word.len()..end)
}

/// The values that follow their names with a space: `ENV PASSWORD hunter2`, `--password hunter2`,
/// `"--password", "hunter2"`, `(password "hunter2")`.
fn arguments(line: &str) -> Vec<Range<usize>> {
    let trimmed = line.trim_start();
    let variable = ["ENV ", "ARG ", "env "]
        .iter()
        .find_map(|word| trimmed.strip_prefix(word))
        .map(|rest| line.len() - rest.trim_start().len());
    let options = line.match_indices("--").map(|(dashes, _)| dashes + 2);
    let lists = line.match_indices('(').map(|(paren, _)| paren + 1);
    let starts = variable.into_iter().chain(options);
    let named = starts.filter_map(|start| value_of_argument(line, start));
    let in_lists = lists.filter_map(|start| {
        let range = value_of_argument(line, start)?;
        let is_quoted = line.get(..range.start)?.ends_with('"');
        is_quoted.then_some(range)
    });
    named.chain(in_lists).collect()
}

/// The value behind the name that begins at `start`, with space between them.
fn value_of_argument(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = line.get(start..)?;
    let characters = rest.char_indices().take(LONGEST_NAME);
    let mut ends = characters.filter(|(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
    let (end, _) = ends.next()?;
    let name = rest.get(..end)?;
    (names_secret(name) || names_private(name)).then_some(())?;
    let behind = rest.get(end..)?;
    let value = behind.trim_start_matches([' ', '\t', '"', '\'', ',']);
    let separated = behind.len() > value.len() && !value.starts_with(['=', '-']);
    separated.then_some(())?;
    let start = line.len() - value.len();
    let quote = line.get(..start)?.chars().next_back();
    let length = match quote.filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => value.find(quote),
        None => value.find(|c: char| c.is_whitespace() || "\"',".contains(c)),
    };
    let value = value.get(..length.unwrap_or(value.len()))?;
    is_literal(value).then(|| start..start + value.len())
}

/// Whether a name, such as a mapping's key or a variable's, says that its value is secret: `clientSecret`,
/// `POSTGRES_PASSWORD`, `api-key`. Names of things around secrets (`tokenUrl`, `secretName`) do not.
pub fn names_secret(name: &str) -> bool {
    let words = words(name);
    let mut from_end = words
        .iter()
        .rev()
        .map(String::as_str)
        .skip_while(|word| WHICH.contains(word) || word.bytes().all(|it| it.is_ascii_digit()));
    let last = from_end
        .next()
        .unwrap_or_default()
        .trim_end_matches(|c: char| c.is_ascii_digit());
    let before = from_end.next().unwrap_or_default();
    SECRET_WORDS.contains(&last)
        || ENDS.iter().any(|end| last.ends_with(end))
        || (KEY_WORDS.contains(&last) && KINDS_OF_KEY.contains(&before))
}

/// Whether a name belongs to what is rather not shown, though nobody can say that it is secret: `pin`, `salt`,
/// `sshKey`, `recoveryCode`. Reason to hide a value, not to accuse.
pub fn names_private(name: &str) -> bool {
    const WHOLE: &[&str] = &[
        "passcode",
        "psk",
        "pin",
        "pincode",
        "salt",
        "pepper",
        "nonce",
        "dsn",
        "dbpw",
        "kennwort",
        "senha",
        "contrasena",
        "motdepasse",
        "kubeconfig",
    ];
    const PAIRS: &[(&str, &[&str])] = &[
        (
            "key",
            &[
                "ssh",
                "pgp",
                "gpg",
                "rsa",
                "aes",
                "tls",
                "server",
                "admin",
                "read",
                "write",
                "ingestion",
                "instrumentation",
                "subscription",
                "activation",
                "product",
                "signature",
                "unseal",
            ],
        ),
        ("id", &["secret", "session"]),
        ("code", &["pin", "recovery", "access", "auth"]),
        ("seed", &["totp"]),
        ("hash", &["password"]),
        ("data", &["key"]),
    ];
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let before = words.iter().rev().nth(1).map_or("", String::as_str);
    let is_pair = |(end, kinds): &(&str, &[&str])| *end == last && kinds.contains(&before);
    WHOLE.contains(&last) || PAIRS.iter().any(is_pair)
}

/// What names without capitals or dashes end with: `PGPASSWORD`, `dbpassword`.
const ENDS: &[&str] = &["password", "passwd", "passphrase", "apikey", "token"];

const SECRET_WORDS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passwort",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "apikeys",
    "apitoken",
    "accesskey",
    "secretkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "authtoken",
    "authkey",
    "authorization",
    "credential",
    "credentials",
    "creds",
    "pat",
    "bearer",
    "cookie",
    "connectionstring",
    "clientsecret",
    "masterkey",
    "storagekey",
];

const KEY_WORDS: &[&str] = &["key", "keys", "string"];

const KINDS_OF_KEY: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "encryption",
    "account",
    "auth",
    "master",
    "storage",
    "license",
    "session",
    "jwt",
    "integration",
    "routing",
    "app",
    "application",
    "connection",
    "service",
    "deploy",
    "hmac",
    "shared",
];

/// Whether a name only says which of several secrets it is of: `production`, `primary`.
pub fn says_which(name: &str) -> bool {
    is_setting(name) || WHICH.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Words behind the name of a secret that only say which one.
const WHICH: &[&str] = &[
    "prod",
    "production",
    "staging",
    "dev",
    "development",
    "test",
    "old",
    "new",
    "primary",
    "secondary",
    "value",
];

/// The words of a name in lower case: `clientSecret`, `CLIENT_SECRET` and `client-secret` are two words each.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in name.chars() {
        let starts_word = character.is_uppercase() && previous_lower;
        if (!character.is_alphanumeric() || starts_word)
            && words.last().is_some_and(|w| !w.is_empty())
        {
            words.push(String::new());
        }
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    if words.last().is_some_and(String::is_empty) {
        words.pop();
    }
    words
}

/// Longer words are not treated as names.
const LONGEST_NAME: usize = 80;

fn in_line(line: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let mut values = Values::of(line);
    let mut at = 0;
    while let Some(separator) = line
        .get(at..)
        .and_then(|rest| rest.find([':', '=']))
        .map(|offset| at + offset)
    {
        at = separator + 1;
        let name = name_before(line.get(..separator).unwrap_or_default());
        if names_secret(name) || names_private(name) {
            let value = values.behind(separator);
            at = at.max(value.end);
            if is_literal(line.get(value.clone()).unwrap_or_default()) {
                found.push(start + value.start..start + value.end);
            }
        }
    }
}

/// The name that ends where `text` ends, without quotes.
pub(crate) fn name_before(text: &str) -> &str {
    let text = text.trim_end();
    let text = text.trim_end_matches(['"', '\'', '`', '*', '\\']);
    let begin = text
        .char_indices()
        .rev()
        .take(LONGEST_NAME)
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .last()
        .map_or(text.len(), |(at, _)| at);
    text.get(begin..).unwrap_or_default()
}

/// Whether a value is literal text: not empty, not a switch, not wholly a placeholder, variable or template.
pub(crate) fn is_literal(value: &str) -> bool {
    let is_of_shell = value.starts_with("$(") && value.ends_with(')');
    let is_variable = value.starts_with('$')
        && !value.starts_with("$(")
        && !value.contains(":-")
        && !value.contains(' ');
    let is_reference = is_of_shell
        || is_variable
        || value.starts_with("{{")
        || (value.contains("${") && !value.contains(":-"));
    let is_block = matches!(
        value,
        "|" | "|-" | "|+" | ">" | ">-" | ">+" | "{" | "[" | "{}" | "[]"
    );
    !(value.is_empty() || is_reference || is_block || is_setting(value))
}

/// Whether a value is a word that settings use: `credentials: include` is no secret, whatever the key's name says.
pub fn is_setting(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "~",
        "none",
        "null",
        "forward",
        "require",
        "required",
        "optional",
        "basic",
        "bearer",
        "oauth",
        "oauth2",
        "oidc",
        "saml",
        "enabled",
        "disabled",
        "default",
        "auto",
        "same-origin",
        "include",
        "omit",
        "dangerously-allow-unauthenticated",
        "no-check",
        "nocheck",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        values(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn values_beside_secret_names_are_found_in_any_format() {
        for (text, value) in [
            ("# password: hunter2", "hunter2"),
            ("  # db password: 'hun ter2' was it", "hun ter2"),
            ("ENV POSTGRES_PASSWORD=hunter2 OTHER=1", "hunter2"),
            ("POSTGRES_PASSWORD: hunter2 # old", "hunter2"),
            ("      - API_KEY=hunter2", "hunter2"),
            ("{\"authToken\": \"hunter2\", \"x\": 1}", "hunter2"),
            ("//registry.example/:_authToken=hunter2", "hunter2"),
            ("ARG token=\"hun\\\"ter2\"", "hun\\\"ter2"),
            ("https://h/?access_token=hunter2&x=1", "hunter2"),
            ("Server=x;Password=hunter2;Port=1", "hunter2"),
            ("clientSecret = hunter2", "hunter2"),
            ("pw: 12345678", "12345678"),
            ("ENV POSTGRES_PASSWORD hunter2", "hunter2"),
            (
                "CMD [\"server\", \"--db-password\", \"hunter2\"]",
                "hunter2",
            ),
            ("db --name x --password hunter2", "hunter2"),
            ("(password \"hun ter2\")", "hun ter2"),
            ("{\\\"password\\\": \\\"hunter2\\\"}", "hunter2"),
            ("PGPASSWORD=hunter2 psql", "hunter2"),
            ("password=$(cat x)hunter2 y", "$(cat x)hunter2"),
            ("password:\n  hunter2\nx: y", "hunter2"),
            ("  token:\n    - hunter2\n", "hunter2"),
        ] {
            assert_eq!(found(text), [value], "{text}");
        }
    }

    #[test]
    fn references_switches_and_other_names_are_left() {
        for text in [
            "password: ${PW}",
            "TOKEN=$TOKEN",
            "password:",
            "token: true",
            "tokenUrl: https://x",
            "secretName: x",
            "POSTGRES_PASSWORD_FILE=/run/x",
            "token: {{ .Values.token }}",
            "password: \"\"",
            "keyboard: x",
            "passage: x",
            "auth:",
            "Authorization: Bearer ${X}",
            "password=$(cat /run/x) next",
            "privateKey: |",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_default_is_literal() {
        assert_eq!(found("password: ${PW:-hunter2}"), ["${PW:-hunter2}"]);
    }
}
