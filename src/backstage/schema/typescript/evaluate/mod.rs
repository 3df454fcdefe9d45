//! Types as written to schemas.
//!
//! In: the `Config` type of a file, and the files it imports from. Out: its [`Schema`], as
//! ts-json-schema-generator 2 makes it for the real loader. What cannot be evaluated becomes "anything" with a
//! note, never a wrong constraint. Bounded: in depth, and by a [`Budget`].

mod declarations;
mod names;
mod types;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::algebra::Evaluated;
use super::budget::Budget;
use super::tree::Module;
use crate::backstage::schema::model::Schema;
use names::{Found, Key};

/// Converts the `Config` type of a `config.d.ts`.
///
/// # Errors
/// When there is no such type to convert; everything else is a note.
pub fn convert(file: &str, modules: &dyn Modules) -> Result<Converted, ConvertError> {
    let mut evaluator = Evaluator::new(modules);
    let file: Arc<str> = file.into();
    modules.read(&file).ok_or(ConvertError::Unreadable)?;
    evaluator.module(&file).ok_or(ConvertError::NotTypeScript)?;
    let found = evaluator
        .find(&file, "Config", 0)
        .ok_or(ConvertError::NoConfig)?;
    let mut schema = evaluator.declared(&found, Vec::new()).schema;
    let definitions = std::mem::take(&mut evaluator.definitions);
    let definitions: IndexMap<_, _> = definitions
        .into_iter()
        .filter_map(|(name, schema)| Some((name, schema?)))
        .collect();
    if !definitions.is_empty() {
        schema.rare_mut().definitions = definitions;
    }
    let mut files: Vec<Arc<str>> = evaluator.loaded.keys().cloned().collect();
    files.sort_unstable();
    Ok(Converted {
        schema,
        notes: evaluator.notes.into_iter().collect(),
        files,
    })
}

/// Where imported files are found.
pub trait Modules {
    /// The file that `specifier` names in an import of the file `from`: `./types`, `@backstage/types`.
    fn resolve(&self, from: &str, specifier: &str) -> Option<Arc<str>>;

    /// The text of a file.
    fn read(&self, file: &str) -> Option<Arc<str>>;
}

/// What a `config.d.ts` demands.
#[derive(Debug)]
pub struct Converted {
    /// The schema of its `Config` type.
    pub schema: Schema,
    /// What could not be read or evaluated, for people; each once, in order.
    pub notes: Vec<String>,
    /// Every file that was read: when one changes, the schema may.
    pub files: Vec<Arc<str>>,
}

/// Why a `config.d.ts` gives no schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// It is not TypeScript, or nests more deeply than is read.
    #[error("it is not valid TypeScript")]
    NotTypeScript,
    /// There is no such type.
    #[error("it declares no type named `Config`")]
    NoConfig,
}

/// Type parameters and what they stand for.
type Parameters = HashMap<Arc<str>, Arc<Evaluated>>;

/// The names a type may use: its file's and its type parameters.
struct Scope<'a> {
    found: &'a Found,
    parameters: &'a Parameters,
}

struct Evaluator<'m> {
    modules: &'m dyn Modules,
    loaded: HashMap<Arc<str>, Option<Arc<Module>>>,
    /// Declarations being evaluated, outermost first.
    open: Vec<Key>,
    /// Declarations that refer to themselves; `None` until they are evaluated.
    definitions: IndexMap<Arc<str>, Option<Schema>>,
    /// How those are called there.
    definition_names: HashMap<Key, Arc<str>>,
    /// Declarations without type arguments, with how deep they nest.
    done: HashMap<Key, (Evaluated, usize)>,
    /// Where the name that is looked for has been looked for.
    searched: HashSet<(Arc<str>, Arc<str>)>,
    notes: BTreeSet<String>,
    depth: usize,
    budget: Budget,
}

impl<'m> Evaluator<'m> {
    fn new(modules: &'m dyn Modules) -> Self {
        Self {
            modules,
            loaded: HashMap::new(),
            open: Vec::new(),
            definitions: IndexMap::new(),
            definition_names: HashMap::new(),
            done: HashMap::new(),
            searched: HashSet::new(),
            notes: BTreeSet::new(),
            depth: 0,
            budget: Budget::default(),
        }
    }

    fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    fn anything(&mut self, why: &str) -> Evaluated {
        self.note(format!("{why} cannot be evaluated and counts as anything"));
        Evaluated::anything()
    }

    fn too_large(&mut self) -> Evaluated {
        self.anything("a type that grows too large")
    }

    /// A copy of what was evaluated before, as far as the budget allows.
    fn copy(&mut self, evaluated: &Evaluated) -> Evaluated {
        match self.budget.copy(&evaluated.schema) {
            Some(schema) => Evaluated {
                schema,
                may_be_undefined: evaluated.may_be_undefined,
            },
            None => self.too_large(),
        }
    }
}
