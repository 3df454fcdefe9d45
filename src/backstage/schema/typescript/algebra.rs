//! Types as sets: unions, intersections, keys, and the utility types of TypeScript, on schemas.

use std::sync::Arc;

use indexmap::IndexSet;
use indexmap::map::Entry;
use serde_json::Value;

use super::evaluate::items_of;
use super::tree::TupleKind;
use crate::backstage::schema::model::{Additional, Bound, Items, Schema, Types};

/// How many texts a template literal type may stand for.
const MOST_TEXTS: usize = 1000;

/// How many combinations an intersection of unions may have.
const MOST_COMBINATIONS: usize = 1000;

/// A type that has been evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evaluated {
    /// What values it has, `undefined` aside.
    pub schema: Schema,
    /// Whether it includes `undefined`: then a key need not be there.
    pub may_be_undefined: bool,
}

impl Evaluated {
    pub fn of(schema: Schema) -> Self {
        Self {
            schema,
            may_be_undefined: false,
        }
    }

    pub fn anything() -> Self {
        Self::of(Schema::default())
    }

    pub fn never() -> Self {
        Self::of(Schema::never())
    }

    pub fn undefined() -> Self {
        Self {
            may_be_undefined: true,
            ..Self::never()
        }
    }

    pub fn literal(value: Value) -> Self {
        let types = match &value {
            Value::String(_) => Types::STRING,
            Value::Number(_) => Types::NUMBER,
            Value::Bool(_) => Types::BOOLEAN,
            _ => Types::NULL,
        };
        Self::of(Schema {
            types,
            ..Schema::only(vec![value])
        })
    }

    pub fn array(item: Self) -> Self {
        Self::of(Schema {
            items: Some(Box::new(Items::Each(item.schema))),
            ..Schema::of(Types::ARRAY)
        })
    }

    pub fn is_never(&self) -> bool {
        is_never(&self.schema)
    }
}

pub(super) fn is_never(schema: &Schema) -> bool {
    schema.rare.as_ref().is_some_and(|rare| rare.never)
}

/// What holds for further keys when each must satisfy this.
pub(super) fn additional(schema: Schema) -> Additional {
    if is_never(&schema) {
        Additional::Refused
    } else if schema == Schema::default() {
        Additional::Allowed
    } else {
        Additional::Each(Box::new(schema))
    }
}

/// `A | B`
pub(super) fn union(parts: Vec<Evaluated>) -> Evaluated {
    let may_be_undefined = parts.iter().any(|part| part.may_be_undefined);
    let mut flat: Vec<Schema> = Vec::new();
    for part in parts.into_iter().map(|part| part.schema) {
        let pure = Schema {
            any_of: part.any_of.clone(),
            ..Schema::default()
        };
        let inner = if !part.any_of.is_empty() && part == pure {
            part.any_of
        } else {
            vec![part]
        };
        for schema in inner {
            if !is_never(&schema) && !flat.contains(&schema) {
                flat.push(schema);
            }
        }
    }
    Evaluated {
        schema: union_schema(flat),
        may_be_undefined,
    }
}

