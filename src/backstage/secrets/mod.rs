//! Where secrets stand, or belong, in a configuration.
//!
//! In: one resolved layer (or an effective config), the texts it came from, and the schemas of the app. Out: every
//! [`Secret`] with the bytes of the secret alone. Never: a judgement; whether a secret may stand where it does is
//! for the cards.

mod leaf;
mod name;
mod neighbour;
mod paths;
mod place;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::schema::{ConfigPath, Part, Schemas, Scope, Visibility};
use super::value::{Kind, OpenCause, Origin, Value};
use crate::text::mask::Secrets;
use crate::text::mask::looks::placeholder::is_placeholder;
use crate::text::{Place, Sources};

/// Every secret in `config`, in the order of its text. The same bytes (an alias) count once.
pub fn find(config: &Value, sources: &Sources, schemas: &Schemas) -> Vec<Secret> {
    let mut finder = Finder {
        sources,
        root: config,
        path: ConfigPath::root(),
        above: Vec::new(),
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    finder.walk(config, &schemas.scope());
    finder.found
}

/// Tells the mask about secrets, so that no report shows them.
pub fn hide(secrets: &[Secret], mask: &mut Secrets) {
    for secret in secrets {
        match (&secret.text, secret.place) {
            (Some(text), Some(place)) if secret.standing != Standing::Elsewhere => {
                mask.add(place, text);
            }
            (Some(text), _) => mask.add_text(text),
            (None, _) => {}
        }
        for text in &secret.also {
            mask.add_text(text);
        }
    }
}

/// A secret, or the place where one belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    /// The path of the value it is in.
    pub path: ConfigPath,
    /// The bytes of the secret alone: in a URL the password, in a header what follows the scheme. `None` for a
    /// value without an origin.
    pub place: Option<Place>,
    /// What kind of secret, e.g. `url-password` or `github-token`.
    pub kind: &'static str,
    /// The same for people, with its article: `the password in this URL`.
    pub what: String,
    /// Whether the text of the layer holds it.
    pub standing: Standing,
    /// How sure it is that a secret belongs here.
    pub certainty: Certainty,
    /// Whether it is the default of a placeholder (`${NAME:-…}`).
    pub in_default: bool,
    /// Whether it is the literal password of something on this very machine: its URL, or a key beside it, names
    /// a literal local host.
    pub beside_local_host: bool,
    /// The variable that could hold it instead, e.g. `GITHUB_TOKEN`.
    pub variable: String,
    /// The secret; `None` when it is not known here.
    text: Option<Arc<str>>,
    /// Other spellings of it to hide, such as what its Base64 spells.
    also: Vec<String>,
}

impl Secret {
    /// Whether it is plainly a stand-in that somebody forgot to replace.
    pub fn is_placeholder_like(&self) -> bool {
        self.text.as_deref().is_some_and(is_placeholder)
    }
}

/// Where a secret's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In the text of the layer: everybody who can read the repository has it.
    Literal,
    /// Known in this run, but from elsewhere: a variable, or a file that a `$file` names.
    Elsewhere,
    /// Not known here: a placeholder or directive, as it should be.
    Open,
}

/// How sure it is that a secret belongs at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Only the key's name says so, and the value could be something else: reason to hide it, not to accuse.
    Suspected,
    /// The schema, the list of known paths, the shape of the text, or name and text together say so.
    Certain,
}

struct Finder<'v> {
    sources: &'v Sources,
    root: &'v Value,
    path: ConfigPath,
    /// The values that hold the one in hand, from the root down.
    above: Vec<&'v Value>,
    seen: BTreeSet<(Place, &'static str)>,
    found: Vec<Secret>,
}

