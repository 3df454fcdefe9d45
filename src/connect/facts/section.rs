//! `facts.connect.sections`: the sections of a server's files.

use crate::backstage::facts::fact::{Bool, List, Text};
use crate::backstage::facts::macros::facts;
use crate::connect::catalogue::{self, Subsections};
use crate::connect::load::{LoadedPart, LoadedServer};
use gcfg::Section;

facts! {
    /// A section header.
    pub struct SectionFact {
        /// the name, as the documentation spells it where it has it. Points at the header
        name: Text,
        /// the subsection, without quotes; absent without one
        subsection: Text,
        /// its settings belong below a name in quotes, e.g. `[LDAP "corp"]`, and it has none
        needs_subsection: Bool,
        /// it has a name in quotes, and its settings belong directly below it
        needs_no_subsection: Bool,
    }
}

/// The sections of all parts, in order.
pub fn collect(loaded: &LoadedServer) -> List<SectionFact> {
    let sections = loaded.parts.iter().flat_map(|part| {
        let sections = part.gcfg.document.sections.iter();
        // What the library refuses is a problem of the text.
        let accepted = sections.filter(|section| section.intact && !section.name.is_template);
        accepted.map(|section| fact(section, part))
    });
    sections.collect()
}

fn fact(section: &Section, part: &LoadedPart) -> SectionFact {
    let known = catalogue::section(&section.name.text).next();
    let is_wrong = |subsections, has_subsection| {
        known.is_some_and(|known| known.subsections == subsections)
            && section.subsection.is_some() == has_subsection
    };
    SectionFact {
        origin: None,
        name: Text::from(known.map_or(&*section.name.text, |known| known.section))
            .at(Some(part.place(section.span))),
        subsection: Text::optional(section.subsection.as_ref().map(|name| name.text.clone())),
        needs_subsection: is_wrong(Subsections::Named, false).into(),
        needs_no_subsection: is_wrong(Subsections::None, true).into(),
    }
}
