//! The tree after directives and placeholders: used for a resolved layer, the effective config and the facts.
//!
//! Every value knows the place that set it and the places it overrode. A value that depends on something
//! outside the repository is [`Kind::Open`]: a variant of its own, never a magic string.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::Place;
use npm_yaml::ScalarStyle;
use source::Part;

/// One value with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// The place that set it. `None` for a derived fact that stands on no bytes, and for values from the
    /// environment.
    pub origin: Option<Origin>,
    /// The origins it overrode, nearest layer below first. Only the merge fills it.
    pub overrode: Vec<Origin>,
}

/// The bytes that set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The value's own bytes.
    pub value: Place,
    /// The bytes of its key; `None` for a root or a sequence item. With `$include` the key is in the layer
    /// and the value in the included file.
    pub key: Option<Place>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as JavaScript would hold it.
    Number(f64),
    /// A string that is known.
    String(Text),
    /// Not known here: depends on the environment, or on a file that cannot be read.
    Open(Box<Open>),
    /// A sequence.
    Array(Vec<Value>),
    /// A mapping in the order of the text.
    Object(Object),
}

/// A mapping; its values' [`Origin::key`] says where the keys stand.
pub type Object = IndexMap<Arc<str>, Value>;

/// A known string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The string.
    pub value: Arc<str>,
    /// How it was written, when the bytes at the origin spell exactly this string. `None` when it came about
    /// otherwise (a substituted placeholder, `$file`, a derived fact): then no offset into it maps to a byte.
    pub style: Option<ScalarStyle>,
}

/// A value that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// As written, e.g. `postgres://${HOST}:5432`, or the directive's argument.
    pub written: Arc<str>,
    /// Why it is not known.
    pub cause: OpenCause,
    /// What the loader would put here when none of the variables is set: with a non-empty default for each
    /// of them the string it would be; `None` when the value would disappear.
    pub when_unset: Option<Arc<str>>,
    /// What the layers below set, which shows again if this value disappears. Only the merge fills it.
    pub below: Option<Value>,
}

/// Why a value is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenCause {
    /// A string with placeholders, whose variables are these, in order. The value is a string or disappears.
    Placeholder(Vec<Variable>),
    /// `$env`. The value is a string or disappears.
    Env(Arc<str>),
    /// `$file` of something outside the repository or not there. The value is a string.
    File(Arc<str>),
    /// `$include` of something outside the repository or not there. The value may be anything.
    Include(Arc<str>),
    /// An `APP_CONFIG_*` variable whose value is not known. The value may be anything but `null`, or the variable not
    /// set.
    Override(Arc<str>),
}

/// A variable in a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name, trimmed.
    pub name: Arc<str>,
    /// The text behind `:-`, also when empty; `None` without `:-`.
    pub default: Option<Arc<str>>,
}

impl Value {
    /// A derived value without an origin.
    pub fn derived(kind: Kind) -> Self {
        Self {
            kind,
            origin: None,
            overrode: Vec::new(),
        }
    }

    /// The same value with this origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Option<Origin>) -> Self {
        self.origin = origin;
        self
    }

    /// A derived string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::derived(Kind::String(Text {
            value: text.into(),
            style: None,
        }))
    }

    /// The value under `key`, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &self.kind {
            Kind::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// The value at a path of keys, e.g. `["backend", "database"]`.
    pub fn at<'k>(&self, path: impl IntoIterator<Item = &'k str>) -> Option<&Value> {
        path.into_iter().try_fold(self, |value, key| value.get(key))
    }

    /// The value at a path of keys and items, e.g. that of a [`source::ConfigPath`].
    pub fn at_path(&self, path: &[Part]) -> Option<&Value> {
        path.iter().try_fold(self, |value, part| match part {
            Part::Key(key) => value.get(key),
            Part::Item(index) => value.as_array()?.get(*index),
        })
    }

    /// The string, when it is a known one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(&text.value),
            _ => None,
        }
    }

    /// A boolean as `ConfigReader.getOptionalBoolean` reads it; `None` for what it refuses, and for an open value.
    pub fn as_truth(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(truth) => Some(*truth),
            Kind::Number(number) => truth_of_number(*number),
            Kind::String(text) => truth_of(&text.value),
            _ => None,
        }
    }

    /// The object, when it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items, when it is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The open value, when it is one.
    pub fn as_open(&self) -> Option<&Open> {
        match &self.kind {
            Kind::Open(open) => Some(open),
            _ => None,
        }
    }

    /// The bytes of the value itself.
    pub fn place(&self) -> Option<Place> {
        self.origin.map(|origin| origin.value)
    }

    /// The bytes of its key.
    pub fn key_place(&self) -> Option<Place> {
        self.origin.and_then(|origin| origin.key)
    }
}

/// The boolean that a string stands for to `ConfigReader.getOptionalBoolean`.
pub fn truth_of(text: &str) -> Option<bool> {
    let text = text.trim();
    let among = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if among(&["y", "yes", "true", "1", "on"]) {
        Some(true)
    } else if among(&["n", "no", "false", "0", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// The boolean that a number stands for to `ConfigReader.getOptionalBoolean`.
pub fn truth_of_number(number: f64) -> Option<bool> {
    match number {
        1.0 => Some(true),
        0.0 => Some(false),
        _ => None,
    }
}
