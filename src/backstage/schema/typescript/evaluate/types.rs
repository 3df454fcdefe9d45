//! Type expressions to schemas.

use std::sync::Arc;

use super::{Evaluator, Parameters, Scope};
use crate::backstage::schema::model::{Additional, Schema, Types};
use crate::backstage::schema::typescript::algebra::{self, Evaluated};
use crate::backstage::schema::typescript::budget::MOST_DEPTH;
use crate::backstage::schema::typescript::marks;
use crate::backstage::schema::typescript::tree::{
    Conditional, Import, Mapped, Member, TupleItem, Type,
};

impl Evaluator<'_> {
    /// Evaluates one type.
    pub(super) fn ty(&mut self, scope: &Scope<'_>, ty: &Type) -> Evaluated {
        if self.depth >= MOST_DEPTH {
            return self.anything("a type nested too deeply");
        }
        if !self.budget.make(1) {
            return self.too_large();
        }
        self.depth += 1;
        let evaluated = self.ty_here(scope, ty);
        self.depth -= 1;
        evaluated
    }

    fn ty_here(&mut self, scope: &Scope<'_>, ty: &Type) -> Evaluated {
        match ty {
            Type::Anything => Evaluated::anything(),
            Type::Never => Evaluated::never(),
            Type::Undefined => Evaluated::undefined(),
            Type::Null => Evaluated::of(Schema::of(Types::NULL)),
            Type::Boolean => Evaluated::of(Schema::of(Types::BOOLEAN)),
            Type::Number => Evaluated::of(Schema::of(Types::NUMBER)),
            Type::String => Evaluated::of(Schema::of(Types::STRING)),
            Type::Object => Evaluated::of(Schema::of(Types::OBJECT)),
            Type::Literal(value) => Evaluated::literal(value.clone()),
            Type::Array(item) => Evaluated::array(self.ty(scope, item)),
            Type::Tuple(items) => self.tuple(scope, items),
            Type::Union(types) => algebra::union(self.all(scope, types)),
            Type::Intersection(types) => {
                let parts = self.all(scope, types);
                algebra::intersection(parts, &mut self.budget).unwrap_or_else(|| self.too_large())
            }
            Type::Members(members) => self.members(scope, members),
            Type::Reference(path, arguments) => self.reference(scope, path, arguments),
            Type::Import(from, path, arguments) => self.import_type(scope, from, path, arguments),
            Type::KeyOf(inner) => {
                let inner = self.ty(scope, inner);
                algebra::keys(&inner.schema, &mut self.budget).unwrap_or_else(|| self.too_large())
            }
            Type::Indexed(object, index) => {
                let object = self.ty(scope, object);
                let index = self.ty(scope, index);
                algebra::indexed(&object.schema, &index.schema, &mut self.budget)
                    .unwrap_or_else(|| self.anything("an indexed type"))
            }
            Type::Mapped(mapped) => self.mapped(scope, mapped),
            Type::Conditional(conditional) => self.conditional(scope, conditional),
            Type::Template(texts, types) => {
                let types = self.all(scope, types);
                algebra::template(texts, &types)
            }
            Type::Unsupported(what) => self.anything(what),
        }
    }

    fn all(&mut self, scope: &Scope<'_>, types: &[Type]) -> Vec<Evaluated> {
        types.iter().map(|ty| self.ty(scope, ty)).collect()
    }

    pub(super) fn members(&mut self, scope: &Scope<'_>, members: &[Member]) -> Evaluated {
        let mut schema = Schema::of(Types::OBJECT);
        for member in members {
            let mut value = self.ty(scope, &member.value);
            marks::apply(&member.doc, &mut value.schema);
            let Some(key) = &member.key else {
                schema.additional = algebra::additional(value.schema);
                continue;
            };
            if value.is_never() {
                // A required key that cannot have a value makes the whole object impossible.
                if member.optional || value.may_be_undefined {
                    continue;
                }
                return Evaluated::never();
            }
            if !member.optional && !value.may_be_undefined {
                schema.required.push(key.clone());
            }
            schema.properties.insert(key.clone(), value.schema);
        }
        Evaluated::of(schema)
    }

    fn tuple(&mut self, scope: &Scope<'_>, items: &[TupleItem]) -> Evaluated {
        let items = items
            .iter()
            .map(|item| (self.ty(scope, &item.item).schema, item.kind));
        algebra::tuple(items.collect())
    }

    fn reference(&mut self, scope: &Scope<'_>, path: &[Arc<str>], arguments: &[Type]) -> Evaluated {
        if let [name] = path
            && let Some(bound) = scope.parameters.get(name)
        {
            let bound = Arc::clone(bound);
            return self.copy(&bound);
        }
        let arguments = self.all(scope, arguments);
        if let Some(found) = self.lookup(scope, path) {
            return self.declared(&found, arguments);
        }
        let name = path.join(".");
        algebra::standard(&name, arguments, &mut self.budget)
            .unwrap_or_else(|| self.anything(&format!("the type `{name}`")))
    }

    fn import_type(
        &mut self,
        scope: &Scope<'_>,
        from: &Arc<str>,
        path: &[Arc<str>],
        arguments: &[Type],
    ) -> Evaluated {
        let arguments = self.all(scope, arguments);
        let import = Import {
            from: from.clone(),
            name: path.first().cloned(),
        };
        match self.imported(&scope.found.file, &import, 0) {
            Some(mut found) => {
                found.path.extend(path.iter().skip(1).cloned());
                self.declared(&found, arguments)
            }
            None => self.anything(&format!("a type from `{from}`")),
        }
    }

    fn mapped(&mut self, scope: &Scope<'_>, mapped: &Mapped) -> Evaluated {
        let keys = self.ty(scope, &mapped.keys).schema;
        let literals = algebra::literal_texts(&keys);
        let mut schema = Schema::of(Types::OBJECT);
        for key in &literals {
            let value = self.with_parameter(scope, mapped, Evaluated::literal((**key).into()));
            if value.is_never() && !value.may_be_undefined {
                continue;
            }
            if !mapped.marked && !value.may_be_undefined {
                schema.required.push(key.clone());
            }
            schema.properties.insert(key.clone(), value.schema);
        }
        if algebra::has_open_keys(&keys) {
            let key = Evaluated::of(Schema::of(Types::STRING));
            let value = self.with_parameter(scope, mapped, key);
            schema.additional = algebra::additional(value.schema);
        } else if literals.len() == 1 || algebra::is_never(&keys) {
            // One key alone closes the object, says the real generator; several leave it open.
            schema.additional = Additional::Refused;
        }
        Evaluated::of(schema)
    }

    fn with_parameter(&mut self, scope: &Scope<'_>, mapped: &Mapped, key: Evaluated) -> Evaluated {
        let Some(parameters) = self.bind(scope, &mapped.parameter, key) else {
            return self.too_large();
        };
        let inner = Scope {
            found: scope.found,
            parameters: &parameters,
        };
        self.ty(&inner, &mapped.value)
    }

    /// The type parameters with one more.
    fn bind(&mut self, scope: &Scope<'_>, name: &Arc<str>, value: Evaluated) -> Option<Parameters> {
        let affordable = self.budget.take(1 + scope.parameters.len());
        let mut parameters = affordable.then(|| scope.parameters.clone())?;
        parameters.insert(name.clone(), Arc::new(value));
        Some(parameters)
    }

    fn conditional(&mut self, scope: &Scope<'_>, conditional: &Conditional) -> Evaluated {
        let check = self.ty(scope, &conditional.check);
        let extends = self.ty(scope, &conditional.extends);
        let parameter = match &conditional.check {
            Type::Reference(path, _) => match path.as_slice() {
                [name] if scope.parameters.contains_key(name) => Some(name),
                _ => None,
            },
            _ => None,
        };
        let branches = match parameter {
            Some(_) => algebra::branches(&check.schema, &mut self.budget),
            None => Some(vec![check.schema]),
        };
        let Some(branches) = branches else {
            return self.too_large();
        };
        let mut results = Vec::new();
        for branch in branches {
            if !algebra::may_compare(&branch, &extends.schema, &mut self.budget) {
                return self.too_large();
            }
            let Some(holds) = algebra::is_assignable(&branch, &extends.schema) else {
                return self.anything("a conditional type");
            };
            let bound = match parameter {
                Some(name) => match self.bind(scope, name, Evaluated::of(branch)) {
                    Some(bound) => Some(bound),
                    None => return self.too_large(),
                },
                None => None,
            };
            let inner = Scope {
                found: scope.found,
                parameters: bound.as_ref().unwrap_or(scope.parameters),
            };
            let chosen = if holds {
                &conditional.yes
            } else {
                &conditional.no
            };
            results.push(self.ty(&inner, chosen));
        }
        algebra::union(results)
    }
}
