//! Type expressions of the parser's tree.

use std::sync::Arc;

use oxc_ast::ast::{self, TSType};

use super::Lowering;
use super::literals::{literal_type, quasi};
use crate::backstage::schema::typescript::tree::{Conditional, Mapped, TupleItem, TupleKind, Type};

impl Lowering<'_> {
    /// A type, as deep as it is evaluated: what is postfix (`T[][]…`, `T['a']['b']…`) nests without brackets around it,
    /// and nobody has the stack for all that fits into a file.
    pub(super) fn ty(&self, mut ty: &TSType<'_>) -> Type {
        while let Some(inner) = transparent(ty) {
            ty = inner;
        }
        match self.deeper() {
            Some(_level) => self.ty_here(ty),
            None => Type::Unsupported("a type nested too deeply"),
        }
    }

    fn ty_here(&self, ty: &TSType<'_>) -> Type {
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
                _ => Type::Unsupported("a unique symbol"),
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
}

/// What stands in brackets or behind `readonly`, which make no difference.
fn transparent<'t, 'a>(ty: &'t TSType<'a>) -> Option<&'t TSType<'a>> {
    match ty {
        TSType::TSParenthesizedType(inner) => Some(&inner.type_annotation),
        TSType::TSTypeOperatorType(operator)
            if operator.operator == ast::TSTypeOperatorOperator::Readonly =>
        {
            Some(&operator.type_annotation)
        }
        _ => None,
    }
}

pub fn reference(name: &ast::TSTypeName<'_>, arguments: Vec<Type>) -> Type {
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
