//! The secrets in one string.
//!
//! In: a string as the layer spells it, its path, and whether a secret belongs there. Out: the ranges that are
//! secret, each with its kind. Never: bytes of the layer; [`super::place`] finds those.

use std::ops::Range;
use std::sync::Arc;

use super::Certainty;
use super::finder::Belongs;
use super::name::{self, Name};
use super::neighbour::host_of;
use crate::backstage::host::is_local_host;
use crate::text::mask::looks::{self, Look, assignment, is_random, literal};
use source::{ConfigPath, Part};

/// A range of a string that is secret.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    pub(super) range: Range<usize>,
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) certainty: Certainty,
    /// Whether the range is text that somebody typed, and not a placeholder.
    pub(super) is_literal: bool,
    pub(super) in_default: bool,
    /// For a URL, whether its host is a literal local one.
    pub(super) local_url: Option<bool>,
    /// Other spellings to hide.
    pub(super) also: Vec<String>,
}

impl Hit {
    fn new(kind: &'static str, what: impl Into<String>, range: Range<usize>) -> Self {
        Self {
            range,
            kind,
            what: what.into(),
            certainty: Certainty::Certain,
            is_literal: true,
            in_default: false,
            local_url: None,
            also: Vec::new(),
        }
    }
}

/// What in `text` is secret by its looks alone. More than anybody would write into one value are one, from the first
/// to the last.
pub(super) fn in_text(text: &str) -> Vec<Hit> {
    bounded(text, hits_of(text, &looks::find(text)))
}

fn hits_of(text: &str, looks: &[Look]) -> Vec<Hit> {
    looks.iter().flat_map(|look| of_look(text, look)).collect()
}

/// How many hits one text may have. Finding the bytes of each takes a look at all of its scalar.
const MOST_HITS: usize = 50;

/// The same hits, or one from the first byte of all to the last, so that nothing of them is shown. Each of them stays
/// hidden where it stands elsewhere too.
pub(super) fn bounded(text: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
    if hits.len() <= MOST_HITS {
        return hits;
    }
    let start = hits.iter().map(|hit| hit.range.start).min();
    let end = hits.iter().map(|hit| hit.range.end).max();
    let also: Vec<String> = hits
        .iter_mut()
        .flat_map(|hit| {
            let own = text.get(hit.range.clone()).map(str::to_owned);
            own.into_iter().chain(std::mem::take(&mut hit.also))
        })
        .collect();
    let is_certain = |hit: &Hit| hit.certainty == Certainty::Certain && hit.is_literal;
    let shown = hits.iter().position(is_certain).unwrap_or(0);
    let mut all = hits.swap_remove(shown);
    all.range = start.unwrap_or(0)..end.unwrap_or(text.len());
    all.is_literal = true;
    all.in_default = false;
    all.also = also;
    vec![all]
}

/// Ranges that are covered already, in order and apart from each other.
struct Covered(Vec<Range<usize>>);

impl Covered {
    fn by(hits: &[Hit]) -> Self {
        Self(looks::apart(
            hits.iter().map(|hit| hit.range.clone()).collect(),
        ))
    }

    fn touches(&self, range: &Range<usize>) -> bool {
        let behind = self.0.partition_point(|known| known.end <= range.start);
        self.0
            .get(behind)
            .is_some_and(|known| known.start < range.end)
    }
}

/// What in the value `text` at `path` is secret.
/// `around` is what stands around the value, such as `name: DB_PASSWORD` beside it, says of it.
pub(super) fn in_value(text: &str, path: &ConfigPath, belongs: Belongs, around: &Name) -> Vec<Hit> {
    bounded(text, all_in_value(text, path, belongs, around))
}

fn all_in_value(text: &str, path: &ConfigPath, belongs: Belongs, around: &Name) -> Vec<Hit> {
    let mut hits = hits_of(text, &looks::find_in_value(text));
    if belongs == Belongs::Never {
        hits.retain(|hit| !is_for_browsers(hit.kind));
        return hits;
    }
    hits.extend(in_parameters(text, &hits));
    if !hits.is_empty() {
        // The certain ones are not all that there is to hide.
        let more = suspected_in(text, &hits);
        hits.extend(more);
        return hits;
    }
    if let Some(range) = in_connection(text, path) {
        let what = "password in this connection string";
        return suspected(vec![Hit::new("parameter", what, range)]);
    }
    match name::of(path) {
        Name::Header(header) => in_header(text, &header),
        _ if belongs == Belongs::Here => whole(text, path),
        Name::Secret(certainty) => named(text, path, certainty),
        Name::Private => suspected(whole(text, path)),
        Name::Other => match around {
            Name::Secret(certainty) => named(text, path, *certainty),
            Name::Private => suspected(whole(text, path)),
            Name::Header(_) | Name::Other => in_structure(text),
        },
    }
}

