//! `stagecheck chains`: every way of starting the app, the layers it loads in their order, and where that was found.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::args::ListFormat;
use super::console::Console;
use super::paint::{Paint, Role};
use super::{Outcome, Status, check, output};
use crate::backstage::workspace::{
    AppRoot, Chain, ChainOrigin, LayerFile, LayerRole, LocalLayers, StartKind,
};
use crate::check::workspaces::{self, Found, FoundApp};
use crate::files::GitStatus;
use crate::run::Request;
use crate::text::mask::escape;
use crate::text::{Place, Sources};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folders or layers [default: every app root below this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Let git-ignored local layers take part
    #[arg(long)]
    with_local: bool,
    /// Settings to use [default: stagecheck.yaml]
    #[arg(
        long,
        value_name = "FILE",
        env = "STAGECHECK_SETTINGS",
        hide_env = true
    )]
    settings: Option<PathBuf>,
    /// The form of the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let request = Request {
        start: check::start()?,
        paths: arguments.paths.clone(),
        settings: arguments.settings.clone(),
        local_layers: match arguments.with_local {
            true => LocalLayers::Join,
            false => LocalLayers::LeaveOut,
        },
        ..Request::default()
    };
    let found = workspaces::workspaces(&request)?;
    match arguments.format {
        ListFormat::Table => {
            let paint = Paint::of(console.stdout());
            output::to_stdout(|out| table(&found, paint, out))?;
        }
        ListFormat::Json => {
            output::to_stdout(|out| output::json(&Document::of(&found), out))?;
        }
    }
    Ok(Status::Clean)
}

fn table(found: &Found, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (index, app) in found.apps.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        root(app, &found.sources, paint, out)?;
    }
    if !found.left_out.is_empty() {
        writeln!(out, "\n{}", paint.paint(Role::Title, "left out"))?;
        for left_out in &found.left_out {
            let reason = paint.paint(Role::Dim, &format!("it {}", escape(&left_out.reason)));
            writeln!(out, "  {}  {reason}", escape(&found.show(&left_out.path)))?;
        }
    }
    Ok(())
}

fn root(found: &FoundApp, sources: &Sources, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let app = &found.app;
    let count = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let counts = format!(
        "{}, {}",
        count(app.layers.len(), "layer"),
        count(app.chains.len(), "chain")
    );
    writeln!(
        out,
        "{}  {}",
        paint.paint(Role::Title, &escape(&found.show(&app.path))),
        paint.paint(Role::Dim, &counts)
    )?;
    for one in &app.chains {
        writeln!(out)?;
        chain(found, one, sources, paint, out)?;
    }
    let unloaded: Vec<&LayerFile> = app
        .layers
        .iter()
        .filter(|layer| !is_loaded(app, layer))
        .collect();
    if !unloaded.is_empty() {
        writeln!(out, "\n  {}", paint.paint(Role::Dim, "no chain loads"))?;
        for layer in unloaded {
            let why = paint.paint(Role::Dim, why_not(layer));
            writeln!(out, "    {}{why}", escape(&found.show(&layer.path)))?;
        }
    }
    Ok(())
}

fn chain(
    found: &FoundApp,
    chain: &Chain,
    sources: &Sources,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = paint.paint(Role::Title, &escape(&chain.name.0));
    let production = match chain.production {
        true => paint.paint(Role::Production, "  production"),
        false => String::new(),
    };
    let complete = match chain.is_complete() {
        true => String::new(),
        false => paint.paint(Role::Lack, "  incomplete"),
    };
    let from = match &chain.origin {
        ChainOrigin::StartCommand { kind, place } => {
            format!("{}, {}", kind_name(*kind), position(sources, *place))
        }
        ChainOrigin::Convention => "by convention: no start command names it".into(),
        ChainOrigin::CommandLine => "from --config".into(),
        ChainOrigin::Settings => "from the settings".into(),
    };
    writeln!(
        out,
        "  {name}{production}{complete}  {}",
        paint.paint(Role::Dim, &escape(&from))
    )?;
    for (index, layer) in chain.layers.iter().enumerate() {
        let number = paint.paint(Role::Dim, &format!("{:>2}", index + 1));
        writeln!(out, "    {number}  {}", escape(&found.show(&layer.path)))?;
    }
    if chain.layers.is_empty() {
        writeln!(
            out,
            "        {}",
            paint.paint(Role::Dim, "none of its layers is here")
        )?;
    }
    for lack in &chain.lacks {
        let mark = paint.paint(Role::Lack, " ?");
        let place = lack.place.map_or_else(String::new, |place| {
            format!("  {}", position(sources, place))
        });
        writeln!(
            out,
            "    {mark}  {}{}",
            paint.paint(Role::Lack, &escape(&lack.reason)),
            paint.paint(Role::Dim, &escape(&place))
        )?;
    }
    Ok(())
}

fn is_loaded(app: &AppRoot, layer: &LayerFile) -> bool {
    let loads = |chain: &Chain| chain.layers.iter().any(|loaded| loaded.path == layer.path);
    app.chains.iter().any(loads)
}

fn why_not(layer: &LayerFile) -> &'static str {
    match (&layer.role, layer.git) {
        (LayerRole::Example, _) => "  an example",
        (_, GitStatus::Ignored) => "  git ignores it; --with-local lets it take part",
        _ => "",
    }
}

fn position(sources: &Sources, place: Place) -> String {
    let source = sources.get(place.source);
    format!(
        "{}:{}",
        source.path(),
        source.position(place.span.start).line
    )
}

fn kind_name(kind: StartKind) -> &'static str {
    match kind {
        StartKind::Dockerfile => "Dockerfile",
        StartKind::Compose => "compose",
        StartKind::Script => "script",
        StartKind::Kubernetes => "Kubernetes",
        StartKind::Helm => "Helm",
        StartKind::Other => "start command",
    }
}

/// What programs get; additions keep the version.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema: u32,
    app_roots: Vec<AppRootRecord>,
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
            path: found.show(&left_out.path),
            reason: left_out.reason.clone(),
        });
        Self {
            schema: 1,
            app_roots: found
                .apps
                .iter()
                .map(|app| AppRootRecord::of(app, &found.sources))
                .collect(),
            left_out: left_out.collect(),
        }
    }
}

impl AppRootRecord {
    fn of(found: &FoundApp, sources: &Sources) -> Self {
        let app = &found.app;
        let not_loaded = app.layers.iter().filter(|layer| !is_loaded(app, layer));
        Self {
            path: found.show(&app.path),
            chains: app
                .chains
                .iter()
                .map(|chain| ChainRecord::of(found, chain, sources))
                .collect(),
            not_loaded: not_loaded.map(|layer| found.show(&layer.path)).collect(),
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
        Self {
            name: chain.name.to_string(),
            production: chain.production,
            complete: chain.is_complete(),
            origin,
            found_at: place.map(at),
            layers: chain
                .layers
                .iter()
                .map(|layer| LayerRecord {
                    path: found.show(&layer.path),
                    named_at: layer.named_at.map(at),
                })
                .collect(),
            lacks: chain
                .lacks
                .iter()
                .map(|lack| LackRecord {
                    reason: lack.reason.clone(),
                    named_at: lack.place.map(at),
                })
                .collect(),
        }
    }
}

impl PlaceRecord {
    fn of(sources: &Sources, place: Place) -> Self {
        let source = sources.get(place.source);
        let position = source.position(place.span.start);
        Self {
            path: source.path().to_owned(),
            line: position.line,
            column: position.column,
        }
    }
}
