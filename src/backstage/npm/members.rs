//! Workspaces to the packages in them, as far as finding the backend needs it.
//!
//! In: a folder. Out: the root of the workspace it is in, and the package.json files there. Never: the order in which
//! packages are built, or which globs make a package a member: a backend is known by its package.json.

use serde::Deserialize;

use crate::files::{FilePath, Files};

/// Files that stand in the root of a workspace and nowhere else: of pnpm, Nx, Turborepo, Rush and Lerna.
const ROOT_FILES: &[&str] = &[
    "pnpm-workspace.yaml",
    "nx.json",
    "turbo.json",
    RUSH,
    "lerna.json",
];

/// Rush has no package.json in its root and names its projects one by one.
const RUSH: &str = "rush.json";

/// The largest rush.json that is read, in bytes.
const RUSH_LIMIT: u64 = 4 << 20;

/// The root of the workspace that a folder is in: the nearest folder above with a file that only roots have, or with a
/// package.json that names `workspaces`.
pub(in crate::backstage) fn root(files: &dyn Files, folder: &FilePath) -> Option<FilePath> {
    let is_root = |folder: &FilePath| {
        ROOT_FILES
            .iter()
            .any(|name| files.is_file(&folder.join(name)))
            || files
                .read(&folder.join("package.json"), super::MANIFEST_LIMIT)
                .is_ok_and(|text| text.contains("\"workspaces\""))
    };
    folder.ancestors().find(is_root)
}

/// The package.json files of the packages in the workspace at `root`, in order of path.
pub(in crate::backstage) fn manifests(files: &dyn Files, root: &FilePath) -> Vec<FilePath> {
    if let Ok(text) = files.read(&root.join(RUSH), RUSH_LIMIT) {
        let mut manifests: Vec<FilePath> = projects(&text)
            .iter()
            .map(|folder| root.join(folder).join("package.json"))
            .filter(|path| !path.is_outside())
            .collect();
        manifests.sort();
        return manifests;
    }
    let listed = files.list(root, &|name| name == "package.json");
    let paths = listed.into_iter().map(|listed| listed.path);
    paths.filter(|path| path.parent() != *root).collect()
}

/// The folders of `projects` in a rush.json, as they are written; none when it cannot be read.
fn projects(text: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Rush {
        projects: Vec<Project>,
    }
    #[derive(Deserialize)]
    struct Project {
        #[serde(rename = "projectFolder")]
        folder: String,
    }
    let rush = serde_json::from_str::<Rush>(&without_comments(text));
    let projects = rush.map(|rush| rush.projects).unwrap_or_default();
    projects.into_iter().map(|project| project.folder).collect()
}

/// A JSON text as Rush writes it, with comments and commas behind the last item, as plain JSON.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => {
                rest = rest.get(line_length(rest)..).unwrap_or_default();
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let inside = rest.get(2..).unwrap_or_default();
                let end = inside.find("*/").map_or(rest.len(), |end| end + 4);
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            ']' | '}' => {
                let kept = plain.trim_end().strip_suffix(',').map(str::len);
                plain.truncate(kept.unwrap_or(plain.len()));
                1
            }
            other => other.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        plain.push_str(part);
        rest = after;
    }
    plain
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// How long the string is that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use crate::backstage::npm::members::*;

    #[test]
    fn projects_are_read_past_comments_and_commas_that_json_has_not() {
        let text = "/* Rush */\n{\n  // versions\n  \"rushVersion\": \"5.0.0\",\n  \"url\": \"https://x/*\\\"*/\",\n  \"projects\": [\n    {\"packageName\": \"a\", \"projectFolder\": \"apps/a\"}, // one\n    {\"packageName\": \"b\", \"projectFolder\": \"libs/b\",},\n  ]\n}\n";
        assert_eq!(projects(text), ["apps/a", "libs/b"]);
        let own = "/*/ \"projects\" */ {\"projects\": [{\"projectFolder\": \"a\"}]/**/}";
        assert_eq!(projects(own), ["a"]);
        for broken in ["", "{", "{\"projects\": 1}", "/*", "\"", "//"] {
            assert!(projects(broken).is_empty(), "{broken}");
        }
    }
}
