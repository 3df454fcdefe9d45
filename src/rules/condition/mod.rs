//! The CEL of a card: text to a [`Condition`], and whether it holds.
//!
//! In: the text of `when`, and the variables it may read. Out: true or false, or why the *rule* is broken.
//! Never: an error because of the config it looks at, or a message that repeats a value.
//!
//! The grammar and its tree come from the `cel` crate; the evaluation is our own, because three things that a
//! linter stands on are not to be had from it: values that are not known (a `${VAR}`), a budget of steps (no
//! policy may hang a run), and errors that repeat no operand (an operand may be a secret). It evaluates over
//! the borrowed facts, copies no tree, and agrees with the crate's own evaluation on every expression that
//! reads no open or absent value, which a test holds it to.
//!
//! Reading an open or an absent value is an error inside CEL, which `&&` and `||` may absorb; a condition
//! that ends in it does not hold. So does one that meets a value of a type it cannot handle: what the config
//! holds is no mistake of the rule, whose own mistakes [`super::check`] finds before anything is judged.

mod evaluate;
mod functions;
mod macros;
#[cfg(test)]
mod tests;
mod texts;
mod value;

pub use functions::{FUNCTIONS, Function, METHODS, URL_FIELDS, is_pattern};
pub use value::Val;

use std::borrow::Cow;

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use cel::parser::PrattParser;

use crate::backstage::value::Value;
use crate::text::patterns::Patterns;

/// The longest condition, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// The deepest nesting of a condition's tree.
pub const MAX_DEPTH: usize = 160;
/// The deepest nesting of `all`, `exists`, `exists_one`, `map` and `filter`.
pub const MAX_COMPREHENSIONS: usize = 3;
/// How many nodes of its tree a card may evaluate on one subject: about 50 ms.
pub const MAX_STEPS: u32 = 1_000_000;
/// How many more for each item that it judges, so that a card without loops gets along with any number of them.
pub const MAX_STEPS_EACH: u32 = 200;

/// A parsed condition.
#[derive(Debug)]
pub struct Condition {
    tree: IdedExpr,
}

/// Why a text is no condition. The message repeats nothing but the rule's own text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACondition {
    /// It does not parse.
    #[error("is not a CEL expression{}", at(.line, .column))]
    Syntax {
        /// Line in the condition, from 1, if known.
        line: Option<usize>,
        /// Column in that line, from 1, if known.
        column: Option<usize>,
    },
    /// It is longer than [`MAX_LENGTH`].
    #[error("is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// It is nested deeper than [`MAX_DEPTH`].
    #[error("is nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// It nests more than [`MAX_COMPREHENSIONS`] comprehensions.
    #[error(
        "nests more than {MAX_COMPREHENSIONS} of `all`, `exists`, `exists_one`, `map` and `filter`"
    )]
    TooManyComprehensions,
    /// It uses a part of CEL that conditions do not have.
    #[error("uses {0}, which conditions do not have")]
    Unsupported(&'static str),
}

fn at(line: &Option<usize>, column: &Option<usize>) -> String {
    match (line, column) {
        (Some(1), Some(column)) => format!(" (at character {column})"),
        (Some(line), Some(column)) => format!(" (at line {line}, character {column})"),
        _ => String::new(),
    }
}

/// Why a condition cannot be judged, although it parses: a mistake of the rule, not of the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The budget is spent.
    #[error("takes more than {MAX_STEPS} steps, and {MAX_STEPS_EACH} for each item")]
    TooManySteps,
    /// A string grows beyond [`value::MAX_TEXT`].
    #[error("makes a string longer than {} bytes", value::MAX_TEXT)]
    TooLong,
    /// Division or remainder by zero.
    #[error("divides by zero")]
    DivisionByZero,
    /// A whole number out of range.
    #[error("makes a number that is out of range")]
    Overflow,
    /// The pattern of `matches` is no regular expression.
    #[error("passes `matches` a pattern that is not a valid regular expression, or is too large")]
    Pattern,
    /// A name that no variable has; `check` finds it before.
    #[error("reads a variable that does not exist")]
    UnknownVariable,
    /// A function that does not exist, or not with these arguments; `check` finds it before.
    #[error("calls a function that does not exist")]
    UnknownFunction,
}

/// What a condition may read: names and values.
#[derive(Clone, Default)]
pub struct Variables<'v> {
    names: Vec<Variable<'v>>,
}

