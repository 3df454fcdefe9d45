//! Literals and the names of properties.

use std::sync::Arc;

use oxc_ast::ast;

use crate::backstage::schema::typescript::tree::Type;
use npm_yaml::number::to_text;

pub fn property_name(key: &ast::PropertyKey<'_>) -> Option<Arc<str>> {
    Some(match key {
        ast::PropertyKey::StaticIdentifier(name) => name.name.as_str().into(),
        ast::PropertyKey::StringLiteral(text) => text.value.as_str().into(),
        ast::PropertyKey::NumericLiteral(number) => to_text(number.value).into(),
        _ => return None,
    })
}

pub fn quasi(text: &ast::TemplateElement<'_>) -> Arc<str> {
    text.value.cooked.unwrap_or(text.value.raw).as_str().into()
}

pub fn literal_type(literal: &ast::TSLiteral<'_>) -> Type {
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

pub fn enum_values(
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
