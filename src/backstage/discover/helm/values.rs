//! Helm values of the two known charts to what they run.
//!
//! In: the root node of a values file. Out: [`Values`]. Never: a chart's own templates; another chart's values.
//!
//! The official chart (backstage/charts, deployment template) starts `command` with `args`, then `--config` for each
//! of `extraAppConfig`, then `--config` for `appConfig`, all in `installDir`. The Red Hat chart wraps it as
//! `upstream` and keeps the image's own entry point.

use std::sync::Arc;

use crate::backstage::document::NodeExt as _;
use crate::backstage::document::embedded;
use crate::text::{Place, SourceId};
use npm_yaml::{Entry, Node};

use super::shape::{self, Around, Sureness};
use crate::backstage::discover::command::word::{Certainty, Variables, Word};
use crate::backstage::discover::kubernetes::container;

/// Which chart values are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chart {
    /// backstage/charts.
    Official,
    /// Red Hat Developer Hub: the official chart below `upstream`.
    RedHat,
}

/// The parts of a values file that say what is started.
#[derive(Clone)]
pub(super) struct Values {
    pub(super) chart: Chart,
    /// The key `backstage`.
    pub(super) place: Place,
    pub(super) source: SourceId,
    /// `command`, when it is set.
    pub(super) command: Option<(Vec<Word>, Place)>,
    /// `args`, when it is set.
    pub(super) args: Option<(Vec<Word>, Place)>,
    /// `installDir`
    pub(super) folder: Option<String>,
    /// `extraAppConfig`: file name and ConfigMap.
    pub(super) extra: Option<Vec<(Word, String)>>,
    /// The keys that lead to `appConfig`, and its key's place.
    pub(super) config: Option<(Vec<Arc<str>>, Place)>,
    /// What the chart sets for its own database, where `postgresql` is set.
    database: Option<Vec<(String, Word)>>,
    /// Whether it says so itself whether there is one (`postgresql.enabled`).
    sets_database: bool,
    /// `extraEnvVars`, when it is set.
    extra_environment: Option<Vec<(String, Word)>>,
    /// `containerPorts.backend`, when it is set.
    pub(super) port: Option<Word>,
    /// `extraEnvVarsCM`, when it is set: ConfigMaps whose data are variables.
    pub(super) environment_from: Option<Vec<String>>,
}

/// Keys of `backstage` that say what is started.
const MARKS: &[&str] = &[
    "appConfig",
    "extraAppConfig",
    "extraEnvVars",
    "args",
    "command",
    "installDir",
    "extraVolumeMounts",
    "extraEnvVarsCM",
    "extraEnvVarsSecrets",
];

/// Whether a text may be values of ours, at a first look.
pub(crate) fn may_be(text: &str) -> bool {
    let has_mark = || MARKS.iter().any(|mark| text.contains(mark));
    text.contains("backstage:") && (text.contains("repository:") || has_mark())
}

/// Whether a text may be a manifest that deploys one of the two charts, at a first look.
pub(crate) fn may_name_chart(text: &str) -> bool {
    let kinds = ["HelmRelease", "Application"];
    text.contains("chart:") && kinds.iter().any(|kind| text.contains(kind))
}

/// Whether a manifest deploys one of the two charts, by the name of the chart.
pub(super) fn deploys_ours(node: &Node) -> bool {
    let at = |keys: &[&str]| keys.iter().try_fold(node, |node, key| node.get(key));
    let is_ours = |name: Option<&Node>| {
        let name = name.and_then(|name| name.as_str());
        name.is_some_and(|name| matches!(shape::of_name(name), Around::IsOurs))
    };
    match node.get("kind").and_then(|kind| kind.as_str()) {
        Some("HelmRelease") => is_ours(at(&["spec", "chart", "spec", "chart"])),
        Some("Application") => {
            let sources = at(&["spec", "sources"]).map_or(&[][..], |list| list.items());
            is_ours(at(&["spec", "source", "chart"]))
                || sources.iter().any(|source| is_ours(source.get("chart")))
        }
        _ => false,
    }
}

/// Values that a file holds, and how sure it is what they are for.
pub(super) struct Found {
    pub(super) values: Values,
    pub(super) sureness: Sureness,
}

/// The values in the root of a values file, or in the part of a manifest that `keys` lead to: at its top, below
/// `upstream`, or below the name that a chart of one's own gives its dependency. `around` is what is known of the
/// chart. Nothing for what has no `backstage` to speak of.
pub(super) fn values(
    source: SourceId,
    keys: &[&str],
    root: &Node,
    around: &Around,
) -> Option<Found> {
    let parts = parts(root);
    let marked = |entry: &Entry| MARKS.iter().any(|mark| entry.value.get(mark).is_some());
    let found = parts.iter().find_map(|part| {
        let entry = part.parent.entry("backstage")?;
        marked(entry).then_some((part, entry))
    });
    if let Some((part, entry)) = found {
        let sureness = part.sureness(around);
        return Some(part.found(source, keys, entry, sureness));
    }
    // Whoever trusts the command of the image sets little else. Any chart may have such values, so that nothing but
    // keys of the known ones will do.
    parts.iter().find_map(|part| {
        let entry = part.parent.entry("backstage")?;
        entry.value.get("image")?.get("repository")?;
        let sureness = part.sureness(around);
        let is_sure = matches!(sureness, Sureness::Sure);
        is_sure.then(|| part.found(source, keys, entry, sureness))
    })
}

