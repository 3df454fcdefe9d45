//! A tree of YAML to a [`Card`]: the one reading of the card format, for the build script and for users'
//! policies.
//!
//! In: anything that is a [`Tree`]. Out: a card, or every mistake in it with the field's path and place.
//! Never: the meaning of conditions and paths; that is known elsewhere, since it needs the facts.

use std::borrow::Cow;
use std::str::FromStr;

use super::card::{
    At, Card, Case, Chains, Content, Detection, Doubt, Each, Example, Fix, FixKind, Group,
    Incomplete, Mark, Production, Replace, Scope, Several, Since, Surroundings, Switch, Words,
};
use crate::Severity;
use crate::tree::{Field, Fields, Mistake, Tree};

/// Reads one card.
///
/// # Errors
/// Every mistake of shape: unknown and missing fields, wrong types, words outside the allowed ones.
pub fn card<T: Tree>(tree: &T) -> Result<Card, Vec<Mistake<T::Place>>> {
    let mut mistakes = Vec::new();
    let card = read_card(tree, &mut mistakes);
    match card {
        Some(card) if mistakes.is_empty() => Ok(card),
        _ => Err(mistakes),
    }
}

fn read_card<T: Tree>(tree: &T, mistakes: &mut Vec<Mistake<T::Place>>) -> Option<Card> {
    let mut fields = Fields::of(tree, mistakes)?;
    let id = fields.required("id", id);
    let title = fields.required("title", line);
    let group = fields
        .optional("group", |at| at.word(&Group::ALL.map(|g| (g.as_str(), g))))
        .unwrap_or(Group::Policy);
    let since = fields.optional("since", since);
    let source = fields
        .optional("source", |at| at.word(&[("loader", Detection::Loader)]))
        .unwrap_or(Detection::Conditions);
    let scope = fields.required("scope", |at| {
        at.word(
            &[Scope::Layer, Scope::Chain, Scope::App, Scope::Server]
                .map(|scope| (scope.as_str(), scope)),
        )
    });
    let chains = fields
        .optional("chains", |at| {
            at.word(&[("production", Chains::Production), ("all", Chains::All)])
        })
        .unwrap_or(Chains::All);
    let incomplete = fields
        .optional("incomplete", |at| {
            at.word(&[
                ("lower", Incomplete::Lower),
                ("same", Incomplete::Same),
                ("skip", Incomplete::Skip),
            ])
        })
        .unwrap_or(Incomplete::Lower);
    let doubt = fields.optional("doubt", doubt);
    let default = fields
        .optional("default", |at| {
            at.word(&[("on", Switch::On), ("off", Switch::Off)])
        })
        .unwrap_or(Switch::On);
    let mark = fields.optional("mark", |at| {
        at.word(&[
            ("unnecessary", Mark::Unnecessary),
            ("deprecated", Mark::Deprecated),
        ])
    });
    let each = fields.optional("for", each);
    let cases = match source {
        Detection::Conditions => fields.required("cases", |at| at.list(case)),
        Detection::Loader => fields
            .required("severity", loader_case)
            .map(|case| vec![case]),
    };
    let why = fields.required("why", prose);
    let fix = fields.required("fix", prose);
    let fixes = fields.optional("fixes", |at| at.list(self::fix));
    let references = fields.optional("references", |at| at.list(line));
    let supersedes = fields.optional("supersedes", |at| at.list(self::id));
    let aliases = fields.optional("aliases", |at| at.list(self::id));
    let examples = fields.optional("examples", |at| at.list(example));
    fields.finish();
    Some(Card {
        id: id?,
        title: title?,
        group,
        since,
        source,
        scope: scope?,
        chains,
        incomplete,
        doubt,
        default,
        mark,
        each,
        cases: several(Some(cases?)),
        why: why?,
        fix: fix?,
        fixes: several(fixes),
        references: several(references),
        supersedes: several(supersedes),
        aliases: several(aliases),
        examples: several(examples),
    })
}

