//! Scripts of a package.json that images and Procfiles run.

use super::*;

const ROOT: &str = r#"{"name": "root", "workspaces": ["packages/*"], "scripts": {
    "start": "backstage-cli repo start",
    "serve": "NODE_ENV=production node packages/backend --config app-config.yaml",
    "again": "yarn serve",
    "loop": "yarn loop"
}}"#;
const BACKEND: &str = r#"{"name": "backend", "backstage": {"role": "backend"}, "scripts": {
    "start": "backstage-cli package start --config ../../app-config.yaml"
}}"#;
const APP: &str = r#"{"name": "app", "backstage": {"role": "frontend"}, "scripts": {
    "start": "backstage-cli package start"
}}"#;

/// The chains of an image with a command, without those of the scripts themselves.
fn image(command: &str) -> Vec<String> {
    let dockerfile = format!("FROM node\nWORKDIR /app\nCOPY . .\n{command}\n");
    let chains = chains_of(&[
        ("app-config.yaml", ""),
        ("app-config.production.yaml", ""),
        ("package.json", ROOT),
        ("packages/backend/package.json", BACKEND),
        ("packages/app/package.json", APP),
        ("Dockerfile", &dockerfile),
    ]);
    let of_image = |chain: &String| chain.starts_with("Dockerfile");
    chains.into_iter().filter(of_image).collect()
}

#[test]
fn an_image_that_runs_a_script_loads_what_the_script_loads() {
    let base = ["Dockerfile!: app-config.yaml"];
    assert_eq!(image(r#"CMD ["yarn", "start"]"#), base);
    assert_eq!(image("CMD npm run serve"), base);
    assert_eq!(image(r#"CMD ["yarn", "again"]"#), base);
    assert_eq!(
        image(r#"CMD ["yarn", "workspace", "backend", "start"]"#),
        base
    );
    assert_eq!(
        image(r#"CMD ["yarn", "--cwd", "packages/backend", "start"]"#),
        base
    );
    assert_eq!(
        image("WORKDIR /app/packages/backend\nCMD [\"yarn\", \"start\"]"),
        base
    );
}

#[test]
fn what_the_image_adds_to_a_script_is_loaded_behind_it() {
    assert_eq!(
        image(r#"CMD ["yarn", "serve", "--config", "app-config.production.yaml"]"#),
        ["Dockerfile!: app-config.yaml app-config.production.yaml"]
    );
}

#[test]
fn a_frontend_or_a_script_that_is_not_here_starts_no_backend() {
    let none: &[&str] = &[];
    assert_eq!(image("CMD yarn workspace app start"), none);
    assert_eq!(image("CMD yarn unknown"), none);
    assert_eq!(image("CMD yarn loop"), none);
    assert_eq!(image(r#"CMD ["nginx", "-g", "daemon off;"]"#), none);
}

#[test]
fn a_procfile_that_runs_a_script_starts_what_the_script_starts() {
    let chains = chains_of(&[
        ("app-config.yaml", ""),
        ("package.json", ROOT),
        ("Procfile", "web: yarn serve\n"),
    ]);
    assert!(
        chains.contains(&"Procfile:web!: app-config.yaml".to_owned()),
        "{chains:?}"
    );
}
