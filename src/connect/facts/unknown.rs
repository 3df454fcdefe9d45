//! `facts.connect.unknown`: names that the catalogue does not have.

use super::Input;
use super::setting::{Slips, key_text, owners};
use crate::backstage::facts::fact::{List, Text};
use crate::backstage::facts::macros::facts;
use crate::connect::catalogue::{self, Confidence};
use crate::connect::effective::Effective;
use crate::connect::load::{LoadedPart, WrittenSetting};
use crate::text::is_slip;
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
        /// the same, where one slip of the keys is between the two, the documentation has the name, and it is not there
        /// already: then an edit may write it. Points at the written one
        replacement: Text,
    }
}

/// A name of fewer letters is too short to be a slip of another one.
const SHORTEST_SECTION: usize = 4;

/// The unknown names of all parts, in order.
pub fn collect(input: &Input<'_>) -> List<Unknown> {
    let mut slips = Slips::default();
    let mut unknown = Vec::new();
    for (index, part) in input.loaded.parts.iter().enumerate() {
        let sections = part.gcfg.document.sections.iter();
        // What the library refuses is a problem of the text.
        let accepted = sections.filter(|section| section.intact && !section.name.is_template);
        unknown.extend(
            accepted
                .filter(|section| !is_known(section))
                .map(|section| of_section(&section.name, part, input.effective)),
        );
        let settings = input.loaded.settings.iter();
        let own = settings.filter(|written| written.part == Some(index));
        unknown.extend(own.filter_map(|written| {
            let is_section_known = catalogue::section(&written.section).next().is_some();
            let is_unknown = written.setting.is_none() && written.intact && is_section_known;
            (is_unknown && !written.is_renamed && owners(written).is_empty())
                .then(|| of_setting(written, slips.meant(written), input.effective))
        }));
    }
    List::Known(unknown)
}

fn of_setting(
    written: &WrittenSetting,
    meant: Option<&'static str>,
    effective: &Effective,
) -> Unknown {
    let is_sure = |meant: &&str| {
        let setting = catalogue::setting(&written.section, meant);
        setting.is_some_and(|setting| setting.confidence == Confidence::High)
            && is_slip(&gcfg::fold(&written.key), &gcfg::fold(meant))
            && !effective.has(written, meant)
    };
    let text = |meant: Option<&str>| {
        meant
            .map(|meant| key_text(meant, written.key_place))
            .unwrap_or_default()
    };
    Unknown {
        origin: None,
        kind: "setting".into(),
        name: Text::from(written.name()).at(written.key_place),
        meant: text(meant),
        replacement: text(meant.filter(is_sure)),
    }
}

fn is_known(section: &Section) -> bool {
    catalogue::section(&section.name.text).next().is_some()
}

fn of_section(name: &Name, part: &LoadedPart, effective: &Effective) -> Unknown {
    let place = Some(part.place(name.span));
    let meant = catalogue::nearest_section(&name.text);
    let is_sure = |meant: &&str| {
        let is_documented =
            catalogue::section(meant).any(|setting| setting.confidence == Confidence::High);
        is_documented
            && name.text.chars().count() >= SHORTEST_SECTION
            && is_slip(&gcfg::fold(&name.text), &gcfg::fold(meant))
            && effective.sections_of(meant).next().is_none()
    };
    let text = |meant: Option<&str>| {
        meant
            .map(|meant| key_text(meant, place))
            .unwrap_or_default()
    };
    Unknown {
        origin: None,
        kind: "section".into(),
        name: Text::from(&*name.text).at(place),
        meant: text(meant),
        replacement: text(meant.filter(is_sure)),
    }
}
