//! `facts.connect.nodes`: the processes that run a server.

use crate::backstage::facts::fact::{List, Number, Text};
use crate::backstage::facts::macros::facts;
use crate::connect::load::LoadedServer;

facts! {
    /// A process, or several alike, that run the server.
    pub struct Node {
        /// what runs it: `unknown` (a machine), `container`, `kubernetes`
        platform: Text,
        /// how many of it there are; absent where nothing says so
        count: Number,
    }
}

/// The processes of a server.
pub fn collect(loaded: &LoadedServer) -> List<Node> {
    let deployment = &loaded.server.deployment;
    let count = deployment
        .replicas
        .map(|(count, place)| Number::from(f64::from(count)).at(Some(place)));
    let node = Node {
        origin: None,
        platform: Text::from(deployment.platform.word()).at(deployment.place),
        count: count.unwrap_or_default(),
    };
    List::Known(vec![node])
}
