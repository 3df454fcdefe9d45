//! The schema in force: what the app's packages demand of its configuration.
//!
//! In: the effective config of a chain and the [`Schemas`] of the app's packages. Out: [`check`]'s problems with
//! their places, and who may see what ([`Scope`]). Schemas are judged package by package and never merged into
//! one big schema; the verdict is the one the real loader's merge gives. Never: a guess about an open value.

mod bundled;
mod cache;
mod check;
mod coerce;
mod collect;
mod conflicts;
mod demand;
mod explain;
mod json;
mod judge;
mod meant;
mod members;
mod merged;
mod model;
mod node;
mod package;
mod packages;
mod source;
mod stray;
pub mod typescript;
mod user;
mod visibility;
mod walk;

pub use self::source::SchemaSource;
pub use cache::Cache;
pub use check::{Ground, Problem, check};
pub use collect::{Collection, NoteWeight, SchemaNote, collect};
pub use merged::{for_editor, of_package};
pub use model::{Additional, Bound, Items, Rare, Schema, Types, Visibility};
pub use package::{PackageSchema, SchemaOrigin, Standing};
pub use packages::Schemas;
pub use user::{SchemaMistake, UserSchema, UserSchemaError};
pub use visibility::{Description, Scope};

#[cfg(test)]
mod tests;
