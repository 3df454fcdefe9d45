//! Backstage: from an app root to the facts that rules judge.
//!
//! Each module is one arrow of the way of the data: [`discover`] (files to layers and chains), [`resolve`]
//! (directives and placeholders), [`merge`] (the effective config), [`schema`] (what is allowed),
//! [`database`] (what the DatabaseManager would do), [`facts`] (the tree that rules see).

pub mod database;
pub mod discover;
pub mod document;
pub mod environment;
pub mod facts;
pub mod host;
pub mod javascript;
pub mod layer;
pub mod load;
pub mod merge;
pub mod npm;
pub mod resolve;
pub mod schema;
pub mod secrets;
pub mod value;
pub mod words;
