//! `stagecheck diff CHAIN CHAIN`: how the effective configs of two chains differ.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;

use super::why::one_line;
use super::{configs, masked, printed, status, wanted};
use crate::backstage::value::{Kind, Value};
use crate::cli::args::{EnvironmentArguments, FileArguments};
use crate::cli::console::Console;
use crate::cli::output;
use crate::cli::status::{Outcome, Status};
use crate::report::{Origins, Shown};
use crate::run::Failure;
use crate::text::mask::escape;
use source::{ConfigPath, Part};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The name of a chain
    #[arg(value_name = "CHAIN")]
    one: String,
    /// The name of another
    #[arg(value_name = "CHAIN")]
    other: String,
    /// Which files.
    #[command(flatten)]
    files: FileArguments,
    /// Which variables.
    #[command(flatten)]
    environment: EnvironmentArguments,
}

pub(in crate::cli) fn run(arguments: &Arguments, console: &Console) -> Outcome {
    let found = configs(&arguments.files, &arguments.environment, console)?;
    if found.apps.iter().all(|app| app.chains.is_empty()) {
        let failure =
            Failure::new("no Backstage chains in this directory or below: nothing to compare");
        return Err(failure.with_help("`stagecheck chains` lists what is found"));
    }
    let (one, _) = wanted(printed(&found), &[], Some(&arguments.one))?;
    let (other, _) = wanted(printed(&found), &[], Some(&arguments.other))?;
    let ([one], [other]) = (one.as_slice(), other.as_slice()) else {
        let message = "several app roots have chains of these names";
        return Err(Failure::new(message).with_help("name the directory of one app root"));
    };
    let shown = masked(&found, Origins::Said);
    for chains in [one, other] {
        if status(std::slice::from_ref(chains), &[], console) != Status::Clean {
            return Ok(Status::Findings);
        }
    }
    let leaves = |config: &Result<Value, _>| {
        let mut all = BTreeMap::new();
        if let Ok(config) = config {
            collect(config, &ConfigPath::root(), &shown, &mut all);
        }
        all
    };
    let (before, after) = (leaves(&one.chain.config), leaves(&other.chain.config));
    output::lines_to_stdout(|out| {
        writeln!(out, "--- {}", shown.chain(&one.chain.chain).0)?;
        writeln!(out, "+++ {}", shown.chain(&other.chain.chain).0)?;
        let mut paths: Vec<&ConfigPath> = before.keys().chain(after.keys()).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            write_leaf(path, before.get(path), after.get(path), &shown, out)?;
        }
        Ok(())
    })?;
    let same = before.len() == after.len()
        && before
            .iter()
            .all(|(path, (text, _))| after.get(path).is_some_and(|(other, _)| other == text));
    Ok(match same {
        true => Status::Clean,
        false => Status::Findings,
    })
}

/// What is shown of a value, and where it was set. Equal values of another place are equal, also masked ones.
type Leaf = (LeafText, String);

/// What tells whether a value is another one, and what is shown of it.
#[derive(PartialEq)]
struct LeafText {
    kind: Kind,
    shown: String,
}

fn collect(
    value: &Value,
    path: &ConfigPath,
    shown: &Shown<'_>,
    all: &mut BTreeMap<ConfigPath, Leaf>,
) {
    match &value.kind {
        Kind::Object(object) if !object.is_empty() => {
            for (key, child) in object {
                collect(child, &path.with(Part::Key(key.clone())), shown, all);
            }
        }
        Kind::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &path.with(Part::Item(index)), shown, all);
            }
        }
        kind => {
            let text = LeafText {
                kind: compared(kind),
                shown: one_line(value, shown),
            };
            let place = shown.place(value.origin.as_ref());
            all.insert(path.clone(), (text, place));
        }
    }
}

/// A value as it is compared: how a string was written does not count, nor what is below an open value.
fn compared(kind: &Kind) -> Kind {
    match kind {
        Kind::String(text) => Value::string(text.value.clone()).kind,
        Kind::Open(open) => Value::string(open.written.clone()).kind,
        other => other.clone(),
    }
}

fn write_leaf(
    path: &ConfigPath,
    before: Option<&Leaf>,
    after: Option<&Leaf>,
    shown: &Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if before.map(|leaf| &leaf.0) == after.map(|leaf| &leaf.0) {
        return Ok(());
    }
    let path = path.to_string();
    writeln!(out, " {}", escape(&shown.key(&path)))?;
    for (sign, leaf) in [('-', before), ('+', after)] {
        if let Some((text, place)) = leaf {
            writeln!(out, "{sign}  {}  ({place})", text.shown)?;
        }
    }
    Ok(())
}