fn union_schema(mut parts: Vec<Schema>) -> Schema {
    match parts.len() {
        0 => return Schema::never(),
        1 => return parts.remove(0),
        _ => {}
    }
    let scalars = Types::STRING
        .with(Types::NUMBER)
        .with(Types::BOOLEAN)
        .with(Types::NULL);
    let bare = |part: &Schema| !part.types.is_any() && *part == Schema::of(part.types);
    if parts
        .iter()
        .all(|part| bare(part) && part.types.within(scalars))
    {
        let types = parts
            .iter()
            .fold(Types::ANY, |types, part| types.with(part.types));
        return Schema::of(types);
    }
    let literal = |part: &Schema| {
        let plain = Schema {
            types: part.types,
            allowed: part.allowed.clone(),
            ..Schema::default()
        };
        part.allowed.is_some() && *part == plain
    };
    let string = Schema::of(Types::STRING);
    let null = Schema::of(Types::NULL);
    if parts
        .iter()
        .all(|part| literal(part) || *part == string || *part == null)
    {
        let has_string = parts.contains(&string);
        let mut allowed = Vec::new();
        let mut types = Types::ANY;
        for part in parts.iter().filter(|part| **part != string) {
            types = types.with(part.types);
            let values = part.allowed.clone().unwrap_or_else(|| vec![Value::Null]);
            allowed.extend(
                values
                    .into_iter()
                    .filter(|value| !parts_hold(&allowed, value))
                    .collect::<Vec<_>>(),
            );
        }
        let literals = Schema {
            types,
            ..Schema::only(allowed)
        };
        return match has_string {
            false => literals,
            true if literals.types.within(Types::STRING.with(Types::NULL)) => {
                let null = if types.has(Types::NULL) {
                    Types::NULL
                } else {
                    Types::ANY
                };
                Schema::of(Types::STRING.with(null))
            }
            true => Schema {
                any_of: vec![string, literals],
                ..Schema::default()
            },
        };
    }
    Schema {
        any_of: parts,
        ..Schema::default()
    }
}

fn parts_hold(allowed: &[Value], value: &Value) -> bool {
    allowed.contains(value)
}

/// `A & B`: unions are multiplied out, objects become one.
pub(super) fn intersection(parts: Vec<Evaluated>) -> Evaluated {
    if parts
        .iter()
        .any(|part| part.is_never() && !part.may_be_undefined)
    {
        return Evaluated::never();
    }
    let mut combinations: Vec<Vec<Schema>> = vec![Vec::new()];
    for part in &parts {
        let branches = union_branches(&part.schema);
        let next: Vec<Vec<Schema>> = combinations
            .iter()
            .flat_map(|combination| {
                branches.iter().map(|branch| {
                    let mut combination = combination.clone();
                    if !combination.contains(branch) {
                        combination.push(branch.clone());
                    }
                    combination
                })
            })
            .take(MOST_COMBINATIONS + 1)
            .collect();
        if next.len() > MOST_COMBINATIONS {
            return Evaluated::anything();
        }
        combinations = next;
    }
    union(
        combinations
            .into_iter()
            .filter_map(combine)
            .map(Evaluated::of)
            .collect(),
    )
}

/// The schema of one combination; `None` when two scalars contradict each other.
fn combine(mut parts: Vec<Schema>) -> Option<Schema> {
    parts.retain(|part| *part != Schema::default());
    if parts.len() < 2 {
        return Some(parts.pop().unwrap_or_default());
    }
    let collection = Types::OBJECT.with(Types::ARRAY);
    let is_scalar = |part: &&Schema| !part.types.is_any() && !part.types.has(collection);
    let scalars: Vec<&Schema> = parts.iter().filter(is_scalar).collect();
    match scalars.as_slice() {
        [] => {}
        [only] => return Some((*only).clone()),
        _ => return None,
    }
    let (objects, others): (Vec<Schema>, Vec<Schema>) = parts
        .into_iter()
        .partition(|part| part.types == Types::OBJECT && part.any_of.is_empty());
    let mut all = others;
    if !objects.is_empty() {
        let closed = Schema {
            additional: Additional::Refused,
            ..Schema::of(Types::OBJECT)
        };
        let parts = objects.into_iter().map(Evaluated::of);
        all.push(parts.fold(Evaluated::of(closed), extend).schema);
    }
    if all.len() == 1 {
        return all.pop();
    }
    let mut schema = Schema::default();
    schema.rare_mut().all_of = all;
    Some(schema)
}

/// An object with everything a base has on top; its own properties win. The base's remarks are not taken.
pub(super) fn extend(whole: Evaluated, base: Evaluated) -> Evaluated {
    let Evaluated { mut schema, .. } = whole;
    let mut base = base.schema;
    let object = base.types == Types::OBJECT && base.any_of.is_empty() && base.allowed.is_none();
    if !object {
        if base != Schema::default() {
            schema.rare_mut().all_of.push(base);
        }
        return Evaluated::of(schema);
    }
    for (key, value) in std::mem::take(&mut base.properties) {
        match schema.properties.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
            }
            Entry::Occupied(mut own)
                if own.get().types == Types::OBJECT && value.types == Types::OBJECT =>
            {
                let merged = extend(Evaluated::of(own.get().clone()), Evaluated::of(value));
                own.insert(merged.schema);
            }
            Entry::Occupied(_) => {}
        }
    }
    for key in base.required {
        if !schema.required.contains(&key) {
            schema.required.push(key);
        }
    }
    schema.additional = further_keys(schema.additional, base.additional);
    Evaluated::of(schema)
}

