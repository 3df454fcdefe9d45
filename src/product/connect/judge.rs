//! One server read and judged.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::backstage::environment::Environment;
use crate::backstage::facts::fact::Fact;
use crate::backstage::value::Value;
use crate::connect::effective::{Effective, effective};
use crate::connect::facts;
use crate::connect::load::{self, LoadedServer};
use crate::connect::{secrets, words};
use crate::files::FilePath;
use crate::finding::Finding;
use crate::product::backstage::discover::environment;
use crate::product::target::Target;
use crate::rules::engine::{self, BrokenRule, Rules, Subject};
use crate::settings::Settings;
use crate::text::mask::Secrets;
use crate::text::{Place, SourceId, Sources};
use rule_card::card::Scope;

/// A server as it was found.
pub struct Server<'t> {
    /// Where.
    pub target: &'t Target,
    /// The server.
    pub server: words::Server,
    /// What the repository wants.
    pub settings: Arc<Settings>,
}

/// A server that was read.
pub struct ReadServer<'t> {
    /// Where it was found.
    pub target: &'t Target,
    /// Its settings as they are written.
    pub loaded: LoadedServer,
    /// Those that count.
    pub effective: Effective,
    /// What the repository wants.
    pub settings: Arc<Settings>,
    /// What must not be shown of it.
    pub secrets: Secrets,
}

impl<'t> Server<'t> {
    /// Reads its files. `asked` are the variables that were named for the run; those of the settings count less.
    pub fn read(self, asked: &Environment, sources: &mut Sources) -> ReadServer<'t> {
        let environment = environment(&self.settings, asked);
        let files = self.target.files.as_ref();
        let loaded = load::load(self.server, files, &environment, sources);
        ReadServer {
            target: self.target,
            effective: effective(&loaded),
            secrets: secrets::of_server(&loaded, sources),
            settings: self.settings,
            loaded,
        }
    }
}

impl ReadServer<'_> {
    /// The tree that conditions read.
    pub fn facts(&self) -> Value {
        facts::collect(&self.loaded, &self.effective).into_value()
    }

    /// Everything that is wrong with it, in no order.
    ///
    /// # Errors
    /// The rules that are broken.
    pub fn judge(&self, rules: &Rules<'_>) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let Some(place) = self.start() else {
            return Ok(Vec::new());
        };
        let facts = self.facts();
        let subject = Subject {
            scope: Scope::Server,
            facts: &facts,
            chain: None,
            place,
        };
        engine::evaluate(rules, &subject, &self.secrets)
    }

    /// Its name as a person knows it: a path relative to where the run was started.
    pub fn shown(&self) -> String {
        let server = &self.loaded.server;
        self.target.files.display(&FilePath::new(&server.name))
    }

    /// The texts its settings are in, each once.
    pub fn files(&self) -> Vec<SourceId> {
        let parts = self.loaded.parts.iter().map(|part| part.source);
        parts
            .chain(self.variable_files())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The texts that variables of its process are set in, several times where they set several.
    pub fn variable_files(&self) -> impl Iterator<Item = SourceId> {
        let variables = self.loaded.server.variables.iter();
        variables.filter_map(|set| Some(set.variable.place?.source))
    }

    /// Where its main file begins.
    fn start(&self) -> Option<Place> {
        self.loaded.parts.last().map(|part| part.start())
    }
}
