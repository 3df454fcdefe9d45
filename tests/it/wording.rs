//! Every card's finding as people read it, all wording in one place per group.
//!
//! `INSTA_UPDATE=always cargo test --test it wording::` writes the snapshots anew; read the difference as a user would.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stagecheck::check::examples;
use stagecheck::report::{Format, to_bytes};
use stagecheck::rules::catalog;

#[test]
fn every_card_reads_like_this() {
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    for card in catalog::cards() {
        let page = groups.entry(card.group.as_str().to_owned()).or_default();
        let mut shown = 0;
        for example in card.examples.iter().filter(|one| !one.finds.is_empty()) {
            let outcome = examples::run(card, example).unwrap();
            shown += outcome.run.findings.len();
            let report = |format| String::from_utf8(to_bytes(format, &outcome.run)).unwrap();
            let (id, name) = (&card.id, &example.name);
            let _ = write!(
                page,
                "## {id}: {name}\n\n{}\n{}\n",
                report(Format::Concise),
                report(Format::Pretty)
            );
        }
        assert!(shown > 0, "{} has no example that finds something", card.id);
    }
    for (group, page) in groups {
        insta::assert_snapshot!(format!("wording_{group}"), page);
    }
}
