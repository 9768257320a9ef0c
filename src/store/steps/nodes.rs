//! The nodes, as the port has them.

use std::time::Duration;

use jebi_domain::{
    id::Incarnation,
    port::{
        Boxed,
        nodes::{NODES_SHOWN, NodeInfo, NodeState, NodeStore},
        store::StoreResult,
    },
    time::Wall,
};

use super::{Engine, Error, Row, SqlStore, q};

impl<E: Engine> NodeStore for SqlStore<E> {
    fn nodes(&self, now: Wall) -> Boxed<'_, StoreResult<Vec<NodeInfo>>> {
        self.look(move |s| s.rows(q!("node_list"), (now.0, NODES_SHOWN), read))
    }
}

fn read(r: &Row<'_>) -> Result<NodeInfo, Error> {
    let (ended_at, draining_at): (Option<i64>, Option<i64>) = (r.get(4)?, r.get(5)?);
    let beat_age = Duration::from_millis(u64::try_from(r.get::<i64>(6)?).unwrap_or(0));
    let state = NodeState::of(ended_at.is_some(), draining_at.is_some(), beat_age);
    Ok(NodeInfo {
        incarnation: Incarnation(r.get(0)?),
        name: r.get(1)?,
        version: r.get(2)?,
        started_at: Wall(r.get(3)?),
        ended_at: ended_at.map(Wall),
        beat_age,
        state,
        leased: r.get(7)?,
        upkeep: r.get::<bool>(8)? && state == NodeState::Sending,
    })
}
