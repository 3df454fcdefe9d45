//! `facts.connect.unknown`: names that the catalogue does not have.

use super::section::nearest;
use super::setting::{key_text, meant, owners};
use crate::backstage::facts::fact::{List, Text};
use crate::backstage::facts::macros::facts;
use crate::connect::catalogue;
use crate::connect::load::{LoadedPart, LoadedServer};
use gcfg::{Name, Section};

facts! {
    /// A section or setting that the catalogue does not have.
    pub struct Unknown {
        /// `section` or `setting`
        kind: Text,
        /// its name: `Section`, or `Section.Key`. Points at it
        name: Text,
        /// the name that was probably meant. Points at the written one
        meant: Text,
    }
}

/// The unknown names of all parts, in order.
pub fn collect(loaded: &LoadedServer) -> List<Unknown> {
    let mut unknown = Vec::new();
    for (index, part) in loaded.parts.iter().enumerate() {
        let sections = part.gcfg.iter().flat_map(|gcfg| &gcfg.document.sections);
        // What the library refuses is a problem of the text.
        let accepted = sections.filter(|section| section.intact && !section.name.is_template);
        unknown.extend(
            accepted
                .filter(|section| !is_known(section))
                .map(|section| of_section(&section.name, part)),
        );
        let settings = loaded.settings.iter();
        let own = settings.filter(|written| written.part == Some(index));
        unknown.extend(own.filter_map(|written| {
            let is_section_known = catalogue::section(&written.section).next().is_some();
            let is_unknown = written.setting.is_none() && written.intact && is_section_known;
            (is_unknown && owners(written).is_empty()).then(|| Unknown {
                origin: None,
                kind: "setting".into(),
                name: Text::from(written.name()).at(written.key_place),
                meant: meant(written)
                    .map(|meant| key_text(meant, written.key_place))
                    .unwrap_or_default(),
            })
        }));
    }
    List::Known(unknown)
}

fn is_known(section: &Section) -> bool {
    catalogue::section(&section.name.text).next().is_some()
}

fn of_section(name: &Name, part: &LoadedPart) -> Unknown {
    let place = Some(part.place(name.span));
    let sections = catalogue::settings().iter().map(|setting| setting.section);
    Unknown {
        origin: None,
        kind: "section".into(),
        name: Text::from(&*name.text).at(place),
        meant: nearest(&name.text, sections)
            .map(|meant| key_text(meant, place))
            .unwrap_or_default(),
    }
}
