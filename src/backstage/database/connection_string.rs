//! A connection string to the connection that the drivers make of it, also when parts of it are open.
//!
//! In: the value of `connection`. Out: [`Parsed`]. Never: an error that holds a part of the string, which may be a
//! password. A placeholder stands for a text within its part: `${HOST}` does not bring a query of its own.

use super::Refusal;
use super::error::PlanError;
use super::postgres::is_truthy;
use super::url::{self, Url};
use crate::backstage::value::{Kind, Object, Open, OpenCause, Value, Variable, truth_of};

/// A connection as an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    pub(super) object: Object,
    /// The open value that may bring further keys.
    pub(super) unseen: Option<Value>,
}

/// The keys that `pg-connection-string` always sets.
const PG_KEYS: [&str; 5] = ["user", "password", "host", "port", "database"];

/// What `pg-connection-string` makes of a string, or the object that it already is.
pub(super) fn postgres(value: &Value) -> Result<Parsed, PlanError> {
    normalized(value, |text| pg(&text), &PG_KEYS)
}

/// `connectionString` in a connection, whose parts win over those beside it, and what `pg` makes of it; `None` for the
/// latter where it does not parse.
pub(super) fn winning(connection: &Object) -> Option<(Value, Option<Parsed>)> {
    let text = connection.get("connectionString");
    let text = text.filter(|text| is_truthy(text))?;
    Some((text.clone(), postgres(text).ok()))
}

/// What the manager's own parser makes of a MySQL URL, or the object that it already is.
pub(super) fn mysql(value: &Value) -> Result<Parsed, PlanError> {
    normalized(value, |text| mysql_url(&text), &PG_KEYS)
}

