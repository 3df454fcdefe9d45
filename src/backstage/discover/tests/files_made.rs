//! What the build and the start of an image do to its layers.

use super::*;

const START: &str = "CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"extra.yaml\"]\n";

/// The chain of an image with these instructions, which loads `app-config.yaml` and `extra.yaml`.
fn with_steps(steps: &str) -> String {
    let text = format!("FROM node\nCOPY app-config*.yaml ./\n{steps}\n{START}");
    with_dockerfile(&text).remove(0)
}

#[test]
fn a_copy_takes_the_default_of_a_build_argument() {
    let image = "ARG STAGE=staging\nCOPY app-config.${STAGE}.yaml ./extra.yaml";
    let both = "app-config.yaml app-config.staging.yaml";
    assert_eq!(with_steps(image), format!("Dockerfile!: {both}"));
    let dockerfile = format!("FROM node\nCOPY app-config.yaml ./\n{image}\n{START}");
    let mut files = LAYERS.to_vec();
    files.push(("Dockerfile", &dockerfile));
    files.push((
        "compose.yaml",
        "services:\n  portal:\n    build: {context: ., args: {STAGE: production}}\n",
    ));
    assert_eq!(
        chains_of(&files),
        [
            format!("Dockerfile!: {both}"),
            "compose:portal!: app-config.yaml app-config.production.yaml".to_owned(),
        ]
    );
}

#[test]
fn a_folder_that_nothing_sets_is_the_one_the_command_runs_in() {
    assert_eq!(
        with_steps("COPY app-config.staging.yaml extra.yaml"),
        "Dockerfile!: app-config.yaml app-config.staging.yaml"
    );
}

#[test]
fn what_the_build_makes_is_a_lack() {
    let lacks = |by: &str| format!("Dockerfile!: app-config.yaml ? `{by}` creates `extra.yaml`");
    for (step, by) in [
        (
            "COPY --from=config /out/extra.yaml ./",
            "COPY --from=config",
        ),
        ("COPY <<EOF ./extra.yaml\na: 1\nEOF", "COPY <<"),
        ("COPY extra.tmpl ./extra.yaml", "COPY"),
        ("RUN envsubst < extra.tpl > extra.yaml", "RUN envsubst"),
        ("RUN curl -fsS https://c.example -o extra.yaml", "RUN curl"),
    ] {
        assert_eq!(with_steps(step), lacks(by), "{step}");
    }
    // Nothing brings it.
    assert_eq!(
        with_steps("COPY extra.yaml ./"),
        "Dockerfile!: app-config.yaml ? `extra.yaml` does not exist"
    );
}

#[test]
fn what_the_build_moves_is_followed() {
    let staging = "Dockerfile!: app-config.yaml app-config.staging.yaml";
    assert_eq!(
        with_steps("RUN yarn build && mv app-config.staging.yaml extra.yaml"),
        staging
    );
    assert_eq!(
        with_steps("RUN cp app-config.staging.yaml one.yaml\nRUN ln -s one.yaml extra.yaml"),
        staging
    );
}

#[test]
fn what_the_build_changes_is_a_lack() {
    let moved = "RUN cp app-config.staging.yaml extra.yaml";
    assert_eq!(
        with_steps(&format!("{moved} && sed -i s/a/b/ extra.yaml")),
        "Dockerfile!: app-config.yaml app-config.staging.yaml ? `RUN sed` changes `app-config.staging.yaml`"
    );
    let maybe = "RUN if [ -n \"$X\" ]; then cp app-config.staging.yaml app-config.yaml; fi";
    assert_eq!(
        with_steps(&format!("{moved}\n{maybe}")),
        "Dockerfile!: app-config.yaml app-config.staging.yaml ? `RUN cp` changes `app-config.yaml`"
    );
}

#[test]
fn what_is_kept_out_of_an_image_is_not_loaded() {
    let of = |ignored: &str, steps: &str, start: &str| {
        let dockerfile = format!(
            "FROM node\nWORKDIR /app\nCOPY . .\n{steps}CMD [\"node\", \"packages/backend\"{start}]\n"
        );
        chains_of(&[
            ("app-config.yaml", ""),
            ("app-config.local.yaml", ""),
            ("Dockerfile", &dockerfile),
            (".dockerignore", ignored),
        ])
        .remove(0)
    };
    assert_eq!(
        of("", "", ""),
        "Dockerfile!: app-config.yaml app-config.local.yaml"
    );
    assert_eq!(
        of("**/*.local.yaml\n", "", ""),
        "Dockerfile!: app-config.yaml"
    );
    assert_eq!(
        of("", "RUN rm -f app-config.local.yaml\n", ""),
        "Dockerfile!: app-config.yaml"
    );
    let named = ", \"--config\", \"app-config.yaml\", \"--config\", \"app-config.local.yaml\"";
    assert_eq!(
        of("*.local.yaml\n", "", named),
        "Dockerfile!: app-config.yaml ? `.dockerignore` excludes `app-config.local.yaml` from the image"
    );
}

#[test]
fn what_is_done_in_front_of_the_backend_counts() {
    assert_eq!(
        with_dockerfile(
            "FROM node\nWORKDIR /app\nCOPY . .\n\
             CMD [\"sh\", \"-c\", \"cp app-config.staging.yaml app-config.local.yaml && node packages/backend\"]\n"
        ),
        ["Dockerfile!: app-config.yaml app-config.staging.yaml"]
    );
    let with = |script: &str| {
        let image = "FROM node\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./docker-entrypoint.sh\"]\nCMD [\"node\", \"packages/backend\"]\n";
        let mut files = LAYERS.to_vec();
        files.push(("Dockerfile", image));
        files.push(("docker-entrypoint.sh", script));
        chains_of(&files).remove(0)
    };
    assert_eq!(
        with("#!/bin/sh\nset -e\ncp app-config.staging.yaml app-config.yaml\nexec \"$@\"\n"),
        "Dockerfile!: app-config.staging.yaml"
    );
    assert_eq!(
        with("export APP_CONFIG_app_title=Portal\nexec \"$@\"\n"),
        "Dockerfile!: app-config.yaml ? `APP_CONFIG_app_title` overrides a value"
    );
    assert_eq!(
        with("exec node packages/backend\n"),
        "Dockerfile!: app-config.yaml ? `./docker-entrypoint.sh` may add layers"
    );
}

#[test]
fn of_two_sources_of_one_name_the_last_stays() {
    let copy = "COPY app-config*.yaml config/app-config.staging.yaml ./";
    let command = "CMD [\"node\", \"packages/backend\", \"--config\", \"app-config.yaml\", \"--config\", \"app-config.staging.yaml\"]";
    let image = format!("FROM node\nWORKDIR /app\n{copy}\n{command}\n");
    let mut files = LAYERS.to_vec();
    files.push(("config/app-config.staging.yaml", ""));
    files.push(("Dockerfile", &image));
    let both = "Dockerfile!: app-config.yaml config/app-config.staging.yaml";
    assert_eq!(chains_of(&files), [both]);
    // What is left out of the context takes no place.
    files.push((".dockerignore", "config\n"));
    let own = "Dockerfile!: app-config.yaml app-config.staging.yaml";
    assert_eq!(chains_of(&files), [own]);
}
