//! A start command to a chain.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::files::{FilePath, Files};
use crate::finding::ChainName;
use crate::text::Place;

use super::command::word::{Certainty, Word};
use super::command::{Arguments, NO_VALUE, base_name};
use super::image::paths::Resolved;
use crate::backstage::words::names;
use crate::backstage::words::{
    Chain, ChainLayer, ChainOrigin, EnvironmentVariable, Lack, LackKind, LayerRole, RunsIn,
    StartKind,
};

/// What a start command says, before it is a chain.
pub(super) struct Draft {
    /// What to call the chain.
    pub(super) name: String,
    /// What kind of file the command stands in.
    pub(super) kind: StartKind,
    /// The command.
    pub(super) place: Option<Place>,
    /// The layers, each with what is at its path.
    pub(super) layers: Vec<(Option<Word>, Resolved)>,
    /// Who picked them.
    pub(super) picks: Picks,
    /// Scripts of the repository that were read on the way to them.
    pub(super) read_scripts: Vec<FilePath>,
    /// Words that may add arguments: an entry point script, a variable.
    pub(super) unread: Vec<Word>,
    /// What else is known not to be here.
    pub(super) lacks: Vec<Lack>,
    /// Variables that the file sets, in order; later ones win.
    pub(super) environment: Vec<(String, Word)>,
    /// Whether the command itself says that nobody but its developer uses it.
    pub(super) audience: Audience,
    /// What it runs in.
    pub(super) runs_in: RunsIn,
}

/// Who picks the layers of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picks {
    /// `--config`
    Command,
    /// The loader.
    Loader,
}

/// Who depends on what a start command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// People: an image, a compose service, a cluster.
    People,
    /// Its developer.
    Developer,
}

/// How many layers of one chain are read: nobody writes as many.
const LAYER_LIMIT: usize = 100;

/// Leaves of a layer that is named over and over its last two mentions: the others change nothing, since each sets the
/// same again, and each would cost as much as the first.
fn drop_repetitions(layers: &mut Vec<ChainLayer>) {
    let mut mentions: BTreeMap<FilePath, usize> = BTreeMap::new();
    layers.reverse();
    layers.retain(|layer| {
        let mentions = mentions.entry(layer.path.clone()).or_default();
        *mentions += 1;
        *mentions <= 2
    });
    layers.reverse();
}

impl Draft {
    /// How many of the layers are here.
    pub(super) fn found(&self) -> usize {
        let is_here = |(_, resolved): &&(Option<Word>, Resolved)| {
            let kept_out = matches!(resolved, Resolved::KeptOut(..));
            kept_out || resolved.file().is_some()
        };
        self.layers.iter().filter(is_here).count()
    }

    /// The first layer that is here.
    pub(super) fn first(&self) -> Option<&FilePath> {
        self.layers.iter().find_map(|(_, resolved)| resolved.file())
    }

    /// Takes each layer that is mounted from somewhere else for the file of the repository that `named` finds for its
    /// name: what a deployment mounts has usually been made of it.
    pub(super) fn adopt_namesakes(&mut self, named: impl Fn(&str) -> Option<FilePath>) {
        for (word, resolved) in &mut self.layers {
            let Some(word) = word.as_ref().filter(|_| *resolved == Resolved::Mounted) else {
                continue;
            };
            let name = base_name(&word.text);
            if let Some(file) = named(name).filter(|_| !word.text.contains("://")) {
                *resolved = Resolved::Namesake(file);
            }
        }
    }

    /// Whether the start command sets a variable.
    pub(super) fn sets(&self, variable: &str) -> bool {
        self.environment.iter().any(|(name, _)| name == variable)
    }

