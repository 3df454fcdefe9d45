//! The parsed text of a settings file to its settings.

use std::sync::Arc;

use super::{
    AppliesTo, ChainSetting, ConnectSetting, FailOn, Globs, Level, PathOverride, RuleSetting,
    SettingVariable, Settings,
};
use crate::files::FilePath;
use crate::finding::Severity;
use crate::text::{Place, SourceId, Span};
use crate::version::Version;
use npm_yaml::{Node, NodeValue};
use rule_card::tree::{Field, Fields, Mistake, Tree};

/// One settings file as it stands: what it extends and which policies it names are yet to be read.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) settings: Settings,
    pub(super) extends: Vec<(Arc<str>, Span)>,
    pub(super) policies: Vec<(Arc<str>, Span)>,
    pub(super) schemas: Vec<RawSchema>,
}

/// A schema that is named, and yet to be read.
#[derive(Debug)]
pub(super) struct RawSchema {
    pub(super) file: FilePath,
    pub(super) span: Span,
    pub(super) applies_to: AppliesTo,
}

/// Reads a settings file in `folder`. Rule names are checked later, when the policies are known.
pub(super) fn read(
    root: &Node,
    source: SourceId,
    folder: &FilePath,
    mistakes: &mut Vec<Mistake<Span>>,
) -> Option<Raw> {
    let place = |span: Span| Place::new(source, span);
    let mut fields = Fields::of(root, mistakes)?;
    fields.optional("required-version", required_version);
    let extends = fields.optional("extends", one_or_more).unwrap_or_default();
    let policies = fields.optional("policies", one_or_more).unwrap_or_default();
    let schemas = fields.optional("schemas", |at| at.list(|at| schema(at, folder)));
    let rules = fields.optional("rules", |at| levels(at, place));
    let overrides = fields.optional("overrides", |at| {
        at.list(|at| {
            let mut fields = at.fields()?;
            let paths = fields.required("paths", |at| globs(at, folder));
            let rules = fields.required("rules", |at| levels(at, place));
            fields.finish();
            Some(PathOverride {
                paths: paths?,
                rules: rules?,
            })
        })
    });
    let chains = fields.optional("chains", |at| chains(at, folder, place));
    let exclude = fields.optional("exclude", |at| globs(at, folder));
    let replicas = fields.optional("replicas", count);
    let max_connections = fields.optional("maxConnections", count);
    let connect = fields.optional("connect", |at| connect(at, &place));
    let environment = fields.optional("environment", |at| variables(at, &place));
    let fail_on = fields.optional("fail-on", |at| {
        let severity = |it: Severity| (it.as_str(), FailOn::From(it));
        at.word(&[
            severity(Severity::Error),
            severity(Severity::Warning),
            severity(Severity::Info),
            ("never", FailOn::Never),
        ])
    });
    let baseline = fields.optional("baseline", |at| Some(folder.join(at.text()?)));
    fields.finish();
    Some(Raw {
        settings: Settings {
            file: None,
            rules: rules.unwrap_or_default(),
            overrides: overrides.unwrap_or_default(),
            chains: chains.unwrap_or_default(),
            exclude: exclude.unwrap_or_default(),
            replicas,
            max_connections,
            connect: connect.unwrap_or_default(),
            environment: environment.unwrap_or_default(),
            policies: Vec::new(),
            schemas: Vec::new(),
            fail_on,
            baseline,
        },
        extends,
        policies,
        schemas: schemas.unwrap_or_default(),
    })
}

/// A schema file, or a mapping of the file and what it judges.
fn schema(at: &mut Field<'_, Node>, folder: &FilePath) -> Option<RawSchema> {
    let named = |at: &mut Field<'_, Node>| Some((folder.join(at.text()?), at.tree.place()));
    if at.tree.entries().is_none() {
        let (file, span) = named(at)?;
        return Some(RawSchema {
            file,
            span,
            applies_to: AppliesTo::Chains(None),
        });
    }
    let mut fields = at.fields()?;
    let file = fields.required("file", named);
    let layers = fields.optional("applies-to", |at| {
        at.word(&[("chains", false), ("layers", true)])
    });
    let layers = layers.unwrap_or_default();
    let chains = fields.optional("chains", |at| match layers {
        true => at.mistake("is for `applies-to: chains`; name layers by `paths`"),
        false => globs(at, &FilePath::root()),
    });
    let paths = fields.optional("paths", |at| match layers {
        true => globs(at, folder),
        false => at.mistake("is for `applies-to: layers`; name chains by `chains`"),
    });
    fields.finish();
    let (file, span) = file?;
    Some(RawSchema {
        file,
        span,
        applies_to: match layers {
            true => AppliesTo::Layers(paths),
            false => AppliesTo::Chains(chains),
        },
    })
}

