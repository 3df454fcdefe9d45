//! Settings that are being gathered, and then are in force.
//!
//! In: a request, and the settings files around what it is about. Out: the settings of each root, then the rules they
//! leave on. Never: what the settings mean for a product.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::select::{self, Selection};
use super::{Loader, Mistake, MistakenFile, Settings};
use crate::files::{FilePath, Files};
use crate::finding::{Finding, Label, RuleId, Severity};
use crate::request::{FailOn, Request};
use crate::rules::engine::Rules;
use crate::run::{Failure, Note, NoteLevel, Run, add_once};
use crate::text::mask::escape;
use crate::text::{SourceId, Sources};
use rule_card::card::Card;

/// Settings under way: files are still being read.
pub struct Gathering<'r> {
    request: &'r Request,
    more: &'r [Card],
    all: Vec<Arc<Settings>>,
    mistakes: Vec<Mistake>,
    notes: Vec<Note>,
}

/// Every settings file is read: the rules can be judged.
pub struct InForce<'r> {
    request: &'r Request,
    all: Vec<Arc<Settings>>,
    policies: Vec<Card>,
}

/// The settings of the roots in one tree of files.
pub struct SettingsOf<'f> {
    loader: Loader<'f>,
    named: Option<Arc<Settings>>,
}

impl SettingsOf<'_> {
    /// Those of the root at a folder.
    pub fn root(&mut self, folder: &FilePath, sources: &mut Sources) -> Arc<Settings> {
        match &self.named {
            Some(named) => Arc::clone(named),
            None => self.loader.for_folder(folder, sources),
        }
    }
}

impl<'r> Gathering<'r> {
    /// For a request, with further rules beyond those that settings name.
    pub fn new(request: &'r Request, more: &'r [Card]) -> Self {
        Self {
            request,
            more,
            all: Vec::new(),
            mistakes: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What was asked for.
    pub fn request(&self) -> &'r Request {
        self.request
    }

    /// The settings in a tree of files; `named` is the file that `--settings` names, `schemas` are those that `--schema`
    /// does.
    ///
    /// # Errors
    /// When one of these files cannot be read.
    pub fn settings_of<'f>(
        &self,
        files: &'f dyn Files,
        named: Option<&FilePath>,
        schemas: &[FilePath],
        sources: &mut Sources,
    ) -> Result<SettingsOf<'f>, Failure> {
        let mut loader = Loader::new(files).loading_from(self.request.rules_from.clone());
        for path in schemas {
            loader.add_schema(path, sources).map_err(|error| {
                Failure::new(format!(
                    "cannot read the schema `{}`: {error}",
                    files.display(path)
                ))
            })?;
        }
        let named =
            match named {
                Some(path) => Some(loader.file(path, sources).ok_or_else(|| {
                    Failure::new(format!("cannot read the settings file `{path}`"))
                })?),
                None => None,
            };
        Ok(SettingsOf { loader, named })
    }

    /// Notes a mistake, once.
    pub fn mistake(&mut self, mistake: Mistake) {
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// Notes something that a person should know about a settings file, once.
    pub fn note(&mut self, text: String) {
        let level = NoteLevel::Always;
        add_once(&mut self.notes, [Note { level, text }]);
    }

    /// Notes the mistakes in settings files that were read, and files that nobody reads for their names.
    pub fn close(&mut self, settings: SettingsOf<'_>) {
        for path in settings.loader.left_out() {
            let shown = escape(path).into_owned();
            self.note(format!(
                "`{shown}` is not loaded: this workspace is not trusted, and it is outside of it"
            ));
        }
        // A chain or file that is named by the command line asks for no walk through the tree.
        if settings.named.is_none() && self.request.config.is_empty() {
            for path in settings.loader.near_names() {
                let shown = escape(&path).into_owned();
                self.note(format!(
                    "`{shown}` is not read: settings are in stagecheck.yaml, stagecheck.yml or .stagecheck.yaml"
                ));
            }
        }
        self.mistakes.extend(settings.loader.mistakes());
    }

    /// The settings with the further rules, the same one for the same file.
    pub fn put_in_force(&mut self, settings: Arc<Settings>) -> Arc<Settings> {
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

    /// What a person may want to know of the settings.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// No more settings will be read.
    ///
    /// # Errors
    /// Mistakes in settings and policies, and names of rules on the command line that do not exist.
    pub fn finish(self, sources: &Sources) -> Result<InForce<'r>, Failure> {
        if !self.mistakes.is_empty() {
            return Err(failure(&self.mistakes, sources.clone()));
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
        Ok(InForce {
            request: self.request,
            all: self.all,
            policies,
        })
    }
}

impl<'r> InForce<'r> {
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

    /// Lowest severity that fails the run: what the request says, else the strictest of all settings. Settings
    /// that do not say count as the default, so that a root whose settings never fail does not turn off the others.
    pub fn fail_on(&self) -> FailOn {
        let by_settings = self.all.iter().map(|one| one.fail_on.unwrap_or_default());
        let asked = self.request.fail_on;
        asked.or_else(|| by_settings.min()).unwrap_or_default()
    }

    /// The baseline that settings name: of several the first.
    pub fn baseline(&self) -> Option<&FilePath> {
        self.all.iter().find_map(|one| one.baseline.as_ref())
    }

    /// The settings files, each once.
    pub fn files(&self) -> impl Iterator<Item = SourceId> {
        let mut files: Vec<SourceId> = self.all.iter().filter_map(|one| one.file).collect();
        files.sort_unstable();
        files.dedup();
        files.into_iter()
    }

    /// Whether there are settings, and none of them leave a rule on.
    pub fn leaves_no_rule(&self) -> bool {
        let has_none = |settings: &Settings| self.selection(settings).cards().next().is_none();
        !self.all.is_empty() && self.all.iter().all(|settings| has_none(settings))
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

/// Mistakes in settings or policies as findings, so that reports can show their places.
pub fn failure(mistakes: &[Mistake], sources: Sources) -> Failure {
    let mut run = Run {
        findings: mistakes.iter().map(of_mistake).collect(),
        sources,
        ..Run::default()
    };
    run.sort();
    let count = |file| {
        mistakes
            .iter()
            .filter(|mistake| mistake.file == file)
            .count()
    };
    let of = |count: usize, one, several| match count {
        0 => None,
        1 => Some(one),
        _ => Some(several),
    };
    let places = [
        of(count(MistakenFile::Settings), "settings", "settings"),
        of(count(MistakenFile::Policy), "policy", "policies"),
        of(count(MistakenFile::Schema), "schema", "schemas"),
    ];
    let places: Vec<&str> = places.into_iter().flatten().collect();
    let place = places.join(" and ");
    let message = match mistakes.len() {
        1 => format!("invalid {place}: nothing was checked"),
        count => format!("{count} mistakes in {place}: nothing was checked"),
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
        fixes: Vec::new(),
        chains: Vec::new(),
        config_path: None,
        reported_by: Vec::new(),
    }
}
