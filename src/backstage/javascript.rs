//! Habits of JavaScript that the real loader inherits and config can notice.

/// `String.prototype.trim`: unlike [`str::trim`] it takes a byte order mark for white space, and U+0085 not.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_white_space)
}

/// `String.prototype.trimEnd`.
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_white_space)
}

fn is_white_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// Whether every JavaScript object already has something by this name, which code that looks a key up without care
/// finds where the config has none (`@backstage/config` 1.3.9 `merge`, `@backstage/config-loader` 1.11.3
/// `readEnvConfig`).
pub fn is_inherited(key: &str) -> bool {
    matches!(
        key,
        "constructor"
            | "hasOwnProperty"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
            | "toLocaleString"
            | "toString"
            | "valueOf"
            | "__defineGetter__"
            | "__defineSetter__"
            | "__lookupGetter__"
            | "__lookupSetter__"
    )
}

/// The key that sets an object's prototype instead of a property: the real loader loses it.
pub const PROTOTYPE: &str = "__proto__";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimming_is_that_of_javascript() {
        assert_eq!(trim("\u{feff} a\u{85}\u{a0}\n"), "a\u{85}");
        assert_eq!(trim_end(" a \u{2028}"), " a");
    }
}
