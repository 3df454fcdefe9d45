//! What to say about a fault: in our own words, for people.
//!
//! In: a fault and where it is. Out: a sentence, a note for the label, and help. Of a union, only the branch
//! the user meant is explained. Values of the configuration never occur in what is said.

use super::check::Ground;
use super::demand::{Demand, Demands};
use super::judge::Fault;
use super::model::{Bound, Schema};
use super::walk::{Saying, Walk};
use crate::backstage::value::{Kind, Value};
use crate::finding::{Edit, Fix, FixKind};
use crate::text::{Place, closest, is_slip};
use ::source::Part;

pub(super) use super::meant::union;

pub(super) const VIOLATION: &str = "schema-violation";
pub(super) const DEPRECATED: &str = "schema-deprecated";
pub(super) const UNKNOWN_KEY: &str = "unknown-key";
pub(super) const VISIBLE_SECRET: &str = "secret-visible-to-frontend";

/// How many allowed values are compared with a wrong one, to tell which was meant: a list may hold as many wrong items.
const MOST_COMPARED: usize = 256;

/// How many allowed values a message lists.
const MOST_LISTED: usize = 12;

/// What to say about a fault in a value itself; a failed union is said by [`union`].
pub(super) fn fault(walk: &Walk, schema: &Schema, fault: Fault<'_>, value: &Value) -> Saying {
    let name = name(walk);
    let found = kind_words(value);
    match fault {
        Fault::Type(types) => wrong_kind(walk, &types.words().collect::<Vec<_>>(), value),
        Fault::NotAllowed(allowed) => not_allowed(walk, allowed, value),
        Fault::Bound(bound, limit) => violation(
            format!("`{name}` {}", bound_words(bound, limit)),
            value.place(),
        ),
        Fault::Pattern(pattern) => violation(
            format!("`{name}` must match the pattern `{pattern}`"),
            value.place(),
        ),
        Fault::Duplicates => violation(
            format!("`{name}` has duplicate items, but they must be unique"),
            value.place(),
        ),
        Fault::SeveralOf(_) => violation(
            format!("`{name}` matches several schemas, but must match exactly one"),
            value.place(),
        ),
        Fault::Never => forbidden(&name, value),
        Fault::Not if forbids_everything(schema) => forbidden(&name, value),
        Fault::Not => violation(
            format!("`{name}` is {found} of a form that is not allowed here"),
            value.place(),
        ),
        Fault::NoneOf(_) => violation(
            format!("`{name}` does not match any of the allowed schemas"),
            value.place(),
        ),
    }
}

/// The value is of none of these kinds.
pub(super) fn wrong_kind(walk: &Walk, expected: &[&str], value: &Value) -> Saying {
    let name = name(walk);
    let found = kind_words(value);
    let expected = or_list(expected);
    let mut saying = violation(
        format!("`{name}` must be {expected}, not {found}"),
        value.place(),
    );
    if matches!(value.kind, Kind::Null) {
        saying.help = Some(format!("Give `{name}` a value, or remove the key."));
        saying.place = value.key_place().or(value.place());
        saying.message = format!("`{name}` has no value, but must be {expected}");
        saying.note = "no value here".into();
    } else {
        saying.note = found.into();
    }
    saying
}

