//! Declarations to schemas: interfaces, aliases and enums, with their type arguments.

use std::sync::Arc;

use super::names::{Found, Key, declaration, enum_member};
use super::{Evaluator, Parameters, Scope};
use crate::backstage::schema::model::Schema;
use crate::backstage::schema::typescript::algebra::{self, Evaluated};
use crate::backstage::schema::typescript::budget::MOST_DEPTH;
use crate::backstage::schema::typescript::marks;
use crate::backstage::schema::typescript::tree::{Alias, Declaration, Interface, Parameter, Type};

impl Evaluator<'_> {
    /// Evaluates a declaration with type arguments.
    pub(super) fn declared(&mut self, found: &Found, arguments: Vec<Evaluated>) -> Evaluated {
        let key = (found.file.clone(), found.path.clone());
        let plain = arguments.is_empty();
        if plain && let Some((evaluated, height)) = self.done.remove(&key) {
            let copy = match self.depth + height > MOST_DEPTH {
                true => self.anything("a type nested too deeply"),
                false => self.copy(&evaluated),
            };
            self.done.insert(key, (evaluated, height));
            return copy;
        }
        if self.open.contains(&key) {
            if !plain {
                return self.anything("a generic type that refers to itself");
            }
            let name = self.definition_name(&key);
            self.definitions.entry(name.clone()).or_insert(None);
            return Evaluated::of(Schema {
                reference: Some(name),
                ..Schema::default()
            });
        }
        self.open.push(key.clone());
        let module = found.module.clone();
        let evaluated = match declaration(&module, &found.path) {
            Some(Declaration::Interface(parts)) => self.interface(found, parts, &arguments),
            Some(Declaration::Alias(alias)) => self.alias(found, alias, &arguments),
            Some(Declaration::Enum(Some(values))) => {
                let values = values
                    .iter()
                    .map(|(_, value)| Evaluated::literal(value.clone()));
                algebra::union(values.collect())
            }
            Some(Declaration::Enum(None)) => self.anything("an enum with computed values"),
            Some(Declaration::Namespace(_)) | None => match enum_member(&module, &found.path) {
                Some(value) => Evaluated::literal(value),
                None => self.anything("a name that is not a type"),
            },
        };
        self.open.pop();
        if plain {
            if let Some(name) = self.definition_names.get(&key).cloned() {
                let copy = self.copy(&evaluated).schema;
                self.definitions.insert(name, Some(copy));
            }
            let copy = self.copy(&evaluated);
            let height = height(&copy.schema);
            self.done.insert(key, (copy, height));
        }
        evaluated
    }

    /// The name for a declaration that refers to itself: its own, made unique when another has it.
    fn definition_name(&mut self, key: &Key) -> Arc<str> {
        if let Some(name) = self.definition_names.get(key) {
            return name.clone();
        }
        let own = key.1.join(".");
        let taken = |name: &str| self.definitions.contains_key(name);
        let name: Arc<str> = match taken(&own) {
            false => own.into(),
            true => {
                let numbered = (1..).map(|number| format!("{own}-{number}"));
                let free = numbered.into_iter().find(|name| !taken(name));
                free.unwrap_or(own).into()
            }
        };
        self.definition_names.insert(key.clone(), name.clone());
        name
    }

    fn interface(
        &mut self,
        found: &Found,
        parts: &[Interface],
        arguments: &[Evaluated],
    ) -> Evaluated {
        let mut whole: Option<Evaluated> = None;
        let mut extended = Vec::new();
        let mut item = None;
        for part in parts {
            let parameters = self.parameters(found, &part.parameters, arguments);
            let scope = Scope {
                found,
                parameters: &parameters,
            };
            let members = self.members(&scope, &part.members);
            whole = Some(match whole {
                None => members,
                Some(whole) => algebra::extend(whole, members),
            });
            for base in &part.extends {
                match array_item(base) {
                    Some(inner) if part.members.is_empty() => item = Some(self.ty(&scope, inner)),
                    _ => extended.push(self.ty(&scope, base)),
                }
            }
        }
        let mut whole = match item {
            Some(item) => Evaluated::array(item),
            None => whole.unwrap_or_else(Evaluated::anything),
        };
        for base in extended {
            whole = algebra::extend(whole, base);
        }
        for part in parts {
            marks::apply(&part.doc, &mut whole.schema);
        }
        whole
    }

    fn alias(&mut self, found: &Found, alias: &Alias, arguments: &[Evaluated]) -> Evaluated {
        let parameters = self.parameters(found, &alias.parameters, arguments);
        let scope = Scope {
            found,
            parameters: &parameters,
        };
        let mut evaluated = self.ty(&scope, &alias.target);
        marks::apply(&alias.doc, &mut evaluated.schema);
        evaluated
    }

    fn parameters(
        &mut self,
        found: &Found,
        declared: &[Parameter],
        arguments: &[Evaluated],
    ) -> Parameters {
        let mut parameters = Parameters::new();
        for (index, parameter) in declared.iter().enumerate() {
            let value = match (arguments.get(index), &parameter.default) {
                (Some(given), _) => self.copy(given),
                (None, Some(default)) => {
                    let scope = Scope {
                        found,
                        parameters: &parameters,
                    };
                    self.ty(&scope, default)
                }
                (None, None) => Evaluated::anything(),
            };
            parameters.insert(parameter.name.clone(), Arc::new(value));
        }
        parameters
    }
}

/// The item of `Array<X>` and its like.
fn array_item(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(path, arguments) => match (path.as_slice(), arguments.as_slice()) {
            ([name], [item]) if matches!(&**name, "Array" | "ReadonlyArray") => Some(item),
            _ => None,
        },
        _ => None,
    }
}

/// How many levels a schema has below itself.
fn height(schema: &Schema) -> usize {
    let below = schema.children().into_iter().map(height);
    below.max().map_or(0, |deepest| deepest + 1)
}
