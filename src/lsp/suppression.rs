//! Comments that suppress, as text: `# stagecheck: ignore[rule, rule] reason`.

use std::ops::Range;

/// The bytes between the brackets of a suppression on a line, when the column is in them.
pub(super) fn names_at(line: &str, column: usize) -> Option<Range<usize>> {
    let names = names(line)?;
    (names.start..=names.end).contains(&column).then_some(names)
}

/// The bytes between the brackets of a suppression on a line. A bracket that is still open reaches to the end.
pub(super) fn names(line: &str) -> Option<Range<usize>> {
    let call = line.find("stagecheck:")?;
    // It must be in a comment.
    line.get(..call)?.rfind('#')?;
    let open = call + line.get(call..)?.find('[')?;
    let word = line.get(call..open)?.strip_prefix("stagecheck:")?.trim();
    if !matches!(word, "ignore" | "ignore-file") {
        return None;
    }
    let start = open + 1;
    let end = line
        .get(start..)?
        .find(']')
        .map_or(line.len(), |at| start + at);
    Some(start..end)
}

/// Whether the suppression on a line is about one line, and closed: only such a one takes a further rule.
pub(super) fn takes_more(line: &str) -> Option<usize> {
    let names = names(line)?;
    let is_closed = line.get(names.end..)?.starts_with(']');
    let is_file = line.get(..names.start)?.contains("ignore-file");
    (is_closed && !is_file).then_some(names.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_stand_between_the_brackets() {
        let line = "a: 1 # stagecheck: ignore[x, y] why";
        assert_eq!(&line[names(line).unwrap()], "x, y");
        assert_eq!(takes_more(line), Some(30));
        assert!(names_at(line, 26).is_some() && names_at(line, 3).is_none());
        assert_eq!(names("stagecheck: ignore[x]"), None);
        assert_eq!(names("# stagecheck: ignored[x]"), None);
        assert_eq!(takes_more("# stagecheck: ignore-file[x] y"), None);
        assert_eq!(takes_more("# stagecheck: ignore[x"), None);
    }
}
