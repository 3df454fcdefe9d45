//! Facts and cards to findings.
//!
//! In: the cards that are switched on, and the facts of one subject (a layer, a chain or an app root). Out: what
//! they find, with places, or which card is broken. Never: files, other subjects, settings.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::condition::{Broken, Budget, Condition, NotACondition, Val, Variables};
use super::fixes;
use super::message::Template;
use super::path::Path;
use super::point::{self, ConfigPaths};
use crate::backstage::value::{Kind, Value};
use crate::backstage::words::{Chain, Lack, LackKind};
use crate::finding::{Finding, Label, RuleId, Severity};
use crate::text::mask::Secrets;
use crate::text::{Place, Span};
use rule_card::card::{Card, Case, Chains, Detection, Each, Incomplete, Scope};
use source::{ConfigPath, Part};

/// Judges one subject by every rule of its scope.
///
/// # Errors
/// The rules that are broken, whatever the config says; see [`BrokenRule`].
pub fn evaluate(
    rules: &Rules<'_>,
    subject: &Subject<'_>,
    secrets: &Secrets,
) -> Result<Vec<Finding>, Vec<BrokenRule>> {
    let mut findings = Vec::new();
    let mut broken = Vec::new();
    let judged = Judged {
        subject,
        secrets,
        paths: OnceCell::new(),
    };
    for rule in &rules.rules {
        if rule.applies_to(subject) {
            match rule.judge(&judged) {
                Ok(found) => findings.extend(found),
                Err(error) => broken.push(error),
            }
        }
    }
    if broken.is_empty() {
        Ok(findings)
    } else {
        Err(broken)
    }
}

/// Cards ready to judge. A condition is compiled when a subject first needs it.
pub struct Rules<'c> {
    rules: Vec<Rule<'c>>,
}

impl<'c> Rules<'c> {
    /// These cards; those that only the loader can find are left out.
    pub fn new(cards: impl IntoIterator<Item = &'c Card>) -> Self {
        let rules = cards
            .into_iter()
            .filter(|card| card.source == Detection::Conditions)
            .map(|card| Rule {
                card,
                conditions: OnceCell::new(),
                doubt: OnceCell::new(),
            })
            .collect();
        Self { rules }
    }

    /// The cards.
    pub fn cards(&self) -> impl Iterator<Item = &'c Card> {
        self.rules.iter().map(|rule| rule.card)
    }
}

/// What is judged.
pub struct Subject<'f> {
    /// What it is.
    pub scope: Scope,
    /// Its facts: a mapping whose keys are the variables of conditions; see `facts::tree`.
    pub facts: &'f Value,
    /// The chain, for [`Scope::Chain`].
    pub chain: Option<&'f Chain>,
    /// Where to point when nothing nearer has a place, e.g. the start of the layer.
    pub place: Place,
}

/// A subject while it is judged.
struct Judged<'j, 'f> {
    subject: &'j Subject<'f>,
    secrets: &'j Secrets,
    /// Where the values of its config stand, once a finding asks.
    paths: OnceCell<Option<ConfigPaths<'f>>>,
}

impl Judged<'_, '_> {
    fn config_path(&self, place: Place) -> Option<ConfigPath> {
        let paths = self.paths.get_or_init(|| {
            let config = self.subject.facts.get("config")?;
            Some(ConfigPaths::of(config))
        });
        paths.as_ref()?.get(place)
    }
}

/// A rule that cannot be judged, by a mistake of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the condition of case {} of rule `{rule}` {cause}", case + 1)]
pub struct BrokenRule {
    /// The rule.
    pub rule: RuleId,
    /// Which case, from 0.
    pub case: usize,
    /// Why.
    pub cause: BrokenCause,
}

/// Why a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenCause {
    /// A condition does not parse, or is beyond the bounds.
    #[error(transparent)]
    Text(#[from] NotACondition),
    /// A condition cannot be evaluated.
    #[error(transparent)]
    Evaluation(#[from] Broken),
}

struct Rule<'c> {
    card: &'c Card,
    conditions: OnceCell<Result<Vec<Condition>, BrokenRule>>,
    doubt: OnceCell<Result<Option<Condition>, BrokenRule>>,
}

impl<'c> Rule<'c> {
    fn applies_to(&self, subject: &Subject<'_>) -> bool {
        self.card.scope == subject.scope
            && subject.chain.is_none_or(|chain| {
                (self.card.chains == Chains::All || chain.production)
                    && (self.card.incomplete != Incomplete::Skip || chain.shows_absence())
            })
    }

    fn judge(&self, judged: &Judged<'_, '_>) -> Result<Vec<Finding>, BrokenRule> {
        let subject = judged.subject;
        let mut matches = Matches::default();
        let items = items(self.card.each.as_ref(), subject);
        let mut budget = Budget::for_items(items.len());
        for variables in items {
            let Some(index) = self.first_case(&variables, &mut budget)? else {
                continue;
            };
            let Some(case) = self.card.cases.get(index) else {
                continue;
            };
            let place = primary(case, &variables, subject);
            let doubtful = self.is_doubtful(index, &variables, &mut budget)?;
            matches.add(index, place, variables, doubtful);
        }
        Ok(matches
            .into_groups()
            .filter_map(|((index, place), group)| {
                let case = self.card.cases.get(index)?;
                self.finding(case, place, &group, judged)
            })
            .collect())
    }

