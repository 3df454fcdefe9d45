//! Scalars and aliases.

use super::{
    AliasError, Composed, Composer, Kind, Leaves, Node, Place, Problem, Props, Role,
    SpaceBeforeComment, Span, Stop, TagName, Version, nameless, problem, tag, unfit,
};
use crate::scalar::OldMeaning;
use crate::token::{BlockScalar, FlowScalar, Token};
use crate::{ScalarStyle, decode, scalar};

impl Composer<'_> {
    pub(super) fn flow_scalar(
        &mut self,
        scalar: &FlowScalar,
        tag: Option<&TagName>,
        place: Place,
    ) -> Result<Composed, Stop> {
        let source = self.source(&scalar.token);
        let span = Span::from(scalar.token.range());
        let style = match scalar.token.kind {
            Kind::SingleQuoted => ScalarStyle::SingleQuoted,
            Kind::DoubleQuoted => ScalarStyle::DoubleQuoted,
            _ => ScalarStyle::Plain,
        };
        if style == ScalarStyle::Plain && source.starts_with([',', '%', '|', '>', '@', '`', '\t']) {
            let first = source.chars().next().unwrap_or_default();
            let what = match first {
                '\t' => "a value must not start with a tab; use a space".into(),
                '`' => "a value must not start with a backtick; quote the whole value".into(),
                first => format!("a value must not start with `{first}`; quote the whole value"),
            };
            return Err(problem::own(
                &what,
                problem::character(self.text, scalar.token.start),
            ));
        }
        let text = decode::flow_text(self.text, span, style).map_err(|refused| {
            use decode::FlowError as Error;
            match refused {
                Error::Unclosed => problem::own(
                    "unclosed quote; write `''` for an apostrophe inside single quotes",
                    problem::character(self.text, scalar.token.start),
                ),
                Error::Escape(at) => problem::own(
                    "invalid escape sequence; use single quotes, where `\\` is literal",
                    problem::character(self.text, at),
                ),
            }
        })?;
        let end = self.end(&scalar.trailing, SpaceBeforeComment::Needed)?;
        let mut composed = match style {
            ScalarStyle::Plain => self.plain(&text, span, tag, place)?,
            style => self.scalar(&text, style, span, tag)?,
        };
        composed.end = end.unwrap_or(scalar.token.end);
        Ok(composed)
    }

    pub(super) fn block_scalar(
        &mut self,
        scalar: &BlockScalar,
        tag: Option<&TagName>,
        place: Place,
    ) -> Result<Composed, Stop> {
        let header = self.block_header(&scalar.header)?;
        let block = decode::block_text(
            self.text,
            self.source(&header),
            scalar.body.clone(),
            scalar.indent,
        );
        let text = block.map_err(|refused| {
            use decode::BlockError as Error;
            match refused {
                Error::Tab(at) => problem::tab(Span::new(at, at + 1)),
                Error::Indentation(at) => problem::own(
                    "this line of a block scalar is indented less than its first line",
                    problem::character(self.text, at),
                ),
            }
        })?;
        if text.is_unindented && place.role != Role::Root {
            let what = "block scalar is not indented further than the key of `|` or `>`";
            return Err(problem::own(
                what,
                problem::character(self.text, scalar.body.start),
            ));
        }
        let whole = self
            .text
            .get(scalar.start..scalar.body.end)
            .unwrap_or_default();
        let content = whole.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let span = Span::new(scalar.start, (scalar.start + content).max(header.end));
        let style = match self.source(&header).starts_with('>') {
            true => ScalarStyle::Folded,
            false => ScalarStyle::Literal,
        };
        let mut composed = self.scalar(&text.value, style, span, tag)?;
        composed.end = scalar.body.end;
        Ok(composed)
    }

    /// The header of a block scalar, when nothing else stands on its line.
    fn block_header(&self, tokens: &[Token]) -> Result<Token, Stop> {
        let what = "unexpected text after `|` or `>`; start the text on the next line, indented";
        let Some((header, rest)) = tokens.split_first() else {
            return Err(problem::own(what, Span::at(self.text.len())));
        };
        let source = self.source(header);
        let mut has_chomp = false;
        let mut has_indent = false;
        for (at, character) in source.char_indices().skip(1) {
            let seen = match character {
                '-' | '+' => &mut has_chomp,
                '1'..='9' => &mut has_indent,
                _ => &mut true,
            };
            if std::mem::replace(seen, true) {
                let at = problem::character(self.text, header.start + at);
                return Err(problem::own(what, at));
            }
        }
        self.end(rest, SpaceBeforeComment::Needed)?;
        Ok(*header)
    }

    pub(super) fn plain(
        &mut self,
        text: &str,
        span: Span,
        tag: Option<&TagName>,
        place: Place,
    ) -> Result<Composed, Stop> {
        let mut composed = self.scalar(text, ScalarStyle::Plain, span, tag)?;
        if tag.is_none() {
            composed.is_merge =
                place.role == Role::Key && text == "<<" && self.own_version() == Version::Old;
            self.surprise(text, span, place);
        }
        Ok(composed)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        span: Span,
        tag: Option<&TagName>,
    ) -> Result<Composed, Stop> {
        let value = tag::scalar_value(text, style, tag, self.own_version(), span)
            .map_err(|tag| unfit(tag, span))?;
        Ok(Composed::leaf(Node { span, value }, span.range().end))
    }

    /// Names what other readers of YAML would take a plain scalar for.
    fn surprise(&mut self, text: &str, span: Span, place: Place) {
        if self.own_version() != Version::Core {
            return;
        }
        let (message, help) = if place.role == Role::Key {
            if text != "<<" {
                return;
            }
            (
                "`<<` is an ordinary key in YAML 1.2 and merges nothing".into(),
                "Repeat the keys, or use `$include`.",
            )
        } else {
            let Some(meaning) = scalar::old_meaning(text) else {
                return;
            };
            match meaning {
                // Such a word is no secret; a number may be one, so that it is not repeated.
                OldMeaning::Boolean => (
                    format!("`{text}` is a string in YAML 1.2, not a boolean"),
                    "Use `true` or `false` for a boolean; quote a string.",
                ),
                OldMeaning::Octal => (
                    "a number with a leading zero is decimal in YAML 1.2, not octal".into(),
                    "Remove the leading zero of a number; quote a string.",
                ),
                OldMeaning::Sexagesimal => (
                    "this is a string in YAML 1.2, not a base-60 number".into(),
                    "Quote the string.",
                ),
            }
        };
        self.problems.push(Problem {
            rule: "yaml-surprise",
            message,
            help: Some(help.into()),
            ..Problem::at(span)
        });
    }

    pub(super) fn alias(
        &mut self,
        scalar: &FlowScalar,
        props: &Props,
        place: Place,
    ) -> Result<Composed, Stop> {
        let span = Span::from(scalar.token.range());
        if props.anchor.is_some() || props.tag.is_some() {
            let what = "an alias must not have an anchor or tag";
            return Err(problem::own(what, span));
        }
        let name = self.source(&scalar.token).get(1..).unwrap_or_default();
        if name.is_empty() {
            return Err(nameless(&scalar.token));
        }
        let end = self.end(&scalar.trailing, SpaceBeforeComment::Needed)?;
        let Some(&id) = self.names.get(name) else {
            let what = "undefined alias; quote the value if it is a string, e.g. `'*.example.com'`";
            return Err(problem::own(what, span));
        };
        let (node, extent) = match self.anchors.resolve(id) {
            Ok((node, extent)) => (node.clone(), extent),
            Err(AliasError::Cyclic) => {
                let what = "recursive alias: it is inside the value it refers to";
                return Err(problem::own(what, span));
            }
            Err(AliasError::Excessive) => {
                let what = "too many aliases: the loader limits how often anchors are repeated";
                return Err(problem::own(what, span));
            }
        };
        let composed = Composed {
            node,
            extent,
            leaves: Leaves::alias(id),
            is_alias: true,
            is_merge: false,
            end: end.unwrap_or(scalar.token.end),
        };
        self.finish(composed, None, place)
    }
}
