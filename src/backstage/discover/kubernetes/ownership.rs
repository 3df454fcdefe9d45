//! Whose container it is: the portal's, or that of something beside it.
//!
//! In: a workload and what its containers mount. Out: which of them run the portal. Never: the contents of ConfigMaps,
//! of which nothing may be read before it is known whose they are.

use super::container::{Container, Workload};
use crate::backstage::discover::command::base_name;
use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::image::reference::{self, is_called, is_web_server};

/// Words in the name of an image that runs beside a portal, for a container that nothing but its workload's name ties to
/// one: databases, proxies, agents.
const BESIDE: &[&str] = &[
    "agent",
    "alpine",
    "busybox",
    "collector",
    "curl",
    "elasticsearch",
    "envoy",
    "git",
    "kubectl",
    "memcached",
    "mysql",
    "opensearch",
    "pgbouncer",
    "postgres",
    "postgresql",
    "proxy",
    "proxyv2",
    "redis",
    "valkey",
    "vault",
];

/// The ports of web servers.
const WEB_PORTS: &[&str] = &["80", "443", "3000"];

/// The port that the backend listens on unless it is told otherwise (`backend.listen` of create-app).
const BACKEND_PORT: &str = "7007";

/// Whether the command line of a container says that it starts a portal, or with which layers. `--config` alone is an
/// option of many programs; behind node it is the backend's.
fn has_portal_command(container: &Container) -> bool {
    let launches = [&container.command, &container.args];
    let words = || launches.into_iter().flatten().flat_map(|(words, _)| words);
    let marks = ["backstage", "packages/backend", "app-config"];
    let is_marked = |word: &Word| marks.iter().any(|mark| word.text.contains(mark));
    let starts_node = words().any(|word| base_name(&word.text) == "node");
    words().any(is_marked) || starts_node && words().any(|word| word.text.contains("--config"))
}

/// Whether a container is the portal's by what it gets: a layer that it mounts, a variable that sets config.
fn gets_config(container: &Container, mounts_layer: bool) -> bool {
    let sets_config = |(name, _): &(String, Word)| name.starts_with("APP_CONFIG_");
    mounts_layer || container.environment.iter().any(sets_config)
}

/// Whether a container serves the website alone, by the name of its image or its ports: no layer and no variable in it is
/// for a backend.
fn is_website(container: &Container, mounts_layer: bool) -> bool {
    // The name of a container tells less: a portal's may be called `app`.
    let is_named = reference::is_website(&container.image);
    let has_port = |ports: &[&str]| {
        let mut own = container.ports.iter();
        own.any(|port| ports.contains(&port.as_str()))
    };
    let serves_pages = has_port(WEB_PORTS) && container.environment_from.is_empty();
    let mut variables = container.environment.iter().map(|(name, _)| name.as_str());
    let is_for_backend = |name: &str| match name.starts_with("APP_CONFIG_") {
        true => !reference::is_for_website(name),
        false => name.starts_with("POSTGRES") || name.starts_with("BACKEND"),
    };
    let is_backend = mounts_layer || has_port(&[BACKEND_PORT]) || variables.any(is_for_backend);
    (is_named || serves_pages) && !is_backend
}

/// Whether a container is the portal's by its names, or by the port of a workload called after Backstage.
fn is_named_so(workload: &Workload, container: &Container) -> bool {
    let is_named = |text: &str| text.contains("backstage");
    let is_of_portal = is_named(&workload.name);
    is_named(&container.image)
        || is_named(&container.name)
        || is_of_portal && container.ports.iter().any(|port| port == BACKEND_PORT)
}

/// Whether a container runs a portal: it says so of itself, or it is the first of a workload called after Backstage
/// that is nothing else by its image. A fragment without image and command is a patch for somebody to apply.
/// `own` is the container as it stands in the workload.
pub(super) fn is_portal(
    workload: &Workload,
    own: &Container,
    container: &Container,
    mounts_layer: bool,
) -> bool {
    let has_command = container.command.is_some() || container.args.is_some();
    if container.image.is_empty() && !has_command {
        return false;
    }
    let is_beside = |one: &Container| is_web_server(&one.image) || is_called(&one.image, BESIDE);
    let is_front_end = is_web_server(&container.image) || is_website(container, mounts_layer);
    if has_portal_command(container) || gets_config(container, mounts_layer) && !is_front_end {
        return true;
    }
    let mut others = workload.containers.iter();
    let first = others.find(|one| !is_beside(one));
    let is_first = first.is_some_and(|one| std::ptr::eq(one, own));
    !is_beside(container)
        && !is_front_end
        && (is_named_so(workload, container) || workload.name.contains("backstage") && is_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_beside(image: &str) -> bool {
        is_web_server(image) || is_called(image, BESIDE)
    }

    #[test]
    fn images_of_databases_and_proxies_run_no_portal() {
        for image in [
            "postgres:16",
            "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.8.0",
            "docker.io/bitnami/redis@sha256:0",
            "ghcr.io/acme/backstage-frontend:1",
        ] {
            assert!(is_beside(image), "{image}");
        }
        for image in [
            "ghcr.io/acme/portal:1",
            "backstage",
            "nginx.acme.example/portal",
        ] {
            assert!(!is_beside(image), "{image}");
        }
    }
}
