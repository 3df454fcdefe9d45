//! Writing files: the one place of the product that does.
//!
//! In: paths and contents. Out: files that are written whole or not at all, with the mode, the owner and the links that
//! they had. A draft is written beside each and moved to its place; a signal that would end the process waits until
//! the drafts are gone. Never: a file in the place of a link, a device or a pipe.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::signals;

/// How many symbolic links to nothing may lead to each other.
const LINK_LIMIT: usize = 40;

/// Why files were not written.
#[derive(Debug)]
pub enum WriteError {
    /// The file of this number could not be.
    At(usize, io::Error),
    /// The file of this number is also an earlier one.
    Same(usize),
}

/// Writes all files: a draft of each is on the disk before the first one takes its place, so that a full disk or a
/// folder that may not be written to changes none of them. What is no regular file (a device, a pipe) is written to
/// first, as it is; a folder is refused. Only when the last step fails (a draft cannot be moved to its place) are
/// earlier files new and later ones old.
///
/// # Errors
/// When one cannot be written, or two are the same.
pub fn replace_all(files: &[(&Path, &[u8])]) -> Result<(), WriteError> {
    let mut places = Vec::new();
    for (number, (path, _)) in files.iter().enumerate() {
        let place = Place::of(path).map_err(|error| WriteError::At(number, error))?;
        if places.contains(&place) {
            return Err(WriteError::Same(number));
        }
        places.push(place);
    }
    let numbered = || places.iter().zip(files).enumerate();
    // A pipe may wait for its reader as long as it likes, and a person must be able to end that.
    for (number, (place, (_, contents))) in numbered() {
        if let Place::Stream(path) = place {
            let stream = File::options().write(true).open(path);
            let written = stream.and_then(|mut stream| stream.write_all(contents));
            written.map_err(|error| WriteError::At(number, error))?;
        }
    }
    signals::held(|| {
        let mut drafts = Vec::new();
        for (number, (place, (_, contents))) in numbered() {
            if let Place::File(place) = place {
                let draft = Draft::write(place, contents);
                drafts.push((
                    number,
                    draft.map_err(|error| WriteError::At(number, error))?,
                ));
            }
        }
        for (number, draft) in drafts {
            let contents = files.get(number).map_or(&[][..], |(_, contents)| contents);
            let kept = draft.keep(contents);
            kept.map_err(|error| WriteError::At(number, error))?;
        }
        Ok(())
    })
}

/// Writes one file, as [`replace_all`] does.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    replace_all(&[(path, contents)]).map_err(|error| match error {
        WriteError::At(_, error) => error,
        WriteError::Same(_) => io::ErrorKind::AlreadyExists.into(),
    })
}

/// Writes a file where nothing is yet, not even a link.
///
/// # Errors
/// When something is there, or it cannot be written.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    signals::held(|| {
        let mut draft = draft_beside(path, None)?;
        draft.write_all(contents)?;
        draft.persist_noclobber(path)?;
        Ok(())
    })
}

