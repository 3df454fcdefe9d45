//! `facts.integrationHosts` and `facts.githubApps`: what the readers of `integrations` refuse at start.
//!
//! In: an effective config. Out: hosts and app ids as `@backstage/integration` reads them. Never: open values.

use super::fact::{Bool, Config, List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};

facts! {
    /// A host that is refused at start.
    pub struct RefusedHost {
        /// e.g. `github`, `gitlab`, `azure`
        kind: Text,
        /// the host as written; points at it
        host: Text,
        /// what a host has none of: `a scheme`, `a path`, `whitespace`, `uppercase letters`, `a user` or `port 80`
        fault: Text,
        /// the host that is meant; absent where that is not plain
        meant: Text,
    }

    /// A GitHub App.
    pub struct GithubApp {
        /// `appId` as written; points at it
        app_id: Config,
        /// `appId` is a number, or text that spells one; absent where it is not known
        numeric: Bool,
    }
}

/// The kinds whose readers ask for a valid host.
const KINDS: [&str; 8] = [
    "azure",
    "bitbucket",
    "bitbucketServer",
    "gerrit",
    "gitea",
    "github",
    "gitlab",
    "harness",
];

/// The hosts of an effective config that are not valid.
pub fn collect(config: &Value) -> List<RefusedHost> {
    let integrations = config.get("integrations");
    let of_kind = |kind: &'static str| {
        let items = integrations.and_then(|all| all.get(kind)?.as_array());
        let items = items.unwrap_or_default().iter();
        items.filter_map(move |item| fact(kind, item.get("host")?))
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}

fn fact(kind: &'static str, host: &Value) -> Option<RefusedHost> {
    let text = host.as_str()?;
    let fault = fault(text)?;
    let meant = meant(text);
    Some(RefusedHost {
        origin: host.origin,
        kind: kind.into(),
        host: host.into(),
        fault: fault.into(),
        meant: Text::optional(meant),
    })
}

/// What `isValidHost` refuses a host for. It puts the host into a URL and asks for the same back: a URL has it in lower
/// case, and without the default port.
fn fault(host: &str) -> Option<&'static str> {
    if host.contains("://") {
        Some("a scheme")
    } else if host.contains(|c: char| c.is_whitespace()) {
        Some("whitespace")
    } else if host.contains(['/', '?', '#', '\\']) {
        Some("a path")
    } else if host.contains('@') {
        Some("a user")
    } else if host.contains(|c: char| c.is_ascii_uppercase()) {
        Some("uppercase letters")
    } else if host.ends_with(":80") {
        Some("port 80")
    } else {
        None
    }
}

fn meant(host: &str) -> Option<String> {
    let host = host.trim();
    let server = host.split_once("://").map_or(host, |(_, rest)| rest);
    let server = server.split(['/', '?', '#', '\\']).next()?;
    let server = server.strip_suffix(":80").unwrap_or(server);
    let meant = server.to_ascii_lowercase();
    (!meant.is_empty() && fault(&meant).is_none()).then_some(meant)
}

/// The GitHub Apps of an effective config.
pub fn apps(config: &Value) -> List<GithubApp> {
    let hosts = config.at(["integrations", "github"]);
    let hosts = hosts.and_then(Value::as_array).unwrap_or_default().iter();
    let apps = hosts
        .filter_map(|host| host.get("apps")?.as_array())
        .flatten();
    apps.filter_map(app).collect()
}

fn app(app: &Value) -> Option<GithubApp> {
    let id = app.get("appId")?;
    let numeric = match &id.kind {
        Kind::Number(_) => true.into(),
        Kind::String(text) => is_number(&text.value).into(),
        Kind::Open(_) => Bool::default(),
        _ => false.into(),
    };
    Some(GithubApp {
        origin: id.origin,
        app_id: id.into(),
        numeric,
    })
}

/// Whether `ConfigReader.getNumber` takes a text: JavaScript's `Number` has to make a finite number of it, and an empty
/// text is refused before.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let hexadecimal = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    let is_decimal = || {
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            && text.parse::<f64>().is_ok_and(f64::is_finite)
    };
    match hexadecimal {
        Some(digits) => !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => is_decimal(),
    }
}

#[cfg(test)]
mod tests {
    use super::{fault, is_number, meant};

    #[test]
    fn a_host_is_what_a_url_gives_back() {
        for host in [
            "github.com",
            "ghe.acme.example:8443",
            "10.0.0.1",
            "git_lab.acme",
            "[::1]:3000",
        ] {
            assert_eq!(fault(host), None, "{host}");
        }
        for (host, expected, right) in [
            (
                "https://ghe.acme.example",
                "a scheme",
                Some("ghe.acme.example"),
            ),
            (
                "https://GHE.acme.example/api/v3",
                "a scheme",
                Some("ghe.acme.example"),
            ),
            (
                "gitlab.acme.example/",
                "a path",
                Some("gitlab.acme.example"),
            ),
            (
                "Gitlab.acme.example",
                "uppercase letters",
                Some("gitlab.acme.example"),
            ),
            (
                " gitlab.acme.example",
                "whitespace",
                Some("gitlab.acme.example"),
            ),
            (
                "gitlab.acme.example:80",
                "port 80",
                Some("gitlab.acme.example"),
            ),
            ("me@gitlab.acme.example", "a user", None),
        ] {
            assert_eq!(fault(host), Some(expected), "{host}");
            assert_eq!(meant(host).as_deref(), right, "{host}");
        }
    }

    #[test]
    fn an_app_id_is_what_javascript_makes_a_number_of() {
        for text in ["12345", " 12 ", "0x1f", "1e3", "-1"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "unset", "12a", "Infinity", "NaN", "0x", "${X}"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
