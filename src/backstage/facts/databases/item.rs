//! The facts of one database.

use super::join::unknown;
use super::{Input, World, files, installed, pools, together};
use crate::backstage::database::drivers::{self, Driver};
use crate::backstage::database::{
    self, Client, ConnectionType, Division, Known, Plan, PlanError, Refusal, host, tls,
};
use crate::backstage::facts::{absent, list, object, truth};
use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Object, Origin, Value};
use crate::text::closest;

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
    pub fn facts(&self) -> Value {
        let worlds = database::worlds(self.section, self.id());
        let facts = match worlds {
            Some(worlds) => together(worlds.iter().map(|world| self.world(world)).collect()),
            None => object(self.identity(self.section)),
        };
        let origin = match self.plugin {
            Some((_, settings)) => settings.origin,
            None => self.section.origin,
        };
        facts.with_origin(origin)
    }

    /// An id under which the config sets nothing stands for every other plugin.
    fn id(&self) -> &'a str {
        self.plugin.map_or("any-other-plugin", |(plugin, _)| plugin)
    }

    fn world(&self, section: &Value) -> World {
        let mut fields = self.identity(section);
        match database::plan_section(section, self.id()) {
            Ok(plan) => {
                let files = files::tls_files(self.input, &plan, &fields);
                fields.push(("tlsFiles", files));
                fields.extend(self.of_plan(&plan, section));
                World::Works(object(fields))
            }
            // An answer that depends on an open value is as good as a working one that is not known.
            Err(PlanError::Open { .. }) => {
                let connection = fields.iter().find(|(name, _)| *name == "connection");
                let require = files::require(connection.map(|(_, value)| value));
                fields.push(("sslRequire", require));
                World::Works(object(fields))
            }
            Err(PlanError::Refused { refusal, origin }) => {
                fields.extend(refused(refusal, origin, section, self.id()));
                fields.extend(self.embedded(&fields));
                World::Fails(object(fields))
            }
        }
    }

    /// What does not need a plan.
    fn identity(&self, section: &Value) -> Vec<(&'static str, Value)> {
        let own = |key: &str| self.plugin.and_then(|(_, settings)| settings.get(key));
        let own_set = |key: &str| own(key).is_some_and(|value| value.kind != Kind::Null);
        let at = |path: &[&str]| section.at(path.iter().copied()).cloned();
        let or_base = |key: &str| {
            let own = self
                .plugin
                .and_then(|(plugin, _)| at(&["plugin", plugin, key]));
            let own = own.filter(|value| value.kind != Kind::Null);
            own.or_else(|| at(&[key])).unwrap_or_else(absent)
        };
        let client = or_base("client");
        let is = |test: fn(Client) -> bool| match (&client.kind, client.as_str()) {
            (_, Some(name)) => truth(Client::of(name).is_some_and(test)),
            (Kind::Open(_), _) => client.clone(),
            _ => absent(),
        };
        let name = self.plugin.map_or_else(absent, |(plugin, settings)| {
            Value::string(plugin).with_origin(settings.origin.map(key_alone))
        });
        let connection = match self.configured {
            true => or_base("connection"),
            false => absent(),
        };
        vec![
            ("plugin", name),
            ("base", truth(self.plugin.is_none())),
            ("who", Value::string(self.who.as_str())),
            ("installed", truth(self.installed())),
            ("configured", truth(self.configured)),
            (
                "inherits",
                truth(self.plugin.is_some() && !own_set("client") && !own_set("connection")),
            ),
            ("sqlite", is(Client::is_sqlite)),
            ("postgres", is(|client| client == Client::Postgres)),
            ("mysql", is(Client::is_mysql)),
            ("client", client),
            ("baseClient", at(&["client"]).unwrap_or_else(absent)),
            ("baseConnection", at(&["connection"]).unwrap_or_else(absent)),
            ("connection", connection),
            ("ownConnection", truth(own_set("connection"))),
            (
                "divisionMode",
                self.section
                    .get("pluginDivisionMode")
                    .cloned()
                    .unwrap_or_else(absent),
            ),
            ("prefix", at(&["prefix"]).unwrap_or_else(absent)),
            (
                "pluginEnsureSchemaExists",
                own("ensureSchemaExists").cloned().unwrap_or_else(absent),
            ),
            ("pluginSsl", own("ssl").cloned().unwrap_or_else(absent)),
        ]
    }

    fn installed(&self) -> bool {
        self.plugin
            .is_none_or(|(plugin, _)| installed::may_be_installed(self.input.packages, plugin))
    }

    fn of_plan(&self, plan: &Plan, section: &Value) -> Vec<(&'static str, Value)> {
        let mut fields = vec![
            ("clientOverridden", truth(plan.client_overridden)),
            (
                "division",
                Value::string(match plan.division {
                    Division::Database => "database",
                    Division::Schema => "schema",
                }),
            ),
            (
                "ensureExists",
                known(plan.ensure_exists).with_origin(self.written(section, "ensureExists")),
            ),
            ("ensureSchemaExists", known(plan.ensure_schema_exists)),
            ("droppedDatabase", self.dropped_database(plan)),
            ("leaks", list(plan.leaked.iter().cloned())),
        ];
        fields.extend(self.names(plan));
        fields.extend(destination(plan, self.connection_type()));
        fields.extend(self.encryption(plan, section));
        fields.extend(files::sign_in(self.input, plan));
        if plan.client.is_sqlite() {
            fields.extend(self.file(plan));
        }
        let plugin = self.plugin.map(|(plugin, _)| plugin);
        fields.extend(pools::facts(plan, section, plugin));
        fields.extend(self.drivers(plan));
        fields
    }

    /// Names that differ from plugin to plugin are left out of the base.
    fn names(&self, plan: &Plan) -> Vec<(&'static str, Value)> {
        let own = |value: &Option<Value>| {
            let value = value.clone().unwrap_or_else(absent);
            match value.as_str() {
                Some(name) if self.plugin.is_none() && name.contains(self.id()) => absent(),
                _ => value,
            }
        };
        vec![
            ("database", own(&plan.database)),
            ("schema", own(&plan.schema)),
        ]
    }

    /// The database of the base, where the manager leaves it out.
    fn dropped_database(&self, plan: &Plan) -> Value {
        let dropped = plan.dropped.clone().filter(|_| self.plugin.is_none());
        dropped.unwrap_or_else(absent)
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

    fn encryption(&self, plan: &Plan, section: &Value) -> Vec<(&'static str, Value)> {
        let Some(tls) = tls::of_plan(plan, self.input.pgsslmode) else {
            return Vec::new();
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
            tls::TlsState::Open => Value::derived(Kind::Open(Box::new(unknown()))),
            state => Value::string(state.word()),
        };
        let from = match (plan.connection_type, ssl.is_some() || tls.because.is_some()) {
            (ConnectionType::CloudSql, _) => Value::string("connector"),
            (_, true) if mode.is_some() => Value::string("url"),
            (_, true) if tls.said => Value::string("ssl"),
            (_, false) if tls.said => Value::string("PGSSLMODE"),
            _ => absent(),
        };
        let compatible = connection.get("uselibpqcompat").and_then(Value::as_str);
        vec![
            ("tls", state.with_origin(tls.because)),
            ("tlsSet", truth(tls.said)),
            ("tlsFrom", from.with_origin(tls.because)),
            ("sslText", text.cloned().unwrap_or_else(absent)),
            (
                "sslRequire",
                ssl.and_then(|ssl| ssl.get("require"))
                    .cloned()
                    .unwrap_or_else(absent),
            ),
            ("sslMode", mode.cloned().unwrap_or_else(absent)),
            ("libpqCompatible", truth(compatible == Some("true"))),
        ]
    }

    fn file(&self, plan: &Plan) -> Vec<(&'static str, Value)> {
        let connection = plan.effective.get("connection");
        let name = connection.and_then(|connection| connection.get("filename"));
        let directory = connection.and_then(|connection| connection.get("directory"));
        let memory = match name {
            Some(name) if name.as_open().is_some() => name.clone(),
            Some(name) => truth(name.as_str() == Some(":memory:")).with_origin(name.origin),
            None => absent(),
        };
        let file = name.filter(|name| {
            let in_base = name.as_str().is_some_and(|name| name.contains(self.id()));
            name.as_str() != Some(":memory:") && !(self.plugin.is_none() && in_base)
        });
        vec![
            ("inMemory", memory),
            ("file", file.cloned().unwrap_or_else(absent)),
            ("directory", directory.cloned().unwrap_or_else(absent)),
        ]
    }

    fn drivers(&self, plan: &Plan) -> Vec<(&'static str, Value)> {
        let driver = |package| drivers::driver(self.input.packages, self.input.files, package);
        let own = driver(plan.client.name());
        let mut fields = vec![
            (
                "driver",
                Value::string(own.package).with_origin(plan.client_value.origin),
            ),
            ("driverStatus", status(&own)),
            ("driverProven", truth(own.proven)),
            (
                "defaultsVersion",
                drivers::defaults_version(self.input.packages, self.input.files)
                    .map_or_else(absent, Value::string),
            ),
        ];
        let package = match plan.connection_type {
            ConnectionType::Azure => Some("@azure/identity"),
            ConnectionType::CloudSql => Some("@google-cloud/cloud-sql-connector"),
            ConnectionType::Rds => Some("@aws-sdk/rds-signer"),
            ConnectionType::Default | ConnectionType::Open => None,
        };
        if let Some(needed) = package.map(driver) {
            let kind = self.connection_type();
            fields.push((
                "typeDriver",
                Value::string(needed.package).with_origin(kind),
            ));
            fields.push(("typeDriverStatus", status(&needed)));
        }
        fields
    }

    /// The driver of `embedded-postgres`, which the command line tools replace in development and the manager does not
    /// know.
    fn embedded(&self, fields: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
        let client = fields.iter().find(|(name, _)| *name == "client");
        let Some((_, client)) = client.filter(|(_, client)| client.as_str() == Some(EMBEDDED))
        else {
            return Vec::new();
        };
        let driver = drivers::driver(self.input.packages, self.input.files, EMBEDDED);
        vec![
            (
                "driver",
                Value::string(driver.package).with_origin(client.origin),
            ),
            ("driverStatus", status(&driver)),
            ("driverProven", truth(driver.proven)),
        ]
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

/// A refused plan: why, and where.
fn refused(
    refusal: Refusal,
    origin: Option<Origin>,
    section: &Value,
    plugin: &str,
) -> Vec<(&'static str, Value)> {
    let origin = match refusal {
        Refusal::ClientMissing | Refusal::IllTyped => origin.map(key_alone),
        _ => origin,
    };
    let own = section
        .at(["plugin", plugin, "client"])
        .and_then(Value::as_str);
    let client = own.or_else(|| section.get("client").and_then(Value::as_str));
    let meant = match (refusal, client) {
        (Refusal::ClientUnknown, Some(client)) => meant_client(client),
        _ => None,
    };
    vec![
        ("error", Value::string(refusal.word()).with_origin(origin)),
        (
            "errorText",
            Value::string(refusal.phrase()).with_origin(origin),
        ),
        ("clientMeant", meant.map_or_else(absent, Value::string)),
    ]
}

/// The client that a person probably means.
fn meant_client(written: &str) -> Option<&'static str> {
    let lower = written.to_ascii_lowercase();
    match lower.as_str() {
        "postgres" | "postgresql" | "psql" | "pgsql" | "postgre" => Some("pg"),
        "sqlite" | "better-sqlite" | "memory" | ":memory:" => Some("better-sqlite3"),
        "mariadb" => Some("mysql2"),
        "embedded-postgres" => None,
        lower => Client::of(lower)
            .map(Client::name)
            .or_else(|| closest(lower, Client::ALL.map(Client::name))),
    }
}

fn destination(plan: &Plan, kind_at: Option<Origin>) -> Vec<(&'static str, Value)> {
    let Some(to) = host::destination(plan) else {
        return Vec::new();
    };
    let kind = match plan.connection_type {
        ConnectionType::Default => Value::string("default"),
        ConnectionType::Azure => Value::string("azure"),
        ConnectionType::CloudSql => Value::string("cloudsql"),
        ConnectionType::Rds => Value::string("rds"),
        ConnectionType::Open => Value::derived(Kind::Open(Box::new(unknown()))),
    };
    let port = plan
        .connection()
        .and_then(|connection| connection.get("port"))
        // A URL without a port has it empty.
        .filter(|port| port.as_str() != Some(""));
    let by_default = to.host.as_ref().and_then(Value::as_open);
    let by_default = by_default.and_then(|open| open.when_unset.as_deref());
    vec![
        ("connectionType", kind.with_origin(kind_at)),
        ("hostLocal", known(to.local)),
        (
            "hostDefaultLocal",
            truth(by_default.is_some_and(is_local_host)),
        ),
        ("socket", known(to.socket)),
        ("host", to.host.unwrap_or_else(absent)),
        ("port", port.cloned().unwrap_or_else(absent)),
    ]
}

fn status(driver: &Driver) -> Value {
    let origin = driver.place.map(|value| Origin { value, key: None });
    Value::string(driver.status.word()).with_origin(origin)
}

fn known(truth_value: Known<bool>) -> Value {
    match truth_value {
        Known::Known(known) => truth(known),
        Known::Open => Value::derived(Kind::Open(Box::new(unknown()))),
    }
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
