//! Code actions: what the editor may do about a finding.
//!
//! Of a finding: each of its fixes; a comment that ignores it here, with a reason to be filled in; its rule turned off in
//! the settings. Of a file: all its safe fixes at once. Nothing is written: the editor makes the edits it is given. What
//! takes checks to work out is worked out when somebody takes the action, where the editor asks for it then.

use std::collections::BTreeMap;

use gen_lsp_types::{CodeAction, CodeActionKind, Diagnostic, Range, TextEdit, WorkspaceEdit};
use serde::{Deserialize, Serialize};

use super::diagnostics::{SOURCE, diagnostics_of};
use super::edits::{self, Abilities};
use super::outbox::json;
use super::page::Page;
use super::{fix_all, ignore, turn_off};
use crate::finding::FixKind;
use crate::report::{Fix, Item};
use crate::settings;
use crate::text::Span;

/// The kind of the action that applies every safe fix of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.stagecheck";

/// An edit that is worked out when somebody takes the action, as the editor keeps it until then.
#[derive(Debug, Serialize, Deserialize)]
struct Deferred {
    uri: String,
    what: DeferredEdit,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DeferredEdit {
    /// The comment for the finding of a rule at a place.
    Ignore { rule: String, range: Range },
    /// All safe fixes of the file.
    FixAll,
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
        let of_rules = || here().filter(|(item, _)| run.card(item.rule()).is_some());
        for (item, told) in here() {
            let fixes = item.fixes.iter();
            actions.extend(fixes.filter_map(|fix| of_fix(page, fix, told, abilities)));
        }
        for (item, told) in of_rules() {
            actions.extend(of_ignore(page, item, told, abilities));
        }
        for (item, told) in of_rules() {
            actions.extend(of_turn_off(page, item, told, abilities));
        }
    }
    if is_wanted(FIX_ALL) && fix_all::is_due(page, &items) {
        actions.extend(of_fix_all(page, abilities));
    }
    actions
}

/// The document that an action is about whose edit was left for later.
pub(super) fn document_of(action: &CodeAction) -> Option<String> {
    deferred(action).map(|deferred| deferred.uri)
}

/// The edit that an action stands for; `None` when it cannot be made, or not any more.
pub(super) fn edit_of(
    page: &Page<'_>,
    action: &CodeAction,
    abilities: Abilities,
) -> Option<WorkspaceEdit> {
    let items = page.items();
    let edits = match deferred(action)?.what {
        DeferredEdit::FixAll => fix_all::edits(page, &items),
        DeferredEdit::Ignore { rule, range } => {
            let is_it =
                |item: &&Item<'_>| item.rule() == rule && page.range(item.primary.span) == range;
            let item = items.iter().find(is_it)?;
            vec![ignore::comment(page, item)?]
        }
    };
    (!edits.is_empty()).then(|| edit_here(page, edits, abilities))
}

fn deferred(action: &CodeAction) -> Option<Deferred> {
    serde_json::from_value(action.data.clone()?).ok()
}

fn of_fix(
    page: &Page<'_>,
    fix: &Fix<'_>,
    told: &Diagnostic,
    abilities: Abilities,
) -> Option<CodeAction> {
    if fix.edits.is_empty() {
        return None;
    }
    let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        let location = page.location_in(edit.spot.source, edit.spot.span);
        changes.entry(location.uri.0).or_default().push(TextEdit {
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
        edit: Some(edits::of_files(page.folder, abilities, changes)),
        ..about(told)
    })
}

fn about(told: &Diagnostic) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![told.clone()]),
        ..CodeAction::default()
    }
}

fn edit_here(page: &Page<'_>, edits: Vec<(Span, String)>, abilities: Abilities) -> WorkspaceEdit {
    let edits = edits.into_iter().map(|(span, new_text)| TextEdit {
        range: page.range(span),
        new_text,
    });
    let changes = BTreeMap::from([(page.uri.clone(), edits.collect())]);
    edits::of_files(page.folder, abilities, changes)
}

/// An action with its edit, or with what the editor needs to ask for it.
fn now_or_later(
    page: &Page<'_>,
    what: DeferredEdit,
    action: CodeAction,
    abilities: Abilities,
    is_later: bool,
) -> Option<CodeAction> {
    let uri = page.uri.clone();
    let action = CodeAction {
        data: Some(json(Deferred { uri, what })),
        ..action
    };
    match is_later {
        true => Some(action),
        false => {
            let edit = Some(edit_of(page, &action, abilities)?);
            let data = None;
            Some(CodeAction {
                edit,
                data,
                ..action
            })
        }
    }
}

fn of_ignore(
    page: &Page<'_>,
    item: &Item<'_>,
    told: &Diagnostic,
    abilities: Abilities,
) -> Option<CodeAction> {
    if !ignore::may_stand(page, item) {
        return None;
    }
    let rule = item.rule().to_owned();
    let action = CodeAction {
        title: format!("Ignore {rule} here"),
        ..about(told)
    };
    let range = page.range(item.primary.span);
    let is_later = abilities.resolves_edits && !ignore::must_be_tried(page);
    let what = DeferredEdit::Ignore { rule, range };
    now_or_later(page, what, action, abilities, is_later)
}

fn of_turn_off(
    page: &Page<'_>,
    item: &Item<'_>,
    told: &Diagnostic,
    abilities: Abilities,
) -> Option<CodeAction> {
    let rule = item.rule();
    Some(CodeAction {
        title: format!("Turn {rule} off in {}", settings::NAMES[0]),
        edit: Some(turn_off::edit_of(page, rule, abilities)?),
        ..about(told)
    })
}

fn of_fix_all(page: &Page<'_>, abilities: Abilities) -> Option<CodeAction> {
    let action = CodeAction {
        title: format!("{SOURCE}: apply all safe fixes in this file"),
        kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
        ..CodeAction::default()
    };
    let is_later = abilities.resolves_edits;
    now_or_later(page, DeferredEdit::FixAll, action, abilities, is_later)
}
