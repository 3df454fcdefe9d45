//! `facts.secrets`: where secrets stand, or belong, in a layer.

use super::declare::{Field, Shape};
use super::{absent, list, object, truth};
use crate::backstage::schema::Part;
use crate::backstage::secrets::{Certainty, Extent, Secret, Standing, origin};
use crate::backstage::value::Value;
use crate::text::mask::MASK;

/// What [`collect`] gives for each secret.
pub const FIELDS: &[Field] = &[
    Field::new(
        "value",
        Shape::String,
        "points at the bytes of the secret alone; its text is always `********`",
    ),
    Field::new(
        "path",
        Shape::String,
        "the config path of the value it is in; absent in a comment, and in a layer that does not parse",
    ),
    Field::new(
        "kind",
        Shape::String,
        "what kind of secret, e.g. `database-password`, `url-password`, `header`, `secret`, `github-token`, `jwt`",
    ),
    Field::new(
        "what",
        Shape::String,
        "the same in words, e.g. `the password in this URL`",
    ),
    Field::new(
        "literal",
        Shape::Bool,
        "the text of the layer holds it; false for placeholders, `$env` and `$file`",
    ),
    Field::new(
        "certain",
        Shape::Bool,
        "a schema, a known path or its shape says that it is a secret; false when only the name of its key does",
    ),
    Field::new(
        "placeholderLike",
        Shape::Bool,
        "it is plainly a stand-in, e.g. `<token>` or `changeme`",
    ),
    Field::new(
        "inDefault",
        Shape::Bool,
        "it is the default of a placeholder, `${NAME:-…}`",
    ),
    Field::new(
        "besideLocalHost",
        Shape::Bool,
        "it is used on this very machine: its URL, or a key beside it, names a literal local host",
    ),
    Field::new(
        "variable",
        Shape::String,
        "a name for the variable that could hold it, e.g. `GITHUB_TOKEN`; absent where `path` is",
    ),
    Field::new(
        "instead",
        Shape::String,
        "the line to write, e.g. `clientSecret: ${AUTH_GITHUB_CLIENT_SECRET}`; `…` stands for what stays of a value of \
         which it is a part. Absent where `path` is, and for a secret in a key",
    ),
];

/// The secrets of a layer as facts. The secrets themselves are not in them.
pub fn collect(secrets: &[Secret]) -> Value {
    list(secrets.iter().map(fact))
}

fn fact(secret: &Secret) -> Value {
    let text = |text: String| match text.is_empty() {
        true => absent(),
        false => Value::string(text),
    };
    object([
        ("value", Value::string(MASK).with_origin(origin(secret))),
        ("path", text(secret.path.to_string())),
        ("kind", Value::string(secret.kind)),
        ("what", Value::string(secret.what.as_str())),
        ("literal", truth(secret.standing == Standing::Literal)),
        ("certain", truth(secret.certainty == Certainty::Certain)),
        ("placeholderLike", truth(secret.is_placeholder_like())),
        ("inDefault", truth(secret.in_default)),
        ("besideLocalHost", truth(secret.beside_local_host)),
        ("variable", text(secret.variable.clone())),
        ("instead", text(instead(secret))),
    ])
    .with_origin(origin(secret))
}

/// The line to write in the place of the one the secret is in; empty for a comment.
fn instead(secret: &Secret) -> String {
    let key = match secret.path.parts().last() {
        Some(Part::Key(key)) => format!("{key}: "),
        Some(Part::Item(_)) => "- ".to_owned(),
        None => return String::new(),
    };
    let variable = &secret.variable;
    match secret.extent {
        Extent::Whole => format!("{key}${{{variable}}}"),
        Extent::Part => format!("{key}…${{{variable}}}…"),
        Extent::Key => String::new(),
    }
}