    /// The first case that holds.
    fn first_case(
        &self,
        variables: &Variables<'_>,
        budget: &mut Budget,
    ) -> Result<Option<usize>, BrokenRule> {
        for (index, condition) in self.conditions()?.iter().enumerate() {
            let holds = condition
                .holds(variables, budget)
                .map_err(|broken| self.broken(index, broken))?;
            if holds {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Whether evidence is missing for an item that a case holds for.
    fn is_doubtful(
        &self,
        case: usize,
        variables: &Variables<'_>,
        budget: &mut Budget,
    ) -> Result<bool, BrokenRule> {
        let doubt = self.doubt.get_or_init(|| {
            let doubt = self.card.doubt.as_ref();
            let condition = doubt.map(|doubt| Condition::parse(&doubt.when)).transpose();
            condition.map_err(|error| self.broken(case, error))
        });
        match doubt.as_ref().map_err(Clone::clone)? {
            Some(condition) => condition
                .holds(variables, budget)
                .map_err(|broken| self.broken(case, broken)),
            None => Ok(false),
        }
    }

    fn conditions(&self) -> Result<&[Condition], BrokenRule> {
        self.conditions
            .get_or_init(|| {
                self.card
                    .cases
                    .iter()
                    .enumerate()
                    .map(|(index, case)| {
                        Condition::parse(&case.when).map_err(|error| self.broken(index, error))
                    })
                    .collect()
            })
            .as_deref()
            .map_err(Clone::clone)
    }

    fn broken(&self, case: usize, cause: impl Into<BrokenCause>) -> BrokenRule {
        BrokenRule {
            rule: self.id(),
            case,
            cause: cause.into(),
        }
    }

    fn id(&self) -> RuleId {
        RuleId::new(self.card.id.clone())
    }

    fn finding(
        &self,
        case: &Case,
        place: Place,
        group: &Group<'_>,
        judged: &Judged<'_, '_>,
    ) -> Option<Finding> {
        let (subject, secrets) = (judged.subject, judged.secrets);
        let items: Vec<&Variables<'_>> = group.items.iter().collect();
        let template = match (&case.several, items.as_slice()) {
            (Some(several), [_, _, ..]) => several,
            _ => &case.message,
        };
        let message = render(template, &items, secrets);
        let mut labels = case.at.iter();
        let note = labels.next().map_or("", |at| &at.note);
        let primary = Label {
            place,
            note: render(note, &items, secrets),
        };
        let related = related(labels, place, &items, secrets);
        let config_path = judged.config_path(place);
        let lack = subject.chain.filter(|chain| !chain.lacks.is_empty());
        let lack = lack.and_then(|chain| {
            let related = related.iter();
            let related = related.filter_map(|label| judged.config_path(label.place));
            chain.unseen_at(&reads(case, config_path.clone(), related))
        });
        let mut help = match &case.help {
            Some(help) => render(help, &items, secrets),
            None => self.card.fix.to_string(),
        };
        // Of several items one that is sure suffices.
        let doubt = self.card.doubt.as_ref().filter(|_| group.is_doubtful);
        let severity = match (self.card.incomplete, lack) {
            (Incomplete::Skip, Some(_)) => return None,
            (Incomplete::Lower, Some(lack)) => {
                help = lowered(&help, case.severity, &unseen(lack, secrets));
                case.severity.lowered()
            }
            _ => case.severity,
        };
        let severity = match doubt {
            Some(doubt) => {
                let because = render(&doubt.because, &items, secrets);
                help = lowered(&help, case.severity, &because);
                // One step, however many reasons there are.
                case.severity.lowered()
            }
            None => severity,
        };
        Some(Finding {
            rule: self.id(),
            severity,
            message,
            related,
            config_path,
            primary,
            help: Some(help),
            fixes: fixes::fixes(self.card, case, place, &items, secrets),
            chains: subject
                .chain
                .iter()
                .map(|chain| chain.name.clone())
                .collect(),
            reported_by: Vec::new(),
        })
    }
}

/// The subject once, or once for each item of the `for` of a card. An open or absent list has no items.
fn items<'f>(each: Option<&Each>, subject: &Subject<'f>) -> Vec<Variables<'f>> {
    let mut all = Variables::default();
    for (name, node) in subject.facts.as_object().into_iter().flatten() {
        all.bind_node(&**name, node);
    }
    let Some(each) = each else {
        return vec![all];
    };
    let list = Path::parse(&each.path).and_then(|path| path.node(&all));
    let bind = |key: Val<'f>, item: &'f Value| {
        let mut variables = all.clone();
        if let Some(name) = &each.key {
            variables.bind(name.to_string(), key);
        }
        variables.bind_node(each.item.to_string(), item);
        variables
    };
    match list.map(|list| &list.kind) {
        Some(Kind::Array(items)) => items
            .iter()
            .zip(0..)
            .map(|(item, index)| bind(Val::Int(index), item))
            .collect(),
        Some(Kind::Object(object)) => object
            .iter()
            .map(|(key, item)| bind(Val::Text((&**key).into()), item))
            .collect(),
        _ => Vec::new(),
    }
}

/// Matches of one card in one subject, by case and primary place, in order of place.
#[derive(Default)]
struct Matches<'v> {
    groups: BTreeMap<(usize, Place), Group<'v>>,
}

