//! Settings as written to the settings that count.
//!
//! In: the settings of a server, each with what wrote it. Out: an [`Effective`]: for every setting the values that the
//! server sees, and those they win over. Never: a default of the product, or a judgement.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::catalogue::{self, Kind as Type};
use super::load::{Given, LoadedServer, WrittenSetting};
use super::words::Role;
use crate::backstage::value::{Kind, Object, Open, OpenCause, Origin, Text, Value};
use npm_yaml::ScalarStyle;

/// The settings that count, by section and key in the order of the text.
#[derive(Debug, Default)]
pub struct Effective {
    /// The sections.
    pub sections: IndexMap<SectionName, EffectiveSection>,
    /// The sections that unknown ones were probably meant to be: what they set may be below a header with a slip.
    pub misspelled: BTreeSet<&'static str>,
}

/// A section, names folded as the library does; of a subsection case matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SectionName {
    section: String,
    subsection: Option<Arc<str>>,
}

/// A section with its settings.
#[derive(Debug)]
pub struct EffectiveSection {
    /// Its name as it is shown: `Postgres`, `LDAP "corp"`.
    pub shown: Arc<str>,
    /// The settings, by their folded keys.
    pub settings: IndexMap<String, EffectiveSetting>,
}

/// One setting that counts.
#[derive(Debug)]
pub struct EffectiveSetting {
    /// Its key as it is shown.
    pub shown: Arc<str>,
    /// What the server sees.
    pub value: Value,
    /// Which of the settings as written count, by their index. Several make a list.
    pub count: Vec<usize>,
}

/// How much a setting counts; the higher wins.
fn weight(setting: &WrittenSetting) -> u8 {
    match setting.role {
        // docs.posit.co/connect/admin/logging: only in `[Logging]` does the environment win over the file.
        Role::Environment if gcfg::same_name(&setting.section, "Logging") => 3,
        Role::Environment => 0,
        Role::Migration => 1,
        Role::Main => 2,
    }
}

/// Works out what counts.
pub fn effective(loaded: &LoadedServer) -> Effective {
    let mut effective = Effective::default();
    for part in &loaded.parts {
        for section in &part.gcfg.document.sections {
            let subsection = section.subsection.as_ref();
            effective.section(&section.name.text, subsection.map(|name| &name.text));
        }
    }
    let mut by_weight: Vec<usize> = (0..loaded.settings.len()).collect();
    by_weight.sort_by_key(|index| loaded.settings.get(*index).map(weight));
    for index in by_weight {
        if let Some(setting) = loaded.settings.get(index) {
            effective.add(index, setting, &loaded.settings);
        }
    }
    effective.misspelled = misspelled(&effective.sections);
    // Each that was overridden was noted behind those before it: the nearest comes first.
    let sections = effective.sections.values_mut();
    for setting in sections.flat_map(|section| section.settings.values_mut()) {
        setting.value.overrode.reverse();
    }
    effective
}

/// The sections of the catalogue that are nearest to those it does not have.
fn misspelled(sections: &IndexMap<SectionName, EffectiveSection>) -> BTreeSet<&'static str> {
    let unknown = sections.keys().map(|name| &*name.section);
    let unknown = unknown.filter(|name| catalogue::section(name).next().is_none());
    unknown.filter_map(catalogue::nearest_section).collect()
}

impl Effective {
    fn section(&mut self, section: &str, subsection: Option<&Arc<str>>) -> &mut EffectiveSection {
        let name = SectionName {
            section: gcfg::fold(section),
            subsection: subsection.cloned(),
        };
        self.sections.entry(name).or_insert_with(|| {
            let known = catalogue::section(section).next();
            let spelled = known.map_or(section, |setting| setting.section);
            EffectiveSection {
                shown: match subsection {
                    Some(subsection) => format!("{spelled} \"{subsection}\"").into(),
                    None => spelled.into(),
                },
                settings: IndexMap::new(),
            }
        })
    }

