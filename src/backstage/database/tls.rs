//! Whether a connection is encrypted, and whether it knows whom it talks to.
//!
//! In: a connection, and `PGSSLMODE` where the deployment sets it. Out: [`Tls`], as `pg` 8 and `mysql2` 3 decide.
//! Never: a look at certificates.

use super::connection_string::{self, Parsed};
use super::postgres::is_truthy;
use super::{Client, ConnectionType, Plan};
use crate::backstage::value::{Kind, Object, Origin, Value};

/// Whether a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls {
    /// Whether it is.
    pub state: TlsState,
    /// The value that decides; `None` when nothing in the config does.
    pub because: Option<Origin>,
    /// Whether the config or `PGSSLMODE` says anything about it, `false` included.
    pub said: bool,
}

/// The state of the encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsState {
    /// Everything travels in the clear.
    Off,
    /// Encrypted, and the server's certificate is checked.
    Verified,
    /// Encrypted, but anybody may be at the other end.
    Unverified,
    /// The driver refuses the setting when it connects.
    Refused,
    /// Depends on an open value.
    Open,
}

impl TlsState {
    /// Its word in the facts and the vectors.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Refused => "refused",
            Self::Open => "open",
        }
    }
}

/// The encryption of a PostgreSQL connection: an object or a connection string.
pub fn of(connection: &Value, pgsslmode: Option<&str>) -> Tls {
    match connection_string::postgres(connection) {
        Ok(parsed) => postgres(&parsed, pgsslmode),
        Err(_) => Tls {
            state: TlsState::Refused,
            because: connection.origin,
            said: true,
        },
    }
}

/// The encryption of a plan; `None` for SQLite, which has no connection to encrypt.
pub fn of_plan(plan: &Plan, pgsslmode: Option<&str>) -> Option<Tls> {
    let connection = plan.connection()?;
    if plan.client.is_sqlite() {
        return None;
    }
    if plan.client.is_mysql() {
        let unseen = plan.unseen.as_ref();
        return Some(mysql(connection, unseen, plan.client));
    }
    let decided_elsewhere = |state| Tls {
        state,
        because: None,
        said: true,
    };
    match plan.connection_type {
        ConnectionType::CloudSql => Some(decided_elsewhere(TlsState::Verified)),
        ConnectionType::Open => Some(decided_elsewhere(TlsState::Open)),
        _ => Some(postgres(
            &Parsed {
                object: connection.clone(),
                unseen: plan.unseen.clone(),
            },
            pgsslmode,
        )),
    }
}

/// `ConnectionParameters` of `pg`.
fn postgres(connection: &Parsed, pgsslmode: Option<&str>) -> Tls {
    let text = connection.object.get("connectionString");
    if let Some(text) = text.filter(|text| is_truthy(text)) {
        let mut merged = connection.clone();
        merged.object.shift_remove("connectionString");
        match connection_string::postgres(text) {
            Ok(parsed) => {
                merged.object = super::merge::spread(&merged.object, &parsed.object);
                // What an unknown string brings wins over `ssl` beside it.
                if parsed.unseen.is_some() {
                    merged.object.shift_remove("ssl");
                    merged.unseen = parsed.unseen;
                }
            }
            Err(_) => {
                return Tls {
                    state: TlsState::Refused,
                    because: text.origin,
                    said: true,
                };
            }
        }
        return postgres(&merged, pgsslmode);
    }
    if let Some(ssl) = connection.object.get("ssl") {
        return Tls {
            state: postgres_state(ssl),
            because: decisive(ssl),
            said: true,
        };
    }
    if let Some(unseen) = &connection.unseen {
        return Tls {
            state: TlsState::Open,
            because: unseen.origin,
            said: false,
        };
    }
    from_environment(pgsslmode)
}

fn from_environment(pgsslmode: Option<&str>) -> Tls {
    let state = match pgsslmode {
        Some("prefer" | "require" | "verify-ca" | "verify-full") => TlsState::Verified,
        Some("no-verify") => TlsState::Unverified,
        _ => TlsState::Off,
    };
    Tls {
        state,
        because: None,
        said: pgsslmode.is_some(),
    }
}

fn postgres_state(ssl: &Value) -> TlsState {
    match &ssl.kind {
        Kind::String(text) if &*text.value == "no-verify" => TlsState::Unverified,
        Kind::Object(options) => checked(options),
        Kind::Open(_) => TlsState::Open,
        _ if is_truthy(ssl) => TlsState::Verified,
        _ => TlsState::Off,
    }
}

/// Node checks the certificate unless `rejectUnauthorized` is exactly `false`.
fn checked(options: &Object) -> TlsState {
    let Some(reject) = options.get("rejectUnauthorized") else {
        return TlsState::Verified;
    };
    match &reject.kind {
        Kind::Bool(false) => TlsState::Unverified,
        // A variable brings a string, and no string is `false`; but the value below may be.
        Kind::Open(open) => match &open.below {
            Some(below) if below.kind == Kind::Bool(false) || below.as_open().is_some() => {
                TlsState::Open
            }
            _ => TlsState::Verified,
        },
        _ => TlsState::Verified,
    }
}

/// `ConnectionConfig` of `mysql2`: an object, or the name of a profile, of which there is one.
fn mysql(connection: &Object, unseen: Option<&Value>, client: Client) -> Tls {
    let elsewhere = connection.get("uri").or(unseen);
    let Some(ssl) = connection.get("ssl") else {
        return Tls {
            state: match elsewhere {
                Some(_) => TlsState::Open,
                None => TlsState::Off,
            },
            because: elsewhere.and_then(|value| value.origin),
            said: false,
        };
    };
    let state = match &ssl.kind {
        Kind::String(text) if &*text.value == "Amazon RDS" => TlsState::Verified,
        Kind::String(_) => TlsState::Refused,
        Kind::Object(options) => checked(options),
        Kind::Open(_) => TlsState::Open,
        _ if !is_truthy(ssl) => TlsState::Off,
        _ if client == Client::Mysql => TlsState::Verified,
        _ => TlsState::Refused,
    };
    Tls {
        state,
        because: decisive(ssl),
        said: true,
    }
}

/// What to point at: of a mapping the option that switches the check off, else its key.
fn decisive(ssl: &Value) -> Option<Origin> {
    let Some(options) = ssl.as_object() else {
        return ssl.origin;
    };
    if let Some(reject) = options.get("rejectUnauthorized") {
        return reject.origin.or(ssl.origin);
    }
    let origin = ssl.origin?;
    Some(Origin {
        value: origin.key.unwrap_or(origin.value),
        key: None,
    })
}
