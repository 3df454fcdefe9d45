//! `facts.unexpanded`: placeholders in `APP_CONFIG_*` variables that nothing replaces.
//!
//! In: the variables of a chain that Kubernetes starts. Out: those whose value holds `${NAME}`: Kubernetes expands
//! `$(NAME)` only, and the loader (`EnvConfigSource` of `@backstage/config-loader`) does not substitute in variables.
//! Never: compose, which expands `${NAME}` itself, nor a Dockerfile, where the builder does.

use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::resolve::placeholder::{Part, parts};
use crate::backstage::words::{Chain, ChainOrigin, EnvironmentVariable, StartKind};

facts! {
    /// A variable with a placeholder that the app reads as text.
    pub struct Unexpanded {
        /// the variable, `APP_CONFIG_*`; points at it
        variable: Text,
        /// the name in the placeholder
        name: Text,
    }
}

/// The variables of a chain with a placeholder in them; of each the first placeholder that names a variable.
pub fn collect(chain: &Chain) -> List<Unexpanded> {
    let ChainOrigin::StartCommand {
        kind: StartKind::Kubernetes | StartKind::Helm,
        ..
    } = chain.origin
    else {
        return List::Known(Vec::new());
    };
    let fact = |variable: &EnvironmentVariable| {
        let value = variable
            .value
            .as_deref()
            .filter(|_| variable.is_override())?;
        let name = parts(value).into_iter().find_map(|part| match part {
            Part::Placeholder(placeholder) if is_name(placeholder.name) => Some(placeholder.name),
            _ => None,
        })?;
        Some(Unexpanded {
            origin: None,
            variable: Text::from(&*variable.name).at(variable.place),
            name: name.into(),
        })
    };
    chain.environment.iter().filter_map(fact).collect()
}

/// Whether it is what a shell calls a name: anything else is more likely meant as text.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
