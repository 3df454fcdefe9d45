//! The settings of Posit Connect: their types, defaults and secrecy, with sources.
//!
//! In: `schemas/connect/settings.tsv`, the one table of them. Out: [`Setting`]s by section and key, and by the name of
//! an environment variable. Never: the settings of a server.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../schemas/connect/settings.tsv");

/// One setting, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The section, as the documentation spells it.
    pub section: &'static str,
    /// Whether the section has subsections.
    pub subsections: Subsections,
    /// The key, as the documentation spells it.
    pub key: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// The value without one, where the product states it. `{Section.Key}` in it is the value of another setting.
    pub default: Option<&'static str>,
    /// The values of an enum.
    pub allowed: Vec<&'static str>,
    /// Whether those are all.
    pub allowed_is_complete: bool,
    /// Whether the value is a secret.
    pub is_secret: bool,
    /// The first version that knows it, where that is known.
    pub since: Option<&'static str>,
    /// What is to be used in its place, if it is deprecated.
    pub deprecated: Option<Deprecation>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it is from: names of `schemas/connect/sources.tsv`.
    pub sources: Vec<&'static str>,
}

/// Whether a section has subsections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsections {
    /// `[Section]`
    None,
    /// `[Section "name"]`
    Named,
    /// Both are seen.
    Either,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A time with a unit, or nanoseconds.
    Duration,
    /// A size with a unit, or bytes.
    Bytes,
    /// One of several words.
    Enum,
    /// Text.
    String,
    /// A mail address.
    Email,
    /// Text that a browser shows as HTML.
    Html,
    /// Text that may be encrypted with the key of the server.
    EncryptedString,
    /// A file or a folder.
    Path,
    /// A URL.
    Url,
    /// An interface and a port to listen on, or a host and a port.
    Address,
    /// Values of which each is a line of its own.
    List,
}

/// That a setting is deprecated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecation {
    /// The version that says so, where that is known.
    pub since: Option<&'static str>,
    /// The settings that take its place, as `Section.Key`.
    pub replacements: Vec<&'static str>,
}

/// How sure it is that a setting exists and means this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Known from tests of the product, not meant for use.
    Hidden,
    /// Seen in one place only.
    Low,
    /// In a template, or with a third party.
    Medium,
    /// A source of the product.
    High,
}

impl Setting {
    /// `Section.Key`
    pub fn name(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// The environment variable that sets it; nothing is put between the words of a name.
    pub fn variable(&self) -> String {
        format!("CONNECT_{}_{}", self.section, self.key).to_ascii_uppercase()
    }

    /// Whether the gcfg library itself refuses a text for the type. Types of the product's own it hands on.
    pub fn is_refused(&self, text: &str) -> bool {
        match self.kind {
            Kind::Boolean => gcfg::boolean(text).is_none(),
            Kind::Integer => gcfg::integer(text).is_none(),
            Kind::Decimal => gcfg::float(text).is_none(),
            _ => false,
        }
    }

    /// Whether a text is one of the words of an enum, in any case; true for any other type.
    pub fn allows(&self, text: &str) -> bool {
        let mut allowed = self.allowed.iter();
        self.kind != Kind::Enum || allowed.any(|word| word.eq_ignore_ascii_case(text))
    }
}

/// All settings that are known, by section and key.
pub fn settings() -> &'static [Setting] {
    &CATALOGUE.settings
}

/// The setting of a section and a key, in any case.
pub fn setting(section: &str, key: &str) -> Option<&'static Setting> {
    CATALOGUE
        .by_name
        .get(&(gcfg::fold(section), gcfg::fold(key)))
        .and_then(|&index| CATALOGUE.settings.get(index))
}

/// The settings of a section, in any case; none for one that is not known.
pub fn section(name: &str) -> impl Iterator<Item = &'static Setting> {
    let range = CATALOGUE.by_section.get(&gcfg::fold(name));
    let settings = range.and_then(|range| settings().get(range.clone()));
    settings.unwrap_or_default().iter()
}

/// The names of the sections, each once.
pub fn sections() -> impl Iterator<Item = &'static str> {
    let sections = settings().chunk_by(|a, b| a.section == b.section);
    sections.filter_map(|settings| Some(settings.first()?.section))
}

/// The section whose name is nearest to this one, in any case; `None` where none is near.
pub fn nearest_section(name: &str) -> Option<&'static str> {
    nearest(name, sections())
}

/// The key of a section that is nearest to this one, in any case; `None` where none is near.
pub fn nearest_key(of: &str, key: &str) -> Option<&'static str> {
    nearest(key, section(of).map(|setting| setting.key))
}

fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let folded: Vec<(String, &'static str)> = names.map(|name| (gcfg::fold(name), name)).collect();
    let own = gcfg::fold(name);
    let nearest = crate::text::closest(&own, folded.iter().map(|(folded, _)| &**folded))?;
    let mut found = folded.iter();
    found
        .find(|(folded, _)| folded == nearest)
        .map(|(_, name)| *name)
}

/// The settings of a key, whatever their section.
pub fn with_key(key: &str) -> impl Iterator<Item = &'static Setting> {
    settings()
        .iter()
        .filter(move |setting| gcfg::same_name(setting.key, key))
}

/// The setting that an environment variable sets. `None` for any other name that begins with `CONNECT_`, such as
/// `CONNECT_SERVER` and `CONNECT_API_KEY`, which clients read.
pub fn of_variable(name: &str) -> Option<&'static Setting> {
    let index = CATALOGUE.by_variable.get(name)?;
    CATALOGUE.settings.get(*index)
}

