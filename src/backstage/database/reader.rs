//! How the manager reads its config: the rules of `ConfigReader` (`@backstage/config`), over values with origins.

use super::error::PlanError;
use super::merge;
use super::{Known, Refusal};
use crate::backstage::value::{Kind, Object, OpenCause, Value};

/// `backend.database` as the manager reads it.
pub(super) struct Reader<'v> {
    database: &'v Value,
}

/// The client of a plugin.
pub(super) struct ClientChoice {
    pub(super) value: Value,
    pub(super) overridden: bool,
}

impl<'v> Reader<'v> {
    pub(super) fn new(database: &'v Value) -> Result<Self, PlanError> {
        match &database.kind {
            Kind::Object(_) => Ok(Self { database }),
            Kind::Open(_) => Err(PlanError::Open),
            _ => Err(PlanError::refused(Refusal::IllTyped, database.origin)),
        }
    }

    /// The value at a path. A part may itself hold dots, which the reader splits at; null is as good as absent.
    pub(super) fn read(&self, path: &[&str]) -> Result<Option<&'v Value>, PlanError> {
        let parts = || path.iter().flat_map(|part| part.split('.'));
        if !parts().all(is_key) {
            return Err(PlanError::PluginId);
        }
        let mut at = self.database;
        for part in parts() {
            match &at.kind {
                Kind::Object(object) => match object.get(part) {
                    Some(value) if value.kind != Kind::Null => at = value,
                    _ => return Ok(None),
                },
                Kind::Open(_) => return Err(PlanError::Open),
                _ => return Err(PlanError::refused(Refusal::IllTyped, at.origin)),
            }
        }
        Ok(Some(at))
    }

    /// A string that is not empty, or an open one.
    pub(super) fn optional_string(&self, path: &[&str]) -> Result<Option<&'v Value>, PlanError> {
        let Some(value) = self.read(path)? else {
            return Ok(None);
        };
        match &value.kind {
            Kind::String(text) if !text.value.is_empty() => Ok(Some(value)),
            Kind::Open(open)
                if !matches!(open.cause, OpenCause::Include(_) | OpenCause::Override(_)) =>
            {
                Ok(Some(value))
            }
            Kind::Open(_) => Err(PlanError::Open),
            _ => Err(PlanError::refused(Refusal::IllTyped, value.origin)),
        }
    }

    /// A boolean, or what converts to one.
    pub(super) fn optional_boolean(&self, path: &[&str]) -> Result<Option<Known<bool>>, PlanError> {
        let Some(value) = self.read(path)? else {
            return Ok(None);
        };
        if matches!(value.kind, Kind::Open(_)) {
            return Ok(Some(Known::Open));
        }
        match value.as_truth() {
            Some(truth) => Ok(Some(Known::Known(truth))),
            None => Err(PlanError::refused(Refusal::IllTyped, value.origin)),
        }
    }

    /// A mapping, nulls in it left out.
    fn optional_object(&self, path: &[&str]) -> Result<Option<Value>, PlanError> {
        let Some(value) = self.read(path)? else {
            return Ok(None);
        };
        match &value.kind {
            Kind::Object(_) => Ok(Some(merge::without_nulls(value))),
            Kind::Open(_) => Err(PlanError::Open),
            _ => Err(PlanError::refused(Refusal::IllTyped, value.origin)),
        }
    }

    /// The client: the plugin's, else the base client, which must be there all the same.
    pub(super) fn client(&self, plugin: &str) -> Result<ClientChoice, PlanError> {
        let own = self.optional_string(&["plugin", plugin, "client"])?;
        let Some(base) = self.optional_string(&["client"])? else {
            return Err(PlanError::refused(
                Refusal::ClientMissing,
                self.database.origin,
            ));
        };
        for choice in [own, Some(base)].into_iter().flatten() {
            if choice.as_open().is_some() {
                return Err(PlanError::Open);
            }
        }
        Ok(ClientChoice {
            overridden: own.is_some_and(|own| own.as_str() != base.as_str()),
            value: own.unwrap_or(base).clone(),
        })
    }

    /// The role of a plugin.
    pub(super) fn role(&self, plugin: &str) -> Result<Option<Value>, PlanError> {
        let own = self.optional_string(&["plugin", plugin, "role"])?;
        Ok(match own {
            Some(own) => Some(own.clone()),
            None => self.optional_string(&["role"])?.cloned(),
        })
    }

    /// `knexConfig` of the plugin merged over that of the base, whatever their clients.
    pub(super) fn knex_config(&self, plugin: &str) -> Result<Value, PlanError> {
        let own = self.optional_object(&["plugin", plugin, "knexConfig"])?;
        let base = self.optional_object(&["knexConfig"])?;
        let empty = || Value::derived(Kind::Object(Object::default()));
        let merged = base.unwrap_or_else(empty);
        Ok(match own {
            Some(own) => merge::deep(merged, &own),
            None => merged,
        })
    }

    /// The connection of the base, which must be there.
    pub(super) fn base_connection(&self) -> Result<Value, PlanError> {
        match self.read(&["connection"])? {
            Some(value) => Ok(merge::without_nulls(value)),
            None => Err(PlanError::refused(
                Refusal::ConnectionMissing,
                self.read(&["client"])?
                    .map_or(self.database.origin, |client| client.origin),
            )),
        }
    }

    /// The connection of the plugin.
    pub(super) fn plugin_connection(&self, plugin: &str) -> Result<Option<Value>, PlanError> {
        let value = self.read(&["plugin", plugin, "connection"])?;
        Ok(value.map(merge::without_nulls))
    }

    /// `ensureExists` of the plugin, else of the base, else true.
    pub(super) fn ensure_exists(&self, plugin: &str) -> Result<Known<bool>, PlanError> {
        let base = self.optional_boolean(&["ensureExists"])?;
        let own = self.optional_boolean(&["plugin", plugin, "ensureExists"])?;
        Ok(own.or(base).unwrap_or(Known::Known(true)))
    }

    /// The whole of `backend.database`, nulls left out.
    pub(super) fn whole(&self) -> Value {
        merge::without_nulls(self.database)
    }
}

/// `/^[a-z][a-z0-9]*(?:[-_:][a-z0-9]+)*$/i`
pub(super) fn is_key(part: &str) -> bool {
    let mut words = part.split(['-', '_', ':']);
    let alphanumeric =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    part.starts_with(|c: char| c.is_ascii_alphabetic()) && words.all(alphanumeric)
}
