//! Versions and ranges of them, as semver orders them.

/// The longest version that npm reads, in bytes.
const MAX_LENGTH: usize = 256;

/// A version. Orders as semver does; build metadata is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: [u64; 3],
    /// A release comes after its pre-releases.
    release: bool,
    pre_release: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Version {
    /// Reads `1.2.3-rc.1+build`. Missing numbers are 0; the operators of a range in front are skipped, so that
    /// `^1.2` is its lowest version. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let text = text.trim_start_matches(['^', '~', '>', '<', '=', 'v', ' ']);
        let text = text.split('+').next()?.trim_end();
        let (numbers, pre_release) = match text.split_once('-') {
            Some((numbers, pre_release)) => (numbers, Some(pre_release)),
            None => (text, None),
        };
        let mut parts = numbers.split('.');
        let mut version = [0; 3];
        for (index, number) in version.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *number = part.parse().ok()?,
                None if index > 0 => {}
                None => return None,
            }
        }
        parts.next().is_none().then(|| Self {
            numbers: version,
            release: pre_release.is_none(),
            pre_release: pre_release
                .into_iter()
                .flat_map(|text| text.split('.'))
                .map(|part| {
                    part.parse()
                        .map_or_else(|_| Part::Word(part.to_owned()), Part::Number)
                })
                .collect(),
        })
    }

    /// The first version that `^` of this one no longer takes.
    fn next_breaking(&self) -> Self {
        let numbers = match self.numbers {
            [0, 0, patch] => [0, 0, patch.saturating_add(1)],
            [0, minor, _] => [0, minor.saturating_add(1), 0],
            [major, ..] => [major.saturating_add(1), 0, 0],
        };
        Self {
            numbers,
            release: true,
            pre_release: Vec::new(),
        }
    }

    /// The first version that `~` of this one no longer takes.
    fn next_minor(&self) -> Self {
        let [major, minor, _] = self.numbers;
        Self {
            numbers: [major, minor.saturating_add(1), 0],
            release: true,
            pre_release: Vec::new(),
        }
    }

    /// The lowest version that a range takes, and the first above it that it no longer takes; `None` for a range that
    /// is more than one version with at most a `^` or `~`.
    pub fn bounds(range: &str) -> Option<(Self, Self)> {
        let lowest = Self::parse(range)?;
        let end = match range
            .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || ".-+".contains(c))
        {
            "^" => lowest.next_breaking(),
            "~" => lowest.next_minor(),
            "" | "=" => {
                let [major, minor, patch] = lowest.numbers;
                Self {
                    numbers: [major, minor, patch.saturating_add(1)],
                    release: true,
                    pre_release: Vec::new(),
                }
            }
            _ => return None,
        };
        Some((lowest, end))
    }

    /// Whether it meets every part of a range such as `>=0.2, <1`, `^0.3` or `0.3.1`; `None` when the range
    /// cannot be read.
    pub fn meets(&self, range: &str) -> Option<bool> {
        let mut meets = true;
        for part in range.split([',', ' ']).filter(|part| !part.is_empty()) {
            let version = Self::parse(part)?;
            let operator =
                part.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || ".-+".contains(c));
            meets &= match operator {
                ">=" => *self >= version,
                ">" => *self > version,
                "<=" => *self <= version,
                "<" => *self < version,
                "^" => *self >= version && *self < version.next_breaking(),
                "~" => *self >= version && *self < version.next_minor(),
                "" | "=" => *self == version,
                _ => return None,
            };
        }
        Some(meets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_order_as_semver_does() {
        let ordered = [
            "0.9.9",
            "1.0.0-alpha",
            "1.0.0-rc.2",
            "1.0.0-rc.10",
            "1.0.0",
            "1.2",
            "1.10.0",
            "2",
        ];
        for pair in ordered.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        assert_eq!(version("^1.2"), version("v1.2.0+build"));
        assert_eq!(Version::parse("workspace:*"), None);
        assert_eq!(Version::parse(""), None);
        assert_eq!(Version::parse("1.2.3.4"), None);
    }

    #[test]
    fn a_range_lies_between_two_versions() {
        let bounds = |range: &str| Version::bounds(range);
        let pair = |low: &str, end: &str| Some((version(low), version(end)));
        assert_eq!(bounds("^0.15.0"), pair("0.15.0", "0.16.0"));
        assert_eq!(bounds("~1.2.3"), pair("1.2.3", "1.3.0"));
        assert_eq!(bounds("0.15.2"), pair("0.15.2", "0.15.3"));
        for range in [">=0.15", "backstage:^", "*", "0.15 || 0.16", "latest"] {
            assert_eq!(bounds(range), None, "{range}");
        }
    }

    #[test]
    fn ranges_take_what_npm_would_take() {
        let meets = |range: &str| version("0.3.1").meets(range);
        for range in [
            "0.3.1",
            ">=0.3",
            "^0.3",
            "~0.3.0",
            ">=0.1, <1",
            ">0.3.0 <=0.3.1",
        ] {
            assert_eq!(meets(range), Some(true), "{range}");
        }
        for range in ["^0.2", "~0.2.9", "<0.3.1", ">0.3.1", "0.3.0"] {
            assert_eq!(meets(range), Some(false), "{range}");
        }
        for range in ["^0.0.18446744073709551615", "~0.18446744073709551615"] {
            assert_eq!(meets(range), Some(false), "{range}");
        }
        assert_eq!(meets("latest"), None);
        assert_eq!(meets(">=x"), None);
    }
}
