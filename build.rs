//! Checks the rule cards in `rules/` and embeds them as statics, so that a run parses none of them.
//! A card of the wrong shape does not build: the message names the file and the field.

#[path = "build/commit.rs"]
mod commit;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use rule_card::card::{Card, Case, Content, Example, Fix, Several, Since, Words};
use rule_card::shape;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    commit::announce(&root);
    let mut mistakes = Vec::new();
    let mut cards: BTreeMap<String, (String, Card)> = BTreeMap::new();
    for path in card_files(&root.join("rules")) {
        let file = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        match read(&path) {
            Err(found) => mistakes.extend(found.into_iter().map(|text| format!("{file}: {text}"))),
            Ok(card) => {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                if stem != card.id {
                    mistakes.push(format!(
                        "{file}: `id` is `{}`, unlike the file's name",
                        card.id
                    ));
                }
                let version = Since::parse(env!("CARGO_PKG_VERSION"));
                if let Some(why) = card.comes_too_early(version.unwrap_or(Since::FIRST)) {
                    mistakes.push(format!("{file}: `since` {why}"));
                }
                for name in card.aliases.iter().chain([&card.id]) {
                    if let Some((other, _)) = cards.get(name.as_ref()) {
                        mistakes.push(format!("{file}: `{name}` is also the id of {other}"));
                    }
                }
                cards.insert(card.id.to_string(), (file, card));
            }
        }
    }
    if !mistakes.is_empty() {
        for mistake in mistakes {
            println!("cargo::error={mistake}");
        }
        return;
    }
    let cards: Vec<&Card> = cards.values().map(|(_, card)| card).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("cards.rs");
    if let Err(error) = fs::write(&out, statics(&cards)) {
        println!("cargo::error=cannot write {}: {error}", out.display());
    }
}

/// Every `rules/**/*.yaml`, in order of path.
fn card_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> Result<Card, Vec<String>> {
    let text = fs::read_to_string(path).map_err(|error| vec![error.to_string()])?;
    let document = npm_yaml::parse(&text);
    // Of `when: !has(a) has(b)` YAML leaves `has(b)`: the card would judge something else than it says.
    if let Some(tag) = document.tags.first() {
        let line = 1 + text[..tag.start as usize].matches('\n').count();
        return Err(vec![format!(
            "line {line}: `!` begins a YAML tag; quote the text"
        )]);
    }
    let problems = document.problems.into_iter().map(|problem| problem.message);
    let root = match document.root {
        Some(root) => root,
        None => return Err(problems.collect()),
    };
    shape::card(&root).map_err(|mistakes| {
        mistakes
            .into_iter()
            .map(|mistake| format!("`{}` {}", mistake.field, mistake.message))
            .collect()
    })
}

/// Rust source of `static CARDS`. Lists become statics of their own, which a static may borrow.
fn statics(cards: &[&Card]) -> String {
    let mut out = Statics::default();
    let cards: Vec<String> = cards.iter().map(|card| out.card(card)).collect();
    format!(
        "{}/// Every built-in card, in order of id.\npub static CARDS: [card::Card; {}] = [\n{}\n];\n",
        out.source,
        cards.len(),
        cards.join(",\n")
    )
}

/// The type of two texts.
const PAIR: &str = "(card::Words, card::Words)";
/// The type of a value that a fix writes, with its key or path.
const CONTENTS: &str = "(card::Words, card::Content)";

#[derive(Default)]
struct Statics {
    source: String,
    count: usize,
}

impl Statics {
    fn card(&mut self, card: &Card) -> String {
        let each = card.each.as_ref().map_or("None".to_owned(), |each| {
            let key = option(each.key.as_ref());
            let (path, item) = (words(&each.path), words(&each.item));
            format!("Some(card::Each {{ path: {path}, key: {key}, item: {item} }})")
        });
        let doubt = card.doubt.as_ref().map_or("None".to_owned(), |doubt| {
            let (when, because) = (words(&doubt.when), words(&doubt.because));
            format!("Some(card::Doubt {{ when: {when}, because: {because} }})")
        });
        let mark = card.mark.map_or("None".to_owned(), |mark| {
            format!("Some(card::Mark::{mark:?})")
        });
        let cases = self.list("card::Case", &card.cases, Self::case);
        let fixes = self.list("card::Fix", &card.fixes, Self::fix);
        let references = self.list("card::Words", &card.references, |_, text| words(text));
        let supersedes = self.list("card::Words", &card.supersedes, |_, text| words(text));
        let aliases = self.list("card::Words", &card.aliases, |_, text| words(text));
        let examples = self.list("card::Example", &card.examples, Self::example);
        format!(
            "card::Card {{ id: {}, title: {}, group: card::Group::{:?}, since: {}, source: card::Detection::{:?}, scope: card::Scope::{:?}, \
             chains: card::Chains::{:?}, incomplete: card::Incomplete::{:?}, doubt: {doubt}, default: card::Switch::{:?}, mark: {mark}, each: {each}, \
             cases: {cases}, why: {}, fix: {}, fixes: {fixes}, references: {references}, \
             supersedes: {supersedes}, aliases: {aliases}, examples: {examples} }}",
            words(&card.id),
            words(&card.title),
            card.group,
            card.since
                .map_or("None".to_owned(), |since| format!("Some(card::{since:?})")),
            card.source,
            card.scope,
            card.chains,
            card.incomplete,
            card.default,
            words(&card.why),
            words(&card.fix),
        )
    }

