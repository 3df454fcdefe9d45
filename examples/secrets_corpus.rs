#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]
use stagecheck::backstage::{schema::Schemas, secrets};
use stagecheck::text::{Source, Sources};
use stagecheck::yaml;
fn main() {
    let schemas = Schemas::bundled();
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let document = yaml::parse(&text);
        let mut sources = Sources::default();
        let id = sources.add(Source::new(path.rsplit("backstage/").next().unwrap(), text));
        if document.root.is_none() {
            println!("NOPARSE {path}");
        }
        for s in secrets::of_layer(&document, id, None, &sources, &schemas) {
            let place = s.place.unwrap();
            let at = sources.get(id).position(place.span.start);
            println!(
                "{:?}/{:?}{}{}{} {}:{}:{} [{}] {} | {} | {:?}",
                s.standing,
                s.certainty,
                if s.is_placeholder_like() {
                    " PLACEHOLDER"
                } else {
                    ""
                },
                if s.in_default { " default" } else { "" },
                if s.beside_local_host { " LOCAL" } else { "" },
                sources.get(id).path(),
                at.line,
                at.column,
                s.kind,
                s.path,
                s.variable,
                sources.slice(place).chars().take(90).collect::<String>()
            );
        }
    }
}