fn normalized(
    value: &Value,
    parse: impl Fn(Template<'_>) -> Result<Object, Refusal>,
    keys: &[&str],
) -> Result<Parsed, PlanError> {
    let template = match &value.kind {
        Kind::Object(object) => {
            return Ok(Parsed {
                object: object.clone(),
                unseen: None,
            });
        }
        Kind::String(text) => Template::literal(value, &text.value),
        Kind::Open(open) => match Template::of(value, open) {
            Some(template) => template,
            None => return Ok(unknown(value, keys)),
        },
        _ => return Err(PlanError::refused(Refusal::IllTyped, value.origin)),
    };
    match parse(template) {
        Ok(object) => Ok(Parsed {
            object,
            unseen: None,
        }),
        // A string that only fails with our stand-ins may be fine with the real values.
        Err(Refusal::ConnectionString) if value.as_open().is_some() => Ok(unknown(value, keys)),
        Err(refusal) => Err(PlanError::refused(refusal, value.origin)),
    }
}

/// The connection of a string of which nothing is known.
fn unknown(value: &Value, keys: &[&str]) -> Parsed {
    let object = keys
        .iter()
        .map(|key| ((*key).into(), value.clone()))
        .collect();
    Parsed {
        object,
        unseen: Some(value.clone()),
    }
}

/// A string whose placeholders are replaced by stand-ins that survive the cutting.
struct Template<'v> {
    value: &'v Value,
    text: String,
    /// Stand-in, placeholder as written, its variable.
    stand_ins: Vec<(String, String, &'v Variable)>,
}

impl<'v> Template<'v> {
    fn literal(value: &'v Value, text: &str) -> Self {
        Self {
            value,
            text: text.to_owned(),
            stand_ins: Vec::new(),
        }
    }

    /// `None` when not even the scheme is known.
    fn of(value: &'v Value, open: &'v Open) -> Option<Self> {
        const WORD: &str = "qzopen";
        let OpenCause::Placeholder(variables) = &open.cause else {
            return None;
        };
        let written = &*open.written;
        if written.contains(WORD) {
            return None;
        }
        let mut template = Self::literal(value, "");
        let mut variables = variables.iter();
        let mut rest = written;
        while let Some(start) = rest.find("${") {
            let after = rest.get(start + 2..)?;
            let Some(end) = after.find(['{', '}']) else {
                break;
            };
            let (before, placeholder) = (rest.get(..start)?, rest.get(start..start + 3 + end)?);
            if !placeholder.ends_with('}') {
                template.text.push_str(rest.get(..start + 2)?);
                rest = after;
                continue;
            }
            let next = rest.get(start + 3 + end..)?;
            if let Some(before) = before.strip_suffix('$') {
                template.text.push_str(before);
                template.text.push_str(placeholder);
            } else {
                template.text.push_str(before);
                let number = template.stand_ins.len();
                let stand_in = if is_port(&template.text, next) {
                    format!("{}", 61_000 + number)
                } else {
                    format!("{WORD}{number}zq")
                };
                if written.contains(&stand_in) {
                    return None;
                }
                template.text.push_str(&stand_in);
                let variable = variables.next()?;
                template
                    .stand_ins
                    .push((stand_in, placeholder.to_owned(), variable));
            }
            rest = next;
        }
        template.text.push_str(rest);
        let scheme = template.text.split("://").next()?;
        let known = template.text.contains("://") && !scheme.contains(WORD);
        (known || template.text.starts_with('/')).then_some(template)
    }

    /// A part of the string as a value: open when a placeholder stands in it.
    fn part(&self, text: String) -> Value {
        let mut written = text.clone();
        let mut unset = Some(text.clone());
        let mut variables = Vec::new();
        for (stand_in, placeholder, variable) in &self.stand_ins {
            if !text.contains(stand_in.as_str()) {
                continue;
            }
            written = written.replace(stand_in, placeholder);
            let default = variable.default.as_deref().filter(|text| !text.is_empty());
            unset = unset
                .zip(default)
                .map(|(unset, default)| unset.replace(stand_in, default));
            variables.push((*variable).clone());
        }
        if variables.is_empty() {
            return self.derived(Kind::String(crate::backstage::value::Text {
                value: text.into(),
                style: None,
            }));
        }
        self.derived(Kind::Open(Box::new(Open {
            written: written.into(),
            cause: OpenCause::Placeholder(variables),
            when_unset: unset.map(Into::into),
            below: None,
        })))
    }

    fn derived(&self, kind: Kind) -> Value {
        Value::derived(kind).with_origin(self.value.origin)
    }

    fn truth(&self, truth: bool) -> Value {
        self.derived(Kind::Bool(truth))
    }
}

/// Whether a placeholder between these stands for a port.
fn is_port(before: &str, after: &str) -> bool {
    let in_authority = before
        .split_once("://")
        .is_some_and(|(_, rest)| rest.ends_with(':') && !rest.contains('/'));
    in_authority && (after.is_empty() || after.starts_with(['/', '?', '#']))
}

/// `pg-connection-string` 2.14, `parse`.
fn pg(template: &Template<'_>) -> Result<Object, Refusal> {
    let mut config = Object::default();
    let mut set = |key: &str, value: Value| {
        config.insert(key.into(), value);
    };
    if template.text.starts_with('/') {
        let mut words = template.text.split(' ');
        set(
            "host",
            template.part(words.next().unwrap_or_default().to_owned()),
        );
        if let Some(database) = words.next() {
            set("database", template.part(database.to_owned()));
        }
        return Ok(config);
    }
    let (url, dummy) = pg_url(&template.text).ok_or(Refusal::ConnectionString)?;
    for (key, value) in &url.query {
        set(key, template.part(value.clone()));
    }
    let decoded = |text: &str| url::decode_component(text).ok_or(Refusal::ConnectionString);
    fill(&mut config, "user", template.part(decoded(&url.user)?));
    fill(
        &mut config,
        "password",
        template.part(decoded(&url.password)?),
    );
    if url.scheme == "socket" {
        return socket(template, &url, config);
    }
    let bare = url
        .host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = if dummy { "" } else { bare.unwrap_or(&url.host) };
    let mut path = url.path.clone();
    if is_empty(&config, "host") {
        fill(&mut config, "host", template.part(decoded(host)?));
    } else if host.to_ascii_lowercase().starts_with("%2f") {
        path = format!("/{host}{path}");
    }
    let port = url.port.map(|port| port.to_string()).unwrap_or_default();
    fill(&mut config, "port", template.part(port));
    let mut characters = path.chars();
    characters.next();
    let database = match characters.as_str() {
        "" => template.derived(Kind::Null),
        path => template.part(url::decode_uri(path).ok_or(Refusal::ConnectionString)?),
    };
    config.insert("database".into(), database);
    pg_tls(template, config)
}

/// The URL, and whether a stand-in host was needed to make it one.
fn pg_url(text: &str) -> Option<(Url, bool)> {
    let text = if has_stray_percent(text) {
        restored_percents(&url::encode_uri(text))
    } else {
        text.to_owned()
    };
    Url::relative_to_base(&text)
        .map(|url| (url, false))
        .or_else(|| {
            let text = text.replacen("@/", "@___DUMMY___/", 1);
            Url::relative_to_base(&text).map(|url| (url, true))
        })
}

/// `/ |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i`
fn has_stray_percent(text: &str) -> bool {
    if text.contains(' ') {
        return true;
    }
    text.match_indices('%').any(|(at, _)| {
        let mut next = text.get(at + 1..).unwrap_or_default().chars();
        match (next.next(), next.next()) {
            (Some(first), _) if !first.is_ascii_hexdigit() => true,
            (Some(_), Some(second)) => !second.is_ascii_hexdigit(),
            _ => false,
        }
    })
}

/// `.replace(/%25(\d\d)/g, '%$1')`
fn restored_percents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("%25") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let after = after.get(3..).unwrap_or_default();
        let digits = after
            .get(..2)
            .filter(|two| two.bytes().all(|b| b.is_ascii_digit()));
        match digits {
            Some(digits) => {
                out.push('%');
                out.push_str(digits);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push_str("%25");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn socket(template: &Template<'_>, url: &Url, mut config: Object) -> Result<Object, Refusal> {
    let path = url::decode_uri(&url.path).ok_or(Refusal::ConnectionString)?;
    config.insert("host".into(), template.part(path));
    for (key, parameter) in [("database", "db"), ("client_encoding", "encoding")] {
        let value = url.query.iter().find(|(name, _)| name == parameter);
        let value = match value {
            Some((_, value)) => template.part(value.clone()),
            None => template.derived(Kind::Null),
        };
        config.insert(key.into(), value);
    }
    Ok(config)
}

/// What the parameters of the URL make of `ssl`.
fn pg_tls(template: &Template<'_>, mut config: Object) -> Result<Object, Refusal> {
    match config.get("ssl").and_then(Value::as_str) {
        Some("true" | "1") => {
            config.insert("ssl".into(), template.truth(true));
        }
        Some("0") => {
            config.insert("ssl".into(), template.truth(false));
        }
        _ => {}
    }
    let mut ssl = Object::default();
    for (parameter, option) in [
        ("sslcert", "cert"),
        ("sslkey", "key"),
        ("sslrootcert", "ca"),
    ] {
        if let Some(file) = truthy(&config, parameter) {
            let written = file.as_str().unwrap_or_default().into();
            let open = Open {
                written,
                cause: OpenCause::File(file.as_str().unwrap_or_default().into()),
                when_unset: Some("".into()),
                below: None,
            };
            ssl.insert(option.into(), template.derived(Kind::Open(Box::new(open))));
        }
    }
    let mode = truthy(&config, "sslmode").cloned();
    let compatible = truthy(&config, "uselibpqcompat").cloned();
    let open = [mode.as_ref(), compatible.as_ref()]
        .into_iter()
        .flatten()
        .find(|value| value.as_open().is_some());
    if let Some(open) = open {
        config.insert("ssl".into(), open.clone());
        return Ok(config);
    }
    let configured = mode.is_some() || !ssl.is_empty();
    if !configured {
        let direct = config.get("sslnegotiation").and_then(Value::as_str) == Some("direct");
        if direct && !config.contains_key("ssl") {
            config.insert("ssl".into(), template.truth(true));
        }
        return Ok(config);
    }
    let mode = mode.as_ref().and_then(Value::as_str).unwrap_or_default();
    let compatible = compatible.as_ref().and_then(Value::as_str) == Some("true");
    let authority = ssl.contains_key("ca");
    let unverified = match (compatible, mode) {
        (_, "disable") => {
            config.insert("ssl".into(), template.truth(false));
            return Ok(config);
        }
        (true, "verify-ca") if !authority => return Err(Refusal::VerifyCaWithoutCa),
        (true, "prefer") => true,
        (true, "require") => !authority,
        (false, "no-verify") => true,
        _ => false,
    };
    if unverified {
        ssl.insert("rejectUnauthorized".into(), template.truth(false));
    }
    config.insert("ssl".into(), template.derived(Kind::Object(ssl)));
    Ok(config)
}

/// `config[key] = config[key] || value`
fn fill(config: &mut Object, key: &str, value: Value) {
    if is_empty(config, key) {
        config.insert(key.into(), value);
    }
}

fn is_empty(config: &Object, key: &str) -> bool {
    truthy(config, key).is_none()
}

fn truthy<'o>(config: &'o Object, key: &str) -> Option<&'o Value> {
    config.get(key).filter(|value| value.as_str() != Some(""))
}

/// `parseMysqlConnectionString` of the manager.
fn mysql_url(template: &Template<'_>) -> Result<Object, Refusal> {
    let url = Url::absolute(&template.text).ok_or(Refusal::ConnectionString)?;
    let path = url.path.strip_prefix('/').unwrap_or_default();
    if url.scheme != "mysql"
        || url.user.is_empty()
        || url.password.is_empty()
        || path.is_empty()
        || path.contains('/')
    {
        return Err(Refusal::ConnectionString);
    }
    let database = url::decode_component(path).ok_or(Refusal::ConnectionString)?;
    let port = template.part(url.port.map_or("3306".to_owned(), |port| port.to_string()));
    let port = match port.as_str().and_then(|port| port.parse().ok()) {
        Some(number) => template.derived(Kind::Number(number)),
        None => port,
    };
    let mut config = Object::default();
    config.insert("user".into(), template.part(url.user.clone()));
    config.insert("password".into(), template.part(url.password.clone()));
    config.insert("host".into(), template.part(url.host.clone()));
    config.insert("port".into(), port);
    config.insert("database".into(), template.part(database));
    let parameter = |name: &str| {
        let found = url.query.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    };
    if let Some(ssl) = parameter("ssl") {
        config.insert("ssl".into(), template.part(ssl));
    }
    if let Some(debug) = parameter("debug") {
        let debug = template.part(debug);
        let truth = debug.as_str().and_then(truth_of);
        match truth {
            Some(truth) => {
                config.insert("debug".into(), template.truth(truth));
            }
            None if debug.as_open().is_some() => {
                config.insert("debug".into(), debug);
            }
            None => {}
        }
    }
    Ok(config)
}
