//! Types as the real loader judges them: Ajv 8 with `coerceTypes: true`, so `"5432"` passes as a number and
//! `true` as a string.
//!
//! In: a value and the types a schema admits. Out: the value as the schema's other keywords see it.

use std::borrow::Cow;

use super::model::Types;
use crate::backstage::value::{Kind, Value};
use npm_yaml::number::to_text;

/// The types that Ajv converts to.
const CONVERTED: [Types; 5] = [
    Types::STRING,
    Types::NUMBER,
    Types::INTEGER,
    Types::BOOLEAN,
    Types::NULL,
];

/// `value` as one of `types`: itself when it already is, else converted the way Ajv converts it; `None` when it
/// cannot be converted. Open values are returned as they are.
pub(super) fn coerce(value: &Value, types: Types) -> Option<Cow<'_, Value>> {
    if types.is_any() || is_of(value, types) {
        return Some(Cow::Borrowed(value));
    }
    // Ajv tries the types in the order of the schema; only its outcome for one value with two scalar types
    // could depend on it, and then `enum` beside `type` would have to tell them apart.
    let mut wanted = CONVERTED.into_iter().filter(|&one| types.has(one));
    wanted
        .find_map(|one| convert(&value.kind, one))
        .map(|kind| {
            Cow::Owned(Value {
                kind,
                ..Value::derived(Kind::Null)
            })
        })
}

/// Whether there is a type as which the value would be another one.
pub(super) fn is_convertible(value: &Value) -> bool {
    CONVERTED
        .into_iter()
        .any(|one| matches!(coerce(value, one), Some(Cow::Owned(_))))
}

/// Whether the value is of one of these types without any conversion. Open values are of every type.
fn is_of(value: &Value, types: Types) -> bool {
    let own = match &value.kind {
        Kind::Open(_) => return true,
        Kind::Null => Types::NULL,
        Kind::Bool(_) => Types::BOOLEAN,
        Kind::String(_) => Types::STRING,
        Kind::Array(_) => Types::ARRAY,
        Kind::Object(_) => Types::OBJECT,
        // Ajv's strict mode: infinities and NaN are no numbers.
        Kind::Number(number) if !number.is_finite() => return false,
        Kind::Number(number) if number.fract() == 0.0 => Types::NUMBER.with(Types::INTEGER),
        Kind::Number(_) => Types::NUMBER,
    };
    types.has(own)
}

fn convert(kind: &Kind, wanted: Types) -> Option<Kind> {
    let converted = match (wanted, kind) {
        (Types::STRING, Kind::Number(number)) => text(&to_text(*number)),
        (Types::STRING, Kind::Bool(value)) => text(if *value { "true" } else { "false" }),
        (Types::STRING, Kind::Null) => text(""),
        (Types::NUMBER | Types::INTEGER, Kind::Bool(value)) => Kind::Number(f64::from(*value)),
        (Types::NUMBER | Types::INTEGER, Kind::Null) => Kind::Number(0.0),
        (Types::NUMBER, Kind::String(string)) => Kind::Number(javascript_number(&string.value)?),
        (Types::INTEGER, Kind::String(string)) => {
            let number = javascript_number(&string.value)?;
            // `!(Infinity % 1)` holds in JavaScript: NaN is falsy.
            if number.is_finite() && number.fract() != 0.0 {
                return None;
            }
            Kind::Number(number)
        }
        (Types::BOOLEAN, Kind::Null) => Kind::Bool(false),
        (Types::BOOLEAN, Kind::String(string)) => match &*string.value {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => return None,
        },
        (Types::BOOLEAN, Kind::Number(number)) if *number == 0.0 => Kind::Bool(false),
        (Types::BOOLEAN, Kind::Number(number)) if *number == 1.0 => Kind::Bool(true),
        (Types::NULL, Kind::Bool(false)) => Kind::Null,
        (Types::NULL, Kind::Number(number)) if *number == 0.0 => Kind::Null,
        (Types::NULL, Kind::String(string)) if string.value.is_empty() => Kind::Null,
        _ => return None,
    };
    Some(converted)
}

fn text(text: &str) -> Kind {
    Value::string(text).kind
}

/// What `+text` is in JavaScript, for the texts that Ajv converts: not empty and not NaN.
fn javascript_number(text: &str) -> Option<f64> {
    if text.is_empty() {
        return None;
    }
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let radix = |digits: &str, radix: u32| {
        let digits = Some(digits).filter(|digits| !digits.starts_with(['+', '-']))?;
        #[allow(clippy::cast_precision_loss)]
        u64::from_str_radix(digits, radix).ok().map(|n| n as f64)
    };
    match trimmed.get(..2) {
        Some("0x" | "0X") => return radix(trimmed.get(2..)?, 16),
        Some("0o" | "0O") => return radix(trimmed.get(2..)?, 8),
        Some("0b" | "0B") => return radix(trimmed.get(2..)?, 2),
        _ => {}
    }
    match trimmed {
        "" => Some(0.0),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Rust also reads `inf`, `nan` and `infinity`, which JavaScript does not.
        other if other.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => {
            None
        }
        other => other.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(kind: Kind, types: Types) -> Option<Kind> {
        let value = Value::derived(kind);
        coerce(&value, types).map(|value| value.into_owned().kind)
    }

    #[test]
    fn strings_pass_as_numbers_and_booleans_where_ajv_lets_them() {
        assert_eq!(
            converted(text("5432"), Types::NUMBER),
            Some(Kind::Number(5432.0))
        );
        assert_eq!(
            converted(text(" 0x10 "), Types::INTEGER),
            Some(Kind::Number(16.0))
        );
        assert_eq!(
            converted(text("true"), Types::BOOLEAN),
            Some(Kind::Bool(true))
        );
        assert_eq!(converted(text("yes"), Types::BOOLEAN), None);
        assert_eq!(converted(text(""), Types::NUMBER), None);
        assert_eq!(converted(text("inf"), Types::NUMBER), None);
        assert_eq!(converted(text("1.5"), Types::INTEGER), None);
    }

    #[test]
    fn scalars_pass_as_strings_and_collections_never_do() {
        assert_eq!(
            converted(Kind::Number(7007.0), Types::STRING),
            Some(text("7007"))
        );
        assert_eq!(
            converted(Kind::Number(1e21), Types::STRING),
            Some(text("1e+21"))
        );
        assert_eq!(
            converted(Kind::Bool(false), Types::STRING),
            Some(text("false"))
        );
        assert_eq!(converted(Kind::Array(Vec::new()), Types::STRING), None);
        assert_eq!(converted(text("a"), Types::ARRAY), None);
        assert_eq!(converted(text("a"), Types::OBJECT), None);
    }

    #[test]
    fn infinite_numbers_are_no_numbers() {
        assert_eq!(converted(Kind::Number(f64::INFINITY), Types::NUMBER), None);
    }
}
