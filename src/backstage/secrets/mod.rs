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
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::schema::{Schemas, Scope, Visibility};
use super::value::{Kind, Open, OpenCause, Origin, Text, Value, Variable};
use crate::text::mask::looks::assignment::{names_secret, says_which};
use crate::text::mask::looks::placeholder::is_placeholder;
use crate::text::mask::{MASK, Secrets};
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::Document;
use source::{ConfigPath, Part};

use written::Known;

/// Every secret of a layer: as its text is written, whatever the environment makes of it, and in what it includes.
/// Comments are searched for tokens only, and so is a text that does not parse. The same bytes (an alias) count
/// once.
pub fn of_layer(
    document: &Document,
    source: SourceId,
    resolved: Option<&Value>,
    sources: &Sources,
    schemas: &Schemas,
) -> Vec<Secret> {
    let as_written = written::readings(document, source);
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for config in as_written.iter().chain(resolved) {
        let mut finder = Finder {
            sources,
            root: config,
            path: ConfigPath::root(),
            above: Vec::new(),
            seen: &mut seen,
            found: &mut found,
        };
        finder.walk(config, &schemas.scope());
    }
    let text = sources.get(source).text();
    match document.root.as_ref().or(document.refused.as_ref()) {
        Some(_) => {
            let comments = document.comments.iter().map(|comment| comment.span);
            found.extend(comments.flat_map(|span| in_plain_text(text, Place::new(source, span))));
        }
        None => {
            let whole = Place::new(source, Span::new(0, text.len()));
            found.extend(in_plain_text(text, whole));
        }
    }
    name_without_keys(&mut found);
    found
}

/// Takes secrets that are keys out of the names of variables, which are made of the keys above a value.
fn name_without_keys(found: &mut [Secret]) {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_uppercase()).collect()
    };
    let keys = found
        .iter()
        .filter(|secret| secret.extent == Extent::Key)
        .filter_map(|secret| Some(letters(&secret.text.as_ref()?.0)))
        .filter(|key| !key.is_empty());
    let keys: Vec<String> = keys.collect();
    for secret in found {
        let variable = letters(&secret.variable);
        if keys.iter().any(|key| variable.contains(key.as_str())) {
            "SECRET".clone_into(&mut secret.variable);
        }
    }
}

/// Every secret in what variables set on top of all layers.
pub fn of_overrides(overrides: &Value, sources: &Sources, schemas: &Schemas) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut finder = Finder {
        sources,
        root: overrides,
        path: ConfigPath::root(),
        above: Vec::new(),
        seen: &mut BTreeMap::new(),
        found: &mut found,
    };
    finder.walk(overrides, &schemas.scope());
    found
}

/// The tokens in text that is no configuration. URLs with a password are not among them: in comments they are
/// examples.
fn in_plain_text(text: &str, part: Place) -> Vec<Secret> {
    let slice = text.get(part.span.range()).unwrap_or_default();
    let hits = leaf::in_text(slice).into_iter();
    let tokens = hits.filter(|hit| hit.kind != "url-password");
    let start = part.span.start as usize;
    tokens
        .map(|hit| {
            let span = Span::new(start + hit.range.start, start + hit.range.end);
            Secret {
                path: ConfigPath::root(),
                place: Some(Place::new(part.source, span)),
                kind: hit.kind,
                what: hit.what,
                standing: Standing::Literal,
                certainty: hit.certainty,
                in_default: hit.in_default,
                extent: Extent::Part,
                beside_local_host: false,
                variable: String::new(),
                text: slice.get(hit.range).map(|text| Hidden(text.into())),
                also: Hidden(hit.also),
            }
        })
        .collect()
}

/// Tells the mask about secrets, so that no report shows them.
pub fn hide(secrets: &[Secret], mask: &mut Secrets) {
    for secret in secrets {
        if let (Some(Hidden(text)), Extent::Key) = (&secret.text, secret.extent) {
            mask.add_key(text);
        }
        match (&secret.text, secret.place) {
            (Some(Hidden(text)), Some(place)) if secret.standing != Standing::Elsewhere => {
                mask.add(place, text);
            }
            (Some(Hidden(text)), Some(place)) => mask.add_value(place, text),
            (Some(Hidden(text)), None) => mask.add_placeless(text),
            (None, _) => {}
        }
        for text in &secret.also.0 {
            mask.add_text(text);
        }
    }
}

