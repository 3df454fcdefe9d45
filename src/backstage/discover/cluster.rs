//! The YAML files that a cluster is given: each is a manifest, values of a chart, or neither.
//!
//! In: the YAML files of a listing. Out: the chains of the manifests ([`kubernetes`](super::kubernetes)), then those of
//! the values ([`helm`](super::helm)), which may name ConfigMaps among the manifests.

use std::sync::Arc;

use super::command::word::Word;
use super::compose::file::is_compose;
use super::dynamic_plugins;
use super::helm::{ValuesIn, values};
use super::kubernetes::{Cluster, kustomize, objects};
use super::reader::Reader;
use super::source::Source;
use crate::backstage::document;
use crate::backstage::words::names::{self, NameKind};
use crate::files::FilePath;
use crate::text::{Place, SourceId, Span};

/// Manifests and values of charts as a source of start commands.
pub(super) struct Manifests;

impl Source for Manifests {
    fn wants(&self, name: &str) -> bool {
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        let may_hold = match names::kind_of(name) {
            // A manifest may have the name of a layer.
            NameKind::Unrelated | NameKind::Layer(_) => true,
            NameKind::NotALayer(_) => false,
        };
        is_yaml && !is_compose(name) && may_hold || kustomize::is_kustomization(name)
    }

    fn processes(&self, files: &[&FilePath], reader: &mut Reader<'_>) {
        let is_layer = |path: &FilePath| reader.is_layer(path);
        let manifests = files.iter().copied().filter(|path| !is_layer(path));
        let manifests: Vec<&FilePath> = manifests.collect();
        reader.cluster(manifests.into_iter());
    }
}

/// What begins the name of a variable that sets a config value.
const VARIABLE: &str = "APP_CONFIG_";

/// How many variables of one template are noted.
const VARIABLE_LIMIT: usize = 100;

/// Whether a template may choose the layers of a portal: it names one, or has the option for them. `--config` is an
/// option of many programs, so that something in it has to be a portal's; `--config.file` is another one.
fn chooses_layers(text: &str) -> bool {
    let is_option = |rest: &str| {
        !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    let has_option = || text.split("--config").skip(1).any(is_option);
    let portals = ["backstage", "packages/backend", VARIABLE];
    text.contains("app-config") || has_option() && portals.iter().any(|word| text.contains(word))
}

/// The variables in a text that set a config value.
fn variables(text: &str, source: SourceId) -> Vec<Word> {
    let found = text.match_indices(VARIABLE).take(VARIABLE_LIMIT);
    found
        .filter_map(|(start, _)| {
            let rest = text.get(start..)?;
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let place = Place::new(source, Span::new(start, start + length));
            Some(Word::known(rest.get(..length)?, place))
        })
        .collect()
}

/// The manifests and values of a listing.
#[derive(Default)]
struct Found {
    cluster: Cluster,
    values: Vec<ValuesIn>,
}

impl Reader<'_> {
    /// Reads manifests and values of these files, then what they start.
    fn cluster<'p>(&mut self, paths: impl Iterator<Item = &'p FilePath>) {
        let mut found = Found::default();
        for path in paths {
            self.collect(path, &mut found);
        }
        self.workloads(&mut found.cluster);
        self.charts(&found.values, &found.cluster);
    }

    fn collect(&mut self, path: &FilePath, found: &mut Found) {
        if kustomize::is_kustomization(path.name()) {
            found.cluster.kustomizations.push(path.clone());
            return;
        }
        let Some(text) = self.text(path) else {
            return;
        };
        if text.contains(kustomize::FLUX) && text.contains("path:") {
            found.cluster.flux.push(path.clone());
        }
        let is_template =
            text.contains("{{") && text.contains("kind:") && text.contains("containers:");
        if is_template && !chooses_layers(&text) && text.contains(VARIABLE) {
            let source = self.add_source(path, Arc::clone(&text));
            self.override_images(path, &variables(&text, source));
            return self.leave_out(path, "is a template");
        }
        if is_template && chooses_layers(&text) {
            let source = self.add_source(path, Arc::clone(&text));
            let at = text.find("containers:").unwrap_or_default();
            let place = Place::new(source, Span::new(at, at + "containers".len()));
            self.overrule_images(path, &Word::known(format!("the template `{path}`"), place));
            return self.leave_out(path, "is a template");
        }
        if text.contains("{{") && text.contains("app-config") && text.contains("kind:") {
            return self.leave_out(path, "is a template");
        }
        let is_values = values::may_be(&text) || values::may_name_chart(&text);
        let has_plugins = dynamic_plugins::may_be(&text);
        if !is_values && !has_plugins && !objects::may_be(&text) {
            return self.note_own_keys(path, &text);
        }
        let source = self.add_source(path, Arc::clone(&text));
        if document::has_more(&text) {
            self.leave_out(path, "has too many documents; the rest is ignored");
        }
        let documents = document::documents(&text, &|text| {
            let is_values = values::may_be(text) || values::may_name_chart(text);
            is_values || objects::may_be(text) || dynamic_plugins::may_be(text)
        });
        if documents.is_empty() && text.contains("{{") {
            self.leave_out(path, "is a template");
        }
        for (range, node) in documents {
            if has_plugins {
                self.plugin_configs(path, source, &range, &node);
            }
            let objects = objects::objects(path, source, &range, &node);
            if objects.is_empty() {
                found.values.extend(self.values(path, source, range, &node));
            }
            for object in objects {
                found.cluster.take(path, object);
            }
        }
    }

    /// Says so when values name a layer under a key that only their own chart can read.
    fn note_own_keys(&mut self, path: &FilePath, text: &str) {
        if !path.name().starts_with("values") || !text.contains("app-config") {
            return;
        }
        let code = text
            .lines()
            .map(|line| line.split(" #").next().unwrap_or(line));
        let code = code.filter(|line| !line.trim_start().starts_with('#'));
        let words = code.flat_map(|line| line.split([' ', '"', '\'', ',', '[', ']', '/']));
        let mut layers = words.filter(|word| matches!(names::kind_of(word), NameKind::Layer(_)));
        if let Some(layer) = layers.next() {
            let reason = format!("sets `{layer}` under a key of an unknown chart");
            self.leave_out(path, reason);
        }
    }
}
