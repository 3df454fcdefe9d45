//! Which schemas lead to which: what one judgement costs is known before it is made.
//!
//! In: the documents of a schema. Out: a [`Graph`], or the mistakes that would make a judgement endless. The validator
//! follows a schema without counting: a schema that comes back to itself for the same value would overflow the stack,
//! and unions within unions may ask exponentially many questions.

use std::collections::HashMap;

use jsonschema::{Draft, Registry, Uri};
use referencing::Resolver;
use serde_json::Value as Json;

use super::document::{Document, address};
use super::load::{SchemaMistake, uri_scheme};
use crate::text::{Place, SourceId, Span};

/// How many schemas one schema may hold, those it refers to included.
const MAX_SCHEMAS: usize = 50_000;

/// How long a way from schema to schema may be, from the root to the innermost, each counted once. Compiling recurses
/// along it.
const MAX_WAY: usize = 600;

/// How many questions one judgement of a value may take: how often a schema is held against a value.
const MAX_STEPS: u64 = 2_000_000;

/// How deep one judgement may nest: schemas within schemas, along values within values.
const MAX_NESTING: u32 = 2_500;

/// Regular expressions with their places.
pub(super) type Patterns = Vec<(String, Place)>;

/// The schemas of a file and of those it refers to.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// The root first.
    nodes: Vec<Node>,
    /// Whether some schema judges list items by their position.
    pub has_tuples: bool,
}

/// One schema, by what it leads to.
#[derive(Debug, Default)]
struct Node {
    /// Schemas for the same value.
    same: Vec<usize>,
    /// Schemas for the value of a key.
    keys: Vec<(Box<str>, usize)>,
    /// Schemas for the value of any key.
    any_key: Vec<usize>,
    /// Schemas for any item.
    any_item: Vec<usize>,
    /// Schemas for the names of keys.
    names: Vec<usize>,
    /// Whether it asks which keys or items the other keywords have judged, which asks them again.
    has_unevaluated: bool,
}

/// Why a value cannot be judged by a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooMuch {
    /// It takes too many steps.
    Steps,
    /// It nests too deep.
    Nesting,
}

impl Graph {
    /// The schemas that the root leads to, and every regular expression in them with its place.
    ///
    /// # Errors
    /// References to nothing, and schemas that lead back to themselves.
    pub fn of(
        documents: &[Document],
        root: &Uri<String>,
        draft: Draft,
        registry: &Registry<'_>,
    ) -> Result<(Self, Patterns), Vec<SchemaMistake>> {
        let mut builder = Builder {
            spans: documents
                .iter()
                .map(|document| (document.source, document.spans()))
                .collect(),
            start: documents.first().map(|document| document.place_at("")),
            known: HashMap::new(),
            waiting: Vec::new(),
            places: Vec::new(),
            dynamic: Vec::new(),
            anchors: Vec::new(),
            patterns: Vec::new(),
            graph: Self::default(),
            mistakes: Vec::new(),
        };
        let resolver = registry.resolver(root.clone());
        match resolver.lookup("#") {
            Ok(found) => {
                let (json, resolver, _) = found.into_inner();
                builder.node(json, resolver, draft, false, None);
            }
            Err(error) => builder.mistake(error.to_string(), builder.start),
        }
        while let Some(next) = builder.waiting.pop() {
            if builder.graph.nodes.len() > MAX_SCHEMAS {
                let message = format!("holds more than {MAX_SCHEMAS} schemas");
                builder.mistake(message, builder.start);
                break;
            }
            builder.visit(next);
        }
        builder.link_dynamic();
        builder.refuse_endless();
        match builder.mistakes.is_empty() {
            true => Ok((builder.graph, builder.patterns)),
            false => Err(builder.mistakes),
        }
    }

    /// Whether a value can be judged in bounds.
    ///
    /// # Errors
    /// Which bound it passes.
    pub fn estimate(&self, value: &Json) -> Result<(), TooMuch> {
        let mut estimate = Estimate {
            graph: self,
            known: HashMap::new(),
            depth: 0,
            failure: None,
        };
        let steps = estimate.steps(value, 0);
        match estimate.failure {
            Some(failure) => Err(failure),
            None if steps > MAX_STEPS => Err(TooMuch::Steps),
            None => Ok(()),
        }
    }
}

/// Counts what a judgement asks, each pair of value and schema once.
struct Estimate<'g> {
    graph: &'g Graph,
    known: HashMap<(usize, usize), u64>,
    depth: u32,
    failure: Option<TooMuch>,
}

