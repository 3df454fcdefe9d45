//! Tokens to a tree.
//!
//! In: a text. Out: its directives, its document and what stands behind it, as [`Part`]s in order; every comment; or
//! the first [`Problem`]. The stack is the parser's own, so deep nesting ends at [`MAX_DEPTH`](super::MAX_DEPTH), not
//! at the end of the process' stack. Never: values, or whether the tree makes sense.
//!
//! It follows the parser of the npm package `yaml` 2.9 (`parse/parser.js`, ISC licence), including where that joins a
//! comment or an empty line to one collection and not to another: whether a text is accepted can depend on it.

mod block;
mod flow;
mod trivia;

use self::trivia::key_start;
use super::lexer::{Lexeme, Lexer};
use super::token::{
    BlockCollection, BlockScalar, DocumentTree, FlowCollection, FlowScalar, Item, Kind, Token, Tree,
};
use super::{Comment, MAX_DEPTH, MAX_TOKENS, MAX_VALUES, Problem, problem};
use source::Span;

/// What a text consists of.
#[derive(Debug)]
pub(super) enum Part {
    /// A line that begins with `%`.
    Directive(Token),
    /// The document.
    Document(DocumentTree),
    /// `...`, and what stands behind it on its line.
    End {
        /// The marker.
        marker: Token,
        /// What stands behind it.
        end: Vec<Token>,
    },
}

/// The parts of a text, up to where it ends or cannot be read.
pub(super) fn parse(text: &str) -> (Vec<Part>, Vec<Comment>, Option<Problem>) {
    let mut parser = Parser {
        at_new_line: true,
        ..Parser::default()
    };
    let mut comments = Vec::new();
    for lexeme in Lexer::new(text) {
        if lexeme.kind == Kind::Comment {
            let span = Span::new(lexeme.start, lexeme.end);
            comments.push(Comment { span });
        }
        if let Err(problem) = parser.take(text, lexeme) {
            return (parser.parts, comments, Some(*problem));
        }
    }
    parser.finish_all();
    (parser.parts, comments, None)
}

/// The first thing that ends reading.
type Stop = Box<Problem>;

#[derive(Default)]
struct Parser {
    parts: Vec<Part>,
    stack: Vec<Level>,
    documents: usize,
    count: Count,
    /// Whether only white space and indicators stand before the next token on its line.
    at_new_line: bool,
    indent: usize,
    /// Whether a key of a block mapping stands before the next token on its line.
    on_key_line: bool,
}

/// How much has been read: what is too much is refused before it takes memory.
#[derive(Default)]
struct Count {
    tokens: usize,
    /// Scalars and brackets that open: keys and values.
    keys_and_values: usize,
    /// `-`: each is a value of its own.
    items: usize,
}

impl Count {
    fn add(&mut self, token: &Token) -> Result<(), Stop> {
        let span = || Span::new(token.start, token.end);
        self.tokens += 1;
        match token.kind {
            Kind::Scalar
            | Kind::Alias
            | Kind::SingleQuoted
            | Kind::DoubleQuoted
            | Kind::FlowMappingStart
            | Kind::FlowSequenceStart => self.keys_and_values += 1,
            Kind::SequenceItem => self.items += 1,
            _ => {}
        }
        // Keys count as values do.
        if self.keys_and_values > MAX_VALUES || self.items > MAX_VALUES {
            return Err(problem::too_many_values(span()));
        }
        match self.tokens > MAX_TOKENS {
            true => Err(problem::too_many_tokens(span())),
            false => Ok(()),
        }
    }
}

/// What is being read.
enum Level {
    Document(DocumentTree),
    DocumentEnd { marker: Token, end: Vec<Token> },
    Tree(Tree),
}

/// What a token means for the level it stands at.
enum Step {
    /// It is part of it.
    Stay,
    /// It begins a value inside.
    Begin(Tree),
    /// It is the last part of it.
    End,
    /// The level ended before it.
    EndBefore,
    /// It makes something else of the level.
    Become(Tree),
}

