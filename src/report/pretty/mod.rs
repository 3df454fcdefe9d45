//! `pretty`: for people at a terminal. A headline with the rule, the places with their lines, then what to write
//! instead, as a change of the user's own lines where edits are known.
//!
//! The most severe findings come last, nearest to the prompt. Of more than a few, those that do not fail the run are
//! one line each; of very many, those of one rule are one entry. The line for the whole run is written by the command
//! line, to stderr: see [`summary`](super::summary).

mod change;
mod gutter;
mod help;
mod snippet;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::look::{Detail, Look};
use super::style::{Painter, Role};
use super::writer::Report;
use super::{concise, text};
use crate::finding::{Finding, RuleId, Severity, attribution};
use crate::run::Run;
use crate::text::mask::InertLines;
use crate::text::prose::is_yaml;
use gutter::Gutter;
use help::Help;

/// Up to so many findings are all shown in full: a screen or two.
const FEW: usize = 5;
/// More findings than this are grouped by rule, unless `--max-findings` says otherwise.
const MANY: usize = 50;
/// How many further places of a rule are named where its findings are one entry.
const PLACES: usize = 3;
/// What later lines of a headline are indented by.
const HANGING: usize = 4;

/// The format.
pub(super) struct Pretty;

impl Report for Pretty {
    fn write(&self, run: &Run, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = Writer {
            run,
            painter: Painter::new(look),
            helped: BTreeSet::new(),
            out: InertLines::new(out),
        };
        let mut findings: Vec<&Finding> = run.findings.iter().collect();
        // Equals stay in the order of files and lines.
        findings.sort_by_key(|finding| finding.severity);
        let most = match (look.most, look.detail) {
            (Some(0), _) | (None, Detail::Full) => usize::MAX,
            (Some(most), _) => most,
            (None, Detail::Brief) => MANY,
        };
        match look.detail {
            _ if findings.len() > most => writer.by_rule(&findings)?,
            Detail::Full => writer.in_full(&findings)?,
            Detail::Brief => writer.brief(&findings)?,
        }
        writer.out.flush()
    }
}

