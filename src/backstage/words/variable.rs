//! The variables that a process starts with.

use std::sync::Arc;

use crate::text::Place;

/// What the names of variables start with that set a config value on top of all layers.
pub const OVERRIDE_PREFIX: &str = "APP_CONFIG_";

/// An environment variable that a chain's process starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value. `None` when the deployment sets it to one that is not known here: from a Secret, or by a chart for
    /// its own database.
    pub value: Option<Arc<str>>,
    /// Where the deployment sets it; `None` when no file does.
    pub place: Option<Place>,
    /// The Service of Kubernetes whose address it is: the cluster sets it by itself.
    pub service: Option<Arc<str>>,
}

impl EnvironmentVariable {
    /// A variable with a known value.
    pub fn known(
        name: impl Into<Arc<str>>,
        value: impl Into<Arc<str>>,
        place: Option<Place>,
    ) -> Self {
        Self {
            name: name.into(),
            value: Some(value.into()),
            place,
            service: None,
        }
    }

    /// Whether it sets a config value on top of all layers (`APP_CONFIG_*`, read by `@backstage/config-loader`).
    pub fn is_override(&self) -> bool {
        self.name.starts_with(OVERRIDE_PREFIX)
    }
}

/// The path of the value that a variable sets, key by key; `None` for one that sets none.
pub fn path_of(variable: &str) -> Option<impl Iterator<Item = &str>> {
    Some(variable.strip_prefix(OVERRIDE_PREFIX)?.split('_'))
}
