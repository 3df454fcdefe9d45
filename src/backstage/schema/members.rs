//! The app's own packages: the members of its workspace.

use super::node::{Located, NodeModules};
use crate::files::{FilePath, Files};
use crate::text::globs::PathGlobs;
use rule_card::tree::Tree as _;

/// The largest pnpm-workspace.yaml that is read, in bytes.
const WORKSPACE_LIMIT: u64 = 1 << 20;

/// The nearest folder at or above an app root that has a package.json.
pub(super) fn base(files: &dyn Files, app_root: &FilePath) -> Option<FilePath> {
    upwards(app_root).find(|folder| files.is_file(&folder.join("package.json")))
}

/// The packages of the app at `app_root`, in order of path: of a workspace every member and its root; else the
/// nearest package. Empty when there is no package.json at or above it.
pub(super) fn members(
    files: &dyn Files,
    node: &NodeModules<'_>,
    app_root: &FilePath,
) -> Vec<Located> {
    let Some(base) = base(files, app_root) else {
        return Vec::new();
    };
    let workspace = upwards(&base).find_map(|folder| Some((globs(files, node, &folder)?, folder)));
    let mut manifests = vec![base.join("package.json")];
    if let Some(((include, exclude), root)) = workspace {
        let listed = files.list(&base, &|name| name == "package.json");
        let own = listed.into_iter().map(|listed| listed.path).filter(|path| {
            let name = path.parent().relative_to(&root);
            include.matches(&name) && !exclude.matches(&name)
        });
        manifests.extend(own);
    }
    let located = manifests.iter();
    located
        .filter_map(|manifest| node.package_at(manifest).ok())
        .collect()
}

/// A folder and those above it.
fn upwards(folder: &FilePath) -> impl Iterator<Item = FilePath> + use<> {
    let mut next = Some(folder.clone());
    std::iter::from_fn(move || {
        let folder = next.take()?;
        next = (folder != FilePath::root()).then(|| folder.parent());
        Some(folder)
    })
}

/// Which folders are members of a workspace whose root is here, and which are not after all.
fn globs(
    files: &dyn Files,
    node: &NodeModules<'_>,
    folder: &FilePath,
) -> Option<(PathGlobs, PathGlobs)> {
    let pnpm = files
        .read(&folder.join("pnpm-workspace.yaml"), WORKSPACE_LIMIT)
        .ok();
    let patterns = match pnpm {
        Some(text) => packages_of_pnpm(&text)?,
        None => {
            let manifest = node.package_at(&folder.join("package.json")).ok()?.manifest;
            let declared = manifest.workspaces.clone()?;
            let list = declared.get("packages").cloned().unwrap_or(declared);
            serde_json::from_value::<Vec<String>>(list).ok()?
        }
    };
    let patterns = patterns.iter().map(String::as_str);
    let (exclude, include): (Vec<&str>, Vec<&str>) = patterns.partition(|it| it.starts_with('!'));
    let plain = |pattern| {
        let pattern: &str = pattern;
        let pattern = pattern.strip_prefix('!').unwrap_or(pattern);
        pattern.trim_start_matches("./").trim_end_matches('/')
    };
    Some((
        PathGlobs::lenient(include.into_iter().map(plain)),
        PathGlobs::lenient(exclude.into_iter().map(plain)),
    ))
}

/// The `packages` of a pnpm-workspace.yaml; `None` when it has none, or is broken.
fn packages_of_pnpm(text: &str) -> Option<Vec<String>> {
    let document = npm_yaml::parse(text);
    let root = document.root?;
    let entries = root.entries()?;
    let (_, _, packages) = entries.into_iter().find(|(key, ..)| *key == "packages")?;
    let texts = packages.items()?.into_iter().map(|item| item.text());
    texts.map(|text| text.map(str::to_owned)).collect()
}
