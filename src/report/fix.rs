//! The edits of a fix as reports may offer them.
//!
//! In: a run and a fix of one of its findings. Out: its edits, or none at all: an edit is part of a whole, so one
//! that touches a secret takes the others with it. Never: the text that an edit replaces.

use crate::finding::{Edit, Fix};
use crate::run::Run;
use crate::text::mask;

/// The edits that may be offered; together they are the fix.
pub(super) fn offered<'r>(run: &'r Run, fix: &'r Fix) -> &'r [Edit] {
    match fix.edits.iter().all(|edit| may_be_shown(run, edit)) {
        true => &fix.edits,
        false => &[],
    }
}

fn may_be_shown(run: &Run, edit: &Edit) -> bool {
    let text = &edit.text;
    !run.secrets.touches(&run.sources, edit.place)
        && run.secrets.redact(text) == *text
        && text.lines().all(|line| mask::escape(line) == line)
}