/// Whether two paths lead to the same file, which may not be there yet.
pub fn is_same(one: &Path, other: &Path) -> bool {
    match (Place::of(one), Place::of(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Where a file goes, in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A regular file, or nothing yet.
    File(PathBuf),
    /// A device or a pipe.
    Stream(PathBuf),
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..LINK_LIMIT {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    return Err(io::ErrorKind::IsADirectory.into());
                }
                Ok(metadata) if metadata.is_file() => {
                    return fs::canonicalize(&path).map(Self::File);
                }
                Ok(_) => return Ok(Self::Stream(path)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")))?;
            let place = folder.join(name);
            match fs::read_link(&place) {
                // A link to nothing stays a link: the file comes to be where it leads.
                Ok(target) => path = folder.join(target),
                Err(_) => return Ok(Self::File(place)),
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A file that is written beside its place. Removed unless it is kept.
struct Draft<'p> {
    draft: NamedTempFile,
    place: &'p Path,
    /// The file at its place is written to instead: it has what a new one in its place would lose.
    is_in_place: bool,
}

impl<'p> Draft<'p> {
    fn write(place: &'p Path, contents: &[u8]) -> io::Result<Self> {
        let old = fs::metadata(place).ok();
        let mut draft = draft_beside(place, old.as_ref())?;
        draft.write_all(contents)?;
        let mut is_in_place = false;
        if let Some(old) = &old {
            draft.as_file().set_permissions(old.permissions())?;
            is_in_place = is_bound(old, &draft.as_file().metadata()?);
        }
        Ok(Self {
            draft,
            place,
            is_in_place,
        })
    }

    fn keep(self, contents: &[u8]) -> io::Result<()> {
        if self.is_in_place {
            // That there is space for it, the draft has shown.
            let mut file = File::options()
                .write(true)
                .truncate(true)
                .open(self.place)?;
            return file.write_all(contents);
        }
        self.draft.persist(self.place)?;
        Ok(())
    }
}

/// Whether a file has other names, or an owner that a new file would not have.
#[cfg(unix)]
fn is_bound(old: &Metadata, new: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    old.nlink() > 1 || (old.uid(), old.gid()) != (new.uid(), new.gid())
}

#[cfg(not(unix))]
fn is_bound(_: &Metadata, _: &Metadata) -> bool {
    false
}

/// A new file in the folder of `place`. It can be read by nobody else than what it replaces; what replaces nothing is as
/// any new file of this process.
fn draft_beside(place: &Path, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty());
    let mut builder = Builder::new();
    builder.prefix(".stagecheck-").suffix(".tmp");
    #[cfg(unix)]
    if old.is_none() {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = old;
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "a longer text than the new one").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn one_that_cannot_be_written_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good");
        fs::write(&good, "old").unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        for bad in ["folder", "no/such/folder", "good"] {
            let bad = folder.path().join(bad);
            let files = [(good.as_path(), &b"new"[..]), (bad.as_path(), &b"new"[..])];
            assert!(replace_all(&files).is_err(), "{}", bad.display());
            assert_eq!(fs::read_to_string(&good).unwrap(), "old");
            assert_eq!(names(folder.path()), ["folder", "good"]);
        }
    }

    #[test]
    fn what_is_there_is_not_created_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        create(&path, b"first").unwrap();
        let error = create(&path, b"second").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[cfg(unix)]
    mod on_unix {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o7777
        }

        #[test]
        fn a_link_and_a_device_stay_what_they_are() {
            let folder = tempfile::tempdir().unwrap();
            let real = folder.path().join("real");
            let link = folder.path().join("link");
            fs::write(&real, "old").unwrap();
            symlink(&real, &link).unwrap();
            let null = Path::new("/dev/null");
            replace_all(&[(&link, b"new"), (null, b"gone")]).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        }

        #[test]
        fn a_link_to_nothing_stays_one_and_is_followed() {
            let folder = tempfile::tempdir().unwrap();
            let link = folder.path().join("link");
            symlink("there", &link).unwrap();
            replace(&link, b"new").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            let there = fs::read_to_string(folder.path().join("there"));
            assert_eq!(there.unwrap(), "new");

            let turning = folder.path().join("turning");
            symlink("turning", &turning).unwrap();
            assert!(replace(&turning, b"new").is_err());
            let nowhere = folder.path().join("nowhere");
            symlink("no/such/folder", &nowhere).unwrap();
            assert!(replace(&nowhere, b"new").is_err());
            assert_eq!(
                names(folder.path()),
                ["link", "nowhere", "there", "turning"]
            );
        }

        #[test]
        fn the_mode_of_a_file_stays() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report");
            for old in [0o600, 0o400, 0o640, 0o755, 0o666] {
                let _ = fs::remove_file(&path);
                fs::write(&path, "old").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(old)).unwrap();
                replace(&path, b"new").unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), "new", "{old:o}");
                assert_eq!(mode(&path), old, "{old:o}");
            }
        }

        #[test]
        fn a_new_file_is_as_any_other_new_file() {
            let folder = tempfile::tempdir().unwrap();
            let (own, other) = (folder.path().join("own"), folder.path().join("other"));
            fs::write(&other, "").unwrap();
            replace(&own, b"new").unwrap();
            assert_eq!(mode(&own), mode(&other));
        }

        #[test]
        fn a_file_of_two_names_keeps_both() {
            let folder = tempfile::tempdir().unwrap();
            let (one, two) = (folder.path().join("one"), folder.path().join("two"));
            fs::write(&one, "a longer text than the new one").unwrap();
            fs::hard_link(&one, &two).unwrap();
            replace(&one, b"new").unwrap();
            assert_eq!(fs::read_to_string(&two).unwrap(), "new");
            assert_eq!(fs::metadata(&one).unwrap().nlink(), 2);
            assert_eq!(names(folder.path()), ["one", "two"]);
        }
    }
}
