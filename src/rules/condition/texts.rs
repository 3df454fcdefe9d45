//! What conditions can find out about a text: globs, URLs.

use std::borrow::Cow;
use std::rc::Rc;

use super::value::Val;

/// Whether the whole text matches. Each `*` restarts at most once for each character: at worst the product
/// of the lengths.
pub(super) fn glob(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut in_pattern) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(character) = text.get(at) {
        match pattern.get(in_pattern) {
            Some('*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                at += 1;
                in_pattern += 1;
            }
            _ => match star {
                Some((star_at, text_at)) => {
                    star = Some((star_at, text_at + 1));
                    at = text_at + 1;
                    in_pattern = star_at + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(in_pattern).all(|rest| *rest == '*')
}

/// The parts of an absolute URL; `None` when it is none.
pub(super) fn url<'v>(text: &str) -> Option<Val<'v>> {
    let (scheme, rest) = text.split_once("://")?;
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(in_scheme) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end)?;
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    let (login, server) = match authority.rsplit_once('@') {
        Some((login, server)) => (Some(login), server),
        None => (None, authority),
    };
    let (host, port) = match server
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match server.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (server, None),
        },
    };
    let owned = |text: &str| Val::Text(Cow::Owned(text.to_owned()));
    let mut fields = vec![
        ("scheme", owned(&scheme.to_ascii_lowercase())),
        ("host", owned(&host.to_ascii_lowercase())),
        ("path", owned(path)),
    ];
    if let Some(login) = login {
        fields.push(("user", owned(login.split(':').next().unwrap_or_default())));
    }
    if let Some(port) = port.and_then(|port| port.parse().ok()) {
        fields.push(("port", Val::Int(port)));
    }
    Some(Val::Record(Rc::new(fields)))
}
