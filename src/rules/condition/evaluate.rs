//! Walks the tree of a condition over borrowed facts.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, SelectExpr, operators};

use super::value::{MAX_TEXT, Stop, Val, compare, equal, items, of_literal};
use super::{Broken, Budget, Variables, functions, macros};

/// Whether the condition holds: true only when it ends in `true`.
pub(super) fn holds(
    tree: &IdedExpr,
    variables: &Variables<'_>,
    budget: &mut Budget,
) -> Result<bool, Broken> {
    let mut machine = Machine {
        variables: variables.clone(),
        budget,
    };
    match machine.value(tree) {
        Ok(Val::Bool(answer)) => Ok(answer),
        Ok(_) | Err(Stop::Open | Stop::Absent | Stop::Type) => Ok(false),
        Err(Stop::Broken(broken)) => Err(broken),
    }
}

/// One evaluation under way.
pub(super) struct Machine<'b, 'v> {
    pub(super) variables: Variables<'v>,
    pub(super) budget: &'b mut Budget,
}

impl<'v> Machine<'_, 'v> {
    /// The value of an expression.
    pub(super) fn value(&mut self, tree: &'v IdedExpr) -> Result<Val<'v>, Stop> {
        self.find(tree)?.known()
    }

    /// The value of an expression, which may be open.
    pub(super) fn find(&mut self, tree: &'v IdedExpr) -> Result<Val<'v>, Stop> {
        self.step(1)?;
        match &tree.expr {
            Expr::Literal(literal) => of_literal(literal).ok_or(Stop::Type),
            Expr::Ident(name) => {
                let value = self.variables.get(name).cloned();
                if let Some(Val::Text(Cow::Owned(text))) = &value {
                    self.step(text.len() / 256)?;
                }
                value.ok_or(Stop::Broken(Broken::UnknownVariable))
            }
            Expr::Select(select) if select.test => self.has(select).map(Val::Bool),
            Expr::Select(select) => {
                let operand = self.value(&select.operand)?;
                field(&operand, &select.field)
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => {
                let items: Result<Vec<_>, _> =
                    list.elements.iter().map(|item| self.value(item)).collect();
                Ok(Val::List(Rc::new(items?)))
            }
            Expr::Comprehension(comprehension) => macros::run(self, comprehension),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Err(Stop::Type),
        }
    }

    /// Takes `count` steps from the budget.
    pub(super) fn step(&mut self, count: usize) -> Result<(), Stop> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        match self.budget.steps.checked_sub(count) {
            Some(left) => {
                self.budget.steps = left;
                Ok(())
            }
            None => {
                self.budget.steps = 0;
                Err(Stop::Broken(Broken::TooManySteps))
            }
        }
    }

    /// `has(a.b)`: whether there is something other than null; it may be open.
    fn has(&mut self, select: &'v SelectExpr) -> Result<bool, Stop> {
        let operand = match self.value(&select.operand) {
            Err(Stop::Absent) => return Ok(false),
            operand => operand?,
        };
        Ok(field(&operand, &select.field).is_ok_and(|value| !matches!(value, Val::Null)))
    }

    fn call(&mut self, call: &'v CallExpr) -> Result<Val<'v>, Stop> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                match self.value(condition)? {
                    Val::Bool(true) => self.value(then),
                    Val::Bool(false) => self.value(otherwise),
                    _ => Err(Stop::Type),
                }
            }
            (operators::LOGICAL_AND, [left, right]) => self.logical(left, right, false),
            (operators::LOGICAL_OR, [left, right]) => self.logical(left, right, true),
            (operators::LOGICAL_NOT, [operand]) => match self.value(operand)? {
                Val::Bool(value) => Ok(Val::Bool(!value)),
                _ => Err(Stop::Type),
            },
            (operators::NOT_STRICTLY_FALSE, [operand]) => match self.value(operand) {
                Ok(Val::Bool(value)) => Ok(Val::Bool(value)),
                Err(stop @ Stop::Broken(Broken::TooManySteps)) => Err(stop),
                _ => Ok(Val::Bool(true)),
            },
            (operators::EQUALS, [left, right]) => self.equality(left, right),
            (operators::NOT_EQUALS, [left, right]) => match self.equality(left, right)? {
                Val::Bool(value) => Ok(Val::Bool(!value)),
                other => Ok(other),
            },
            (operators::IN, [left, right]) => self.contained(left, right),
            (operators::INDEX, [operand, index]) => {
                let operand = self.value(operand)?;
                let index = self.value(index)?;
                element(&operand, &index)
            }
            (operators::NEGATE, [operand]) => match self.value(operand)? {
                Val::Int(value) => value
                    .checked_neg()
                    .map(Val::Int)
                    .ok_or(Stop::Broken(Broken::Overflow)),
                Val::Double(value) => Ok(Val::Double(-value)),
                _ => Err(Stop::Type),
            },
            (
                operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS,
                [left, right],
            ) => self.order(&call.func_name, left, right),
            (
                operators::ADD
                | operators::SUBSTRACT
                | operators::MULTIPLY
                | operators::DIVIDE
                | operators::MODULO,
                [left, right],
            ) => {
                let left = self.value(left)?;
                let right = self.value(right)?;
                self.arithmetic(&call.func_name, left, right)
            }
            _ => functions::call(self, call),
        }
    }

    /// `&&` (decided by false) and `||` (decided by true): a side that decides absorbs an error of the other.
    fn logical(
        &mut self,
        left: &'v IdedExpr,
        right: &'v IdedExpr,
        decides: bool,
    ) -> Result<Val<'v>, Stop> {
        let left = self.truth(left);
        match left {
            Ok(value) if value == decides => return Ok(Val::Bool(decides)),
            Err(stop @ Stop::Broken(Broken::TooManySteps)) => return Err(stop),
            _ => {}
        }
        match self.truth(right) {
            Ok(value) if value == decides => Ok(Val::Bool(decides)),
            Err(stop @ Stop::Broken(Broken::TooManySteps)) => Err(stop),
            right => left.and(right).map(Val::Bool),
        }
    }

    fn truth(&mut self, tree: &'v IdedExpr) -> Result<bool, Stop> {
        match self.value(tree)? {
            Val::Bool(value) => Ok(value),
            _ => Err(Stop::Type),
        }
    }

    fn equality(&mut self, left: &'v IdedExpr, right: &'v IdedExpr) -> Result<Val<'v>, Stop> {
        let left = self.value(left)?;
        let right = self.value(right)?;
        equal(&left, &right, &mut |count| self.step(count)).map(Val::Bool)
    }

    /// `x in list` and `key in mapping`. An equal item decides, even beside an open one.
    fn contained(&mut self, left: &'v IdedExpr, right: &'v IdedExpr) -> Result<Val<'v>, Stop> {
        let needle = self.value(left)?;
        let container = self.value(right)?;
        if let (Val::Text(key), Val::Node(node)) = (&needle, &container)
            && let Some(object) = node.as_object()
        {
            return Ok(Val::Bool(object.contains_key(key.as_ref())));
        }
        let mut answer = Ok(Val::Bool(false));
        for item in items(&container).ok_or(Stop::Type)? {
            match equal(&needle, &item, &mut |count| self.step(count)) {
                Ok(true) => return Ok(Val::Bool(true)),
                Ok(false) => {}
                Err(Stop::Open) => answer = Err(Stop::Open),
                Err(stop) => return Err(stop),
            }
        }
        answer
    }

    fn order(
        &mut self,
        operator: &str,
        left: &'v IdedExpr,
        right: &'v IdedExpr,
    ) -> Result<Val<'v>, Stop> {
        let left = self.value(left)?;
        let right = self.value(right)?;
        if let (Val::Text(left), Val::Text(right)) = (&left, &right) {
            self.step(left.len().min(right.len()) / 16)?;
        }
        let order = compare(&left, &right).ok_or(Stop::Type)?;
        Ok(Val::Bool(match operator {
            operators::LESS => order == Ordering::Less,
            operators::LESS_EQUALS => order != Ordering::Greater,
            operators::GREATER => order == Ordering::Greater,
            _ => order != Ordering::Less,
        }))
    }

    /// `+ - * / %` on two numbers of the same kind; `+` also joins strings and lists.
    fn arithmetic(
        &mut self,
        operator: &str,
        left: Val<'v>,
        right: Val<'v>,
    ) -> Result<Val<'v>, Stop> {
        match (left, right) {
            (Val::Int(left), Val::Int(right)) => whole(operator, left, right),
            (Val::Double(left), Val::Double(right)) => match operator {
                operators::ADD => Ok(Val::Double(left + right)),
                operators::SUBSTRACT => Ok(Val::Double(left - right)),
                operators::MULTIPLY => Ok(Val::Double(left * right)),
                operators::DIVIDE => Ok(Val::Double(left / right)),
                _ => Err(Stop::Type),
            },
            (Val::Text(left), Val::Text(right)) if operator == operators::ADD => {
                let length = left.len() + right.len();
                self.step(length / 16)?;
                if length > MAX_TEXT {
                    return Err(Stop::Broken(Broken::TooLong));
                }
                Ok(Val::Text(Cow::Owned(left.into_owned() + &right)))
            }
            (left, right) if operator == operators::ADD => {
                let (Some(left), Some(right)) = (items(&left), items(&right)) else {
                    return Err(Stop::Type);
                };
                self.step(left.len() + right.len())?;
                Ok(Val::List(Rc::new(left.chain(right).collect())))
            }
            _ => Err(Stop::Type),
        }
    }
}

