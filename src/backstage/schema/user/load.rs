//! A schema file and the files it refers to, compiled.
//!
//! `$ref` reaches files of the repository and the published meta-schemas, and nothing else: no request leaves this
//! machine. A relative `$ref` is the file beside the file it is in, also where an `$id` says that both are served
//! elsewhere.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{
    Draft, PatternOptions, ReferencingError, Regex, Registry, Uri, ValidationError, Validator, uri,
};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value as Json};

use super::UserSchema;
use super::document::{Document, DocumentError};
use super::graph::{Graph, Patterns};
use super::words::types_of;
use crate::backstage::schema::explain::or_list;
use crate::backstage::schema::model::Types;
use crate::files::{FilePath, Files, ReadError};
use crate::finding::Reporter;
use crate::text::{Place, Sources, closest};

/// How many files one schema may be made of.
const MAX_FILES: usize = 64;

/// The largest compiled regular expression of a schema, in bytes, and the largest table beside it.
const MAX_PATTERN_SIZE: usize = 1 << 20;

/// How many mistakes of one file are shown.
const MAX_MISTAKES: usize = 20;

/// What a `$schema` says that means Backstage's own dialect: draft-07 with `visibility`
/// (`@backstage/config-loader`, `compileConfigSchemas`).
const BACKSTAGE_DIALECT: &str = "https://backstage.io/schema/config-v1";

/// The key that `backstage-cli config:schema --no-merge` writes, which prints the schemas of the packages as a list. As a
/// schema it would check nothing.
const UNMERGED: &str = "backstageConfigSchemaVersion";

/// What a file of the repository is called where `$ref`s are resolved.
const BASE: &str = "repository:///";

/// Characters of a path that a URI does not take as they are.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Something wrong with a schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaMistake {
    /// One sentence.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// Why there is no schema.
#[derive(Debug)]
pub enum UserSchemaError {
    /// The file itself cannot be read.
    Unreadable(ReadError),
    /// It, or a file that it refers to, is no schema that can be judged by.
    Mistakes(Vec<SchemaMistake>),
}

impl UserSchema {
    /// Reads and compiles a schema file: JSON, or YAML where its name does not end in `.json`. The texts of all files it
    /// is made of are added to `sources`.
    ///
    /// # Errors
    /// When the file cannot be read, or it or a file it refers to is no valid JSON Schema: every mistake with its place.
    pub fn read(
        path: &FilePath,
        files: &dyn Files,
        sources: &Sources,
    ) -> Result<Self, UserSchemaError> {
        let mut loader = SchemaLoader {
            files,
            sources,
            documents: Vec::new(),
            names: Vec::new(),
            references: Vec::new(),
            is_of_backstage: false,
            mistakes: Vec::new(),
        };
        match loader.load(path) {
            Ok(()) => {}
            Err(DocumentError::Unreadable(error)) => {
                return Err(UserSchemaError::Unreadable(error));
            }
            Err(DocumentError::Mistakes(mistakes)) => {
                return Err(UserSchemaError::Mistakes(mistakes));
            }
        }
        loader.compiled(Reporter::File {
            shown: files.display(path).into(),
            path: path.as_str().into(),
        })
    }
}

/// Loads the files of one schema.
struct SchemaLoader<'f> {
    files: &'f dyn Files,
    sources: &'f Sources,
    /// The files, the root first.
    documents: Vec<Document>,
    /// URIs of documents, by index.
    names: Vec<(Uri<String>, usize)>,
    /// Every reference to another document.
    references: Vec<Reference>,
    /// Whether a file names Backstage's own dialect.
    is_of_backstage: bool,
    mistakes: Vec<SchemaMistake>,
}

/// A `$ref` that leaves its document.
struct Reference {
    /// What it is resolved to, without its fragment.
    target: Uri<String>,
    place: Place,
}

/// A `$ref` as a document has it.
struct Found<'d> {
    text: &'d str,
    base: Uri<String>,
    pointer: String,
}

