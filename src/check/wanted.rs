//! What is wanted of each app root: its settings, and the rules they leave on.
//!
//! In: a request, app roots, and the settings files around them. Out: app roots without what is excluded and with
//! the chains of the settings, and the rules to judge them by. Never: the contents of layers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::target::Target;
use crate::backstage::discover::{BACKSTAGE_ENV, BackstageEnv};
use crate::backstage::environment::{Environment, Variable};
use crate::backstage::words::{
    AppRoot, Chain, ChainLayer, ChainOrigin, EnvironmentVariable, Lack, LackKind, LayerFile,
    LayerRole, LeftOut,
};
use crate::files::{FilePath, Files};
use crate::finding::{ChainName, Finding, Label, RuleId, Severity};
use crate::request::Request;
use crate::rules::engine::Rules;
use crate::run::{Failure, Run};
use crate::settings::select::{self, Selection};
use crate::settings::{
    ChainSetting, FailOn, Loader, Mistake, MistakenFile, SettingVariable, Settings,
};
use crate::text::Sources;
use rule_card::card::Card;

/// Settings under way: files are still being read.
pub struct Wanted<'r> {
    request: &'r Request,
    more: &'r [Card],
    all: Vec<Arc<Settings>>,
    mistakes: Vec<Mistake>,
}

/// Every settings file is read: the rules can be judged.
pub struct Known<'r> {
    request: &'r Request,
    all: Vec<Arc<Settings>>,
    policies: Vec<Card>,
}

/// What was found at a target.
pub struct Discovered {
    /// The app roots, each with its settings.
    pub apps: Vec<(AppRoot, Arc<Settings>)>,
    /// What looks like a layer or start command and was not taken.
    pub left_out: Vec<LeftOut>,
    /// Whether there was no app root at all, whatever the settings want.
    pub is_empty: bool,
}

