//! Classes of characters as Go's package `unicode` has them.
//!
//! In: a character. Out: whether it is a letter, a digit, printable. Never: Rust's own classes, which are wider: to Go
//! a Roman numeral is no letter and a superscript no digit.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// `unicode.IsLetter`.
pub(crate) fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(character),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
    )
}

/// `unicode.IsDigit`.
pub(crate) fn is_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    get_general_category(character) == Category::DecimalNumber
}

/// `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space.
pub(crate) fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    !matches!(
        get_general_category(character),
        Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
    )
}
