//! `facts.connect.settings`: every setting as it is written.

use super::Input;
use super::placeholder::is_placeholder;
use crate::backstage::facts::fact::{Bool, Fact, List, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::value::{Origin, Value};
use crate::connect::catalogue::{self, Confidence, Kind, Setting};
use crate::connect::effective::origin_of;
use crate::connect::load::{Given, WrittenSetting};
use crate::connect::secrets::is_secret;
use crate::connect::spelling::Spelling;
use crate::connect::words::Role;
use crate::text::Place;
use npm_yaml::ScalarStyle;
use std::collections::HashMap;
use std::sync::Arc;

facts! {
    /// A setting as it is written.
    pub struct SettingFact {
        /// `Section.Key`, as the documentation spells it where it has it
        name: Text,
        /// the section
        section: Text,
        /// the key. Points at it
        key: Text,
        /// the value as the server reads it; open in a template, and on a line that the library refuses. Points at it
        value: Text,
        /// what wrote it: `main`, `migration` (the file that upgrades write), `environment`
        role: Text,
        /// the catalogue has it; open where a template decides its section or key
        known: Bool,
        /// the catalogue has its section
        section_known: Bool,
        /// only tests of the product use it
        test_only: Bool,
        /// the section it belongs in, where exactly one other has such a key and the key says enough
        belongs_in: Text,
        /// the sections that have such a key, where several do: `A, B`
        belongs_in_several: Text,
        /// the key that a wrong one was probably meant to be. Points at the key
        meant: Text,
        /// the type: `boolean`, `integer`, `decimal`, `duration`, `bytes`, `enum`, `string`, `email`, `html`,
        /// `encrypted`, `path`, `url`, `address`, `list`; absent where it is not known
        kind: Text,
        /// the gcfg library refuses the value for this type
        refused: Bool,
        /// the value is none of the words that the setting takes, and those are all
        not_allowed: Bool,
        /// those words: `a, b`
        allowed: Text,
        /// the key is written without `=`
        bare: Bool,
        /// nothing follows `=`
        empty: Bool,
        /// a placeholder nobody replaced, in whole or in part
        placeholder: Bool,
        /// it holds a secret, or is where one belongs
        secret: Bool,
        /// the setting gives a program, a path or an address that the server cannot do without
        needs_value: Bool,
        /// a comment begins right after the value, without white space. Points at the comment
        cut: Text,
        /// a comment begins where the value should, so that it is empty. Points at the comment
        cut_to_nothing: Text,
        /// quotes that are none to the library, and so part of the value: `single quotes`, `typographic quotes`
        foreign_quotes: Text,
        /// an escape in quotes that becomes `a line end` or `a tab`, in a path, name or password. Points at it
        white_escape: Text,
        /// the key on the next line that a backslash at the end of this one takes in. Points at the backslash
        swallowed: Text,
        /// a list in one value: `[a, b]` or `a, b`
        list_as_text: Bool,
        /// an earlier setting of the same key in the same file, which this one wins over. Points at it
        repeats: Text,
        /// that one has the same value
        repeats_same: Bool,
        /// it is within a block of a template, such as `{% if … %}`, so that it may not be there
        conditional: Bool,
        /// it is deprecated
        deprecated: Bool,
        /// since this version; absent where that is not known
        deprecated_since: Text,
        /// what replaces it: `Section.Key, Section.Key`; absent where nothing does
        replacement: Text,
        /// the first version that knows it; absent where that is not known
        since: Text,
        /// a variable that has no effect because a file sets the same. Points at the setting of the file
        overridden_by: Text,
    }
}

/// Keys that many sections have, or that say too little to tell where they belong.
const GENERIC: &[&str] = &[
    "Enabled",
    "URL",
    "Listen",
    "Executable",
    "Logging",
    "Provider",
    "Name",
    "Host",
    "Port",
    "User",
    "Username",
    "Dir",
    "Key",
    "SSL",
    "TLS",
    "Email",
    "Service",
];

/// Settings of which an empty value is certainly a mistake.
const NEEDED: &[(&str, &str)] = &[
    ("Server", "Address"),
    ("Server", "SenderEmail"),
    ("Server", "DataDir"),
    ("Postgres", "URL"),
    ("Postgres", "InstrumentationURL"),
    ("SAML", "IdPMetaData"),
    ("SAML", "IdPMetaDataURL"),
    ("SAML", "IdPMetaDataPath"),
    ("OAuth2", "ClientId"),
    ("OAuth2", "OpenIDConnectIssuer"),
    ("RPackageRepository", "URL"),
    ("HTTP", "Listen"),
    ("HTTPS", "Listen"),
    ("HTTPS", "Certificate"),
    ("HTTPS", "Key"),
    ("SMTP", "Host"),
    ("LDAP", "ServerAddress"),
];

/// Every setting, in order.
pub fn collect(input: &Input<'_>) -> List<SettingFact> {
    let mut repeats = Repeats::default();
    let mut slips = Slips::default();
    let settings = input.loaded.settings.iter().enumerate();
    let facts = settings.map(|(index, written)| {
        let earlier = repeats.earlier(written);
        fact(index, written, earlier, slips.meant(written), input)
    });
    facts.collect()
}

fn fact(
    index: usize,
    written: &WrittenSetting,
    earlier: Option<&WrittenSetting>,
    meant: Option<&'static str>,
    input: &Input<'_>,
) -> SettingFact {
    let setting = written.setting;
    let owners = owners(written);
    // Of a line that the library refuses nobody knows the value.
    let text = written.text().filter(|_| written.is_line_intact);
    let is_placeholder = is_placeholder(written);
    let judged = text.filter(|_| !is_placeholder);
    let none = Spelling::default();
    let spelling = match written.is_line_intact {
        true => &written.spelling,
        false => &none,
    };
    let pointed = |word: &str, place: Option<Place>| match place {
        Some(place) => Text::from(word).at(Some(place)),
        None => Text::default(),
    };
    SettingFact {
        origin: origin_of(written),
        name: written.name().into(),
        section: setting
            .map_or(&*written.section, |setting| setting.section)
            .into(),
        key: key_text(
            setting.map_or(&*written.key, |setting| setting.key),
            written.key_place,
        ),
        value: value(written),
        role: written.role.word().into(),
        known: match setting {
            None if written.is_renamed => Bool::open(),
            setting => setting.is_some().into(),
        },
        section_known: catalogue::section(&written.section).next().is_some().into(),
        test_only: setting
            .is_some_and(|setting| {
                setting.confidence == Confidence::Hidden && is_for_tests(setting)
            })
            .into(),
        belongs_in: match owners.as_slice() {
            [only] => Text::from(*only),
            _ => Text::default(),
        },
        belongs_in_several: match owners.as_slice() {
            [] | [_] => Text::default(),
            several => several.join(", ").into(),
        },
        meant: match meant {
            Some(meant) => key_text(meant, written.key_place),
            None => Text::default(),
        },
        kind: Text::optional(setting.map(|setting| kind_word(setting.kind))),
        refused: judged
            .is_some_and(|text| setting.is_some_and(|setting| setting.is_refused(text)))
            .into(),
        not_allowed: judged
            .filter(|text| !text.is_empty())
            .is_some_and(|text| {
                setting.is_some_and(|setting| setting.allowed_is_complete && !setting.allows(text))
            })
            .into(),
        allowed: Text::optional(
            setting
                .map(|setting| setting.allowed.join(", "))
                .filter(|allowed| !allowed.is_empty()),
        ),
        bare: (written.given == Given::Bare && written.intact).into(),
        empty: (text == Some("")).into(),
        placeholder: is_placeholder.into(),
        secret: is_secret(written).into(),
        needs_value: setting
            .is_some_and(|setting| NEEDED.contains(&(setting.section, setting.key)))
            .into(),
        cut: pointed("comment", spelling.cut),
        cut_to_nothing: pointed("comment", spelling.cut_to_nothing),
        foreign_quotes: Text::optional(spelling.foreign_quotes),
        white_escape: match spelling.white_escape {
            Some(escape) if takes_no_white_space(written) => {
                Text::from(escape.becomes).at(Some(escape.place))
            }
            _ => Text::default(),
        },
        swallowed: match &spelling.swallowed {
            Some(swallowed) => Text::from(swallowed.key.as_str()).at(Some(swallowed.place)),
            None => Text::default(),
        },
        list_as_text: judged
            .is_some_and(|text| setting.is_some_and(|it| it.kind == Kind::List) && is_list(text))
            .into(),
        repeats: match earlier {
            Some(earlier) => Text::from(earlier.name()).at(earlier.key_place),
            None => Text::default(),
        },
        repeats_same: earlier
            .is_some_and(|earlier| earlier.given == written.given)
            .into(),
        conditional: written.is_conditional.into(),
        deprecated: setting
            .is_some_and(|setting| setting.deprecated.is_some())
            .into(),
        deprecated_since: Text::optional(
            setting.and_then(|setting| setting.deprecated.as_ref()?.since),
        ),
        replacement: Text::optional(
            setting
                .and_then(|setting| setting.deprecated.as_ref())
                .map(|deprecated| deprecated.replacements.join(", "))
                .filter(|replacements| !replacements.is_empty()),
        ),
        since: Text::optional(setting.and_then(|setting| setting.since)),
        overridden_by: overridden_by(index, written, input),
    }
}

/// A key at its bytes, which spell it, so that an edit may replace it.
pub(super) fn key_text(key: &str, place: Option<Place>) -> Text {
    use crate::backstage::value::{Kind, Text as Known};
    let style = place.is_some().then_some(ScalarStyle::Plain);
    let origin = place.map(|value| Origin { value, key: None });
    Value::derived(Kind::String(Known {
        value: key.into(),
        style,
    }))
    .with_origin(origin)
    .into()
}

fn value(written: &WrittenSetting) -> Text {
    let value = match &written.given {
        Given::Bare => Text::default(),
        Given::Text(text) if written.is_line_intact => Text::from(&**text),
        Given::Text(_) | Given::Open(_) => Text::open(),
    };
    let origin = origin_of(written).map(|origin| Origin {
        value: origin.value,
        key: origin.key.filter(|_| origin.value.span.is_empty()),
    });
    Text::from(value.into_value().with_origin(origin))
}

/// Settings that only the product's own tests use and that weaken a server.
fn is_for_tests(setting: &Setting) -> bool {
    matches!(
        setting.key,
        "InsecureDefaultUserAPIKey" | "APIKeyBcryptCost" | "SeedUsers" | "AllowConfirmedUsers"
    )
}

/// The last setting of each key in each part, of settings that take one value.
#[derive(Default)]
struct Repeats<'w>(HashMap<RepeatKey, &'w WrittenSetting>);

