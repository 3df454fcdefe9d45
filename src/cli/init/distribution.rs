//! Where users get stagecheck, and what init writes and names by it. [`DISTRIBUTION`] is the one switch.

use super::surroundings::Ci;

/// How this version reaches users. `Source` until a release is published: nothing that init writes or prints may name a
/// package, an action or a tag before that.
pub(super) const DISTRIBUTION: Distribution = Distribution::Source;

/// How a version reaches users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distribution {
    /// They build it, and have it on the PATH.
    Source,
    /// It is on GitHub, npm and PyPI.
    #[allow(dead_code)] // what the switch is turned to
    Released,
}

/// Where the schema of the settings is put for editors, before it has a web address.
pub(super) const LOCAL_SCHEMA: &str = ".vscode/stagecheck.schema.json";

const VERSION: &str = env!("CARGO_PKG_VERSION");
const HOOK_OF_RELEASE: &str = include_str!("hook.yaml");
const HOOK_FROM_PATH: &str = include_str!("hook-local.yaml");
const WORKFLOW: &str = include_str!("workflow.yaml");
const SETTINGS_SCHEMA: &str = include_str!("../../../schemas/stagecheck.schema.json");

impl Distribution {
    /// The hook for pre-commit, without its `files:`.
    pub(super) fn hook(self) -> String {
        match self {
            Self::Source => HOOK_FROM_PATH.to_owned(),
            Self::Released => HOOK_OF_RELEASE.replace("{version}", VERSION),
        }
    }

    /// Whether the hook says itself, without a line of ours, for which files it runs.
    pub(super) fn hook_has_files(self) -> bool {
        self == Self::Released
    }

    /// The command of a hook or a CI job in a repository with these package managers.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Source => "stagecheck",
            Self::Released => "npx --no-install stagecheck",
        }
    }

    /// How to get the command on this machine.
    pub(super) fn install(self) -> &'static str {
        match self {
            Self::Source => {
                "cargo install --locked --path PATH-TO-STAGECHECK   (not released yet: clone it first)"
            }
            Self::Released => "npm install --save-dev stagecheck",
        }
    }

    /// What the settings file says to editors about its schema.
    pub(super) fn modeline(self) -> String {
        let at = match self {
            Self::Source => LOCAL_SCHEMA.to_owned(),
            Self::Released => format!(
                "https://raw.githubusercontent.com/stagecheck/stagecheck/v{VERSION}/schemas/stagecheck.schema.json"
            ),
        };
        format!("# yaml-language-server: $schema={at}\n")
    }

    /// The schema of the settings, where it has no web address yet.
    pub(super) fn local_schema(self) -> Option<&'static str> {
        (self == Self::Source).then_some(SETTINGS_SCHEMA)
    }

    /// The workflow of GitHub Actions; `None` while a runner would have nothing to install.
    pub(super) fn workflow(self, branch: &str) -> Option<String> {
        let workflow = WORKFLOW
            .replace("{version}", VERSION)
            .replace("{branch}", branch);
        (self == Self::Released).then_some(workflow)
    }

    /// The job to add to a CI file that is there, with what it needs.
    pub(super) fn job(self, ci: Ci) -> String {
        let run = match self {
            Self::Source => "stagecheck".to_owned(),
            Self::Released => format!("npx --yes stagecheck@{VERSION}"),
        };
        let image = match self {
            Self::Source => "",
            Self::Released => "  image: node:22-alpine\n",
        };
        match ci {
            Ci::GitHub => format!("      - run: {run}\n"),
            Ci::GitLab => format!(
                "stagecheck:\n{image}  script:\n    - {run} --output gitlab=gl-code-quality-report.json\n  artifacts:\n    when: always\n    reports:\n      codequality: gl-code-quality-report.json\n"
            ),
            Ci::Azure => {
                format!("  - script: {run} --format azure\n    displayName: stagecheck\n")
            }
            Ci::Jenkins => {
                format!("    stage('stagecheck') {{\n      steps {{ sh '{run}' }}\n    }}\n")
            }
        }
    }
}
