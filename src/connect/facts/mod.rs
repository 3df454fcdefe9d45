//! The facts tree that rules see of a server: the effective config, and `facts.connect`, which is derived from it.
//!
//! In: a loaded server and its effective settings. Out: one [`Value`](crate::backstage::value::Value) tree. Never: a
//! judgement; cards judge. A section is a module here with a `facts!` struct, and a line in [`Connect`].

pub mod auth;
pub mod database_url;
pub mod placeholder;
pub mod problem;
pub mod secret;
pub mod section;
pub mod server;
pub mod setting;
pub mod sqlite;
pub mod unknown;

use super::effective::Effective;
use super::load::LoadedServer;
use crate::backstage::facts::fact::{Config, List, Text};
use crate::backstage::facts::macros::{facts, sections};

/// What the facts of a server are computed from.
pub struct Input<'a> {
    /// The server.
    pub loaded: &'a LoadedServer,
    /// The settings that count.
    pub effective: &'a Effective,
}

sections! {
    /// What follows from the settings of a Posit Connect server.
    pub struct Connect(input: &Input<'_>) {
        /// how users sign in
        auth: auth::Auth = auth::collect(input.effective),
        /// `sqlite` or `postgres`, in lower case; another text where the setting is neither. Points at the setting;
        /// the default is `sqlite`, which is not written anywhere. Open where a template or variable decides
        database_provider: Text = sqlite::provider(input),
        /// the URLs of PostgreSQL that are set: `Postgres.URL`, then `Postgres.InstrumentationURL`
        database_urls: List<database_url::DatabaseUrl> = database_url::collect(input),
        /// the sections that unknown ones were probably meant to be
        misspelled_sections: List<Text> = misspelled(input.effective),
        /// what is wrong with the text of its files, in order
        problems: List<problem::ProblemFact> = problem::collect(input.loaded),
        /// the secrets in its settings, and where they belong
        secrets: List<secret::SecretFact> = secret::collect(input.loaded),
        /// the sections of its files, each as often as it is written
        sections: List<section::SectionFact> = section::collect(input.loaded),
        /// every setting as it is written, whether or not it counts
        settings: List<setting::SettingFact> = setting::collect(input),
        /// where SQLite keeps its data
        sqlite: sqlite::Sqlite = sqlite::collect(input.effective),
        /// sections and settings that the catalogue does not have: of a section its header alone, and no setting that
        /// other sections have
        unknown: List<unknown::Unknown> = unknown::collect(input),
    }
}

facts! {
    /// The sections of `facts` in a server.
    pub struct ServerFacts {
        /// what follows from the settings of a Posit Connect server
        connect: Connect,
    }

    /// What a card of scope `server` reads.
    pub struct OfServer {
        /// the server it judges
        server: server::ServerSubject,
        /// the settings that count: by section (`Postgres`, `LDAP "corp"`) and key, names as the documentation spells
        /// them. Values are strings as the server reads them, lists where the setting takes several; defaults are not
        /// here
        config: Config,
        /// what follows from it
        facts: ServerFacts,
    }
}

fn misspelled(effective: &Effective) -> List<Text> {
    effective
        .misspelled
        .iter()
        .map(|name| Text::from(*name))
        .collect()
}

/// The facts of a server.
pub fn collect(loaded: &LoadedServer, effective: &Effective) -> OfServer {
    let input = Input { loaded, effective };
    OfServer {
        origin: None,
        server: server::collect(loaded),
        config: effective.tree().into(),
        facts: ServerFacts {
            origin: None,
            connect: Connect::collect(&input),
        },
    }
}
