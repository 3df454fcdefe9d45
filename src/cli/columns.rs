//! Columns of lists that fit the terminal.

use std::io::{self, Write};

use textwrap::core::display_width;

/// Columns in which a text is still read with ease.
const NARROWEST: usize = 24;

/// Writes a line whose last column wraps between words, below where it began; where there is too little room for that,
/// on lines of its own. `paint` colours each piece of the last column.
///
/// # Errors
/// Those of `out`.
pub(super) fn last(
    lead: &str,
    text: &str,
    width: usize,
    paint: impl Fn(&str) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let taken = display_width(lead);
    let (below, indent) = match width.saturating_sub(taken) >= NARROWEST {
        true => (false, taken),
        false => (true, lead.len() - lead.trim_start().len() + 4),
    };
    let parts = wrapped(text, width.saturating_sub(indent).max(NARROWEST));
    if below || text.is_empty() {
        writeln!(out, "{}", lead.trim_end())?;
    }
    for (index, part) in parts.iter().enumerate() {
        match index {
            _ if part.is_empty() => {}
            0 if !below => writeln!(out, "{lead}{}", paint(part))?,
            _ => writeln!(out, "{}{}", " ".repeat(indent), paint(part))?,
        }
    }
    Ok(())
}

/// A text in lines of at most so many columns, broken between words only.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lead: &str, text: &str, width: usize) -> String {
        let mut out = Vec::new();
        last(lead, text, width, str::to_owned, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_last_column_wraps_between_words_or_goes_below() {
        let text = "certificate verification is disabled for a database";
        assert_eq!(
            written("  rule  ", text, 40),
            "  rule  certificate verification is\n        disabled for a database\n"
        );
        assert_eq!(
            written("  a-rule-with-a-long-id  ", text, 40),
            "  a-rule-with-a-long-id\n      certificate verification is\n      disabled for a database\n"
        );
        assert_eq!(written("  rule  ", "", 40), "  rule\n");
    }
}
