//! Settings of a template that may not be there, or may be in another section.
//!
//! In: the headers and settings of a gcfg template, in the order of the text. Out: what its markers make uncertain of
//! each. Never: what a marker expands to.

use super::load::Gcfg;
use crate::text::Span;
use gcfg::{Block, Entry, Marker, MarkerKind, Section};

/// A sweep over the markers of a template.
pub(super) struct Branches<'g> {
    text: &'g str,
    markers: std::slice::Iter<'g, Marker>,
    /// How many blocks are open.
    depth: usize,
    /// How many were open at the last header.
    header: usize,
    /// The fewest that were open since.
    lowest: usize,
    /// Whether a marker may have written another header since, or that one's name.
    may_be_elsewhere: bool,
}

/// What is uncertain of a setting.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Branch {
    /// It is within a block, so that it may not be there.
    pub is_conditional: bool,
    /// Its section or key is not the one that is read.
    pub is_renamed: bool,
}

impl<'g> Branches<'g> {
    pub(super) fn of(gcfg: &'g Gcfg) -> Self {
        Self {
            text: &gcfg.text,
            markers: gcfg.document.markers.iter(),
            depth: 0,
            header: 0,
            lowest: 0,
            may_be_elsewhere: false,
        }
    }

    /// Goes on to a header.
    pub(super) fn header(&mut self, section: &Section) {
        self.go_to(section.span.start);
        self.header = self.depth;
        self.lowest = self.depth;
        self.may_be_elsewhere = section.name.is_template;
    }

    /// Goes on to a setting.
    pub(super) fn entry(&mut self, entry: &Entry) -> Branch {
        self.go_to(entry.name.span.start);
        Branch {
            is_conditional: self.depth > 0,
            is_renamed: entry.name.is_template
                || self.may_be_elsewhere
                || self.lowest < self.header,
        }
    }

    fn go_to(&mut self, offset: u32) {
        while let Some(marker) = self.markers.as_slice().first()
            && marker.span.start < offset
        {
            self.markers.next();
            match marker.block {
                Block::Same => {}
                Block::Opens => self.depth += 1,
                // The other branch is not below a header of the first one.
                Block::Divides => self.lowest = self.lowest.min(self.depth.saturating_sub(1)),
                Block::Closes => {
                    self.depth = self.depth.saturating_sub(1);
                    self.lowest = self.lowest.min(self.depth);
                }
            }
            self.may_be_elsewhere |= match marker.kind {
                MarkerKind::Include => true,
                MarkerKind::Expression => self.is_alone(marker.span),
                MarkerKind::Statement | MarkerKind::Comment => false,
            };
        }
    }

    /// Whether nothing else is on the line of a marker.
    fn is_alone(&self, span: Span) -> bool {
        let blank = |c: char| matches!(c, ' ' | '\t' | '\r');
        let before = self.text.get(..span.range().start).unwrap_or_default();
        let before = before.trim_end_matches(blank);
        let behind = self.text.get(span.range().end..).unwrap_or_default();
        let behind = behind.trim_start_matches(blank);
        (before.is_empty() || before.ends_with('\n'))
            && (behind.is_empty() || behind.starts_with(['\n', ';', '#']))
    }
}
