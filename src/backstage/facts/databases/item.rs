//! The facts of one database.

use super::fields::{
    Database, DatabaseError, Destination, Drivers, Encryption, Identity, Layout, Neighbours,
    Refused, SqliteFile,
};
use super::{Input, World, files, installed, pools, together};
use crate::backstage::database::drivers::{self, Driver};
use crate::backstage::database::{
    self, Client, ConnectionType, Division, NoPlan, Plan, Refusal, Shape, host, tls,
};
use crate::backstage::facts::fact::{Bool, Text};
use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Object, Origin, Value};
use source::{ConfigPath, Part};

/// A client of the command line tools.
const EMBEDDED: &str = "embedded-postgres";

/// One database to be described.
pub struct Item<'a> {
    input: &'a Input<'a>,
    section: &'a Value,
    configured: bool,
    /// The plugin and its settings; `None` for the base.
    plugin: Option<(&'a str, &'a Value)>,
    who: String,
}

impl<'a> Item<'a> {
    /// What every plugin without settings of its own gets.
    pub fn base(input: &'a Input<'a>, section: &'a Value, configured: bool, who: &str) -> Self {
        Self {
            input,
            section,
            configured,
            plugin: None,
            who: who.to_owned(),
        }
    }

    /// What a plugin with settings of its own gets.
    pub fn plugin(
        input: &'a Input<'a>,
        section: &'a Value,
        plugin: &'a str,
        settings: &'a Value,
    ) -> Self {
        Self {
            input,
            section,
            configured: true,
            plugin: Some((plugin, settings)),
            who: format!("plugin `{plugin}`"),
        }
    }

    /// Its facts: what all shapes of the config agree on.
    pub fn facts(&self) -> Database {
        let shapes = database::plan(self.input.config, self.id(), &self.input.runtime);
        let database = match shapes {
            Some(shapes) => together(shapes.iter().map(|shape| self.world(shape)).collect()),
            None => Database {
                identity: self.identity(self.section),
                ..Database::default()
            },
        };
        let origin = match self.plugin {
            Some((_, settings)) => settings.origin,
            None => self.section.origin,
        };
        Database { origin, ..database }
    }

