//! `/v1/nodes`: the processes that share this installation's store.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::Time;
use crate::{
    http::{AppState, error::Reply},
    service::nodes::Node,
};

/// The nodes.
#[derive(Serialize, ToSchema)]
pub struct NodeList {
    /// Newest start first, 200 at most.
    nodes: Vec<NodeBody>,
}

/// One start of a Jebi process.
#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
pub struct NodeBody {
    /// Counts the starts of all nodes; leases belong to it.
    incarnation: i64,
    /// `JEBI_NODE`, else the host's name.
    name: String,
    /// The version of Jebi it runs.
    version: String,
    /// `sending`, `stopping` (starts nothing new and finishes what is under way), `gone` (no beat for 15 seconds) or `ended`.
    state: &'static str,
    /// It is the one that answers this request.
    this: bool,
    started_at: Time,
    /// `null` while it runs. It is listed for a day after.
    ended_at: Option<Time>,
    /// Milliseconds since its last beat; beats come every 2 seconds.
    beat_age_ms: u64,
    /// Copies it has claimed and not settled.
    leased: i64,
    /// It does the housekeeping for all.
    housekeeping: bool,
}

impl From<Node> for NodeBody {
    fn from(Node { info, this }: Node) -> Self {
        Self {
            incarnation: info.incarnation.0,
            name: info.name,
            version: info.version,
            state: info.state.as_str(),
            this,
            started_at: Time(info.started_at),
            ended_at: info.ended_at.map(Time),
            beat_age_ms: u64::try_from(info.beat_age.as_millis()).unwrap_or(u64::MAX),
            leased: info.leased,
            housekeeping: info.upkeep,
        }
    }
}

/// List nodes
///
/// Every process that sends from this store, and those that ended in the last day. With SQLite it is one.
#[utoipa::path(get, path = "/v1/nodes", tag = "nodes", responses((status = 200, description = "The nodes.", body = NodeList)))]
pub async fn list(State(state): State<AppState>) -> Reply<NodeList> {
    let nodes = state.nodes.list().await?;
    Ok(Json(NodeList { nodes: nodes.into_iter().map(NodeBody::from).collect() }))
}