/// A part of values that may hold `backstage`.
struct Part<'n> {
    /// What leads to it.
    keys: Vec<Arc<str>>,
    /// The values of the chart: the whole, or what stands under the name of a dependency.
    chart: &'n Node,
    /// What has the key `backstage`.
    parent: &'n Node,
}

/// The whole, what stands below each key, and Red Hat's `upstream` below the name of a dependency.
fn parts(root: &Node) -> Vec<Part<'_>> {
    let whole = Part {
        keys: Vec::new(),
        chart: root,
        parent: root,
    };
    let below = root.entries().iter().map(|entry| Part {
        keys: vec![Arc::clone(&entry.key.text)],
        chart: root,
        parent: &entry.value,
    });
    let wrapped = root.entries().iter().filter_map(|entry| {
        let inner = entry.value.entry("upstream")?;
        Some(Part {
            keys: vec![Arc::clone(&entry.key.text), Arc::clone(&inner.key.text)],
            chart: &entry.value,
            parent: &inner.value,
        })
    });
    std::iter::once(whole).chain(below).chain(wrapped).collect()
}

impl Part<'_> {
    fn sureness(&self, around: &Around) -> Sureness {
        match &*self.keys {
            [name, _] => shape::sureness_below(around, name, self.chart, self.parent),
            keys => {
                let key = keys.first().map(|key| &**key);
                shape::sureness(around, self.chart, key, self.parent)
            }
        }
    }

    fn found(&self, source: SourceId, keys: &[&str], entry: &Entry, sureness: Sureness) -> Found {
        let keys = keys.iter().map(|key| Arc::from(*key));
        let keys = keys.chain(self.keys.iter().cloned()).collect();
        let place = container::place(source, entry.key.span);
        Found {
            values: read(source, keys, self.parent, &entry.value, place),
            sureness,
        }
    }
}

/// What a manifest names as further values: they are in the cluster, in other files, or in a chart that is not known.
pub(super) fn elsewhere(source: SourceId, node: &Node) -> Vec<Word> {
    let keys: &[&[&str]] = match node.get("kind").and_then(|kind| kind.as_str()) {
        Some("HelmRelease") => &[
            &["spec", "valuesFrom"],
            &["spec", "chartRef"],
            &["spec", "postRenderers"],
            &["spec", "chart", "spec", "valuesFiles"],
        ],
        Some("Application") => &[
            &["spec", "sources"],
            &["spec", "source", "helm", "valueFiles"],
            &["spec", "source", "helm", "parameters"],
            &["spec", "source", "helm", "fileParameters"],
        ],
        _ => return Vec::new(),
    };
    let found = keys.iter().filter_map(|keys| {
        let found = keys.iter().try_fold(node, |node, key| node.get(key))?;
        let text = format!("the `{}` of the deployment", keys.last()?);
        Some(Word::known(text, Place::new(source, found.span)))
    });
    found.collect()
}

/// The part of a manifest that holds values, the keys that lead there, and what it says of the chart: Flux'
/// HelmRelease, an Application of Argo CD with `valuesObject`, which wins, or the text `values`. `host` is the text of
/// the file.
pub(super) fn in_manifest(
    host: &str,
    node: &Node,
) -> Option<(&'static [&'static str], Node, Around)> {
    let at = |keys: &[&str]| keys.iter().try_fold(node, |node, key| node.get(key));
    let named = |keys: &[&str]| {
        let name = at(keys).and_then(|name| name.as_str());
        name.map_or(Around::Nothing, shape::of_name)
    };
    match node.get("kind")?.as_str()? {
        "HelmRelease" => {
            let keys = &["spec", "values"];
            let values = at(keys)?.clone();
            Some((keys, values, named(&["spec", "chart", "spec", "chart"])))
        }
        "Application" => {
            let around = named(&["spec", "source", "chart"]);
            let keys = &["spec", "source", "helm", "valuesObject"];
            if let Some(values) = at(keys) {
                return Some((keys, values.clone(), around));
            }
            let keys = &["spec", "source", "helm", "values"];
            Some((keys, embedded::in_text(host, at(keys)?)?, around))
        }
        _ => None,
    }
}

