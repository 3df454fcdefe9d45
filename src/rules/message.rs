//! Messages of cards: `{path}` becomes the value there, without secrets and of bounded length.
//!
//! In: a template, variables, and what is secret. Out: one line. Never: a value that has not passed the mask.

use std::fmt::Write as _;

use super::condition::{Val, Variables};
use super::path::Path;
use crate::backstage::value::{Kind, Value};
use crate::text::mask::Secrets;
use npm_yaml::number;

/// The longest value in a message, in characters.
const MAX_VALUE: usize = 80;
/// How many of several values a message names.
const MAX_NAMED: usize = 5;
/// A list of values names no further one beyond this many characters.
const MAX_LIST: usize = 160;

/// A template in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<'t> {
    parts: Vec<Part<'t>>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text as it is.
    Text(&'t str),
    /// The value at a path.
    Value(Path<'t>),
    /// How many items the message is about.
    Count,
}

impl<'t> Template<'t> {
    /// Reads a template: `{path}`, `{count}`, and `{{` for a brace.
    ///
    /// # Errors
    /// The text between two braces that is no path, or what follows a brace that is never closed.
    pub fn parse(text: &'t str) -> Result<Self, &'t str> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            parts.push(Part::Text(before));
            if let Some(behind) = behind.strip_prefix('{') {
                parts.push(Part::Text("{"));
                rest = behind;
                continue;
            }
            let (path, behind) = behind.split_once('}').ok_or(behind)?;
            parts.push(match path {
                "count" => Part::Count,
                path => Part::Value(Path::parse(path).ok_or(path)?),
            });
            rest = behind;
        }
        parts.push(Part::Text(rest));
        Ok(Self { parts })
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part<'t>] {
        &self.parts
    }

    /// The text for one item, when every value in it is a known string; such text is made to be written into a layer,
    /// so nothing in it is clipped. `None` when it holds a secret.
    pub fn exact(&self, item: &Variables<'_>, secrets: &Secrets) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Value(path) => text.push_str(&known_string(path, item)?),
                Part::Count => return None,
            }
        }
        (secrets.redact(&text) == text).then_some(text)
    }

    /// The message for one item, or for several at once: then a value is the list of theirs, each once.
    pub fn render(&self, items: &[&Variables<'_>], secrets: &Secrets) -> String {
        let mut message = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => message.push_str(text),
                Part::Count => {
                    let _ = write!(message, "{}", items.len());
                }
                Part::Value(path) => message.push_str(&values(path, items, secrets)),
            }
        }
        message
    }
}

fn values(path: &Path<'_>, items: &[&Variables<'_>], secrets: &Secrets) -> String {
    let mut named: Vec<String> = Vec::new();
    for variables in items {
        let value = match path.node(variables) {
            Some(node) => match node.as_array() {
                Some(items) => written_list(items, secrets),
                None => clipped(&secrets.redact(&written_node(node, secrets))),
            },
            None => {
                let value = path.value(variables);
                let value = value.map_or_else(String::new, |value| written(&value, secrets));
                clipped(&secrets.redact(&value))
            }
        };
        if !named.contains(&value) {
            named.push(value);
        }
    }
    let more = named.len().saturating_sub(MAX_NAMED);
    named.truncate(MAX_NAMED);
    let mut list = named.join(", ");
    if more > 0 {
        let _ = write!(list, " and {more} more");
    }
    list
}

fn known_string(path: &Path<'_>, variables: &Variables<'_>) -> Option<String> {
    match path.node(variables) {
        Some(node) => node.as_str().map(str::to_owned),
        None => match path.value(variables)? {
            Val::Text(text) => Some(text.to_string()),
            Val::Node(node) => node.as_str().map(str::to_owned),
            _ => None,
        },
    }
}

/// A value as a person would write it on one line.
fn written(value: &Val<'_>, secrets: &Secrets) -> String {
    match value {
        Val::Null => "null".to_owned(),
        Val::Bool(value) => value.to_string(),
        Val::Int(value) => value.to_string(),
        Val::Double(value) => number::to_text(*value),
        Val::Text(text) => text.to_string(),
        Val::Node(node) => written_node(node, secrets),
        Val::List(_) | Val::Record(_) | Val::Version(_) => "…".to_owned(),
    }
}

