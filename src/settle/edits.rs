//! Fixes as edits of bytes, and which of them are sure.
//!
//! In: the findings of a run and the texts they stand in. Out: the same findings, whose fixes are edits, without those
//! that might change more than they say. Never: whether an edit may be shown; reports ask the mask.

use std::collections::BTreeMap;

use crate::files::FilePath;
use crate::finding::{Action, Edit, Finding, Fix, Step};
use crate::text::{Place, Source, SourceId, Sources, Span};
use npm_yaml::Document;
use npm_yaml::edit::{self, Change, Content, Language, Replacement};
use source::ConfigPath;

/// How many bytes of text the fixes of one run may be worked out in: each reads all of its file. Findings beyond it have
/// no fixes.
const FIXED_BYTES_LIMIT: usize = 2 << 20;

/// Works out the edits of all fixes, and leaves out those that cannot be made surely. `file` reads a file of the
/// repository that a source is in, for lines that are added to files that are no layers: an empty one where there is
/// none.
pub(super) fn plan(
    findings: &mut [Finding],
    sources: &Sources,
    file: &dyn Fn(&Source, &FilePath) -> Option<Source>,
) {
    let mut planner = Planner {
        sources,
        file,
        documents: BTreeMap::new(),
        files: BTreeMap::new(),
        bytes_left: FIXED_BYTES_LIMIT,
    };
    for finding in findings {
        finding.fixes.retain_mut(|fix| planner.is_made(fix));
    }
}

struct Planner<'p> {
    sources: &'p Sources,
    file: &'p dyn Fn(&Source, &FilePath) -> Option<Source>,
    documents: BTreeMap<SourceId, Document>,
    /// Files that are no layers, by their path as a person knows it: several repositories may have one of a name.
    files: BTreeMap<String, SourceId>,
    /// How many more bytes may be read.
    bytes_left: usize,
}