    /// The chain, and the layers in it.
    pub(super) fn chain(self, files: &dyn Files) -> Chain {
        let mut layers = Vec::new();
        let mut lacks = Vec::new();
        let is_named = self.layers.iter().any(|(word, _)| word.is_some());
        let named = self.layers.len();
        if named > LAYER_LIMIT {
            let first = self.layers.get(LAYER_LIMIT);
            let word = first.and_then(|(word, _)| word.as_ref());
            lacks.push(Lack {
                reason: format!("it loads {named} layers; only the first {LAYER_LIMIT} are read"),
                place: word.map(|word| word.place),
                kind: LackKind::Unreadable,
            });
        }
        for (word, resolved) in self.layers.into_iter().take(LAYER_LIMIT) {
            let place = word.as_ref().map(|word| word.place);
            if let Some(kind) = lack_kind(&resolved, word.as_ref()) {
                let shown = |file: &FilePath| files.display(file);
                lacks.push(Lack {
                    reason: reason(&kind, &resolved, word.as_ref(), &shown),
                    place,
                    kind,
                });
            }
            if let Some(path) = resolved.file() {
                layers.push(ChainLayer {
                    path: path.clone(),
                    named_at: place,
                });
            }
        }
        drop_repetitions(&mut layers);
        for word in self.unread.into_iter().take(LAYER_LIMIT) {
            lacks.push(Lack {
                reason: match word.text.starts_with("the ") {
                    true => format!("{} may add layers", word.text),
                    false => format!("`{}` may add layers", word.text),
                },
                place: Some(word.place),
                kind: LackKind::Unreadable,
            });
        }
        let is_unread = |lack: &Lack| lack.kind == LackKind::Environment && is_named;
        let (unread_environment, others) = self.lacks.into_iter().partition(is_unread);
        lacks.extend::<Vec<Lack>>(others);
        let mut environment = environment(self.kind, &self.environment, &mut lacks);
        // Compose and a shell pass on what is not set as an empty text, or not at all. A variable that sets config on
        // top does so all the same, as soon as it has a value.
        if !matches!(self.kind, StartKind::Kubernetes | StartKind::Helm) {
            environment.retain(|variable| variable.value.is_some() || variable.is_override());
        }
        let production = self.audience == Audience::People
            || layers
                .iter()
                .any(|layer| names::is_production(&LayerRole::of(&layer.path)));
        Chain {
            name: ChainName(self.name.into()),
            origin: self
                .place
                .map_or(ChainOrigin::Convention, |place| ChainOrigin::StartCommand {
                    kind: self.kind,
                    place,
                }),
            layers,
            production,
            lacks,
            unread_environment,
            local_layer: None,
            environment,
            runs_in: self.runs_in,
        }
    }
}

/// Variables that come from something that is not here.
pub(super) fn unread_variables(from: &str, place: Place) -> Lack {
    Lack {
        reason: format!("variables come from {from}, which is not in the repository"),
        place: Some(place),
        kind: LackKind::Environment,
    }
}

/// The layers that a command names, each with what `resolve` finds at its path.
pub(super) fn named_layers(
    arguments: &Arguments,
    resolve: impl Fn(&Word) -> Resolved,
) -> Vec<(Option<Word>, Resolved)> {
    arguments
        .configs
        .iter()
        .map(|word| {
            let resolved = if word.text.contains("://") {
                Resolved::Mounted
            } else {
                resolve(word)
            };
            (Some(word.clone()), resolved)
        })
        .collect()
}

fn lack_kind(resolved: &Resolved, word: Option<&Word>) -> Option<LackKind> {
    let written = || Arc::from(word.map_or("", |word| word.text.as_str()));
    match resolved {
        Resolved::File(_) => word
            .is_some_and(|word| word.certainty == Certainty::Default)
            .then_some(LackKind::OpenName),
        Resolved::Open | Resolved::Namesake(_) | Resolved::Assumed(_) => Some(LackKind::OpenName),
        Resolved::Changed(..) | Resolved::Made(_) => Some(LackKind::Made),
        Resolved::Mounted => Some(LackKind::Mounted(written())),
        Resolved::Foreign(file) => Some(LackKind::Foreign(file.clone())),
        Resolved::Absent(file) => Some(LackKind::Absent(file.clone())),
        Resolved::KeptOut(file, _) | Resolved::NotCopied(file) => {
            Some(LackKind::KeptOut(file.clone()))
        }
    }
}

