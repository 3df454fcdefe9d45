//! Answers cases of the live oracle: one JSON case a line on stdin, one JSON answer a line on stdout.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod answer;

use std::io::{self, BufRead};
use std::process::ExitCode;

fn main() -> ExitCode {
    for line in io::stdin().lock().lines() {
        let case = line
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(&line).map_err(|error| error.to_string()));
        match case {
            Ok(case) => println!("{}", answer::answer(&case)),
            Err(error) => {
                eprintln!("this line is no case: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
