//! What the reader makes of a case, held against the recorded or fresh answers of the real libraries.

#![allow(clippy::expect_used, missing_docs, dead_code)]

use std::collections::BTreeMap;
use std::fmt::Debug;

use go_postgres_url::{PgxError, PqError, parse, pgx, pq};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(default)]
    pub name: String,
    pub url: String,
    pub net: Net,
    pub pq: Pq,
    pub pgx: Pgx,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Net {
    error: String,
    scheme: String,
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: String,
    path: String,
    query: String,
    fragment: String,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Pq {
    error: String,
    options: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Pgx {
    error: String,
    host: String,
    port: u16,
    database: String,
    user: String,
    password: String,
    tls: Vec<String>,
    runtime: BTreeMap<String, String>,
}

impl Case {
    pub fn is_refused(&self) -> bool {
        !self.net.error.is_empty()
    }

    /// How the reader differs from the libraries; `None` where it agrees.
    pub fn disagreement(&self) -> Option<String> {
        self.net_differs()
            .or_else(|| self.pq_differs())
            .or_else(|| self.pgx_differs())
    }

    fn net_differs(&self) -> Option<String> {
        let ours = match parse(&self.url) {
            Ok(url) => Net {
                error: String::new(),
                scheme: url.scheme,
                password: url.user.as_ref().and_then(|user| user.password.clone()),
                user: url.user.map(|user| user.name),
                host: url.host,
                port: url.port,
                path: url.path,
                query: url.query,
                fragment: url.fragment,
            },
            Err(error) => Net {
                error: error.kind.to_string(),
                ..Net::default()
            },
        };
        differ("net/url", &ours, &self.net)
    }

    fn pq_differs(&self) -> Option<String> {
        let options = match pq(&self.url) {
            Ok(options) => options,
            Err(error) => {
                let error = match error {
                    PqError::Url(error) => format!("url: {}", error.kind),
                    PqError::Words => "words".to_owned(),
                    PqError::ClientEncoding => "client encoding".to_owned(),
                    PqError::DateStyle => "date style".to_owned(),
                };
                return differ("lib/pq", &error, &self.pq.error);
            }
        };
        // The defaults of the driver (`NewConnector`), but for the user, who is of the machine.
        let mut ours: BTreeMap<String, String> = [
            ("host", "localhost"),
            ("port", "5432"),
            ("extra_float_digits", "2"),
            ("datestyle", "ISO, MDY"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        ours.extend(options.clone());
        if let Some(name) = ours.get("fallback_application_name").cloned() {
            ours.entry("application_name".into()).or_insert(name);
        }
        ours.insert("client_encoding".into(), "UTF8".into());
        if ours.get("host").is_some_and(|host| host.starts_with('/')) {
            ours.insert("sslmode".into(), "disable".into());
        }
        let mut real = self.pq.options.clone();
        if !options.contains_key("user") {
            real.remove("user");
        }
        differ("lib/pq", &String::new(), &self.pq.error).or_else(|| differ("lib/pq", &ours, &real))
    }

    fn pgx_differs(&self) -> Option<String> {
        let real = &self.pgx;
        // Nobody looks for files here.
        if real.error == "file" {
            return None;
        }
        let config = match pgx(&self.url) {
            Ok(config) => config,
            Err(error) => {
                let error = match error {
                    PgxError::Url(error) => format!("url: {}", error.kind),
                    PgxError::Words => "words".to_owned(),
                    PgxError::HostAndPort => "host and port".to_owned(),
                    PgxError::Port => "port".to_owned(),
                    PgxError::SslMode => "ssl mode".to_owned(),
                    PgxError::CertificateWithoutKey => "certificate without key".to_owned(),
                    PgxError::ConnectTimeout => "connect timeout".to_owned(),
                    PgxError::ReadBufferSize => "read buffer size".to_owned(),
                    PgxError::TargetSession => "target session".to_owned(),
                };
                return differ("pgx", &error, &real.error);
            }
        };
        let tls = (
            real.tls.first().is_some_and(|first| first != "none"),
            real.tls.first().is_some_and(|first| first == "this name"),
            real.tls.iter().skip(1).any(|other| other == "none"),
        );
        let ours = (
            config.tls.first,
            config.tls.verifies_name,
            config.tls.falls_back_to_none,
        );
        let host = config.host.as_ref().unwrap_or(&real.host);
        let user = config.user.as_ref().unwrap_or(&real.user);
        differ("pgx", &String::new(), &real.error)
            .or_else(|| differ("pgx host", host, &real.host))
            .or_else(|| differ("pgx port", &config.port, &real.port))
            .or_else(|| differ("pgx database", &config.database, &real.database))
            .or_else(|| differ("pgx user", user, &real.user))
            .or_else(|| differ("pgx password", &config.password, &real.password))
            .or_else(|| differ("pgx TLS", &ours, &tls))
            .or_else(|| differ("pgx runtime", &config.runtime, &real.runtime))
    }
}

fn differ<T: PartialEq + Debug>(what: &str, ours: &T, real: &T) -> Option<String> {
    (ours != real).then(|| format!("{what}: {ours:?}, the library {real:?}"))
}
