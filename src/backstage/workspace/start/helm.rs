//! Helm values of the two known charts to what they run.
//!
//! In: the root node of a values file. Out: [`Values`]. Never: a chart's own templates; another chart's values.
//!
//! The official chart (backstage/charts, deployment template) starts `command` with `args`, then `--config` for each
//! of `extraAppConfig`, then `--config` for `appConfig`, all in `installDir`. The Red Hat chart wraps it as
//! `upstream` and keeps the image's own entry point.

use std::sync::Arc;

use crate::backstage::workspace::document::NodeExt as _;
use crate::text::{Place, SourceId};
use crate::yaml::Node;

use super::kubernetes;
use super::word::{Variables, Word};

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
    /// `extraEnvVars`, and what the chart sets for its own database.
    pub(super) environment: Vec<(String, Word)>,
    /// ConfigMaps whose data are variables.
    pub(super) environment_from: Vec<String>,
}

/// Keys of `backstage` that only these charts have.
const MARKS: &[&str] = &[
    "appConfig",
    "extraAppConfig",
    "extraEnvVars",
    "args",
    "command",
    "installDir",
    "extraVolumeMounts",
];

/// Whether a text may be values of ours, at a first look.
pub(super) fn may_be(text: &str) -> bool {
    text.contains("backstage:") && MARKS.iter().any(|mark| text.contains(mark))
}

/// The values for a chart in the root of a values file: at the top, below `upstream`, or below the name that a chart
/// of one's own gives its dependency.
pub(super) fn values(source: SourceId, root: &Node) -> Option<Values> {
    let at_top = std::iter::once((Vec::new(), root));
    let below = root
        .entries()
        .iter()
        .map(|entry| (vec![Arc::clone(&entry.key.text)], &entry.value));
    at_top.chain(below).find_map(|(keys, parent)| {
        let entry = parent.entry("backstage")?;
        let is_ours = MARKS.iter().any(|mark| entry.value.get(mark).is_some());
        is_ours.then(|| {
            read(
                source,
                keys,
                parent,
                &entry.value,
                kubernetes::place(source, entry.key.span),
            )
        })
    })
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
    let mut environment = database(source, parent);
    environment.extend(kubernetes::environment(source, node.get("extraEnvVars")));
    let mut variables = Variables::default();
    for (name, word) in &environment {
        variables.set(name, &word.text, word.certainty);
    }
    let words = |key: &str| {
        let list = node.get(key)?;
        let words = list
            .items()
            .iter()
            .filter_map(|item| kubernetes::word(source, item, &variables));
        Some((words.collect(), kubernetes::place(source, list.span)))
    };
    keys.extend([Arc::from("backstage"), Arc::from("appConfig")]);
    let is_set = |node: &&Node| !node.entries().is_empty() || node.as_str().is_some();
    let config = node
        .entry("appConfig")
        .filter(|entry| is_set(&&entry.value));
    let maps = node
        .get("extraEnvVarsCM")
        .map_or(&[][..], |list| list.items());
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
        config: config.map(|entry| (keys, kubernetes::place(source, entry.key.span))),
        environment,
        environment_from: maps
            .iter()
            .filter_map(|map| map.as_str())
            .map(str::to_owned)
            .collect(),
    }
}

fn extra(source: SourceId, list: &Node, variables: &Variables) -> Vec<(Word, String)> {
    let one = |item: &Node| {
        let file = kubernetes::word(source, item.get("filename")?, variables)?;
        let map = item
            .get("configMapRef")
            .and_then(|map| map.as_str())
            .unwrap_or_default();
        Some((file, map.to_owned()))
    };
    list.items().iter().filter_map(one).collect()
}

/// With `postgresql.enabled` the chart brings its own PostgreSQL and sets the variables that lead to it.
fn database(source: SourceId, parent: &Node) -> Vec<(String, Word)> {
    let Some(postgresql) = parent.entry("postgresql") else {
        return Vec::new();
    };
    let enabled = postgresql
        .value
        .get("enabled")
        .and_then(|node| node.scalar_text());
    if enabled.as_deref() != Some("true") {
        return Vec::new();
    }
    let place = kubernetes::place(source, postgresql.key.span);
    let user = postgresql
        .value
        .get("auth")
        .and_then(|auth| auth.get("username"));
    let user = user
        .and_then(|user| user.as_str())
        .unwrap_or("bn_backstage");
    let open = |name: &str| {
        let word = Word {
            certainty: super::word::Certainty::Open,
            ..Word::known(format!("${{{name}}}"), place)
        };
        (name.to_owned(), word)
    };
    vec![
        open("POSTGRES_HOST"),
        ("POSTGRES_PORT".to_owned(), Word::known("5432", place)),
        ("POSTGRES_USER".to_owned(), Word::known(user, place)),
        open("POSTGRES_PASSWORD"),
    ]
}

impl Values {
    /// These values over those of a file that helm is given before. Lists replace, as in helm.
    pub(super) fn over(mut self, below: &Self) -> Self {
        self.command = self.command.or_else(|| below.command.clone());
        self.args = self.args.or_else(|| below.args.clone());
        self.folder = self.folder.or_else(|| below.folder.clone());
        self.extra = self.extra.or_else(|| below.extra.clone());
        let own = std::mem::take(&mut self.environment);
        self.environment = below.environment.clone();
        self.environment.extend(own);
        if self.environment_from.is_empty() {
            self.environment_from = below.environment_from.clone();
        }
        self
    }
}
