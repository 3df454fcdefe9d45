//! `all`, `exists`, `exists_one`, `map` and `filter`, which the parser has turned into comprehensions.

use std::borrow::Cow;
use std::rc::Rc;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, operators};

use super::Broken;
use super::evaluate::Machine;
use super::value::{Items, Stop, Val, items};

/// Runs a comprehension: over the items of a list, or the keys of a mapping in the order of the text.
pub(super) fn run<'v>(
    machine: &mut Machine<'_, 'v>,
    comprehension: &'v ComprehensionExpr,
) -> Result<Val<'v>, Stop> {
    let range = machine.value(&comprehension.iter_range)?;
    let range = range_of(&range).ok_or(Stop::Type)?;
    let depth = machine.variables.names.len();
    let answer = if is_empty_list(&comprehension.accu_init) {
        collect(machine, comprehension, range)
    } else {
        fold(machine, comprehension, range)
    };
    machine.variables.names.truncate(depth);
    answer
}

fn range_of<'v>(range: &Val<'v>) -> Option<Items<'v>> {
    match range {
        Val::Node(node) if node.as_object().is_some() => node.as_object().map(Items::keys),
        range => items(range),
    }
}

fn is_empty_list(tree: &IdedExpr) -> bool {
    matches!(&tree.expr, Expr::List(list) if list.elements.is_empty())
}

/// `all`, `exists` and `exists_one`: a step that has no value does not end the loop, since a later item may
/// still decide; what is undecided at the end has none either.
fn fold<'v>(
    machine: &mut Machine<'_, 'v>,
    comprehension: &'v ComprehensionExpr,
    range: Items<'v>,
) -> Result<Val<'v>, Stop> {
    let start = machine.value(&comprehension.accu_init)?;
    let depth = machine.variables.names.len();
    let mut so_far = start.clone();
    let mut undecided = None;
    for item in range {
        machine.variables.names.truncate(depth);
        let accumulator = Cow::Borrowed(comprehension.accu_var.as_str());
        machine.variables.bind(accumulator, so_far.clone());
        if !matches!(machine.value(&comprehension.loop_cond)?, Val::Bool(true)) {
            break;
        }
        machine
            .variables
            .bind(Cow::Borrowed(comprehension.iter_var.as_str()), item);
        match machine.value(&comprehension.loop_step) {
            Ok(value) => so_far = value,
            Err(stop @ Stop::Broken(Broken::TooManySteps)) => return Err(stop),
            Err(stop) => undecided = undecided.or(Some(stop)),
        }
    }
    machine.variables.names.truncate(depth);
    let same = matches!((&start, &so_far), (Val::Bool(a), Val::Bool(b)) if a == b);
    match undecided {
        Some(stop) if same || !matches!(start, Val::Bool(_)) => Err(stop),
        _ => {
            let accumulator = Cow::Borrowed(comprehension.accu_var.as_str());
            machine.variables.bind(accumulator, so_far);
            machine.value(&comprehension.result)
        }
    }
}

/// `map` and `filter`: the step is `@result + [item]`, or that under a condition.
fn collect<'v>(
    machine: &mut Machine<'_, 'v>,
    comprehension: &'v ComprehensionExpr,
    range: Items<'v>,
) -> Result<Val<'v>, Stop> {
    let (condition, added) = appended(&comprehension.loop_step).ok_or(Stop::Type)?;
    let depth = machine.variables.names.len();
    let mut collected = Vec::new();
    for item in range {
        machine.variables.names.truncate(depth);
        machine
            .variables
            .bind(Cow::Borrowed(comprehension.iter_var.as_str()), item);
        let wanted = match condition {
            Some(condition) => machine.value(condition)?,
            None => Val::Bool(true),
        };
        match wanted {
            Val::Bool(true) => collected.push(machine.find(added)?),
            Val::Bool(false) => {}
            _ => return Err(Stop::Type),
        }
    }
    Ok(Val::List(Rc::new(collected)))
}

/// The condition and the item of a step that appends.
fn appended(step: &IdedExpr) -> Option<(Option<&IdedExpr>, &IdedExpr)> {
    let Expr::Call(CallExpr {
        func_name, args, ..
    }) = &step.expr
    else {
        return None;
    };
    match (func_name.as_str(), args.as_slice()) {
        (operators::CONDITIONAL, [condition, then, _]) => {
            let (_, item) = appended(then)?;
            Some((Some(condition), item))
        }
        (operators::ADD, [_, list]) => match &list.expr {
            Expr::List(list) => list.elements.first().map(|item| (None, item)),
            _ => None,
        },
        _ => None,
    }
}
