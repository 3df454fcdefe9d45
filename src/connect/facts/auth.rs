//! `facts.connect.auth`: how users sign in.

use crate::backstage::facts::fact::{Bool, Fact, List, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::value::{Kind, Value};
use crate::connect::catalogue::{self, Setting};
use crate::connect::effective::Effective;

facts! {
    /// How users sign in.
    pub struct Auth {
        /// the provider in lower case, or the default (`password`), which is not written anywhere. Points at the setting
        provider: Text,
        /// the provider is one that the documentation has
        known: Bool,
        /// the provider that a wrong one was probably meant to be
        meant: Text,
        /// the name of the section that its settings belong in; absent where it needs none
        section: Text,
        /// that section is there, with a setting in it; open where a header with a slip may be it
        section_filled: Bool,
        /// sections of other providers with settings in them, which nothing reads; without `PAM`. Each points at its first
        /// setting
        unused_sections: List<Text>,
    }
}

/// Providers by the section that their settings are in. Those of `password` and `pam` have defaults that do.
const SECTIONS: &[(&str, &str)] = &[
    ("ldap", "LDAP"),
    ("oauth2", "OAuth2"),
    ("saml", "SAML"),
    ("pam", "PAM"),
    ("proxy", "ProxyAuth"),
    ("password", "Password"),
];

/// What is said of sign-in.
pub fn collect(effective: &Effective) -> Auth {
    let setting = catalogue::setting("Authentication", "Provider");
    let (provider, known) = provider(effective, "Authentication", setting);
    let word = provider.known().map(str::to_owned);
    let section = word.as_deref().and_then(|word| {
        let row = SECTIONS.iter().find(|(provider, _)| *provider == word);
        row.map(|(_, section)| *section)
    });
    let first_of = |section: &'static str| {
        let sections = effective.sections_of(section);
        let mut settings = sections.flat_map(|section| section.settings.values());
        settings.next().map(|setting| &setting.value)
    };
    let unused = SECTIONS
        .iter()
        .map(|(_, name)| *name)
        // Sessions of PAM may work with any provider.
        .filter(|name| Some(*name) != section && !["Password", "PAM"].contains(name))
        .filter_map(|name| Some(Text::from(name).at(first_of(name)?.key_place())));
    let unused: List<Text> = unused.collect();
    Auth {
        origin: None,
        meant: Text::optional(meant(word.as_deref(), setting)),
        known: match &word {
            Some(_) => known.into(),
            None => Bool::open(),
        },
        section_filled: match section {
            Some(name) if effective.misspelled.contains(name) => Bool::open(),
            section => section.is_some_and(|name| first_of(name).is_some()).into(),
        },
        section: Text::optional(section),
        unused_sections: match &word {
            Some(_) => unused,
            None => List::Open,
        },
        provider,
    }
}

/// The provider of a section in lower case with its place, or the default; and whether it is one of those that exist.
/// Open where the section may be below a header with a slip.
pub(super) fn provider(
    effective: &Effective,
    section: &str,
    setting: Option<&Setting>,
) -> (Text, bool) {
    let default = || Text::optional(setting.and_then(|setting| setting.default));
    let Some(own) = effective.get(section, "Provider") else {
        let may_be_misspelled = effective.misspelled.contains(section);
        let text = if may_be_misspelled {
            Text::open()
        } else {
            default()
        };
        return (text, true);
    };
    match &own.value.kind {
        Kind::String(text) if !text.value.is_empty() => {
            let known = setting.is_none_or(|setting| setting.allows(&text.value));
            let lower = Value::string(text.value.to_ascii_lowercase());
            (Text::from(lower.with_origin(own.value.origin)), known)
        }
        Kind::Open(_) => (
            Text::from(Text::open().into_value().with_origin(own.value.origin)),
            true,
        ),
        _ => (default().with_origin(own.value.origin), true),
    }
}

/// The word that a wrong one was probably meant to be.
pub(super) fn meant(word: Option<&str>, setting: Option<&Setting>) -> Option<&'static str> {
    let (word, setting) = (word?, setting?);
    if setting.allows(word) {
        return None;
    }
    // `PostgreSQL` is no slip of the keys.
    let begins = setting
        .allowed
        .iter()
        .find(|allowed| word.len() > 3 && word.starts_with(&allowed.to_ascii_lowercase()));
    begins
        .copied()
        .or_else(|| crate::text::closest(word, setting.allowed.iter().copied()))
}
