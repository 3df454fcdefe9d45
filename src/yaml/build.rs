//! Parser events to one tree of [`Node`]s.
//!
//! In: the events of the library. Out: a [`Document`]. The tree is built with a stack of its own, so deep nesting
//! ends at [`MAX_DEPTH`](super::MAX_DEPTH), not at the end of the process' stack. Never: a guess at what a broken text
//! meant; the first thing the real loader would stop at ends the document.

use granit_parser::{Event, Parser, Span as Bytes, StructureStyle, YamlVersion, options};

use super::alias::{AliasError, Anchors, Extent, Leaves};
use super::events::{Collection, Frame, Refused};
use super::sanitize::sanitize;
use super::scalar::Version;
use super::tag::{self, TagName};
use super::{
    Comment, Document, MAX_DEPTH, MAX_VALUES, Node, NodeValue, Problem, ScalarStyle, decode,
    scalar, syntax,
};
use crate::text::Span;

/// Parses one text as the real loader's parser does (the npm package `yaml` 2.9, YAML 1.2 core schema).
///
/// A text that it would refuse has no root and at least one problem that [`Problem::is_fatal`]. An empty text, or one
/// of comments only, has no root and no problem.
pub fn parse(text: &str) -> Document {
    let sanitized = sanitize(text);
    let options = options! {
        strict_indentation: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
    };
    let mut builder = Builder::new(text, sanitized.len() == text.len() && *sanitized != *text);
    for event in Parser::new_from_str_with_options(&sanitized, options) {
        let step = match event {
            Ok((event, bytes)) => builder.event(&event, bytes),
            Err(error) => Err(Box::new(syntax::problem(text, &error))),
        };
        if let Err(problem) = step {
            builder.problems.push(*problem);
            break;
        }
    }
    builder.finish()
}

/// The first problem that ends a document.
pub(super) type Stop = Box<Problem>;

/// More problems than these help nobody.
const MAX_PROBLEMS: usize = 200;

