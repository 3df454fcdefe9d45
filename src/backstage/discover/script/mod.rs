//! Scripts of a package.json to chains.

use crate::backstage::discover::chain::{Audience, Draft, Picks};
use crate::backstage::discover::command::word::Anchor;
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::process::{Checkout, Process};
use crate::backstage::discover::reader::Reader;
use crate::backstage::discover::source::Source;
use crate::backstage::npm::{Manifest, Script};
use crate::backstage::words::StartKind;
use crate::files::FilePath;
use std::sync::Arc;

/// Scripts of app roots as a source of start commands.
pub(super) struct Scripts;

impl Source for Scripts {
    fn wants(&self, name: &str) -> bool {
        name == "package.json"
    }

    /// Of all manifests, those of the app roots and their backends are read, which are found by then.
    fn processes(&self, _: &[&FilePath], reader: &mut Reader<'_>) {
        // Layers inside of manifests make app roots too.
        reader.adopt_embedded();
        for root in reader.app_roots() {
            reader.scripts(&root);
        }
    }
}

impl Reader<'_> {
    /// The scripts of the app root's and the backend's package.json. Those that leave the layers to the loader are
    /// one chain together, `development`.
    pub(super) fn scripts(&mut self, folder: &FilePath) {
        let Some(root) = self.app_root(folder) else {
            return;
        };
        let packages = &root.packages;
        let mut manifests: Vec<Arc<Manifest>> = packages.root.iter().cloned().collect();
        let other = |backend: &Arc<Manifest>| packages.root.as_ref() != Some(backend);
        manifests.extend(packages.backend.clone().filter(other));
        let folders: Vec<FilePath> = manifests
            .iter()
            .rev()
            .map(|manifest| manifest.folder())
            .collect();
        let mut drafts = Vec::new();
        let mut development = None;
        let mut of_environments = Vec::new();
        for manifest in &manifests {
            for script in &manifest.scripts {
                let Some(draft) = self.script(folder, &folders, manifest, script) else {
                    continue;
                };
                match draft.picks {
                    Picks::Command => drafts.push(draft),
                    // The loader looks where the packages are; an app root elsewhere is named, or not loaded.
                    Picks::Loader if !manifest.folder().is_within(folder) => {}
                    // A portal of its own in between has the script.
                    Picks::Loader if self.is_of_another(folder, manifest) => {}
                    // What names an environment stands beside what developers start every day.
                    Picks::Loader if draft.sets("BACKSTAGE_ENV") => {
                        of_environments.push(draft);
                    }
                    Picks::Loader => {
                        development.get_or_insert(Draft {
                            name: "development".into(),
                            ..draft
                        });
                    }
                }
            }
        }
        let mut of_environments = of_environments.into_iter();
        let development = development.or_else(|| {
            let name = "development".into();
            of_environments.next().map(|draft| Draft { name, ..draft })
        });
        drafts.extend(of_environments);
        for draft in drafts.into_iter().chain(development) {
            self.adopt(&folder.join("package.json"), draft);
        }
    }

    /// Whether a package belongs to an app root below this one.
    fn is_of_another(&self, root: &FilePath, manifest: &Manifest) -> bool {
        let nearest = self.root_of(&manifest.folder().join("package.json"));
        nearest.is_some_and(|nearest| nearest != *root)
    }

    fn script(
        &mut self,
        root: &FilePath,
        folders: &[FilePath],
        manifest: &Manifest,
        script: &Script,
    ) -> Option<Draft> {
        let own = manifest.folder();
        let name = match own.relative_to(root).as_str() {
            "." => script.name.to_string(),
            folder => format!("{folder}:{}", script.name),
        };
        let process = Process {
            place: Some(script.place),
            command: Some(Launch {
                form: Form::Shell {
                    text: script.text.to_string(),
                    anchor: Anchor::of(self.sources, script.place, &script.text),
                },
                place: script.place,
            }),
            audience: Audience::Developer,
            ..Process::new(name, StartKind::Script, manifest.source)
        };
        let process = process.in_checkout(Checkout {
            folder: own,
            also: folders.to_vec(),
            root: root.clone(),
        });
        let contexts = [FilePath::root()];
        let (draft, _) = self.draft(&root.join("package.json"), &process, &contexts)?;
        Some(draft)
    }
}