/// Writes the findings of a run.
struct Writer<'r, 'o> {
    run: &'r Run,
    painter: Painter,
    /// The texts of help that were written, by rule: the same twice is one too many.
    helped: BTreeSet<(&'r RuleId, String)>,
    out: InertLines<&'o mut dyn Write>,
}

impl<'r> Writer<'r, '_> {
    fn in_full(&mut self, findings: &[&'r Finding]) -> io::Result<()> {
        for finding in findings {
            let block = self.block(finding, "");
            writeln!(self.out, "{block}")?;
        }
        Ok(())
    }

    /// In full what fails the run, else what is worst; the rest in a line each unless there is little.
    fn brief(&mut self, findings: &[&'r Finding]) -> io::Result<()> {
        let full_from = match findings.len() {
            0..=FEW => 0,
            _ => {
                let is_shown = |finding: &&Finding| finding.severity >= self.shown_in_full();
                findings.iter().position(is_shown).unwrap_or(0)
            }
        };
        let (lines, blocks) = findings.split_at(full_from);
        for finding in lines {
            let line = self.line(finding);
            writeln!(self.out, "{line}")?;
        }
        if !lines.is_empty() {
            writeln!(self.out)?;
        }
        self.in_full(blocks)?;
        let more = match lines.is_empty() {
            true => "",
            false => "; `-v` shows all findings in full",
        };
        self.hint(findings, more)
    }

    /// An entry for each rule: its first finding among the most severe, and how many more there are.
    fn by_rule(&mut self, findings: &[&'r Finding]) -> io::Result<()> {
        let mut rules: BTreeMap<&RuleId, Vec<&'r Finding>> = BTreeMap::new();
        for finding in findings {
            rules.entry(&finding.rule).or_default().push(finding);
        }
        let worst = |findings: &[&Finding]| findings.iter().map(|finding| finding.severity).max();
        let mut rules: Vec<(Option<Severity>, Vec<&'r Finding>)> = rules
            .into_values()
            .map(|findings| (worst(&findings), findings))
            .collect();
        rules.sort_by_key(|(worst, findings)| (*worst, findings.len()));
        let mut any_line = false;
        for (worst, findings) in &rules {
            let of_worst = |finding: &&&Finding| Some(finding.severity) == *worst;
            let Some(first) = findings.iter().find(of_worst) else {
                continue;
            };
            let more = findings.len() - 1;
            if *worst < Some(self.shown_in_full()) {
                let line = self.line(first);
                match more {
                    0 => writeln!(self.out, "{line}")?,
                    more => writeln!(self.out, "{line} (and {more} more)")?,
                }
                any_line = true;
                continue;
            }
            if std::mem::take(&mut any_line) {
                writeln!(self.out)?;
            }
            let others = findings
                .iter()
                .filter(|finding| !std::ptr::eq(**finding, *first));
            let mut places: Vec<String> = others.take(PLACES).map(|it| self.place(it)).collect();
            if more > PLACES {
                places.push(self.painter.ellipsis().to_owned());
            }
            let also = match more {
                0 => String::new(),
                _ => format!("{more} more: {}", places.join(", ")),
            };
            let block = self.block(first, &also);
            writeln!(self.out, "{block}")?;
        }
        if any_line {
            writeln!(self.out)?;
        }
        let count = findings.len();
        let more = format!("; {count} findings are grouped by rule, `--max-findings 0` shows each");
        self.hint(findings, &more)
    }

    /// The severity from which on findings are shown in full when there are many.
    fn shown_in_full(&self) -> Severity {
        let worst = self.run.worst().unwrap_or(Severity::Error);
        let all = [Severity::Info, Severity::Warning, Severity::Error];
        let failing = all
            .into_iter()
            .find(|severity| self.run.fail_on.is_reached_by(*severity));
        failing.map_or(worst, |failing| failing.min(worst))
    }

    /// Where to read more, once for all findings.
    fn hint(&mut self, findings: &[&Finding], more: &str) -> io::Result<()> {
        let known = |finding: &&&Finding| self.run.card(finding.rule.as_str()).is_some();
        let Some(last) = findings.iter().rev().find(known) else {
            return Ok(());
        };
        let text = format!("`stagecheck explain {}` explains why{more}", last.rule);
        for line in self.painter.wrap(&text, 0) {
            writeln!(self.out, "{}", self.painter.paint(Role::Edge, &line))?;
        }
        writeln!(self.out)
    }

    /// One finding with its places and its help, with a line end after it.
    fn block(&mut self, finding: &'r Finding, also: &str) -> String {
        let sources = &self.run.sources;
        let last_line = snippet::labels(finding)
            .map(|label| {
                let place = label.place;
                sources.get(place.source).position(place.span.start).line
            })
            .max();
        let gutter = Gutter::new(&self.painter, last_line.unwrap_or(1));
        let mut block = self.headline(finding);
        block.push_str(&snippet::draw(self.run, finding, &gutter));
        let change = change::lines(self.run, finding, &gutter);
        // A change of the user's own lines says more than config to copy.
        let is_said = |help: &str| change.is_none() || !is_yaml(help);
        let help = finding.help.as_deref().filter(|help| is_said(help));
        let attribution = attribution(&finding.reported_by);
        let help = Help {
            text: help.unwrap_or_default(),
            attribution: &attribution,
            has_change: change.is_some(),
        };
        let written = (&finding.rule, help.whole());
        if !written.1.is_empty() && self.helped.insert(written) {
            let help = help.shown(self.run, &gutter);
            block.push_str(&gutter.entry("help", &help));
        }
        block.push_str(&change.unwrap_or_default());
        if let Some(chains) = self.chains(finding) {
            block.push_str(&gutter.entry(chains.0, &chains.1));
        }
        if !also.is_empty() {
            block.push_str(&gutter.entry("also", also));
        }
        block
    }

    /// `error[rule]: message`, wrapped to the width.
    fn headline(&self, finding: &Finding) -> String {
        let word = format!("{}[{}]", finding.severity, finding.rule);
        let message = text::line(self.run, &finding.message);
        let lines = self.painter.wrap_hanging(&message, word.len() + 2, HANGING);
        let mut headline = self.painter.paint(Role::of(finding.severity), &word) + ":";
        for (index, line) in lines.iter().enumerate() {
            match index {
                // There is no room for a word beside a long id.
                0 if line.is_empty() => {}
                0 => headline.push(' '),
                _ => headline.push_str(&" ".repeat(HANGING)),
            }
            headline.push_str(&self.painter.paint(Role::Strong, line));
            headline.push('\n');
        }
        headline
    }

    /// A finding in one line, as [`concise`] has it.
    fn line(&self, finding: &Finding) -> String {
        let line = concise::line(self.run, finding);
        let word = format!("{}[{}]", finding.severity, finding.rule);
        match line.split_once(&word) {
            Some((place, message)) => format!(
                "{}{}{message}",
                self.painter.paint(Role::Place, place),
                self.painter.paint(Role::of(finding.severity), &word)
            ),
            None => line,
        }
    }

    fn place(&self, finding: &Finding) -> String {
        let place = finding.primary.place;
        let source = self.run.sources.get(place.source);
        let at = source.position(place.span.start);
        let path = text::line(self.run, source.path());
        format!("{path}:{}:{}", at.line, at.column)
    }

    /// The chains it was found in, unless they are all there are.
    fn chains(&self, finding: &Finding) -> Option<(&'static str, String)> {
        if finding.chains.len() >= self.run.checked.chains {
            return None;
        }
        let names: Vec<_> = finding
            .chains
            .iter()
            .map(|chain| text::line(self.run, &chain.0))
            .collect();
        match names.len() {
            0 => None,
            1 => Some(("chain", names.join(", "))),
            _ => Some(("chains", names.join(", "))),
        }
    }
}