struct Builder<'t> {
    text: &'t str,
    /// Whether the library sees another text than the original.
    is_sanitized: bool,
    version: Version,
    frames: Vec<Frame>,
    anchors: Anchors,
    root: Option<Node>,
    documents: usize,
    values: usize,
    /// Where the last event ended: a block scalar's header stands behind it.
    last_end: usize,
    /// Where the last scalar, alias or bracket ended, with the lines of a block scalar.
    last_content: usize,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, is_sanitized: bool) -> Self {
        Self {
            text,
            is_sanitized,
            version: Version::default(),
            frames: Vec::new(),
            anchors: Anchors::default(),
            root: None,
            documents: 0,
            values: 0,
            last_end: 0,
            last_content: 0,
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn finish(mut self) -> Document {
        self.comments.sort_by_key(|comment| comment.span);
        self.problems.truncate(MAX_PROBLEMS);
        let broken = self.problems.iter().any(Problem::is_fatal);
        if broken {
            self.problems.retain(Problem::is_fatal);
        }
        self.problems.sort_by_key(|problem| problem.span);
        Document {
            root: self.root.filter(|_| !broken),
            comments: self.comments,
            problems: self.problems,
        }
    }

    fn event(&mut self, event: &Event<'_>, bytes: Bytes) -> Result<(), Stop> {
        let span = Span::from(bytes.byte_range().unwrap_or_default());
        match event {
            Event::DocumentStart(_, version) => self.document(*version, span)?,
            Event::Comment(..) => {
                self.comments.push(Comment { span });
                return Ok(());
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| TagName::of(tag));
                self.scalar(value, *style, *anchor, tag.as_ref(), span)?;
            }
            Event::Alias(id) => self.alias(*id, span)?,
            Event::UnresolvedAlias(_) => {
                return Err(Box::new(syntax::own(
                    "this alias refers to an anchor that does not stand above it",
                    span,
                )));
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| TagName::of(tag));
                self.begin(Collection::sequence(), *style, *anchor, tag, span)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| TagName::of(tag));
                self.begin(Collection::mapping(), *style, *anchor, tag, span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            _ => {}
        }
        self.last_end = self.last_end.max(span.range().end);
        if !span.is_empty() {
            self.last_content = self.last_content.max(span.range().end);
        }
        Ok(())
    }

    fn document(&mut self, version: Option<YamlVersion>, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(Box::new(Problem {
                rule: "yaml-multiple-documents",
                message:
                    "a second document begins here, and the app reads files of one document only"
                        .into(),
                span,
                related: None,
            }));
        }
        if version.is_some_and(|version| (version.major, version.minor) == (1, 1)) {
            self.version = Version::Old;
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: granit_parser::ScalarStyle,
        anchor: usize,
        tag: Option<&TagName>,
        reported: Span,
    ) -> Result<(), Stop> {
        let style = own_style(style);
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_span(reported),
            ScalarStyle::Plain if reported.is_empty() => self.absent_span(reported),
            _ => reported,
        };
        let whole = match reported.is_empty() {
            true => span,
            false => Span::new(span.range().start, reported.range().end),
        };
        let decoded = self.decoded(value, style, whole);
        let text = decoded.as_deref().unwrap_or(value);
        let node = match tag::scalar_value(text, style, tag, self.version, span) {
            Ok(value) => Node { span, value },
            Err(tag) => return Err(unfit(tag, span)),
        };
        let extent = Extent {
            values: 1,
            depth: 1,
        };
        if anchor != 0 {
            self.anchors.finish(anchor, &node, extent, Leaves::scalar());
        }
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        if is_plain && self.version == Version::Core {
            self.surprise(text, span);
        }
        let is_merge = is_plain && text == "<<" && self.version == Version::Old;
        self.node(node, extent, &Leaves::scalar(), is_merge)
    }

    /// The string a scalar spells, where the library's may not be used: it knows the text only without odd
    /// characters, and gives `~` for nothing.
    fn decoded(&self, value: &str, style: ScalarStyle, span: Span) -> Option<String> {
        match style {
            ScalarStyle::Plain if span.is_empty() => Some(String::new()),
            ScalarStyle::Literal | ScalarStyle::Folded if self.is_sanitized => {
                decode::block_text(self.text, span)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => None,
            _ if self.text.get(span.range()) == Some(value) => None,
            _ => decode::flow_text(self.text, span, style),
        }
    }

    /// From the header of a block scalar to the end of its last line with content. The library's span begins behind
    /// the header.
    fn block_span(&self, body: Span) -> Span {
        let mut at = self.last_end;
        let start = loop {
            let rest = self.text.get(at..body.range().start).unwrap_or_default();
            let token = rest.trim_start_matches([' ', '\t', '\r', '\n', ':', '-', '?']);
            at = body.range().start.min(at + rest.len() - token.len());
            let skipped = match token.chars().next() {
                Some('|' | '>') => break at,
                Some('#') => token.find('\n'),
                Some(_) => token.find([' ', '\t', '\n']),
                None => break body.range().start,
            };
            at += skipped.unwrap_or(token.len());
        };
        let whole = self.text.get(start..body.range().end).unwrap_or_default();
        let content = whole.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let header = whole
            .find([' ', '\t', '\r', '\n', '#'])
            .unwrap_or(whole.len());
        Span::new(start, start + content.max(header))
    }

    /// Just behind the colon of the key whose value is absent.
    fn absent_span(&self, span: Span) -> Span {
        let Some(key) = self.frames.last().and_then(Frame::pending_key) else {
            return span;
        };
        let key_end = key.range().end;
        let rest = self.text.get(key_end..).unwrap_or_default();
        let behind = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if behind.starts_with(':') {
            Span::at(key_end + rest.len() - behind.len() + 1)
        } else {
            Span::at(key_end)
        }
    }

    fn surprise(&mut self, text: &str, span: Span) {
        let is_key = self.frames.last().is_some_and(Frame::expects_key);
        let message = if is_key {
            if text != "<<" {
                return;
            }
            "`<<` merges nothing here: the app sees a key named `<<`, and the mapping below it as its value".into()
        } else {
            let Some(meaning) = scalar::old_meaning(text) else {
                return;
            };
            format!(
                "the app reads this value as YAML 1.2 does; many other tools would read {meaning} here"
            )
        };
        self.problems.push(Problem {
            rule: "yaml-surprise",
            message,
            span,
            related: None,
        });
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let (node, extent) = match self.anchors.resolve(id) {
            Ok((node, extent)) => (node.clone(), extent),
            Err(AliasError::Cyclic) => {
                let what = "this alias stands inside the value it refers to";
                return Err(Box::new(syntax::own(what, span)));
            }
            Err(AliasError::Excessive) => {
                let what = "aliases repeat their anchors more often than the loader allows";
                return Err(Box::new(syntax::own(what, span)));
            }
        };
        self.node(node, extent, &Leaves::alias(id), false)
    }

    fn begin(
        &mut self,
        collection: Collection,
        style: StructureStyle,
        anchor: usize,
        tag: Option<TagName>,
        span: Span,
    ) -> Result<(), Stop> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        if style == StructureStyle::Block
            && let Some(tab) = tab_before(self.text, span.range().start)
        {
            return Err(Box::new(syntax::tab(tab)));
        }
        if style == StructureStyle::Block && self.is_behind_absent_key(span) {
            let what = "a `key: value` cannot begin here, behind a `:` without a key";
            return Err(Box::new(syntax::own(what, span)));
        }
        if style == StructureStyle::Flow
            && self.is_lost_key(span)
            && let Some(frame) = self.frames.last_mut()
        {
            frame.lost_key = Some(span);
        }
        if anchor != 0 {
            self.anchors.begin(anchor);
        }
        self.frames
            .push(Frame::new(collection, style, anchor, tag, span));
        Ok(())
    }

    /// Whether a block collection begins on the line of a colon that has no key before it, which the library accepts.
    fn is_behind_absent_key(&self, span: Span) -> bool {
        let Some(key) = self.frames.last().and_then(Frame::pending_key) else {
            return false;
        };
        let between = self.text.get(key.range().end..span.range().start);
        let before = self.text.get(..key.range().start).unwrap_or_default();
        key.is_empty()
            && between.is_some_and(|between| !between.contains('\n'))
            && !before.trim_end().ends_with('?')
    }

    /// Whether a flow collection is a key that the real parser loses its way at (`yaml` 2.9: "Map comment with trailing
    /// content"): a further key of a block mapping with white space or comments before it on lines of its own. A comment
    /// that belongs to a collection before it does not count.
    fn is_lost_key(&self, span: Span) -> bool {
        let Some(frame) = self.frames.last() else {
            return false;
        };
        if !frame.is_block_mapping_with_entries() {
            return false;
        }
        let own_lines = self.own_lines(span.range().start);
        let is_explicit = own_lines.trim_end().ends_with('?');
        let column = own_lines.rsplit('\n').next().map_or(0, str::len);
        let is_inner = |line: &str| comment_column(line).is_some_and(|at| at > column);
        let belongs_inside = frame.ends_with_block_collection() && own_lines.lines().any(is_inner);
        !own_lines.is_empty() && !is_explicit && !belongs_inside
    }

    /// What stands between the last content and `end`, without the rest of the content's own line.
    fn own_lines(&self, end: usize) -> &'t str {
        let between = self.text.get(self.last_content..end).unwrap_or_default();
        let before = self.text.get(..self.last_content).unwrap_or_default();
        match before.ends_with('\n') {
            true => between,
            false => between.split_once('\n').map_or("", |(_, rest)| rest),
        }
    }

    /// The key that the real parser loses its way at, unless a comment at the end of the mapping brings it back.
    fn lost_key(&self, frame: &Frame) -> Option<Span> {
        let key = frame.lost_key?;
        let start = frame.start();
        let before = self.text.get(..start).unwrap_or_default();
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        let behind = self.own_lines(self.text.len());
        let next = behind.lines().find(|line| !line.trim().is_empty());
        let is_brought_back = next.and_then(comment_column).is_some_and(|at| at >= column);
        (!is_brought_back).then_some(key)
    }

    fn end(&mut self, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        if let Some(key) = self.lost_key(&frame) {
            let what = "the loader reads a key in brackets only as the first of its mapping, or at the very start of a line";
            return Err(Box::new(syntax::own(what, key)));
        }
        let finished = frame.finish(span);
        let span = finished.span;
        let value = tag::collection_value(finished.value, finished.tag.as_ref())
            .map_err(|tag| unfit(tag, span))?;
        let node = Node { span, value };
        if finished.anchor != 0 {
            let leaves = finished.leaves.clone();
            self.anchors
                .finish(finished.anchor, &node, finished.extent, leaves);
        }
        self.node(node, finished.extent, &finished.leaves, false)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.last_is_block = finished.style == StructureStyle::Block;
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn node(
        &mut self,
        node: Node,
        extent: Extent,
        leaves: &Leaves,
        is_merge_key: bool,
    ) -> Result<(), Stop> {
        if matches!(node.value, NodeValue::Sequence(_) | NodeValue::Mapping(_)) {
            self.values += if leaves.is_alias() { extent.values } else { 1 };
        } else {
            self.values += 1;
        }
        if self.values > MAX_VALUES {
            let what = "this file holds more values than the checker reads (aliases counted as what they stand for)";
            return Err(Box::new(syntax::own(what, node.span)));
        }
        if self.frames.len() + extent.depth > MAX_DEPTH {
            return Err(too_deep(node.span));
        }
        let span = node.span;
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match frame.push(node, extent, leaves, is_merge_key) {
            Ok(()) => Ok(()),
            Err(Refused::Duplicate { key, first }) => {
                self.problems.push(Problem {
                    rule: "yaml-duplicate-key",
                    message: "this key stands twice in the same mapping, so the app cannot read this file".into(),
                    span: key,
                    related: Some((first, "first here".into())),
                });
                Ok(())
            }
            Err(Refused::Merge) => Err(Box::new(syntax::own(
                "`<<` merges mappings only, and this is none",
                span,
            ))),
        }
    }
}