impl Planner<'_> {
    /// Makes the edits of a fix; whether all of them can be made.
    fn is_made(&mut self, fix: &mut Fix) -> bool {
        let mut edits = std::mem::take(&mut fix.edits);
        let steps = std::mem::take(&mut fix.steps);
        if !edits.iter().all(|edit| self.is_sure(edit)) {
            return false;
        }
        let length = |step: &Step| self.sources.get(step.anchor.source).text().len();
        let bytes = steps.iter().map(length).sum();
        let Some(left) = self.bytes_left.checked_sub(bytes) else {
            return false;
        };
        self.bytes_left = left;
        match self.edits(&steps) {
            Some(made) => edits.extend(made),
            None => return false,
        }
        fix.edits = edits;
        !fix.edits.is_empty()
    }

    /// Whether an edit of bytes that a stage named is a piece of one line that stands for one value alone.
    fn is_sure(&mut self, edit: &Edit) -> bool {
        let Place { source, span } = edit.place;
        let text = self.sources.get(source);
        let old = text.slice(span);
        // What is only taken out is a comment with its line.
        if edit.text.is_empty() {
            return !old.is_empty();
        }
        !old.is_empty() && old == old.trim() && !old.contains('\n') && !has_alias(text.text())
    }

    fn edits(&mut self, steps: &[Step]) -> Option<Vec<Edit>> {
        if let [step] = steps
            && let Some(edit) = self.piece(step)
        {
            return Some(vec![edit]);
        }
        let mut changes: BTreeMap<SourceId, Vec<Change>> = BTreeMap::new();
        let mut lines: BTreeMap<SourceId, Vec<&str>> = BTreeMap::new();
        for step in steps {
            match &step.action {
                Action::AddLine { file, line } => {
                    let source = self.file(step.anchor.source, file)?;
                    lines.entry(source).or_default().push(line);
                }
                action => {
                    let made = self.changes(step, action)?;
                    changes.entry(step.anchor.source).or_default().extend(made);
                }
            }
        }
        let mut edits = Vec::new();
        for (source, changes) in changes {
            let text = self.sources.get(source);
            let made = edit::edit(text.text(), language(text), &changes).ok()?;
            let edit = |one: Replacement| Edit::words(Place::new(source, one.span), one.text);
            edits.extend(made.into_iter().map(edit));
        }
        for (source, lines) in lines {
            edits.extend(added(source, self.sources.get(source).text(), &lines));
        }
        Some(edits)
    }

    /// The changes of a tree that a step comes to.
    fn changes(&mut self, step: &Step, action: &Action) -> Option<Vec<Change>> {
        let path = self.path(step.anchor, &step.below)?;
        Some(match action {
            Action::Set(content) => vec![Change::Set {
                path,
                content: content.clone(),
            }],
            Action::Remove => vec![Change::Remove { path }],
            Action::Rename(key) => vec![Change::Rename {
                path,
                key: key.clone(),
            }],
            Action::Move(anchor, below) => {
                let to = self.path(*anchor, below)?;
                let root = self.document(step.anchor.source).root.as_ref()?;
                let content = Content::at(root, &path)?;
                vec![Change::Set { path: to, content }, Change::Remove { path }]
            }
            Action::AddLine { .. } => Vec::new(),
        })
    }

    /// The edit that gives a piece of a scalar other text, e.g. the password in a URL; `None` where the step is about a
    /// whole value, or the scalar would not hold exactly the new text.
    fn piece(&mut self, step: &Step) -> Option<Edit> {
        let Action::Set(Content::String(new)) = &step.action else {
            return None;
        };
        let Place { source, span } = step.anchor;
        let document = self.document(source);
        if span.is_empty() || !step.below.is_root() || edit::locate(document, span).is_some() {
            return None;
        }
        let path = edit::around(document, span)?;
        let old = Content::at(document.root.as_ref()?, &path)?;
        let before = document.root.as_ref().map(Content::of)?;
        let text = self.sources.get(source);
        let replacement = Replacement {
            span,
            text: new.to_string(),
        };
        let after = edit::apply(text.text(), &[replacement])?;
        let after = match language(text) {
            Language::Yaml => npm_yaml::parse(&after),
            Language::Json => npm_yaml::parse_json(&after),
        };
        let piece = text.slice(span);
        let Content::String(old) = old else {
            return None;
        };
        let expected = old.replacen(piece, new, 1);
        let changed = Change::Set {
            path,
            content: Content::from(&*expected),
        };
        let is_same = edit::holds(&after, before, &changed, language(text));
        (old.matches(piece).count() == 1 && is_same)
            .then(|| Edit::words(step.anchor, new.to_string()))
    }

    /// The path of a value in its own text.
    fn path(&mut self, anchor: Place, below: &ConfigPath) -> Option<ConfigPath> {
        let document = self.document(anchor.source);
        let mut path = match anchor.span == Span::at(0) {
            true => ConfigPath::root(),
            false => edit::locate(document, anchor.span)?,
        };
        for part in below.parts() {
            path.push(part.clone());
        }
        Some(path)
    }

    fn document(&mut self, source: SourceId) -> &Document {
        let text = self.sources.get(source);
        self.documents
            .entry(source)
            .or_insert_with(|| match language(text) {
                Language::Yaml => npm_yaml::parse(text.text()),
                Language::Json => npm_yaml::parse_json(text.text()),
            })
    }

    /// A file of the repository that a source is in, which is no layer; an empty text where there is none.
    fn file(&mut self, beside: SourceId, path: &str) -> Option<SourceId> {
        let path = FilePath::new(path);
        if path.is_outside() {
            return None;
        }
        let file = (self.file)(self.sources.get(beside), &path)?;
        if let Some(known) = self.files.get(file.path()) {
            return Some(*known);
        }
        let name = file.path().to_owned();
        let source = self.sources.add(file);
        self.files.insert(name, source);
        Some(source)
    }
}

fn language(source: &Source) -> Language {
    match source.repository_path().ends_with(".json") {
        true => Language::Json,
        false => Language::Yaml,
    }
}

/// Lines at the end of a text that has none of them yet.
fn added(source: SourceId, text: &str, lines: &[&str]) -> Option<Edit> {
    let eol = match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let mut new = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        new.push_str(eol);
    }
    let old: Vec<&str> = text.lines().collect();
    let missing = lines.iter().filter(|line| !old.contains(line));
    for line in missing.clone() {
        new.push_str(line);
        new.push_str(eol);
    }
    let place = Place::new(source, Span::at(text.len()));
    missing.clone().next().map(|_| Edit::words(place, new))
}

