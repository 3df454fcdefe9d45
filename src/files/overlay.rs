//! Texts over another tree: unsaved buffers of an editor, and fixes that are tried before anything is written.
//!
//! In: a tree, and texts by path. Out: [`OverlayFiles`], the same tree with these texts in the place of its own. Never: a
//! write to the tree below.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::{
    FilePath, Files, GitStatus, Identity, Listed, MAX_IGNORE_FILE, PassedOver, ReadError, git,
};

/// The name of the files that hold ignore rules.
const IGNORE_FILE: &str = ".gitignore";

/// A tree with other texts in some places. A clone shares the tree below, so that trying a change walks no disk again.
#[derive(Clone)]
pub struct OverlayFiles {
    below: Arc<dyn Files>,
    texts: BTreeMap<FilePath, Arc<str>>,
}

impl OverlayFiles {
    /// The tree as it is.
    pub fn new(below: Arc<dyn Files>) -> Self {
        Self {
            below,
            texts: BTreeMap::new(),
        }
    }

    /// Puts a text in place of that of a file, or where there is no file yet. A path that leads out of the root, or into
    /// `.git`, stays unreadable. Where `path` is a symbolic link, the file it leads to has the text as well.
    pub fn insert(&mut self, path: FilePath, text: impl Into<Arc<str>>) {
        let text = text.into();
        if let Some(file) = self.below.identify(&path) {
            self.texts.insert(file.path, Arc::clone(&text));
        }
        self.texts.insert(path, text);
    }

    /// Takes the text away: the file is what it is in the tree below.
    pub fn remove(&mut self, path: &FilePath) {
        if let Some(file) = self.below.identify(path) {
            self.texts.remove(&file.path);
        }
        self.texts.remove(path);
    }

    /// The text that lies over a file, if one does.
    fn text(&self, path: &FilePath) -> Option<&Arc<str>> {
        let text = self.texts.get(path)?;
        (!path.is_outside() && !path.is_in_git_folder()).then_some(text)
    }

    /// The listing of a file that only the texts have.
    fn listed(&self, path: &FilePath, is_repository: bool) -> Listed {
        let named_by_ignore_rule = is_repository && self.is_ignored(path);
        let git = match (is_repository, named_by_ignore_rule) {
            (false, _) => GitStatus::NoRepository,
            (true, true) => GitStatus::Ignored,
            (true, false) => GitStatus::Untracked,
        };
        Listed {
            path: path.clone(),
            git,
            named_by_ignore_rule,
        }
    }

    /// The same listing by the ignore rules of the texts. Rules outside the tree (`.git/info/exclude`, those of the user)
    /// hold as they did.
    fn ignored_anew(&self, listed: &mut Listed) {
        if listed.git == GitStatus::NoRepository {
            return;
        }
        let from_elsewhere = listed.named_by_ignore_rule && !self.below.is_ignored(&listed.path);
        listed.named_by_ignore_rule = from_elsewhere || self.is_ignored(&listed.path);
        if listed.git != GitStatus::Tracked {
            listed.git = match listed.named_by_ignore_rule {
                true => GitStatus::Ignored,
                false => GitStatus::Untracked,
            };
        }
    }
}

impl Files for OverlayFiles {
    fn read(&self, path: &FilePath, limit: u64) -> Result<Arc<str>, ReadError> {
        match self.text(path) {
            Some(text) if text.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            Some(text) => Ok(Arc::clone(text)),
            None => self.below.read(path, limit),
        }
    }

    fn is_file(&self, path: &FilePath) -> bool {
        self.text(path).is_some() || self.below.is_file(path)
    }

    fn is_folder(&self, path: &FilePath) -> bool {
        let holds = |text: &FilePath| text != path && text.is_within(path);
        self.below.is_folder(path) || (!path.is_outside() && self.texts.keys().any(holds))
    }

    fn identity(&self) -> String {
        self.below.identity()
    }

    fn identify(&self, path: &FilePath) -> Option<Identity> {
        let below = self.below.identify(path);
        let Some(text) = self.text(path) else {
            return below;
        };
        // A text has no time; its hash tells as well whether it is another one.
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Some(Identity {
            path: below.map_or_else(|| path.clone(), |below| below.path),
            size: text.len() as u64,
            modified: u128::from(hasher.finish()),
        })
    }

