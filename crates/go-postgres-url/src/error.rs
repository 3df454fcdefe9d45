//! Why a URL is refused.

use std::fmt;

use source::Span;

/// Why `net/url` refuses a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlError {
    /// What is wrong.
    pub kind: UrlErrorKind,
    /// The bytes that are.
    pub span: Span,
}

/// What `net/url` refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UrlErrorKind {
    /// A control character, anywhere but in the fragment.
    ControlCharacter,
    /// A `:` with nothing before it.
    MissingScheme,
    /// A `:` in the first segment of what has no scheme.
    ColonInFirstSegment,
    /// A `[` that begins the host and has no `]`.
    MissingBracket,
    /// Something else than digits behind the last `:` of the host. Most often it is a password with `/`, `?` or `#`,
    /// which ends the host there.
    InvalidPort,
    /// A character that a user name or a password has to encode.
    InvalidUserInfo,
    /// A `%` without two hexadecimal digits, or one that a host may not have.
    InvalidEscape,
    /// A character that a host may not have.
    InvalidHostCharacter,
}

impl fmt::Display for UrlErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "invalid control character in URL",
            Self::MissingScheme => "missing protocol scheme",
            Self::ColonInFirstSegment => "first path segment in URL cannot contain colon",
            Self::MissingBracket => "missing ']' in host",
            Self::InvalidPort => "invalid port after host",
            Self::InvalidUserInfo => "invalid userinfo",
            Self::InvalidEscape => "invalid URL escape",
            Self::InvalidHostCharacter => "invalid character in host name",
        })
    }
}

/// Why lib/pq refuses a connection string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PqError {
    /// It begins as a URL and is none.
    Url(UrlError),
    /// Words that are not `key=value`: also a URL with another scheme, or with a capital one.
    Words,
    /// A `client_encoding` other than UTF-8.
    ClientEncoding,
    /// A `datestyle` other than `ISO, MDY`.
    DateStyle,
}

/// Why pgx refuses a connection string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PgxError {
    /// It begins as a URL and is none.
    Url(UrlError),
    /// Words that are not `key=value`: also a URL with another scheme, or with a capital one.
    Words,
    /// A host and a port that cannot be told apart.
    HostAndPort,
    /// A port that is none.
    Port,
    /// An `sslmode` that does not exist.
    SslMode,
    /// One of `sslcert` and `sslkey` without the other.
    CertificateWithoutKey,
    /// A `connect_timeout` that is no number of seconds.
    ConnectTimeout,
    /// A `min_read_buffer_size` that is no number.
    ReadBufferSize,
    /// A `target_session_attrs` that does not exist.
    TargetSession,
}
