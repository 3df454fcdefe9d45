//! Files with the name of a layer and the contents of something else.
//!
//! In: a path and the first look at a text. Out: why it is no layer, or nothing. Never: YAML parsing; a look-alike
//! often does not parse.

use crate::files::FilePath;

/// Kinds of documents that other products write, by a line their text has at the left margin.
const OTHER_PRODUCTS: &[(&str, &str)] = &[
    ("openapi:", "is an OpenAPI document"),
    ("swagger:", "is an OpenAPI document"),
    ("asyncapi:", "is an AsyncAPI document"),
    ("AWSTemplateFormatVersion:", "is a CloudFormation template"),
    ("spring:", "configures a Spring application"),
    ("quarkus:", "configures a Quarkus application"),
];

/// Why the file at `path` is no layer, going by the folders it is in.
pub(super) fn by_path(path: &FilePath) -> Option<&'static str> {
    let mut below_templates = false;
    for part in path.parent().as_str().split('/') {
        if part == "skeleton" || (below_templates && part == "content") {
            return Some("is part of a scaffolder template");
        }
        below_templates |= matches!(part, "templates" | "template");
    }
    path.as_str()
        .contains("{{")
        .then_some("has a template placeholder in its path")
}

/// Why a text is no layer.
pub(super) fn by_text(text: &str) -> Option<String> {
    let mut has_api_version = false;
    let mut kind = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        if is_templated(line) {
            return Some("is a template".into());
        }
        has_api_version |= line.starts_with("apiVersion:");
        kind = kind.or_else(|| kind_of(line));
        let other = OTHER_PRODUCTS
            .iter()
            .find(|(start, _)| line.starts_with(start));
        if let Some((_, reason)) = other {
            return Some((*reason).into());
        }
    }
    let kind = kind.filter(|_| has_api_version)?;
    Some(format!("is a document of kind {kind}"))
}

/// The `kind` of a Kubernetes-like document, when the line is the one that says it and it is a plain word.
fn kind_of(line: &str) -> Option<&str> {
    let kind = line.strip_prefix("kind:")?.trim();
    let plain =
        !kind.is_empty() && kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some(kind)
}

/// Whether a line has template syntax where YAML cannot mean it: a block (`{{ if … }}`, `{% … %}`), an unquoted
/// value (`key: {{ … }}`), or the scaffolder's `${{ … }}`. A quoted `"{{ … }}"` is a string like any other.
fn is_templated(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with('#') {
        return false;
    }
    let line = line.strip_prefix("- ").unwrap_or(line);
    let value = line
        .split_once(": ")
        .map_or(line, |(_, value)| value.trim_start());
    let begins = |text: &str| text.starts_with("{{") || text.starts_with("{%");
    begins(line) || begins(value) || line.contains("${{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_syntax_counts_only_where_yaml_cannot_mean_it() {
        assert!(by_text("app:\n  title: {{ .Values.title }}\n").is_some());
        assert!(by_text("{{- if .Values.on }}\napp: {}\n{{- end }}\n").is_some());
        assert!(by_text("app:\n  title: ${{ values.title }}\n").is_some());
        assert!(by_text("app:\n  title: 'a {{ b }}'\n# {{ c }}\n").is_none());
        assert!(by_text("app:\n  title: '{{ b }}'\n").is_none());
    }

    #[test]
    fn kubernetes_documents_and_other_products_are_no_layers() {
        assert_eq!(
            by_text("apiVersion: v1\nkind: ConfigMap\n").as_deref(),
            Some("is a document of kind ConfigMap")
        );
        assert!(by_text("spring:\n  datasource: {}\n").is_some());
        assert!(by_text("app:\n  kind: x\nkind: y\n").is_none());
        assert!(by_text("").is_none());
    }

    #[test]
    fn skeletons_are_no_layers() {
        let at = |path: &str| by_path(&FilePath::new(path));
        assert!(at("templates/x/skeleton/app-config.yaml").is_some());
        assert!(at("packages/backend/templates/a/content/app-config.yaml").is_some());
        assert!(at("${{values.name}}/app-config.yaml").is_some());
        assert!(at("content/app-config.yaml").is_none());
    }
}
