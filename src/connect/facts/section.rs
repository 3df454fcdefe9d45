//! `facts.connect.sections`: the sections of a server's files.

use crate::backstage::facts::fact::{Bool, List, Number, Text};
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
        /// the catalogue has such a section
        known: Bool,
        /// the name of the subsection is missing, or the section has none
        subsection_wrong: Bool,
        /// how many settings are below it
        count: Number,
    }
}

/// The sections of all parts, in order.
pub fn collect(loaded: &LoadedServer) -> List<SectionFact> {
    let sections = loaded.parts.iter().flat_map(|part| {
        let sections = part.gcfg.iter().flat_map(|gcfg| &gcfg.document.sections);
        // What the library refuses is a problem of the text.
        let accepted = sections.filter(|section| section.intact && !section.name.is_template);
        accepted.map(|section| fact(section, part))
    });
    sections.collect()
}

fn fact(section: &Section, part: &LoadedPart) -> SectionFact {
    let known = catalogue::section(&section.name.text).next();
    let has_subsection = section.subsection.is_some();
    SectionFact {
        origin: None,
        name: Text::from(known.map_or(&*section.name.text, |known| known.section))
            .at(Some(part.place(section.span))),
        subsection: Text::optional(section.subsection.as_ref().map(|name| name.text.clone())),
        known: known.is_some().into(),
        subsection_wrong: known
            .is_some_and(|known| match known.subsections {
                Subsections::None => has_subsection,
                Subsections::Named => !has_subsection,
                Subsections::Either => false,
            })
            .into(),
        count: (section.entries.len() as f64).into(),
    }
}

/// The nearest of some names, in any case.
pub(super) fn nearest(
    name: &str,
    names: impl Iterator<Item = &'static str> + Clone,
) -> Option<&'static str> {
    let folded: Vec<String> = names.clone().map(gcfg::fold).collect();
    let own = gcfg::fold(name);
    let nearest = crate::text::closest(&own, folded.iter().map(String::as_str))?;
    names.into_iter().find(|name| gcfg::fold(name) == nearest)
}
