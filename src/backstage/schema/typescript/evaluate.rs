//! Types as written to schemas.
//!
//! In: the `Config` type of a file, and the files it imports from. Out: its [`Schema`], as
//! ts-json-schema-generator 2 makes it for the real loader. What cannot be evaluated becomes "anything" with a
//! note, never a wrong constraint. Bounded: in depth, and in the size of what comes out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::algebra::{self, Evaluated};
use super::lower::lower;
use super::marks;
use super::tree::{
    Alias, Conditional, Declaration, Export, Import, Interface, Mapped, Member, Module, TupleItem,
    Type,
};
use crate::backstage::schema::model::{Additional, Items, Schema, Types};

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

/// How deep types may be nested, aliases followed.
const MOST_DEPTH: usize = 100;

/// How many schemas one conversion may make. The largest published configuration has about 2 000.
const MOST_SCHEMAS: usize = 20_000;

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

/// A declaration and the file it is in.
#[derive(Clone)]
struct Found {
    file: Arc<str>,
    /// The namespaces it is in, and its name.
    path: Vec<Arc<str>>,
    module: Arc<Module>,
}

/// The file of a declaration, and its path in it.
type Key = (Arc<str>, Vec<Arc<str>>);

/// The names a type may use: its file's and its type parameters.
struct Scope<'a> {
    found: &'a Found,
    parameters: &'a HashMap<Arc<str>, Evaluated>,
}

struct Evaluator<'m> {
    modules: &'m dyn Modules,
    loaded: HashMap<Arc<str>, Option<Arc<Module>>>,
    /// Declarations being evaluated, outermost first.
    open: Vec<Key>,
    /// Declarations that refer to themselves; `None` until they are evaluated.
    definitions: IndexMap<Arc<str>, Option<Schema>>,
    done: HashMap<Key, (Evaluated, usize)>,
    notes: BTreeSet<String>,
    depth: usize,
    schemas: usize,
}

impl<'m> Evaluator<'m> {
    fn new(modules: &'m dyn Modules) -> Self {
        Self {
            modules,
            loaded: HashMap::new(),
            open: Vec::new(),
            definitions: IndexMap::new(),
            done: HashMap::new(),
            notes: BTreeSet::new(),
            depth: 0,
            schemas: 0,
        }
    }

    fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    fn anything(&mut self, why: &str) -> Evaluated {
        self.note(format!("{why} cannot be evaluated and counts as anything"));
        Evaluated::anything()
    }

