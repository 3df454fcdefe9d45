//! Imports go one way.
//!
//! In: the `use` lines and paths of src/. Out: every import of a module that stands above its own, and every circle of
//! files that leads through more than one folder, with both ends. A name counts for the file that defines it, however
//! many `pub use` it came through.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The modules of src/, lowest first: one imports only those before it.
const ORDER: &[&str] = &[
    "version",
    "text",
    "files",
    "finding",
    "request",
    "backstage",
    "connect",
    "rules",
    "run",
    "settings",
    "settle",
    "product",
    "check",
    "fix",
    "report",
    "lsp",
    "cli",
];

/// A module by its path in the crate: `["backstage", "npm", "manifest"]`; the root of the crate is empty.
type Module = Vec<String>;

#[derive(Default)]
struct Tree {
    /// Each module and the folder its file is in; `a.rs` beside a folder `a/` is in that folder.
    folders: BTreeMap<Module, String>,
    /// What a module passes on: name to where it comes from.
    passed_on: BTreeMap<Module, BTreeMap<String, Module>>,
    /// What a module names, as written from the root of the crate.
    named: BTreeMap<Module, Vec<Module>>,
}

impl Tree {
    fn of_files<'t>(files: impl Iterator<Item = (String, &'t str)> + Clone) -> Self {
        let paths: BTreeSet<String> = files.clone().map(|(path, _)| path).collect();
        let mut tree = Self::default();
        for (path, _) in files.clone() {
            let stem = path.trim_end_matches(".rs");
            let has_folder = paths
                .iter()
                .any(|other| other.starts_with(&format!("{stem}/")));
            let folder = match stem.rsplit_once('/') {
                _ if has_folder => stem,
                Some((folder, _)) => folder,
                None => "",
            };
            tree.folders.insert(module_of(&path), folder.to_owned());
        }
        for (path, text) in files {
            tree.read(&module_of(&path), &code_of(text));
        }
        tree
    }

    fn read(&mut self, module: &Module, code: &str) {
        let mut local = BTreeMap::new();
        let mut rest = String::new();
        let mut statements = code.split_inclusive(';');
        for statement in &mut statements {
            let Some((before, tree, is_public)) = use_of(statement) else {
                rest.push_str(statement);
                continue;
            };
            rest.push_str(before);
            for (path, name) in leaves(tree) {
                let Some(path) = self.rooted(module, &path) else {
                    continue;
                };
                if is_public {
                    let passed_on = self.passed_on.entry(module.clone()).or_default();
                    passed_on.insert(name.clone(), path.clone());
                }
                self.named
                    .entry(module.clone())
                    .or_default()
                    .push(path.clone());
                local.insert(name, path);
            }
        }
        for path in paths(&rest) {
            let first = path.first().map(String::as_str).unwrap_or_default();
            let whole = match local.get(first) {
                Some(known) => Some([known.clone(), path[1..].to_vec()].concat()),
                None => self.rooted(module, &path),
            };
            self.named.entry(module.clone()).or_default().extend(whole);
        }
    }

    /// A path from the root of the crate; `None` for one of another crate.
    fn rooted(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut base = module.clone();
        let mut path = path;
        match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => path = &path[1..],
            "super" => {
                while path.first().is_some_and(|part| part == "super") {
                    base.pop();
                    path = &path[1..];
                }
            }
            first => {
                let child = [base.as_slice(), &[first.to_owned()]].concat();
                self.folders.get(&child)?;
            }
        }
        Some([base.as_slice(), path].concat())
    }

    /// The module whose file defines what a path names.
    fn defined_in(&self, path: &[String], follow: usize) -> Option<Module> {
        let (module, rest) = (0..=path.len())
            .rev()
            .map(|end| path.split_at(end))
            .find(|(module, _)| self.folders.contains_key(*module))?;
        let passed_on = rest
            .first()
            .and_then(|name| self.passed_on.get(module)?.get(name));
        match passed_on {
            Some(from) if follow > 0 => {
                let whole = [from.as_slice(), &rest[1..]].concat();
                self.defined_in(&whole, follow - 1)
            }
            _ => Some(module.to_vec()),
        }
    }

    /// Each module with those it imports.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let targets = |module: &Module, named: &[Module]| {
            let defined = named.iter().filter_map(|path| self.defined_in(path, 8));
            defined.filter(|target| target != module).collect()
        };
        self.named
            .iter()
            .map(|(module, named)| (module, targets(module, named)))
            .collect()
    }

    /// What is wrong, a line for each import.
    fn faults(&self, order: &[&str]) -> Vec<String> {
        let imports = self.imports();
        let rank = |module: &Module| {
            let top = module.first()?;
            order.iter().position(|name| name == top)
        };
        let mut faults = Vec::new();
        for module in self.folders.keys().filter(|module| !module.is_empty()) {
            if rank(module).is_none() {
                faults.push(format!("{} has no place in the order", module[0]));
            }
        }
        for (module, targets) in &imports {
            for target in targets {
                if let (Some(own), Some(other)) = (rank(module), rank(target))
                    && own < other
                {
                    faults.push(format!(
                        "{} imports {}, which stands above it",
                        module.join("::"),
                        target.join("::")
                    ));
                }
            }
        }
        for (module, targets) in &imports {
            for target in targets {
                let apart = self.folders.get(*module) != self.folders.get(target);
                if apart && !target.is_empty() && reaches(&imports, target, module) {
                    faults.push(format!(
                        "{} imports {}, which leads back to it",
                        module.join("::"),
                        target.join("::")
                    ));
                }
            }
        }
        faults.dedup();
        faults
    }
}