fn connect(at: &mut Field<'_, Node>, place: &impl Fn(Span) -> Place) -> Option<ConnectSetting> {
    let mut fields = at.fields()?;
    let version = fields.optional("version", |at| {
        let text = at.text()?;
        match Version::parse(text) {
            Some(_) => Some((Arc::from(text), place(at.tree.place()))),
            None => at.mistake("must be a version such as `2026.03.0`"),
        }
    });
    let nodes = fields.optional("nodes", |at| Some((count(at)?, place(at.tree.place()))));
    fields.finish();
    Some(ConnectSetting { version, nodes })
}

fn required_version(at: &mut Field<'_, Node>) -> Option<()> {
    let range = at.text()?;
    let version = Version::parse(env!("CARGO_PKG_VERSION"))?;
    match version.meets(range) {
        None => at.mistake("must be a range of versions such as `>=0.1, <1` or `^0.1`"),
        Some(false) => at.mistake(&format!(
            "requires another version of stagecheck; this is {}",
            env!("CARGO_PKG_VERSION")
        )),
        Some(true) => Some(()),
    }
}

fn one_or_more(at: &mut Field<'_, Node>) -> Option<Vec<(Arc<str>, Span)>> {
    let one = |at: &mut Field<'_, Node>| Some((Arc::from(at.text()?), at.tree.place()));
    if at.tree.items().is_some() {
        at.list(one)
    } else {
        one(at).map(|one| vec![one])
    }
}

/// A mapping of rules or groups to levels.
fn levels(at: &mut Field<'_, Node>, place: impl Fn(Span) -> Place) -> Option<Vec<RuleSetting>> {
    // Nothing but comments below it.
    if at.tree.value == NodeValue::Null {
        return Some(Vec::new());
    }
    let entries = at.tree.entries().unwrap_or_default();
    let keys: Vec<Span> = entries.iter().map(|(_, span, _)| *span).collect();
    let levels = at.pairs(|at| {
        // `off` without quotes is a string here, as YAML 1.2 has it.
        let level = at.tree.text().and_then(|text| text.parse::<Level>().ok());
        Some(match level {
            Some(level) => Some(level),
            None => at.mistake("must be `error`, `warning`, `info` or `off`"),
        })
    })?;
    Some(
        levels
            .into_iter()
            .zip(keys)
            .filter_map(|((name, level), span)| {
                Some(RuleSetting {
                    name: name.into(),
                    level: level?,
                    place: place(span),
                })
            })
            .collect(),
    )
}

fn globs(at: &mut Field<'_, Node>, folder: &FilePath) -> Option<Globs> {
    let mut globs = Globs::default();
    at.list(|at| {
        let glob = at.text()?;
        match globs.push(folder, glob) {
            Ok(()) => Some(()),
            Err(error) => at.mistake(&error.to_string()),
        }
    })?;
    Some(globs)
}

fn chains(
    at: &mut Field<'_, Node>,
    folder: &FilePath,
    place: impl Fn(Span) -> Place,
) -> Option<Vec<ChainSetting>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    at.list(|at| {
        let own = place(at.tree.place());
        let mut fields = at.fields()?;
        let name = fields.required("name", |at| {
            let name = Arc::from(at.text()?);
            if names.contains(&name) {
                return at.mistake("is a duplicate chain name");
            }
            names.push(Arc::clone(&name));
            Some(name)
        });
        let layers = fields.optional("config", |at| {
            if at.tree.items().is_some_and(|items| items.is_empty()) {
                return at.mistake("must not be empty");
            }
            at.list(|at| Some((folder.join(at.text()?), place(at.tree.place()))))
        });
        let production = fields.optional("production", |at| match at.tree.truth() {
            None => at.mistake("must be `true` or `false`"),
            truth => truth,
        });
        let environment = fields.optional("environment", |at| variables(at, &place));
        fields.finish();
        Some(ChainSetting {
            name: name?,
            layers: layers.unwrap_or_default(),
            production,
            environment: environment.unwrap_or_default(),
            place: own,
        })
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the guard admits only what fits
fn count(at: &mut Field<'_, Node>) -> Option<u32> {
    match at.tree.value {
        NodeValue::Number(number)
            if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) =>
        {
            Some(number as u32)
        }
        _ => at.mistake("must be an integer of at least 1"),
    }
}

/// Names and values; a number or boolean is taken as the text it would be in a shell.
fn variables(
    at: &mut Field<'_, Node>,
    place: &impl Fn(Span) -> Place,
) -> Option<Vec<SettingVariable>> {
    let pairs = at.pairs(|at| {
        let value = match &at.tree.value {
            NodeValue::String(text) => Arc::clone(&text.value),
            NodeValue::Bool(value) => value.to_string().into(),
            NodeValue::Number(value) => value.to_string().into(),
            _ => return at.mistake("must be the value of an environment variable: a string"),
        };
        Some((value, place(at.tree.place())))
    })?;
    let variable = |(name, (value, place)): (String, _)| SettingVariable {
        name: name.into(),
        value,
        place,
    };
    Some(pairs.into_iter().map(variable).collect())
}