fn whole<'v>(operator: &str, left: i64, right: i64) -> Result<Val<'v>, Stop> {
    let divides = matches!(operator, operators::DIVIDE | operators::MODULO);
    if divides && right == 0 {
        return Err(Stop::Broken(Broken::DivisionByZero));
    }
    match operator {
        operators::ADD => left.checked_add(right),
        operators::SUBSTRACT => left.checked_sub(right),
        operators::MULTIPLY => left.checked_mul(right),
        operators::DIVIDE => left.checked_div(right),
        _ => left.checked_rem(right),
    }
    .map(Val::Int)
    .ok_or(Stop::Broken(Broken::Overflow))
}

/// `operand.name`, which may be open.
fn field<'v>(operand: &Val<'v>, name: &str) -> Result<Val<'v>, Stop> {
    match operand {
        Val::Node(node) => match node.as_object() {
            Some(object) => object.get(name).map(Val::of).ok_or(Stop::Absent),
            None => Err(Stop::Type),
        },
        Val::Record(fields) => fields
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value.clone())
            .ok_or(Stop::Absent),
        _ => Err(Stop::Type),
    }
}

/// `operand[index]`, which may be open.
fn element<'v>(operand: &Val<'v>, index: &Val<'v>) -> Result<Val<'v>, Stop> {
    match index {
        Val::Text(name) => field(operand, name),
        Val::Int(index) => {
            let index = usize::try_from(*index).map_err(|_| Stop::Absent)?;
            match operand {
                Val::List(items) => items.get(index).cloned().ok_or(Stop::Absent),
                Val::Node(node) => node
                    .as_array()
                    .ok_or(Stop::Type)?
                    .get(index)
                    .map(Val::of)
                    .ok_or(Stop::Absent),
                _ => Err(Stop::Type),
            }
        }
        _ => Err(Stop::Type),
    }
}
