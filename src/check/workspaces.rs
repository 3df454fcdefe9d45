//! What a check would look at, without checking it.

use std::sync::Arc;

use super::find::{At, AtAll, at_targets};
use super::{asked_environment, notes_of};
use crate::backstage::environment::Environment;
use crate::backstage::words::{AppRoot, LeftOut};
use crate::connect::words;
use crate::files::{FilePath, Files};
use crate::product::backstage::discover;
use crate::product::backstage::read::{App, KeptPackages, Reader, Ready};
use crate::product::connect::discover as servers;
use crate::product::connect::judge::{ReadServer, Server};
use crate::product::target::{self, Target};
use crate::request::Request;
use crate::run::{Failure, Note, Run, add_once};
use crate::settings::in_force::Gathering;
use crate::text::Sources;
use crate::text::mask::Secrets;
use rule_card::card::Card;

/// The app roots and servers that a request is about, as their settings want them.
pub struct Found {
    /// Each app root with the files it is from.
    pub apps: Vec<FoundApp>,
    /// The Posit Connect servers, each with its files.
    pub servers: Vec<FoundServer>,
    /// What looks like a layer or start command and was not taken.
    pub left_out: Vec<LeftOut>,
    /// The texts of manifests and start commands.
    pub sources: Sources,
    /// That nothing was found.
    pub notes: Vec<Note>,
}

/// An app root, and the files it is from.
pub struct FoundApp {
    /// The app root.
    pub app: AppRoot,
    /// Its repository.
    pub files: Arc<dyn Files>,
}

/// A server, and the files it is from.
pub struct FoundServer {
    /// The server.
    pub server: words::Server,
    /// Its repository.
    pub files: Arc<dyn Files>,
}

impl FoundServer {
    /// Its name as a person knows it: a path relative to where the run was started.
    pub fn show_name(&self) -> String {
        self.files.display(&FilePath::new(&self.server.name))
    }
}

impl Found {
    /// A path as a person knows it. Paths of several repositories are those of the first.
    pub fn show(&self, path: &FilePath) -> String {
        let of_app = self.apps.first().map(|app| &app.files);
        let files = of_app.or(self.servers.first().map(|server| &server.files));
        files.map_or_else(|| path.to_string(), |files| files.display(path))
    }
}

impl FoundApp {
    /// A path as a person knows it: relative to where the run was started.
    pub fn show(&self, path: &FilePath) -> String {
        self.files.display(path)
    }
}

/// Finds app roots, chains and servers, and reads no layer.
///
/// # Errors
/// As [`super::check`], except for what only judging finds.
pub fn workspaces(request: &Request) -> Result<Found, Failure> {
    let environment = asked_environment(request)?;
    let sources = Sources::default();
    let targets = target::targets(request)?;
    let (found, _) = roots(&targets, &environment, request, &sources)?;
    let AtAll {
        roots,
        left_out,
        notes,
    } = found;
    let (mut apps, mut servers) = (Vec::new(), Vec::new());
    for root in roots {
        match root {
            Root::App(app) => apps.push((position(&targets, app.target), app.root)),
            Root::Server(server) => {
                servers.push((position(&targets, server.target), server.server));
            }
        }
    }
    let files = targets.into_iter().map(|target| target.files);
    let files: Vec<Arc<dyn Files>> = files.collect();
    let app = |(at, app): (usize, AppRoot)| {
        let files = Arc::clone(files.get(at)?);
        Some(FoundApp { app, files })
    };
    let server = |(at, server): (usize, words::Server)| {
        let files = Arc::clone(files.get(at)?);
        Some(FoundServer { server, files })
    };
    Ok(Found {
        apps: apps.into_iter().filter_map(app).collect(),
        servers: servers.into_iter().filter_map(server).collect(),
        left_out,
        sources,
        notes: notes_of(&environment).chain(notes).collect(),
    })
}

fn position(targets: &[Target], target: &Target) -> usize {
    let mut all = targets.iter();
    all.position(|one| std::ptr::eq(one, target))
        .unwrap_or(targets.len())
}

/// A root of either product, to be read.
enum Root<'t> {
    App(App<'t>),
    Server(Server<'t>),
}

/// A root of either product, read.
pub(super) enum Read<'t> {
    /// An app root of Backstage.
    App(Ready<'t>),
    /// A Posit Connect server.
    Server(ReadServer<'t>),
}

/// The roots at all targets, and the policies of their settings.
fn roots<'t>(
    targets: &'t [Target],
    environment: &Environment,
    request: &Request,
    sources: &Sources,
) -> Result<(AtAll<Root<'t>>, Vec<Card>), Failure> {
    let mut gathering = Gathering::new(request, &[]);
    let discover = |target: &'t Target| {
        let mut sources = sources.clone();
        let found = discover::app_roots(target, environment, &mut gathering, &mut sources)?;
        let app = |(root, settings)| {
            Root::App(App {
                target,
                root,
                settings,
            })
        };
        let more = servers::servers(target, &mut gathering, &mut sources)?;
        let apps = found.apps.into_iter().map(app);
        let roots: Vec<_> = apps
            .chain(more.servers.into_iter().map(Root::Server))
            .collect();
        Ok(At {
            count: roots.len(),
            is_found: !found.is_empty || !more.is_empty,
            left_out: found.left_out.into_iter().chain(more.left_out).collect(),
            roots,
        })
    };
    let all = at_targets(targets, request, discover)?;
    Ok((all, gathering.finish(sources)?.into_policies()))
}

/// Reads every root of a request and gives each to `look`, which keeps what it wants and gives back its secrets.
/// The run holds the texts and the secrets in them, and no findings.
///
/// # Errors
/// As [`super::check`], except for what only judging finds.
pub(super) fn read(
    request: &Request,
    look: impl FnMut(Read<'_>) -> Secrets,
) -> Result<Run, Failure> {
    read_targets(&target::targets(request)?, request, None, look)
}

/// The same at these targets, with what earlier runs have kept if there were any.
///
/// # Errors
/// As [`read`].
pub(super) fn read_targets(
    targets: &[Target],
    request: &Request,
    kept: Option<&KeptPackages>,
    mut look: impl FnMut(Read<'_>) -> Secrets,
) -> Result<Run, Failure> {
    let environment = asked_environment(request)?;
    let mut sources = Sources::default();
    let (found, policies) = roots(targets, &environment, request, &sources)?;
    let mut reader = Reader::new(&environment, request, kept);
    let mut notes: Vec<Note> = notes_of(&environment).chain(found.notes).collect();
    let mut secrets = Secrets::default();
    for root in found.roots {
        let read = match root {
            Root::App(app) => {
                let ready = reader.read(app, &mut sources);
                add_once(&mut notes, ready.notes());
                Read::App(ready)
            }
            Root::Server(server) => Read::Server(server.read(&environment, &mut sources)),
        };
        secrets.add_all(look(read));
    }
    Ok(Run {
        sources,
        secrets,
        notes,
        policies,
        ..Run::default()
    })
}
