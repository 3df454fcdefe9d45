//! A second product goes through the pipeline without a word about it there.

use std::sync::Arc;

use super::check_targets;
use crate::backstage::environment::Environment;
use crate::files::{FilePath, MemoryFiles};
use crate::finding::{Finding, Label, RuleId, Severity};
use crate::product::backstage::Backstage;
use crate::product::target::{self, Scope, Target};
use crate::product::{Discovered, JudgedRoot, Judging, Product, RootKind, Roots};
use crate::report::{Format, to_bytes};
use crate::request::Request;
use crate::run::Failure;
use crate::settings::Settings;
use crate::settings::in_force::Gathering;
use crate::text::mask::Secrets;
use crate::text::{Place, Source, Sources, Span};

/// A program that is configured by `toy.conf`, in which every `!` is wrong and what follows `=` is a secret.
struct Toy;

/// Files of it.
struct Toys<'t>(Vec<(&'t Target, FilePath, Arc<Settings>)>);

impl Product for Toy {
    fn discover<'t>(
        &self,
        target: &'t Target,
        _: &Environment,
        gathering: &mut Gathering<'_>,
        sources: &mut Sources,
    ) -> Result<Discovered<'t>, Failure> {
        let Scope::Folder(folder) = &target.scope else {
            return Ok(Discovered {
                roots: Box::new(Toys(Vec::new())),
                left_out: Vec::new(),
                is_empty: true,
            });
        };
        let files = target.files.as_ref();
        let mut settings =
            gathering.settings_of(files, target.settings.as_ref(), &target.schemas, sources)?;
        let mut toys = Vec::new();
        for listed in files.list(folder, &|name| name == "toy.conf") {
            let own = settings.root(&listed.path.parent(), sources);
            toys.push((target, listed.path, gathering.put_in_force(own)));
        }
        gathering.close(settings);
        Ok(Discovered {
            is_empty: toys.is_empty(),
            roots: Box::new(Toys(toys)),
            left_out: Vec::new(),
        })
    }
}

impl<'t> Roots<'t> for Toys<'t> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn split_off(&mut self, at: usize) -> Box<dyn Roots<'t> + 't> {
        Box::new(Self(self.0.split_off(at)))
    }

    fn judge<'j>(
        self: Box<Self>,
        by: &'j Judging<'j>,
    ) -> Box<dyn Iterator<Item = Result<JudgedRoot, Failure>> + 'j>
    where
        't: 'j,
    {
        Box::new(self.0.into_iter().map(|(target, path, settings)| {
            let text = target.files.read(&path, 1 << 20).unwrap();
            let source = by.sources.add(Source::new(path.as_str(), &*text));
            let mut secrets = Secrets::default();
            if let Some(at) = text.find('=') {
                let span = Span::new(at + 1, text.len());
                secrets.add(Place::new(source, span), &text[at + 1..]);
            }
            let finding = |(at, _)| Finding {
                rule: RuleId::loader("yaml-syntax"),
                severity: Severity::Error,
                message: "a toy does not shout".into(),
                primary: Label {
                    place: Place::new(source, Span::new(at, at + 1)),
                    note: String::new(),
                },
                related: Vec::new(),
                help: None,
                fixes: Vec::new(),
                chains: Vec::new(),
                config_path: None,
                reported_by: Vec::new(),
            };
            Ok(JudgedRoot {
                kind: RootKind::AppRoot,
                settings,
                findings: text.match_indices('!').map(finding).collect(),
                suppressions: Vec::new(),
                secrets,
                files: vec![source],
                schemas: None,
                chains: 0,
                loads: Vec::new(),
                notes: Vec::new(),
            })
        }))
    }
}

#[test]
fn a_second_product_is_found_judged_settled_and_reported_beside_the_first() {
    let files = MemoryFiles::new([
        ("app-config.yaml", "app: [\n"),
        ("toys/toy.conf", "! name=Tr0ub4dor-and-3"),
    ]);
    let request = Request::default();
    let targets = [target::whole(Arc::new(files), &request)];
    let products: [&dyn Product; 2] = [&Backstage::ONCE, &Toy];
    let run = check_targets(&products, &targets, &[], &request).unwrap();
    let paths: Vec<&str> = run
        .findings
        .iter()
        .map(|finding| run.sources.get(finding.primary.place.source).path())
        .collect();
    assert_eq!(paths, ["app-config.yaml", "toys/toy.conf"]);
    assert_eq!(run.checked.app_roots, 2);
    for &format in Format::ALL {
        let report = String::from_utf8(to_bytes(format, &run)).unwrap();
        assert!(
            report.contains("a toy does not shout"),
            "{format:?}: {report}"
        );
        assert!(!report.contains("Tr0ub4dor"), "{format:?}: {report}");
    }
}

#[test]
fn many_roots_of_two_products_are_judged_in_their_order() {
    let files: Vec<(String, &str)> = (0..200)
        .flat_map(|n| {
            [
                (format!("{n:03}/app-config.yaml"), "app: {title: x}\n"),
                (format!("{n:03}/toy.conf"), "!"),
            ]
        })
        .collect();
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), *text)));
    let request = Request::default();
    let targets = [target::whole(Arc::new(files), &request)];
    let run = check_targets(&[&Backstage::ONCE, &Toy], &targets, &[], &request).unwrap();
    let toys: Vec<&str> = run
        .findings
        .iter()
        .map(|finding| run.sources.get(finding.primary.place.source).path())
        .filter(|path| path.ends_with("toy.conf"))
        .collect();
    assert_eq!(toys.len(), 200);
    assert!(toys.is_sorted());
    assert_eq!(run.checked.app_roots, 400);
}
