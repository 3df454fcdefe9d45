//! The facts that conditions read, without judging by them.

use super::workspaces::{self, Read};
use crate::product::backstage::judge::Facts;
use crate::request::Request;
use crate::rules::engine::Rules;
use crate::run::{Failure, Run};
use rule_card::card::Scope;

/// The facts that conditions would read, of every chain, layer and server, each with what it is: for people who write
/// policies. Secrets are in them: they must pass the mask of the run on their way out.
///
/// # Errors
/// As [`check`](super::check).
pub fn facts(request: &Request) -> Result<(Vec<Facts>, Run), Failure> {
    let rules = Rules::new([]);
    let mut facts = Vec::new();
    let run = workspaces::read(request, |read| match read {
        Read::App(ready) => {
            facts.extend(ready.loaded.facts(&ready.judge(&rules)));
            ready.secrets
        }
        Read::Server(server) => {
            facts.push(Facts {
                scope: Scope::Server,
                name: server.shown(),
                shown: server.shown(),
                tree: server.facts(),
            });
            server.secrets
        }
    })?;
    Ok((facts, run))
}
