//! The variables that Kubernetes itself sets for the Services of a namespace.
//!
//! In: a container, and the Services of the repository. Out: the variables of those in its reach. Never: a Service that
//! may be in another namespace.

use crate::backstage::discover::chain::SERVICE_SCHEME;
use crate::backstage::discover::command::word::{Certainty, Word};
use crate::files::FilePath;

use super::built::Built;
use super::container::Container;
use super::objects::Service;

/// `NAME_PORT` of each Service in reach (`pkg/kubelet/envvars` of Kubernetes, `FromServices`): its whole URL, not its
/// port. What the container sets itself wins.
pub(super) fn variables(
    built: &Built,
    container: &Container,
    services: &[(FilePath, Service)],
) -> Vec<(String, Word)> {
    let workload = &built.workload;
    // Where more variables come from elsewhere, or the Services have other names by then, nothing is sure.
    if workload.has_service_links == Some(false)
        || !container.environment_secrets.is_empty()
        || built.has_other_name()
    {
        return Vec::new();
    }
    let is_near = |(path, service): &&(FilePath, Service)| {
        service.namespace == workload.namespace && path.parent() == built.path.parent()
    };
    let variable = |(_, service): &(FilePath, Service)| {
        let name = service.name.to_ascii_uppercase().replace('-', "_");
        let value = Word {
            text: format!("{SERVICE_SCHEME}{}", service.name),
            certainty: Certainty::Open,
            place: service.place,
        };
        (format!("{name}_PORT"), value)
    };
    services.iter().filter(is_near).map(variable).collect()
}
