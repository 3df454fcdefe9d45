//! The functions of conditions: CEL's own that make sense here, and those that know configuration.

use std::borrow::Cow;
use std::rc::Rc;

use cel::common::ast::{CallExpr, IdedExpr};

use super::Broken;
use super::evaluate::Machine;
use super::texts::{glob, url};
use super::value::{Items, MAX_TEXT, Stop, Val, items};
use crate::backstage::facts::fact::{Field, Shape};
use crate::backstage::host::is_local_host;
use crate::backstage::value::{Kind, Value, truth_of, truth_of_number};
use crate::text::patterns;
use crate::version::Version;
use npm_yaml::number;

/// A function for documentation and the check of arguments.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it takes, the receiver of a method not counted.
    pub arguments: usize,
    /// How it is written, and what it gives.
    pub meaning: &'static str,
}

const fn function(name: &'static str, arguments: usize, meaning: &'static str) -> Function {
    Function {
        name,
        arguments,
        meaning,
    }
}

/// Functions, e.g. `open(path)`. `has(path)` is a part of the grammar.
pub const FUNCTIONS: &[Function] = &[
    function(
        "open",
        1,
        "`open(path)`: the value is not known here (it depends on a variable or an unseen file)",
    ),
    function(
        "literal",
        1,
        "`literal(path)`: the value is there, and known with everything in it",
    ),
    function(
        "glob",
        2,
        "`glob(text, pattern)`: the whole text matches; `*` is any run of characters, `?` any one",
    ),
    function(
        "isLocalHost",
        1,
        "`isLocalHost(host)`: `localhost`, a name below it, or a loopback or unspecified address",
    ),
    function(
        "semver",
        1,
        "`semver(text)`: a version, which orders by its parts; a leading `^`, `~`, `>=`, `=` or `v` is skipped",
    ),
    function(
        "url",
        1,
        "`url(text)`: the parts of an absolute URL: `scheme`, `user`, `host`, `port`, `path`",
    ),
    function(
        "size",
        1,
        "`size(value)`: characters of a string, items of a list, keys of a mapping",
    ),
    function(
        "string",
        1,
        "`string(value)`: a number, boolean or string as text",
    ),
    function(
        "bool",
        1,
        "`bool(value)`: a boolean as the backend reads it: also from `'true'`, `'yes'`, `'on'`, `'y'`, `1` and their opposites",
    ),
    function(
        "int",
        1,
        "`int(value)`: a number truncated to an integer, or a string that spells an integer",
    ),
    function(
        "double",
        1,
        "`double(value)`: a number, or a string that spells one",
    ),
];

/// Methods, e.g. `text.startsWith('x')`.
pub const METHODS: &[Function] = &[
    function("startsWith", 1, "`text.startsWith(prefix)`"),
    function("endsWith", 1, "`text.endsWith(suffix)`"),
    function("contains", 1, "`text.contains(part)`"),
    function(
        "matches",
        1,
        "`text.matches(pattern)`: a regular expression matches a part of the text",
    ),
    function(
        "lowerAscii",
        0,
        "`text.lowerAscii()`: letters A to Z in lower case",
    ),
    function(
        "upperAscii",
        0,
        "`text.upperAscii()`: letters a to z in upper case",
    ),
    function("trim", 0, "`text.trim()`: without white space around it"),
    function("split", 1, "`text.split(separator)`: a list of strings"),
    function("join", 1, "`list.join(separator)`: a string"),
    function("size", 0, "`value.size()`: as `size(value)`"),
];

/// What `url(…)` gives. A part that is not in the URL is absent.
pub const URL_FIELDS: &[Field] = &[
    Field {
        name: "scheme",
        shape: Shape::String,
        meaning: "in lower case, without the colon",
    },
    Field {
        name: "user",
        shape: Shape::String,
        meaning: "the name before `@`; never the password",
    },
    Field {
        name: "host",
        shape: Shape::String,
        meaning: "in lower case; an IPv6 address without brackets",
    },
    Field {
        name: "port",
        shape: Shape::Number,
        meaning: "as written",
    },
    Field {
        name: "path",
        shape: Shape::String,
        meaning: "from the first slash; empty without one",
    },
];

/// The steps that a regular expression takes before it is first used: the config may bring any number of them.
const STEPS_TO_COMPILE: usize = 10_000;

/// Whether `matches` takes a pattern.
pub fn is_pattern(pattern: &str) -> bool {
    patterns::compiled(pattern).is_some()
}

