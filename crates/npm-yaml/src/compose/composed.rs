//! Values while they are being composed, and where they stand.

use crate::alias::{Extent, Leaves};
use crate::token::{Kind, Token};
use crate::{Node, NodeValue};
use source::Span;

/// A value, and what its surroundings ask about it.
pub(super) struct Composed {
    pub(super) node: Node,
    pub(super) extent: Extent,
    pub(super) leaves: Leaves,
    pub(super) is_alias: bool,
    pub(super) is_merge: bool,
    /// Where it ends, with what stands behind it and belongs to it.
    pub(super) end: usize,
}

/// What a value is in what it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole document.
    Root,
    Key,
    Value,
}

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) role: Role,
    /// How many collections it is in.
    pub(super) depth: usize,
}

impl Place {
    /// A value in a collection here.
    pub(super) fn inside(self, role: Role) -> Self {
        let depth = self.depth + 1;
        Self { role, depth }
    }
}

impl Composed {
    /// A value without parts.
    pub(super) fn leaf(node: Node, end: usize) -> Self {
        Self {
            node,
            extent: Extent {
                values: 1,
                depth: 1,
            },
            leaves: Leaves::scalar(),
            is_alias: false,
            is_merge: false,
            end,
        }
    }
}

/// What the parts of a collection add up to.
pub(super) struct Sum {
    pub(super) extent: Extent,
    pub(super) leaves: Leaves,
    /// Where its last part ends.
    pub(super) end: usize,
}

impl Sum {
    /// Of no parts, in a collection that begins at an offset.
    pub(super) fn new(start: usize) -> Self {
        Self {
            extent: Extent {
                values: 1,
                depth: 1,
            },
            leaves: Leaves::default(),
            end: start,
        }
    }

    pub(super) fn add(&mut self, part: &mut Composed) {
        self.extent.values += part.extent.values;
        self.extent.depth = self.extent.depth.max(part.extent.depth + 1);
        self.leaves.add(std::mem::take(&mut part.leaves));
        self.reach(part.node.span.range().end);
    }

    /// Notes that the collection holds the text before an offset.
    pub(super) fn reach(&mut self, end: usize) {
        self.end = self.end.max(end);
    }

    /// The collection, whose bytes are those from `start` to its last part.
    pub(super) fn finish(self, start: usize, value: NodeValue, end: usize) -> Composed {
        Composed {
            node: Node {
                span: Span::new(start, self.end),
                value,
            },
            extent: self.extent,
            leaves: self.leaves,
            is_alias: false,
            is_merge: false,
            end,
        }
    }
}

/// Where an absent value ends: behind the last indicator, anchor or tag before it and the spaces there.
pub(super) fn absent_end(end: usize, before: &[Token]) -> usize {
    match before.iter().rposition(|token| !token.kind.is_blank()) {
        Some(last) => {
            let rest = before.get(last + 1..).unwrap_or_default();
            let spaces = rest.iter().take_while(|token| token.kind == Kind::Space);
            let token = before.get(last).map_or(end, |token| token.end);
            spaces.last().map_or(token, |space| space.end)
        }
        None => {
            let length: usize = before.iter().map(|token| token.end - token.start).sum();
            end - length
        }
    }
}
