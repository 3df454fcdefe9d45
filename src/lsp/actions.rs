//! Code actions: what the editor may do about a finding.
//!
//! Of a finding: each of its fixes; a comment that ignores it here, with a reason to be filled in; its rule turned off in
//! the settings. Of a file: all its safe fixes at once. Nothing is written: the editor makes the edits it is given.

use std::collections::HashMap;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CreateFile, Diagnostic, DocumentChange,
    OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use super::diagnostics::{SOURCE, diagnostics_of};
use super::page::Page;
use super::suppression;
use crate::files::{FilePath, Files as _};
use crate::finding::FixKind;
use crate::report::{Fix, Item};
use crate::run::Run;
use crate::settings;
use crate::text::Span;
use npm_yaml::{Node, NodeValue};

/// The kind of the action that applies every safe fix of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.stagecheck";

/// How often a file is checked again until nothing is left to be fixed.
const MOST_PASSES: usize = 10;

/// What a comment says until someone says why.
const REASON: &str = "TODO: say why";

/// What may be asked of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Whether an edit may make a file.
    pub(super) creates_files: bool,
}

/// The actions for a range, of the kinds that are wanted; no kind stands for all.
pub(super) fn actions(
    page: &Page<'_>,
    range: Range,
    only: Option<&[CodeActionKind]>,
    abilities: Abilities,
) -> Vec<CodeAction> {
    let is_wanted = |kind: &str| {
        let within = |wanted: &str| {
            let rest = kind.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.is_empty())
        };
        only.is_none_or(|only| only.iter().any(|wanted| within(wanted.as_str())))
    };
    let Some(run) = page.run() else {
        return Vec::new();
    };
    let items = page.items();
    let mut actions = Vec::new();
    if is_wanted("quickfix") {
        let asked = page.span(range);
        let touches = |item: &&Item<'_>| {
            let span = item.primary.span;
            span.start <= asked.end && asked.start <= span.end
        };
        let here: Vec<&Item<'_>> = items.iter().filter(touches).collect();
        let told: Vec<Diagnostic> = diagnostics_of(page, &here);
        let here = || here.iter().copied().zip(&told);
        for (item, told) in here() {
            actions.extend(item.fixes.iter().filter_map(|fix| of_fix(page, fix, told)));
        }
        for (item, told) in here().filter(|(item, _)| run.card(item.rule()).is_some()) {
            actions.extend(ignore(page, item, told));
        }
        for (item, told) in here().filter(|(item, _)| run.card(item.rule()).is_some()) {
            actions.extend(turn_off(page, item, told, abilities));
        }
    }
    if is_wanted(FIX_ALL) {
        actions.extend(fix_all(page, &items));
    }
    actions
}

fn of_fix(page: &Page<'_>, fix: &Fix<'_>, told: &Diagnostic) -> Option<CodeAction> {
    if fix.edits.is_empty() {
        return None;
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in &fix.edits {
        let location = page.location_in(edit.spot.source, edit.spot.span);
        changes.entry(location.uri).or_default().push(TextEdit {
            range: location.range,
            new_text: edit.text.to_owned(),
        });
    }
    let title = match fix.kind {
        FixKind::Safe => fix.title.clone(),
        FixKind::Unsafe => format!("{} (changes what the app does)", fix.title),
        FixKind::Display => format!("{} (look at it before you save)", fix.title),
    };
    Some(CodeAction {
        title,
        is_preferred: (fix.kind == FixKind::Safe).then_some(true),
        ..action(told, edit_of(changes))
    })
}

fn action(told: &Diagnostic, edit: WorkspaceEdit) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![told.clone()]),
        edit: Some(edit),
        ..CodeAction::default()
    }
}

fn edit_of(changes: HashMap<Uri, Vec<TextEdit>>) -> WorkspaceEdit {
    WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    }
}

