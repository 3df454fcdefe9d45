//! The page of a rule, in Markdown: for docs/rules, for `stagecheck explain`, and for reports that carry help.
//!
//! In: cards. Out: text. Never: anything that is not in the card.

use std::fmt::Write as _;

use crate::text::prose::is_yaml;
use rule_card::card::{
    Card, Case, Chains, Detection, Example, FixKind, Group, Incomplete, Scope, Surroundings, Switch,
};

/// The whole page of a card.
pub fn page(card: &Card) -> String {
    let mut page = format!("# {}\n\n{}.\n\n{}\n", card.id, card.title, facts(card));
    section(&mut page, "Why", &card.why);
    section(&mut page, "Fix", &with_blocks(&card.fix));
    let fixes = fixes(card);
    if !fixes.is_empty() {
        section(&mut page, "Automatic fixes", &fixes);
    }
    if card.source == Detection::Conditions {
        section(&mut page, "Finds", &conditions(card));
    }
    if !card.examples.is_empty() {
        let examples: Vec<String> = card.examples.iter().map(example).collect();
        section(&mut page, "Examples", &examples.join("\n\n"));
    }
    section(&mut page, "Settings", &settings(card));
    if !card.references.is_empty() {
        let references: Vec<String> = card
            .references
            .iter()
            .map(|url| format!("- <{url}>"))
            .collect();
        section(&mut page, "References", &references.join("\n"));
    }
    page
}