/// The password of a connection string that no driver would take as it is.
fn in_connection(text: &str, path: &ConfigPath) -> Option<Range<usize>> {
    let Some(Part::Key(last)) = path.parts().last() else {
        return None;
    };
    matches!(&**last, "connection" | "connectionString")
        .then(|| looks::url::password_of_fragment(text))
        .flatten()
}

/// The same hits, as reason to hide and not to accuse.
pub(super) fn suspected(mut hits: Vec<Hit>) -> Vec<Hit> {
    for hit in &mut hits {
        hit.certainty = Certainty::Suspected;
    }
    hits
}

/// What a text that nothing is known of has in it: defaults of placeholders, and all that is suspected.
fn in_structure(text: &str) -> Vec<Hit> {
    let mut hits = in_defaults(text);
    let more = suspected_in(text, &hits);
    hits.extend(more);
    hits
}

/// What is [suspected](looks::suspected) in a text, besides what is known.
pub(super) fn suspected_in(text: &str, known: &[Hit]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let covered = Covered::by(known);
    for range in looks::suspected(text) {
        if covered.touches(&range) {
            continue;
        }
        let parts = literal_parts(text, range).into_iter();
        hits.extend(parts.map(|(range, in_default)| Hit {
            in_default,
            certainty: Certainty::Suspected,
            ..Hit::new("parameter", "secret in this string", range)
        }));
    }
    hits
}

/// What is suspected in the items of a list that belong together, such as the words of a command: for each item the
/// ranges in it. What begins with an item is all of it.
pub(super) fn in_list(items: &[Arc<str>]) -> Vec<Vec<Hit>> {
    const BETWEEN: &str = ", ";
    let mut ranges = looks::suspected(&items.join(BETWEEN))
        .into_iter()
        .peekable();
    let mut start = 0;
    let mut of_items = Vec::with_capacity(items.len());
    for item in items {
        let end = start + item.len();
        let mut hits = Vec::new();
        while let Some(range) = ranges.next_if(|range| range.start < end) {
            let inside = match range.start <= start {
                true => 0..item.len(),
                false => range.start - start..range.end.min(end) - start,
            };
            let parts = literal_parts(item, inside).into_iter();
            hits.extend(parts.map(|(range, in_default)| Hit {
                in_default,
                certainty: Certainty::Suspected,
                ..Hit::new("parameter", "secret in this list", range)
            }));
        }
        of_items.push(bounded(item, hits));
        start = end + BETWEEN.len();
    }
    of_items
}

/// The defaults of placeholders whose variables are named like secrets: `${DB_PASSWORD:-hunter2}`.
fn in_defaults(text: &str) -> Vec<Hit> {
    let parts = literal_parts(text, 0..text.len()).into_iter();
    let of_secret = parts.filter_map(|(range, in_default)| {
        in_default.then_some(())?;
        let (_, variable) = text.get(..range.start)?.rsplit_once("${")?;
        let variable = variable.trim_end_matches(":-").trim();
        let certainty = name::by_name(variable)?;
        let value = text.get(range.clone())?;
        let is_plain = !value.contains(char::is_whitespace) && value.len() > 2;
        let is_certain = is_random(value) || (certainty == Certainty::Certain && is_plain);
        (!assignment::is_setting(value)).then(|| Hit {
            in_default,
            certainty: match is_certain {
                true => Certainty::Certain,
                false => Certainty::Suspected,
            },
            ..Hit::new(
                "secret",
                format!("secret in the default of `{variable}`"),
                range,
            )
        })
    });
    of_secret.collect()
}

/// What in the number `text` at `path` is secret: a password or token of digits alone. A short one is hidden, but no
/// reason to accuse.
pub(super) fn number(text: &str, path: &ConfigPath, belongs: Belongs, around: &Name) -> Vec<Hit> {
    const SHORTEST: usize = 6;
    let own = name::of(path);
    match if own == Name::Other { around } else { &own } {
        _ if belongs == Belongs::Never => Vec::new(),
        Name::Secret(_) if text.len() < SHORTEST => suspected(whole(text, path)),
        Name::Secret(certainty) => named(text, path, *certainty),
        Name::Private => suspected(whole(text, path)),
        _ => Vec::new(),
    }
}

