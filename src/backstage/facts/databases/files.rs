//! The files of certificates and keys that a connection names, and where its password is from.
//!
//! In: a plan, the connection as it is written, and the files of the repository. Out: facts. Never: the contents of a
//! file, or a password.

use super::Input;
use super::fields::{Database, Identity, SignIn, TlsFile};
use crate::backstage::database::{Client, Plan};
use crate::backstage::facts::fact::{Bool, Config, List, Text};
use crate::backstage::value::{Kind, Object, Value};

/// Parameters of a PostgreSQL URL, and options of `ssl`, that hold the same.
const OPTIONS: [(&str, &str); 3] = [
    ("sslrootcert", "ca"),
    ("sslcert", "cert"),
    ("sslkey", "key"),
];

/// `facts.tlsFiles`: those of all these databases.
pub fn of_databases(databases: &List<Database>) -> List<TlsFile> {
    let databases = databases.items().iter();
    databases
        .flat_map(|database| database.encryption.tls_files.items())
        .cloned()
        .collect()
}

/// The files that the TLS of a plan needs.
pub fn tls_files(input: &Input<'_>, plan: &Plan, identity: &Identity) -> List<TlsFile> {
    let (Some(connection), Some(written)) = (plan.connection(), identity.connection.get()) else {
        return List::Known(Vec::new());
    };
    let by_url = matches!(written.kind, Kind::String(_) | Kind::Open(_));
    match (plan.client, by_url) {
        (Client::Postgres, true) => of_url(input, connection, written, identity),
        (Client::Postgres | Client::Mysql | Client::Mysql2, false) => {
            of_options(connection, identity)
        }
        _ => List::Known(Vec::new()),
    }
}

/// `sslrootcert` and its kind in a URL: the driver reads the file when the app starts.
fn of_url(
    input: &Input<'_>,
    connection: &Object,
    written: &Value,
    identity: &Identity,
) -> List<TlsFile> {
    let parameter = |(parameter, _): &(&'static str, &'static str)| {
        let file = connection.get(*parameter)?;
        let path = file.as_str().filter(|path| !path.is_empty())?;
        Some(TlsFile {
            origin: written.origin,
            option: (*parameter).into(),
            form: "url".into(),
            path: Text::from(path).with_origin(written.origin),
            absolute: path.starts_with('/').into(),
            found: is_found(input, path).into(),
            who: identity.who.clone(),
            installed: identity.installed.clone(),
        })
    };
    OPTIONS.iter().filter_map(parameter).collect()
}

/// `ssl.ca` and its kind, where the path of a file stands in the place of its text.
fn of_options(connection: &Object, identity: &Identity) -> List<TlsFile> {
    let ssl = connection.get("ssl").and_then(Value::as_object);
    let option = |(_, option): &(&'static str, &'static str)| {
        let value = ssl?.get(*option)?;
        let path = value.as_str().filter(|text| is_path(text))?;
        Some(TlsFile {
            origin: value.origin,
            option: (*option).into(),
            form: "text".into(),
            path: Text::from(path).with_origin(value.origin),
            absolute: path.starts_with('/').into(),
            found: Bool::default(),
            who: identity.who.clone(),
            installed: identity.installed.clone(),
        })
    };
    OPTIONS.iter().filter_map(option).collect()
}

/// A path is looked up in the folder that the process is started in: that of the app, or of its backend.
fn is_found(input: &Input<'_>, path: &str) -> bool {
    let backend = input.packages.backend.as_ref();
    let folders = [
        Some(input.folder.clone()),
        backend.map(|own| own.path.parent()),
    ];
    folders
        .into_iter()
        .flatten()
        .any(|folder| input.files.is_file(&folder.join(path)))
}

/// Whether a text is the name of a file rather than a certificate or key.
fn is_path(text: &str) -> bool {
    const ENDS: [&str; 5] = [".pem", ".crt", ".cer", ".key", ".cert"];
    let one_line = !text.contains('\n') && !text.contains("-----");
    one_line
        && ENDS
            .iter()
            .any(|end| text.to_ascii_lowercase().ends_with(end))
}

/// Which layers set the literal password and the host of a plan.
pub fn sign_in(input: &Input<'_>, plan: &Plan) -> SignIn {
    let value = |key: &str| plan.connection().and_then(|connection| connection.get(key));
    let from = |value: Option<&Value>| {
        let origin = value.and_then(|value| value.origin);
        let role = origin.and_then(|origin| (input.role_of)(origin.value));
        role.map_or_else(Text::default, |role| Text::from(role).with_origin(origin))
    };
    // Of a URL both are parts of one value: then there is nothing to tell apart.
    let is_spelt =
        |value: &&Value| matches!(&value.kind, Kind::String(text) if text.style.is_some());
    SignIn {
        origin: None,
        password_from: from(value("password").filter(is_spelt)),
        host_from: from(value("host")),
    }
}

/// `ssl.require` of a connection as it is written, whatever its client.
pub fn require(identity: &Identity) -> Config {
    let connection = identity.connection.get();
    connection
        .and_then(|connection| connection.at(["ssl", "require"]))
        .into()
}
