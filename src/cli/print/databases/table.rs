//! The table of databases, for people.

use std::io::{self, Write};

use textwrap::core::display_width;

use crate::cli::paint::{Paint, Role};
use crate::cli::print::printed::Printed;
use crate::report::Shown;
use crate::report::databases::{COLUMNS, Cell, Row, Source, rows};
use crate::text::mask::{self, escape};
use crate::text::{Place, SourceId};

/// What does not apply.
const NOTHING: &str = "-";
const GAP: usize = 2;

/// Writes for each chain its files, numbered, and a row for each database. Under each row stands where its cells came
/// from: `2:14` is line 14 of the second file.
pub(in crate::cli::print) fn table(
    chains: &[Printed<'_>],
    shown: &Shown<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, printed) in chains.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        chain(printed, shown, paint, out)?;
    }
    Ok(())
}

fn chain(
    printed: &Printed<'_>,
    shown: &Shown<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = paint.paint(
        Role::Title,
        &escape(&mask::name(&printed.chain.chain.name.0)),
    );
    let production = match printed.chain.chain.production {
        true => paint.paint(Role::Production, "  production"),
        false => String::new(),
    };
    let folder = printed.root.to_string();
    let folder = match folder.as_str() {
        "" | "." => String::new(),
        folder => paint.paint(Role::Dim, &format!("  {}", escape(&mask::name(folder)))),
    };
    writeln!(out, "{name}{production}{folder}")?;
    let rows = rows(printed.chain, shown);
    if rows.is_empty() {
        let why = match &printed.chain.config {
            Ok(_) => "no backend is configured",
            Err(_) => "no effective config",
        };
        return writeln!(out, "  {}", paint.paint(Role::Dim, why));
    }
    let files = Files::of(&rows);
    for (index, file) in files.0.iter().enumerate() {
        let number = paint.paint(Role::Dim, &format!("{:>4}", index + 1));
        let path = escape(&mask::name(shown.run.sources.get(*file).path())).into_owned();
        writeln!(out, "{number}  {path}")?;
    }
    writeln!(out)?;
    lines(&rows, &files, shown, paint, out)
}

/// The files that cells came from, in the order they are first named.
struct Files(Vec<SourceId>);

impl Files {
    fn of(rows: &[Row]) -> Self {
        let mut files = Vec::new();
        let cells = rows.iter().flat_map(|row| &row.cells);
        let errors = rows.iter().flat_map(|row| &row.errors);
        let refused = errors.filter_map(|error| error.from.as_ref());
        for from in cells.flat_map(|cell| &cell.from).chain(refused) {
            if let Source::Place(place) = from
                && !files.contains(&place.source)
            {
                files.push(place.source);
            }
        }
        Self(files)
    }

    /// `2:14`
    fn line(&self, place: Place, shown: &Shown<'_>) -> String {
        let source = shown.run.sources.get(place.source);
        let line = source.position(place.span.start).line;
        let number = self.0.iter().position(|file| *file == place.source);
        format!("{}:{line}", number.unwrap_or_default() + 1)
    }

    fn source(&self, source: Source, shown: &Shown<'_>) -> String {
        match source {
            Source::Place(place) => self.line(place, shown),
            Source::Word(word) => word.to_owned(),
        }
    }

    fn from(&self, cell: &Cell, shown: &Shown<'_>) -> String {
        let mut said: Vec<String> = Vec::new();
        for from in &cell.from {
            let from = self.source(*from, shown);
            if !said.contains(&from) {
                said.push(from);
            }
        }
        said.join(", ")
    }
}

fn lines(
    rows: &[Row],
    files: &Files,
    shown: &Shown<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head: Vec<String> = std::iter::once("plugin")
        .chain(COLUMNS)
        .map(str::to_owned)
        .collect();
    let texts: Vec<Vec<String>> = rows.iter().map(texts).collect();
    let origins: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let from = row.cells.iter().map(|cell| files.from(cell, shown));
            std::iter::once(String::new()).chain(from).collect()
        })
        .collect();
    let mut widths = vec![0; head.len()];
    for line in texts.iter().chain(&origins).chain([&head]) {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = display_width(text).max(*width);
        }
    }
    writeln!(out, "{}", line(&head, &widths, paint, Some(Role::Title)))?;
    for ((texts, origins), row) in texts.iter().zip(&origins).zip(rows) {
        writeln!(out, "{}", line(texts, &widths, paint, None))?;
        if origins.iter().any(|origin| !origin.is_empty()) {
            writeln!(out, "{}", line(origins, &widths, paint, Some(Role::Dim)))?;
        }
        for error in &row.errors {
            let text = format!("the app does not start: {}", error.text);
            let from = error
                .from
                .map(|from| format!("  {}", files.source(from, shown)));
            writeln!(
                out,
                "    {}{}",
                paint.paint(Role::Broken, &text),
                paint.paint(Role::Dim, &from.unwrap_or_default())
            )?;
        }
    }
    Ok(())
}

fn texts(row: &Row) -> Vec<String> {
    let plugin = row.plugin.as_deref();
    let plugin = plugin.unwrap_or_else(|| row.who.trim_matches('`'));
    let cells = row
        .cells
        .iter()
        .map(|cell| cell.text.as_deref().unwrap_or(NOTHING));
    std::iter::once(plugin)
        .chain(cells)
        .map(|text| escape(text).into_owned())
        .collect()
}

/// One line, without blanks at its end.
fn line(texts: &[String], widths: &[usize], paint: Paint, role: Option<Role>) -> String {
    let mut line = String::new();
    for (text, width) in texts.iter().zip(widths) {
        let blanks = width - display_width(text).min(*width) + GAP;
        line.push_str(text);
        line.extend(std::iter::repeat_n(' ', blanks));
    }
    let line = format!("  {}", line.trim_end());
    match role {
        Some(role) => paint.paint(role, &line),
        None => line,
    }
}