/// Calls a function or method.
pub(super) fn call<'v>(machine: &mut Machine<'_, 'v>, call: &'v CallExpr) -> Result<Val<'v>, Stop> {
    let unknown = Stop::Broken(Broken::UnknownFunction);
    match (&call.target, call.func_name.as_str(), call.args.as_slice()) {
        (None, "open", [path]) => is_open(machine, path).map(Val::Bool),
        (None, "literal", [path]) => is_literal(machine, path).map(Val::Bool),
        (None, name, [argument]) => {
            let argument = machine.value(argument)?;
            machine.step(length(&argument) / 16)?;
            of_one(name, argument).ok_or(unknown)?
        }
        (None, "glob", [text, pattern]) => {
            let (text, pattern) = (machine.text(text)?, machine.text(pattern)?);
            machine.step((1 + text.len()).saturating_mul(1 + pattern.len()) / 16)?;
            Ok(Val::Bool(glob(&text, &pattern)))
        }
        (Some(receiver), name, []) => {
            let receiver = machine.value(receiver)?;
            on_value(machine, name, receiver).ok_or(unknown)?
        }
        (Some(receiver), "join", [separator]) => {
            let list = items(&machine.value(receiver)?).ok_or(Stop::Type)?;
            let separator = machine.text(separator)?;
            join(machine, list, &separator)
        }
        (Some(receiver), name, [argument]) => {
            let receiver = machine.text(receiver)?;
            let argument = machine.text(argument)?;
            machine.step(receiver.len() / 16)?;
            on_text(machine, name, &receiver, &argument).ok_or(unknown)?
        }
        _ => Err(unknown),
    }
}

fn is_open<'v>(machine: &mut Machine<'_, 'v>, path: &'v IdedExpr) -> Result<bool, Stop> {
    match machine.find(path) {
        Ok(value) => Ok(value.is_open()),
        Err(Stop::Open) => Ok(true),
        Err(Stop::Absent | Stop::Type) => Ok(false),
        Err(broken) => Err(broken),
    }
}

fn is_literal<'v>(machine: &mut Machine<'_, 'v>, path: &'v IdedExpr) -> Result<bool, Stop> {
    match machine.find(path) {
        Ok(Val::Null) | Err(Stop::Open | Stop::Absent | Stop::Type) => Ok(false),
        Ok(Val::Node(node)) => known_throughout(machine, node),
        Ok(_) => Ok(true),
        Err(broken) => Err(broken),
    }
}

fn known_throughout(machine: &mut Machine<'_, '_>, node: &Value) -> Result<bool, Stop> {
    machine.step(1)?;
    let mut children: Box<dyn Iterator<Item = &Value>> = match &node.kind {
        Kind::Open(_) => return Ok(false),
        Kind::Array(items) => Box::new(items.iter()),
        Kind::Object(object) => Box::new(object.values()),
        _ => return Ok(true),
    };
    children.try_fold(true, |so_far, child| {
        Ok(so_far && known_throughout(machine, child)?)
    })
}

/// Functions of one argument; `None` when there is none of that name.
fn of_one<'v>(name: &str, argument: Val<'v>) -> Option<Result<Val<'v>, Stop>> {
    Some(match (name, argument) {
        ("isLocalHost", Val::Text(host)) => Ok(Val::Bool(is_local_host(&host))),
        ("semver", Val::Text(text)) => Version::parse(&text)
            .map(|version| Val::Version(Rc::new(version)))
            .ok_or(Stop::Type),
        ("url", Val::Text(text)) => url(&text).ok_or(Stop::Type),
        ("size", value) => size(&value).ok_or(Stop::Type),
        ("string", value) => as_string(value).ok_or(Stop::Type),
        ("bool", value) => as_bool(&value).map(Val::Bool).ok_or(Stop::Type),
        ("int", value) => as_int(&value).ok_or(Stop::Type),
        ("double", value) => as_double(&value).ok_or(Stop::Type),
        ("isLocalHost" | "semver" | "url", _) => Err(Stop::Type),
        _ => return None,
    })
}

fn on_value<'v>(
    machine: &mut Machine<'_, 'v>,
    name: &str,
    receiver: Val<'v>,
) -> Option<Result<Val<'v>, Stop>> {
    if name == "size" {
        let counted = machine.step(length(&receiver) / 16);
        return Some(counted.and_then(|()| size(&receiver).ok_or(Stop::Type)));
    }
    let change: fn(&str) -> String = match name {
        "lowerAscii" => str::to_ascii_lowercase,
        "upperAscii" => str::to_ascii_uppercase,
        "trim" => |text| text.trim().to_owned(),
        _ => return None,
    };
    Some(match receiver {
        Val::Text(text) => machine
            .step(text.len() / 16)
            .map(|()| Val::Text(Cow::Owned(change(&text)))),
        _ => Err(Stop::Type),
    })
}

