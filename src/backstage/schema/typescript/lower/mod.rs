//! TypeScript text to a [`Module`]: the parser's tree, reduced to types and cut loose from its memory.

mod literals;
mod types;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};

use super::budget::MOST_DEPTH;
use super::doc;
use super::stack::{self, Stack};
use super::tree::{
    Alias, Declaration, Doc, Export, Import, Interface, Member, Module, Parameter, Type,
};
use literals::{enum_values, property_name};
use types::reference;

/// Reads the types of a TypeScript file. Mistakes that leave the rest readable are counted.
///
/// # Errors
/// When the file is no TypeScript, or nests more deeply than the parser could bear; the reason, for people.
pub(super) fn lower(text: &str) -> Result<Module, &'static str> {
    match stack::needed(text) {
        Stack::Small => lower_here(text),
        Stack::TooLarge => Err("it nests too deeply"),
        Stack::Large(bytes) => std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(bytes);
            let lowered = thread.spawn_scoped(scope, || lower_here(text));
            let lowered = lowered.map_err(|_| "there is no memory to read it")?;
            lowered.join().map_err(|_| "it cannot be read")?
        }),
    }
}

fn lower_here(text: &str) -> Result<Module, &'static str> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::d_ts()).parse();
    if parsed.panicked {
        return Err("it is not valid TypeScript");
    }
    let comments = parsed.program.comments.iter();
    let docs = comments
        .filter(|comment| comment.is_jsdoc())
        .map(|comment| {
            let span = comment.content_span();
            // Of several comments before one thing the last counts, as in TypeScript.
            (
                comment.attached_to,
                (span.start as usize, span.end as usize),
            )
        });
    let lowering = Lowering {
        text,
        docs: docs.collect(),
        depth: Cell::new(0),
    };
    let mut module = Module {
        syntax_errors: parsed.diagnostics.len(),
        ..Module::default()
    };
    lowering.statements(&parsed.program.body, &mut module);
    Ok(module)
}

struct Lowering<'t> {
    text: &'t str,
    docs: HashMap<u32, (usize, usize)>,
    depth: Cell<usize>,
}

