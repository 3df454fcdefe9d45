//! Paths into a configuration as people write them: `catalog.locations[0].type`.

use std::fmt;
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

impl fmt::Display for ConfigPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            match part {
                Part::Item(item) => write!(f, "[{item}]")?,
                Part::Key(key) if key.is_empty() || key.contains(['.', '[', ' ']) => {
                    write!(f, "[{key:?}]")?;
                }
                Part::Key(key) if index == 0 => f.write_str(key)?,
                Part::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_people_write_them() {
        let mut path = ConfigPath::root();
        for part in [
            Part::Key("proxy".into()),
            Part::Key("/a.b".into()),
            Part::Item(2),
        ] {
            path.push(part);
        }
        path.push(Part::Key("target".into()));
        assert_eq!(path.to_string(), r#"proxy["/a.b"][2].target"#);
    }
}
