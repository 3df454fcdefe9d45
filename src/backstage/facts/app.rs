//! `app`: what a card of scope `app` knows about the app root itself.

use super::fact::Text;
use super::macros::facts;
use crate::backstage::words::AppRoot;

facts! {
    /// The app root that a card of scope `app` judges.
    pub struct App {
        /// the folder below the repository root; empty for the root itself
        path: Text,
    }
}

/// The app root as facts.
pub fn collect(app: &AppRoot) -> App {
    App {
        origin: None,
        path: app.path.as_str().into(),
    }
}
