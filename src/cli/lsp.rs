//! `stagecheck lsp`: the editor server.

use clap::Args;

use super::status::{Outcome, Status};
use crate::lsp::{Ended, over_stdio};

/// Its arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Use stdin and stdout (always the case; some editors pass it)
    #[arg(long, hide = true)]
    stdio: bool,
    /// Process id of the editor (ignored; some editors pass it)
    #[arg(long = "clientProcessId", value_name = "PID", hide = true)]
    client_process: Option<u32>,
}

pub(super) fn run(_: &Arguments) -> Outcome {
    // An editor that ends in another way than the protocol asks for gets the exit status 1, as the protocol asks for.
    Ok(match over_stdio()? {
        Ended::AsAgreed => Status::Clean,
        Ended::Abruptly => Status::Findings,
    })
}
