//! Types that put others in a row: template literals and tuples.

use std::sync::Arc;

use super::keys::literal_texts;
use super::keys::members;
use super::union::union;
use super::{Evaluated, additional, items_of};
use crate::backstage::schema::model::{Additional, Bound, Items, Schema, Types};
use crate::backstage::schema::typescript::tree::TupleKind;

/// How many texts a template literal type may stand for.
const MOST_TEXTS: usize = 1000;

/// How many bytes may be written to put them together.
const MOST_BYTES: usize = 1 << 20;

/// A template literal type.
pub fn template(texts: &[Arc<str>], types: &[Evaluated]) -> Evaluated {
    let any_text = Evaluated::of(Schema::of(Types::STRING));
    let mut results: Vec<String> = vec![
        texts
            .first()
            .map_or_else(String::new, |text| (**text).to_owned()),
    ];
    let mut written = 0;
    for (index, ty) in types.iter().enumerate() {
        let suffix = texts.get(index + 1).map_or("", |text| &**text);
        let mut middles: Vec<Arc<str>> = Vec::new();
        for branch in members(&ty.schema) {
            if *branch == Schema::of(Types::BOOLEAN) {
                middles.extend([Arc::from("true"), Arc::from("false")]);
            } else if branch.allowed.is_some() {
                middles.extend(literal_texts(branch));
            } else {
                return any_text;
            }
        }
        if results.len() * middles.len() > MOST_TEXTS {
            return any_text;
        }
        let longer = results.iter().flat_map(|start| {
            middles
                .iter()
                .map(move |middle| format!("{start}{middle}{suffix}"))
        });
        results = longer.collect();
        written += results.iter().map(String::len).sum::<usize>();
        if written > MOST_BYTES {
            return any_text;
        }
    }
    union(
        results
            .into_iter()
            .map(|text| Evaluated::literal(text.into()))
            .collect(),
    )
}

/// A tuple type, as the real generator writes it: of one kind of item an array with bounds.
pub fn tuple(items: Vec<(Schema, TupleKind)>) -> Evaluated {
    let mut rest = None;
    let (mut listed, mut optional) = (Vec::new(), Vec::new());
    for (schema, kind) in items {
        match kind {
            TupleKind::Required => listed.push(schema),
            TupleKind::Optional => optional.push(schema),
            TupleKind::Rest => {
                rest.get_or_insert_with(|| items_of(&schema).cloned().unwrap_or_default());
            }
        }
    }
    let required = listed.len();
    listed.append(&mut optional);
    let mut schema = Schema::of(Types::ARRAY);
    let bounds = &mut schema.rare_mut().bounds;
    #[allow(clippy::cast_precision_loss)]
    let (least, most) = (required as f64, listed.len() as f64);
    bounds.push((Bound::MinItems, least));
    if rest.is_none() {
        bounds.push((Bound::MaxItems, most));
    }
    let first = listed.first();
    let uniform = listed.iter().all(|item| Some(item) == first)
        && rest.as_ref().is_none_or(|rest| Some(rest) == first);
    schema.items = match (first, rest) {
        (Some(_), _) if uniform => Some(Box::new(Items::Each(listed.swap_remove(0)))),
        (None, Some(rest)) => Some(Box::new(Items::Each(rest))),
        (None, None) => None,
        (Some(_), rest) => {
            let rest = rest.map_or(Additional::Allowed, additional);
            Some(Box::new(Items::Tuple(listed, rest)))
        }
    };
    Evaluated::of(schema)
}
