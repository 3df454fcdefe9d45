//! Whether the objects of a repository are files: what reads them opens whatever stands there.
//!
//! In: the folder of a repository's objects. Out: the same folder and those it refers to, when nothing in them would
//! hang a reader or fill memory: a pipe, a device, a list of alternates without end.

use std::fs;
use std::path::{Path, PathBuf};

use gix_index::hash::ObjectId;

use super::named::read_named;

/// The largest list of alternates that is read, in bytes.
const LIST_LIMIT: u64 = 64 << 10;

/// How many folders of objects one repository may have.
const MOST_FOLDERS: usize = 64;

/// Every folder of objects that a repository reads; `None` when one of them could not be read safely.
pub(super) fn folders(own: &Path) -> Option<Vec<PathBuf>> {
    let mut folders = vec![own.to_owned()];
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        let list = folder.join("info/alternates");
        if fs::symlink_metadata(&list).is_ok() {
            let text = read_named(&list, LIST_LIMIT).ok()?;
            for line in text.lines().map(str::trim) {
                // A quoted path holds escapes; hardly any repository has one.
                if line.starts_with('"') {
                    return None;
                }
                let other = folder.join(line);
                if !line.is_empty() && !line.starts_with('#') && !folders.contains(&other) {
                    folders.push(other);
                }
                if folders.len() > MOST_FOLDERS {
                    return None;
                }
            }
        }
        if !are_files(&folder.join("pack")) {
            return None;
        }
    }
    Some(folders)
}

/// Whether an object that stands in a file of its own is a regular file wherever it stands.
pub(super) fn is_plain(folders: &[PathBuf], object: &ObjectId) -> bool {
    let name = object.to_hex().to_string();
    let (folder, file) = name.split_at(name.len().min(2));
    folders
        .iter()
        .map(|objects| objects.join(folder).join(file))
        .all(|path| is_file_or_absent(&path))
}

/// Whether all in a folder are regular files or folders; one that is not there has nothing else.
fn are_files(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return true;
    };
    entries.flatten().all(|entry| {
        let metadata = fs::metadata(entry.path());
        metadata.is_ok_and(|metadata| metadata.is_file() || metadata.is_dir())
    })
}

fn is_file_or_absent(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) => metadata.is_file(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_are_followed_as_long_as_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        for objects in [&a, &b] {
            fs::create_dir_all(objects.join("info")).unwrap();
        }
        assert_eq!(folders(&a), Some(vec![a.clone()]));
        fs::write(a.join("info/alternates"), format!("{}\n", b.display())).unwrap();
        fs::write(b.join("info/alternates"), format!("{}\n", a.display())).unwrap();
        assert_eq!(folders(&a), Some(vec![a.clone(), b.clone()]));
        let many: String = (0..100).map(|number| format!("/x/{number}\n")).collect();
        fs::write(b.join("info/alternates"), many).unwrap();
        assert_eq!(folders(&a), None);
        fs::write(b.join("info/alternates"), "x".repeat(100_000)).unwrap();
        assert_eq!(folders(&a), None);
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_no_objects() {
        let folder = tempfile::tempdir().unwrap();
        let objects = folder.path().join("objects");
        fs::create_dir_all(objects.join("info")).unwrap();
        fs::create_dir_all(objects.join("pack")).unwrap();
        fs::create_dir_all(objects.join("00")).unwrap();
        let zero = |at: &str| std::os::unix::fs::symlink("/dev/zero", objects.join(at)).unwrap();
        let loose = ObjectId::null(gix_index::hash::Kind::Sha1);
        assert!(is_plain(&folders(&objects).unwrap(), &loose));
        zero("00/00000000000000000000000000000000000000");
        assert!(!is_plain(&folders(&objects).unwrap(), &loose));
        zero("pack/pack-x.idx");
        assert_eq!(folders(&objects), None);
        fs::remove_file(objects.join("pack/pack-x.idx")).unwrap();
        zero("info/alternates");
        assert_eq!(folders(&objects), None);
    }
}
