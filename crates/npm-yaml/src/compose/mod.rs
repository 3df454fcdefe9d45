//! The tree of a text to [`Node`]s.
//!
//! In: a text. Out: its [`Document`]. Here is decided what stands where it may not: the first such place ends the
//! document, save keys that stand twice, which are all found. It follows the composer of the npm package `yaml` 2.9
//! (`compose/*.js`, ISC licence), offset by offset where its verdict depends on offsets. Never: a guess at what a
//! broken text meant.

mod block;
mod composed;
mod flow;
mod props;
mod scalar;

use std::collections::HashMap;

use self::composed::{Composed, Place, Role, Sum, absent_end};
use self::props::{Around, Props};
use super::alias::{AliasError, Anchors, Leaves};
use super::directives::Directives;
use super::key::KeyKind;
use super::pairs::{PairKey, Pairs, Refused};
use super::parser::{self, Part};
use super::scalar::Version;
use super::tag::{self, TagName};
use super::token::{DocumentTree, Kind, Token, Tree};
use super::{
    DUPLICATE_KEY, Document, Key, MAX_DEPTH, MAX_VALUES, Node, NodeValue, Problem, cause, key,
    problem,
};
use source::Span;

/// Parses one text as the real loader's parser does (the npm package `yaml` 2.9, YAML 1.2 core schema).
///
/// A text that it would refuse has no root and at least one problem that [`Problem::is_fatal`]. An empty text, or one
/// of comments only, has no root and no problem.
pub fn parse(text: &str) -> Document {
    let (parts, comments, problem) = parser::parse(text);
    let mut composer = Composer::new(text);
    let root = match composer.parts(&parts) {
        Ok(root) => root,
        Err(problem) => {
            composer.problems.push(*problem);
            None
        }
    };
    let mut problems = composer.problems;
    if !problems.iter().any(Problem::is_fatal) {
        problems.extend(problem);
    }
    for problem in &mut problems {
        cause::explain(text, problem);
    }
    problems.truncate(MAX_PROBLEMS);
    let is_broken = problems.iter().any(Problem::is_fatal);
    if is_broken {
        problems.retain(Problem::is_fatal);
    }
    problems.sort_by_key(|problem| problem.span);
    let (root, refused) = match is_broken {
        true => (None, root),
        false => (root, None),
    };
    let only_repeats = problems.iter().all(|problem| problem.rule == DUPLICATE_KEY);
    Document {
        root,
        refused: refused.filter(|_| only_repeats),
        comments,
        problems,
        tags: composer.tags,
    }
}

/// More problems than these help nobody.
const MAX_PROBLEMS: usize = 200;

/// The first problem that ends a document.
type Stop = Box<Problem>;

struct Composer<'t> {
    text: &'t str,
    directives: Directives<'t>,
    anchors: Anchors<'t>,
    /// The last anchor of each name.
    names: HashMap<&'t str, usize>,
    values: usize,
    problems: Vec<Problem>,
    tags: Vec<Span>,
}

