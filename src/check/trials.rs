//! Many checks of the files of one request, with other texts in the place of some: fixes that are tried before anything is
//! written.
//!
//! In: a request, and again and again texts. Out: what [`check`](super::check) says of the files with these. The disk is
//! walked once, and schemas are collected once.

use crate::product::backstage::read::KeptPackages;
use crate::product::target::{self, Target};
use crate::product::{Product, table};
use crate::request::{Edits, Request};
use crate::run::{Failure, Run};
use crate::text::Source;

/// What is kept between the checks.
pub struct Trials<'r> {
    request: &'r Request,
    targets: Vec<Target>,
    products: Vec<Box<dyn Product>>,
}

impl<'r> Trials<'r> {
    /// The files of a request as they are.
    ///
    /// # Errors
    /// A path that is missing or cannot be read.
    pub fn new(request: &'r Request) -> Result<Self, Failure> {
        Ok(Self {
            request,
            targets: target::targets(request)?,
            products: table::keeping(&KeptPackages::for_many_runs()),
        })
    }

    /// Checks the files, with texts in the place of those of the same paths.
    ///
    /// # Errors
    /// As [`check`](super::check).
    pub fn check(&self, texts: &[Source], edits: Edits) -> Result<Run, Failure> {
        let products: Vec<&dyn Product> = self.products.iter().map(AsRef::as_ref).collect();
        let targets = self.targets.iter().map(|target| target.with_texts(texts));
        let targets: Vec<Target> = targets.collect();
        let mut request = self.request.clone();
        request.edits = edits;
        super::check_targets(&products, &targets, &[], &request)
    }
}