/// What holds for further keys of an object and its base. The real generator is not even-handed: an object that
/// allows any key stays so whatever its base says.
fn further_keys(own: Additional, base: Additional) -> Additional {
    match (own, base) {
        (Additional::Allowed, _) | (Additional::Refused, Additional::Allowed) => {
            Additional::Allowed
        }
        (Additional::Refused, Additional::Refused) => Additional::Refused,
        (Additional::Each(own), Additional::Allowed) => Additional::Each(own),
        (Additional::Each(one), Additional::Refused)
        | (Additional::Refused, Additional::Each(one)) => additional(types_only(&[*one])),
        (Additional::Each(own), Additional::Each(base)) => additional(types_only(&[*own, *base])),
    }
}

/// The union of the types of schemas; what a schema says beyond its types is dropped.
fn types_only(schemas: &[Schema]) -> Schema {
    let branches = schemas.iter().flat_map(union_branches);
    let mut types = Types::ANY;
    let mut others = Vec::new();
    for branch in branches {
        if branch.types.is_any() {
            others.push(Evaluated::of(branch));
        } else {
            types = types.with(branch.types);
        }
    }
    if !types.is_any() {
        others.push(Evaluated::of(Schema::of(types)));
    }
    union(others).schema
}

/// The branches of a schema that is nothing but a union; else the schema itself.
fn union_branches(schema: &Schema) -> Vec<Schema> {
    if schema.any_of.is_empty() {
        vec![schema.clone()]
    } else {
        schema.any_of.clone()
    }
}

/// Every member of a union, with lists of values and types taken apart too.
pub(super) fn branches(schema: &Schema) -> Vec<Schema> {
    if is_never(schema) {
        return Vec::new();
    }
    if !schema.any_of.is_empty() {
        return schema.any_of.iter().flat_map(branches).collect();
    }
    if let Some(allowed) = &schema.allowed {
        let values = allowed
            .iter()
            .map(|value| Evaluated::literal(value.clone()).schema);
        return values.collect();
    }
    let types: Vec<Types> = schema.types.each().collect();
    match types.as_slice() {
        [] | [_] => vec![schema.clone()],
        types => types
            .iter()
            .map(|&types| Schema {
                types,
                ..schema.clone()
            })
            .collect(),
    }
}

/// Whether each value of `from` is one of `to`; `None` when that cannot be told.
pub(super) fn is_assignable(from: &Schema, to: &Schema) -> Option<bool> {
    if *to == Schema::default() || from == to || is_never(from) {
        return Some(true);
    }
    if is_never(to) {
        return Some(false);
    }
    if *from == Schema::default() || from.reference.is_some() || to.reference.is_some() {
        return None;
    }
    if !to.any_of.is_empty() {
        let each = to.any_of.iter().map(|to| is_assignable(from, to));
        return any(each);
    }
    if !from.any_of.is_empty() {
        let each = from.any_of.iter().map(|from| is_assignable(from, to));
        return any(each.map(|one| one.map(|one| !one))).map(|one| !one);
    }
    if !from.types.within(to.types) && !to.types.is_any() {
        return Some(false);
    }
    match (&from.allowed, &to.allowed) {
        (Some(from), Some(to)) => return Some(from.iter().all(|value| to.contains(value))),
        (None, Some(_)) => return Some(false),
        _ => {}
    }
    if to.types == Types::OBJECT {
        let lacks = |key: &Arc<str>| !from.properties.contains_key(key);
        if to.required.iter().any(lacks) {
            return Some(false);
        }
        let both = to
            .properties
            .iter()
            .filter_map(|(key, to)| Some((from.properties.get(key)?, to)));
        return any(both.map(|(from, to)| is_assignable(from, to).map(|one| !one))).map(|one| !one);
    }
    if to.types == Types::ARRAY {
        return is_assignable(&items_of(from), &items_of(to));
    }
    Some(true)
}