    fn is_ignored(&self, path: &FilePath) -> bool {
        let is_over = self.texts.keys().any(|text| text.name() == IGNORE_FILE);
        match is_over {
            true => git::is_ignored(path, &|file| self.read(file, MAX_IGNORE_FILE).ok()),
            false => self.below.is_ignored(path),
        }
    }

    fn display(&self, path: &FilePath) -> String {
        self.below.display(path)
    }

    fn list(&self, folder: &FilePath, wanted: &dyn Fn(&str) -> bool) -> Vec<Listed> {
        let mut files = self.below.list(folder, wanted);
        let is_over = self.texts.keys().any(|text| text.name() == IGNORE_FILE);
        if is_over {
            for listed in &mut files {
                self.ignored_anew(listed);
            }
        }
        let is_new = |path: &&FilePath| {
            path.is_within(folder)
                && wanted(path.name())
                && self.text(path).is_some()
                && !path.is_within_named("node_modules")
                && files.iter().all(|file| file.path != **path)
                && !self.below.is_file(path)
        };
        let new: Vec<FilePath> = self.texts.keys().filter(is_new).cloned().collect();
        if !new.is_empty() {
            let all = self.below.list(&FilePath::root(), &|_| true);
            let is_repository = |file: &Listed| file.git != GitStatus::NoRepository;
            let is_repository = all.first().is_some_and(is_repository);
            files.extend(new.iter().map(|path| self.listed(path, is_repository)));
            files.sort_by(|one, other| one.path.cmp(&other.path));
        }
        files
    }

    fn passed_over(&self) -> Vec<PassedOver> {
        self.below.passed_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn over(files: &[(&str, &str)], texts: &[(&str, &str)]) -> OverlayFiles {
        let below = MemoryFiles::new(files.iter().copied());
        let mut overlay = OverlayFiles::new(Arc::new(below));
        for (path, text) in texts {
            overlay.insert(FilePath::new(path), *text);
        }
        overlay
    }

    fn names(files: &OverlayFiles) -> Vec<(String, GitStatus)> {
        let listed = files.list(&FilePath::root(), &|_| true);
        let name = |listed: Listed| (listed.path.to_string(), listed.git);
        listed.into_iter().map(name).collect()
    }

    #[test]
    fn a_text_takes_the_place_of_a_file_until_it_is_taken_away() {
        let path = FilePath::new("a.yaml");
        let mut files = over(&[("a.yaml", "old")], &[("a.yaml", "newer")]);
        assert_eq!(&*files.read(&path, 9).unwrap(), "newer");
        let limit = 3;
        assert_eq!(files.read(&path, limit), Err(ReadError::TooLarge { limit }));
        files.remove(&path);
        assert_eq!(&*files.read(&path, 9).unwrap(), "old");
    }

    #[test]
    fn a_text_without_a_file_is_listed_in_its_place() {
        let files = over(&[("a", ""), ("c", "")], &[("b", ""), ("x/d", "")]);
        let paths: Vec<String> = names(&files).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["a", "b", "c", "x/d"]);
        assert!(files.is_folder(&FilePath::new("x")));
    }

    #[test]
    fn ignore_rules_are_those_of_the_texts() {
        let tree = [(".git/index", "a.yaml"), ("a.yaml", ""), ("l.yaml", "")];
        let before = over(&tree, &[]);
        assert_eq!(names(&before)[1], ("l.yaml".into(), GitStatus::Untracked));
        let after = over(&tree, &[(".gitignore", "*.yaml\n")]);
        let expected = [
            (".gitignore", GitStatus::Untracked),
            ("a.yaml", GitStatus::Tracked),
            ("l.yaml", GitStatus::Ignored),
        ];
        assert_eq!(
            names(&after),
            expected.map(|(path, git)| (path.into(), git))
        );
        assert!(after.is_ignored(&FilePath::new("l.yaml")));
    }

    #[test]
    fn nothing_outside_or_in_the_folder_of_git_can_be_laid_over() {
        let files = over(&[], &[("../x", "x"), (".git/config", "x")]);
        assert_eq!(names(&files), []);
        for path in ["../x", ".git/config"] {
            assert!(files.read(&FilePath::new(path), 9).is_err(), "{path}");
        }
    }
}
