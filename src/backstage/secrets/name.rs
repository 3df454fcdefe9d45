//! What the name of a value says about it.
//!
//! In: a path. Out: whether its last key names a secret or a header that carries one, words for people, and the
//! variable that could hold it.

use super::Certainty;
use crate::text::is_slip;
use crate::text::mask::looks;
use crate::text::mask::looks::assignment::{names_private, names_secret};
use source::{ConfigPath, Part};

/// What the last key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// It is an HTTP header that carries a secret; the header's name.
    Header(String),
    /// It may: reason to hide its value, not to accuse.
    Private,
    /// It names a secret. [`Certainty::Certain`] when only a password could stand there.
    Secret(Certainty),
    /// Nothing.
    Other,
}

/// What the last key of a path says. An item of a list is named by the list, and so is a value below a key that
/// names several secrets (`tokens: { ci: … }`).
pub(super) fn of(path: &ConfigPath) -> Name {
    let mut parts = path.parts().iter().rev().peekable();
    let is_item = matches!(parts.peek(), Some(Part::Item(_)));
    while parts
        .next_if(|part| matches!(part, Part::Item(_)))
        .is_some()
    {}
    let Some(Part::Key(key)) = parts.next() else {
        return Name::Other;
    };
    if is_item {
        return match key {
            _ if is_for_browsers(path) => Name::Other,
            key if names_secret(key) => Name::Secret(Certainty::Suspected),
            key if names_private(key) => Name::Private,
            _ => Name::Other,
        };
    }
    let mut above = parts.clone().filter_map(|part| match part {
        Part::Key(key) => Some(key),
        Part::Item(_) => None,
    });
    if above
        .next()
        .is_some_and(|parent| parent.to_ascii_lowercase().ends_with("headers"))
    {
        let lower = key.to_ascii_lowercase();
        return match carries_secret(&lower) {
            true => Name::Header(key.to_string()),
            false if misspells_header(&lower) => Name::Private,
            false => Name::Other,
        };
    }
    let parent = match parts.peek() {
        Some(Part::Key(parent)) => Some(parent),
        _ => None,
    };
    let is_one_of_several = parent.is_some_and(|parent| names_several(parent));
    let by_name = by_name(key)
        .or((misspells_secret(key) || is_one_of_several).then_some(Certainty::Suspected));
    match by_name {
        _ if is_for_browsers(path) => Name::Other,
        // Values below `app` reach the backend alone unless a schema says otherwise, but many are keys made for browsers.
        Some(Certainty::Suspected) if is_of_app(path) => Name::Private,
        Some(certainty) => Name::Secret(certainty),
        None if names_private(key) => Name::Private,
        None => Name::Other,
    }
}

/// What the keys above a value say: below a key that names a secret, a value is to be hidden, and the one called `value`
/// is the secret itself. Keys that only describe a secret (`type`, `path`) are not.
pub(super) fn from_above(path: &ConfigPath) -> Name {
    let keys = keys(path);
    let Some((last, above)) = keys.split_last() else {
        return Name::Other;
    };
    if super::paths::describes(last) || is_for_browsers(path) {
        return Name::Other;
    }
    let Some(named) = above.iter().rev().find_map(|key| by_name(key)) else {
        let is_private = above.iter().any(|key| names_private(key));
        return if is_private {
            Name::Private
        } else {
            Name::Other
        };
    };
    let is_it = *last == "value" && above.last().is_some_and(|key| by_name(key) == Some(named));
    Name::Secret(match is_it {
        true => named,
        false => Certainty::Suspected,
    })
}

/// What a name in a text, such as that of a variable, says of its value.
pub(super) fn of_text(name: &str) -> Name {
    match by_name(name) {
        Some(certainty) => Name::Secret(certainty),
        None if names_private(name) => Name::Private,
        None => Name::Other,
    }
}

fn is_of_app(path: &ConfigPath) -> bool {
    matches!(keys(path).as_slice(), ["app", ..])
}

/// How sure it is that what has this name is a secret; `None` when the name says nothing of the kind.
pub(super) fn by_name(name: &str) -> Option<Certainty> {
    let lower = name.to_ascii_lowercase();
    let is_password = ["password", "passwd", "passphrase", "clientsecret"]
        .iter()
        .any(|end| lower.ends_with(end));
    names_secret(name).then_some(match is_password {
        true => Certainty::Certain,
        false => Certainty::Suspected,
    })
}

/// Whether a text as the layer spells it has a placeholder whose variable is named like a secret.
pub(super) fn has_secret_variable(spelled: &str) -> bool {
    let mut placeholders = spelled.split("${").skip(1);
    placeholders.any(|rest| {
        let name = rest.split(['}', ':']).next().unwrap_or_default().trim();
        of_text(name) != Name::Other
    })
}

