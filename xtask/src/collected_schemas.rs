//! `cargo xtask collected-schemas DIR`: the schemas collected for the app in a folder, as JSON.
//!
//! For `tests/oracle/schema`, which compares them with what the real loader collects there.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use stagecheck::backstage::schema::{SchemaOrigin, collect};
use stagecheck::files::DiskFiles;

use crate::run::Outcome;

/// Prints the schemas.
pub fn run(arguments: &[String]) -> Outcome {
    let [folder] = arguments else {
        return Err("usage: cargo xtask collected-schemas DIR".into());
    };
    let folder = Path::new(folder);
    let files = DiskFiles::open(folder, folder)?;
    let start = Instant::now();
    let collection = collect(&files, &files.locate(folder)?, None);
    let elapsed = start.elapsed();
    let schemas = collection.schemas.packages().iter().map(|package| {
        let path = match &package.origin {
            SchemaOrigin::Installed(file) => file.as_str(),
            SchemaOrigin::Bundled => "",
        };
        json!({
            "packageName": &*package.name,
            "version": &*package.version,
            "path": path,
            "value": package.schema(),
        })
    });
    let output = json!({
        "schemas": schemas.collect::<Vec<_>>(),
        "notes": collection.notes.iter().map(|note| &note.text).collect::<Vec<_>>(),
        "milliseconds": elapsed.as_secs_f64() * 1000.0,
    });
    println!("{output}");
    Ok(())
}
