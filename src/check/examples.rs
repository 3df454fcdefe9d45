//! The examples of a card, run through the whole pipeline.
//!
//! In: a card. Out: for each example the run it makes, and how it differs from what the example says. Never: the
//! disk; an example is a tree in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::files::MemoryFiles;
use crate::finding::FixKind;
use crate::request::{
    EnvironmentRequest, ExplicitProduction, ProcessEnvironment, Request, RuleSelection, SchemaCache,
};
use crate::rules::catalog;
use crate::run::{Failure, Run};
use npm_yaml::edit::{self, Replacement};
use rule_card::card::{Card, Example, Production, Surroundings, Switch};

/// What became of an example.
pub struct Outcome<'c> {
    /// The example.
    pub example: &'c Example,
    /// Its run, with the findings of the card alone.
    pub run: Run,
    /// `PATH:LINE SEVERITY` of each finding, in order.
    pub found: Vec<String>,
    /// The files that the first fix of each finding changes, as they are then, in order of path.
    pub fixed: Vec<(String, String)>,
}

impl Outcome<'_> {
    /// Whether it finds what it says.
    pub fn is_as_expected(&self) -> bool {
        let finds = self.example.finds.iter().map(AsRef::as_ref);
        self.found.iter().eq(finds) && self.is_fixed_as_expected()
    }

    /// Whether its fixes come to what it says. An example that is silent about them is not asked.
    pub fn is_fixed_as_expected(&self) -> bool {
        let expected: BTreeMap<&str, &str> = self
            .example
            .fixed
            .iter()
            .map(|(path, text)| (&**path, &**text))
            .collect();
        let fixed = self.fixed.iter().map(|(path, text)| (&**path, &**text));
        expected.is_empty() || expected.into_iter().eq(fixed)
    }
}

/// Runs one example of a card, which is judged whatever its default.
///
/// # Errors
/// When the run cannot be made: the card is broken.
pub fn run<'c>(card: &Card, example: &'c Example) -> Result<Outcome<'c>, Failure> {
    let mut files: BTreeMap<String, String> = example
        .files
        .iter()
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect();
    let (run, found) = judge(card, example, &files)?;
    let mut left = changed(&run, &mut files);
    let mut changed_paths: BTreeSet<String> = left.iter().cloned().collect();
    for _ in 0..MAX_PASSES {
        if left.is_empty() {
            break;
        }
        let (next, _) = judge(card, example, &files)?;
        left = changed(&next, &mut files);
        changed_paths.extend(left.iter().cloned());
    }
    let fixed = files
        .into_iter()
        .filter(|(path, _)| changed_paths.contains(path));
    Ok(Outcome {
        example,
        run,
        found,
        fixed: fixed.collect(),
    })
}

/// How often a fix may make room for the next.
const MAX_PASSES: usize = 10;

/// Makes the first fix of each finding that touches other bytes than those before it. The paths that change.
fn changed(run: &Run, files: &mut BTreeMap<String, String>) -> Vec<String> {
    let mut replacements: BTreeMap<String, Vec<Replacement>> = BTreeMap::new();
    for fix in run
        .findings
        .iter()
        .filter_map(|finding| finding.fix(FixKind::Unsafe))
    {
        let edits = fix.edits.iter().map(|edit| {
            let source = run.sources.get(edit.place.source);
            (source.repository_path().to_owned(), edit)
        });
        let edits: Vec<_> = edits.collect();
        let is_free = edits.iter().all(|(path, edit)| {
            let taken = replacements.get(path).into_iter().flatten();
            taken.into_iter().all(|other| {
                edit.place.span.end < other.span.start || other.span.end < edit.place.span.start
            })
        });
        for (path, edit) in edits.into_iter().filter(|_| is_free) {
            replacements.entry(path).or_default().push(Replacement {
                span: edit.place.span,
                text: edit.text.clone(),
            });
        }
    }
    let mut paths = Vec::new();
    for (path, mut replacements) in replacements {
        replacements.sort_by_key(|one| one.span);
        let text = files.entry(path.clone()).or_default();
        if let Some(new) = edit::apply(text, &replacements) {
            *text = new;
            paths.push(path);
        }
    }
    paths
}

/// The findings of a card in files, and how they are written down.
fn judge(
    card: &Card,
    example: &Example,
    files: &BTreeMap<String, String>,
) -> Result<(Run, Vec<String>), Failure> {
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path, text.as_str())));
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
            severities: vec![(card.id.to_string(), Some(card.severity()))]
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
    Ok((run, found))
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
                    Ok(outcome) if !outcome.is_fixed_as_expected() => wrong.push(format!(
                        "{} ({}): is fixed as {:#?}",
                        card.id, example.name, outcome.fixed
                    )),
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

    /// Every fix that a card declares is made in an example of that card, whose files are then as it says and parse.
    #[test]
    fn every_card_with_a_fix_shows_what_becomes_of_an_example() {
        for card in catalog::cards() {
            let cases = card.cases.iter();
            let fixes = cases
                .flat_map(|case| case.fixes.iter())
                .chain(card.fixes.iter());
            let can_be_applied = |fix: &rule_card::card::Fix| fix.kind != FixKind::Display;
            let shows = |example: &Example| !example.fixed.is_empty();
            if fixes.into_iter().any(can_be_applied) {
                assert!(card.examples.iter().any(shows), "{}", card.id);
            }
            for (path, text) in card
                .examples
                .iter()
                .flat_map(|example| example.fixed.iter())
            {
                let is_broken = path.ends_with(".yaml") && npm_yaml::parse(text).is_broken();
                assert!(!is_broken, "{}: {path}", card.id);
            }
        }
    }
}