/// Whether a key holds several secrets under names of their own.
pub(super) fn names_several(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    ["passwords", "tokens", "secrets", "apikeys"]
        .iter()
        .any(|end| lower.ends_with(end))
}

/// Whether a key is a slip away from one that names a secret: `pasword`, `clientSecrt`. Reason to hide its value, not
/// to accuse.
fn misspells_secret(key: &str) -> bool {
    const MEANT: &[&str] = &[
        "password",
        "passwd",
        "token",
        "secret",
        "clientsecret",
        "apikey",
        "accesstoken",
        "accountkey",
        "apitoken",
        "apppassword",
        "authorization",
        "commitsigningkey",
        "connectionstring",
        "credentials",
        "passphrase",
        "personalaccesstoken",
        "privatekey",
        "sastoken",
        "secretaccesskey",
        "webhooksecret",
    ];
    let lower = key.to_ascii_lowercase();
    MEANT.iter().any(|meant| is_slip(&lower, meant))
}

/// Top-level keys whose values go to browsers by convention.
fn is_for_browsers(path: &ConfigPath) -> bool {
    matches!(keys(path).as_slice(), ["dynamicPlugins", "frontend", ..])
}

/// Whether an HTTP header of this name (in lower case) carries a secret. `X-Atlassian-Token: no-check` and its kind
/// switch a check off.
fn carries_secret(header: &str) -> bool {
    let switches = ["atlassian-token", "csrf", "xsrf"]
        .iter()
        .any(|part| header.contains(part));
    !switches && (HEADERS.contains(&header) || names_secret(header))
}

/// Whether a header's name (in lower case) is a slip away from one that carries a secret.
fn misspells_header(header: &str) -> bool {
    HEADERS.iter().any(|meant| is_slip(header, meant)) || names_private(header)
}

const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "x-auth-key",
    "dd-api-key",
    "dd-application-key",
    "ocp-apim-subscription-key",
    "x-functions-key",
    "x-goog-api-key",
    "x-jfrog-art-api",
    "x-octopus-apikey",
    "apikey",
    "x-apikey",
    "x-auth",
    "api-key",
    "x-subscription-key",
    "x-rapidapi-key",
];

/// The kind of secret that belongs at a path, and words for it.
pub(super) fn describe(path: &ConfigPath) -> (&'static str, String) {
    let keys = keys(path);
    let last = keys.last().copied().unwrap_or("value");
    if keys.starts_with(&["backend", "database"]) && last == "password" {
        return ("database-password", "database password".to_owned());
    }
    let is_password = last.to_ascii_lowercase().ends_with("password");
    let kind = if is_password { "password" } else { "secret" };
    (kind, format!("{kind} `{path}`"))
}

/// A kind of token for people: `github-token` is a `GitHub token`.
pub(super) fn of_kind(kind: &'static str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("aws", "AWS"),
        ("jwt", "JSON Web Token"),
        ("npm", "npm"),
        ("pypi", "PyPI"),
        ("oauth", "OAuth"),
        ("sas", "SAS"),
        ("api", "API"),
        ("id", "id"),
        ("openai", "OpenAI"),
        ("sendgrid", "SendGrid"),
        ("newrelic", "New Relic"),
        ("sonarqube", "SonarQube"),
        ("circleci", "CircleCI"),
        ("digitalocean", "DigitalOcean"),
        ("huggingface", "Hugging Face"),
        ("rubygems", "RubyGems"),
        ("planetscale", "PlanetScale"),
        ("private", "private"),
        ("key", "key"),
        ("token", "token"),
        ("secret", "secret"),
        ("webhook", "webhook"),
        ("access", "access"),
        ("signature", "signature"),
        ("storage", "storage"),
        ("password", "password"),
        ("age", "age"),
    ];
    let word = |word: &str| {
        let known = NAMES.iter().find(|(name, _)| *name == word);
        known.map_or_else(|| capitalised(word), |(_, name)| (*name).to_owned())
    };
    kind.split('-').map(word).collect::<Vec<_>>().join(" ")
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// Keys that say nothing about whose secret it is.
const CONTAINERS: &[&str] = &[
    "connection",
    "headers",
    "options",
    "instances",
    "clusters",
    "production",
    "development",
    "default",
    "auth",
    "providers",
    "endpoints",
    "credentials",
    "bind",
    "apps",
    "config",
    "authentication",
    "transportConfig",
    "plugin",
    "proxy",
    "integrations",
    "backend",
    "clusterLocatorMethods",
    "appLocatorMethods",
    "keys",
    "target",
    "url",
    "externalAccess",
    "certificate",
    "processors",
    "extraRequestHeaders",
];

