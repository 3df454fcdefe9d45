//! The table of limits: what stagecheck refuses to read further, and where the number stands.
//!
//! In: the sources of the product and its crates. Out: docs/limits.md, a row for each constant of a module whose name
//! says that it is a bound ([`WORDS`]), in the words of its doc comment. A limit without a doc comment fails: the table
//! would not say what it is.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::project;

const HEAD: &str = "# Limits

Bounds on what stagecheck reads or works through. Past a limit there is a finding, an error or a note, and
whatever else can be judged still is. `cargo xtask docs` makes this page from the constants themselves.

| limit | value | defined in |
| --- | --- | --- |
";

/// What names a bound: a word of the constant's name.
const WORDS: &[&str] = &["LIMIT", "LONGEST", "LARGEST", "MAX", "MOST"];

/// A bound in the code.
struct Limit {
    about: String,
    value: String,
    file: String,
}

/// The page.
///
/// # Errors
/// When a source cannot be read, or a limit has no doc comment.
pub fn page() -> Result<String, Box<dyn Error>> {
    let mut limits = Vec::new();
    for folder in ["src", "crates"] {
        for file in sources(&project().join(folder))? {
            limits.extend(of_file(&file)?);
        }
    }
    let mut page = HEAD.to_owned();
    for Limit { about, value, file } in limits {
        writeln!(page, "| {about} | `{value}` | `{file}` |")?;
    }
    Ok(page)
}

/// The Rust files below a folder, without tests, in order of path.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    let mut test_modules = Vec::new();
    for parent in [
        folder.join("mod.rs"),
        folder.join("lib.rs"),
        folder.with_extension("rs"),
    ] {
        if parent.is_file() {
            test_modules.extend(modules_of_tests(&fs::read_to_string(parent)?));
        }
    }
    for entry in entries {
        let is_test = entry
            .file_stem()
            .and_then(|stem| stem.to_str())
            .is_some_and(|stem| {
                stem == "tests" || test_modules.iter().any(|module| module == stem)
            });
        if entry.is_dir() && !is_test {
            files.extend(sources(&entry)?);
        } else if entry.extension().is_some_and(|ending| ending == "rs") && !is_test {
            files.push(entry);
        }
    }
    Ok(files)
}

/// The names of the modules that a file declares for tests only.
fn modules_of_tests(text: &str) -> Vec<String> {
    let lines = text.lines().zip(text.lines().skip(1));
    lines
        .filter(|(attribute, _)| *attribute == "#[cfg(test)]")
        .filter_map(|(_, module)| module.strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// The limits that a file defines, in its order.
fn of_file(file: &Path) -> Result<Vec<Limit>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let name = file
        .strip_prefix(project())?
        .to_string_lossy()
        .replace('\\', "/");
    let mut limits = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(sentence) = line.strip_prefix("///") {
            doc.push(sentence.trim());
        } else if let Some((constant, value)) = limit(line) {
            if doc.is_empty() {
                return Err(format!("{name}: `{constant}` has no doc comment").into());
            }
            limits.push(Limit {
                about: doc.join(" ").replace('|', "\\|"),
                value: value.to_owned(),
                file: name.clone(),
            });
            doc.clear();
        } else {
            doc.clear();
        }
    }
    Ok(limits)
}

/// Name and value of a constant that is a bound, on one line. One within a function begins further right: it is no
/// limit on input, or its function says so.
fn limit(line: &str) -> Option<(&str, &str)> {
    let (before, constant) = line.split_once("const ")?;
    let of_module = before.is_empty() || before.starts_with("pub");
    let (name, value) = constant.split_once(':')?;
    let is_bound = name.split('_').any(|word| WORDS.contains(&word));
    let value = value.split_once('=')?.1.trim().trim_end_matches(';');
    (of_module && is_bound).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::{limit, modules_of_tests};

    #[test]
    fn modules_of_tests_are_those_behind_the_attribute() {
        let text = "mod union;\n#[cfg(test)]\nmod hostile;\n#[cfg(test)]\nmod tests {\n";
        assert_eq!(modules_of_tests(text), ["hostile"]);
    }

    #[test]
    fn a_limit_is_a_constant_of_that_name_on_a_line_of_its_own() {
        let found = limit("pub(super) const MAX_DEPTH: usize = 256;");
        assert_eq!(found, Some(("MAX_DEPTH", "256")));
        let named = limit("const LAYER_LIMIT: u64 = 1 << 20;");
        assert_eq!(named, Some(("LAYER_LIMIT", "1 << 20")));
        assert_eq!(limit("    const MAX_DEPTH: usize = 256;"), None);
        assert_eq!(limit("const SCHEMA: u32 = 1;"), None);
        assert_eq!(limit("// const MAX_DEPTH: usize = 256;"), None);
    }
}
