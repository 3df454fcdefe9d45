//! `facts.connect.secrets`: the secrets in a server's settings, and where they belong.

use super::placeholder::is_placeholder;
use crate::backstage::facts::fact::{Bool, List, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::host::is_local_host;
use crate::backstage::value::Origin;
use crate::connect::catalogue::Kind;
use crate::connect::encrypted::is_encrypted;
use crate::connect::load::{Given, LoadedServer, WrittenSetting};
use crate::connect::secrets::{is_secret, passwords};
use crate::connect::words::Role;
use crate::text::mask::MASK;
use crate::text::mask::looks;

facts! {
    /// A secret, or where one belongs.
    pub struct SecretFact {
        /// points at the secret; its text is always `********`
        value: Text,
        /// `Section.Key` of the setting it is in. Points at the key
        name: Text,
        /// `value`: the setting is one. `url`: the password in a URL. `encryption-key`: what opens all others
        kind: Text,
        /// its text is there; false where a template or a variable that is not here brings it
        literal: Bool,
        /// `rscadmin encrypt-config-value` wrote it
        encrypted: Bool,
        /// the server decrypts a value of this setting
        encryptable: Bool,
        /// a placeholder nobody replaced
        placeholder: Bool,
        /// what wrote it: `main`, `migration`, `environment`
        role: Text,
        /// it opens a database on localhost, by a URL that says so
        beside_local_host: Bool,
        /// the variable that can hold it instead, e.g. `CONNECT_POSTGRES_PASSWORD`
        variable: Text,
        /// the setting that takes it from a file instead, e.g. `ClientSecretFile`; absent where there is none
        file_setting: Text,
    }
}

/// The secrets of all settings, in order.
pub fn collect(loaded: &LoadedServer) -> List<SecretFact> {
    let local = LocalDatabases::of(loaded);
    let settings = loaded.settings.iter();
    settings
        .flat_map(|written| of_setting(written, loaded, &local))
        .collect()
}

fn of_setting(
    written: &WrittenSetting,
    loaded: &LoadedServer,
    local: &LocalDatabases,
) -> Vec<SecretFact> {
    let mut facts = Vec::new();
    // A variable that no file sets is where a secret belongs.
    if written.role == Role::Environment && written.value_place.is_none() {
        return facts;
    }
    if is_secret(written) {
        let text = match &written.given {
            Given::Text(text) => Some(&**text),
            Given::Bare | Given::Open(_) => None,
        };
        // An empty value is no secret; of one that a comment cut off to nothing another rule speaks.
        if text != Some("") && written.given != Given::Bare {
            facts.push(fact(
                written,
                local,
                text,
                kind(written),
                written.value_place,
            ));
        }
        return facts;
    }
    let Some(text) = written.text() else {
        return facts;
    };
    if is_url(text) {
        facts.extend(passwords(text).into_iter().map(|password| {
            let place = loaded.part_of_value(written, password.clone());
            let place = place.or(written.value_place);
            fact(written, local, text.get(password), "url", place)
        }));
    }
    facts
}

/// Whether the beginning of a text is a scheme: of a sentence with a URL in it nothing is said.
fn is_url(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':');
    !scheme.is_empty() && scheme.chars().all(is_part)
}

fn kind(written: &WrittenSetting) -> &'static str {
    match written.setting {
        Some(setting) if (setting.section, setting.key) == ("Server", "EncryptionKey") => {
            "encryption-key"
        }
        _ => "value",
    }
}

fn fact(
    written: &WrittenSetting,
    local: &LocalDatabases,
    text: Option<&str>,
    kind: &'static str,
    place: Option<crate::text::Place>,
) -> SecretFact {
    let encryptable = written
        .setting
        .is_some_and(|setting| setting.kind == Kind::EncryptedString)
        && kind == "value";
    let file_key = format!("{}File", written.setting.map_or("", |setting| setting.key));
    let file_setting = written
        .setting
        .and_then(|setting| crate::connect::catalogue::setting(setting.section, &file_key));
    let origin = place.map(|value| Origin { value, key: None });
    SecretFact {
        origin,
        value: Text::from(MASK).with_origin(origin),
        name: Text::from(written.name()).at(written.key_place),
        kind: kind.into(),
        literal: text.is_some().into(),
        encrypted: ((encryptable || written.setting.is_none()) && text.is_some_and(is_encrypted))
            .into(),
        encryptable: encryptable.into(),
        placeholder: (is_placeholder(written)
            || text.is_some_and(looks::placeholder::is_placeholder))
        .into(),
        role: written.role.word().into(),
        beside_local_host: local.holds(written).into(),
        variable: Text::optional(written.setting.map(|setting| setting.variable())),
        file_setting: Text::optional(file_setting.map(|setting| setting.key)),
    }
}

/// Which of the databases that `[Postgres]` names are on localhost, by their URLs.
struct LocalDatabases {
    main: bool,
    instrumentation: bool,
}

impl LocalDatabases {
    fn of(loaded: &LoadedServer) -> Self {
        let is_local = |key: &str| {
            let settings = loaded.settings.iter();
            let mut urls = settings.filter(|other| {
                gcfg::same_name(&other.section, "Postgres") && gcfg::same_name(&other.key, key)
            });
            urls.any(|url| {
                let url = url
                    .text()
                    .and_then(|text| go_postgres_url::parse(text).ok());
                url.is_some_and(|url| is_local_host(&url.host))
            })
        };
        Self {
            main: is_local("URL"),
            instrumentation: is_local("InstrumentationURL"),
        }
    }

    /// Whether the database that a setting opens is one.
    fn holds(&self, written: &WrittenSetting) -> bool {
        let key = written.key.to_ascii_lowercase();
        let is_local = match key.starts_with("instrumentation") {
            true => self.instrumentation,
            false => self.main,
        };
        is_local && gcfg::same_name(&written.section, "Postgres")
    }
}