fn on_text<'v>(
    machine: &mut Machine<'_, 'v>,
    name: &str,
    text: &str,
    argument: &str,
) -> Option<Result<Val<'v>, Stop>> {
    let answer = match name {
        "startsWith" => text.starts_with(argument),
        "endsWith" => text.ends_with(argument),
        "contains" => text.contains(argument),
        "matches" => {
            if !machine.budget.patterns.knows(argument)
                && let Err(stop) = machine.step(STEPS_TO_COMPILE)
            {
                return Some(Err(stop));
            }
            match machine.budget.patterns.get(argument) {
                Some(pattern) => pattern.is_match(text),
                None => return Some(Err(Stop::Broken(Broken::Pattern))),
            }
        }
        "split" => return Some(split(machine, text, argument)),
        _ => return None,
    };
    Some(Ok(Val::Bool(answer)))
}

fn split<'v>(machine: &mut Machine<'_, 'v>, text: &str, separator: &str) -> Result<Val<'v>, Stop> {
    machine.step(text.len())?;
    let parts = text
        .split(separator)
        .map(|part| Val::Text(Cow::Owned(part.to_owned())))
        .collect();
    Ok(Val::List(Rc::new(parts)))
}

fn join<'v>(
    machine: &mut Machine<'_, 'v>,
    list: Items<'v>,
    separator: &str,
) -> Result<Val<'v>, Stop> {
    let mut joined = String::new();
    for (index, item) in list.enumerate() {
        let Val::Text(text) = item.known()? else {
            return Err(Stop::Type);
        };
        machine.step(1 + (text.len() + separator.len()) / 16)?;
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&text);
        if joined.len() > MAX_TEXT {
            return Err(Stop::Broken(Broken::TooLong));
        }
    }
    Ok(Val::Text(Cow::Owned(joined)))
}

impl<'v> Machine<'_, 'v> {
    fn text(&mut self, tree: &'v IdedExpr) -> Result<Cow<'v, str>, Stop> {
        match self.value(tree)? {
            Val::Text(text) => Ok(text),
            _ => Err(Stop::Type),
        }
    }
}

/// How long a text is; 0 for anything else, which no function of one value goes through.
fn length(value: &Val<'_>) -> usize {
    match value {
        Val::Text(text) => text.len(),
        _ => 0,
    }
}

fn size<'v>(value: &Val<'v>) -> Option<Val<'v>> {
    let count = match value {
        Val::Text(text) => text.chars().count(),
        Val::List(items) => items.len(),
        Val::Node(node) => match &node.kind {
            Kind::Array(items) => items.len(),
            Kind::Object(object) => object.len(),
            _ => return None,
        },
        _ => return None,
    };
    i64::try_from(count).ok().map(Val::Int)
}

fn as_string<'v>(value: Val<'v>) -> Option<Val<'v>> {
    Some(Val::Text(match value {
        Val::Text(text) => text,
        Val::Bool(value) => Cow::Owned(value.to_string()),
        Val::Int(value) => Cow::Owned(value.to_string()),
        Val::Double(value) => Cow::Owned(number::to_text(value)),
        _ => return None,
    }))
}

#[allow(clippy::cast_possible_truncation)] // the guard admits only what fits
fn as_bool(value: &Val<'_>) -> Option<bool> {
    match value {
        Val::Bool(truth) => Some(*truth),
        Val::Int(1) => Some(true),
        Val::Int(0) => Some(false),
        Val::Double(number) => truth_of_number(*number),
        Val::Text(text) => truth_of(text),
        _ => None,
    }
}

fn as_int<'v>(value: &Val<'v>) -> Option<Val<'v>> {
    match value {
        Val::Int(value) => Some(*value),
        Val::Double(value) if value.abs() < 9.2e18 => Some(*value as i64),
        Val::Text(text) => text.parse().ok(),
        _ => None,
    }
    .map(Val::Int)
}

#[allow(clippy::cast_precision_loss)] // what a double is
fn as_double<'v>(value: &Val<'v>) -> Option<Val<'v>> {
    match value {
        Val::Int(value) => Some(*value as f64),
        Val::Double(value) => Some(*value),
        Val::Text(text) => text.parse().ok(),
        _ => None,
    }
    .map(Val::Double)
}
