//! Compose files to chains.

pub(crate) mod env_file;
pub(crate) mod file;

use std::sync::Arc;

use crate::backstage::discover::source::Source;
use crate::files::FilePath;

use self::file::is_compose;
use self::file::{Service, Services};
use crate::backstage::discover::chain::{Audience, unread_variables};
use crate::backstage::discover::command::word::Certainty;
use crate::backstage::discover::image::dockerfile;
use crate::backstage::discover::image::paths::Mount;
use crate::backstage::discover::image::reference::{self, ImageOrigin};
use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::{Reader, audience};
use crate::backstage::document;
use crate::backstage::words::names::{self, NameKind};
use crate::backstage::words::{Lack, LackKind, StartKind};

/// How many services are followed of which each extends the next.
const EXTENDS_LIMIT: usize = 16;

/// The port that the backend listens on unless it is told otherwise (`backend.listen` of create-app).
const BACKEND_PORT: &str = "7007";

/// The ports of web servers. A backend that serves the website itself listens on none of them by default.
const WEB_PORTS: &[&str] = &["80", "443", "8080"];

/// Compose files as a source of start commands.
pub(super) struct ComposeFiles;

impl Source for ComposeFiles {
    fn wants(&self, name: &str) -> bool {
        is_compose(name)
    }

    fn processes(&self, files: &[&FilePath], reader: &mut Reader<'_>) {
        for path in files {
            reader.compose(path);
        }
    }
}

impl Reader<'_> {
    /// The chains of the services of a compose file. One that compose reads on top of another by itself makes chains of
    /// both, and the other by itself, as a pipeline with `-f` starts it, is not complete.
    pub(super) fn compose(&mut self, path: &FilePath) {
        let is_there = |name: &&str| self.files.is_file(&path.parent().join(name));
        if file::OVERRIDES.contains(&path.name()) && file::USUAL.iter().any(&is_there) {
            return;
        }
        let above = file::OVERRIDES.iter().find(|name| is_there(name));
        let above = above.filter(|_| file::USUAL.contains(&path.name()));
        let above = above.map(|name| path.parent().join(name));
        let mut overrides = match &above {
            Some(above) => self.services(above),
            None => Services::new(),
        };
        for (name, mut service) in self.services(path) {
            let own = overrides.remove(&name);
            if let (Some(own), Some(above)) = (own.filter(Service::says_something), &above) {
                let place = Some(own.place);
                self.service(above, own.over(service.clone()));
                service.lacks.push(Lack {
                    reason: format!("`{}` overrides it", above.name()),
                    place,
                    kind: LackKind::Unreadable,
                });
            }
            self.service(path, service);
        }
        for service in overrides.into_values() {
            self.service(above.as_ref().unwrap_or(path), service);
        }
    }

    /// The services of a compose file, each with what it extends.
    fn services(&mut self, path: &FilePath) -> Services {
        let Some(services) = self.compose_file(path) else {
            return Services::new();
        };
        let complete = services.values().map(|service| {
            let mut service = self.extended(path, service.clone(), EXTENDS_LIMIT);
            for (name, value) in &mut service.environment {
                // A host beside it is on this machine for one and on another for the next: compose does not say.
                if services.contains_key(&value.text) && names_host(name) {
                    value.certainty = Certainty::Open;
                }
            }
            (service.name.clone(), service)
        });
        complete.collect()
    }

    /// A service of a compose file over what it extends.
    fn extended(&mut self, path: &FilePath, mut service: Service, depth: usize) -> Service {
        let Some(extends) = service.extends.take() else {
            return service;
        };
        let file = match &extends.file {
            Some(file) => file.path.clone(),
            None => Some(path.clone()),
        };
        let found = file.filter(|_| depth > 0).and_then(|file| {
            let services = self.compose_file(&file)?;
            let below = services.get(&extends.service.text)?;
            let parts = 1 + below.environment.len() + below.mounts.len();
            self.extended_parts = self.extended_parts.checked_sub(parts)?;
            Some((file, below.clone()))
        });
        if let Some((file, below)) = found {
            let below = self.extended(&file, below, depth - 1);
            return service.over(below);
        }
        let of_file = extends.file.map(|file| format!(" of `{}`", file.word.text));
        service.lacks.push(Lack {
            reason: format!(
                "it extends `{}`{}, which is not in the repository",
                extends.service.text,
                of_file.unwrap_or_default()
            ),
            place: Some(extends.service.place),
            kind: LackKind::Unreadable,
        });
        service
    }

    /// The services of a compose file as they are written there, read once.
    fn compose_file(&mut self, path: &FilePath) -> Option<Arc<Services>> {
        if let Some(known) = self.compose_files.get(path) {
            return known.clone();
        }
        let source = self.source(path);
        let services = source.and_then(|source| {
            let root = document::merged(document::root(self.sources.get(source).text())?);
            let services = file::services(&root, &path.parent(), source, self.sources);
            let by_name = services.into_iter().map(|one| (one.name.clone(), one));
            Some(Arc::new(by_name.collect()))
        });
        self.compose_files.insert(path.clone(), services.clone());
        services
    }

    fn service(&mut self, path: &FilePath, mut service: Service) {
        let mut environment = Vec::new();
        for file in &service.environment_files {
            // What git ignores is on no other machine.
            let here = file.path.as_ref().filter(|path| self.takes_part(path));
            match here.and_then(|path| self.source(path)) {
                Some(id) => environment.extend(env_file::parse(self.sources.get(id).text(), id)),
                None => {
                    let name = format!("`{}`", file.word.text);
                    let lack = unread_variables(&name, file.word.place);
                    service.lacks.push(lack);
                }
            }
        }
        environment.append(&mut service.environment);
        let mut contexts = Vec::new();
        let mut image = None;
        if let Some(build) = &service.build {
            contexts.push(build.context().clone());
            let dockerfile = build.dockerfile();
            image = self.image(&dockerfile).or_else(|| {
                // Written as seen from the compose file, which compose does not allow but people do.
                self.image(&path.parent().join(dockerfile.name()))
            });
            if let Some((id, dockerfile)) = &image
                && !build.arguments.is_empty()
            {
                let path = &dockerfile.path;
                let built = dockerfile::parse(path, *id, self.sources, &build.arguments);
                image = Some((*id, Arc::new(built)));
            }
        }
        let says_nothing = service.entrypoint.is_none() && service.command.is_none();
        let mounts_layer = service.mounts.iter().any(Mount::is_layer);
        let origin = match (&service.build, &service.image) {
            (Some(_), _) => ImageOrigin::Repository,
            (None, image) => match reference::origin(image.as_deref().unwrap_or_default()) {
                // What stands below a config is most likely deployed with it.
                ImageOrigin::Unknown if self.is_in_app(path) => ImageOrigin::Repository,
                origin => origin,
            },
        };
        if says_nothing && service.build.is_none() && !mounts_layer && is_website(&service) {
            // The container of the website takes the same variables.
            environment.retain(|(name, _)| !reference::is_for_website(name));
        }
        let is_marked = || {
            let sets_config = environment
                .iter()
                .any(|(name, _)| name.starts_with("APP_CONFIG_"));
            sets_config || mounts_layer
        };
        let is_ready = service.build.is_none() && origin != ImageOrigin::Published;
        if is_ready && says_nothing && is_marked() {
            // A ready image of the portal has most likely been built from here.
            image = self.app_image(path);
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
        let process = Process {
            name: self.service_name(path, &service.name),
            kind: StartKind::Compose,
            source: service.place.source,
            place: Some(service.place),
            dockerfile: dockerfile.as_deref().zip(stage.as_ref()),
            origin,
            checkout: None,
            entrypoint: service.entrypoint,
            command: service.command,
            folder: service.folder.or_else(|| {
                let published = service
                    .image
                    .as_deref()
                    .and_then(reference::published_folder);
                let published = published.filter(|_| origin == ImageOrigin::Published);
                let is_unknown = image.is_none() && published.is_none();
                let mounted = is_unknown.then(|| mounted_in(&service.mounts)).flatten();
                mounted.or_else(|| published.map(str::to_owned))
            }),
            environment,
            mounts: service.mounts,
            audience: match audience(path.name()) {
                Audience::People => audience(&service.name),
                developer => developer,
            },
            unread: Vec::new(),
            lacks: service.lacks,
            own_network: !service.shares_network,
        };
        self.take(path, &process, &contexts);
    }

    /// `compose:backend` for the compose file that compose reads by itself, else with the file's path.
    fn service_name(&self, path: &FilePath, service: &str) -> String {
        match self.name_of(path) {
            file if file::USUAL.contains(&file.as_str()) => format!("compose:{service}"),
            file => format!("{file}:{service}"),
        }
    }
}

