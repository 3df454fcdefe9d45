//! The facts of one database as cells.

use super::shown::Shown;
use crate::backstage::facts::fact::Fact as _;
use crate::backstage::value::{Kind, Value};
use crate::check::effective::ChainConfig;
use crate::text::Place;
use npm_yaml::number;

/// What each row says, in this order.
pub(crate) const COLUMNS: [&str; 6] = ["client", "where", "database", "tls", "pool", "driver"];

/// What one plugin gets, or every plugin without settings of its own.
pub(crate) struct Row {
    /// The plugin; `None` for the base.
    pub(crate) plugin: Option<String>,
    /// Whose it is, in words.
    pub(crate) who: String,
    /// A cell for each of [`COLUMNS`].
    pub(crate) cells: [Cell; 6],
    /// What the manager throws about, one by one.
    pub(crate) errors: Vec<Refused>,
}

/// Why the app does not start with it.
pub(crate) struct Refused {
    /// As `facts.databases[].error` names it.
    pub(crate) id: String,
    /// For people.
    pub(crate) text: String,
    /// Where the value stands that is refused.
    pub(crate) from: Option<Source>,
}

/// One thing said about a database.
#[derive(Default)]
pub(crate) struct Cell {
    /// What; `None` where it does not apply.
    pub(crate) text: Option<String>,
    /// Where that came from, each source once.
    pub(crate) from: Vec<Source>,
}

/// Where something came from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A line of a file.
    Place(Place),
    /// No file: `default` or `environment`.
    Word(&'static str),
}

const DEFAULT: Source = Source::Word("default");
const ENVIRONMENT: Source = Source::Word("environment");

/// The rows of a chain: the base first, then the plugins as the config names them.
pub(crate) fn rows(chain: &ChainConfig, shown: &Shown<'_>) -> Vec<Row> {
    let databases = chain.databases.items().iter().cloned();
    databases
        .map(|database| {
            let facts = &database.into_value();
            Database { facts, shown }.row()
        })
        .collect()
}

impl Row {
    /// The cell of one of [`COLUMNS`].
    pub(crate) fn cell(&self, column: &str) -> Option<&Cell> {
        let at = COLUMNS.iter().position(|name| *name == column)?;
        self.cells.get(at)
    }
}

/// One of `facts.databases`.
struct Database<'d> {
    facts: &'d Value,
    shown: &'d Shown<'d>,
}

