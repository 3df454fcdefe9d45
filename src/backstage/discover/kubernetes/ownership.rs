//! Whose container it is: the portal's, or that of something beside it.
//!
//! In: a workload and what its containers mount. Out: which of them run the portal. Never: the contents of ConfigMaps,
//! of which nothing may be read before it is known whose they are.

use super::container::{Container, Workload};
use crate::backstage::discover::command::base_name;
use crate::backstage::discover::command::word::Word;

/// Words in the name of an image that serves the website alone, with the same ConfigMap and variables as the backend.
const FRONT_ENDS: &[&str] = &["nginx", "httpd", "caddy", "frontend"];

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

/// The port that the backend listens on unless it is told otherwise (`backend.listen` of create-app).
const BACKEND_PORT: &str = "7007";

/// Whether the name of an image, without registry and tag, has one of these words.
fn is_called(image: &str, words: &[&str]) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    let mut own = name.split(|c: char| !c.is_ascii_alphanumeric());
    own.any(|word| words.contains(&word))
}

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
    let is_beside =
        |one: &Container| is_called(&one.image, FRONT_ENDS) || is_called(&one.image, BESIDE);
    let is_front_end = is_called(&container.image, FRONT_ENDS);
    if has_portal_command(container) || gets_config(container, mounts_layer) && !is_front_end {
        return true;
    }
    let mut others = workload.containers.iter();
    let first = others.find(|one| !is_beside(one));
    let is_first = first.is_some_and(|one| std::ptr::eq(one, own));
    !is_beside(container)
        && (is_named_so(workload, container) || workload.name.contains("backstage") && is_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_beside(image: &str) -> bool {
        is_called(image, FRONT_ENDS) || is_called(image, BESIDE)
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
