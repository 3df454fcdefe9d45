//! `server`: the server that a card judges.

use crate::backstage::facts::fact::{Bool, List, Number, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::words::names::is_for_development;
use crate::connect::load::LoadedServer;
use crate::connect::words::Platform;

facts! {
    /// A Posit Connect server.
    pub struct ServerSubject {
        /// its name: the path of its main file. Points at the start of that file
        name: Text,
        /// the files its settings are in
        files: List<Text>,
        /// what runs it, as far as files say: `unknown` (a machine), `container`, `kubernetes`. Points at what says so
        platform: Text,
        /// a part of it is a template: something else fills in settings, or writes more of them
        template: Bool,
        /// its process may have variables that are not here, so that `CONNECT_…` may set what no file sets
        unread_variables: Bool,
        /// the version that runs; absent where nothing says so. Points at what says it
        version: Text,
        /// how many copies of it run; absent where nothing says so
        replicas: Number,
        /// a name in its path says that it is for tests or development
        for_tests: Bool,
    }
}

/// What is said of a server.
pub fn collect(loaded: &LoadedServer) -> ServerSubject {
    let server = &loaded.server;
    let main = loaded.parts.last();
    let folders = server.name.split('/');
    let deployment = &server.deployment;
    let replicas = deployment
        .replicas
        .map(|(count, place)| Number::from(f64::from(count)).at(Some(place)));
    ServerSubject {
        origin: None,
        name: Text::from(&*server.name).at(main.map(|part| part.start())),
        files: loaded
            .parts
            .iter()
            .map(|part| Text::from(part.part.path.as_str()).at(Some(part.start())))
            .collect(),
        platform: Text::from(deployment.platform.word()).at(deployment.place),
        template: loaded.parts.iter().any(|part| part.is_template()).into(),
        unread_variables: (deployment.has_unread_variables
            || deployment.platform != Platform::Unknown)
            .into(),
        version: match &deployment.version {
            Some((version, place)) => Text::from(&**version).at(Some(*place)),
            None => Text::default(),
        },
        replicas: replicas.unwrap_or_default(),
        for_tests: folders.into_iter().any(is_for_tests).into(),
    }
}

/// Whether a folder or file is for tests by its name.
fn is_for_tests(name: &str) -> bool {
    const MORE: &[&str] = &["integration", "github", "lint", "build", "setup"];
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    is_for_development(name) || words.any(|word| MORE.contains(&word))
}