/// Tells the mask about variables whose names say that they are secrets, wherever their values are used.
pub fn hide_variables<'e>(variables: impl Iterator<Item = (&'e str, &'e str)>, mask: &mut Secrets) {
    for (_, value) in variables.filter(|(name, _)| names_secret(name)) {
        mask.add_text(value);
    }
}

/// A copy of `value` that may be shown: every text in it, keys included, without the secrets that stand at its place
/// and without those that are known or look like one. What is printed of an effective config or of facts is this.
pub fn masked(value: &Value, mask: &Secrets) -> Value {
    let show = |text: &str| -> Arc<str> { mask.show(value.place(), text).into() };
    let kind = match &value.kind {
        Kind::Null => Kind::Null,
        Kind::Bool(value) => Kind::Bool(*value),
        Kind::Number(number) => match &*show(&number.to_string()) {
            MASK => Value::string(MASK).kind,
            _ => Kind::Number(*number),
        },
        Kind::String(text) => Kind::String(Text {
            value: show(&text.value),
            style: text.style,
        }),
        Kind::Open(open) => Kind::Open(Box::new(Open {
            written: show(&open.written),
            cause: masked_cause(&open.cause, show),
            when_unset: open.when_unset.as_deref().map(show),
            below: open.below.as_ref().map(|below| masked(below, mask)),
        })),
        Kind::Array(items) => Kind::Array(items.iter().map(|item| masked(item, mask)).collect()),
        Kind::Object(object) => {
            let entries = object.iter();
            let entries =
                entries.map(|(key, child)| (mask.show_key(key).into(), masked(child, mask)));
            Kind::Object(entries.collect())
        }
    };
    Value {
        kind,
        origin: value.origin,
        overrode: value.overrode.clone(),
    }
}

fn masked_cause(cause: &OpenCause, show: impl Fn(&str) -> Arc<str>) -> OpenCause {
    match cause {
        OpenCause::Placeholder(variables) => {
            let variable = |variable: &Variable| Variable {
                name: Arc::clone(&variable.name),
                default: variable.default.as_deref().map(&show),
            };
            OpenCause::Placeholder(variables.iter().map(variable).collect())
        }
        OpenCause::Env(_) | OpenCause::File(_) | OpenCause::Include(_) | OpenCause::Override(_) => {
            cause.clone()
        }
    }
}

/// A secret, or the place where one belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    /// The path of the value it is in; the root for a comment, and in a text that does not parse.
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
    /// How much of its value it is.
    pub extent: Extent,
    /// Whether it is the literal password of something on this very machine: its URL, or a key beside it, names
    /// a literal local host.
    pub beside_local_host: bool,
    /// The variable that could hold it instead, e.g. `GITHUB_TOKEN`: the placeholder's own where it is the default of
    /// one. Empty for a comment.
    pub variable: String,
    /// The secret; `None` when it is not known here.
    text: Option<Hidden<Arc<str>>>,
    /// Other spellings of it to hide, such as what its Base64 spells.
    also: Hidden<Vec<String>>,
}

