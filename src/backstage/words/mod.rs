//! The words of Backstage: app root, layer, chain, and what a chain lacks.
//!
//! Plain data that discovery fills and every later stage reads. Never: where it was found.

mod app_root;
mod chain;
pub(crate) mod names;
mod variable;

pub use app_root::{AppRoot, LayerCopy, LayerFile, LayerRole, LeftOut, Workspace};
pub use chain::{
    Absence, Chain, ChainLayer, ChainOrigin, ImageContents, Lack, LackKind, PathInImage, RunsIn,
    StartKind,
};
pub use variable::{EnvironmentVariable, OVERRIDE_PREFIX, path_of};
