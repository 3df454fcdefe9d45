//! How much stack the parser may need for a text: it recurses wherever types nest.
//!
//! The count is generous: brackets by their depth, and every operator that nests without brackets
//! (`A extends B ? C : D extends …`, `keyof keyof …`), as if all of them stood in one chain.

/// The stack a text needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stack {
    /// Any thread has it.
    Small,
    /// A thread of its own with this many bytes.
    Large(usize),
    /// More than is given.
    TooLarge,
}

/// Levels that any thread can bear.
const SMALL: usize = 64;

/// Levels that are given a thread of their own; the largest published file has about 1 500.
const LARGE: usize = 8_000;

/// What one level may cost, in bytes, in a build without optimization.
const BYTES_PER_LEVEL: usize = 32 << 10;

/// The stack that parsing a text needs.
pub(super) fn needed(text: &str) -> Stack {
    let levels = levels(text);
    if levels <= SMALL {
        Stack::Small
    } else if levels <= LARGE {
        Stack::Large((levels + SMALL) * BYTES_PER_LEVEL)
    } else {
        Stack::TooLarge
    }
}

/// An upper bound of how deep a text nests. Comments and quoted texts do not count.
fn levels(text: &str) -> usize {
    let (mut depth, mut deepest, mut operators) = (0usize, 0usize, 0usize);
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let mut next = after;
        match (byte, after.first()) {
            (b'/', Some(b'/')) => next = behind(after, b"\n"),
            (b'/', Some(b'*')) => next = behind(after.get(1..).unwrap_or_default(), b"*/"),
            (b'"' | b'\'', _) => next = behind_quote(after, byte),
            (b'=', Some(b'>')) => {
                operators += 1;
                next = after.get(1..).unwrap_or_default();
            }
            (b'?', Some(b':')) => {}
            (b'?' | b'!' | b'~' | b'-' | b'+', _) => operators += 1,
            (b'(' | b'[' | b'{' | b'<', _) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (b')' | b']' | b'}' | b'>', _) => depth = depth.saturating_sub(1),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$', _) => {
                let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
                let (word, behind) = rest.split_at(end.unwrap_or(rest.len()).max(1));
                let nests = [
                    &b"keyof"[..],
                    b"readonly",
                    b"unique",
                    b"infer",
                    b"typeof",
                    b"void",
                    b"await",
                ];
                operators += usize::from(nests.contains(&word));
                next = behind;
            }
            _ => {}
        }
        rest = next;
    }
    deepest + operators
}

fn behind<'t>(text: &'t [u8], end: &[u8]) -> &'t [u8] {
    let at = text.windows(end.len()).position(|window| window == end);
    at.and_then(|at| text.get(at + end.len()..))
        .unwrap_or_default()
}

/// Behind the closing quote, or the end of the line where there is none.
fn behind_quote(text: &[u8], quote: u8) -> &[u8] {
    let mut escaped = false;
    let at = text.iter().position(|&byte| {
        let end = (byte == quote && !escaped) || byte == b'\n';
        escaped = byte == b'\\' && !escaped;
        end
    });
    at.and_then(|at| text.get(at + 1..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_files_need_little_however_long_they_are() {
        let text =
            "export interface Config { a?: string; /* (((( ?!? */ b: 'x<<<' }\n".repeat(1000);
        assert_eq!(needed(&text), Stack::Small);
    }

    #[test]
    fn whatever_nests_is_counted() {
        assert_eq!(needed(&"[".repeat(100_000)), Stack::TooLarge);
        assert_eq!(needed(&"keyof ".repeat(100_000)), Stack::TooLarge);
        assert_eq!(
            needed(&"A extends B ? C : ".repeat(100_000)),
            Stack::TooLarge
        );
        assert!(matches!(needed(&"(".repeat(500)), Stack::Large(_)));
    }
}
