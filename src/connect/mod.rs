//! Posit Connect: from `rstudio-connect.gcfg` to the facts that rules judge.
//!
//! Each module is one arrow of the way of the data: [`discover`] (files to servers), [`load`] (texts to settings as
//! written, each with what its spelling does), [`effective`] (the settings that count), [`facts`] (the tree that rules
//! see). [`catalogue`] is what is known of the settings.

mod branches;
pub mod catalogue;
pub mod discover;
pub mod effective;
pub mod encrypted;
pub mod facts;
pub mod load;
pub mod secrets;
pub mod spelling;
pub mod words;