/// One level deeper, until it is dropped.
struct Level<'l>(&'l Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Lowering<'_> {
    /// One level deeper; `None` where nothing is evaluated any more.
    fn deeper(&self) -> Option<Level<'_>> {
        let depth = self.depth.get();
        (depth < MOST_DEPTH).then(|| {
            self.depth.set(depth + 1);
            Level(&self.depth)
        })
    }

    fn statements(&self, statements: &[ast::Statement<'_>], module: &mut Module) {
        for statement in statements {
            let doc = self.doc(statement.span().start);
            match statement {
                ast::Statement::ImportDeclaration(import) => imports(import, module),
                ast::Statement::ExportAllDeclaration(export) => {
                    let from: Arc<str> = export.source.value.as_str().into();
                    match &export.exported {
                        None => module.star_exports.push(from),
                        Some(name) => {
                            let import = Import { from, name: None };
                            module.exports.insert(exported(name), Export::From(import));
                        }
                    }
                }
                ast::Statement::ExportNamedDeclaration(export) => {
                    for name in &export.specifiers {
                        let local = Export::Local(exported(&name.local));
                        module.exports.insert(exported(&name.exported), local);
                    }
                }
                ast::Statement::ExportFromDeclaration(export) => {
                    for name in &export.specifiers {
                        let import = Import {
                            from: export.source.value.as_str().into(),
                            name: Some(exported(&name.local)),
                        };
                        module
                            .exports
                            .insert(exported(&name.exported), Export::From(import));
                    }
                }
                ast::Statement::ExportDefaultDeclaration(export) => {
                    let name = match &export.declaration {
                        ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                            self.interface(interface, doc, module);
                            interface.id.name.as_str()
                        }
                        ast::ExportDefaultDeclarationKind::Identifier(name) => name.name.as_str(),
                        _ => continue,
                    };
                    module
                        .exports
                        .insert("default".into(), Export::Local(name.into()));
                }
                ast::Statement::ExportDeclaration(export) => {
                    self.declaration(&export.declaration, doc, module);
                }
                other => {
                    if let Some(declaration) = other.as_declaration() {
                        self.declaration(declaration, doc, module);
                    }
                }
            }
        }
    }

    fn declaration(&self, declaration: &ast::Declaration<'_>, doc: Doc, module: &mut Module) {
        match declaration {
            ast::Declaration::TSInterfaceDeclaration(interface) => {
                self.interface(interface, doc, module);
            }
            ast::Declaration::TSTypeAliasDeclaration(alias) => {
                let lowered = Alias {
                    parameters: self.parameters(alias.type_parameters.as_deref()),
                    target: self.ty(&alias.type_annotation),
                    doc,
                };
                module
                    .declarations
                    .insert(alias.id.name.as_str().into(), Declaration::Alias(lowered));
            }
            ast::Declaration::TSEnumDeclaration(declaration) => {
                let values = enum_values(declaration);
                module.declarations.insert(
                    declaration.id.name.as_str().into(),
                    Declaration::Enum(values),
                );
            }
            ast::Declaration::TSNamespaceDeclaration(namespace) => {
                let mut inner = Module::default();
                let Some(_level) = self.deeper() else {
                    return;
                };
                match &namespace.body {
                    ast::TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                        self.statements(&block.body, &mut inner);
                    }
                    ast::TSNamespaceDeclarationBody::TSNamespaceDeclaration(_) => return,
                }
                let inner = Declaration::Namespace(Box::new(inner));
                module
                    .declarations
                    .insert(namespace.id.name.as_str().into(), inner);
            }
            _ => {}
        }
    }

    fn interface(
        &self,
        interface: &ast::TSInterfaceDeclaration<'_>,
        doc: Doc,
        module: &mut Module,
    ) {
        let extends = interface.extends.iter().map(|heritage| {
            let arguments = self.arguments(heritage.type_arguments.as_deref());
            reference(&heritage.type_name, arguments)
        });
        let part = Interface {
            parameters: self.parameters(interface.type_parameters.as_deref()),
            extends: extends.collect(),
            members: self.members(&interface.body.body),
            doc,
        };
        let name: Arc<str> = interface.id.name.as_str().into();
        match module.declarations.get_mut(&name) {
            Some(Declaration::Interface(parts)) => parts.push(part),
            _ => {
                let parts = Declaration::Interface(vec![part]);
                module.declarations.insert(name, parts);
            }
        }
    }

    fn parameters(&self, declared: Option<&ast::TSTypeParameterDeclaration<'_>>) -> Vec<Parameter> {
        let parameters = declared.into_iter().flat_map(|declared| &declared.params);
        parameters
            .map(|parameter| Parameter {
                name: parameter.name.name.as_str().into(),
                default: parameter.default.as_ref().map(|default| self.ty(default)),
            })
            .collect()
    }

    fn arguments(&self, given: Option<&ast::TSTypeParameterInstantiation<'_>>) -> Vec<Type> {
        let arguments = given.into_iter().flat_map(|given| &given.params);
        arguments.map(|argument| self.ty(argument)).collect()
    }

    fn members(&self, signatures: &[ast::TSSignature<'_>]) -> Vec<Member> {
        let members = signatures.iter().filter_map(|signature| {
            let doc = self.doc(signature.span().start);
            Some(match signature {
                ast::TSSignature::TSPropertySignature(property) => Member {
                    key: Some(property_name(&property.key)?),
                    optional: property.optional,
                    value: property
                        .type_annotation
                        .as_ref()
                        .map_or(Type::Anything, |annotation| {
                            self.ty(&annotation.type_annotation)
                        }),
                    doc,
                },
                ast::TSSignature::TSIndexSignature(index) => Member {
                    key: None,
                    optional: true,
                    value: self.ty(&index.type_annotation.type_annotation),
                    doc,
                },
                // Functions cannot stand in a configuration.
                _ => return None,
            })
        });
        members.collect()
    }

    fn doc(&self, start: u32) -> Doc {
        let comment = self.docs.get(&start);
        let text = comment.and_then(|&(start, end)| self.text.get(start..end));
        text.map(doc::read).unwrap_or_default()
    }
}

fn imports(import: &ast::ImportDeclaration<'_>, module: &mut Module) {
    let from: Arc<str> = import.source.value.as_str().into();
    for specifier in import.specifiers.iter().flatten() {
        let name = match specifier {
            ast::ImportDeclarationSpecifier::ImportSpecifier(one) => Some(exported(&one.imported)),
            ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some("default".into()),
            ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
        };
        let local: Arc<str> = specifier.local().name.as_str().into();
        let from = from.clone();
        module.imports.insert(local, Import { from, name });
    }
}

fn exported(name: &ast::ModuleExportName<'_>) -> Arc<str> {
    name.name().as_str().into()
}
