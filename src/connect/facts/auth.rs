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
        /// that section is there, with a setting in it
        section_filled: Bool,
        /// sections of other providers with settings in them, which nothing reads. Each points at its first setting
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
        .filter(|name| Some(*name) != section && *name != "Password")
        .filter_map(|name| Some(Text::from(name).at(first_of(name)?.key_place())));
    let unused: List<Text> = unused.collect();
    Auth {
        origin: None,
        meant: Text::optional(meant(word.as_deref(), setting)),
        known: match &word {
            Some(_) => known.into(),
            None => Bool::open(),
        },
        section_filled: section.is_some_and(|name| first_of(name).is_some()).into(),
        section: Text::optional(section),
        unused_sections: match &word {
            Some(_) => unused,
            None => List::Open,
        },
        provider,
    }
}

/// The provider of a section in lower case with its place, or the default; and whether it is one of those that exist.
pub(super) fn provider(
    effective: &Effective,
    section: &str,
    setting: Option<&Setting>,
) -> (Text, bool) {
    let default = || Text::optional(setting.and_then(|setting| setting.default));
    let Some(own) = effective.get(section, "Provider") else {
        return (default(), true);
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
