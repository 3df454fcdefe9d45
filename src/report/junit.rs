//! `junit`: a suite for each file, a test case for each rule that spoke there; a file without findings is one case
//! that passed. Findings that fail the run are failures, so that a test page and the exit status agree; other
//! findings are the output of a case that passed.
//!
//! The form is that of `junit-10.xsd`, by which Jenkins' xUnit plugin checks a report; GitLab and Azure read it too.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::concise;
use super::item::{Item, items};
use super::look::Look;
use super::writer::Report;
use super::xml::{attribute, content};
use crate::finding::Severity;
use crate::run::Run;

/// The format.
pub(super) struct Junit;

/// The items of a file by rule.
type ByRule<'i, 'r> = BTreeMap<&'i str, Vec<&'i Item<'r>>>;

impl Report for Junit {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let items = items(run);
        let mut files: BTreeMap<&str, ByRule> = BTreeMap::new();
        for layer in &run.checked.layers {
            files.entry(run.sources.get(*layer).path()).or_default();
        }
        for item in &items {
            let file = files.entry(item.primary.path()).or_default();
            file.entry(item.rule()).or_default().push(item);
        }
        let tests: usize = files.values().map(cases).sum();
        let failures: usize = files.values().map(|rules| failures(run, rules)).sum();
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(
            out,
            r#"<testsuites name="stagecheck" tests="{tests}" failures="{failures}" errors="0">"#
        )?;
        for (path, rules) in &files {
            suite(run, path, rules, out)?;
        }
        writeln!(out, "</testsuites>")
    }
}

fn cases(rules: &ByRule) -> usize {
    rules.len().max(1)
}

fn failures(run: &Run, rules: &ByRule) -> usize {
    let failed = rules.values().filter(|items| worst(run, items).is_some());
    failed.count()
}

/// The severity of a failure; `None` when nothing here fails the run.
fn worst(run: &Run, items: &[&Item]) -> Option<Severity> {
    let severities = items.iter().map(|item| item.severity());
    severities
        .max()
        .filter(|worst| run.fail_on.is_reached_by(*worst))
}

fn suite(run: &Run, path: &str, rules: &ByRule, out: &mut dyn Write) -> io::Result<()> {
    let path = attribute(path);
    writeln!(
        out,
        r#"  <testsuite name="{path}" tests="{}" failures="{}" errors="0">"#,
        cases(rules),
        failures(run, rules),
    )?;
    if rules.is_empty() {
        writeln!(
            out,
            r#"    <testcase name="stagecheck" classname="{path}"/>"#
        )?;
    }
    for (rule, items) in rules {
        let name = attribute(rule);
        writeln!(out, r#"    <testcase name="{name}" classname="{path}">"#)?;
        case(run, items, out)?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

/// What a case says.
fn case(run: &Run, items: &[&Item], out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = items
        .iter()
        .map(|item| concise::line(run, item.finding))
        .collect();
    let said = content(&lines.join("\n"));
    match worst(run, items) {
        None => writeln!(out, "      <system-out>{said}</system-out>"),
        Some(worst) => writeln!(
            out,
            r#"      <failure type="{worst}" message="{}">{said}</failure>"#,
            lines
                .first()
                .map_or_else(String::new, |line| attribute(line)),
        ),
    }
}
