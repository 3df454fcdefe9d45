//! Types that put others in a row: template literals and tuples.

use std::sync::Arc;

use super::keys::literal_texts;
use super::union::{branches, union};
use super::{Evaluated, additional, items_of};
use crate::backstage::schema::model::{Additional, Bound, Items, Schema, Types};
use crate::backstage::schema::typescript::tree::TupleKind;

/// How many texts a template literal type may stand for.
const MOST_TEXTS: usize = 1000;

/// A template literal type.
pub fn template(texts: &[Arc<str>], types: &[Evaluated]) -> Evaluated {
    let any_text = Evaluated::of(Schema::of(Types::STRING));
    let mut results: Vec<String> = vec![
        texts
            .first()
            .map_or_else(String::new, |text| (**text).to_owned()),
    ];
    for (index, ty) in types.iter().enumerate() {
        let suffix = texts.get(index + 1).map_or("", |text| &**text);
        let mut middles: Vec<Arc<str>> = Vec::new();
        for branch in branches(&ty.schema) {
            if branch == Schema::of(Types::BOOLEAN) {
                middles.extend([Arc::from("true"), Arc::from("false")]);
            } else if branch.allowed.is_some() {
                middles.extend(literal_texts(&branch));
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
    let rest = items.iter().find(|(_, kind)| *kind == TupleKind::Rest);
    let rest = rest.map(|(array, _)| items_of(array));
    let of = |wanted: TupleKind| items.iter().filter(move |(_, kind)| *kind == wanted);
    let required = of(TupleKind::Required).count();
    let listed = of(TupleKind::Required).chain(of(TupleKind::Optional));
    let listed: Vec<Schema> = listed.map(|(schema, _)| schema.clone()).collect();
    let mut schema = Schema::of(Types::ARRAY);
    let bounds = &mut schema.rare_mut().bounds;
    #[allow(clippy::cast_precision_loss)]
    let (least, most) = (required as f64, listed.len() as f64);
    bounds.push((Bound::MinItems, least));
    if rest.is_none() {
        bounds.push((Bound::MaxItems, most));
    }
    let first = listed.first().cloned();
    let uniform = listed.iter().all(|item| Some(item) == first.as_ref())
        && rest
            .as_ref()
            .is_none_or(|rest| Some(rest) == first.as_ref());
    schema.items = match (first, rest) {
        (Some(first), _) if uniform => Some(Box::new(Items::Each(first))),
        (None, Some(rest)) => Some(Box::new(Items::Each(rest))),
        (None, None) => None,
        (Some(_), rest) => {
            let rest = rest.map_or(Additional::Allowed, additional);
            Some(Box::new(Items::Tuple(listed, rest)))
        }
    };
    Evaluated::of(schema)
}
