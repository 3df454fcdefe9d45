//! Every card's finding as users read it, all wording in one place per group; and the rules of wording: short headlines,
//! plain English.
//!
//! `INSTA_UPDATE=always cargo test --test it wording::` writes the snapshots anew; read the difference as a user would.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use stagecheck::check::examples;
use stagecheck::report::{Format, to_bytes};
use stagecheck::rules::catalog;

#[test]
fn every_card_reads_like_this() {
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    for card in catalog::cards() {
        let page = groups.entry(card.group.as_str().to_owned()).or_default();
        let mut shown = 0;
        for example in card.examples.iter().filter(|one| !one.finds.is_empty()) {
            let outcome = examples::run(card, example).unwrap();
            shown += outcome.run.findings.len();
            let report = |format| String::from_utf8(to_bytes(format, &outcome.run)).unwrap();
            let (id, name) = (&card.id, &example.name);
            let _ = write!(
                page,
                "## {id}: {name}\n\n{}\n{}\n",
                report(Format::Concise),
                report(Format::Pretty)
            );
        }
        assert!(shown > 0, "{} has no example that finds something", card.id);
    }
    for (group, page) in groups {
        insta::assert_snapshot!(format!("wording_{group}"), page);
    }
}

/// The longest headline, in characters: what fits one line of a terminal and of a pull request's annotation.
const LONGEST_HEADLINE: usize = 100;

#[test]
fn every_headline_is_at_most_100_characters() {
    let mut long = Vec::new();
    for card in catalog::cards() {
        for example in &*card.examples {
            for finding in examples::run(card, example).unwrap().run.findings {
                if finding.message.chars().count() > LONGEST_HEADLINE {
                    long.push(format!("{}: {}", finding.rule, finding.message));
                }
            }
        }
    }
    assert_eq!(long, [""; 0]);
}

/// Words and phrases that no text for users contains, with the plain English to write instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("stand", "is"),
    ("stands", "is"),
    ("is no", "is not a"),
    ("are no", "are not"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("this machine", "localhost"),
    ("in the clear", "unencrypted, in plain text"),
    ("in front of", "before"),
    ("behind", "after"),
    ("whom", "certificate verification is disabled"),
    ("after a few requests", "rate-limited"),
    ("told", "reported"),
    ("tells", "reports"),
    ("people", "users"),
    ("whoever", "anyone who, users"),
    ("stand-in", "placeholder"),
    ("stand-ins", "placeholders"),
    ("takes the place of", "replaces"),
    ("in the place of", "instead of"),
    ("what is wanted", "expected"),
    ("there is no such", "unknown, no such"),
    ("everyone who can read", "anyone with access to"),
    ("of its own", "its own"),
    ("of their own", "their own"),
    ("of your own", "your own"),
    ("taken for", "read as, interpreted as"),
    ("takes its place", "replaces it"),
    ("in their place", "instead"),
    ("anew", "again"),
    ("in force", "in effect, used"),
    ("whole number", "integer"),
    ("whole numbers", "integers"),
    ("sign in by", "sign in with"),
];

/// What may follow or come before a phrase that is good English there.
const ALLOWED: &[&str] = &[
    "is no longer",
    "are no longer",
    "there is no",
    "there are no",
    "stand for",
    "stands for",
];

/// The forbidden phrases in a text, as whole words, each with its line.
fn forbidden(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.to_lowercase();
        for allowed in ALLOWED {
            words = words.replace(allowed, "");
        }
        for (phrase, instead) in FORBIDDEN {
            let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            let is_whole = |at: usize| {
                let before = words[..at].chars().next_back();
                let after = words[at + phrase.len()..].chars().next();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            };
            if words.match_indices(phrase).any(|(at, _)| is_whole(at)) {
                found.push(format!(
                    "{name}:{}: write `{instead}` instead of `{phrase}`: {}",
                    index + 1,
                    line.trim()
                ));
            }
        }
    }
    found
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn cards_and_pages_are_written_in_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files_below(&root.join("rules"), "yaml");
    files.extend(files_below(&root.join("docs"), "md"));
    files.extend(files_below(&root.join("src/cli/init"), "yaml"));
    for page in [
        ".pre-commit-hooks.yaml",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "action.yml",
        "editors/vscode/README.md",
        "editors/vscode/package.json",
        "editors/vscode/tasks.json",
        "npm/stagecheck/README.md",
        "npm/stagecheck/package.json",
        "python/README.md",
    ] {
        files.push(root.join(page));
    }
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(root).unwrap().display().to_string();
            forbidden(&name, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn texts_in_the_code_are_written_in_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap();
    let mut folders: Vec<PathBuf> = crates
        .map(|entry| entry.unwrap().path().join("src"))
        .collect();
    folders.push(root.join("src"));
    let files = folders
        .iter()
        .flat_map(|folder| files_below(folder, "rs"))
        .filter(|file| {
            !file
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        });
    let mut found = Vec::new();
    let mut count = 0;
    for file in files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        let code = fs::read_to_string(&file).unwrap();
        for (line, text) in texts_in_code(&code) {
            count += 1;
            found.extend(forbidden(&format!("{name}:{line}"), &text));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(count > 5000, "only {count} texts were found");
}

/// The string literals of Rust code up to its module of tests, with their lines. What a text is made with, `{…}`, is no
/// part of it, nor is a line that is continued.
fn texts_in_code(code: &str) -> Vec<(usize, String)> {
    let tests = "#[cfg(test)]\nmod tests {";
    let code = code.split_once(tests).map_or(code, |(before, _)| before);
    let tokens = regex::Regex::new(
        r##"(?s)//[^\n]*|/\*.*?\*/|r#"(?<hash>.*?)"#|\br"(?<raw>[^"]*)"|'(?:\\[^']*|[^\\'])'|"(?<plain>(?:\\.|[^"\\])*)""##,
    )
    .unwrap();
    let joined = regex::Regex::new(r"\\\n\s*").unwrap();
    let inserted = regex::Regex::new(r"\{[^{} ]*\}").unwrap();
    let texts = tokens.captures_iter(code).filter_map(|found| {
        let text = ["hash", "raw", "plain"]
            .iter()
            .find_map(|name| found.name(name))?;
        let line = code[..text.start()].matches('\n').count() + 1;
        let text = joined.replace_all(text.as_str(), "");
        Some((line, inserted.replace_all(&text, "").into_owned()))
    });
    texts.collect()
}

#[test]
fn texts_in_code_are_those_of_users_and_no_comments() {
    let code = "// \"of its own\"\nlet a = '\"'; let b = \"one {behind} \\\n  two\"; /* \"x\" */ let c = r\"raw\";\n#[cfg(test)]\nmod tests {\n\"not me\"";
    let texts = texts_in_code(code);
    assert_eq!(texts, [(2, "one  two".into()), (3, "raw".into())]);
}

#[test]
fn help_texts_are_written_in_plain_english() {
    fn of_command(command: &mut clap::Command, found: &mut Vec<String>) {
        let help = command.render_long_help().to_string();
        found.extend(forbidden(&format!("{} --help", command.get_name()), &help));
        for own in command.get_subcommands_mut() {
            of_command(own, found);
        }
    }
    let mut found = Vec::new();
    of_command(&mut stagecheck::cli::command::command(), &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_forbidden_phrase_is_found_as_a_whole_word_only() {
    assert_eq!(forbidden("x", "The key stands here.").len(), 1);
    assert_eq!(forbidden("x", "It is no key.").len(), 1);
    assert_eq!(
        forbidden("x", "It is no longer a key, which a standard understands.").len(),
        0
    );
}