fn edit_here(page: &Page<'_>, span: Span, new_text: String) -> WorkspaceEdit {
    let range = page.range(span);
    let edits = vec![TextEdit { range, new_text }];
    edit_of(HashMap::from([(Uri(page.uri.clone()), edits)]))
}

/// A comment that lets a finding pass. Where it can stand is tried: the finding must be gone, and nothing new be there.
fn ignore(page: &Page<'_>, item: &Item<'_>, told: &Diagnostic) -> Option<CodeAction> {
    let rule = item.rule();
    let (span, text) = candidates(page, item).into_iter().find(|(span, text)| {
        let mut tried = page.text.to_string();
        tried.replace_range(span.range(), text);
        page.folder
            .try_text(&page.path, &tried)
            .is_some_and(|run| is_ignored(page, &run, item))
    })?;
    Some(CodeAction {
        title: format!("Ignore {rule} here"),
        ..action(told, edit_here(page, span, text))
    })
}

/// Whether one finding fewer of its rule is in the file, and none more of any other.
fn is_ignored(page: &Page<'_>, run: &Run, item: &Item<'_>) -> bool {
    let count = |run: &Run, of_rule: bool| {
        let is_counted = |finding: &&crate::finding::Finding| {
            let source = run.sources.get(finding.primary.place.source);
            source.repository_path() == page.path.as_str()
                && (finding.rule.as_str() == item.rule()) == of_rule
        };
        run.findings.iter().filter(is_counted).count()
    };
    let Some(before) = page.run() else {
        return false;
    };
    count(run, true) < count(before, true) && count(run, false) <= count(before, false)
}

/// Where the comment may stand, the best place first: in one that is there, above the line, behind it.
fn candidates(page: &Page<'_>, item: &Item<'_>) -> Vec<(Span, String)> {
    let rule = item.rule();
    let line = page.line_of(item.primary.span.start as usize);
    let mut candidates = Vec::new();
    let own = page.line(line);
    let mut more = |span: Span| {
        if let Some(at) = suppression::takes_more(page.slice(span)) {
            let at = span.range().start + at;
            candidates.push((Span::at(at), format!(", {rule}")));
        }
    };
    more(own);
    for above in (0..line).rev() {
        let span = page.line(above);
        let text = page.slice(span).trim();
        if !text.is_empty() && !text.starts_with('#') {
            break;
        }
        more(span);
    }
    let text = page.slice(own);
    let indent = text.len() - text.trim_start_matches(' ').len();
    let comment = format!("# stagecheck: ignore[{rule}] {REASON}");
    let end = match page.text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let above = format!("{}{comment}{end}", " ".repeat(indent));
    candidates.push((Span::at(own.range().start), above));
    candidates.push((Span::at(own.range().end), format!(" {comment}")));
    candidates
}

/// The rule turned off in the settings that hold for the file.
fn turn_off(
    page: &Page<'_>,
    item: &Item<'_>,
    told: &Diagnostic,
    abilities: Abilities,
) -> Option<CodeAction> {
    let rule = item.rule();
    let files = page.folder.files();
    let beside = |folder: FilePath| settings::NAMES.map(|name| folder.join(name));
    let known = page.path.parent().ancestors().flat_map(beside);
    let known = known.into_iter().find(|path| files.is_file(path));
    let edit = match known {
        Some(path) => {
            let uri = page.folder.uri_of_path(&path);
            let settings = Page::open(page.folder, &uri, page.unit())?;
            let (span, text) = off(&settings.text, rule)?;
            edit_here(&settings, span, text)
        }
        None if abilities.creates_files => new_settings(page, rule),
        None => return None,
    };
    Some(CodeAction {
        title: format!("Turn {rule} off in {}", settings::NAMES[0]),
        ..action(told, edit)
    })
}

