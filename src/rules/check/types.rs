//! The types of expressions, as far as the declared facts give them.

use std::fmt;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};

use super::hint;
use crate::backstage::facts::fact::{Field, Shape};
use crate::rules::condition::{Broken, FUNCTIONS, METHODS, URL_FIELDS, is_pattern};

/// What an expression can be. Any of it may also be open or absent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// Anything: what a config holds.
    Dynamic,
    Null,
    Bool,
    Number,
    Text,
    Version,
    List(Box<Type>),
    Object(Fields),
}

/// Declared fields; two are the same when they are the same declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields(&'static [Field]);

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dynamic => "any value",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Version => "a version",
            Self::List(_) => "a list",
            Self::Object(_) => "a mapping of facts",
        })
    }
}

impl Type {
    fn of(shape: Shape) -> Self {
        match shape {
            Shape::Bool => Self::Bool,
            Shape::Number => Self::Number,
            Shape::String => Self::Text,
            Shape::Strings => Self::List(Box::new(Self::Text)),
            Shape::Config => Self::Dynamic,
            Shape::Object(fields) => Self::Object(Fields(fields)),
            Shape::List(fields) => Self::List(Box::new(Self::Object(Fields(fields)))),
        }
    }

    /// The type of a field.
    pub(super) fn field(&self, name: &str) -> Result<Self, String> {
        match self {
            Self::Dynamic => Ok(Self::Dynamic),
            Self::Object(Fields(fields)) => fields
                .iter()
                .find(|field| field.name == name)
                .map(|field| Self::of(field.shape))
                .ok_or_else(|| {
                    let hint = hint(name, fields.iter().map(|field| field.name));
                    format!("reads the unknown fact `{name}`{hint}")
                }),
            other => Err(format!("reads the field `{name}` of {other}")),
        }
    }

    /// The type of an item.
    pub(super) fn item(&self) -> Result<Self, String> {
        match self {
            Self::Dynamic => Ok(Self::Dynamic),
            Self::List(item) => Ok((**item).clone()),
            other => Err(format!("reads an item of {other}")),
        }
    }

    /// Whether a value of this type may be of the other.
    fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dynamic, _) | (_, Self::Dynamic) => true,
            (Self::List(left), Self::List(right)) => left.fits(right),
            (left, right) => left == right,
        }
    }
}

/// Variables and their types.
#[derive(Debug, Clone)]
pub(super) struct Names(Vec<(String, Type)>);

impl Names {
    pub(super) fn of(fields: &[Field]) -> Self {
        Self(
            fields
                .iter()
                .map(|field| (field.name.to_owned(), Type::of(field.shape)))
                .collect(),
        )
    }

    pub(super) fn bind(&mut self, name: &str, kind: Type) {
        self.0.push((name.to_owned(), kind));
    }

    pub(super) fn get(&self, name: &str) -> Result<Type, String> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, kind)| kind.clone())
            .ok_or_else(|| {
                let known = self.0.iter().map(|(name, _)| name.as_str());
                format!("reads the unknown variable `{name}`{}", hint(name, known))
            })
    }
}

/// Checks a whole condition: it must be able to be a boolean.
pub(super) fn condition(names: &mut Names, tree: &IdedExpr) -> Result<(), String> {
    let kind = infer(names, tree)?;
    match kind.fits(&Type::Bool) {
        true => Ok(()),
        false => Err(format!("must give true or false, but gives {kind}")),
    }
}

fn infer(names: &mut Names, tree: &IdedExpr) -> Result<Type, String> {
    match &tree.expr {
        Expr::Literal(literal) => Ok(match literal {
            LiteralValue::Boolean(_) => Type::Bool,
            LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => Type::Number,
            LiteralValue::String(_) | LiteralValue::Bytes(_) => Type::Text,
            LiteralValue::Null => Type::Null,
        }),
        Expr::Ident(name) => names.get(name),
        Expr::Select(select) => {
            let kind = infer(names, &select.operand)?.field(&select.field)?;
            Ok(if select.test { Type::Bool } else { kind })
        }
        Expr::List(list) => {
            let mut items = Vec::new();
            for element in &list.elements {
                items.push(infer(names, element)?);
            }
            let first = items.first().cloned().unwrap_or(Type::Dynamic);
            let same = items.iter().all(|item| *item == first);
            Ok(Type::List(Box::new(if same {
                first
            } else {
                Type::Dynamic
            })))
        }
        Expr::Call(call) => infer_call(names, call),
        Expr::Comprehension(comprehension) => infer_comprehension(names, comprehension),
        Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Ok(Type::Dynamic),
    }
}

