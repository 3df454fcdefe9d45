//! What each plugin gets for a database: `print --databases`.
//!
//! In: `facts.databases` of each chain. Out: a row for the base and for each plugin with settings of its own, each
//! cell with the lines that set it. Never: a password, nor the user it belongs to.

mod table;

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use super::json::{document, head};
use crate::cli::print::printed::Printed;
use crate::report::Shown;
use crate::report::databases::{COLUMNS, Cell, Row, Source, rows};
pub(super) use table::table;

/// Writes `{"schema": 1, "chains": […]}`; a cell is `{"value": …, "from": […]}`.
pub(super) fn json(
    chains: &[Printed<'_>],
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    document(chains.iter().map(|printed| chain(printed, shown)), out)
}

fn chain(printed: &Printed<'_>, shown: &Shown<'_>) -> Json {
    let databases: Vec<Json> = rows(printed.chain, shown)
        .iter()
        .map(|row| record(row, shown))
        .collect();
    let mut fields = head(printed);
    fields.insert("databases".into(), databases.into());
    Json::Object(fields)
}

fn record(row: &Row, shown: &Shown<'_>) -> Json {
    let mut fields = Map::new();
    fields.insert("plugin".into(), row.plugin.clone().into());
    fields.insert("who".into(), row.who.clone().into());
    for (name, cell) in COLUMNS.iter().zip(&row.cells) {
        fields.insert((*name).into(), cell_record(cell, shown));
    }
    let errors: Vec<&str> = row.errors.iter().map(|error| &*error.id).collect();
    fields.insert("error".into(), errors.first().copied().into());
    fields.insert("errors".into(), errors.into());
    Json::Object(fields)
}

fn cell_record(cell: &Cell, shown: &Shown<'_>) -> Json {
    let Some(text) = &cell.text else {
        return Json::Null;
    };
    let from: Vec<String> = cell
        .from
        .iter()
        .map(|from| match from {
            Source::Place(place) => shown.line(*place),
            Source::Word(word) => (*word).to_owned(),
        })
        .collect();
    json!({ "value": text, "from": from })
}
