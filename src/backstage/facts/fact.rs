//! What facts are made of: types from which the value that conditions read, its declaration and its page follow.
//!
//! In: what a section found. Out: a [`Value`] whose fields are exactly the declared ones. Never: a field by its name;
//! `facts!` derives the names from the struct.

use std::marker::PhantomData;
use std::sync::Arc;

use super::join::{join, same, unknown};
use crate::backstage::database::Known;
use crate::backstage::value::{Kind, Object, Origin, Value};
use crate::text::Place;

/// The origin of a fact that stands for a key: the bytes of the key alone, where there is one.
pub fn at_key(value: &Value) -> Option<Origin> {
    let place = value.key_place().or_else(|| value.place())?;
    Some(Origin {
        value: place,
        key: None,
    })
}

/// One declared field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, with units and when it is absent.
    pub meaning: &'static str,
}

/// What a field holds. Any leaf may also be open (not known here) or absent.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// Strings.
    Strings,
    /// Part of the config as it is: any shape below it.
    Config,
    /// Named fields.
    Object(&'static [Field]),
    /// Items that each have these fields.
    List(&'static [Field]),
}

impl Field {
    /// A field with this name, shape and meaning.
    pub const fn new(name: &'static str, shape: Shape, meaning: &'static str) -> Self {
        Self {
            name,
            shape,
            meaning,
        }
    }
}

/// The type of a field.
pub trait Fact: Clone + Default {
    /// What conditions may expect of it.
    const SHAPE: Shape;

    /// What conditions read. Null stands for what is not there.
    fn into_value(self) -> Value;

    /// The facts of two shapes of one config as one: what they agree on stays, anything else is open.
    #[must_use]
    fn join(self, other: Self) -> Self;
}

/// Named facts, as `facts!` declares them.
pub trait Section: Fact {
    /// Its fields, in the order of its page.
    const FIELDS: &'static [Field];
}

/// What a list may hold.
pub trait Item: Fact {
    /// The shape of a list of them.
    const LIST: Shape;
}

/// A boolean.
pub type Bool = Leaf<bool>;
/// A number.
pub type Number = Leaf<f64>;
/// A string.
pub type Text = Leaf<String>;
/// A part of the config as it is.
pub type Config = Leaf<Any>;

/// Whatever a config may hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Any;

/// A value of a type, or an open one, or none, with the place it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf<T> {
    value: Value,
    of: PhantomData<T>,
}

/// What a [`Leaf`] may be of.
pub trait LeafType: Clone {
    /// The shape of such a leaf.
    const SHAPE: Shape;
}

impl LeafType for bool {
    const SHAPE: Shape = Shape::Bool;
}

impl LeafType for f64 {
    const SHAPE: Shape = Shape::Number;
}

impl LeafType for String {
    const SHAPE: Shape = Shape::String;
}

impl LeafType for Any {
    const SHAPE: Shape = Shape::Config;
}

impl<T: LeafType> Fact for Leaf<T> {
    const SHAPE: Shape = T::SHAPE;

    fn into_value(self) -> Value {
        self.value
    }

    fn join(self, other: Self) -> Self {
        join(self.value, other.value).into()
    }
}

impl Item for Text {
    const LIST: Shape = Shape::Strings;
}

impl<T> Default for Leaf<T> {
    /// Absent.
    fn default() -> Self {
        Value::derived(Kind::Null).into()
    }
}

impl<T> From<Value> for Leaf<T> {
    /// The value as the config has it: a null is absent. It may be of another type than the leaf, as people write it.
    fn from(value: Value) -> Self {
        let of = PhantomData;
        Self { value, of }
    }
}

impl<T> From<&Value> for Leaf<T> {
    fn from(value: &Value) -> Self {
        value.clone().into()
    }
}

impl<T> From<Option<&Value>> for Leaf<T> {
    fn from(value: Option<&Value>) -> Self {
        value.map_or_else(Self::default, Self::from)
    }
}

impl<T> From<Option<Value>> for Leaf<T> {
    fn from(value: Option<Value>) -> Self {
        value.map_or_else(Self::default, Self::from)
    }
}

