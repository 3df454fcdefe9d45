//! One app root judged: layers, chains, and the root itself.

use crate::backstage::database;
use crate::backstage::environment::{Environment, Variable};
use crate::backstage::facts;
use crate::backstage::facts::databases::Database;
use crate::backstage::facts::fact::{Fact, List};
use crate::backstage::facts::layers::{Contents, Known};
use crate::backstage::facts::overrides::Override;
use crate::backstage::load::{LoadedApp, LoadedLayer};
use crate::backstage::schema::{self, Schemas};
use crate::backstage::value::{Kind, Object, Value};
use crate::backstage::words::Chain;
use crate::files::{FilePath, Files};
use crate::finding::{Finding, Label, Problem, RuleId, Severity};
use crate::rules::catalog;
use crate::rules::engine::{self, BrokenRule, Rules, Subject};
use crate::settings::Settings;
use crate::text::Place;
use crate::text::mask::Secrets;
use rule_card::card::Scope;

/// What an app root is judged by.
pub struct Judge<'j> {
    /// The rules that are on.
    pub rules: &'j Rules<'j>,
    /// What its packages demand.
    pub schemas: &'j Schemas,
    /// What messages must not hold.
    pub secrets: &'j Secrets,
    /// What the repository wants.
    pub settings: &'j Settings,
    /// Where to look for installed packages.
    pub files: &'j dyn Files,
    /// What is known about the variables the app is started with.
    pub environment: &'j Environment,
}

/// The facts of one subject.
pub struct Facts {
    /// What kind of subject it is.
    pub scope: Scope,
    /// The name of the chain, the path of the layer, or the folder of the app root.
    pub name: String,
    /// The same as a person knows it: a path relative to where the run was started.
    pub shown: String,
    /// The tree that conditions read.
    pub tree: Value,
}

impl LoadedApp {
    /// The facts of the app root, its layers and its chains.
    pub fn facts(&self, judge: &Judge<'_>) -> Vec<Facts> {
        let mut facts = vec![Facts {
            scope: Scope::App,
            name: self.app.path.to_string(),
            shown: judge.files.display(&self.app.path),
            tree: self.root_facts(),
        }];
        for loaded in self.layers.values() {
            let path = &loaded.layer.path;
            facts.extend(self.layer_facts(loaded).map(|tree| Facts {
                scope: Scope::Layer,
                name: path.to_string(),
                shown: judge.files.display(path),
                tree,
            }));
        }
        for (chain, overrides) in self.app.chains.iter().zip(self.overrides()) {
            facts.extend(self.judged_config(chain, judge).map(|effective| Facts {
                scope: Scope::Chain,
                name: chain.name.to_string(),
                shown: chain.name.to_string(),
                tree: self.chain_facts(chain, effective, overrides, judge),
            }));
        }
        facts
    }

    /// Everything that is wrong with this app root, in no order, the same finding once for each chain.
    ///
    /// # Errors
    /// The rules that are broken.
    pub fn judge(&self, judge: &Judge<'_>) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let mut findings = Vec::new();
        for loaded in self.layers.values() {
            let problems = loaded
                .layer
                .problems
                .iter()
                .chain(&loaded.resolved.problems);
            findings.extend(problems.map(of_problem));
            findings.extend(self.judge_layer(loaded, judge)?);
        }
        for (chain, overrides) in self.app.chains.iter().zip(self.overrides()) {
            findings.extend(self.judge_chain(chain, overrides, judge)?);
        }
        for chain in &self.app.unloaded {
            findings.extend(self.judge_unloaded(chain, judge)?);
        }
        findings.extend(self.judge_root(judge)?);
        Ok(findings)
    }

    /// What is wrong with the layer at the end of a chain that nothing starts: only what stands in that layer counts,
    /// and nothing breaks by it before something loads it, so that it is a warning at most.
    fn judge_unloaded(
        &self,
        chain: &Chain,
        judge: &Judge<'_>,
    ) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let path = chain.layers.last().map(|layer| &layer.path);
        let Some(loaded) = path.and_then(|path| self.layers.get(path)) else {
            return Ok(Vec::new());
        };
        // Settings may name a chain that loads it after all.
        let loads = |chain: &Chain| chain.layers.iter().any(|layer| Some(&layer.path) == path);
        if self.app.chains.iter().any(loads) {
            return Ok(Vec::new());
        }
        // Which layers it would be put over is a guess: what it would do to them is not judged.
        let alone: [Vec<facts::overrides::Layer<'_>>; 1] = [Vec::new()];
        let overrides = facts::overrides::collect(&alone).into_iter().next();
        let Some(overrides) = overrides else {
            return Ok(Vec::new());
        };
        let mut findings = self.judge_chain(chain, overrides, judge)?;
        findings.retain(|finding| finding.primary.place.source == loaded.layer.source);
        for finding in &mut findings {
            finding.severity = finding.severity.min(Severity::Warning);
            finding.chains.clear();
        }
        Ok(findings)
    }