impl<'r> Wanted<'r> {
    /// What is wanted, beyond settings: the request, and further rules.
    pub fn new(request: &'r Request, more: &'r [Card]) -> Self {
        Self {
            request,
            more,
            all: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// The app roots of a target as their settings want them, each with its settings.
    ///
    /// # Errors
    /// A layer of `--config` that is not there, or `--settings` names a file that cannot be read.
    pub fn discover(
        &mut self,
        target: &Target,
        environment: &Environment,
        sources: &mut Sources,
    ) -> Result<Discovered, Failure> {
        let files = target.files.as_ref();
        let mut loader = Loader::new(files);
        let mut backstage_env = BackstageEnv::of(environment);
        let mut found = target.workspace(self.request, &backstage_env, sources)?;
        let is_empty = found.app_roots.is_empty();
        let explicit = match &target.settings {
            Some(path) => Some(loader.file(path, sources).ok_or_else(|| {
                Failure::new(format!("`--settings` names `{path}`, which cannot be read"))
            })?),
            None => None,
        };
        let mut settings_of = |folder: &FilePath, sources: &mut Sources| match &explicit {
            Some(settings) => Arc::clone(settings),
            None => loader.for_folder(folder, sources),
        };
        for root in &found.app_roots {
            let settings = settings_of(&root.path, sources);
            let mut variables = settings.environment.iter().rev();
            if let Some(names) = variables.find(|variable| &*variable.name == BACKSTAGE_ENV) {
                backstage_env.set_for(root.path.clone(), Arc::clone(&names.value));
            }
        }
        // Only with the settings it is known which layers the loader takes, and only with the app roots which settings.
        if backstage_env.differs_by_root() {
            found = target.workspace(self.request, &backstage_env, sources)?;
        }
        let mut apps = Vec::new();
        for mut root in found.app_roots {
            let settings = settings_of(&root.path, sources);
            self.refuse_variables(&settings);
            let settings = self.with_more(settings);
            if self.request.config.is_empty() {
                exclude(&mut root, &settings, files);
                self.add_chains(&mut root, &settings, files);
            }
            let base = |layer: &LayerFile| layer.role == LayerRole::Base;
            let loads_something = |chain: &Chain| !chain.layers.is_empty();
            if root.layers.iter().any(base) || root.chains.iter().any(loads_something) {
                apps.push((root, settings));
            }
        }
        self.mistakes.extend(loader.mistakes());
        Ok(Discovered {
            apps,
            left_out: found.left_out,
            is_empty,
        })
    }

    /// Notes a variable of the settings that the real loader refuses: the app would not start.
    fn refuse_variables(&mut self, settings: &Settings) {
        let environment = environment(settings, &Environment::default());
        let Err(error) = environment.overrides() else {
            return;
        };
        let Some(place) = environment.place(&error.variable) else {
            return;
        };
        let mistake = Mistake {
            message: format!("the app would not start with this variable: {error}"),
            file: MistakenFile::Settings,
            place,
        };
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// The settings with the further rules, the same one for the same file.
    fn with_more(&mut self, settings: Arc<Settings>) -> Arc<Settings> {
        if self.more.is_empty() {
            if !self.all.iter().any(|known| Arc::ptr_eq(known, &settings)) {
                self.all.push(Arc::clone(&settings));
            }
            return settings;
        }
        let mut settings = (*settings).clone();
        settings.policies.extend(self.more.iter().cloned());
        let settings = Arc::new(settings);
        self.all.push(Arc::clone(&settings));
        settings
    }

    fn add_chains(&mut self, root: &mut AppRoot, settings: &Settings, files: &dyn Files) {
        for chain in &settings.chains {
            let concerned = chain.layers.is_empty()
                || chain
                    .layers
                    .iter()
                    .any(|(path, _)| path.is_within(&root.path));
            if concerned {
                self.add_chain(root, chain, files);
            }
        }
    }

    fn add_chain(&mut self, root: &mut AppRoot, wanted: &ChainSetting, files: &dyn Files) {
        let mut layers = Vec::new();
        for (path, place) in &wanted.layers {
            if !files.is_file(path) {
                self.mistakes.push(Mistake {
                    message: format!(
                        "the chain `{}` loads `{path}`, which is not a file",
                        wanted.name
                    ),
                    file: MistakenFile::Settings,
                    place: *place,
                });
                return;
            }
            if root.layer(path).is_none() {
                root.layers.push(LayerFile::of(files, path));
            }
            layers.push(ChainLayer {
                path: path.clone(),
                named_at: Some(*place),
            });
        }
        let found = root
            .chains
            .iter_mut()
            .find(|chain| chain.name.0 == wanted.name);
        match found {
            Some(chain) => {
                chain.production = wanted.production.unwrap_or(chain.production);
                let sets = |name: &str| wanted.environment.iter().any(|own| *own.name == *name);
                chain.environment.retain(|variable| !sets(&variable.name));
                chain.environment.extend(environment_of(wanted));
                chain.lacks.retain(|lack| match &lack.kind {
                    LackKind::EnvironmentOverrides(name) => !sets(name),
                    _ => true,
                });
                if !layers.is_empty() {
                    chain.layers = layers;
                    chain.lacks.clear();
                    chain.local_layer = None;
                    chain.origin = ChainOrigin::Settings;
                }
            }
            None if layers.is_empty() => self.mistakes.push(Mistake {
                message: format!(
                    "no chain is called `{}`: give its layers as `config: […]`",
                    wanted.name
                ),
                file: MistakenFile::Settings,
                place: wanted.place,
            }),
            None => {
                let by_name = layers
                    .iter()
                    .filter_map(|layer| root.layer(&layer.path))
                    .any(|layer| layer.role.is_production());
                root.chains.push(Chain {
                    name: ChainName(Arc::clone(&wanted.name)),
                    origin: ChainOrigin::Settings,
                    layers,
                    production: wanted.production.unwrap_or(by_name),
                    lacks: Vec::new(),
                    unread_environment: Vec::new(),
                    local_layer: None,
                    environment: environment_of(wanted).collect(),
                });
            }
        }
    }

    /// No more settings will be read.
    ///
    /// # Errors
    /// Mistakes in settings and policies, and names of rules on the command line that do not exist.
    pub fn finish(self, run: &mut Run) -> Result<Known<'r>, Failure> {
        if !self.mistakes.is_empty() {
            return Err(failure(&self.mistakes, std::mem::take(&mut run.sources)));
        }
        let mut policies: BTreeMap<String, Card> = BTreeMap::new();
        let own = self.all.iter().flat_map(|settings| &settings.policies);
        for card in own {
            policies.insert(card.id.to_string(), card.clone());
        }
        let policies: Vec<Card> = policies.into_values().collect();
        let asked = &self.request.rules;
        let severities = asked.severities.iter().map(|(name, _)| name);
        for name in asked.select.iter().chain(&asked.ignore).chain(severities) {
            if let Some(message) = select::unknown(name, &policies) {
                return Err(Failure::new(message).with_help("`stagecheck rules` lists the rules"));
            }
        }
        Ok(Known {
            request: self.request,
            all: self.all,
            policies,
        })
    }
}

impl<'r> Known<'r> {
    /// The rules of every settings file, ready to judge.
    pub fn rules(&self) -> RulesBySettings<'_> {
        RulesBySettings(
            self.all
                .iter()
                .map(|settings| (settings, Rules::new(self.selection(settings).cards())))
                .collect(),
        )
    }

    /// Which rules some settings leave on, and how severe they are.
    pub fn selection<'k>(&'k self, settings: &'k Settings) -> Selection<'k> {
        Selection::new(settings, &self.request.rules)
    }

    /// Which rules are on somewhere.
    pub fn is_on(&self, card: &Card) -> bool {
        let is_on = |settings: &Settings| self.selection(settings).is_on(card);
        self.all.iter().any(|settings| is_on(settings))
    }

    /// From which severity on the run fails: the strictest of all settings.
    pub fn fail_on(&self) -> Option<FailOn> {
        self.all.iter().filter_map(|one| one.fail_on).min()
    }

    /// The baseline that settings name: of several the first.
    pub fn baseline(&self) -> Option<&FilePath> {
        self.all.iter().find_map(|one| one.baseline.as_ref())
    }

    /// Every policy of every settings file.
    pub fn policies(&self) -> &[Card] {
        &self.policies
    }

    /// The same, for the run to keep.
    pub fn into_policies(self) -> Vec<Card> {
        self.policies
    }
}

/// Rules ready to judge, by the settings they are for.
pub struct RulesBySettings<'k>(Vec<(&'k Arc<Settings>, Rules<'k>)>);

impl<'k> RulesBySettings<'k> {
    /// The rules of these settings; `None` for settings that were never applied.
    pub fn of(&self, settings: &Arc<Settings>) -> Option<&Rules<'k>> {
        self.0
            .iter()
            .find(|(known, _)| Arc::ptr_eq(known, settings))
            .map(|(_, rules)| rules)
    }
}

