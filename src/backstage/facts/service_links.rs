//! `facts.serviceLinks`: placeholders that Kubernetes fills in by itself, with something else than their names say.
//!
//! In: the effective config of a chain, and its variables. Out: the values that are such a placeholder alone. Never:
//! a variable that the deployment sets.

use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, OpenCause, Value};
use crate::backstage::words::{Chain, EnvironmentVariable};
use source::{ConfigPath, Part};

facts! {
    /// A value that is the address of a Service.
    pub struct ServiceLink {
        /// its path in the config; points at the value
        path: Text,
        /// the variable, which Kubernetes sets to e.g. `tcp://10.0.0.1:5432`
        variable: Text,
        /// the Service; points at its name
        service: Text,
    }
}

/// The values of a config that are the address of a Service alone.
pub fn collect(chain: &Chain, config: &Value) -> List<ServiceLink> {
    let is_link = |variable: &&EnvironmentVariable| variable.service.is_some();
    let links: Vec<&EnvironmentVariable> = chain.environment.iter().filter(is_link).collect();
    let mut found = Vec::new();
    if !links.is_empty() {
        walk(config, &mut ConfigPath::root(), &links, &mut found);
    }
    List::Known(found)
}

fn walk(
    value: &Value,
    path: &mut ConfigPath,
    links: &[&EnvironmentVariable],
    found: &mut Vec<ServiceLink>,
) {
    match &value.kind {
        Kind::Object(entries) => {
            for (key, value) in entries {
                path.push(Part::Key(key.clone()));
                walk(value, path, links, found);
                path.pop();
            }
        }
        Kind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Part::Item(index));
                walk(item, path, links, found);
                path.pop();
            }
        }
        Kind::Open(open) => {
            let OpenCause::Placeholder(variables) = &open.cause else {
                return;
            };
            let [variable] = variables.as_slice() else {
                return;
            };
            let link = links.iter().find(|link| link.name == variable.name);
            let is_alone = open.written.starts_with("${") && open.written.ends_with('}');
            let is_port = matches!(path.parts().last(), Some(Part::Key(key)) if **key == *"port");
            let Some(link) = link.filter(|_| is_alone && is_port) else {
                return;
            };
            found.push(ServiceLink {
                origin: None,
                path: Text::from(path.to_string()).with_origin(value.origin),
                variable: link.name.clone().into(),
                service: Text::optional(link.service.as_deref()).at(link.place),
            });
        }
        _ => {}
    }
}