impl<'t> Composer<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            directives: Directives::default(),
            anchors: Anchors::new(text),
            names: HashMap::new(),
            values: 0,
            problems: Vec::new(),
            tags: Vec::new(),
        }
    }

    fn parts(&mut self, parts: &[Part]) -> Result<Option<Node>, Stop> {
        let mut root = None;
        let mut directive = None;
        let mut has_document = false;
        for part in parts {
            match part {
                Part::Directive(token) => {
                    directive = Some(token);
                    if !self.directives.add(self.source(token)) {
                        let what = "not a YAML directive: a line must not start with `%`";
                        return Err(problem::own(what, Span::from(token.range())));
                    }
                }
                Part::Document(document) => {
                    root = self.document(document, directive.take())?;
                    has_document = true;
                }
                Part::End { marker, .. } if !has_document => {
                    let what = "`...` ends a document, but there is none before it";
                    return Err(problem::own(what, Span::from(marker.range())));
                }
                Part::End { end, .. } => {
                    self.end(end, SpaceBeforeComment::Needed)?;
                }
            }
        }
        match directive.filter(|_| !has_document) {
            Some(directive) => Err(missing_marker(directive)),
            None => Ok(root),
        }
    }

    fn document(
        &mut self,
        document: &DocumentTree,
        directive: Option<&Token>,
    ) -> Result<Option<Node>, Stop> {
        let next = match (&document.value, document.end.first()) {
            (Some(value), _) => Some(props::Next::tree(value)),
            (None, end) => end.map(props::Next::token),
        };
        let around = Around {
            in_flow: false,
            indicator: Kind::DocumentStart,
            next,
            offset: document.start,
            parent_indent: 0,
            begins_line: true,
        };
        let props = props::read(self.text, &document.before, &around)?;
        if let (Some(directive), None) = (directive, props.found) {
            return Err(missing_marker(directive));
        }
        let place = Place {
            role: Role::Root,
            depth: 0,
        };
        let root = match &document.value {
            Some(value) => {
                if props.found.is_some() && !props.has_newline && value.is_block_collection() {
                    let what = "a mapping or list cannot begin on the line of `---`";
                    return Err(problem::own(
                        what,
                        problem::character(self.text, value.start()),
                    ));
                }
                Some(self.node(value, &props, place)?.node)
            }
            None => {
                let root = self
                    .absent(&props, &document.before, props.end, place)?
                    .node;
                // A text of nothing but `---` and comments has no value, and neither problem.
                (props.anchor.is_some() || props.tag.is_some()).then_some(root)
            }
        };
        self.end(&document.end, SpaceBeforeComment::Optional)?;
        Ok(root)
    }

    /// A value that is there.
    fn node(&mut self, tree: &Tree, props: &Props, place: Place) -> Result<Composed, Stop> {
        if place.depth >= MAX_DEPTH {
            return Err(problem::too_deep(Span::at(tree.start())));
        }
        if let Tree::Flow(scalar) = tree
            && scalar.token.kind == Kind::Alias
        {
            return self.alias(scalar, props, place);
        }
        let anchor = self.anchor(props)?;
        let tag = self.tag(props)?;
        let is_scalar = matches!(tree, Tree::Flow(_) | Tree::Block(_));
        if let Some(id) = anchor.filter(|_| !is_scalar) {
            self.anchors.begin(id);
        }
        let mut composed = match tree {
            Tree::Flow(scalar) => self.flow_scalar(scalar, tag.as_ref(), place)?,
            Tree::Block(scalar) => self.block_scalar(scalar, tag.as_ref(), place)?,
            Tree::Mapping(mapping) => self.mapping(mapping, place)?,
            Tree::Sequence(sequence) => self.sequence(sequence, props, place)?,
            Tree::Brackets(brackets) => self.brackets(brackets, place)?,
        };
        if !is_scalar {
            let span = composed.node.span;
            composed.node.value = tag::collection_value(composed.node.value, tag.as_ref())
                .map_err(|tag| unfit(tag, span))?;
        }
        self.finish(composed, anchor, place)
    }

    /// A value that is not there: an empty plain scalar. `span` is where it would stand.
    fn absent(
        &mut self,
        props: &Props,
        before: &[Token],
        span: usize,
        place: Place,
    ) -> Result<Composed, Stop> {
        let anchor = self.anchor(props)?;
        let tag = self.tag(props)?;
        let mut composed = self.plain("", Span::at(span), tag.as_ref(), place)?;
        composed.end = match props.has_comment {
            true => props.end,
            false => absent_end(props.end, before),
        };
        self.finish(composed, anchor, place)
    }

    /// Counts a value, and notes what its anchor stands for.
    fn finish(
        &mut self,
        composed: Composed,
        anchor: Option<usize>,
        place: Place,
    ) -> Result<Composed, Stop> {
        self.values += if composed.is_alias {
            composed.extent.values
        } else {
            1
        };
        if self.values > MAX_VALUES {
            return Err(problem::too_many_values(composed.node.span));
        }
        if place.depth + composed.extent.depth > MAX_DEPTH {
            return Err(problem::too_deep(composed.node.span));
        }
        if let Some(id) = anchor {
            let leaves = composed.leaves.clone();
            let kept = self
                .anchors
                .finish(id, &composed.node, composed.extent, leaves);
            if kept > MAX_VALUES {
                return Err(problem::too_many_values(composed.node.span));
            }
        }
        Ok(composed)
    }

    /// The anchor of a value, when an alias may name it.
    fn anchor(&mut self, props: &Props) -> Result<Option<usize>, Stop> {
        let Some(token) = &props.anchor else {
            return Ok(None);
        };
        let name = self.source(token).get(1..).unwrap_or_default();
        if name.is_empty() {
            return Err(nameless(token));
        }
        if !self.anchors.is_used(name) {
            return Ok(None);
        }
        // No two anchors begin at the same byte.
        let id = token.start;
        self.names.insert(name, id);
        Ok(Some(id))
    }

    fn tag(&mut self, props: &Props) -> Result<Option<TagName>, Stop> {
        let Some(token) = &props.tag else {
            return Ok(None);
        };
        let tag = self.directives.tag(self.source(token));
        self.tags.push(Span::from(token.range()));
        tag.map(Some).ok_or_else(|| {
            let what = "incomplete or unknown tag; quote the value if it is a string";
            problem::own(what, Span::from(token.range()))
        })
    }

    /// What stands behind a value. Out: where it ends.
    fn end(&self, tokens: &[Token], space: SpaceBeforeComment) -> Result<Option<usize>, Stop> {
        let mut has_space = space == SpaceBeforeComment::Optional;
        for token in tokens {
            match token.kind {
                Kind::Space | Kind::Newline => has_space = true,
                Kind::Comment if has_space => {}
                Kind::Comment => {
                    let what = "missing space before the `#` of a comment; quote the value if `#` is part of it";
                    return Err(problem::own(what, Span::from(token.range())));
                }
                _ => return Err(problem::unexpected(self.text, token.start)),
            }
        }
        Ok(tokens.last().map(|token| token.end))
    }

    /// Adds a pair to a mapping. A key that stands twice is a problem that does not end the document.
    fn pair(&mut self, pairs: &mut Pairs, key: Composed, value: Node) -> Result<(), Stop> {
        let span = value.span;
        let kind = match key.is_alias || key.is_merge {
            true => KeyKind::Unequal,
            false => key::kind(&key.node),
        };
        let pair_key = PairKey {
            key: Key {
                text: key::text(&key.node, self.text),
                span: key.node.span,
            },
            kind,
            is_merge: key.is_merge,
        };
        match pairs.insert(pair_key, value) {
            Ok(()) => Ok(()),
            Err(Refused::Duplicate { key, first }) => {
                self.problems.push(Problem {
                    rule: DUPLICATE_KEY,
                    message: "duplicate key in this mapping".into(),
                    related: Some((first, "first defined here".into())),
                    ..Problem::at(key)
                });
                Ok(())
            }
            Err(Refused::Merge) => {
                let what = "`<<` can only merge mappings";
                Err(problem::own(what, span))
            }
        }
    }

    fn source(&self, token: &Token) -> &'t str {
        self.text.get(token.range()).unwrap_or_default()
    }

    fn own_version(&self) -> Version {
        self.directives.version
    }
}

/// Whether white space has to stand before a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SpaceBeforeComment {
    Needed,
    Optional,
}

fn missing_marker(directive: &Token) -> Stop {
    let what = "the document after a `%` directive must start with `---`";
    problem::own(what, Span::from(directive.range()))
}

fn nameless(token: &Token) -> Stop {
    let what = "`&` or `*` without a name; quote the value if it is a string";
    problem::own(what, Span::from(token.range()))
}

fn unfit(tag: &str, span: Span) -> Stop {
    problem::own(&format!("this value does not match its tag `{tag}`"), span)
}
