//! What is found in trees that are written here.

use super::*;
use crate::connect::words::Role;
use crate::files::MemoryFiles;

fn found(paths: &[&str]) -> Vec<(String, Vec<(String, Role)>)> {
    let files = MemoryFiles::new(paths.iter().map(|path| (*path, "")));
    let found = find(&files, &FilePath::root(), &mut Sources::default());
    let servers = found.servers.into_iter();
    servers
        .map(|server| {
            let parts = server.parts.into_iter();
            let parts = parts.map(|part| (part.path.to_string(), part.role));
            (server.name.to_string(), parts.collect())
        })
        .collect()
}

#[test]
fn a_migration_file_belongs_to_the_main_file_beside_it() {
    let found = found(&[
        "a/rstudio-connect.gcfg",
        "a/rstudio-connect-migration.gcfg",
        "b/rstudio-connect-migration.gcfg",
        "c/rstudio-connect-float.gcfg",
    ]);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "a/rstudio-connect.gcfg",
            "b/rstudio-connect-migration.gcfg",
            "c/rstudio-connect-float.gcfg"
        ]
    );
    assert_eq!(
        found[0].1,
        [
            (
                "a/rstudio-connect-migration.gcfg".to_owned(),
                Role::Migration
            ),
            ("a/rstudio-connect.gcfg".to_owned(), Role::Main)
        ]
    );
}

#[test]
fn files_of_other_products_and_of_other_names_are_none() {
    assert!(
        found(&[
            "rstudio-pm.gcfg",
            "chronicle-local.gcfg",
            "app.gcfg",
            "rstudio-connect.gcfg.bak"
        ])
        .is_empty()
    );
}

#[test]
fn a_file_that_a_person_names_may_have_any_name() {
    let files = MemoryFiles::new([("etc/connect.gcfg", ""), ("etc/rstudio-pm.gcfg", "")]);
    let mut sources = Sources::default();
    let found = around(&files, &FilePath::new("etc/connect.gcfg"), &mut sources);
    assert_eq!(found.servers.len(), 1);
    let found = around(&files, &FilePath::new("etc/rstudio-pm.gcfg"), &mut sources);
    assert!(found.servers.is_empty());
    assert_eq!(found.left_out.len(), 1);
}
