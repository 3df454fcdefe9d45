//! The schemas that a finding comes from.

use std::fmt;
use std::sync::Arc;

/// A schema that reports a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reporter {
    /// That of a package, by name and version: `@backstage/backend-defaults 0.19.0`.
    Package(Arc<str>),
    /// A schema file of the user.
    File {
        /// Its path as a person knows it.
        shown: Arc<str>,
        /// Its path in the repository, which is the same wherever the run is started.
        path: Arc<str>,
    },
}

impl fmt::Display for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Package(name) => name,
            Self::File { shown, .. } => shown,
        })
    }
}

/// Whose schemas report something, as a sentence: every file, and of many packages the first. Empty without any.
pub fn attribution(reporters: &[Reporter]) -> String {
    let (packages, files): (Vec<_>, Vec<_>) = reporters
        .iter()
        .partition(|reporter| matches!(reporter, Reporter::Package(_)));
    let mut names: Vec<String> = match &*packages {
        [first, _, _, ..] => vec![
            first.to_string(),
            format!("{} more packages", packages.len() - 1),
        ],
        few => few.iter().map(ToString::to_string).collect(),
    };
    names.extend(files.iter().map(ToString::to_string));
    match &*names {
        [] => String::new(),
        [only] => format!("Reported by the schema of {only}."),
        [first @ .., last] => {
            format!(
                "Reported by the schemas of {} and {last}.",
                first.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_named_and_of_many_packages_one() {
        let packages = ["one", "two", "three"].map(|name| Reporter::Package(name.into()));
        let files = ["a.json", "b.json"].map(|path| Reporter::File {
            shown: path.into(),
            path: path.into(),
        });
        let all = [&packages[..], &files].concat();
        for (reporters, expected) in [
            (&all[..0], ""),
            (&all[..1], "Reported by the schema of one."),
            (&all[..2], "Reported by the schemas of one and two."),
            (
                &all[..3],
                "Reported by the schemas of one and 2 more packages.",
            ),
            (&all[3..], "Reported by the schemas of a.json and b.json."),
            (
                &all,
                "Reported by the schemas of one, 2 more packages, a.json and b.json.",
            ),
        ] {
            assert_eq!(attribution(reporters), expected);
        }
    }
}
