//! Images that are not built here: whose files are in them.

use super::*;

fn with_service(service: &str, files: &[(&str, &str)]) -> Vec<String> {
    let compose = format!("services:\n  hub:\n{service}");
    let mut all = vec![("app-config.yaml", "")];
    all.extend_from_slice(files);
    all.push(("compose.yaml", &compose));
    chains_of(&all)
}

const COMMAND: &str = "    command: [node, packages/backend, --config, app-config.yaml]\n";

#[test]
fn a_layer_of_another_folder_is_assumed_to_be_in_an_image_that_is_not_built_here() {
    let service = format!("services:\n  hub:\n    image: acme/hub:3\n{COMMAND}");
    let with = |more: &[(&str, &str)]| {
        let mut files = vec![("hub/app-config.yaml", ""), ("compose.yaml", &service)];
        files.extend_from_slice(more);
        chains_of(&files)
    };
    let [assumed] = with(&[]).try_into().unwrap();
    assert!(assumed.ends_with(
        "hub/app-config.yaml ? `app-config.yaml` is assumed to be `hub/app-config.yaml`, but the image is not built here"
    ), "{assumed}");
    // The source of the portal is what its images are made of.
    let [complete] = with(&[("hub/package.json", "{}")]).try_into().unwrap();
    assert!(
        complete.ends_with("hub!: hub/app-config.yaml"),
        "{complete}"
    );
}

#[test]
fn nothing_of_the_repository_is_in_an_image_that_others_publish() {
    let portal = [("package.json", "{}"), ("Dockerfile", "FROM node\n")];
    let service = format!("    image: quay.io/rhdh-community/rhdh:1.8\n{COMMAND}");
    assert_eq!(
        with_service(&service, &portal),
        ["compose:hub!:  ? `app-config.yaml` is not in this repository"]
    );
    let marked = "    image: quay.io/janus-idp/backstage-showcase\n    environment: {APP_CONFIG_app_title: Hub}\n";
    let [chain] = with_service(marked, &portal).try_into().unwrap();
    assert!(chain.starts_with("compose:hub!:  ? the default base layer is not in this repository"));
    let mounted = format!("{service}    volumes: ['./:/opt/app-root/src']\n");
    assert_eq!(
        with_service(&mounted, &portal),
        ["compose:hub!: app-config.yaml"]
    );
}

#[test]
fn the_website_alone_is_no_backend() {
    let portal = [("package.json", "{}")];
    let with = |environment: &str| {
        let service = format!(
            "    image: ghcr.io/acme/hub/app:2\n    ports: ['3000:80']\n    environment: {{{environment}}}\n"
        );
        with_service(&service, &portal)
    };
    assert_eq!(
        with("APP_CONFIG_app_baseUrl: 'https://hub.acme.example'"),
        ["default: app-config.yaml"]
    );
    // What only a backend reads marks one.
    let of_backend = with("APP_CONFIG_backend_database_client: pg");
    assert!(
        of_backend[0].starts_with("compose:hub!: app-config.yaml"),
        "{of_backend:?}"
    );
}
