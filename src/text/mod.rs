//! Text and places in it: [`Source`]s, byte [`Span`]s, line and column, and [`mask`], the one door
//! through which text that may hold a secret leaves the process.

pub mod globs;
pub mod mask;
pub mod patterns;
pub mod prose;

pub use source::{
    ColumnUnit, LineColumn, Lines, Place, Source, SourceId, Sources, Span, closest, is_slip,
};
