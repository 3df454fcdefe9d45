//! `stagecheck explain RULE`: the page of a rule.

use clap::Args;

use super::{Outcome, Status, output};
use crate::rules::{catalog, page, select};
use crate::run::Failure;

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A rule's id
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let Some(card) = catalog::card(&arguments.rule) else {
        let message = select::unknown(&arguments.rule, [])
            .unwrap_or_else(|| format!("`{}` is a group of rules, not a rule", arguments.rule));
        return Err(Failure::new(message).with_help("`stagecheck rules` lists the rules"));
    };
    output::to_stdout(|out| out.write_all(page::page(card).as_bytes()))?;
    Ok(Status::Clean)
}
