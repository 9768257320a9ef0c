//! The connections of one sender thread, and one call on one of them.

use std::{rc::Rc, sync::Arc, time::Duration};

use jebi_domain::{
    outcome::Outcome,
    port::{Channel, Local, Outgoing, Sender},
    time::Boot,
};

use super::{
    Shared,
    connection::{Break, Connection},
    pool::Pool,
    session, transaction,
};

/// How long the look at a connection during check-out holds; a wait for a slot is often longer.
const FRESH: Duration = Duration::from_millis(1);

pub(super) struct SmtpSender {
    shared: Arc<Shared>,
    pool: Rc<Pool>,
}

impl SmtpSender {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let pool = Pool::new(Arc::clone(&shared));
        Self { shared, pool }
    }
}

impl Sender for SmtpSender {
    fn checkout(&self) -> Local<'_, Result<Box<dyn Channel>, Outcome>> {
        Box::pin(async move {
            let connection = match self.pool.take().await {
                Some(connection) => connection,
                None => session::open(&self.shared).await?,
            };
            let channel: Box<dyn Channel> = Box::new(SmtpChannel {
                shared: Arc::clone(&self.shared),
                pool: Rc::clone(&self.pool),
                connection,
                checked: self.shared.clock.boot(),
            });
            Ok(channel)
        })
    }
}

struct SmtpChannel {
    shared: Arc<Shared>,
    pool: Rc<Pool>,
    connection: Connection,
    /// When the connection was last seen open.
    checked: Boot,
}

impl Channel for SmtpChannel {
    fn send(self: Box<Self>, mail: Outgoing) -> Local<'static, Outcome> {
        Box::pin(self.call(mail))
    }

    fn put_back(self: Box<Self>) {
        self.pool.put(self.connection);
    }
}

impl SmtpChannel {
    async fn call(mut self: Box<Self>, mail: Outgoing) -> Outcome {
        if self.shared.clock.boot().since(self.checked) > FRESH && !self.connection.is_alive().await {
            // A connection that carried mail may end for any reason; one that never did would be opened without end.
            if self.connection.mails > 0 {
                return Outcome::NotStarted;
            }
            let text = "the server closed the connection before anything was sent".to_owned();
            return Break { code: "connection_lost", text }.transient();
        }
        // Given up half way, the connection goes with the future: a late reply on it would be taken for the next mail's.
        let sent = transaction::send(&mut self.connection, &self.shared, &mail).await;
        if sent.keep {
            self.pool.put(self.connection);
        }
        sent.outcome
    }
}