/// A good name for the variable that holds the secret at a path: `AUTH_GITHUB_CLIENT_SECRET`, as Backstage's own
/// documentation calls them.
pub(super) fn variable(path: &ConfigPath) -> String {
    let path = &of_whole_secret(path);
    let keys = keys(path);
    let last = keys.last().copied().filter(|key| is_name(key));
    let last = last.unwrap_or("secret");
    match keys.as_slice() {
        ["backend", "database", ..] => return "POSTGRES_PASSWORD".to_owned(),
        ["backend", "auth", "keys", ..] => return "BACKEND_SECRET".to_owned(),
        ["backend", "auth", "externalAccess", ..] => return screaming(&["externalAccess", last]),
        ["auth", "providers", provider, ..] => return screaming(&["auth", provider, last]),
        _ => {}
    }
    let last = match last {
        "url" | "target" | "connection" | "connectionString" | "baseUrl" => "password",
        header if header.eq_ignore_ascii_case("authorization") => "token",
        last => last,
    };
    let mut owners = keys.iter().rev().skip(1).copied();
    match owners.find(|key| !CONTAINERS.contains(key) && is_name(key)) {
        Some(owner) => screaming(&[owner, last]),
        None => screaming(&[last]),
    }
}

/// The path of the secret that a value is in: a key typed below a secret path may be the secret itself.
fn of_whole_secret(path: &ConfigPath) -> ConfigPath {
    let mut whole = ConfigPath::root();
    let last = path.parts().last();
    if matches!(last, Some(Part::Key(key)) if of_text(key) != Name::Other) {
        return path.clone();
    }
    for part in path.parts() {
        whole.push(part.clone());
        let several = matches!(part, Part::Key(key) if names_several(key));
        if !several && super::paths::lookup(&whole) == Some(super::paths::Listed::Secret) {
            break;
        }
    }
    whole
}

/// Whether a key can be part of a name. It may hold a secret itself: a URL with a password, JSON of a complex key.
fn is_name(key: &str) -> bool {
    const LONGEST: usize = 64;
    key.len() <= LONGEST
        && !key.contains(['{', '"'])
        && looks::find(key).is_empty()
        && looks::suspected(key).is_empty()
        && !looks::is_random(key)
}

/// The keys of a path, without list indices.
fn keys(path: &ConfigPath) -> Vec<&str> {
    let keys = path.parts().iter().filter_map(|part| match part {
        Part::Key(key) => Some(&**key),
        Part::Item(_) => None,
    });
    keys.collect()
}

/// `["jira", "apiToken"]` is `JIRA_API_TOKEN`.
fn screaming(names: &[&str]) -> String {
    let mut variable = String::new();
    for name in names {
        let mut previous_lower = true;
        if !variable.is_empty() {
            variable.push('_');
        }
        for character in name.chars() {
            if character.is_ascii_uppercase() && previous_lower && !variable.is_empty() {
                variable.push('_');
            }
            previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
            variable.push(if character.is_ascii_alphanumeric() {
                character.to_ascii_uppercase()
            } else {
                '_'
            });
        }
    }
    let words: Vec<&str> = variable
        .split('_')
        .filter(|word| !word.is_empty())
        .collect();
    let variable = words.join("_");
    if variable.starts_with(|c: char| c.is_ascii_alphabetic()) {
        variable
    } else {
        format!("SECRET_{variable}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &[&str]) -> ConfigPath {
        let mut path = ConfigPath::root();
        for key in keys {
            path.push(
                key.parse()
                    .map_or_else(|_| Part::Key((*key).into()), Part::Item),
            );
        }
        path
    }

    #[test]
    fn variables_are_named_as_the_documentation_names_them() {
        for (keys, variable) in [
            (
                &["backend", "database", "connection", "password"][..],
                "POSTGRES_PASSWORD",
            ),
            (&["integrations", "github", "0", "token"], "GITHUB_TOKEN"),
            (
                &["auth", "providers", "github", "development", "clientSecret"],
                "AUTH_GITHUB_CLIENT_SECRET",
            ),
            (
                &[
                    "proxy",
                    "endpoints",
                    "/pager-duty/api",
                    "headers",
                    "Authorization",
                ],
                "PAGER_DUTY_API_TOKEN",
            ),
            (&["sonarqube", "apiKey"], "SONARQUBE_API_KEY"),
            (
                &["sonarqube", "apiKey", "correcthorse"],
                "SONARQUBE_API_KEY",
            ),
            (&["backend", "cache", "connection"], "CACHE_PASSWORD"),
        ] {
            assert_eq!(super::variable(&path(keys)), variable);
        }
    }

    #[test]
    fn headers_that_switch_a_check_off_carry_no_secret() {
        let header = |name| of(&path(&["proxy", "/x", "headers", name]));
        assert_eq!(header("X-Atlassian-Token"), Name::Other);
        assert_eq!(header("Accept"), Name::Other);
        assert_eq!(
            header("PRIVATE-TOKEN"),
            Name::Header("PRIVATE-TOKEN".into())
        );
    }
}
