//! `facts.csp`: the content security policy of the backend, as the browser reads it.
//!
//! In: an effective config. Out: its directives, and its sources that lack their quotes. Never: whether a policy is
//! safe; `config.backend.csp` holds it as written.

use super::fact::at_key;
use super::fact::{Bool, List, Text};
use super::macros::facts;
use crate::backstage::value::{Kind, Value};
use crate::text::closest;

facts! {
    /// The content security policy of the backend.
    pub struct Csp {
        /// the keys of `backend.csp`, in order
        directives: List<Directive>,
        /// sources that are keywords only inside single quotes, e.g. `self`, and that have none
        unquoted: List<Unquoted>,
    }

    /// A key of `backend.csp`.
    pub struct Directive {
        /// the key as written; points at it
        name: Text,
        /// the directive that the browser gets: the key in kebab case
        sent: Text,
        /// some version of the specification has that directive
        known: Bool,
        /// the directive that is probably meant; absent when it is known, or like none
        meant: Text,
    }

    /// A source that lacks its quotes.
    pub struct Unquoted {
        /// the key that contains it
        directive: Text,
        /// the source as written; points at it
        source: Text,
        /// the same inside single quotes
        quoted: Text,
    }
}

/// Every directive of CSP level 3, of its drafts and of the levels before.
const KNOWN: [&str; 37] = [
    "base-uri",
    "block-all-mixed-content",
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "navigate-to",
    "object-src",
    "options",
    "plugin-types",
    "policy-uri",
    "prefetch-src",
    "referrer",
    "reflected-xss",
    "report-to",
    "report-uri",
    "require-sri-for",
    "require-trusted-types-for",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "trusted-types",
    "upgrade-insecure-requests",
    "webrtc",
    "worker-src",
    "xhr-src",
];

/// Directives whose values are lists of sources, beside all that end in `-src`, `-src-elem` and `-src-attr`.
const WITH_SOURCES: [&str; 4] = ["base-uri", "form-action", "frame-ancestors", "navigate-to"];

/// Keywords that the browser takes for host names without their quotes.
const KEYWORDS: [&str; 9] = [
    "self",
    "none",
    "unsafe-inline",
    "unsafe-eval",
    "unsafe-hashes",
    "strict-dynamic",
    "wasm-unsafe-eval",
    "report-sample",
    "inline-speculation-rules",
];

/// What precedes a nonce or a hash, which need the quotes too.
const PREFIXES: [&str; 4] = ["nonce-", "sha256-", "sha384-", "sha512-"];

/// The policy of an effective config.
pub fn collect(config: &Value) -> Csp {
    let csp = config.at(["backend", "csp"]);
    let entries = || csp.and_then(Value::as_object).into_iter().flatten();
    Csp {
        origin: csp.and_then(|csp| csp.origin),
        directives: entries()
            .map(|(key, value)| directive(key, value))
            .collect(),
        unquoted: entries()
            .flat_map(|(key, value)| unquoted(key, value))
            .collect(),
    }
}

fn directive(key: &str, value: &Value) -> Directive {
    let sent = kebab_case(key);
    let known = KNOWN.contains(&&*sent);
    let meant = closest(&sent, KNOWN).filter(|_| !known);
    Directive {
        origin: at_key(value),
        name: Text::from(key).with_origin(at_key(value)),
        sent: sent.as_str().into(),
        known: known.into(),
        meant: Text::optional(meant),
    }
}

fn unquoted(key: &str, value: &Value) -> Vec<Unquoted> {
    let sent = kebab_case(key);
    let takes_sources = WITH_SOURCES.contains(&&*sent)
        || ["-src", "-src-elem", "-src-attr"]
            .iter()
            .any(|end| sent.ends_with(end));
    let items = match &value.kind {
        Kind::Array(items) if takes_sources => items.as_slice(),
        _ => &[],
    };
    let fact = |item: &Value| {
        let text = item.as_str()?;
        let source = text.split_ascii_whitespace().find(|one| is_keyword(one))?;
        Some(Unquoted {
            origin: None,
            directive: key.into(),
            source: Text::from(source).with_origin(item.origin),
            quoted: format!("'{source}'").into(),
        })
    };
    items.iter().filter_map(fact).collect()
}

fn is_keyword(source: &str) -> bool {
    let source = source.to_ascii_lowercase();
    KEYWORDS.contains(&&*source) || PREFIXES.iter().any(|prefix| source.starts_with(prefix))
}

/// A key in kebab case, as the backend writes it into the header (`kebabCase` of lodash, for the letters and
/// separators that keys have).
fn kebab_case(key: &str) -> String {
    let mut kebab = String::new();
    let mut before_is_lower = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            before_is_lower = false;
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            continue;
        }
        if c.is_uppercase() && before_is_lower {
            kebab.push('-');
        }
        before_is_lower = c.is_lowercase() || c.is_numeric();
        kebab.extend(c.to_lowercase());
    }
    kebab.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, kebab_case};

    #[test]
    fn keys_reach_the_browser_in_kebab_case() {
        for (key, sent) in [
            ("connect-src", "connect-src"),
            ("connectSrc", "connect-src"),
            ("img_src", "img-src"),
            ("Script Src Elem", "script-src-elem"),
            ("upgradeInsecureRequests", "upgrade-insecure-requests"),
        ] {
            assert_eq!(kebab_case(key), sent);
        }
    }

    #[test]
    fn the_directives_are_in_order_and_in_kebab_case() {
        assert!(KNOWN.is_sorted());
        assert!(KNOWN.iter().all(|name| kebab_case(name) == *name));
    }
}
