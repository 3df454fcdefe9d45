//! What every format is: something that writes a run.

use std::io::{self, Write};

use super::look::Look;
use crate::run::Run;

/// Writes the findings of a run in one format.
pub trait Report {
    /// Writes all of them to `out`. A run without findings is still a whole document where the format has one.
    ///
    /// # Errors
    /// Those of `out`.
    fn write(&self, run: &Run, look: &Look, out: &mut dyn Write) -> io::Result<()>;
}
