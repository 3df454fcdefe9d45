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

/// An upper bound of how deep a text nests. Comments and quoted texts do not count, as long as it is certain what they
/// are; behind a template, a regular expression or a quote that its line does not close, all that opens counts, and
/// nothing closes.
fn levels(text: &str) -> usize {
    let mut open: Vec<u8> = Vec::new();
    let (mut deepest, mut operators) = (0usize, 0usize);
    let mut is_behind_colon = false;
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let mut next = after;
        match (byte, after.first()) {
            (b'/', Some(b'/')) => next = behind_line(after),
            (b'/', Some(b'*')) => next = behind(after.get(1..).unwrap_or_default(), b"*/"),
            (b'/' | b'`', _) => return deepest + operators + unclear(rest),
            (b'"' | b'\'', _) => match behind_quote(after, byte) {
                Some(behind) => next = behind,
                None => return deepest + operators + unclear(rest),
            },
            (b'?', Some(b':')) => {}
            (b':', _) => {
                // `a: b: c: …` are labels.
                operators += usize::from(is_behind_colon);
                is_behind_colon = true;
            }
            (b';' | b',', _) => is_behind_colon = false,
            (b'(' | b'[' | b'{', _) => {
                is_behind_colon = false;
                open.push(byte);
                deepest = deepest.max(open.len());
            }
            (b')' | b']' | b'}', _) => {
                is_behind_colon = false;
                let closes = open.last().is_some_and(|&open| pairs(open, byte));
                if closes {
                    open.pop();
                }
            }
            (byte, _) if nests(byte) => operators += 1,
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$', _) => {
                let (word, behind) = word(rest);
                operators += usize::from(NESTING_WORDS.contains(&word));
                next = behind;
            }
            _ => {}
        }
        rest = next;
    }
    deepest + operators
}

/// The same for a text in which nothing tells what is quoted.
fn unclear(text: &[u8]) -> usize {
    let mut levels = 0;
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        if byte.is_ascii_alphabetic() {
            let (word, behind) = word(rest);
            levels += usize::from(NESTING_WORDS.contains(&word));
            rest = behind;
            continue;
        }
        levels += usize::from(matches!(byte, b'(' | b'[' | b'{' | b':' | b'`') || nests(byte));
        rest = after;
    }
    levels
}

/// What nests without brackets around it. `<` is one: what stands in `<…>` may stand in front of its like.
fn nests(byte: u8) -> bool {
    matches!(
        byte,
        b'?' | b'!' | b'~' | b'-' | b'+' | b'*' | b'=' | b'<' | b'.' | b'@'
    )
}

/// Words that may stand in front of their like.
const NESTING_WORDS: &[&[u8]] = &[
    b"keyof",
    b"readonly",
    b"unique",
    b"infer",
    b"typeof",
    b"void",
    b"await",
    b"new",
    b"delete",
    b"yield",
    b"asserts",
    b"abstract",
    b"async",
    b"if",
    b"else",
    b"for",
    b"while",
    b"do",
    b"with",
];

/// The word that a text begins with, and what is behind it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    let end = text.iter().position(|byte| !is_part(byte));
    text.split_at(end.unwrap_or(text.len()).max(1))
}

fn pairs(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}

fn behind<'t>(text: &'t [u8], end: &[u8]) -> &'t [u8] {
    let at = text.windows(end.len()).position(|window| window == end);
    at.and_then(|at| text.get(at + end.len()..))
        .unwrap_or_default()
}

/// Behind the end of the line, which JavaScript also sees in a `\r` and in U+2028 and U+2029.
fn behind_line(text: &[u8]) -> &[u8] {
    let is_end = |window: &[u8]| matches!(window, [b'\n' | b'\r', ..] | [0xe2, 0x80, 0xa8 | 0xa9]);
    // A line that ends within the last two bytes has nothing behind it that nests.
    let at = text.windows(3).position(is_end);
    at.and_then(|at| text.get(at + 1..)).unwrap_or_default()
}

/// Behind the closing quote; `None` where there is none on the line.
fn behind_quote(text: &[u8], quote: u8) -> Option<&[u8]> {
    let mut escaped = false;
    let at = text.iter().position(|&byte| {
        let end = !escaped && (byte == quote || matches!(byte, b'\n' | b'\r'));
        escaped = byte == b'\\' && !escaped;
        end
    })?;
    let (end, rest) = text.get(at..)?.split_first()?;
    (*end == quote).then_some(rest)
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
        for unit in [
            "<a>",
            "a>(",
            "if(1)",
            "new ",
            "a=",
            "a:",
            "a.",
            "a**",
            "async a=>",
        ] {
            assert_eq!(needed(&unit.repeat(30_000)), Stack::TooLarge, "{unit}");
        }
    }

    #[test]
    fn nothing_hides_brackets() {
        let deep = "(".repeat(30_000);
        for before in [
            "type A = `\"`; type B = ",
            "type A = `//`; type B = ",
            "type A = `${\"`\"}${''}`; type B = `\"` | ",
            "const a = /\"/; type B = ",
            "const a = /[/*]/; type B = ",
            "// a\r type B = ",
            "// a\u{2028} type B = ",
            "const a = \"\\\n\"; type B = ",
            "const a = \"\\\r\n\"; type B = ",
            "const a = \"\r type B = ",
        ] {
            assert_eq!(
                needed(&format!("{before}{deep}")),
                Stack::TooLarge,
                "{before}"
            );
        }
        // What closes in a quoted text or as an operator closes nothing.
        let half = "(".repeat(5_000);
        for between in [")))))", ">", "]", "}"] {
            let quoted = between.repeat(5_000);
            for text in [
                format!("{half}\"{quoted}\"{half}"),
                format!("{half}`{quoted}`{half}"),
                format!("{half}/{quoted}/{half}"),
            ] {
                assert_eq!(needed(&text), Stack::TooLarge);
            }
        }
        let crossed = "([)".repeat(30_000);
        assert_eq!(needed(&crossed), Stack::TooLarge);
        assert_eq!(needed(&"(a>".repeat(30_000)), Stack::TooLarge);
    }
}
