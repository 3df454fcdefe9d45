//! The values that conditions compute with: scalars, lists, and borrowed parts of the facts.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use cel::common::ast::LiteralValue;

use crate::backstage::value::{Kind, Object, Value};
use crate::version::Version;

/// The longest string a condition may make, in bytes. Strings of the config itself may be longer.
pub const MAX_TEXT: usize = 64 * 1024;

/// A value in a condition. It borrows the facts; a list is shared, not copied.
#[derive(Clone)]
pub enum Val<'v> {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// A string.
    Text(Cow<'v, str>),
    /// A list made by the condition.
    List(Rc<Vec<Val<'v>>>),
    /// Named fields made by a function, e.g. `url(…)`.
    Record(Rc<Vec<(&'static str, Val<'v>)>>),
    /// A version made by `semver(…)`.
    Version(Rc<Version>),
    /// A sequence, a mapping or an open value of the facts.
    Node(&'v Value),
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It reads a value that is not known here.
    Open,
    /// It reads a value that is not there.
    Absent,
    /// It meets a value of a type it cannot handle.
    Type,
    /// The rule itself is broken.
    Broken(super::Broken),
}

impl<'v> Val<'v> {
    /// A value of the facts: scalars become their own kind, the rest is borrowed. A number without a
    /// fraction becomes an [`Int`](Self::Int), as JSON numbers do in Kubernetes.
    pub fn of(value: &'v Value) -> Self {
        match &value.kind {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Number(number) => of_number(*number),
            Kind::String(text) => Self::Text(Cow::Borrowed(&text.value)),
            Kind::Open(_) | Kind::Array(_) | Kind::Object(_) => Self::Node(value),
        }
    }

    /// The value itself, unless it is open.
    pub(super) fn known(self) -> Result<Self, Stop> {
        match self {
            Self::Node(Value {
                kind: Kind::Open(_),
                ..
            }) => Err(Stop::Open),
            value => Ok(value),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Node(value) if value.as_open().is_some())
    }
}

/// Whole numbers that a double holds exactly are whole numbers here.
#[allow(clippy::cast_possible_truncation)] // the guard admits only what fits
fn of_number<'v>(number: f64) -> Val<'v> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        Val::Int(number as i64)
    } else {
        Val::Double(number)
    }
}

/// The value of a literal; `None` for kinds that conditions do not have.
pub(super) fn of_literal<'v>(literal: &'v LiteralValue) -> Option<Val<'v>> {
    Some(match literal {
        LiteralValue::Boolean(value) => Val::Bool(*value.inner()),
        LiteralValue::Double(value) => Val::Double(*value.inner()),
        LiteralValue::Int(value) => Val::Int(*value.inner()),
        LiteralValue::Null => Val::Null,
        LiteralValue::String(value) => Val::Text(Cow::Borrowed(value.inner())),
        LiteralValue::Bytes(_) | LiteralValue::UInt(_) => return None,
    })
}

/// `left == right`. Values of different kinds are unequal; containers are equal when all their parts are.
///
/// # Errors
/// [`Stop::Open`] when the answer depends on an open part; `step` is told how much is compared, and may end it.
pub(super) fn equal(
    left: &Val<'_>,
    right: &Val<'_>,
    step: &mut dyn FnMut(usize) -> Result<(), Stop>,
) -> Result<bool, Stop> {
    step(1)?;
    if left.is_open() || right.is_open() {
        return Err(Stop::Open);
    }
    match (left, right) {
        (Val::Null, Val::Null) => Ok(true),
        (Val::Bool(left), Val::Bool(right)) => Ok(left == right),
        (Val::Text(left), Val::Text(right)) if left.len() == right.len() => {
            step(left.len() / 16)?;
            Ok(left == right)
        }
        (Val::Version(left), Val::Version(right)) => Ok(left == right),
        (Val::Int(_) | Val::Double(_), Val::Int(_) | Val::Double(_)) => {
            Ok(compare_numbers(left, right) == Some(Ordering::Equal))
        }
        (Val::Record(left), Val::Record(right)) => {
            let pairs = left.iter().zip(right.iter());
            all_equal(
                pairs.map(|((_, left), (_, right))| (left.clone(), right.clone())),
                step,
            )
        }
        _ => match (items(left), items(right)) {
            (Some(left), Some(right)) if left.len() == right.len() => {
                all_equal(left.zip(right), step)
            }
            _ => equal_objects(left, right, step),
        },
    }
}

