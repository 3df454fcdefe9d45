//! The policies of docs/policies.md do what the page says.

use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt as _;

/// The YAML blocks of the page that are cards.
fn cards() -> Vec<String> {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies.md"))
            .unwrap_or_default();
    page.split("```yaml\n")
        .skip(1)
        .filter_map(|block| block.split("\n```").next())
        .filter(|block| block.starts_with("id: "))
        .map(str::to_owned)
        .collect()
}

fn write(folder: &Path, path: &str, text: &str) -> std::io::Result<PathBuf> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, text)?;
    Ok(path)
}

fn test_policies(folder: &Path) -> std::io::Result<(Option<i32>, String)> {
    stagecheck(folder, &["test-policies"])
}

fn stagecheck(folder: &Path, arguments: &[&str]) -> std::io::Result<(Option<i32>, String)> {
    let output = Command::cargo_bin("stagecheck")
        .map_err(std::io::Error::other)?
        .args(arguments)
        .current_dir(folder)
        .output()?;
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((output.status.code(), said))
}

#[test]
fn the_policies_of_the_page_find_what_they_say() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let cards = cards();
    assert_eq!(cards.len(), 11);
    for (index, card) in cards.iter().enumerate() {
        write(folder.path(), &format!("policies/{index}.yaml"), card)?;
    }
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: policies/*.yaml\n",
    )?;
    let (status, said) = test_policies(folder.path())?;
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(said, "11 policies, 22 examples: all as expected\n");
    Ok(())
}

#[test]
fn an_example_that_is_not_as_expected_fails_and_a_broken_policy_is_no_run() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let card = cards().swap_remove(0);
    write(folder.path(), "stagecheck.yaml", "policies: policy.yaml\n")?;
    write(
        folder.path(),
        "policy.yaml",
        &card.replace("production.yaml:1 error", "production.yaml:2 error"),
    )?;
    let (status, said) = test_policies(folder.path())?;
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("found:    app-config.production.yaml:1 error"),
        "{said}"
    );
    write(
        folder.path(),
        "policy.yaml",
        &card.replace("base.host", "base.hots"),
    )?;
    let (status, said) = test_policies(folder.path())?;
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("policy.yaml:7") && said.contains("did you mean `host`?"),
        "{said}"
    );
    Ok(())
}

#[test]
fn policies_are_listed_and_explained_like_built_in_rules() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let card = cards().into_iter().next().unwrap_or_default();
    write(folder.path(), "policies.yaml", &card)?;
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: policies.yaml\n",
    )?;
    let (status, said) = stagecheck(folder.path(), &["rules"])?;
    assert_eq!(status, Some(0));
    assert!(said.contains("\npolicy\n  acme-domain "), "{said}");
    let (status, said) = stagecheck(folder.path(), &["explain", "acme-domain", "--full"])?;
    assert_eq!(status, Some(0));
    assert!(said.contains("Base URL outside of acme.example"), "{said}");
    assert!(
        said.contains("## Output") && said.contains("acme-domain"),
        "{said}"
    );
    let (status, said) = stagecheck(folder.path(), &["explain", "acme-domian"])?;
    assert_eq!(status, Some(2));
    assert!(said.contains("did you mean `acme-domain`?"), "{said}");
    Ok(())
}

#[test]
fn a_mistake_in_a_policy_keeps_only_policies_from_being_explained() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), "policies.yaml", "id: acme-x\n")?;
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: policies.yaml\n",
    )?;
    let (status, said) = stagecheck(folder.path(), &["explain", "acme-x"])?;
    assert_eq!(status, Some(2));
    assert!(said.contains("policies.yaml"), "{said}");
    let built_in = ["explain", "missing-driver"];
    assert_eq!(stagecheck(folder.path(), &built_in)?.0, Some(0));
    Ok(())
}

#[test]
fn a_pattern_that_is_none_is_a_mistake_with_a_place() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let card = "id: acme-x\ntitle: X\nscope: layer\ncases:\n  - when: \"'x'.matches('[')\"\n    severity: error\n    message: x\n    at: [{ here: config }]\nwhy: x\nfix: x\n";
    write(folder.path(), "policies.yaml", card)?;
    write(folder.path(), "app-config.yaml", "app: {}\n")?;
    write(
        folder.path(),
        "stagecheck.yaml",
        "policies: policies.yaml\n",
    )?;
    let (status, said) = stagecheck(folder.path(), &[])?;
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("policies.yaml:5:11: error[settings] `cases[0].when` passes `matches` a pattern that is not a valid regular expression, or is too large"),
        "{said}"
    );
    assert!(
        said.ends_with("error: invalid policy: nothing was checked\n"),
        "{said}"
    );
    Ok(())
}
