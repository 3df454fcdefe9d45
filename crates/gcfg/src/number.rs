//! Values as the types that the library itself knows (`types/`, over Go's `fmt.Sscanf` and `strconv`).
//!
//! In: the text of a value. Out: the boolean, the integer or the decimal that it is. Never: types of a product, such as
//! durations and sizes with units.

/// A boolean: `true`, `yes`, `on`, `1`, `false`, `no`, `off` and `0`, in any case.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// An integer of 64 bits: decimal, where a leading zero means nothing, or hexadecimal behind `0x`.
pub fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        if !underscores_separate_digits(digits) {
            return None;
        }
        let digits: String = hexadecimal.chars().filter(|&digit| digit != '_').collect();
        if digits.starts_with(['+', '-']) {
            return None;
        }
        return i64::from_str_radix(&format!("{sign}{digits}"), 16).ok();
    }
    text.parse().ok()
}

/// A decimal, as Go's `strconv.ParseFloat` reads what `fmt.Sscanf` takes for one: with an exponent of ten (`1e3`) or of
/// two (`1p3`), hexadecimal with an exponent of two, `inf` and `nan`; with `_` between digits.
pub fn float(text: &str) -> Option<f64> {
    // Sscanf takes no line end for white space.
    if text.contains('\n') {
        return None;
    }
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("nan") {
        return text.parse().ok();
    }
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let hexadecimal = unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"));
    let magnitude = match (hexadecimal, unsigned.split_once('p')) {
        (Some(digits), _) => {
            if !underscores_separate_digits(unsigned) {
                return None;
            }
            hexadecimal_float(&digits.replace('_', ""))?
        }
        (None, Some((mantissa, exponent))) => {
            // A number has one exponent.
            if mantissa.contains(['e', 'E']) {
                return None;
            }
            scale(decimal_float(mantissa)?, exponent.parse().ok()?)
        }
        (None, None) => decimal_float(unsigned)?,
    };
    let is_negative = text.starts_with('-');
    Some(if is_negative { -magnitude } else { magnitude })
}

fn decimal_float(text: &str) -> Option<f64> {
    if !underscores_separate_digits(text) {
        return None;
    }
    let value: f64 = text.replace('_', "").parse().ok()?;
    value.is_finite().then_some(value)
}

/// `1.8p3` behind `0x`: the exponent is decimal, and never missing.
fn hexadecimal_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0f64;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.mul_add(16.0, f64::from(digit.to_digit(16)?));
    }
    let places = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    let value = scale(value, exponent.checked_sub(places)?);
    value.is_finite().then_some(value)
}

/// `value` times two to the power of `exponent`, in steps that do not overflow where the result does not.
fn scale(value: f64, exponent: i32) -> f64 {
    let mut scaled = value;
    let mut left = exponent.clamp(-3000, 3000);
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        scaled *= 2f64.powi(step);
        left -= step;
    }
    scaled
}

/// Whether every `_` is between two digits, or between a prefix such as `0x` and a digit (`strconv.underscoreOK`).
fn underscores_separate_digits(text: &str) -> bool {
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let digits = if is_hexadecimal {
        text.get(2..).unwrap_or_default()
    } else {
        text
    };
    let mut before = if is_hexadecimal { '0' } else { '^' };
    for character in digits.chars() {
        let is_digit =
            character.is_ascii_digit() || is_hexadecimal && character.is_ascii_hexdigit();
        let kind = match character {
            _ if is_digit => '0',
            '_' => '_',
            _ => '!',
        };
        if kind == '_' && before != '0' || kind == '!' && before == '_' {
            return false;
        }
        before = kind;
    }
    before != '_'
}