/// The column of the comment that a line consists of.
fn comment_column(line: &str) -> Option<usize> {
    let content = line.trim_start_matches([' ', '\t']);
    content.starts_with('#').then(|| line.len() - content.len())
}

fn too_deep(span: Span) -> Stop {
    Box::new(syntax::own(
        &format!("values are nested more than {MAX_DEPTH} levels deep here"),
        Span::at(span.range().start),
    ))
}

fn unfit(tag: &str, span: Span) -> Stop {
    Box::new(syntax::own(
        &format!("this value does not fit its tag `{tag}`"),
        span,
    ))
}

/// A tab in the white space before a block collection that begins at `at`, anchors and tags passed over. The library
/// accepts one behind `-`, `?` and `:`.
fn tab_before(text: &str, at: usize) -> Option<Span> {
    let mut end = at;
    loop {
        let before = text.get(..end).unwrap_or_default();
        let rest = before.trim_end_matches([' ', '\t']);
        let blank = before.get(rest.len()..).unwrap_or_default();
        if let Some(tab) = blank.find('\t') {
            return Some(Span::new(rest.len() + tab, rest.len() + tab + 1));
        }
        let token = rest.rfind([' ', '\t', '\n']).map_or(0, |at| at + 1);
        let is_property = rest
            .get(token..)
            .is_some_and(|token| token.starts_with(['&', '!']));
        if !is_property {
            return None;
        }
        end = token;
    }
}

fn own_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}
