//! `server`: the server that a card judges.

use crate::backstage::facts::fact::{Bool, List, Number, Text};
use crate::backstage::facts::macros::facts;
use crate::backstage::words::names::{is_for_development, names_production};
use crate::connect::load::LoadedServer;

facts! {
    /// A Posit Connect server.
    pub struct ServerSubject {
        /// its name: the path of its main file. Points at the start of that file
        name: Text,
        /// the files its settings are in
        files: List<Text>,
        /// a part of it is a template: something else fills in settings, or writes more of them
        template: Bool,
        /// its process may have variables that are not here, so that `CONNECT_…` may set what no file sets: true unless
        /// the run is given all of them, e.g. by `--use-process-env`
        unread_variables: Bool,
        /// the version that runs; absent where nothing says so. Points at what says it
        version: Text,
        /// how many copies of it run; absent where nothing says so
        replicas: Number,
        /// a name in its path says that it is for tests or development, and none says that it is for production
        for_tests: Bool,
    }
}

/// What is said of a server.
pub fn collect(loaded: &LoadedServer) -> ServerSubject {
    let server = &loaded.server;
    let main = loaded.parts.last();
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
        template: loaded.parts.iter().any(|part| part.is_template()).into(),
        unread_variables: loaded.has_unread_variables.into(),
        version: match &deployment.version {
            Some((version, place)) => Text::from(&**version).at(Some(*place)),
            None => Text::default(),
        },
        replicas: replicas.unwrap_or_default(),
        for_tests: is_for_tests(&server.name).into(),
    }
}

/// Whether a path is that of a server for tests, by its folders and its name.
fn is_for_tests(path: &str) -> bool {
    let mut names = path.split('/');
    names.clone().any(is_for_development) && !names.any(names_production)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_tests_makes_a_server_one_for_tests_unless_another_is_for_production() {
        for (path, expected) in [
            ("test/rstudio-connect.gcfg", true),
            (".ci/rstudio-connect.gcfg", true),
            ("dev/rstudio-connect.gcfg", true),
            ("rstudio-connect.gcfg", false),
            ("prod-build/rstudio-connect.gcfg", false),
            ("setup/rstudio-connect.gcfg", false),
            ("dev/prod/rstudio-connect.gcfg", false),
            ("test/non-prod/rstudio-connect.gcfg", true),
        ] {
            assert_eq!(is_for_tests(path), expected, "{path}");
        }
    }
}
