//! What is known of the environment that the app will be started with.
//!
//! In: what a person says about it (`--env-file`, `--env`, `--use-process-env`). Out: for each variable whether it is
//! set, to what, or not known; and the config that `APP_CONFIG_*` variables put on top of all layers. Never: a value
//! in a message.

mod dotenv;
mod overrides;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::javascript;
use crate::files::read_named;
use crate::request::{EnvironmentRequest, ProcessEnvironment};
use crate::text::Place;
use crate::text::mask::escape;

pub use overrides::{OverrideError, OverrideReason};

/// Collects what a request says: the process' own variables, when asked for, below those of files, below single ones.
/// `process` are the process' variables; file paths are relative to `start`.
///
/// # Errors
/// One sentence, when a file cannot be read, is larger than 1 MiB, or is not UTF-8.
pub fn from_request(
    request: &EnvironmentRequest,
    start: &Path,
    process: impl IntoIterator<Item = (String, String)>,
) -> Result<Environment, String> {
    let process: IndexMap<String, String> = process.into_iter().collect();
    let mut environment = Environment::default();
    match request.process {
        ProcessEnvironment::Ignored => {}
        ProcessEnvironment::Used => {
            let process = process.iter();
            environment = Environment::complete(process.map(|(name, value)| (&**name, &**value)));
        }
        ProcessEnvironment::Empty => environment.others = Others::Unset,
    }
    for file in &request.files {
        let text = read_named(&start.join(file), MAX_FILE)
            .map_err(|reason| format!("`{}`: {reason}", escape(&file.display().to_string())))?;
        let shown = escape(&file.display().to_string()).into_owned();
        for line in environment.add_file(&text) {
            environment
                .notes
                .push(format!("{shown}:{line}: not NAME=VALUE, line ignored"));
        }
    }
    for (name, value) in &request.variables {
        match value.as_ref().or_else(|| process.get(name)) {
            Some(value) => environment.set(name.as_str(), value.as_str()),
            None => environment.unset(name.as_str()),
        }
    }
    Ok(environment)
}

/// The variables of this very process; those that are not UTF-8 are left out.
pub fn of_process() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Files of variables are small; a larger one is a mistake.
const MAX_FILE: u64 = 1024 * 1024;

/// What is known of the environment. By default nothing is.
#[derive(Clone, Default)]
pub struct Environment {
    variables: IndexMap<Arc<str>, Option<Arc<str>>>,
    others: Others,
    notes: Vec<String>,
    /// Where a file of the repository sets a variable.
    places: HashMap<Arc<str>, Place>,
}

/// What holds for variables that nobody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Others {
    #[default]
    Unknown,
    Unset,
}

/// What is known of one variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variable<'e> {
    /// It is set to this, white space around it cut off as the real loader does.
    Is(&'e str),
    /// It is not set.
    Unset,
    /// It may be set to anything or not be set.
    Unknown,
}

impl Environment {
    /// An environment of exactly these variables: all others are known not to be set.
    pub fn complete<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Arc<str>>,
        V: Into<Arc<str>>,
    {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), Some(value.into())))
            .collect();
        Self {
            variables,
            others: Others::Unset,
            notes: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Notes that a variable is set.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) {
        self.variables.insert(name.into(), Some(value.into()));
    }

    /// Notes that a file sets a variable.
    pub fn set_at(&mut self, name: Arc<str>, value: Arc<str>, place: Place) {
        self.places.insert(Arc::clone(&name), place);
        self.set(name, value);
    }

    /// Whether every variable that is not named is known not to be set.
    pub fn is_complete(&self) -> bool {
        self.others == Others::Unset
    }

    /// Where a file of the repository sets a variable; `None` when none does.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.places.get(name).copied()
    }

    /// Notes that a variable is not set.
    pub fn unset(&mut self, name: impl Into<Arc<str>>) {
        self.variables.insert(name.into(), None);
    }

    /// The variables that are known to be set, with their values.
    pub fn known(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.variables.iter();
        variables.filter_map(|(name, value)| Some((&**name, value.as_deref()?)))
    }

    /// Notes the variables of a text in the syntax of the npm package `dotenv` 16, and tells the numbers of the lines
    /// that are passed over although they say something.
    pub fn add_file(&mut self, text: &str) -> Vec<usize> {
        let variables = dotenv::parse(text);
        for (name, value) in variables.assignments {
            self.set(name, value);
        }
        variables.passed_over
    }

    /// What a person should know of the files that were read; no value.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What is known of a variable.
    pub fn get(&self, name: &str) -> Variable<'_> {
        match (self.variables.get(name), self.others) {
            (Some(Some(value)), _) => Variable::Is(javascript::trim(value)),
            (Some(None), _) | (None, Others::Unset) => Variable::Unset,
            (None, Others::Unknown) => Variable::Unknown,
        }
    }

    /// The variables known to be set, in the order they were named, values as they are.
    pub fn set_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .filter_map(|(name, value)| Some((&**name, &**value.as_ref()?)))
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("names", &self.variables.keys().collect::<Vec<_>>())
            .field("others", &self.others)
            .finish()
    }
}

impl fmt::Debug for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Is(_) => "Is(…)",
            Self::Unset => "Unset",
            Self::Unknown => "Unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_by_default_and_everything_in_a_complete_environment() {
        let mut environment = Environment::default();
        assert_eq!(environment.get("X"), Variable::Unknown);
        environment.set("X", " v \n");
        environment.unset("Y");
        assert!(environment.get("X") == Variable::Is("v"));
        assert_eq!(environment.get("Y"), Variable::Unset);
        let complete = Environment::complete([("X", "v")]);
        assert_eq!(complete.get("Z"), Variable::Unset);
    }

    #[test]
    fn later_sources_win() {
        let request = EnvironmentRequest {
            variables: vec![
                ("A".into(), Some("2".into())),
                ("A".into(), Some("3".into())),
            ],
            process: ProcessEnvironment::Used,
            ..EnvironmentRequest::default()
        };
        let process = [
            ("A".to_owned(), "1".to_owned()),
            ("B".to_owned(), "1".to_owned()),
        ];
        let environment = from_request(&request, Path::new("."), process).unwrap();
        assert!(environment.get("A") == Variable::Is("3"));
        assert!(environment.get("B") == Variable::Is("1"));
        assert_eq!(environment.get("C"), Variable::Unset);
    }

    #[test]
    fn a_variable_without_a_value_is_what_it_is_in_the_process() {
        let request = EnvironmentRequest {
            variables: vec![("A".into(), None), ("B".into(), None)],
            ..EnvironmentRequest::default()
        };
        let process = [("A".to_owned(), "1".to_owned()), ("C".into(), "1".into())];
        let environment = from_request(&request, Path::new("."), process).unwrap();
        assert!(environment.get("A") == Variable::Is("1"));
        assert_eq!(environment.get("B"), Variable::Unset);
        assert_eq!(environment.get("C"), Variable::Unknown);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let request = EnvironmentRequest {
            files: vec!["no-such.env".into()],
            ..EnvironmentRequest::default()
        };
        let failure = from_request(&request, Path::new("."), []).unwrap_err();
        assert!(failure.contains("no-such.env"), "{}", failure);
    }

    #[test]
    fn debugging_shows_no_value() {
        let environment = Environment::complete([("NAME", "s3cret")]);
        let shown = format!("{environment:?} {:?}", environment.get("NAME"));
        assert!(
            shown.contains("NAME") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
