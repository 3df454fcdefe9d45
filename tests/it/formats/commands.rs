//! The formats that are lines with commands, read back the way their runners read them.

use std::collections::HashMap;

use stagecheck::report::{Format, job_summary};

use super::{nasty, written};

/// A command as the GitHub runner reads it: the first `::` ends the properties, which are apart by commas.
fn github_command(line: &str) -> (String, HashMap<String, String>, String) {
    let rest = line.strip_prefix("::").unwrap();
    let (head, data) = rest.split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let properties = properties
        .split(',')
        .map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            let value = value.replace("%3A", ":").replace("%2C", ",");
            (key.to_owned(), github_data(&value))
        })
        .collect();
    (name.to_owned(), properties, github_data(data))
}

fn github_data(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

#[test]
fn github_commands_come_through_the_runner_unbroken() {
    let run = nasty::run();
    let report = written(Format::Github, &run);
    let commands: Vec<_> = report.lines().map(github_command).collect();
    assert_eq!(commands.len(), run.findings.len());
    for (_, properties, message) in &commands {
        assert_eq!(properties["file"], nasty::REPOSITORY_PATH);
        assert_eq!(
            *message,
            format!("{}\n{}", nasty::shown_message(), nasty::shown_help())
        );
    }
    let (name, properties, _) = &commands[0];
    assert_eq!(name, "error");
    assert_eq!(properties["title"], "hardcoded-secret");
    assert_eq!((&*properties["line"], &*properties["col"]), ("2", "16"));
    assert_eq!(
        (&*properties["endLine"], &*properties["endColumn"]),
        ("2", "36")
    );
}

#[test]
fn github_shows_the_most_severe_first_and_no_columns_over_several_lines() {
    let report = written(Format::Github, &nasty::run());
    let names: Vec<String> = report.lines().map(|line| github_command(line).0).collect();
    assert_eq!(names, ["error", "error", "warning", "notice", "notice"]);
    let tall = report
        .lines()
        .find(|line| line.starts_with("::warning"))
        .unwrap();
    assert!(!tall.contains("col="), "{tall}");
}

#[test]
fn the_job_summary_is_a_table_in_which_no_text_means_anything() {
    let summary = job_summary(&nasty::run());
    assert_eq!(summary.matches("<tr>").count(), 6, "{summary}");
    for meaning in ["<b>", "](", "**", "\n\n<"] {
        let table = summary.split_once("<table>").unwrap().1;
        assert!(!table.contains(meaning), "{meaning}: {summary}");
    }
}

#[test]
fn the_job_summary_stays_within_what_github_takes() {
    let mut run = nasty::run();
    let finding = run.findings[0].clone();
    run.findings.extend(vec![finding; 3_000]);
    let summary = job_summary(&run);
    assert!(summary.len() < 1 << 20);
    assert!(
        summary.trim_end().ends_with("more findings."),
        "{}",
        &summary[summary.len() - 99..]
    );
}

/// A command as Microsoft's task library reads it: the first `]` ends the properties, which are apart by `;`.
fn azure_command(line: &str) -> Option<(HashMap<String, String>, String)> {
    let rest = line.strip_prefix("##vso[task.logissue ")?;
    let (head, data) = rest.split_once(']').unwrap();
    let properties = head
        .split(';')
        .filter(|property| !property.is_empty())
        .map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            (key.to_owned(), azure_property(value))
        })
        .collect();
    Some((properties, azure_data(data)))
}

fn azure_property(text: &str) -> String {
    azure_data(&text.replace("%3B", ";").replace("%5D", "]"))
}

fn azure_data(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%AZP25", "%")
}

#[test]
fn azure_commands_come_through_the_agent_unbroken() {
    let report = written(Format::Azure, &nasty::run());
    assert_eq!(report.lines().count(), 5);
    let commands: Vec<_> = report.lines().filter_map(azure_command).collect();
    assert_eq!(commands.len(), 3);
    for (properties, message) in &commands {
        assert_eq!(properties["sourcepath"], nasty::REPOSITORY_PATH);
        assert_eq!(*message, nasty::shown_message());
    }
    let (properties, _) = &commands[0];
    assert_eq!(
        (&*properties["type"], &*properties["code"]),
        ("error", "hardcoded-secret")
    );
    assert_eq!(
        (&*properties["linenumber"], &*properties["columnnumber"]),
        ("2", "16")
    );
}