fn case<T: Tree>(at: &mut Field<'_, T>) -> Option<Case> {
    let mut fields = at.fields()?;
    let when = fields.required("when", prose);
    let severity = fields.required("severity", severity);
    let message = fields.required("message", line);
    let several_message = fields.optional("several", line);
    let labels = fields.required("at", |at| at.list(label));
    let help = fields.optional("help", prose);
    let replace = fields.optional("replace", replace);
    let fixes = fields.optional("fixes", |at| at.list(fix));
    fields.finish();
    Some(Case {
        when: when?,
        severity: severity?,
        message: message?,
        several: several_message,
        at: several(Some(labels?)),
        help,
        replace,
        fixes: several(fixes),
    })
}

/// A loader card has no condition: its one case only holds the severity.
fn loader_case<T: Tree>(at: &mut Field<'_, T>) -> Option<Case> {
    Some(Case {
        when: Cow::Borrowed(""),
        severity: severity(at)?,
        message: Cow::Borrowed(""),
        several: None,
        at: Cow::Borrowed(&[]),
        help: None,
        replace: None,
        fixes: Cow::Borrowed(&[]),
    })
}

fn fix<T: Tree>(at: &mut Field<'_, T>) -> Option<Fix> {
    let mut fields = at.fields()?;
    let title = fields.required("title", line);
    let kind = fields.required("kind", fix_kind);
    let when = fields.optional("when", prose);
    let set = fields.optional("set", |at| at.pairs(content));
    let overriding = fields.optional("override", |at| at.pairs(content));
    let remove = fields.optional("remove", |at| at.list(line));
    let rename = fields.optional("rename", |at| at.pairs(line));
    let moved = fields.optional("move", |at| at.pairs(line));
    let lines = fields.optional("lines", |at| at.pairs(line));
    fields.finish();
    let is_empty = set.as_ref().is_none_or(Vec::is_empty)
        && overriding.as_ref().is_none_or(Vec::is_empty)
        && remove.as_ref().is_none_or(Vec::is_empty)
        && [&rename, &moved, &lines]
            .iter()
            .all(|pairs| pairs.as_ref().is_none_or(Vec::is_empty));
    if is_empty {
        return at
            .mistake("must have one of `set`, `override`, `remove`, `rename`, `move` and `lines`");
    }
    Some(Fix {
        title: title?,
        kind: kind?,
        when: when.unwrap_or(Cow::Borrowed("")),
        set: pairs(set),
        r#override: pairs(overriding),
        remove: several(remove),
        rename: pairs(rename),
        r#move: pairs(moved),
        lines: pairs(lines),
    })
}

fn pairs<V: Clone>(pairs: Option<Vec<(String, V)>>) -> Several<(Words, V)> {
    let pairs = pairs.unwrap_or_default().into_iter();
    Cow::Owned(pairs.map(|(key, value)| (Cow::Owned(key), value)).collect())
}

/// A value that a fix writes.
fn content<T: Tree>(at: &mut Field<'_, T>) -> Option<Content> {
    let tree = at.tree;
    if let Some(text) = tree.text() {
        return Some(Content::Text(owned(text)));
    }
    if let Some(truth) = tree.truth() {
        return Some(Content::Bool(truth));
    }
    if tree.is_null() {
        return Some(Content::Null);
    }
    if let Some(number) = tree.number() {
        return Some(Content::Number(number));
    }
    if tree.items().is_some() {
        return at
            .list(content)
            .map(|items| Content::List(several(Some(items))));
    }
    if tree.entries().is_some() {
        return at
            .pairs(content)
            .map(|found| Content::Mapping(pairs(Some(found))));
    }
    at.mistake("must be a value")
}

fn doubt<T: Tree>(at: &mut Field<'_, T>) -> Option<Doubt> {
    let mut fields = at.fields()?;
    let when = fields.required("when", prose);
    let because = fields.required("because", line);
    fields.finish();
    Some(Doubt {
        when: when?,
        because: because?,
    })
}

fn fix_kind<T: Tree>(at: &mut Field<'_, T>) -> Option<FixKind> {
    at.word(&[FixKind::Safe, FixKind::Unsafe, FixKind::Display].map(|kind| (kind.as_str(), kind)))
}

fn replace<T: Tree>(at: &mut Field<'_, T>) -> Option<Replace> {
    let mut fields = at.fields()?;
    let here = fields.required("here", line);
    let with = fields.required("with", line);
    let kind = fields.optional("kind", fix_kind);
    fields.finish();
    Some(Replace {
        here: here?,
        with: with?,
        kind: kind.unwrap_or(FixKind::Safe),
    })
}

