//! What an error of the validator is called: in the words of the check of the packages' schemas, without any value of
//! the configuration.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, JsonTypeSet, ValidationError};
use serde_json::Value as Json;

use super::evidence::Judged;
use super::instance::{step, steps};
use crate::backstage::schema::check::{Ground, Problem};
use crate::backstage::schema::explain::{self, misspelling_of, violation};
use crate::backstage::schema::judge::Fault;
use crate::backstage::schema::model::{Bound, Schema, Types};
use crate::backstage::schema::walk::{Saying, Walk};
use crate::backstage::value::{Kind, Value};
use crate::finding::{Reporter, RuleId, Severity};
use ::source::{ConfigPath, Part};

/// How many unions within unions are looked into for the branch that is meant.
const UNION_NESTING: u8 = 8;

/// Turns errors into problems.
pub(super) struct Explainer<'e> {
    /// The configuration.
    pub judged: Judged<'e>,
    /// The schema.
    pub reporter: &'e Reporter,
    /// Where problems go.
    pub walk: Walk,
}

impl<'e> Explainer<'e> {
    /// Says what is wrong by some errors, as far as they hold whatever the open values are.
    pub fn explain<'a>(&mut self, errors: impl IntoIterator<Item = &'a ValidationError<'a>>) {
        self.at_depth(errors.into_iter().collect(), UNION_NESTING);
    }

    /// Says that the configuration was not judged, which must not pass for a judgement.
    pub fn not_judged(&mut self, why: &str) {
        self.at(&[], |_, value| {
            let message = format!("not judged: holding the configuration against the schema {why}");
            vec![violation(message, value.place())]
        });
    }

    fn at_depth(&mut self, errors: Vec<&ValidationError<'_>>, depth: u8) {
        let mut missing: Vec<(Vec<String>, Ground, &str)> = Vec::new();
        for error in errors {
            let Some(ground) = self.judged.evidence(error) else {
                continue;
            };
            if let ValidationErrorKind::Required { property } = error.kind() {
                let path = steps(error.instance_path());
                let key = property.as_str().unwrap_or_default();
                let mut known = missing.iter();
                if !known.any(|(at, _, known)| *at == path && *known == key) {
                    missing.push((path, ground, key));
                }
                continue;
            }
            self.error(error, ground, depth);
        }
        for (path, ground, key) in &missing {
            let all = missing.iter().filter(|(at, ..)| at == path).count();
            self.at(path, |walk, value| {
                vec![Saying {
                    ground: *ground,
                    missing: Some((*key).into()),
                    ..explain::missing(walk, &[key], all, value)
                }]
            });
        }
    }

    fn error(&mut self, error: &ValidationError<'_>, ground: Ground, depth: u8) {
        use ValidationErrorKind as Failed;
        let path = steps(error.instance_path());
        if let Some(refused) = self.judged.refused_keys(error) {
            return self.refused(error, &refused);
        }
        match error.kind() {
            Failed::AnyOf { context } | Failed::OneOfNotValid { context } => {
                self.union(&path, context, ground, depth);
            }
            Failed::PropertyNames { error: of_name } => {
                let key = of_name.instance();
                let Some(key) = key.as_str() else {
                    return;
                };
                let path = [&*path, &[key.to_owned()]].concat();
                let pattern = match of_name.kind() {
                    Failed::Pattern { pattern } => Some(pattern),
                    _ => None,
                };
                self.at(&path, |walk, child| {
                    let name = explain::name(walk);
                    let message = match pattern {
                        Some(pattern) => {
                            format!("`{name}`: the key must match the pattern `{pattern}`")
                        }
                        None => format!("`{name}` is not a valid name for a key here"),
                    };
                    vec![violation(message, child.key_place().or(child.place()))]
                });
            }
            kind => self.at(&path, |walk, value| {
                let saying = plain(walk, kind, value);
                vec![Saying { ground, ..saying }]
            }),
        }
    }

    /// Says of keys that they are refused.
    fn refused(&mut self, error: &ValidationError<'_>, refused: &[String]) {
        let judged = self.judged;
        let Some(object) = judged.value(error) else {
            return;
        };
        let path = steps(error.instance_path());
        let beside = judged.schema_above(error, 1);
        let beside = beside.and_then(|schema| schema.get("properties")?.as_object());
        for (key, _) in judged.known_keys(object, refused) {
            let absent = beside.into_iter().flat_map(|known| known.keys());
            let absent = absent.filter(|known| object.get(known).is_none());
            let near = misspelling_of(key, absent.map(String::as_str));
            let path = [&*path, &[key.to_owned()]].concat();
            self.at(&path, |walk, child| {
                vec![explain::not_a_key(walk, near, child)]
            });
        }
    }

    /// Says something about the value at a path.
    fn at(&mut self, path: &[String], say: impl FnOnce(&Walk, &Value) -> Vec<Saying>) {
        let mut value = self.judged.root;
        let mut nearest = value.place();
        let mut config_path = ConfigPath::root();
        for key in path {
            let part = match &value.kind {
                Kind::Array(_) => Part::Item(key.parse().unwrap_or_default()),
                _ => Part::Key(key.as_str().into()),
            };
            let Some(child) = step(value, key) else {
                break;
            };
            config_path.push(part);
            nearest = child.key_place().or(child.place()).or(nearest);
            value = child;
        }
        self.walk.path = config_path;
        self.walk.nearest = nearest;
        for saying in say(&self.walk, value) {
            self.walk.adopt(Problem {
                rule: RuleId::loader(saying.rule),
                severity: Severity::Error,
                message: saying.message,
                place: saying.place.or(nearest),
                note: saying.note,
                help: saying.help,
                fix: saying.fix,
                path: self.walk.path.clone(),
                ground: saying.ground,
                missing: saying.missing,
                by: vec![self.reporter.clone()],
            });
        }
    }

    /// Says what is wrong with a value that satisfies no branch of a union, by the branch that is meant: one that takes
    /// values of its kind, agrees with the keys of fixed values, and has least against it.
    fn union(
        &mut self,
        path: &[String],
        context: &[Vec<ValidationError<'static>>],
        ground: Ground,
        depth: u8,
    ) {
        let judged = self.judged;
        let counted = |branch: &'_ Vec<ValidationError<'static>>| -> Vec<usize> {
            let indexes = branch.iter().enumerate();
            let counted = indexes.filter(|(_, error)| judged.evidence(error).is_some());
            counted.map(|(index, _)| index).collect()
        };
        let branches: Vec<Vec<&ValidationError<'static>>> = context
            .iter()
            .map(|branch| {
                let counted = counted(branch);
                counted
                    .into_iter()
                    .filter_map(|index| branch.get(index))
                    .collect()
            })
            .collect();
        let is_here = |error: &ValidationError<'_>| steps(error.instance_path()) == path;
        let is_of_kind = |branch: &&Vec<&ValidationError<'static>>| {
            let wrong = |error: &&ValidationError<'_>| {
                is_here(error) && matches!(error.kind(), ValidationErrorKind::Type { .. })
            };
            !branch.iter().any(wrong)
        };
        let of_kind: Vec<_> = branches.iter().filter(is_of_kind).collect();
        let Some(_) = of_kind.first().filter(|_| depth > 0) else {
            let types = branches.iter().flatten().filter(|error| is_here(error));
            let types = types.filter_map(|error| match error.kind() {
                ValidationErrorKind::Type { kind } => Some(types_of(kind)),
                _ => None,
            });
            let types = types.fold(Types::ANY, Types::with);
            let words: Vec<&str> = types.words().collect();
            return self.at(path, |walk, value| {
                vec![match words.is_empty() {
                    true => explain::fault(walk, &Schema::default(), Fault::NoneOf(&[]), value),
                    false => explain::wrong_kind(walk, &words, value),
                }]
            });
        };
        let literals = |branch: &[&ValidationError<'static>], at: &[String]| -> Option<Vec<Json>> {
            let mut errors = branch.iter();
            errors.find_map(|error| {
                (steps(error.instance_path()) == at).then(|| allowed(error.kind()))?
            })
        };
        // Values, not forms: `anyOf: [{const: a}, {enum: [b, c]}]`.
        let all: Option<Vec<Vec<Json>>> = of_kind
            .iter()
            .map(|branch| literals(branch, path))
            .collect();
        if let Some(all) = all {
            let all = all.concat();
            return self.at(path, |walk, value| {
                vec![explain::not_allowed(walk, &all, value)]
            });
        }
        let telling = |branch: &&&Vec<&ValidationError<'static>>| -> Option<Vec<String>> {
            let mut errors = branch
                .iter()
                .map(|error| (steps(error.instance_path()), error));
            errors.find_map(|(at, error)| {
                let is_child = at.len() == path.len() + 1 && at.starts_with(path);
                (is_child && allowed(error.kind()).is_some()).then_some(at)
            })
        };
        let agreeing: Vec<_> = of_kind
            .iter()
            .filter(|branch| telling(branch).is_none())
            .collect();
        if agreeing.is_empty()
            && let Some(key) = of_kind.first().and_then(|first| telling(&first))
        {
            let all: Option<Vec<Vec<Json>>> = of_kind
                .iter()
                .map(|branch| literals(branch, &key))
                .collect();
            if let Some(all) = all {
                let all = all.concat();
                return self.at(&key, |walk, value| {
                    vec![explain::not_allowed(walk, &all, value)]
                });
            }
        }
        let candidates = match agreeing.is_empty() {
            true => of_kind.iter().collect(),
            false => agreeing,
        };
        if let Some(meant) = candidates.into_iter().min_by_key(|branch| branch.len()) {
            let before = self.walk.problems.len();
            self.at_depth((**meant).clone(), depth - 1);
            // What one branch lacks is a fault only together with the others.
            for problem in self.walk.problems.iter_mut().skip(before) {
                if ground == Ground::Absence {
                    problem.ground = ground;
                }
            }
        }
    }
}

