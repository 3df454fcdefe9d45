//! The walk through a config that finds secrets.
//!
//! In: a value with the schemas that speak about it. Out: each secret in it once, a place for a place. What one scalar
//! is by its form [`leaf`] says, and what its key means [`name`].

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::written::{self, Known};
use super::{Certainty, Extent, Hidden, Secret, Standing, leaf, name, neighbour, paths, place};
use crate::backstage::document::NodeExt;
use crate::backstage::schema::{Scope, Visibility};
use crate::backstage::value::{Kind, Value};
use crate::text::mask::looks::assignment::{names_secret, says_which};
use crate::text::{Place, SourceId, Sources};
use npm_yaml::{Node, NodeValue};
use source::{ConfigPath, Part};

pub(super) struct Finder<'v> {
    pub(super) sources: &'v Sources,
    pub(super) root: &'v Value,
    pub(super) path: ConfigPath,
    /// The values that hold the one in hand, from the root down.
    pub(super) above: Vec<&'v Value>,
    /// What the first walk has judged; nothing for overrides.
    pub(super) judged: &'v mut Judged,
    /// The places found so far, and whether as literal text, with where in `found`.
    pub(super) seen: &'v mut BTreeMap<(Place, bool), usize>,
    pub(super) found: &'v mut Vec<Secret>,
}

/// The scalars and keys that were judged in a text as it is written.
///
/// What variables and files make of that text has nearly all of them again, at the same places and paths: they are not
/// judged a second time.
#[derive(Debug, Default)]
pub(super) struct Judged {
    places: HashSet<Place>,
    /// Whether the text as it is written has been walked.
    pub(super) is_complete: bool,
}

impl Judged {
    /// Whether what stands at a place was judged before, as it is here. Where a `$` stands, something else may have come
    /// of it.
    fn has(&mut self, place: Option<Place>, text: Option<&str>) -> bool {
        let Some(place) = place.filter(|_| text.is_none_or(|text| !text.contains('$'))) else {
            return false;
        };
        match self.is_complete {
            true => self.places.contains(&place),
            false => {
                self.places.insert(place);
                false
            }
        }
    }

    /// Whether what stands at a place was judged in the text as it is written.
    fn knows(&self, place: Option<Place>) -> bool {
        self.is_complete && place.is_some_and(|place| self.places.contains(&place))
    }
}

