//! A text to the parts of a URL, as Node's `URL` cuts it for the schemes databases have.
//!
//! In: a text. Out: [`Url`]. Never: the schemes that browsers treat specially (`http`, `file`, …), which are cut
//! like any other here.

use std::net::Ipv6Addr;

/// The parts of a URL. User and password are as in the text, `%` sequences kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    /// Lower case, without the colon.
    pub(super) scheme: String,
    pub(super) user: String,
    pub(super) password: String,
    /// IPv6 addresses in brackets.
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// With its leading slash, unless the URL has no authority.
    pub(super) path: String,
    /// Names and values, decoded.
    pub(super) query: Vec<(String, String)>,
}

impl Url {
    /// `new URL(text)`
    pub(super) fn absolute(text: &str) -> Option<Self> {
        let text = cleaned(text);
        let (scheme, rest) = scheme(&text)?;
        Self::after_scheme(scheme, rest)
    }

    /// `new URL(text, 'postgres://base')`
    pub(super) fn relative_to_base(text: &str) -> Option<Self> {
        let text = cleaned(text);
        if let Some((scheme, rest)) = scheme(&text) {
            return Self::after_scheme(scheme, rest);
        }
        if text.starts_with("//") {
            return Self::after_scheme("postgres".to_owned(), &text);
        }
        let (path, query) = path_and_query(&text);
        Some(Self {
            scheme: "postgres".to_owned(),
            host: "base".to_owned(),
            path: match path {
                "" => String::new(),
                path => without_dots(path.strip_prefix('/').unwrap_or(path)),
            },
            query: parameters(query),
            ..Self::default()
        })
    }

    fn after_scheme(scheme: String, rest: &str) -> Option<Self> {
        let Some(rest) = rest.strip_prefix("//") else {
            let (path, query) = path_and_query(rest);
            return Some(Self {
                scheme,
                path: match path.strip_prefix('/') {
                    Some(path) => without_dots(path),
                    None => path.to_owned(),
                },
                query: parameters(query),
                ..Self::default()
            });
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (credentials, host) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, authority),
        };
        let (user, password) = credentials.map_or(("", ""), |credentials| {
            credentials.split_once(':').unwrap_or((credentials, ""))
        });
        let (host, port) = host_and_port(host)?;
        if host.is_empty() && (credentials.is_some() || port.is_some()) {
            return None;
        }
        let (path, query) = path_and_query(rest);
        Some(Self {
            scheme,
            user: encoded(user, is_userinfo),
            password: encoded(password, is_userinfo),
            host,
            port: port.flatten(),
            path: path.strip_prefix('/').map(without_dots).unwrap_or_default(),
            query: parameters(query),
        })
    }
}

/// Without spaces and control characters around it, and without tabs and line ends anywhere.
fn cleaned(text: &str) -> String {
    text.trim_matches(|c: char| c <= ' ')
        .replace(['\t', '\n', '\r'], "")
}

fn scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(inner);
    valid.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// The host, and its port: `None` without a colon, `Some(None)` with nothing behind it.
#[allow(clippy::option_option)]
fn host_and_port(text: &str) -> Option<(String, Option<Option<u16>>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        let port = match rest {
            "" => None,
            rest => Some(port(rest.strip_prefix(':')?)?),
        };
        return Some((format!("[{address}]"), port));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, digits)) => (host, Some(port(digits)?)),
        None => (text, None),
    };
    let forbidden = |c: char| matches!(c, '\0' | ' ' | '<' | '>' | '[' | '\\' | ']' | '^' | '|');
    if host.contains(forbidden) {
        return None;
    }
    Some((encoded(host, |c| c.is_control() || !c.is_ascii()), port))
}

#[allow(clippy::option_option)]
fn port(digits: &str) -> Option<Option<u16>> {
    if digits.is_empty() {
        return Some(None);
    }
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok().map(Some)).flatten()
}

fn path_and_query(text: &str) -> (&str, &str) {
    let text = text.split_once('#').map_or(text, |(text, _)| text);
    text.split_once('?').unwrap_or((text, ""))
}

/// A path from what follows its first slash, `.` and `..` resolved. As in Node, a last `..` with nothing above it
/// leaves no path at all.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        let last = parts.peek().is_none();
        match plain.as_str() {
            "." | ".." => {
                if plain == ".." && segments.pop().is_none() && last {
                    return String::new();
                }
                if last {
                    segments.push("");
                }
            }
            _ => segments.push(part),
        }
    }
    let in_set = |c: char| {
        c.is_control()
            || !c.is_ascii()
            || matches!(c, ' ' | '"' | '#' | '<' | '>' | '?' | '^' | '`' | '{' | '}')
    };
    format!("/{}", encoded(&segments.join("/"), in_set))
}

fn parameters(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| decoded_lossy(&text.replace('+', " "));
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn is_userinfo(c: char) -> bool {
    c.is_control()
        || !c.is_ascii()
        || matches!(
            c,
            ' ' | '"'
                | '#'
                | '<'
                | '>'
                | '?'
                | '^'
                | '`'
                | '{'
                | '}'
                | '/'
                | ':'
                | ';'
                | '='
                | '@'
                | '['
                | '\\'
                | ']'
                | '|'
        )
}

fn encoded(text: &str, in_set: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if in_set(c) {
            percent(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

fn percent(c: char, out: &mut String) {
    let mut bytes = [0; 4];
    for byte in c.encode_utf8(&mut bytes).bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// `encodeURI`
pub(super) fn encode_uri(text: &str) -> String {
    let kept = ";,/?:@&=+$-_.!~*'()#";
    encoded(text, |c| !c.is_ascii_alphanumeric() && !kept.contains(c))
}

/// `decodeURIComponent`; `None` where it throws.
pub(super) fn decode_component(text: &str) -> Option<String> {
    decode(text, |_| false)
}

/// `decodeURI`, which leaves what separates parts; `None` where it throws.
pub(super) fn decode_uri(text: &str) -> Option<String> {
    decode(text, |c| ";/?:@&=+$,#".contains(c))
}

fn decode(text: &str, keep: impl Fn(char) -> bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let sequence = after.get(..3)?;
        let byte = u8::from_str_radix(sequence.get(1..)?, 16).ok()?;
        if sequence.get(1..2) == Some("+") {
            return None;
        }
        if byte.is_ascii() && keep(char::from(byte)) {
            out.extend_from_slice(sequence.as_bytes());
        } else {
            out.push(byte);
        }
        rest = after.get(3..)?;
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).ok()
}

fn decoded_lossy(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let sequence = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let hexadecimal = sequence.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match hexadecimal.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
