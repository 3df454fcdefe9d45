//! How a command ends.

use crate::run::Failure;

/// How a command ends.
pub(crate) type Outcome = Result<Status, Failure>;

/// The exit status of a run that could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing at or above the threshold.
    Clean,
    /// Findings at or above it.
    Findings,
}