fn new_settings(page: &Page<'_>, rule: &str) -> WorkspaceEdit {
    let path = page.folder.at().join(settings::NAMES[0]);
    let uri = Uri(page.folder.uri_of_path(&path));
    let start = Position::new(0, 0);
    let edit = TextEdit {
        range: Range::new(start, start),
        new_text: format!("rules:\n  {rule}: off\n"),
    };
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: None,
        text_document_identifier: TextDocumentIdentifier { uri: uri.clone() },
    };
    let create = CreateFile {
        uri,
        options: None,
        annotation_id: None,
    };
    let edits = vec![edit.into()];
    WorkspaceEdit {
        document_changes: Some(vec![
            DocumentChange::CreateFile(create),
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document,
                edits,
            }),
        ]),
        ..WorkspaceEdit::default()
    }
}

/// The bytes of a settings file to replace, and what to write there, for a rule to be off. `None` where the file does not
/// parse, or holds something else than settings.
fn off(text: &str, rule: &str) -> Option<(Span, String)> {
    let document = npm_yaml::parse(text);
    if document.is_broken() {
        return None;
    }
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let at_end = || {
        let before = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            line_end
        };
        let new = format!("{before}rules:{line_end}  {rule}: off{line_end}");
        (Span::at(text.len()), new)
    };
    let Some(root) = document.root else {
        return Some(at_end());
    };
    let NodeValue::Mapping(entries) = &root.value else {
        return None;
    };
    let Some(rules) = entries.iter().find(|entry| &*entry.key.text == "rules") else {
        let is_flow = text.get(root.span.range())?.starts_with('{');
        return (!is_flow).then(at_end);
    };
    let Node { span, value } = &rules.value;
    let start = span.range().start;
    match value {
        NodeValue::Mapping(own) => {
            if let Some(entry) = own.iter().find(|entry| &*entry.key.text == rule) {
                return Some((entry.value.span, "off".to_owned()));
            }
            if text.get(span.range())?.starts_with('{') {
                let separator = if own.is_empty() { "" } else { ", " };
                return Some((Span::at(start + 1), format!("{rule}: off{separator}")));
            }
            let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
            let indent = text.get(line..start)?;
            let new = format!("{rule}: off{line_end}{indent}");
            indent
                .chars()
                .all(|c| c == ' ')
                .then(|| (Span::at(start), new))
        }
        NodeValue::Null => {
            let end = rules.key.span.range().end + 1;
            Some((Span::at(end), format!("{line_end}  {rule}: off")))
        }
        _ => None,
    }
}

/// Every safe fix of the file, and of what is left then. Where that takes several passes it is one edit of all that
/// lies between the first and the last byte; one that would hold a secret leaves what is left to another time.
fn fix_all(page: &Page<'_>, items: &[Item<'_>]) -> Option<CodeAction> {
    let first = safe_edits(&page.path, items);
    if first.is_empty() {
        return None;
    }
    let once = applied(&page.text, &first);
    let whole = once.and_then(|once| rest_fixed(page, once));
    let whole = whole
        .as_deref()
        .and_then(|text| difference(&page.text, text));
    let is_safe = |text: &str| {
        page.run()
            .is_some_and(|run| run.secrets.redact(text) == text)
    };
    let edits: Vec<(Span, String)> = match whole.filter(|(_, new)| is_safe(new)) {
        Some((span, new)) => vec![(span, new.to_owned())],
        None => first,
    };
    let edits = edits.into_iter().map(|(span, new_text)| TextEdit {
        range: page.range(span),
        new_text,
    });
    let changes = HashMap::from([(Uri(page.uri.clone()), edits.collect())]);
    Some(CodeAction {
        title: format!("{SOURCE}: apply all safe fixes in this file"),
        kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
        edit: Some(edit_of(changes)),
        ..CodeAction::default()
    })
}

/// A text with what its safe fixes leave to be fixed; `None` when they leave nothing.
fn rest_fixed(page: &Page<'_>, text: String) -> Option<String> {
    let mut fixed = None;
    let mut text = text;
    for _ in 1..MOST_PASSES {
        let run = page.folder.try_text(&page.path, &text)?;
        let edits = safe_edits(&page.path, &crate::report::items(&run));
        if edits.is_empty() {
            break;
        }
        text = applied(&text, &edits)?;
        fixed = Some(text.clone());
    }
    fixed
}