fn infer_call(names: &mut Names, call: &CallExpr) -> Result<Type, String> {
    let mut arguments = Vec::new();
    for argument in &call.args {
        arguments.push(infer(names, argument)?);
    }
    match &call.target {
        Some(target) => {
            let receiver = infer(names, target)?;
            if let ("matches", [pattern]) = (&*call.func_name, &call.args[..])
                && let Expr::Literal(LiteralValue::String(pattern)) = &pattern.expr
            {
                pattern_of_matches(pattern)?;
            }
            method(&call.func_name, &receiver, &arguments)
        }
        None => operator(&call.func_name, &arguments)
            .unwrap_or_else(|| function(&call.func_name, &arguments)),
    }
}

fn infer_comprehension(
    names: &mut Names,
    comprehension: &ComprehensionExpr,
) -> Result<Type, String> {
    let item = match infer(names, &comprehension.iter_range)? {
        Type::Object(_) => Type::Text,
        range => range.item()?,
    };
    let start = match infer(names, &comprehension.accu_init)? {
        Type::List(_) => Type::List(Box::new(Type::Dynamic)),
        start => start,
    };
    let depth = names.0.len();
    names.bind(&comprehension.accu_var, start.clone());
    names.bind(&comprehension.iter_var, item);
    let inner =
        infer(names, &comprehension.loop_step).and_then(|_| infer(names, &comprehension.result));
    names.0.truncate(depth);
    inner
}

fn expect(kind: &Type, wanted: &Type, what: &str) -> Result<(), String> {
    if kind.fits(wanted) {
        Ok(())
    } else {
        Err(format!("{what}, but gets {kind}"))
    }
}

/// A pattern that stands in the condition itself is known before anything is judged.
fn pattern_of_matches(pattern: &str) -> Result<(), String> {
    match is_pattern(pattern) {
        true => Ok(()),
        false => Err(Broken::Pattern.to_string()),
    }
}

