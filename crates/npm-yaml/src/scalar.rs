//! Plain scalars to values: the YAML 1.2 core schema, or YAML 1.1 under a `%YAML 1.1` directive.
//!
//! In: the text of a scalar and its tag. Out: what it stands for in the npm package `yaml` 2.9, which the real
//! loader uses (its `schema/core` and `schema/yaml-1.1`). Never: quoted scalars without a tag; they are strings.

use super::number;

/// Which rules a document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Version {
    /// YAML 1.2, the default.
    #[default]
    Core,
    /// `%YAML 1.1`
    Old,
}

/// What a scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Resolved {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A date. The real loader turns it into an empty object.
    Date,
    /// Its own text.
    String,
}

/// What a plain scalar without a tag stands for.
pub(super) fn resolve(text: &str, version: Version) -> Resolved {
    let first = text.bytes().next();
    if first.is_some_and(|byte| byte >= 0x80) {
        return Resolved::String;
    }
    if is_null(text) {
        return Resolved::Null;
    }
    match version {
        Version::Core => bool_core(text)
            .map(Resolved::Bool)
            .or_else(|| int_core(text).map(Resolved::Number))
            .or_else(|| float_core(text).map(Resolved::Number)),
        Version::Old => bool_old(text)
            .map(Resolved::Bool)
            .or_else(|| int_old(text).map(Resolved::Number))
            .or_else(|| float_old(text).map(Resolved::Number))
            .or_else(|| sexagesimal(text).map(Resolved::Number))
            .or_else(|| is_timestamp(text).then_some(Resolved::Date)),
    }
    .unwrap_or(Resolved::String)
}

/// What a scalar with a core tag (`!!int`, `!!float`, `!!bool`, `!!null`) stands for. A text that the tag does not fit
/// stays a string, as in the real loader (which warns).
pub(super) fn resolve_tagged(text: &str, suffix: &str, version: Version) -> Resolved {
    let number = match (suffix, version) {
        ("null", _) if is_null(text) => return Resolved::Null,
        ("bool", Version::Core) => return bool_core(text).map_or(Resolved::String, Resolved::Bool),
        ("bool", Version::Old) => return bool_old(text).map_or(Resolved::String, Resolved::Bool),
        ("int", Version::Core) => int_core(text),
        ("float", Version::Core) => float_core(text),
        ("int", Version::Old) => int_old(text).or_else(|| sexagesimal_int(text)),
        ("float", Version::Old) => float_old(text).or_else(|| sexagesimal_float(text)),
        _ => None,
    };
    number.map_or(Resolved::String, Resolved::Number)
}

/// What YAML 1.1 reads a plain scalar as that YAML 1.2 reads as something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OldMeaning {
    /// A boolean, e.g. `yes`; in 1.2 a string.
    Boolean,
    /// An octal number, e.g. `012`; in 1.2 a decimal one.
    Octal,
    /// A number in base 60, e.g. `12:30`; in 1.2 a string.
    Sexagesimal,
}

/// Whether YAML 1.1 reads this plain scalar as something else than YAML 1.2 does, and as what.
pub(super) fn old_meaning(text: &str) -> Option<OldMeaning> {
    if resolve(text, Version::Core) != Resolved::String {
        let octal = text.strip_prefix(['-', '+']).unwrap_or(text);
        let leading_zero = octal.len() > 1 && octal.starts_with('0');
        return (leading_zero && octal.bytes().all(|byte| matches!(byte, b'0'..=b'7')))
            .then_some(OldMeaning::Octal);
    }
    if matches!(text, "y" | "Y" | "n" | "N") {
        return None;
    }
    if bool_old(text).is_some() {
        return Some(OldMeaning::Boolean);
    }
    sexagesimal_int(text).map(|_| OldMeaning::Sexagesimal)
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn bool_core(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn bool_old(text: &str) -> Option<bool> {
    match text {
        "Y" | "y" | "Yes" | "yes" | "YES" | "On" | "on" | "ON" => Some(true),
        "N" | "n" | "No" | "no" | "NO" | "Off" | "off" | "OFF" => Some(false),
        _ => bool_core(text),
    }
}

/// The sign and the rest.
fn signed(text: &str) -> (f64, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1.0, text.get(1..).unwrap_or_default()),
        Some(b'+') => (1.0, text.get(1..).unwrap_or_default()),
        _ => (1.0, text),
    }
}