fn reason(
    kind: &LackKind,
    resolved: &Resolved,
    word: Option<&Word>,
    shown: &dyn Fn(&FilePath) -> String,
) -> String {
    let written = word.map_or("it", |word| word.text.as_str());
    match (kind, resolved) {
        // A URL may hold credentials: it is not repeated.
        (LackKind::Mounted(_) | LackKind::Foreign(_), _) if written.contains("://") => {
            "a layer is loaded from a URL".into()
        }
        (LackKind::Mounted(_) | LackKind::Foreign(_), _) if word.is_none() => {
            "the default base layer is not in this repository".into()
        }
        (LackKind::Mounted(_) | LackKind::Foreign(_), _) => {
            format!("`{written}` is not in this repository")
        }
        (LackKind::OpenName, _) if written == NO_VALUE => {
            "the command line ends with `--config`: another layer is added elsewhere".into()
        }
        (LackKind::OpenName, Resolved::Namesake(file)) => format!(
            "`{written}` is assumed to be `{}`, the only file with this name",
            shown(file)
        ),
        (LackKind::OpenName, Resolved::Assumed(file)) if word.is_none() => format!(
            "the base layer of the image is assumed to be `{}`",
            shown(file)
        ),
        (LackKind::OpenName, Resolved::Assumed(file)) => format!(
            "`{written}` is assumed to be `{}`, but the image is not built here",
            shown(file)
        ),
        (LackKind::OpenName, _) => {
            format!("`{written}` depends on the environment")
        }
        (LackKind::Absent(file), _) => format!("`{}` does not exist", shown(file)),
        (_, Resolved::Changed(file, by)) => format!("{by} changes `{}`", shown(file)),
        (_, Resolved::Made(by)) if word.is_none() => {
            format!("{by} creates a layer that the loader loads by default")
        }
        (_, Resolved::Made(by)) => format!("{by} creates `{written}`"),
        (_, Resolved::NotCopied(file)) => {
            format!("no `COPY` adds `{}` to the image", shown(file))
        }
        (_, Resolved::KeptOut(file, by)) => {
            format!("{by} excludes `{}` from the image", shown(file))
        }
        _ => written.into(),
    }
}

/// The variables, the last of each name. Those that set config on top are lacks.
fn environment(
    kind: StartKind,
    variables: &[(String, Word)],
    lacks: &mut Vec<Lack>,
) -> Vec<EnvironmentVariable> {
    let mut environment = Vec::new();
    let numbered = variables.iter().enumerate();
    let last: HashMap<&str, usize> = numbered
        .map(|(index, (name, _))| (name.as_str(), index))
        .collect();
    let mut places: HashSet<Place> = lacks.iter().filter_map(|lack| lack.place).collect();
    for (index, (name, value)) in variables.iter().enumerate() {
        // `ENV NAME=` makes room for what a deployment sets.
        let is_room = kind == StartKind::Dockerfile && value.text.is_empty();
        if last.get(name.as_str()) == Some(&index) && !is_room {
            environment.push(EnvironmentVariable {
                name: name.as_str().into(),
                value: (value.certainty == Certainty::Known).then(|| value.text.as_str().into()),
                place: Some(value.place),
                service: service_of(value)
                    .filter(|_| kind == StartKind::Kubernetes)
                    .map(Arc::from),
            });
        }
        // A literal value is applied; only one that is not known leaves its path open.
        let is_unknown =
            last.get(name.as_str()) == Some(&index) && value.certainty != Certainty::Known;
        if is_unknown && name.starts_with("APP_CONFIG_") && places.insert(value.place) {
            lacks.push(Lack {
                reason: format!("`{name}` overrides a value"),
                place: Some(value.place),
                kind: LackKind::EnvironmentOverrides(name.as_str().into()),
            });
        }
    }
    environment
}

/// What begins the value of a variable that Kubernetes sets for a Service. The address behind it is not known before the
/// Service is made; here the name of the Service stands for it.
pub(super) const SERVICE_SCHEME: &str = "tcp://";

/// The Service that a variable of this value leads to.
fn service_of(value: &Word) -> Option<&str> {
    let is_open = value.certainty == Certainty::Open;
    value.text.strip_prefix(SERVICE_SCHEME).filter(|_| is_open)
}
