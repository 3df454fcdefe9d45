//! stagecheck: a linter for the configuration of a Backstage portal.
//!
//! It loads every layer, works out what the running process would really see, and reports what is wrong with
//! it. The way of the data: [`backstage::discover`] finds layers and chains, [`npm_yaml`] parses them,
//! [`backstage::resolve`] and [`backstage::merge`] compute the effective config of each chain,
//! [`backstage::schema`] and [`rules`] judge it, [`report`] writes the findings down.

pub mod backstage;
pub mod check;
pub mod cli;
pub mod connect;
pub mod files;
pub mod finding;
pub mod fix;
pub mod lsp;
pub mod product;
pub mod report;
pub mod request;
pub mod rules;
pub mod run;
pub mod settings;
pub mod settle;
pub mod text;
pub mod version;
