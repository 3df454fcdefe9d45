//! What the pipeline knows of a product: how its configuration is found, and how what is found is judged.
//!
//! A product is one value of [`Product`] and one row of [`table`]. Its findings are judged, settled and reported like
//! those of any other; nothing here names a product.

pub mod backstage;
pub mod connect;
pub mod table;
pub mod target;

use std::sync::Arc;

use crate::backstage::environment::Environment;
use crate::backstage::words::LeftOut;
use crate::finding::{ChainName, Finding};
use crate::request::Request;
use crate::run::{Failure, Note, SchemasInForce};
use crate::settings::Settings;
use crate::settings::in_force::{Gathering, RulesBySettings};
use crate::settle::suppress::Suppression;
use crate::text::mask::Secrets;
use crate::text::{SourceId, Sources};
use target::Target;

/// One kind of program that is configured.
pub trait Product: Sync {
    /// Finds what configures it at a target, as the settings there want it. Nothing found is no error.
    ///
    /// # Errors
    /// When a file that the request names is not there or cannot be read.
    fn discover<'t>(
        &self,
        target: &'t Target,
        environment: &Environment,
        gathering: &mut Gathering<'_>,
        sources: &mut Sources,
    ) -> Result<Discovered<'t>, Failure>;
}

/// What a product found at a target.
pub struct Discovered<'t> {
    /// What is to be judged.
    pub roots: Box<dyn Roots<'t> + 't>,
    /// What looks like configuration and was not taken.
    pub left_out: Vec<LeftOut>,
    /// Whether there was nothing at all, whatever the settings want.
    pub is_empty: bool,
}

/// Roots of one product (app roots, servers), in order of path.
pub trait Roots<'t>: Send {
    /// How many there are.
    fn count(&self) -> usize;

    /// Takes those from an index on away: another thread judges them.
    fn split_off(&mut self, at: usize) -> Box<dyn Roots<'t> + 't>;

    /// Reads and judges one after the other, in order. What was read of one is let go before the next is read.
    fn judge<'j>(
        self: Box<Self>,
        by: &'j Judging<'j>,
    ) -> Box<dyn Iterator<Item = Result<JudgedRoot, Failure>> + 'j>
    where
        't: 'j;
}

/// What all roots are judged by.
pub struct Judging<'j> {
    /// The rules that each settings file leaves on.
    pub rules: RulesBySettings<'j>,
    /// The variables that were asked for.
    pub environment: &'j Environment,
    /// What was asked for.
    pub request: &'j Request,
    /// Where texts are added.
    pub sources: &'j Sources,
}

/// What a root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKind {
    /// A folder with an app.
    AppRoot,
    /// A server.
    Server,
}

/// One root, judged.
pub struct JudgedRoot {
    /// What it is.
    pub kind: RootKind,
    /// What is wanted of it.
    pub settings: Arc<Settings>,
    /// Everything that is wrong with it, in no order.
    pub findings: Vec<Finding>,
    /// What its comments suppress.
    pub suppressions: Vec<Suppression>,
    /// What must not be shown.
    pub secrets: Secrets,
    /// The files that were judged, in order of path.
    pub files: Vec<SourceId>,
    /// The schemas it was checked against; `None` for a product without such schemas.
    pub schemas: Option<SchemasInForce>,
    /// How many chains it has.
    pub chains: usize,
    /// Which chain loads which layers.
    pub loads: Vec<(ChainName, SourceId)>,
    /// What a person may want to know.
    pub notes: Vec<Note>,
}
