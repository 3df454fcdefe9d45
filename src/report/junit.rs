//! `junit`: a suite for each file, a test case for each rule that spoke there; a file without findings is one case
//! that passed. Errors and warnings are failures, an info is the output of a case that passed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::item::{Item, items};
use super::{Look, Report, concise};
use crate::finding::Severity;
use crate::run::Run;

/// The format.
pub(super) struct Junit;

impl Report for Junit {
    fn write(&self, run: &Run, _: &Look, out: &mut dyn Write) -> io::Result<()> {
        let items = items(run);
        let mut files: BTreeMap<&str, BTreeMap<&str, Vec<&Item>>> = BTreeMap::new();
        for layer in &run.checked.layers {
            files.entry(run.sources.get(*layer).path()).or_default();
        }
        for item in &items {
            let file = files.entry(item.primary.path()).or_default();
            file.entry(item.rule()).or_default().push(item);
        }
        let mut document = Document::new("stagecheck");
        for (path, rules) in &files {
            document.add_test_suite(suite(run, path, rules));
        }
        document.serialize(&mut *out).map_err(io::Error::other)?;
        Ok(())
    }
}

fn suite(run: &Run, path: &str, rules: &BTreeMap<&str, Vec<&Item>>) -> TestSuite {
    let mut suite = TestSuite::new(path);
    if rules.is_empty() {
        suite.add_test_case(case(path, "stagecheck", TestCaseStatus::success()));
    }
    for (rule, items) in rules {
        let lines: Vec<String> = items
            .iter()
            .map(|item| concise::line(run, item.finding))
            .collect();
        let worst = items.iter().map(|item| item.severity()).max();
        let worst = worst.unwrap_or(Severity::Info);
        if worst == Severity::Info {
            let mut passed = case(path, rule, TestCaseStatus::success());
            passed.set_system_out(lines.join("\n"));
            suite.add_test_case(passed);
        } else {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            failure
                .set_type(worst.as_str())
                .set_message(lines.first().map_or("", String::as_str))
                .set_description(lines.join("\n"));
            suite.add_test_case(case(path, rule, failure));
        }
    }
    suite
}

fn case(path: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(path);
    case
}