/// The value is none of these.
pub(super) fn not_allowed(walk: &Walk, allowed: &[serde_json::Value], value: &Value) -> Saying {
    let name = name(walk);
    let listed = allowed.iter().take(MOST_LISTED);
    let mut words: Vec<String> = listed
        .map(|literal| format!("`{}`", bare(literal)))
        .collect();
    let more = allowed.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        words.push(format!("{more} others"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let expected = or_list(&words);
    let mut saying = violation(format!("`{name}` must be {expected}"), value.place());
    let compared = allowed.get(..MOST_COMPARED).unwrap_or(allowed);
    let texts = compared.iter().filter_map(serde_json::Value::as_str);
    saying.help = Some(match allowed {
        [_] => "Use this value.".to_owned(),
        _ => "Use one of these values.".to_owned(),
    });
    let near = value.as_str().and_then(|text| closest(text, texts));
    saying.other_may_know = value.as_str().is_some() && near.is_none();
    if let Some(near) = near {
        saying.help = Some(format!("did you mean `{near}`?"));
        let place = value.place().filter(|_| is_spelt(value));
        saying.fix = place.map(|place| replaced(place, near, FixKind::Safe));
    }
    saying
}

/// Keys are required and missing, of `all` that are missing there: of several it is not known which one a misspelt key
/// was meant to be.
pub(super) fn missing(walk: &Walk, keys: &[&str], all: usize, value: &Value) -> Saying {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    let (listed, is, it) = match keys {
        [_] => (and_list(&quoted), "is", "it"),
        _ => (and_list(&quoted), "are", "them"),
    };
    let message = if walk.path.is_root() {
        format!("{listed} {is} missing, but the schema requires {it}")
    } else {
        format!("`{}` requires {listed}", name(walk))
    };
    let mut slip = None;
    if let ([key], 1, Some(object)) = (keys, all, value.as_object()) {
        let written = object.keys().map(|key| &**key);
        slip = misspelling_of(key, written).map(|near| (*key, near));
    }
    let near_place = slip.and_then(|(_, near)| value.get(near)?.key_place());
    Saying {
        rule: VIOLATION,
        message,
        place: value.key_place().or(value.place()),
        note: format!("{listed} {is} missing"),
        help: Some(match slip {
            Some((key, near)) => format!("is `{near}` meant to be `{key}`?"),
            None => format!("Add {listed} here, or in another layer of this chain."),
        }),
        fix: slip
            .zip(near_place)
            .map(|((key, _), place)| replaced(place, key, FixKind::Unsafe)),
        ground: Ground::Absence,
        missing: None,
        other_may_know: false,
    }
}

/// A key stands where no others are allowed.
pub(super) fn refused(
    walk: &Walk,
    known: &[&Demands<'_>],
    key: &str,
    child: &Value,
    parent: &Value,
) -> Saying {
    let near = nearest_key(known, key, child, parent);
    let mut saying = not_a_key(walk, near, child);
    let fits = |near| walk.fits(known, near, child);
    saying.fix = saying.fix.filter(|_| near.is_some_and(fits));
    saying
}

/// A key stands where no others are allowed; `near` is the known one that it is a slip of.
pub(super) fn not_a_key(walk: &Walk, near: Option<&str>, child: &Value) -> Saying {
    let mut saying = violation(
        format!("`{}` is not allowed here", name(walk)),
        child.key_place().or(child.place()),
    );
    if let Some(near) = near {
        saying.help = Some(format!("did you mean `{near}`?"));
        saying.fix = renamed(child, near);
    }
    saying
}

/// A list is too long.
pub(super) fn too_many_items(walk: &Walk, child: &Value) -> Saying {
    violation(
        format!("`{}` exceeds the maximum length of the list", name(walk)),
        child.place(),
    )
}

/// A value that should no longer be set. The reason is the schema's own text.
pub(super) fn deprecated(walk: &Walk, schema: &Schema, reason: &str, value: &Value) -> Saying {
    // Of a form that takes one value alone, that value is deprecated, and not the key.
    let literal = match schema.allowed.as_deref() {
        Some([serde_json::Value::String(only)]) => Some(only.as_str()),
        _ => None,
    };
    let literal = literal.filter(|literal| value.as_str() == Some(literal));
    let name = match literal {
        Some(literal) => format!("{}: {literal}", name(walk)),
        None => name(walk),
    };
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = if reason.is_empty() {
        format!("`{name}` is deprecated and may stop working after an update")
    } else {
        format!("`{name}` is deprecated: {}", reason.trim_end_matches('.'))
    };
    Saying {
        rule: DEPRECATED,
        message,
        place: match literal {
            Some(_) => value.place().or(value.key_place()),
            None => value.key_place().or(value.place()),
        },
        note: String::new(),
        help: None,
        fix: None,
        ground: Ground::Presence,
        missing: None,
        other_may_know: false,
    }
}

/// A value that one schema hides and another shows to everyone.
pub(super) fn visible_secret(walk: &Walk, value: &Value) -> Saying {
    Saying {
        rule: VISIBLE_SECRET,
        message: format!(
            "`{}` is declared both `secret` and visible to the frontend",
            name(walk)
        ),
        place: value.key_place().or(value.place()),
        note: String::new(),
        help: Some("Correct `@visibility` in the schema of one of the packages.".into()),
        fix: None,
        ground: Ground::Presence,
        missing: None,
        other_may_know: false,
    }
}

/// A key that no schema knows and that is close to one that is known, and that known key.
pub(super) fn unknown<'s>(
    walk: &Walk,
    known: &[&Demands<'s>],
    key: &str,
    child: &Value,
    parent: &Value,
) -> Option<(Saying, &'s str)> {
    let near = nearest_key(known, key, child, parent)?;
    let mut saying = misspelt(walk, near, child);
    saying.fix = saying.fix.filter(|_| walk.fits(known, near, child));
    Some((saying, near))
}

/// A key that is close to a known one.
pub(super) fn misspelt(walk: &Walk, near: &str, value: &Value) -> Saying {
    Saying {
        rule: UNKNOWN_KEY,
        message: format!("unknown key `{}`; did you mean `{near}`?", name(walk)),
        place: value.key_place().or(value.place()),
        note: String::new(),
        help: Some(format!("Use `{near}`.")),
        fix: renamed(value, near),
        ground: Ground::Presence,
        missing: None,
        other_may_know: walk
            .path
            .parts()
            .last()
            .is_some_and(|part| is_form_of(part, near)),
    }
}

/// The fix that gives a value another key. It is not safe: a schema may not know every key that the code reads.
fn renamed(value: &Value, key: &str) -> Option<Fix> {
    let place = value.key_place()?;
    Some(replaced(place, key, FixKind::Unsafe))
}

/// The fix that writes one word in the place of another.
fn replaced(place: Place, word: &str, kind: FixKind) -> Fix {
    let edit = Edit::string(place, word);
    Fix::of_edits(format!("Replace with `{}`", edit.text), kind, vec![edit])
}

/// Whether a written key and a known one are forms of one word: the plural of the other, or longer by an ending.
fn is_form_of(written: &Part, known: &str) -> bool {
    let Part::Key(written) = written else {
        return false;
    };
    written.starts_with(known) || known.starts_with(&**written)
}

/// The known key that `key` is a slip of.
fn nearest_key<'s>(
    known: &[&Demands<'s>],
    key: &str,
    value: &Value,
    parent: &Value,
) -> Option<&'s str> {
    let keys = known.iter().flat_map(|demands| demands.known_keys());
    misspelling_of(
        key,
        keys.filter(|known| may_be_meant(known, parent.get(known), key, value)),
    )
}

/// Whether a known key with this value may be what a key that nobody knows was meant for. One that is there already is not,
/// unless another layer sets it and the two differ by one slip of the keys: then it is that one that the layer was to
/// override.
pub(super) fn may_be_meant(
    known: &str,
    set: Option<&Value>,
    written: &str,
    unknown: &Value,
) -> bool {
    let source = |value: &Value| value.key_place().map(|place| place.source);
    set.is_none_or(|set| {
        let sources = source(set).zip(source(unknown));
        sources.is_some_and(|(set, unknown)| set != unknown) && is_slip(written, known)
    })
}

/// The known key that a written one is a slip of. Of words of three letters nearly every one is close to another.
pub(super) fn misspelling_of<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    if written.chars().count() <= 3 {
        return None;
    }
    closest(written, known)
}

pub(super) fn violation(message: String, place: Option<Place>) -> Saying {
    Saying {
        rule: VIOLATION,
        message,
        place,
        note: String::new(),
        help: None,
        fix: None,
        ground: Ground::Presence,
        missing: None,
        other_may_know: false,
    }
}

fn forbidden(name: &str, value: &Value) -> Saying {
    violation(
        format!("`{name}` must not be set here"),
        value.key_place().or(value.place()),
    )
}

fn forbids_everything(schema: &Schema) -> bool {
    let not = schema.rare.as_ref().and_then(|rare| rare.not.as_ref());
    not.is_some_and(|not| *not == Schema::default())
}

/// Whether the bytes at the place of a string spell it: those of a placeholder or a directive do not.
fn is_spelt(value: &Value) -> bool {
    matches!(&value.kind, Kind::String(text) if text.style.is_some())
}

/// The path of the walk, for people.
pub(super) fn name(walk: &Walk) -> String {
    if walk.path.is_root() {
        "the configuration".into()
    } else {
        walk.path.to_string()
    }
}

/// What a value is, for people.
pub(super) fn kind_words(value: &Value) -> &'static str {
    match value.kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::Open(_) => "open",
        Kind::Array(_) => "a list",
        Kind::Object(_) => "an object",
    }
}