#[derive(Clone)]
struct Variable<'v> {
    name: Cow<'v, str>,
    value: Val<'v>,
    node: Option<&'v Value>,
}

impl<'v> Variables<'v> {
    /// Adds a part of the facts; a later variable hides an earlier one of the same name.
    pub fn bind_node(&mut self, name: impl Into<Cow<'v, str>>, node: &'v Value) {
        self.names.push(Variable {
            name: name.into(),
            value: Val::of(node),
            node: Some(node),
        });
    }

    /// Adds a value that stands on no bytes; a later variable hides an earlier one of the same name.
    pub fn bind(&mut self, name: impl Into<Cow<'v, str>>, value: Val<'v>) {
        self.names.push(Variable {
            name: name.into(),
            value,
            node: None,
        });
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&Val<'v>> {
        self.find(name).map(|variable| &variable.value)
    }

    /// The part of the facts of that name.
    pub fn node(&self, name: &str) -> Option<&'v Value> {
        self.find(name)?.node
    }

    fn find(&self, name: &str) -> Option<&Variable<'v>> {
        self.names
            .iter()
            .rev()
            .find(|variable| variable.name == name)
    }
}

/// What is left of the steps a card may take on one subject, and the patterns it has compiled.
pub struct Budget {
    steps: u32,
    patterns: Patterns,
}

impl Budget {
    /// For a card that judges so many items of one subject.
    pub fn for_items(count: usize) -> Self {
        let each = MAX_STEPS_EACH.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        Self {
            steps: MAX_STEPS.saturating_add(each),
            ..Self::default()
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: MAX_STEPS,
            patterns: Patterns::default(),
        }
    }
}

impl Condition {
    /// Parses the text of a `when`.
    ///
    /// # Errors
    /// When it is no CEL, or beyond the bounds that keep every condition cheap.
    pub fn parse(text: &str) -> Result<Self, NotACondition> {
        if text.len() > MAX_LENGTH {
            return Err(NotACondition::TooLong);
        }
        let tree = PrattParser::default().parse(text).map_err(|errors| {
            let position = errors.errors.first().map(|error| error.pos);
            let number = |n: isize| usize::try_from(n).ok().filter(|n| *n > 0);
            NotACondition::Syntax {
                line: position.and_then(|(line, _)| number(line)),
                column: position.and_then(|(_, column)| number(column)),
            }
        })?;
        bounded(&tree, 0, 0)?;
        Ok(Self { tree })
    }

    /// Whether the condition holds for these variables.
    ///
    /// # Errors
    /// When the rule itself is broken, whatever the config says.
    pub fn holds(&self, variables: &Variables<'_>, budget: &mut Budget) -> Result<bool, Broken> {
        evaluate::holds(&self.tree, variables, budget)
    }

    /// The tree, for [`super::check`].
    pub(super) fn tree(&self) -> &IdedExpr {
        &self.tree
    }
}

/// Refuses what is nested too deep, or is no part of a condition.
fn bounded(tree: &IdedExpr, depth: usize, comprehensions: usize) -> Result<(), NotACondition> {
    if depth > MAX_DEPTH {
        return Err(NotACondition::TooDeep);
    }
    let go = |tree: &IdedExpr| bounded(tree, depth + 1, comprehensions);
    match &tree.expr {
        Expr::Ident(_) => Ok(()),
        Expr::Literal(literal) => value::of_literal(literal)
            .map(|_| ())
            .ok_or(NotACondition::Unsupported("a literal of bytes or `u`")),
        Expr::Select(select) => go(&select.operand),
        Expr::Call(CallExpr { target, args, .. }) => {
            target.iter().try_for_each(|target| go(target))?;
            args.iter().try_for_each(go)
        }
        Expr::List(list) => list.elements.iter().try_for_each(go),
        Expr::Comprehension(inner) => {
            if comprehensions == MAX_COMPREHENSIONS {
                return Err(NotACondition::TooManyComprehensions);
            }
            go(&inner.iter_range)?;
            [&inner.loop_cond, &inner.loop_step, &inner.result]
                .into_iter()
                .try_for_each(|tree| bounded(tree, depth + 1, comprehensions + 1))
        }
        Expr::Map(_) => Err(NotACondition::Unsupported("a map literal")),
        Expr::Struct(_) => Err(NotACondition::Unsupported("a message literal")),
        Expr::Unspecified => Err(NotACondition::Unsupported("an empty expression")),
    }
}
