//! Globs of paths, many at once.
//!
//! In: patterns that a person or a file gives. Out: which of them match a path. A pattern that no search can be built
//! from is refused when it comes in, never when it is used. Memory grows with what is written, not with what each
//! pattern might stand for.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// The longest pattern, in bytes.
const LONGEST: usize = 4096;

/// How deeply braces may be nested; the search for a deeper pattern cannot be built.
const MOST_BRACES: usize = 10;

/// How many bytes of patterns become one search: those of all would be larger than a search may be.
const AT_ONCE: usize = 32 << 10;

/// A text that is no glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a glob such as `apps/*/app-config.yaml`")]
pub struct NotAGlob;

/// Globs in the order in which they were added; none match nothing. `*` and `?` stay within one folder, `**` does not.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    /// Searches, each with the number of its first pattern.
    searches: Vec<(usize, GlobSet)>,
    count: usize,
}

impl PathGlobs {
    /// These globs. Texts that are none are passed over, and keep their number all the same.
    pub fn lenient<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let mut globs = Self::default();
        let mut together: Vec<Glob> = Vec::new();
        let mut bytes = 0;
        for pattern in patterns {
            bytes += pattern.len();
            // No path holds what takes the place of a text that is no glob.
            together.extend(parsed(pattern).or_else(|_| Glob::new("\0")));
            if bytes >= AT_ONCE {
                globs.add(std::mem::take(&mut together));
                bytes = 0;
            }
        }
        globs.add(together);
        globs
    }

    /// These globs.
    ///
    /// # Errors
    /// When one is none.
    pub fn strict<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, NotAGlob> {
        let parsed: Result<Vec<Glob>, NotAGlob> = patterns.into_iter().map(parsed).collect();
        let mut set = GlobSetBuilder::new();
        let globs = parsed?;
        let count = globs.len();
        for glob in globs {
            set.add(glob);
        }
        let search = set.build().map_err(|_| NotAGlob)?;
        Ok(Self {
            searches: vec![(0, search)],
            count,
        })
    }

    /// Whether any matches the path.
    pub fn matches(&self, path: &str) -> bool {
        self.searches
            .iter()
            .any(|(_, search)| search.is_match(path))
    }

    /// The number of the last that matches the path.
    pub fn last_match(&self, path: &str) -> Option<usize> {
        let searches = self.searches.iter().rev();
        let mut found = searches.filter_map(|(first, search)| {
            let last = search.matches(path).into_iter().max()?;
            Some(first + last)
        });
        found.next()
    }

    fn add(&mut self, globs: Vec<Glob>) {
        let first = self.count;
        self.count += globs.len();
        let mut set = GlobSetBuilder::new();
        for glob in &globs {
            set.add(glob.clone());
        }
        match set.build() {
            Ok(search) => self.searches.push((first, search)),
            // Together they are too large; one that is so alone matches nothing.
            Err(_) => {
                let alone = globs.into_iter().enumerate();
                self.searches.extend(alone.filter_map(|(number, glob)| {
                    let mut set = GlobSetBuilder::new();
                    set.add(glob);
                    Some((first + number, set.build().ok()?))
                }));
            }
        }
    }
}

fn parsed(pattern: &str) -> Result<Glob, NotAGlob> {
    if pattern.len() > LONGEST || braces(pattern) > MOST_BRACES {
        return Err(NotAGlob);
    }
    let mut builder = GlobBuilder::new(pattern);
    builder
        .literal_separator(true)
        .build()
        .map_err(|_| NotAGlob)
}

/// How many braces stand in each other at most, whatever is escaped.
fn braces(pattern: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in pattern.bytes() {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_that_matches_is_told_however_many_there_are() {
        let mut patterns: Vec<String> = (0..5_000)
            .map(|number| format!("d{number}/*.y*ml"))
            .collect();
        patterns.push("d7/b*.yaml".into());
        patterns.push("[".into());
        patterns.push("d7/b.yaml".into());
        let globs = PathGlobs::lenient(patterns.iter().map(String::as_str));
        assert_eq!(globs.last_match("d7/a.yaml"), Some(7));
        assert_eq!(globs.last_match("d7/bb.yaml"), Some(5_000));
        assert_eq!(globs.last_match("d7/b.yaml"), Some(5_002));
        assert_eq!(globs.last_match("d7/x/b.yaml"), None);
        assert!(globs.matches("d4999/a.yml") && !globs.matches("e/a.yml"));
        assert_eq!(globs.last_match("\u{ff}"), None);
    }

    #[test]
    fn what_no_search_can_be_built_from_is_refused() {
        for count in [11, 150, 100_000] {
            let nested = format!("{}b{}", "{a,".repeat(count), "}".repeat(count));
            assert_eq!(PathGlobs::strict([nested.as_str()]).err(), Some(NotAGlob));
            let globs = PathGlobs::lenient([nested.as_str(), "b"]);
            assert_eq!(globs.last_match("b"), Some(1));
        }
        assert_eq!(PathGlobs::strict(["a["]).err(), Some(NotAGlob));
        let long = "{a*,b?}".repeat(500);
        assert!(!PathGlobs::strict([long.as_str()]).unwrap().matches("x"));
    }
}
