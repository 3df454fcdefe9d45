//! Globs of paths, relative to the folder of the settings that name them.

use crate::files::FilePath;
use crate::text::globs::{NotAGlob, PathGlobs};

/// Globs; none match nothing.
#[derive(Debug, Clone, Default)]
pub struct Globs(Vec<Glob>);

#[derive(Debug, Clone)]
struct Glob {
    folder: FilePath,
    /// As it is written.
    pattern: Box<str>,
    globs: PathGlobs,
}

impl Globs {
    /// Adds a glob below `folder`. `*` stays within one folder, `**` does not; one without a slash matches a
    /// file or folder of that name anywhere below; one that names a folder matches all in it.
    ///
    /// # Errors
    /// When it is no glob, is empty, or is one that nobody would write.
    pub fn push(&mut self, folder: &FilePath, glob: &str) -> Result<(), NotAGlob> {
        let pattern = Box::from(glob);
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        // An empty one would match every file, and turn all off without a word.
        if glob.trim().is_empty() {
            return Err(NotAGlob);
        }
        let anywhere = if glob.contains('/') { "" } else { "**/" };
        let itself = format!("{anywhere}{glob}");
        let below = format!("{itself}/**");
        let globs = PathGlobs::strict([itself.as_str(), below.as_str()])?;
        self.0.push(Glob {
            folder: folder.clone(),
            pattern,
            globs,
        });
        Ok(())
    }

    /// Whether one of them matches the path.
    pub fn matches(&self, path: &FilePath) -> bool {
        self.0.iter().any(|glob| glob.matches(path))
    }

    /// Those below `folder`, as they are written, that match none of these paths.
    pub fn without_match<'g>(
        &'g self,
        folder: &'g FilePath,
        paths: &'g [FilePath],
    ) -> impl Iterator<Item = &'g str> {
        let below = self.0.iter().filter(|glob| glob.folder.is_within(folder));
        below
            .filter(|glob| !paths.iter().any(|path| glob.matches(path)))
            .map(|glob| &*glob.pattern)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the globs of another.
    pub(super) fn add(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }
}

impl Glob {
    fn matches(&self, path: &FilePath) -> bool {
        path.is_within(&self.folder) && self.globs.matches(&path.relative_to(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_relative_to_the_folder_of_its_settings() {
        let mut globs = Globs::default();
        globs.push(&FilePath::new("apps"), "legacy/*.yaml").unwrap();
        globs.push(&FilePath::new("apps"), "examples").unwrap();
        for path in [
            "apps/legacy/a.yaml",
            "apps/x/examples/b.yaml",
            "apps/examples",
        ] {
            assert!(globs.matches(&FilePath::new(path)), "{path}");
        }
        for path in ["legacy/a.yaml", "apps/legacy/b/a.yaml", "examples/b.yaml"] {
            assert!(!globs.matches(&FilePath::new(path)), "{path}");
        }
        for text in ["", " ", "./", "/"].map(str::to_owned) {
            assert_eq!(globs.push(&FilePath::root(), &text).unwrap_err(), NotAGlob);
        }
        for text in ["a[".to_owned(), "{a,".repeat(150) + &"}".repeat(150)] {
            assert_eq!(globs.push(&FilePath::root(), &text).unwrap_err(), NotAGlob);
        }
    }
}
