//! Servers as the settings around them want them.
//!
//! In: a target, and the settings being gathered. Out: servers without what is excluded. Never: what is in their
//! files.

use std::sync::Arc;

use super::judge::Server;
use crate::backstage::words::LeftOut;
use crate::connect::discover;
use crate::connect::words::Role;
use crate::product::target::{Scope, Target};
use crate::run::Failure;
use crate::settings::in_force::Gathering;
use crate::text::Sources;

/// What was found at a target.
pub struct FoundServers<'t> {
    /// The servers, each with its settings.
    pub servers: Vec<Server<'t>>,
    /// What looks like a server's file and was not taken.
    pub left_out: Vec<LeftOut>,
    /// Whether there was no server at all, whatever the settings want.
    pub is_empty: bool,
}

/// The servers of a target. Layers of `--config` are none.
///
/// # Errors
/// `--settings` names a file that cannot be read.
pub fn servers<'t>(
    target: &'t Target,
    gathering: &mut Gathering<'_>,
    sources: &mut Sources,
) -> Result<FoundServers<'t>, Failure> {
    let files = target.files.as_ref();
    let found = match &target.scope {
        Scope::Folder(folder) => discover::find(files, folder, sources),
        Scope::Layer(path) => discover::around(files, path, sources),
        Scope::Chain(_) => discover::Found::default(),
    };
    let is_empty = found.servers.is_empty();
    if is_empty {
        return Ok(FoundServers {
            servers: Vec::new(),
            left_out: found.left_out,
            is_empty,
        });
    }
    // Schemas are held against layers of Backstage alone.
    let mut settings = gathering.settings_of(files, target.settings.as_ref(), &[], sources)?;
    let mut servers = Vec::new();
    for mut server in found.servers {
        let of_server = gathering.put_in_force(settings.root(&server.folder, sources));
        server
            .parts
            .retain(|part| !of_server.exclude.matches(&part.path));
        server
            .variables
            .retain(|set| !of_server.exclude.matches(&set.path));
        let deployment = &mut server.deployment;
        let said = &of_server.connect;
        deployment.replicas = said.nodes.or(deployment.replicas);
        if said.version.is_some() {
            deployment.version.clone_from(&said.version);
        }
        if server.parts.iter().any(|part| part.role == Role::Main) {
            servers.push(Server {
                target,
                server,
                settings: Arc::clone(&of_server),
            });
        }
    }
    gathering.close(settings);
    Ok(FoundServers {
        servers,
        left_out: found.left_out,
        is_empty,
    })
}
