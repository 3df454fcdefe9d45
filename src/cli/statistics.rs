//! `--statistics`: how many findings of each rule there are.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::columns;
use super::paint::{Paint, Role};
use crate::finding::Severity;
use crate::report::Look;
use crate::run::Run;
use crate::text::mask::escape;

/// A line for each rule: how many findings, how severe they are, the id, the title. The most severe and most frequent
/// come last, nearest to the prompt.
pub(super) fn write(run: &Run, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for finding in &run.findings {
        *counts
            .entry((finding.severity, finding.rule.as_str()))
            .or_default() += 1;
    }
    let mut rows: Vec<((Severity, &str), usize)> = counts.into_iter().collect();
    rows.sort_by_key(|((severity, rule), count)| (*severity, *count, *rule));
    let digits = rows.iter().map(|(_, count)| count.to_string().len()).max();
    let widest = rows.iter().map(|((_, rule), _)| rule.len()).max();
    let paint = Paint::of(look);
    for ((severity, rule), count) in rows {
        let title = run.card(rule).map_or("", |card| &*card.title);
        let lead = format!(
            "{count:>0$}  {severity:<7}  {rule:<1$}  ",
            digits.unwrap_or(0),
            widest.unwrap_or(0)
        );
        let (lead, title) = (lead, escape(title));
        columns::last(
            &lead,
            &title,
            look.width,
            |text| paint.paint(Role::Dim, text),
            out,
        )?;
    }
    Ok(())
}
