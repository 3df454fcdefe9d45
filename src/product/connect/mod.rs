//! Posit Connect as a product: servers.

pub mod discover;
pub mod judge;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::judge::{ReadServer, Server};
use super::target::Target;
use super::{Discovered, JudgedRoot, Judging, Product, RootKind, Roots};
use crate::backstage::environment::Environment;
use crate::rules::engine::BrokenRule;
use crate::run::Failure;
use crate::settings::in_force::Gathering;
use crate::settle::suppress;
use crate::text::{Place, Sources};

/// A Posit Connect server.
pub struct Connect;

impl Product for Connect {
    fn discover<'t>(
        &self,
        target: &'t Target,
        _: &Environment,
        gathering: &mut Gathering<'_>,
        sources: &mut Sources,
    ) -> Result<Discovered<'t>, Failure> {
        let found = discover::servers(target, gathering, sources)?;
        Ok(Discovered {
            roots: Box::new(Servers(found.servers)),
            left_out: found.left_out,
            is_empty: found.is_empty,
        })
    }
}

/// Servers that were found.
struct Servers<'t>(Vec<Server<'t>>);

impl<'t> Roots<'t> for Servers<'t> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn split_off(&mut self, at: usize) -> Box<dyn Roots<'t> + 't> {
        Box::new(Self(self.0.split_off(at.min(self.0.len()))))
    }

    fn judge<'j>(
        self: Box<Self>,
        by: &'j Judging<'j>,
    ) -> Box<dyn Iterator<Item = Result<JudgedRoot, Failure>> + 'j>
    where
        't: 'j,
    {
        let mut sources = by.sources.clone();
        let servers = self.0.into_iter();
        Box::new(servers.map(move |server| judged(server.read(by.environment, &mut sources), by)))
    }
}

fn judged(ready: ReadServer<'_>, by: &Judging<'_>) -> Result<JudgedRoot, Failure> {
    let findings = match by.rules.of(&ready.settings) {
        Some(rules) => ready.judge(rules).map_err(|broken| {
            let message = broken
                .first()
                .map_or_else(String::new, BrokenRule::to_string);
            Failure::new(message)
        })?,
        None => Vec::new(),
    };
    let parts = &ready.loaded.parts;
    let comments = parts.iter().flat_map(|part| {
        let comments = part.gcfg.document.comments.iter();
        comments.map(|comment| part.place(comment.span))
    });
    let of_variables = ready.variable_files().collect::<BTreeSet<_>>();
    let of_variables = of_variables.into_iter().flat_map(|source| {
        let comments = npm_yaml::parse(by.sources.get(source).text()).comments;
        let places = comments.into_iter();
        places.map(move |comment| Place::new(source, comment.span))
    });
    Ok(JudgedRoot {
        kind: RootKind::Server,
        findings: ready.target.of_interest(findings, by.sources),
        suppressions: suppress::find(comments.chain(of_variables), by.sources),
        files: ready.files(),
        chains: 0,
        loads: Vec::new(),
        schemas: None,
        notes: Vec::new(),
        settings: Arc::clone(&ready.settings),
        secrets: ready.secrets,
    })
}
