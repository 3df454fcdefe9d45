//! `$include`: part of another YAML or JSON file.

use std::collections::HashMap;
use std::sync::Arc;

use super::directive::Site;
use super::walk::{Here, Walk};
use crate::backstage::layer::{self, MAX_BYTES};
use crate::backstage::value::Value;
use crate::files::{FilePath, ReadError};
use crate::finding::{Effect, Problem};
use crate::text::{Place, SourceId, Span};
use npm_yaml::{Document, Node, NodeValue};

/// How many files an include may be away from its layer. Nobody writes more; each is read once, whatever includes it.
const MAX_DEPTH: usize = 32;

/// How many files a layer may include.
const MAX_FILES: usize = 1000;

/// The files that a layer includes, each read once, and the ones being read.
pub(super) struct Includes {
    files: HashMap<FilePath, Result<Arc<Included>, ReadError>>,
    /// File and path in it, from the layer on.
    open: Vec<(FilePath, String)>,
}

struct Included {
    source: SourceId,
    document: Document,
}

impl Includes {
    pub(super) fn new(layer: FilePath) -> Self {
        Self {
            files: HashMap::new(),
            open: vec![(layer, String::new())],
        }
    }
}

/// The value that an include stands for; `None` when there is nothing at its path.
pub(super) fn read(walk: &mut Walk<'_>, site: &Site<'_>, argument: &str) -> Option<Value> {
    let (file, path) = argument.split_once('#').unwrap_or((argument, ""));
    let Some(format) = Format::of(file) else {
        walk.report(Problem::fatal(
            "include-unsupported-extension",
            "`$include` only supports `.yaml`, `.yml` and `.json` files (lower case)",
            site.argument_place,
        ));
        return Some(site.unusable());
    };
    let file = site.here.folder.join(file);
    let step = (file, path.to_owned());
    if walk.includes.open.contains(&step) || site.here.depth >= MAX_DEPTH {
        walk.report(Problem::fatal(
            "include-cycle",
            "`$include` cycle, or too many nested includes",
            site.argument_place,
        ));
        return Some(site.unusable());
    }
    let included = match load(walk, site, &step.0, format) {
        Ok(included) => included,
        Err(error) => return Some(site.unread(walk, &step.0, &error)),
    };
    if included.document.is_broken() {
        return Some(site.unusable());
    }
    site.names_file(walk, step.0.clone());
    let folder = step.0.parent();
    let node = match find(walk, site, &included, path) {
        Found::Node(node) => node,
        Found::Nothing => return None,
        Found::Unusable => return Some(site.unusable()),
    };
    let here = Here {
        source: included.source,
        folder,
        depth: site.here.depth + 1,
    };
    walk.includes.open.push(step);
    // The real loader resolves what is inside an included value, but not the value itself when it is a directive.
    let value = walk.plain(node, &here, site.origin.key);
    walk.includes.open.pop();
    value
}

#[derive(Clone, Copy)]
enum Format {
    Yaml,
    Json,
}

impl Format {
    /// The format by the file's extension, as `path.extname` of Node.js sees it.
    fn of(file: &str) -> Option<Self> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let (stem, extension) = name.rsplit_once('.')?;
        match extension {
            _ if stem.is_empty() => None,
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// The file, read and its problems reported once, however often it is included.
fn load(
    walk: &mut Walk<'_>,
    site: &Site<'_>,
    path: &FilePath,
    format: Format,
) -> Result<Arc<Included>, ReadError> {
    if let Some(known) = walk.includes.files.get(path) {
        return known.clone();
    }
    let read = match walk.includes.files.len() < MAX_FILES {
        true => walk.files.read(path, MAX_BYTES),
        false => Err(ReadError::Io(format!(
            "more than {MAX_FILES} files are included"
        ))),
    };
    let included = layer::lossy(read).map(|layer::Read { text, bad_byte }| {
        let document = match format {
            Format::Yaml => npm_yaml::parse(&text),
            Format::Json => npm_yaml::parse_json(&text),
        };
        let source = walk.sources.add(walk.files.source(path, text));
        let mut problems = layer::problems(&document, source, walk.sources);
        problems.extend(bad_byte.map(|at| layer::not_utf8(at, source)));
        report_problems(walk, site, problems);
        Arc::new(Included { source, document })
    });
    walk.includes.files.insert(path.clone(), included.clone());
    included
}

/// The problems of an included text, each that breaks it with the include that leads to it.
fn report_problems(walk: &mut Walk<'_>, site: &Site<'_>, problems: Vec<Problem>) {
    for problem in problems {
        walk.report(match problem.effect {
            Effect::Fatal => problem.with_related(site.argument_place, "included here"),
            Effect::Surprising => problem,
        });
    }
}

enum Found<'d> {
    Node(&'d Node),
    Nothing,
    Unusable,
}

/// What an empty file holds.
static NOTHING: Node = Node {
    span: Span { start: 0, end: 0 },
    value: NodeValue::Null,
};

/// Follows the path behind `#`. A key that is not there gives nothing when it is the last of the path; on the way it
/// stops the real loader.
fn find<'d>(walk: &mut Walk<'_>, site: &Site<'_>, included: &'d Included, path: &str) -> Found<'d> {
    let mut node = included.document.root.as_ref().unwrap_or(&NOTHING);
    let mut parts = path.split('.').filter(|_| !path.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let below = match &node.value {
            NodeValue::Mapping(entries) => entries.iter().find(|entry| &*entry.key.text == part),
            _ => {
                walk.report(not_there(site, Effect::Fatal, included, node));
                return Found::Unusable;
            }
        };
        node = match (below, parts.peek()) {
            (Some(entry), _) => &entry.value,
            (None, None) => {
                walk.report(not_there(site, Effect::Surprising, included, node));
                return Found::Nothing;
            }
            (None, Some(_)) => {
                walk.report(not_there(site, Effect::Fatal, included, node));
                return Found::Unusable;
            }
        };
    }
    Found::Node(node)
}

fn not_there(site: &Site<'_>, effect: Effect, included: &Included, node: &Node) -> Problem {
    let consequence = match effect {
        Effect::Fatal => "the app does not start",
        Effect::Surprising => "the value is removed",
    };
    let message = format!("the path after `#` does not exist in the included file: {consequence}");
    let problem = match effect {
        Effect::Fatal => Problem::fatal("include-path-not-found", message, site.argument_place),
        Effect::Surprising => {
            Problem::surprising("include-path-not-found", message, site.argument_place)
        }
    };
    let start = node.span.range().start;
    let place = Place::new(included.source, Span::at(start));
    problem.with_related(place, "the path ends here")
}
