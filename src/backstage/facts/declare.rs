//! What facts there are: the one list from which docs/facts.md, `stagecheck facts` and the check of conditions
//! against unknown fields come.

/// One field of a fact.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, with units and when it is absent.
    pub meaning: &'static str,
}

/// What a field holds. Any leaf may also be open (not known here) or absent.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// Strings.
    Strings,
    /// Part of the config as it is: any shape below it.
    Config,
    /// Named fields.
    Object(&'static [Field]),
    /// Items that each have these fields.
    List(&'static [Field]),
}
