//! The chains for programs, described by `schemas/chains.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::{is_loaded, kind_name, output};
use crate::backstage::words::{Chain, ChainOrigin, Lack, LackKind};
use crate::check::workspaces::{Found, FoundApp, FoundServer};
use crate::text::mask::{self, excerpt};
use crate::text::{Place, Sources};

/// Writes the document.
pub(super) fn write(found: &Found, out: &mut dyn Write) -> io::Result<()> {
    output::json(&Document::of(found), out)
}

/// What programs get; additions keep the version.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema: u32,
    app_roots: Vec<AppRootRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<ServerRecord>,
    left_out: Vec<LeftOutRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AppRootRecord {
    path: String,
    chains: Vec<ChainRecord>,
    not_loaded: Vec<String>,
}

#[derive(Serialize)]
struct ServerRecord {
    name: String,
    files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChainRecord {
    name: String,
    production: bool,
    complete: bool,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    found_at: Option<PlaceRecord>,
    layers: Vec<LayerRecord>,
    lacks: Vec<LackRecord>,
    unread_environment: Vec<LackRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerRecord {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    named_at: Option<PlaceRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LackRecord {
    kind: &'static str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    named_at: Option<PlaceRecord>,
}

#[derive(Serialize)]
struct PlaceRecord {
    path: String,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct LeftOutRecord {
    path: String,
    reason: String,
}

impl Document {
    fn of(found: &Found) -> Self {
        let left_out = found.left_out.iter().map(|left_out| LeftOutRecord {
            path: shown(found.show(&left_out.path)),
            reason: excerpt(&left_out.reason).into_owned(),
        });
        Self {
            schema: 1,
            app_roots: found
                .apps
                .iter()
                .map(|app| AppRootRecord::of(app, &found.sources))
                .collect(),
            servers: found.servers.iter().map(ServerRecord::of).collect(),
            left_out: left_out.collect(),
        }
    }
}

impl ServerRecord {
    fn of(found: &FoundServer) -> Self {
        let server = &found.server;
        let files = server.files().into_iter();
        let files = files.map(|path| shown(found.files.display(path)));
        Self {
            name: shown(found.show_name()),
            files: files.collect(),
            nodes: server.deployment.replicas.map(|(nodes, _)| nodes),
        }
    }
}

impl AppRootRecord {
    fn of(found: &FoundApp, sources: &Sources) -> Self {
        let app = &found.app;
        let not_loaded = app.layers.iter().filter(|layer| !is_loaded(app, layer));
        Self {
            path: shown(found.show(&app.path)),
            chains: app
                .chains
                .iter()
                .map(|chain| ChainRecord::of(found, chain, sources))
                .collect(),
            not_loaded: not_loaded
                .map(|layer| shown(found.show(&layer.path)))
                .collect(),
        }
    }
}

impl ChainRecord {
    fn of(found: &FoundApp, chain: &Chain, sources: &Sources) -> Self {
        let (origin, place) = match &chain.origin {
            ChainOrigin::StartCommand { kind, place } => (kind_name(*kind), Some(*place)),
            ChainOrigin::Convention => ("convention", None),
            ChainOrigin::CommandLine => ("command line", None),
            ChainOrigin::Settings => ("settings", None),
        };
        let at = |place: Place| PlaceRecord::of(sources, place);
        let lack = |lack: &Lack| LackRecord {
            kind: lack_name(&lack.kind),
            reason: excerpt(&lack.reason).into_owned(),
            named_at: lack.place.map(at),
        };
        Self {
            name: shown(chain.name.to_string()),
            production: chain.production,
            complete: chain.is_complete(),
            origin,
            found_at: place.map(at),
            layers: chain
                .layers
                .iter()
                .map(|layer| LayerRecord {
                    path: shown(found.show(&layer.path)),
                    named_at: layer.named_at.map(at),
                })
                .collect(),
            lacks: chain.lacks.iter().map(lack).collect(),
            unread_environment: chain.unread_environment.iter().map(lack).collect(),
        }
    }
}

impl PlaceRecord {
    fn of(sources: &Sources, place: Place) -> Self {
        let source = sources.get(place.source);
        let position = source.position(place.span.start);
        Self {
            path: shown(source.path().to_owned()),
            line: position.line,
            column: position.column,
        }
    }
}

/// A name or path without what looks like a secret in it.
fn shown(name: String) -> String {
    mask::name(&name).into_owned()
}

fn lack_name(kind: &LackKind) -> &'static str {
    match kind {
        LackKind::OpenName => "open-name",
        LackKind::Mounted(_) | LackKind::Foreign(_) => "mounted",
        LackKind::Made => "made",
        LackKind::KeptOut(_) => "kept-out",
        LackKind::Absent(_) => "absent",
        LackKind::Excluded => "excluded",
        LackKind::EnvironmentOverrides(_) => "environment-overrides",
        LackKind::Unreadable => "unreadable",
        LackKind::Environment => "environment",
        LackKind::Unordered(_) => "unordered",
        LackKind::StartedOtherwise => "started-otherwise",
    }
}
