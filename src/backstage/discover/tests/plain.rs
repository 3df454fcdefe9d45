use super::*;

const COMMAND: &str =
    "node packages/backend --config app-config.yaml --config app-config.production.yaml";

fn with(name: &str, text: &str) -> Vec<String> {
    let mut files = LAYERS.to_vec();
    files.push((name, text));
    let chains = chains_of(&files);
    chains
        .into_iter()
        .filter(|chain| !chain.starts_with("default") && !chain.starts_with("staging"))
        .collect()
}

fn production(name: &str) -> Vec<String> {
    vec![format!(
        "{name}!: app-config.yaml app-config.production.yaml"
    )]
}

#[test]
fn a_procfile_names_its_processes() {
    let text = format!("release: yarn migrate\nweb: {COMMAND}\n");
    assert_eq!(with("Procfile", &text), production("Procfile:web"));
    assert_eq!(
        with("Procfile", "web: yarn workspace backend start\n"),
        production("production")
    );
}

#[test]
fn a_systemd_unit_starts_one() {
    let text = format!("[Service]\nExecStart=-/usr/bin/{COMMAND}\n");
    assert_eq!(
        with("deploy/portal.service", &text),
        production("deploy/portal.service")
    );
}

#[test]
fn a_shell_script_starts_what_it_ends_in() {
    let text = "#!/bin/sh\nset -e\n./wait-for-db.sh\nexec node packages/backend \\\n  --config app-config.yaml \\\n  --config \"$EXTRA\"\n";
    assert_eq!(
        with("docker/entrypoint.sh", text)[0],
        "docker/entrypoint.sh: app-config.yaml ? `$EXTRA` depends on the environment"
    );
    assert_eq!(
        with("build.sh", "yarn build:backend --config app-config.yaml\n"),
        production("production")
    );
}

#[test]
fn heredocs_and_arrays_of_a_shell_script_start_nothing() {
    let usage = format!("#!/bin/sh\ncat <<'EOF'\nRun: {COMMAND}\n{COMMAND}\nEOF\n");
    assert_eq!(with("run.sh", &usage), production("production"));
    let behind = format!("{usage}exec {COMMAND}\n");
    assert_eq!(with("run.sh", &behind), production("run.sh"));
    let array = "args=(--config app-config.yaml)\nargs+=(--config app-config.production.yaml)\nexec node packages/backend \"${args[@]}\"\n";
    assert_eq!(with("run.sh", array), production("production"));
}

#[test]
fn a_makefile_calls_its_chains_by_target() {
    let text = format!("build:\n\tyarn build\nrun: build\n\t@{COMMAND}\n");
    assert_eq!(with("Makefile", &text), production("Makefile:run"));
}

#[test]
fn units_and_scripts_set_variables() {
    let unit = format!(
        "[Service]\nEnvironment=PGSSLMODE=require \"TITLE=a b\"\nEnvironment=PGSSLMODE=verify-full\nExecStart=/usr/bin/{COMMAND}\n"
    );
    let script =
        format!("#!/bin/sh\nPLAIN=1\nexport PGSSLMODE=verify-full TITLE='a b'\nexec {COMMAND}\n");
    for (name, text) in [("portal.service", unit), ("start.sh", script)] {
        let mut files = LAYERS.to_vec();
        files.push((name, &text));
        let workspace = found(&MemoryFiles::new(files));
        let chains = &workspace.app_roots[0].chains;
        let chain = chains.iter().find(|chain| &*chain.name.0 == name).unwrap();
        let mut environment = known_environment(chain);
        environment.sort_unstable();
        assert_eq!(
            environment,
            [("PGSSLMODE", "verify-full"), ("TITLE", "a b")],
            "{name}"
        );
    }
}