/// What the card's fixes do, each once.
fn fixes(card: &Card) -> String {
    let cases = card.cases.iter().flat_map(|case| case.fixes.iter());
    let mut lines: Vec<String> = Vec::new();
    for fix in card.fixes.iter().chain(cases) {
        let how = match fix.kind {
            FixKind::Safe => "`--fix`",
            FixKind::Unsafe => "`--unsafe-fixes`",
            FixKind::Display => "shown only",
        };
        let line = format!("- {} ({how})", fix.title);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// A table of contents over the cards, in order of group and id.
pub fn index(cards: &[Card]) -> String {
    let mut page =
        "# Rules\n\nOne page per rule. `stagecheck explain RULE` prints the same page.\n"
            .to_owned();
    for (is_server, group) in [false, true]
        .into_iter()
        .flat_map(|is_server| Group::ALL.map(|group| (is_server, group)))
    {
        let is_here =
            |card: &&Card| card.group == group && (card.scope == Scope::Server) == is_server;
        let cards: Vec<&Card> = cards.iter().filter(is_here).collect();
        if cards.is_empty() {
            continue;
        }
        let mut table = "| rule | severity | finds |\n| --- | --- | --- |".to_owned();
        for card in cards {
            let id = &card.id;
            let _ = write!(
                table,
                "\n| [{id}]({id}.md) | {} | {} |",
                usual(card),
                card.title
            );
        }
        let heading = match is_server {
            true => format!("Posit Connect: {}", heading(group).to_lowercase()),
            false => heading(group).to_owned(),
        };
        section(&mut page, &heading, &table);
    }
    page
}

fn section(page: &mut String, heading: &str, text: &str) {
    let _ = write!(page, "\n## {heading}\n\n{}\n", text.trim_end());
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Database => "Database",
        Group::Secrets => "Secrets",
        Group::Security => "Security",
        Group::Schema => "Schema",
        Group::Layers => "Layers and chains",
        Group::Loader => "Loader",
        Group::Hygiene => "Hygiene",
        Group::Policy => "Policies",
    }
}

/// The severity a person meets first, and whether the rule is on.
fn usual(card: &Card) -> String {
    match card.default {
        Switch::On => card.severity().to_string(),
        Switch::Off => format!("{}, off by default", card.severity()),
    }
}

/// One line of what is known about the rule.
fn facts(card: &Card) -> String {
    let scope = match (card.scope, card.chains) {
        (Scope::Layer, _) => "each config file",
        (Scope::Chain, Chains::Production) => "the effective config of each production chain",
        (Scope::Chain, Chains::All) => "the effective config of each chain",
        (Scope::App, _) => "the files of an app root",
        (Scope::Server, _) => "the effective config of each Posit Connect server",
    };
    let mut line = format!(
        "**{}** · {} · checks {scope}",
        usual(card),
        card.group.as_str()
    );
    if card.scope == Scope::Chain && card.source == Detection::Conditions {
        line.push_str(match card.incomplete {
            Incomplete::Lower => "; one severity lower if an unseen layer may override it",
            Incomplete::Same => "",
            Incomplete::Skip => "; not reported if an unseen layer may override it",
        });
    }
    if let Some(doubt) = &card.doubt {
        let _ = write!(line, "; one severity lower if `{}`", doubt.when);
    }
    if let Some(since) = card.since {
        let _ = write!(line, " · since {}.{}", since.major, since.minor);
    }
    if !card.supersedes.is_empty() {
        let superseded: Vec<String> = card.supersedes.iter().map(|id| format!("`{id}`")).collect();
        let _ = write!(
            line,
            " · replaces {} at the same place",
            superseded.join(", ")
        );
    }
    if !card.aliases.is_empty() {
        let _ = write!(line, " · formerly {}", card.aliases.join(", "));
    }
    line
}

fn conditions(card: &Card) -> String {
    let mut text = String::new();
    if let Some(each) = &card.each {
        let _ = write!(
            text,
            "For each `{}` of `{}`, the first case that applies:\n\n",
            each.item, each.path
        );
    }
    let cases: Vec<String> = card.cases.iter().map(case).collect();
    text + &cases.join("\n\n")
}

fn case(case: &Case) -> String {
    let mut text = format!(
        "- **{}**: {}\n\n{}",
        case.severity,
        case.message,
        fenced("cel", &case.when, "  ")
    );
    if let Some(help) = &case.help {
        // A doubled brace in a template stands for one.
        let help = indented(&with_blocks(&help.replace("{{", "{")), "  ");
        let _ = write!(text, "\n\n{help}");
    }
    text
}

fn example(example: &Example) -> String {
    let mut text = match example.finds.as_ref() {
        [] => format!("### Not reported: {}", example.name),
        _ => format!("### Reported: {}", example.name),
    };
    if !example.config.is_empty() {
        let _ = write!(
            text,
            "\n\nWith `--config {}`:",
            example.config.join(" --config ")
        );
    }
    if example.environment == Surroundings::Empty {
        text.push_str("\n\nWith `--use-process-env` and no variables:");
    }
    for (path, contents) in example.files.iter() {
        let language = path
            .rsplit_once('.')
            .map_or("", |(_, extension)| match extension {
                "yaml" | "yml" => "yaml",
                "json" => "json",
                "toml" => "toml",
                "gcfg" => "ini",
                _ => "",
            });
        let _ = write!(text, "\n\n`{path}`\n\n{}", fenced(language, contents, ""));
    }
    for found in example.finds.iter() {
        let _ = write!(text, "\n\n→ `{found}`");
    }
    text
}

fn settings(card: &Card) -> String {
    let level = match card.default {
        Switch::On => "off",
        Switch::Off => card.severity().as_str(),
    };
    let id = &card.id;
    let mut text = format!(
        "In `stagecheck.yaml`:\n\n{}",
        fenced("yaml", &format!("rules:\n  {id}: {level}"), "")
    );
    if card.id != "unused-suppression" {
        let (mark, language) = match card.scope {
            Scope::Server => (';', "ini"),
            Scope::Layer | Scope::Chain | Scope::App => ('#', "yaml"),
        };
        let comment = format!("{mark} stagecheck: ignore[{id}] reason");
        let _ = write!(
            text,
            "\n\nAt the end of the line, or on its own line above:\n\n{}",
            fenced(language, &comment, "")
        );
    }
    text
}

/// Paragraphs of YAML in fences, the others as they are.
fn with_blocks(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| {
            if is_yaml(paragraph) {
                fenced("yaml", paragraph, "")
            } else {
                paragraph.to_owned()
            }
        })
        .collect();
    paragraphs.join("\n\n")
}

/// A code block; a longer fence where the text holds one.
fn fenced(language: &str, text: &str, indent: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!(
        "{indent}{fence}{language}\n{}\n{indent}{fence}",
        indented(text, indent)
    )
}

/// `text` with `indent` before every line that is not empty.
fn indented(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text
        .trim_end()
        .lines()
        .map(|line| match line {
            "" => String::new(),
            line => format!("{indent}{line}"),
        })
        .collect();
    lines.join("\n")
}