fn read(
    source: SourceId,
    mut keys: Vec<Arc<str>>,
    parent: &Node,
    node: &Node,
    place: Place,
) -> Values {
    let chart = match keys.last().map(|key| &**key) {
        Some("upstream") => Chart::RedHat,
        _ => Chart::Official,
    };
    let database = database(source, chart, parent, place);
    let extra_environment = node.get("extraEnvVars");
    let extra_environment =
        extra_environment.map(|list| container::environment(source, Some(list)));
    let lists = database.iter().chain(&extra_environment);
    let variables =
        container::expand_environment(&mut lists.flatten().cloned().collect::<Vec<_>>());
    let words = |key: &str| {
        let list = node.get(key)?;
        let words = list
            .items()
            .iter()
            .filter_map(|item| container::word(source, item, &variables));
        Some((words.collect(), container::place(source, list.span)))
    };
    keys.extend([Arc::from("backstage"), Arc::from("appConfig")]);
    let is_set = |node: &&Node| !node.entries().is_empty() || node.as_str().is_some();
    let config = node
        .entry("appConfig")
        .filter(|entry| is_set(&&entry.value));
    let names = |key: &str| {
        let names = node.get(key)?.items().iter();
        let names = names.filter_map(|name| name.as_str());
        Some(names.map(str::to_owned).collect())
    };
    Values {
        chart,
        place,
        source,
        command: words("command"),
        args: words("args"),
        folder: node
            .get("installDir")
            .and_then(|node| node.as_str())
            .map(str::to_owned),
        extra: node
            .get("extraAppConfig")
            .map(|list| extra(source, list, &variables)),
        config: config.map(|entry| (keys, container::place(source, entry.key.span))),
        database,
        sets_database: says_whether_database(parent),
        extra_environment,
        port: node
            .get("containerPorts")
            .and_then(|ports| container::word(source, ports.get("backend")?, &variables)),
        environment_from: names("extraEnvVarsCM"),
    }
}

fn extra(source: SourceId, list: &Node, variables: &Variables) -> Vec<(Word, String)> {
    let one = |item: &Node| {
        let file = container::word(source, item.get("filename")?, variables)?;
        let map = item
            .get("configMapRef")
            .and_then(|map| map.as_str())
            .unwrap_or_default();
        Some((file, map.to_owned()))
    };
    list.items().iter().filter_map(one).collect()
}

/// With `postgresql.enabled` the chart brings its own PostgreSQL and sets the variables that lead to it. The official
/// chart does so only when asked, that of Red Hat unless told not to.
fn database(
    source: SourceId,
    chart: Chart,
    parent: &Node,
    otherwise: Place,
) -> Option<Vec<(String, Word)>> {
    let postgresql = parent.entry("postgresql");
    let enabled = postgresql.and_then(|entry| entry.value.get("enabled"));
    let enabled = enabled.and_then(|node| node.scalar_text());
    match enabled.as_deref() {
        Some("true") => {}
        Some(_) => return Some(Vec::new()),
        None if chart == Chart::RedHat => {}
        None => return None,
    }
    let place = postgresql.map_or(otherwise, |entry| container::place(source, entry.key.span));
    let auth = postgresql.and_then(|entry| entry.value.get("auth"));
    let user = auth.and_then(|auth| auth.get("username"));
    let user = user
        .and_then(|user| user.as_str())
        .unwrap_or("bn_backstage");
    let open = |name: &str| {
        let word = Word {
            certainty: Certainty::Open,
            ..Word::known(format!("${{{name}}}"), place)
        };
        (name.to_owned(), word)
    };
    Some(vec![
        open("POSTGRES_HOST"),
        ("POSTGRES_PORT".to_owned(), Word::known("5432", place)),
        ("POSTGRES_USER".to_owned(), Word::known(user, place)),
        open("POSTGRES_PASSWORD"),
    ])
}

fn says_whether_database(parent: &Node) -> bool {
    let postgresql = parent.get("postgresql");
    postgresql.is_some_and(|postgresql| postgresql.get("enabled").is_some())
}

impl Values {
    /// The variable that the deployment template of the official chart, which Red Hat's wraps, sets in front of all
    /// others, whatever the values say: the port of `containerPorts.backend`, by default 7007.
    pub(super) fn listen_port(&self) -> (String, Word) {
        let port = self.port.clone();
        let port = port.unwrap_or_else(|| Word::known("7007", self.place));
        ("APP_CONFIG_backend_listen_port".to_owned(), port)
    }

    /// These values over those of a file that helm is given before. Lists replace, as in helm.
    pub(super) fn over(mut self, below: &Self) -> Self {
        self.command = self.command.or_else(|| below.command.clone());
        self.args = self.args.or_else(|| below.args.clone());
        self.folder = self.folder.or_else(|| below.folder.clone());
        self.extra = self.extra.or_else(|| below.extra.clone());
        self.database = match self.sets_database {
            true => self.database,
            false => below.database.clone().or(self.database),
        };
        self.sets_database |= below.sets_database;
        let extra = self.extra_environment;
        self.extra_environment = extra.or_else(|| below.extra_environment.clone());
        self.port = self.port.or_else(|| below.port.clone());
        let maps = self.environment_from;
        self.environment_from = maps.or_else(|| below.environment_from.clone());
        self
    }

    /// The variables that the chart sets for its own database, then those of the values.
    pub(super) fn environment(&self) -> impl Iterator<Item = &(String, Word)> {
        let lists = self.database.iter().chain(&self.extra_environment);
        lists.flatten()
    }
}
