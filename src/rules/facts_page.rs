//! docs/facts.md: the declared facts as a page.

use std::fmt::Write as _;

use super::condition::{FUNCTIONS, Function, METHODS, URL_FIELDS};
use super::scopes::{SCOPES, product, variables};
use crate::backstage::facts::fact::{Field, Shape};

/// The page.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for scope in SCOPES {
        let (name, product) = (scope.as_str(), product(scope));
        let _ = write!(page, "\n## `scope: {name}` ({product})\n");
        table(&mut page, "", variables(scope));
    }
    page.push_str(
        "\n## Functions\n\nThose of CEL that compute with strings and lists, and these:\n\n",
    );
    functions(&mut page, FUNCTIONS);
    page.push_str("\nMethods:\n\n");
    functions(&mut page, METHODS);
    page.push_str("\n`has(path)` is true when something other than null is there, known or not. `all`, `exists`, `exists_one`, `map`\nand `filter` go over lists, and over the keys of mappings.\n\n`url(text)` gives\n");
    rows(&mut page, URL_FIELDS);
    page
}

const INTRODUCTION: &str = "\
# Facts

What the conditions of rule cards read. `stagecheck facts` prints them for your own repository (secrets masked).

A condition is [CEL](https://cel.dev). Any field below may also be *open*: it depends on a variable or a file that is
not here. Reading an open value is an error inside CEL, which `&&` and `||` may absorb; a condition that ends in
it does not hold, so that nothing is guessed. The same goes for a value that is absent, or that is not of the type
a function takes. Ask with `open(path)`, `literal(path)` and `has(path)`, which are always known.

Integers are integers: `db.pool.max * 2` multiplies, `db.pool.max * 2.0` does not (CEL never mixes the two).
";

/// A table of fields, and one below it for each that has fields of its own.
fn table(page: &mut String, path: &str, fields: &'static [Field]) {
    if fields.is_empty() {
        return;
    }
    if !path.is_empty() {
        let _ = write!(page, "\n### `{path}`\n");
    }
    rows(page, fields);
    for field in fields {
        match field.shape {
            Shape::Object(inner) => table(page, &join(path, field.name), inner),
            Shape::List(inner) => table(page, &format!("{}[]", join(path, field.name)), inner),
            _ => {}
        }
    }
}

fn rows(page: &mut String, fields: &[Field]) {
    page.push_str("\n| field | type | meaning |\n| --- | --- | --- |\n");
    for field in fields {
        let shape = match field.shape {
            Shape::Bool => "boolean",
            Shape::Number => "number",
            Shape::String => "string",
            Shape::Strings => "list of strings",
            Shape::Config => "config",
            Shape::Object(_) => "mapping",
            Shape::List(_) => "list",
        };
        let meaning = field.meaning.replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {shape} | {meaning} |", field.name);
    }
}

fn functions(page: &mut String, functions: &[Function]) {
    for function in functions {
        let _ = writeln!(page, "- {}", function.meaning);
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
