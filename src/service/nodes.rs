//! The nodes of this installation, and which of them this one is.

use std::sync::Arc;

use jebi_domain::{
    port::{
        Clock, Store,
        nodes::{NodeInfo, NodeState},
    },
    refusal::Refusal,
};

use super::{dispatch::Fence, trouble::refusal};

/// A node as seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub info: NodeInfo,
    /// It is the one that answers.
    pub this: bool,
}

/// Lists them.
pub struct Nodes {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Who this one is; `None` for a command without a server.
    own: Option<Arc<Fence>>,
}

impl Nodes {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, own: Option<Arc<Fence>>) -> Self {
        Self { store, clock, own }
    }

    /// All that run, and those that ended lately; newest start first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<Node>, Refusal> {
        let own = self.own.as_ref().map(|fence| fence.incarnation());
        let all = self.store.nodes(self.clock.wall()).await.map_err(refusal)?;
        Ok(all.into_iter().map(|info| Node { this: Some(info.incarnation) == own, info }).collect())
    }

    /// The same without those that have ended. A store that does not answer has been told of by others: none are known then.
    pub async fn living(&self) -> Vec<Node> {
        let mut all = self.list().await.unwrap_or_default();
        all.retain(|node| node.info.state != NodeState::Ended);
        all
    }
}
