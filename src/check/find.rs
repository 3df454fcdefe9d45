//! Targets to roots of products, with the settings that are in force.

use crate::backstage::environment::Environment;
use crate::backstage::words::LeftOut;
use crate::product::target::Target;
use crate::product::{Product, Roots};
use crate::request::Request;
use crate::run::{Failure, Note};
use crate::settings::in_force::{Gathering, InForce};
use crate::text::Sources;
use rule_card::card::Card;

/// What was found at all targets.
pub(super) struct Found<'t> {
    /// The roots, by target and product.
    pub(super) roots: Vec<Box<dyn Roots<'t> + 't>>,
    /// The settings, all read.
    pub(super) in_force: InForce<'t>,
    /// What looks like configuration and was not taken.
    pub(super) left_out: Vec<LeftOut>,
    /// That nothing was found.
    pub(super) notes: Vec<Note>,
}

/// Finds what is asked for.
///
/// # Errors
/// A named path at which nothing is, and mistakes in settings and policies.
pub(super) fn find<'t>(
    products: &[&dyn Product],
    targets: &'t [Target],
    environment: &Environment,
    more: &'t [Card],
    request: &'t Request,
    sources: &Sources,
) -> Result<Found<'t>, Failure> {
    let mut gathering = Gathering::new(request, more);
    let (mut roots, mut left_out, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for target in targets {
        let mut is_empty = true;
        for product in products {
            let mut sources = sources.clone();
            let found = product.discover(target, environment, &mut gathering, &mut sources)?;
            is_empty &= found.is_empty;
            left_out.extend(found.left_out);
            request.progress.add_found(found.roots.count());
            roots.push(found.roots);
        }
        if is_empty {
            notes.extend(target.report_empty(request)?);
        }
        left_out.extend(target.passed_over());
    }
    Ok(Found {
        roots,
        in_force: gathering.finish(sources)?,
        left_out,
        notes,
    })
}
