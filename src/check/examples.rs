//! The examples of a card, run through the whole pipeline.
//!
//! In: a card. Out: for each example the run it makes, and how it differs from what the example says. Never: the
//! disk; an example is a tree in memory.

use std::path::PathBuf;

use crate::files::MemoryFiles;
use crate::request::{
    EnvironmentRequest, ExplicitProduction, ProcessEnvironment, Request, RuleSelection, SchemaCache,
};
use crate::rules::catalog;
use crate::run::{Failure, Run};
use rule_card::card::{Card, Example, Production, Surroundings, Switch};

/// What became of an example.
pub struct Outcome<'c> {
    /// The example.
    pub example: &'c Example,
    /// Its run, with the findings of the card alone.
    pub run: Run,
    /// `PATH:LINE SEVERITY` of each finding, in order.
    pub found: Vec<String>,
}

impl Outcome<'_> {
    /// Whether it finds what it says.
    pub fn is_as_expected(&self) -> bool {
        self.found
            .iter()
            .eq(self.example.finds.iter().map(AsRef::as_ref))
    }
}

/// Runs one example of a card, which is judged whatever its default.
///
/// # Errors
/// When the run cannot be made: the card is broken.
pub fn run<'c>(card: &Card, example: &'c Example) -> Result<Outcome<'c>, Failure> {
    let files = MemoryFiles::new(
        example
            .files
            .iter()
            .map(|(path, text)| (path.as_ref(), text.as_ref())),
    );
    let request = Request {
        config: example
            .config
            .iter()
            .map(|path| PathBuf::from(path.as_ref()))
            .collect(),
        production: match example.production {
            Production::Yes => ExplicitProduction::Yes,
            Production::ByName => ExplicitProduction::ByName,
        },
        rules: RuleSelection {
            severities: vec![(card.id.to_string(), card.severity())]
                .into_iter()
                .filter(|_| card.default == Switch::Off)
                .collect(),
            ..RuleSelection::default()
        },
        environment: EnvironmentRequest {
            process: match example.environment {
                Surroundings::Unknown => ProcessEnvironment::Ignored,
                Surroundings::Empty => ProcessEnvironment::Empty,
            },
            ..EnvironmentRequest::default()
        },
        // Packages of one example have the paths of another's.
        schema_cache: SchemaCache::Off,
        ..Request::default()
    };
    let built_in = catalog::card(&card.id).is_some();
    let policies = if built_in {
        &[]
    } else {
        std::slice::from_ref(card)
    };
    let mut run = super::check_files(Box::new(files), policies, &request)?;
    run.findings
        .retain(|finding| finding.rule.as_str() == card.id);
    let found = run
        .findings
        .iter()
        .map(|finding| {
            let place = finding.primary.place;
            let source = run.sources.get(place.source);
            let line = source.position(place.span.start).line;
            format!("{}:{line} {}", source.path(), finding.severity)
        })
        .collect();
    Ok(Outcome {
        example,
        run,
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The built-in catalogue, its facts and the pipeline agree on what each card says of itself.
    #[test]
    fn every_example_of_every_card_finds_what_it_says() {
        let mut wrong = Vec::new();
        for card in catalog::cards() {
            for example in card.examples.iter() {
                match run(card, example) {
                    Err(failure) => {
                        wrong.push(format!("{} ({}): {failure}", card.id, example.name))
                    }
                    Ok(outcome) if !outcome.is_as_expected() => wrong.push(format!(
                        "{} ({}): finds {:?}, not {:?}",
                        card.id, example.name, outcome.found, example.finds
                    )),
                    Ok(_) => {}
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