impl Database<'_> {
    fn row(&self) -> Row {
        Row {
            plugin: self.text("plugin"),
            who: self.text("who").unwrap_or_default(),
            cells: [
                self.client(),
                self.destination(),
                self.database(),
                self.tls(),
                self.pool(),
                self.driver(),
            ],
            errors: self.errors(),
        }
    }

    fn errors(&self) -> Vec<Refused> {
        let errors = self.facts.get("errors").and_then(Value::as_array);
        let of = |facts| {
            let error = Database {
                facts,
                shown: self.shown,
            };
            let id = error.text("error")?;
            Some(Refused {
                text: error.text("text").unwrap_or_else(|| id.clone()),
                from: facts.get("error").and_then(Value::place).map(Source::Place),
                id,
            })
        };
        errors.unwrap_or_default().iter().filter_map(of).collect()
    }

    fn client(&self) -> Cell {
        let otherwise = match self.is("configured") {
            Some(false) => DEFAULT,
            _ => ENVIRONMENT,
        };
        self.cell("client", otherwise)
    }

    /// Host and port, or that it is a file or the memory of the process.
    fn destination(&self) -> Cell {
        if self.is("inMemory") == Some(true) {
            return self.labelled("in memory", "inMemory");
        }
        if self.is("sqlite") == Some(true) {
            return match self.has("inMemory") {
                true => self.labelled("local file", "file"),
                false => Cell::default(),
            };
        }
        if self.text("connectionType").as_deref() == Some("cloudsql") {
            return self.instance();
        }
        let Some(host) = self.text("host") else {
            return match self.has("tls") {
                true => Cell::of("localhost", DEFAULT),
                false => Cell::default(),
            };
        };
        let mut cell = self.cell("host", ENVIRONMENT);
        let mut text = host;
        if let Some(port) = self.text("port") {
            text = format!("{text}:{port}");
            cell.add(self.source("port", ENVIRONMENT));
        }
        match self.text("connectionType") {
            Some(kind) if kind != "default" => text = format!("{text}, {kind}"),
            _ => {}
        }
        cell.text = Some(text);
        cell
    }

    /// The instance that the connector of Cloud SQL looks up.
    fn instance(&self) -> Cell {
        let connection = self.facts.get("connection");
        let connection = connection.map(|facts| Database {
            facts,
            shown: self.shown,
        });
        let instance = connection.map(|connection| connection.cell("instance", ENVIRONMENT));
        let mut cell = instance.unwrap_or_default();
        cell.text = cell.text.map(|text| format!("{text}, cloudsql"));
        cell
    }

    /// The name of the database and the schema in it, or the file.
    fn database(&self) -> Cell {
        if self.has("file") {
            return self.cell("file", DEFAULT);
        }
        if self.is("sqlite") == Some(true) || !self.has("division") {
            return Cell::default();
        }
        let by_schema = self.text("division").as_deref() == Some("schema");
        let mut cell = match (self.has("database"), by_schema) {
            (true, _) => self.cell("database", DEFAULT),
            (false, true) => Cell::of("the server's default", DEFAULT),
            (false, false) => {
                if let Some(string) = self.place("sharedByString") {
                    return Cell::of("the user's name", Source::Place(string));
                }
                let prefix = self.text("prefix");
                let prefix = prefix.as_deref().unwrap_or("backstage_plugin_");
                Cell {
                    text: Some(format!("{prefix}PLUGIN")),
                    from: vec![self.source("prefix", DEFAULT)],
                }
            }
        };
        if by_schema {
            let schema = self.text("schema").unwrap_or_else(|| {
                let prefix = self.text("schemaPrefix").unwrap_or_default();
                format!("{prefix}PLUGIN")
            });
            let text = cell.text.unwrap_or_default();
            cell.text = Some(format!("{text}, schema {schema}"));
            cell.add(self.source("divisionMode", DEFAULT));
            if let Some(prefix) = self.place("schemaPrefix") {
                cell.add(Source::Place(prefix));
            }
        }
        cell
    }

    fn tls(&self) -> Cell {
        let otherwise = match self.text("tlsFrom").as_deref() {
            Some("PGSSLMODE") => Source::Word("PGSSLMODE"),
            Some("connector") => Source::Word("connector"),
            Some(_) => ENVIRONMENT,
            None => DEFAULT,
        };
        self.cell("tls", otherwise)
    }

    fn pool(&self) -> Cell {
        let Some(pool) = self.facts.get("pool") else {
            return Cell::default();
        };
        let pool = Database {
            facts: pool,
            shown: self.shown,
        };
        let size = |which: &str| pool.text(which).unwrap_or_else(|| "?".to_owned());
        let text = match (size("min"), size("max")) {
            (min, max) if min == max && min != "?" => min,
            (min, max) => format!("{min} to {max}"),
        };
        let mut cell = Cell::of(&text, pool.source("min", DEFAULT));
        cell.add(pool.source("max", DEFAULT));
        cell
    }

    fn driver(&self) -> Cell {
        let mut cell = Cell::default();
        for (package, status) in [
            ("driver", "driverStatus"),
            ("typeDriver", "typeDriverStatus"),
        ] {
            let Some(name) = self.text(package) else {
                continue;
            };
            let status_text = self.text(status).unwrap_or_else(|| "unknown".to_owned());
            let said = format!("{name} ({status_text})");
            cell.text = Some(match cell.text.take() {
                Some(text) => format!("{text}, {said}"),
                None => said,
            });
            if let Some(place) = self.facts.get(status).and_then(Value::place) {
                cell.add(Source::Place(place));
            }
        }
        cell
    }

    /// A fact as it is, with where it came from.
    fn cell(&self, fact: &str, otherwise: Source) -> Cell {
        match self.text(fact) {
            Some(text) => Cell::of(&text, self.source(fact, otherwise)),
            None => Cell::default(),
        }
    }

    /// Words of ours, with where the fact behind them came from.
    fn labelled(&self, words: &str, fact: &str) -> Cell {
        Cell::of(words, self.source(fact, DEFAULT))
    }

    /// Where a fact came from: a line, or `otherwise`.
    fn source(&self, fact: &str, otherwise: Source) -> Source {
        self.place(fact).map_or(otherwise, Source::Place)
    }

    fn place(&self, fact: &str) -> Option<Place> {
        self.facts.get(fact).and_then(Value::place)
    }

    fn has(&self, fact: &str) -> bool {
        self.facts.get(fact).is_some()
    }

    /// A yes or no that is known.
    fn is(&self, fact: &str) -> Option<bool> {
        self.facts.get(fact).and_then(Value::as_bool)
    }

    /// A fact as people read it, without secrets: an open one by what is written, or as `?`.
    fn text(&self, fact: &str) -> Option<String> {
        let value = self.facts.get(fact)?;
        let text = match &value.kind {
            Kind::String(text) => text.value.to_string(),
            Kind::Number(number) => number::to_text(*number),
            Kind::Bool(value) => value.to_string(),
            Kind::Open(open) if !open.written.is_empty() => open.written.to_string(),
            _ => return Some("?".to_owned()),
        };
        Some(self.shown.worked_out(value, &text).into_owned())
    }
}

impl Cell {
    fn of(text: &str, from: Source) -> Self {
        Self {
            text: Some(text.to_owned()),
            from: vec![from],
        }
    }

    fn add(&mut self, from: Source) {
        if !self.from.contains(&from) {
            self.from.push(from);
        }
    }
}
