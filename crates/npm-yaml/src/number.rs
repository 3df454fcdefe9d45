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

/// The text npm yaml prints for a number that was written as `written`: in its notation, and with its closing zeros.
pub(super) fn as_written(number: f64, written: &str) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-.inf" } else { ".inf" }.into();
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = written.strip_prefix(prefix)
            && let Ok(whole) = u64::from_str_radix(digits, radix)
        {
            return match radix {
                16 => format!("0x{whole:x}"),
                _ => format!("0o{whole:o}"),
            };
        }
    }
    if written.contains(['e', 'E']) {
        // Rust writes `1e3` and `-0e0` where JavaScript writes `1e+3` and `0e+0`.
        let scientific = format!("{:e}", if number == 0.0 { 0.0 } else { number });
        return match scientific.contains("e-") {
            true => scientific,
            false => scientific.replace('e', "e+"),
        };
    }
    let mut text = match number == 0.0 && number.is_sign_negative() {
        true => "-0".into(),
        false => to_text(number),
    };
    let fraction = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    if written.ends_with('0') && written.contains('.') && !text.contains('e') {
        let missing = fraction(written).saturating_sub(fraction(&text));
        if !text.contains('.') {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', missing));
    }
    text
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

    /// As the npm package `yaml` 2.9.1 prints the keys of `? [NUMBER]`.
    #[test]
    fn numbers_keep_their_notation_within_a_key() {
        for (written, number, text) in [
            ("1.50", 1.5, "1.50"),
            ("1e+3", 1000.0, "1e+3"),
            ("1E3", 1000.0, "1e+3"),
            ("1.2e-3", 0.0012, "1.2e-3"),
            ("-0e0", -0.0, "0e+0"),
            ("-0", -0.0, "-0"),
            ("-0.0", -0.0, "-0.0"),
            ("0x1F", 31.0, "0x1f"),
            ("0o17", 15.0, "0o17"),
            ("+5", 5.0, "5"),
            ("1.", 1.0, "1"),
            ("100", 100.0, "100"),
            ("0.00000010", 1e-7, "1e-7"),
            ("-.INF", f64::NEG_INFINITY, "-.inf"),
        ] {
            assert_eq!(as_written(number, written), text, "{written}");
        }
    }

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
