//! Stand-ins for a secret that nobody has put in yet.

/// Whether `text` is plainly a stand-in: `<token>`, `changeme`, `dummy-secret`, `xxxx`, `your-token-here`.
///
/// Weak but working passwords (`postgres`, `secret`, `admin`) are none: whoever copies the config runs with them.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    is_bracketed(text)
        || is_variable_name(text)
        || is_one_character(text)
        || PARTS.iter().any(|part| lower.contains(part))
        || WHOLE.contains(&lower.as_str())
        || is_absence(&lower)
        || is_addressed_to_reader(&lower)
}

/// Parts of a text that make it a stand-in wherever they stand.
const PARTS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "changethis",
    "change-this",
    "change_this",
    "replaceme",
    "replace-me",
    "replace_me",
    "replace-with",
    "replace_with",
    "replace with",
    "replace-this",
    "replace_this",
    "dummy",
    "placeholder",
    "xxxx",
    "****",
    "....",
    "example",
    "redacted",
    "insert-",
    "insert_",
    "insert ",
    "not-a-real",
    "not-real",
    "notreal",
    "notused",
    "not-used",
    "not_used",
    "unused",
    "not_real",
    "goes-here",
    "goes_here",
    "-here>",
    "fill-me",
    "fill_me",
    "fillme",
    "todo",
    "fixme",
    "fake-",
    "fake_",
    "some-secret",
    "some-token",
    "some-password",
    "put-your",
    "put_your",
    "put your",
    "enter-your",
    "enter_your",
    "abcdefgh",
    "to-be-",
    "tobereplaced",
    "path/to/",
    "tokenhere",
    "secrethere",
    "passwordhere",
    "keyhere",
    "base64encoded",
    "sample-",
    "sample_",
];

/// Texts that are a stand-in when they are all there is.
const WHOLE: &[&str] = &[
    "xxx",
    "...",
    "***",
    "tbd",
    "none",
    "null",
    "undefined",
    "n/a",
    "unset",
    "fake",
    "sample",
    "foo",
    "bar",
    "foobar",
    "string",
    "token",
    "value",
    "empty",
    "blank",
    "disabled",
    "mock",
    "-",
    "temp",
    "my-token",
    "my-secret",
    "mytoken",
    "mysecret",
    "apikey",
    "api-key",
    "api_key",
    "app-password",
    "app_password",
    "mock-token",
    "secure-password",
];

/// A text that says that there is no secret: `NOACCESS`, `no-token`, `not set`. What joins its words does not count.
fn is_absence(lower: &str) -> bool {
    let joined = lower.replace(['-', '_', ' '], "");
    let no = |thing: &str| {
        let things = [
            "access", "auth", "key", "one", "password", "secret", "token", "value",
        ];
        things.contains(&thing)
            || thing
                .strip_suffix('s')
                .is_some_and(|it| things.contains(&it))
    };
    joined.strip_prefix("no").is_some_and(no)
        || joined.strip_prefix("not").is_some_and(|what| {
            matches!(
                what,
                "set" | "used" | "needed" | "required" | "configured" | "available"
            )
        })
        || matches!(
            &*joined,
            "missing" | "invalid" | "anonymous" | "ignore" | "ignored" | "unused" | "notapplicable"
        )
}

/// `<…>`, `[…]`, `{{…}}`, `%…%`, `__…__`.
fn is_bracketed(text: &str) -> bool {
    [
        ("<", ">"),
        ("[", "]"),
        ("{", "}"),
        ("%", "%"),
        ("__", "__"),
        ("(", ")"),
    ]
    .iter()
    .any(|(open, close)| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    }) || holds_bracketed_word(text)
}

/// `Bearer <token>`: a word in angle brackets that stands by itself. In the middle of other characters they are part of a
/// password.
fn holds_bracketed_word(text: &str) -> bool {
    text.split_once('<').is_some_and(|(before, behind)| {
        let apart = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
        apart && behind.contains('>')
    })
}

/// `GITHUB_TOKEN`: the name of a variable whose `${…}` was forgotten.
fn is_variable_name(text: &str) -> bool {
    text.contains('_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// `xxx`, `000000`, `--------`.
fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    text.chars().count() >= 3 && characters.all(|c| Some(c) == first)
}

/// `your-token`, `YOUR_API_KEY`, `yourpassword`, `my-github-token-here`.
fn is_addressed_to_reader(lower: &str) -> bool {
    const NAMES: &[&str] = &[
        "token",
        "key",
        "secret",
        "password",
        "credential",
        "pat",
        "id",
    ];
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_yours = |word: &&str| {
        let behind = word.strip_prefix("your");
        behind.is_some_and(|name| NAMES.iter().any(|known| name.contains(known)))
    };
    let says_here = words.last() == Some(&"here") && words.len() > 1;
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_mine = words.len() > 1
        && words.first() == Some(&"my")
        && words.last().is_some_and(|last| NAMES.contains(last))
        && words.iter().all(is_word);
    (words.contains(&"your") && words.len() > 1)
        || words.iter().any(is_yours)
        || says_here
        || is_mine
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn stand_ins_are_told_from_weak_passwords() {
        for text in [
            "<token>",
            "changeme",
            "CHANGE_ME",
            "dummy-secret",
            "xxx",
            "xxxxxxxx",
            "your-token-here",
            "YOUR_API_KEY",
            "ghp_xxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "00000000",
            "insert-your-token",
            "my-token-goes-here",
            "Bearer <token>",
            "TBD",
            "my-github-token",
            "my-rollbar-account-token",
            "my-password",
            "your-github-token-here",
            "NOACCESS",
            "no-token",
            "NO_TOKENS",
            "not set",
            "missing",
            "anonymous",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "postgres",
            "secret",
            "password",
            "admin",
            "hunter2",
            "backstage",
            "s3cr3t",
            "test1234",
            "yourself",
            "my-koala-77-token",
            "mypassword1",
            "Tr0ub4<dor>3x",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