/// Whether any is true; `None` when that hangs on one that cannot be told.
fn any(mut each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    each.try_fold(false, |before, one| match one {
        Some(true) => Err(Some(true)),
        Some(false) => Ok(before),
        None => Err(None),
    })
    .map_or_else(|found| found, Some)
}

/// `keyof T`
pub(super) fn keys(schema: &Schema) -> Evaluated {
    if schema.types == Types::ARRAY {
        return Evaluated::of(Schema::of(Types::NUMBER));
    }
    let mut names: IndexSet<Arc<str>> = schema.properties.keys().cloned().collect();
    let branches = schema
        .any_of
        .iter()
        .chain(schema.rare.iter().flat_map(|rare| &rare.all_of));
    branches.for_each(|branch| names.extend(branch.properties.keys().cloned()));
    let mut keys: Vec<Evaluated> = names
        .iter()
        .map(|name| Evaluated::literal((**name).into()))
        .collect();
    if matches!(schema.additional, Additional::Each(_)) {
        // Beside `string` the names would vanish, but what is mapped over them must keep them.
        let mut all: Vec<Schema> = keys.into_iter().map(|key| key.schema).collect();
        all.push(Schema::of(Types::STRING));
        return Evaluated::of(Schema {
            any_of: all,
            ..Schema::default()
        });
    }
    match keys.len() {
        1 => keys.remove(0),
        _ => union(keys),
    }
}

/// The texts of literal keys.
pub(super) fn literal_texts(keys: &Schema) -> Vec<Arc<str>> {
    let mut texts = IndexSet::new();
    for branch in branches(keys) {
        for value in branch.allowed.iter().flatten() {
            texts.insert(match value {
                Value::String(text) => Arc::from(text.as_str()),
                other => other.to_string().into(),
            });
        }
    }
    texts.into_iter().collect()
}

/// Whether keys are more than literals: `string`, `number`, or anything.
pub(super) fn has_open_keys(keys: &Schema) -> bool {
    branches(keys).iter().any(|branch| branch.allowed.is_none())
}

/// `T[K]`; `None` when it cannot be told.
pub(super) fn indexed(object: &Schema, index: &Schema) -> Option<Evaluated> {
    if !object.any_of.is_empty() {
        let each = object.any_of.iter().map(|object| indexed(object, index));
        return each.collect::<Option<Vec<_>>>().map(union);
    }
    let mut results = Vec::new();
    for key in branches(index) {
        let literal = key.allowed.as_deref().and_then(<[Value]>::first);
        results.push(match literal {
            Some(Value::String(name)) => match object.properties.get(&**name) {
                Some(property) => Evaluated {
                    schema: property.clone(),
                    may_be_undefined: !object.required.iter().any(|key| **key == **name),
                },
                None => further(object).unwrap_or_else(Evaluated::never),
            },
            Some(Value::Number(number)) => {
                let index = usize::try_from(number.as_u64()?).ok()?;
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(item.clone()),
                    Items::Tuple(items, _) => Evaluated::of(items.get(index)?.clone()),
                }
            }
            Some(_) => return None,
            None if key.types == Types::NUMBER && object.types == Types::ARRAY => {
                match object.items.as_deref()? {
                    Items::Each(item) => Evaluated::of(item.clone()),
                    Items::Tuple(items, _) => {
                        union(items.iter().cloned().map(Evaluated::of).collect())
                    }
                }
            }
            None => further(object)?,
        });
    }
    Some(union(results))
}

fn further(object: &Schema) -> Option<Evaluated> {
    match &object.additional {
        Additional::Each(schema) => Some(Evaluated::of((**schema).clone())),
        _ => None,
    }
}