/// Something that no debug output shows.
#[derive(Clone, PartialEq)]
struct Hidden<T>(T);

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Secret {
    /// Whether it is plainly a stand-in that somebody forgot to replace.
    pub fn is_placeholder_like(&self) -> bool {
        self.text
            .as_ref()
            .is_some_and(|Hidden(text)| is_placeholder(text))
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

/// How much of a value a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it, or the default of the one placeholder that is all of it.
    Whole,
    /// A part, such as the password in a URL.
    Part,
    /// It stands in the key.
    Key,
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
    /// The places found so far, and whether as literal text, with where in `found`.
    seen: &'v mut BTreeMap<(Place, bool), usize>,
    found: &'v mut Vec<Secret>,
}

impl<'v> Finder<'v> {
    fn walk(&mut self, value: &'v Value, scope: &Scope<'_>) {
        match &value.kind {
            Kind::Object(object) => {
                self.above.push(value);
                for (key, child) in object {
                    self.path.push(Part::Key(Arc::clone(key)));
                    self.key(key, child);
                    self.key_as_secret(key, child, scope);
                    let below = scope.key(key);
                    let meant = below.is_unknown().then(|| scope.meant(key)).flatten();
                    let meant = meant.filter(|it| it.visibility() != Visibility::Frontend);
                    self.walk(child, &meant.unwrap_or(below));
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
        let looks = leaf::in_text(key);
        let suspected = leaf::suspected_in(key, &looks);
        for hit in looks.into_iter().chain(suspected) {
            let place = child.key_place();
            let place = place.and_then(|place| {
                // A key that is a collection is written anew by the YAML parser.
                let is_collection = self.sources.slice(place).starts_with(['{', '[']);
                match is_collection {
                    true => Some(place),
                    false => place::of_part(self.sources, place, &hit.range),
                }
            });
            let text = Known {
                text: Arc::clone(key),
                standing: Standing::Literal,
            };
            self.add(&text, hit, place, Extent::Key);
        }
    }

    /// A secret typed as a key where the value of a secret belongs: `password: { hunter2 }`.
    fn key_as_secret(&mut self, key: &Arc<str>, child: &Value, scope: &Scope<'_>) {
        const SHORTEST: usize = 6;
        let mut above = self.path.clone();
        above.pop();
        let is_empty = matches!(child.kind, Kind::Null | Kind::Number(_) | Kind::Bool(_));
        let own = above.parts().last();
        let several = matches!(own, Some(Part::Key(own)) if name::names_several(own));
        let is_word = paths::describes(key) || says_which(key);
        if !is_empty || several || key.len() < SHORTEST || is_word {
            return;
        }
        let is_listed = paths::lookup(&above) == Some(paths::Listed::Secret);
        let is_secret = is_listed
            || scope.visibility() == Visibility::Secret && !paths::only_identifies(&above)
            || matches!(name::of(&above), name::Name::Secret(Certainty::Certain));
        if is_secret {
            let place = child.key_place();
            let text = Known {
                text: Arc::clone(key),
                standing: Standing::Literal,
            };
            for hit in leaf::whole(key, &above) {
                self.add(&text, hit, place, Extent::Key);
            }
        }
    }

    /// What stands around a value says of it: `name: DB_PASSWORD` beside `value:`, and the keys above.
    fn around(&self) -> name::Name {
        let pair = self.above.last().filter(
            |_| matches!(self.path.parts().last(), Some(Part::Key(key)) if &**key == "value"),
        );
        let named = pair.and_then(|pair| {
            let names = ["name", "key"].into_iter();
            let names = names.filter_map(|key| pair.get(key)?.as_str());
            names
                .map(name::of_text)
                .find(|name| *name != name::Name::Other)
        });
        named.unwrap_or_else(|| name::from_above(&self.path))
    }

    fn leaf(&mut self, value: &'v Value, scope: &Scope<'_>) {
        let belongs = self.belongs(scope);
        let around = self.around();
        let texts = written::texts(value, self.sources);
        let is_of_variable = texts.iter().any(|known| {
            known.standing == Standing::Literal && name::has_secret_variable(&known.text)
        });
        for known in texts {
            let is_text =
                matches!(value.kind, Kind::String(_)) || known.standing == Standing::Literal;
            let hits = match &value.kind {
                Kind::Number(_) if belongs == Belongs::Here => leaf::whole(&known.text, &self.path),
                Kind::Number(_) => leaf::number(&known.text, &self.path, belongs, &around),
                _ if is_text => {
                    let belongs = match belongs {
                        Belongs::Here if self.holds_no_secret(&known.text) => Belongs::ByItsLooks,
                        belongs => belongs,
                    };
                    leaf::in_value(&known.text, &self.path, belongs, &around)
                }
                _ if belongs == Belongs::Here => leaf::whole("", &self.path),
                _ => Vec::new(),
            };
            let hits = match hits.is_empty() && known.standing == Standing::Elsewhere {
                true if is_of_variable => leaf::suspected(leaf::whole(&known.text, &self.path)),
                _ => hits,
            };
            for hit in hits {
                let in_layer = hit.is_literal && known.standing == Standing::Literal;
                let place = value.place().and_then(|place| match in_layer {
                    true => place::of_part(self.sources, place, &hit.range),
                    false => Some(place),
                });
                let extent = extent(&known.text, &hit);
                self.add(&known, hit, place, extent);
            }
        }
    }

    fn add(&mut self, known: &Known, hit: leaf::Hit, place: Option<Place>, extent: Extent) {
        let standing = if hit.is_literal {
            known.standing
        } else {
            Standing::Open
        };
        let key = place.map(|place| (place, standing == Standing::Literal));
        let before = key.and_then(|key| self.seen.get(&key)).copied();
        // As it is written it was not known; with the variables put in it is.
        let is_known_now = before.is_some_and(|index| {
            let before = self.found.get(index);
            before.is_some_and(|before| before.standing == Standing::Open)
                && standing == Standing::Elsewhere
        });
        if before.is_some() && !is_known_now {
            return;
        }
        let is_local = || {
            hit.local_url
                .unwrap_or_else(|| neighbour::is_local(&self.above, &self.path, self.root))
        };
        let text = known
            .text
            .get(hit.range.clone())
            .filter(|text| !text.is_empty());
        let secret = Secret {
            path: self.path.clone(),
            place,
            kind: hit.kind,
            certainty: hit.certainty,
            in_default: hit.in_default,
            extent,
            beside_local_host: standing == Standing::Literal && is_local(),
            variable: name_of_default(&known.text, &hit).unwrap_or_else(|| match extent {
                Extent::Key => {
                    let mut above = self.path.clone();
                    above.pop();
                    name::variable(&above)
                }
                Extent::Whole | Extent::Part => name::variable(&self.path),
            }),
            text: text
                .filter(|_| standing != Standing::Open)
                .map(|text| Hidden(text.into())),
            standing,
            what: hit.what,
            also: Hidden(hit.also),
        };
        match before.and_then(|index| self.found.get_mut(index)) {
            Some(before) => *before = secret,
            None => {
                if let Some(key) = key {
                    self.seen.insert(key, self.found.len());
                }
                self.found.push(secret);
            }
        }
    }

    /// Whether a secret belongs at the path in hand, by the schemas and by the list of known paths.
    fn belongs(&self, scope: &Scope<'_>) -> Belongs {
        let listed = paths::lookup(&self.path)
            .filter(|listed| *listed == paths::Listed::Public || !self.describes_secret());
        match (scope.visibility(), listed) {
            (Visibility::Frontend, _) | (Visibility::Backend, Some(paths::Listed::Public)) => {
                Belongs::Never
            }
            (Visibility::Secret, _) if paths::only_identifies(&self.path) => Belongs::ByItsLooks,
            (Visibility::Secret, _) | (_, Some(paths::Listed::Secret)) => Belongs::Here,
            (Visibility::Backend, None) if self.is_meant_as_secret(scope) => Belongs::Here,
            (Visibility::Backend, None) => Belongs::ByItsLooks,
        }
    }

    /// Whether the value stands below a listed path and only describes the secret there: `vault.token.type`.
    fn describes_secret(&self) -> bool {
        let Some(Part::Key(key)) = self.path.parts().last() else {
            return false;
        };
        let mut above = self.path.clone();
        above.pop();
        paths::describes(key) && paths::lookup(&above) == Some(paths::Listed::Secret)
    }

    /// Whether the path is one slip away from a listed one, or a listed one that slid below `app`.
    fn is_meant_as_secret(&self, scope: &Scope<'_>) -> bool {
        let parts = self.path.parts();
        let slid = matches!(parts.first(), Some(Part::Key(key)) if &**key == "app").then(|| {
            let mut path = ConfigPath::root();
            for part in parts.iter().skip(1) {
                path.push(part.clone());
            }
            path
        });
        let is_listed = |path: ConfigPath| paths::lookup(&path) == Some(paths::Listed::Secret);
        let is_slip = || {
            scope.is_unknown()
                && paths::lookup(&self.path).is_none()
                && paths::is_slip_of_secret(&self.path)
        };
        slid.is_some_and(is_listed) || is_slip()
    }

    /// Whether the key does not name a secret, and the text is none by its form.
    fn holds_no_secret(&self, text: &str) -> bool {
        let key = self.path.parts().iter().rev().find_map(|part| match part {
            Part::Key(key) => Some(key),
            Part::Item(_) => None,
        });
        key.is_some_and(|key| !names_secret(key)) && leaf::holds_no_secret(text)
    }
}

/// How much of a text a hit is.
fn extent(text: &str, hit: &leaf::Hit) -> Extent {
    let is_placeholder = text.starts_with("${") && text.ends_with('}');
    let is_all = hit.range == (0..text.len()) || (hit.in_default && is_placeholder);
    if is_all { Extent::Whole } else { Extent::Part }
}

/// The variable whose default a secret is.
fn name_of_default(text: &str, hit: &leaf::Hit) -> Option<String> {
    let before = text.get(..hit.range.start).filter(|_| hit.in_default)?;
    let (_, name) = before.rsplit_once("${")?;
    Some(name.trim_end_matches(":-").trim().to_owned())
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

/// The origin of a secret: its bytes, with its value's key.
pub fn origin(secret: &Secret) -> Option<Origin> {
    secret.place.map(|value| Origin { value, key: None })
}

#[cfg(test)]
mod tests;
