//! The types of one TypeScript file, without the parser's memory behind them.

use std::collections::HashMap;
use std::sync::Arc;

/// What one file declares, imports and exports, as far as types go.
#[derive(Debug, Default)]
pub struct Module {
    /// Declarations by name.
    pub declarations: HashMap<Arc<str>, Declaration>,
    /// Names that come from other files.
    pub imports: HashMap<Arc<str>, Import>,
    /// Exported names that are called otherwise inside (`export { a as b }`), or come from other files.
    pub exports: HashMap<Arc<str>, Export>,
    /// `export * from`
    pub star_exports: Vec<Arc<str>>,
    /// Places where the file is no TypeScript; what could be read is here all the same.
    pub syntax_errors: usize,
}

/// A name that comes from another file.
#[derive(Debug, Clone)]
pub struct Import {
    /// The other file, as written: `./types`, `@backstage/types`.
    pub from: Arc<str>,
    /// Its name there; `None` for `import * as`.
    pub name: Option<Arc<str>>,
}

/// An exported name.
#[derive(Debug, Clone)]
pub enum Export {
    /// Declared or imported in this file under this name.
    Local(Arc<str>),
    /// From another file.
    From(Import),
}

/// One declaration.
#[derive(Debug)]
pub enum Declaration {
    /// An interface; every part of it, when it is declared several times.
    Interface(Vec<Interface>),
    /// `type X = …`
    Alias(Alias),
    /// An enum: the values of its members, or `None` when one is computed.
    Enum(Option<Vec<(Arc<str>, serde_json::Value)>>),
    /// A namespace.
    Namespace(Box<Module>),
}

/// One part of an interface.
#[derive(Debug)]
pub struct Interface {
    /// Its type parameters.
    pub parameters: Vec<Parameter>,
    /// What it extends.
    pub extends: Vec<Type>,
    /// Its members.
    pub members: Vec<Member>,
    /// Its comment.
    pub doc: Doc,
}

/// A type alias.
#[derive(Debug)]
pub struct Alias {
    /// Its type parameters.
    pub parameters: Vec<Parameter>,
    /// What it stands for.
    pub target: Type,
    /// Its comment.
    pub doc: Doc,
}

/// A type parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// What it is when no argument is given.
    pub default: Option<Type>,
}

/// A member of an interface or object type.
#[derive(Debug)]
pub struct Member {
    /// Its key; `None` for an index signature.
    pub key: Option<Arc<str>>,
    /// Whether it has a `?`.
    pub optional: bool,
    /// Its type.
    pub value: Type,
    /// Its comment.
    pub doc: Doc,
}

/// A type as written.
#[derive(Debug)]
pub enum Type {
    /// `any`, `unknown`
    Anything,
    /// `never`
    Never,
    /// `undefined`, `void`
    Undefined,
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `string`
    String,
    /// `object`
    Object,
    /// A literal.
    Literal(serde_json::Value),
    /// `T[]`
    Array(Box<Type>),
    /// `[A, B?, ...C[]]`
    Tuple(Vec<TupleItem>),
    /// `A | B`
    Union(Vec<Type>),
    /// `A & B`
    Intersection(Vec<Type>),
    /// `{ … }`
    Members(Vec<Member>),
    /// A name with its qualifiers, and type arguments.
    Reference(Vec<Arc<str>>, Vec<Type>),
    /// `import('x').Y<Z>`
    Import(Arc<str>, Vec<Arc<str>>, Vec<Type>),
    /// `keyof T`
    KeyOf(Box<Type>),
    /// `T[K]`
    Indexed(Box<Type>, Box<Type>),
    /// `{ [K in Keys]: T }`
    Mapped(Box<Mapped>),
    /// `A extends B ? C : D`
    Conditional(Box<Conditional>),
    /// `` `a${B}c` ``: the texts around the types, one more than the types.
    Template(Vec<Arc<str>>, Vec<Type>),
    /// What cannot be evaluated; the word says what it is.
    Unsupported(&'static str),
}

/// An item of a tuple type.
#[derive(Debug)]
pub struct TupleItem {
    /// Its type; of a rest item, the whole array type.
    pub item: Type,
    /// Its place in the tuple.
    pub kind: TupleKind,
}

/// How an item stands in a tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TupleKind {
    /// It must be there.
    Required,
    /// It may be there.
    Optional,
    /// `...`
    Rest,
}

/// A mapped type.
#[derive(Debug)]
pub struct Mapped {
    /// The name that stands for the key.
    pub parameter: Arc<str>,
    /// The keys.
    pub keys: Type,
    /// The value of each.
    pub value: Type,
    /// Whether a `?`, `+?` or `-?` stands behind the key. The real generator takes all three for optional.
    pub marked: bool,
}

/// A conditional type.
#[derive(Debug)]
pub struct Conditional {
    /// What is asked about.
    pub check: Type,
    /// What it is asked to be.
    pub extends: Type,
    /// When it is.
    pub yes: Type,
    /// When it is not.
    pub no: Type,
}

/// The tags of a doc comment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Doc {
    /// Tags by name.
    pub tags: Vec<(Arc<str>, Arc<str>)>,
    /// The text before the first tag.
    pub description: Arc<str>,
}
