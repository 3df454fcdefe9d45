//! `stagecheck test-policies`: the examples of the policies that the settings name, run through the whole pipeline.
//!
//! Exit status: 0 when every example finds what it says, 1 when one does not, 2 when a policy is broken.

use std::io::{self, Write};

use super::status::{Outcome, Status};
use super::{check, output};
use crate::check::examples;
use crate::run::Failure;
use crate::text::mask::escape;
use rule_card::card::Card;

pub(super) fn run() -> Outcome {
    let policies = crate::check::policies(&check::start()?)?;
    if policies.is_empty() {
        return Err(Failure::new("the settings name no policies")
            .with_help("name their files in stagecheck.yaml: `policies: policies/*.yaml`"));
    }
    let mut lines = Vec::new();
    let (mut examples, mut wrong) = (0, 0);
    for card in &policies {
        examples += card.examples.len();
        wrong += test(card, &mut lines)?;
    }
    let counted = format!(
        "{}, {}",
        match policies.len() {
            1 => "1 policy".to_owned(),
            count => format!("{count} policies"),
        },
        match examples {
            1 => "1 example".to_owned(),
            count => format!("{count} examples"),
        }
    );
    lines.push(match wrong {
        0 => format!("{counted}: all as expected"),
        _ => format!("{counted}: {wrong} not as expected"),
    });
    output::lines_to_stdout(|out| write(&lines, out))?;
    Ok(match wrong {
        0 => Status::Clean,
        _ => Status::Findings,
    })
}

/// Runs the examples of one policy, and says what is not as expected.
fn test(card: &Card, lines: &mut Vec<String>) -> Result<usize, Failure> {
    let mut wrong = 0;
    for example in card.examples.iter() {
        let outcome = examples::run(card, example)?;
        if !outcome.is_as_expected() {
            wrong += 1;
            lines.push(format!("{}: {}", card.id, example.name));
            lines.push(format!("  expected: {}", listed(example.finds.iter())));
            lines.push(format!("  found:    {}", listed(outcome.found.iter())));
        }
    }
    if card.examples.is_empty() {
        lines.push(format!("{}: it has no examples", card.id));
    }
    Ok(wrong)
}

fn listed(found: impl Iterator<Item = impl AsRef<str>>) -> String {
    let found: Vec<String> = found.map(|one| one.as_ref().to_owned()).collect();
    if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    }
}

fn write(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{}", escape(line))?;
    }
    Ok(())
}
