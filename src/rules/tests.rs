//! The engine over small facts, and the soundness of every built-in card.

use std::collections::BTreeSet;
use std::path::Path;

use super::engine::{BrokenRule, Rules, Subject, evaluate};
use super::{catalog, check, shape};
use crate::backstage::database::Refusal;
use crate::backstage::facts::trees::{list, object, truth};
use crate::backstage::value::{Origin, Value};
use crate::backstage::words::{Chain, ChainOrigin, Lack, LackKind};
use crate::finding::{ChainName, Finding, Severity};
use crate::text::mask::Secrets;
use crate::text::{Place, Source, Sources, Span};
use rule_card::card::{Card, Case, Detection, Since};

const LAYER: &str = "database: memory\nplugins: [one, two]\nkey: hunter22\n";

/// A chain whose effective config is [`LAYER`], judged by a card.
struct Judged {
    sources: Sources,
    findings: Result<Vec<Finding>, Vec<BrokenRule>>,
}

fn card(text: &str) -> Card {
    let document = npm_yaml::parse(text);
    shape::card(&document.root.unwrap()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn judge(card: &Card, lacks: Vec<Lack>) -> Judged {
    let sources = Sources::default();
    let source = sources.add(Source::new("app-config.yaml", LAYER));
    let at = |text: &str| {
        let start = LAYER.find(text).unwrap();
        Place::new(source, Span::new(start, start + text.len()))
    };
    let text = |key: &str, value: &str| {
        Value::string(value).with_origin(Some(Origin {
            value: at(value),
            key: Some(at(key)),
        }))
    };
    let plugins =
        list([text("plugins", "one"), text("plugins", "two")]).with_origin(Some(Origin {
            value: at("[one, two]"),
            key: Some(at("plugins")),
        }));
    let config = object([
        ("database", text("database", "memory")),
        ("plugins", plugins),
        ("key", text("key", "hunter22")),
    ]);
    let chain = Chain {
        name: ChainName("production".into()),
        origin: ChainOrigin::Convention,
        layers: Vec::new(),
        production: true,
        lacks,
        unread_environment: Vec::new(),
        local_layer: None,
        environment: Vec::new(),
        runs_in: Default::default(),
    };
    let subject = object([
        ("name", Value::string("production")),
        ("production", truth(true)),
    ]);
    let facts = object([("chain", subject), ("config", config)]);
    let mut secrets = Secrets::default();
    secrets.add(at("hunter22"), "hunter22");
    let rules = Rules::new([card]);
    let subject = Subject {
        scope: rule_card::card::Scope::Chain,
        facts: &facts,
        chain: Some(&chain),
        place: Place::new(source, Span::at(0)),
    };
    let findings = evaluate(&rules, &subject, &secrets);
    Judged { sources, findings }
}

impl Judged {
    /// `line severity message [labels]` for each finding.
    fn lines(&self) -> Vec<String> {
        let findings = self.findings.as_ref().unwrap();
        findings
            .iter()
            .map(|finding| {
                let place = finding.primary.place;
                let line = self
                    .sources
                    .get(place.source)
                    .position(place.span.start)
                    .line;
                let label = self.sources.slice(place);
                format!("{line} {} {} [{label}]", finding.severity, finding.message)
            })
            .collect()
    }
}

const CARD: &str = "
id: in-memory
title: In memory
scope: chain
chains: production
cases:
  - when: config.database == 'memory'
    severity: error
    message: '`{config.database}` is lost at every restart of {chain.name}'
    at: [{ here: config.database, note: in memory }, { here: config.key }]
why: It is lost.
fix: Use a disk.
";

#[test]
fn a_condition_that_holds_is_a_finding_at_its_place() {
    let judged = judge(&card(CARD), Vec::new());
    assert_eq!(
        judged.lines(),
        ["1 error `memory` is lost at every restart of production [memory]"]
    );
    let finding = &judged.findings.as_ref().unwrap()[0];
    assert_eq!(finding.config_path, "database".parse().ok());
    assert_eq!(finding.chains, [ChainName("production".into())]);
    assert_eq!(finding.primary.note, "in memory");
    assert_eq!(judged.sources.slice(finding.related[0].place), "hunter22");
    assert_eq!(finding.help.as_deref(), Some("Use a disk."));
}

#[test]
fn a_condition_that_does_not_hold_is_none() {
    let other = CARD.replace("'memory'", "'disk'");
    assert_eq!(judge(&card(&other), Vec::new()).lines(), [""; 0]);
}

#[test]
fn an_unseen_layer_lowers_the_severity_and_is_named() {
    let lacks = vec![Lack {
        reason: "loads ${ENVIRONMENT_CONFIG}".to_owned(),
        place: None,
        kind: LackKind::OpenName,
    }];
    let judged = judge(&card(CARD), lacks.clone());
    let lines = judged.lines();
    assert!(lines[0].starts_with("1 warning"), "{lines:?}");
    let help = judged.findings.as_ref().unwrap()[0].help.as_deref();
    assert_eq!(
        help,
        Some(
            "Use a disk.\n\nSeverity lowered to warning: an unseen layer may override this \
             (loads ${ENVIRONMENT_CONFIG})."
        )
    );
    let same = CARD.replace("chains: production", "chains: production\nincomplete: same");
    assert!(judge(&card(&same), lacks.clone()).lines()[0].starts_with("1 error"));
    let skip = CARD.replace("chains: production", "chains: production\nincomplete: skip");
    assert_eq!(judge(&card(&skip), lacks).lines(), [""; 0]);
}

#[test]
fn each_item_of_a_list_is_judged_and_items_at_one_place_are_one_finding() {
    let each = CARD
        .replace("cases:", "for: config.plugins as name, plugin\ncases:")
        .replace("config.database == 'memory'", "plugin != 'c'")
        .replace("`{config.database}` is", "plugin {plugin} is");
    let at_item = each.replace("config.database, note", "plugin, note");
    assert_eq!(
        judge(&card(&at_item), Vec::new()).lines(),
        [
            "2 error plugin one is lost at every restart of production [one]",
            "2 error plugin two is lost at every restart of production [two]",
        ]
    );
    let at_list = each
        .replace("config.database, note", "config.plugins, note")
        .replace(
            "    at:",
            "    several: '{count} plugins ({plugin}) are lost'\n    at:",
        );
    assert_eq!(
        judge(&card(&at_list), Vec::new()).lines(),
        ["2 error 2 plugins (one, two) are lost [plugins]"]
    );
}

#[test]
fn the_first_case_that_holds_decides() {
    let cases = CARD.replace(
        "cases:",
        "cases:\n  - when: has(config.key)\n    severity: info\n    message: key\n    at: [{ here: config.key }]",
    );
    assert_eq!(
        judge(&card(&cases), Vec::new()).lines(),
        ["3 info key [hunter22]"]
    );
}

#[test]
fn a_place_that_is_not_there_falls_back_to_the_nearest_above() {
    let absent = CARD.replace("config.database, note", "config.plugins.of.none, note");
    assert!(judge(&card(&absent), Vec::new()).lines()[0].ends_with("[plugins]"));
    let nowhere = CARD.replace("config.database, note", "config.none.at.all, note");
    assert!(judge(&card(&nowhere), Vec::new()).lines()[0].ends_with("[]"));
}

#[test]
fn secrets_do_not_get_into_messages() {
    let secret = CARD.replace("`{config.database}`", "`{config.key}`");
    assert_eq!(
        judge(&card(&secret), Vec::new()).lines(),
        ["1 error `********` is lost at every restart of production [memory]"]
    );
}

#[test]
fn a_broken_condition_is_told_with_its_rule_and_case() {
    let broken = CARD.replace("config.database == 'memory'", "1 / 0 == 1");
    let errors = judge(&card(&broken), Vec::new()).findings.unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "the condition of case 1 of rule `in-memory` divides by zero"
    );
}

#[test]
fn a_rule_of_a_minor_version_comes_as_a_warning() {
    let card = |severity: &str, since: &str| {
        card(&format!(
            "id: x\ntitle: X\nscope: chain\nsince: {since}\nwhy: x\nfix: x\ncases:\n  - when: 'true'\n    \
             severity: {severity}\n    message: x\n    at: [{{ here: chain.name }}]\n"
        ))
    };
    let (first, second) = (Since::FIRST, Since::parse("0.2.5").unwrap());
    assert_eq!(card("error", "'0.1'").comes_too_early(first), None);
    assert_eq!(card("error", "'0.1'").comes_too_early(second), None);
    assert_eq!(card("warning", "'0.2'").comes_too_early(second), None);
    assert!(card("error", "'0.2'").comes_too_early(second).is_some());
    assert!(card("warning", "'0.2'").comes_too_early(first).is_some());
}

#[test]
fn every_built_in_card_is_sound() {
    for card in catalog::cards() {
        let mistakes = check::card(card);
        assert!(mistakes.is_empty(), "{}: {mistakes:?}", card.id);
        let finds = |example: &&rule_card::card::Example| !example.finds.is_empty();
        assert!(
            card.examples.iter().any(|one| finds(&one)),
            "{}: no failing example",
            card.id
        );
        assert!(
            card.examples.iter().any(|one| !finds(&one)),
            "{}: no passing example",
            card.id
        );
        assert!(!card.references.is_empty(), "{}: no reference", card.id);
        let severities: BTreeSet<Severity> = card.cases.iter().map(|case| case.severity).collect();
        assert!(!severities.is_empty(), "{}", card.id);
        for superseded in card.supersedes.iter() {
            assert!(
                catalog::card(superseded).is_some(),
                "{}: {superseded}",
                card.id
            );
        }
    }
}

/// All policy lives in cards: the code must not know one of them by name.
#[test]
fn no_card_with_conditions_is_named_in_the_code() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            let is_test = path.to_string_lossy().contains("tests");
            if !is_rust || is_test {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for card in catalog::cards() {
                let quoted = format!("\"{}\"", card.id);
                let named = card.source == Detection::Conditions && text.contains(&quoted);
                assert!(!named, "{} names {}", path.display(), card.id);
            }
        }
    }
}

/// What `print --databases` calls refused is a finding of `check`.
#[test]
fn a_card_claims_every_refusal_of_the_database_manager() {
    for refusal in Refusal::ALL {
        let word = format!("'{}'", refusal.word());
        let mut cases = catalog::cards().iter().flat_map(|card| card.cases.iter());
        let claims = |case: &Case| case.when.contains(&word) && case.severity == Severity::Error;
        assert!(cases.any(claims), "no card claims {word} as an error");
    }
}
