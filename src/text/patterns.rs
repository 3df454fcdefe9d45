//! Regular expressions that others write: compiled once, and bounded.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// The largest compiled expression, and the largest table beside it, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// How many expressions are kept; no more are compiled.
const MAX_COUNT: usize = 256;

/// Regular expressions that have been used; `None` for a text that is none.
#[derive(Default)]
pub struct Patterns(HashMap<String, Option<Regex>>);

impl Patterns {
    /// Whether a pattern has been compiled before.
    pub fn knows(&self, pattern: &str) -> bool {
        self.0.contains_key(pattern)
    }

    /// The compiled pattern; `None` for a text that is none, and for one too many or too large. The engine is linear in
    /// the text.
    pub fn get(&mut self, pattern: &str) -> Option<&Regex> {
        if !self.knows(pattern) {
            if self.0.len() >= MAX_COUNT {
                return None;
            }
            self.0.insert(pattern.to_owned(), compiled(pattern));
        }
        self.0.get(pattern)?.as_ref()
    }
}

/// A pattern compiled within the limits of size; `None` for a text that is none.
pub fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_patterns_are_kept() {
        let mut patterns = Patterns::default();
        for number in 0..MAX_COUNT {
            assert!(patterns.get(&format!("^a{number}$")).is_some());
        }
        assert!(patterns.get("^b$").is_none());
        assert!(patterns.get("^a0$").unwrap().is_match("a0"));
        assert!(Patterns::default().get("(?=a)").is_none());
    }
}
