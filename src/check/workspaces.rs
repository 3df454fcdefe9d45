//! What a check would look at, without checking it.

use super::target;
use super::wanted::Wanted;
use crate::backstage::workspace::{AppRoot, LeftOut};
use crate::files::{FilePath, Files};
use crate::run::{Failure, Request, Run};
use crate::text::Sources;

/// The app roots that a request is about, as their settings want them.
pub struct Found {
    /// Each with the files it is from.
    pub apps: Vec<FoundApp>,
    /// What looks like a layer or start command and was not taken.
    pub left_out: Vec<LeftOut>,
    /// The texts of manifests and start commands.
    pub sources: Sources,
}

/// An app root, and how its paths are shown.
pub struct FoundApp {
    /// The app root.
    pub app: AppRoot,
    shown: Box<dyn Fn(&FilePath) -> String>,
}

impl Found {
    /// A path as a person knows it. Paths of several repositories are those of the first.
    pub fn show(&self, path: &FilePath) -> String {
        self.apps
            .first()
            .map_or_else(|| path.to_string(), |app| app.show(path))
    }
}

impl FoundApp {
    /// A path as a person knows it: relative to where the run was started.
    pub fn show(&self, path: &FilePath) -> String {
        (self.shown)(path)
    }
}

/// Finds app roots and chains, and reads no layer.
///
/// # Errors
/// As [`super::check`], except for what only judging finds.
pub fn workspaces(request: &Request) -> Result<Found, Failure> {
    let mut run = Run::default();
    let mut wanted = Wanted::new(request, &[]);
    let mut apps = Vec::new();
    let mut left_out = Vec::new();
    for target in target::targets(request)? {
        let found = target.workspace(request, &mut run.sources)?;
        if found.app_roots.is_empty() {
            target.report_empty(request, &mut run)?;
        }
        left_out.extend(found.left_out);
        let roots = wanted.apply(found.app_roots, &target, &mut run.sources)?;
        let files: std::rc::Rc<dyn Files> = target.files.into();
        for (app, _) in roots {
            let files = std::rc::Rc::clone(&files);
            apps.push(FoundApp {
                app,
                shown: Box::new(move |path| files.display(path)),
            });
        }
    }
    Ok(Found {
        apps,
        left_out,
        sources: run.sources,
    })
}