    fn judge_layer(
        &self,
        loaded: &LoadedLayer,
        judge: &Judge<'_>,
    ) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let Some(facts) = self.layer_facts(loaded) else {
            return Ok(Vec::new());
        };
        let subject = Subject {
            scope: Scope::Layer,
            facts: &facts,
            chain: None,
            place: loaded.start(),
        };
        let mut findings = engine::evaluate(judge.rules, &subject, judge.secrets)?;
        let root = loaded.resolved.root.iter();
        for root in root.filter(|_| !loaded.is_broken()) {
            let schemas = judge.settings.schemas.iter();
            let schemas = schemas.filter(|one| one.applies_to.layer(&loaded.layer.path));
            let problems = schemas.flat_map(|setting| setting.schema.check(root, [root]));
            findings.extend(
                problems.map(|problem| of_schema(problem, None, loaded.start(), judge.secrets)),
            );
        }
        Ok(findings)
    }

    fn layer_facts(&self, loaded: &LoadedLayer) -> Option<Value> {
        let file = self.app.layer(&loaded.layer.path)?;
        let sections = facts::LayerFacts::collect(&facts::LayerInput {
            root: loaded.resolved.root.as_ref(),
            secrets: &loaded.secrets,
        });
        let facts = facts::OfLayer {
            origin: None,
            layer: facts::layer::collect(file, &self.app.chains, Some(loaded.start())),
            config: loaded.resolved.root.as_ref().into(),
            facts: sections,
        };
        Some(facts.into_value())
    }

    fn judge_chain(
        &self,
        chain: &Chain,
        overrides: List<Override>,
        judge: &Judge<'_>,
    ) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let first = chain.layers.first();
        let first = first.and_then(|layer| self.layers.get(&layer.path));
        let (Some(first), Some(effective)) = (first, self.judged_config(chain, judge)) else {
            return Ok(Vec::new());
        };
        // What a layer that nothing loads lacks, whatever will load it may bring.
        let is_loaded = !self.app.unloaded.iter().any(|one| std::ptr::eq(one, chain));
        let problems = schema::check(&effective, judge.schemas).into_iter();
        let problems = problems.chain(self.by_own_schemas(chain, &effective, judge));
        let mut findings: Vec<Finding> = problems
            .filter(|problem| is_loaded || problem.ground == schema::Ground::Presence)
            .filter(|problem| self.can_tell(problem, chain))
            .map(|problem| of_schema(problem, Some(chain), first.start(), judge.secrets))
            .collect();
        let facts = self.chain_facts(chain, effective, overrides, judge);
        let subject = Subject {
            scope: Scope::Chain,
            facts: &facts,
            chain: Some(chain),
            place: first.start(),
        };
        findings.extend(engine::evaluate(judge.rules, &subject, judge.secrets)?);
        Ok(findings)
    }

    /// What the schemas that the user brings say against the effective config of a chain.
    fn by_own_schemas(
        &self,
        chain: &Chain,
        effective: &Value,
        judge: &Judge<'_>,
    ) -> Vec<schema::Problem> {
        let schemas = judge.settings.schemas.iter();
        let mut schemas = schemas
            .filter(|setting| setting.applies_to.chain(&chain.name.0))
            .peekable();
        if schemas.peek().is_none() {
            return Vec::new();
        }
        let parts = self.effective(chain, judge.environment);
        let parts = || {
            let layers = parts.layers.iter().map(AsRef::as_ref);
            layers.chain(&parts.overrides)
        };
        schemas
            .flat_map(|setting| setting.schema.check(effective, parts()))
            .collect()
    }

    /// Whether what is seen of a chain is enough to tell this problem. Of an incomplete chain whose seen layers are
    /// all parts of deployment files, the image's own layers are missing: they may set whatever is required. The
    /// sections of the root are what an unseen layer usually brings.
    fn can_tell(&self, problem: &schema::Problem, chain: &Chain) -> bool {
        let is_part = || {
            let mut layers = chain.layers.iter();
            layers.all(|layer| {
                let layer = self.app.layer(&layer.path);
                layer.is_some_and(|layer| layer.embedded.is_some())
            })
        };
        problem.ground == schema::Ground::Presence
            || chain.is_complete()
            || !(problem.path.is_root() || is_part())
    }

    /// The effective config of a chain to be judged; empty where its layers set nothing. `None` when one of them does
    /// not load: it would hide what is below it, so that nothing is known of such a chain.
    fn judged_config(&self, chain: &Chain, judge: &Judge<'_>) -> Option<Value> {
        self.layers_of(chain).next()?;
        let effective = self.effective(chain, judge.environment);
        let nothing = || Value::derived(Kind::Object(Object::new()));
        (!effective.lacks_layer()).then(|| effective.root.unwrap_or_else(nothing))
    }

    /// What the layers of each chain do to each other.
    fn overrides(&self) -> Vec<List<Override>> {
        let chains = self.app.chains.iter();
        let chains: Vec<_> = chains
            .map(|chain| self.layers_of(chain).map(Self::as_compared).collect())
            .collect();
        facts::overrides::collect(&chains)
    }

    /// The layer as the comparison of layers takes it.
    fn as_compared(loaded: &LoadedLayer) -> facts::overrides::Layer<'_> {
        facts::overrides::Layer {
            name: loaded.layer.path.as_str(),
            root: loaded.resolved.root.as_ref(),
        }
    }

    fn chain_facts(
        &self,
        chain: &Chain,
        config: Value,
        overrides: List<Override>,
        judge: &Judge<'_>,
    ) -> Value {
        let effective = self.effective(chain, judge.environment);
        // Variables are on top of all layers.
        let variables = effective
            .overrides
            .as_ref()
            .map(|variables| facts::overrides::Layer {
                name: "APP_CONFIG_*",
                root: Some(variables),
            });
        let role_of = |place| self.role_of(place);
        let vanished = self
            .layers_of(chain)
            .flat_map(|loaded| &loaded.resolved.vanished);
        let named_files = self.layers_of(chain).flat_map(|loaded| {
            let named = loaded.resolved.named_files.iter();
            named.map(|named| (&loaded.layer.path, named))
        });
        let input = facts::ChainInput {
            image_files: facts::image_files::Input {
                files: judge.files,
                named: named_files.collect(),
            },
            chain,
            config: &config,
            layers: self
                .layers_of(chain)
                .map(Self::as_compared)
                .chain(variables)
                .collect(),
            overrides,
            vanished: vanished.collect(),
            scale: facts::deployment::Scale {
                replicas: judge.settings.replicas,
                max_connections: judge.settings.max_connections,
            },
            databases: self.of_databases(chain, &config, judge.files, judge.environment, &role_of),
        };
        let sections = facts::ChainFacts::collect(&input);
        let start = |path: &_| self.layers.get(path).map(LoadedLayer::start);
        let facts = facts::OfChain {
            origin: None,
            chain: facts::chain::collect(chain, start),
            config: config.into(),
            facts: sections,
        };
        facts.into_value()
    }

    /// The facts about the databases of a chain.
    pub fn databases(
        &self,
        chain: &Chain,
        config: &Value,
        files: &dyn Files,
        environment: &Environment,
    ) -> List<Database> {
        let role_of = |place| self.role_of(place);
        let input = self.of_databases(chain, config, files, environment, &role_of);
        facts::databases::collect(&input)
    }

    /// What the databases of a chain are computed from.
    fn of_databases<'a>(
        &'a self,
        chain: &'a Chain,
        config: &'a Value,
        files: &'a dyn Files,
        environment: &'a Environment,
        role_of: &'a dyn Fn(Place) -> Option<&'static str>,
    ) -> facts::databases::Input<'a> {
        facts::databases::Input {
            config,
            packages: &self.app.packages,
            files,
            folder: &self.app.path,
            role_of,
            pgsslmode: pgsslmode(chain, environment),
            runtime: database::Runtime {
                release: database::drivers::release(&self.app.packages, files),
                region: region(chain, environment),
            },
        }
    }

    /// The role of the layer that a place is in.
    fn role_of(&self, place: Place) -> Option<&'static str> {
        let mut loaded = self.layers.values();
        let loaded = loaded.find(|loaded| loaded.layer.source == place.source)?;
        let file = self.app.layer(&loaded.layer.path)?;
        Some(facts::layers::role(&file.role))
    }

    fn judge_root(&self, judge: &Judge<'_>) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let Some(first) = self.layers.values().next() else {
            return Ok(Vec::new());
        };
        let facts = self.root_facts();
        let subject = Subject {
            scope: Scope::App,
            facts: &facts,
            chain: None,
            place: first.start(),
        };
        engine::evaluate(judge.rules, &subject, judge.secrets)
    }

    fn root_facts(&self) -> Value {
        let input = facts::RootInput {
            app: &self.app,
            known: &|path| self.known(path),
        };
        let facts = facts::OfRoot {
            origin: None,
            app: facts::app::collect(&self.app),
            facts: facts::RootFacts::collect(&input),
        };
        facts.into_value()
    }
}

