//! Fixes as edits of bytes, and which of them are sure.
//!
//! In: the findings of a run and the texts they stand in. Out: the same findings, whose fixes are edits, without those
//! that might change more than they say. Never: whether an edit may be shown; reports ask the mask.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::FilePath;
use crate::finding::{Action, ChainName, Edit, Finding, Fix, FixKind, Step};
use crate::run::{Note, NoteLevel};
use crate::text::mask::escape;
use crate::text::{Place, Source, SourceId, Sources, Span};
use npm_yaml::edit::{self, Change, Content, Editor, Language, Proposal, Refused, Replacement};
use source::ConfigPath;

/// How often one file is read again to prove the edits of its fixes. All that touch different bytes are proven at once; only
/// fixes that cannot be made take more.
const MAX_PROOFS: usize = 64;

/// How many fixes of one file are worked out: each looks its keys up in the tree.
const MAX_FIXES: usize = 1_000;

/// Which chains load a layer, by name.
pub type Loads = BTreeMap<SourceId, BTreeSet<ChainName>>;

/// Works out the edits of all fixes, and leaves out those that cannot be made surely. `file` reads a file of the
/// repository that a source is in, for lines that are added to files that are no layers: an empty one where there is
/// none. A fix of a finding of some chains that changes a layer which others load as well is not safe, whatever its rule
/// says: nobody has judged what becomes of those. What comes back says of which files fixes were left out unproven.
pub fn plan<'f>(
    findings: impl IntoIterator<Item = &'f mut Finding>,
    sources: &Sources,
    loads: &Loads,
    file: &dyn Fn(&Source, &FilePath) -> Option<Source>,
) -> Vec<Note> {
    let mut findings: Vec<&mut Finding> = findings.into_iter().collect();
    let mut planner = Planner {
        sources,
        file,
        texts: BTreeMap::new(),
        aliases: BTreeMap::new(),
        files: BTreeMap::new(),
        asked: BTreeMap::new(),
    };
    let fixes = findings.iter_mut();
    let fixes = fixes.flat_map(|finding| &mut finding.fixes);
    let drafts: Vec<Option<Draft>> = fixes.map(|fix| planner.draft(fix)).collect();
    let (made, notes) = planner.proven();
    let mut drafts = drafts.into_iter();
    for finding in findings {
        finding
            .fixes
            .retain_mut(|fix| match drafts.next().flatten() {
                Some(draft) => draft.complete(fix, &made),
                None => false,
            });
        limit(finding, loads);
    }
    notes
}

/// Takes the name of a safe fix from those of a finding that change what chains load in which it was not found.
fn limit(finding: &mut Finding, loads: &Loads) {
    // What is found in a layer or an app root is found whatever loads it.
    if finding.chains.is_empty() {
        return;
    }
    let every_chain = || loads.values().flatten();
    for fix in &mut finding.fixes {
        let is_elsewhere = |edit: &Edit| {
            let found = |chain: &ChainName| finding.chains.contains(chain);
            match loads.get(&edit.place.source) {
                Some(chains) => !chains.iter().all(found),
                // Who includes this file is not known.
                None => !every_chain().all(found),
            }
        };
        if fix.kind == FixKind::Safe && fix.edits.iter().any(is_elsewhere) {
            fix.kind = FixKind::Unsafe;
        }
    }
}

/// The edits of one fix while others are worked out.
struct Draft {
    /// Those that need no proof.
    edits: Vec<Edit>,
    /// The proposals for its layers.
    proposals: Vec<(SourceId, usize)>,
    /// The lines that it adds.
    lines: Vec<Edit>,
}

/// What became of the proposals for each text.
type Made = BTreeMap<SourceId, Vec<Result<Vec<Replacement>, Refused>>>;

impl Draft {
    /// Gives a fix its edits; whether all of them can be made.
    fn complete(self, fix: &mut Fix, made: &Made) -> bool {
        fix.edits = self.edits;
        for (source, index) in self.proposals {
            let Some(Ok(pieces)) = made.get(&source).and_then(|made| made.get(index)) else {
                return false;
            };
            let edit =
                |one: &Replacement| Edit::words(Place::new(source, one.span), one.text.clone());
            fix.edits.extend(pieces.iter().map(edit));
        }
        fix.edits.extend(self.lines);
        !fix.edits.is_empty()
    }
}