impl Estimate<'_> {
    fn steps(&mut self, value: &Json, node: usize) -> u64 {
        let pair = (address(value), node);
        if let Some(known) = self.known.get(&pair) {
            return *known;
        }
        if self.failure.is_some() {
            return 0;
        }
        if self.depth >= MAX_NESTING {
            self.failure = Some(TooMuch::Nesting);
            return 0;
        }
        if self.known.len() as u64 > MAX_STEPS {
            self.failure = Some(TooMuch::Steps);
            return 0;
        }
        let Some(schema) = self.graph.nodes.get(node) else {
            return 0;
        };
        self.depth += 1;
        let mut steps = 0_u64;
        for next in &schema.same {
            steps = steps.saturating_add(self.steps(value, *next));
        }
        match value {
            Json::Object(object) => {
                for (key, next) in &schema.keys {
                    if let Some(child) = object.get(&**key) {
                        steps = steps.saturating_add(self.steps(child, *next));
                    }
                }
                for next in &schema.any_key {
                    for child in object.values() {
                        steps = steps.saturating_add(self.steps(child, *next));
                    }
                }
                // A name is a string, and what is asked of it leads to no further value.
                let names = Json::String(String::new());
                for next in &schema.names {
                    let each = self.steps(&names, *next);
                    steps = steps.saturating_add(each.saturating_mul(object.len() as u64));
                }
            }
            Json::Array(items) => {
                for next in &schema.any_item {
                    for child in items {
                        steps = steps.saturating_add(self.steps(child, *next));
                    }
                }
            }
            _ => {}
        }
        if schema.has_unevaluated {
            steps = steps.saturating_mul(2);
        }
        self.depth -= 1;
        let steps = steps.saturating_add(1);
        self.known.insert(pair, steps);
        steps
    }
}

/// Walks the documents.
struct Builder<'r> {
    /// Where each value of a document stands.
    spans: Vec<(SourceId, HashMap<usize, Span>)>,
    start: Option<Place>,
    /// Nodes by the address of their schema.
    known: HashMap<usize, usize>,
    waiting: Vec<Waiting<'r>>,
    /// Where each node stands; `None` in a meta-schema.
    places: Vec<Option<Place>>,
    /// Nodes with a reference that is resolved where it is used, and the name it asks for.
    dynamic: Vec<(usize, Box<str>)>,
    /// Nodes that such a reference may lead to.
    anchors: Vec<(Box<str>, usize)>,
    /// Regular expressions.
    patterns: Patterns,
    graph: Graph,
    mistakes: Vec<SchemaMistake>,
}

/// A schema that is to be visited.
struct Waiting<'r> {
    node: usize,
    json: &'r Json,
    resolver: Resolver<'r>,
    draft: Draft,
    /// Whether it was found by a reference.
    is_entered: bool,
}

impl<'r> Builder<'r> {
    /// The node of a schema, which is visited later when it is new.
    fn node(
        &mut self,
        json: &'r Json,
        resolver: Resolver<'r>,
        draft: Draft,
        is_entered: bool,
        near: Option<Place>,
    ) -> usize {
        if let Some(known) = self.known.get(&address(json)) {
            return *known;
        }
        let node = self.graph.nodes.len();
        self.graph.nodes.push(Node::default());
        self.places.push(self.place(json).or(near));
        self.known.insert(address(json), node);
        self.waiting.push(Waiting {
            node,
            json,
            resolver,
            draft,
            is_entered,
        });
        node
    }

    fn place(&self, json: &Json) -> Option<Place> {
        let at = address(json);
        self.spans.iter().find_map(|(source, spans)| {
            let span = spans.get(&at)?;
            Some(Place::new(*source, *span))
        })
    }

    fn mistake(&mut self, message: String, place: Option<Place>) {
        if let Some(place) = place.or(self.start) {
            self.mistakes.push(SchemaMistake { message, place });
        }
    }

