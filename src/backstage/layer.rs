//! One layer: file to text to nodes.
//!
//! In: a path and the [`Files`] it is read from. Out: a [`Layer`] with its document and every problem of its text.
//! Never: directives, placeholders, other files.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::backstage::words::LayerFile;
use crate::files::{FilePath, Files, ReadError, Replaced};
use crate::finding::{Edit, Effect, Fix, FixKind, Problem};
use crate::text::{Place, SourceId, Sources, Span};
use npm_yaml::Document;
use npm_yaml::edit::{self, Content};

/// Reads and parses one layer. Its text is added to `sources`; a file that cannot be read is a source without text,
/// so that the problem has a place.
pub fn load(files: &dyn Files, path: &FilePath, sources: &mut Sources) -> Layer {
    match lossy(files.read(path, MAX_BYTES)) {
        Ok(Read { text, bad_byte }) => {
            let source = sources.add(files.source(path, Arc::clone(&text)));
            let document = npm_yaml::parse(&text);
            let mut problems = problems(&document, source, sources);
            problems.extend(bad_byte.map(|at| not_utf8(at, source)));
            Layer {
                path: path.clone(),
                source,
                start: Span::default(),
                document,
                problems,
                brought: BTreeSet::new(),
            }
        }
        Err(error) => {
            let source = sources.add(files.source(path, Arc::from("")));
            let place = Place::new(source, Span::default());
            Layer {
                path: path.clone(),
                source,
                start: Span::default(),
                document: Document::default(),
                problems: vec![unreadable(&error, place)],
                brought: BTreeSet::new(),
            }
        }
    }
}

/// Reads and parses a layer that the workspace found: a file, or a part of another one, whose places are then in that
/// other file.
pub fn load_found(files: &dyn Files, layer: &LayerFile, sources: &mut Sources) -> Layer {
    let Some(embedded) = &layer.embedded else {
        return load(files, &layer.path, sources);
    };
    let document = embedded.document(sources);
    let problems = problems(&document, embedded.source, sources);
    Layer {
        path: layer.path.clone(),
        source: embedded.source,
        start: document
            .root
            .as_ref()
            .map_or(Span::at(embedded.document.start), |root| {
                Span::at(root.span.start as usize)
            }),
        document,
        problems,
        brought: BTreeSet::new(),
    }
}

/// A text as the real loader reads it.
pub(super) struct Read {
    /// With U+FFFD in place of what is not UTF-8.
    pub(super) text: Arc<str>,
    /// Where the first such place is: one that stands in the file itself was lost when somebody saved it.
    pub(super) bad_byte: Option<usize>,
}

/// What was read of a file, as Node reads it: a byte that is not UTF-8 ends nothing.
pub(super) fn lossy(read: Result<Arc<str>, ReadError>) -> Result<Read, ReadError> {
    match read {
        Ok(text) => Ok(Read {
            bad_byte: text.find(char::REPLACEMENT_CHARACTER),
            text,
        }),
        Err(ReadError::NotUtf8(Replaced { at, text })) => Ok(Read {
            text,
            bad_byte: Some(at),
        }),
        Err(error) => Err(error),
    }
}

/// The problem of a byte that is not UTF-8.
pub(super) fn not_utf8(at: usize, source: SourceId) -> Problem {
    let span = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
    Problem::surprising(
        "not-utf-8",
        "invalid UTF-8: the app reads the replacement character U+FFFD here",
        Place::new(source, span),
    )
}

/// The largest layer or included file that is read, in bytes. Real ones stay below 200 KB.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// One layer as parsed.
#[derive(Debug)]
pub struct Layer {
    /// The file.
    pub path: FilePath,
    /// Its text among the sources.
    pub source: SourceId,
    /// Where it begins in that text.
    pub start: Span,
    /// Its nodes and comments.
    pub document: Document,
    /// What is wrong with its text, in order of place.
    pub problems: Vec<Problem>,
    /// Files that images of the app get besides those of the repository: a directive may name one.
    pub brought: BTreeSet<FilePath>,
}

