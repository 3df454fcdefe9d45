//! `facts.imageFiles`: files that the config names and that are not in the image.
//!
//! In: a chain whose image is built here, the files its directives name, and its effective config. Out: those that
//! neither the Dockerfile nor a mount brings. Never: a file that is not in the repository, or one that something unread
//! may bring.
//!
//! `$file` and `$include` are relative to the layer. The target of a `file` location is relative to the working directory
//! of the backend (`FileReaderProcessor` of @backstage/plugin-catalog-backend globs it there, and
//! `ConfigLocationEntityProvider` resolves it against `process.cwd()`).

use super::fact::{List, Text};
use super::macros::facts;
use crate::backstage::resolve::NamedFile;
use crate::backstage::value::{Kind, Value};
use crate::backstage::words::{Absence, Chain, ImageContents, PathInImage};
use crate::files::{FilePath, Files};
use crate::text::Place;

facts! {
    /// A file that the config names and that is not in the image.
    pub struct ImageFile {
        /// the path as it is written; points at it
        path: Text,
        /// what names it: `$file`, `$include` or `location` of the catalog
        by: Text,
        /// where it would have to be: the file of the repository, or the path in the image
        file: Text,
        /// the Dockerfile of the image
        dockerfile: Text,
        /// why it is not there: `kept-out`, `not-copied` or `outside` of the working directory
        cause: Text,
        /// what keeps it out, e.g. `.dockerignore`; absent when nothing does
        kept_out_by: Text,
    }
}

/// What the files are computed from.
pub struct Input<'a> {
    /// The files of the repository.
    pub files: &'a dyn Files,
    /// The layers of the chain that are files, with the files their directives name.
    pub named: Vec<(&'a FilePath, &'a NamedFile)>,
}

/// The files of a chain that are not in its image.
pub fn collect(chain: &Chain, config: &Value, input: &Input<'_>) -> List<ImageFile> {
    let (Some(contents), Some(dockerfile)) = (&chain.runs_in.contents, &chain.runs_in.image) else {
        return List::Known(Vec::new());
    };
    let mut found = named(&**contents, input);
    found.extend(located(&**contents, config, input.files));
    for file in &mut found {
        file.dockerfile = dockerfile.as_str().into();
    }
    List::Known(found)
}

fn named(contents: &dyn ImageContents, input: &Input<'_>) -> Vec<ImageFile> {
    let paths = input
        .named
        .iter()
        .map(|(layer, named)| PathInImage::Beside {
            layer,
            file: &named.file,
        });
    let paths: Vec<PathInImage<'_>> = paths.collect();
    if paths.is_empty() {
        return Vec::new();
    }
    let absences = contents.absences(input.files, &paths);
    let fact = |((_, named), absence): (&(&FilePath, &NamedFile), Option<Absence>)| {
        let file = named.file.as_str();
        Some(image_file(
            &named.written,
            named.place,
            named.directive,
            file,
            absence?,
        ))
    };
    input.named.iter().zip(absences).filter_map(fact).collect()
}

fn located(contents: &dyn ImageContents, config: &Value, files: &dyn Files) -> Vec<ImageFile> {
    let locations = config
        .get("catalog")
        .and_then(|catalog| catalog.get("locations"));
    let items = match locations.map(|locations| &locations.kind) {
        Some(Kind::Array(items)) => items.as_slice(),
        _ => return Vec::new(),
    };
    let text = |item: &Value, key: &str| Some(item.get(key)?.as_str()?.to_owned());
    let target = |item: &Value| {
        let is_file = text(item, "type").is_some_and(|kind| kind == "file");
        let target = text(item, "target").filter(|_| is_file)?;
        // A glob that finds nothing is no mistake.
        let is_relative = !target.starts_with('/') && !target.contains(['*', '?', '[', '{', '\\']);
        let place = item.get("target")?.origin?.value;
        is_relative.then_some((target, place))
    };
    let targets: Vec<(String, Place)> = items.iter().filter_map(target).collect();
    if targets.is_empty() {
        return Vec::new();
    }
    let paths = targets.iter();
    let paths = paths.map(|(target, _)| PathInImage::FromWorkingDirectory(target));
    let absences = contents.absences(files, &paths.collect::<Vec<_>>());
    let fact = |((target, place), absence): (&(String, Place), Option<Absence>)| {
        Some(image_file(target, *place, "location", target, absence?))
    };
    targets.iter().zip(absences).filter_map(fact).collect()
}

fn image_file(path: &str, place: Place, by: &str, file: &str, absence: Absence) -> ImageFile {
    let (cause, kept_out_by, file) = match absence {
        Absence::KeptOut(by) => ("kept-out", Text::from(by.as_str()), file.to_owned()),
        Absence::NotCopied => ("not-copied", Text::default(), file.to_owned()),
        Absence::Outside(full) => ("outside", Text::default(), full),
    };
    ImageFile {
        origin: None,
        path: Text::from(path).at(Some(place)),
        by: by.into(),
        file: file.as_str().into(),
        dockerfile: Text::default(),
        cause: cause.into(),
        kept_out_by,
    }
}
