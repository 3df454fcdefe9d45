//! Paths into a configuration as people write them: `catalog.locations[0].type`.

use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::Arc;

/// A path from the root of a configuration to one value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConfigPath(Vec<Part>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Into an object.
    Key(Arc<str>),
    /// Into a list, counted from 0.
    Item(usize),
}

impl ConfigPath {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path and one step more.
    #[must_use]
    pub fn with(&self, part: Part) -> Self {
        let mut parts = self.0.clone();
        parts.push(part);
        Self(parts)
    }

    /// Goes one step down.
    pub fn push(&mut self, part: Part) {
        self.0.push(part);
    }

    /// Goes one step up; the root stays.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The steps.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }
}

/// Keys that a dotted path cannot hold are in brackets and quotes: `proxy.endpoints["/api"].target`.
impl fmt::Display for ConfigPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            match part {
                Part::Item(item) => write!(f, "[{item}]")?,
                Part::Key(key) if !is_plain(key) => {
                    f.write_str("[\"")?;
                    for c in key.chars() {
                        if matches!(c, '"' | '\\') {
                            f.write_char('\\')?;
                        }
                        f.write_char(c)?;
                    }
                    f.write_str("\"]")?;
                }
                Part::Key(key) if index == 0 => f.write_str(key)?,
                Part::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Whether a key needs no quotes.
fn is_plain(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !key.is_empty() && key.chars().all(plain)
}

/// A text is no path as [`ConfigPath`] writes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPath;

impl fmt::Display for NotAPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a config path: write `a.b`, `a[0]` or `a[\"b/c\"]`")
    }
}

impl std::error::Error for NotAPath {}

/// Reads what [`Display`](fmt::Display) writes. The empty text is the root.
impl FromStr for ConfigPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let mut path = Self::root();
        let mut rest = text;
        while !rest.is_empty() {
            let (part, after) = match rest.strip_prefix('[') {
                Some(inside) => bracketed(inside),
                None => dotted(rest, path.is_root()),
            }
            .ok_or(NotAPath)?;
            path.push(part);
            rest = after;
        }
        Ok(path)
    }
}

/// A key after its dot, which the first one lacks, and what is behind it.
fn dotted(text: &str, is_first: bool) -> Option<(Part, &str)> {
    let text = match is_first {
        true => text,
        false => text.strip_prefix('.')?,
    };
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    is_plain(key).then(|| (Part::Key(key.into()), rest))
}

/// An index or a quoted key behind its bracket, and what is behind the closing one.
fn bracketed(text: &str) -> Option<(Part, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (index, rest) = text.split_once(']')?;
        return Some((Part::Item(index.parse().ok()?), rest));
    };
    let mut key = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let rest = quoted.get(at + 1..)?.strip_prefix(']')?;
                return Some((Part::Key(key.into()), rest));
            }
            '\\' => key.push(chars.next()?.1),
            _ => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &[&str]) -> ConfigPath {
        let mut path = ConfigPath::root();
        for key in keys {
            path.push(Part::Key((*key).into()));
        }
        path
    }

    #[test]
    fn paths_read_as_people_write_them() {
        let mut path = path(&["proxy", "/a.b"]);
        path.push(Part::Item(2));
        path.push(Part::Key("target".into()));
        assert_eq!(path.to_string(), r#"proxy["/a.b"][2].target"#);
    }

    #[test]
    fn different_paths_are_written_differently() {
        assert_eq!(path(&["a.b"]).to_string(), r#"["a.b"]"#);
        assert_eq!(path(&["a", "b"]).to_string(), "a.b");
        assert_eq!(path(&["/api"]).to_string(), r#"["/api"]"#);
        assert_eq!(path(&[r#"x"]["y"#]).to_string(), r#"["x\"][\"y"]"#);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let keys = ["a", "", "a.b", "[0]", r#"q"\"#, "größe", "-x_1", "a b"];
        for first in keys {
            for second in keys {
                let mut path = path(&[first, second]);
                path.push(Part::Item(7));
                assert_eq!(path.to_string().parse(), Ok(path));
            }
        }
        assert_eq!("".parse(), Ok(ConfigPath::root()));
        for text in [".a", "a.", "a..b", "a[x]", "a[\"b", "a/b", "a[0"] {
            assert_eq!(text.parse::<ConfigPath>(), Err(NotAPath), "{text}");
        }
    }
}