fn all(text: &str, accept: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(accept)
}

fn int_core(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |byte| matches!(byte, b'0'..=b'7'))
            .then(|| number::from_digits(digits, 8));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |byte| byte.is_ascii_hexdigit())
            .then(|| number::from_digits(digits, 16));
    }
    let (sign, digits) = signed(text);
    all(digits, |byte| byte.is_ascii_digit()).then(|| sign * number::from_digits(digits, 10))
}

fn special_float(text: &str) -> Option<f64> {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(f64::NAN);
    }
    let (sign, rest) = signed(text);
    matches!(rest, ".inf" | ".Inf" | ".INF").then_some(sign * f64::INFINITY)
}

fn float_core(text: &str) -> Option<f64> {
    if let Some(special) = special_float(text) {
        return Some(special);
    }
    let (sign, rest) = signed(text);
    let (mantissa, has_exponent) = split_exponent(rest)?;
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let shape = match (whole.is_empty(), fraction) {
        (true, Some(fraction)) => !fraction.is_empty() && digits(fraction),
        (false, Some(fraction)) => digits(whole) && digits(fraction),
        (false, None) => has_exponent && digits(whole),
        (true, None) => false,
    };
    if !shape {
        return None;
    }
    rest.parse::<f64>().ok().map(|number| sign * number)
}

/// The part before a well-formed exponent, and whether there was one. `None` when what follows `e` is no exponent.
fn split_exponent(text: &str) -> Option<(&str, bool)> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Some((text, false));
    };
    let (_, digits) = signed(exponent);
    all(digits, |byte| byte.is_ascii_digit()).then_some((mantissa, true))
}

fn int_old(text: &str) -> Option<f64> {
    let (sign, rest) = signed(text);
    let digits_of = |digits: &str, radix: u32, accept: fn(u8) -> bool| {
        all(digits, |byte| accept(byte) || byte == b'_')
            .then(|| sign * number::from_digits(&digits.replace('_', ""), radix))
    };
    if let Some(digits) = rest.strip_prefix("0b") {
        return digits_of(digits, 2, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(digits) = rest.strip_prefix("0x") {
        return digits_of(digits, 16, |byte| byte.is_ascii_hexdigit());
    }
    if let Some(digits) = rest.strip_prefix('0')
        && let Some(number) = digits_of(digits, 8, |byte| matches!(byte, b'0'..=b'7'))
    {
        return Some(number);
    }
    if !rest
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    digits_of(rest, 10, |byte| byte.is_ascii_digit())
}

fn float_old(text: &str) -> Option<f64> {
    if let Some(special) = special_float(text) {
        return Some(special);
    }
    let (sign, rest) = signed(text);
    let (mantissa, has_exponent) = split_exponent(rest)?;
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let shape = digits(whole)
        && !whole.starts_with('_')
        && fraction.is_none_or(digits)
        && (fraction.is_some() || has_exponent);
    if !shape {
        return None;
    }
    let plain = rest.replace('_', "");
    Some(
        plain
            .parse::<f64>()
            .map_or(f64::NAN, |number| sign * number),
    )
}

fn sexagesimal(text: &str) -> Option<f64> {
    sexagesimal_int(text).or_else(|| sexagesimal_float(text))
}

fn sexagesimal_int(text: &str) -> Option<f64> {
    let (sign, rest) = signed(text);
    sexagesimal_parts(rest).map(|number| sign * number)
}

fn sexagesimal_float(text: &str) -> Option<f64> {
    let (sign, rest) = signed(text);
    let (whole, fraction) = rest.split_once('.')?;
    if !fraction
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return None;
    }
    let whole = sexagesimal_parts(whole)?;
    let fraction: f64 = format!("0.{}0", fraction.replace('_', "")).parse().ok()?;
    Some(sign * (whole + fraction))
}

/// `[0-9][0-9_]*(:[0-5]?[0-9])+`
fn sexagesimal_parts(text: &str) -> Option<f64> {
    let (first, rest) = text.split_once(':')?;
    if !first.starts_with(|first: char| first.is_ascii_digit())
        || !first
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return None;
    }
    let mut sum: f64 = first.replace('_', "").parse().ok()?;
    for part in rest.split(':') {
        let fits = match part.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [b'0'..=b'5', digit] => digit.is_ascii_digit(),
            _ => false,
        };
        if !fits {
            return None;
        }
        sum = sum * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(sum)
}