impl SchemaLoader<'_> {
    /// Reads the root and every file it leads to.
    fn load(&mut self, root: &FilePath) -> Result<(), DocumentError> {
        let document = Document::read(root, self.files, self.sources)?;
        if document.json.get(UNMERGED).is_some() {
            let place = document.place_at(&format!("/{UNMERGED}"));
            self.mistake(
                "this is a list of schemas, not a schema: print it without `--no-merge`",
                place,
            );
        }
        self.documents.push(document);
        let mut waiting = VecDeque::from([0]);
        while let Some(index) = waiting.pop_front() {
            let draft = self.set_dialect(index);
            let Some(document) = self.documents.get(index) else {
                break;
            };
            let Ok(own) = uri_of(&document.path) else {
                let place = document.place_at("");
                self.mistake("the path of this file is not usable in a `$ref`", place);
                continue;
            };
            self.names.push((own.clone(), index));
            let mut found = Vec::new();
            let mut pointer = String::new();
            references(
                &document.json,
                Holds::Schema,
                draft,
                &own,
                &mut pointer,
                &mut found,
            );
            let folder = document.path.parent();
            let found: Vec<_> = found
                .into_iter()
                .map(|one| {
                    let place = document.place_at(&one.pointer);
                    (one.text.to_owned(), one.base, place)
                })
                .collect();
            for (text, base, place) in found {
                if let Some(loaded) = self.follow(&text, &base, &folder, place) {
                    waiting.push_back(loaded);
                }
            }
        }
        Ok(())
    }

    /// Notes a `$ref` to another document, and reads that where it is a file that was not read before.
    fn follow(
        &mut self,
        text: &str,
        base: &Uri<String>,
        folder: &FilePath,
        place: Place,
    ) -> Option<usize> {
        let before = text.split('#').next().unwrap_or_default();
        let Ok(target) = uri::resolve_against(&base.borrow(), before) else {
            self.mistake(format!("`{text}` is not a valid URI reference"), place);
            return None;
        };
        let relative = uri_scheme(before).is_none() && !before.starts_with('/');
        let path = percent_decode_str(before).decode_utf8_lossy();
        let path = folder.join(&path);
        self.references.push(Reference {
            target: target.clone(),
            place,
        });
        if !relative {
            return None;
        }
        let known = self.documents.iter().position(|one| one.path == path);
        if let Some(known) = known {
            self.names.push((target, known));
            return None;
        }
        if self.documents.len() >= MAX_FILES {
            self.mistake(
                format!("a schema may be made of at most {MAX_FILES} files"),
                place,
            );
            return None;
        }
        match Document::read(&path, self.files, self.sources) {
            Ok(document) => {
                let index = self.documents.len();
                self.documents.push(document);
                self.names.push((target, index));
                return Some(index);
            }
            // It may be part of a document that is read, under an `$id` of its own.
            Err(DocumentError::Unreadable(ReadError::NotFound)) => {}
            Err(DocumentError::Unreadable(error)) => {
                self.mistake(format!("`$ref` to `{text}`: {error}"), place);
            }
            Err(DocumentError::Mistakes(mistakes)) => self.mistakes.extend(mistakes),
        }
        None
    }

    /// Makes Backstage's own dialect draft-07, and refuses one that is not known.
    fn set_dialect(&mut self, index: usize) -> Draft {
        let default = self.draft();
        let Some(document) = self.documents.get_mut(index) else {
            return default;
        };
        let place = document.place_at("/$schema");
        let Some(dialect) = document.json.get_mut("$schema") else {
            return default;
        };
        let name = dialect.as_str().unwrap_or_default();
        let name = name.trim_end_matches('#').to_owned();
        if name == BACKSTAGE_DIALECT {
            *dialect = Json::from("http://json-schema.org/draft-07/schema#");
            self.is_of_backstage = true;
            return Draft::Draft7;
        }
        match Draft::from_schema_uri(&name) {
            Draft::Unknown => {
                self.mistake(
                    format!(
                        "`{name}` is not a known draft; use draft-04, -06, -07, 2019-09 or 2020-12"
                    ),
                    place,
                );
                default
            }
            known => known,
        }
    }

    /// The draft of the root, which holds for files that name none.
    fn draft(&self) -> Draft {
        let root = self.documents.first();
        root.map_or(Draft::default(), |root| Draft::default().detect(&root.json))
    }

    fn mistake(&mut self, message: impl Into<String>, place: Place) {
        self.mistakes.push(SchemaMistake {
            message: message.into(),
            place,
        });
    }

    /// Compiles what was read.
    fn compiled(mut self, reporter: Reporter) -> Result<UserSchema, UserSchemaError> {
        let draft = self.draft();
        for document in &self.documents {
            let draft = draft.detect(&document.json);
            self.mistakes.extend(invalid(document, draft));
        }
        if !self.mistakes.is_empty() {
            return Err(UserSchemaError::Mistakes(self.mistakes));
        }
        match self.validator(draft) {
            Ok((validator, graph)) => Ok(UserSchema {
                reporter,
                validator,
                graph,
                is_of_backstage: self.is_of_backstage
                    || self
                        .documents
                        .iter()
                        .any(|one| has_visibility(&one.json, Holds::Schema)),
                documents: names_of(self.names, self.documents, draft),
            }),
            Err(mistakes) => Err(UserSchemaError::Mistakes(mistakes)),
        }
    }

    fn validator(&self, draft: Draft) -> Result<(Validator, Graph), Vec<SchemaMistake>> {
        let root = self.documents.first().ok_or_else(Vec::new)?;
        let start = root.place_at("");
        let at = |place: Place, message: String| vec![SchemaMistake { message, place }];
        let unregistered = |error: &ReferencingError| match error {
            ReferencingError::Unretrievable { uri, .. } => {
                let mut references = self.references.iter();
                let by = references.find(|one| one.target.as_str() == uri);
                at(by.map_or(start, |by| by.place), unreachable_target(uri))
            }
            error => at(start, error.to_string()),
        };
        let mut registry = Registry::new().draft(draft);
        for (name, index) in &self.names {
            if let Some(document) = self.documents.get(*index) {
                registry = registry
                    .add(name.as_str(), &document.json)
                    .map_err(|error| unregistered(&error))?;
            }
        }
        let registry = registry.prepare().map_err(|error| unregistered(&error))?;
        let (own, _) = self.names.first().ok_or_else(Vec::new)?;
        let (graph, patterns) = Graph::of(&self.documents, own, draft, &registry)?;
        let validator = jsonschema::options()
            .with_draft(draft)
            .with_base_uri(own.as_str())
            .with_registry(&registry)
            .with_pattern_options(pattern_options())
            .should_validate_formats(true)
            .offline()
            .build(&root.json)
            .map_err(|error| {
                let unusable = unusable(patterns);
                if !unusable.is_empty() {
                    return unusable;
                }
                let place = root.place_at(error.instance_path().as_str());
                at(place, format!("invalid JSON Schema: {}", words_of(&error)))
            })?;
        Ok((validator, graph))
    }
}