/// The edits of the first safe fix of each finding in a file, as far as they do not overlap or touch, from the end of the
/// file to its start. A fix that reaches into another file is not one of this file.
fn safe_edits(path: &FilePath, items: &[Item<'_>]) -> Vec<(Span, String)> {
    let mut taken: Vec<(Span, String)> = Vec::new();
    let is_here = |item: &Item<'_>| item.primary.repository_path() == path.as_str();
    for item in items.iter().filter(|item| is_here(item)) {
        let safe = item.fixes.iter().find(|fix| {
            fix.kind == FixKind::Safe
                && fix
                    .edits
                    .iter()
                    .all(|edit| edit.spot.repository_path() == path.as_str())
        });
        let edits = safe.into_iter().flat_map(|fix| &fix.edits);
        let edits: Vec<_> = edits
            .map(|edit| (edit.spot.span, edit.text.to_owned()))
            .collect();
        let is_free = |(span, _): &(Span, String)| {
            let apart = |other: &Span| other.end < span.start || span.end < other.start;
            taken.iter().all(|(other, _)| apart(other))
        };
        if edits.iter().all(is_free) {
            taken.extend(edits);
        }
    }
    taken.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    taken
}

/// A text with edits applied, which are in order from its end to its start.
fn applied(text: &str, edits: &[(Span, String)]) -> Option<String> {
    let mut text = text.to_owned();
    for (span, new) in edits {
        text.get(span.range())?;
        text.replace_range(span.range(), new);
    }
    Some(text)
}

/// The bytes in which two texts differ, and what the second has there; `None` when they are the same.
fn difference<'n>(old: &str, new: &'n str) -> Option<(Span, &'n str)> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let end: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let span = Span::new(start, old.len() - end);
    Some((span, new.get(start..new.len() - end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned_off(text: &str) -> Option<String> {
        let (span, new) = off(text, "x")?;
        let mut text = text.to_owned();
        text.replace_range(span.range(), &new);
        Some(text)
    }

    #[test]
    fn a_rule_is_turned_off_in_settings_of_any_shape() {
        for (before, after) in [
            ("", "rules:\n  x: off\n"),
            ("# note", "# note\nrules:\n  x: off\n"),
            (
                "fail-on: error\r\n",
                "fail-on: error\r\nrules:\r\n  x: off\r\n",
            ),
            ("rules:\n  a: off\n", "rules:\n  x: off\n  a: off\n"),
            (
                "rules:\n    # note\n    a: off\n",
                "rules:\n    # note\n    x: off\n    a: off\n",
            ),
            ("rules: { a: off }\n", "rules: {x: off,  a: off }\n"),
            ("rules: {}\n", "rules: {x: off}\n"),
            ("rules:\nb: 1\n", "rules:\n  x: off\nb: 1\n"),
            ("rules:\n  x: error # why\n", "rules:\n  x: off # why\n"),
        ] {
            let done = turned_off(before).unwrap();
            assert_eq!(done, after, "{before}");
            assert!(!npm_yaml::parse(&done).is_broken(), "{done}");
        }
        for text in ["- a\n", "rules: [\n", "{rulez: {}}\n", "rules: 5\n"] {
            assert_eq!(turned_off(text), None, "{text}");
        }
    }

    #[test]
    fn a_difference_is_as_small_as_it_can_be() {
        assert_eq!(difference("aéb", "aéb"), None);
        assert_eq!(difference("aéb", "aüb"), Some((Span::new(1, 3), "ü")));
        assert_eq!(difference("aa", "aaa"), Some((Span::at(2), "a")));
        assert_eq!(difference("ab", ""), Some((Span::new(0, 2), "")));
    }
}
