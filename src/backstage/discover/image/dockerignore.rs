//! A .dockerignore: which files of a build context never get into an image.

use crate::text::globs::PathGlobs;

/// The rules of a .dockerignore, in order.
///
/// Patterns are seen from the root of the context, unlike those of git: `*.local.yaml` means that folder alone. A
/// pattern that names a folder leaves out all below it; the last pattern that matches decides.
pub(crate) struct DockerIgnore {
    globs: PathGlobs,
    effects: Vec<Effect>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    LeaveOut,
    TakeIn,
}

impl DockerIgnore {
    /// Reads a text; what is no valid pattern is passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let rules = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (effect, pattern) = match line.strip_prefix('!') {
                    Some(pattern) => (Effect::TakeIn, pattern.trim()),
                    None => (Effect::LeaveOut, line),
                };
                let pattern = pattern.trim_start_matches("./").trim_matches('/');
                (pattern, effect)
            });
        let (patterns, effects): (Vec<&str>, Vec<Effect>) = rules.unzip();
        Self {
            globs: PathGlobs::lenient(patterns),
            effects,
        }
    }

    /// Whether the file at a path, seen from the context, is left out.
    pub(crate) fn leaves_out(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let last = folders
            .chain([path])
            .filter_map(|part| self.globs.last_match(part))
            .max();
        let effect = last.and_then(|number| self.effects.get(number));
        effect.is_some_and(|effect| *effect == Effect::LeaveOut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let rules =
            DockerIgnore::parse("# note\n*.local.yaml\nplugins\n!plugins/kept\n**/secret.yaml\n");
        assert!(rules.leaves_out("app-config.local.yaml"));
        assert!(!rules.leaves_out("config/app-config.local.yaml"));
        assert!(rules.leaves_out("plugins/a/b.yaml") && !rules.leaves_out("plugins/kept/b.yaml"));
        assert!(rules.leaves_out("a/b/secret.yaml") && rules.leaves_out("secret.yaml"));
        assert!(!DockerIgnore::parse("").leaves_out("a"));
        let nested = format!("{}b{}\nc\n", "{a,".repeat(150), "}".repeat(150));
        assert!(DockerIgnore::parse(&nested).leaves_out("c"));
    }
}