impl Layer {
    /// Whether the real loader refuses the file, so that no app starts that loads it.
    pub fn is_broken(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.effect == Effect::Fatal)
    }
}

/// The problems of a parsed text.
pub(super) fn problems(document: &Document, source: SourceId, sources: &Sources) -> Vec<Problem> {
    let problem = |problem: &npm_yaml::Problem| {
        let place = Place::new(source, problem.span);
        let mut message = problem.message.clone();
        if problem.rule == npm_yaml::DUPLICATE_KEY
            && let Some(name) = name_of(sources.slice(place))
        {
            message = format!("duplicate key `{name}`");
        }
        // The column is that in the file, which is not that in the text where a manifest holds the layer.
        if let Some(sibling) = problem.aligned_with {
            let column = sources.get(source).position(sibling.start).column;
            message.push_str(&format!(" (column {column})"));
        }
        let mut converted = if problem.is_fatal() {
            Problem::fatal(problem.rule, message, place)
        } else {
            Problem::surprising(problem.rule, message, place)
        };
        converted.help.clone_from(&problem.help);
        converted
            .fixes
            .extend(quoted(document, problem, place, sources));
        match &problem.related {
            Some((span, note)) => converted.with_related(Place::new(source, *span), note.as_str()),
            None => converted,
        }
    };
    document.problems.iter().map(problem).collect()
}

/// A key as a message may call it. One that does not look like a name may be a misplaced value; of those that do, the mask
/// hides what looks like a secret.
fn name_of(key: &str) -> Option<&str> {
    const LONGEST: usize = 64;
    let name = key.trim_matches(['"', '\'']);
    let is_name = |c: char| c.is_alphanumeric() || "-_./@".contains(c);
    (!name.is_empty() && name.len() <= LONGEST && name.chars().all(is_name)).then_some(name)
}

/// The quotes around a string that other readers of YAML take for something else: the app reads the same.
fn quoted(
    document: &Document,
    problem: &npm_yaml::Problem,
    place: Place,
    sources: &Sources,
) -> Option<Fix> {
    let path = edit::locate(document, problem.span).filter(|_| !problem.is_fatal())?;
    let text = sources.slice(place);
    match Content::at(document.root.as_ref()?, &path)? {
        Content::String(value) if *value == *text && !text.contains('\'') => {
            let edit = Edit::words(place, format!("'{text}'"));
            let title = "Put quotes around the string";
            Some(Fix::of_edits(title, FixKind::Safe, vec![edit]))
        }
        _ => None,
    }
}

fn unreadable(error: &ReadError, place: Place) -> Problem {
    let message = format!("cannot read this file: {error}");
    Problem::fatal("yaml-syntax", message, place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn a_layer_is_read_with_its_problems_at_their_places() {
        let files = MemoryFiles::new([("app-config.yaml", "a: 1\nb: yes\na: 2\n")]);
        let mut sources = Sources::default();
        let layer = load(&files, &FilePath::new("app-config.yaml"), &mut sources);
        assert!(layer.is_broken());
        let [problem] = &layer.problems[..] else {
            panic!("{:?}", layer.problems)
        };
        assert_eq!(problem.rule, "yaml-duplicate-key");
        assert_eq!(problem.primary.place.span, Span::new(12, 13));
        assert_eq!(problem.related[0].place.span, Span::new(0, 1));
        assert_eq!(sources.get(layer.source).path(), "app-config.yaml");
    }

    #[test]
    fn a_layer_that_is_not_there_is_a_problem_with_a_place() {
        let files = MemoryFiles::default();
        let mut sources = Sources::default();
        let layer = load(&files, &FilePath::new("app-config.yaml"), &mut sources);
        assert!(layer.is_broken());
        assert_eq!(layer.problems[0].primary.place.source, layer.source);
    }

    #[test]
    fn surprises_do_not_break_a_layer() {
        let files = MemoryFiles::new([("app-config.yaml", "a: yes\n")]);
        let layer = load(
            &files,
            &FilePath::new("app-config.yaml"),
            &mut Sources::default(),
        );
        assert!(!layer.is_broken());
        assert_eq!(layer.problems[0].rule, "yaml-surprise");
    }
}