impl Parser {
    fn take(&mut self, text: &str, lexeme: Lexeme) -> Result<(), Stop> {
        self.at_new_line &= lexeme.kind != Kind::Scalar;
        let token = Token {
            kind: lexeme.kind,
            start: lexeme.start,
            end: lexeme.end,
            indent: self.indent,
        };
        if token.kind == Kind::Unknown {
            return Err(problem::unexpected(text, token.start));
        }
        self.count.add(&token)?;
        self.step(text, token)?;
        let length = token.end - token.start;
        match token.kind {
            Kind::Newline => {
                self.at_new_line = true;
                self.indent = 0;
            }
            Kind::Space if self.at_new_line => {
                let is_indentation = text.as_bytes().get(token.start) == Some(&b' ');
                self.indent += if is_indentation { length } else { 0 };
            }
            Kind::ExplicitKey | Kind::MappingValue | Kind::SequenceItem if self.at_new_line => {
                self.indent += length;
            }
            Kind::Space
            | Kind::ExplicitKey
            | Kind::MappingValue
            | Kind::SequenceItem
            | Kind::Scalar
            | Kind::DocumentMode => {}
            _ => self.at_new_line = false,
        }
        Ok(())
    }

    fn step(&mut self, text: &str, token: Token) -> Result<(), Stop> {
        let at_end = matches!(self.stack.last(), Some(Level::DocumentEnd { .. }));
        if token.kind == Kind::DocumentEnd && !at_end {
            self.finish_all();
            let end = Vec::new();
            let marker = token;
            self.stack.push(Level::DocumentEnd { marker, end });
            return Ok(());
        }
        if token.kind == Kind::FlowErrorEnd {
            return Err(self.unclosed(text, token.start));
        }
        loop {
            let Some(mut top) = self.stack.pop() else {
                return self.stream(text, token);
            };
            let step = match &mut top {
                Level::Document(document) => self.document(text, document, token)?,
                Level::DocumentEnd { end, .. } => document_end(end, token),
                Level::Tree(tree) => match tree {
                    Tree::Flow(scalar) => self.flow_scalar(scalar, token),
                    Tree::Block(scalar) => self.block_scalar(scalar, token),
                    Tree::Mapping(mapping) => self.mapping(mapping, token)?,
                    Tree::Sequence(sequence) => self.sequence(sequence, token),
                    Tree::Brackets(brackets) => self.brackets(brackets, token),
                },
            };
            match step {
                Step::Stay => self.stack.push(top),
                Step::Begin(tree) => {
                    self.stack.push(top);
                    self.stack.push(Level::Tree(tree));
                }
                Step::Become(tree) => self.stack.push(Level::Tree(tree)),
                Step::End => self.finish(top),
                Step::EndBefore => {
                    self.finish(top);
                    continue;
                }
            }
            // A document and a scalar are levels too.
            return match self.stack.len() > MAX_DEPTH + 2 {
                true => Err(problem::too_deep(Span::at(token.start))),
                false => Ok(()),
            };
        }
    }

    /// Brackets are left before they are closed, at `at` or at the end of the text.
    fn unclosed(&self, text: &str, at: usize) -> Stop {
        let open = self.stack.iter().rev().find_map(|level| match level {
            Level::Tree(Tree::Brackets(brackets)) => Some(Span::from(brackets.open.range())),
            _ => None,
        });
        let last = text.trim_end().len().saturating_sub(1);
        let what = "unclosed bracket: this line is not indented enough to be inside it";
        let mut problem = problem::brackets(what, problem::character(text, at.min(last)));
        problem.related = open.map(|open| (open, "opened here".into()));
        problem
    }

