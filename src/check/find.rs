//! Targets to roots of products, with the settings that are in force.

use crate::backstage::environment::Environment;
use crate::backstage::words::LeftOut;
use crate::product::target::Target;
use crate::product::{Product, Roots};
use crate::request::Request;
use crate::run::{Failure, Note, NoteLevel, add_once};
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
    let discover = |target: &'t Target| {
        let mut at = At::default();
        for product in products {
            let mut sources = sources.clone();
            let found = product.discover(target, environment, &mut gathering, &mut sources)?;
            at.count += found.roots.count();
            at.is_found |= !found.is_empty;
            at.left_out.extend(found.left_out);
            at.roots.push(found.roots);
        }
        Ok(at)
    };
    let mut all = at_targets(targets, request, discover)?;
    add_once(&mut all.notes, gathering.notes().iter().cloned());
    Ok(Found {
        roots: all.roots,
        in_force: gathering.finish(sources)?,
        left_out: all.left_out,
        notes: all.notes,
    })
}

/// What was found at one target.
pub(super) struct At<R> {
    /// The roots.
    pub(super) roots: Vec<R>,
    /// How many there are in them.
    pub(super) count: usize,
    /// What looks like configuration and was not taken.
    pub(super) left_out: Vec<LeftOut>,
    /// Whether there is something at all, whatever the settings want.
    pub(super) is_found: bool,
}

impl<R> Default for At<R> {
    fn default() -> Self {
        Self {
            roots: Vec::new(),
            count: 0,
            left_out: Vec::new(),
            is_found: false,
        }
    }
}

/// What was found at all targets, of one kind.
pub(super) struct AtAll<R> {
    /// The roots.
    pub(super) roots: Vec<R>,
    /// What looks like configuration and was not taken.
    pub(super) left_out: Vec<LeftOut>,
    /// Where nothing was found, or nothing is left to be checked.
    pub(super) notes: Vec<Note>,
}

/// Discovers at one target after the other. Where nothing is, or the settings leave nothing, that is said.
///
/// # Errors
/// Those of `discover`, and a named path at which nothing is.
pub(super) fn at_targets<'t, R>(
    targets: &'t [Target],
    request: &Request,
    mut discover: impl FnMut(&'t Target) -> Result<At<R>, Failure>,
) -> Result<AtAll<R>, Failure> {
    let mut all = AtAll {
        roots: Vec::new(),
        left_out: Vec::new(),
        notes: Vec::new(),
    };
    for target in targets {
        let at = discover(target)?;
        if !at.is_found {
            all.notes
                .extend(target.report_empty(request, &at.left_out)?);
        } else if at.count == 0 {
            let text = "all config files are excluded by the settings: nothing to check".to_owned();
            let level = NoteLevel::Always;
            add_once(&mut all.notes, [Note { level, text }]);
        }
        request.progress.add_found(at.count);
        all.left_out.extend(at.left_out);
        all.left_out.extend(target.passed_over());
        all.roots.extend(at.roots);
    }
    Ok(all)
}