struct Planner<'p> {
    sources: &'p Sources,
    file: &'p dyn Fn(&Source, &FilePath) -> Option<Source>,
    texts: BTreeMap<SourceId, Text<'p>>,
    /// Whether a text may hold an alias.
    aliases: BTreeMap<SourceId, bool>,
    /// How many fixes there are for each text.
    asked: BTreeMap<SourceId, usize>,
    /// Files that are no layers, by their path as a person knows it: several repositories may have one of a name.
    files: BTreeMap<String, SourceId>,
}

/// A text that fixes change.
struct Text<'p> {
    editor: Editor<'p>,
    /// Each once, also where several findings have the same fix.
    proposals: Vec<Proposal>,
    /// The numbers of the proposals that begin at a byte.
    by_start: BTreeMap<Option<u32>, Vec<usize>>,
}

impl<'p> Planner<'p> {
    /// The edits of a fix, as far as nothing has to be proven; `None` where it cannot be made.
    fn draft(&mut self, fix: &mut Fix) -> Option<Draft> {
        let edits = std::mem::take(&mut fix.edits);
        let steps = std::mem::take(&mut fix.steps);
        if !edits.iter().all(|edit| self.is_sure(edit)) {
            return None;
        }
        if let Some(step) = steps.first() {
            let asked = self.asked.entry(step.anchor.source).or_default();
            *asked += 1;
            if *asked > MAX_FIXES {
                return None;
            }
        }
        let mut draft = Draft {
            edits,
            proposals: Vec::new(),
            lines: Vec::new(),
        };
        if let [step] = steps.as_slice()
            && let Some(piece) = self.piece(step)
        {
            draft
                .proposals
                .push(self.proposed(step.anchor.source, piece));
            return Some(draft);
        }
        let mut changes: BTreeMap<SourceId, Vec<Change>> = BTreeMap::new();
        let mut lines: BTreeMap<SourceId, Vec<&str>> = BTreeMap::new();
        for step in &steps {
            match &step.action {
                Action::AddLine { file, line } => {
                    let source = self.file(step.anchor.source, file)?;
                    lines.entry(source).or_default().push(line);
                }
                action => {
                    let change = self.change(step, action)?;
                    changes.entry(step.anchor.source).or_default().push(change);
                }
            }
        }
        for (source, changes) in changes {
            let proposal = self.text(source).editor.propose(&changes).ok()?;
            draft.proposals.push(self.proposed(source, proposal));
        }
        for (source, lines) in lines {
            let text = self.sources.get(source).text();
            draft.lines.extend(added(source, text, &lines));
        }
        Some(draft)
    }

    /// Notes a proposal, unless it is known; the source, and its number there.
    fn proposed(&mut self, source: SourceId, proposal: Proposal) -> (SourceId, usize) {
        let text = self.text(source);
        let near = text.by_start.entry(proposal.start()).or_default();
        let is_same = |index: &&usize| {
            let known = text.proposals.get(**index);
            known.is_some_and(|known| known.is_same(&proposal))
        };
        if let Some(known) = near.iter().find(is_same) {
            return (source, *known);
        }
        let index = text.proposals.len();
        near.push(index);
        text.proposals.push(proposal);
        (source, index)
    }

    /// Proves all proposals, and says where there were too many.
    fn proven(self) -> (Made, Vec<Note>) {
        let mut made = Made::new();
        let mut notes = Vec::new();
        for (source, text) in self.texts {
            if text.proposals.is_empty() {
                continue;
            }
            let proven = text.editor.prove(&text.proposals, MAX_PROOFS);
            let unproven = |one: &&Result<_, Refused>| matches!(one, Err(Refused::Unproven));
            let asked = self.asked.get(&source).copied().unwrap_or_default();
            let count = proven.iter().filter(unproven).count() + asked.saturating_sub(MAX_FIXES);
            if count > 0 {
                let path = escape(self.sources.get(source).path());
                notes.push(Note {
                    level: NoteLevel::Always,
                    text: format!("{path}: {count} fixes are not offered: this file has too many"),
                });
            }
            made.insert(source, proven);
        }
        (made, notes)
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
        let aliases = self.aliases.entry(source);
        !old.is_empty()
            && old == old.trim()
            && !old.contains('\n')
            && !*aliases.or_insert_with(|| has_alias(text.text()))
    }

    /// The change of a tree that a step comes to.
    fn change(&mut self, step: &Step, action: &Action) -> Option<Change> {
        let path = self.path(step.anchor, &step.below)?;
        Some(match action {
            Action::Set(content) => Change::Set {
                path,
                content: content.clone(),
            },
            Action::Remove => Change::Remove { path },
            Action::Rename(key) => Change::Rename {
                path,
                key: key.clone(),
            },
            Action::Move(anchor, below) => {
                let to = self.path(*anchor, below)?;
                Change::Move { path, to }
            }
            Action::AddLine { .. } => return None,
        })
    }

