//! This program, as reports name it, and where its rules are explained.

use crate::rules::catalog;
use crate::run::Run;

/// The version of this program, as machines want it.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where this program is at home.
pub(super) const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Where to read more about a rule: our own page, or what a user's rule refers to.
pub(crate) fn page(run: &Run, rule: &str) -> Option<String> {
    if let Some(own) = run.policies.iter().find(|card| card.answers_to(rule)) {
        return own.references.first().map(|page| page.to_string());
    }
    let card = catalog::card(rule)?;
    Some(format!("{HOME}/blob/main/docs/rules/{}.md", card.id))
}
