//! The files of certificates and keys that a connection names, and where its password is from.
//!
//! In: a plan, the connection as it is written, and the files of the repository. Out: facts. Never: the contents of a
//! file, or a password.

use super::Input;
use crate::backstage::database::{Client, Plan};
use crate::backstage::facts::{absent, list, object, truth};
use crate::backstage::value::{Kind, Object, Value};

/// Parameters of a PostgreSQL URL, and options of `ssl`, that hold the same.
const OPTIONS: [(&str, &str); 3] = [
    ("sslrootcert", "ca"),
    ("sslcert", "cert"),
    ("sslkey", "key"),
];

/// `facts.tlsFiles`: those of all these databases.
pub fn of_databases(databases: &Value) -> Value {
    let files = |database: &Value| -> Vec<Value> {
        let files = database.get("tlsFiles").and_then(Value::as_array);
        files.unwrap_or_default().to_vec()
    };
    let databases = databases.as_array().unwrap_or_default();
    list(databases.iter().flat_map(files))
}

/// The files that the TLS of a plan needs. `identity` is what is known of the database without the plan, its connection
/// as the config has it among that.
pub fn tls_files(input: &Input<'_>, plan: &Plan, identity: &[(&'static str, Value)]) -> Value {
    let of_identity = |name: &str| identity.iter().find(|(own, _)| *own == name);
    let written = of_identity("connection").map(|(_, written)| written);
    let (Some(connection), Some(written)) = (plan.connection(), written) else {
        return list([]);
    };
    let by_url = matches!(written.kind, Kind::String(_) | Kind::Open(_));
    let found = match (plan.client, by_url) {
        (Client::Postgres, true) => of_url(input, connection, written),
        (Client::Postgres | Client::Mysql | Client::Mysql2, false) => of_options(connection),
        _ => Vec::new(),
    };
    let whose = ["who", "installed"].map(of_identity);
    list(found.into_iter().map(|mut file| {
        if let Kind::Object(fields) = &mut file.kind {
            let whose = whose.iter().flatten();
            fields.extend(whose.map(|(name, value)| ((*name).into(), value.clone())));
        }
        file
    }))
}

/// `sslrootcert` and its kind in a URL: the driver reads the file when the app starts.
fn of_url(input: &Input<'_>, connection: &Object, written: &Value) -> Vec<Value> {
    let parameter = |(parameter, _): &(&'static str, &'static str)| {
        let file = connection.get(*parameter)?;
        let path = file.as_str().filter(|path| !path.is_empty())?;
        let known = object([
            ("option", Value::string(*parameter)),
            ("form", Value::string("url")),
            ("path", Value::string(path).with_origin(written.origin)),
            ("absolute", truth(path.starts_with('/'))),
            ("found", truth(is_found(input, path))),
        ]);
        Some(known.with_origin(written.origin))
    };
    OPTIONS.iter().filter_map(parameter).collect()
}

/// `ssl.ca` and its kind, where the path of a file stands in the place of its text.
fn of_options(connection: &Object) -> Vec<Value> {
    let Some(ssl) = connection.get("ssl").and_then(Value::as_object) else {
        return Vec::new();
    };
    let option = |(_, option): &(&'static str, &'static str)| {
        let value = ssl.get(*option)?;
        let path = value.as_str().filter(|text| is_path(text))?;
        let known = object([
            ("option", Value::string(*option)),
            ("form", Value::string("text")),
            ("path", Value::string(path).with_origin(value.origin)),
            ("absolute", truth(path.starts_with('/'))),
        ]);
        Some(known.with_origin(value.origin))
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
pub fn sign_in(input: &Input<'_>, plan: &Plan) -> Vec<(&'static str, Value)> {
    let value = |key: &str| plan.connection().and_then(|connection| connection.get(key));
    let from = |value: Option<&Value>| {
        let value = value?;
        let role = (input.role_of)(value.place()?)?;
        Some(Value::string(role).with_origin(value.origin))
    };
    // Of a URL both are parts of one value: then there is nothing to tell apart.
    let is_spelt =
        |value: &&Value| matches!(&value.kind, Kind::String(text) if text.style.is_some());
    let password = value("password").filter(is_spelt);
    vec![
        ("passwordFrom", from(password).unwrap_or_else(absent)),
        ("hostFrom", from(value("host")).unwrap_or_else(absent)),
    ]
}

/// `ssl.require` of a connection as it is written, whatever its client.
pub fn require(connection: Option<&Value>) -> Value {
    let require = connection.and_then(|connection| connection.at(["ssl", "require"]));
    require.cloned().unwrap_or_else(absent)
}
