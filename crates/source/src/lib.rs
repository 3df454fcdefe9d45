//! Texts, the places in them, and the paths into a configuration: the ground everything else stands on.
//!
//! In: texts, and the paths people know them by. Out: [`Source`]s, byte [`Span`]s, [`Place`]s, lines and columns,
//! [`ConfigPath`]s. Never: files, YAML, or anything of a product.

mod closest;
mod config_path;
mod lines;
mod text;

pub use closest::{closest, is_slip};
pub use config_path::{ConfigPath, NotAPath, Part};
pub use lines::{ColumnUnit, Lines};
pub use text::{LineColumn, Place, Source, SourceId, Sources, Span};