/// Whether the text may hold an alias. A `*` in a string or comment may look like one: then no fix is offered, which
/// does no harm.
fn has_alias(text: &str) -> bool {
    text.match_indices('*').any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + 1..).and_then(|rest| rest.chars().next());
        before.is_none_or(|c| c.is_whitespace() || "[{,:-?".contains(c))
            && behind.is_some_and(|c| !c.is_whitespace() && !"[]{},'\"".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FixKind, Label, RuleId, Severity};

    /// The text after the first fix of a finding, and of which bytes it is; `None` where no fix is left.
    fn fixed(text: &str, fix: impl FnOnce(&dyn Fn(&str) -> Place) -> Fix) -> Option<String> {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", text));
        let at = |piece: &str| {
            let start = text.find(piece).unwrap();
            Place::new(source, Span::new(start, start + piece.len()))
        };
        let mut findings = [Finding {
            rule: RuleId::new("rule"),
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                place: Place::new(source, Span::at(0)),
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            fixes: vec![fix(&at)],
            chains: Vec::new(),
            config_path: None,
            reported_by: Vec::new(),
        }];
        plan(&mut findings, &sources, &|_, _| None);
        let fix = findings[0].fixes.first()?;
        let own = |edit: &&Edit| edit.place.source == source;
        let replacement = |edit: &Edit| Replacement {
            span: edit.place.span,
            text: edit.text.clone(),
        };
        let edits: Vec<Replacement> = fix.edits.iter().filter(own).map(replacement).collect();
        edit::apply(text, &edits)
    }

    fn of_edit(place: Place) -> Fix {
        Fix::of_edits("", FixKind::Safe, vec![Edit::string(place, "new")])
    }

    fn of_step(anchor: Place, below: &str, action: Action) -> Fix {
        Fix {
            title: String::new(),
            kind: FixKind::Safe,
            steps: vec![Step {
                anchor,
                below: below.parse().unwrap(),
                action,
            }],
            edits: Vec::new(),
        }
    }

    #[test]
    fn an_edit_of_bytes_that_an_alias_repeats_is_not_offered() {
        let kept = |text: &str, piece: &str| fixed(text, |at| of_edit(at(piece))).is_some();
        assert!(kept("a: old\nb: '*.x.com'\n# * a list\n", "old"));
        assert!(!kept("a: &x\n  old: 1\nb: *x\n", "old"));
        assert!(!kept("a: &x {old: 1}\nb: [*x]\n", "old"));
        assert!(!kept("a: |\n  old\n  text\n", "old\n  text"));
        assert!(!kept("a: old # x\n", "old "));
    }

    #[test]
    fn a_step_finds_its_value_by_the_bytes_of_its_key_or_of_itself() {
        let text = "a:\n  b: x # c\n  d: 1\n";
        let set = |piece: &str, below: &str| {
            let set = Action::Set("y2".into());
            fixed(text, |at| of_step(at(piece), below, set))
        };
        assert_eq!(set("x", "").as_deref(), Some("a:\n  b: y2 # c\n  d: 1\n"));
        assert_eq!(
            set("a", "e").as_deref(),
            Some("a:\n  b: x # c\n  d: 1\n  e: y2\n")
        );
        assert_eq!(set(" x", ""), None);
        let moved = fixed("a:\n  b: x # c\n  d:\n    f: 1\n", |at| {
            let to = "e".parse().unwrap();
            of_step(at("b"), "", Action::Move(at("f: 1"), to))
        });
        assert_eq!(moved.as_deref(), Some("a:\n  d:\n    f: 1\n    e: x\n"));
    }

    #[test]
    fn a_line_is_added_once_behind_the_last() {
        let sources = Sources::default();
        let source = sources.add(Source::new(".gitignore", ""));
        let text = |old: &str| added(source, old, &["*.local.yaml"]).map(|edit| edit.text);
        assert_eq!(text("a").as_deref(), Some("\n*.local.yaml\n"));
        assert_eq!(text("a\r\n").as_deref(), Some("*.local.yaml\r\n"));
        assert_eq!(text("").as_deref(), Some("*.local.yaml\n"));
        assert_eq!(text("*.local.yaml\n"), None);
    }
}
