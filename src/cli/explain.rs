//! `stagecheck explain RULE`: the page of a rule.

use clap::Args;

use super::status::{Outcome, Status};
use super::{check, output};
use crate::check::examples;
use crate::report::{Format, Look};
use crate::rules::{catalog, page};
use crate::run::{Failure, Run};
use crate::settings::select;
use crate::text::mask;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A rule's id, or that of a policy
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    // A mistake in the settings is no reason not to explain a built-in rule.
    let policies = match catalog::card(&arguments.rule) {
        Some(_) => Vec::new(),
        None => crate::check::policies(&check::start()?)?,
    };
    let own = || {
        policies
            .iter()
            .find(|card| card.answers_to(&arguments.rule))
    };
    let Some(card) = catalog::card(&arguments.rule).or_else(own) else {
        let message = select::unknown(&arguments.rule, &policies)
            .unwrap_or_else(|| format!("`{}` is a group of rules, not a rule", arguments.rule));
        return Err(Failure::new(message).with_help("`stagecheck rules` lists the rules"));
    };
    let outcome = card
        .examples
        .iter()
        .find(|example| !example.finds.is_empty())
        .map(|example| examples::run(card, example))
        .transpose()?;
    let page = page::page(card);
    let page = match catalog::card(&arguments.rule) {
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
    })?;
    Ok(Status::Clean)
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
