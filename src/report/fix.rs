//! The edits of a finding as reports may offer them.
//!
//! In: a run and one of its findings. Out: its edits, or none at all: an edit is part of a whole, so one that touches a
//! secret takes the others with it. Never: the text that an edit replaces.

use crate::finding::{Edit, Finding};
use crate::run::Run;
use crate::text::mask;

/// The edits that may be offered; together they mend the finding.
pub(super) fn offered<'r>(run: &'r Run, finding: &'r Finding) -> &'r [Edit] {
    match finding.edits.iter().all(|edit| may_be_shown(run, edit)) {
        true => &finding.edits,
        false => &[],
    }
}

/// Whether there are edits that may be offered.
pub(super) fn is_fixable(run: &Run, finding: &Finding) -> bool {
    !offered(run, finding).is_empty()
}

fn may_be_shown(run: &Run, edit: &Edit) -> bool {
    let text = &edit.text;
    !run.secrets.touches(&run.sources, edit.place)
        && run.secrets.redact(text) == *text
        && mask::escape(text) == *text
}