/// A template literal type.
pub(super) fn template(texts: &[Arc<str>], types: &[Evaluated]) -> Evaluated {
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
pub(super) fn tuple(items: Vec<(Schema, TupleKind)>) -> Evaluated {
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

/// The types every TypeScript file knows; `None` for a name that is none of them.
pub(super) fn standard(name: &str, arguments: Vec<Evaluated>) -> Option<Evaluated> {
    let mut arguments = arguments.into_iter();
    let first = arguments.next();
    let second = arguments.next();
    Some(match (name, first, second) {
        ("Array" | "ReadonlyArray", Some(item), _) => Evaluated::array(item),
        ("Array" | "ReadonlyArray" | "Promise" | "PromiseLike", None, _) => Evaluated::anything(),
        ("Promise" | "PromiseLike" | "Readonly" | "Awaited", Some(inner), _) => inner,
        // The real generator keeps `null` and `undefined`, too.
        ("NonNullable", Some(inner), _) => inner,
        ("Date" | "RegExp" | "URL" | "String", _, _) => Evaluated::of(Schema::of(Types::STRING)),
        ("Number", _, _) => Evaluated::of(Schema::of(Types::NUMBER)),
        ("Boolean", _, _) => Evaluated::of(Schema::of(Types::BOOLEAN)),
        ("Object", _, _) => Evaluated::anything(),
        ("Record", Some(keys), Some(value)) => record(&keys.schema, &value),
        // `-?` of `Required` counts as a question mark in the real generator.
        ("Partial" | "Required", Some(inner), _) => {
            each_object(inner, |object| object.required.clear())
        }
        ("Pick", Some(object), Some(keys)) => {
            let wanted = literal_texts(&keys.schema);
            pick(
                object,
                &|key| wanted.iter().any(|wanted| **wanted == *key),
                false,
            )
        }
        ("Omit", Some(object), Some(keys)) => {
            let unwanted = literal_texts(&keys.schema);
            pick(
                object,
                &|key| !unwanted.iter().any(|unwanted| **unwanted == *key),
                true,
            )
        }
        ("Exclude", Some(from), Some(what)) => keep(&from, &what, false)?,
        ("Extract", Some(from), Some(what)) => keep(&from, &what, true)?,
        _ => return None,
    })
}

fn record(keys: &Schema, value: &Evaluated) -> Evaluated {
    let mut schema = Schema::of(Types::OBJECT);
    let names = literal_texts(keys);
    for name in &names {
        if !value.may_be_undefined {
            schema.required.push(name.clone());
        }
        schema.properties.insert(name.clone(), value.schema.clone());
    }
    if has_open_keys(keys) {
        schema.additional = additional(value.schema.clone());
    } else if names.len() == 1 {
        schema.additional = Additional::Refused;
    }
    Evaluated::of(schema)
}

/// Changes an object, or every object of a union.
fn each_object(evaluated: Evaluated, change: impl Fn(&mut Schema)) -> Evaluated {
    let mut schema = evaluated.schema;
    if schema.any_of.is_empty() {
        change(&mut schema);
    } else {
        schema.any_of.iter_mut().for_each(change);
    }
    Evaluated::of(schema)
}

/// The object with the keys that are wanted; a single one closes it.
fn pick(object: Evaluated, wanted: &dyn Fn(&str) -> bool, keep_further: bool) -> Evaluated {
    each_object(object, |object| {
        object.properties.retain(|key, _| wanted(key));
        object.required.retain(|key| wanted(key));
        let further = std::mem::take(&mut object.additional);
        object.additional = match further {
            Additional::Each(schema) if keep_further => Additional::Each(schema),
            _ if object.properties.len() == 1 => Additional::Refused,
            _ => Additional::Allowed,
        };
    })
}

/// The members of a union that are, or are not, assignable to a type; `None` when that cannot be told.
fn keep(from: &Evaluated, what: &Evaluated, assignable: bool) -> Option<Evaluated> {
    let mut kept = Vec::new();
    for branch in branches(&from.schema) {
        if is_assignable(&branch, &what.schema)? == assignable {
            kept.push(Evaluated::of(branch));
        }
    }
    Some(union(kept))
}
