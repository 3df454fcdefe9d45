//! Whose values a values file holds.
//!
//! In: the Chart.yaml around it, and the file's own keys. Out: why it may be for another chart than the two known ones,
//! or nothing. Never: a guess; a chart of one's own may call its keys what it likes.

use crate::backstage::document::NodeExt as _;
use npm_yaml::Node;

/// What the Chart.yaml beside or above a values file says.
pub(super) enum Around {
    /// There is none.
    Nothing,
    /// It is one of the two charts.
    IsOurs,
    /// It brings the official chart, or that of Red Hat, under this key of its values.
    Brings(String),
    /// It is a chart of its own.
    Own,
}

/// The top-level keys of the official chart (backstage/charts, values.yaml from 0.1 to 2.7), and `enabled`, by which
/// charts that bring it switch it.
const OFFICIAL: &[&str] = &[
    "global",
    "kubeVersion",
    "nameOverride",
    "fullnameOverride",
    "namespaceOverride",
    "clusterDomain",
    "commonLabels",
    "commonAnnotations",
    "extraDeploy",
    "diagnosticMode",
    "ingress",
    "httpRoute",
    "backstage",
    "service",
    "networkPolicy",
    "postgresql",
    "serviceAccount",
    "metrics",
    "enabled",
];

/// The top-level keys of the chart of Red Hat Developer Hub (redhat-developer/rhdh-chart).
const RED_HAT: &[&str] = &[
    "global",
    "upstream",
    "route",
    "test",
    "orchestrator",
    "lightspeed",
    "nameOverride",
    "fullnameOverride",
];

/// The keys of `backstage` in the official chart, which refuses others.
const BACKSTAGE: &[&str] = &[
    "replicas",
    "revisionHistoryLimit",
    "image",
    "pdb",
    "autoscaling",
    "containerPorts",
    "command",
    "args",
    "extraAppConfig",
    "extraContainers",
    "extraEnvVars",
    "extraEnvVarsCM",
    "extraEnvVarsSecrets",
    "extraPorts",
    "extraVolumeMounts",
    "extraVolumes",
    "initContainers",
    "installDir",
    "resources",
    "readinessProbe",
    "livenessProbe",
    "startupProbe",
    "podSecurityContext",
    "containerSecurityContext",
    "appConfig",
    "affinity",
    "topologySpreadConstraints",
    "nodeSelector",
    "tolerations",
    "hostAliases",
    "podAnnotations",
    "podLabels",
    "annotations",
    "lifecycle",
    "priorityClassName",
    "strategy",
];

/// The names of the two charts where they are published.
const NAMES: &[&str] = &["backstage", "developer-hub", "redhat-developer-hub", "rhdh"];

/// What it means that a deployment names a chart by this name: the two charts have no key around their values.
pub(super) fn of_name(chart: &str) -> Around {
    match NAMES.contains(&chart) {
        true => Around::IsOurs,
        false => Around::Own,
    }
}

/// Reads a Chart.yaml.
pub(super) fn around(chart: &Node) -> Around {
    let text = |node: &Node, key: &str| {
        let text = node.get(key).and_then(|node| node.as_str());
        text.map(str::to_owned)
    };
    let dependencies = chart
        .get("dependencies")
        .map_or(&[][..], |list| list.items());
    let known = dependencies.iter().find(|dependency| {
        let name = text(dependency, "name").unwrap_or_default();
        let repository = text(dependency, "repository").unwrap_or_default();
        // One from a folder is of one's own, whatever its name.
        NAMES.contains(&name.as_str()) && !repository.starts_with("file:")
    });
    match known {
        Some(dependency) => Around::Brings(
            text(dependency, "alias")
                .or_else(|| text(dependency, "name"))
                .unwrap_or_default(),
        ),
        None => Around::Own,
    }
}

/// How sure it is that values are for one of the two charts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sureness {
    /// They are.
    Sure,
    /// They have the form, but for a chart of one's own, whose templates decide what becomes of them.
    Form,
    /// They may be for any chart; why, for people.
    Unsure(String),
}

/// How sure it is: `root` is the whole file, `parent` the part of it at `key` (or the whole) that has the key
/// `backstage`.
pub(super) fn sureness(around: &Around, root: &Node, key: Option<&str>, parent: &Node) -> Sureness {
    match (around, key) {
        (Around::IsOurs, None | Some("upstream")) => return Sureness::Sure,
        (Around::Brings(name), Some(key)) if name == key => return Sureness::Sure,
        (Around::Brings(name), _) => {
            return Sureness::Unsure(format!(
                "has Backstage values, but not under `{name}`, its name in Chart.yaml"
            ));
        }
        _ => {}
    }
    // The official chart takes keys of its own beside `backstage` that it does not know; below the name of Red Hat's
    // chart they tell nothing.
    let outside = match key {
        Some("upstream") => foreign(root, RED_HAT),
        _ => foreign(parent, OFFICIAL),
    };
    let inside = || foreign(parent.get("backstage")?, BACKSTAGE);
    // `global.dynamic` is Red Hat's alone, whatever stands beside it for another chart.
    let is_red_hat = || {
        let global = root.get("global");
        key == Some("upstream") && global.is_some_and(|global| global.get("dynamic").is_some())
    };
    if outside.is_some() && is_red_hat() && inside().is_none() {
        return Sureness::Form;
    }
    let unknown = outside.or_else(inside);
    by_keys(around, unknown)
}

