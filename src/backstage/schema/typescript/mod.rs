//! TypeScript `config.d.ts` to a [`Schema`](super::Schema), as the real loader converts it.
//!
//! In: the file and a way to the files it imports from ([`Modules`]). Out: the schema of its `Config` type, and
//! notes on what could not be evaluated. `lower` cuts the parser's tree loose, `evaluate` walks types,
//! `algebra` computes with them, `marks` reads doc tags.

mod algebra;
mod budget;
mod doc;
mod evaluate;
mod lower;
mod marks;
mod stack;
mod tree;

pub use evaluate::{ConvertError, Converted, Modules, convert};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