/// How regular expressions are evaluated: in linear time, and in bounded memory.
fn pattern_options() -> PatternOptions<Regex> {
    PatternOptions::regex()
        .size_limit(MAX_PATTERN_SIZE)
        .dfa_size_limit(MAX_PATTERN_SIZE)
}

/// The regular expressions that cannot be evaluated. Each is compiled for that, so that this is called only once the
/// schema has failed to compile.
fn unusable(patterns: Patterns) -> Vec<SchemaMistake> {
    let is_usable = |pattern: &str| {
        let schema = serde_json::json!({ "pattern": pattern });
        let options = jsonschema::options()
            .with_draft(Draft::Draft7)
            .with_pattern_options(pattern_options());
        options.build(&schema).is_ok()
    };
    let unusable = patterns
        .into_iter()
        .filter(|(pattern, _)| !is_usable(pattern));
    let unusable = unusable.map(|(_, place)| SchemaMistake {
        message: "unsupported regular expression: look-around and back-references are not evaluated, and its size is limited"
            .to_owned(),
        place,
    });
    unusable.take(MAX_MISTAKES).collect()
}

/// Documents by their URIs: those that lead to them, and those that they give themselves.
fn names_of(
    mut names: Vec<(Uri<String>, usize)>,
    documents: Vec<Document>,
    draft: Draft,
) -> HashMap<String, Arc<Json>> {
    let own = names.iter().filter_map(|(name, index)| {
        let json = &documents.get(*index)?.json;
        Some((own_uri(json, draft.detect(json), name)?, *index))
    });
    let own: Vec<_> = own.collect();
    names.extend(own);
    let json: Vec<_> = documents
        .into_iter()
        .map(|document| Arc::new(document.json))
        .collect();
    let names = names.into_iter().filter_map(|(name, index)| {
        let document = json.get(index)?;
        let name = name.as_str().trim_end_matches('#');
        Some((name.to_owned(), Arc::clone(document)))
    });
    names.collect()
}

/// Why there is nothing at a URI.
fn unreachable_target(target: &str) -> String {
    match target.strip_prefix(BASE) {
        Some(path) => {
            let path = percent_decode_str(path).decode_utf8_lossy();
            format!("`$ref` to `{path}`: no such file in the repository")
        }
        None => format!("`$ref` to `{target}` is not fetched; refer to a file of the repository"),
    }
}

/// A file of the repository as a URI.
fn uri_of(path: &FilePath) -> Result<Uri<String>, ReferencingError> {
    let path = utf8_percent_encode(path.as_str(), ESCAPED);
    uri::from_str(&format!("{BASE}{path}"))
}

/// The scheme of an absolute URI.
pub(super) fn uri_scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && scheme.chars().all(is_scheme)).then_some(scheme)
}

/// What an object of a schema file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// A schema: its keys are keywords.
    Schema,
    /// Schemas by names that the author chose, which may be those of keywords.
    Names,
}

