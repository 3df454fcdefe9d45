//! The product as a whole: the built binary in folders of its own, and the library against recorded answers of the
//! real software. One binary, so that it is linked once; `cargo test --test it print::` runs one suite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that fails here has nothing to say

mod chains;
mod command_line;
mod common;
mod connect;
mod database_refusals;
mod database_vectors;
mod deployments;
mod editor_server;
mod edits;
mod environment;
mod fixes;
mod formats;
mod hardcoded_secrets;
mod hostile;
mod imports;
mod init;
mod layer_rules;
mod leaks;
mod loader;
mod main_job;
mod many_roots;
mod migrate;
mod no_leaks;
mod own_schemas;
mod packaging;
mod policies;
mod print;
mod schema_collection;
mod schema_command;
mod settings;
mod settings_schema;
mod staged;
mod support;
mod why;
mod wording;
mod writing;
