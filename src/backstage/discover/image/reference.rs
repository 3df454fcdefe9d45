//! Whose image it is, by its reference.
//!
//! In: a reference (`quay.io/rhdh/rhdh-hub-rhel9:1.5`). Out: whether it serves the website alone, or is a portal that
//! others publish. Never: what is in it.

/// Where the files of an image are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageOrigin {
    /// It is built from this repository.
    Repository,
    /// Nothing tells: a ready image, which may be built from here.
    Unknown,
    /// Others publish it: nothing of this repository is in it but what is mounted.
    Published,
}

/// Words in the name of an image that serves the website alone, with the same ConfigMap and variables as the backend.
const FRONT_ENDS: &[&str] = &["nginx", "httpd", "caddy", "frontend"];

/// Names, by themselves or at the end of another, of what serves the website alone, where its variables and ports say
/// nothing else: `portal/app`, `backstage-ui`.
const WEBSITES: &[&str] = &["app", "ui", "web", "website", "www"];

/// Images of whole portals that others publish, each with its working directory: those of an owner, or a single one.
/// Red Hat Developer Hub, Janus, Roadie's, the demo of Backstage.
const PUBLISHED: &[(&str, &str)] = &[
    ("rhdh/", "/opt/app-root/src"),
    ("rhdh-community/", "/opt/app-root/src"),
    ("janus-idp/", "/opt/app-root/src"),
    ("roadiehq/", "/app"),
    ("backstage/backstage", "/app"),
    ("spotify/backstage", "/usr/src/app"),
];

/// Whether the name of an image, without registry and tag, has one of these words.
pub(crate) fn is_called(image: &str, words: &[&str]) -> bool {
    let mut own = name(image).split(|c: char| !c.is_ascii_alphanumeric());
    own.any(|word| words.contains(&word))
}

/// Whether an image serves the website alone, whatever else is said of it.
pub(crate) fn is_web_server(image: &str) -> bool {
    is_called(image, FRONT_ENDS)
}

/// Whether something of this name is a website by its last word: `backstage-ui`, `ghcr.io/acme/portal/app:main`.
pub(crate) fn is_website(named: &str) -> bool {
    let mut words = name(named).split(|c: char| !c.is_ascii_alphanumeric());
    words
        .next_back()
        .is_some_and(|last| WEBSITES.contains(&last) || FRONT_ENDS.contains(&last))
}

/// Where the files of a ready image are from, by its reference.
pub(crate) fn origin(image: &str) -> ImageOrigin {
    match published_folder(image) {
        Some(_) => ImageOrigin::Published,
        None => ImageOrigin::Unknown,
    }
}

/// The working directory of a portal that others publish; `None` for any other image.
pub(crate) fn published_folder(image: &str) -> Option<&'static str> {
    let path = image.split('@').next().unwrap_or(image);
    let path = match path.rsplit_once(':') {
        // Behind the colon of a registry's port comes a path.
        Some((before, tag)) if !tag.contains('/') => before,
        _ => path,
    };
    let is_theirs = |known: &str| match known.strip_suffix('/') {
        Some(owner) => path.split('/').rev().skip(1).any(|part| part == owner),
        None => {
            let before = path.strip_suffix(known);
            before.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        }
    };
    let known = PUBLISHED.iter().find(|(known, _)| is_theirs(known))?;
    Some(known.1)
}

/// Whether a variable sets a config value that the container of the website takes too: `inject-config.sh` of the
/// front end's image reads the same names as the loader.
pub(crate) fn is_for_website(variable: &str) -> bool {
    let Some(path) = variable.strip_prefix("APP_CONFIG_") else {
        return false;
    };
    path.starts_with("app_") || path.starts_with("organization_") || path == "backend_baseUrl"
}

/// The name of an image without registry and tag.
fn name(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_others_publish_are_known_by_owner_or_name() {
        for image in [
            "quay.io/rhdh-community/rhdh:1.10",
            "registry.redhat.io/rhdh/rhdh-hub-rhel9@sha256:0",
            "ghcr.io/backstage/backstage",
            "localhost:5000/spotify/backstage:latest",
        ] {
            assert_eq!(origin(image), ImageOrigin::Published, "{image}");
        }
        for image in [
            "acme/backstage:1",
            "localhost:5000/backstage",
            "quay.io/acme/rhdh",
            "ghcr.io/acme/mybackstage/backstage",
        ] {
            assert_eq!(origin(image), ImageOrigin::Unknown, "{image}");
        }
    }

    #[test]
    fn websites_are_known_by_their_last_word() {
        for name in ["ghcr.io/acme/portal/app:main", "backstage-ui", "web"] {
            assert!(is_website(name), "{name}");
        }
        for name in [
            "ghcr.io/acme/app-backend:1",
            "app-config",
            "backstage",
            "portal.app/hub",
        ] {
            assert!(!is_website(name), "{name}");
        }
    }
}
