//! Numbers as JavaScript reads and writes them, because the real loader is JavaScript: `1.50` as a key is `1.5`.
//!
//! In: a number. Out: its text. Never: a number that Rust would write otherwise.

/// The text `String(number)` gives in JavaScript (ECMA-262 6.1.6.1.20), e.g. `1e+21`, `0.000001`, `1e-7`, `NaN`.
pub fn to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number == 0.0 {
        return "0".into();
    }
    if number < 0.0 {
        return format!("-{}", to_text(-number));
    }
    if number.is_infinite() {
        return "Infinity".into();
    }
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    layout(&digits, exponent + 1)
}

/// Digits with the decimal point behind the first `point` of them.
fn layout(digits: &str, point: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let padding = |length: i32| "0".repeat(usize::try_from(length).unwrap_or_default());
    if (count..=21).contains(&point) {
        return format!("{digits}{}", padding(point - count));
    }
    if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        return format!("{whole}.{fraction}");
    }
    if (-5..=0).contains(&point) {
        return format!("0.{}{digits}", padding(-point));
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{first}{dot}{rest}e{:+}", point - 1)
}

/// The number JavaScript's `parseInt(digits, radix)` gives. `digits` holds digits of that radix only. Past 2^53 the
/// last bits may differ from the real loader's for radices that are no power of two; 10 is exact.
pub fn from_digits(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    if let Ok(number) = u64::from_str_radix(digits, radix) {
        #[allow(clippy::cast_precision_loss)] // that is what JavaScript does
        return number as f64;
    }
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_javascript_writes_them() {
        for (number, text) in [
            (1.5, "1.5"),
            (-0.0, "0"),
            (100.0, "100"),
            (1e21, "1e+21"),
            (123456789012345680000.0, "123456789012345680000"),
            (0.000001, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-9, "1.25e-9"),
            (-12.5, "-12.5"),
            (f64::INFINITY, "Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(to_text(number), text);
        }
    }
}
