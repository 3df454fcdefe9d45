//! The chains for people: each with its layers in the order they are loaded, and where that is written.

use std::io::{self, Write};

use super::super::paint::{Paint, Role};
use super::is_loaded;
use crate::backstage::discover::source_kind;
use crate::backstage::words::{
    Chain, ChainLayer, ChainOrigin, Lack, LayerFile, LayerRole, StartKind,
};
use crate::check::workspaces::{Found, FoundApp, FoundServer};
use crate::connect::words::Role as PartRole;
use crate::files::GitStatus;
use crate::text::mask::{self, excerpt};
use crate::text::{Place, Sources};

/// Writes the table.
pub(super) fn write(found: &Found, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (index, app) in found.apps.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let table = Table {
            found: app,
            sources: &found.sources,
            paint,
        };
        table.write(out)?;
    }
    for (index, server) in found.servers.iter().enumerate() {
        if index > 0 || !found.apps.is_empty() {
            writeln!(out)?;
        }
        write_server(server, paint, out)?;
    }
    if !found.left_out.is_empty() {
        if !found.apps.is_empty() || !found.servers.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "{}", paint.paint(Role::Title, "left out"))?;
        let entries = found.left_out.iter();
        let entries = entries.map(|left_out| {
            let reason = format!("it {}", excerpt(&left_out.reason));
            (found.show(&left_out.path), reason)
        });
        pairs(entries.collect(), "  ", paint, out)?;
    }
    Ok(())
}

/// A server of Posit Connect: how many nodes run it, and where its settings are.
fn write_server(found: &FoundServer, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let server = &found.server;
    let deployment = &server.deployment;
    let nodes = match deployment.replicas {
        Some((1, _)) => ", 1 node".to_owned(),
        Some((nodes, _)) => format!(", {nodes} nodes"),
        None => String::new(),
    };
    let title = paint.paint(Role::Title, &shown(&found.show_name()));
    let about = format!("Posit Connect server{nodes}");
    writeln!(out, "{title}  {}", paint.paint(Role::Dim, &about))?;
    let parts = server.files().into_iter().map(|path| {
        let part = server.parts.iter().find(|part| part.path == *path);
        let what = match part.map(|part| part.role) {
            Some(PartRole::Migration) => "settings that an upgrade wrote",
            Some(PartRole::Main) => "settings",
            Some(PartRole::Environment) | None => {
                "variables; the settings win over them, but in [Logging]"
            }
        };
        (found.files.display(path), what.to_owned())
    });
    pairs(parts.collect(), "     ", paint, out)
}

/// A name longer than this does not widen the column of all.
const WIDEST_NAME: usize = 48;

/// The table of one app root.
struct Table<'t> {
    found: &'t FoundApp,
    sources: &'t Sources,
    paint: Paint,
}

