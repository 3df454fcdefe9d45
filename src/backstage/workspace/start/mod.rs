//! Start commands to chains.
//!
//! In: a listing and the app roots in it. Out: each app root with the chains that its start commands make, and their
//! layers, also those without a telling name. Never: a guess; what cannot be read for sure makes a chain incomplete.

mod chain;
mod command;
mod dockerfile;
mod image;
mod instruction;
mod line;
mod run;
mod shell;
mod word;

use std::sync::Arc;

use crate::files::{FilePath, Files, Listed};
use crate::text::{SourceId, Sources};

use super::layers::{Grouped, ancestors};
use super::packages::{Manifest, Script};
use super::{LayerFile, LayerRole, LeftOut, Options, StartKind, convention, look_alike, names};
use chain::{Audience, Draft};
use line::{Line, Picks, Start, Surroundings};
use run::{Outcome, Run};
use word::{Anchor, Variables};

/// The largest deployment file that is read, in bytes.
const FILE_LIMIT: u64 = 4 << 20;

/// Reads every start command of a listing and gives each app root its chains.
pub(super) fn add_chains(
    files: &dyn Files,
    listing: &[Listed],
    options: &Options,
    grouped: &mut Grouped,
    sources: &mut Sources,
) {
    let mut reader = Reader {
        files,
        listing,
        options,
        grouped,
        sources,
    };
    for listed in listing {
        if is_dockerfile(listed.path.name()) && look_alike::by_path(&listed.path).is_none() {
            reader.dockerfile(&listed.path);
        }
    }
    let roots: Vec<FilePath> = reader.grouped.app_roots.keys().cloned().collect();
    for root in roots {
        reader.scripts(&root);
    }
}

/// Whether a file may hold start commands, by its name.
pub(super) fn is_wanted(name: &str) -> bool {
    is_dockerfile(name)
}

fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    let begins = |word: &str| lower.strip_prefix(word).is_some_and(is_end);
    let ends = || {
        lower
            .strip_suffix("dockerfile")
            .is_some_and(|rest| rest.ends_with(['.', '-', '_']))
    };
    let other = [
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
    (begins("dockerfile") || begins("containerfile") || ends())
        && !other.iter().any(|ending| lower.ends_with(ending))
}

struct Reader<'r> {
    files: &'r dyn Files,
    listing: &'r [Listed],
    options: &'r Options,
    grouped: &'r mut Grouped,
    sources: &'r mut Sources,
}