impl LoadedApp {
    /// What is known of a layer beyond its file.
    fn known(&self, path: &FilePath) -> Option<Known> {
        let layer = self.layers.get(path)?;
        Some(Known {
            start: layer.start(),
            contents: if layer.is_empty() {
                Contents::Nothing
            } else {
                Contents::Something
            },
        })
    }
}

/// `PGSSLMODE` as the deployment file sets it, else as far as it is known otherwise.
fn pgsslmode<'e>(chain: &'e Chain, environment: &'e Environment) -> Option<&'e str> {
    let own = chain
        .variable("PGSSLMODE")
        .and_then(|variable| variable.value.as_deref());
    match (own, environment.get("PGSSLMODE")) {
        (Some(value), _) => Some(value),
        (None, Variable::Is(value)) => Some(value),
        (None, _) => None,
    }
}

/// Whether the process finds an AWS region in its environment, which `type: rds` falls back to.
fn region(chain: &Chain, environment: &Environment) -> database::Known<bool> {
    let mut region = database::Known::Known(false);
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(own) = chain.variable(name) {
            let is_set = own.value.as_deref().is_none_or(|value| !value.is_empty());
            return database::Known::Known(is_set);
        }
        match environment.get(name) {
            Variable::Is(value) => return database::Known::Known(!value.is_empty()),
            Variable::Unknown => region = database::Known::Open,
            Variable::Unset => {}
        }
    }
    region
}

