//! `facts.urls`: where the app and its backend say they are.

use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::host::is_local_host;
use crate::backstage::resolve::placeholder::{self, Part};
use crate::backstage::value::{Kind, OpenCause, Value};

facts! {
    /// Where the app or its backend says it is.
    pub struct BaseUrl {
        /// its path in the config: `app.baseUrl` or `backend.baseUrl`
        name: Text,
        /// the URL; points at it
        value: Text,
        /// in lower case; open where it depends on a variable
        scheme: Text,
        /// in lower case; open where it depends on a variable
        host: Text,
        /// the host is this very machine; open where that depends on a variable
        host_local: Bool,
        /// the host has a dot in it, as names have that hold beyond a cluster; open where that depends on a variable
        host_dotted: Bool,
        /// the path of the first of these URLs whose host is this very machine; absent when none is. Points at its value
        first_local: Text,
        /// the path of the first of these URLs whose scheme is `http` and whose host is not known to be this very
        /// machine; absent when none is. Points at its value
        first_plain: Text,
    }
}

const PATHS: [[&str; 2]; 2] = [["app", "baseUrl"], ["backend", "baseUrl"]];

/// The URLs of an effective config; those that are not set are not in the list.
pub fn collect(config: &Value) -> List<BaseUrl> {
    let urls: Vec<Url<'_>> = PATHS
        .iter()
        .filter_map(|path| {
            let value = config.at(path.iter().copied())?;
            let parts = parts(value).unwrap_or_default();
            let name = path.join(".");
            Some(Url { name, value, parts })
        })
        .collect();
    let path_of = |url: Option<&Url<'_>>| {
        url.map_or_else(Text::default, |url| {
            Text::from(url.name.as_str()).with_origin(url.value.origin)
        })
    };
    let local = path_of(urls.iter().find(|url| url.is_local()));
    let plain = path_of(urls.iter().find(|url| url.is_plain()));
    urls.iter().map(|url| url.fact(&local, &plain)).collect()
}

struct Url<'v> {
    name: String,
    value: &'v Value,
    parts: Parts,
}

impl Url<'_> {
    fn is_local(&self) -> bool {
        self.parts.local.known() == Some(true)
    }

    fn is_plain(&self) -> bool {
        self.parts.scheme.known() == Some("http") && !self.is_local()
    }

    fn fact(&self, first_local: &Text, first_plain: &Text) -> BaseUrl {
        let (origin, parts) = (self.value.origin, self.parts.clone());
        BaseUrl {
            origin,
            name: self.name.as_str().into(),
            value: self.value.into(),
            scheme: parts.scheme.with_origin(origin),
            host: parts.host.with_origin(origin),
            host_local: parts.local.with_origin(origin),
            host_dotted: parts.dotted.with_origin(origin),
            first_local: first_local.clone(),
            first_plain: first_plain.clone(),
        }
    }
}

/// What is known about a URL; each part is open where it depends on a variable.
#[derive(Clone, Default)]
pub(super) struct Parts {
    pub(super) scheme: Text,
    pub(super) host: Text,
    pub(super) local: Bool,
    dotted: Bool,
}

/// Stands for a placeholder while a URL is cut.
const UNKNOWN: char = '\u{1a}';

/// The parts of a URL; `None` when it is neither a URL nor open. Who writes one with placeholders in it means them to
/// be set.
pub(super) fn parts(value: &Value) -> Option<Parts> {
    let Kind::Open(open) = &value.kind else {
        return cut(value.as_str()?, value);
    };
    let text: String = match open.cause {
        OpenCause::Placeholder(_) => placeholder::parts(&open.written)
            .into_iter()
            .map(|part| match part {
                Part::Literal(text) => text.to_owned(),
                Part::Escaped(_) | Part::Placeholder(_) => UNKNOWN.to_string(),
            })
            .collect(),
        _ => UNKNOWN.to_string(),
    };
    let open = || Value::derived(value.kind.clone());
    cut(&text, value).or_else(|| {
        Some(Parts {
            scheme: open().into(),
            host: open().into(),
            local: open().into(),
            dotted: open().into(),
        })
    })
}

/// The parts of a text; those with [`UNKNOWN`] in them are as open as `value`.
fn cut(text: &str, value: &Value) -> Option<Parts> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme.contains(UNKNOWN) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let server = authority
        .rsplit_once('@')
        .map_or(authority, |(_, server)| server);
    let host = match server.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => server.split(':').next()?,
    };
    let open = || Value::derived(value.kind.clone());
    let is_known = !host.contains(UNKNOWN);
    let local = match is_known {
        true => Some(is_local_host(host)),
        false => is_local_name(host),
    };
    Some(Parts {
        scheme: scheme.to_ascii_lowercase().into(),
        host: match is_known {
            true => host.to_ascii_lowercase().into(),
            false => open().into(),
        },
        local: local.map_or_else(|| open().into(), Bool::from),
        dotted: match is_known || host.contains('.') {
            true => host.contains('.').into(),
            false => open().into(),
        },
    })
}

/// Whether a host is this machine, when the last of its names says so whatever is in front of it: an address ends in a
/// number.
fn is_local_name(host: &str) -> Option<bool> {
    let (_, last) = host.trim_end_matches('.').rsplit_once('.')?;
    let is_name = last.starts_with(|c: char| c.is_ascii_alphabetic()) && !last.contains(UNKNOWN);
    is_name.then(|| is_local_host(&format!("any.{last}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::value::Open;

    fn open_parts(written: &str) -> Parts {
        parts(&Value::derived(Kind::Open(Box::new(Open {
            written: written.into(),
            cause: OpenCause::Placeholder(Vec::new()),
            when_unset: None,
            below: None,
        }))))
        .unwrap()
    }

    #[test]
    fn a_url_with_placeholders_is_known_as_far_as_it_is_written() {
        for (url, scheme, local, dotted) in [
            (
                "http://${STAGE}.portal.acme.example",
                Some("http"),
                Some(false),
                Some(true),
            ),
            (
                "http://${STAGE:-a/b:c@d}.acme.example:80/x",
                Some("http"),
                Some(false),
                Some(true),
            ),
            (
                "HTTP://localhost:${PORT}",
                Some("http"),
                Some(true),
                Some(false),
            ),
            (
                "http://${NAME}.localhost",
                Some("http"),
                Some(true),
                Some(true),
            ),
            (
                "https://portal.acme.example/${PATH}",
                Some("https"),
                Some(false),
                Some(true),
            ),
            ("http://portal.${DOMAIN}", Some("http"), None, Some(true)),
            ("http://${NET}.0.0.1", Some("http"), None, Some(true)),
            ("http://${HOST}:7007", Some("http"), None, None),
            ("http://my${HOST}", Some("http"), None, None),
            ("${SCHEME}://portal.acme.example", None, None, None),
            ("${URL:-http://localhost}", None, None, None),
        ] {
            let parts = open_parts(url);
            assert_eq!(parts.scheme.known(), scheme, "{url}");
            assert_eq!(parts.local.known(), local, "{url}");
            assert_eq!(parts.dotted.known(), dotted, "{url}");
        }
    }
}
