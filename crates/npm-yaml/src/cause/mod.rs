//! From the place where reading ends to the line that a person has to change.
//!
//! In: a text that cannot be read, and its syntax problem as the parser or composer met it. Out: the same problem with
//! the cause in its message, the label on the guilty bytes, and help of its own. A parser meets an open bracket or quote
//! lines behind it, and a line that is indented too far only at its `:`. Never: a verdict (a text stays as refused as it
//! was), or a value from the text.

mod brackets;
mod lines;
mod quotes;

use crate::lexer::{Lexeme, Lexer};
use crate::token::Kind;
use crate::{Problem, Subject, problem};
use source::Span;

/// Names the cause of a syntax problem, where it is known better than from the place alone.
pub(super) fn explain(text: &str, problem: &mut Problem) {
    if problem.rule != "yaml-syntax" {
        return;
    }
    let broken = Broken::new(text);
    let cause = merge_conflict(text)
        .or_else(|| template(&broken, problem))
        .or_else(|| brackets::placeholder(&broken, problem))
        .or_else(|| quotes::swallowed(&broken, problem))
        .or_else(|| match problem.subject {
            Subject::Lines => lines::cause(&broken, problem),
            Subject::Brackets => brackets::cause(&broken, problem),
            Subject::Unexpected => {
                quotes::behind_value(&broken, problem).or_else(|| brackets::extra(&broken, problem))
            }
            Subject::Itself => None,
        });
    if let Some(cause) = cause {
        *problem = *cause;
    }
}

/// A better problem.
type Cause = Box<Problem>;

/// A text that cannot be read.
struct Broken<'t> {
    text: &'t str,
    tokens: Vec<Lexeme>,
}

impl<'t> Broken<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            tokens: Lexer::new(text).collect(),
        }
    }

    fn source(&self, token: &Lexeme) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// The number of the token that holds a byte.
    fn index_at(&self, at: usize) -> usize {
        let behind = self.tokens.partition_point(|token| token.start <= at);
        let before = self.tokens.get(..behind).unwrap_or_default();
        // Marks of no characters stand at the same byte as what follows them.
        let found = before.iter().rposition(|token| at < token.end);
        found.unwrap_or_else(|| behind.saturating_sub(1))
    }

    /// The token that holds a byte.
    fn token_at(&self, at: usize) -> Option<&Lexeme> {
        self.tokens.get(self.index_at(at))
    }

    /// The line of a byte.
    fn line_at(&self, at: usize) -> Line<'t> {
        let at = at.min(self.text.len());
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let start = before.iter().rposition(|&byte| byte == b'\n');
        let start = start.map_or(0, |end| end + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        let text = rest.split('\n').next().unwrap_or_default();
        Line {
            start,
            text: text.trim_end_matches('\r'),
        }
    }
}

/// One line of a text, without its end.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    /// How many bytes of white space it begins with.
    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches([' ', '\t']).len()
    }

    /// Without the white space around it.
    fn content(&self) -> &'t str {
        self.text.trim_matches([' ', '\t'])
    }

    fn content_start(&self) -> usize {
        self.start + self.indent()
    }

    fn span(&self) -> Span {
        let start = self.content_start();
        Span::new(start, start + self.content().len())
    }
}

/// A problem with help of its own.
fn cause(what: &str, span: Span, help: &str) -> Cause {
    Box::new(Problem {
        help: Some(help.into()),
        ..*problem::own(what, span)
    })
}

/// What git leaves in a file whose two sides nobody has put together.
fn merge_conflict(text: &str) -> Option<Cause> {
    let mut begin = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(at, at + line.trim_end().len());
        at += line.len();
        if line.starts_with("<<<<<<< ") {
            begin = begin.or(Some(span));
        } else if line.starts_with(">>>>>>> ")
            && let Some(begin) = begin
        {
            let what = "unresolved merge conflict";
            let help = "Keep one side, and delete the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`.";
            let mut cause = cause(
                what,
                Span::new(begin.range().start, begin.range().start + 7),
                help,
            );
            cause.related = Some((
                Span::new(span.range().start, span.range().start + 7),
                "ends here".into(),
            ));
            return Some(cause);
        }
    }
    None
}

/// `{{ … }}` or `{% … %}` on the line, which only a template engine understands.
fn template(broken: &Broken<'_>, problem: &Problem) -> Option<Cause> {
    let line = broken.line_at(problem.span.range().start);
    let found = ["{{", "{%"].iter().filter_map(|mark| line.text.find(mark));
    let at = found.min()?;
    // In a quote or a comment it is text.
    let token = broken.token_at(line.start + at)?;
    if !matches!(token.kind, Kind::FlowMappingStart) {
        return None;
    }
    let span = Span::new(line.start + at, line.start + at + 2);
    Some(cause(
        "template syntax is not YAML",
        span,
        "Render the template first; or quote the whole value if the braces are part of it.",
    ))
}
