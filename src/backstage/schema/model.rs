//! One JSON Schema, as far as configuration schemas use the language.
//!
//! In: the text of a schema (see the serde implementations in `json.rs`) or types evaluated from TypeScript.
//! Out: a tree of [`Schema`]. Never: a judgement. A keyword outside the subset constrains nothing: a schema
//! that is read too loosely misses a mistake, one that is read too strictly invents one.

use std::sync::Arc;

use indexmap::IndexMap;

/// What one schema demands of a value. The default demands nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The types it admits; empty means any.
    pub types: Types,
    /// The only values it admits (`enum`; `const` is a list of one).
    pub allowed: Option<Vec<serde_json::Value>>,
    /// Schemas of named keys.
    pub properties: IndexMap<Arc<str>, Schema>,
    /// Keys that must be there.
    pub required: Vec<Arc<str>>,
    /// What holds for keys without a schema of their own.
    pub additional: Additional,
    /// What holds for the items of an array.
    pub items: Option<Box<Items>>,
    /// At least one of these must hold; empty means no such demand.
    pub any_of: Vec<Schema>,
    /// `#/definitions/NAME` of the same package; the name.
    pub reference: Option<Arc<str>>,
    /// Who may see the value.
    pub visibility: Option<Visibility>,
    /// Who may see the value and everything below it.
    pub deep_visibility: Option<Visibility>,
    /// Why the value should no longer be set; may be empty.
    pub deprecated: Option<Arc<str>>,
    /// Keywords that few schemas use.
    pub rare: Option<Box<Rare>>,
}

/// Keywords that few schemas use, kept apart so that a schema stays small.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rare {
    /// What it is about, for editors. Bundled schemas have none.
    pub description: Option<Arc<str>>,
    /// Schemas for keys that match a regular expression.
    pub pattern_properties: Vec<(Arc<str>, Schema)>,
    /// All of these must hold.
    pub all_of: Vec<Schema>,
    /// Exactly one of these must hold; empty means no such demand.
    pub one_of: Vec<Schema>,
    /// This must not hold.
    pub not: Option<Schema>,
    /// A regular expression a string must match somewhere.
    pub pattern: Option<Arc<str>>,
    /// Bounds, in the order of [`Bound`]'s variants as they were written.
    pub bounds: Vec<(Bound, f64)>,
    /// Whether the items of an array must differ.
    pub unique_items: bool,
    /// Named schemas for [`Schema::reference`]; at the root of a package's schema only.
    pub definitions: IndexMap<Arc<str>, Schema>,
    /// `false` as a schema: nothing is valid.
    pub never: bool,
}

/// A numeric bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `minimum`
    Minimum,
    /// `maximum`
    Maximum,
    /// `exclusiveMinimum`
    ExclusiveMinimum,
    /// `exclusiveMaximum`
    ExclusiveMaximum,
    /// `multipleOf`
    MultipleOf,
    /// `minLength`, in characters
    MinLength,
    /// `maxLength`, in characters
    MaxLength,
    /// `minItems`
    MinItems,
    /// `maxItems`
    MaxItems,
    /// `minProperties`
    MinProperties,
    /// `maxProperties`
    MaxProperties,
}

/// What holds for keys without a schema of their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Additional {
    /// Anything goes.
    #[default]
    Allowed,
    /// There must be none.
    Refused,
    /// Each must satisfy this.
    Each(Box<Schema>),
}

/// What holds for the items of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Items {
    /// Every item satisfies this.
    Each(Schema),
    /// Item by item, then the rest.
    Tuple(Vec<Schema>, Additional),
}

/// A set of JSON types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Types(u8);

impl Types {
    /// No type named: any is admitted.
    pub const ANY: Self = Self(0);
    /// `null`
    pub const NULL: Self = Self(1);
    /// `boolean`
    pub const BOOLEAN: Self = Self(2);
    /// `integer`
    pub const INTEGER: Self = Self(4);
    /// `number`
    pub const NUMBER: Self = Self(8);
    /// `string`
    pub const STRING: Self = Self(16);
    /// `array`
    pub const ARRAY: Self = Self(32);
    /// `object`
    pub const OBJECT: Self = Self(64);

    const NAMES: [(Self, &'static str, &'static str); 7] = [
        (Self::STRING, "string", "a string"),
        (Self::NUMBER, "number", "a number"),
        (Self::INTEGER, "integer", "an integer"),
        (Self::BOOLEAN, "boolean", "a boolean"),
        (Self::OBJECT, "object", "an object"),
        (Self::ARRAY, "array", "a list"),
        (Self::NULL, "null", "`null`"),
    ];

    /// The names of JSON Schema.
    pub const ALL_NAMES: [&str; 7] = [
        "string", "number", "integer", "boolean", "object", "array", "null",
    ];

    /// The type of this JSON Schema name; `None` for a name JSON Schema does not know.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, json, _)| *json == name);
        found.map(|(types, _, _)| *types)
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any type of `other` is in this set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every type of this set is in `other`.
    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The types of this set one by one, in a fixed order.
    pub fn each(self) -> impl Iterator<Item = Self> {
        let named = Self::NAMES.iter().map(|(types, _, _)| *types);
        named.filter(move |types| self.has(*types))
    }

