//! The fixes of a card to those of a finding: paths become places, templates become text.
//!
//! In: the fixes that a card declares, and the items that one finding is about. Out: [`Fix`]es of [`Step`]s. Never: a step
//! whose value is not known, holds a secret, or differs between the items.

use super::condition::{Budget, Condition, Variables};
use super::message::Template;
use super::path::{Path, Step as PathStep};
use crate::backstage::value::Kind;
use crate::finding::{Action, Edit, Fix, Step};
use crate::text::Place;
use crate::text::mask::Secrets;
use npm_yaml::edit::Content;
use rule_card::card::{self, Card, Case, Replace};
use source::{ConfigPath, Part};

/// The layer that `override` writes to. Its place is the start of the file, where the file is the layer.
const LAST_LAYER: &str = "chain.lastLayer";

/// The fixes of a finding: those of its case, else those of the card. One that is not the same for all items is left out.
pub(super) fn fixes(
    card: &Card,
    case: &Case,
    place: Place,
    items: &[&Variables<'_>],
    secrets: &Secrets,
) -> Vec<Fix> {
    let declared = match case.fixes.is_empty() {
        true => &card.fixes,
        false => &case.fixes,
    };
    let replaced = case.replace.iter();
    let replaced =
        replaced.filter_map(|replace| agreed(items, |item| replacement(replace, item, secrets)));
    let declared = declared
        .iter()
        .filter_map(|fix| agreed(items, |item| resolved(fix, place, item, secrets)));
    replaced.chain(declared).collect()
}

/// What comes of every item, where that is the same.
fn agreed(items: &[&Variables<'_>], fix: impl Fn(&Variables<'_>) -> Option<Fix>) -> Option<Fix> {
    let mut items = items.iter();
    let first = fix(items.next()?)?;
    items
        .all(|item| fix(item).as_ref() == Some(&first))
        .then_some(first)
}

/// The one string of `replace`.
fn replacement(replace: &Replace, item: &Variables<'_>, secrets: &Secrets) -> Option<Fix> {
    let node = Path::parse(&replace.here)?.node(item)?;
    // A string whose bytes are a placeholder or a directive is not written there.
    let is_spelt = matches!(&node.kind, Kind::String(text) if text.style.is_some());
    let place = node.place().filter(|_| is_spelt)?;
    let text = exact(&replace.with, item, secrets)?;
    let edit = Edit::string(place, &text);
    let title = format!("Replace with `{text}`");
    Some(Fix::of_edits(title, replace.kind, vec![edit]))
}

fn resolved(fix: &card::Fix, place: Place, item: &Variables<'_>, secrets: &Secrets) -> Option<Fix> {
    if !fix.when.is_empty() {
        // What cannot be evaluated is found before anything is judged; here it offers nothing.
        let condition = Condition::parse(&fix.when).ok()?;
        let holds = condition.holds(item, &mut Budget::for_items(1)).ok()?;
        if !holds {
            return None;
        }
    }
    let mut steps = Vec::new();
    for (path, content) in fix.set.iter() {
        let (anchor, below) = nearest(path, item)?;
        let action = Action::Set(written(content, item, secrets)?);
        steps.push(Step {
            anchor,
            below,
            action,
        });
    }
    for (path, content) in fix.r#override.iter() {
        steps.push(Step {
            anchor: Path::parse(LAST_LAYER)?.node(item)?.place()?,
            below: exact(path, item, secrets)?.parse().ok()?,
            action: Action::Set(written(content, item, secrets)?),
        });
    }
    for path in fix.remove.iter() {
        steps.push(at_key(path, item, Action::Remove)?);
    }
    for (path, key) in fix.rename.iter() {
        let key = exact(key, item, secrets)?;
        steps.push(at_key(path, item, Action::Rename(key))?);
    }
    for (from, to) in fix.r#move.iter() {
        let (anchor, below) = nearest(to, item)?;
        let step = at_key(from, item, Action::Move(anchor, below))?;
        if step.anchor.source != anchor.source {
            return None;
        }
        steps.push(step);
    }
    for (file, line) in fix.lines.iter() {
        let file = exact(file, item, secrets)?;
        let line = exact(line, item, secrets)?;
        steps.push(Step {
            anchor: place,
            below: ConfigPath::root(),
            action: Action::AddLine { file, line },
        });
    }
    let title = Template::parse(&fix.title).ok()?;
    Some(Fix {
        title: title.render(&[item], secrets),
        kind: fix.kind,
        steps,
        edits: Vec::new(),
    })
}

/// A value that is there, by the bytes of its key, or by its own where it has none.
fn at_key(path: &str, item: &Variables<'_>, action: Action) -> Option<Step> {
    let node = Path::parse(path)?.node(item)?;
    let anchor = node.key_place().or(node.place())?;
    Some(Step {
        anchor,
        below: ConfigPath::root(),
        action,
    })
}

/// The nearest value on the way to a path that a layer holds, and the rest of the way.
fn nearest(path: &str, item: &Variables<'_>) -> Option<(Place, ConfigPath)> {
    let path = Path::parse(path)?;
    let nodes = path.nodes(item)?;
    let node = nodes.last()?;
    let rest = path.steps.get(nodes.len() - 1..)?;
    let mut below = ConfigPath::root();
    for step in rest {
        match step {
            PathStep::Key(key) => below.push(Part::Key(key.as_ref().into())),
            // A list is not begun in its middle.
            PathStep::Index(_) => return None,
        }
    }
    if !rest.is_empty() && !matches!(node.kind, Kind::Object(_) | Kind::Null) {
        return None;
    }
    let origin = node.origin?;
    // Where nothing is written, the key tells more than the empty bytes behind it.
    let anchor = match (origin.key, origin.value.span.is_empty()) {
        (Some(key), true) => key,
        _ => origin.value,
    };
    Some((anchor, below))
}

fn written(content: &card::Content, item: &Variables<'_>, secrets: &Secrets) -> Option<Content> {
    Some(match content {
        card::Content::Null => Content::Null,
        card::Content::Bool(value) => Content::Bool(*value),
        card::Content::Number(value) => Content::Number(*value),
        card::Content::Text(text) => Content::String(exact(text, item, secrets)?.into()),
        card::Content::List(items) => {
            let items = items.iter().map(|one| written(one, item, secrets));
            Content::Sequence(items.collect::<Option<_>>()?)
        }
        card::Content::Mapping(pairs) => {
            let pair = |(key, value): &(card::Words, card::Content)| {
                Some((key.to_string(), written(value, item, secrets)?))
            };
            Content::Mapping(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
    })
}

fn exact(template: &str, item: &Variables<'_>, secrets: &Secrets) -> Option<String> {
    Template::parse(template).ok()?.exact(item, secrets)
}