    /// A token outside of documents.
    fn stream(&mut self, text: &str, token: Token) -> Result<(), Stop> {
        match token.kind {
            Kind::Directive => self.parts.push(Part::Directive(token)),
            Kind::ByteOrderMark | Kind::Space | Kind::Comment | Kind::Newline => {}
            Kind::DocumentMode | Kind::DocumentStart => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(problem::second_document(Span::from(token.range())));
                }
                let is_marked = token.kind == Kind::DocumentStart;
                self.stack.push(Level::Document(DocumentTree {
                    start: token.start,
                    before: is_marked.then_some(token).into_iter().collect(),
                    value: None,
                    end: Vec::new(),
                }));
            }
            _ => {
                return Err(problem::unexpected(text, token.start));
            }
        }
        Ok(())
    }

    fn document(
        &mut self,
        text: &str,
        document: &mut DocumentTree,
        token: Token,
    ) -> Result<Step, Stop> {
        if document.value.is_some() {
            return Ok(self.line_end(&mut document.end, token));
        }
        match token.kind {
            Kind::DocumentStart if document.before.iter().any(|token| !token.kind.is_blank()) => {
                return Ok(Step::EndBefore);
            }
            Kind::DocumentStart
            | Kind::Anchor
            | Kind::Tag
            | Kind::Space
            | Kind::Comment
            | Kind::Newline => {
                document.before.push(token);
                return Ok(Step::Stay);
            }
            _ => {}
        }
        match self.block_value(&mut document.before, token) {
            Some(tree) => Ok(Step::Begin(tree)),
            None => Err(problem::unexpected(text, token.start)),
        }
    }

    /// A scalar that stands before a `:` was a key.
    fn flow_scalar(&mut self, scalar: &mut FlowScalar, token: Token) -> Step {
        if token.kind != Kind::MappingValue {
            return self.line_end(&mut scalar.trailing, token);
        }
        let start = key_start(self.properties());
        let mut separator = std::mem::take(&mut scalar.trailing);
        separator.push(token);
        self.on_key_line = true;
        let key = FlowScalar {
            token: scalar.token,
            trailing: Vec::new(),
        };
        Step::Become(Tree::Mapping(BlockCollection {
            start: key.token.start,
            indent: key.token.indent,
            items: vec![Item::keyed(start, Some(Tree::Flow(key)), separator)],
        }))
    }

    fn block_scalar(&mut self, scalar: &mut BlockScalar, token: Token) -> Step {
        match token.kind {
            Kind::Space | Kind::Comment | Kind::Newline => {
                scalar.header.push(token);
                Step::Stay
            }
            Kind::Scalar => {
                scalar.body = token.range();
                // The lines take their last line end with them.
                self.at_new_line = true;
                self.indent = 0;
                Step::End
            }
            _ => Step::EndBefore,
        }
    }

    /// What stands behind a value on its line.
    fn line_end(&mut self, end: &mut Vec<Token>, token: Token) -> Step {
        match token.kind {
            Kind::Comma
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::FlowMappingEnd
            | Kind::FlowSequenceEnd
            | Kind::MappingValue => return Step::EndBefore,
            _ => end.push(token),
        }
        match token.kind {
            Kind::Newline => {
                self.on_key_line = false;
                Step::End
            }
            _ => Step::Stay,
        }
    }

    /// The value that begins with a token, if one can. `before` is what stands before it; of this, what belongs to a
    /// first key goes with the key.
    fn block_value(&mut self, before: &mut Vec<Token>, token: Token) -> Option<Tree> {
        let (start, indent) = (token.start, token.indent);
        Some(match token.kind {
            Kind::Alias | Kind::Scalar | Kind::SingleQuoted | Kind::DoubleQuoted => flow(token),
            Kind::BlockHeader => Tree::Block(BlockScalar {
                start,
                indent,
                header: vec![token],
                body: token.end..token.end,
            }),
            Kind::FlowMappingStart | Kind::FlowSequenceStart => Tree::Brackets(FlowCollection {
                open: token,
                indent,
                items: Vec::new(),
                end: Vec::new(),
            }),
            Kind::SequenceItem => Tree::Sequence(BlockCollection {
                start,
                indent,
                items: vec![Item::starting(vec![token])],
            }),
            Kind::ExplicitKey => {
                self.on_key_line = true;
                let mut key = key_start(Some(before));
                key.push(token);
                let item = Item {
                    is_explicit: true,
                    ..Item::starting(key)
                };
                mapping(token, item)
            }
            Kind::MappingValue => {
                self.on_key_line = true;
                mapping(
                    token,
                    Item::keyed(key_start(Some(before)), None, vec![token]),
                )
            }
            _ => return None,
        })
    }

    /// What stands before the value that is being read, which is not on the stack.
    fn properties(&mut self) -> Option<&mut Vec<Token>> {
        match self.stack.last_mut()? {
            Level::Document(document) => Some(&mut document.before),
            Level::Tree(Tree::Mapping(mapping)) => {
                let item = mapping.items.last_mut()?;
                Some(item.separator.as_mut().unwrap_or(&mut item.start))
            }
            Level::Tree(Tree::Sequence(sequence)) => Some(&mut sequence.items.last_mut()?.start),
            _ => None,
        }
    }

    fn finish_all(&mut self) {
        while let Some(level) = self.stack.pop() {
            self.finish(level);
        }
    }

    /// Puts what is read where it belongs.
    fn finish(&mut self, level: Level) {
        let mut tree = match level {
            Level::Document(document) => return self.parts.push(Part::Document(document)),
            Level::DocumentEnd { marker, end } => {
                return self.parts.push(Part::End { marker, end });
            }
            Level::Tree(tree) => tree,
        };
        let Some(parent) = self.stack.last_mut() else {
            return;
        };
        match &mut tree {
            Tree::Block(scalar) => scalar.indent = parent.indent(),
            Tree::Brackets(brackets) => {
                if matches!(parent, Level::Document(_)) {
                    brackets.indent = 0;
                }
                flow::settle_items(brackets);
            }
            _ => {}
        }
        match parent {
            Level::Document(document) => {
                let blank = block::take_blank_end(&mut tree);
                document.end.extend(blank.into_iter().flatten());
                document.value = Some(tree);
            }
            Level::Tree(Tree::Mapping(mapping)) => {
                let key_line = block::put_in_mapping(mapping, tree);
                self.on_key_line = key_line.unwrap_or(self.on_key_line);
            }
            Level::Tree(Tree::Sequence(sequence)) => block::put_in_sequence(sequence, tree),
            Level::Tree(Tree::Brackets(brackets)) => flow::put(brackets, tree),
            Level::DocumentEnd { .. } | Level::Tree(Tree::Flow(_) | Tree::Block(_)) => {}
        }
    }
}

impl Level {
    fn indent(&self) -> usize {
        match self {
            Self::Tree(tree) => tree.indent(),
            _ => 0,
        }
    }
}

fn document_end(end: &mut Vec<Token>, token: Token) -> Step {
    if token.kind == Kind::DocumentMode {
        return Step::Stay;
    }
    end.push(token);
    match token.kind {
        Kind::Newline => Step::End,
        _ => Step::Stay,
    }
}

/// An alias or a scalar of one token.
fn flow(token: Token) -> Tree {
    Tree::Flow(FlowScalar {
        token,
        trailing: Vec::new(),
    })
}

/// A block mapping that begins at a token.
fn mapping(token: Token, first: Item) -> Tree {
    Tree::Mapping(BlockCollection {
        start: token.start,
        indent: token.indent,
        items: vec![first],
    })
}

/// Whether a tree can be a key on one line.
fn is_flow(tree: Option<&Tree>) -> bool {
    matches!(tree, Some(Tree::Flow(_) | Tree::Brackets(_)))
}
