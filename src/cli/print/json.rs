//! The effective configs as one JSON document.

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use super::printed::Printed;
use crate::backstage::value::{Kind, Value};
use crate::check::effective::{NoConfig, ServerConfig};
use crate::cli::number::json_number;
use crate::cli::output;
use crate::report::shown::directive;
use crate::report::{Origins, Shown};
use crate::text::mask;
use source::{ConfigPath, Part};

/// Writes `{"schema": 1, "chains": […], "servers": […]}`; where there are only servers, `chains` is left out, and the
/// other way round. An open value is the string as written; with origins, `values` says for each config path what set
/// it, what it overrode, and what it is instead when it is open.
pub(super) fn write(
    chains: &[Printed<'_>],
    servers: &[&ServerConfig],
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut fields = Map::new();
    fields.insert("schema".into(), 1.into());
    if !chains.is_empty() || servers.is_empty() {
        let chains = chains.iter().map(|printed| chain(printed, shown));
        fields.insert("chains".into(), chains.collect());
    }
    if !servers.is_empty() {
        let servers = servers.iter().map(|one| server(one, shown));
        fields.insert("servers".into(), servers.collect());
    }
    output::json(&Json::Object(fields), out)
}

fn server(server: &ServerConfig, shown: &Shown<'_>) -> Json {
    let files = server
        .files
        .iter()
        .map(|path| mask::name(path).into_owned());
    let mut fields = Map::new();
    fields.insert("name".into(), mask::name(&server.name).into());
    fields.insert("files".into(), files.collect::<Vec<_>>().into());
    fields.insert("config".into(), value(&server.config, shown));
    if shown.origins == Origins::Said {
        let mut values = Map::new();
        origins(&server.config, &mut ConfigPath::root(), shown, &mut values);
        fields.insert("values".into(), values.into());
    }
    if !server.refusals.is_empty() {
        let refusals = server.refusals.iter();
        let refusals = refusals.map(|it| mask::excerpt(it).into_owned());
        fields.insert("refused".into(), refusals.collect::<Vec<_>>().into());
    }
    Json::Object(fields)
}

/// The document around what is said of each chain.
pub(super) fn document(chains: impl Iterator<Item = Json>, out: &mut dyn Write) -> io::Result<()> {
    let chains: Vec<Json> = chains.collect();
    output::json(&json!({ "schema": 1, "chains": chains }), out)
}

/// Which chain it is.
pub(super) fn head(printed: &Printed<'_>) -> Map<String, Json> {
    let chain = &printed.chain.chain;
    let mut fields = Map::new();
    fields.insert(
        "appRoot".into(),
        mask::name(&printed.root.to_string()).into(),
    );
    fields.insert("chain".into(), mask::name(&chain.name.to_string()).into());
    fields.insert("production".into(), chain.production.into());
    fields
}

fn chain(printed: &Printed<'_>, shown: &Shown<'_>) -> Json {
    let chain = &printed.chain.chain;
    let layers: Vec<String> = chain
        .layers
        .iter()
        .map(|layer| mask::name(layer.path.as_str()).into_owned())
        .collect();
    let mut fields = head(printed);
    fields.insert("layers".into(), layers.into());
    match &printed.chain.config {
        Ok(config) => {
            fields.insert("config".into(), value(config, shown));
            if shown.origins == Origins::Said {
                let mut values = Map::new();
                origins(config, &mut ConfigPath::root(), shown, &mut values);
                fields.insert("values".into(), values.into());
            }
        }
        Err(reason) => {
            fields.insert("config".into(), Json::Null);
            if let NoConfig::Refused(refusals) = reason {
                let refusals: Vec<String> = refusals
                    .iter()
                    .map(|it| mask::excerpt(&it.to_string()).into_owned())
                    .collect();
                fields.insert("refused".into(), refusals.into());
            }
        }
    }
    Json::Object(fields)
}

fn value(config: &Value, shown: &Shown<'_>) -> Json {
    match &config.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => unless_hidden(config, json!(value), shown),
        Kind::Number(number) => unless_hidden(config, json_number(*number), shown),
        Kind::String(text) => shown.text(config, &text.value).into(),
        Kind::Open(open) => {
            let written = shown.text(config, &open.written).into_owned();
            match directive(open) {
                Some(directive) => json!({ directive: written }),
                None => written.into(),
            }
        }
        Kind::Array(items) => items.iter().map(|item| value(item, shown)).collect(),
        Kind::Object(object) => object
            .iter()
            .map(|(key, inner)| (shown.key(key).into_owned(), value(inner, shown)))
            .collect(),
    }
}

/// A value that is no string, or the mask where a secret stands.
fn unless_hidden(config: &Value, plain: Json, shown: &Shown<'_>) -> Json {
    let text = plain.to_string();
    let said = shown.text(config, &text);
    match *said == *text {
        true => plain,
        false => said.into(),
    }
}

fn origins(
    config: &Value,
    path: &mut ConfigPath,
    shown: &Shown<'_>,
    values: &mut Map<String, Json>,
) {
    match &config.kind {
        Kind::Object(object) if !object.is_empty() => {
            for (key, inner) in object {
                path.push(Part::Key(shown.key(key).as_ref().into()));
                origins(inner, path, shown, values);
                path.pop();
            }
        }
        Kind::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                path.push(Part::Item(index));
                origins(item, path, shown, values);
                path.pop();
            }
        }
        kind => {
            let mut said = Map::new();
            said.insert("setAt".into(), shown.place(config.origin.as_ref()).into());
            let overrode = config
                .overrode
                .iter()
                .map(|origin| shown.place(Some(origin)));
            said.insert("overrode".into(), overrode.collect());
            if let Kind::Open(open) = kind {
                said.insert("open".into(), shown.instead(open).into());
                if let Some(below) = &open.below {
                    said.insert("below".into(), value(below, shown));
                }
            }
            values.insert(path.to_string(), said.into());
        }
    }
}
