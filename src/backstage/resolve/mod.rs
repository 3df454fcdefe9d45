//! Directives and placeholders of one layer: [`Node`]s to [`Value`]s.
//!
//! In: the nodes of a layer, what is known about the environment, and the [`Files`] that directives name. Out: the
//! layer's data as the real loader would hand it to the merge, with open values where it depends on what is not
//! known here, and the problems it found. Never: other layers, anything outside the repository.
//! Facts: `@backstage/config-loader` 1.11, `sources/transform`.

mod directive;
mod include;
mod placeholder;

use std::sync::Arc;

use super::environment::Environment;
use super::value::{Kind, Object, Open, Origin, Text, Value};
use crate::files::{FilePath, Files};
use crate::finding::{Effect, Problem};
use crate::text::{Place, SourceId, Sources, Span};
use crate::yaml::{Entry, Key, MAX_DEPTH, MAX_VALUES, Node, NodeValue};

use include::Includes;
use placeholder::Substituted;

/// Resolves one layer.
pub fn resolve(
    layer: &Unresolved<'_>,
    environment: &Environment,
    files: &dyn Files,
    sources: &mut Sources,
) -> Resolved {
    let mut resolver = Resolver {
        environment,
        files,
        sources,
        includes: Includes::default(),
        problems: Vec::new(),
        values: 0,
        depth: 0,
    };
    let base = Base {
        source: layer.source,
        file: layer.path.clone(),
    };
    let root = resolver.value(layer.root, None, &base);
    let root = resolver.object_at_root(root, layer, &base);
    let Resolver { problems, .. } = resolver;
    Resolved { root, problems }
}

/// A layer as it was parsed.
#[derive(Debug, Clone, Copy)]
pub struct Unresolved<'l> {
    /// The root of its nodes.
    pub root: &'l Node,
    /// The source the nodes stand in.
    pub source: SourceId,
    /// The file: directives are relative to its folder.
    pub path: &'l FilePath,
}

/// A layer as the merge takes it.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Its data: an object. `None` when the layer adds nothing, or the real loader would refuse it.
    pub root: Option<Value>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// The file that a node stands in.
#[derive(Debug, Clone)]
struct Base {
    source: SourceId,
    file: FilePath,
}

impl Base {
    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }
}

struct Resolver<'r> {
    environment: &'r Environment,
    files: &'r dyn Files,
    sources: &'r mut Sources,
    includes: Includes,
    problems: Vec<Problem>,
    values: usize,
    depth: usize,
}

impl Resolver<'_> {
    /// The value of a node; `None` when it disappears.
    fn value(&mut self, node: &Node, key: Option<Place>, base: &Base) -> Option<Value> {
        if let NodeValue::Mapping(entries) = &node.value
            && let Some(directive) = directive::find(entries)
        {
            return self.directive(&directive, entries, node, key, base);
        }
        self.data(node, key, base)
    }

    /// The value of a node that is no directive itself, whatever its keys: how the real loader takes the value
    /// that an `$include` brings. Strings are substituted, and what is below is resolved.
    fn data(&mut self, node: &Node, key: Option<Place>, base: &Base) -> Option<Value> {
        let origin = Origin {
            value: base.place(node.span),
            key,
        };
        if !self.within_limits(origin.value) {
            return None;
        }
        self.depth += 1;
        let kind = match &node.value {
            NodeValue::Null => Some(Kind::Null),
            NodeValue::Bool(value) => Some(Kind::Bool(*value)),
            NodeValue::Number(value) => Some(Kind::Number(*value)),
            NodeValue::String(text) => self.string(text, origin),
            NodeValue::Sequence(items) => Some(Kind::Array(
                items
                    .iter()
                    .filter_map(|item| self.value(item, None, base))
                    .collect(),
            )),
            NodeValue::Mapping(entries) => Some(Kind::Object(self.object(entries, base))),
        };
        self.depth -= 1;
        Some(Value::derived(kind?).with_origin(Some(origin)))
    }

    fn object(&mut self, entries: &[Entry], base: &Base) -> Object {
        let mut object = Object::with_capacity(entries.len());
        for Entry { key, value } in entries {
            // Assigning to `__proto__` sets no key of an object in JavaScript.
            if &*key.text == "__proto__" {
                continue;
            }
            self.report_unknown_directive(key, base);
            if let Some(value) = self.value(value, Some(base.place(key.span)), base) {
                object.insert(Arc::clone(&key.text), value);
            }
        }
        object
    }

    fn string(&mut self, text: &crate::yaml::Text, origin: Origin) -> Option<Kind> {
        let substituted = placeholder::substitute(&text.value, self.environment);
        if let Some(malformed) = &substituted.malformed {
            self.report_malformed(malformed, origin.value);
        }
        match substituted.outcome {
            Substituted::Unchanged => Some(Kind::String(Text {
                value: Arc::clone(&text.value),
                style: Some(text.style),
            })),
            Substituted::Known(value) => Some(Kind::String(Text { value, style: None })),
            Substituted::Undefined => None,
            Substituted::Open { cause, when_unset } => Some(Kind::Open(Box::new(Open {
                written: Arc::clone(&text.value),
                cause,
                when_unset,
                below: None,
            }))),
        }
    }

    fn report_malformed(&mut self, malformed: &placeholder::Malformed, place: Place) {
        self.problems.push(
            Problem::surprising("placeholder-malformed", malformed.message(), place)
                .with_help(malformed.help()),
        );
    }

    fn report_unknown_directive(&mut self, key: &Key, base: &Base) {
        let Some(meant) = directive::misspelt(&key.text) else {
            return;
        };
        let message = "this is not a directive of the loader: the app gets it as plain data";
        self.problems.push(
            Problem::surprising("directive-unknown", message, base.place(key.span))
                .with_help(format!("did you mean `{meant}`?")),
        );
    }

    /// What a root must be. A root that adds nothing is fine.
    fn object_at_root(
        &mut self,
        root: Option<Value>,
        layer: &Unresolved<'_>,
        base: &Base,
    ) -> Option<Value> {
        match root {
            Some(root) if matches!(root.kind, Kind::Object(_)) => Some(root),
            // What a root `$include` would bring is elsewhere; the directive has been reported if it is wrong.
            Some(root) if matches!(root.kind, Kind::Open(_)) && has_directive(layer.root) => None,
            Some(root) if root.kind == Kind::Null && !has_directive(layer.root) => None,
            None if self
                .problems
                .iter()
                .any(|problem| problem.effect == Effect::Fatal) =>
            {
                None
            }
            _ => {
                let message = "the layer is not a mapping: the app does not start with it";
                self.problems.push(
                    Problem::fatal("root-not-object", message, base.place(layer.root.span))
                        .with_help("write `key: value` pairs at the top level of the layer"),
                );
                None
            }
        }
    }

    /// Whether one more value may be looked at. Where the tree is cut short, a problem says so.
    fn within_limits(&mut self, place: Place) -> bool {
        self.values += 1;
        let message = if self.depth >= MAX_DEPTH {
            format!("values nest deeper than {MAX_DEPTH} levels here; what is below is not judged")
        } else if self.values == MAX_VALUES {
            format!(
                "the layer grows to more than {MAX_VALUES} values by aliases and includes; the rest is not judged"
            )
        } else {
            return self.values < MAX_VALUES;
        };
        self.problems
            .push(Problem::fatal("yaml-syntax", message, place));
        false
    }
}

fn has_directive(root: &Node) -> bool {
    matches!(&root.value, NodeValue::Mapping(entries) if directive::find(entries).is_some())
}
