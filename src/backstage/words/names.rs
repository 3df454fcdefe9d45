//! What the name of a file says about it.

use std::sync::Arc;

use crate::backstage::words::LayerRole;
use crate::files::{FilePath, without_template_ending};

/// What a file's name makes of it, as far as layers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backstage) enum NameKind {
    /// A layer, by its name.
    Layer(LayerRole),
    /// It looks like a layer and is none; the reason is for people.
    NotALayer(&'static str),
    /// Nothing to do with layers.
    Unrelated,
}

/// Endings and beginnings that editors and tools give to their own copies.
const COPY_ENDINGS: &[&str] = &[
    "~",
    ".swp",
    ".swo",
    ".bak",
    ".orig",
    ".rej",
    ".old",
    ".save",
    ".tmp",
    ".disabled",
];
/// Words in a name that say: for copying, not for loading.
const EXAMPLE_WORDS: &[&str] = &["example", "examples", "sample", "template", "dist", "tpl"];
/// Words that name production.
const PRODUCTION_WORDS: &[&str] = &["prod", "production", "prd", "live"];
/// Words before those that turn them around: `non-prod`, `pre-production`.
const NEGATIONS: &[&str] = &["non", "not", "no", "pre", "near"];
/// Words for a deployment that only its developer sees.
const DEVELOPMENT_WORDS: &[&str] = &[
    "dev",
    "develop",
    "development",
    "local",
    "localhost",
    "devcontainer",
    "test",
    "tests",
    "testing",
    "e2e",
    "ci",
    "cypress",
    "playwright",
];

/// Judges a file by its name alone.
pub(in crate::backstage) fn kind_of(name: &str) -> NameKind {
    let lower = name.to_ascii_lowercase();
    let Some((before, after)) = lower.split_once("app-config") else {
        return NameKind::Unrelated;
    };
    if COPY_ENDINGS.iter().any(|end| lower.ends_with(end)) || lower.starts_with(['#', '~']) {
        return NameKind::NotALayer("is a backup copy of an editor or tool");
    }
    if is_template(name) {
        return NameKind::NotALayer("is a template");
    }
    let before = before.trim_matches('.');
    let Some(words) = ["yaml", "yml"]
        .iter()
        .find_map(|ending| between(after, ending))
    else {
        return NameKind::Unrelated;
    };
    if words_of(before).any(is_example) || words.iter().any(|word| is_example(word)) {
        return NameKind::Layer(LayerRole::Example);
    }
    if !before.is_empty() {
        // `my-app-config.yaml` may be anything; it is a layer when a start command names it.
        return NameKind::Unrelated;
    }
    NameKind::Layer(role(&words))
}

/// Whether a file becomes a config only after something filled it in, by its name.
pub(in crate::backstage) fn is_template(name: &str) -> bool {
    without_template_ending(name).is_some()
}

/// Whether a layer of this role belongs to production by its name.
pub(in crate::backstage) fn is_production(role: &LayerRole) -> bool {
    let LayerRole::Environment(name) = role else {
        return false;
    };
    names_production(name)
}

/// Whether a word in a name names production: `prod`, `live-eu`, and not `non-prod`.
pub(crate) fn names_production(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = words_of(&lower).collect();
    words.iter().enumerate().any(|(index, word)| {
        let negated = index
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .is_some_and(|before| NEGATIONS.contains(before));
        PRODUCTION_WORDS.contains(word) && !negated
    })
}

/// Whether a name (of a Dockerfile, a service, a script) says that only its developer uses the thing.
pub(crate) fn is_for_development(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| DEVELOPMENT_WORDS.contains(&word))
}

/// Whether a file is in a folder of documentation or examples, by any folder above it.
pub(in crate::backstage) fn is_documentation(path: &FilePath) -> bool {
    const FOLDERS: &[&str] = &[
        "doc",
        "docs",
        "documentation",
        "contrib",
        "example",
        "examples",
        "sample",
        "samples",
    ];
    let folders = path.parent();
    let mut folders = folders.as_str().split('/');
    folders.any(|folder| FOLDERS.contains(&folder))
}

