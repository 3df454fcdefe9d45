//! What all readers of deployment files share: texts, contexts, and the way of a chain to its app root.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::files::{FilePath, Files, Listed, below};
use crate::text::{SourceId, Sources};

use super::chain::{Audience, Draft, Picks};
use super::command::word::Word;
use super::compose::file::Services;
use super::convention;
use super::image::contents::BuiltImage;
use super::image::dockerfile::{self, Dockerfile};
use super::layers::Grouped;
use super::options::Options;
use super::process::{Around, Outcome, Process};
use crate::backstage::document::embedded::Embedded;
use crate::backstage::npm::Manifest;
use crate::backstage::words::{
    AppRoot, ImageContents, Lack, LackKind, LayerCopy, LayerFile, LayerRole, LeftOut, StartKind,
    names,
};

/// The largest deployment file that is read, in bytes.
const FILE_LIMIT: u64 = 4 << 20;

/// How many variables and mounts are taken over from what services extend, and how many variables from ConfigMaps: a file
/// can be made in which they multiply.
const EXTENDED_PARTS_LIMIT: usize = 200_000;

/// How many keys of ConfigMaps are looked at in all mounts of a repository: a file can be made in which they multiply.
pub(super) const MOUNTED_KEYS_LIMIT: usize = 1_000_000;

