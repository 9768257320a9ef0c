//! Whether this node sends, as `/ready` shows it.

use tokio_util::sync::CancellationToken;

use crate::{
    service::ready::{Check, Readiness},
    worker::Beating,
};

/// Whether this node can send, and is not told to stop.
pub(super) struct NodeReady(pub Beating, pub CancellationToken);

impl Readiness for NodeReady {
    fn checks(&self) -> Vec<Check> {
        if let Some(part) = self.0.failed() {
            let detail = format!(
                "its {part} loop ended by an error in Jebi: mail is taken and kept, but nothing is sent; restart the server, and report it \
                 with the log of the time it happened"
            );
            return vec![Check::new("dispatcher", false, detail)];
        }
        if self.1.is_cancelled() {
            return vec![Check::new("dispatcher", false, "is stopping: what is under way is finished, other nodes send the rest")];
        }
        let ok = self.0.is_beating();
        let detail = if ok { "sends" } else { "cannot renew its lease in the store: nothing is sent until it can" };
        vec![Check::new("dispatcher", ok, detail)]
    }
}