impl Table<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let app = &self.found.app;
        let count = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        };
        let counts = format!(
            "{}, {}",
            count(app.layers.len(), "layer"),
            count(app.chains.len(), "chain")
        );
        let title = shown(&self.found.show(&app.path));
        let title = self.paint.paint(Role::Title, &title);
        writeln!(out, "{title}  {}", self.paint.paint(Role::Dim, &counts))?;
        let names = app.chains.iter().map(|chain| width(&chain.name.0));
        let widest = names.filter(|width| *width <= WIDEST_NAME).max();
        for chain in &app.chains {
            writeln!(out)?;
            self.head(chain, widest.unwrap_or(0), out)?;
            self.layers(chain, out)?;
            self.lacks(chain, out)?;
        }
        let unloaded = app.layers.iter().filter(|layer| !is_loaded(app, layer));
        let unloaded: Vec<(String, String)> = unloaded
            .map(|layer| (self.found.show(&layer.path), why_not(layer).to_owned()))
            .collect();
        if !unloaded.is_empty() {
            let title = self.paint.paint(Role::Title, "not loaded by any chain");
            writeln!(out, "\n  {title}")?;
            pairs(unloaded, "     ", self.paint, out)?;
        }
        Ok(())
    }

    /// Name, production or not, complete or not, where it is written.
    fn head(&self, chain: &Chain, widest: usize, out: &mut dyn Write) -> io::Result<()> {
        let production = match chain.production {
            true => self.paint.paint(Role::Production, "production    "),
            false => self.paint.paint(Role::Dim, "not production"),
        };
        let complete = match chain.is_complete() {
            true => self.paint.paint(Role::Dim, "complete  "),
            false => self.paint.paint(Role::Lack, "incomplete"),
        };
        let from = match &chain.origin {
            ChainOrigin::StartCommand { kind, place } => {
                format!("{} ({})", self.position(*place), in_words(*kind))
            }
            ChainOrigin::Convention => "by convention: no start command found".into(),
            ChainOrigin::CommandLine => "from --config".into(),
            ChainOrigin::Settings => "from the settings".into(),
        };
        let name = padded(&chain.name.0, widest);
        writeln!(
            out,
            "  {}  {production}  {complete}  {}",
            self.paint.paint(Role::Title, &name),
            self.paint.paint(Role::Dim, &shown(&from))
        )
    }

    /// The layers in their order, each with the place that names it where that is not the line of the chain.
    fn layers(&self, chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
        let own = origin(chain);
        let paths: Vec<String> = chain
            .layers
            .iter()
            .map(|layer| self.found.show(&layer.path))
            .collect();
        let widest = paths.iter().map(|path| width(path)).max().unwrap_or(0);
        let elsewhere = |layer: &ChainLayer| self.seen_from(own, layer.named_at?);
        for (index, (layer, path)) in chain.layers.iter().zip(&paths).enumerate() {
            let number = self.paint.paint(Role::Dim, &format!("{:>4}", index + 1));
            match elsewhere(layer) {
                Some(place) => writeln!(
                    out,
                    "{number}  {}  {}",
                    padded(path, widest),
                    self.paint.paint(Role::Dim, &shown(&place))
                )?,
                None => writeln!(out, "{number}  {}", shown(path))?,
            }
        }
        if chain.layers.is_empty() {
            let none = self
                .paint
                .paint(Role::Dim, "none of its layers exists here");
            writeln!(out, "      {none}")?;
        }
        Ok(())
    }

    fn lacks(&self, chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
        let lacks = chain.lacks.iter().map(|lack| ("   ?", lack));
        let unread = chain.unread_environment.iter();
        let all: Vec<(&str, &Lack)> = lacks.chain(unread.map(|lack| ("   ~", lack))).collect();
        let widest = all
            .iter()
            .map(|(_, lack)| width(&excerpt(&lack.reason)))
            .max();
        for (mark, lack) in all {
            let mark = self.paint.paint(Role::Lack, mark);
            match lack
                .place
                .and_then(|place| self.seen_from(origin(chain), place))
            {
                Some(place) => {
                    let reason = padded(&excerpt(&lack.reason), widest.unwrap_or(0));
                    let reason = self.paint.paint(Role::Lack, &reason);
                    let place = self.paint.paint(Role::Dim, &shown(&place));
                    writeln!(out, "{mark}  {reason}  {place}")?;
                }
                None => {
                    let reason = self.paint.paint(Role::Lack, &shown(&excerpt(&lack.reason)));
                    writeln!(out, "{mark}  {reason}")?;
                }
            }
        }
        Ok(())
    }

    /// A place as somebody at `own` would name it; nothing when it is on that very line.
    fn seen_from(&self, own: Option<Place>, place: Place) -> Option<String> {
        let own = own.filter(|own| own.source == place.source);
        let Some(own) = own else {
            return Some(self.position(place));
        };
        let source = self.sources.get(place.source);
        let line = |place: Place| source.position(place.span.start).line;
        (line(own) != line(place)).then(|| format!("line {}", line(place)))
    }

    fn position(&self, place: Place) -> String {
        let source = self.sources.get(place.source);
        let line = source.position(place.span.start).line;
        format!("{}:{line}", source.path())
    }
}

/// Where the command of a chain stands.
fn origin(chain: &Chain) -> Option<Place> {
    match chain.origin {
        ChainOrigin::StartCommand { place, .. } => Some(place),
        _ => None,
    }
}

/// Lines of two columns.
fn pairs(
    entries: Vec<(String, String)>,
    indent: &str,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let widest = entries.iter().map(|(path, _)| width(path)).max();
    for (path, reason) in &entries {
        let path = padded(path, widest.unwrap_or(0));
        let reason = paint.paint(Role::Dim, &shown(reason));
        writeln!(out, "{indent}{path}  {reason}")?;
    }
    Ok(())
}

/// A name, path or place as it may be shown.
fn shown(text: &str) -> String {
    mask::escape(&mask::name(text)).into_owned()
}

/// How many columns a text takes when it is shown.
fn width(text: &str) -> usize {
    shown(text).chars().count()
}

/// A text as it is shown, with spaces behind it up to a width.
fn padded(text: &str, width: usize) -> String {
    format!("{:width$}", shown(text))
}

fn why_not(layer: &LayerFile) -> &'static str {
    match (&layer.role, layer.git) {
        (LayerRole::Example, _) => "an example",
        (LayerRole::DynamicPlugin, _) => "read when the dynamic plugin is installed",
        (_, GitStatus::Ignored) => "ignored by git; use --with-local to include it",
        _ => "not loaded by any start command",
    }
}

/// What kind of file a chain is from, where the name of the file does not say.
fn in_words(kind: StartKind) -> &'static str {
    source_kind(kind).map_or("start command", |row| row.in_words)
}
