//! An app root with its layers read, parsed and resolved.

use std::collections::BTreeMap;

use crate::backstage::environment::Environment;
use crate::backstage::layer::{self, Layer};
use crate::backstage::resolve::{self, Resolved};
use crate::backstage::schema::Schemas;
use crate::backstage::secrets::{self, Secret};
use crate::backstage::workspace::AppRoot;
use crate::files::{FilePath, Files, GitStatus};
use crate::run::Run;
use crate::text::Place;

/// An app root whose layers are ready to be merged and judged.
pub struct LoadedApp {
    /// The app root.
    pub app: AppRoot,
    /// Every layer of it, and every layer a chain loads from elsewhere, by path.
    pub layers: BTreeMap<FilePath, LoadedLayer>,
}

/// A layer, and what became of it.
pub struct LoadedLayer {
    /// As it was parsed.
    pub layer: Layer,
    /// Its data.
    pub resolved: Resolved,
    /// Where secrets stand, or belong, in it.
    pub secrets: Vec<Secret>,
}

impl LoadedApp {
    /// Reads every layer once. A layer that git ignores is read only where a chain loads it. Their secrets are
    /// hidden before anything is judged, so that no message about one layer can hold a secret of another.
    pub fn load(
        app: AppRoot,
        files: &dyn Files,
        environment: &Environment,
        schemas: &Schemas,
        run: &mut Run,
    ) -> Self {
        secrets::hide_variables(environment.known(), &mut run.secrets);
        for chain in &app.chains {
            let deployed = chain.sure_environment().iter();
            let deployed =
                deployed.filter_map(|variable| Some((&*variable.name, variable.value.as_deref()?)));
            secrets::hide_variables(deployed, &mut run.secrets);
        }
        let named = app.chains.iter().flat_map(|chain| &chain.layers);
        let shared = app
            .layers
            .iter()
            .filter(|layer| layer.git != GitStatus::Ignored);
        let mut paths: Vec<&FilePath> = shared.map(|layer| &layer.path).collect();
        paths.extend(named.map(|layer| &layer.path));
        paths.sort();
        paths.dedup();
        let mut layers = BTreeMap::new();
        for path in paths {
            let layer = match app.layer(path) {
                Some(found) => layer::load_found(files, found, &mut run.sources),
                None => layer::load(files, path, &mut run.sources),
            };
            let mut loaded = LoadedLayer::resolve(layer, files, environment, run);
            loaded.find_secrets(schemas, run);
            layers.insert(path.clone(), loaded);
        }
        run.checked.app_roots += 1;
        run.checked.chains += app.chains.len();
        Self { app, layers }
    }
}

impl LoadedLayer {
    fn resolve(layer: Layer, files: &dyn Files, environment: &Environment, run: &mut Run) -> Self {
        run.checked.layers.push(layer.source);
        if layer.is_broken() {
            run.secrets.show_keys_only(layer.source);
        }
        let resolved = resolve::resolve(&layer, environment, files, &mut run.sources);
        Self {
            layer,
            resolved,
            secrets: Vec::new(),
        }
    }

    fn find_secrets(&mut self, schemas: &Schemas, run: &mut Run) {
        let resolved = self.resolved.root.as_ref();
        let Layer {
            document, source, ..
        } = &self.layer;
        self.secrets = secrets::of_layer(document, *source, resolved, &run.sources, schemas);
        secrets::hide(&self.secrets, &mut run.secrets);
    }

    /// Where secrets stand, or belong.
    pub fn secret_places(&self) -> Vec<Place> {
        let places = self.secrets.iter().filter_map(|secret| secret.place);
        places.collect()
    }

    /// The start of its text.
    pub fn start(&self) -> Place {
        Place::new(self.layer.source, self.layer.start)
    }

    /// Whether it parses and sets nothing at all: there is nothing in it, or nothing but a `null`.
    pub fn is_empty(&self) -> bool {
        let problems = [&self.layer.problems, &self.resolved.problems];
        self.resolved.root.is_none() && problems.into_iter().all(Vec::is_empty)
    }

    /// Whether the real loader refuses it: no app starts that loads it.
    pub fn is_broken(&self) -> bool {
        self.layer.is_broken() || self.resolved.is_broken()
    }
}
