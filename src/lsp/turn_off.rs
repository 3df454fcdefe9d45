//! *Turn RULE off*: a rule switched off in the settings that are in force for a file.

use std::collections::BTreeMap;

use gen_lsp_types::{TextEdit, WorkspaceEdit};

use super::edits::{self, Abilities};
use super::page::Page;
use crate::files::{FilePath, Files as _};
use crate::fix::ignore::is_same_tree;
use crate::settings;
use npm_yaml::edit::{self, Change, Content, Language, Replacement};
use source::{ConfigPath, Part};

/// The edit of the settings; `None` where they cannot be changed safely, or there are none and the editor makes no files.
pub(super) fn edit_of(page: &Page<'_>, rule: &str, abilities: Abilities) -> Option<WorkspaceEdit> {
    let Some(path) = in_force(page) else {
        let path = page.folder.at().join(settings::NAMES[0]);
        let uri = page.folder.uri_of_path(&path);
        let text = format!("rules:\n  {rule}: off\n");
        return abilities
            .creates_files
            .then(|| edits::of_new_file(uri, text));
    };
    let settings = Page::open(page.folder, &page.folder.uri_of_path(&path), page.unit())?;
    let replacements = off(&settings.text, rule)?.into_iter();
    let edits = replacements.map(|one| TextEdit {
        range: settings.range(one.span),
        new_text: one.text,
    });
    let changes = BTreeMap::from([(settings.uri.clone(), edits.collect())]);
    Some(edits::of_files(page.folder, abilities, changes))
}

/// The settings file that is in force for a page.
fn in_force(page: &Page<'_>) -> Option<FilePath> {
    let files = page.folder.files();
    let beside = |folder: FilePath| settings::NAMES.map(|name| folder.join(name));
    let mut known = page.path.parent().ancestors().flat_map(beside);
    known.find(|path| files.is_file(path) && page.folder.may_load(path))
}

/// The replacements in the text of a settings file that turn a rule off. `None` where it does not parse, holds something
/// else than settings, or cannot be changed without changing anything else in it.
fn off(text: &str, rule: &str) -> Option<Vec<Replacement>> {
    let mut path = ConfigPath::root();
    path.push(Part::Key("rules".into()));
    path.push(Part::Key(rule.into()));
    let content = Content::String("off".into());
    let made = edit::edit(text, Language::Yaml, &[Change::Set { path, content }]).ok()?;
    // Other tools would read a boolean there, which is no reason here: settings are read by this one alone.
    let plain = made.iter().map(|one| Replacement {
        text: one.text.replace("'off'", "off"),
        ..one.clone()
    });
    let plain: Vec<Replacement> = plain.collect();
    let quoted = edit::apply(text, &made)?;
    let is_same = is_same_tree(Some(&quoted), &edit::apply(text, &plain)?);
    Some(if is_same { plain } else { made })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_turned_off_in_settings_of_any_shape() {
        for before in [
            "",
            "# note",
            "fail-on: error\r\n",
            "rules:\n  a: off\n",
            "rules:\n    # note\n    a: off\n",
            "rules: { a: off }\n",
            "rules: {}\n",
            "rules:\nb: 1\n",
            "rules:\n  x: error # why\n",
            "{ fail-on: error }\n",
            "{}\n",
            "rules: # why\n  # and how\n  a: off # b\n\n# end\n",
            "---\nfail-on: error\n...\n",
            "\"rules\":\n  'x': warning\n",
            "rules:\n  a: off\n  x:\n    severity: error\n",
        ] {
            let Some(replacements) = off(before, "x") else {
                panic!("refused: {before}");
            };
            let after = edit::apply(before, &replacements).unwrap();
            let root = npm_yaml::parse(&after).root.unwrap();
            let mut path = ConfigPath::root();
            path.push(Part::Key("rules".into()));
            path.push(Part::Key("x".into()));
            let off = Content::String("off".into());
            assert_eq!(Content::at(&root, &path), Some(off), "{after}");
            assert_eq!(after.contains("\r\n"), before.contains("\r\n"), "{after}");
        }
        for text in [
            "- a\n",
            "rules: [\n",
            "rules: 5\n",
            "rules: &a {}\nb: *a\n",
            "rules:\n  ? a\n  : off\n",
        ] {
            assert_eq!(off(text, "x"), None, "{text}");
        }
    }
}