    fn add(&mut self, index: usize, written: &WrittenSetting, all: &[WrittenSetting]) {
        let section = self.section(&written.section, written.subsection.as_ref());
        let key = gcfg::fold(&written.key);
        let own = value_of(written);
        let Some(known) = section.settings.get_mut(&key) else {
            let shown = written.setting.map_or(&*written.key, |setting| setting.key);
            let is_list = written
                .setting
                .is_some_and(|setting| setting.kind == Type::List);
            let value = match (&written.given, is_list) {
                (Given::Bare, true) => list(Vec::new(), &own),
                (_, true) => list(vec![own.clone()], &own),
                _ => own,
            };
            section.settings.insert(
                key,
                EffectiveSetting {
                    shown: shown.into(),
                    value,
                    count: vec![index],
                },
            );
            return;
        };
        let before = known.count.last().and_then(|last| all.get(*last));
        let is_same_role = before.is_some_and(|before| before.role == written.role);
        // Of a setting that the catalogue does not have it is not known whether it is a list: all values are kept.
        let adds_up = is_same_role
            && written
                .setting
                .is_none_or(|setting| setting.kind == Type::List);
        let is_empty = written.given == Given::Bare;
        if adds_up && !is_empty {
            let mut items = match std::mem::replace(&mut known.value.kind, Kind::Null) {
                Kind::Array(items) => items,
                Kind::Null => Vec::new(),
                first => {
                    let mut value = Value::derived(first);
                    value.origin = known.value.origin;
                    vec![value]
                }
            };
            let last = own.clone();
            items.push(own);
            known.value = list(items, &last);
            known.count.push(index);
            return;
        }
        let mut overrode = std::mem::take(&mut known.value.overrode);
        let origins = known.count.iter();
        overrode.extend(origins.filter_map(|index| origin_of(all.get(*index)?)));
        let is_list = written
            .setting
            .is_some_and(|setting| setting.kind == Type::List);
        known.value = match (is_empty, is_list) {
            (true, true) => list(Vec::new(), &own),
            (false, true) => list(vec![own.clone()], &own),
            _ => own,
        };
        known.value.overrode = overrode;
        known.count = vec![index];
    }

    /// What counts as one tree: `Section` or `Section "name"`, then the key, then a string or a list of strings.
    pub fn tree(&self) -> Value {
        let sections = self.sections.values();
        let sections: Object = sections
            .map(|section| {
                let settings = section.settings.values();
                let settings: Object = settings
                    .map(|setting| (Arc::clone(&setting.shown), setting.value.clone()))
                    .collect();
                let value = Value::derived(Kind::Object(settings));
                (Arc::clone(&section.shown), value)
            })
            .collect();
        Value::derived(Kind::Object(sections))
    }

    /// The setting that counts, of a section without subsection.
    pub fn get(&self, section: &str, key: &str) -> Option<&EffectiveSetting> {
        let name = SectionName {
            section: gcfg::fold(section),
            subsection: None,
        };
        self.sections.get(&name)?.settings.get(&gcfg::fold(key))
    }

    /// Whether the section of a setting sets this key.
    pub fn has(&self, of: &WrittenSetting, key: &str) -> bool {
        let name = SectionName {
            section: gcfg::fold(&of.section),
            subsection: of.subsection.clone(),
        };
        let section = self.sections.get(&name);
        section.is_some_and(|section| section.settings.contains_key(&gcfg::fold(key)))
    }

    /// The text of such a setting, when it is known.
    pub fn text(&self, section: &str, key: &str) -> Option<&str> {
        self.get(section, key)?.value.as_str()
    }

    /// The sections of a name, with and without subsections.
    pub fn sections_of<'e>(
        &'e self,
        section: &'e str,
    ) -> impl Iterator<Item = &'e EffectiveSection> {
        let folded = gcfg::fold(section);
        self.sections
            .iter()
            .filter(move |(name, _)| name.section == folded)
            .map(|(_, section)| section)
    }
}

fn list(items: Vec<Value>, first: &Value) -> Value {
    let mut list = Value::derived(Kind::Array(items));
    list.origin = first.origin;
    list
}

