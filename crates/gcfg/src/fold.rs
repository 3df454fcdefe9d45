//! Names of sections and keys: which are the same.
//!
//! In: names. Out: whether Go's `strings.EqualFold` holds them to be equal, and a spelling to look them up by. Never:
//! subsections, of which case matters.

/// Whether two names of sections or keys are the same to the library.
pub fn same_name(a: &str, b: &str) -> bool {
    a.chars().map(fold_one).eq(b.chars().map(fold_one))
}

/// The spelling under which a name of a section or key is looked up: equal for the same names, different otherwise.
pub fn fold(name: &str) -> String {
    name.chars().map(fold_one).collect()
}

/// One of the characters that Unicode's simple case folding holds to be equal to this one, the same for all of them.
fn fold_one(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    match character {
        // Folded in Turkish only.
        'İ' | 'ı' => character,
        _ => lower(upper(character)),
    }
}

/// The uppercase form, if it is one character.
fn upper(character: char) -> char {
    single(character, character.to_uppercase())
}

/// The lowercase form, if it is one character.
fn lower(character: char) -> char {
    single(character, character.to_lowercase())
}

fn single(character: char, mut forms: impl Iterator<Item = char>) -> char {
    match (forms.next(), forms.next()) {
        (Some(form), None) => form,
        _ => character,
    }
}
