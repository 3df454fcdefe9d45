//! The products, a row for each.

use super::Product;
use super::backstage::Backstage;
use super::connect::Connect;

/// Every product, in the order in which their roots are judged.
pub const PRODUCTS: &[&dyn Product] = &[&Backstage, &Connect];
