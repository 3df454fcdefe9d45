//! `cargo xtask docs`: the pages that are made from the cards, the declared facts and the code.
//!
//! Out: docs/rules/*.md with an index, docs/facts.md, docs/limits.md, the names of rules in the schema of the
//! settings, and the counts in README.md. With `--check` nothing is written, and a stale, missing
//! or left-over page fails.

use std::collections::BTreeSet;
use std::fs;

use stagecheck::rules::{catalog, facts_page, page};

use crate::run::{Outcome, project, write_or_check};
use crate::{counts, limits, settings_schema};

const FOLDER: &str = "docs/rules";

/// Writes the pages, or checks them.
pub fn run(arguments: &[String]) -> Outcome {
    write_or_check("docs/facts.md", &facts_page::page(), arguments)?;
    write_or_check("docs/limits.md", &limits::page()?, arguments)?;
    settings_schema::run(arguments)?;
    let readme = fs::read_to_string(project().join("README.md"))?;
    write_or_check("README.md", &counts::written(&readme)?, arguments)?;
    let mut names = BTreeSet::from(["README.md".to_owned()]);
    let index = page::index(catalog::cards());
    write_or_check(&format!("{FOLDER}/README.md"), &index, arguments)?;
    for card in catalog::cards() {
        let name = format!("{}.md", card.id);
        write_or_check(&format!("{FOLDER}/{name}"), &page::page(card), arguments)?;
        names.insert(name);
    }
    for entry in fs::read_dir(project().join(FOLDER))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if names.contains(&name) {
            continue;
        }
        if arguments.iter().any(|argument| argument == "--check") {
            return Err(format!("{FOLDER}/{name} is the page of no rule").into());
        }
        fs::remove_file(entry.path())?;
    }
    Ok(())
}