    fn module(&mut self, file: &Arc<str>) -> Option<Arc<Module>> {
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
    fn find(&mut self, file: &Arc<str>, name: &str, hops: usize) -> Option<Found> {
        let module = self.module(file)?;
        if let Some((name, _)) = module.declarations.get_key_value(name) {
            return Some(Found {
                file: file.clone(),
                path: vec![name.clone()],
                module,
            });
        }
        // Re-exports in a circle end.
        if hops > 32 {
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

    fn imported(&mut self, file: &Arc<str>, import: &Import, hops: usize) -> Option<Found> {
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
    fn lookup(&mut self, scope: &Scope<'_>, path: &[Arc<str>]) -> Option<Found> {
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

    /// Evaluates a declaration with type arguments.
    fn declared(&mut self, found: &Found, arguments: Vec<Evaluated>) -> Evaluated {
        let key = (found.file.clone(), found.path.clone());
        let plain = arguments.is_empty();
        if plain && let Some((evaluated, size)) = self.done.get(&key) {
            self.schemas += size;
            if self.schemas <= MOST_SCHEMAS {
                return evaluated.clone();
            }
            return self.anything("a type that grows too large");
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
        let before = self.schemas;
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
                None => self.anything("a name that is no type"),
            },
        };
        self.open.pop();
        if plain {
            let name = self.definition_name(&key);
            if let Some(definition) = self.definitions.get_mut(&name) {
                *definition = Some(evaluated.schema.clone());
            }
            let size = self.schemas - before;
            self.done.insert(key, (evaluated.clone(), size));
        }
        evaluated
    }

    /// The name for a declaration that refers to itself: its own, made unique by its file when it must be.
    fn definition_name(&self, (file, path): &Key) -> Arc<str> {
        let name = path.join(".");
        let same = |(other_file, other): &&Key| other_file != file && other.join(".") == name;
        let others = self
            .done
            .keys()
            .chain(&self.open)
            .filter(same)
            .collect::<HashSet<_>>()
            .len();
        match others {
            0 => name.into(),
            count => format!("{name}-{count}").into(),
        }
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
        declared: &[super::tree::Parameter],
        arguments: &[Evaluated],
    ) -> HashMap<Arc<str>, Evaluated> {
        let mut parameters = HashMap::new();
        for (index, parameter) in declared.iter().enumerate() {
            let value = match (arguments.get(index), &parameter.default) {
                (Some(given), _) => given.clone(),
                (None, Some(default)) => {
                    let scope = Scope {
                        found,
                        parameters: &parameters,
                    };
                    self.ty(&scope, default)
                }
                (None, None) => Evaluated::anything(),
            };
            parameters.insert(parameter.name.clone(), value);
        }
        parameters
    }

    /// Evaluates one type.
    fn ty(&mut self, scope: &Scope<'_>, ty: &Type) -> Evaluated {
        self.schemas += 1;
        if self.depth >= MOST_DEPTH {
            return self.anything("a type nested too deeply");
        }
        if self.schemas > MOST_SCHEMAS {
            return self.anything("a type that grows too large");
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
            Type::Intersection(types) => algebra::intersection(self.all(scope, types)),
            Type::Members(members) => self.members(scope, members),
            Type::Reference(path, arguments) => self.reference(scope, path, arguments),
            Type::Import(from, path, arguments) => self.import_type(scope, from, path, arguments),
            Type::KeyOf(inner) => algebra::keys(&self.ty(scope, inner).schema),
            Type::Indexed(object, index) => {
                let object = self.ty(scope, object);
                let index = self.ty(scope, index);
                algebra::indexed(&object.schema, &index.schema)
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

    fn members(&mut self, scope: &Scope<'_>, members: &[Member]) -> Evaluated {
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
            return bound.clone();
        }
        let arguments = self.all(scope, arguments);
        if let Some(found) = self.lookup(scope, path) {
            return self.declared(&found, arguments);
        }
        let name = path.join(".");
        algebra::standard(&name, arguments)
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
        let mut parameters = scope.parameters.clone();
        parameters.insert(mapped.parameter.clone(), key);
        let inner = Scope {
            found: scope.found,
            parameters: &parameters,
        };
        self.ty(&inner, &mapped.value)
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
            Some(_) => algebra::branches(&check.schema),
            None => vec![check.schema],
        };
        let mut results = Vec::new();
        for branch in branches {
            let Some(holds) = algebra::is_assignable(&branch, &extends.schema) else {
                return self.anything("a conditional type");
            };
            let mut parameters = scope.parameters.clone();
            if let Some(name) = parameter {
                parameters.insert(name.clone(), Evaluated::of(branch));
            }
            let inner = Scope {
                found: scope.found,
                parameters: &parameters,
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

fn declaration<'a>(module: &'a Module, path: &[Arc<str>]) -> Option<&'a Declaration> {
    namespace(module, path)?.declarations.get(path.last()?)
}

fn enum_member(module: &Module, path: &[Arc<str>]) -> Option<serde_json::Value> {
    let (member, declared) = path.split_last()?;
    match declaration(module, declared)? {
        Declaration::Enum(Some(values)) => {
            let found = values.iter().find(|(name, _)| name == member);
            found.map(|(_, value)| value.clone())
        }
        _ => None,
    }
}

/// Items of an array schema, or anything.
pub(super) fn items_of(schema: &Schema) -> Schema {
    match schema.items.as_deref() {
        Some(Items::Each(item)) => item.clone(),
        _ => Schema::default(),
    }
}
