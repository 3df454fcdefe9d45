//! What one conversion may cost: a few hundred bytes of types can stand for gigabytes.
//!
//! Everything that makes schemas out of others, or holds many against many, asks here first. Counted before memory is
//! taken: past the budget a type counts as anything.

use crate::backstage::schema::model::Schema;

/// How deep types may be nested, aliases followed.
pub(super) const MOST_DEPTH: usize = 100;

/// How many schemas one conversion may make, copies included. The largest published configuration has about 2 000.
const MOST_SCHEMAS: usize = 100_000;

/// How many steps it may take besides: comparisons, and names that are bound.
const MOST_STEPS: usize = 4_000_000;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    schemas: usize,
    steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            schemas: MOST_SCHEMAS,
            steps: MOST_STEPS,
        }
    }
}

impl Budget {
    /// Whether so many more schemas may be made. Once they may not, none may.
    pub(super) fn make(&mut self, schemas: usize) -> bool {
        spend(&mut self.schemas, schemas)
    }

    /// Whether so many more steps may be taken.
    pub(super) fn take(&mut self, steps: usize) -> bool {
        spend(&mut self.steps, steps)
    }

    /// A copy of a schema and all below it; `None` when it would be too much.
    pub(super) fn copy(&mut self, schema: &Schema) -> Option<Schema> {
        self.make(size(schema)).then(|| schema.clone())
    }
}

fn spend(left: &mut usize, wanted: usize) -> bool {
    let after = left.checked_sub(wanted);
    *left = after.unwrap_or_default();
    after.is_some()
}

/// How many schemas a type is made of; a listed value counts as one, a long one as more.
pub(super) fn size(schema: &Schema) -> usize {
    /// As many bytes of a text as a schema without anything takes.
    const BYTES: usize = 256;
    let mut size = 0_usize;
    schema.for_each(&mut |schema| {
        let values = schema.allowed.iter().flatten();
        let values = values.map(|value| 1 + value.as_str().map_or(0, |text| text.len() / BYTES));
        size += 1 + values.sum::<usize>();
    });
    size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backstage::schema::model::Types;

    #[test]
    fn what_is_too_much_is_not_copied_and_nothing_is_afterwards() {
        let mut budget = Budget::default();
        let part = Schema::of(Types::STRING);
        let schema = Schema {
            any_of: vec![part; 999],
            ..Schema::default()
        };
        assert_eq!(size(&schema), 1000);
        for _ in 0..MOST_SCHEMAS / 1000 {
            assert_eq!(budget.copy(&schema).as_ref(), Some(&schema));
        }
        assert_eq!(budget.copy(&schema), None);
        assert_eq!(budget.copy(&Schema::default()), None);
    }
}
