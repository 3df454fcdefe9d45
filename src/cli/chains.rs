//! `stagecheck chains`: every way of starting the app, the layers it loads in their order, and where that was found.

mod json;
mod table;

use std::path::PathBuf;

use clap::Args;

use super::args::ListFormat;
use super::console::Console;
use super::paint::Paint;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::backstage::discover::source_kind;
use crate::backstage::words::{AppRoot, Chain, LayerFile, StartKind};
use crate::check::workspaces::{self, Found};
use crate::request::LocalLayers;
use crate::request::Request;
use crate::run::{Note, NoteLevel};
use crate::text::mask;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Directories or config files [default: every app and server below the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Include git-ignored local layers
    #[arg(long)]
    with_local: bool,
    /// Settings file [default: stagecheck.yaml]
    #[arg(
        long,
        value_name = "FILE",
        env = "STAGECHECK_SETTINGS",
        hide_env = true
    )]
    settings: Option<PathBuf>,
    /// Output format
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
    for note in &found.notes {
        console.note(note);
    }
    match arguments.format {
        ListFormat::Table => {
            let paint = Paint::of(console.stdout());
            output::lines_to_stdout(|out| table::write(&found, paint, out))?;
            for step in next_steps(&found) {
                console.note(&step);
            }
        }
        ListFormat::Json => output::to_stdout(|out| json::write(&found, out))?,
    }
    Ok(Status::Clean)
}

fn is_loaded(app: &AppRoot, layer: &LayerFile) -> bool {
    let loads = |chain: &Chain| chain.layers.iter().any(|loaded| loaded.path == layer.path);
    app.chains.iter().any(loads)
}

fn kind_name(kind: StartKind) -> &'static str {
    source_kind(kind).map_or("start command", |row| row.name)
}

/// What a person may do next.
fn next_steps(found: &Found) -> Vec<Note> {
    let chains = || found.apps.iter().flat_map(|app| &app.app.chains);
    let mut steps = Vec::new();
    if chains().any(|chain| !chain.is_complete()) {
        steps.push(
            "`?` marks layers outside the repository that the chain may load; findings they could change are one severity lower"
                .to_owned(),
        );
    }
    let shown = chains().find(|chain| chain.production).or(chains().next());
    if let Some(chain) = shown {
        steps.push(format!(
            "`stagecheck print --chain {}` prints its effective config; `chains:` in stagecheck.yaml adds or corrects a chain",
            mask::outside_run(&chain.name.0)
        ));
    }
    let note = |text| Note {
        level: NoteLevel::Always,
        text,
    };
    steps.into_iter().map(note).collect()
}