/// The variables the app is started with: the settings', below those that were asked for.
pub fn environment(settings: &Settings, asked: &Environment) -> Environment {
    let mut environment = asked.clone();
    for variable in &settings.environment {
        if !matches!(asked.get(&variable.name), Variable::Is(_)) {
            let (name, value) = (Arc::clone(&variable.name), Arc::clone(&variable.value));
            environment.set_at(name, value, variable.place);
        }
    }
    environment
}

/// The variables that the settings give a chain.
fn environment_of(chain: &ChainSetting) -> impl Iterator<Item = EnvironmentVariable> {
    let variable = |variable: &SettingVariable| {
        let (name, value) = (Arc::clone(&variable.name), Arc::clone(&variable.value));
        EnvironmentVariable::known(name, value, Some(variable.place))
    };
    chain.environment.iter().map(variable)
}

/// Leaves out what the settings exclude. A chain that is started with such a layer lacks it.
fn exclude(root: &mut AppRoot, settings: &Settings, files: &dyn Files) {
    let stays = |path: &FilePath| !settings.exclude.matches(path);
    root.layers.retain(|layer| stays(&layer.path));
    for chain in &mut root.chains {
        let loaded = chain
            .layers
            .iter()
            .filter(|_| chain.origin != ChainOrigin::Convention);
        let lacks: Vec<Lack> = loaded
            .filter(|layer| !stays(&layer.path))
            .map(|layer| Lack {
                reason: format!(
                    "`{}` is excluded by the settings",
                    files.display(&layer.path)
                ),
                place: layer.named_at,
                kind: LackKind::Excluded,
            })
            .collect();
        chain.lacks.extend(lacks);
    }
    // A chain of which no layer is here has nothing to exclude: what it lacks is worth saying.
    root.chains.retain_mut(|chain| {
        let had_layers = !chain.layers.is_empty();
        chain.layers.retain(|layer| stays(&layer.path));
        !(had_layers && chain.layers.is_empty())
    });
}

/// Mistakes in settings or policies as findings, so that reports can show their places.
pub(super) fn failure(mistakes: &[Mistake], sources: Sources) -> Failure {
    let mut run = Run {
        findings: mistakes.iter().map(of_mistake).collect(),
        sources,
        ..Run::default()
    };
    run.sort();
    let in_policy = |mistake: &Mistake| mistake.file == MistakenFile::Policy;
    let place = match mistakes.iter().filter(|mistake| in_policy(mistake)).count() {
        0 => "the settings",
        1 if mistakes.len() == 1 => "a policy",
        count if count == mistakes.len() => "the policies",
        _ => "the settings and the policies",
    };
    let message = match mistakes.len() {
        1 => format!("there is a mistake in {place}"),
        count => format!("there are {count} mistakes in {place}"),
    };
    Failure {
        message,
        help: None,
        mistakes: Some(Box::new(run)),
    }
}

fn of_mistake(mistake: &Mistake) -> Finding {
    Finding {
        rule: RuleId::loader("settings"),
        severity: Severity::Error,
        message: mistake.message.clone(),
        primary: Label {
            place: mistake.place,
            note: String::new(),
        },
        related: Vec::new(),
        help: None,
        edits: Vec::new(),
        chains: Vec::new(),
        config_path: None,
    }
}