    /// An id under which the config sets nothing stands for every other plugin.
    fn id(&self) -> &'a str {
        self.plugin.map_or("any-other-plugin", |(plugin, _)| plugin)
    }

    fn world(&self, shape: &Shape) -> World {
        let (section, planned) = (&shape.section, &shape.planned);
        let identity = self.identity(section);
        let mut database = match &planned.plan {
            Ok(plan) => self.of_plan(identity, plan, section),
            // An answer that depends on an open value is as good as a working one that is not known.
            Err(NoPlan::Open | NoPlan::PluginId) => Database {
                encryption: Encryption {
                    ssl_require: files::require(&identity),
                    ..Encryption::default()
                },
                identity,
                ..Database::default()
            },
            Err(NoPlan::Refused) => Database {
                drivers: self.embedded(&identity),
                identity,
                ..Database::default()
            },
        };
        if planned.refused.is_empty() {
            return World::Works(database);
        }
        // Of a type that the release does not have yet, the package is not what is missing.
        let is_later = |fault: &database::Refused| fault.refusal == Refusal::ConnectionTypeLater;
        if planned.refused.iter().any(is_later) {
            database.drivers.type_driver = Text::default();
            database.drivers.type_driver_status = Text::default();
        }
        database.refused = refused(&planned.refused, section, self.id());
        World::Fails(database)
    }

    /// What does not need a plan.
    fn identity(&self, section: &Value) -> Identity {
        let own = |key: &str| self.plugin.and_then(|(_, settings)| settings.get(key));
        let own_set = |key: &str| own(key).is_some_and(|value| value.kind != Kind::Null);
        let or_base = |key: &str| {
            let own = self
                .plugin
                .and_then(|(plugin, _)| section.at(["plugin", plugin, key]));
            let own = own.filter(|value| value.kind != Kind::Null);
            own.or_else(|| section.get(key))
        };
        let client = or_base("client");
        let is = |test: fn(Client) -> bool| match client.map(|client| (&client.kind, client)) {
            Some((Kind::String(name), _)) => Client::of(&name.value).is_some_and(test).into(),
            Some((Kind::Open(_), client)) => client.into(),
            _ => Bool::default(),
        };
        Identity {
            origin: None,
            plugin: self
                .plugin
                .map_or_else(Text::default, |(plugin, settings)| {
                    Text::from(plugin).with_origin(settings.origin.map(key_alone))
                }),
            base: self.plugin.is_none().into(),
            who: self.who.as_str().into(),
            installed: self.installed().into(),
            configured: self.configured.into(),
            inherits: (self.plugin.is_some() && !own_set("client") && !own_set("connection"))
                .into(),
            client: client.into(),
            base_client: section.get("client").into(),
            base_connection: section.get("connection").into(),
            sqlite: is(Client::is_sqlite),
            postgres: is(|client| client == Client::Postgres),
            mysql: is(Client::is_mysql),
            connection: or_base("connection").filter(|_| self.configured).into(),
            own_connection: own_set("connection").into(),
            division_mode: self.section.get("pluginDivisionMode").into(),
            prefix: section.get("prefix").into(),
            schema_prefix: section
                .get("schemaPrefix")
                .filter(|_| !self.input.runtime.release.reads_schema_prefix().is(false))
                .into(),
            plugin_ensure_schema_exists: own("ensureSchemaExists").into(),
            plugin_ssl: own("ssl").into(),
        }
    }

    fn installed(&self) -> bool {
        self.plugin
            .is_none_or(|(plugin, _)| installed::may_be_installed(self.input.packages, plugin))
    }

    fn of_plan(&self, identity: Identity, plan: &Plan, section: &Value) -> Database {
        let plugin = self.plugin.map(|(plugin, _)| plugin);
        Database {
            origin: None,
            destination: self.destination(plan, section),
            encryption: self.encryption(plan, section, &identity),
            sign_in: files::sign_in(self.input, plan),
            file: self.file(plan),
            pools: pools::facts(plan, section, plugin),
            drivers: self.drivers(plan),
            layout: self.layout(plan, section),
            identity,
            refused: Refused::default(),
            neighbours: Neighbours::default(),
        }
    }

    /// Names that differ from plugin to plugin are left out of the base.
    fn layout(&self, plan: &Plan, section: &Value) -> Layout {
        let own = |value: &Option<Value>| {
            let of_stand_in = |value: &&Value| {
                let name = value.as_str();
                self.plugin.is_none() && name.is_some_and(|name| name.contains(self.id()))
            };
            Text::from(value.as_ref().filter(|value| !of_stand_in(value)))
        };
        let division = match plan.division {
            Division::Database => "database",
            Division::Schema => "schema",
        };
        let dropped = plan.dropped.as_ref().filter(|_| self.plugin.is_none());
        let of_base = section.at(["connection", "connectionString"]);
        let winning = plan.connection_string.as_ref();
        let is_shared = plan.division == Division::Database
            && winning
                .zip(of_base)
                .is_some_and(|(winning, of_base)| winning.origin == of_base.origin);
        Layout {
            origin: None,
            client_overridden: plan.client_overridden.into(),
            database: own(&plan.database),
            schema: own(&plan.schema),
            division: division.into(),
            shared_by_string: match is_shared {
                true => Bool::from(true).with_origin(winning.and_then(|text| text.origin)),
                false => Bool::default(),
            },
            ensure_exists: Bool::from(plan.ensure_exists)
                .with_origin(self.written(section, "ensureExists")),
            ensure_schema_exists: plan.ensure_schema_exists.into(),
            dropped_database: dropped.into(),
            leaks: plan.leaked.iter().map(Text::from).collect(),
        }
    }

    /// Whether a part of the connection comes from its URL: it then stands where the whole URL does.
    fn is_in_url(&self, part: &Value, section: &Value) -> bool {
        let connections = [
            section.at(["connection"]),
            section.at(["plugin", self.id(), "connection"]),
        ];
        let mut connections = connections.into_iter().flatten();
        connections.any(|connection| connection.origin == part.origin)
    }

    fn encryption(&self, plan: &Plan, section: &Value, identity: &Identity) -> Encryption {
        let tls_files = files::tls_files(self.input, plan, identity);
        let Some(tls) = tls::of_plan(plan, self.input.pgsslmode) else {
            return Encryption {
                tls_files,
                ..Encryption::default()
            };
        };
        let empty = Object::default();
        let connection = plan.connection().unwrap_or(&empty);
        let ssl = connection.get("ssl");
        // The driver reads `sslmode` in a URL only.
        let mode = connection
            .get("sslmode")
            .filter(|mode| self.is_in_url(mode, section));
        let text =
            ssl.filter(|ssl| matches!(ssl.kind, Kind::String(_) | Kind::Open(_)) && mode.is_none());
        let state = match tls.state {
            tls::TlsState::Open => Text::open(),
            state => state.word().into(),
        };
        let from = match (plan.connection_type, ssl.is_some() || tls.because.is_some()) {
            (ConnectionType::CloudSql, _) => "connector".into(),
            (_, true) if mode.is_some() => "url".into(),
            (_, true) if tls.said => "ssl".into(),
            (_, false) if tls.said => "PGSSLMODE".into(),
            _ => Text::default(),
        };
        let compatible = connection.get("uselibpqcompat").and_then(Value::as_str);
        Encryption {
            origin: None,
            tls: state.with_origin(tls.because),
            tls_set: tls.said.into(),
            tls_from: from.with_origin(tls.because),
            ssl_text: text.into(),
            reject_text: ssl
                .and_then(|ssl| ssl.get("rejectUnauthorized"))
                .filter(|reject| matches!(reject.kind, Kind::String(_) | Kind::Open(_)))
                .into(),
            ssl_require: ssl.and_then(|ssl| ssl.get("require")).into(),
            ssl_mode: mode.into(),
            libpq_compatible: (compatible == Some("true")).into(),
            tls_files,
        }
    }

    fn file(&self, plan: &Plan) -> SqliteFile {
        if !plan.client.is_sqlite() {
            return SqliteFile::default();
        }
        let connection = plan.effective.get("connection");
        let name = connection.and_then(|connection| connection.get("filename"));
        let directory = connection.and_then(|connection| connection.get("directory"));
        let memory = match name {
            Some(name) if name.as_open().is_some() => name.into(),
            Some(name) => Bool::from(name.as_str() == Some(":memory:")).with_origin(name.origin),
            None => Bool::default(),
        };
        let file = name.filter(|name| {
            let in_base = name.as_str().is_some_and(|name| name.contains(self.id()));
            name.as_str() != Some(":memory:") && !(self.plugin.is_none() && in_base)
        });
        SqliteFile {
            origin: None,
            in_memory: memory,
            file: file.into(),
            directory: directory.into(),
        }
    }

    fn drivers(&self, plan: &Plan) -> Drivers {
        let driver = |package| drivers::driver(self.input.packages, self.input.files, package);
        let own = driver(match plan.client {
            Client::Sqlite3 => drivers::sqlite3_package(self.input.packages, self.input.files),
            client => client.name(),
        });
        let package = match plan.connection_type {
            ConnectionType::Azure => Some("@azure/identity"),
            ConnectionType::CloudSql => Some("@google-cloud/cloud-sql-connector"),
            ConnectionType::Rds => Some("@aws-sdk/rds-signer"),
            ConnectionType::Default | ConnectionType::Open => None,
        };
        let needed = package.map(driver);
        let defaults = drivers::defaults_version(self.input.packages, self.input.files);
        Drivers {
            origin: None,
            driver: Text::from(own.package).with_origin(plan.client_value.origin),
            driver_status: status(&own),
            type_driver: Text::optional(package).with_origin(self.connection_type()),
            type_driver_status: needed.as_ref().map_or_else(Text::default, status),
            driver_proven: own.proven.into(),
            defaults_version: Text::optional(defaults),
        }
    }

    /// The driver of `embedded-postgres`, which the command line tools replace in development and the manager does not
    /// know.
    fn embedded(&self, identity: &Identity) -> Drivers {
        if identity.client.known() != Some(EMBEDDED) {
            return Drivers::default();
        }
        let driver = drivers::driver(self.input.packages, self.input.files, EMBEDDED);
        Drivers {
            driver: Text::from(driver.package).with_origin(identity.client.origin()),
            driver_status: status(&driver),
            driver_proven: driver.proven.into(),
            ..Drivers::default()
        }
    }

    fn destination(&self, plan: &Plan, section: &Value) -> Destination {
        let Some(to) = host::destination(plan, section.get("connection")) else {
            return Destination::default();
        };
        let kind = match plan.connection_type {
            ConnectionType::Default => "default".into(),
            ConnectionType::Azure => "azure".into(),
            ConnectionType::CloudSql => "cloudsql".into(),
            ConnectionType::Rds => "rds".into(),
            ConnectionType::Open => Text::open(),
        };
        let by_default = to.host.as_ref().and_then(Value::as_open);
        let by_default = by_default.and_then(|open| open.when_unset.as_deref());
        Destination {
            origin: None,
            connection_type: kind.with_origin(self.connection_type()),
            read_as_url: to.read_as_url.clone().into(),
            host_local: to.local.into(),
            host_default_local: by_default.is_some_and(is_local_host).into(),
            socket: to.socket.into(),
            host: to.host.into(),
            port: to.port.into(),
        }
    }

    /// Where a setting stands: the plugin's, else that of the base.
    fn written(&self, section: &Value, key: &str) -> Option<Origin> {
        let own = self
            .plugin
            .and_then(|(plugin, _)| section.at(["plugin", plugin, key]));
        let own = own.filter(|value| value.kind != Kind::Null);
        own.or_else(|| section.get(key))?.origin
    }

    /// Where `connection.type` stands.
    fn connection_type(&self) -> Option<Origin> {
        let own = self
            .plugin
            .and_then(|(_, settings)| settings.at(["connection", "type"]));
        own.or_else(|| self.section.at(["connection", "type"]))?
            .origin
    }
}

