//! Many checks of files that change, as an editor asks for them.
//!
//! In: a tree of files, again and again. Out: what [`check`](super::check) says of it each time. What takes long and
//! seldom changes (collected schemas, lockfiles) is kept between the checks, as long as the files it came from are the same.

use std::sync::Arc;

use super::effective::{self, Configs};
use crate::files::{FilePath, Files};
use crate::product::backstage::read::KeptPackages;
use crate::product::{Product, table, target};
use crate::request::Request;
use crate::run::{Failure, Run};

/// What is kept between checks.
pub struct Session {
    products: Vec<Box<dyn Product>>,
    packages: KeptPackages,
}

impl Default for Session {
    fn default() -> Self {
        let packages = KeptPackages::for_many_runs();
        Self {
            products: table::keeping(&packages),
            packages,
        }
    }
}

impl Session {
    /// Checks every root below a folder of a tree.
    ///
    /// # Errors
    /// As [`check`](super::check).
    pub fn check(
        &self,
        files: Box<dyn Files>,
        folder: &FilePath,
        request: &Request,
    ) -> Result<Run, Failure> {
        let products: Vec<&dyn Product> = self.products.iter().map(AsRef::as_ref).collect();
        let targets = [target::folder(Arc::from(files), folder.clone())];
        super::check_targets(&products, &targets, &[], request)
    }

    /// The effective config of every chain below a folder of a tree.
    ///
    /// # Errors
    /// As [`effective`](super::effective::effective).
    pub fn effective(
        &self,
        files: Box<dyn Files>,
        folder: &FilePath,
        request: &Request,
    ) -> Result<Configs, Failure> {
        let targets = [target::folder(Arc::from(files), folder.clone())];
        effective::of_targets(&targets, request, Some(&self.packages))
    }
}
