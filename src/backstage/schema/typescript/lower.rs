//! TypeScript text to a [`Module`]: the parser's tree, reduced to types and cut loose from its memory.

use std::collections::HashMap;
use std::sync::Arc;

use oxc_allocator::Allocator;
use oxc_ast::ast::{self, TSType};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};

use super::doc;
use super::stack::{self, Stack};
use super::tree::{
    Alias, Conditional, Declaration, Doc, Export, Import, Interface, Mapped, Member, Module,
    Parameter, TupleItem, TupleKind, Type,
};

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
}

impl Lowering<'_> {
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

    fn ty(&self, ty: &TSType<'_>) -> Type {
        let all = |types: &[TSType<'_>]| types.iter().map(|ty| self.ty(ty)).collect();
        let boxed = |ty: &TSType<'_>| Box::new(self.ty(ty));
        match ty {
            TSType::TSAnyKeyword(_) | TSType::TSUnknownKeyword(_) => Type::Anything,
            TSType::TSNeverKeyword(_) => Type::Never,
            TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_) => Type::Undefined,
            TSType::TSNullKeyword(_) => Type::Null,
            TSType::TSBooleanKeyword(_) => Type::Boolean,
            TSType::TSNumberKeyword(_) => Type::Number,
            TSType::TSStringKeyword(_) => Type::String,
            TSType::TSObjectKeyword(_) => Type::Object,
            TSType::TSLiteralType(literal) => literal_type(&literal.literal),
            TSType::TSArrayType(array) => Type::Array(boxed(&array.element_type)),
            TSType::TSTupleType(tuple) => Type::Tuple(
                tuple
                    .element_types
                    .iter()
                    .map(|item| self.tuple_item(item))
                    .collect(),
            ),
            TSType::TSUnionType(union) => Type::Union(all(&union.types)),
            TSType::TSIntersectionType(both) => Type::Intersection(all(&both.types)),
            TSType::TSParenthesizedType(inner) => self.ty(&inner.type_annotation),
            TSType::TSTypeLiteral(literal) => Type::Members(self.members(&literal.members)),
            TSType::TSTypeReference(named) => reference(
                &named.type_name,
                self.arguments(named.type_arguments.as_deref()),
            ),
            TSType::TSImportType(import) => {
                let mut path = Vec::new();
                if let Some(qualifier) = &import.qualifier {
                    import_path(qualifier, &mut path);
                }
                let arguments = self.arguments(import.type_arguments.as_deref());
                Type::Import(import.source.value.as_str().into(), path, arguments)
            }
            TSType::TSTypeOperatorType(operator) => match operator.operator {
                ast::TSTypeOperatorOperator::Keyof => Type::KeyOf(boxed(&operator.type_annotation)),
                ast::TSTypeOperatorOperator::Readonly => self.ty(&operator.type_annotation),
                ast::TSTypeOperatorOperator::Unique => Type::Unsupported("a unique symbol"),
            },
            TSType::TSIndexedAccessType(access) => {
                Type::Indexed(boxed(&access.object_type), boxed(&access.index_type))
            }
            TSType::TSMappedType(mapped) => Type::Mapped(Box::new(Mapped {
                parameter: mapped.key.name.as_str().into(),
                keys: self.ty(&mapped.constraint),
                value: match (&mapped.type_annotation, &mapped.name_type) {
                    (_, Some(_)) => Type::Unsupported("a mapped type that renames its keys"),
                    (Some(value), None) => self.ty(value),
                    (None, None) => Type::Anything,
                },
                marked: mapped.optional.is_some(),
            })),
            TSType::TSConditionalType(conditional) => Type::Conditional(Box::new(Conditional {
                check: self.ty(&conditional.check_type),
                extends: self.ty(&conditional.extends_type),
                yes: self.ty(&conditional.true_type),
                no: self.ty(&conditional.false_type),
            })),
            TSType::TSTemplateLiteralType(template) => Type::Template(
                template.quasis.iter().map(|text| quasi(text)).collect(),
                all(&template.types),
            ),
            TSType::TSNamedTupleMember(member) => self.tuple_item(&member.element_type).item,
            TSType::TSFunctionType(_) | TSType::TSConstructorType(_) => {
                Type::Unsupported("a function")
            }
            TSType::TSTypeQuery(_) => Type::Unsupported("`typeof` of a value"),
            TSType::TSInferType(_) => Type::Unsupported("`infer`"),
            TSType::TSBigIntKeyword(_) | TSType::TSSymbolKeyword(_) => {
                Type::Unsupported("a bigint or symbol")
            }
            _ => Type::Unsupported("a type of an unusual kind"),
        }
    }

    fn tuple_item(&self, item: &ast::TSTupleElement<'_>) -> TupleItem {
        let (item, kind) = match item {
            ast::TSTupleElement::TSOptionalType(optional) => {
                (self.ty(&optional.type_annotation), TupleKind::Optional)
            }
            ast::TSTupleElement::TSRestType(rest) => match &rest.type_annotation {
                TSType::TSNamedTupleMember(member) => {
                    (self.tuple_item(&member.element_type).item, TupleKind::Rest)
                }
                inner => (self.ty(inner), TupleKind::Rest),
            },
            ast::TSTupleElement::TSNamedTupleMember(member) => {
                let inner = self.tuple_item(&member.element_type);
                let kind = if member.optional {
                    TupleKind::Optional
                } else {
                    inner.kind
                };
                (inner.item, kind)
            }
            other => match other.as_ts_type() {
                Some(ty) => (self.ty(ty), TupleKind::Required),
                None => (Type::Anything, TupleKind::Required),
            },
        };
        TupleItem { item, kind }
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

fn reference(name: &ast::TSTypeName<'_>, arguments: Vec<Type>) -> Type {
    let mut path = Vec::new();
    let mut name = name;
    loop {
        match name {
            ast::TSTypeName::IdentifierReference(identifier) => {
                path.push(identifier.name.as_str().into());
                break;
            }
            ast::TSTypeName::QualifiedName(qualified) => {
                path.push(qualified.right.name.as_str().into());
                name = &qualified.left;
            }
            ast::TSTypeName::ThisExpression(_) => return Type::Unsupported("`this`"),
        }
    }
    path.reverse();
    Type::Reference(path, arguments)
}

fn import_path(qualifier: &ast::TSImportTypeQualifier<'_>, path: &mut Vec<Arc<str>>) {
    match qualifier {
        ast::TSImportTypeQualifier::Identifier(name) => path.push(name.name.as_str().into()),
        ast::TSImportTypeQualifier::QualifiedName(qualified) => {
            import_path(&qualified.left, path);
            path.push(qualified.right.name.as_str().into());
        }
    }
}

fn property_name(key: &ast::PropertyKey<'_>) -> Option<Arc<str>> {
    Some(match key {
        ast::PropertyKey::StaticIdentifier(name) => name.name.as_str().into(),
        ast::PropertyKey::StringLiteral(text) => text.value.as_str().into(),
        ast::PropertyKey::NumericLiteral(number) => number.value.to_string().into(),
        _ => return None,
    })
}

fn quasi(text: &ast::TemplateElement<'_>) -> Arc<str> {
    text.value.cooked.unwrap_or(text.value.raw).as_str().into()
}

fn literal_type(literal: &ast::TSLiteral<'_>) -> Type {
    use serde_json::Value;
    Type::Literal(match literal {
        ast::TSLiteral::BooleanLiteral(literal) => Value::Bool(literal.value),
        ast::TSLiteral::NumericLiteral(literal) => number(literal.value),
        ast::TSLiteral::StringLiteral(literal) => literal.value.as_str().into(),
        ast::TSLiteral::TemplateLiteral(template) => {
            let texts: Vec<_> = template.quasis.iter().map(|text| quasi(text)).collect();
            texts.concat().into()
        }
        ast::TSLiteral::UnaryExpression(unary) => match &unary.argument {
            ast::Expression::NumericLiteral(literal) => number(-literal.value),
            _ => return Type::Unsupported("a computed literal"),
        },
        ast::TSLiteral::BigIntLiteral(_) => return Type::Unsupported("a bigint"),
    })
}

/// A number as JSON: whole when it is.
fn number(number: f64) -> serde_json::Value {
    #[allow(clippy::cast_possible_truncation)]
    let whole = number as i64;
    #[allow(clippy::cast_precision_loss)]
    let exact = whole as f64 == number;
    if exact { whole.into() } else { number.into() }
}

fn enum_values(
    declaration: &ast::TSEnumDeclaration<'_>,
) -> Option<Vec<(Arc<str>, serde_json::Value)>> {
    let mut next = Some(0.0);
    let mut values = Vec::new();
    for member in &declaration.body.members {
        let name: Arc<str> = member.id.static_name().as_str().into();
        let value = match &member.initializer {
            None => number(next?),
            Some(ast::Expression::StringLiteral(text)) => text.value.as_str().into(),
            Some(ast::Expression::NumericLiteral(literal)) => number(literal.value),
            Some(ast::Expression::UnaryExpression(unary)) => match &unary.argument {
                ast::Expression::NumericLiteral(literal) => number(-literal.value),
                _ => return None,
            },
            Some(_) => return None,
        };
        next = value.as_f64().map(|number| number + 1.0);
        values.push((name, value));
    }
    Some(values)
}