/// What to say about an error that one keyword has with one value.
fn plain(walk: &Walk, kind: &ValidationErrorKind, value: &Value) -> Saying {
    use ValidationErrorKind as Failed;
    let fault = |fault: Fault<'_>| explain::fault(walk, &Schema::default(), fault, value);
    #[allow(clippy::cast_precision_loss)] // counts in a message
    let bound = |bound: Bound, limit: u64| fault(Fault::Bound(bound, limit as f64));
    let limit =
        |bound: Bound, limit: &Json| fault(Fault::Bound(bound, limit.as_f64().unwrap_or_default()));
    let name = || explain::name(walk);
    let here = |message: String| violation(message, value.place());
    match kind {
        Failed::Type { kind } => {
            let words: Vec<&str> = types_of(kind).words().collect();
            explain::wrong_kind(walk, &words, value)
        }
        Failed::Constant { .. } | Failed::Enum { .. } => {
            explain::not_allowed(walk, &allowed(kind).unwrap_or_default(), value)
        }
        Failed::Minimum { limit: least } => limit(Bound::Minimum, least),
        Failed::Maximum { limit: most } => limit(Bound::Maximum, most),
        Failed::ExclusiveMinimum { limit: least } => limit(Bound::ExclusiveMinimum, least),
        Failed::ExclusiveMaximum { limit: most } => limit(Bound::ExclusiveMaximum, most),
        Failed::MultipleOf { multiple_of } => fault(Fault::Bound(Bound::MultipleOf, *multiple_of)),
        Failed::MinLength { limit } => bound(Bound::MinLength, *limit),
        Failed::MaxLength { limit } => bound(Bound::MaxLength, *limit),
        Failed::MinItems { limit } => bound(Bound::MinItems, *limit),
        Failed::MaxItems { limit } => bound(Bound::MaxItems, *limit),
        Failed::MinProperties { limit } => bound(Bound::MinProperties, *limit),
        Failed::MaxProperties { limit } => bound(Bound::MaxProperties, *limit),
        Failed::AdditionalItems { limit } => bound(Bound::MaxItems, *limit as u64),
        Failed::UnevaluatedItems { .. } => {
            here(format!("`{}` has items that are not allowed", name()))
        }
        Failed::Pattern { pattern } => fault(Fault::Pattern(pattern)),
        Failed::Format { format } => here(format!("`{}` must be {}", name(), format_words(format))),
        Failed::UniqueItems => fault(Fault::Duplicates),
        Failed::FalseSchema => fault(Fault::Never),
        Failed::Not { .. } => fault(Fault::Not),
        Failed::OneOfMultipleValid { .. } => fault(Fault::SeveralOf(&[])),
        Failed::Contains => here(format!(
            "`{}` does not contain the items that are required",
            name()
        )),
        Failed::ContentEncoding { content_encoding } => {
            here(format!("`{}` is not valid {content_encoding}", name()))
        }
        Failed::ContentMediaType { content_media_type } => {
            here(format!("`{}` is not valid {content_media_type}", name()))
        }
        Failed::FromUtf8 { .. } => here(format!("`{}` is not UTF-8 once decoded", name())),
        _ => here(format!(
            "`{}` is not allowed by `{}`",
            name(),
            kind.keyword()
        )),
    }
}

