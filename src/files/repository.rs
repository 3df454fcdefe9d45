//! What a repository says of itself: its default branch, and where it was cloned from.

use std::path::Path;

use super::git::GitFolders;
use super::named::read_named;

/// The largest configuration, in bytes.
const MAX_CONFIG: u64 = 1 << 20;
/// The largest reference, in bytes.
const MAX_REFERENCE: u64 = 1 << 12;

/// A git repository.
#[derive(Debug)]
pub struct Repository(GitFolders);

impl Repository {
    /// The repository whose working tree is `root`; `None` when there is none.
    pub fn at(root: &Path) -> Option<Self> {
        GitFolders::find(root).map(Self)
    }

    /// The default branch: the one `origin` has checked out, as of the clone; else the one that is checked out here when
    /// nothing was ever fetched. `None` for a name that is not plain.
    pub fn default_branch(&self) -> Option<String> {
        let of = |file: &Path, prefix: &str| {
            let text = read_named(file, MAX_REFERENCE).ok()?;
            let branch = text.trim().strip_prefix("ref:")?.trim();
            let branch = branch.strip_prefix(prefix)?;
            is_plain(branch).then(|| branch.to_owned())
        };
        let origin = self.0.common.join("refs/remotes/origin/HEAD");
        of(&origin, "refs/remotes/origin/").or_else(|| {
            let head = self.0.common.join("HEAD");
            of(&head, "refs/heads/")
        })
    }

    /// The URLs of its remotes, in the order of its configuration. They may hold credentials: never to be shown.
    pub fn remotes(&self) -> Vec<String> {
        let config = read_named(&self.0.common.join("config"), MAX_CONFIG).unwrap_or_default();
        let urls = config.lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == "url").then(|| value.trim().to_owned())
        });
        urls.collect()
    }
}

/// Whether a branch can be written into any file without quotes.
fn is_plain(branch: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    branch.starts_with(|c: char| c.is_ascii_alphabetic()) && branch.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_branch_of_the_remote_wins_over_the_one_that_is_checked_out() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        assert!(Repository::at(folder.path()).is_none());
        fs::create_dir_all(git.join("refs/remotes/origin")).unwrap();
        let branch = || Repository::at(folder.path()).unwrap().default_branch();
        assert_eq!(branch(), None);
        fs::write(git.join("HEAD"), "ref: refs/heads/fix-it\n").unwrap();
        assert_eq!(branch().as_deref(), Some("fix-it"));
        let origin = git.join("refs/remotes/origin/HEAD");
        fs::write(origin, "ref: refs/remotes/origin/trunk\n").unwrap();
        assert_eq!(branch().as_deref(), Some("trunk"));
        fs::write(git.join("HEAD"), "ref: refs/heads/a]\nb: c\n").unwrap();
        assert_eq!(branch().as_deref(), Some("trunk"));
        let config = "[remote \"origin\"]\n\turl = git@gitlab.acme.example:a/b.git\n";
        fs::write(git.join("config"), config).unwrap();
        let repository = Repository::at(folder.path()).unwrap();
        assert_eq!(repository.remotes(), ["git@gitlab.acme.example:a/b.git"]);
    }
}