/// Part, section, subsection and key.
type RepeatKey = (Option<usize>, String, Option<Arc<str>>, String);

impl<'w> Repeats<'w> {
    /// The setting of the same key that this one wins over in the same part. One that may not be there wins over none.
    fn earlier(&mut self, written: &'w WrittenSetting) -> Option<&'w WrittenSetting> {
        let is_scalar = written.setting.is_some_and(|it| it.kind != Kind::List);
        if !is_scalar || written.role == Role::Environment || written.is_conditional {
            return None;
        }
        let key = (
            written.part,
            gcfg::fold(&written.section),
            written.subsection.clone(),
            gcfg::fold(&written.key),
        );
        self.0.insert(key, written)
    }
}

/// The setting that counts in the place of a variable.
fn overridden_by(index: usize, written: &WrittenSetting, input: &Input<'_>) -> Text {
    if written.role != Role::Environment {
        return Text::default();
    }
    let counts = input.effective.get(&written.section, &written.key);
    let counts = counts.filter(|counts| !counts.count.contains(&index));
    let winner = counts
        .and_then(|counts| counts.count.last())
        .and_then(|winner| input.loaded.settings.get(*winner))
        .filter(|winner| winner.role != Role::Environment);
    match winner {
        Some(winner) => Text::from(winner.name()).at(winner.key_place),
        None => Text::default(),
    }
}

/// The sections that a key belongs in which its own does not have.
pub(super) fn owners(written: &WrittenSetting) -> Vec<&'static str> {
    let is_generic = GENERIC.iter().any(|key| gcfg::same_name(key, &written.key));
    if written.setting.is_some() || written.is_renamed || is_generic || !written.intact {
        return Vec::new();
    }
    let mut owners: Vec<&'static str> = catalogue::with_key(&written.key)
        .map(|setting| setting.section)
        .collect();
    owners.dedup();
    owners
}

