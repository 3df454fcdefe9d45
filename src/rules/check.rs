//! What can never be right in a card, found before anything is judged.
//!
//! In: a card. Out: mistakes, each with the field it is in: conditions that do not parse, names and fields
//! that no fact has, functions that do not exist, operands that can never fit, paths and templates that lead
//! nowhere. Never: a look at any config; whether a card is accepted depends on the card alone.

mod types;

use super::condition::Condition;
use super::message::{Part, Template};
use super::path::{Path, Step};
use super::scopes::variables;
use crate::text::closest;
use rule_card::card::{Card, Case, Content, Detection, Fix};
use rule_card::tree::Mistake;
use types::{Names, Type};

/// Every mistake in the meaning of a card; its shape is right already.
pub fn card(card: &Card) -> Vec<Mistake<()>> {
    let mut checked = Checked {
        names: Names::of(variables(card.scope)),
        mistakes: Vec::new(),
    };
    if card.source == Detection::Loader {
        return Vec::new();
    }
    if let Some(each) = &card.each {
        checked.each(each);
    }
    if let Some(doubt) = &card.doubt {
        checked.condition("doubt.when", &doubt.when);
        checked.template("doubt.because", &doubt.because);
    }
    if card.cases.is_empty() {
        checked.note("cases", "must have at least one case");
    }
    for (index, fix) in card.fixes.iter().enumerate() {
        checked.fix(&format!("fixes[{index}]"), fix);
    }
    for (index, case) in card.cases.iter().enumerate() {
        checked.case(&format!("cases[{index}]"), case);
    }
    checked.mistakes
}

struct Checked {
    names: Names,
    mistakes: Vec<Mistake<()>>,
}

impl Checked {
    fn note(&mut self, field: &str, message: &str) {
        self.mistakes.push(Mistake {
            field: field.to_owned(),
            message: message.to_owned(),
            place: (),
        });
    }

    fn each(&mut self, each: &rule_card::card::Each) {
        let (key, item) = match self.path("for", &each.path) {
            Some(Type::List(item)) => (Type::Number, *item),
            Some(Type::Dynamic) | None => (Type::Dynamic, Type::Dynamic),
            Some(other) => {
                let message = format!("leads to {other}, not to a list or mapping");
                self.note("for", &message);
                (Type::Dynamic, Type::Dynamic)
            }
        };
        if let Some(name) = &each.key {
            self.names.bind(name, key);
        }
        self.names.bind(&each.item, item);
    }

    fn case(&mut self, field: &str, case: &Case) {
        self.condition(&format!("{field}.when"), &case.when);
        self.template(&format!("{field}.message"), &case.message);
        if let Some(several) = &case.several {
            self.template(&format!("{field}.several"), several);
        }
        if let Some(help) = &case.help {
            self.template(&format!("{field}.help"), help);
        }
        if case.at.is_empty() {
            self.note(&format!("{field}.at"), "must have at least one place");
        }
        if let Some(replace) = &case.replace {
            self.path(&format!("{field}.replace.here"), &replace.here);
            self.template(&format!("{field}.replace.with"), &replace.with);
        }
        for (index, fix) in case.fixes.iter().enumerate() {
            self.fix(&format!("{field}.fixes[{index}]"), fix);
        }
        for (index, at) in case.at.iter().enumerate() {
            self.path(&format!("{field}.at[{index}].here"), &at.here);
            self.template(&format!("{field}.at[{index}].note"), &at.note);
        }
    }

    fn fix(&mut self, field: &str, fix: &Fix) {
        self.template(&format!("{field}.title"), &fix.title);
        if !fix.when.is_empty() {
            self.condition(&format!("{field}.when"), &fix.when);
        }
        for (path, content) in fix.set.iter() {
            self.path(&format!("{field}.set"), path);
            self.content(&format!("{field}.set"), content);
        }
        for (path, content) in fix.r#override.iter() {
            self.template(&format!("{field}.override"), path);
            self.content(&format!("{field}.override"), content);
        }
        for path in fix.remove.iter() {
            self.path(&format!("{field}.remove"), path);
        }
        for (path, key) in fix.rename.iter() {
            self.path(&format!("{field}.rename"), path);
            self.template(&format!("{field}.rename"), key);
        }
        for (from, to) in fix.r#move.iter() {
            self.path(&format!("{field}.move"), from);
            self.path(&format!("{field}.move"), to);
        }
        for (file, line) in fix.lines.iter() {
            self.template(&format!("{field}.lines"), file);
            self.template(&format!("{field}.lines"), line);
        }
    }

    fn content(&mut self, field: &str, content: &Content) {
        match content {
            Content::Text(text) => self.template(field, text),
            Content::List(items) => {
                for item in items.iter() {
                    self.content(field, item);
                }
            }
            Content::Mapping(pairs) => {
                for (_, value) in pairs.iter() {
                    self.content(field, value);
                }
            }
            Content::Null | Content::Bool(_) | Content::Number(_) => {}
        }
    }

    fn condition(&mut self, field: &str, text: &str) {
        match Condition::parse(text) {
            Err(error) => self.note(field, &error.to_string()),
            Ok(condition) => {
                if let Err(message) = types::condition(&mut self.names, condition.tree()) {
                    self.note(field, &message);
                }
            }
        }
    }

    fn template(&mut self, field: &str, text: &str) {
        match Template::parse(text) {
            Err(part) => {
                self.note(
                    field,
                    &format!(
                        "contains `{{{part}`, which is not a `{{path}}`; write `{{{{` for a literal brace"
                    ),
                );
            }
            Ok(template) => {
                for part in template.parts() {
                    if let Part::Value(path) = part
                        && let Err(message) = type_at(&self.names, path)
                    {
                        self.note(field, &message);
                    }
                }
            }
        }
    }

    /// The type of what a path leads to; `None`, and a mistake noted, when it leads nowhere.
    fn path(&mut self, field: &str, text: &str) -> Option<Type> {
        let answer = match Path::parse(text) {
            None => Err(format!(
                "`{text}` is not a path such as `db.connection` or `config.proxy[\"/x\"]`"
            )),
            Some(path) => type_at(&self.names, &path),
        };
        answer.map_err(|message| self.note(field, &message)).ok()
    }
}

fn type_at(names: &Names, path: &Path<'_>) -> Result<Type, String> {
    let mut at = names.get(path.root)?;
    for step in &path.steps {
        at = match step {
            Step::Key(key) => at.field(key)?,
            Step::Index(_) => at.item()?,
        };
    }
    Ok(at)
}

/// `; did you mean …?`, or nothing.
fn hint<'c>(written: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    closest(written, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
