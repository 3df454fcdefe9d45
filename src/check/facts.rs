//! The facts that conditions read, without judging by them.

use super::workspaces;
use crate::product::backstage::judge::Facts;
use crate::request::Request;
use crate::rules::engine::Rules;
use crate::run::{Failure, Run};

/// The facts that conditions would read, of every chain and layer, each with what it is: for people who write
/// policies. Secrets are in them: they must pass the mask of the run on their way out.
///
/// # Errors
/// As [`check`](super::check).
pub fn facts(request: &Request) -> Result<(Vec<Facts>, Run), Failure> {
    let rules = Rules::new([]);
    let mut facts = Vec::new();
    let run = workspaces::read(request, |ready| {
        facts.extend(ready.loaded.facts(&ready.judge(&rules)));
        ready.secrets
    })?;
    Ok((facts, run))
}
