//! PostgreSQL connection URLs as Go programs read them.
//!
//! In: one text. Out: its pieces with their bytes ([`parse`]), and what lib/pq ([`pq`]) and pgx ([`pgx`]) make of it.
//! Never: environment, files, a connection. Errors hold no part of the text, which may be a password.

mod error;
mod escape;
mod host;
mod pgx;
mod pq;
mod url;
mod words;

pub use error::{PgxError, PqError, UrlError, UrlErrorKind};
pub use pgx::{Pgx, Tls, pgx};
pub use pq::pq;
pub use url::{Parameter, Url, UserInfo, parse};
