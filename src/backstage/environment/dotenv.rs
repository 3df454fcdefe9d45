//! Files of `NAME=value` lines, as the `dotenv` package for Node reads them (16.x, `parse`).
//!
//! In: the text of such a file. Out: names and values in order. Never: an error; a line that is not of the form
//! is skipped, as there.

/// Reads the text of an env file. Quotes `'`, `"` and `` ` `` may span lines; in double quotes `\n` and `\r` are
/// line ends; `#` starts a comment outside quotes; `export` may stand in front. Nothing is substituted.
pub fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = text.as_str();
    let mut variables = Vec::new();
    while !rest.is_empty() {
        if let Some((variable, behind)) = assignment(rest) {
            variables.push(variable);
            rest = behind;
        }
        rest = rest.split_once('\n').map_or("", |(_, behind)| behind);
    }
    variables
}

/// One assignment at the start of `text`, and what stands behind its value.
fn assignment(text: &str) -> Option<((String, String), &str)> {
    let text = text.trim_start();
    let text = text
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .map_or(text, str::trim_start);
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .filter(|end| *end > 0)?;
    let (name, rest) = text.split_at(end);
    let value = match rest.trim_start_matches([' ', '\t']).strip_prefix('=') {
        Some(value) => value,
        None => rest
            .strip_prefix(':')
            .filter(|r| r.starts_with([' ', '\t']))?,
    };
    let (value, behind) = quoted(value).unwrap_or_else(|| plain(value));
    Some(((name.to_owned(), value), behind))
}

/// A quoted value; `None` when there is no quote or no end to it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let inner = text.get(1..)?;
    let mut escaped = false;
    let end = inner.find(|c: char| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let behind = inner.get(end + 1..)?;
    let comment = behind.split('\n').next().unwrap_or_default().trim_start();
    if !(comment.is_empty() || comment.starts_with('#')) {
        return None;
    }
    let value = inner.get(..end)?;
    let value = if quote == '"' {
        value.replace("\\n", "\n").replace("\\r", "\r")
    } else {
        value.to_owned()
    };
    Some((value, behind))
}

fn plain(text: &str) -> (String, &str) {
    let end = text.find(['#', '\n']).unwrap_or(text.len());
    let (value, behind) = text.split_at(end);
    let value = value.trim();
    let bare = ['\'', '"', '`'].iter().find_map(|quote| {
        let inner = value.strip_prefix(*quote)?;
        inner.strip_suffix(*quote)
    });
    (bare.unwrap_or(value).to_owned(), behind)
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn read(text: &str) -> Vec<(String, String)> {
        parse(text)
    }

    fn one(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.into(), value.into())]
    }

    #[test]
    fn plain_values_are_trimmed_and_end_at_a_comment() {
        assert_eq!(read("A= b c # d\n"), one("A", "b c"));
        assert_eq!(read("export A=b\r\n"), one("A", "b"));
        assert_eq!(read("A=\n"), one("A", ""));
        assert_eq!(read("# A=b\n\n=c\n"), []);
    }

    #[test]
    fn quotes_keep_what_is_inside_and_may_span_lines() {
        assert_eq!(read("A=' b # c '"), one("A", " b # c "));
        assert_eq!(read("A=\"b\\nc\"\n"), one("A", "b\nc"));
        assert_eq!(read("A='b\\nc'"), one("A", "b\\nc"));
        assert_eq!(read("A=\"b\nc\" # d\nB=2")[0].1, "b\nc");
        assert_eq!(read("A=\"b\nc\" # d\nB=2")[1].1, "2");
    }

    #[test]
    fn a_quote_that_is_never_closed_is_plain_text() {
        assert_eq!(read("A='b\nB=2").len(), 2);
    }
}