/// The whole of `text`, which stands where a secret belongs. Without literal text the hit is not literal.
pub(super) fn whole(text: &str, path: &ConfigPath) -> Vec<Hit> {
    if is_reference(text) {
        return Vec::new();
    }
    let (kind, what) = name::describe(path);
    let parts = literal_parts(text, 0..text.len());
    if parts.is_empty() {
        return open(text, kind, what);
    }
    let hit = |(range, in_default)| Hit {
        in_default,
        ..Hit::new(kind, what.clone(), range)
    };
    parts.into_iter().map(hit).collect()
}

/// The literal parts of a range of `text` that can be a secret, each with whether it is a placeholder's default.
/// Beside a placeholder, short text is what goes with it (`Bearer ${TOKEN}`, `user-${N}`).
fn literal_parts(text: &str, range: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let parts = literal::parts(slice);
    let is_whole = matches!(parts.as_slice(), [part] if part.len() == slice.len());
    let first = slice.find("${").unwrap_or(slice.len());
    let parts = parts.into_iter().filter_map(|part| {
        let before = slice.get(..part.start)?;
        let in_default = before.ends_with(":-")
            && first < before.len()
            && slice.get(part.end..)?.starts_with('}');
        let counts = is_whole || in_default || is_random(slice.get(part.clone())?);
        counts.then(|| (range.start + part.start..range.start + part.end, in_default))
    });
    parts.collect()
}

fn of_look(text: &str, look: &Look) -> Vec<Hit> {
    let what = match look.kind {
        "url-password" => "password in this URL".to_owned(),
        kind => name::of_kind(kind),
    };
    let is_url = look.kind == "url-password";
    let behind = text.get(look.range.end..).unwrap_or_default();
    let local_url = is_url.then(|| is_local_host(host_of(behind.trim_start_matches('@'))));
    let decoded = text
        .get(look.range.clone())
        .and_then(looks::percent_decoded);
    let counted = literal_parts(text, look.range.clone());
    let slice = text.get(look.range.clone()).unwrap_or_default();
    // Beside a placeholder a part of a password is no reason to accuse, but all of a password is hidden.
    let beside = literal::parts(slice).into_iter().filter(|_| is_url);
    let beside = beside.map(|part| look.range.start + part.start..look.range.start + part.end);
    let beside: Vec<_> = beside
        .filter(|part| counted.iter().all(|(range, _)| range != part))
        .map(|part| (part, false, Certainty::Suspected))
        .collect();
    let counted = counted.into_iter();
    let counted = counted.map(|(range, in_default)| (range, in_default, Certainty::Certain));
    counted
        .chain(beside)
        .map(|(range, in_default, certainty)| Hit {
            in_default,
            certainty,
            local_url,
            also: decoded.clone().into_iter().collect(),
            ..Hit::new(look.kind, what.clone(), range)
        })
        .collect()
}

/// Secrets in `Name=value` lists and URL queries: `Server=x;Password=…`, `?api_key=…`.
fn in_parameters(text: &str, known: &[Hit]) -> Vec<Hit> {
    let first = text.find([';', '?', ' ']);
    let last = text.rfind(';');
    let is_parameter = |range: &Range<usize>| {
        let before = text.get(..range.start).unwrap_or_default();
        let separated =
            first.is_some_and(|at| at < range.start) || last.is_some_and(|at| at >= range.end);
        before.ends_with('=') && separated
    };
    let covered = Covered::by(known);
    assignment::values(text)
        .into_iter()
        .filter(|range| is_parameter(range) && !covered.touches(range))
        .flat_map(|range| literal_parts(text, range))
        .map(|(range, in_default)| {
            let value = text.get(range.clone()).unwrap_or_default();
            const PASSWORD: &str = "password";
            let before = text.get(..range.start).unwrap_or_default();
            let name = before.trim_end_matches('=');
            let end = name.get(name.len().saturating_sub(PASSWORD.len())..);
            let is_password = end.is_some_and(|end| end.eq_ignore_ascii_case(PASSWORD));
            let is_certain = is_password || is_random(value);
            let certainty = if is_certain {
                Certainty::Certain
            } else {
                Certainty::Suspected
            };
            let what = "secret in these parameters";
            Hit {
                in_default,
                certainty,
                ..Hit::new("parameter", what, range)
            }
        })
        .collect()
}