/// The values that a keyword allows.
fn allowed(kind: &ValidationErrorKind) -> Option<Vec<Json>> {
    match kind {
        ValidationErrorKind::Constant { expected_value } => Some(vec![(**expected_value).clone()]),
        ValidationErrorKind::Enum { options } => options.as_array().cloned(),
        _ => None,
    }
}

/// The types that an error asks for.
pub(super) fn types_of(kind: &TypeKind) -> Types {
    let one = |kind: JsonType| Types::named(kind.as_str()).unwrap_or_default();
    let set = |kinds: JsonTypeSet| kinds.iter().map(one).fold(Types::ANY, Types::with);
    match kind {
        TypeKind::Single(kind) => one(*kind),
        TypeKind::Multiple(kinds) => set(*kinds),
    }
}

/// A format, for people.
fn format_words(format: &str) -> String {
    let words = match format {
        "date" => "a date (RFC 3339)",
        "date-time" => "a date and time (RFC 3339)",
        "time" => "a time (RFC 3339)",
        "duration" => "an ISO 8601 duration",
        "email" | "idn-email" => "an email address",
        "hostname" | "idn-hostname" => "a host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" | "iri" => "a URI with a scheme",
        "uri-reference" | "iri-reference" => "a URI or a relative reference",
        "regex" => "a regular expression",
        "uuid" => "a UUID",
        other => return format!("a valid `{other}`"),
    };
    words.to_owned()
}