impl<'v> Finder<'v> {
    pub(super) fn walk(&mut self, value: &'v Value, scope: &Scope<'_>) {
        match &value.kind {
            Kind::Object(object) => {
                self.above.push(value);
                for (key, child) in object {
                    self.path.push(Part::Key(Arc::clone(key)));
                    if !self.judged.has(child.key_place(), Some(key)) {
                        self.key(key, child);
                        self.key_as_secret(key, child, scope);
                    }
                    self.walk(child, &below(scope, key));
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
                if !items.iter().all(|item| self.judged.knows(item.place())) {
                    self.list(items);
                }
                self.above.pop();
            }
            Kind::Null | Kind::Bool(_) => {}
            Kind::String(text) => {
                if !self.judged.has(value.place(), Some(&text.value)) {
                    self.leaf(value, scope);
                }
            }
            Kind::Number(_) => {
                if !self.judged.has(value.place(), None) {
                    self.leaf(value, scope);
                }
            }
            Kind::Open(_) => self.leaf(value, scope),
        }
    }

    /// Every entry whose key stands in its mapping already, at any depth: a mapping keeps only the first one of a key.
    pub(super) fn walk_repeated(&mut self, node: &Node, source: SourceId, scope: &Scope<'_>) {
        for (index, item) in node.items().iter().enumerate() {
            self.path.push(Part::Item(index));
            self.walk_repeated(item, source, &scope.item(index));
            self.path.pop();
        }
        let NodeValue::Mapping(entries) = &node.value else {
            return;
        };
        let context = written::context(entries);
        let mut seen = HashSet::new();
        for entry in entries {
            let key = &entry.key.text;
            if !seen.insert(&**key) {
                let mapping = written::in_context(&context, entry, source);
                let mut finder = Finder {
                    sources: self.sources,
                    root: self.root,
                    path: self.path.clone(),
                    above: Vec::new(),
                    judged: &mut Judged::default(),
                    seen: &mut *self.seen,
                    found: &mut *self.found,
                };
                finder.walk(&mapping, scope);
            }
            self.path.push(Part::Key(Arc::clone(key)));
            self.walk_repeated(&entry.value, source, &below(scope, key));
            self.path.pop();
        }
    }

    /// A key may look like a secret too: a URL with credentials as a proxy's route, a token pasted one line early.
    fn key(&mut self, key: &Arc<str>, child: &Value) {
        const SHORTEST: usize = 12;
        // Nearly every key is one short word, which is a name and nothing else.
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if key.len() < SHORTEST && key.bytes().all(is_word) {
            return;
        }
        let looks = leaf::in_text(key);
        let suspected = leaf::suspected_in(key, &looks);
        let hits = looks.into_iter().chain(suspected).collect();
        for hit in leaf::bounded(key, hits) {
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
        // `{ minLength: 8 }` and `roleArn:` without a value may be settings too: those are only hidden.
        let is_letters = key.bytes().all(|it| it.is_ascii_alphabetic());
        let is_empty = matches!(child.kind, Kind::Null | Kind::Number(_) | Kind::Bool(_));
        if key.len() < SHORTEST {
            return;
        }
        let mut above = self.path.clone();
        above.pop();
        let own = above.parts().last();
        let several = matches!(own, Some(Part::Key(own)) if name::names_several(own));
        let is_word = paths::describes(key) || says_which(key);
        if !is_empty || several || is_word {
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
            let hits = leaf::whole(key, &above);
            let hits = match is_letters {
                true => leaf::suspected(hits),
                false => hits,
            };
            for hit in hits {
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

    /// What one item of a list says of the next: `args: ["--password", "hunter2"]`.
    fn list(&mut self, items: &[Value]) {
        let is_scalar = |item: &&Value| matches!(item.kind, Kind::String(_) | Kind::Number(_));
        if items.iter().filter(is_scalar).nth(1).is_none() {
            return;
        }
        let mut known: Vec<Option<Known>> = items
            .iter()
            .map(|item| match is_scalar(&item) {
                true => written::texts(item, self.sources).into_iter().next(),
                false => None,
            })
            .collect();
        let none: Arc<str> = "".into();
        let texts = known.iter().map(|known| match known {
            Some(known) => Arc::clone(&known.text),
            None => Arc::clone(&none),
        });
        let texts: Vec<Arc<str>> = texts.collect();
        let hits = leaf::in_list(&texts);
        for (index, ((item, known), hits)) in items.iter().zip(&mut known).zip(hits).enumerate() {
            let Some(known) = known.take() else {
                continue;
            };
            self.path.push(Part::Item(index));
            for hit in hits {
                let place = place_of(item, self.sources, &known, &hit);
                let extent = extent(&known.text, &hit);
                self.add(&known, hit, place, extent);
            }
            self.path.pop();
        }
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
                let place = place_of(value, self.sources, &known, &hit);
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

/// What the schemas say of a key, or of the one that it is plainly meant to be.
fn below<'s>(scope: &Scope<'s>, key: &str) -> Scope<'s> {
    let below = scope.key(key);
    let meant = below.is_unknown().then(|| scope.meant(key)).flatten();
    let meant = meant.filter(|it| it.visibility() != Visibility::Frontend);
    meant.unwrap_or(below)
}

/// Where a hit stands in a layer.
fn place_of(value: &Value, sources: &Sources, known: &Known, hit: &leaf::Hit) -> Option<Place> {
    let in_layer = hit.is_literal && known.standing == Standing::Literal;
    let place = value.place()?;
    match in_layer {
        true => place::of_part(sources, place, &hit.range),
        false => Some(place),
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
pub(super) enum Belongs {
    /// Its whole value is one.
    Here,
    /// Nothing is known of the path: names and looks decide.
    ByItsLooks,
    /// Everybody who opens the portal may see it.
    Never,
}
