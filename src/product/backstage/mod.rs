//! Backstage as a product: app roots.

pub mod discover;
pub mod judge;
pub mod read;

use std::sync::Arc;

use self::read::{App, KeptPackages, Reader, Ready};
use super::target::Target;
use super::{Discovered, JudgedRoot, Judging, Product, RootKind, Roots};
use crate::backstage::environment::Environment;
use crate::rules::engine::BrokenRule;
use crate::run::Failure;
use crate::settings::in_force::Gathering;
use crate::text::Sources;

/// A Backstage portal.
pub struct Backstage {
    /// What earlier runs have collected; `None` where there is one run.
    kept: Option<KeptPackages>,
}

impl Backstage {
    /// For one run.
    pub const ONCE: Self = Self { kept: None };

    /// For many runs, which share what they collect.
    pub fn keeping(packages: KeptPackages) -> Self {
        Self {
            kept: Some(packages),
        }
    }
}

impl Product for Backstage {
    fn discover<'t>(
        &self,
        target: &'t Target,
        environment: &Environment,
        gathering: &mut Gathering<'_>,
        sources: &mut Sources,
    ) -> Result<Discovered<'t>, Failure> {
        let found = discover::app_roots(target, environment, gathering, sources)?;
        let app = |(root, settings)| App {
            target,
            root,
            settings,
        };
        Ok(Discovered {
            roots: Box::new(Apps {
                apps: found.apps.into_iter().map(app).collect(),
                kept: self.kept.clone(),
            }),
            left_out: found.left_out,
            is_empty: found.is_empty,
        })
    }
}

/// App roots that were found.
struct Apps<'t> {
    apps: Vec<App<'t>>,
    kept: Option<KeptPackages>,
}

impl<'t> Roots<'t> for Apps<'t> {
    fn count(&self) -> usize {
        self.apps.len()
    }

    fn split_off(&mut self, at: usize) -> Box<dyn Roots<'t> + 't> {
        Box::new(Self {
            apps: self.apps.split_off(at.min(self.apps.len())),
            kept: self.kept.clone(),
        })
    }

    fn judge<'j>(
        self: Box<Self>,
        by: &'j Judging<'j>,
    ) -> Box<dyn Iterator<Item = Result<JudgedRoot, Failure>> + 'j>
    where
        't: 'j,
    {
        let mut reader = Reader::new(by.environment, by.request, self.kept.as_ref());
        let mut sources = by.sources.clone();
        let apps = self.apps.into_iter();
        Box::new(apps.map(move |app| judged(reader.read(app, &mut sources), by)))
    }
}

fn judged(ready: Ready<'_>, by: &Judging<'_>) -> Result<JudgedRoot, Failure> {
    let findings = match by.rules.of(&ready.settings) {
        Some(rules) => ready.loaded.judge(&ready.judge(rules)).map_err(|broken| {
            let message = broken
                .first()
                .map_or_else(String::new, BrokenRule::to_string);
            Failure::new(message)
        })?,
        None => Vec::new(),
    };
    let layers = ready.loaded.layers.values();
    let loads = ready.loaded.app.chains.iter().flat_map(|chain| {
        let sources = chain.layers.iter().filter_map(|layer| {
            let loaded = ready.loaded.layers.get(&layer.path)?;
            Some(loaded.layer.source)
        });
        sources.map(|source| (chain.name.clone(), source))
    });
    let loads = loads.collect();
    Ok(JudgedRoot {
        kind: RootKind::AppRoot,
        findings: ready.target.of_interest(findings, by.sources),
        suppressions: ready.suppressions(by.sources),
        files: layers.map(|loaded| loaded.layer.source).collect(),
        chains: ready.loaded.app.chains.len(),
        loads,
        notes: ready.notes(),
        schemas: Some(ready.schemas_in_force()),
        secrets: ready.secrets,
        settings: Arc::clone(&ready.settings),
    })
}