/// A problem of the loading stages as a finding: its card says how bad it is and what to do.
fn of_problem(problem: &Problem) -> Finding {
    let card = catalog::card(problem.rule);
    Finding {
        rule: RuleId::new(problem.rule),
        severity: card.map_or(crate::finding::Severity::Error, |card| card.severity()),
        message: problem.message.clone(),
        primary: problem.primary.clone(),
        related: problem.related.clone(),
        help: problem
            .help
            .clone()
            .or_else(|| card.map(|card| card.fix.to_string())),
        fixes: problem.fixes.clone(),
        chains: Vec::new(),
        config_path: problem.config_path.clone(),
        reported_by: Vec::new(),
    }
}

/// A problem of a schema as a finding; `chain` is the one whose effective config was judged, `None` for a layer.
fn of_schema(
    problem: schema::Problem,
    chain: Option<&Chain>,
    start: Place,
    secrets: &Secrets,
) -> Finding {
    let path = problem.full_path();
    let unseen = chain
        .and_then(|chain| chain.unseen_at(std::slice::from_ref(&path)))
        .filter(|_| problem.ground == schema::Ground::Absence);
    let card = catalog::card(problem.rule.as_str());
    let mut help = problem
        .help
        .or_else(|| card.map(|card| card.fix.to_string()));
    if let Some(lack) = unseen {
        let because = engine::unseen(lack, secrets);
        let before = help.as_deref().unwrap_or_default();
        help = Some(engine::lowered(before, problem.severity, &because));
    }
    Finding {
        severity: if unseen.is_some() {
            problem.severity.lowered()
        } else {
            problem.severity
        },
        rule: problem.rule,
        message: problem.message,
        primary: Label {
            place: problem.place.unwrap_or(start),
            note: problem.note,
        },
        related: Vec::new(),
        help,
        fixes: problem.fix.into_iter().collect(),
        chains: chain.map(|chain| chain.name.clone()).into_iter().collect(),
        config_path: Some(path),
        reported_by: problem.by,
    }
}
