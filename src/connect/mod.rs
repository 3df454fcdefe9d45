//! Posit Connect: a server that `rstudio-connect.gcfg` configures.
//!
//! So far the catalogue of its settings; no run reads a server yet.

pub mod catalogue;
