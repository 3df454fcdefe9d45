//! A URL as Go's `net/url` takes it apart (`url.go`).
//!
//! In: one text. Out: its pieces and their bytes. Never: what a driver makes of them.

use source::Span;

use crate::error::{UrlError, UrlErrorKind};
use crate::escape::{Mode, unescape};
use crate::host::{is_digits, split_url_host};

/// The pieces of a URL, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Url {
    /// The scheme, in lower case; empty without one.
    pub scheme: String,
    /// The user name and the password before `@`.
    pub user: Option<UserInfo>,
    /// The host without port and brackets. Several hosts are one to `net/url`.
    pub host: String,
    /// The digits behind the last `:` of the host; empty without them.
    pub port: String,
    /// Host and port as they are written, decoded.
    pub(crate) host_and_port: String,
    /// The bytes of host and port; empty without them.
    pub host_span: Span,
    /// The path with its `/`.
    pub path: String,
    /// The bytes of the path.
    pub path_span: Span,
    /// The query, encoded.
    pub query: String,
    /// The parameters of the query, in order. Those that cannot be decoded, or hold a `;`, are dropped, as Go does.
    pub parameters: Vec<Parameter>,
    /// What is behind `#`.
    pub fragment: String,
}

/// A user name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The user name.
    pub name: String,
    /// Its bytes.
    pub name_span: Span,
    /// The password, which may be empty; `None` without a `:`.
    pub password: Option<String>,
    /// Its bytes; empty without a password.
    pub password_span: Span,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The key.
    pub key: String,
    /// Its bytes.
    pub key_span: Span,
    /// The value; empty without a `=`.
    pub value: String,
    /// Its bytes.
    pub value_span: Span,
}

/// A stretch of the text.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Piece<'t> {
    fn span(self) -> Span {
        Span::new(self.at, self.at + self.text.len())
    }

    /// What is before and behind the first separator.
    fn cut(self, separator: char) -> Option<(Self, Self)> {
        Some(self.split(self.text.find(separator)?, separator.len_utf8()))
    }

    fn split(self, index: usize, separator: usize) -> (Self, Self) {
        let (before, _) = self.text.split_at(index);
        let (_, behind) = self.text.split_at(index + separator);
        let at = self.at + index + separator;
        (
            Self {
                text: before,
                at: self.at,
            },
            Self { text: behind, at },
        )
    }

    fn decode(self, mode: Mode) -> Result<String, UrlError> {
        unescape(self.text, self.at, mode)
    }

    fn fail<T>(self, kind: UrlErrorKind) -> Result<T, UrlError> {
        let span = self.span();
        Err(UrlError { kind, span })
    }
}

/// Takes a URL apart as `url.Parse` does, relative ones included.
///
/// # Errors
/// When Go refuses it.
pub fn parse(text: &str) -> Result<Url, UrlError> {
    let whole = Piece { text, at: 0 };
    let (rest, fragment) = match whole.cut('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (whole, None),
    };
    let mut url = parse_rest(rest)?;
    if let Some(fragment) = fragment {
        url.fragment = fragment.decode(Mode::Other)?;
    }
    Ok(url)
}

fn parse_rest(text: Piece<'_>) -> Result<Url, UrlError> {
    if let Some(index) = text.text.bytes().position(|byte| byte.is_ascii_control()) {
        let (_, behind) = text.split(index, 0);
        let (control, _) = behind.split(1, 0);
        return control.fail(UrlErrorKind::ControlCharacter);
    }
    let mut url = Url::default();
    if text.text == "*" {
        url.path = "*".into();
        url.path_span = text.span();
        return Ok(url);
    }
    let (scheme, rest) = scheme(text)?;
    url.scheme = scheme.to_lowercase();
    let (rest, query) = match rest.cut('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    if let Some(query) = query {
        url.query = query.text.to_owned();
        url.parameters = parameters(query);
    }
    if !rest.text.starts_with('/') {
        if !scheme.is_empty() {
            // Opaque to Go: `mailto:x`.
            return Ok(url);
        }
        let segment = rest.cut('/').map_or(rest, |(segment, _)| segment);
        if segment.text.contains(':') {
            return segment.fail(UrlErrorKind::ColonInFirstSegment);
        }
    }
    let has_authority =
        rest.text.starts_with("//") && (!scheme.is_empty() || !rest.text.starts_with("///"));
    let path = if has_authority {
        let (_, rest) = rest.split(0, 2);
        let slash = rest.text.find('/').unwrap_or(rest.text.len());
        let (authority, path) = rest.split(slash, 0);
        parse_authority(&mut url, authority)?;
        path
    } else {
        rest
    };
    url.path = path.decode(Mode::Other)?;
    url.path_span = path.span();
    Ok(url)
}