    fn case(&mut self, case: &Case) -> String {
        let at = self.list("card::At", &case.at, |_, at| {
            format!(
                "card::At {{ here: {}, note: {} }}",
                words(&at.here),
                words(&at.note)
            )
        });
        let replace = case.replace.as_ref().map_or("None".to_owned(), |replace| {
            let (here, with) = (words(&replace.here), words(&replace.with));
            let kind = replace.kind;
            format!("Some(card::Replace {{ here: {here}, with: {with}, kind: card::FixKind::{kind:?} }})")
        });
        let fixes = self.list("card::Fix", &case.fixes, Self::fix);
        format!(
            "card::Case {{ when: {}, severity: Severity::{:?}, message: {}, several: {}, at: {at}, help: {}, \
             replace: {replace}, fixes: {fixes} }}",
            words(&case.when),
            case.severity,
            words(&case.message),
            option(case.several.as_ref()),
            option(case.help.as_ref()),
        )
    }

    fn fix(&mut self, fix: &Fix) -> String {
        let set = self.list(CONTENTS, &fix.set, Self::named);
        let overriding = self.list(CONTENTS, &fix.r#override, Self::named);
        let remove = self.list("card::Words", &fix.remove, |_, text| words(text));
        let rename = self.list(PAIR, &fix.rename, Self::pair);
        let moved = self.list(PAIR, &fix.r#move, Self::pair);
        let lines = self.list(PAIR, &fix.lines, Self::pair);
        format!(
            "card::Fix {{ title: {}, kind: card::FixKind::{:?}, when: {}, set: {set}, r#override: {overriding}, remove: {remove}, \
             rename: {rename}, r#move: {moved}, lines: {lines} }}",
            words(&fix.title),
            fix.kind,
            words(&fix.when),
        )
    }

    fn named(&mut self, (name, content): &(Words, Content)) -> String {
        let content = self.content(content);
        format!("({}, {content})", words(name))
    }

    fn content(&mut self, content: &Content) -> String {
        let written = match content {
            Content::Null => "Null".to_owned(),
            Content::Bool(value) => format!("Bool({value})"),
            Content::Number(value) => format!("Number({value:?})"),
            Content::Text(text) => format!("Text({})", words(text)),
            Content::List(items) => {
                format!("List({})", self.list("card::Content", items, Self::content))
            }
            Content::Mapping(pairs) => {
                format!("Mapping({})", self.list(CONTENTS, pairs, Self::named))
            }
        };
        format!("card::Content::{written}")
    }

    fn pair(&mut self, (left, right): &(Words, Words)) -> String {
        format!("({}, {})", words(left), words(right))
    }

    fn example(&mut self, example: &Example) -> String {
        let files = self.list(PAIR, &example.files, Self::pair);
        let fixed = self.list(PAIR, &example.fixed, Self::pair);
        let config = self.list("card::Words", &example.config, |_, text| words(text));
        let finds = self.list("card::Words", &example.finds, |_, text| words(text));
        format!(
            "card::Example {{ name: {}, files: {files}, config: {config}, \
             production: card::Production::{:?}, environment: card::Surroundings::{:?}, finds: {finds}, fixed: {fixed} }}",
            words(&example.name),
            example.production,
            example.environment,
        )
    }

    fn list<T: Clone>(
        &mut self,
        kind: &str,
        items: &Several<T>,
        mut write: impl FnMut(&mut Self, &T) -> String,
    ) -> String {
        if items.is_empty() {
            return "Cow::Borrowed(&[])".to_owned();
        }
        let items: Vec<String> = items.iter().map(|item| write(self, item)).collect();
        self.count += 1;
        let name = format!("LIST_{}", self.count);
        let _ = writeln!(
            self.source,
            "static {name}: [{kind}; {}] = [{}];",
            items.len(),
            items.join(", ")
        );
        format!("Cow::Borrowed(&{name})")
    }
}

/// A string literal: Rust's own escaping is what `Debug` writes.
fn words(text: &Words) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn option(text: Option<&Words>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({})", words(text)))
}
