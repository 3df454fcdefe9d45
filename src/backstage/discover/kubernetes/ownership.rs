//! Whose container it is: the portal's, or that of something beside it.
//!
//! In: a workload and what its containers mount. Out: which of them run the portal. Never: the contents of ConfigMaps,
//! of which nothing may be read before it is known whose they are.

use super::objects::{Container, Workload};
use crate::backstage::discover::command::word::Word;

/// Words in the name of an image that is no portal: databases, proxies, agents and what else runs beside one.
const FOREIGN: &[&str] = &[
    "agent",
    "alpine",
    "argocd",
    "busybox",
    "collector",
    "curl",
    "datadog",
    "elasticsearch",
    "envoy",
    "filebeat",
    "fluent",
    "frontend",
    "git",
    "grafana",
    "haproxy",
    "httpd",
    "jaeger",
    "jenkins",
    "kafka",
    "keycloak",
    "kroki",
    "kubectl",
    "loki",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mysql",
    "newrelic",
    "nginx",
    "opensearch",
    "opentelemetry",
    "otel",
    "pgadmin",
    "pgbouncer",
    "plantuml",
    "postgres",
    "postgresql",
    "prometheus",
    "promtail",
    "proxy",
    "proxyv2",
    "rabbitmq",
    "redis",
    "sonarqube",
    "traefik",
    "valkey",
    "vault",
];

/// Whether a container with this image, by its name, runs something else than a portal.
fn is_foreign_image(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| FOREIGN.contains(&word))
}

/// Whether words say that they start a portal, or with which layers.
fn mentions_portal(words: &Option<(Vec<Word>, crate::text::Place)>) -> bool {
    let marks = ["backstage", "packages/backend", "--config", "app-config"];
    let says = |word: &Word| marks.iter().any(|mark| word.text.contains(mark));
    words.iter().any(|(words, _)| words.iter().any(says))
}

/// Whether the command line of a container is worth a look.
fn has_portal_command(container: &Container) -> bool {
    mentions_portal(&container.command) || mentions_portal(&container.args)
}

/// Whether a container is the portal's by what it says of itself: its image or name, a layer that it mounts, a
/// variable that sets config.
fn is_own(container: &Container, mounts_layer: bool) -> bool {
    let is_named = |text: &str| text.contains("backstage");
    let sets_config = |(name, _): &(String, Word)| name.starts_with("APP_CONFIG_");
    !is_foreign_image(&container.image)
        && (mounts_layer
            || is_named(&container.image)
            || is_named(&container.name)
            || container.environment.iter().any(sets_config))
}

/// Whether a container runs a portal: it says so of itself, or it is the first of a workload called after Backstage
/// that is nothing else by its image. A fragment without image and command is a patch for somebody to apply.
pub(super) fn is_portal(workload: &Workload, container: &Container, mounts_layer: bool) -> bool {
    let has_command = container.command.is_some() || container.args.is_some();
    if container.image.is_empty() && !has_command {
        return false;
    }
    if has_portal_command(container) || is_own(container, mounts_layer) {
        return true;
    }
    let mut others = workload.containers.iter();
    let first = others.find(|one| !is_foreign_image(&one.image));
    let is_first = first.is_some_and(|one| std::ptr::eq(one, container));
    workload.name.contains("backstage") && is_first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_databases_and_proxies_run_no_portal() {
        for image in [
            "postgres:16",
            "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.8.0",
            "docker.io/bitnami/redis@sha256:0",
            "ghcr.io/acme/backstage-frontend:1",
        ] {
            assert!(is_foreign_image(image), "{image}");
        }
        for image in [
            "ghcr.io/acme/portal:1",
            "backstage",
            "nginx.acme.example/portal",
        ] {
            assert!(!is_foreign_image(image), "{image}");
        }
    }
}
