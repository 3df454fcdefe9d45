//! What may be shown of a value.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::backstage::value::{Kind, Open, OpenCause, Origin, Value};
use crate::backstage::words::{Chain, ChainLayer};
use crate::run::Run;
use crate::text::Place;
use crate::text::mask::{self, MASK, escape};

/// What is shown, and how.
pub(crate) struct Shown<'r> {
    /// Where the values come from.
    pub(crate) run: &'r Run,
    /// Where values stand that are secrets, or will be.
    pub(crate) secret_places: &'r BTreeSet<Place>,
    /// Whether origins are said.
    pub(crate) origins: Origins,
    /// What becomes of secrets.
    pub(crate) secrets: SecretText,
}

/// Whether origins are said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origins {
    /// They are.
    Said,
    /// They are left out.
    Left,
}

/// What becomes of secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretText {
    /// They are masked.
    Hidden,
    /// They are shown.
    AsItIs,
}

impl Shown<'_> {
    /// A text that a value holds. One that stands in no layer comes from a variable, and may be anything.
    pub(crate) fn text<'t>(&self, value: &Value, text: &'t str) -> Cow<'t, str> {
        match (self.secrets, value.place()) {
            (SecretText::AsItIs, _) => Cow::Borrowed(text),
            (SecretText::Hidden, None) => Cow::Borrowed(MASK),
            (SecretText::Hidden, Some(place)) if self.is_put_in(value, place) => {
                Cow::Borrowed(MASK)
            }
            (SecretText::Hidden, place) => self.run.secrets.show(place, text),
        }
    }

    /// Whether a value is a secret that no bytes of the layer spell: a variable put in, or the text of a file.
    fn is_put_in(&self, value: &Value, place: Place) -> bool {
        matches!(&value.kind, Kind::String(text) if text.style.is_none())
            && self.secret_places.contains(&place)
    }

    /// A text that was worked out from the value at the same place, such as the host of a URL.
    pub(crate) fn worked_out<'t>(&self, value: &Value, text: &'t str) -> Cow<'t, str> {
        match self.secrets {
            SecretText::AsItIs => Cow::Borrowed(text),
            SecretText::Hidden => self.run.secrets.show(value.place(), text),
        }
    }

    /// A key.
    pub(crate) fn key<'t>(&self, key: &'t str) -> Cow<'t, str> {
        match self.secrets {
            SecretText::AsItIs => Cow::Borrowed(key),
            SecretText::Hidden => self.run.secrets.show_key(key),
        }
    }

    /// What shows when an open value is nothing, in a few words.
    pub(crate) fn instead(&self, open: &Open) -> String {
        let Some(below) = &open.below else {
            return match open.when_unset {
                Some(_) => "open; has a default".into(),
                None => "open".into(),
            };
        };
        let place = self.place(below.origin.as_ref());
        match below.as_str() {
            Some(text) => {
                let text = serde_json::Value::from(&*self.text(below, text)).to_string();
                format!("open; otherwise {text} from {place}")
            }
            None => format!("open; otherwise the value at {place}"),
        }
    }

    /// `app-config.yaml:4`
    pub(crate) fn place(&self, origin: Option<&Origin>) -> String {
        origin.map_or_else(
            || "the environment".into(),
            |origin| self.line(origin.value),
        )
    }

    /// The line a place begins on, as [`place`](Self::place) says it.
    pub(crate) fn line(&self, place: Place) -> String {
        let source = self.run.sources.get(place.source);
        let line = source.position(place.span.start).line;
        format!("{}:{line}", mask::name(source.path()))
    }

    /// The name of a chain, and its layers with the paths that [`place`](Self::place) says. One that was not found is
    /// named by its path in the repository.
    pub(crate) fn chain(&self, chain: &Chain) -> (String, String) {
        let path = |layer: &ChainLayer| {
            let mut sources = self.run.sources.iter().map(|(_, source)| source);
            let source = sources.find(|source| source.repository_path() == layer.path.as_str());
            let path = source.map_or(layer.path.as_str(), |source| source.path());
            escape(&mask::name(path)).into_owned()
        };
        let layers: Vec<String> = chain.layers.iter().map(path).collect();
        let name = escape(&mask::name(&chain.name.0)).into_owned();
        (name, layers.join(", "))
    }

    /// Where a value was set, and what it overrode.
    pub(crate) fn origin(&self, value: &Value) -> String {
        let mut said = self.place(value.origin.as_ref());
        if !value.overrode.is_empty() {
            let below: Vec<String> = value
                .overrode
                .iter()
                .map(|origin| self.place(Some(origin)))
                .collect();
            said.push_str(", over ");
            said.push_str(&below.join(", "));
        }
        said
    }
}

/// The directive an open value was written with; `None` for a string with placeholders.
pub(crate) fn directive(open: &Open) -> Option<&'static str> {
    match open.cause {
        OpenCause::Placeholder(_) | OpenCause::Override(_) => None,
        OpenCause::Env(_) => Some("$env"),
        OpenCause::File(_) => Some("$file"),
        OpenCause::Include(_) => Some("$include"),
    }
}