    /// The edit that gives a piece of a scalar other text, e.g. the password in a URL; `None` where the step is about a
    /// whole value.
    fn piece(&mut self, step: &Step) -> Option<Proposal> {
        let Action::Set(Content::String(new)) = &step.action else {
            return None;
        };
        let Place { source, span } = step.anchor;
        if span.is_empty() || !step.below.is_root() {
            return None;
        }
        let piece = self.sources.get(source).slice(span);
        let editor = &self.text(source).editor;
        let document = editor.document();
        if edit::locate(document, span).is_some() {
            return None;
        }
        let path = edit::around(document, span)?;
        let Content::String(old) = Content::at(document.root.as_ref()?, &path)? else {
            return None;
        };
        // Of two equal pieces nothing says which one is meant.
        if old.matches(piece).count() != 1 {
            return None;
        }
        let content = Content::from(&*old.replacen(piece, new, 1));
        let text = new.to_string();
        let change = Change::Set { path, content };
        editor
            .propose_bytes(Replacement { span, text }, change)
            .ok()
    }

    /// The path of a value in its own text.
    fn path(&mut self, anchor: Place, below: &ConfigPath) -> Option<ConfigPath> {
        let document = self.text(anchor.source).editor.document();
        let mut path = match anchor.span == Span::at(0) {
            true => ConfigPath::root(),
            false => edit::locate(document, anchor.span)?,
        };
        for part in below.parts() {
            path.push(part.clone());
        }
        Some(path)
    }

    fn text(&mut self, source: SourceId) -> &mut Text<'p> {
        let sources = self.sources;
        self.texts.entry(source).or_insert_with(|| {
            let text = sources.get(source);
            Text {
                editor: Editor::new(text.text(), language(text)),
                proposals: Vec::new(),
                by_start: BTreeMap::new(),
            }
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
    use crate::finding::{Label, RuleId, Severity};

    /// The text after the first fix of a finding, and of which bytes it is; `None` where no fix is left.
    fn fixed(text: &str, fix: impl FnOnce(&dyn Fn(&str) -> Place) -> Fix) -> Option<String> {
        let sources = Sources::default();
        let source = sources.add(Source::new("app-config.yaml", text));
        let at = |piece: &str| {
            let start = text.find(piece).unwrap();
            Place::new(source, Span::new(start, start + piece.len()))
        };
        let mut findings = [finding(Place::new(source, Span::at(0)), fix(&at))];
        plan(&mut findings, &sources, &Loads::new(), &|_, _| None);
        let fix = findings[0].fixes.first()?;
        let own = |edit: &&Edit| edit.place.source == source;
        let replacement = |edit: &Edit| Replacement {
            span: edit.place.span,
            text: edit.text.clone(),
        };
        let edits: Vec<Replacement> = fix.edits.iter().filter(own).map(replacement).collect();
        edit::apply(text, &edits)
    }

    fn finding(place: Place, fix: Fix) -> Finding {
        Finding {
            rule: RuleId::new("rule"),
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                place,
                note: String::new(),
            },
            related: Vec::new(),
            help: None,
            fixes: vec![fix],
            chains: Vec::new(),
            config_path: None,
            reported_by: Vec::new(),
        }
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
        assert_eq!(moved.as_deref(), Some("a:\n  d:\n    f: 1\n    e: x # c\n"));
    }

    #[test]
    fn a_fix_that_changes_what_other_chains_load_is_not_safe() {
        let sources = Sources::default();
        let base = sources.add(Source::new("app-config.yaml", "a: 1\n"));
        let chain = |name: &str| ChainName(name.into());
        let loads = Loads::from([(
            base,
            BTreeSet::from([chain("production"), chain("development")]),
        )]);
        let kind = |chains: &[&str]| {
            let place = Place::new(base, Span::new(3, 4));
            let mut found = finding(place, of_edit(place));
            found.chains = chains.iter().map(|name| chain(name)).collect();
            plan([&mut found], &sources, &loads, &|_, _| None);
            found.fixes[0].kind
        };
        assert_eq!(kind(&["production"]), FixKind::Unsafe);
        assert_eq!(kind(&["development", "production"]), FixKind::Safe);
        assert_eq!(kind(&[]), FixKind::Safe);
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