impl<'v> Finder<'v> {
    fn walk(&mut self, value: &'v Value, scope: &Scope<'_>) {
        match &value.kind {
            Kind::Object(object) => {
                self.above.push(value);
                for (key, child) in object {
                    self.path.push(Part::Key(Arc::clone(key)));
                    self.key(key, child);
                    self.walk(child, &scope.key(key));
                    self.path.pop();
                }
                self.above.pop();
            }
            Kind::Array(items) => {
                self.above.push(value);
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Part::Item(index));
                    self.walk(item, &scope.item(index));
                    self.path.pop();
                }
                self.above.pop();
            }
            Kind::Null | Kind::Bool(_) => {}
            Kind::String(_) | Kind::Number(_) | Kind::Open(_) => self.leaf(value, scope),
        }
    }

    /// A key may look like a secret too: a URL with credentials as a proxy's route, a token pasted one line early.
    fn key(&mut self, key: &Arc<str>, child: &Value) {
        for hit in leaf::in_text(key) {
            let place = child.key_place();
            let place =
                place.and_then(|place| place::of_part(self.sources, place, key, &hit.range));
            self.add(key, hit, place, Standing::Literal, false);
        }
    }

    fn leaf(&mut self, value: &'v Value, scope: &Scope<'_>) {
        let Some(written) = Written::of(value, self.sources) else {
            return;
        };
        let belongs = self.belongs(scope);
        let hits = match &written {
            Written::Text(text) => leaf::in_value(text, &self.path, belongs),
            Written::Number(text) if belongs == Belongs::Here => leaf::whole(text, &self.path),
            Written::Number(_) => Vec::new(),
            Written::Elsewhere(text) => leaf::in_value(text, &self.path, belongs),
            Written::Unknown if belongs == Belongs::Here => leaf::whole("", &self.path),
            Written::Unknown => Vec::new(),
        };
        let beside_local_host = !hits.is_empty() && self.is_beside_local_host();
        for hit in hits {
            let (text, standing): (&str, _) = match &written {
                Written::Text(text) | Written::Number(text) if hit.is_literal => {
                    (text, Standing::Literal)
                }
                Written::Elsewhere(text) if hit.is_literal => (text, Standing::Elsewhere),
                Written::Text(text) | Written::Number(text) | Written::Elsewhere(text) => {
                    (text, Standing::Open)
                }
                Written::Unknown => ("", Standing::Open),
            };
            let place = match standing {
                Standing::Literal => value
                    .place()
                    .and_then(|place| place::of_part(self.sources, place, text, &hit.range)),
                Standing::Elsewhere | Standing::Open => value.place(),
            };
            let beside_local_host = hit.local_url.unwrap_or(beside_local_host);
            self.add(text, hit, place, standing, beside_local_host);
        }
    }

    fn add(
        &mut self,
        text: &str,
        hit: leaf::Hit,
        place: Option<Place>,
        standing: Standing,
        beside_local_host: bool,
    ) {
        if place.is_some_and(|place| !self.seen.insert((place, hit.kind))) {
            return;
        }
        let secret = text.get(hit.range).filter(|text| !text.is_empty());
        self.found.push(Secret {
            path: self.path.clone(),
            place,
            kind: hit.kind,
            what: hit.what,
            standing,
            certainty: hit.certainty,
            in_default: hit.in_default,
            beside_local_host: beside_local_host && standing == Standing::Literal,
            variable: name::variable(&self.path),
            text: secret.filter(|_| standing != Standing::Open).map(Arc::from),
            also: hit.also,
        });
    }

    /// Whether a secret belongs at the path in hand, by the schemas and by the list of known paths.
    fn belongs(&self, scope: &Scope<'_>) -> Belongs {
        let listed = paths::lookup(&self.path);
        match (scope.visibility(), listed) {
            (Visibility::Frontend, _) | (Visibility::Backend, Some(paths::Listed::Public)) => {
                Belongs::Never
            }
            (Visibility::Secret, _) if paths::only_identifies(&self.path) => Belongs::ByItsLooks,
            (Visibility::Secret, _) | (_, Some(paths::Listed::Secret)) => Belongs::Here,
            (Visibility::Backend, None) => Belongs::ByItsLooks,
        }
    }

    fn is_beside_local_host(&self) -> bool {
        neighbour::is_local(&self.above, &self.path, self.root)
    }
}

/// Whether a secret belongs at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    /// Its whole value is one.
    Here,
    /// Nothing is known of the path: names and looks decide.
    ByItsLooks,
    /// Everybody who opens the portal may see it.
    Never,
}

/// A value as far as its text is known, and whether the layer's own bytes spell it.
enum Written {
    /// The layer spells this, placeholders included.
    Text(Arc<str>),
    /// A number, as the layer spells it.
    Number(Arc<str>),
    /// Known from a variable or a file.
    Elsewhere(Arc<str>),
    /// Not known.
    Unknown,
}

impl Written {
    fn of(value: &Value, sources: &Sources) -> Option<Self> {
        let slice = || value.place().map_or("", |place| sources.slice(place));
        match &value.kind {
            Kind::String(text) if text.style.is_some() => Some(Self::Text(Arc::clone(&text.value))),
            Kind::String(text) => Some(place::as_spelled(slice()).map_or_else(
                || Self::Elsewhere(Arc::clone(&text.value)),
                |spelled| Self::Text(spelled.into()),
            )),
            Kind::Number(_) if slice().is_empty() => None,
            Kind::Number(_) => Some(Self::Number(slice().into())),
            Kind::Open(open) => Some(match &open.cause {
                OpenCause::Placeholder(_) => Self::Text(Arc::clone(&open.written)),
                OpenCause::Env(_) | OpenCause::File(_) => Self::Unknown,
                OpenCause::Include(_) => return None,
            }),
            _ => None,
        }
    }
}

/// The origin of a secret: its bytes, with its value's key.
pub fn origin(secret: &Secret) -> Option<Origin> {
    secret.place.map(|value| Origin { value, key: None })
}
