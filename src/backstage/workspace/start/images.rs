//! Dockerfiles and compose files to chains.

use std::sync::Arc;

use crate::files::FilePath;

use super::super::{StartKind, document};
use super::chain::Audience;
use super::compose::{self, Service};
use super::dockerfile;
use super::env_file;
use super::reader::{Reader, audience};
use super::run::Run;
use super::word::Certainty;

/// Endings of files that only look like Dockerfiles.
const OTHER_ENDINGS: &[&str] = &[
    ".dockerignore",
    ".md",
    ".hbs",
    ".njk",
    ".tpl",
    ".j2",
    ".tmpl",
    "~",
    ".bak",
    ".swp",
];

/// Whether a file is a Dockerfile, by its name: `Dockerfile`, `Dockerfile.prod`, `backend.Dockerfile`.
pub(super) fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    let begins = |word: &str| lower.strip_prefix(word).is_some_and(is_end);
    let stem = lower.strip_suffix("dockerfile");
    let ends = stem.is_some_and(|rest| rest.ends_with(['.', '-', '_']));
    (begins("dockerfile") || begins("containerfile") || ends)
        && !OTHER_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

impl Reader<'_> {
    /// The chain of an image as it is built and run without further words.
    pub(super) fn dockerfile(&mut self, path: &FilePath) {
        let Some((source, dockerfile)) = self.image(path) else {
            return;
        };
        let Some(stage) = dockerfile.target(None) else {
            return;
        };
        let run = Run {
            name: self.name_of(path),
            kind: StartKind::Dockerfile,
            source,
            place: None,
            dockerfile: Some((&dockerfile, stage)),
            entrypoint: None,
            command: None,
            folder: None,
            environment: Vec::new(),
            mounts: Vec::new(),
            audience: audience(path.name()),
            unread: Vec::new(),
            lacks: Vec::new(),
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &run, &contexts);
    }

    /// The chains of the services of a compose file.
    pub(super) fn compose(&mut self, path: &FilePath) {
        let Some(source) = self.source(path) else {
            return;
        };
        let Some(root) = document::root(self.sources.get(source).text()) else {
            return;
        };
        let mut services = compose::services(&root, &path.parent(), source, self.sources);
        let names: Vec<String> = services.iter().map(|one| one.name.clone()).collect();
        for service in &mut services {
            // A host beside it is on this machine for one and on another for the next: compose does not say.
            for (_, value) in &mut service.environment {
                if names.contains(&value.text) {
                    value.certainty = Certainty::Open;
                }
            }
        }
        for service in services {
            self.service(path, source, service);
        }
    }

    fn service(&mut self, path: &FilePath, source: crate::text::SourceId, service: Service) {
        let mut environment = Vec::new();
        for file in &service.environment_files {
            // What git ignores is on no other machine.
            if self.takes_part(file)
                && let Some(id) = self.source(file)
            {
                environment.extend(env_file::parse(self.sources.get(id).text(), id));
            }
        }
        environment.extend(service.environment);
        let mut contexts = Vec::new();
        let mut image = None;
        if let Some(build) = &service.build {
            contexts.push(build.context.clone());
            image = self.image(&build.dockerfile).or_else(|| {
                // Written as seen from the compose file, which compose does not allow but people do.
                self.image(&path.parent().join(build.dockerfile.name()))
            });
            let Some((id, dockerfile)) = &image else {
                return;
            };
            if !build.arguments.is_empty() {
                let path = &dockerfile.path;
                let built = dockerfile::parse(path, *id, self.sources, &build.arguments);
                image = Some((*id, Arc::new(built)));
            }
        }
        contexts.extend(self.contexts(&path.parent()));
        let dockerfile = image.as_ref().map(|(_, dockerfile)| Arc::clone(dockerfile));
        let target = service
            .build
            .as_ref()
            .and_then(|build| build.target.as_deref());
        let stage = dockerfile
            .as_ref()
            .and_then(|dockerfile| dockerfile.target(target))
            .cloned();
        let run = Run {
            name: self.service_name(path, &service.name),
            kind: StartKind::Compose,
            source,
            place: Some(service.place),
            dockerfile: dockerfile.as_deref().zip(stage.as_ref()),
            entrypoint: service.entrypoint,
            command: service.command,
            folder: service.folder,
            environment,
            mounts: service.mounts,
            audience: match audience(path.name()) {
                Audience::People => audience(&service.name),
                developer => developer,
            },
            unread: Vec::new(),
            lacks: Vec::new(),
        };
        self.take(path, &run, &contexts);
    }

    /// `compose:backend` for the compose file that compose reads by itself, else with the file's path.
    fn service_name(&self, path: &FilePath, service: &str) -> String {
        let usual = [
            "compose.yaml",
            "compose.yml",
            "docker-compose.yaml",
            "docker-compose.yml",
        ];
        match self.name_of(path) {
            file if usual.contains(&file.as_str()) => format!("compose:{service}"),
            file => format!("{file}:{service}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_name() {
        for name in [
            "Dockerfile",
            "Dockerfile.prod",
            "Dockerfile-k8s",
            "brew.Dockerfile",
            "Containerfile",
            "dockerfile",
        ] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile.hbs",
            "Dockerfiles",
            "README",
            "mydockerfile",
        ] {
            assert!(!is_dockerfile(name), "{name}");
        }
    }
}
