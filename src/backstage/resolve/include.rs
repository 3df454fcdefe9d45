//! `$include`: the data of another file, with that file's folder as the base of its own directives.

use std::collections::HashMap;
use std::sync::Arc;

use super::directive::open;
use super::{Base, Resolver};
use crate::backstage::layer;
use crate::backstage::value::{Kind, OpenCause, Origin, Value};
use crate::files::FilePath;
use crate::finding::{Effect, Problem};
use crate::text::{Place, SourceId, Span};
use crate::yaml::{self, Document, Node, NodeValue};

/// How deep includes may nest.
const NESTING_LIMIT: usize = 32;

/// Files that were included, parsed once, and those being resolved now.
#[derive(Default)]
pub struct Includes {
    parsed: HashMap<FilePath, Option<(SourceId, Arc<Document>)>>,
    open: Vec<Place>,
}

impl Resolver<'_> {
    pub(super) fn include(&mut self, argument: &str, origin: Origin, base: &Base) -> Option<Value> {
        let (file, path) = argument.split_once('#').unwrap_or((argument, ""));
        let parser = match extension(file) {
            Some(".yaml" | ".yml") => Parser::Yaml,
            Some(".json") => Parser::Json,
            _ => {
                let message = "only `.json`, `.yaml` and `.yml` (in lower case) can be included: the app does not start";
                self.problems.push(
                    Problem::fatal("include-unsupported-extension", message, origin.value)
                        .with_help("`$file` takes the text of any file as it is"),
                );
                return Some(unread(argument, origin));
            }
        };
        if self.includes.open.contains(&origin.value) || self.includes.open.len() >= NESTING_LIMIT {
            self.report_cycle(origin);
            return Some(unread(argument, origin));
        }
        let target = base.file.parent().join(file);
        let Some((source, document)) = self.included(&target, parser, origin) else {
            return Some(unread(argument, origin));
        };
        let null = Node {
            span: Span::default(),
            value: NodeValue::Null,
        };
        let root = document.root.as_ref().unwrap_or(&null);
        let found = self.descend(root, path, origin)?;
        let inner = Base {
            source,
            file: target,
        };
        self.includes.open.push(origin.value);
        let value = self.data(found, origin.key, &inner);
        self.includes.open.pop();
        value
    }

    /// The parsed file; `None` when it cannot be had, which is reported at every directive that names it.
    fn included(
        &mut self,
        path: &FilePath,
        parser: Parser,
        origin: Origin,
    ) -> Option<(SourceId, Arc<Document>)> {
        if let Some(known) = self.includes.parsed.get(path) {
            return known.clone();
        }
        let text = match self.files.read(path, layer::MAX_BYTES) {
            Ok(text) => text,
            Err(error) => {
                self.report_unreadable("$include", error, origin.value);
                return None;
            }
        };
        let document = match parser {
            Parser::Yaml => yaml::parse(&text),
            Parser::Json => yaml::parse_json(&text),
        };
        let source = self.sources.add(self.files.source(path, text));
        let problems = layer::problems(&document, source);
        let broken = problems
            .iter()
            .any(|problem| problem.effect == Effect::Fatal);
        self.problems.extend(problems);
        let parsed = (!broken).then(|| (source, Arc::new(document)));
        self.includes.parsed.insert(path.clone(), parsed.clone());
        parsed
    }

    /// The node at `a.b` in an included file.
    fn descend<'n>(&mut self, root: &'n Node, path: &str, origin: Origin) -> Option<&'n Node> {
        let mut node = Some(root);
        for part in path.split('.').filter(|_| !path.is_empty()) {
            let Some(NodeValue::Mapping(entries)) = node.map(|node| &node.value) else {
                self.report_no_path(origin, Effect::Fatal);
                return None;
            };
            node = entries
                .iter()
                .find(|entry| &*entry.key.text == part)
                .map(|entry| &entry.value);
        }
        if node.is_none() {
            self.report_no_path(origin, Effect::Surprising);
        }
        node
    }

    fn report_no_path(&mut self, origin: Origin, effect: Effect) {
        let message = match effect {
            Effect::Fatal => {
                "the included file has nothing at the path behind `#`: the app does not start"
            }
            Effect::Surprising => {
                "the included file has nothing at the path behind `#`: the key silently disappears"
            }
        };
        self.problems.push(Problem {
            effect,
            ..Problem::fatal("include-path-not-found", message, origin.value).with_help(
                "the path is a list of keys with dots between, from the root of that file",
            )
        });
    }

    fn report_cycle(&mut self, origin: Origin) {
        let message = if self.includes.open.contains(&origin.value) {
            "this include leads back to itself: the app never finishes loading".to_owned()
        } else {
            format!("includes nest deeper than {NESTING_LIMIT} here; what is below is not judged")
        };
        let problem = Problem::fatal("include-cycle", message, origin.value);
        let from = self.includes.open.last();
        let from = from.filter(|place| **place != origin.value).copied();
        self.problems.push(match from {
            Some(place) => problem.with_related(place, "included from here"),
            None => problem,
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parser {
    Yaml,
    Json,
}

fn unread(argument: &str, origin: Origin) -> Value {
    let argument: Arc<str> = argument.into();
    let kind: Kind = open(Arc::clone(&argument), OpenCause::Include(argument));
    Value::derived(kind).with_origin(Some(origin))
}

/// The extension as Node's `path.extname` has it: from the last dot of the name, unless that is its start.
fn extension(path: &str) -> Option<&str> {
    let name = path.trim_end_matches('/').rsplit('/').next()?;
    let dot = name.rfind('.').filter(|dot| *dot > 0)?;
    name.get(dot..)
}
