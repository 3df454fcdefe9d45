//! One app root judged: layers, chains, and the root itself.

use crate::backstage::environment::{Environment, Variable};
use crate::backstage::facts;
use crate::backstage::facts::layers::{Contents, Known};
use crate::backstage::load::{LoadedApp, LoadedLayer};
use crate::backstage::schema::{self, Schemas};
use crate::backstage::value::{Kind, Object, Value};
use crate::backstage::workspace::Chain;
use crate::files::{FilePath, Files};
use crate::finding::{Finding, Label, Problem, RuleId};
use crate::rules::card::Scope;
use crate::rules::catalog;
use crate::rules::engine::{self, BrokenRule, Rules, Subject};
use crate::settings::Settings;
use crate::text::Place;
use crate::text::mask::Secrets;

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
        findings.extend(self.judge_root(judge)?);
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
        engine::evaluate(judge.rules, &subject, judge.secrets)
    }

    fn layer_facts(&self, loaded: &LoadedLayer) -> Option<Value> {
        let file = self.app.layer(&loaded.layer.path)?;
        let subject = facts::layer::collect(file, &self.app.chains, Some(loaded.start()));
        let secrets = ("secrets", facts::secrets::collect(&loaded.secrets));
        let config = loaded.resolved.root.clone();
        Some(facts::tree("layer", subject, config, [secrets]))
    }

    fn judge_chain(
        &self,
        chain: &Chain,
        overrides: Value,
        judge: &Judge<'_>,
    ) -> Result<Vec<Finding>, Vec<BrokenRule>> {
        let first = chain.layers.first();
        let first = first.and_then(|layer| self.layers.get(&layer.path));
        let (Some(first), Some(effective)) = (first, self.judged_config(chain, judge)) else {
            return Ok(Vec::new());
        };
        let mut findings: Vec<Finding> = schema::check(&effective, judge.schemas)
            .into_iter()
            .filter(|problem| self.can_tell(problem, chain))
            .map(|problem| of_schema(problem, chain, first.start(), judge.secrets))
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
    fn overrides(&self) -> Vec<Value> {
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

    /// The layers of a chain that the app refuses to read over each other; variables are on top of all of them.
    fn type_conflicts(&self, chain: &Chain, judge: &Judge<'_>) -> Value {
        let effective = self.effective(chain, judge.environment);
        let variables = effective
            .overrides
            .as_ref()
            .map(|variables| facts::overrides::Layer {
                name: "APP_CONFIG_*",
                root: Some(variables),
            });
        let layers = self.layers_of(chain).map(Self::as_compared);
        let layers: Vec<_> = layers.chain(variables).collect();
        facts::conflicts::collect(&layers)
    }

    /// The extensions of the frontend; whether it is of the system that reads them, the lockfile tells.
    fn extensions(&self, effective: &Value) -> Value {
        let packages = &self.app.packages;
        let has = |name: &str| packages.is_locked(name) == Some(true);
        let is_new = has("@backstage/frontend-defaults") || has("@backstage/frontend-app-api");
        facts::extensions::collect(effective, is_new)
    }

    fn chain_facts(
        &self,
        chain: &Chain,
        effective: Value,
        overrides: Value,
        judge: &Judge<'_>,
    ) -> Value {
        let start = |path: &_| self.layers.get(path).map(LoadedLayer::start);
        let subject = facts::chain::collect(chain, start);
        let databases = self.databases(chain, &effective, judge.files, judge.environment);
        let layers = chain.layers.iter();
        let vanished = layers
            .filter_map(|layer| self.layers.get(&layer.path))
            .flat_map(|loaded| &loaded.resolved.vanished);
        let pools = facts::pools::collect(&databases);
        let servers = facts::servers::collect(&databases);
        let tls_files = facts::databases::tls_files(&databases);
        let sections = [
            ("auth", facts::auth::collect(&effective)),
            ("cache", facts::cache::collect(&effective)),
            ("clusters", facts::clusters::collect(&effective)),
            ("cors", facts::cors::collect(&effective)),
            ("csp", facts::csp::collect(&effective)),
            ("databases", databases),
            ("deployment", facts::deployment::collect(judge.settings)),
            ("extensions", self.extensions(&effective)),
            ("githubApps", facts::hosts::apps(&effective)),
            ("integrationHosts", facts::hosts::collect(&effective)),
            ("integrations", facts::integrations::collect(&effective)),
            ("misplaced", facts::misplaced::collect(&effective)),
            ("node", facts::node::collect(chain)),
            ("overrides", overrides),
            (
                "pluginKeys",
                facts::plugin_keys::collect(&effective, &self.app.packages),
            ),
            ("pools", pools),
            ("proxies", facts::proxies::collect(&effective)),
            ("servers", servers),
            ("signInResolvers", facts::resolvers::collect(&effective)),
            ("tlsFiles", tls_files),
            ("typeConflicts", self.type_conflicts(chain, judge)),
            ("unset", facts::unset::collect(vanished, &effective)),
            ("urls", facts::urls::collect(&effective)),
            ("website", facts::website::collect(&effective)),
        ];
        facts::tree("chain", subject, Some(effective), sections)
    }

    /// The facts about the databases of a chain.
    pub fn databases(
        &self,
        chain: &Chain,
        effective: &Value,
        files: &dyn Files,
        environment: &Environment,
    ) -> Value {
        let role_of = |place: Place| {
            let mut loaded = self.layers.values();
            let loaded = loaded.find(|loaded| loaded.layer.source == place.source)?;
            let file = self.app.layer(&loaded.layer.path)?;
            Some(facts::layers::role(&file.role))
        };
        facts::databases::collect(&facts::databases::Input {
            config: effective,
            packages: &self.app.packages,
            files,
            folder: &self.app.path,
            role_of: &role_of,
            pgsslmode: pgsslmode(chain, environment),
        })
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
        let sections = [
            (
                "layers",
                facts::layers::collect(&self.app, &|path| self.known(path)),
            ),
            ("missingLayers", facts::layers::missing(&self.app)),
            (
                "localCopies",
                facts::image_copies::collect(&self.app, |path| {
                    self.layers.get(path).map(|layer| layer.start())
                }),
            ),
            ("misorderedLayers", facts::layers::misordered(&self.app)),
        ];
        facts::tree("app", facts::app::collect(&self.app), None, sections)
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
        edits: Vec::new(),
        chains: Vec::new(),
        config_path: problem.config_path.clone(),
    }
}

fn of_schema(problem: schema::Problem, chain: &Chain, start: Place, secrets: &Secrets) -> Finding {
    let unseen = chain
        .unseen_at(std::slice::from_ref(&problem.path))
        .filter(|_| problem.ground == schema::Ground::Absence);
    let mut message = problem.message;
    if let Some(lack) = unseen {
        message.push_str(&engine::unseen(lack, secrets));
    }
    let card = catalog::card(problem.rule.as_str());
    Finding {
        severity: if unseen.is_some() {
            problem.severity.lowered()
        } else {
            problem.severity
        },
        rule: problem.rule,
        message,
        primary: Label {
            place: problem.place.unwrap_or(start),
            note: problem.note,
        },
        related: Vec::new(),
        help: problem
            .help
            .or_else(|| card.map(|card| card.fix.to_string())),
        edits: problem.edit.into_iter().collect(),
        chains: vec![chain.name.clone()],
        config_path: Some(problem.path.to_string()),
    }
}
