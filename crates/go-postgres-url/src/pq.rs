//! A connection string as lib/pq 1.10 reads it (`url.go`, `connector.go`).
//!
//! In: one text. Out: the parameters that it sets. Never: the driver's defaults, of which `sslmode=require` and
//! `host=localhost` are two.

use std::collections::BTreeMap;

use crate::error::PqError;
use crate::host::split_host_port;
use crate::url::{Url, parse};
use crate::words;

/// Whether both drivers take a text for a URL. They compare the scheme as it is written.
pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// The parameters that a URL, or words such as `host=db sslmode=require`, set: `user`, `password`, `host`, `port`,
/// `dbname`, and those of the query. An empty one is not set by a URL.
///
/// # Errors
/// When lib/pq does not even try to connect.
pub fn pq(text: &str) -> Result<BTreeMap<String, String>, PqError> {
    let words = if is_url(text) {
        to_words(&parse(text).map_err(PqError::Url)?)
    } else {
        text.to_owned()
    };
    let parameters = words::pq(&words).ok_or(PqError::Words)?;
    if let Some(encoding) = parameters.get("client_encoding") {
        let letters = encoding.chars().filter(char::is_ascii_alphanumeric);
        let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        if letters != "utf8" && letters != "unicode" {
            return Err(PqError::ClientEncoding);
        }
    }
    if parameters
        .get("datestyle")
        .is_some_and(|style| style != "ISO, MDY")
    {
        return Err(PqError::DateStyle);
    }
    Ok(parameters)
}

/// `pq.ParseURL`. The driver reads its words again, so that a key of the query that is no word breaks the string.
fn to_words(url: &Url) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            words.push(format!("{key}='{value}'"));
        }
    };
    if let Some(user) = &url.user {
        add("user", &user.name);
        add("password", user.password.as_deref().unwrap_or_default());
    }
    match split_host_port(&url.host_and_port) {
        Some((host, port)) => {
            add("host", host);
            add("port", port);
        }
        None => add("host", &url.host_and_port),
    }
    add("dbname", url.path.strip_prefix('/').unwrap_or(&url.path));
    // Of equal keys the first counts.
    let mut query: BTreeMap<&str, &str> = BTreeMap::new();
    for parameter in &url.parameters {
        query.entry(&parameter.key).or_insert(&parameter.value);
    }
    for (key, value) in query {
        add(key, value);
    }
    words.sort();
    words.join(" ")
}
