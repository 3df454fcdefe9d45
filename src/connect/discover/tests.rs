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

/// The variables of the only server, as `NAME=VALUE`, with `?` for what is not known.
fn variables(files: &[(&str, &str)]) -> Vec<String> {
    let files = MemoryFiles::new(files.iter().copied());
    let found = find(&files, &FilePath::root(), &mut Sources::default());
    let [server] = found.servers.as_slice() else {
        panic!("{:?}", found.servers);
    };
    let variables = server.variables.iter();
    variables
        .map(|set| {
            let value = set.variable.value.as_deref().unwrap_or("?");
            format!("{}={value}", set.variable.name)
        })
        .collect()
}

#[test]
fn a_service_that_mounts_the_file_sets_its_variables() {
    let compose = "services:
  connect:
    image: posit/connect
    volumes:
      - ./conf/rstudio-connect.gcfg:/etc/rstudio-connect/rstudio-connect.gcfg:ro
    environment:
      CONNECT_POSTGRES_URL: postgres://u@db/d
      CONNECT_POSTGRES_PASSWORD: ${PASSWORD}
      OTHER: x
  other:
    image: posit/connect
    environment: { CONNECT_SERVER_ADDRESS: 'https://c.acme.example' }
";
    let main = ("conf/rstudio-connect.gcfg", "[Server]\n");
    assert_eq!(
        variables(&[main, ("compose.yaml", compose)]),
        [
            "CONNECT_POSTGRES_URL=postgres://u@db/d",
            "CONNECT_POSTGRES_PASSWORD=?"
        ]
    );
    let folder = compose.replace(
        "/rstudio-connect.gcfg:/etc/rstudio-connect/rstudio-connect.gcfg",
        ":/etc/rstudio-connect",
    );
    assert_eq!(variables(&[main, ("compose.yaml", &folder)]).len(), 2);
    let elsewhere = compose.replace("./conf", "./other");
    assert_eq!(variables(&[main, ("compose.yaml", &elsewhere)]).len(), 0);
}

#[test]
fn of_a_variable_that_two_services_set_differently_nothing_is_known() {
    let service = |name: &str, value: &str| {
        format!(
            "  {name}:\n    volumes: ['./rstudio-connect.gcfg:/etc/rstudio-connect/rstudio-connect.gcfg']\n    environment: ['CONNECT_LOGGING_SERVICELOG={value}']\n"
        )
    };
    let main = ("rstudio-connect.gcfg", "");
    for (other, expected) in [("STDERR", "?"), ("STDOUT", "STDOUT")] {
        let compose = format!(
            "services:\n{}{}",
            service("a", "STDOUT"),
            service("b", other)
        );
        let found = variables(&[main, ("docker-compose.yml", &compose)]);
        assert_eq!(found, [format!("CONNECT_LOGGING_SERVICELOG={expected}")]);
    }
}
