//! The products, a row for each.

use super::Product;
use super::backstage::Backstage;
use super::backstage::read::KeptPackages;
use super::connect::Connect;

/// Every product, in the order in which their roots are judged.
pub const PRODUCTS: &[&dyn Product] = &[&Backstage::ONCE, &Connect];

/// The same, for many runs over files that change: they share what is expensive to collect.
pub fn keeping(packages: &KeptPackages) -> Vec<Box<dyn Product>> {
    vec![
        Box::new(Backstage::keeping(packages.clone())),
        Box::new(Connect),
    ]
}