/// `YYYY-M-D`, optionally with a time and a zone.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) = take_date(text) else {
        return false;
    };
    let _ = date;
    if time.is_empty() {
        return true;
    }
    let time = match time.strip_prefix(['t', 'T']) {
        Some(time) => time,
        None => {
            let trimmed = time.trim_start_matches([' ', '\t']);
            if trimmed.len() == time.len() {
                return false;
            }
            trimmed
        }
    };
    is_time(time)
}

fn take_date(text: &str) -> Option<(&str, &str)> {
    let (year, rest) = take_digits(text, 4, 4)?;
    let (_, rest) = take_digits(rest.strip_prefix('-')?, 1, 2)?;
    let (_, rest) = take_digits(rest.strip_prefix('-')?, 1, 2)?;
    Some((year, rest))
}

fn take_digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    (count >= least).then(|| text.split_at(count))
}

fn is_time(text: &str) -> bool {
    let parse = || {
        let (_, rest) = take_digits(text, 1, 2)?;
        let (_, rest) = take_digits(rest.strip_prefix(':')?, 1, 2)?;
        let (_, rest) = take_digits(rest.strip_prefix(':')?, 1, 2)?;
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => take_digits(fraction, 1, usize::MAX)?.1,
            None => rest,
        };
        Some(rest)
    };
    parse().is_some_and(|rest| {
        let zone = rest.trim_start_matches([' ', '\t']);
        rest.is_empty() || zone == "Z" || is_zone(zone)
    })
}

fn is_zone(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['-', '+']) else {
        return false;
    };
    let (hours, minutes) = rest
        .split_once(':')
        .map_or((rest, None), |(h, m)| (h, Some(m)));
    let hours = match hours.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [b'0'..=b'2', digit] => digit.is_ascii_digit(),
        _ => false,
    };
    hours
        && minutes
            .is_none_or(|minutes| minutes.len() == 2 && all(minutes, |byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(text: &str) -> Resolved {
        resolve(text, Version::Core)
    }

    #[test]
    fn core_schema_reads_only_its_own_forms() {
        for text in [
            "yes",
            "on",
            "12:30",
            "1_000",
            "2001-01-01",
            "0b1",
            "+0x1",
            "1e",
            ".",
            "-",
            "1.2.3",
            "0o8",
        ] {
            assert_eq!(core(text), Resolved::String, "{text}");
        }
        for (text, number) in [
            ("012", 12.0),
            ("0o14", 12.0),
            ("0x1f", 31.0),
            ("1e3", 1000.0),
            ("+5", 5.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("-.5e1", -5.0),
        ] {
            assert_eq!(core(text), Resolved::Number(number), "{text}");
        }
        assert_eq!(core("-.INF"), Resolved::Number(f64::NEG_INFINITY));
        assert_eq!(core("True"), Resolved::Bool(true));
        assert_eq!(core("Null"), Resolved::Null);
    }

    #[test]
    fn old_schema_reads_octals_sexagesimals_and_dates() {
        assert_eq!(resolve("014", Version::Old), Resolved::Number(12.0));
        assert_eq!(resolve("1_000", Version::Old), Resolved::Number(1000.0));
        assert_eq!(resolve("12:30", Version::Old), Resolved::Number(750.0));
        assert_eq!(resolve("off", Version::Old), Resolved::Bool(false));
        assert_eq!(
            resolve("2001-12-14t21:59:43.10-05:00", Version::Old),
            Resolved::Date
        );
        assert_eq!(resolve("2001-12", Version::Old), Resolved::String);
    }

    #[test]
    fn surprises_are_what_the_two_versions_read_differently() {
        assert!(old_meaning("yes").is_some());
        assert!(old_meaning("012").is_some());
        assert!(old_meaning("12:30").is_some());
        assert!(old_meaning("089").is_none());
        assert!(old_meaning("true").is_none());
        assert!(old_meaning("127.0.0.1:80").is_none());
    }
}