fn label<T: Tree>(at: &mut Field<'_, T>) -> Option<At> {
    let mut fields = at.fields()?;
    let here = fields.required("here", line);
    let note = fields.optional("note", line);
    fields.finish();
    Some(At {
        here: here?,
        note: note.unwrap_or_default(),
    })
}

fn each<T: Tree>(at: &mut Field<'_, T>) -> Option<Each> {
    let text = at.text()?;
    let parsed = text.split_once(" as ").and_then(|(path, names)| {
        let (key, item) = match names.split_once(',') {
            Some((key, item)) => (Some(key.trim()), item.trim()),
            None => (None, names.trim()),
        };
        let named = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        (named(item) && key.is_none_or(named)).then(|| Each {
            path: owned(path.trim()),
            key: key.map(owned),
            item: owned(item),
        })
    });
    if parsed.is_none() {
        return at.mistake("must be written `PATH as NAME` or `PATH as KEY, NAME`, each name beginning with a lower-case letter");
    }
    parsed
}

fn example<T: Tree>(at: &mut Field<'_, T>) -> Option<Example> {
    let mut fields = at.fields()?;
    let name = fields.required("name", line);
    let files = fields.required("files", |at| at.pairs(text));
    let config = fields.optional("config", |at| at.list(line));
    let production = fields.optional("production", |at| match at.tree.truth() {
        Some(true) => Some(Production::Yes),
        Some(false) => Some(Production::ByName),
        None => at.mistake("must be `true` or `false`"),
    });
    let environment = fields.optional("environment", |at| {
        at.word(&[
            ("unknown", Surroundings::Unknown),
            ("empty", Surroundings::Empty),
        ])
    });
    let finds = fields.required("finds", |at| at.list(expectation));
    let fixed = fields.optional("fixed", |at| at.pairs(text));
    fields.finish();
    Some(Example {
        name: name?,
        files: files?
            .into_iter()
            .map(|(path, text)| (Cow::Owned(path), text))
            .collect(),
        config: several(config),
        production: production.unwrap_or(Production::ByName),
        environment: environment.unwrap_or(Surroundings::Unknown),
        finds: several(Some(finds?)),
        fixed: pairs(fixed),
    })
}

/// `PATH:LINE SEVERITY`
fn expectation<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = line(at)?;
    let fits = text.rsplit_once(' ').is_some_and(|(place, severity)| {
        Severity::from_str(severity).is_ok()
            && place
                .rsplit_once(':')
                .is_some_and(|(path, line)| !path.is_empty() && line.parse::<u32>().is_ok())
    });
    if !fits {
        return at.mistake("must be written `PATH:LINE SEVERITY`, e.g. `app-config.yaml:4 error`");
    }
    Some(text)
}

fn since<T: Tree>(at: &mut Field<'_, T>) -> Option<Since> {
    let text = at.text()?;
    match Since::parse(text).filter(|_| text.split('.').count() == 2) {
        Some(since) => Some(since),
        None => at.mistake("must be a version of two numbers in quotes, e.g. \"0.1\""),
    }
}

fn severity<T: Tree>(at: &mut Field<'_, T>) -> Option<Severity> {
    at.word(&[Severity::Error, Severity::Warning, Severity::Info].map(|word| (word.as_str(), word)))
}

fn id<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?;
    let kebab = text.split('-').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    if !kebab || text.len() > 80 {
        return at.mistake(
            "must be kebab-case: lower-case letters, digits and single hyphens, at most 80",
        );
    }
    Some(owned(text))
}

fn text<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    at.text().map(owned)
}

/// One line that says something.
fn line<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?;
    if text.trim().is_empty() || text.contains('\n') {
        return at.mistake("must be one line, and not empty");
    }
    Some(owned(text))
}

/// One or more lines that say something.
fn prose<T: Tree>(at: &mut Field<'_, T>) -> Option<Words> {
    let text = at.text()?.trim();
    if text.is_empty() {
        return at.mistake("must not be empty");
    }
    Some(owned(text))
}

fn owned(text: &str) -> Words {
    Cow::Owned(text.to_owned())
}

fn several<T: Clone>(items: Option<Vec<T>>) -> Several<T> {
    Cow::Owned(items.unwrap_or_default())
}
