//! `stagecheck rules`: every rule, those of the settings' policies included, as a table or as JSON.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::args::ListFormat;
use super::console::Console;
use super::status::{Outcome, Status};
use super::{check, columns, output};
use crate::rules::catalog;
use crate::text::mask::escape;
use rule_card::card::{Card, Switch};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
}

/// A rule as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'c> {
    id: &'c str,
    title: &'c str,
    group: &'static str,
    severity: &'static str,
    on: bool,
    scope: &'static str,
    aliases: Vec<&'c str>,
    references: Vec<&'c str>,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let policies = crate::check::policies(&check::start()?)?;
    let cards: Vec<&Card> = catalog::cards().iter().chain(&policies).collect();
    match arguments.format {
        ListFormat::Table => {
            output::lines_to_stdout(|out| table(cards, console.stdout().width, out))?
        }
        ListFormat::Json => {
            let listed: Vec<Listed<'_>> = cards.into_iter().map(listed).collect();
            output::to_stdout(|out| output::json(&listed, out))?;
        }
    }
    Ok(Status::Clean)
}

fn table(mut cards: Vec<&Card>, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    cards.sort_by_key(|card| (card.group, &card.id));
    let width = cards.iter().map(|card| card.id.len()).max().unwrap_or(0);
    let mut group = None;
    for card in cards {
        if group.replace(card.group) != Some(card.group) {
            writeln!(out, "{}", card.group.as_str())?;
        }
        let severity = match card.default {
            Switch::On => card.severity().as_str(),
            Switch::Off => "off",
        };
        let title = escape(&card.title);
        let lead = format!("  {:<width$}  {severity:<7}  ", card.id);
        columns::last(&lead, &title, columns, str::to_owned, out)?;
    }
    Ok(())
}

fn listed(card: &Card) -> Listed<'_> {
    Listed {
        id: &card.id,
        title: &card.title,
        group: card.group.as_str(),
        severity: card.severity().as_str(),
        on: card.default == Switch::On,
        scope: card.scope.as_str(),
        aliases: card.aliases.iter().map(AsRef::as_ref).collect(),
        references: card.references.iter().map(AsRef::as_ref).collect(),
    }
}
