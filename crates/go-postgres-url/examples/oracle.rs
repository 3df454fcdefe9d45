//! Holds the reader against answers of the real libraries: one JSON case a line on standard input.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

#[path = "../tests/compare/mod.rs"]
mod compare;

use std::io::{self, BufRead};
use std::process::ExitCode;

/// More disagreements than these are counted only.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let (mut cases, mut refused, mut disagreements) = (0, 0, 0);
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
        cases += 1;
        refused += usize::from(case.is_refused());
        if let Some(difference) = case.disagreement() {
            disagreements += 1;
            if disagreements <= SHOWN {
                println!("{:?}\n  {difference}", case.url);
            }
        }
    }
    println!("{cases} URLs ({refused} refused by net/url): {disagreements} disagreements");
    if disagreements == 0 && refused > 0 && refused < cases {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