struct Catalogue {
    settings: Vec<Setting>,
    by_name: HashMap<(String, String), usize>,
    /// Settings of a section follow each other in the table.
    by_section: HashMap<String, Range<usize>>,
    by_variable: HashMap<String, usize>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let settings: Vec<Setting> = rows().filter_map(read).collect();
    let names = settings.iter().enumerate();
    let by_name = names.map(|(index, setting)| {
        let name = (gcfg::fold(setting.section), gcfg::fold(setting.key));
        (name, index)
    });
    let by_name = by_name.collect();
    let mut by_section: HashMap<String, Range<usize>> = HashMap::new();
    for (index, setting) in settings.iter().enumerate() {
        let own = by_section.entry(gcfg::fold(setting.section));
        own.or_insert(index..index).end = index + 1;
    }
    let variables = settings.iter().enumerate();
    let by_variable = variables
        .map(|(index, setting)| (setting.variable(), index))
        .collect();
    Catalogue {
        settings,
        by_name,
        by_section,
        by_variable,
    }
});

fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

/// One row of the table. A test reads every row, so that none is lost.
fn read(row: &'static str) -> Option<Setting> {
    let cells: Vec<&'static str> = row.split('\t').collect();
    let &[
        section,
        subsections,
        key,
        kind,
        default,
        allowed,
        secret,
        since,
        deprecated,
        replacements,
        confidence,
        sources,
    ] = cells.as_slice()
    else {
        return None;
    };
    let cell = |text: &'static str| (text != "-").then_some(text);
    let words = |text| cell(text).map_or_else(Vec::new, |text| text.split(',').collect());
    let mut allowed: Vec<&'static str> = words(allowed);
    let is_open = allowed.last() == Some(&"…");
    if is_open {
        allowed.pop();
    }
    Some(Setting {
        section,
        subsections: match subsections {
            "-" => Subsections::None,
            "named" => Subsections::Named,
            "either" => Subsections::Either,
            _ => return None,
        },
        key,
        kind: self::kind(kind)?,
        default: cell(default),
        allowed,
        allowed_is_complete: !is_open,
        is_secret: match secret {
            "-" => false,
            "secret" => true,
            _ => return None,
        },
        since: cell(since),
        deprecated: cell(deprecated).map(|since| Deprecation {
            since: (since != "yes").then_some(since),
            replacements: words(replacements),
        }),
        confidence: match confidence {
            "high" => Confidence::High,
            "medium" => Confidence::Medium,
            "low" => Confidence::Low,
            "hidden" => Confidence::Hidden,
            _ => return None,
        },
        sources: words(sources),
    })
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "duration" => Kind::Duration,
        "bytes" => Kind::Bytes,
        "enum" => Kind::Enum,
        "string" => Kind::String,
        "email" => Kind::Email,
        "html string" => Kind::Html,
        "encrypted-string" => Kind::EncryptedString,
        "path" => Kind::Path,
        "url" => Kind::Url,
        "address" => Kind::Address,
        "list" => Kind::List,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_is_read_once_and_in_order() {
        for row in rows() {
            assert!(read(row).is_some(), "{row}");
        }
        let keys: Vec<(String, String)> = settings()
            .iter()
            .map(|setting| (gcfg::fold(setting.section), gcfg::fold(setting.key)))
            .collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "sorted, without repeats");
        assert_eq!(CATALOGUE.by_variable.len(), keys.len());
        assert!(keys.len() > 300);
    }

    #[test]
    fn what_a_row_says_holds_together() {
        let sources = include_str!("../../schemas/connect/sources.tsv");
        let sources: HashSet<&str> = sources
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        for setting in settings() {
            let name = setting.name();
            assert!(!setting.sources.is_empty(), "{name}");
            for source in &setting.sources {
                assert!(sources.contains(source), "{name}: {source}");
            }
            assert_eq!(
                setting.kind == Kind::Enum,
                !setting.allowed.is_empty(),
                "{name}"
            );
            if let Some(default) = setting.default {
                assert!(
                    !setting.is_refused(default) && setting.allows(default),
                    "{name}"
                );
            }
            let replacements = setting.deprecated.iter();
            for replacement in replacements.flat_map(|deprecated| &deprecated.replacements) {
                let (section, key) = replacement.split_once('.').unwrap();
                assert!(
                    super::setting(section, key).is_some(),
                    "{name}: {replacement}"
                );
            }
            let same = section(setting.section).map(|setting| setting.subsections);
            assert!(
                same.eq(section(setting.section).map(|_| setting.subsections)),
                "{name}"
            );
        }
    }

    #[test]
    fn settings_are_found_by_name_and_by_variable() {
        let password = setting("postgres", "PASSWORD").unwrap();
        assert!(password.is_secret && password.kind == Kind::EncryptedString);
        assert_eq!(password.variable(), "CONNECT_POSTGRES_PASSWORD");
        assert_eq!(of_variable("CONNECT_POSTGRES_PASSWORD"), Some(password));
        for other in [
            "CONNECT_SERVER",
            "CONNECT_API_KEY",
            "CONNECT_LICENSE",
            "POSTGRES_PASSWORD",
        ] {
            assert_eq!(of_variable(other), None);
        }
        assert_eq!(
            setting("Database", "Provider").unwrap().default,
            Some("sqlite")
        );
        assert!(setting("Database", "Password").is_none());
        let passwords = with_key("password").map(|setting| setting.section);
        assert!(passwords.collect::<Vec<_>>().contains(&"SMTP"));
    }

    #[test]
    fn values_are_held_against_types() {
        let provider = setting("Database", "Provider").unwrap();
        assert!(provider.allows("Postgres") && !provider.allows("PostgreSQL"));
        let permanent = setting("HTTPS", "Permanent").unwrap();
        assert!(permanent.is_refused("t") && !permanent.is_refused("FALSE"));
    }
}
