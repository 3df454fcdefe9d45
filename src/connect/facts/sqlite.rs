//! `facts.connect.databaseProvider` and `facts.connect.sqlite`.

use super::Input;
use super::auth;
use crate::backstage::facts::fact::{Bool, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::value::Value;
use crate::connect::catalogue;
use crate::connect::effective::Effective;

facts! {
    /// Where SQLite keeps its data.
    pub struct Sqlite {
        /// the folder: `SQLite.Dir`, else `db` below `Server.DataDir`, else that below its default. Points at the setting
        /// it follows from
        dir: Text,
        /// a word in that path says that it is a network file system, e.g. `nfs`, `efs`
        dir_looks_shared: Bool,
        /// `SQLite.Backup`: the server copies the database at times; true by default
        backup: Bool,
    }
}

/// `Database.Provider` in lower case.
pub fn provider(input: &Input<'_>) -> Text {
    let setting = catalogue::setting("Database", "Provider");
    auth::provider(input.effective, "Database", setting).0
}

/// What is said of SQLite.
pub fn collect(effective: &Effective) -> Sqlite {
    let own = effective.get("SQLite", "Dir").map(|setting| &setting.value);
    let data = effective
        .get("Server", "DataDir")
        .map(|setting| &setting.value);
    let below = |folder: &str| format!("{}/db", folder.trim_end_matches('/'));
    let dir = match (own, data) {
        (Some(own), _) if own.as_str() != Some("") => Text::from(own),
        (_, Some(data)) => match data.as_str() {
            Some(folder) => Value::string(below(folder)).with_origin(data.origin).into(),
            None => Text::open(),
        },
        _ => {
            let default = catalogue::setting("Server", "DataDir").and_then(|it| it.default);
            Text::optional(default.map(below))
        }
    };
    let looks_shared = dir.known().map(|path| {
        let lower = path.to_ascii_lowercase();
        let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| {
            [
                "nfs",
                "nfs4",
                "efs",
                "cifs",
                "smb",
                "azurefile",
                "filestore",
                "gluster",
                "lustre",
            ]
            .contains(&word)
        })
    });
    let backup = effective.get("SQLite", "Backup");
    Sqlite {
        origin: None,
        dir_looks_shared: match looks_shared {
            Some(shared) => shared.into(),
            None => Bool::open(),
        },
        backup: match backup.map(|setting| &setting.value) {
            None => true.into(),
            Some(value) => match value.as_str().map(gcfg::boolean) {
                Some(Some(truth)) => Bool::from(truth).with_origin(value.origin),
                _ => Bool::open(),
            },
        },
        dir,
    }
}