/// Whether a service runs the website alone, by its image and its ports.
fn is_website(service: &Service) -> bool {
    let image = service.image.as_deref().unwrap_or_default();
    let is_backend = service.ports.iter().any(|port| port == BACKEND_PORT);
    let serves_pages = service
        .ports
        .iter()
        .any(|port| WEB_PORTS.contains(&port.as_str()));
    let is_named = reference::is_website(image);
    !is_backend && (is_named || serves_pages || reference::is_web_server(image))
}

/// Whether a variable holds a host, by its name: `POSTGRES_HOST`, `APP_CONFIG_backend_database_connection_host`.
fn names_host(variable: &str) -> bool {
    const HOSTS: &[&str] = &[
        "host", "hostname", "hosts", "server", "addr", "address", "endpoint", "url",
    ];
    let variable = variable.to_ascii_lowercase();
    let mut words = variable.rsplit(['_', '.', '-']);
    words
        .next()
        .is_some_and(|last| HOSTS.iter().any(|host| last.ends_with(host)))
}

/// The folder that a deployment mounts its layers in: that of the app, in an image of which nothing else is known.
fn mounted_in(mounts: &[Mount]) -> Option<String> {
    let is_layer = |name: &str| matches!(names::kind_of(name), NameKind::Layer(_));
    let mut folders = mounts.iter().filter_map(|mount| {
        let (folder, name) = mount.target.rsplit_once('/')?;
        (is_layer(name) && folder.starts_with('/')).then_some(folder)
    });
    let first = folders.next()?;
    folders
        .all(|folder| folder == first)
        .then(|| first.to_owned())
}