/// Whether values are for the tests of a chart alone: chart-testing installs it with each `ci/*-values.yaml`.
pub(in crate::backstage) fn is_for_chart_tests(path: &FilePath) -> bool {
    path.parent().name() == "ci" && path.name().ends_with("values.yaml")
}

/// The words between `app-config` and the ending: `.production.yaml` has `production`; `.local.yaml.example` has
/// `local` and `example`. `None` when the ending is another.
fn between(after: &str, ending: &str) -> Option<Vec<String>> {
    let stem = after
        .strip_suffix(ending)
        .and_then(|rest| rest.strip_suffix('.'));
    let (middle, trail) = match stem {
        Some(middle) => (middle, ""),
        None => after
            .split_once(&format!(".{ending}."))
            .filter(|(_, trail)| is_example(trail))?,
    };
    if !middle.is_empty() && !middle.starts_with(['.', '-', '_']) {
        return None;
    }
    Some(
        words_of(middle)
            .chain(words_of(trail))
            .map(str::to_owned)
            .collect(),
    )
}

fn is_example(word: &str) -> bool {
    EXAMPLE_WORDS.contains(&word)
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', '-', '_']).filter(|word| !word.is_empty())
}

fn role(words: &[String]) -> LayerRole {
    let is_local = |word: Option<&String>| word.is_some_and(|word| word == "local");
    if words.is_empty() {
        LayerRole::Base
    } else if is_local(words.first()) || is_local(words.last()) {
        LayerRole::Local
    } else {
        LayerRole::Environment(Arc::from(words.join("-")))
    }
}

#[cfg(test)]
mod tests {
    use crate::backstage::words::names::*;

    fn role_of(name: &str) -> Option<LayerRole> {
        match kind_of(name) {
            NameKind::Layer(role) => Some(role),
            _ => None,
        }
    }

    fn environment(name: &str) -> Option<LayerRole> {
        Some(LayerRole::Environment(name.into()))
    }

    #[test]
    fn the_role_is_in_the_name() {
        assert_eq!(role_of("app-config.yaml"), Some(LayerRole::Base));
        assert_eq!(role_of("app-config.yml"), Some(LayerRole::Base));
        assert_eq!(role_of("app-config.local.yaml"), Some(LayerRole::Local));
        assert_eq!(
            role_of("app-config.production.local.yaml"),
            Some(LayerRole::Local)
        );
        assert_eq!(
            role_of("app-config.production.yaml"),
            environment("production")
        );
        assert_eq!(
            role_of("app-config-production.yaml"),
            environment("production")
        );
        assert_eq!(role_of("app-config.prod.yml"), environment("prod"));
        assert_eq!(
            role_of("app-config.localdevcontainer.yaml"),
            environment("localdevcontainer")
        );
        for example in [
            "app-config.example.yaml",
            "app-config.local.yaml.example",
            ".example.app-config.yaml",
            "app-config.template-local.yaml",
            "app-config.example.production.yaml",
        ] {
            assert_eq!(role_of(example), Some(LayerRole::Example), "{example}");
        }
    }

    #[test]
    fn copies_and_templates_are_no_layers() {
        for name in [
            "app-config.yaml~",
            ".app-config.yaml.swp",
            "app-config.yaml.bak",
            "app-config.yaml.hbs",
        ] {
            assert!(matches!(kind_of(name), NameKind::NotALayer(_)), "{name}");
        }
        for name in [
            "devo-app-config.yaml",
            "app-config.json",
            "app-configuration.yaml",
            "values.yaml",
        ] {
            assert_eq!(kind_of(name), NameKind::Unrelated, "{name}");
        }
    }

    #[test]
    fn production_is_a_word_of_the_name_unless_negated() {
        let named = |name: &str| is_production(&LayerRole::Environment(name.into()));
        assert!(named("production") && named("prod-eu") && named("live") && named("prd"));
        assert!(
            !named("non-prod")
                && !named("pre-production")
                && !named("products")
                && !named("staging")
        );
        assert!(!is_production(&LayerRole::Base));
    }

    #[test]
    fn development_is_a_word_of_the_name() {
        assert!(
            is_for_development("Dockerfile.dev") && is_for_development("docker-compose-local.yaml")
        );
        assert!(!is_for_development("Dockerfile") && !is_for_development("devportal"));
    }
}