/// Where a setting is written.
pub fn origin_of(written: &WrittenSetting) -> Option<Origin> {
    Some(Origin {
        value: written.value_place?,
        key: written.key_place,
    })
}

/// The value that a setting gives, as facts and `print` have it: text, but for a key alone, which is `true` where a
/// boolean belongs and nothing otherwise.
fn value_of(written: &WrittenSetting) -> Value {
    // A block of the template decides whether it is there, or a marker where; or the library refuses the line.
    let is_uncertain = written.is_conditional || written.is_renamed || !written.is_line_intact;
    let kind = match &written.given {
        Given::Bare if is_uncertain => open(&"".into()),
        Given::Bare => match written.setting.map(|setting| setting.kind) {
            Some(Type::Boolean) => text("true".into(), false),
            _ => Kind::Null,
        },
        Given::Text(given) if is_uncertain => open(given),
        Given::Text(given) => text(Arc::clone(given), written.spelling.is_verbatim),
        Given::Open(given) => open(given),
    };
    Value::derived(kind).with_origin(origin_of(written))
}

fn open(written: &Arc<str>) -> Kind {
    Kind::Open(Box::new(Open {
        written: Arc::clone(written),
        cause: OpenCause::Placeholder(Vec::new()),
        when_unset: None,
        below: None,
    }))
}

fn text(value: Arc<str>, is_verbatim: bool) -> Kind {
    let style = is_verbatim.then_some(ScalarStyle::Plain);
    Kind::String(Text { value, style })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::environment::Environment;
    use crate::connect::load::{load, load_text};
    use crate::files::MemoryFiles;
    use crate::text::Sources;

    fn texts(value: &Value) -> Vec<&str> {
        value
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect()
    }

    #[test]
    fn the_last_scalar_wins_and_lists_add_up_in_any_case_of_names() {
        let (loaded, _) = load_text(
            "[database]\nprovider = sqlite\n[Python]\nExecutable = /a\nexecutable = /b\n[DATABASE]\nProvider = Postgres\n",
        );
        let effective = effective(&loaded);
        assert_eq!(effective.text("Database", "Provider"), Some("Postgres"));
        assert_eq!(
            effective
                .get("Database", "Provider")
                .unwrap()
                .value
                .overrode
                .len(),
            1
        );
        let tree = effective.tree();
        assert_eq!(
            texts(tree.at(["Python", "Executable"]).unwrap()),
            ["/a", "/b"]
        );
    }

    #[test]
    fn a_bare_list_empties_it_and_a_bare_boolean_is_true() {
        let (loaded, _) =
            load_text("[Python]\nEnabled\nExecutable = /a\nExecutable\nExecutable = /b\n");
        let tree = effective(&loaded).tree();
        assert_eq!(
            tree.at(["Python", "Enabled"]).unwrap().as_str(),
            Some("true")
        );
        assert_eq!(texts(tree.at(["Python", "Executable"]).unwrap()), ["/b"]);
    }

    #[test]
    fn the_file_wins_over_the_environment_but_for_logging() {
        let (loaded, _) = load_text("[Postgres]\nPassword = a\n[Logging]\nServiceLog = STDOUT\n");
        let files = MemoryFiles::new([(
            "rstudio-connect.gcfg",
            "[Postgres]\nPassword = a\n[Logging]\nServiceLog = STDOUT\n",
        )]);
        let mut environment = Environment::default();
        environment.set("CONNECT_POSTGRES_PASSWORD", "b");
        environment.set("CONNECT_LOGGING_SERVICELOG", "STDERR");
        environment.set("CONNECT_SERVER", "https://connect.acme.example");
        let loaded = load(loaded.server, &files, &environment, &mut Sources::default());
        let effective = effective(&loaded);
        assert_eq!(effective.text("Postgres", "Password"), Some("a"));
        assert_eq!(effective.text("Logging", "ServiceLog"), Some("STDERR"));
        assert_eq!(effective.get("Server", "Address").map(|_| ()), None);
    }
}
