//! Names to declarations: through files, imports, re-exports and namespaces.

use std::sync::Arc;

use super::{Evaluator, Scope};
use crate::backstage::schema::typescript::lower::lower;
use crate::backstage::schema::typescript::tree::{Declaration, Export, Import, Module};

/// A declaration and the file it is in.
#[derive(Clone)]
pub struct Found {
    pub file: Arc<str>,
    /// The namespaces it is in, and its name.
    pub path: Vec<Arc<str>>,
    pub module: Arc<Module>,
}

/// The file of a declaration, and its path in it.
pub type Key = (Arc<str>, Vec<Arc<str>>);

impl Evaluator<'_> {
    pub(super) fn module(&mut self, file: &Arc<str>) -> Option<Arc<Module>> {
        if let Some(loaded) = self.loaded.get(file) {
            return loaded.clone();
        }
        let text = self.modules.read(file);
        let module = text.and_then(|text| match lower(&text) {
            Ok(module) => {
                if module.syntax_errors > 0 {
                    self.note(format!(
                        "{file} has syntax errors, so parts of it may be ignored"
                    ));
                }
                Some(Arc::new(module))
            }
            Err(why) => {
                self.note(format!("{file} is not read: {why}"));
                None
            }
        });
        self.loaded.insert(file.clone(), module.clone());
        module
    }

    /// The declaration of an exported or local name of a file. `hops` counts the files gone through.
    pub(super) fn find(&mut self, file: &Arc<str>, name: &str, hops: usize) -> Option<Found> {
        if hops == 0 {
            self.searched.clear();
        }
        let module = self.module(file)?;
        if let Some((name, _)) = module.declarations.get_key_value(name) {
            return Some(Found {
                file: file.clone(),
                path: vec![name.clone()],
                module,
            });
        }
        // Re-exports in a circle end, and files that many others re-export are looked through once.
        let is_new = self.searched.insert((file.clone(), name.into()));
        if hops > 32 || !is_new {
            return None;
        }
        match module.exports.get(name) {
            Some(Export::Local(local)) if **local != *name => {
                return self.find(file, local, hops + 1);
            }
            Some(Export::From(import)) => return self.imported(file, import, hops),
            _ => {}
        }
        if let Some(import) = module.imports.get(name) {
            return self.imported(file, import, hops);
        }
        module.star_exports.iter().find_map(|from| {
            let other = self.modules.resolve(file, from)?;
            self.find(&other, name, hops + 1)
        })
    }

    pub(super) fn imported(
        &mut self,
        file: &Arc<str>,
        import: &Import,
        hops: usize,
    ) -> Option<Found> {
        let other = self.modules.resolve(file, &import.from)?;
        match &import.name {
            Some(name) => self.find(&other, name, hops + 1),
            None => {
                let module = self.module(&other)?;
                Some(Found {
                    file: other,
                    path: Vec::new(),
                    module,
                })
            }
        }
    }

    /// The declaration behind a qualified name.
    pub(super) fn lookup(&mut self, scope: &Scope<'_>, path: &[Arc<str>]) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        // Inside a namespace its own names come first.
        let inner = namespace(&scope.found.module, &scope.found.path);
        let own = inner.filter(|inner| inner.declarations.contains_key(first));
        let mut found = if own.is_some() {
            let mut path = scope.found.path.clone();
            path.pop();
            path.push(first.clone());
            Found {
                path,
                ..scope.found.clone()
            }
        } else {
            self.find(&scope.found.file, first, 0)?
        };
        for name in rest {
            if found.path.is_empty() {
                found = self.find(&found.file, name, 0)?;
            } else {
                found.path.push(name.clone());
            }
        }
        Some(found)
    }
}

/// The innermost module that encloses a declaration.
fn namespace<'a>(module: &'a Module, path: &[Arc<str>]) -> Option<&'a Module> {
    let (_, outer) = path.split_last()?;
    outer
        .iter()
        .try_fold(module, |module, name| match module.declarations.get(name) {
            Some(Declaration::Namespace(inner)) => Some(&**inner),
            _ => None,
        })
}

pub fn declaration<'a>(module: &'a Module, path: &[Arc<str>]) -> Option<&'a Declaration> {
    namespace(module, path)?.declarations.get(path.last()?)
}

pub fn enum_member(module: &Module, path: &[Arc<str>]) -> Option<serde_json::Value> {
    let (member, declared) = path.split_last()?;
    match declaration(module, declared)? {
        Declaration::Enum(Some(values)) => {
            let found = values.iter().find(|(name, _)| name == member);
            found.map(|(_, value)| value.clone())
        }
        _ => None,
    }
}