/// The secret in a header's value: what follows the scheme.
fn in_header(text: &str, header: &str) -> Vec<Hit> {
    if is_reference(text) {
        return Vec::new();
    }
    let start = text.len() - without_scheme(text).len();
    let what = format!("`{header}` header");
    let hit = |(range, in_default): (Range<usize>, bool)| {
        let value = text.get(range.clone()).unwrap_or_default();
        let also = basic_password(text, value).into_iter().collect();
        Hit {
            in_default,
            also,
            ..Hit::new("header", what.clone(), range)
        }
    };
    let parts = literal_parts(text, start..text.len());
    if parts.is_empty() {
        return open(text, "header", what.clone());
    }
    parts.into_iter().map(hit).collect()
}

/// A text without literal parts, all of which becomes a secret when its variables are put in.
fn open(text: &str, kind: &'static str, what: String) -> Vec<Hit> {
    let is_literal = false;
    vec![Hit {
        is_literal,
        ..Hit::new(kind, what, 0..text.len())
    }]
}

/// A header's value without its scheme: `Bearer x`, `Token token=x`, `argocd.token=x`.
fn without_scheme(text: &str) -> &str {
    let text = text.trim_start();
    let behind_scheme = text.split_once(' ').filter(|(scheme, rest)| {
        !rest.trim().is_empty() && scheme.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
    });
    let text = behind_scheme.map_or(text, |(_, rest)| rest.trim_start());
    match text.split_once('=') {
        Some((name, rest))
            if !rest.trim_matches('=').is_empty() && assignment::names_secret(name) =>
        {
            rest.trim_start_matches('"')
        }
        _ => text,
    }
}

/// The password that the Base64 of a `Basic` header spells.
fn basic_password(header: &str, value: &str) -> Option<String> {
    header
        .get(..6)
        .filter(|scheme| scheme.eq_ignore_ascii_case("basic "))?;
    let decoded = looks::base64_decoded(value)?;
    let (_, password) = decoded.split_once(':')?;
    Some(password.to_owned())
}

/// A value beside a name that says it is secret, on a path nobody has described.
fn named(text: &str, path: &ConfigPath, by_name: Certainty) -> Vec<Hit> {
    if assignment::is_setting(text.trim()) {
        return Vec::new();
    }
    let accuses = |hit: &Hit| {
        let value = text.get(hit.range.clone()).unwrap_or_default();
        let is_plain = !value.contains(char::is_whitespace) && value.len() > 2;
        is_random(value) || (by_name == Certainty::Certain && is_plain)
    };
    let mut hits = whole(text, path);
    for hit in &mut hits {
        if !accuses(hit) {
            hit.certainty = Certainty::Suspected;
        }
    }
    hits
}

/// Whether the text names a secret's place instead of being one: a template, a shell variable, a file.
fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let is_variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    // `$${X}` is how the text `${X}` is written, for the loader and for Flux alike.
    let is_escaped = text.starts_with("$${") && text.ends_with('}');
    text.starts_with("{{") || is_variable || is_escaped || is_file(text)
}

/// Whether a text is the path of a file: `/run/secrets/token`, `./key.pem`, `secrets/github-token.txt`.
fn is_file(text: &str) -> bool {
    let named = [
        ".pem", ".key", ".crt", ".json", ".txt", ".p12", ".yaml", ".jks", "token",
    ]
    .iter()
    .any(|end| text.ends_with(end));
    let anchored = ["/", "./", "../", "~/"]
        .iter()
        .any(|start| text.starts_with(start));
    let segments = || text.split('/').filter(|segment| !segment.is_empty());
    let is_plain = |segment: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-~".contains(c);
        segment.chars().all(fits) && !is_random(segment)
    };
    let deep = segments().count() >= 2;
    text.contains('/') && segments().all(is_plain) && (named || (anchored && deep))
}

/// Whether a text that a schema calls secret holds none: a switch, a URL without credentials, a host.
pub(super) fn holds_no_secret(text: &str) -> bool {
    let text = text.trim();
    if assignment::is_setting(text) {
        return true;
    }
    let address = text.split_once("://").map_or(text, |(_, behind)| behind);
    let is_plain = !address.contains(['@', '?', '#', ' ']);
    let host = host_of(text);
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_host = is_local_host(host) || (host.contains('.') && host.split('.').all(label));
    is_plain && is_host && !address.split(['/', '.', ':']).any(is_random)
}

/// Kinds of keys that are made to be seen by browsers.
fn is_for_browsers(kind: &str) -> bool {
    matches!(
        kind,
        "google-api-key" | "jwt" | "newrelic-key" | "parameter" | "url-password"
    )
}
