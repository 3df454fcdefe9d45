//! `facts.connect.secrets`: the secrets in a server's settings, and where they belong.

use super::placeholder::is_placeholder;
use crate::backstage::facts::fact::{Bool, List, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::host::is_local_host;
use crate::backstage::value::Origin;
use crate::connect::catalogue::Kind;
use crate::connect::encrypted::is_encrypted;
use crate::connect::load::{Given, LoadedServer, WrittenSetting};
use crate::connect::secrets::{is_secret, password_in};
use crate::connect::words::{Platform, Role, Written};
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
        /// the file becomes an object of a cluster that everybody who may read ConfigMaps can read: values of a chart, or
        /// a ConfigMap
        in_config_map: Bool,
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
    let settings = loaded.settings.iter();
    settings
        .flat_map(|written| of_setting(written, loaded))
        .collect()
}

fn of_setting(written: &WrittenSetting, loaded: &LoadedServer) -> Vec<SecretFact> {
    let mut facts = Vec::new();
    if is_secret(written) {
        let text = match &written.given {
            Given::Text(text) => Some(&**text),
            Given::Bare | Given::Open(_) => None,
        };
        // An empty value is no secret; of one that a comment cut off to nothing another rule speaks.
        if text != Some("") && written.given != Given::Bare {
            facts.push(fact(
                written,
                loaded,
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
    let Some(password) = password_in(text).filter(|range| range.end < text.len()) else {
        return facts;
    };
    let value = text.get(password.clone()).unwrap_or_default();
    if !value.is_empty() && is_url(text) {
        let place = written.part_of_value(password);
        facts.push(fact(written, loaded, Some(value), "url", place));
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
    loaded: &LoadedServer,
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
    let is_made = written
        .part
        .and_then(|part| loaded.parts.get(part))
        .is_some_and(|part| matches!(part.part.written, Written::Made(_)));
    let origin = place.map(|value| Origin { value, key: None });
    SecretFact {
        origin,
        value: Text::from(MASK).with_origin(origin),
        name: Text::from(written.name()).at(written.key_place),
        kind: kind.into(),
        literal: text.is_some().into(),
        encrypted: (encryptable && text.is_some_and(is_encrypted)).into(),
        encryptable: encryptable.into(),
        placeholder: (is_placeholder(written)
            || text.is_some_and(looks::placeholder::is_placeholder))
        .into(),
        role: written.role.word().into(),
        in_config_map: (is_made
            && written.role != Role::Environment
            && loaded.server.deployment.platform == Platform::Kubernetes)
            .into(),
        beside_local_host: is_local(written, loaded).into(),
        variable: Text::optional(written.setting.map(|setting| setting.variable())),
        file_setting: Text::optional(file_setting.map(|setting| setting.key)),
    }
}

/// Whether the database that it opens is on localhost, by its URL.
fn is_local(written: &WrittenSetting, loaded: &LoadedServer) -> bool {
    if !gcfg::same_name(&written.section, "Postgres") {
        return false;
    }
    let instrumentation = written
        .key
        .to_ascii_lowercase()
        .starts_with("instrumentation");
    let key = if instrumentation {
        "InstrumentationURL"
    } else {
        "URL"
    };
    let mut urls = loaded.settings.iter().filter(|other| {
        gcfg::same_name(&other.section, "Postgres") && gcfg::same_name(&other.key, key)
    });
    urls.any(|url| {
        let host = url
            .text()
            .and_then(|text| go_postgres_url::parse(text).ok());
        host.is_some_and(|url| is_local_host(&url.host))
    })
}
