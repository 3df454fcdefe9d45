//! What a person has git ignore in every repository: the file that their git configuration names.
//!
//! In: the folders of the process' environment. Out: where the ignore file is. Never: a git configuration that is a
//! device or a pipe, or larger than anybody's.

use std::env;
use std::path::{Path, PathBuf};

use super::named::read_named;

/// The largest git configuration that is read, in bytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// The ignore file that `core.excludesFile` names in the person's own git configuration, else the one that git reads
/// where none is named. `None` without a home folder.
pub(super) fn path() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let home = home.map(PathBuf::from);
    let config = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    of(home.as_deref(), config.as_deref())
}

fn of(home: Option<&Path>, config: Option<&Path>) -> Option<PathBuf> {
    let own = home.map(|home| home.join(".config"));
    let config = config.map(Path::to_owned).or(own)?.join("git");
    let files = home.map(|home| home.join(".gitconfig"));
    let named = files
        .into_iter()
        .chain([config.join("config")])
        .find_map(|file| named_in(&read_named(&file, CONFIG_LIMIT).ok()?, home));
    Some(named.unwrap_or_else(|| config.join("ignore")))
}

/// What `excludesFile` of the section `core` names; the last one counts.
fn named_in(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let mut in_core = false;
    let mut named = None;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let name = section.split([']', ' ', '"']).next().unwrap_or_default();
            in_core = name.eq_ignore_ascii_case("core");
        } else if in_core
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case("excludesfile")
        {
            named = Some(value.trim().trim_matches('"').trim());
        }
    }
    let named = named.filter(|named| !named.is_empty())?;
    match named.strip_prefix("~/") {
        Some(below) => Some(home?.join(below)),
        None => Some(PathBuf::from(named)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_file_that_the_configuration_names_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        assert_eq!(of(Some(home), None), Some(home.join(".config/git/ignore")));
        let text =
            "[user]\n excludesfile = no\n[core]\n\tautocrlf = false\n\tExcludesFile = \"~/own\"\n";
        fs::write(home.join(".gitconfig"), text).unwrap();
        assert_eq!(of(Some(home), None), Some(home.join("own")));
        fs::write(home.join(".gitconfig"), "[core]\nexcludesfile=/x/y\n").unwrap();
        assert_eq!(of(Some(home), None), Some("/x/y".into()));
        assert_eq!(of(None, None), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_configuration_that_is_a_device_names_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        std::os::unix::fs::symlink("/dev/zero", home.join(".gitconfig")).unwrap();
        assert_eq!(of(Some(home), None), Some(home.join(".config/git/ignore")));
    }
}