/// What a schema wants, for people: its types, its values, or those of its branches.
pub(super) fn wanted_words(demand: Demand<'_>, words: &mut Vec<String>) {
    for inner in Demands::of(demand).iter() {
        let schema = inner.schema;
        let mut add = |word: String| {
            if !words.contains(&word) {
                words.push(word);
            }
        };
        if let Some(allowed) = &schema.allowed {
            let listed = allowed.iter().take(MOST_LISTED);
            listed.for_each(|literal| add(format!("`{}`", bare(literal))));
        } else {
            schema.types.words().for_each(|word| add(word.to_owned()));
        }
        for branch in &schema.any_of {
            wanted_words_shallow(branch, words);
        }
    }
}

fn wanted_words_shallow(schema: &Schema, words: &mut Vec<String>) {
    let own = match &schema.allowed {
        Some(allowed) => allowed
            .iter()
            .map(|literal| format!("`{}`", bare(literal)))
            .collect(),
        None => schema.types.words().map(str::to_owned).collect::<Vec<_>>(),
    };
    for word in own {
        if !words.contains(&word) {
            words.push(word);
        }
    }
}

/// A literal of a schema as one would write it.
fn bare(literal: &serde_json::Value) -> String {
    match literal {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `a`, `b` and `c`.
fn and_list(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.concat(),
    }
}

/// `a`, `b` or `c`.
pub(super) fn or_list(words: &[&str]) -> String {
    match words {
        [] => "something else".into(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn bound_words(bound: Bound, limit: f64) -> String {
    match bound {
        Bound::Minimum => format!("must be {limit} or more"),
        Bound::Maximum => format!("must be {limit} or less"),
        Bound::ExclusiveMinimum => format!("must be more than {limit}"),
        Bound::ExclusiveMaximum => format!("must be less than {limit}"),
        Bound::MultipleOf => format!("must be a multiple of {limit}"),
        Bound::MinLength => format!("must have {limit} characters or more"),
        Bound::MaxLength => format!("must have {limit} characters or fewer"),
        Bound::MinItems => format!("must have {limit} items or more"),
        Bound::MaxItems => format!("must have {limit} items or fewer"),
        Bound::MinProperties => format!("must have {limit} keys or more"),
        Bound::MaxProperties => format!("must have {limit} keys or fewer"),
    }
}