fn equal_objects(
    left: &Val<'_>,
    right: &Val<'_>,
    step: &mut dyn FnMut(usize) -> Result<(), Stop>,
) -> Result<bool, Stop> {
    let (Val::Node(left), Val::Node(right)) = (left, right) else {
        return Ok(false);
    };
    let (Some(left), Some(right)) = (left.as_object(), right.as_object()) else {
        return Ok(false);
    };
    if left.len() != right.len() {
        return Ok(false);
    }
    step(left.len())?;
    if !left.keys().all(|key| right.contains_key(key)) {
        return Ok(false);
    }
    let pairs = left
        .iter()
        .filter_map(|(key, value)| Some((Val::of(value), Val::of(right.get(key)?))));
    all_equal(pairs, step)
}

/// One pair that is unequal decides, even beside an open one.
fn all_equal<'l, 'r>(
    pairs: impl Iterator<Item = (Val<'l>, Val<'r>)>,
    step: &mut dyn FnMut(usize) -> Result<(), Stop>,
) -> Result<bool, Stop> {
    let mut answer = Ok(true);
    for (left, right) in pairs {
        match equal(&left, &right, step) {
            Ok(true) => {}
            Err(Stop::Open) => answer = Err(Stop::Open),
            decided => return decided,
        }
    }
    answer
}

/// The items of a list, or the keys of a mapping, one after the other: who stops early has not paid for the rest.
pub(super) struct Items<'v> {
    of: Of<'v>,
    at: usize,
}

enum Of<'v> {
    Made(Rc<Vec<Val<'v>>>),
    Node(&'v [Value]),
    Keys(&'v Object),
}

impl<'v> Items<'v> {
    fn new(of: Of<'v>) -> Self {
        Self { of, at: 0 }
    }

    /// The keys of a mapping, in the order of the text.
    pub(super) fn keys(object: &'v Object) -> Self {
        Self::new(Of::Keys(object))
    }
}

impl<'v> Iterator for Items<'v> {
    type Item = Val<'v>;

    fn next(&mut self) -> Option<Val<'v>> {
        let item = match &self.of {
            Of::Made(items) => items.get(self.at)?.clone(),
            Of::Node(items) => Val::of(items.get(self.at)?),
            Of::Keys(object) => Val::Text(Cow::Borrowed(object.get_index(self.at)?.0)),
        };
        self.at += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let all = match &self.of {
            Of::Made(items) => items.len(),
            Of::Node(items) => items.len(),
            Of::Keys(object) => object.len(),
        };
        let left = all.saturating_sub(self.at);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The items of a list; `None` when it is none.
pub(super) fn items<'v>(value: &Val<'v>) -> Option<Items<'v>> {
    match value {
        Val::List(items) => Some(Items::new(Of::Made(Rc::clone(items)))),
        Val::Node(value) => value.as_array().map(|items| Items::new(Of::Node(items))),
        _ => None,
    }
}

/// How two values of the same kind order; `None` when they do not.
pub(super) fn compare(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    match (left, right) {
        (Val::Bool(left), Val::Bool(right)) => Some(left.cmp(right)),
        (Val::Text(left), Val::Text(right)) => Some(left.cmp(right)),
        (Val::Version(left), Val::Version(right)) => Some(left.cmp(right)),
        _ => compare_numbers(left, right),
    }
}

#[allow(clippy::cast_precision_loss)] // CEL compares numbers of different kinds as doubles
fn compare_numbers(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    match (left, right) {
        (Val::Int(left), Val::Int(right)) => Some(left.cmp(right)),
        (Val::Int(left), Val::Double(right)) => (*left as f64).partial_cmp(right),
        (Val::Double(left), Val::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Val::Double(left), Val::Double(right)) => left.partial_cmp(right),
        _ => None,
    }
}
