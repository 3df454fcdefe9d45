//! Variables that compose files set for a server.
//!
//! In: compose files, and the servers that were found before. Out: the variables of each service that mounts a server's
//! main file, or the folder of it, added to that server. Never: a service with its settings in the image alone, or what
//! is in an env file.

use std::sync::Arc;

use super::source::{Source, Tree};
use crate::backstage::discover::command::word::Certainty;
use crate::backstage::discover::compose::file::{Service, is_compose, services};
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::document;
use crate::backstage::words::{EnvironmentVariable, LeftOut};
use crate::connect::words::{Role, Server, SetVariable};
use crate::files::FilePath;

/// The largest compose file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;
/// How the names of the variables begin that set a setting.
const BEGINNING: &str = "CONNECT_";

/// Compose files.
pub(super) struct ComposeFiles;

impl Source for ComposeFiles {
    fn wants(&self, name: &str) -> bool {
        is_compose(name)
    }

    fn servers(&self, paths: &[&FilePath], tree: &mut Tree<'_>) {
        if tree.found.servers.is_empty() {
            return;
        }
        for path in paths {
            if let Err(reason) = add(path, tree) {
                tree.found.left_out.push(LeftOut {
                    path: (*path).clone(),
                    reason,
                });
            }
        }
    }
}

fn add(path: &FilePath, tree: &mut Tree<'_>) -> Result<(), String> {
    let text = tree.files.read(path, MAX_BYTES);
    let text = text.map_err(|error| format!("cannot be read: {error}"))?;
    if !text.contains(BEGINNING) {
        return Ok(());
    }
    let root = document::root(&text).ok_or("is not YAML")?;
    let source = tree.sources.add(tree.files.source(path, text));
    let root = document::merged(root);
    for service in services(&root, &path.parent(), source, tree.sources) {
        for server in &mut tree.found.servers {
            let is_mounted = |mount: &Mount| mounts(mount, server);
            if service.mounts.iter().any(is_mounted) {
                set(server, path, &service);
            }
        }
    }
    Ok(())
}

/// Whether a mount brings the main file of a server into the container, by itself or with its folder.
fn mounts(mount: &Mount, server: &Server) -> bool {
    let MountSource::Path(path) = &mount.source else {
        return false;
    };
    let mut main = server.parts.iter().filter(|part| part.role == Role::Main);
    main.any(|part| part.path == *path || part.path.parent() == *path)
}

/// Adds the variables of a service to a server. Of one that several services set to different values nothing is known.
fn set(server: &mut Server, path: &FilePath, service: &Service) {
    let own = service.environment.iter();
    for (name, word) in own.filter(|(name, _)| name.starts_with(BEGINNING)) {
        let is_known = word.certainty == Certainty::Known;
        let value: Option<Arc<str>> = is_known.then(|| word.text.as_str().into());
        let mut before = server.variables.iter_mut();
        match before.find(|set| *set.variable.name == **name) {
            Some(before) if before.variable.value == value => {}
            Some(before) => before.variable.value = None,
            None => server.variables.push(SetVariable {
                path: path.clone(),
                variable: EnvironmentVariable {
                    name: name.as_str().into(),
                    value,
                    place: Some(word.place),
                    service: None,
                },
            }),
        }
    }
}