/// The keys that wrong ones were probably meant to be, each worked out once.
#[derive(Default)]
pub(super) struct Slips(HashMap<(String, String), Option<&'static str>>);

impl Slips {
    /// The key of its section that a setting was probably meant to be.
    pub(super) fn meant(&mut self, written: &WrittenSetting) -> Option<&'static str> {
        if written.setting.is_some() || written.is_renamed {
            return None;
        }
        let name = (gcfg::fold(&written.section), gcfg::fold(&written.key));
        *self
            .0
            .entry(name)
            .or_insert_with(|| catalogue::nearest_key(&written.section, &written.key))
    }
}

/// Whether white space in a value can only be a slip.
fn takes_no_white_space(written: &WrittenSetting) -> bool {
    let is_kind = written.setting.is_some_and(|setting| {
        matches!(
            setting.kind,
            Kind::Path | Kind::Url | Kind::EncryptedString | Kind::Address
        )
    });
    let lower = written.key.to_ascii_lowercase();
    let ends = ["dn", "user", "username", "password", "dir", "path", "file"];
    is_kind || is_secret(written) || ends.iter().any(|end| lower.ends_with(end))
}

/// `[a, b]`, or words with commas between them. A distinguished name of LDAP has commas of its own.
fn is_list(text: &str) -> bool {
    let text = text.trim();
    let is_bracketed = text.starts_with('[') && text.ends_with(']');
    let has_items = text.contains(',') && !text.contains(['=', '(', '|']);
    is_bracketed || has_items
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Duration => "duration",
        Kind::Bytes => "bytes",
        Kind::Enum => "enum",
        Kind::String => "string",
        Kind::Email => "email",
        Kind::Html => "html",
        Kind::EncryptedString => "encrypted",
        Kind::Path => "path",
        Kind::Url => "url",
        Kind::Address => "address",
        Kind::List => "list",
    }
}
