//! `stagecheck explain RULE`: what a rule finds, why, how to fix it and how to suppress it.

mod short;

use clap::Args;

use super::console::Console;
use super::status::{Outcome, Status};
use super::{check, output};
use crate::check::examples;
use crate::report::{Format, Look};
use crate::rules::{catalog, page};
use crate::run::{Failure, Run};
use crate::settings::select;
use crate::text::mask;
use rule_card::card::Card;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Ids of rules or policies
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
    /// Print the whole page: conditions, examples and their output
    #[arg(long)]
    full: bool,
}

pub(super) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let is_built_in = |rule: &String| catalog::card(rule).is_some();
    // A mistake in the settings is no reason not to explain a built-in rule.
    let policies = match arguments.rules.iter().all(is_built_in) {
        true => Vec::new(),
        false => crate::check::policies(&check::start()?)?,
    };
    let cards = arguments
        .rules
        .iter()
        .map(|rule| of_name(rule, &policies))
        .collect::<Result<Vec<&Card>, Failure>>()?;
    let look = console.stdout();
    for (index, card) in cards.into_iter().enumerate() {
        if index > 0 {
            output::to_stdout(|out| writeln!(out))?;
        }
        match arguments.full {
            true => full(card)?,
            false => {
                let page = match catalog::card(&card.id) {
                    Some(_) => short::page(card, &look),
                    // Colours are escape sequences, which a policy must not bring.
                    None => inert(&short::page(card, &look.plain())),
                };
                output::lines_to_stdout(|out| out.write_all(page.as_bytes()))?;
            }
        }
    }
    Ok(Status::Clean)
}

fn of_name<'c>(name: &str, policies: &'c [Card]) -> Result<&'c Card, Failure> {
    select::rule(name, policies).map_err(|message| {
        let all = catalog::cards().iter().chain(policies);
        let of_group = all.filter(|card| card.group.as_str() == name);
        let ids: Vec<&str> = of_group.map(|card| &*card.id).collect();
        Failure::new(message).with_help(match ids.is_empty() {
            true => "`stagecheck rules` lists the rules".to_owned(),
            false => format!("its rules: {}", ids.join(", ")),
        })
    })
}

/// Prints the whole page of a card.
fn full(card: &Card) -> Result<(), Failure> {
    let outcome = card
        .examples
        .iter()
        .find(|example| !example.finds.is_empty())
        .map(|example| examples::run(card, example))
        .transpose()?;
    let page = page::page(card);
    let page = match catalog::card(&card.id) {
        Some(_) => page,
        // A policy is a file of the repository: it may hold a secret, and characters that speak to a terminal.
        None => inert(&page),
    };
    output::lines_to_stdout(|out| {
        out.write_all(page.as_bytes())?;
        let Some(outcome) = &outcome else {
            return Ok(());
        };
        let shown = shown(&outcome.run)?;
        write!(
            out,
            "\n## Output\n\nOf the first example:\n\n```text\n{}\n```\n",
            shown.trim_end()
        )
    })
}

/// A page without secrets and without control characters.
fn inert(page: &str) -> String {
    let shown = mask::excerpt(page);
    shown.lines().fold(String::new(), |mut inert, line| {
        inert.push_str(&mask::escape(line));
        inert.push('\n');
        inert
    })
}

/// What a person sees of a run.
fn shown(run: &Run) -> std::io::Result<String> {
    let mut shown = Vec::new();
    Format::Pretty
        .report()
        .write(run, &Look::FILE, &mut shown)?;
    Ok(String::from_utf8_lossy(&shown).into_owned())
}
