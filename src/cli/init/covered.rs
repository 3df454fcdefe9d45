//! Which of the files that a check reads the hook's usual pattern covers.
//!
//! The pattern is that of `.pre-commit-hooks.yaml`; a test holds the two together.

use std::path::Path;

use super::request;
use crate::files::FilePath;
use crate::text::mask;
use npm_yaml::{Node, NodeValue};

/// The usual pattern without its end.
const ENDINGS: [&str; 4] = [".yaml", ".yml", ".sh", ".service"];
const NAMES: [&str; 9] = [
    "package.json",
    "yarn.lock",
    "package-lock.json",
    ".dockerignore",
    ".gitignore",
    "Procfile",
    "backstage.json",
    "config.d.ts",
    "config.schema.json",
];
const PARTS: [&str; 4] = ["Dockerfile", "dockerfile", "Containerfile", ".gcfg"];
const WHATEVER_CASE: [&str; 3] = ["makefile", "gnumakefile", "justfile"];
const HOOKS: &str = include_str!("../../../.pre-commit-hooks.yaml");

/// The line `files:` for a hook's entry: where a check here reads files that the usual pattern misses, and for an entry
/// that has no pattern of its own; else nothing.
pub(super) fn pattern_line(root: &Path, start: &Path, has_usual: bool) -> String {
    let line = |more: &str| match usual() {
        Some(usual) => format!("        files: '{usual}{more}'\n"),
        None => String::new(),
    };
    let Ok(run) = crate::check::check(&request(start)) else {
        return if has_usual { String::new() } else { line("") };
    };
    let paths = run.sources.iter().flat_map(|(_, source)| {
        let folder = FilePath::new(source.repository_path()).parent();
        let read = directive_paths(source.text());
        let read = read.into_iter().map(move |path| folder.join(&path));
        read.chain([FilePath::new(source.repository_path())])
    });
    let mut missed: Vec<String> = paths
        .filter(|path| !is_covered(path.as_str()) && !path.is_outside())
        .filter(|path| root.join(path.as_str()).is_file() && is_plain(path.as_str()))
        .map(|path| quoted(path.as_str()))
        .collect();
    missed.sort();
    missed.dedup();
    match missed.is_empty() {
        false => line(&format!("|^({})$", missed.join("|"))),
        true if has_usual => String::new(),
        true => line(""),
    }
}

/// What `$file` and `$include` in a text name. A text that is no YAML names nothing.
fn directive_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let root = npm_yaml::parse(text).root;
    let mut open: Vec<&Node> = root.iter().collect();
    while let Some(node) = open.pop() {
        match &node.value {
            NodeValue::Mapping(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            NodeValue::Sequence(items) => open.extend(items),
            _ => {}
        }
        let NodeValue::Mapping(entries) = &node.value else {
            continue;
        };
        for entry in entries {
            if let ("$file" | "$include", NodeValue::String(path)) =
                (&*entry.key.text, &entry.value.value)
            {
                paths.push(path.value.split('#').next().unwrap_or_default().to_owned());
            }
        }
    }
    paths
}

fn is_covered(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || NAMES.contains(&name)
        || WHATEVER_CASE.contains(&name.to_ascii_lowercase().as_str())
        || PARTS.iter().any(|part| name.contains(part))
}

/// The pattern of our own hooks.
fn usual() -> Option<&'static str> {
    let behind = HOOKS.split_once("files: &files '")?.1;
    Some(behind.split_once('\'')?.0)
}

/// Whether a path may be written as it is: without control characters, without what a CI runner takes for a command, and
/// without what looks like a secret.
fn is_plain(path: &str) -> bool {
    mask::outside_run(path) == path
}

/// A path as a regular expression in a single-quoted YAML string.
fn quoted(path: &str) -> String {
    let mut quoted = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            '\'' => quoted.push_str("''"),
            character => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::discover::SOURCES;

    #[test]
    fn the_pattern_is_that_of_our_hooks() {
        let usual = usual().unwrap();
        for part in ENDINGS.iter().chain(&NAMES) {
            let written = part.replace('.', "\\.");
            let written = written.replace(".yaml", ".ya?ml").replace(".yml", ".ya?ml");
            assert!(usual.contains(&written), "{part}");
        }
        assert!(usual.contains("[Dd]ockerfile") && usual.contains("Containerfile"));
    }

    #[test]
    fn every_file_that_start_commands_stand_in_is_covered() {
        let usual = regex::Regex::new(usual().unwrap()).unwrap();
        let servers = crate::connect::discover::SOURCES.iter();
        let servers = servers.map(|row| row.file_names);
        for names in SOURCES.iter().map(|row| row.file_names).chain(servers) {
            for name in names {
                assert!(usual.is_match(&format!("deploy/{name}")), "{name}");
                assert!(is_covered(&format!("deploy/{name}")), "{name}");
            }
        }
    }

    #[test]
    fn names_that_the_pattern_covers_need_no_line_of_their_own() {
        for path in [
            "a/b.yml",
            "package.json",
            "docker/prod.Dockerfile",
            "x/.gitignore",
        ] {
            assert!(is_covered(path), "{path}");
        }
        for path in ["secrets/token.txt", "my-package.json", "config.json"] {
            assert!(!is_covered(path), "{path}");
        }
        assert_eq!(quoted("a.b/it's (1)"), "a\\.b/it''s \\(1\\)");
    }
}