/// The scheme, and what is behind its `:`.
fn scheme(text: Piece<'_>) -> Result<(&str, Piece<'_>), UrlError> {
    for (index, byte) in text.text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => {
                return text.split(1, 0).0.fail(UrlErrorKind::MissingScheme);
            }
            b':' => {
                let (scheme, rest) = text.split(index, 1);
                return Ok((scheme.text, rest));
            }
            _ => break,
        }
    }
    Ok(("", text))
}

fn parse_authority(url: &mut Url, authority: Piece<'_>) -> Result<(), UrlError> {
    let (user, host) = match authority.text.rfind('@') {
        Some(index) => {
            let (user, host) = authority.split(index, 1);
            (Some(user), host)
        }
        None => (None, authority),
    };
    // Go looks at the host first.
    url.host_and_port = decode_host(host)?;
    url.host_span = host.span();
    let (name, port) = split_url_host(&url.host_and_port);
    (url.host, url.port) = (name.to_owned(), port.to_owned());
    let Some(user) = user else {
        return Ok(());
    };
    if let Some((index, character)) = user
        .text
        .char_indices()
        .find(|&(_, character)| !is_user_character(character))
    {
        let (_, behind) = user.split(index, 0);
        let (wrong, _) = behind.split(character.len_utf8(), 0);
        return wrong.fail(UrlErrorKind::InvalidUserInfo);
    }
    let (name, password) = match user.cut(':') {
        Some((name, password)) => (name, Some(password)),
        None => (user, None),
    };
    url.user = Some(UserInfo {
        name: name.decode(Mode::Other)?,
        name_span: name.span(),
        password: password
            .map(|password| password.decode(Mode::Other))
            .transpose()?,
        password_span: password.map_or(Span::at(user.span().range().end), Piece::span),
    });
    Ok(())
}

fn is_user_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(character)
}

fn decode_host(host: Piece<'_>) -> Result<String, UrlError> {
    if host.text.starts_with('[') {
        let Some(end) = host.text.rfind(']') else {
            return host.fail(UrlErrorKind::MissingBracket);
        };
        let (_, port) = host.split(end, 1);
        check_port(port)?;
        let (address, rest) = host.split(end, 0);
        if let Some(zone) = address.text.find("%25") {
            let (address, zone) = address.split(zone, 0);
            let mut decoded = address.decode(Mode::Host)?;
            decoded.push_str(&zone.decode(Mode::Zone)?);
            decoded.push_str(&rest.decode(Mode::Host)?);
            return Ok(decoded);
        }
    } else if let Some(colon) = host.text.rfind(':') {
        check_port(host.split(colon, 0).1)?;
    }
    host.decode(Mode::Host)
}

/// Whether what is behind a host is nothing, or `:` and digits.
fn check_port(port: Piece<'_>) -> Result<(), UrlError> {
    match port.text.strip_prefix(':') {
        _ if port.text.is_empty() => Ok(()),
        Some(digits) if is_digits(digits) => Ok(()),
        _ => port.fail(UrlErrorKind::InvalidPort),
    }
}

fn parameters(query: Piece<'_>) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut rest = Some(query);
    while let Some(query) = rest {
        let (pair, behind) = match query.cut('&') {
            Some((pair, behind)) => (pair, Some(behind)),
            None => (query, None),
        };
        rest = behind;
        if pair.text.is_empty() || pair.text.contains(';') {
            continue;
        }
        let end = pair.text.len();
        let (key, value) = pair.cut('=').unwrap_or_else(|| pair.split(end, 0));
        let (Ok(decoded), Ok(text)) = (key.decode(Mode::Query), value.decode(Mode::Query)) else {
            continue;
        };
        parameters.push(Parameter {
            key: decoded,
            key_span: key.span(),
            value: text,
            value_span: value.span(),
        });
    }
    parameters
}