/// The values of an object of a schema file in which there may be schemas: not data, in which nothing refers to anything.
fn within(
    object: &Map<String, Json>,
    holds: Holds,
) -> impl Iterator<Item = (&String, &Json, Holds)> {
    object.iter().filter_map(move |(key, value)| {
        let within = match (holds, &**key) {
            (Holds::Schema, "enum" | "const" | "default" | "examples") => return None,
            (
                Holds::Schema,
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
                | "dependencies",
            ) => Holds::Names,
            _ => Holds::Schema,
        };
        Some((key, value, within))
    })
}

/// Every `$ref` to another document, with the base it is resolved against.
fn references<'d>(
    value: &'d Json,
    holds: Holds,
    draft: Draft,
    base: &Uri<String>,
    pointer: &mut String,
    found: &mut Vec<Found<'d>>,
) {
    match value {
        Json::Object(object) => {
            let own = match holds {
                Holds::Schema => own_uri(value, draft, base),
                Holds::Names => None,
            };
            let base = own.as_ref().unwrap_or(base);
            for (key, value, within) in within(object, holds) {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                match value.as_str() {
                    Some(text)
                        if holds == Holds::Schema && key == "$ref" && !text.starts_with('#') =>
                    {
                        found.push(Found {
                            text,
                            base: base.clone(),
                            pointer: pointer.clone(),
                        });
                    }
                    _ => references(value, within, draft, base, pointer, found),
                }
                pointer.truncate(length);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let length = pointer.len();
                pointer.push_str(&format!("/{index}"));
                references(item, Holds::Schema, draft, base, pointer, found);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// The URI that a schema gives itself.
fn own_uri(schema: &Json, draft: Draft, base: &Uri<String>) -> Option<Uri<String>> {
    let id = schema.get(draft.id_keyword())?.as_str()?;
    let id = Some(id).filter(|id| !id.starts_with('#'))?;
    uri::resolve_against(&base.borrow(), id).ok()
}

/// Whether a schema says who may see a value, as those of Backstage do.
fn has_visibility(value: &Json, holds: Holds) -> bool {
    match value {
        Json::Object(object) => within(object, holds).any(|(key, value, within)| {
            let is_keyword = holds == Holds::Schema
                && matches!(&**key, "visibility" | "deepVisibility")
                && value.is_string();
            is_keyword || has_visibility(value, within)
        }),
        Json::Array(items) => items.iter().any(|item| has_visibility(item, Holds::Schema)),
        _ => false,
    }
}

/// What the meta-schema of a draft finds wrong with a document.
fn invalid(document: &Document, draft: Draft) -> Vec<SchemaMistake> {
    let by = match draft {
        Draft::Draft4 => jsonschema::draft4::meta::validator(),
        Draft::Draft6 => jsonschema::draft6::meta::validator(),
        Draft::Draft7 => jsonschema::draft7::meta::validator(),
        Draft::Draft201909 => jsonschema::draft201909::meta::validator(),
        _ => jsonschema::draft202012::meta::validator(),
    };
    let errors = by.iter_errors(&document.json);
    let mistakes = errors.map(|error| SchemaMistake {
        message: format!("invalid JSON Schema: {}", words_of(&error)),
        place: document.place_at(error.instance_path().as_str()),
    });
    let mut mistakes: Vec<_> = mistakes.take(MAX_MISTAKES).collect();
    mistakes.dedup();
    mistakes
}

/// What is wrong with a keyword.
fn words_of(error: &ValidationError<'_>) -> String {
    let pointer = error.instance_path().as_str();
    let keyword = pointer
        .split('/')
        .skip(1)
        .filter(|segment| segment.parse::<usize>().is_err())
        .last();
    let keyword = keyword.map_or_else(|| "the schema".to_owned(), |keyword| format!("`{keyword}`"));
    if keyword == "`type`" {
        let written = error.instance().as_str();
        let near = written.and_then(|written| closest(written, Types::ALL_NAMES));
        return match near {
            Some(near) => format!("`type` is not a JSON type; did you mean `{near}`?"),
            None => format!("`type` must be one of {}", Types::ALL_NAMES.join(", ")),
        };
    }
    match error.kind() {
        ValidationErrorKind::Type { kind } => {
            let words: Vec<_> = types_of(kind).words().collect();
            format!("{keyword} must be {}", or_list(&words))
        }
        ValidationErrorKind::Format { format } => format!("{keyword} is not a valid {format}"),
        ValidationErrorKind::MinItems { .. } => format!("{keyword} must not be empty"),
        ValidationErrorKind::UniqueItems => format!("{keyword} has duplicate items"),
        ValidationErrorKind::Minimum { limit } => format!("{keyword} must be at least {limit}"),
        _ => format!("{keyword} has no valid value"),
    }
}