/// Items for which the same case holds at the same place.
struct Group<'v> {
    items: Vec<Variables<'v>>,
    /// Evidence is missing for all of them.
    is_doubtful: bool,
}

impl<'v> Matches<'v> {
    fn add(&mut self, case: usize, place: Place, variables: Variables<'v>, is_doubtful: bool) {
        let group = self.groups.entry((case, place)).or_insert(Group {
            items: Vec::new(),
            is_doubtful: true,
        });
        group.items.push(variables);
        group.is_doubtful &= is_doubtful;
    }

    fn into_groups(self) -> impl Iterator<Item = ((usize, Place), Group<'v>)> {
        self.groups.into_iter()
    }
}

fn primary(case: &Case, variables: &Variables<'_>, subject: &Subject<'_>) -> Place {
    case.at
        .first()
        .and_then(|at| point::nearest(&Path::parse(&at.here)?, variables))
        .or_else(|| point::place(subject.facts.get("config")?))
        .unwrap_or(subject.place)
}

/// The other labels: those whose value is there, each place once. A file as a whole is left out where the primary
/// label stands in it: it is in sight already.
fn related<'a>(
    labels: impl Iterator<Item = &'a rule_card::card::At>,
    primary: Place,
    items: &[&Variables<'_>],
    secrets: &Secrets,
) -> Vec<Label> {
    let mut related: Vec<Label> = Vec::new();
    for at in labels {
        for variables in items {
            let node = Path::parse(&at.here).and_then(|path| path.node(variables));
            for place in node.map(point::places).unwrap_or_default() {
                let is_shown_file = place.span == Span::at(0) && place.source == primary.source;
                if place != primary
                    && !is_shown_file
                    && related.iter().all(|label| label.place != place)
                {
                    related.push(Label {
                        place,
                        note: render(&at.note, &[variables], secrets),
                    });
                }
            }
        }
    }
    related
}

/// A template that does not parse stands as it is: `check` reports it before.
fn render(template: &str, items: &[&Variables<'_>], secrets: &Secrets) -> String {
    Template::parse(template).map_or_else(
        |_| template.to_owned(),
        |template| template.render(items, secrets),
    )
}

/// Why a finding is less severe on this chain, for [`lowered`].
pub fn unseen(lack: &Lack, secrets: &Secrets) -> String {
    let what = match lack.kind {
        LackKind::EnvironmentOverrides(_) => "an unknown value",
        _ => "an unseen layer",
    };
    format!(
        "{what} may override this ({})",
        secrets.redact(&lack.reason)
    )
}

/// The help of a finding whose severity is one below that of its case, with the reason as its last paragraph.
pub fn lowered(help: &str, severity: Severity, because: &str) -> String {
    let help = help.trim_end();
    let blank = if help.is_empty() { "" } else { "\n\n" };
    let lower = severity.lowered();
    if lower == severity {
        format!("{help}{blank}Not certain: {because}.")
    } else {
        format!("{help}{blank}Severity lowered to {lower}: {because}.")
    }
}

/// The config paths that a finding is about: where its labels are, and what its condition reads by name. Where a
/// condition reads something by name, a label on the whole config says nothing.
fn reads(
    case: &Case,
    primary: Option<ConfigPath>,
    related: impl Iterator<Item = ConfigPath>,
) -> Vec<ConfigPath> {
    let mut paths = config_paths(&case.when);
    let by_name = !paths.is_empty();
    let labels = primary.into_iter().chain(related);
    paths.extend(labels.filter(|path| !(by_name && path.is_root())));
    paths
}

/// The paths below `config.` in a condition, e.g. `backend.database` in `!has(config.backend.database)`.
fn config_paths(when: &str) -> Vec<ConfigPath> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = |at: &usize| {
        let before = when.get(..*at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !is_name(c) && c != '.')
    };
    let starts = when.match_indices("config.").map(|(at, _)| at);
    let path = |at: usize| {
        let rest = when.get(at + "config.".len()..).unwrap_or_default();
        let end = rest.find(|c: char| !is_name(c) && c != '.');
        let (names, after) = rest.split_at(end.unwrap_or(rest.len()));
        let mut names: Vec<&str> = names.split('.').filter(|name| !name.is_empty()).collect();
        // What is called is a function on what is before it.
        if after.starts_with('(') {
            names.pop();
        }
        let mut path = ConfigPath::root();
        for name in names {
            path.push(Part::Key(name.into()));
        }
        path
    };
    starts.filter(begins).map(path).collect()
}