fn reaches(imports: &BTreeMap<&Module, BTreeSet<Module>>, from: &Module, to: &Module) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module) {
            open.extend(imports.get(module).into_iter().flatten());
        }
    }
    false
}

fn module_of(path: &str) -> Module {
    let stem = path.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "lib" | "main" => Vec::new(),
        stem => stem.split('/').map(str::to_owned).collect(),
    }
}

/// A text without comments, literals of strings and tests.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines
        .map(|line| line.split('"').step_by(2).collect::<Vec<_>>().join("\"\""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What stands before a `use` in a statement, its tree, and whether it passes on what it names.
fn use_of(statement: &str) -> Option<(&str, &str, bool)> {
    let body = statement.trim_end_matches(';');
    let mut at = 0;
    let start = loop {
        let found = at + body.get(at..)?.find("use ")?;
        let line = &body[body[..found].rfind('\n').map_or(0, |end| end + 1)..found];
        let line = line.trim();
        if line.is_empty() || line.starts_with("pub") && !line.contains("fn") {
            break found;
        }
        at = found + 4;
    };
    let line = body[..start].rfind('\n').map_or(0, |end| end + 1);
    let is_public = body[line..start].trim().starts_with("pub");
    Some((&body[..line], &body[start + 4..], is_public))
}

/// The leaves of a `use` tree with the names they get.
fn leaves(tree: &str) -> Vec<(Module, String)> {
    fn walk(prefix: &[String], tree: &str, leaves: &mut Vec<(Module, String)>) {
        let tree = tree.trim();
        let parts = |text: &str| -> Module {
            let parts = text.split("::").map(str::trim);
            parts
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        if let Some((head, group)) = tree.split_once('{') {
            let prefix = [prefix, &parts(head)].concat();
            let group = group.trim_end().trim_end_matches('}');
            let (mut depth, mut start) = (0usize, 0);
            for (at, byte) in group.bytes().enumerate() {
                match byte {
                    b'{' => depth += 1,
                    b'}' => depth = depth.saturating_sub(1),
                    b',' if depth == 0 => {
                        walk(&prefix, &group[start..at], leaves);
                        start = at + 1;
                    }
                    _ => {}
                }
            }
            walk(&prefix, &group[start..], leaves);
        } else if !tree.is_empty() {
            let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
            let mut path = [prefix, &parts(path)].concat();
            if path.last().is_some_and(|part| part == "self") && path.len() > 1 {
                path.pop();
            }
            let name = match alias.trim() {
                "" => path.last().cloned().unwrap_or_default(),
                alias => alias.to_owned(),
            };
            leaves.push((path, name));
        }
    }
    let mut found = Vec::new();
    walk(&[], tree, &mut found);
    found
}

/// Every `a::b` in code; visibilities (`pub(in a::b)`) are none.
fn paths(code: &str) -> Vec<Module> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let (mut before, mut further) = ("", "");
    let mut found = Vec::new();
    for word in code.split_inclusive(|c| !is_part(c)) {
        let path = word.trim_end_matches(|c| !is_part(c));
        if path.contains("::")
            && !path.starts_with("::")
            && !(before == "in " && further.ends_with("pub("))
        {
            let parts = path.split("::").filter(|part| !part.is_empty());
            found.push(parts.map(str::to_owned).collect());
        }
        (further, before) = (before, word);
    }
    found
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() && name != "tests" {
            read_folder(&entry.path(), &format!("{path}/"), files);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            files.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::of_files(files.iter().map(|(path, text)| ((*path).to_owned(), *text)))
}

#[test]
fn no_module_imports_one_above_it_and_no_circle_crosses_folders() {
    let mut files = Vec::new();
    read_folder(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "",
        &mut files,
    );
    let tree = Tree::of_files(
        files
            .iter()
            .map(|(path, text)| (path.clone(), text.as_str())),
    );
    let edges: usize = tree.imports().values().map(BTreeSet::len).sum();
    assert!(edges > 1000, "only {edges} imports were understood");
    let faults = tree.faults(ORDER);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_import_of_a_module_above_names_both_ends() {
    let order = &["low", "high"];
    let wrong = [
        ("low/mod.rs", "pub mod part;\n"),
        ("low/part.rs", "use crate::high::{self, Thing};\n"),
        ("high.rs", "use crate::low::part;\npub struct Thing;\n"),
    ];
    let faults = tree(&wrong).faults(order);
    assert_eq!(faults[0], "low::part imports high, which stands above it");
    let inline = [
        ("low.rs", "fn f() { super::high::g(); }\n"),
        ("high.rs", ""),
    ];
    assert_eq!(
        tree(&inline).faults(order),
        ["low imports high, which stands above it"]
    );
    let right = [("low.rs", ""), ("high.rs", "use crate::low;\n")];
    assert!(tree(&right).faults(order).is_empty());
    assert_eq!(
        tree(&[("new.rs", "")]).faults(order),
        ["new has no place in the order"]
    );
}

#[test]
fn a_circle_through_two_folders_is_found_behind_what_is_passed_on() {
    let order = &["top"];
    let circle = [
        ("top/mod.rs", "mod a;\nmod b;\n"),
        (
            "top/a/mod.rs",
            "mod inner;\npub use inner::Thing;\nuse super::b::Other;\n",
        ),
        (
            "top/a/inner.rs",
            "use crate::top::b::{Other as Else};\npub struct Thing;\n",
        ),
        ("top/b/mod.rs", "use super::a::Thing;\npub struct Other;\n"),
    ];
    let faults = tree(&circle).faults(order);
    assert!(
        faults.contains(&"top::b imports top::a::inner, which leads back to it".to_owned()),
        "{faults:?}"
    );
    // A folder may pass on what is in it: the circle is in one folder.
    let inside = [
        ("top/mod.rs", "mod a;\n"),
        (
            "top/a/mod.rs",
            "mod inner;\npub use inner::Thing;\npub struct Own;\n",
        ),
        (
            "top/a/inner.rs",
            "use super::Own;\npub struct Thing(Own);\n",
        ),
    ];
    assert!(tree(&inside).faults(order).is_empty());
}