/// What is refused: why, and where.
fn refused(faults: &[database::Refused], section: &Value, plugin: &str) -> Refused {
    let own_type = section.at(["plugin", plugin, "connection", "type"]);
    let kind = own_type.or_else(|| section.at(["connection", "type"]));
    let first_with = match kind.and_then(Value::as_str) {
        Some("azure") => database::first_with(ConnectionType::Azure),
        Some("rds") => database::first_with(ConnectionType::Rds),
        _ => None,
    };
    let error = |fault: &database::Refused| {
        let is_later = fault.refusal == Refusal::ConnectionTypeLater;
        let origin = match fault.refusal {
            Refusal::ClientMissing | Refusal::IllTyped => fault.origin.map(key_alone),
            _ => fault.origin,
        };
        DatabaseError {
            origin: None,
            error: Text::from(fault.refusal.word()).with_origin(origin),
            text: Text::from(fault.refusal.phrase()).with_origin(origin),
            setting: Text::from(setting(section, fault.origin).to_string()),
            connection_type: kind.filter(|kind| kind.origin == fault.origin).into(),
            first_with_type: Text::optional(first_with.filter(|_| is_later)),
        }
    };
    let errors: Vec<DatabaseError> = faults.iter().map(error).collect();
    let own = section
        .at(["plugin", plugin, "client"])
        .and_then(Value::as_str);
    let client = own.or_else(|| section.get("client").and_then(Value::as_str));
    let mut faults = faults.iter();
    let client = client.filter(|_| faults.any(|it| it.refusal == Refusal::ClientUnknown));
    let first = errors.first().cloned().unwrap_or_default();
    Refused {
        origin: None,
        error: first.error,
        error_text: first.text,
        errors: errors.into_iter().collect(),
        client_meant: Text::optional(client.and_then(database::meant_client)),
    }
}

/// The path of the value with this origin; that of `backend.database` itself where no value in it has the origin.
fn setting(section: &Value, origin: Option<Origin>) -> ConfigPath {
    let mut path = ConfigPath::root();
    for key in ["backend", "database"] {
        path.push(Part::Key(key.into()));
    }
    if origin.is_some() {
        find(section, origin, &mut path);
    }
    path
}

/// Whether `value` or a value in it has the origin; `path` then leads to it, and is left as it was otherwise.
fn find(value: &Value, origin: Option<Origin>, path: &mut ConfigPath) -> bool {
    if value.origin == origin {
        return true;
    }
    let Some(object) = value.as_object() else {
        return false;
    };
    for (key, value) in object {
        path.push(Part::Key(key.clone()));
        if find(value, origin, path) {
            return true;
        }
        path.pop();
    }
    false
}

fn status(driver: &Driver) -> Text {
    Text::from(driver.status.word()).at(driver.place)
}

/// The place of a key alone, so that a label does not cover the whole mapping.
fn key_alone(origin: Origin) -> Origin {
    match origin.key {
        Some(key) => Origin {
            value: key,
            key: None,
        },
        None => origin,
    }
}