/// The type of an operator's result; `None` when it is none of the operators.
fn operator(name: &str, operands: &[Type]) -> Option<Result<Type, String>> {
    let bools = |what: &str| -> Result<Type, String> {
        for operand in operands {
            expect(operand, &Type::Bool, what)?;
        }
        Ok(Type::Bool)
    };
    Some(match (name, operands) {
        (operators::LOGICAL_AND, _) => bools("`&&` joins booleans"),
        (operators::LOGICAL_OR, _) => bools("`||` joins booleans"),
        (operators::LOGICAL_NOT, _) => bools("`!` takes a boolean"),
        (operators::NOT_STRICTLY_FALSE, _) => Ok(Type::Bool),
        (operators::CONDITIONAL, [condition, then, otherwise]) => {
            expect(condition, &Type::Bool, "`? :` asks for a boolean").map(|()| {
                if then == otherwise {
                    then.clone()
                } else {
                    Type::Dynamic
                }
            })
        }
        (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => same(left, right),
        (operators::IN, [item, container]) => contained(item, container),
        (operators::INDEX, [operand, index]) => indexed(operand, index),
        (operators::NEGATE, [operand]) => {
            expect(operand, &Type::Number, "`-` takes a number").map(|()| Type::Number)
        }
        (
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            [left, right],
        ) => ordered(left, right),
        (operators::ADD, [left, right]) => match (left, right) {
            (Type::Text | Type::Number | Type::List(_) | Type::Dynamic, _) if left.fits(right) => {
                Ok(if *left == Type::Dynamic { right } else { left }.clone())
            }
            _ => Err(format!(
                "`+` joins two of the same kind, but gets {left} and {right}"
            )),
        },
        (
            operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
            [left, right],
        ) => expect(left, &Type::Number, "arithmetic takes numbers")
            .and_then(|()| expect(right, &Type::Number, "arithmetic takes numbers"))
            .map(|()| Type::Number),
        _ => return None,
    })
}

/// Two values that can never be equal are a slip; everything may be compared with null.
fn same(left: &Type, right: &Type) -> Result<Type, String> {
    let null = *left == Type::Null || *right == Type::Null;
    if null || left.fits(right) {
        Ok(Type::Bool)
    } else {
        Err(format!(
            "compares {left} with {right}, which are never equal"
        ))
    }
}

fn contained(item: &Type, container: &Type) -> Result<Type, String> {
    match container {
        Type::List(items) => same(item, items),
        Type::Dynamic => Ok(Type::Bool),
        Type::Object(_) => {
            expect(item, &Type::Text, "`in` a mapping asks for a key").map(|()| Type::Bool)
        }
        other => Err(format!("`in` asks a list or mapping, but gets {other}")),
    }
}

fn indexed(operand: &Type, index: &Type) -> Result<Type, String> {
    match (operand, index) {
        (Type::List(_), index) if index.fits(&Type::Number) => operand.item(),
        (Type::Dynamic, _) => Ok(Type::Dynamic),
        (Type::Object(_), index) if index.fits(&Type::Text) => Ok(Type::Dynamic),
        _ => Err(format!("`[…]` reads {operand} by {index}")),
    }
}

fn ordered(left: &Type, right: &Type) -> Result<Type, String> {
    let orders = |kind: &Type| {
        matches!(
            kind,
            Type::Number | Type::Text | Type::Bool | Type::Version | Type::Dynamic
        )
    };
    if orders(left) && orders(right) && left.fits(right) {
        Ok(Type::Bool)
    } else {
        Err(format!("orders {left} and {right}"))
    }
}

fn function(name: &str, arguments: &[Type]) -> Result<Type, String> {
    known(name, arguments.len(), FUNCTIONS, "function")?;
    let takes = |wanted: Type, gives: Type| {
        for argument in arguments {
            expect(argument, &wanted, &format!("`{name}` takes strings"))?;
        }
        Ok(gives)
    };
    match name {
        "open" | "literal" | "bool" => Ok(Type::Bool),
        "isLocalHost" | "glob" => takes(Type::Text, Type::Bool),
        "semver" => takes(Type::Text, Type::Version),
        "url" => takes(Type::Text, Type::Object(Fields(URL_FIELDS))),
        "string" => Ok(Type::Text),
        _ => Ok(Type::Number),
    }
}

fn method(name: &str, receiver: &Type, arguments: &[Type]) -> Result<Type, String> {
    known(name, arguments.len(), METHODS, "method")?;
    for argument in arguments {
        expect(argument, &Type::Text, &format!("`{name}` takes a string"))?;
    }
    let on_text = || {
        expect(
            receiver,
            &Type::Text,
            &format!("`{name}` is a method of strings"),
        )
    };
    match name {
        "size" => Ok(Type::Number),
        "join" => receiver.item().map(|_| Type::Text),
        "split" => on_text().map(|()| Type::List(Box::new(Type::Text))),
        "lowerAscii" | "upperAscii" | "trim" => on_text().map(|()| Type::Text),
        _ => on_text().map(|()| Type::Bool),
    }
}

fn known(
    name: &str,
    count: usize,
    functions: &[crate::rules::condition::Function],
    kind: &str,
) -> Result<(), String> {
    let mut overloads = functions
        .iter()
        .filter(|function| function.name == name)
        .peekable();
    if overloads.peek().is_none() {
        let hint = hint(name, functions.iter().map(|function| function.name));
        return Err(format!("calls the unknown {kind} `{name}`{hint}"));
    }
    if overloads.any(|function| function.arguments == count) {
        Ok(())
    } else {
        Err(format!("calls `{name}` with {count} arguments"))
    }
}
