//! Files of variables, as the npm package `dotenv` 16 reads them.
//!
//! In: a text. Out: names and values, in order, and which lines are no assignment: those are passed over, as there.

/// A file of variables.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Names and values, in order.
    pub(super) assignments: Vec<(String, String)>,
    /// The numbers of lines that say something and assign nothing.
    pub(super) passed_over: Vec<usize>,
}

/// The assignments in a text.
pub(super) fn parse(text: &str) -> Variables {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // White space to JavaScript.
    let text = text.trim_start_matches('\u{feff}');
    let mut rest = text;
    let mut variables = Variables::default();
    while !rest.is_empty() {
        match assignment(rest) {
            Some((name, value, behind)) => {
                variables.assignments.push((name, value));
                rest = behind;
            }
            None => {
                let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
                if !matches!(line.trim().chars().next(), None | Some('#')) {
                    let before = text.len() - rest.len();
                    let before = text.get(..before).unwrap_or_default();
                    variables.passed_over.push(before.matches('\n').count() + 1);
                }
                rest = behind;
            }
        }
    }
    variables
}

/// The assignment that begins on the first line, and what is behind it.
fn assignment(text: &str) -> Option<(String, String, &str)> {
    let line = text.trim_start_matches([' ', '\t']);
    let line = match line.strip_prefix("export") {
        Some(behind) if behind.starts_with([' ', '\t']) => behind.trim_start_matches([' ', '\t']),
        _ => line,
    };
    let length = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .unwrap_or(line.len());
    let (name, behind) = line.split_at(length);
    if name.is_empty() {
        return None;
    }
    let behind = match behind.trim_start_matches([' ', '\t']).strip_prefix('=') {
        Some(value) => value,
        None => behind
            .strip_prefix(':')
            .filter(|value| value.starts_with([' ', '\t']))?,
    };
    let value = behind.trim_start_matches([' ', '\t']);
    let (raw, rest) = quoted(value).unwrap_or_else(|| unquoted(value));
    Some((name.to_owned(), unquote(raw.trim()), rest))
}

/// A value in quotes, possibly of several lines, with nothing but a comment behind it on its last line.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let mut from = 1;
    loop {
        let end = from + text.get(from..)?.find(quote)?;
        if text.get(..end)?.ends_with('\\') {
            from = end + 1;
            continue;
        }
        let (value, behind) = text.split_at(end + 1);
        let (line, rest) = behind.split_once('\n').unwrap_or((behind, ""));
        let comment = line.trim_start();
        return (comment.is_empty() || comment.starts_with('#')).then_some((value, rest));
    }
}

fn unquoted(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.split('#').next().unwrap_or_default(), rest)
}

/// Without its quotes; in double quotes `\n` and `\r` are line ends.
fn unquote(value: &str) -> String {
    let quote = value
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'));
    let inner = quote
        .filter(|_| value.len() > 1)
        .and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let inner = inner.unwrap_or(value);
    if quote == Some('"') {
        return inner.replace("\\n", "\n").replace("\\r", "\r");
    }
    inner.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_as_dotenv_reads_them() {
        let text = "# comment\nA=1\nexport B = two words # note\nC='#3'\nD=\"a\\nb\"\nE=\nF: six\nG=`x'y`\nnonsense\n\nH=a#b\nI='open\nJ=\"two\nlines\" # c\r\nK=\"x\"y\n";
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "#3"),
            ("D", "a\nb"),
            ("E", ""),
            ("F", "six"),
            ("G", "x'y"),
            ("H", "a"),
            ("I", "'open"),
            ("J", "two\nlines"),
            ("K", "\"x\"y"),
        ];
        let parsed = parse(text);
        assert_eq!(parsed.passed_over, [9]);
        let parsed: Vec<_> = parsed
            .assignments
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(parsed, expected);
        let marked = parse("\u{feff}A=1\n");
        assert_eq!(marked.assignments, [("A".to_owned(), "1".to_owned())]);
    }
}
