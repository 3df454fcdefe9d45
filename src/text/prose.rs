//! The texts of cards: paragraphs of prose among config to copy.

/// Whether a paragraph is config rather than prose: it begins with a key, an item or a comment.
pub fn is_yaml(paragraph: &str) -> bool {
    let first = paragraph.trim_start().lines().next().unwrap_or_default();
    first.starts_with("- ")
        || first.starts_with('#')
        || first.split_once(':').is_some_and(|(key, rest)| {
            !key.is_empty() && !key.contains(' ') && (rest.is_empty() || rest.starts_with(' '))
        })
}

/// Whether a paragraph is prose, whose line ends mean nothing. A command to copy is neither prose nor config.
pub fn is_prose(paragraph: &str) -> bool {
    !is_yaml(paragraph) && paragraph.trim_end().ends_with(['.', ':', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_prose_and_what_is_to_copy_is_not() {
        for prose in [
            "Give the plugin a pool of its own:",
            "Take `client` out, or give it\none that stays.",
            "or, with a certificate:",
        ] {
            assert!(is_prose(prose), "{prose}");
        }
        for copied in [
            "plugin:\n  auth:",
            "connection: .",
            "- a.",
            "# only here.",
            "yarn add pg\nyarn install",
        ] {
            assert!(!is_prose(copied), "{copied}");
        }
    }
}
