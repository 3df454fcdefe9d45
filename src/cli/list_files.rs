//! `--list-files`: what a check reads, and what it leaves out and why.

use std::io::{self, Write};

use crate::run::Run;
use crate::text::mask::{escape, excerpt, name};

/// A line for each layer, and one for each file that looks like a layer and is none.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    for layer in &run.checked.layers {
        writeln!(out, "{}", escape(&name(run.sources.get(*layer).path())))?;
    }
    for left_out in &run.checked.left_out {
        let path = left_out.path.to_string();
        writeln!(
            out,
            "{} (left out: it {})",
            escape(&name(&path)),
            escape(&excerpt(&left_out.reason))
        )?;
    }
    Ok(())
}