/// Reads deployment files and puts their chains into app roots.
pub(super) struct Reader<'r> {
    pub(super) files: &'r dyn Files,
    pub(super) sources: &'r mut Sources,
    listing: &'r [Listed],
    options: &'r Options,
    grouped: &'r mut Grouped,
    images: BTreeMap<FilePath, Option<(SourceId, Arc<Dockerfile>)>>,
    pub(super) compose_files: BTreeMap<FilePath, Option<Arc<Services>>>,
    /// How much more may be taken over from services that others extend.
    pub(super) extended_parts: usize,
    /// How much more may be taken over from ConfigMaps as variables.
    pub(super) taken_parts: usize,
    /// How many more keys of mounted ConfigMaps may be looked at.
    pub(super) mounted_keys: usize,
    embedded: BTreeMap<FilePath, LayerFile>,
    /// Whether the chart in a folder runs containers by its own templates.
    pub(super) own_templates: BTreeMap<FilePath, bool>,
    /// Whether a chart of the repository reads `backstage` of its values by templates of its own, once it was asked.
    pub(super) reading_templates: Option<bool>,
    /// Scripts that were read where an image or a deployment runs them.
    read_scripts: BTreeSet<FilePath>,
    /// The files that were read, as sources.
    read: BTreeMap<FilePath, SourceId>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(
        files: &'r dyn Files,
        listing: &'r [Listed],
        options: &'r Options,
        grouped: &'r mut Grouped,
        sources: &'r mut Sources,
    ) -> Self {
        Self {
            files,
            sources,
            listing,
            options,
            grouped,
            images: BTreeMap::new(),
            compose_files: BTreeMap::new(),
            extended_parts: EXTENDED_PARTS_LIMIT,
            taken_parts: EXTENDED_PARTS_LIMIT,
            mounted_keys: MOUNTED_KEYS_LIMIT,
            embedded: BTreeMap::new(),
            own_templates: BTreeMap::new(),
            reading_templates: None,
            read_scripts: BTreeSet::new(),
            read: BTreeMap::new(),
        }
    }

    /// The folders of all app roots.
    pub(super) fn app_roots(&self) -> Vec<FilePath> {
        self.grouped.app_roots.keys().cloned().collect()
    }

    /// The app root at a folder.
    pub(super) fn app_root(&self, folder: &FilePath) -> Option<&AppRoot> {
        self.grouped.app_roots.get(folder)
    }

    /// Whether a file is in the folder of an app root.
    pub(super) fn is_in_app(&self, path: &FilePath) -> bool {
        self.grouped.nearest(&path.parent()).is_some()
    }

    /// The package of the backend of the app root at a folder.
    pub(super) fn backend(&self, folder: &FilePath) -> Option<&Manifest> {
        self.app_root(folder)?.packages.backend.as_deref()
    }

    /// A file's text; `None` when it cannot be read.
    pub(super) fn text(&self, path: &FilePath) -> Option<Arc<str>> {
        self.files.read(path, FILE_LIMIT).ok()
    }

    /// The text of a file as a source; the same one for the same file.
    pub(super) fn add_source(&mut self, path: &FilePath, text: Arc<str>) -> SourceId {
        if let Some(known) = self.read.get(path) {
            return *known;
        }
        let id = self.sources.add(self.files.source(path, text));
        self.read.insert(path.clone(), id);
        id
    }

    /// Whether a file is a layer of an app root.
    pub(super) fn is_layer(&self, path: &FilePath) -> bool {
        let is_named = matches!(names::kind_of(path.name()), names::NameKind::Layer(_));
        let root = || {
            let nearest = self.grouped.nearest(&path.parent())?;
            self.app_root(nearest)
        };
        is_named && root().is_some_and(|root| root.layer(path).is_some())
    }

    /// Takes a base layer that something else puts into an image under another path for what it is there: a further
    /// layer of the portal, whose packages or Dockerfile tell where it is, and its folder for no app root.
    pub(super) fn demote(&mut self, file: &FilePath) {
        let folder = file.parent();
        let files = self.files;
        let is_portal = |folder: &FilePath| {
            let marks = ["package.json", "Dockerfile", "packages/backend/Dockerfile"];
            let mut marks = marks.iter();
            marks.any(|mark| files.is_file(&folder.join(mark)))
        };
        let roots = &mut self.grouped.app_roots;
        let Some(own) = roots.get(&folder).filter(|root| root.layer(file).is_some()) else {
            return;
        };
        if is_portal(&folder) || !own.chains.is_empty() {
            return;
        }
        let above = folder
            .ancestors()
            .skip(1)
            .find(|above| roots.contains_key(above) && is_portal(above));
        let mut others = roots.keys().filter(|other| is_portal(other));
        let only = others.next().filter(|_| others.next().is_none()).cloned();
        if let Some(owner) = above.or(only)
            && let Some(demoted) = roots.remove(&folder)
            && let Some(owner) = roots.get_mut(&owner)
        {
            owner.layers.extend(demoted.layers);
        }
    }

    /// A file's text as a source; `None` when it cannot be read.
    pub(super) fn source(&mut self, path: &FilePath) -> Option<SourceId> {
        let text = self.text(path)?;
        Some(self.add_source(path, text))
    }

    /// The image that a deployment of the app near `path` most likely runs: that of the backend's Dockerfile, else of
    /// the app root's.
    pub(super) fn app_image(&mut self, path: &FilePath) -> Option<(SourceId, Arc<Dockerfile>)> {
        let only = || {
            (self.grouped.app_roots.len() == 1)
                .then(|| self.grouped.app_roots.keys().next())
                .flatten()
        };
        let root = self.grouped.nearest(&path.parent()).or_else(only)?.clone();
        let paths = [
            root.join("packages/backend/Dockerfile"),
            root.join("Dockerfile"),
        ];
        paths.iter().find_map(|path| self.image(path))
    }

    /// Makes a layer of a part of a file; gives it a path of its own: that of the file, `#` and the label, with a
    /// number behind it where another part of the file is called the same.
    pub(super) fn embed(
        &mut self,
        host: &FilePath,
        label: &str,
        role: LayerRole,
        embedded: Embedded,
    ) -> FilePath {
        let mut path = FilePath::new(&format!("{host}#{label}"));
        let is_another = |known: &LayerFile| known.embedded.as_ref() != Some(&embedded);
        let mut number = 2;
        while self.embedded.get(&path).is_some_and(is_another) {
            path = FilePath::new(&format!("{host}#{label} ({number})"));
            number += 1;
        }
        let host = self.layer_file(host);
        let layer = LayerFile {
            path: path.clone(),
            role,
            embedded: Some(embedded),
            ..host
        };
        self.embedded.insert(path.clone(), layer);
        path
    }

    /// Gives the embedded layers that no chain loads to the nearest app root, so that they are read all the same.
    pub(super) fn adopt_embedded(&mut self) {
        let roots = self.grouped.app_roots.values();
        let known: BTreeSet<FilePath> = roots
            .flat_map(|root| &root.layers)
            .map(|layer| layer.path.clone())
            .collect();
        // A manifest with the name of a layer is read as the manifest it is.
        let hosts: BTreeSet<&str> = self
            .embedded
            .keys()
            .filter_map(|path| Some(path.as_str().split_once('#')?.0))
            .collect();
        let is_host = |left: &LeftOut| {
            left.reason.starts_with("is a document of kind") && hosts.contains(left.path.as_str())
        };
        self.grouped.left_out.retain(|left| !is_host(left));
        for (path, layer) in std::mem::take(&mut self.embedded) {
            let owner = self.root_of(&path).unwrap_or_else(|| path.parent());
            if !known.contains(&path) {
                self.grouped.root(&owner).layers.push(layer);
            }
        }
    }

    /// The Dockerfile at a path, read once.
    pub(super) fn image(&mut self, path: &FilePath) -> Option<(SourceId, Arc<Dockerfile>)> {
        if let Some(known) = self.images.get(path) {
            return known.clone();
        }
        let image = self.source(path).map(|id| {
            let dockerfile = dockerfile::parse(path, id, self.sources, &[]);
            (id, Arc::new(dockerfile))
        });
        self.images.insert(path.clone(), image.clone());
        image
    }

    /// The listing of a folder.
    pub(super) fn listed_below(&self, folder: &FilePath) -> &'r [Listed] {
        below(self.listing, folder)
    }

    /// The app root that a file near it starts: the nearest one above, else the only one.
    pub(super) fn root_of(&self, path: &FilePath) -> Option<FilePath> {
        let only = || {
            self.grouped
                .app_roots
                .keys()
                .next()
                .filter(|_| self.grouped.app_roots.len() == 1)
        };
        self.grouped.nearest(&path.parent()).or_else(only).cloned()
    }

    /// A name for what a file starts: its path from the app root it is in.
    pub(super) fn name_of(&self, path: &FilePath) -> String {
        match self.grouped.nearest(&path.parent()) {
            Some(root) => path.relative_to(root),
            None => path.to_string(),
        }
    }

    /// The folders that an image may be built from, the likeliest first.
    pub(super) fn contexts(&self, folder: &FilePath) -> Vec<FilePath> {
        let mut contexts: Vec<FilePath> =
            self.grouped.nearest(folder).cloned().into_iter().collect();
        contexts.extend(folder.ancestors());
        if self.grouped.app_roots.len() == 1 {
            contexts.extend(self.grouped.app_roots.keys().cloned());
        }
        contexts
    }

    /// Gives what a process starts to its app root, read with the context in which most of its layers are found.
    pub(super) fn take(&mut self, path: &FilePath, process: &Process<'_>, contexts: &[FilePath]) {
        let Some((mut draft, context)) = self.draft(path, process, contexts) else {
            return;
        };
        let copies = match process.kind {
            StartKind::Dockerfile => self.copies(path, process, context, draft.picks),
            _ => Vec::new(),
        };
        if matches!(
            process.kind,
            StartKind::Compose | StartKind::Kubernetes | StartKind::Helm
        ) {
            let named = |name: &str| self.only_layer_named(name);
            draft.adopt_namesakes(named);
        }
        self.read_scripts.extend(draft.read_scripts.iter().cloned());
        draft.runs_in.contents = self.contents(process, context);
        let brought = process.image(self.files, context).brought();
        if let Some(owner) = self.adopt(path, draft) {
            self.grouped.root(&owner).brought.extend(brought);
            self.grouped.root(&owner).copies.extend(copies);
        }
    }

    /// What is in the image of a process.
    fn contents(
        &mut self,
        process: &Process<'_>,
        context: &FilePath,
    ) -> Option<Arc<dyn ImageContents>> {
        let (dockerfile, stage) = process.dockerfile?;
        let mut stages = dockerfile.stages.iter();
        let stage = stages.position(|own| std::ptr::eq(own, stage))?;
        // Arguments of the build do not change which stage is which.
        let (_, dockerfile) = self.image(&dockerfile.path)?;
        Some(Arc::new(BuiltImage {
            dockerfile,
            stage,
            context: context.clone(),
            folder: process.folder.clone(),
            mounts: process.mounts.clone(),
        }))
    }

    /// What a process starts, and the context in which most of its layers are found.
    pub(super) fn draft<'c>(
        &mut self,
        path: &FilePath,
        process: &Process<'_>,
        contexts: &'c [FilePath],
    ) -> Option<(Draft, &'c FilePath)> {
        let takes_part = |file: &FilePath| self.takes_part(file);
        let root = self.root_of(path);
        let around = Around {
            files: self.files,
            sources: self.sources,
            backend: root.as_ref().and_then(|root| self.backend(root)),
            takes_part: &takes_part,
            backstage_env: root
                .as_ref()
                .and_then(|root| self.options.backstage_env.at(root)),
        };
        let mut best: Option<(Draft, &FilePath)> = None;
        for context in contexts {
            match process.outcome(around, context) {
                Outcome::Chain(draft) => {
                    if best
                        .as_ref()
                        .is_none_or(|(best, _)| draft.found() > best.found())
                    {
                        best = Some((draft, context));
                    }
                }
                Outcome::Unclear(program) => {
                    self.note_unclear(path, process, &program);
                    return None;
                }
                Outcome::Unrelated => return None,
            }
        }
        best
    }

    /// The only layer of a name in the repository, when it is a file of its own.
    fn only_layer_named(&self, name: &str) -> Option<FilePath> {
        let layers = self
            .grouped
            .app_roots
            .values()
            .flat_map(|root| &root.layers);
        let mut named = layers.filter(|layer| layer.path.name() == name);
        // A base layer from somewhere else says nothing about the one of the repository: all portals have one.
        let is_telling =
            |layer: &&LayerFile| layer.embedded.is_none() && layer.role != LayerRole::Base;
        let only = named.next().filter(is_telling)?;
        let embedded = |path: &FilePath| path.as_str().ends_with(&format!("#{name}"));
        let is_only = named.next().is_none() && !self.embedded.keys().any(embedded);
        is_only.then(|| only.path.clone())
    }

    /// Whether an image or deployment runs a script of the repository, which then says nothing by itself.
    pub(super) fn is_read_script(&self, path: &FilePath) -> bool {
        self.read_scripts.contains(path)
    }

    /// Says that a program may start the backend, where the file that names it has to do with layers at all. What
    /// convention would load is then a guess, if people depend on it.
    fn note_unclear(&mut self, path: &FilePath, process: &Process<'_>, program: &Word) {
        let text = self.sources.get(process.source).text();
        let speaks_of_it = ["app-config", "packages/backend", "backstage"]
            .iter()
            .any(|word| text.contains(word));
        // The Dockerfile of an app root or of its backend builds the portal, whatever it says.
        let is_its_own = process.kind == StartKind::Dockerfile
            && self.root_of(path).is_some_and(|root| {
                let own = [
                    root.join("Dockerfile"),
                    root.join("packages/backend/Dockerfile"),
                ];
                own.contains(path)
            });
        let is_relevant = speaks_of_it || is_its_own;
        if !is_relevant || process.checkout.is_some() {
            return;
        }
        let reason = format!("starts `{}`, which cannot be analyzed", program.text);
        if process.audience == Audience::People
            && let Some(root) = self.root_of(path)
        {
            let lack = Lack {
                reason: format!("`{}` may choose the layers", program.text),
                place: Some(program.place),
                kind: LackKind::Unreadable,
            };
            self.grouped.unread.entry(root).or_insert(lack);
        }
        self.leave_out(path, reason);
    }

    /// The layers that an image takes in, by what its Dockerfile copies and its .dockerignore leaves out.
    /// The local layer that git ignores is among them: it is there when a developer builds the image.
    fn copies(
        &self,
        path: &FilePath,
        process: &Process<'_>,
        context: &FilePath,
        picks: Picks,
    ) -> Vec<LayerCopy> {
        let image = process.image(self.files, context);
        let below = self.grouped.app_roots.range(context..);
        let roots = below.take_while(|(folder, _)| folder.as_str().starts_with(context.as_str()));
        let mut copies = Vec::new();
        for (folder, root) in roots {
            let local = folder.join("app-config.local.yaml");
            let unseen = root.layer(&local).is_none() && self.files.is_ignored(&local);
            let layers = root.layers.iter().map(|layer| &layer.path);
            let layers = layers.chain(unseen.then_some(&local));
            copies.extend(
                layers
                    .filter(|layer| layer.is_within(context))
                    .filter_map(|layer| {
                        let loaded_by_default = picks == Picks::Loader && folder == context;
                        let (dockerfile, _) = process.dockerfile?;
                        let word = image.copy_of(layer)?;
                        Some(LayerCopy {
                            layer: layer.clone(),
                            place: word.place,
                            dockerfile: path.clone(),
                            ignore_file: image.ignore_file(dockerfile),
                            is_named: word.text.ends_with(layer.name()),
                            loaded_by_default,
                        })
                    }),
            );
        }
        copies
    }

    /// Puts a chain into the app root of its first layer, else the nearest one above the file it is from, and says
    /// which.
    pub(super) fn adopt(&mut self, path: &FilePath, draft: Draft) -> Option<FilePath> {
        let first = draft.first().map(FilePath::parent);
        let owner = first
            .as_ref()
            .and_then(|folder| self.grouped.nearest(folder))
            .or_else(|| self.grouped.nearest(&path.parent()))
            .cloned()
            .or(first);
        let Some(owner) = owner else {
            self.leave_out(path, "loads no layer in the repository");
            return None;
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
        Some(owner)
    }

    /// Whether a local layer is part of the chains that would load it.
    pub(super) fn takes_part(&self, file: &FilePath) -> bool {
        convention::takes_part(&self.layer_file(file), self.options)
    }

    fn layer_file(&self, path: &FilePath) -> LayerFile {
        if let Some(layer) = self.embedded.get(path) {
            return layer.clone();
        }
        let known = self
            .listing
            .binary_search_by(|listed| listed.path.cmp(path));
        match known.ok().and_then(|index| self.listing.get(index)) {
            Some(listed) => LayerFile {
                path: path.clone(),
                role: LayerRole::of(path),
                git: listed.git,
                named_by_ignore_rule: listed.named_by_ignore_rule,
                embedded: None,
            },
            None => LayerFile::of(self.files, path),
        }
    }

    /// Notes that something which cannot be read may start the images of the app near it otherwise than they say.
    pub(super) fn overrule_images(&mut self, path: &FilePath, by: &Word) {
        if let Some(root) = self.root_of(path) {
            let lack = Lack {
                reason: format!("{} may start the image with another command", by.text),
                place: Some(by.place),
                kind: LackKind::Unreadable,
            };
            let unread = self.grouped.unread.entry(root.clone());
            unread.or_insert_with(|| lack.clone());
            let overruled = self.grouped.overruled.entry(root).or_default();
            if overruled
                .iter()
                .all(|known| known.kind != LackKind::Unreadable)
            {
                overruled.push(lack);
            }
        }
    }

    /// Notes that something which cannot be read sets these variables of the images of the app near it.
    pub(super) fn override_images(&mut self, path: &FilePath, variables: &[Word]) {
        let Some(root) = self.root_of(path) else {
            return;
        };
        let overruled = self.grouped.overruled.entry(root).or_default();
        for variable in variables {
            let kind = LackKind::EnvironmentOverrides(variable.text.as_str().into());
            if overruled.iter().all(|known| known.kind != kind) {
                overruled.push(Lack {
                    reason: format!("`{}` overrides a value", variable.text),
                    place: Some(variable.place),
                    kind,
                });
            }
        }
    }

    pub(super) fn leave_out(&mut self, path: &FilePath, reason: impl Into<String>) {
        self.grouped.left_out.push(LeftOut {
            path: path.clone(),
            reason: reason.into(),
        });
    }
}

/// Who depends on what a file or service of this name starts.
pub(super) fn audience(name: &str) -> Audience {
    if names::is_for_development(name) {
        Audience::Developer
    } else {
        Audience::People
    }
}