    fn visit(&mut self, next: Waiting<'r>) {
        let Json::Object(object) = next.json else {
            return;
        };
        let near = self.places.get(next.node).copied().flatten();
        let draft = next.draft.detect(next.json);
        let own = draft.create_resource_ref(next.json);
        // What was looked up under a relative `$id` is there already. An absolute one is the same a second time.
        let is_there = next.is_entered && own.id().is_some_and(|id| uri_scheme(id).is_none());
        let resolver = match is_there {
            true => next.resolver,
            false => match next.resolver.in_subresource(own) {
                Ok(resolver) => resolver,
                Err(error) => return self.mistake(error.to_string(), near),
            },
        };
        // Up to draft-07 nothing beside a `$ref` counts.
        let is_reference = object.contains_key("$ref") && draft <= Draft::Draft7;
        let mut node = Node::default();
        for (keyword, value) in object {
            let keyword = &**keyword;
            if is_reference && keyword != "$ref" {
                continue;
            }
            let enter = |builder: &mut Self, json: &'r Json| {
                builder.node(json, resolver.clone(), draft, false, near)
            };
            match (keyword, value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Json::String(reference)) => {
                    let found = resolver.lookup(reference);
                    match found {
                        Ok(found) => {
                            let (json, resolver, draft) = found.into_inner();
                            node.same.push(self.node(json, resolver, draft, true, near));
                        }
                        Err(_) => {
                            let message = format!("`{keyword}` to `{reference}` leads nowhere");
                            self.mistake(message, self.place(value).or(near));
                        }
                    }
                    if keyword != "$ref" {
                        let name = reference.rsplit('#').next().unwrap_or_default();
                        self.dynamic.push((next.node, name.into()));
                    }
                }
                ("$dynamicAnchor", Json::String(name)) => {
                    self.anchors.push((name.as_str().into(), next.node));
                }
                ("$recursiveAnchor", Json::Bool(true)) => {
                    self.anchors.push(("".into(), next.node));
                }
                ("not" | "if" | "then" | "else", _) => node.same.push(enter(self, value)),
                ("allOf" | "anyOf" | "oneOf", Json::Array(schemas)) => {
                    node.same
                        .extend(schemas.iter().map(|json| enter(self, json)));
                }
                ("dependentSchemas" | "dependencies", Json::Object(schemas)) => {
                    let schemas = schemas.values().filter(|json| !json.is_array());
                    node.same.extend(schemas.map(|json| enter(self, json)));
                }
                ("properties", Json::Object(schemas)) => {
                    for (key, json) in schemas {
                        node.keys.push((key.as_str().into(), enter(self, json)));
                    }
                }
                ("patternProperties", Json::Object(schemas)) => {
                    for (pattern, json) in schemas {
                        let place = self.place(json).or(near);
                        self.note_pattern(pattern, place);
                        node.any_key
                            .push(self.node(json, resolver.clone(), draft, false, near));
                    }
                }
                ("additionalProperties" | "unevaluatedProperties", _) => {
                    node.has_unevaluated |= keyword == "unevaluatedProperties";
                    node.any_key.push(enter(self, value));
                }
                ("items" | "prefixItems", Json::Array(schemas)) => {
                    self.graph.has_tuples = true;
                    let enter = |json| self.node(json, resolver.clone(), draft, false, near);
                    node.any_item.extend(schemas.iter().map(enter));
                }
                ("items" | "contains" | "additionalItems" | "unevaluatedItems", _) => {
                    node.has_unevaluated |= keyword == "unevaluatedItems";
                    node.any_item.push(enter(self, value));
                }
                ("propertyNames", _) => node.names.push(enter(self, value)),
                ("pattern", Json::String(pattern)) => {
                    let place = self.place(value).or(near);
                    self.note_pattern(pattern, place);
                }
                _ => {}
            }
        }
        if let Some(own) = self.graph.nodes.get_mut(next.node) {
            *own = node;
        }
    }

    fn note_pattern(&mut self, pattern: &str, place: Option<Place>) {
        if let Some(place) = place.or(self.start) {
            self.patterns.push((pattern.to_owned(), place));
        }
    }

    /// A reference that is resolved where it is used may lead to every anchor of its name.
    fn link_dynamic(&mut self) {
        for (node, name) in &self.dynamic {
            for (anchor, target) in &self.anchors {
                if anchor == name
                    && let Some(node) = self.graph.nodes.get_mut(*node)
                    && !node.same.contains(target)
                {
                    node.same.push(*target);
                }
            }
        }
    }

    /// Refuses a schema that leads back to itself without going into a value, and ways that are too long to follow.
    fn refuse_endless(&mut self) {
        if let Some(at) = self.circle() {
            let place = self.places.get(at).copied().flatten();
            let message = "`$ref` leads back to itself without going into a value";
            self.mistake(message.to_owned(), place);
        }
        if self.longest_way() > MAX_WAY {
            let message = format!("more than {MAX_WAY} schemas lead to each other in a row");
            self.mistake(message, self.start);
        }
    }

    /// A schema that leads back to itself for the same value.
    fn circle(&self) -> Option<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut states = vec![State::New; self.graph.nodes.len()];
        for start in 0..self.graph.nodes.len() {
            let mut way = vec![(start, 0)];
            while let Some((node, at)) = way.pop() {
                if at == 0 {
                    if states.get(node) != Some(&State::New) {
                        continue;
                    }
                    *states.get_mut(node)? = State::Open;
                }
                let Some(next) = self.graph.nodes.get(node)?.same.get(at).copied() else {
                    *states.get_mut(node)? = State::Done;
                    continue;
                };
                way.push((node, at + 1));
                match states.get(next) {
                    Some(State::Open) => return Some(next),
                    Some(State::New) => way.push((next, 0)),
                    _ => {}
                }
            }
        }
        None
    }

    /// The longest way that a walk goes which visits each schema once, as compiling does.
    fn longest_way(&self) -> usize {
        let edges: Vec<Vec<usize>> = self.graph.nodes.iter().map(Node::next).collect();
        let mut seen = vec![false; edges.len()];
        let mut longest = 0;
        let mut way: Vec<(usize, usize)> = vec![(0, 0)];
        while let Some((node, at)) = way.pop() {
            if let Some(seen) = seen.get_mut(node) {
                *seen = true;
            }
            let Some(next) = edges.get(node).and_then(|edges| edges.get(at)) else {
                continue;
            };
            way.push((node, at + 1));
            longest = longest.max(way.len());
            if seen.get(*next) == Some(&false) {
                way.push((*next, 0));
            }
        }
        longest
    }
}

impl Node {
    /// Every schema it leads to.
    fn next(&self) -> Vec<usize> {
        let keys = self.keys.iter().map(|(_, node)| *node);
        let others = [&self.same, &self.any_key, &self.any_item, &self.names];
        others.into_iter().flatten().copied().chain(keys).collect()
    }
}
