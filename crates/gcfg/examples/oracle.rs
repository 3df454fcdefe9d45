//! Holds the reader against answers of the real library.
//!
//! Without an argument: one JSON case a line on standard input. With `classes`: the classes of characters of the version
//! of Unicode that the library's Go has; characters which that version does not know are not compared.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

#[path = "../tests/compare/mod.rs"]
mod compare;

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::process::ExitCode;

/// More disagreements than these are counted only.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("classes") {
        return classes();
    }
    cases()
}

#[derive(serde::Deserialize)]
struct Classes {
    letters: Vec<(u32, u32)>,
    digits: Vec<(u32, u32)>,
    printable: Vec<(u32, u32)>,
    unassigned: Vec<(u32, u32)>,
    folds: HashMap<u32, u32>,
}

/// What the reader shows of every character: whether it is a letter, a digit, printable.
fn class(character: char) -> (bool, bool, bool) {
    let intact = |header: String| {
        gcfg::parse(header, gcfg::Options::default())
            .problems
            .is_empty()
    };
    let is_letter = intact(format!("[{character}]"));
    let is_digit = !is_letter && character != '-' && intact(format!("[a{character}]"));
    let kind = gcfg::ProblemKind::IllegalCharacter(character);
    let is_printable = kind.to_string().ends_with('\'');
    (is_letter, is_digit, is_printable)
}

fn classes() -> ExitCode {
    let classes: Classes = match serde_json::from_reader(io::stdin().lock()) {
        Ok(classes) => classes,
        Err(error) => {
            eprintln!("these are no classes: {error}");
            return ExitCode::FAILURE;
        }
    };
    let is_in = |ranges: &[(u32, u32)], character: char| {
        let code = u32::from(character);
        let after = ranges.partition_point(|&(first, _)| first <= code);
        after > 0 && code <= ranges[after - 1].1
    };
    let (mut compared, mut disagreements) = (0, 0);
    for character in '\0'..=char::MAX {
        if is_in(&classes.unassigned, character) {
            continue;
        }
        compared += 1;
        let real = (
            is_in(&classes.letters, character),
            is_in(&classes.digits, character),
            is_in(&classes.printable, character),
        );
        // The white space and the comment signs of gcfg, which no header shows.
        let is_own = character.is_ascii() && !character.is_ascii_alphanumeric();
        let least = classes.folds.get(&character.into()).copied();
        let least = least.and_then(char::from_u32).unwrap_or(character);
        let folds = gcfg::same_name(&character.to_string(), &least.to_string());
        let ours = class(character);
        let is_same = if is_own {
            ours.2 == real.2
        } else {
            ours == real
        };
        // Two characters that fold to the same are the same to Go.
        let folded = gcfg::fold(&character.to_string());
        let by_fold = folded.chars().next().map_or(character, |folded| {
            let least = classes.folds.get(&folded.into()).copied();
            least.and_then(char::from_u32).unwrap_or(folded)
        });
        if !is_same || !folds || by_fold != least {
            disagreements += 1;
            if disagreements <= SHOWN {
                println!(
                    "{character:?} U+{:04X}: {ours:?}, Go {real:?}, folds {folds}",
                    u32::from(character)
                );
            }
        }
    }
    println!("{compared} characters: {disagreements} disagreements");
    if disagreements == 0 && compared > 100_000 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cases() -> ExitCode {
    let (mut texts, mut errors, mut values, mut disagreements) = (0, 0, 0, 0);
    for line in io::stdin().lock().lines() {
        let case = line
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(&line).map_err(|error| error.to_string()));
        let case: compare::Case = match case {
            Ok(case) => case,
            Err(error) => {
                eprintln!("this line is no case: {error}");
                return ExitCode::FAILURE;
            }
        };
        let is_value = case.value.is_some();
        let is_error = case
            .answer
            .as_ref()
            .is_some_and(|answer| answer.error.is_some());
        values += usize::from(is_value);
        texts += usize::from(!is_value);
        errors += usize::from(is_error);
        if let Some(difference) = case.disagreement() {
            disagreements += 1;
            if disagreements <= SHOWN {
                println!(
                    "{:?}{:?}{}\n  {difference}",
                    case.text, case.value, case.hex
                );
            }
        }
    }
    println!(
        "{texts} texts ({errors} with an error), {values} values: {disagreements} disagreements"
    );
    if disagreements == 0 && texts > 0 && errors > 0 && errors < texts && values > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