/// How sure it is for what a chart of one's own passes on to that of Red Hat, as its dependency `name`: `chart` is the
/// part of the file under that name, `upstream` what it holds for the official chart. An alias that no Chart.yaml
/// here gives tells nothing.
pub(super) fn sureness_below(
    around: &Around,
    name: &str,
    chart: &Node,
    upstream: &Node,
) -> Sureness {
    match around {
        Around::Brings(known) if known == name => return Sureness::Sure,
        Around::Brings(_) | Around::IsOurs => {
            return Sureness::Unsure(format!(
                "has Backstage values under `{name}`, which is not a dependency in Chart.yaml"
            ));
        }
        Around::Nothing | Around::Own => {}
    }
    let inside = || foreign(upstream.get("backstage")?, BACKSTAGE);
    by_keys(around, foreign(chart, RED_HAT).or_else(inside))
}

/// The first key that is none of the known ones.
fn foreign(node: &Node, known: &[&str]) -> Option<String> {
    let keys = node.entries().iter().map(|entry| &*entry.key.text);
    let mut others = keys.filter(|key| !known.contains(key) && !key.starts_with("x-"));
    others.next().map(str::to_owned)
}

fn by_keys(around: &Around, unknown: Option<String>) -> Sureness {
    match (around, unknown) {
        (_, Some(key)) => Sureness::Unsure(format!(
            "has values with the key `{key}` of an unknown chart"
        )),
        (Around::Own, None) => Sureness::Form,
        (_, None) => Sureness::Sure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::document;

    fn judged(chart: Option<&str>, values: &str, key: Option<&str>) -> Sureness {
        let around = chart.map_or(Around::Nothing, |chart| {
            super::around(&document::root(chart).unwrap())
        });
        let root = document::root(values).unwrap();
        let parent = key.map_or(&root, |key| root.get(key).unwrap());
        sureness(&around, &root, key, parent)
    }

    fn unsure(sureness: Sureness) -> String {
        match sureness {
            Sureness::Unsure(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_that_the_charts_have_are_enough_where_no_chart_is_named() {
        let values = "backstage: {appConfig: {}, extraEnvVars: []}\npostgresql: {enabled: true}\n";
        assert_eq!(judged(None, values, None), Sureness::Sure);
        let below = "backstage:\n  backstage: {args: []}\n";
        assert_eq!(judged(None, below, Some("backstage")), Sureness::Sure);
        let red_hat = "global: {}\nroute: {}\nupstream:\n  backstage: {appConfig: {}}\n";
        assert_eq!(judged(None, red_hat, Some("upstream")), Sureness::Sure);
    }

    #[test]
    fn a_key_that_they_have_not_tells_another_chart() {
        let values = "name: portal\nbackstage: {appConfig: {}}\n";
        assert!(unsure(judged(None, values, None)).contains("`name`"));
        let inner = "backstage: {appConfig: {}, sharedConfig: {}}\n";
        assert!(unsure(judged(None, inner, None)).contains("`sharedConfig`"));
        let beside = "portal: {}\nupstream:\n  backstage: {appConfig: {}}\n";
        assert!(unsure(judged(None, beside, Some("upstream"))).contains("`portal`"));
    }

    #[test]
    fn what_only_red_hat_s_chart_has_tells_it_whatever_stands_beside() {
        let values = "global: {dynamic: {includes: []}}\nupstream:\n  backstage: {appConfig: {}}\npostgresql: {}\n";
        assert_eq!(judged(None, values, Some("upstream")), Sureness::Form);
    }

    #[test]
    fn a_dependency_in_chart_yaml_settles_it() {
        let chart = "name: portal\ndependencies:\n  - name: backstage\n    alias: hub\n    repository: https://backstage.github.io/charts\n";
        let values = "portal: {}\nhub:\n  backstage: {appConfig: {}, anything: 1}\n";
        assert_eq!(judged(Some(chart), values, Some("hub")), Sureness::Sure);
        let own = "name: backstage\ndependencies:\n  - name: postgresql\n";
        let values = "backstage: {appConfig: {}}\n";
        assert_eq!(judged(Some(own), values, None), Sureness::Form);
        let folder =
            "name: a\ndependencies:\n  - {name: backstage, repository: 'file://../mine'}\n";
        assert_eq!(judged(Some(folder), values, None), Sureness::Form);
    }
}