impl From<bool> for Bool {
    fn from(truth: bool) -> Self {
        Value::derived(Kind::Bool(truth)).into()
    }
}

impl From<Known<bool>> for Bool {
    fn from(truth: Known<bool>) -> Self {
        match truth {
            Known::Known(truth) => truth.into(),
            Known::Open => Self::open(),
        }
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Value::derived(Kind::Number(number)).into()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Value::string(text).into()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Value::string(text).into()
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Value::string(text).into()
    }
}

impl Text {
    /// A text that may be missing.
    pub fn optional(text: Option<impl Into<Arc<str>>>) -> Self {
        text.map(Value::string).into()
    }
}

impl<T> Leaf<T> {
    /// Not known here.
    pub fn open() -> Self {
        Value::derived(Kind::Open(Box::new(unknown()))).into()
    }

    /// The same, standing for these bytes.
    #[must_use]
    pub fn with_origin(self, origin: Option<Origin>) -> Self {
        self.value.with_origin(origin).into()
    }

    /// The same, standing for the bytes of this place.
    #[must_use]
    pub fn at(self, place: Option<Place>) -> Self {
        self.with_origin(place.map(|value| Origin { value, key: None }))
    }

    /// The value; `None` where there is none.
    pub fn get(&self) -> Option<&Value> {
        Some(&self.value).filter(|value| value.kind != Kind::Null)
    }

    /// Whether it depends on something that is not known here.
    pub fn is_open(&self) -> bool {
        self.value.as_open().is_some()
    }

    /// The bytes it stands for.
    pub fn origin(&self) -> Option<Origin> {
        self.value.origin
    }
}

impl Bool {
    /// The boolean, when it is known.
    pub fn known(&self) -> Option<bool> {
        self.value.as_bool()
    }
}

impl Number {
    /// The number, when it is known.
    pub fn known(&self) -> Option<f64> {
        self.value.as_number()
    }
}

impl Text {
    /// The text, when it is known.
    pub fn known(&self) -> Option<&str> {
        self.value.as_str()
    }
}

/// A list, unless it is open or absent as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum List<T> {
    /// These items.
    Known(Vec<T>),
    /// Not known here.
    Open,
    /// There is none.
    #[default]
    Absent,
}

impl<T> List<T> {
    /// The items that are known.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Known(items) => items,
            Self::Open | Self::Absent => &[],
        }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Known(items.into_iter().collect())
    }
}

impl<T: Item> Fact for List<T> {
    const SHAPE: Shape = T::LIST;

    fn into_value(self) -> Value {
        match self {
            Self::Known(items) => Value::derived(Kind::Array(
                items.into_iter().map(Fact::into_value).collect(),
            )),
            Self::Open => Config::open().into_value(),
            Self::Absent => Config::default().into_value(),
        }
    }

    fn join(self, other: Self) -> Self {
        let kind = |list: &Self| list.clone().into_value().kind;
        match same(&kind(&self), &kind(&other)) {
            true => self,
            false => Self::Open,
        }
    }
}

/// A section that may be missing as a whole.
impl<T: Section> Fact for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn into_value(self) -> Value {
        self.map_or_else(|| Config::default().into_value(), Fact::into_value)
    }

    fn join(self, other: Self) -> Self {
        match (self, other) {
            (None, None) => None,
            (left, right) => Some(left.unwrap_or_default().join(right.unwrap_or_default())),
        }
    }
}

/// The mapping of a section. What is null is left out.
pub(crate) fn mapping<const N: usize>(
    fields: &[Field],
    values: [Value; N],
    origin: Option<Origin>,
) -> Value {
    let named = fields.iter().zip(values);
    let there = named.filter(|(_, value)| value.kind != Kind::Null);
    let object: Object = there
        .map(|(field, value)| (field.name.into(), value))
        .collect();
    Value::derived(Kind::Object(object)).with_origin(origin)
}

/// The mapping of a section whose fields are those of several.
pub(super) fn merged<const N: usize>(parts: [Value; N], origin: Option<Origin>) -> Value {
    let mut all = Object::default();
    for part in parts {
        if let Kind::Object(fields) = part.kind {
            all.extend(fields);
        }
    }
    Value::derived(Kind::Object(all)).with_origin(origin)
}
