//! Which parts of a text with placeholders are literal.

use std::ops::Range;

/// The literal parts of `text`: what stands outside `${…}`, and the default of `${NAME:-default}`. Parts without a
/// letter or digit are left out: `-` between two placeholders is no text anybody typed a secret into.
pub fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(placeholder) = next_placeholder(text, at) {
        parts.push(at..placeholder.start);
        let inside = text.get(placeholder.clone()).unwrap_or_default();
        if let Some(default) = default_of(inside) {
            parts.push(placeholder.start + default..placeholder.end - 1);
        }
        at = placeholder.end;
    }
    parts.push(at..text.len());
    let is_text = |part: &Range<usize>| {
        let part = text.get(part.clone()).unwrap_or_default();
        part.contains(char::is_alphanumeric)
    };
    parts.retain(is_text);
    parts
}

/// Where the default of a placeholder begins. Those of other languages count too, `${NAME:default}` and `${NAME:=default}`:
/// the loader takes all of it for a name that no variable has, but somebody typed a value there.
fn default_of(placeholder: &str) -> Option<usize> {
    if let Some(operator) = placeholder.find(":-") {
        return Some(operator + 2);
    }
    let name = placeholder.get(2..)?;
    let is_name = |c: char| c.is_alphanumeric() || "_.- ".contains(c);
    let behind = name.trim_start_matches(is_name);
    let default = behind.trim_start_matches([':', '=', '?', '+', '-']);
    let is_operator = behind.len() > default.len();
    is_operator.then(|| placeholder.len() - default.len())
}

/// Where the next `${…}` from `at` is. As the loader has it, no brace stands within one, and `$${…}` is text.
fn next_placeholder(text: &str, mut at: usize) -> Option<Range<usize>> {
    loop {
        let start = at + text.get(at..)?.find("${")?;
        let inside = text.get(start + 2..)?;
        let end = inside.find(['{', '}']);
        let closed = end.filter(|&end| inside.as_bytes().get(end) == Some(&b'}'));
        match closed {
            Some(end) if !text.get(..start)?.ends_with('$') => {
                return Some(start..start + 2 + end + 1);
            }
            Some(end) => at = start + 2 + end + 1,
            None => at = start + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn literal(text: &str) -> Vec<&str> {
        parts(text).into_iter().map(|part| &text[part]).collect()
    }

    #[test]
    fn text_outside_placeholders_and_defaults_are_literal() {
        assert_eq!(literal("hunter2"), ["hunter2"]);
        assert_eq!(literal("${A}"), Vec::<&str>::new());
        assert_eq!(literal("x${A}-${B:-hunter2}y${C:-}"), ["x", "hunter2", "y"]);
        assert_eq!(literal("$${A} ${B {c}"), ["$${A} ${B {c}"]);
        assert_eq!(literal("${unclosed"), ["${unclosed"]);
        assert_eq!(literal("${A:hunter2}${B:=hunter3}"), ["hunter2", "hunter3"]);
        assert_eq!(literal("${A.B-c}${A B}"), Vec::<&str>::new());
    }
}