impl Reader<'_> {
    fn source(&mut self, path: &FilePath) -> Option<SourceId> {
        let text = self.files.read(path, FILE_LIMIT).ok()?;
        Some(self.sources.add(self.files.source(path, text)))
    }

    fn dockerfile(&mut self, path: &FilePath) {
        let Some(id) = self.source(path) else {
            return;
        };
        let dockerfile = dockerfile::parse(id, self.sources);
        let Some(stage) = dockerfile.target(None) else {
            return;
        };
        let run = Run {
            name: self.name_of(path),
            kind: StartKind::Dockerfile,
            source: id,
            place: None,
            dockerfile: Some((&dockerfile, stage)),
            entrypoint: None,
            command: None,
            folder: None,
            environment: Vec::new(),
            mounts: Vec::new(),
            audience: audience(path.name()),
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &run, &contexts);
    }

    /// The scripts of the app root's and the backend's package.json. Those that leave the layers to the loader are
    /// one chain together, `development`.
    fn scripts(&mut self, folder: &FilePath) {
        let Some(root) = self.grouped.app_roots.get(folder) else {
            return;
        };
        let packages = &root.packages;
        let mut manifests: Vec<Arc<Manifest>> = packages.root.iter().cloned().collect();
        manifests.extend(
            packages
                .backend
                .clone()
                .filter(|backend| packages.root.as_ref() != Some(backend)),
        );
        let folders: Vec<FilePath> = manifests
            .iter()
            .rev()
            .map(|manifest| manifest.folder())
            .collect();
        let mut drafts = Vec::new();
        let mut development = None;
        for manifest in &manifests {
            for script in &manifest.scripts {
                let Some(start) = self.script(folder, &folders, manifest, script) else {
                    continue;
                };
                match start.picks {
                    Picks::Command => drafts.push(start.draft),
                    Picks::Loader => {
                        development.get_or_insert(Draft {
                            name: "development".into(),
                            ..start.draft
                        });
                    }
                }
            }
        }
        for draft in drafts.into_iter().chain(development) {
            self.adopt(&folder.join("package.json"), draft);
        }
    }

    fn script(
        &self,
        root: &FilePath,
        folders: &[FilePath],
        manifest: &Manifest,
        script: &Script,
    ) -> Option<Start> {
        let own = manifest.folder();
        let name = match own.relative_to(root).as_str() {
            "." => script.name.to_string(),
            folder => format!("{folder}:{}", script.name),
        };
        let line = Line {
            text: &script.text,
            anchor: Anchor::of(self.sources, script.place, &script.text),
            place: script.place,
            kind: StartKind::Script,
            name,
            audience: Audience::Developer,
            folder: own,
            variables: Variables::default(),
            environment: Vec::new(),
        };
        let around = Surroundings {
            files: self.files,
            sources: self.sources,
            root,
            folders,
            takes_part: &|file| self.takes_part(file),
        };
        line::start(&line, &around)
    }

    /// A name for what a file starts: its path from the app root it is in.
    fn name_of(&self, path: &FilePath) -> String {
        match self.grouped.nearest(&path.parent()) {
            Some(root) => path.relative_to(root),
            None => path.to_string(),
        }
    }

    /// The folders that an image may be built from, the likeliest first.
    fn contexts(&self, folder: &FilePath) -> Vec<FilePath> {
        let mut contexts: Vec<FilePath> =
            self.grouped.nearest(folder).cloned().into_iter().collect();
        contexts.extend(ancestors(folder));
        if self.grouped.app_roots.len() == 1 {
            contexts.extend(self.grouped.app_roots.keys().cloned());
        }
        contexts
    }

    /// Gives a run to its app root, read with the context in which most of its layers are found.
    fn take(&mut self, path: &FilePath, run: &Run<'_>, contexts: &[FilePath]) {
        let takes_part = |file: &FilePath| self.takes_part(file);
        let relevant = self.sources.get(run.source).text().contains("app-config");
        let mut best: Option<Draft> = None;
        for context in contexts {
            match run.outcome(self.files, self.sources, context, &takes_part) {
                Outcome::Chain(draft) => {
                    if best
                        .as_ref()
                        .is_none_or(|best| draft.found() > best.found())
                    {
                        best = Some(draft);
                    }
                }
                Outcome::Unclear(_) if !relevant => return,
                Outcome::Unclear(program) => {
                    let reason =
                        format!("it starts `{}`, which only a person can read", program.text);
                    return self.leave_out(path, reason);
                }
                Outcome::Script | Outcome::Unrelated => return,
            }
        }
        if let Some(draft) = best {
            self.adopt(path, draft);
        }
    }

    /// Puts a chain into the app root of its first layer, else the nearest one above the file it is from.
    fn adopt(&mut self, path: &FilePath, draft: Draft) {
        let first = draft.first().map(FilePath::parent);
        let owner = first
            .as_ref()
            .and_then(|folder| self.grouped.nearest(folder))
            .or_else(|| self.grouped.nearest(&path.parent()))
            .cloned()
            .or(first);
        let Some(owner) = owner else {
            return self.leave_out(path, "none of the layers it loads is here");
        };
        let chain = draft.chain(self.files);
        let new: Vec<LayerFile> = chain
            .layers
            .iter()
            .map(|layer| self.layer_file(&layer.path))
            .collect();
        let root = self.grouped.root(&owner);
        for layer in new {
            if root.layer(&layer.path).is_none() {
                root.layers.push(layer);
            }
        }
        root.chains.push(chain);
    }

    fn takes_part(&self, file: &FilePath) -> bool {
        convention::takes_part(&self.layer_file(file), self.options)
    }

    fn layer_file(&self, path: &FilePath) -> LayerFile {
        let known = self
            .listing
            .binary_search_by(|listed| listed.path.cmp(path));
        match known.ok().and_then(|index| self.listing.get(index)) {
            Some(listed) => LayerFile {
                path: path.clone(),
                role: LayerRole::of(path),
                git: listed.git,
                named_by_ignore_rule: listed.named_by_ignore_rule,
            },
            None => LayerFile::of(self.files, path),
        }
    }

    fn leave_out(&mut self, path: &FilePath, reason: impl Into<String>) {
        self.grouped.left_out.push(LeftOut {
            path: path.clone(),
            reason: reason.into(),
        });
    }
}

/// Who depends on what a file of this name starts.
fn audience(name: &str) -> Audience {
    if names::is_for_development(name) {
        Audience::Developer
    } else {
        Audience::People
    }
}
