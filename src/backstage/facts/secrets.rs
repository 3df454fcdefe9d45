//! `facts.secrets`: where secrets stand, or belong, in a layer.

use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::secrets::{Certainty, Extent, Secret, Standing, origin};
use crate::text::mask::MASK;
use source::Part;

facts! {
    /// A secret, or where one belongs.
    pub struct SecretFact {
        /// points at the bytes of the secret alone; its text is always `********`
        value: Text,
        /// the config path of the value it is in; absent in a comment, and in a layer that does not parse
        path: Text,
        /// what kind of secret, e.g. `database-password`, `url-password`, `header`, `secret`, `github-token`, `jwt`
        kind: Text,
        /// the same in words, for messages, e.g. `password in this URL`
        what: Text,
        /// the text of the layer holds it; false for placeholders, `$env` and `$file`
        literal: Bool,
        /// a schema, a known path or its shape says that it is a secret; false when only the name of its key does
        certain: Bool,
        /// it is clearly a placeholder, e.g. `<token>` or `changeme`
        placeholder_like: Bool,
        /// it is the default of a placeholder, `${NAME:-…}`
        in_default: Bool,
        /// it is used on this very machine: its URL, or a key beside it, names a literal local host
        beside_local_host: Bool,
        /// a name for the variable that could hold it, e.g. `GITHUB_TOKEN`; absent where `path` is
        variable: Text,
        /// the line to write, e.g. `clientSecret: ${AUTH_GITHUB_CLIENT_SECRET}`; `…` stands for what stays of a value of
        /// which it is a part. Absent where `path` is, and for a secret in a key
        instead: Text,
    }
}

/// The secrets of a layer as facts. The secrets themselves are not in them.
pub fn collect(secrets: &[Secret]) -> List<SecretFact> {
    secrets.iter().map(fact).collect()
}

fn fact(secret: &Secret) -> SecretFact {
    let text = |text: String| Text::optional(Some(text).filter(|text| !text.is_empty()));
    SecretFact {
        origin: origin(secret),
        value: Text::from(MASK).with_origin(origin(secret)),
        path: text(secret.path.to_string()),
        kind: secret.kind.into(),
        what: secret.what.as_str().into(),
        literal: (secret.standing == Standing::Literal).into(),
        certain: (secret.certainty == Certainty::Certain).into(),
        placeholder_like: secret.is_placeholder_like().into(),
        in_default: secret.in_default.into(),
        beside_local_host: secret.beside_local_host.into(),
        variable: text(secret.variable.clone()),
        instead: text(instead(secret)),
    }
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