    /// Whether no type is named.
    pub fn is_any(self) -> bool {
        self.0 == 0
    }

    /// The JSON Schema names, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let named = Self::NAMES
            .iter()
            .filter(move |(types, _, _)| self.has(*types));
        named.map(|(_, json, _)| *json)
    }

    /// The types as people call them, in a fixed order: `a string`, `a list`.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let named = Self::NAMES
            .iter()
            .filter(move |(types, _, _)| self.has(*types));
        named.map(|(_, _, words)| *words)
    }
}

/// Who may see a value (`visibility` in a configuration schema).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Only the backend; the default.
    Backend,
    /// Everyone who opens the portal.
    Frontend,
    /// No one: it is left out of what the backend shows of its configuration.
    Secret,
}

impl Visibility {
    /// The visibility of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "backend" => Some(Self::Backend),
            "frontend" => Some(Self::Frontend),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Frontend => "frontend",
            Self::Secret => "secret",
        }
    }
}

impl Bound {
    /// Every bound.
    pub const ALL: [Self; 11] = [
        Self::Minimum,
        Self::Maximum,
        Self::ExclusiveMinimum,
        Self::ExclusiveMaximum,
        Self::MultipleOf,
        Self::MinLength,
        Self::MaxLength,
        Self::MinItems,
        Self::MaxItems,
        Self::MinProperties,
        Self::MaxProperties,
    ];

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
            Self::MultipleOf => "multipleOf",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::MinItems => "minItems",
            Self::MaxItems => "maxItems",
            Self::MinProperties => "minProperties",
            Self::MaxProperties => "maxProperties",
        }
    }

    /// The bound of this keyword.
    pub fn named(keyword: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|bound| bound.keyword() == keyword)
    }
}

impl Schema {
    /// A schema that admits these types and demands nothing else.
    pub fn of(types: Types) -> Self {
        Self {
            types,
            ..Self::default()
        }
    }

    /// A schema that admits just these values.
    pub fn only(allowed: Vec<serde_json::Value>) -> Self {
        Self {
            allowed: Some(allowed),
            ..Self::default()
        }
    }

    /// The schema `false`.
    pub fn never() -> Self {
        Self {
            rare: Some(Box::new(Rare {
                never: true,
                ..Rare::default()
            })),
            ..Self::default()
        }
    }

    /// The rare keywords, to change them.
    pub fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The definition of this name; only a root has any.
    pub fn definition(&self, name: &str) -> Option<&Schema> {
        self.rare.as_ref()?.definitions.get(name)
    }

    /// Removes every description, here and below.
    pub fn strip_descriptions(&mut self) {
        self.for_each_mut(&mut |schema| {
            if let Some(rare) = schema.rare.as_deref_mut() {
                rare.description = None;
            }
            schema.strip_empty();
        });
    }

    /// Removes an empty set of rare keywords: it says the same as none.
    pub(super) fn strip_empty(&mut self) {
        let rare = self.rare.as_deref();
        if rare.is_some_and(|rare| *rare == Rare::default()) {
            self.rare = None;
        }
    }

    /// The schemas right below this one.
    pub fn children(&self) -> Vec<&Self> {
        let mut children: Vec<&Self> = self.properties.values().chain(&self.any_of).collect();
        children.extend(self.additional.schema());
        match self.items.as_deref() {
            Some(Items::Each(schema)) => children.push(schema),
            Some(Items::Tuple(items, rest)) => {
                children.extend(items);
                children.extend(rest.schema());
            }
            None => {}
        }
        if let Some(rare) = self.rare.as_deref() {
            children.extend(rare.definitions.values());
            children.extend(rare.all_of.iter().chain(&rare.one_of).chain(&rare.not));
            children.extend(rare.pattern_properties.iter().map(|(_, schema)| schema));
        }
        children
    }

    /// Calls `see` on this schema and every one below.
    pub fn for_each(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        for child in self.children() {
            child.for_each(see);
        }
    }

    /// Calls `change` on every schema below, then on this one.
    pub fn for_each_mut(&mut self, change: &mut dyn FnMut(&mut Self)) {
        let mut further = Vec::new();
        further.extend(self.properties.values_mut());
        further.extend(&mut self.any_of);
        further.extend(self.additional.schema_mut());
        match self.items.as_deref_mut() {
            Some(Items::Each(schema)) => further.push(schema),
            Some(Items::Tuple(items, rest)) => {
                further.extend(items);
                further.extend(rest.schema_mut());
            }
            None => {}
        }
        if let Some(rare) = self.rare.as_deref_mut() {
            further.extend(rare.definitions.values_mut());
            further.extend(&mut rare.all_of);
            further.extend(&mut rare.one_of);
            further.extend(&mut rare.not);
            further.extend(rare.pattern_properties.iter_mut().map(|(_, schema)| schema));
        }
        for schema in further {
            schema.for_each_mut(change);
        }
        change(self);
    }
}

impl Additional {
    fn schema(&self) -> Option<&Schema> {
        match self {
            Self::Each(schema) => Some(schema),
            _ => None,
        }
    }

    fn schema_mut(&mut self) -> Option<&mut Schema> {
        match self {
            Self::Each(schema) => Some(schema),
            _ => None,
        }
    }
}
