//! A connection string as pgx reads it (`pgconn` 1.11, `config.go`).
//!
//! In: one text. Out: what it configures. Never: environment, service files, certificates.

use std::collections::BTreeMap;

use crate::error::PgxError;
use crate::host::{is_alone, split_host_port};
use crate::pq::is_url;
use crate::url::{Url, parse};
use crate::words;

/// What a connection string configures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pgx {
    /// The first host; `None` without one, where the driver takes a socket of the machine.
    pub host: Option<String>,
    /// The first port.
    pub port: u16,
    /// The database; empty without one, where the server takes the one that is named as the user.
    pub database: String,
    /// The user; `None` without one, where the driver takes that of the machine.
    pub user: Option<String>,
    /// The password; empty without one.
    pub password: String,
    /// Encryption of the first connection that is tried, and of those after it.
    pub tls: Tls,
    /// Parameters that go to the server.
    pub runtime: BTreeMap<String, String>,
}

/// Encryption of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls {
    /// Whether the first connection that is tried is encrypted.
    pub first: bool,
    /// Whether the name in the certificate is verified.
    pub verifies_name: bool,
    /// Whether an unencrypted one is tried after it.
    pub falls_back_to_none: bool,
}

/// Parameters that stay with the driver.
const OWN: [&str; 15] = [
    "host",
    "port",
    "database",
    "user",
    "password",
    "passfile",
    "connect_timeout",
    "sslmode",
    "sslkey",
    "sslcert",
    "sslrootcert",
    "target_session_attrs",
    "min_read_buffer_size",
    "service",
    "servicefile",
];

/// What a URL, or words such as `host=db sslmode=require`, configure.
///
/// # Errors
/// When pgx refuses it for what it says. Files that it names may be missing still.
pub fn pgx(text: &str) -> Result<Pgx, PgxError> {
    let settings = if is_url(text) {
        of_url(&parse(text).map_err(PgxError::Url)?)?
    } else {
        words::pgx(text).ok_or(PgxError::Words)?
    };
    let get = |key: &str| settings.get(key).map(String::as_str);
    if let Some(size) = get("min_read_buffer_size") {
        size.parse::<i32>().map_err(|_| PgxError::ReadBufferSize)?;
    }
    if let Some(timeout) = get("connect_timeout") {
        let seconds = timeout.parse::<i64>();
        if seconds.is_err() || seconds.is_ok_and(|seconds| seconds < 0) {
            return Err(PgxError::ConnectTimeout);
        }
    }
    let hosts = get("host").map(|hosts| hosts.split(',').collect::<Vec<_>>());
    let ports: Vec<&str> = get("port").unwrap_or("5432").split(',').collect();
    // Without a host the driver takes a socket, which is never encrypted.
    let every = hosts.as_deref().unwrap_or(&["/"]);
    let mut first = None;
    let mut attempts = Vec::new();
    for (index, host) in every.iter().enumerate() {
        let port = ports.get(index).or(ports.first()).copied();
        let port = self::port(port.unwrap_or_default()).ok_or(PgxError::Port)?;
        first.get_or_insert(port);
        if host.starts_with('/') {
            attempts.push(None);
        } else {
            attempts.extend(tls(&settings)?);
        }
    }
    if let Some(target) = get("target_session_attrs") {
        let known = [
            "read-write",
            "read-only",
            "primary",
            "standby",
            "any",
            "prefer-standby",
        ];
        if !known.contains(&target) {
            return Err(PgxError::TargetSession);
        }
    }
    let (tried, others) = attempts.split_first().ok_or(PgxError::HostAndPort)?;
    let runtime = settings
        .iter()
        .filter(|(key, _)| !OWN.contains(&key.as_str()));
    Ok(Pgx {
        host: hosts.and_then(|hosts| hosts.first().map(|&host| host.to_owned())),
        port: first.unwrap_or_default(),
        database: get("database").unwrap_or_default().to_owned(),
        user: get("user").map(str::to_owned),
        password: get("password").unwrap_or_default().to_owned(),
        tls: Tls {
            first: tried.is_some(),
            verifies_name: *tried == Some(true),
            falls_back_to_none: others.contains(&None),
        },
        runtime: runtime
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    })
}

fn of_url(url: &Url) -> Result<BTreeMap<String, String>, PgxError> {
    let mut settings = BTreeMap::new();
    if let Some(user) = &url.user {
        settings.insert("user".to_owned(), user.name.clone());
        if let Some(password) = &user.password {
            settings.insert("password".to_owned(), password.clone());
        }
    }
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for host in url.host_and_port.split(',').filter(|host| !host.is_empty()) {
        if is_alone(host) {
            hosts.push(host.trim_matches(['[', ']']));
            continue;
        }
        let (host, port) = split_host_port(host).ok_or(PgxError::HostAndPort)?;
        hosts.extend(Some(host).filter(|host| !host.is_empty()));
        ports.extend(Some(port).filter(|port| !port.is_empty()));
    }
    if !hosts.is_empty() {
        settings.insert("host".to_owned(), hosts.join(","));
    }
    if !ports.is_empty() {
        settings.insert("port".to_owned(), ports.join(","));
    }
    let database = url.path.trim_start_matches('/');
    if !database.is_empty() {
        settings.insert("database".to_owned(), database.to_owned());
    }
    // Of equal keys the first counts.
    for parameter in url.parameters.iter().rev() {
        let key = words::rename(&parameter.key).to_owned();
        settings.insert(key, parameter.value.clone());
    }
    Ok(settings)
}

fn port(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = is_number.then(|| text.parse().ok()).flatten();
    port.filter(|&port| port > 0)
}

/// The connections that are tried on one host: unencrypted, or encrypted and whether the name is verified.
fn tls(settings: &BTreeMap<String, String>) -> Result<Vec<Option<bool>>, PgxError> {
    let get = |key: &str| settings.get(key).map_or("", String::as_str);
    let attempts = match get("sslmode") {
        "disable" => return Ok(vec![None]),
        "allow" => vec![None, Some(false)],
        "" | "prefer" => vec![Some(false), None],
        "require" | "verify-ca" => vec![Some(false)],
        "verify-full" => vec![Some(true)],
        _ => return Err(PgxError::SslMode),
    };
    if get("sslcert").is_empty() != get("sslkey").is_empty() {
        return Err(PgxError::CertificateWithoutKey);
    }
    Ok(attempts)
}