/// The same for a node, without the secrets that stand at its place: also those too weak to be known elsewhere.
fn written_node(node: &Value, secrets: &Secrets) -> String {
    match &node.kind {
        Kind::Open(open) => secrets.show(node.place(), &open.written).into_owned(),
        Kind::Array(_) => "[…]".to_owned(),
        Kind::Object(_) => "{…}".to_owned(),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
            let text = written(&Val::of(node), secrets);
            secrets.show(node.place(), &text).into_owned()
        }
    }
}

/// The first items of a list, none of them cut by what the list as a whole may hold.
fn written_list(items: &[Value], secrets: &Secrets) -> String {
    let mut list = String::new();
    let mut named = 0;
    for item in items.iter().take(MAX_NAMED) {
        let item = clipped(&secrets.redact(&written_node(item, secrets)));
        if named > 0 && list.chars().count() + item.chars().count() > MAX_LIST {
            break;
        }
        list.push_str(if named > 0 { ", " } else { "" });
        list.push_str(&item);
        named += 1;
    }
    if items.len() > named {
        let _ = write!(list, " and {} more", items.len() - named);
    }
    list
}

/// At most [`MAX_VALUE`] characters on one line.
fn clipped(text: &str) -> String {
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut clipped: String = characters.by_ref().take(MAX_VALUE).collect();
    if characters.next().is_some() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str, items: &[&str]) -> String {
        let values: Vec<Value> = items.iter().map(|item| Value::string(*item)).collect();
        let variables: Vec<Variables<'_>> = values
            .iter()
            .map(|value| {
                let mut variables = Variables::default();
                variables.bind_node("x", value);
                variables
            })
            .collect();
        let items: Vec<&Variables<'_>> = variables.iter().collect();
        let mut secrets = Secrets::default();
        let sources = crate::text::Sources::default();
        let source = sources.add(crate::text::Source::new("a.yaml", "hunter22"));
        let place = crate::text::Place::new(source, crate::text::Span::new(0, 8));
        secrets.add(place, "hunter22");
        Template::parse(template).unwrap().render(&items, &secrets)
    }

    #[test]
    fn a_value_stands_where_its_path_stood() {
        assert_eq!(
            rendered("plugin `{x}` {{}", &["catalog"]),
            "plugin `catalog` {}"
        );
    }

    #[test]
    fn several_items_are_named_once_each_and_counted() {
        assert_eq!(rendered("{count}: {x}", &["a", "b", "a"]), "3: a, b");
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(rendered("{x}", &many), "a, b, c, d, e and 2 more");
    }

    #[test]
    fn secrets_and_long_or_broken_lines_do_not_get_through() {
        assert_eq!(rendered("{x}", &["my hunter22!"]), "my ********!");
        let long = "y".repeat(1000);
        assert_eq!(rendered("{x}", &[&long]).chars().count(), MAX_VALUE + 1);
        assert_eq!(rendered("{x}", &["a\nb\u{1b}c"]), "a b c");
    }

    #[test]
    fn a_list_is_never_cut_within_an_item() {
        let shown = |items: &[String]| {
            let items: Vec<Value> = items.iter().map(|item| Value::string(&**item)).collect();
            let list = Value::derived(Kind::Array(items));
            let mut variables = Variables::default();
            variables.bind_node("x", &list);
            Template::parse("{x}")
                .unwrap()
                .render(&[&variables], &Secrets::default())
        };
        let few: Vec<String> = ["a", "b"].map(str::to_owned).into();
        assert_eq!(shown(&few), "a, b");
        let long: Vec<String> = ["y", "z", "w"].map(|text| text.repeat(70)).into();
        assert_eq!(shown(&long), format!("{}, {} and 1 more", long[0], long[1]));
        let many: Vec<String> = (0..9).map(|number| number.to_string()).collect();
        assert_eq!(shown(&many), "0, 1, 2, 3, 4 and 4 more");
    }

    #[test]
    fn why_a_variable_is_refused_is_not_clipped() {
        use crate::backstage::environment::OverrideReason as Reason;
        for reason in [Reason::Key, Reason::Nesting, Reason::Again, Reason::Null] {
            assert_eq!(rendered("{x}", &[&reason.to_string()]), reason.to_string());
        }
    }

    #[test]
    fn half_a_template_is_refused() {
        assert_eq!(Template::parse("a {b").unwrap_err(), "b");
        assert_eq!(Template::parse("a {b c}").unwrap_err(), "b c");
    }
}
